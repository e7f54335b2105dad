//! Why a transaction was refused, as the network's servers tell it, and back: a result, and an event that explains it.

use crate::metrics::diagnostic;
use crate::transaction::source_of;
use crate::value::{encode, symbol, text};
use crate::xdr::{
    ContractEventBody, CreateAccountResult, DiagnosticEvent, ExtendFootprintTtlResult, Hash,
    InvokeHostFunctionResult, InvokeHostFunctionSuccessPreImage, OperationBody, OperationResult,
    OperationResultTr, ScError, ScErrorCode, ScVal, Transaction, TransactionEnvelope, TransactionResult,
    TransactionResultExt, TransactionResultResult, TransactionV1Envelope, VecM,
};
use crate::{ChainError, Receipt, digest};

/// A refusal in the network's own words.
#[derive(Clone, Debug)]
pub struct Refused {
    /// What kind of refusal.
    pub result: TransactionResult,
    /// What the host said about it.
    pub diagnostics: Vec<DiagnosticEvent>,
}

impl Refused {
    /// The refusal of a transaction; none where the ledger itself failed, which no transaction is to blame for.
    ///
    /// # Errors
    ///
    /// None in practice; encoding is checked.
    pub fn of(error: &ChainError, envelope: &TransactionEnvelope) -> Result<Option<Self>, ChainError> {
        let Some(result) = result(error, envelope)? else { return Ok(None) };
        let result = TransactionResult { fee_charged: 0, result, ext: TransactionResultExt::V0 };
        let (kind, said) = (ScVal::Error(kind(error)), text(&said(error))?);
        Ok(Some(Self { result, diagnostics: vec![diagnostic(vec![symbol("error")?, kind], said)?] }))
    }

    /// The refusal in this crate's words. `last` is the number that the source used last.
    pub(crate) fn error(&self, tx: &Transaction, last: i64) -> ChainError {
        let account = source_of(tx).to_string();
        match &self.result.result {
            TransactionResultResult::TxBadSeq => ChainError::Sequence { account, given: tx.seq_num.0, last },
            TransactionResultResult::TxBadAuth => ChainError::Signature(account),
            TransactionResultResult::TxNoAccount => ChainError::NoAccount(account),
            TransactionResultResult::TxNotSupported => ChainError::Unsupported("this transaction"),
            TransactionResultResult::TxFailed(operations) => self.failed(tx, operations.first()),
            other => ChainError::Host { error: other.name().to_owned(), detail: self.detail() },
        }
    }

    fn failed(&self, tx: &Transaction, operation: Option<&OperationResult>) -> ChainError {
        let Some(OperationResult::OpInner(result)) = operation else { return self.said() };
        match (result, tx.operations.first().map(|operation| &operation.body)) {
            (
                OperationResultTr::CreateAccount(CreateAccountResult::AlreadyExist),
                Some(OperationBody::CreateAccount(op)),
            ) => ChainError::AccountExists(op.destination.to_string()),
            (OperationResultTr::CreateAccount(_), _) => {
                ChainError::value("the starting balance", "it is not to be had")
            }
            (OperationResultTr::InvokeHostFunction(InvokeHostFunctionResult::EntryArchived), _) => {
                ChainError::Archived(self.words())
            }
            _ => self.said(),
        }
    }

    /// What the host said first, which is the cause.
    fn said(&self) -> ChainError {
        let words = self.words();
        match self.diagnostics.iter().find_map(error_of) {
            Some(ScError::Contract(code)) => ChainError::Contract { code, detail: self.detail() },
            Some(ScError::Storage(ScErrorCode::ExceededLimit)) => ChainError::Footprint,
            Some(ScError::Auth(_)) => ChainError::Unauthorised(words),
            Some(_) if !words.is_empty() => ChainError::Host { error: words, detail: String::new() },
            Some(other) => ChainError::Host { error: other.name().to_owned(), detail: String::new() },
            None => ChainError::Host { error: "the call failed".to_owned(), detail: String::new() },
        }
    }

    fn words(&self) -> String {
        let told = self.diagnostics.iter().find(|event| error_of(event).is_some());
        match told.map(|event| &event.event.body) {
            Some(ContractEventBody::V0(body)) => match &body.data {
                ScVal::String(words) => words.to_utf8_string_lossy(),
                _ => String::new(),
            },
            None => String::new(),
        }
    }

    fn detail(&self) -> String {
        match self.words() {
            words if words.is_empty() => words,
            words => format!(" ({words})"),
        }
    }
}

/// The result of a transaction that succeeded, in the network's own words.
///
/// # Errors
///
/// None in practice; encoding is checked.
pub fn success(envelope: &TransactionEnvelope, receipt: &Receipt) -> Result<TransactionResult, ChainError> {
    let results = match operation(envelope) {
        Some(OperationBody::CreateAccount(_)) => {
            OperationResultTr::CreateAccount(CreateAccountResult::Success)
        }
        Some(OperationBody::ExtendFootprintTtl(_)) => {
            OperationResultTr::ExtendFootprintTtl(ExtendFootprintTtlResult::Success)
        }
        _ => OperationResultTr::InvokeHostFunction(InvokeHostFunctionResult::Success(returned(receipt)?)),
    };
    let result = TransactionResultResult::TxSuccess(one(results)?);
    Ok(TransactionResult { fee_charged: 0, result, ext: TransactionResultExt::V0 })
}

