//! Fees and expenses.

use super::Compiler;
use super::value::Kind;
use crate::syntax::{DayCountName, Expression, Limit, Name, Statement};
use units::{DayCount, Id};
use waterfall::instruction::{NONE, Operation};
use waterfall::plan::{Claim, ClaimKind, Fee, Fractions, Register};

/// A fee or an expense: an expense is a fee that is never a year's.
struct Cost<'a> {
    name: &'a Name,
    amount: &'a Expression,
    a_year: Option<DayCountName>,
    once_at_closing: bool,
    at_most: Option<&'a Limit>,
}

impl DayCountName {
    pub(crate) fn day_count(self) -> DayCount {
        match self {
            Self::Thirty360 => DayCount::Thirty360,
            Self::Actual360 => DayCount::Actual360,
            Self::Actual365 => DayCount::Actual365,
            Self::ActualActual => DayCount::ActualActual,
        }
    }
}

impl<'a> Compiler<'a> {
    fn costs(&self) -> Vec<Cost<'a>> {
        let pick = |statement: &'a Statement| match statement {
            Statement::Fee(fee) => Some(Cost {
                name: &fee.name,
                amount: &fee.amount,
                a_year: fee.a_year,
                once_at_closing: fee.once_at_closing,
                at_most: fee.at_most.as_ref(),
            }),
            Statement::Expense(expense) => Some(Cost {
                name: &expense.name,
                amount: &expense.amount,
                a_year: None,
                once_at_closing: false,
                at_most: expense.at_most.as_ref(),
            }),
            _ => None,
        };
        super::statements(self.scope.document, pick).collect()
    }

    /// Claims and tables, so that any formula can name a fee; the formulas come later.
    pub fn declare_costs(&mut self) {
        for cost in self.costs() {
            let claim = self.own_claim(&cost.name.text, ClaimKind::Cost);
            let excess =
                cost.at_most.map(|_| self.own_claim(&format!("{}.excess", cost.name.text), ClaimKind::Cost));
            let yearly = cost.at_most.is_some_and(|limit| limit.a_year);
            let this_year = yearly.then(|| self.registers.owned(1));
            let a_year = cost.a_year.map(|name| self.day_count(name.day_count()));
            self.plan.fees.push(Fee {
                section: 0..0,
                result: 0,
                cap: NONE,
                claim,
                excess,
                a_year,
                this_year,
                once_at_closing: cost.once_at_closing,
            });
        }
    }

    pub fn write_costs(&mut self) {
        for (index, cost) in self.costs().into_iter().enumerate() {
            let (mut result, mut cap) = (0, NONE);
            let section = self.section(|compiler| {
                result = compiler.formula(cost.amount, Kind::Amount);
                if let Some(limit) = cost.at_most {
                    cap = compiler.formula(&limit.amount, Kind::Amount);
                }
            });
            if let Some(fee) = self.plan.fees.get_mut(index) {
                (fee.section, fee.result, fee.cap) = (section, result, cap);
            }
        }
    }

    /// A claim with registers of its own; returns its index.
    pub fn own_claim(&mut self, name: &str, kind: ClaimKind) -> u8 {
        let paid = self.registers.paid(1);
        if kind == ClaimKind::Residual {
            return self.claim(name, kind, [paid, paid, paid]);
        }
        let (due, short) = self.registers.due(1);
        self.claim(name, kind, [due, paid, short])
    }

    pub fn claim(&mut self, name: &str, kind: ClaimKind, [due, paid, short]: [Register; 3]) -> u8 {
        let id = self.id("claim", name);
        self.plan.claims.push(Claim { id, kind, due, paid, short });
        u8::try_from(self.plan.claims.len().saturating_sub(1)).unwrap_or(u8::MAX)
    }

    /// Index of a claim by the name it is paid under.
    pub fn claim_index(&self, name: &str) -> Option<u8> {
        let id = Id::of("claim", name);
        let position = self.plan.claims.iter().position(|claim| claim.id == id)?;
        u8::try_from(position).ok()
    }

    /// Index of a day count's fractions, which are computed when it is first used.
    pub fn day_count(&mut self, day_count: DayCount) -> u8 {
        let known = self.plan.fractions.iter().position(|column| column.day_count == day_count);
        let index = known.unwrap_or_else(|| {
            let numerator = |period: &waterfall::plan::Period| {
                i32::try_from(day_count.fraction(period.start, period.end).numerator).unwrap_or(i32::MAX)
            };
            let numerators = self.plan.periods.iter().map(numerator).collect();
            self.plan.fractions.push(Fractions { day_count, numerators });
            self.plan.fractions.len().saturating_sub(1)
        });
        u8::try_from(index).unwrap_or(u8::MAX)
    }

    /// Makes sure that a result outlives the section that computes it.
    pub fn keep_result(&mut self, register: Register) -> Register {
        let kept = self.registers.temporary();
        self.emit(Operation::Copy, (kept, register, NONE, NONE));
        kept
    }
}
