//! The JSON that is run: a deal, its calendar, aggregates of the tape, and what happened.

use crate::syntax::Document;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Input {
    pub deal: Document,
    #[serde(default)]
    pub pool: BTreeMap<String, Aggregate>,
    #[serde(default)]
    pub groups: BTreeMap<String, Vec<String>>,
    pub calendar: Vec<Payment>,
    #[serde(default)]
    pub events: Vec<Event>,
}

/// An aggregate of the tape, `pool.X` in formulas.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aggregate {
    Amount(String),
    Rate(String),
    Quantity(String),
}

/// One payment date; number 0 is the closing.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Payment {
    pub number: usize,
    /// First day of the period, unadjusted.
    pub start: NaiveDate,
    /// The unadjusted date of the payment.
    pub end: NaiveDate,
    pub determination: NaiveDate,
    /// The adjusted date of the payment.
    pub payment: NaiveDate,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    Receive(Received),
    Report(Reported),
    Restate(Restated),
    Draw(Drawn),
    Proceeds(Sold),
    Waive { trigger: String, until: NaiveDate },
    Transition { to: String, on: NaiveDate },
    Surrender { note: String, amount: String, on: NaiveDate },
    PayDate { number: usize, today: NaiveDate },
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Received {
    #[serde(default)]
    pub source: Option<String>,
    pub account: String,
    pub amount: String,
    #[serde(default)]
    pub next_period: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Reported {
    pub input: String,
    #[serde(default)]
    pub member: Option<String>,
    #[serde(default)]
    pub reporter: u32,
    pub value: String,
    pub as_of: NaiveDate,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Restated {
    pub name: String,
    #[serde(default)]
    pub member: Option<String>,
    pub delta: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Drawn {
    pub note: String,
    pub amount: String,
    pub on: NaiveDate,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sold {
    pub account: String,
    pub amount: String,
    #[serde(default = "nothing")]
    pub allocated: String,
    #[serde(default)]
    pub last: bool,
    pub on: NaiveDate,
}

fn nothing() -> String {
    "0".to_owned()
}
