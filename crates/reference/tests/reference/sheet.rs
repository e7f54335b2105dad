//! A small builder of deals and of what happens to them.

use crate::formula_text::formula;
use chrono::{Days, Months, NaiveDate};
use forebay_reference::{Outcome, ReferenceError, run};
use serde_json::{Value, json};

/// A deal with one account `lockbox`, one receipt `rent`, one equity `E` and a waterfall `normal`.
#[derive(Clone)]
pub struct Sheet {
    statements: Vec<Value>,
    steps: Vec<Value>,
    then: Vec<&'static str>,
    pool: Value,
    groups: Value,
    calendar: Vec<Value>,
    events: Vec<Value>,
    paid: usize,
}

/// Twelve monthly payments from 2024-02-01, two decimals.
pub fn sheet() -> Sheet {
    Sheet {
        statements: vec![
            json!({"statement": "deal", "title": "Test"}),
            json!({"statement": "currency", "name": "USDC", "decimals": 2}),
            json!({"statement": "closing", "date": "2024-01-01"}),
            json!({"statement": "final", "date": "2025-01-01"}),
            json!({"statement": "receive", "name": "rent", "into": "lockbox"}),
            json!({"statement": "account", "name": "lockbox"}),
            json!({"statement": "equity", "name": "E", "amount": "100"}),
            json!({"statement": "payee", "name": "operator"}),
            json!({"statement": "uses", "uses": [{"name": "operator", "rest": true}]}),
            json!({"statement": "state", "name": "normal"}),
        ],
        steps: vec![],
        then: vec![],
        pool: json!({"units": {"quantity": "8"}, "cost": {"amount": "1000"}}),
        groups: json!({"customer": ["x", "y", "z"]}),
        calendar: months("2024-01-01", 12),
        events: vec![],
        paid: 0,
    }
}

/// A calendar of monthly payments, each determined two days before; the closing is payment 0.
pub fn months(closing: &str, count: u32) -> Vec<Value> {
    let closing: NaiveDate = closing.parse().unwrap();
    let date = |number: u32| closing + Months::new(number);
    let payment = |number: u32| {
        let end = date(number);
        let determination = end.checked_sub_days(Days::new(2)).unwrap();
        json!({"number": number, "start": date(number.saturating_sub(1)), "end": end,
               "determination": determination, "payment": end})
    };
    (0..=count).map(payment).collect()
}

impl Sheet {
    /// Adds a statement, or replaces the one of its kind that a deal has only once.
    pub fn say(mut self, statement: Value) -> Self {
        let once = ["currency", "closing", "final", "uses", "payments"];
        let kind = statement["statement"].clone();
        if once.iter().any(|word| kind == *word) {
            self.statements.retain(|other| other["statement"] != kind);
        }
        self.statements.push(statement);
        self
    }

    pub fn replace_state(mut self, name: &str, statement: Value) -> Self {
        for other in &mut self.statements {
            if other["statement"] == "state" && other["name"] == name {
                *other = statement.clone();
            }
        }
        self
    }

    pub fn decimals(self, decimals: u8) -> Self {
        self.say(json!({"statement": "currency", "name": "USDC", "decimals": decimals}))
    }

    /// Another calendar, whose last payment is the final one.
    pub fn calendar(mut self, calendar: Vec<Value>) -> Self {
        let last = calendar.last().map_or(Value::Null, |payment| payment["end"].clone());
        self.calendar = calendar;
        self.say(json!({"statement": "final", "date": last}))
    }

    /// A note of 30/360 with these options.
    pub fn note(self, name: &str, amount: &str, coupon: &str, options: Value) -> Self {
        self.say(json!({"statement": "note", "name": name, "amount": amount, "coupon": formula(coupon),
                        "day_count": "30/360", "options": options}))
    }

    pub fn define(self, name: &str, value: &str) -> Self {
        self.say(json!({"statement": "let", "name": name, "value": formula(value)}))
    }

    pub fn expense(self, name: &str, amount: &str) -> Self {
        self.say(json!({"statement": "expense", "name": name, "amount": formula(amount)}))
    }

