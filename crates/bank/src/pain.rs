//! What an order says, as it is nested in XML.

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename = "Document")]
pub struct Document<'a> {
    #[serde(rename = "@xmlns")]
    pub namespace: &'a str,
    #[serde(rename = "CstmrCdtTrfInitn")]
    pub order: Initiation<'a>,
}

#[derive(Serialize)]
pub struct Initiation<'a> {
    #[serde(rename = "GrpHdr")]
    pub header: Header<'a>,
    #[serde(rename = "PmtInf")]
    pub information: Information<'a>,
}

#[derive(Serialize)]
pub struct Header<'a> {
    #[serde(rename = "MsgId")]
    pub id: &'a str,
    #[serde(rename = "CreDtTm")]
    pub written: &'a str,
    #[serde(rename = "NbOfTxs")]
    pub count: String,
    #[serde(rename = "CtrlSum")]
    pub sum: String,
    #[serde(rename = "InitgPty")]
    pub by: Party<'a>,
}

#[derive(Serialize)]
pub struct Information<'a> {
    #[serde(rename = "PmtInfId")]
    pub id: &'a str,
    #[serde(rename = "PmtMtd")]
    pub method: &'a str,
    #[serde(rename = "NbOfTxs")]
    pub count: String,
    #[serde(rename = "CtrlSum")]
    pub sum: String,
    #[serde(rename = "ReqdExctnDt")]
    pub on: On,
    #[serde(rename = "Dbtr")]
    pub debtor: Party<'a>,
    #[serde(rename = "DbtrAcct")]
    pub account: AccountElement<'a>,
    #[serde(rename = "DbtrAgt")]
    pub agent: Agent<'a>,
    #[serde(rename = "CdtTrfTxInf")]
    pub transfers: Vec<Transfer<'a>>,
}

#[derive(Serialize)]
pub struct On {
    #[serde(rename = "Dt")]
    pub day: String,
}

#[derive(Serialize)]
pub struct Party<'a> {
    #[serde(rename = "Nm")]
    pub name: &'a str,
}

#[derive(Serialize)]
pub struct AccountElement<'a> {
    #[serde(rename = "Id")]
    pub id: AccountId<'a>,
}

#[derive(Serialize)]
pub struct AccountId<'a> {
    #[serde(rename = "IBAN", skip_serializing_if = "Option::is_none")]
    pub iban: Option<&'a str>,
    #[serde(rename = "Othr", skip_serializing_if = "Option::is_none")]
    pub other: Option<Other<'a>>,
}

#[derive(Serialize)]
pub struct Other<'a> {
    #[serde(rename = "Id")]
    pub id: &'a str,
}

#[derive(Serialize)]
pub struct Agent<'a> {
    #[serde(rename = "FinInstnId")]
    pub institution: Institution<'a>,
}

#[derive(Serialize)]
pub struct Institution<'a> {
    #[serde(rename = "BICFI", skip_serializing_if = "Option::is_none")]
    pub bic: Option<&'a str>,
    #[serde(rename = "Othr", skip_serializing_if = "Option::is_none")]
    pub other: Option<Other<'a>>,
}

#[derive(Serialize)]
pub struct Transfer<'a> {
    #[serde(rename = "PmtId")]
    pub ids: Ids<'a>,
    #[serde(rename = "Amt")]
    pub amount: Amount<'a>,
    #[serde(rename = "CdtrAgt", skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent<'a>>,
    #[serde(rename = "Cdtr")]
    pub creditor: Party<'a>,
    #[serde(rename = "CdtrAcct")]
    pub account: AccountElement<'a>,
    #[serde(rename = "RmtInf", skip_serializing_if = "Option::is_none")]
    pub remittance: Option<Remittance<'a>>,
}

#[derive(Serialize)]
pub struct Ids<'a> {
    #[serde(rename = "EndToEndId")]
    pub end_to_end: &'a str,
}

#[derive(Serialize)]
pub struct Amount<'a> {
    #[serde(rename = "InstdAmt")]
    pub instructed: Instructed<'a>,
}

#[derive(Serialize)]
pub struct Instructed<'a> {
    #[serde(rename = "@Ccy")]
    pub currency: &'a str,
    #[serde(rename = "$text")]
    pub text: String,
}

#[derive(Serialize)]
pub struct Remittance<'a> {
    #[serde(rename = "Ustrd")]
    pub words: &'a str,
}
