//! Shocks: what if. A scenario changes what the models say, never a published point.

use crate::error::{AssetsError, While};
use crate::history::Growth;
use crate::number::{Day, Percent};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use units::{Date, RATE_ONE, Rate, Rounding, UnitsError, checked_add, mul_div};

/// A change of prices.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceShock {
    /// The series it changes.
    pub series: BTreeSet<String>,
    /// By how much: `-60 %`.
    pub by: Percent,
    /// First day.
    pub from: Day,
    /// The day it ends; for good if not given.
    pub until: Option<Day>,
}

/// A factor on something for some time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Multiplier {
    /// The factor: `120 %` is a fifth more.
    pub times: Percent,
    /// First day.
    pub from: Day,
    /// The day it ends; for good if not given.
    pub until: Option<Day>,
}

/// A time in which the machines run less.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// What the uptime is then, if it was better.
    pub uptime: Percent,
    /// First day.
    pub from: Day,
    /// The day it ends; for good if not given.
    pub until: Option<Day>,
}

/// A parallel shift of rates.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterestShift {
    /// The series it changes.
    pub series: BTreeSet<String>,
    /// What is added: `2 %`.
    pub add: Percent,
    /// First day.
    pub from: Day,
    /// The day it ends; for good if not given.
    pub until: Option<Day>,
}

/// The operator stops paying.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorDefault {
    /// The day.
    pub date: Day,
    /// The share of cash that still arrives.
    #[serde(default)]
    pub cash_left: Percent,
    /// The share of costs that still arises, such as rent for the hall.
    #[serde(default)]
    pub costs_left: Percent,
}

/// A file of shocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Its name on the page.
    pub name: String,
    /// What it is meant to show.
    pub note: String,
    /// Changes of prices.
    pub price: Vec<PriceShock>,
    /// Factors on use: hours sold, let space, kWh produced.
    pub utilisation: Vec<Multiplier>,
    /// Times in which the machines run less.
    pub outage: Vec<Outage>,
    /// Factors on operating costs.
    pub opex: Vec<Multiplier>,
    /// Shifts of rates.
    pub interest: Vec<InterestShift>,
    /// Factors on prepayment of loans.
    pub prepayment: Vec<Multiplier>,
    /// Factors on default of loans.
    pub defaults: Vec<Multiplier>,
    /// The operator stops paying.
    pub operator_default: Option<OperatorDefault>,
    /// What happens to a series after its last point, in place of what the case says.
    pub growth: BTreeMap<String, Growth>,
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// [`AssetsError::File`] with the line, [`AssetsError::Setting`] for a shock that cannot be.
    pub fn parse(file: &str, text: &str) -> Result<Self, AssetsError> {
        let scenario: Self = toml::from_str(text)
            .map_err(|error| AssetsError::File { file: file.to_owned(), problem: error.to_string() })?;
        match scenario.require_sense() {
            Err(AssetsError::Setting { place, problem }) => {
                Err(AssetsError::setting(format!("{file}: {place}"), problem))
            }
            sense => sense.map(|()| scenario),
        }
    }

    fn require_sense(&self) -> Result<(), AssetsError> {
        if self.price.iter().any(|shock| shock.by.0.units() < -RATE_ONE) {
            return Err(AssetsError::setting("price.by", "a price cannot fall by more than 100 %"));
        }
        let factors = [&self.utilisation, &self.opex, &self.prepayment, &self.defaults];
        if factors.into_iter().flatten().any(|factor| factor.times.0.units() < 0) {
            return Err(AssetsError::setting("times", "a factor cannot be negative; write 0 % or more"));
        }
        let left = self.operator_default.iter().flat_map(|default| [default.cash_left, default.costs_left]);
        if !left.chain(self.outage.iter().map(|outage| outage.uptime)).all(is_share) {
            return Err(AssetsError::setting(
                "uptime, cash_left, costs_left",
                "write a share from 0 % to 100 %",
            ));
        }
        match self.spans().find(|(from, until)| until.is_some_and(|until| until <= *from)) {
            Some((from, _)) => Err(AssetsError::setting("until", format!("must come after from = {from}"))),
            None => Ok(()),
        }
    }

    /// Names every series that a shock speaks of.
    pub(crate) fn series(&self) -> impl Iterator<Item = &String> {
        let shocks = self.price.iter().flat_map(|shock| &shock.series);
        shocks.chain(self.interest.iter().flat_map(|shift| &shift.series)).chain(self.growth.keys())
    }

    fn spans(&self) -> impl Iterator<Item = (Date, Option<Date>)> {
        let factors = [&self.utilisation, &self.opex, &self.prepayment, &self.defaults];
        let factors = factors.into_iter().flatten().map(|factor| (factor.from, factor.until));
        let prices = self.price.iter().map(|shock| (shock.from, shock.until));
        let outages = self.outage.iter().map(|outage| (outage.from, outage.until));
        let shifts = self.interest.iter().map(|shift| (shift.from, shift.until));
        let all = factors.chain(prices).chain(outages).chain(shifts);
        all.map(|(from, until)| (from.0, until.map(|until| until.0)))
    }

    /// Returns the days on which anything changes: models cut their periods there.
    pub(crate) fn breaks(&self) -> BTreeSet<Date> {
        let spans = self.spans().flat_map(|(from, until)| [Some(from), until]);
        let default = self.operator_default.iter().map(|default| Some(default.date.0));
        spans.chain(default).flatten().collect()
    }

    /// Returns a number of a series as the shocks leave it, and whether one applied.
    pub(crate) fn shock(&self, series: &str, value: i64, date: Date) -> Result<(i64, bool), AssetsError> {
        let mut shocked = (value, false);
        for shock in self.price.iter().filter(|shock| shock.series.contains(series)) {
            if within(date, shock.from, shock.until) {
                let factor = checked_add(RATE_ONE, shock.by.0.units()).during("price.by")?;
                let value = mul_div(shocked.0, factor, RATE_ONE, Rounding::Down).during("price.by")?;
                shocked = (value, true);
            }
        }
        for shift in self.interest.iter().filter(|shift| shift.series.contains(series)) {
            if within(date, shift.from, shift.until) {
                shocked = (checked_add(shocked.0, shift.add.0.units()).during("interest.add")?, true);
            }
        }
        Ok(shocked)
    }

    /// Returns what is left of an uptime.
    pub(crate) fn uptime(&self, normal: Rate, date: Date) -> Rate {
        let active = self.outage.iter().filter(|outage| within(date, outage.from, outage.until));
        active.map(|outage| outage.uptime.0).fold(normal, Rate::min)
    }

    /// Returns whether the operator has defaulted by this day.
    pub(crate) fn defaulted(&self, date: Date) -> bool {
        self.operator_default.as_ref().is_some_and(|default| default.date.0 <= date)
    }

    /// Returns the share of cash that arrives for this day.
    pub(crate) fn cash_left(&self, date: Date) -> Rate {
        self.left(date, |default| default.cash_left)
    }

    /// Returns the share of costs that arises on this day.
    pub(crate) fn costs_left(&self, date: Date) -> Rate {
        self.left(date, |default| default.costs_left)
    }

    fn left(&self, date: Date, share: impl Fn(&OperatorDefault) -> Percent) -> Rate {
        let default = self.operator_default.as_ref().filter(|default| default.date.0 <= date);
        default.map_or(Percent::ONE, share).0
    }
}

