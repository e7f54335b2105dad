//! The methods by their names.

use crate::answer::{Answer, failed, gone, read};
use crate::desk::Desk;
use crate::{about, entries, events, send, simulate, transaction};
use chain::{CLOSE_LEDGER, ChainError, Embedded};
use jsonrpsee_server::{RegisterMethodError, RpcModule};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Every method that is served.
pub fn methods(desk: Desk) -> Result<RpcModule<Desk>, RegisterMethodError> {
    let mut module = RpcModule::new(desk);
    register(&mut module, "getHealth", about::health)?;
    register(&mut module, "getNetwork", about::network)?;
    register(&mut module, "getVersionInfo", about::version)?;
    register(&mut module, "getLatestLedger", about::latest_ledger)?;
    register(&mut module, "getFeeStats", about::fees)?;
    register(&mut module, "getLedgerEntries", entries::entries)?;
    register(&mut module, "simulateTransaction", simulate::simulate)?;
    register(&mut module, "sendTransaction", send::send)?;
    register(&mut module, "getTransaction", transaction::transaction)?;
    register(&mut module, "getEvents", events::events)?;
    register(&mut module, CLOSE_LEDGER, about::close_ledger)?;
    Ok(module)
}

fn register<P, A>(
    module: &mut RpcModule<Desk>,
    name: &'static str,
    answer: fn(&mut Embedded, P) -> Answer<A>,
) -> Result<(), RegisterMethodError>
where
    P: DeserializeOwned + Send + 'static,
    A: Serialize + 'static,
{
    let asked = module.register_async_method(name, move |params, desk, _| async move {
        let params: P = read(&params)?;
        let written =
            move |ledger: &mut Embedded| serde_json::to_value(answer(ledger, params)?).map_err(unwritten);
        desk.ask(written).await.unwrap_or_else(|| Err(gone()))
    });
    asked.map(drop)
}

fn unwritten(error: serde_json::Error) -> jsonrpsee_server::types::ErrorObjectOwned {
    failed(&ChainError::Value { what: "an answer", problem: error.to_string() })
}
