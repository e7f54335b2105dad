//! What an endpoint is: everything that the server, the document and the tests need to know of it.

use axum::routing::MethodRouter;
use client::Role;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::state::Api;

/// The method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Reads; `HEAD` counts as it.
    Get,
    /// Asks or commands.
    Post,
    /// Ends something.
    Delete,
}

impl Verb {
    /// As HTTP writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// What a request does, which decides what it must bring and who may never send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Shows what is there.
    Reads,
    /// Works something out and keeps nothing.
    Asks,
    /// Changes something: it needs an idempotency key and is written into the audit log.
    Commands,
    /// Tells what a machine measured: signed by itself, so that it needs neither.
    Reports,
}

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody, without a key.
    Anybody,
    /// These roles.
    Roles(&'static [Role]),
}

impl Who {
    /// Whether a role may.
    pub fn may(self, role: Role) -> bool {
        match self {
            Self::Anybody => true,
            Self::Roles(roles) => roles.contains(&role),
        }
    }
}

/// A part of the query.
#[derive(Clone, Copy, Debug)]
pub struct Asks {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// What it is.
    pub is: Is,
}

/// What a part of the path or of the query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// A text.
    Text,
    /// A whole number within bounds.
    Number(u64, u64),
    /// A day, such as `2026-11-20`; it has to be said.
    Date,
    /// Seconds since 1970; it has to be said.
    Time,
    /// `true` or `false`.
    Flag,
}

/// The form of a body.
#[derive(Clone, Copy)]
pub struct Form {
    /// Its media type.
    pub kind: &'static str,
    /// Its schema, if it is JSON.
    pub schema: fn() -> RefOr<Schema>,
    /// The schemas that it refers to.
    pub collect: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Form {
    /// JSON of a type.
    pub const fn json<T: ToSchema>() -> Self {
        Self { kind: "application/json", schema: reference::<T>, collect: collect::<T> }
    }

    /// JSON that is a list of a type.
    pub const fn list<T: ToSchema>() -> Self {
        Self { kind: "application/json", schema: list::<T>, collect: collect::<T> }
    }

    /// JSON that is a page of a type.
    pub const fn page<T: ToSchema>() -> Self {
        Self { kind: "application/json", schema: page::<T>, collect: collect::<T> }
    }

    /// Bytes or text of another kind.
    pub const fn other(kind: &'static str) -> Self {
        Self { kind, schema: String::schema, collect: |_| () }
    }
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

fn list<T: ToSchema>() -> RefOr<Schema> {
    RefOr::T(Schema::Array(ArrayBuilder::new().items(reference::<T>()).build()))
}

/// A page of each type is a form of its own, as `client::Page` is.
fn page<T: ToSchema>() -> RefOr<Schema> {
    let next = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    let next = next.description(Some("What to give as `after` to go on; not there at the end."));
    let page = ObjectBuilder::new().property("items", list::<T>()).required("items").property("next", next);
    RefOr::T(Schema::Object(page.build()))
}

fn collect<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

/// One thing that can be asked.
#[derive(Clone, Copy)]
pub struct Endpoint {
    /// By this method.
    pub verb: Verb,
    /// At this path; its parts in braces are the asker's.
    pub path: &'static str,
    /// Under this name.
    pub name: &'static str,
    /// What it gives or does.
    pub says: &'static str,
    /// What the request does.
    pub does: Does,
    /// Who may.
    pub who: Who,
    /// What the query may say.
    pub query: &'static [Asks],
    /// What the request carries.
    pub body: Option<Form>,
    /// What the answer carries.
    pub answer: Form,
    /// What serves it; none if another room's router does.
    pub handler: Option<fn() -> MethodRouter<Api>>,
}

impl Endpoint {
    const fn of(
        (verb, does): (Verb, Does),
        (name, path): (&'static str, &'static str),
        says: &'static str,
    ) -> Self {
        let (who, answer) = (Who::Roles(&[]), Form::other("text/plain"));
        Self { verb, path, name, says, does, who, query: &[], body: None, answer, handler: None }
    }

    /// Shows what is there.
    pub const fn reads(name: &'static str, path: &'static str, says: &'static str) -> Self {
        Self::of((Verb::Get, Does::Reads), (name, path), says)
    }

    /// Works something out.
    pub const fn asks(name: &'static str, path: &'static str, says: &'static str) -> Self {
        Self::of((Verb::Post, Does::Asks), (name, path), says)
    }

    /// Changes something.
    pub const fn commands(name: &'static str, path: &'static str, says: &'static str) -> Self {
        Self::of((Verb::Post, Does::Commands), (name, path), says)
    }

    /// Ends something.
    pub const fn ends(name: &'static str, path: &'static str, says: &'static str) -> Self {
        Self::of((Verb::Delete, Does::Commands), (name, path), says)
    }

    /// Takes what machines say.
    pub const fn takes(name: &'static str, path: &'static str, says: &'static str) -> Self {
        Self::of((Verb::Post, Does::Reports), (name, path), says)
    }

    /// Who may.
    pub const fn by(self, who: Who) -> Self {
        Self { who, ..self }
    }

    /// What the query may say.
    pub const fn with(self, query: &'static [Asks]) -> Self {
        Self { query, ..self }
    }

    /// What the request carries.
    pub const fn taking(self, body: Form) -> Self {
        Self { body: Some(body), ..self }
    }

    /// What the answer carries.
    pub const fn giving(self, answer: Form) -> Self {
        Self { answer, ..self }
    }

    /// What serves it.
    pub const fn at(self, handler: fn() -> MethodRouter<Api>) -> Self {
        Self { handler: Some(handler), ..self }
    }
}
