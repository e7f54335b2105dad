//! The door: which endpoint, whose key, how many requests, which role; then the request goes on. What is not in the table is
//! closed.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::Instant;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use crate::access::Caller;
use crate::audit::{self, Asked};
use crate::endpoint::{Does, Endpoint, Verb, Who};
use crate::endpoints::ENDPOINTS;
use crate::error::{ApiError, Code};
use crate::state::Api;

type Table = BTreeMap<(&'static str, Verb), &'static Endpoint>;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| ENDPOINTS.iter().map(|endpoint| ((endpoint.path, endpoint.verb), endpoint)).collect());

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::NoKey)
    }
}

/// The key under which a command is kept: the sender's own, apart from those of all other senders.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// As it was sent; whoever keeps it so keeps it beside the sender.
    pub sent: String,
    /// With the sender's key before it.
    pub scoped: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Idempotency {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::IdempotencyKey)
    }
}

/// Lets a request in or refuses it, measures it, and writes into the audit log what belongs there.
pub async fn guard(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let endpoint = endpoint_of(&request);
    let name = endpoint.as_ref().map_or("none", |endpoint| endpoint.name);
    let response = match endpoint {
        Ok(endpoint) => serve((&api, endpoint), &mut request, next).await,
        Err(error) => error.into_response(),
    };
    api.inner.metrics.answered(name, (response.status().as_u16(), began.elapsed()));
    response
}

fn endpoint_of(request: &Request) -> Result<&'static Endpoint, ApiError> {
    let path = request.extensions().get::<MatchedPath>().ok_or(ApiError::NoPage)?.as_str();
    let verb = match *request.method() {
        Method::GET | Method::HEAD => Some(Verb::Get),
        Method::POST => Some(Verb::Post),
        Method::DELETE => Some(Verb::Delete),
        _ => None,
    };
    let known = ENDPOINTS.iter().filter(|endpoint| endpoint.path == path);
    let asked = verb.and_then(|verb| known.clone().find(|endpoint| endpoint.verb == verb));
    asked.and_then(|endpoint| TABLE.get(&(endpoint.path, endpoint.verb)).copied()).ok_or_else(|| {
        let verbs: Vec<&str> = known.map(|endpoint| endpoint.verb.name()).collect();
        if verbs.is_empty() { ApiError::NoPage } else { ApiError::Method(verbs.join(", ")) }
    })
}

async fn serve((api, endpoint): (&Api, &Endpoint), request: &mut Request, next: Next) -> Response {
    let caller = match api.known(endpoint, Shown::of(request)).await {
        Ok(caller) => caller,
        Err(error) => return error.into_response(),
    };
    let asked = Asked::of(request);
    let admitted = admit(endpoint, caller.as_ref(), request);
    let forbidden = matches!(admitted, Err(ApiError::Forbidden(_)));
    let response = match admitted {
        Ok(()) => finish(api, std::mem::take(request), next).await,
        Err(error) => error.into_response(),
    };
    match caller {
        Some(caller) if forbidden || endpoint.does == Does::Commands => {
            api.audited((&caller, &asked), response).await
        }
        _ => response,
    }
}

/// Whether the role may, and whether a command brings its key.
fn admit(endpoint: &Endpoint, caller: Option<&Caller>, request: &mut Request) -> Result<(), ApiError> {
    let Some(caller) = caller else { return Ok(()) };
    if !endpoint.who.may(caller.role) {
        return Err(ApiError::Forbidden(caller.role));
    }
    if endpoint.does == Does::Commands {
        let key = idempotency(request.headers()).ok_or(ApiError::IdempotencyKey)?;
        let (sent, scoped) = (key.to_owned(), format!("api/{}/{key}", caller.key));
        request.extensions_mut().insert(Idempotency { sent, scoped });
    }
    request.extensions_mut().insert(caller.clone());
    Ok(())
}

async fn finish(api: &Api, request: Request, next: Next) -> Response {
    let patience = api.inner.settings.patience;
    timeout(patience, next.run(request)).await.unwrap_or_else(|_| ApiError::Late.into_response())
}

/// Most signs of an idempotency key.
const IDEMPOTENCY_MAX: usize = 100;

fn idempotency(headers: &HeaderMap) -> Option<&str> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    let known = |sign: char| sign.is_ascii_alphanumeric() || ".:_-".contains(sign);
    ((1..=IDEMPOTENCY_MAX).contains(&key.len()) && key.chars().all(known)).then_some(key)
}

impl Asked {
    /// Most signs of an address that are kept.
    const ADDRESS_MAX: usize = 300;

    fn of(request: &Request) -> Self {
        let path: String = request.uri().path().chars().take(Self::ADDRESS_MAX).collect();
        let idempotency_key = idempotency(request.headers()).map(str::to_owned);
        Self { request: format!("{} {path}", request.method()), idempotency_key }
    }
}

/// What a sender shows of itself.
struct Shown {
    from: IpAddr,
    key: Result<String, ApiError>,
}

impl Shown {
    fn of(request: &Request) -> Self {
        let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let from = from.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |from| from.0.ip());
        Self { from, key: bearer(request.headers()).map(str::to_owned) }
    }
}

impl Api {
    /// Whose key was shown; nobody's where none is needed. Requests are counted here.
    async fn known(&self, endpoint: &Endpoint, shown: Shown) -> Result<Option<Caller>, ApiError> {
        let limits = &self.inner.limits;
        if endpoint.who == Who::Anybody {
            return limits.stranger(shown.from).map(|()| None);
        }
        let caller = match shown.key {
            Ok(key) => self.caller(&key).await?.ok_or(ApiError::UnknownKey),
            Err(error) => Err(error),
        };
        match caller {
            Ok(caller) => limits.key(&caller.key).map(|()| Some(caller)),
            // Guessing is counted.
            Err(error) => limits.stranger(shown.from).and(Err(error)),
        }
    }

    /// The answer, once the audit log has it. A command that was done and could not be written there is answered as not
    /// stored: sent again under its key it is done once, and written.
    async fn audited(&self, (caller, asked): (&Caller, &Asked), response: Response) -> Response {
        let status = response.status().as_u16();
        let code = response.extensions().get::<Code>().map(|code| code.0);
        // A clock that cannot be believed is no reason to forget a refusal: commands themselves need it.
        let at = self.now().unwrap_or_default();
        let written = audit::write(&self.inner.store, (caller, asked), (status, code), at).await;
        tracing::info!(key = caller.key, request = asked.request, status, code, "audited");
        match written {
            Ok(()) => response,
            Err(error) => error.into_response(),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let value = headers.get(header::AUTHORIZATION).ok_or(ApiError::NoKey)?;
    let text = value.to_str().map_err(|_| ApiError::UnknownKey)?;
    let (scheme, key) = text.split_once(' ').ok_or(ApiError::UnknownKey)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(key.trim()) } else { Err(ApiError::UnknownKey) }
}
