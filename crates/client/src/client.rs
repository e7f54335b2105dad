use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt, unfold};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Certificate, Method, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sse_stream::SseStream;

use crate::{ClientError, LogEvent, Page, Problem, Secret};

/// Speaks with one node, with one key. Copies share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    node: Url,
}

impl Client {
    /// Speaks with the node at an address, such as `https://node.example:8443`.
    ///
    /// # Errors
    /// [`ClientError::Setting`] if the address or the key cannot be used.
    pub fn new(node: &str, key: &Secret) -> Result<Self, ClientError> {
        Self::build(node, key, None)
    }

    /// As [`Client::new`], and trusts this certificate (PEM) beside those that the machine trusts.
    ///
    /// # Errors
    /// As [`Client::new`], also for the certificate.
    pub fn trusting(node: &str, key: &Secret, certificate: &[u8]) -> Result<Self, ClientError> {
        let wrong = |error| ClientError::setting("the certificate", error);
        Self::build(node, key, Some(Certificate::from_pem(certificate).map_err(wrong)?))
    }

    fn build(node: &str, key: &Secret, root: Option<Certificate>) -> Result<Self, ClientError> {
        // Another part of the program may have chosen one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let node = Url::parse(node).map_err(|error| ClientError::setting("the node's address", error))?;
        let bearer = HeaderValue::from_str(&format!("Bearer {}", key.reveal()));
        let mut bearer = bearer.map_err(|_| ClientError::setting("the key", "it has other signs"))?;
        bearer.set_sensitive(true);
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
        let builder = reqwest::Client::builder().default_headers(headers);
        let builder = builder.tls_certs_merge(root);
        Ok(Self { http: builder.build()?, node })
    }

    /// The address of a page; its parts are escaped, so that no part can lead elsewhere.
    fn address(&self, path: &[&str]) -> Result<Url, ClientError> {
        let mut address = self.node.clone();
        let wrong = |()| ClientError::setting("the node's address", "it has no pages");
        address.path_segments_mut().map_err(wrong)?.pop_if_empty().push("v1").extend(path);
        Ok(address)
    }

    async fn page<T: DeserializeOwned>(
        &self,
        address: Url,
        query: &[(&str, String)],
    ) -> Result<T, ClientError> {
        form(self.http.get(address).query(query).send().await?).await
    }

    /// Reads the page whose path, below the version, has these parts.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn read<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<T, ClientError> {
        self.page(self.address(path)?, query).await
    }

    /// Asks a question that moves nothing and whose answer takes work.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn ask<T: DeserializeOwned>(
        &self,
        path: &[&str],
        question: &impl Serialize,
    ) -> Result<T, ClientError> {
        form(self.http.post(self.address(path)?).json(question).send().await?).await
    }

    /// Commands something, under an idempotency key: sent again with the same key it is done once.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn command<T: DeserializeOwned>(
        &self,
        (method, path): (Method, &[&str]),
        idempotency_key: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, ClientError> {
        let request =
            self.http.request(method, self.address(path)?).header("idempotency-key", idempotency_key);
        let request = body.into_iter().fold(request, RequestBuilder::json);
        form(request.send().await?).await
    }

    /// Sends bytes as they are, under an idempotency key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn send<T: DeserializeOwned>(
        &self,
        path: &[&str],
        idempotency_key: Option<&str>,
        (kind, bytes): (&'static str, bytes::Bytes),
    ) -> Result<T, ClientError> {
        let request = self.http.post(self.address(path)?).header("content-type", kind).body(bytes);
        let request =
            idempotency_key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
        form(request.send().await?).await
    }

    /// Walks a list to its end, a page at a time.
    pub fn list<'a, T: DeserializeOwned + Send + 'a>(
        &'a self,
        path: &[&str],
    ) -> BoxStream<'a, Result<T, ClientError>> {
        let pages = unfold(Some((self.address(path), None::<String>)), move |state| async move {
            let (address, after) = state?;
            let query: Vec<_> = after.into_iter().map(|after| ("after", after)).collect();
            let page = match &address {
                Ok(address) => self.page::<Page<T>>(address.clone(), &query).await,
                Err(_) => Err(ClientError::setting("the node's address", "it has no pages")),
            };
            let next = page.as_ref().ok().and_then(|page| page.next.clone());
            let next = next.map(|next| (address, Some(next)));
            Some((page.map(|page| stream::iter(page.items.into_iter().map(Ok))), next))
        });
        pages.try_flatten().boxed()
    }

    /// Hears what happens after an event, for as long as the connection lasts. Call it again with the number of the last
    /// event that was heard to go on.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn events(
        &self,
        after: u64,
    ) -> Result<BoxStream<'static, Result<LogEvent, ClientError>>, ClientError> {
        let request = self.http.get(self.address(&["events"])?).header("last-event-id", after);
        let response = accepted(request.send().await?).await?;
        let heard = SseStream::from_bytes_stream(response.bytes_stream());
        let events = heard.filter_map(|heard| async {
            match heard {
                Ok(event) => event.data.map(|data| serde_json::from_str(&data).map_err(ClientError::form)),
                Err(error) => Some(Err(ClientError::form(error))),
            }
        });
        Ok(events.boxed())
    }
}

async fn accepted(response: Response) -> Result<Response, ClientError> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let problem: Result<Problem, _> = serde_json::from_slice(&response.bytes().await?);
    Err(problem.map_or_else(|_| ClientError::form(format_args!("status {status}")), ClientError::Refused))
}

async fn form<T: DeserializeOwned>(response: Response) -> Result<T, ClientError> {
    let bytes = accepted(response).await?.bytes().await?;
    serde_json::from_slice(&bytes).map_err(ClientError::form)
}
