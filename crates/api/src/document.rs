//! The document of the API (OpenAPI 3.1), made from the table: it cannot say what the server does not do.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use client::Problem;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem,
    PathsBuilder, Required, Response,
};

use crate::endpoint::{Asks, Does, Endpoint, Form, Is, Verb, Who};
use crate::endpoints::ENDPOINTS;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    // Neither step fails for what the table holds; a test reads the document.
    serde_json::to_string_pretty(&document()).unwrap_or_default()
});

/// The document as JSON.
pub fn text() -> &'static str {
    &TEXT
}

const ABOUT: &str = "Deals that finance machines, as one node services them.\n\nAmounts are whole numbers of the currency's \
    smallest unit, as text. Times are seconds since 1970. What is refused is answered by a problem (RFC 9457) whose `code` is \
    the stable number of the error. Lists come in pages: `next`, also in the header `Link`, leads on. Answers carry an `ETag`. \
    A command needs an `Idempotency-Key`; sent again under it, it is done once.";

/// The document.
pub fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Forebay")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    let mut paths: BTreeMap<&str, PathItem> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        let item = PathItem::new(verb(endpoint.verb), operation(endpoint));
        match paths.get_mut(endpoint.path) {
            Some(known) => known.merge_operations(item),
            None => drop(paths.insert(endpoint.path, item)),
        }
    }
    let paths = paths.into_iter().fold(PathsBuilder::new(), |all, (path, item)| all.path(path, item));
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components())).build()
}

fn components() -> utoipa::openapi::Components {
    let mut schemas = Vec::new();
    (Form::json::<Problem>().collect)(&mut schemas);
    for form in ENDPOINTS.iter().flat_map(|endpoint| endpoint.body.iter().chain([&endpoint.answer])) {
        (form.collect)(&mut schemas);
    }
    let schemas: BTreeMap<_, _> = schemas.into_iter().collect();
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("forebay_ID_SECRET");
    let builder = ComponentsBuilder::new().schemas_from_iter(schemas);
    builder.security_scheme("key", SecurityScheme::Http(key.build())).build()
}

const fn verb(verb: Verb) -> HttpMethod {
    match verb {
        Verb::Get => HttpMethod::Get,
        Verb::Post => HttpMethod::Post,
        Verb::Delete => HttpMethod::Delete,
    }
}

fn operation(endpoint: &Endpoint) -> OperationBuilder {
    let roles = match endpoint.who {
        Who::Anybody => "Anybody, without a key.".to_owned(),
        Who::Roles(roles) => {
            let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            format!("Roles: {}.", names.join(", "))
        }
    };
    let mut operation = OperationBuilder::new()
        .operation_id(Some(endpoint.name))
        .summary(Some(endpoint.says))
        .description(Some(roles))
        .parameters(Some(parameters(endpoint)))
        .request_body(endpoint.body.map(|form| {
            let content = ContentBuilder::new().schema(Some((form.schema)())).build();
            RequestBodyBuilder::new().content(form.kind, content).required(Some(Required::True)).build()
        }))
        .response("200", answer(endpoint))
        .response("default", refusal());
    if endpoint.does == Does::Reads && endpoint.answer.kind == "application/json" {
        operation = operation.response("304", Response::new("The reader has this already."));
    }
    if endpoint.who != Who::Anybody {
        operation = operation.security(SecurityRequirement::new("key", Vec::<String>::new()));
    }
    operation
}

fn answer(endpoint: &Endpoint) -> Response {
    let form = endpoint.answer;
    let content = ContentBuilder::new().schema(Some((form.schema)()));
    let content = if form.kind == "application/json" && endpoint.name == "openapi" {
        ContentBuilder::new().schema(Some(Object::new()))
    } else {
        content
    };
    let mut response = ResponseBuilder::new().description(endpoint.says).content(form.kind, content.build());
    if endpoint.query.iter().any(|asks| asks.name == "after") {
        response = response.header("Link", Header::new(text_of(None)));
    }
    response.build()
}

