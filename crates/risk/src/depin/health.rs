//! Does what a network pays come from customers? Indicators with their limits, and what they say together.
//!
//! SR = emissions ÷ external revenue; RS = (emissions + node sales + new stake paid out) ÷ all payouts;
//! U* = market value × required return ÷ (hours of capacity × price of an hour × share of revenue that reaches the token);
//! PB = what the machines cost ÷ a day's income from customers. RED if (SR > 3 and RS > 0.6), or U* > 1, or PB is
//! longer than the machines last. What is not known alarms nobody, and the answer says so.

use super::backtest::{BacktestFile, calc_backtest};
use super::figure::{Basis, Checked, Need, Source, read, read_date};
use super::hedge::{HedgeFile, calc_hedge};
use super::indicators::{Elasticity, Indicator, SalesMultiple, Signal, UseStep};
use super::{Backtest, DepinError, Figure, Hedge};
use serde::{Deserialize, Serialize};

const DAYS_A_YEAR: f64 = 365.0;
/// Emissions over revenue above which pay is mostly not from customers; RED together with the next.
const SUBSIDY_RED: f64 = 3.0;
const REFLEXIVE_RED: f64 = 0.6;
/// Above one, suppliers earn more from new tokens than from customers.
const SUBSIDY_AMBER: f64 = 1.0;
/// Half of the revenue from one buyer.
const TOP_BUYER_AMBER: f64 = 0.5;
/// Highly concentrated: an index above 1,800 of 10,000. US Department of Justice and Federal Trade Commission, Merger Guidelines of
/// 18 December 2023, section 2.1 (guideline 1).
const CONCENTRATION_AMBER: f64 = 0.18;
/// Counts of the same sales that differ by more than this cannot both be right.
const DISAGREEMENT_AMBER: f64 = 2.0;

