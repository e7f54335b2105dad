//! The file of parameters: every table says where its numbers come from.

use crate::error::RiskError;
use serde::{Deserialize, Serialize};

/// What random futures are made of. Rates are shares (0.05 is 5 %), a month is a calendar month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// What these parameters are for.
    pub name: String,
    /// Caveats, in words.
    #[serde(default)]
    pub note: String,
    /// The rent of a machine hour.
    pub price: PriceTerms,
    /// New generations of machines.
    pub generation: GenerationTerms,
    /// Rents under new contracts.
    pub contract: FollowTerms,
    /// What a machine sells for.
    pub resale: FollowTerms,
    /// Hours sold, or what the sun gives.
    pub utilisation: UseTerms,
    /// Sites that stand still.
    pub outage: OutageTerms,
    /// Electricity.
    pub power: PowerTerms,
    /// Running costs without electricity.
    pub opex: WalkTerms,
    /// Floating rates: a parallel shift.
    pub interest: WalkTerms,
    /// Who may fail, and together.
    pub default: DefaultTerms,
    /// What a sale brings beside the price of the day.
    pub liquidation: SaleTerms,
    /// Borrowers in a pool; without it a pool does what its case says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loans: Option<BorrowerTerms>,
}

/// Regimes of the rent of a machine hour. All moves are on top of the case's own projection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceTerms {
    /// Where the numbers come from.
    pub source: String,
    /// Probability of beginning in each regime: glut, balance, shortage.
    pub start: [f64; 3],
    /// Probability of the next month's regime (column), given this month's (row).
    pub switching: [[f64; 3]; 3],
    /// Mean change of the logarithm of the price in a month, in each regime.
    pub drift: [f64; 3],
    /// Its standard deviation.
    pub deviation: [f64; 3],
    /// Whether the mean drift of regimes and generations together is taken off, so that the projection is the middle of the
    /// futures.
    pub centred: bool,
    /// Factor on the hours sold, in each regime.
    pub utilisation: [f64; 3],
}

/// Falls of the price at new generations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerationTerms {
    /// Where the numbers come from.
    pub source: String,
    /// Mean months from one to the next.
    pub months: f64,
    /// The smallest fall.
    pub least: f64,
    /// The largest fall; all between are equally likely.
    pub most: f64,
}

/// A price that follows the rent of a machine hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowTerms {
    /// Where the numbers come from.
    pub source: String,
    /// Share of the rent's logarithm that it takes part in.
    pub follows: f64,
    /// Standard deviation of its own change in a month.
    pub deviation: f64,
}

/// A share that comes back to where it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseTerms {
    /// Where the numbers come from.
    pub source: String,
    /// How much of a deviation is left after a month.
    pub persistence: f64,
    /// Standard deviation of a month's change of the logarithm.
    pub deviation: f64,
    /// Correlation of a month's change with that of the price.
    pub correlation: f64,
}

/// Outages of whole sites.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutageTerms {
    /// Where the numbers come from.
    pub source: String,
    /// Probability that a site stands still in a month.
    pub probability: f64,
    /// Mean days of it; their number is exponential, at most a month.
    pub days: f64,
    /// Correlation between sites.
    pub correlation: f64,
}

/// The price of electricity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerTerms {
    /// Where the numbers come from.
    pub source: String,
    /// How much of a deviation is left after a month.
    pub persistence: f64,
    /// Standard deviation of a month's change of the logarithm.
    pub deviation: f64,
    /// Probability of a spike in a month.
    pub spike: f64,
    /// What a month with a spike costs, as a multiple.
    pub times: f64,
}

/// A number that wanders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkTerms {
    /// Where the numbers come from.
    pub source: String,
    /// Standard deviation of a month's change.
    pub deviation: f64,
}

/// Defaults by a Gaussian copula with one factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultTerms {
    /// Where the numbers come from.
    pub source: String,
    /// Correlation of any two obligors with each other.
    pub correlation: f64,
    /// Change of the price's monthly drift for each standard deviation of the common factor: bad times are bad for all.
    pub price: f64,
    /// Probability that the operator fails in a year.
    pub operator: f64,
    /// Share of the cash that arrives while a failed operator is replaced.
    pub cash_left: f64,
    /// Share of the costs that arise then.
    pub costs_left: f64,
    /// Months until another operates.
    pub replaced_after: u32,
    /// Probability that a customer fails in a year.
    pub offtaker: f64,
    /// How many customers the contracted hours belong to, in equal parts (1 to 8).
    pub offtakers: u32,
}

