//! What a request brings and an answer carries: refused as problems where it cannot be read.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderValue;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use client::Page;
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// A body of JSON.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub struct Body<T>(pub T);

/// The parts of the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub struct Path<T>(pub T);

/// The query.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub struct Query<T>(pub T);

/// An answer of JSON.
pub struct Told<T>(pub T);

impl<T: Serialize> IntoResponse for Told<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Entries of a page unless the request says how many.
const LIMIT: u32 = 100;
/// Most entries of a page.
pub const LIMIT_MAX: u32 = 250;

#[derive(Deserialize)]
struct Asked {
    after: Option<String>,
    limit: Option<u32>,
}

/// Which part of a list is asked for.
pub struct Window {
    /// The cursor, as the last page gave it.
    pub after: Option<String>,
    /// How many entries.
    pub limit: u32,
    path: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Window {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(asked) = Query::<Asked>::from_request_parts(parts, state).await?;
        let limit = asked.limit.unwrap_or(LIMIT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(ApiError::Address(format!("`limit` is {limit} and not 1 to {LIMIT_MAX}")));
        }
        Ok(Self { after: asked.after, limit, path: parts.uri.path().to_owned() })
    }
}

impl Window {
    /// The cursor of a list that is ordered by a number; zero at the beginning.
    pub fn after_number(&self) -> Result<u64, ApiError> {
        let Some(after) = &self.after else { return Ok(0) };
        let number = after.parse().ok().filter(|number| i64::try_from(*number).is_ok());
        number.ok_or_else(|| ApiError::Address("`after` is not what a page gave".to_owned()))
    }

    /// The same as the servicer asks for it, for a list that is ordered by a number.
    pub fn numbers(&self) -> Result<servicer::Page<u64>, ApiError> {
        let after = self.after.as_ref().map(|_| self.after_number()).transpose()?;
        Ok(servicer::Page { after, limit: self.look() })
    }

    /// The same for a list that is ordered by a text.
    pub fn texts(&self) -> servicer::Page<String> {
        servicer::Page { after: self.after.clone(), limit: self.look() }
    }

    /// How many entries to look for: one more than a page has says whether it is the last.
    pub const fn look(&self) -> u32 {
        self.limit + 1
    }

    /// Makes a page of what was found by [`Window::look`].
    pub fn page<T>(&self, mut items: Vec<T>, cursor: impl Fn(&T) -> String) -> Paged<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(cursor);
        let link = next.as_ref().map(|next| {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("after", next)
                .append_pair("limit", &self.limit.to_string())
                .finish();
            format!("<{}?{query}>; rel=\"next\"", self.path)
        });
        Paged { page: Page { items, next }, link }
    }
}

/// A page with the header that leads to the next (RFC 8288).
pub struct Paged<T> {
    page: Page<T>,
    link: Option<String>,
}

impl<T> Paged<T> {
    /// The same page in another form.
    pub fn map<U>(self, form: impl Fn(T) -> U) -> Paged<U> {
        let Self { page: Page { items, next }, link } = self;
        Paged { page: Page { items: items.into_iter().map(form).collect(), next }, link }
    }
}

impl<T: Serialize> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.page).into_response();
        let link = self.link.and_then(|link| HeaderValue::from_str(&link).ok());
        response.headers_mut().extend(link.map(|link| (header::LINK, link)));
        response
    }
}

/// A body of XML.
pub struct Xml(pub String);

impl<S: Send + Sync> FromRequest<S> for Xml {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim().to_owned();
        if !["application/xml", "text/xml"].contains(&kind.as_str()) {
            return Err(ApiError::MediaType("application/xml"));
        }
        let bytes = Bytes::from_request(request, state).await?;
        let text = String::from_utf8(bytes.to_vec());
        text.map(Self).map_err(|_| ApiError::Body("it is not UTF-8".to_owned()))
    }
}
