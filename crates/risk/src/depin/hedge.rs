//! How much of the token to sell forward, and how much power to buy, so that a supplier's plan holds.
//!
//! A supplier who expects tokens E_d is worth V(P) = P Σ E_d v^d. If the network's supply grows by η per cent when the
//! token rises by one, the own share falls by as much, so that V(P') = P' (P'/P)^(-η) Σ E_d v^d. Its slope at P is
//! (1 - η) Σ E_d v^d: that many tokens sold short leave the value unchanged by a small move. Of every unit of expected
//! income that is (1 - η) units of token. The fuel is power: what the machines draw until the horizon, bought forward.

use super::figure::{Checked, Need, daily_factor};
use super::{DepinError, Figure};
use serde::{Deserialize, Serialize};

/// Longest horizon, ten years: also the bound of the loop over days.
const DAYS_MAX: f64 = 3_650.0;
/// Price moves that the hedge is shown at.
const MOVES: [f64; 6] = [-0.9, -0.5, -0.1, 0.0, 0.1, 0.5];

/// What a supplier expects.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HedgeFile {
    tokens_per_day: Figure,
    token_price: Figure,
    days: Figure,
    discount_rate: Figure,
    /// Yearly growth of what shares the same emission, whatever the price does.
    network_growth: Option<Figure>,
    /// Per cent by which the network's supply grows when the token rises by one per cent.
    supply_elasticity: Option<Figure>,
    /// Average draw of the machines.
    kw: Option<Figure>,
    price_per_kwh: Option<Figure>,
}

/// What to sell and to buy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hedge {
    /// Days until the horizon.
    pub days: u32,
    /// Price of a token.
    pub token_price: f64,
    /// Tokens expected until then.
    pub tokens_expected: f64,
    /// The same discounted, times the price.
    pub income_present_value: f64,
    /// Tokens to sell short today; bought back as they are earned. Negative, to hold, if supply answers more than in proportion.
    pub short_tokens: f64,
    /// Units of token to short for each unit of expected income: 1 - η.
    pub short_per_unit_of_income: f64,
    /// Power to buy forward, kWh; `None` if nobody says what is drawn.
    pub fuel_kwh: Option<f64>,
    /// What that costs at the price given.
    pub fuel_cost: Option<f64>,
    /// Income with and without the hedge at other prices of the token.
    pub prices: Vec<HedgedPrice>,
}

/// A supplier's income when the token moves at once and stays there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HedgedPrice {
    /// Relative move.
    pub change: f64,
    /// Present value of the tokens earned.
    pub unhedged: f64,
    /// Gain on the tokens sold short.
    pub short_gain: f64,
    /// Both.
    pub hedged: f64,
}

pub(super) fn calc_hedge(file: &HedgeFile, checked: &mut Checked) -> Result<Hedge, DepinError> {
    let days = checked.value("hedge.days", &file.days, Need::Positive)?;
    if days > DAYS_MAX {
        return Err(DepinError::Figure { name: "hedge.days".to_owned(), value: days, need: "3,650 at most" });
    }
    let first = checked.value("hedge.tokens_per_day", &file.tokens_per_day, Need::Positive)?;
    let price = checked.value("hedge.token_price", &file.token_price, Need::Positive)?;
    let factor = daily_factor(checked.value("hedge.discount_rate", &file.discount_rate, Need::Rate)?);
    let growth = checked.maybe("hedge.network_growth", file.network_growth.as_ref(), Need::Rate)?;
    let elasticity = file.supply_elasticity.as_ref();
    let elasticity = checked.maybe("hedge.supply_elasticity", elasticity, Need::NotNegative)?.unwrap_or(0.0);
    let kw = checked.maybe("hedge.kw", file.kw.as_ref(), Need::NotNegative)?;
    let kwh_price = checked.maybe("hedge.price_per_kwh", file.price_per_kwh.as_ref(), Need::NotNegative)?;
    let (expected, discounted) = tokens(first, days, (daily_factor(growth.unwrap_or(0.0)), factor));
    let short_tokens = (1.0 - elasticity) * discounted;
    let fuel_kwh = kw.map(|kw| kw * 24.0 * days);
    Ok(Hedge {
        days: whole(days),
        token_price: price,
        tokens_expected: expected,
        income_present_value: price * discounted,
        short_tokens,
        short_per_unit_of_income: 1.0 - elasticity,
        fuel_kwh,
        fuel_cost: fuel_kwh.zip(kwh_price).map(|(kwh, price)| kwh * price),
        prices: MOVES.iter().map(|change| at(*change, price, (discounted, elasticity))).collect(),
    })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Checked to be few.
fn whole(days: f64) -> u32 {
    days.round() as u32
}

/// Tokens of all days, and the same discounted; `factors`: of the share that is left a day later, of money.
fn tokens(first: f64, days: f64, factors: (f64, f64)) -> (f64, f64) {
    let (left, money) = factors;
    let mut today = (first, money);
    let (mut sum, mut discounted) = (0.0, 0.0);
    for _ in 0..whole(days) {
        sum += today.0;
        discounted += today.0 * today.1;
        today = (today.0 * left, today.1 * money);
    }
    (sum, discounted)
}

fn at(change: f64, price: f64, tokens: (f64, f64)) -> HedgedPrice {
    let (discounted, elasticity) = tokens;
    let unhedged = price * discounted * (1.0 + change).powf(1.0 - elasticity);
    let short_gain = -(1.0 - elasticity) * discounted * price * change;
    HedgedPrice { change, unhedged, short_gain, hedged: unhedged + short_gain }
}
