//! The server: one thread for the connections, one for the ledger.

use crate::desk::{Desk, Opened};
use crate::error::GatewayError;
use crate::methods::methods;
use chain::Genesis;
use jsonrpsee_server::middleware::http::HostFilterLayer;
use jsonrpsee_server::{BatchRequestConfig, RpcModule, Server, ServerConfig, ServerHandle};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};
use tower::ServiceBuilder;

/// Questions in one batch at most.
const BATCH_MAX: u32 = 50;

/// Where to listen.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// Whether other machines may come: whoever reaches the server can move the ledger's clock.
    pub open_to_others: bool,
}

/// A ledger that is being served. It ends when this is dropped; the file is closed then.
pub struct Gateway {
    address: SocketAddr,
    passphrase: String,
    server: ServerHandle,
    threads: Vec<JoinHandle<()>>,
}

impl Gateway {
    /// Serves the ledger in a file, which is begun as `genesis` says if it is not there.
    ///
    /// # Errors
    ///
    /// What the file or the address refuses.
    pub fn serve(path: &Path, genesis: Genesis, listening: Listening) -> Result<Self, GatewayError> {
        let address = listening.address;
        if !address.ip().is_loopback() && !listening.open_to_others {
            return Err(GatewayError::Open { address });
        }
        let Opened { desk, thread, passphrase } = Desk::open(path.to_owned(), genesis)?;
        let methods = methods(desk).map_err(GatewayError::work)?;
        let (tell, told) = channel();
        let serving = Builder::new().name("gateway".to_owned()).spawn(move || run(address, methods, &tell));
        let serving = serving.map_err(GatewayError::work)?;
        let (address, server) = told.recv().map_err(GatewayError::work)??;
        Ok(Self { address, passphrase, server, threads: vec![serving, thread] })
    }

    /// Where clients find it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The network's name, which signatures are bound to.
    pub fn passphrase(&self) -> &str {
        &self.passphrase
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // A server that has stopped by itself needs no telling; a thread that ended badly has said so.
        self.server.stop().ok();
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

type Started = Result<(SocketAddr, ServerHandle), GatewayError>;

/// Runs until the server is told to stop.
fn run(address: SocketAddr, methods: RpcModule<Desk>, tell: &Sender<Started>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let started = runtime.map_err(GatewayError::work).map(|runtime| {
        runtime.block_on(async {
            let started = start(address, methods).await;
            let handle = started.as_ref().ok().map(|(_, handle)| handle.clone());
            drop(tell.send(started));
            if let Some(handle) = handle {
                handle.stopped().await;
            }
        });
    });
    if let Err(error) = started {
        drop(tell.send(Err(error)));
    }
}

async fn start(address: SocketAddr, methods: RpcModule<Desk>) -> Started {
    let config = ServerConfig::builder()
        .http_only()
        .set_batch_request_config(BatchRequestConfig::Limit(BATCH_MAX))
        .build();
    let hosts = hosts(address).map_err(GatewayError::work)?;
    let server = Server::builder()
        .set_config(config)
        .set_http_middleware(ServiceBuilder::new().layer(hosts))
        .build(address)
        .await
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => GatewayError::Taken { address },
            _ => GatewayError::Listen { address, error },
        })?;
    let address = server.local_addr().map_err(GatewayError::work)?;
    Ok((address, server.start(methods)))
}

/// A page in a browser must not reach a ledger on the same machine by giving itself another name.
fn hosts(address: SocketAddr) -> Result<HostFilterLayer, impl std::error::Error> {
    match address.ip().is_loopback() {
        true => HostFilterLayer::new(["localhost:*", "127.0.0.1:*", "[::1]:*"]),
        false => Ok(HostFilterLayer::disable()),
    }
}
