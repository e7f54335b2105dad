//! What happened, as the deal hears of it.

use units::{Amount, Date, Quantity, Rate};

/// A number with its unit, or a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Money, or a price for one whole of something.
    Amount(Amount),
    /// A rate or share.
    Rate(Rate),
    /// A count of machines, hours or kWh.
    Quantity(Quantity),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// Returns the count of the smallest unit; a flag is 1 or 0.
    pub const fn units(self) -> i64 {
        match self {
            Self::Amount(amount) => amount.units(),
            Self::Rate(rate) => rate.units(),
            Self::Quantity(quantity) => quantity.units(),
            Self::Flag(true) => 1,
            Self::Flag(false) => 0,
        }
    }
}

/// Where a number comes from, from the best to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// Published or measured, dated inside the period.
    Observed,
    /// Fixed by a contract.
    Contracted,
    /// Computed from other numbers.
    Derived,
    /// On the line between two points.
    Interpolated,
    /// The last known value.
    Carried,
    /// Nobody's number but the case's.
    Assumed,
    /// Changed by the scenario.
    Shocked,
}

impl Provenance {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::Observed,
        Self::Contracted,
        Self::Derived,
        Self::Interpolated,
        Self::Carried,
        Self::Assumed,
        Self::Shocked,
    ];

    /// Returns the word a report prints.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Contracted => "contracted",
            Self::Derived => "derived",
            Self::Interpolated => "interpolated",
            Self::Carried => "carried",
            Self::Assumed => "assumed",
            Self::Shocked => "shocked",
        }
    }
}

/// What an observation does when the deal hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObservationKind {
    /// Cash that arrives.
    Receipt,
    /// A number that somebody states.
    Report,
    /// A signed correction of an earlier number, booked in the period of its date.
    Restate,
}

/// One dated fact about the collateral.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observation {
    /// The day it becomes known; cash is there on that day.
    pub date: Date,
    /// The name by which a deal observes it.
    pub name: String,
    /// The member of a concentration group it speaks of, if not of the whole pool.
    pub member: Option<String>,
    /// The number.
    pub value: Value,
    /// Cash, report or correction.
    pub kind: ObservationKind,
    /// How far it can be trusted.
    pub provenance: Provenance,
    /// Who says so.
    pub source: String,
}

/// One collection period of the deal's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// 1 for the first.
    pub number: u32,
    /// First day that earns.
    pub start: Date,
    /// The day after the last one that earns.
    pub end: Date,
    /// The cut-off: what is dated later belongs to the next period.
    pub determination: Date,
    /// When the deal pays.
    pub payment: Date,
}

/// The observations of one period; everything is dated at its determination date.
#[derive(Debug)]
pub(crate) struct Ledger {
    date: Date,
    source: String,
    pub(crate) entries: Vec<Observation>,
}

impl Ledger {
    pub(crate) fn new(date: Date, source: &str) -> Self {
        Self { date, source: source.to_owned(), entries: Vec::new() }
    }

    pub(crate) const fn date(&self) -> Date {
        self.date
    }

    pub(crate) fn receipt(&mut self, name: &str, amount: i64, provenance: Provenance) {
        self.push(name, Value::Amount(Amount::new(amount)), (ObservationKind::Receipt, provenance));
    }

    pub(crate) fn report(&mut self, name: &str, value: Value, provenance: Provenance) {
        self.push(name, value, (ObservationKind::Report, provenance));
    }

    /// A report that rests on one published source.
    pub(crate) fn report_from(&mut self, name: &str, value: Value, (provenance, source): (Provenance, &str)) {
        self.report(name, value, provenance);
        if let Some(entry) = self.entries.last_mut() {
            source.clone_into(&mut entry.source);
        }
    }

    /// A report that speaks of one member of a group and rests on one published source.
    pub(crate) fn report_member(
        &mut self,
        (name, member): (&str, &str),
        value: Value,
        origin: (Provenance, &str),
    ) {
        self.report_from(name, value, origin);
        if let Some(entry) = self.entries.last_mut() {
            entry.member = Some(member.to_owned());
        }
    }

    fn push(&mut self, name: &str, value: Value, (kind, provenance): (ObservationKind, Provenance)) {
        let (date, source) = (self.date, self.source.clone());
        self.entries.push(Observation {
            date,
            name: name.to_owned(),
            member: None,
            value,
            kind,
            provenance,
            source,
        });
    }
}
