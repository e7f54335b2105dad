//! Inputs, receipts, schedules, accounts, owners and the uses of the money raised.

use super::calendar::signed;
use super::{MAIN, Sheet, kind_of, name, path};
use crate::formula::number;
use crate::words::Kind;
use deal::syntax::{Account, Day, Fallback, Number, Observe, Point, Statement, Suffix, Unit, Use};

impl Sheet<'_> {
    pub fn declare_inputs(&mut self) {
        self.words.horizons.clone_from(&self.calendar.horizons);
        for number in 0..self.choices.between(0, 4) {
            let unit = self.choices.one([Unit::Amount, Unit::Rate, Unit::Quantity, Unit::Flag, Unit::Amount]);
            let text = format!("input_{number}");
            let is_family = unit != Unit::Flag && self.choices.chance(30);
            let input = self.observe(&text, unit, is_family);
            self.say(Statement::Observe(input));
            if is_family {
                self.words.families.push((kind_of(unit), text));
            } else {
                self.words.name(Kind::Flag, format!("{text}.stale"));
                self.words.name(kind_of(unit), text);
            }
        }
    }

    fn observe(&mut self, text: &str, unit: Unit, is_family: bool) -> Observe {
        let fallback = match self.choices.below(4) {
            1 if unit != Unit::Flag => Fallback::LastLess(self.writer().percent(60)),
            2 if unit != Unit::Flag => Fallback::LastPlus(self.writer().percent(60)),
            3 => Fallback::Value(self.value_of(unit)),
            _ => Fallback::Last,
        };
        let reporters = self.choices.one([1, 1, 2, 3]);
        let quorum = if self.choices.chance(25) { self.choices.between(1, reporters) } else { 0 };
        Observe {
            name: name(text),
            unit,
            by: is_family.then(|| name("customer")),
            stale_after_days: self
                .choices
                .chance(50)
                .then(|| u16::try_from(self.choices.below(40)).unwrap_or(0)),
            fallback,
            reporters: u8::try_from(reporters).unwrap_or(1),
            quorum: u8::try_from(quorum).unwrap_or(0),
        }
    }

    /// A number written in the place of a unit.
    fn value_of(&mut self, unit: Unit) -> Number {
        match unit {
            Unit::Amount => self.writer().money(50_000),
            Unit::Rate => self.writer().percent(120),
            Unit::Quantity => number(self.writer().digits(20, 6), Suffix::None),
            Unit::Flag => number(self.choices.below(2).to_string(), Suffix::None),
        }
    }

    pub fn declare_schedules(&mut self) {
        for count in 0..self.choices.below(3) {
            let unit = self.choices.one([Unit::Amount, Unit::Rate, Unit::Quantity]);
            let text = format!("schedule_{count}");
            let mut points = Vec::new();
            let mut from = self.calendar.any_day(&mut self.choices);
            for _ in 0..self.choices.between(1, 4) {
                points.push(Point { from: Day(from), value: self.value_of(unit) });
                from = from.add_days(signed(self.choices.between(1, 70)));
            }
            self.say(Statement::Schedule { name: name(&text), unit, points });
            self.words.schedules.push((kind_of(unit), text.clone()));
            self.words.name(kind_of(unit), text);
        }
    }

    /// Names only: targets are formulas.
    pub fn declare_accounts(&mut self) {
        self.words.accounts.push(MAIN.to_owned());
        let others = self.choices.some(&["reserve", "trap", "ramp"], 55);
        self.words.accounts.extend(others.into_iter().map(str::to_owned));
        for account in self.words.accounts.clone() {
            self.words.name(Kind::Amount, format!("{account}.balance"));
        }
        for receipt in 0..self.choices.between(1, 2) {
            let text = format!("receipt_{receipt}");
            let other = self.choices.pick(&self.words.accounts).unwrap_or_default();
            let into = if receipt == 0 { MAIN } else { &other };
            let into = name(into);
            self.say(Statement::Receive { name: name(&text), into });
            self.words.name(Kind::Amount, text);
        }
    }

    pub fn write_accounts(&mut self) {
        for account in self.words.accounts.clone() {
            let is_main = account == MAIN;
            let target = (!is_main && self.choices.chance(60)).then(|| self.formula(Kind::Amount));
            if target.is_some() {
                self.targets.push(account.clone());
            }
            let claims = self.all_claims();
            let covers = if is_main { Vec::new() } else { self.choices.some(&claims, 30) };
            if !covers.is_empty() {
                self.covering.push(account.clone());
            }
            let funded = self.choices.chance(30).then(|| self.writer().money(2_000));
            let covers = covers.iter().map(|claim| path(claim)).collect();
            self.say(Statement::Account(Account { name: name(&account), funded, target, covers }));
        }
        for account in self.targets.clone() {
            self.words.name(Kind::Amount, format!("{account}.target"));
        }
    }

    pub fn declare_owners(&mut self) {
        let count = if self.choices.chance(25) { 2 } else { 1 };
        for equity in ["equity_0", "equity_1"].into_iter().take(count) {
            self.equities.push(equity.to_owned());
            for field in ["original", "paid"] {
                self.words.name(Kind::Amount, format!("{equity}.{field}"));
            }
        }
        self.payees.push("operator".to_owned());
        self.words.name(Kind::Amount, "operator.paid");
        self.say(Statement::Payee { name: name("operator") });
    }

    /// What is raised, in units of the currency, is never less than what is used.
    pub fn write_uses(&mut self) {
        for equity in self.equities.clone() {
            let amount = number(self.choices.between(20_000, 90_000).to_string(), Suffix::None);
            self.say(Statement::Equity { name: name(&equity), amount });
        }
        let funded: Vec<String> = self.statements.iter().filter_map(funded_account).collect();
        let mut uses = Vec::new();
        for account in self.choices.some(&funded, 80) {
            let amount = self.choices.chance(20).then(|| self.writer().money(500));
            uses.push(Use { name: name(&account), amount, rest: false });
        }
        if self.choices.chance(60) {
            uses.push(Use { name: name("operator"), amount: Some(self.writer().money(5_000)), rest: false });
        }
        for cost in self.costs.clone().iter().filter(|cost| cost.once_at_closing) {
            if self.choices.chance(70) {
                uses.push(Use { name: name(&cost.name), amount: None, rest: false });
            }
        }
        let rest = if self.choices.chance(50) { "operator" } else { MAIN };
        uses.push(Use { name: name(rest), amount: None, rest: true });
        self.say(Statement::Uses { uses });
    }
}

fn funded_account(statement: &Statement) -> Option<String> {
    match statement {
        Statement::Account(account) if account.funded.is_some() => Some(account.name.text.clone()),
        _ => None,
    }
}
