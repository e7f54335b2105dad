//! The deal, its statements sorted by what they declare, and its calendar (section 3).

use crate::error::{Halt, meaningless};
use crate::input::{Aggregate, Input, Payment};
use crate::syntax::*;
use chrono::NaiveDate;
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(crate) struct Deal {
    pub decimals: u32,
    pub closing: NaiveDate,
    pub final_date: NaiveDate,
    pub grace_days: i64,
    pub horizons: Vec<Horizon>,
    pub receipts: Vec<Receipt>,
    pub inputs: Vec<Observe>,
    pub accounts: Vec<Account>,
    pub notes: Vec<Note>,
    pub equities: Vec<Equity>,
    pub payees: Vec<String>,
    pub uses: Vec<Use>,
    pub costs: Vec<Cost>,
    pub lets: Vec<Named>,
    pub schedules: Vec<Schedule>,
    pub tests: Vec<Named>,
    pub triggers: Vec<Trigger>,
    pub states: Vec<State>,
    pub permits: Vec<Permit>,
    pub waterfalls: Vec<Waterfall>,
    pub pool: BTreeMap<String, Aggregate>,
    pub groups: BTreeMap<String, Vec<String>>,
    pub calendar: Vec<Payment>,
}

impl Deal {
    pub(crate) fn new(input: &Input) -> Result<Self, Halt> {
        let mut deal = Self {
            pool: input.pool.clone(),
            groups: input.groups.clone(),
            calendar: input.calendar.clone(),
            ..Self::default()
        };
        for item in &input.deal.statements {
            deal.add(item.body.clone());
        }
        deal.check()?;
        Ok(deal)
    }

    fn add(&mut self, statement: Statement) {
        match statement {
            Statement::Deal | Statement::Collateral => {}
            Statement::Currency { decimals } => self.decimals = decimals,
            Statement::Closing { date } => self.closing = date,
            Statement::Payments(payments) => self.grace_days = payments.grace_days,
            Statement::Final { date } => self.final_date = date,
            Statement::Liquidation { horizons } => self.horizons = horizons,
            Statement::Receive(receipt) => self.receipts.push(receipt),
            Statement::Observe(input) => self.inputs.push(input),
            Statement::Account(account) => self.accounts.push(account),
            Statement::Note(note) => self.notes.push(*note),
            Statement::Equity(equity) => self.equities.push(equity),
            Statement::Payee { name } => self.payees.push(name),
            Statement::Uses { uses } => self.uses.extend(uses),
            Statement::Fee(cost) | Statement::Expense(cost) => self.costs.push(cost),
            Statement::Let(formula) => self.lets.push(formula),
            Statement::Schedule(schedule) => self.schedules.push(schedule),
            Statement::Test(test) => self.tests.push(test),
            Statement::Trigger(trigger) => self.triggers.push(trigger),
            Statement::State(state) => self.states.push(state),
            Statement::Permit(permit) => self.permits.push(permit),
            Statement::Waterfall(waterfall) => self.waterfalls.push(waterfall),
        }
    }

    fn check(&self) -> Result<(), Halt> {
        if self.states.is_empty() {
            return meaningless("a deal needs a state");
        }
        if self.calendar.is_empty() || !self.calendar.iter().enumerate().all(|(n, p)| p.number == n) {
            return meaningless("the calendar must number its payments 0, 1, 2, ...");
        }
        for formula in self.lets.iter().chain(&self.tests) {
            self.refuse_cycle(&formula.value, &mut vec![formula.name.clone()])?;
        }
        for account in &self.accounts {
            let Some(target) = &account.target else { continue };
            self.refuse_cycle(target, &mut vec![format!("{}.target", account.name)])?;
        }
        Ok(())
    }

    /// A formula that reaches itself through names would never end.
    fn refuse_cycle(&self, formula: &Expression, path: &mut Vec<String>) -> Result<(), Halt> {
        for part in formula.parts() {
            self.refuse_cycle(part, path)?;
        }
        let Expression::Name(name) = formula else { return Ok(()) };
        if path.contains(name) {
            return meaningless(format!("`{name}` is defined by itself"));
        }
        let Some(inner) = self.definition(name) else { return Ok(()) };
        path.push(name.clone());
        self.refuse_cycle(inner, path)?;
        path.pop();
        Ok(())
    }

    /// The formula that stands for a name, if it is one.
    fn definition(&self, name: &str) -> Option<&Expression> {
        let formula = self.lets.iter().chain(&self.tests).find(|formula| formula.name == name);
        let target = || {
            let account = name.strip_suffix(".target")?;
            self.accounts.iter().find(|candidate| candidate.name == account)?.target.as_ref()
        };
        formula.map(|formula| &formula.value).or_else(target)
    }

