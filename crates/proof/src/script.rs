//! Events as JSON, in the words of the reference.

use crate::case::{Case, Failure};
use deal::syntax::Unit;
use serde_json::{Map, Value, json};
use units::{Date, Id, QUANTITY_DECIMALS, RATE_DECIMALS, Scaled, parse_scaled};
use waterfall::{Event, Plan};

/// What an event says of a name that the plan does not have.
const NOBODY: &str = "nobody";

pub(crate) fn write(case: &Case) -> String {
    let events: Vec<String> = case.events.iter().map(|event| event_json(case, event).to_string()).collect();
    format!("[\n{}\n]\n", events.join(",\n"))
}

fn name(plan: &Plan, id: Id) -> &str {
    match plan.name(id) {
        "?" => NOBODY,
        known => known,
    }
}

fn money(case: &Case, amount: i64) -> String {
    Scaled::new(i128::from(amount), case.plan.decimals).to_string()
}

/// `eligible[x]` as a name and a member.
fn member(name: &str) -> (&str, Option<&str>) {
    match name.split_once('[') {
        Some((name, member)) => (name, Some(member.trim_end_matches(']'))),
        None => (name, None),
    }
}

fn places(case: &Case, id: Id) -> u8 {
    match case.units.get(&id) {
        Some(Unit::Rate) => RATE_DECIMALS,
        Some(Unit::Quantity) => QUANTITY_DECIMALS,
        Some(Unit::Flag) => 0,
        Some(Unit::Amount) | None => case.plan.decimals,
    }
}

fn value(case: &Case, id: Id, value: i64) -> String {
    Scaled::new(i128::from(value), places(case, id)).to_string()
}

pub(crate) fn event_json(case: &Case, event: &Event<1>) -> Value {
    let name = |id: Id| name(&case.plan, id);
    match event {
        Event::Receive { account, source, amount: [amount], next_period } => json!({
            "event": "receive", "account": name(*account), "source": source.map(name), "amount": money(case, *amount),
            "next_period": next_period,
        }),
        Event::Report { input, reporter, value: [reported], as_of } => {
            let (known, member) = member(name(*input));
            json!({"event": "report", "input": known, "member": member, "reporter": reporter,
                   "value": value(case, *input, *reported), "as_of": as_of.to_string()})
        }
        Event::Restate { name: restated, delta: [delta] } => {
            let (known, member) = member(name(*restated));
            json!({"event": "restate", "name": known, "member": member, "delta": value(case, *restated, *delta)})
        }
        Event::PayDate { number, today } => {
            json!({"event": "pay_date", "number": number, "today": today.to_string()})
        }
        Event::Draw { note, amount: [amount], on } => {
            json!({"event": "draw", "note": name(*note), "amount": money(case, *amount), "on": on.to_string()})
        }
        Event::Proceeds { account, amount: [amount], allocated: [allocated], last, on } => json!({
            "event": "proceeds", "account": name(*account), "amount": money(case, *amount),
            "allocated": money(case, *allocated), "last": last, "on": on.to_string(),
        }),
        Event::Waive { trigger, until } => {
            json!({"event": "waive", "trigger": name(*trigger), "until": until.to_string()})
        }
        Event::Transition { to, on } => {
            json!({"event": "transition", "to": name(*to), "on": on.to_string()})
        }
        Event::Surrender { note, amount: [amount], on } => json!({
            "event": "surrender", "note": name(*note), "amount": money(case, *amount), "on": on.to_string(),
        }),
    }
}

pub(crate) fn read(case: &Case, text: &str) -> Result<Vec<Event<1>>, Failure> {
    let events: Vec<Map<String, Value>> = serde_json::from_str(text)
        .map_err(|error| Failure(format!("these events cannot be read: {error}")))?;
    events.iter().map(|fields| Reader { case, fields }.event()).collect()
}

struct Reader<'a> {
    case: &'a Case,
    fields: &'a Map<String, Value>,
}

impl Reader<'_> {
    fn event(&self) -> Result<Event<1>, Failure> {
        Ok(match self.text("event")? {
            "receive" => Event::Receive {
                account: self.id("account", "account")?,
                source: self.text("source").ok().map(|source| Id::of("receipt", source)),
                amount: [self.money("amount")?],
                next_period: self.flag("next_period"),
            },
            "report" => {
                let input = self.member_id("input", "input")?;
                let reporter = self.fields.get("reporter").and_then(Value::as_u64).unwrap_or(0);
                let reporter = u8::try_from(reporter).unwrap_or(u8::MAX);
                Event::Report {
                    input,
                    reporter,
                    value: [self.scaled("value", input)?],
                    as_of: self.date("as_of")?,
                }
            }
            "restate" => {
                let input = self.member_id("name", "input")?;
                let is_input = self.case.units.contains_key(&input);
                let name = if is_input { input } else { self.member_id("name", "receipt")? };
                Event::Restate { name, delta: [self.scaled("delta", name)?] }
            }
            "pay_date" => {
                let number = self.fields.get("number").and_then(Value::as_u64).unwrap_or(0);
                Event::PayDate {
                    number: u16::try_from(number).unwrap_or(u16::MAX),
                    today: self.date("today")?,
                }
            }
            "draw" => Event::Draw {
                note: self.id("note", "note")?,
                amount: [self.money("amount")?],
                on: self.date("on")?,
            },
            "proceeds" => Event::Proceeds {
                account: self.id("account", "account")?,
                amount: [self.money("amount")?],
                allocated: [self.money("allocated")?],
                last: self.flag("last"),
                on: self.date("on")?,
            },
            "waive" => Event::Waive { trigger: self.id("trigger", "trigger")?, until: self.date("until")? },
            "transition" => Event::Transition { to: self.id("to", "state")?, on: self.date("on")? },
            "surrender" => Event::Surrender {
                note: self.id("note", "note")?,
                amount: [self.money("amount")?],
                on: self.date("on")?,
            },
            other => return Err(Failure(format!("there is no event `{other}`"))),
        })
    }

    fn text(&self, field: &str) -> Result<&str, Failure> {
        let found = self.fields.get(field).and_then(Value::as_str);
        found.ok_or_else(|| Failure(format!("an event needs `{field}`: {:?}", self.fields)))
    }

    fn flag(&self, field: &str) -> bool {
        self.fields.get(field).and_then(Value::as_bool).unwrap_or(false)
    }

    fn id(&self, field: &str, kind: &str) -> Result<Id, Failure> {
        Ok(Id::of(kind, self.text(field)?))
    }

    fn member_id(&self, field: &str, kind: &str) -> Result<Id, Failure> {
        let name = self.text(field)?;
        Ok(match self.text("member") {
            Ok(member) => Id::of(kind, &format!("{name}[{member}]")),
            Err(_) => Id::of(kind, name),
        })
    }

    fn money(&self, field: &str) -> Result<i64, Failure> {
        self.number(field, self.case.plan.decimals)
    }

    fn scaled(&self, field: &str, id: Id) -> Result<i64, Failure> {
        self.number(field, places(self.case, id))
    }

    fn number(&self, field: &str, places: u8) -> Result<i64, Failure> {
        let text = self.text(field)?;
        parse_scaled(text, places).map_err(|error| Failure(format!("`{text}`: {error}")))
    }

    fn date(&self, field: &str) -> Result<Date, Failure> {
        let text = self.text(field)?;
        text.parse().map_err(|error| Failure(format!("`{text}`: {error}")))
    }
}