fn refusal() -> Response {
    let content = ContentBuilder::new().schema(Some((Form::json::<Problem>().schema)()));
    ResponseBuilder::new()
        .description("Why it was refused.")
        .content("application/problem+json", content.build())
        .build()
}

fn text_of(format: Option<SchemaFormat>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).format(format)
}

fn schema(is: Is) -> ObjectBuilder {
    let number = |least: u64, most: u64| {
        let builder = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer));
        builder.minimum(Some(least)).maximum(Some(most))
    };
    match is {
        Is::Text => text_of(None),
        Is::Date => text_of(Some(SchemaFormat::KnownFormat(KnownFormat::Date))),
        Is::Number(least, most) => number(least, most),
        Is::Time => number(0, i64::MAX.unsigned_abs()),
        Is::Flag => ObjectBuilder::new().schema_type(SchemaType::Type(Type::Boolean)),
    }
}

/// What the parts of paths are; a part that is not here is a name.
fn part(name: &str) -> (Is, &'static str) {
    match name {
        "sequence" => (Is::Number(0, i64::MAX.unsigned_abs()), "The reading's number."),
        "receipt" => (Is::Number(0, u64::from(u32::MAX)), "The receipt's number in the deal."),
        "number" => (Is::Number(0, u64::from(u16::MAX)), "The payment date's number; 0 is the closing."),
        "row" => (Is::Number(0, i64::MAX.unsigned_abs()), "The statement's row."),
        "device" => (Is::Text, "The device's id: 32 hexadecimal digits."),
        "key" => (Is::Text, "The key's id: 16 hexadecimal digits."),
        "attestation" => (Is::Text, "The attestation's id."),
        "note" => (Is::Text, "The note, as the term sheet calls it."),
        _ => (Is::Text, "The deal's name."),
    }
}

fn parameters(endpoint: &Endpoint) -> Vec<Parameter> {
    let parts = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parts = parts.map(|name| {
        let (is, says) = part(name);
        parameter((name, ParameterIn::Path), (is, says), true)
    });
    let asked = endpoint.query.iter().map(|asks: &Asks| {
        let required = matches!(asks.is, Is::Date | Is::Time);
        parameter((asks.name, ParameterIn::Query), (asks.is, asks.says), required)
    });
    let key = (endpoint.does == Does::Commands).then(|| {
        let says = "Names the command: sent again under it, it is done once.";
        let pattern = text_of(None).pattern(Some("^[A-Za-z0-9.:_-]{1,100}$"));
        let builder = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header);
        builder.description(Some(says)).required(Required::True).schema(Some(pattern)).build()
    });
    let resumes = (endpoint.name == "events").then(|| {
        let says = "The last event that was heard; from now on if not said.";
        parameter(("Last-Event-ID", ParameterIn::Header), (Is::Time, says), false)
    });
    parts.chain(asked).chain(key).chain(resumes).collect()
}

fn parameter((name, place): (&str, ParameterIn), (is, says): (Is, &str), required: bool) -> Parameter {
    let required = if required { Required::True } else { Required::False };
    let builder = ParameterBuilder::new().name(name).parameter_in(place).required(required);
    builder.description(Some(says)).schema(Some(schema(is))).build()
}

/// Who may what, as a table of Markdown: the one in `docs/api.md`.
pub fn roles() -> String {
    let mark = |endpoint: &Endpoint, role: client::Role| if endpoint.who.may(role) { "●" } else { "" };
    let names = client::Role::ALL.map(client::Role::name).join(" | ");
    let head = format!("| | | {names} |\n|---|---|{}\n", "---|".repeat(client::Role::ALL.len()));
    let rows = ENDPOINTS.iter().map(|endpoint| {
        let marks = client::Role::ALL.map(|role| mark(endpoint, role)).join(" | ");
        format!("| {} | `{}` | {marks} |\n", endpoint.verb.name(), endpoint.path)
    });
    head + &rows.collect::<String>()
}