/// A file about the state of a network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HealthFile {
    name: String,
    currency: String,
    /// Units of currency that one unit of `flows`, `valuation.market_cap` and `sales` stands for.
    money_unit: f64,
    #[serde(default)]
    flows: Flows,
    #[serde(default)]
    valuation: Valuation,
    #[serde(default)]
    sales: Vec<Sales>,
    #[serde(default)]
    payback: Payback,
    #[serde(default)]
    buyers: Buyers,
    #[serde(rename = "use")]
    paid_use: Option<PaidUse>,
    hedge: Option<HedgeFile>,
    backtest: Option<BacktestFile>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flows {
    emissions: Option<Figure>,
    external_revenue: Option<Figure>,
    node_sales: Option<Figure>,
    new_stake: Option<Figure>,
    all_payouts: Option<Figure>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Valuation {
    market_cap: Option<Figure>,
    required_return: Option<Figure>,
    /// κ: share of revenue that reaches the token.
    token_share: Option<Figure>,
    capacity_hours_a_year: Option<Figure>,
    price_per_hour: Option<Figure>,
    utilisation: Option<Figure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sales {
    by: String,
    revenue_a_year: Figure,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payback {
    years: Option<Figure>,
    capex: Option<Figure>,
    customer_income_per_day: Option<Figure>,
    asset_life_years: Option<Figure>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Buyers {
    top_share: Option<Figure>,
    /// Sum of the squared shares of all buyers.
    concentration: Option<Figure>,
    /// Or the shares themselves.
    #[serde(default)]
    share: Vec<Figure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaidUse {
    what: String,
    point: Vec<UsePoint>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsePoint {
    date: String,
    price: f64,
    paid_use: f64,
    basis: Basis,
    source: String,
}

/// How a network stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Health {
    /// Which network.
    pub name: String,
    /// Currency.
    pub currency: String,
    /// What the indicators say together.
    pub signal: Signal,
    /// Why, one reason each.
    pub reasons: Vec<String>,
    /// Every indicator, those that are not known too.
    pub indicators: Vec<Indicator>,
    /// Market value over sales, by every source.
    pub sales: Vec<SalesMultiple>,
    /// Price against paid use.
    pub elasticity: Option<Elasticity>,
    /// What a supplier would sell and buy to be safe.
    pub hedge: Option<Hedge>,
    /// What waiting for the event would have cost.
    pub backtest: Option<Backtest>,
    /// Where every figure comes from.
    pub sources: Vec<Source>,
}

/// Judges a network by the text of its file.
///
/// # Errors
/// [`DepinError`] that says what is wrong with the file.
pub fn calc_health(text: &str) -> Result<Health, DepinError> {
    let file: HealthFile = read("network's state", text)?;
    let mut checked = Checked::default();
    if !(file.money_unit.is_finite() && file.money_unit > 0.0) {
        let (name, value) = ("money_unit".to_owned(), file.money_unit);
        return Err(DepinError::Figure { name, value, need: "more than zero, such as 1e6 for millions" });
    }
    let known = read_known(&file, &mut checked)?;
    let sales = sales_multiples(&file, &known, &mut checked)?;
    let elasticity = file.paid_use.as_ref().map(|used| calc_elasticity(used, &mut checked)).transpose()?;
    let indicators = [
        subsidy_indicators(&known),
        valuation_indicators(&known),
        buyer_indicators(&known),
        market_indicators(&sales, elasticity.as_ref()),
    ]
    .concat();
    let (signal, reasons) = verdict(&known, &indicators);
    let hedge = file.hedge.as_ref().map(|hedge| calc_hedge(hedge, &mut checked)).transpose()?;
    let backtest =
        file.backtest.as_ref().map(|path| calc_backtest(path, &mut checked.sources)).transpose()?;
    Ok(Health {
        name: file.name,
        currency: file.currency,
        signal,
        reasons,
        indicators,
        sales,
        elasticity,
        hedge,
        backtest,
        sources: checked.sources,
    })
}

/// What the figures of the file come to; `None` where one is missing.
#[derive(Default)]
struct Known {
    subsidy: Option<f64>,
    reflexive: Option<f64>,
    implied_use: Option<f64>,
    utilisation: Option<f64>,
    payback_years: Option<f64>,
    life_years: Option<f64>,
    top_share: Option<f64>,
    concentration: Option<f64>,
    market_cap: Option<f64>,
    required_return: Option<f64>,
    token_share: Option<f64>,
}

fn read_known(file: &HealthFile, checked: &mut Checked) -> Result<Known, DepinError> {
    let mut known = Known::default();
    read_flows(&file.flows, &mut known, checked)?;
    read_valuation(file, &mut known, checked)?;
    read_payback(&file.payback, &mut known, checked)?;
    read_buyers(&file.buyers, &mut known, checked)?;
    Ok(known)
}

fn read_flows(flows: &Flows, known: &mut Known, checked: &mut Checked) -> Result<(), DepinError> {
    let mut read = |name: &str, figure: &Option<Figure>| {
        checked.maybe(&format!("flows.{name}"), figure.as_ref(), Need::NotNegative)
    };
    let emissions = read("emissions", &flows.emissions)?;
    let revenue = read("external_revenue", &flows.external_revenue)?;
    let node_sales = read("node_sales", &flows.node_sales)?.unwrap_or(0.0);
    let new_stake = read("new_stake", &flows.new_stake)?.unwrap_or(0.0);
    let payouts = read("all_payouts", &flows.all_payouts)?;
    known.subsidy = emissions.zip(revenue.filter(|revenue| *revenue > 0.0)).map(|(e, r)| e / r);
    // Where nobody publishes all payouts, they are taken to be the flows that are published.
    let payouts = payouts.or_else(|| Some(emissions? + revenue? + node_sales + new_stake));
    known.reflexive = emissions
        .zip(payouts.filter(|payouts| *payouts > 0.0))
        .map(|(emissions, payouts)| (emissions + node_sales + new_stake) / payouts);
    Ok(())
}

fn read_valuation(file: &HealthFile, known: &mut Known, checked: &mut Checked) -> Result<(), DepinError> {
    let valuation = &file.valuation;
    let mut read = |name: &str, figure: &Option<Figure>, need| {
        checked.maybe(&format!("valuation.{name}"), figure.as_ref(), need)
    };
    known.market_cap = read("market_cap", &valuation.market_cap, Need::Positive)?;
    known.required_return = read("required_return", &valuation.required_return, Need::Positive)?;
    known.token_share =
        read("token_share", &valuation.token_share, Need::Share)?.filter(|share| *share > 0.0);
    known.utilisation = read("utilisation", &valuation.utilisation, Need::Share)?;
    let hours = read("capacity_hours_a_year", &valuation.capacity_hours_a_year, Need::Positive)?;
    let price = read("price_per_hour", &valuation.price_per_hour, Need::Positive)?;
    known.implied_use = known
        .required_earnings()
        .zip(hours.zip(price))
        .map(|(needed, (hours, price))| needed * file.money_unit / (hours * price));
    Ok(())
}

impl Known {
    /// Sales of a year that would pay the required return on the market value.
    fn required_earnings(&self) -> Option<f64> {
        Some(self.market_cap? * self.required_return? / self.token_share?)
    }
}

fn read_payback(payback: &Payback, known: &mut Known, checked: &mut Checked) -> Result<(), DepinError> {
    let mut read = |name: &str, figure: &Option<Figure>| {
        checked.maybe(&format!("payback.{name}"), figure.as_ref(), Need::Positive)
    };
    let given = read("years", &payback.years)?;
    let capex = read("capex", &payback.capex)?;
    let income = read("customer_income_per_day", &payback.customer_income_per_day)?;
    known.life_years = read("asset_life_years", &payback.asset_life_years)?;
    if given.is_some() && (capex.is_some() || income.is_some()) {
        return Err(DepinError::Choice(
            "payback has both years and what they are computed from; keep years, or capex and customer_income_per_day",
        ));
    }
    known.payback_years = given.or_else(|| Some(capex? / income? / DAYS_A_YEAR));
    Ok(())
}

fn read_buyers(buyers: &Buyers, known: &mut Known, checked: &mut Checked) -> Result<(), DepinError> {
    known.top_share = checked.maybe("buyers.top_share", buyers.top_share.as_ref(), Need::Share)?;
    known.concentration =
        checked.maybe("buyers.concentration", buyers.concentration.as_ref(), Need::Share)?;
    let shares = buyers.share.iter().map(|share| checked.value("buyers.share", share, Need::Share));
    let shares = shares.collect::<Result<Vec<_>, _>>()?;
    let total: f64 = shares.iter().sum();
    if total > 1.000_001 {
        let name = "the sum of buyers.share".to_owned();
        return Err(DepinError::Figure { name, value: total, need: "1 at most" });
    }
    if !shares.is_empty() {
        known.top_share = known.top_share.or_else(|| shares.iter().copied().reduce(f64::max));
        known.concentration = known.concentration.or_else(|| Some(shares.iter().map(|s| s * s).sum()));
    }
    Ok(())
}

fn sales_multiples(
    file: &HealthFile,
    known: &Known,
    checked: &mut Checked,
) -> Result<Vec<SalesMultiple>, DepinError> {
    let mut sales = Vec::with_capacity(file.sales.len());
    for one in &file.sales {
        let name = format!("sales by {}", one.by);
        let revenue = checked.value(&name, &one.revenue_a_year, Need::Positive)?;
        let Some(market_cap) = known.market_cap else {
            return Err(DepinError::Choice("sales are compared with valuation.market_cap; give that too"));
        };
        sales.push(SalesMultiple {
            by: one.by.clone(),
            revenue,
            multiple: market_cap / revenue,
            growth_needed: known.required_earnings().map(|needed| needed / revenue),
        });
    }
    Ok(sales)
}

fn calc_elasticity(used: &PaidUse, checked: &mut Checked) -> Result<Elasticity, DepinError> {
    let mut last = None;
    for point in &used.point {
        let date = read_date(&point.date)?;
        if last.is_some_and(|last| date <= last) {
            return Err(DepinError::NotInOrder(point.date.clone()));
        }
        last = Some(date);
        for (what, value) in [("price", point.price), ("paid use", point.paid_use)] {
            let figure = Figure { value, basis: point.basis, source: point.source.clone() };
            checked.value(&format!("{what} {}", point.date), &figure, Need::Positive)?;
        }
    }
    let step = |pair: &[UsePoint]| match pair {
        [from, to] => Some(use_step(from, to)),
        _ => None,
    };
    let ends = used.point.first().zip(used.point.last());
    Ok(Elasticity {
        paid_use: used.what.clone(),
        points: used.point.iter().map(|p| (p.date.clone(), p.price, p.paid_use)).collect(),
        steps: used.point.windows(2).filter_map(step).collect(),
        whole: ends.and_then(|(first, last)| use_step(first, last).elasticity),
    })
}

fn use_step(from: &UsePoint, to: &UsePoint) -> UseStep {
    let (log_price, log_use) = ((to.price / from.price).ln(), (to.paid_use / from.paid_use).ln());
    UseStep {
        from: from.date.clone(),
        to: to.date.clone(),
        log_price,
        log_use,
        elasticity: (log_use != 0.0).then(|| log_price / log_use),
        diverges: log_price > 0.0 && log_use < 0.0,
    }
}

/// An indicator that is amber above a limit, and red above another that may be missing.
fn above(
    what: (&'static str, &'static str),
    value: Option<f64>,
    limits: (f64, Option<f64>),
    reason: &str,
) -> Indicator {
    let (name, unit) = what;
    let (amber, red) = limits;
    let signal = match value {
        None => Signal::NotKnown,
        Some(value) if red.is_some_and(|red| value > red) => Signal::Red,
        Some(value) if value > amber => Signal::Amber,
        Some(_) => Signal::Green,
    };
    Indicator { name, value, unit, signal, reason: reason.to_owned() }
}

fn subsidy_indicators(known: &Known) -> Vec<Indicator> {
    // Each of the two is red only with the other.
    let both = known.subsidy.is_some_and(|subsidy| subsidy > SUBSIDY_RED)
        && known.reflexive.is_some_and(|reflexive| reflexive > REFLEXIVE_RED);
    let red = |limit| both.then_some(limit);
    vec![
        above(
            ("subsidy ratio", "x"),
            known.subsidy,
            (SUBSIDY_AMBER, red(SUBSIDY_RED)),
            "emissions over revenue from outside; amber above 1, red above 3 if the reflexive share is above 0.6",
        ),
        above(
            ("reflexive share", ""),
            known.reflexive,
            (REFLEXIVE_RED, red(REFLEXIVE_RED)),
            "part of all payouts that new tokens, node sales and new stake pay; limit 0.6",
        ),
    ]
}

fn valuation_indicators(known: &Known) -> Vec<Indicator> {
    let gap = known.implied_use.zip(known.utilisation).map(|(implied, actual)| implied - actual);
    let life = known.life_years;
    vec![
        above(
            ("implied utilisation", ""),
            known.implied_use,
            (1.0, Some(1.0)),
            "share of all hours that would have to be paid to justify the market value; red above 1",
        ),
        above(
            ("utilisation gap", ""),
            gap,
            (0.0, None),
            "implied less actual utilisation; amber above 0: the price needs growth",
        ),
        Indicator {
            name: "payback",
            value: known.payback_years,
            unit: "years",
            signal: match known.payback_years.zip(life) {
                None => Signal::NotKnown,
                Some((years, life)) if years > life => Signal::Red,
                Some(_) => Signal::Green,
            },
            reason: match life {
                Some(life) => format!("from customers only, against a life of {life} years; red if longer"),
                None => "from customers only; nobody says how long the machines last".to_owned(),
            },
        },
    ]
}

fn buyer_indicators(known: &Known) -> Vec<Indicator> {
    vec![
        above(
            ("largest buyer", ""),
            known.top_share,
            (TOP_BUYER_AMBER, None),
            "its share of revenue; amber above a half",
        ),
        above(
            ("concentration of buyers", ""),
            known.concentration,
            (CONCENTRATION_AMBER, None),
            "sum of squared shares (HHI); amber above 0.18, highly concentrated by the US merger guidelines of 2023",
        ),
    ]
}

fn market_indicators(sales: &[SalesMultiple], elasticity: Option<&Elasticity>) -> Vec<Indicator> {
    let revenues = || sales.iter().map(|one| one.revenue);
    let spread = revenues().reduce(f64::max).zip(revenues().reduce(f64::min)).map(|(high, low)| high / low);
    let mut price = above(
        ("elasticity of price to paid use", ""),
        elasticity.and_then(|e| e.steps.last()).and_then(|step| step.elasticity),
        (f64::INFINITY, None),
        "last Δln price ÷ Δln paid use; amber if the price rose while paid use fell",
    );
    if elasticity.is_some_and(Elasticity::diverges) {
        price.signal = Signal::Amber;
    }
    vec![
        price,
        above(
            ("counts of sales", "x"),
            spread.filter(|_| sales.len() > 1),
            (DISAGREEMENT_AMBER, None),
            "the highest count over the lowest; amber above 2: sources disagree",
        ),
    ]
}

/// RED by any rule that is broken, AMBER by any indicator, GREEN only if at least one rule could be asked.
fn verdict(known: &Known, indicators: &[Indicator]) -> (Signal, Vec<String>) {
    let worst = indicators.iter().map(|one| one.signal).max().unwrap_or(Signal::NotKnown);
    let asked = (known.subsidy.is_some() && known.reflexive.is_some())
        || known.implied_use.is_some()
        || (known.payback_years.is_some() && known.life_years.is_some());
    let signal = match worst {
        Signal::Red | Signal::Amber => worst,
        _ if asked => Signal::Green,
        _ => Signal::NotKnown,
    };
    let speaks = |one: &&Indicator| one.signal == signal && signal > Signal::Green;
    let reasons = indicators.iter().filter(speaks).map(Indicator::words);
    (signal, reasons.collect())
}
