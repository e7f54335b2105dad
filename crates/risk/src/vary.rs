//! A number of a deal that is varied, and what is asked of the outcome, in words.

use crate::columns::Columns;
use crate::error::RiskError;
use crate::exposure::Exposure;
use crate::lives::{Class, held_at_closing};
use crate::measure::{Estimate, estimate, quantile, sorted};
use crate::scenario::Driver;
use crate::shock::Shock;
use deal::syntax::{Expression, ExpressionKind, Number, Statement, Suffix};
use life::Setup;
use serde::{Deserialize, Serialize};

/// What is varied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vary {
    /// The size of a note; the equity puts in what is missing, or less.
    Note(String),
    /// The fixed part of a note's coupon, as a share a year.
    Coupon(String),
    /// What an account is funded with; the equity puts in what is missing, or less.
    Account(String),
    /// A fall of rents, new contracts and resale prices together, from the closing on.
    PriceFall,
    /// A fall of the hours sold, from the closing on.
    UtilisationFall,
    /// How many times as many borrowers fail, from the closing on.
    Defaults,
}

impl std::fmt::Display for Vary {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Note(name) => write!(formatter, "note {name}"),
            Self::Coupon(name) => write!(formatter, "coupon {name}"),
            Self::Account(name) => write!(formatter, "account {name}"),
            Self::PriceFall => formatter.write_str("price fall"),
            Self::UtilisationFall => formatter.write_str("utilisation fall"),
            Self::Defaults => formatter.write_str("defaults"),
        }
    }
}

impl std::fmt::Display for Measure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::ExpectedLoss => "expected loss",
            Self::Probability => "probability of loss",
            Self::Missed => "probability of a missed payment",
            Self::Shortfall => "expected shortfall",
            Self::Yield => "yield",
        })
    }
}

impl std::fmt::Display for Until {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.below { '<' } else { '>' };
        write!(formatter, "{} of {} {sign} {} %", self.measure, self.class, 100.0 * self.level)
    }
}

impl Vary {
    /// Reads `note A`, `coupon A`, `account reserve`, `price fall`, `utilisation fall` or `defaults`.
    ///
    /// # Errors
    /// [`RiskError::Question`] for anything else.
    pub fn parse(text: &str) -> Result<Self, RiskError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["note", name] => Ok(Self::Note((*name).to_owned())),
            ["coupon", name] => Ok(Self::Coupon((*name).to_owned())),
            ["account", name] => Ok(Self::Account((*name).to_owned())),
            ["price", "fall"] => Ok(Self::PriceFall),
            ["utilisation", "fall"] => Ok(Self::UtilisationFall),
            ["defaults"] => Ok(Self::Defaults),
            _ => Err(RiskError::Question(format!(
                "`{text}` cannot be varied; write `note NAME`, `coupon NAME`, `account NAME`, `price fall`, `utilisation fall` or `defaults`"
            ))),
        }
    }

    /// Returns the range that is searched if nobody says: a note from nothing to all that is raised, a coupon to 50 %, an
    /// account to a quarter of what is raised, a fall from nothing to everything, defaults from none to twenty times as many.
    ///
    /// # Errors
    /// [`RiskError::Question`] if the deal has no such element.
    pub fn range(&self, setup: &Setup) -> Result<(f64, f64), RiskError> {
        let now = self.now(setup)?;
        let raised = raised(setup);
        Ok(match self {
            Self::Note(_) => (0.01 * raised, now + equity(setup) * 0.99),
            Self::Coupon(_) => (0.0, 0.5),
            Self::Account(_) => (0.0, (0.25 * raised).min(now + equity(setup) * 0.99)),
            Self::PriceFall | Self::UtilisationFall => (0.0, 0.99),
            Self::Defaults => (0.0, 20.0),
        })
    }

    /// Returns the value in the term sheet: amounts in whole units of the currency, rates and falls as shares.
    ///
    /// # Errors
    /// As [`Vary::range`].
    pub fn now(&self, setup: &Setup) -> Result<f64, RiskError> {
        let found = setup.document.statements.iter().find_map(|item| match (&item.body, self) {
            (Statement::Note(note), Self::Note(name)) if note.name.text == *name => value_of(&note.amount),
            (Statement::Note(note), Self::Coupon(name)) if note.name.text == *name => {
                let mut coupon = note.coupon.clone();
                last_rate(&mut coupon).and_then(|number| value_of(number))
            }
            (Statement::Account(account), Self::Account(name)) if account.name.text == *name => {
                account.funded.as_ref().and_then(value_of)
            }
            _ => None,
        });
        match (found, self) {
            (Some(value), _) => Ok(value),
            (None, Self::PriceFall | Self::UtilisationFall) => Ok(0.0),
            (None, Self::Defaults) => Ok(1.0),
            (None, what) => {
                Err(RiskError::Question(format!("the deal has no number for `{what}` that could be varied")))
            }
        }
    }

    /// Returns the deal with this value; as it is where only futures change.
    ///
    /// # Errors
    /// [`RiskError::Question`] if the deal does not compile with this value.
    pub fn put(&self, setup: &Setup, value: f64) -> Result<Setup, RiskError> {
        if matches!(self, Self::PriceFall | Self::UtilisationFall | Self::Defaults) {
            return Ok(setup.clone());
        }
        let mut changed = setup.clone();
        changed.document.statements.iter_mut().for_each(|item| self.write_into(&mut item.body, value));
        if matches!(self, Self::Coupon(_)) {
            recompile(&mut changed)?;
        } else {
            self.balance(setup, (&mut changed, value))?;
        }
        Ok(changed)
    }

    /// Returns what this value does to every future.
    ///
    /// # Errors
    /// [`RiskError::Question`] if nothing in the deal feels it: an answer would mislead.
    pub fn shock(&self, exposure: &Exposure, value: f64) -> Result<Shock, RiskError> {
        let shock = match self {
            Self::PriceFall => Shock::price(exposure, 1.0 - value),
            Self::UtilisationFall => Shock::default().times(&[Driver::Utilisation], 1.0 - value),
            Self::Defaults => Shock::default().times(&[Driver::Defaults], value),
            Self::Note(_) | Self::Coupon(_) | Self::Account(_) => return Ok(Shock::default()),
        };
        let felt = exposure.felt();
        if shock.times.keys().any(|driver| felt.contains(driver)) {
            return Ok(shock);
        }
        let known: Vec<&str> = felt.iter().map(|driver| driver.name()).collect();
        Err(RiskError::Question(format!(
            "nothing in this deal feels a change of `{self}`; it feels {}",
            known.join(", ")
        )))
    }
}