/// Returns the product of the factors that apply on this day.
pub(crate) fn factor(factors: &[Multiplier], date: Date) -> Result<Rate, AssetsError> {
    let active = factors.iter().filter(|factor| within(date, factor.from, factor.until));
    let product = active.map(|factor| factor.times).try_fold(RATE_ONE, |product, times| times.of(product));
    product.map(Rate::new).during("times")
}

/// Returns `value` as the factors of this day leave it, rounded down.
pub(crate) fn scaled(value: i64, factors: &[Multiplier], date: Date) -> Result<i64, AssetsError> {
    share_of(value, factor(factors, date)?).during("times")
}

pub(crate) fn share_of(value: i64, share: Rate) -> Result<i64, UnitsError> {
    Percent(share).of(value)
}

pub(crate) fn is_share(share: Percent) -> bool {
    (0..=RATE_ONE).contains(&share.0.units())
}

fn within(date: Date, from: Day, until: Option<Day>) -> bool {
    from.0 <= date && until.is_none_or(|until| date < until.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown =
            Scenario::parse("s.toml", text).map_or_else(|error| error.to_string(), |_| "good".to_owned());
        assert!(shown.contains(expected), "{text}: {shown}");
    }

    #[test]
    fn scenarios_say_what_to_fix() {
        check("name = \"nothing\"", "good");
        check("[[price]]\nseries = [\"rent\"]\nby = \"-60 %\"\nfrom = 2026-01-15", "good");
        check("[[price]]\nseries = [\"rent\"]\nby = \"-160 %\"\nfrom = 2026-01-15", "more than 100 %");
        check("[[price]]\nseries = [\"rent\"]\nby = -0.6\nfrom = 2026-01-15", "in quotes");
        check("[[price]]\nseries = [\"rent\"]\nby = \"-160 %\"\nfrom = 2026-01-15", "s.toml: price.by");
        check("[[price]]\nserie = [\"rent\"]", "unknown field `serie`");
        check("[[outage]]\nuptime = \"120 %\"\nfrom = 2026-01-15", "from 0 % to 100 %");
        check("[[opex]]\ntimes = \"-1 %\"\nfrom = 2026-01-15", "cannot be negative");
        check("[[opex]]\ntimes = \"90 %\"\nfrom = 2026-01-15\nuntil = 2026-01-15", "must come after");
        check("[growth]\nrent = \"decline 2 % a month\"", "good");
        check("[growth]\nrent = \"falls\"", "write `hold`");
        check("[operator_default]\ndate = 2026-01-15", "good");
    }

    #[test]
    fn shocks_apply_on_their_days_and_multiply() {
        let text = "[[price]]\nseries = [\"rent\"]\nby = \"-60 %\"\nfrom = 2026-01-10\nuntil = 2026-01-20\n\
                    [[price]]\nseries = [\"rent\"]\nby = \"10 %\"\nfrom = 2026-01-15\n";
        let scenario = Scenario::parse("s", text).unwrap();
        let value = |day: u32| scenario.shock("rent", 1_000, Date::from_ymd(2026, 1, day).unwrap()).unwrap();
        assert_eq!(value(9), (1_000, false));
        assert_eq!(value(10), (400, true));
        assert_eq!(value(15), (440, true));
        assert_eq!(value(20), (1_100, true));
        assert_eq!(scenario.shock("power", 7, Date::from_ymd(2026, 1, 15).unwrap()).unwrap(), (7, false));
    }
}
