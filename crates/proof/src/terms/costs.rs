//! Fees and expenses.

use super::notes::day_count;
use super::{CostName, Sheet, name};
use crate::formula::{binary, expression, named, number};
use crate::words::Kind;
use deal::syntax::{Expense, Expression, ExpressionKind, Fee, Limit, Operator, Statement, Suffix};

impl Sheet<'_> {
    pub fn declare_costs(&mut self) {
        for count in 0..self.choices.between(0, 4) {
            let is_fee = self.choices.chance(50);
            let once_at_closing = is_fee && self.choices.chance(30);
            let is_capped = self.choices.chance(40);
            let name = if is_fee { format!("fee_{count}") } else { format!("expense_{count}") };
            self.words.cost(&name, is_capped);
            self.costs.push(CostName { name, is_capped, is_fee, once_at_closing });
        }
    }

    pub fn write_costs(&mut self) {
        for cost in self.costs.clone() {
            let amount = if cost.once_at_closing { self.closing_fee() } else { self.running_cost() };
            let at_most = cost
                .is_capped
                .then(|| Limit { amount: self.formula(Kind::Amount), a_year: self.choices.chance(50) });
            let written = name(&cost.name);
            if cost.is_fee {
                let a_year = self.choices.chance(40).then(|| day_count(&mut self.choices));
                let once_at_closing = cost.once_at_closing;
                // A year's fee is none of the closing, whose period has no days.
                let a_year = if once_at_closing { None } else { a_year };
                self.say(Statement::Fee(Fee { name: written, amount, a_year, once_at_closing, at_most }));
            } else {
                self.say(Statement::Expense(Expense { name: written, amount, at_most }));
            }
        }
    }

    /// Mostly small, so that something is left for the notes.
    fn running_cost(&mut self) -> Expression {
        if self.choices.chance(25) {
            return self.formula(Kind::Amount);
        }
        let share = expression(ExpressionKind::Number(self.writer().percent(4)));
        let depth = self.choices.between(1, 3);
        binary(Operator::Multiply, self.writer().grounded_formula(Kind::Amount, depth), share)
    }

    /// A part of a note, so that the uses stay below the sources.
    fn closing_fee(&mut self) -> Expression {
        let note = self.choices.pick(&self.words.notes).unwrap_or_default();
        let share = number(self.writer().digits(3, 6), Suffix::Percent);
        let share = expression(ExpressionKind::Number(share));
        binary(Operator::Multiply, share, named(format!("{note}.original")))
    }
}