/// What a result says of a call: the hash over its value and its events.
fn returned(receipt: &Receipt) -> Result<Hash, ChainError> {
    let events = receipt.events.clone().try_into().map_err(|error| ChainError::value("events", error))?;
    let said = InvokeHostFunctionSuccessPreImage { return_value: receipt.result.clone(), events };
    Ok(Hash(digest(&[&encode(&said)?])))
}

fn operation(envelope: &TransactionEnvelope) -> Option<&OperationBody> {
    let TransactionEnvelope::Tx(TransactionV1Envelope { tx, .. }) = envelope else { return None };
    tx.operations.first().map(|operation| &operation.body)
}

fn one(result: OperationResultTr) -> Result<VecM<OperationResult>, ChainError> {
    let results = vec![OperationResult::OpInner(result)].try_into();
    results.map_err(|error| ChainError::value("results", error))
}

/// The error that a diagnostic event tells of.
fn error_of(event: &DiagnosticEvent) -> Option<ScError> {
    let ContractEventBody::V0(body) = &event.event.body;
    match body.topics.as_slice() {
        [ScVal::Symbol(name), ScVal::Error(error), ..] if name.0.as_slice() == b"error" => {
            Some(error.clone())
        }
        _ => None,
    }
}

/// The network's kind of refusal.
fn result(
    error: &ChainError,
    envelope: &TransactionEnvelope,
) -> Result<Option<TransactionResultResult>, ChainError> {
    Ok(Some(match error {
        ChainError::Sequence { .. } => TransactionResultResult::TxBadSeq,
        ChainError::Signature(_) => TransactionResultResult::TxBadAuth,
        ChainError::NoAccount(_) => TransactionResultResult::TxNoAccount,
        ChainError::Unsupported(_) => TransactionResultResult::TxNotSupported,
        ChainError::AccountExists(_)
        | ChainError::Unauthorised(_)
        | ChainError::AuthorisationUsed(_)
        | ChainError::AuthorisationExpired { .. }
        | ChainError::Limit { .. }
        | ChainError::Archived(_)
        | ChainError::Footprint
        | ChainError::Contract { .. }
        | ChainError::Host { .. }
        | ChainError::Value { .. } => failed(error, envelope)?,
        _ => return Ok(None),
    }))
}

/// A failure inside the operation, told in the operation's own results.
fn failed(error: &ChainError, envelope: &TransactionEnvelope) -> Result<TransactionResultResult, ChainError> {
    let result = match operation(envelope) {
        Some(OperationBody::CreateAccount(_)) => OperationResultTr::CreateAccount(match error {
            ChainError::AccountExists(_) => CreateAccountResult::AlreadyExist,
            _ => CreateAccountResult::Underfunded,
        }),
        Some(OperationBody::InvokeHostFunction(_)) => OperationResultTr::InvokeHostFunction(match error {
            ChainError::Archived(_) => InvokeHostFunctionResult::EntryArchived,
            ChainError::Limit { .. } | ChainError::Footprint => {
                InvokeHostFunctionResult::ResourceLimitExceeded
            }
            _ => InvokeHostFunctionResult::Trapped,
        }),
        Some(OperationBody::ExtendFootprintTtl(_)) => {
            OperationResultTr::ExtendFootprintTtl(ExtendFootprintTtlResult::Malformed)
        }
        _ => return Ok(TransactionResultResult::TxNotSupported),
    };
    Ok(TransactionResultResult::TxFailed(one(result)?))
}

/// The host's kind of error.
const fn kind(error: &ChainError) -> ScError {
    match error {
        ChainError::Contract { code, .. } => ScError::Contract(*code),
        ChainError::Footprint => ScError::Storage(ScErrorCode::ExceededLimit),
        ChainError::Archived(_) => ScError::Storage(ScErrorCode::InvalidAction),
        ChainError::Limit { .. } => ScError::Budget(ScErrorCode::ExceededLimit),
        ChainError::Unauthorised(_)
        | ChainError::AuthorisationUsed(_)
        | ChainError::AuthorisationExpired { .. } => ScError::Auth(ScErrorCode::InvalidAction),
        _ => ScError::Context(ScErrorCode::InvalidAction),
    }
}

/// What there is to say beyond the kind.
fn said(error: &ChainError) -> String {
    match error {
        ChainError::Contract { detail, .. } => detail.trim_matches([' ', '(', ')']).to_owned(),
        ChainError::Archived(what) | ChainError::Unauthorised(what) => what.clone(),
        ChainError::Host { error, detail } => format!("{error}{detail}"),
        error => error.to_string(),
    }
}
