//! Section 2: a literal takes the kind that its place asks for.
//!
//! In `fill capex by 12 * units` an amount is asked for, so 12 is an amount; in `2 * x < y` it is what makes both
//! sides of one kind. The formula is rewritten with that kind written at the literal, and then simply worked out.

use crate::error::Halt;
use crate::exact::Rounding;
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value, product_kind, quotient_kind};
use crate::syntax::{Expression, Operator};

/// What a formula gives, as far as that matters to a literal beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Number(Kind),
    Other,
}

impl Interpreter<'_> {
    /// The formula with the kind of its place given to the literals that need it.
    pub(crate) fn in_place(&self, formula: &Expression, wanted: Option<Kind>) -> Result<Expression, Halt> {
        if let Some(kind) = wanted
            && self.sort(formula)? == Sort::Number(Kind::Literal)
        {
            return Ok(Expression::As(kind, Box::new(self.in_place(formula, None)?)));
        }
        let boxed = |part: &Expression, wanted| Ok(Box::new(self.in_place(part, wanted)?));
        Ok(match formula {
            Expression::Negate(of) => Expression::Negate(boxed(of, wanted)?),
            Expression::RoundUp(of) => Expression::RoundUp(boxed(of, wanted)?),
            Expression::Not(of) => Expression::Not(boxed(of, None)?),
            Expression::If { condition, then, otherwise } => {
                let kind = self.kind_beside(wanted, &[then, otherwise])?;
                Expression::If {
                    condition: boxed(condition, None)?,
                    then: boxed(then, kind)?,
                    otherwise: boxed(otherwise, kind)?,
                }
            }
            Expression::Binary { operator, left, right } => {
                let (of_left, of_right) =
                    self.kinds_of_operands(formula, (*operator, left, right), wanted)?;
                Expression::Binary {
                    operator: *operator,
                    left: boxed(left, of_left)?,
                    right: boxed(right, of_right)?,
                }
            }
            // A window's formula is taken at its own step, for its own sake.
            Expression::Call { function, .. } if function == "counted" => formula.clone(),
            Expression::Call { function, arguments } => {
                let parts: Vec<_> = arguments.iter().collect();
                let kind = match function.as_str() {
                    "min" | "max" | "excess" => self.kind_beside(wanted, &parts)?,
                    _ => None,
                };
                let arguments: Result<_, _> =
                    arguments.iter().map(|part| self.in_place(part, kind)).collect();
                Expression::Call { function: function.clone(), arguments: arguments? }
            }
            other => other.clone(),
        })
    }

    /// What the place of each operand asks for.
    fn kinds_of_operands(
        &self,
        formula: &Expression,
        (operator, left, right): (Operator, &Expression, &Expression),
        wanted: Option<Kind>,
    ) -> Result<(Option<Kind>, Option<Kind>), Halt> {
        let already = wanted.map(Sort::Number) == Some(self.sort(formula)?);
        Ok(match operator {
            Operator::Or | Operator::And => (None, None),
            Operator::Add | Operator::Subtract => {
                let kind = self.kind_beside(wanted, &[left, right])?;
                (kind, kind)
            }
            // One factor is of the kind that is asked for; the others scale it.
            Operator::Multiply if already => (None, None),
            Operator::Multiply if self.may_become(left)? => (wanted, None),
            Operator::Multiply => (None, wanted),
            Operator::Divide if already => (None, None),
            Operator::Divide => (wanted, None),
            _ => {
                let kind = self.kind_beside(None, &[left, right])?;
                (kind, kind)
            }
        })
    }

    /// The kind of numbers that stand beside each other: what is asked for, or what one of them is already.
    fn kind_beside(&self, wanted: Option<Kind>, parts: &[&Expression]) -> Result<Option<Kind>, Halt> {
        let mut sorts = vec![];
        for part in parts {
            sorts.push(self.sort(part)?);
        }
        if sorts.contains(&Sort::Other) {
            return Ok(None);
        }
        // A scaled literal can become a quantity or an amount, and nothing else can: so the later of these rules.
        let found = [Kind::Amount, Kind::Quantity, Kind::Rate]
            .into_iter()
            .find(|kind| sorts.contains(&Sort::Number(*kind)));
        Ok(wanted.or(found))
    }

    /// Whether a formula holds a literal that gives it its kind.
    fn may_become(&self, formula: &Expression) -> Result<bool, Halt> {
        if self.sort(formula)? == Sort::Number(Kind::Literal) {
            return Ok(true);
        }
        match formula {
            Expression::Negate(of) | Expression::RoundUp(of) => self.may_become(of),
            Expression::Binary { operator: Operator::Multiply, left, right } => {
                Ok(self.may_become(left)? || self.may_become(right)?)
            }
            Expression::Binary { operator: Operator::Divide, left, .. } => self.may_become(left),
            _ => Ok(false),
        }
    }

    /// What a formula gives if its place asks for nothing.
    fn sort(&self, formula: &Expression) -> Result<Sort, Halt> {
        Ok(match formula {
            Expression::Negate(of) | Expression::RoundUp(of) => self.sort(of)?,
            Expression::If { then, otherwise, .. } => self.sort_beside(&[then, otherwise])?,
            Expression::Call { function, arguments }
                if matches!(function.as_str(), "min" | "max" | "excess") =>
            {
                self.sort_beside(&arguments.iter().collect::<Vec<_>>())?
            }
            Expression::Binary { operator, left, right } => {
                let (left_sort, right_sort) = (self.sort(left)?, self.sort(right)?);
                match (operator, left_sort, right_sort) {
                    (Operator::Add | Operator::Subtract, ..) => self.sort_beside(&[left, right])?,
                    (Operator::Multiply, Sort::Number(a), Sort::Number(b)) => {
                        product_kind(a, b).map_or(Sort::Other, Sort::Number)
                    }
                    (Operator::Multiply, Sort::Number(Kind::Literal | Kind::Percent), Sort::Other) => {
                        Sort::Number(Kind::Rate)
                    }
                    (Operator::Multiply, Sort::Number(kind), Sort::Other)
                    | (Operator::Multiply, Sort::Other, Sort::Number(kind)) => Sort::Number(kind),
                    (Operator::Divide, Sort::Number(a), Sort::Number(b)) => {
                        quotient_kind(a, b)?.map_or(Sort::Other, Sort::Number)
                    }
                    _ => Sort::Other,
                }
            }
            leaf => match self.evaluate(leaf, Rounding::Down)? {
                Value::Number(kind, _) => Sort::Number(kind),
                _ => Sort::Other,
            },
        })
    }

    fn sort_beside(&self, parts: &[&Expression]) -> Result<Sort, Halt> {
        let mut sorts = vec![];
        for part in parts {
            sorts.push(self.sort(part)?);
        }
        // Percentages are rates, and days are counted as they are.
        let order = [Kind::Amount, Kind::Quantity, Kind::Rate, Kind::Percent, Kind::Days, Kind::Literal];
        let found = order.into_iter().find(|kind| sorts.contains(&Sort::Number(*kind)));
        Ok(if sorts.contains(&Sort::Other) { Sort::Other } else { found.map_or(Sort::Other, Sort::Number) })
    }
}
