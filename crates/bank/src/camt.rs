//! What a statement says, as it is nested in XML. Only what is read stands here; all else is skipped.
//!
//! Between the versions 02 and 13 of camt.053 the status became a code inside an element, and a party's name moved into
//! one: both forms are read.

use serde::Deserialize;

#[derive(Deserialize)]
pub struct Document {
    #[serde(rename = "BkToCstmrStmt")]
    pub report: Report,
}

#[derive(Deserialize)]
pub struct Report {
    #[serde(rename = "Stmt", default)]
    pub statements: Vec<Stmt>,
}

#[derive(Deserialize)]
pub struct Stmt {
    #[serde(rename = "Id")]
    pub id: String,
    #[serde(rename = "Acct")]
    pub account: Acct,
    #[serde(rename = "Bal", default)]
    pub balances: Vec<Bal>,
    #[serde(rename = "Ntry", default)]
    pub entries: Vec<Ntry>,
}

#[derive(Deserialize)]
pub struct Acct {
    #[serde(rename = "Id")]
    pub id: AcctId,
}

#[derive(Deserialize, Default)]
pub struct AcctId {
    #[serde(rename = "IBAN")]
    pub iban: Option<String>,
    #[serde(rename = "Othr")]
    pub other: Option<Other>,
}

impl AcctId {
    /// The account's number without spaces.
    pub fn number(&self) -> Option<String> {
        let number = self.iban.as_ref().or(self.other.as_ref().map(|other| &other.id))?;
        Some(number.split_whitespace().collect())
    }
}

#[derive(Deserialize)]
pub struct Other {
    #[serde(rename = "Id")]
    pub id: String,
}

#[derive(Deserialize)]
pub struct Bal {
    #[serde(rename = "Tp")]
    pub kind: BalKind,
    #[serde(rename = "Amt")]
    pub amount: Amt,
    #[serde(rename = "CdtDbtInd")]
    pub sign: String,
}

#[derive(Deserialize)]
pub struct BalKind {
    #[serde(rename = "CdOrPrtry")]
    pub code: CodeOrOwn,
}

#[derive(Deserialize)]
pub struct CodeOrOwn {
    #[serde(rename = "Cd")]
    pub code: Option<String>,
}

#[derive(Deserialize)]
pub struct Amt {
    #[serde(rename = "@Ccy")]
    pub currency: String,
    #[serde(rename = "$text")]
    pub text: String,
}

#[derive(Deserialize)]
pub struct Ntry {
    #[serde(rename = "NtryRef")]
    pub reference: Option<String>,
    #[serde(rename = "Amt")]
    pub amount: Amt,
    #[serde(rename = "CdtDbtInd")]
    pub sign: String,
    #[serde(rename = "RvslInd", default)]
    pub reversal: bool,
    #[serde(rename = "Sts")]
    pub status: Option<Status>,
    #[serde(rename = "BookgDt")]
    pub booked: Option<Day>,
    #[serde(rename = "ValDt")]
    pub valued: Option<Day>,
    #[serde(rename = "AcctSvcrRef")]
    pub bank_reference: Option<String>,
    #[serde(rename = "NtryDtls", default)]
    pub details: Vec<Details>,
}

#[derive(Deserialize)]
pub struct Status {
    #[serde(rename = "$text")]
    pub text: Option<String>,
    #[serde(rename = "Cd")]
    pub code: Option<String>,
}

#[derive(Deserialize)]
pub struct Day {
    #[serde(rename = "Dt")]
    pub day: Option<String>,
    #[serde(rename = "DtTm")]
    pub moment: Option<String>,
}

#[derive(Deserialize, Default)]
pub struct Details {
    #[serde(rename = "TxDtls", default)]
    pub transactions: Vec<Transaction>,
}

#[derive(Deserialize, Default)]
pub struct Transaction {
    #[serde(rename = "Refs", default)]
    pub references: References,
    #[serde(rename = "Amt")]
    pub amount: Option<Amt>,
    #[serde(rename = "AmtDtls")]
    pub amounts: Option<Amounts>,
    #[serde(rename = "RltdPties", default)]
    pub parties: Parties,
    #[serde(rename = "RmtInf", default)]
    pub remittance: Remittance,
}

#[derive(Deserialize)]
pub struct Amounts {
    #[serde(rename = "TxAmt")]
    pub transaction: Option<TxAmt>,
}

#[derive(Deserialize)]
pub struct TxAmt {
    #[serde(rename = "Amt")]
    pub amount: Amt,
}

#[derive(Deserialize, Default)]
pub struct References {
    #[serde(rename = "EndToEndId")]
    pub end_to_end: Option<String>,
    #[serde(rename = "AcctSvcrRef")]
    pub bank: Option<String>,
}

#[derive(Deserialize, Default)]
pub struct Parties {
    #[serde(rename = "Dbtr")]
    pub debtor: Option<Party>,
    #[serde(rename = "DbtrAcct")]
    pub debtor_account: Option<Acct>,
    #[serde(rename = "Cdtr")]
    pub creditor: Option<Party>,
    #[serde(rename = "CdtrAcct")]
    pub creditor_account: Option<Acct>,
}

#[derive(Deserialize)]
pub struct Party {
    #[serde(rename = "Nm")]
    pub name: Option<String>,
    #[serde(rename = "Pty")]
    pub inner: Option<Named>,
}

impl Party {
    pub fn name(&self) -> Option<&String> {
        self.name.as_ref().or(self.inner.as_ref().and_then(|inner| inner.name.as_ref()))
    }
}

#[derive(Deserialize)]
pub struct Named {
    #[serde(rename = "Nm")]
    pub name: Option<String>,
}

#[derive(Deserialize, Default)]
pub struct Remittance {
    #[serde(rename = "Ustrd", default)]
    pub words: Vec<String>,
    #[serde(rename = "Strd", default)]
    pub structured: Vec<Structured>,
}

#[derive(Deserialize)]
pub struct Structured {
    #[serde(rename = "CdtrRefInf")]
    pub creditor: Option<CreditorReference>,
}

#[derive(Deserialize)]
pub struct CreditorReference {
    #[serde(rename = "Ref")]
    pub reference: Option<String>,
}
