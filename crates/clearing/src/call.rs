//! An event of the engine as the call of a contract, and who must sign it.

use crate::SECONDS_A_DAY;
use crate::deployment::Deployment;
use chain::value::{address, amount, map};
use chain::xdr::ScVal;
use chain::{ChainError, Key};
use units::Date;
use waterfall::{Event, Plan};

/// A call with its signer.
pub struct Call {
    /// Entry point of the deal.
    pub function: &'static str,
    /// What it is given.
    pub args: Vec<ScVal>,
    /// Who sends it.
    pub source: Key,
    /// Whose authorisation it needs beside that.
    pub others: Vec<Key>,
}

impl Deployment {
    /// The call that makes the contract apply this event; the closing has one of its own.
    pub fn call(&self, event: &Event<1>) -> Result<Call, ChainError> {
        let parties = &self.parties;
        let by =
            |source: &Key, function, args| Call { function, args, source: source.clone(), others: vec![] };
        Ok(match event {
            Event::Receive { account, source, amount: [units], next_period } => {
                let receipt = map(vec![
                    ("account", ScVal::U32(account.0)),
                    ("amount", amount((*units).into())),
                    ("next_period", ScVal::Bool(*next_period)),
                    ("source", source.map_or(ScVal::Void, |source| ScVal::U32(source.0))),
                ])?;
                by(&parties.operator, "receive", vec![address(parties.operator.address()), receipt])
            }
            Event::Report { input, reporter, value: [value], as_of } => {
                let reporter = parties.reporter(*reporter);
                let (input, value, as_of) =
                    (ScVal::U32(input.0), ScVal::I64(*value), ScVal::I32(as_of.days()));
                by(&reporter, "report", vec![address(reporter.address()), input, value, as_of])
            }
            Event::Restate { name, delta: [delta] } => {
                by(&parties.trustee, "restate", vec![ScVal::U32(name.0), ScVal::I64(*delta)])
            }
            Event::PayDate { number, .. } => {
                by(&parties.operator, "pay", vec![ScVal::U32(u32::from(*number))])
            }
            Event::Draw { note, amount: [units], .. } => {
                let lender = address(parties.arranger.address());
                by(&parties.arranger, "draw", vec![lender, ScVal::U32(note.0), amount((*units).into())])
            }
            Event::Proceeds { account, amount: [units], allocated: [allocated], last, .. } => {
                let sale = map(vec![
                    ("account", ScVal::U32(account.0)),
                    ("allocated", amount((*allocated).into())),
                    ("amount", amount((*units).into())),
                    ("last", ScVal::Bool(*last)),
                ])?;
                let args = vec![address(parties.operator.address()), sale];
                Call { others: vec![parties.trustee.clone()], ..by(&parties.operator, "proceeds", args) }
            }
            Event::Waive { trigger, until } => {
                by(&parties.trustee, "waive", vec![ScVal::U32(trigger.0), ScVal::I32(until.days())])
            }
            Event::Transition { to, .. } => by(&parties.operator, "transition", vec![ScVal::U32(to.0)]),
            Event::Surrender { note, amount: [units], .. } => {
                by(&parties.trustee, "surrender", vec![ScVal::U32(note.0), amount((*units).into())])
            }
        })
    }
}

/// The second in which a ledger must open for an event, if the event says a day.
pub fn second_of(event: &Event<1>) -> Option<u64> {
    let day = match event {
        Event::PayDate { today, .. } => *today,
        Event::Draw { on, .. }
        | Event::Proceeds { on, .. }
        | Event::Transition { on, .. }
        | Event::Surrender { on, .. } => *on,
        Event::Receive { .. } | Event::Report { .. } | Event::Restate { .. } | Event::Waive { .. } => {
            return None;
        }
    };
    seconds(day)
}

/// The first second of a day; none before 1970.
pub fn seconds(day: Date) -> Option<u64> {
    u64::try_from(day.days()).ok()?.checked_mul(SECONDS_A_DAY)
}

/// The first second of the day of the closing; zero before 1970.
pub fn closing(plan: &Plan) -> u64 {
    plan.periods.first().and_then(|period| seconds(period.payment)).unwrap_or(0)
}
