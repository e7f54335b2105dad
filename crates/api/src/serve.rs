//! A server: plain on a loopback, or with TLS.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioTimer;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::ApiError;
use crate::state::Api;

/// How long a sender may take for the head of a request.
const HEAD: Duration = Duration::from_secs(10);

/// How long requests may go on after the server was told to end.
const GRACE: Duration = Duration::from_secs(10);

/// What proves who the server is.
#[derive(Clone)]
pub struct Certificate(Arc<ServerConfig>);

impl Certificate {
    /// Takes a chain of certificates and its key, both PEM.
    ///
    /// # Errors
    /// [`ApiError::Certificate`].
    pub fn of(chain: &[u8], key: &[u8]) -> Result<Self, ApiError> {
        let wrong = |error: &dyn std::fmt::Display| ApiError::Certificate(error.to_string());
        let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| wrong(&error))?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| wrong(&error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| wrong(&error))?.with_no_client_auth();
        let mut config = builder.with_single_cert(chain, key).map_err(|error| wrong(&error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }
}

/// Serves until `stop` is done; then no request is taken any more, and those under way may end.
///
/// # Errors
/// [`ApiError::Listen`].
pub async fn serve(
    (api, router): (Api, Router),
    (listener, certificate): (TcpListener, Option<Certificate>),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ApiError> {
    listener.set_nonblocking(true).map_err(ApiError::Listen)?;
    let handle = Handle::<SocketAddr>::new();
    let ender = handle.clone();
    tokio::spawn(async move {
        stop.await;
        api.stop();
        ender.graceful_shutdown(Some(GRACE));
    });
    let app = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener).map_err(ApiError::Listen)?.handle(handle).http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    let served = match certificate {
        None => server.serve(app).await,
        Some(Certificate(config)) => {
            let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(config));
            server.acceptor(acceptor).serve(app).await
        }
    };
    served.map_err(ApiError::Listen)
}
