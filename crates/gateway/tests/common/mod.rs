//! A ledger in a file that is being served, and a client that asks anything.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chain::xdr::TransactionEnvelope;
use chain::{ChainError, Currency, Genesis, Key, Ledger, Network, Polling, Receipt, Signing, Transfer};
use forebay_gateway::{Gateway, GatewayError, Listening};
use jsonrpsee_core::client::{ClientT, Error};
use jsonrpsee_core::traits::ToRpcParams;
use serde_json::Value;
use serde_json::value::RawValue;
use std::path::{Path, PathBuf};
use std::time::Duration;
use stellar_rpc_client::Client;
use tokio::runtime::{Builder, Runtime};

/// The first second of the tests: 1 January 2026.
pub const START: u64 = 1_767_225_600;

/// Native coins for an account.
pub const COINS: i64 = 1_000_000_000;

/// A ledger that answers has decided: a second question would be one too many.
pub const AT_ONCE: Polling = Polling { pause: Duration::ZERO, questions: 1 };

pub fn genesis() -> Genesis {
    Genesis { passphrase: "forebay test".to_owned(), time: START }
}

/// A free port of this machine.
pub fn loopback() -> Listening {
    Listening { address: "127.0.0.1:0".parse().unwrap(), open_to_others: false }
}

pub fn serve(path: &Path) -> Result<Gateway, GatewayError> {
    Gateway::serve(path, genesis(), loopback())
}

/// A fixed key for each number.
pub fn key(number: u8) -> Key {
    Key::from_secret([number; 32])
}

/// A served ledger in a folder of its own.
pub struct Served {
    pub gateway: Gateway,
    pub file: PathBuf,
    pub folder: tempfile::TempDir,
}

impl Served {
    pub fn new() -> Self {
        Self::beginning(START)
    }

    /// The same with another first second.
    pub fn beginning(time: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("served.ledger");
        let gateway = Gateway::serve(&file, Genesis { time, ..genesis() }, loopback()).unwrap();
        Self { gateway, file, folder }
    }

    pub fn network(&self) -> Network {
        Network::connect(&self.gateway.url(), AT_ONCE).unwrap()
    }
}

/// An issuer (1) and two holders (2, 3) on any ledger; 2 has a thousand units.
pub struct World<L> {
    pub ledger: L,
    pub cash: Currency,
    /// What was done to come here.
    pub receipts: Vec<Receipt>,
}

impl<L: Ledger> World<L> {
    pub fn on(mut ledger: L) -> Self {
        let mut receipts: Vec<_> =
            (1..=3).map(|number| ledger.fund(&key(number).account(), COINS).unwrap()).collect();
        let cash = Currency::issue(&mut ledger, Signing::by(&key(1)), "USDC").unwrap();
        for number in 2..=3 {
            receipts.push(cash.trust(&mut ledger, Signing::by(&key(number))).unwrap());
        }
        receipts.push(cash.mint(&mut ledger, Signing::by(&key(1)), (key(2).address(), 1000)).unwrap());
        Self { ledger, cash, receipts }
    }

    pub fn pay(&mut self, from: u8, to: u8, units: i128) -> Result<Receipt, ChainError> {
        let transfer = Transfer { from: key(from).address(), to: key(to).address(), units };
        self.cash.transfer(&mut self.ledger, Signing::by(&key(from)), transfer)
    }

    /// A payment from 2 to 3, signed and not sent.
    pub fn signed(&self, units: i128) -> TransactionEnvelope {
        let transfer = Transfer { from: key(2).address(), to: key(3).address(), units };
        self.ledger.prepare_call(Signing::by(&key(2)), self.cash.transfer_call(transfer)).unwrap()
    }

    pub fn balance(&self, of: u8) -> i128 {
        self.cash.balance(&self.ledger, &key(of).address()).unwrap()
    }
}

/// The network's own client, without any of ours.
pub struct Plain {
    pub runtime: Runtime,
    pub client: Client,
}

impl Plain {
    pub fn of(served: &Served) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, client: Client::new(&served.gateway.url()).unwrap() }
    }

    /// Any question: the answer, or the error's code and words.
    pub fn ask(&self, method: &str, params: &Value) -> Result<Value, (i32, String)> {
        let params = Written(params.to_string());
        match self.runtime.block_on(self.client.client().request(method, params)) {
            Ok(answer) => Ok(answer),
            Err(Error::Call(error)) => Err((error.code(), error.message().to_owned())),
            Err(error) => panic!("{method}: {error}"),
        }
    }
}

struct Written(String);

impl ToRpcParams for Written {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        RawValue::from_string(self.0).map(Some)
    }
}