    pub fn observe(self, name: &str, unit: &str) -> Self {
        self.say(json!({"statement": "observe", "name": name, "unit": unit}))
    }

    pub fn account(self, name: &str, target: &str, covers: &[&str]) -> Self {
        self.say(json!({"statement": "account", "name": name, "target": formula(target), "covers": covers}))
    }

    /// Accounts that support the waterfall `normal`.
    pub fn then(mut self, accounts: &[&'static str]) -> Self {
        self.then = accounts.to_vec();
        self
    }

    /// Adds a step to the waterfall `normal`.
    pub fn step(mut self, step: Value) -> Self {
        self.steps.push(json!({"body": step}));
        self
    }

    /// Adds `pay X, Y, ...`.
    pub fn pay(self, claims: &[&str]) -> Self {
        self.step(json!({"step": "pay", "claims": claims}))
    }

    pub fn event(mut self, event: Value) -> Self {
        self.events.push(event);
        self
    }

    pub fn cash(self, amount: &str) -> Self {
        self.event(json!({"event": "receive", "source": "rent", "account": "lockbox", "amount": amount}))
    }

    pub fn report(self, input: &str, value: &str, as_of: &str) -> Self {
        self.event(json!({"event": "report", "input": input, "member": null, "reporter": 0,
                          "value": value, "as_of": as_of}))
    }

    /// The next payment date, on its day.
    pub fn pay_date(mut self) -> Self {
        self.paid += 1;
        let today = self.calendar[self.paid]["payment"].clone();
        let number = self.paid;
        self.event(json!({"event": "pay_date", "number": number, "today": today}))
    }

    /// Rent and a payment date for each amount.
    pub fn periods(self, amounts: &[&str]) -> Self {
        amounts.iter().fold(self, |sheet, amount| {
            let sheet = if *amount == "0" { sheet } else { sheet.cash(amount) };
            sheet.pay_date()
        })
    }

    pub fn try_run(&self) -> Result<Outcome, ReferenceError> {
        let mut statements: Vec<_> = self.statements.iter().map(|body| json!({"body": body})).collect();
        statements.push(json!({"body": {"statement": "waterfall", "states": ["normal"], "from": ["lockbox"],
                                        "then": self.then, "steps": self.steps}}));
        run(&json!({"deal": {"statements": statements}, "pool": self.pool, "groups": self.groups,
                    "calendar": self.calendar, "events": self.events}))
    }

    pub fn run(&self) -> Outcome {
        let outcome = self.try_run().unwrap();
        cash_is_conserved(&outcome);
        outcome
    }

    /// Runs and compares what was paid at each payment date and in each other event, receipts left out.
    pub fn pays(&self, expected: &[&str]) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.refused, Vec::<usize>::new());
        assert_eq!(movements(&outcome), expected);
        outcome
    }
}

/// WF-1: every account holds what the postings of cash brought and did not take.
fn cash_is_conserved(outcome: &Outcome) {
    let cents = |text: &str| text.replace('.', "").parse::<i128>().unwrap();
    for (account, balance) in &outcome.accounts {
        let cash = outcome.postings.iter().filter(|posting| posting.cash);
        let moved = cash.map(|posting| {
            let amount = cents(&posting.amount);
            i128::from(posting.to == *account) * amount - i128::from(posting.from == *account) * amount
        });
        assert_eq!(moved.sum::<i128>(), cents(balance), "{account}");
        assert!(cents(balance) >= 0, "{account}");
    }
}

/// One line an event, such as `lockbox > A.interest 10.00; lockbox > E 5.00`; a star marks what is no cash.
pub fn movements(outcome: &Outcome) -> Vec<String> {
    let mut lines: Vec<(usize, String)> = vec![];
    for posting in &outcome.postings {
        let Some(event) = posting.event else { continue };
        if posting.from == "rent" {
            continue;
        }
        let star = if posting.cash { "" } else { "*" };
        let line = format!("{}{star} > {} {}", posting.from, posting.to, posting.amount);
        match lines.last_mut() {
            Some((last, text)) if *last == event => *text = format!("{text}; {line}"),
            _ => lines.push((event, line)),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}