/// What sales bring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaleTerms {
    /// Where the numbers come from.
    pub source: String,
    /// Standard deviation of the logarithm of what the case's own factor for horizon and volume turns out to be.
    pub deviation: f64,
}

/// How a pool of borrowers feels a future. How many fail is the one-factor copula of [`DefaultTerms`] for very many of them,
/// `offtaker` being the probability of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BorrowerTerms {
    /// Where the numbers come from.
    pub source: String,
    /// The speed of default falls with this power of the use (2: use 10 % higher, a fifth fewer fail).
    pub use_power: f64,
    /// Standard deviation of the logarithm of a future's speed of early repayment.
    pub prepayment: f64,
    /// Change of that logarithm if floating rates fall by 100 points.
    pub rate_power: f64,
}

/// Most customers, and most sites that fail on their own.
pub const OFFTAKERS_MAX: usize = 8;
/// Most sites that fail on their own.
pub const SITES_MAX: usize = 4;

/// The files of parameters under `data/`.
pub const PARAMETER_FILES: [&str; 5] =
    ["risk-h100.toml", "risk-solar.toml", "risk-lease.toml", "risk-loans.toml", "risk-battery.toml"];

/// Returns the file under `data/` whose parameters fit a case, if it has none of its own.
///
/// # Errors
/// [`RiskError::NotSupported`] for collateral whose numbers no future is known to move.
pub fn parameters_for(case: &assets::Case) -> Result<&'static str, RiskError> {
    let fits = [
        case.gpu.is_some(),
        case.solar.is_some(),
        case.lease.is_some(),
        case.loans.is_some(),
        case.battery.is_some(),
    ];
    let found = PARAMETER_FILES.into_iter().zip(fits).find_map(|(file, fits)| fits.then_some(file));
    found.ok_or_else(|| RiskError::NotSupported {
        what: "no parameters fit this collateral".to_owned(),
        supported: "[gpu], [solar], [lease], [loans] and [battery]".to_owned(),
    })
}

impl PriceTerms {
    /// Returns the share of time that each regime takes up in the long run.
    pub fn long_run(&self) -> [f64; 3] {
        let mut shares = self.start;
        // Far more months than any chain of three regimes needs to forget where it began.
        for _ in 0..10_000 {
            shares =
                std::array::from_fn(|to| (0..3).map(|from| shares[from] * self.switching[from][to]).sum());
        }
        shares
    }
}

impl Parameters {
    /// Returns the mean change of the logarithm of the price in a month that is taken off.
    pub fn centre(&self) -> f64 {
        if !self.price.centred {
            return 0.0;
        }
        let shares = self.price.long_run();
        let regimes: f64 = shares.iter().zip(&self.price.drift).map(|(share, drift)| share * drift).sum();
        let arrives = 1.0 - (-1.0 / self.generation.months).exp();
        let fall = f64::midpoint(self.generation.least, self.generation.most);
        regimes + arrives * (-fall).ln_1p()
    }

    /// Returns where the numbers of each table come from: its key, its name for a reader, its source.
    pub fn sources(&self) -> Vec<(&'static str, &'static str, &str)> {
        let borrowers = self.loans.iter().map(|loans| ("loans", "Borrowers", &loans.source));
        let all = [
            ("price", "Rental price", &self.price.source),
            ("generation", "Generations", &self.generation.source),
            ("contract", "Contracts", &self.contract.source),
            ("resale", "Resale", &self.resale.source),
            ("utilisation", "Utilisation", &self.utilisation.source),
            ("outage", "Outages", &self.outage.source),
            ("power", "Power", &self.power.source),
            ("opex", "Running costs", &self.opex.source),
            ("interest", "Floating rate", &self.interest.source),
            ("default", "Defaults", &self.default.source),
            ("liquidation", "Sales", &self.liquidation.source),
        ];
        all.into_iter().chain(borrowers).map(|(key, name, source)| (key, name, source.as_str())).collect()
    }

    /// Returns the parameters as a file that [`Parameters::parse`] reads.
    ///
    /// # Errors
    /// [`RiskError::File`] if a number cannot be written.
    pub fn to_text(&self) -> Result<String, RiskError> {
        let refuse =
            |error: toml::ser::Error| RiskError::File { file: self.name.clone(), problem: error.to_string() };
        toml::to_string_pretty(self).map_err(refuse)
    }