    pub(crate) fn note(&self, name: &str) -> Option<usize> {
        self.notes.iter().position(|note| note.name == name)
    }

    pub(crate) fn cost(&self, name: &str) -> Option<usize> {
        self.costs.iter().position(|cost| cost.name == name)
    }

    pub(crate) fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == name)
    }

    pub(crate) fn input(&self, name: &str) -> Option<&Observe> {
        self.inputs.iter().find(|input| input.name == name)
    }

    pub(crate) fn trigger(&self, name: &str) -> Option<usize> {
        self.triggers.iter().position(|trigger| trigger.name == name)
    }

    pub(crate) fn state(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|state| state.name == name)
    }

    pub(crate) fn schedule(&self, name: &str) -> Option<&Schedule> {
        self.schedules.iter().find(|schedule| schedule.name == name)
    }

    pub(crate) fn test(&self, name: &str) -> Option<&Expression> {
        self.tests.iter().find(|test| test.name == name).map(|test| &test.value)
    }

    /// Whether the name takes whatever is left to it: equity or a payee.
    pub(crate) fn is_residual(&self, name: &str) -> bool {
        self.equities.iter().any(|equity| equity.name == name)
            || self.payees.iter().any(|payee| payee == name)
    }

    /// The members of a family of inputs, or the one unnamed member of a single input.
    pub(crate) fn members(&self, input: &Observe) -> Vec<Option<String>> {
        match &input.by {
            None => vec![None],
            Some(group) => self.groups.get(group).into_iter().flatten().cloned().map(Some).collect(),
        }
    }

    pub(crate) fn payment(&self, number: usize) -> Result<&Payment, Halt> {
        match self.calendar.get(number) {
            Some(payment) => Ok(payment),
            None => meaningless(format!("the calendar has no payment {number}")),
        }
    }

    /// The unadjusted date of a payment.
    pub(crate) fn unadjusted(&self, number: usize) -> Result<NaiveDate, Halt> {
        Ok(self.payment(number)?.end)
    }

    pub(crate) fn last_number(&self) -> usize {
        self.calendar.len() - 1
    }

    /// The payment on the final date; later ones are for what is then still owed.
    pub(crate) fn final_number(&self) -> usize {
        let dated = self.calendar.iter().find(|payment| payment.end >= self.final_date);
        dated.map_or(self.last_number(), |payment| payment.number)
    }

    /// Section 3: a date holds from the first payment whose unadjusted date is on or after it.
    pub(crate) fn has_come(&self, date: NaiveDate, number: usize) -> Result<bool, Halt> {
        Ok(self.unadjusted(number)? >= date)
    }

    /// The payment at which everything of a note is due: at the final date at the latest.
    pub(crate) fn maturity(&self, note: &Note) -> usize {
        let dated = note.maturity().and_then(|date| self.calendar.iter().find(|payment| payment.end >= date));
        dated.map_or(self.final_number(), |payment| payment.number).min(self.final_number())
    }

    /// What part of a year the period of a payment is.
    pub(crate) fn fraction(&self, count: DayCount, number: usize) -> Result<crate::exact::Exact, Halt> {
        let period = self.payment(number)?;
        Ok(count.fraction(period.start, period.end))
    }
}

impl Note {
    fn find<'a, T>(&'a self, pick: impl Fn(&'a NoteOption) -> Option<T>) -> Option<T> {
        self.options.iter().find_map(pick)
    }

    pub(crate) fn floor(&self) -> Option<&Number> {
        self.find(|option| if let NoteOption::Floor(rate) = option { Some(rate) } else { None })
    }

    pub(crate) fn cap(&self) -> Option<&Number> {
        self.find(|option| if let NoteOption::Cap(rate) = option { Some(rate) } else { None })
    }

    /// What is added to the coupon on deferred interest, if that bears interest.
    pub(crate) fn deferred_interest_bears(&self) -> Option<&Number> {
        self.find(
            |option| if let NoteOption::DeferredInterestBears { plus } = option { Some(plus) } else { None },
        )
    }

    pub(crate) fn capitalises(&self) -> bool {
        self.options.iter().any(|option| matches!(option, NoteOption::Capitalises))
    }

    pub(crate) fn notional(&self) -> Option<&Expression> {
        self.find(|option| if let NoteOption::Notional(formula) = option { Some(formula) } else { None })
    }

    pub(crate) fn amortisation(&self) -> Option<&Amortisation> {
        self.find(|option| if let NoteOption::Scheduled(plan) = option { Some(plan) } else { None })
    }

    pub(crate) fn draws(&self) -> Option<&Draws> {
        self.find(|option| if let NoteOption::Draws(draws) = option { Some(draws) } else { None })
    }

    fn maturity(&self) -> Option<NaiveDate> {
        self.find(|option| if let NoteOption::Matures(date) = option { Some(*date) } else { None })
    }
}