impl Vary {
    /// The equity puts in what is missing, so that the accounts hold after the closing what they held before: fees at the
    /// closing may depend on the sizes. An account that is varied holds the difference more.
    fn balance(&self, setup: &Setup, (changed, value): (&mut Setup, f64)) -> Result<(), RiskError> {
        let unit = 10_f64.powi(i32::from(setup.compiled.plan.decimals));
        let more = if matches!(self, Self::Account(_)) { value - self.now(setup)? } else { 0.0 };
        let wanted = held_at_closing(setup)? as f64 / unit + more;
        // First with far too much, so that it closes and says what it holds.
        let plenty = raised(setup);
        add_equity(changed, plenty);
        recompile(changed)?;
        let held = held_at_closing(changed)? as f64 / unit;
        add_equity(changed, wanted - held);
        recompile(changed)
    }

    /// Writes the value into the statement that it belongs to.
    fn write_into(&self, statement: &mut Statement, value: f64) {
        let number = match (statement, self) {
            (Statement::Note(note), Self::Note(name)) if note.name.text == *name => Some(&mut note.amount),
            (Statement::Note(note), Self::Coupon(name)) if note.name.text == *name => {
                last_rate(&mut note.coupon)
            }
            (Statement::Account(account), Self::Account(name)) if account.name.text == *name => {
                account.funded.as_mut()
            }
            _ => None,
        };
        if let Some(number) = number {
            write(number, value);
        }
    }
}

/// The first equity puts in more, or less.
fn add_equity(setup: &mut Setup, more: f64) {
    let first = setup.document.statements.iter_mut().find_map(|item| match &mut item.body {
        Statement::Equity { amount, .. } => Some(amount),
        _ => None,
    });
    if let Some(amount) = first {
        let before = value_of(amount).unwrap_or(0.0);
        write(amount, before + more);
    }
}

fn recompile(setup: &mut Setup) -> Result<(), RiskError> {
    setup.compiled = deal::compile(&setup.document, &setup.tape).map_err(|findings| {
        let text = deal::format(&setup.document);
        RiskError::Question(deal::render(("the deal with this value", &text), &findings, false))
    })?;
    Ok(())
}

/// The money that notes and equity put in at the closing.
fn raised(setup: &Setup) -> f64 {
    let amounts = setup.document.statements.iter().filter_map(|item| match &item.body {
        Statement::Note(note) => value_of(&note.amount),
        Statement::Equity { amount, .. } => value_of(amount),
        _ => None,
    });
    amounts.sum()
}

fn equity(setup: &Setup) -> f64 {
    let amounts = setup.document.statements.iter().filter_map(|item| match &item.body {
        Statement::Equity { amount, .. } => value_of(amount),
        _ => None,
    });
    amounts.sum()
}

fn value_of(number: &Number) -> Option<f64> {
    let digits: f64 = number.digits.parse().ok()?;
    Some(if number.suffix == Suffix::Percent { digits / 100.0 } else { digits })
}

/// Writes an amount to the cent, a rate to a ten-thousandth of a per cent.
fn write(number: &mut Number, value: f64) {
    number.digits = if number.suffix == Suffix::Percent {
        format!("{:.4}", 100.0 * value)
    } else {
        format!("{value:.2}")
    };
}