    /// Reads a file of parameters.
    ///
    /// # Errors
    /// [`RiskError::File`] with the line, [`RiskError::Parameter`] for a number that cannot be.
    pub fn parse(file: &str, text: &str) -> Result<Self, RiskError> {
        let parameters: Self = toml::from_str(text)
            .map_err(|error| RiskError::File { file: file.to_owned(), problem: error.to_string() })?;
        parameters.require_sense()?;
        Ok(parameters)
    }

    fn require_sense(&self) -> Result<(), RiskError> {
        let price = &self.price;
        for (place, row) in [("price.start", &price.start)]
            .into_iter()
            .chain(price.switching.iter().map(|row| ("price.switching", row)))
        {
            let whole = (row.iter().sum::<f64>() - 1.0).abs() < 1e-9;
            if !whole || !row.iter().all(|share| is_share(*share)) {
                return Err(RiskError::parameter(place, "write three probabilities that add up to 1"));
            }
        }
        let shares = [
            ("generation.least", self.generation.least),
            ("generation.most", self.generation.most),
            ("outage.probability", self.outage.probability),
            ("outage.correlation", self.outage.correlation),
            ("utilisation.persistence", self.utilisation.persistence),
            ("power.persistence", self.power.persistence),
            ("power.spike", self.power.spike),
            ("default.correlation", self.default.correlation),
            ("default.operator", self.default.operator),
            ("default.offtaker", self.default.offtaker),
            ("default.cash_left", self.default.cash_left),
            ("default.costs_left", self.default.costs_left),
        ];
        if let Some((place, _)) = shares.into_iter().find(|(_, share)| !is_share(*share)) {
            return Err(RiskError::parameter(place, "write a share from 0 to 1"));
        }
        let signed = [
            ("utilisation.correlation", self.utilisation.correlation),
            ("default.price", self.default.price),
        ];
        if let Some((place, _)) = signed.into_iter().find(|(_, share)| !is_share(share.abs())) {
            return Err(RiskError::parameter(place, "write a number from -1 to 1"));
        }
        self.require_sizes()
    }

    fn require_sizes(&self) -> Result<(), RiskError> {
        let deviations = [
            self.price.deviation[0],
            self.price.deviation[1],
            self.price.deviation[2],
            self.contract.deviation,
            self.resale.deviation,
            self.utilisation.deviation,
            self.power.deviation,
            self.opex.deviation,
            self.interest.deviation,
            self.liquidation.deviation,
        ];
        if !deviations.into_iter().all(|deviation| (0.0..=2.0).contains(&deviation)) {
            return Err(RiskError::parameter("deviation", "write a standard deviation from 0 to 2"));
        }
        if self.generation.most < self.generation.least || self.generation.most >= 1.0 {
            return Err(RiskError::parameter("generation.most", "write a fall from `least` to below 1"));
        }
        if !self.generation.months.is_finite() || self.generation.months < 1.0 {
            return Err(RiskError::parameter("generation.months", "write 1 or more months"));
        }
        if !(0.0..=1_000.0).contains(&self.power.times) || !(0.0..=31.0).contains(&self.outage.days) {
            return Err(RiskError::parameter(
                "power.times, outage.days",
                "write a multiple from 0 to 1000 and days from 0 to 31",
            ));
        }
        let utilisation = self.price.utilisation.iter().all(|factor| (0.0..=10.0).contains(factor));
        let drift = self.price.drift.iter().all(|drift| (-1.0..=1.0).contains(drift));
        if !utilisation || !drift {
            return Err(RiskError::parameter(
                "price",
                "write drifts from -1 to 1 and factors on the hours sold from 0 to 10",
            ));
        }
        let powers =
            self.loans.iter().flat_map(|loans| [loans.use_power, loans.prepayment, loans.rate_power]);
        if !powers.into_iter().all(|power| (0.0..=100.0).contains(&power)) {
            return Err(RiskError::parameter("loans", "write powers and a deviation from 0 to 100"));
        }
        if !(1..=OFFTAKERS_MAX).contains(&(self.default.offtakers as usize)) {
            return Err(RiskError::parameter("default.offtakers", "write 1 to 8"));
        }
        Ok(())
    }
}

fn is_share(share: f64) -> bool {
    (0.0..=1.0).contains(&share)
}
