//! What all answers share: errors by their JSON-RPC codes, arguments, XDR as text.

use chain::value::{from_base64, to_base64};
use chain::xdr::{ReadXdr, WriteXdr};
use chain::{ChainError, Embedded, Head};
use jsonrpsee_server::types::error::{INTERNAL_ERROR_CODE, INVALID_PARAMS_CODE, INVALID_REQUEST_CODE};
use jsonrpsee_server::types::{ErrorObjectOwned, Params};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// An answer, or an error of JSON-RPC.
pub type Answer<T> = Result<T, ErrorObjectOwned>;

/// The arguments are wrong.
pub fn invalid(problem: impl ToString) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INVALID_PARAMS_CODE, problem.to_string(), None::<()>)
}

/// The question cannot be answered as things stand.
pub fn refused(problem: impl ToString) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INVALID_REQUEST_CODE, problem.to_string(), None::<()>)
}

/// The ledger itself failed.
pub fn failed(error: &ChainError) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INTERNAL_ERROR_CODE, format!("{error} [{}]", error.code()), None::<()>)
}

/// The ledger's thread is gone.
pub fn gone() -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INTERNAL_ERROR_CODE, "the ledger is closed; start the server again", None::<()>)
}

/// Reads arguments; none at all are as good as an empty object.
pub fn read<P: DeserializeOwned>(params: &Params<'_>) -> Answer<P> {
    let text = params.as_str().filter(|text| !matches!(*text, "null" | "[]")).unwrap_or("{}");
    serde_json::from_str(text).map_err(invalid)
}

/// XDR as clients read it.
pub fn encoded(value: &impl WriteXdr) -> Answer<String> {
    to_base64(value).map_err(|error| failed(&error))
}

/// A list of XDR as clients read it.
pub fn encoded_all<'a, T: WriteXdr + 'a>(values: impl IntoIterator<Item = &'a T>) -> Answer<Vec<String>> {
    values.into_iter().map(encoded).collect()
}

/// XDR that a client wrote.
pub fn decoded<T: ReadXdr>(text: &str, otherwise: impl ToString) -> Answer<T> {
    from_base64("XDR", text).map_err(|_| invalid(otherwise))
}

/// The form in which a client wants XDR: base64 is the only one.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Format;

impl TryFrom<String> for Format {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        match name.as_str() {
            "" | "base64" => Ok(Self),
            _ => Err("this server writes XDR as base64 only; leave xdrFormat out, or say base64"),
        }
    }
}

/// From which ledger to which there is something to ask for.
pub struct Known {
    pub oldest: Head,
    pub latest: Head,
}

impl Known {
    pub fn of(ledger: &Embedded) -> Answer<Self> {
        let latest = chain::Ledger::head(ledger).map_err(|error| failed(&error))?;
        let oldest = ledger.first().map_err(|error| failed(&error))?;
        Ok(Self { oldest, latest })
    }
}
