//! How a deal stands, fact by fact, so that another engine can be held against it.

use crate::day_count::days;
use crate::error::{Halt, ReferenceError};
use crate::exact::{Exact, show};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::outcome::Posting;
use crate::syntax::Named;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What one event did.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// Its index.
    pub event: usize,
    /// Why it was refused; nothing changed then.
    pub refused: Option<&'a str>,
    /// What it moved, in order.
    pub postings: &'a [Posting],
    /// How the deal stands now: every fact by its name, numbers in smallest units.
    pub facts: &'a Facts,
}

/// Facts by name: `A.balance`, `account.lockbox`, `let.noi`.
pub type Facts = BTreeMap<String, String>;

impl Interpreter<'_> {
    pub(crate) fn facts(&self) -> Result<Facts, ReferenceError> {
        let mut facts = Facts::new();
        facts.insert("state".to_owned(), self.deal.states[self.state.current].name.clone());
        facts.insert("ended".to_owned(), self.has_ended().to_string());
        self.add_cash(&mut facts);
        self.add_notes(&mut facts);
        self.add_costs(&mut facts);
        for (trigger, state) in self.deal.triggers.iter().zip(&self.state.triggers) {
            facts.insert(format!("trigger.{}", trigger.name), state.is_on.to_string());
        }
        if self.state.is_closed {
            self.add_inputs(&mut facts)?;
            self.add_formulas(&mut facts)?;
        }
        Ok(facts)
    }

    fn money(&self, amount: &Exact) -> String {
        whole_units(amount, self.deal.decimals)
    }

    fn add_cash(&self, facts: &mut Facts) {
        let places = [("", &self.state.accounts), (".apart", &self.state.apart)];
        for (suffix, cash) in places {
            let named = cash.iter().map(|(name, cash)| (format!("account.{name}{suffix}"), self.money(cash)));
            facts.extend(named);
        }
        let received =
            self.state.receipts.iter().map(|(name, sum)| (format!("receipt.{name}"), self.money(sum)));
        facts.extend(received);
    }

    fn add_notes(&self, facts: &mut Facts) {
        for (note, state) in self.deal.notes.iter().zip(&self.state.notes) {
            let fields = [
                ("balance", &state.balance),
                ("interest", &state.interest),
                ("accrued", &state.accrued_interest),
                ("scheduled", &state.scheduled),
                ("additional", &state.additional),
                ("capitalised", &state.capitalised),
                ("written_off", &state.written_off),
                ("drawn", &state.drawn),
                ("interest.paid", &state.paid.interest),
                ("principal.paid", &state.paid.principal),
                ("scheduled.paid", &state.paid.scheduled),
                ("additional.paid", &state.paid.additional),
                ("interest.unpaid", &state.unpaid),
            ];
            facts
                .extend(fields.map(|(field, amount)| (format!("{}.{field}", note.name), self.money(amount))));
            if note.draws().is_none() {
                facts.insert(format!("{}.planned", note.name), self.money(&state.planned));
            }
            facts.insert(format!("{}.coupon", note.name), whole_units(&state.coupon, 9));
        }
    }

    fn add_costs(&self, facts: &mut Facts) {
        for (cost, state) in self.deal.costs.iter().zip(&self.state.costs) {
            let name = &cost.name;
            facts.insert(format!("{name}.due"), self.money(&state.due));
            facts.insert(format!("{name}.paid"), self.money(&state.paid));
            if cost.at_most.is_some() {
                facts.insert(format!("{name}.excess"), self.money(&state.excess));
                facts.insert(format!("{name}.excess.paid"), self.money(&state.excess_paid));
            }
        }
    }

    /// What formulas read: through the fallback, if the value is stale.
    fn add_inputs(&self, facts: &mut Facts) -> Result<(), ReferenceError> {
        for input in &self.deal.inputs {
            for member in self.deal.members(input) {
                let name = match &member {
                    Some(member) => format!("input.{}[{member}]", input.name),
                    None => format!("input.{}", input.name),
                };
                let read = match self.read_input(input, &member)? {
                    Value::Number(kind, exact) => whole_units(&exact, self.units().places(kind)),
                    other => self.show_value(&other),
                };
                facts.insert(name, read);
            }
        }
        Ok(())
    }

    fn add_formulas(&self, facts: &mut Facts) -> Result<(), ReferenceError> {
        let lets = self.deal.lets.iter().map(|formula| ("let", formula));
        let tests = self.deal.tests.iter().map(|formula| ("test", formula));
        for (what, Named { name, value }) in lets.chain(tests) {
            let shown = match self.value(value).and_then(|value| self.units().grounded(&value)) {
                Ok(value) => self.show_value(&value),
                Err(Halt::Refused(_)) => "refused".to_owned(),
                Err(meaningless) => return Err(meaningless.into()),
            };
            facts.insert(format!("{what}.{name}"), shown);
        }
        Ok(())
    }

    fn show_value(&self, value: &Value) -> String {
        let places = |kind: &Kind| self.units().places(*kind);
        match value {
            // Counts and dates are both days.
            Value::Number(Kind::Count, exact) => format!("Date {}", whole_units(exact, 0)),
            Value::Number(kind, exact) => format!("{kind:?} {}", whole_units(exact, places(kind))),
            Value::Ratio(kind, numerator, denominator) => {
                let [above, below] = [numerator, denominator].map(|part| whole_units(part, places(kind)));
                format!("{above} / {below}")
            }
            Value::Flag(flag) => flag.to_string(),
            Value::Date(date) => format!("Date {}", days(NaiveDate::default(), *date)),
        }
    }
}

/// A count of smallest units.
fn whole_units(value: &Exact, places: u32) -> String {
    let digits = show(value, places).replace('.', "");
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |digits| ("-", digits));
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}") }
}