/// The last rate that is written in a formula: of `sofr + 6.00%` the margin.
fn last_rate(expression: &mut Expression) -> Option<&mut Number> {
    match expression.kind.as_mut() {
        ExpressionKind::Number(number) if number.suffix == Suffix::Percent => Some(number),
        ExpressionKind::Binary { left, right, .. } => last_rate(right).or_else(|| last_rate(left)),
        _ => None,
    }
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Mean loss, as a share of the original amount.
    ExpectedLoss,
    /// Probability of any loss.
    Probability,
    /// Probability that something is paid late or never.
    Missed,
    /// Mean of the worst 1 % of losses.
    Shortfall,
    /// Mean yearly yield.
    Yield,
}

/// A condition on the outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Until {
    /// What is measured.
    pub measure: Measure,
    /// Of which class.
    pub class: String,
    /// Whether it must be below the level, or above.
    pub below: bool,
    /// The level, as a share.
    pub level: f64,
}

impl Until {
    /// Reads `expected loss of A < 0.1 %`. Measures: `expected loss`, `probability of loss`, `probability of a missed
    /// payment`, `expected shortfall`, `yield`.
    ///
    /// # Errors
    /// [`RiskError::Question`] for anything else.
    pub fn parse(text: &str) -> Result<Self, RiskError> {
        let refuse = || {
            RiskError::Question(format!(
                "`{text}` is no condition; write `expected loss of A < 0.1 %` (or `probability of loss of`, `probability of a \
                 missed payment of`, `expected shortfall of`, `yield of`)"
            ))
        };
        let (left, right, below) = match (text.split_once('<'), text.split_once('>')) {
            (Some((left, right)), None) => (left, right, true),
            (None, Some((left, right))) => (left, right, false),
            _ => return Err(refuse()),
        };
        let (measure, class) = left.trim().rsplit_once(" of ").ok_or_else(refuse)?;
        let measure = match measure.trim() {
            "expected loss" => Measure::ExpectedLoss,
            "probability of loss" => Measure::Probability,
            "probability of a missed payment" => Measure::Missed,
            "expected shortfall" => Measure::Shortfall,
            "yield" => Measure::Yield,
            _ => return Err(refuse()),
        };
        let right = right.trim_start_matches('=').trim();
        let (digits, scale) = right.strip_suffix('%').map_or((right, 1.0), |digits| (digits.trim(), 0.01));
        let level = digits.parse::<f64>().map_err(|_| refuse())? * scale;
        Ok(Self { measure, class: class.trim().to_owned(), below, level })
    }

    /// Measures paths.
    ///
    /// # Errors
    /// [`RiskError::Question`] if the deal has no such class.
    pub fn measure(
        &self,
        classes: &[Class],
        (columns, group): (&Columns, u64),
    ) -> Result<Estimate, RiskError> {
        let index = classes.iter().position(|class| class.name == self.class);
        let column = index.and_then(|index| columns.classes.get(index)).ok_or_else(|| {
            let known: Vec<&str> = classes.iter().map(|class| class.name.as_str()).collect();
            RiskError::Question(format!(
                "the deal has no class `{}`; it has {}",
                self.class,
                known.join(", ")
            ))
        })?;
        let flag = |yes: bool| if yes { 1.0 } else { 0.0 };
        let lost = || column.lost.iter().map(|loss| f64::from(*loss));
        Ok(match self.measure {
            Measure::ExpectedLoss => estimate(lost(), group),
            Measure::Probability => estimate(lost().map(|loss| flag(loss > 0.0)), group),
            Measure::Missed => estimate(column.short.iter().map(|years| flag(years.is_finite())), group),
            Measure::Yield => {
                let rates = column.yields.iter().map(|rate| f64::from(*rate)).filter(|rate| rate.is_finite());
                estimate(rates, group)
            }
            Measure::Shortfall => {
                // Rockafellar and Uryasev, Journal of Risk 2 (2000): the tail mean is an expectation above its quantile.
                let level = quantile(&sorted(&column.lost), 0.99);
                let above = estimate(lost().map(|loss| (loss - level).max(0.0) / 0.01), group);
                Estimate { mean: level + above.mean, error: above.error }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = Until::parse(text).map_or_else(
            |error| error.to_string(),
            |until| format!("{:?} {} {} {}; {until}", until.measure, until.class, until.below, until.level),
        );
        assert!(shown.contains(expected), "{text}: {shown}");
    }

    #[test]
    fn conditions_are_read_as_they_are_said() {
        check("expected loss of A < 0.1 %", "ExpectedLoss A true 0.001");
        check("probability of loss of B <= 5%", "Probability B true 0.05; probability of loss of B < 5 %");
        check("yield of C > 0.12", "Yield C false 0.12");
        check("probability of a missed payment of A < 1 %", "Missed A true 0.01");
        check("loss of A < 1 %", "is no condition");
        check("expected loss of A", "is no condition");
    }
}
