//! A sale of node licences: what each tier costs, what it earns, when it has paid.
//!
//! Price ladder p_k = p_1 (1 + g)^(k-1); valuation that a tier implies p_k N / a, with N licences for a share a of the
//! supply; payback p_k / (E P), with E tokens a day and P the price of a token; net value -p_k + Σ_d (E_d P - c) v^d to the
//! end of the emission.

use super::figure::{Checked, Need, Source, daily_factor, read};
use super::{DepinError, Figure};
use serde::{Deserialize, Serialize};

/// Days of a quarter of a year of 365.25 days, over which a bonus is earned.
const QUARTER_DAYS: f64 = 91.3125;
/// A century: more than any programme, and a bound for the loop over days.
const PROGRAMME_DAYS_MAX: f64 = 36_525.0;
/// Tiers that a ladder may have.
const TIERS_MAX: f64 = 10_000.0;
/// Names and changes of the price levels that every sale is shown at.
const LEVELS: [(&str, f64); 3] = [("at launch", 0.0), ("-50 %", -0.5), ("-90 %", -0.9)];

/// A file about a sale of node licences.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeSaleFile {
    /// What is sold.
    name: String,
    /// Currency of the prices.
    currency: String,
    /// Name of the token.
    token: String,
    /// Yearly rate at which income is discounted.
    discount_rate: Figure,
    ladder: Option<Ladder>,
    #[serde(default)]
    tier: Vec<Tier>,
    supply: Supply,
    emission: Emission,
    price: Price,
    #[serde(default)]
    sale: Sale,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ladder {
    first_price: Figure,
    /// Relative rise of the price from one tier to the next.
    growth: Figure,
    tiers: Figure,
    licences_per_tier: Figure,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tier {
    price: Figure,
    licences: Figure,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Supply {
    /// Licences that share the emission, sold or not.
    licences: Figure,
    /// Their share of the supply of tokens.
    share: Option<Figure>,
    /// Supply of tokens.
    tokens: Option<Figure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Emission {
    days: Figure,
    /// Tokens of a licence a day; else share × tokens ÷ licences ÷ days.
    tokens_per_day: Option<Figure>,
    /// True if the tokens of licences that are not sold go to the others.
    #[serde(default)]
    shared: bool,
    /// Tokens of a licence on top, for each quarter in order.
    #[serde(default)]
    bonus_per_quarter: Vec<Figure>,
    running_cost_per_day: Option<Figure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    at_launch: Figure,
    /// Further prices to look at.
    #[serde(default)]
    level: Vec<Level>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Level {
    name: String,
    price: Figure,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sale {
    /// Share of the price that goes to who referred the buyer.
    referral: Option<Figure>,
    /// Share of what licences are paid that comes from customers' fees.
    customer_share: Option<Figure>,
}

/// What a sale comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeSale {
    /// What is sold.
    pub name: String,
    /// Currency of the prices.
    pub currency: String,
    /// Name of the token.
    pub token: String,
    /// Yearly rate at which income is discounted.
    pub discount_rate: f64,
    /// Days for which tokens are emitted.
    pub emission_days: u32,
    /// Tokens of a licence over the whole emission, when every licence is sold.
    pub tokens_per_licence: f64,
    /// What the sale raises if every licence is sold, less referrals.
    pub proceeds: f64,
    /// Share of the pay that customers' fees cover; `None` if nobody says.
    pub customer_share: Option<f64>,
    /// Price levels.
    pub levels: Vec<PriceLevel>,
    /// Tiers, the cheapest first.
    pub tiers: Vec<TierOutcome>,
    /// Where every figure comes from.
    pub sources: Vec<Source>,
}

/// A price of the token and what a licence is worth at it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PriceLevel {
    /// Its name.
    pub name: String,
    /// Price of a token.
    pub token_price: f64,
    /// Present value of what a licence earns: the most that it may cost.
    pub licence_value: f64,
    /// The highest tier that costs no more than that; `None` if not even the first does.
    pub break_even_tier: Option<usize>,
}

/// One tier of a sale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierOutcome {
    /// Number, from 1.
    pub tier: usize,
    /// Price of a licence.
    pub price: f64,
    /// Licences of the tier.
    pub licences: f64,
    /// Licences sold when the tier is sold out.
    pub sold: f64,
    /// What was raised by then, before referrals.
    pub raised: f64,
    /// Valuation of all tokens that the price implies: price × licences ÷ share.
    pub implied_valuation: Option<f64>,
    /// Price of a token that it implies.
    pub implied_token_price: Option<f64>,
    /// Tokens of a licence on the first day, if the sale stopped at this tier.
    pub tokens_per_day: f64,
    /// Share of these lost when every later tier is sold too.
    pub dilution: f64,
    /// What becomes of a licence of this tier at each price level, when every licence is sold.
    pub outcomes: Vec<LevelOutcome>,
}

/// A tier at a price level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LevelOutcome {
    /// Days until income has paid the price; after the emission's end at its mean pace; `None` if never.
    pub payback_days: Option<f64>,
    /// True if that is before the emission ends.
    pub within_emission: bool,
    /// Net present value to the end of the emission.
    pub net_present_value: f64,
}

/// Works out a sale from the text of its file.
///
/// # Errors
/// [`DepinError`] that says what is wrong with the file.
pub fn calc_node_sale(text: &str) -> Result<NodeSale, DepinError> {
    let file: NodeSaleFile = read("node sale", text)?;
    let mut checked = Checked::default();
    let discount_rate = checked.value("discount_rate", &file.discount_rate, Need::Rate)?;
    let ladder = read_tiers(&file, &mut checked)?;
    let supply = read_supply(&file, &mut checked)?;
    let income = read_income(&file, &supply, &ladder, (&mut checked, discount_rate))?;
    let prices = read_levels(&file.price, &mut checked)?;
    let referral = checked.maybe("sale.referral", file.sale.referral.as_ref(), Need::Share)?;
    let customer_share =
        checked.maybe("sale.customer_share", file.sale.customer_share.as_ref(), Need::Share)?;
    let raised: f64 = ladder.iter().map(|(price, licences)| price * licences).sum();
    Ok(NodeSale {
        discount_rate,
        emission_days: u32::try_from(income.tokens.len()).unwrap_or(u32::MAX),
        tokens_per_licence: income.tokens.iter().sum(),
        proceeds: raised * (1.0 - referral.unwrap_or(0.0)),
        customer_share,
        levels: prices.iter().map(|(name, price)| level(name, *price, &income, &ladder)).collect(),
        tiers: tiers(&ladder, &supply, &income, &prices),
        name: file.name,
        currency: file.currency,
        token: file.token,
        sources: checked.sources,
    })
}

/// Price and number of the licences of each tier.
type Tiers = Vec<(f64, f64)>;

fn read_tiers(file: &NodeSaleFile, checked: &mut Checked) -> Result<Tiers, DepinError> {
    match (&file.ladder, file.tier.as_slice()) {
        (Some(ladder), []) => ladder_tiers(ladder, checked),
        (None, tiers) if !tiers.is_empty() => {
            let one = |(tier, number): (&Tier, usize)| {
                let price = checked.value(&format!("tier {number} price"), &tier.price, Need::Positive)?;
                let name = format!("tier {number} licences");
                Ok((price, checked.value(&name, &tier.licences, Need::Positive)?))
            };
            tiers.iter().zip(1..).map(one).collect()
        }
        _ => Err(DepinError::Choice("a sale has either a [ladder] or a list of [[tier]]; write one of them")),
    }
}

fn ladder_tiers(ladder: &Ladder, checked: &mut Checked) -> Result<Tiers, DepinError> {
    let first = checked.value("ladder.first_price", &ladder.first_price, Need::Positive)?;
    let growth = checked.value("ladder.growth", &ladder.growth, Need::Rate)?;
    let licences = checked.value("ladder.licences_per_tier", &ladder.licences_per_tier, Need::Positive)?;
    let count = checked.value("ladder.tiers", &ladder.tiers, Need::Positive)?;
    if count > TIERS_MAX || count.fract() != 0.0 {
        return Err(DepinError::Figure {
            name: "ladder.tiers".to_owned(),
            value: count,
            need: "a whole number up to 10,000",
        });
    }
    let powers = std::iter::successors(Some(1.0), |power| Some(power * (1.0 + growth)));
    Ok(powers.take(whole(count)).map(|power| (first * power, licences)).collect())
}

/// A number that was checked to be whole and small.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(count: f64) -> usize {
    count as usize
}

struct SupplyValues {
    licences: f64,
    share: Option<f64>,
    tokens: Option<f64>,
}

fn read_supply(file: &NodeSaleFile, checked: &mut Checked) -> Result<SupplyValues, DepinError> {
    let supply = &file.supply;
    let share = checked.maybe("supply.share", supply.share.as_ref(), Need::Share)?;
    Ok(SupplyValues {
        licences: checked.value("supply.licences", &supply.licences, Need::Positive)?,
        share: share.filter(|share| *share > 0.0),
        tokens: checked.maybe("supply.tokens", supply.tokens.as_ref(), Need::Positive)?,
    })
}

/// What a licence earns, when every licence is sold.
struct Income {
    /// Tokens of each day.
    tokens: Vec<f64>,
    cost_per_day: f64,
    /// What one unit of money is worth a day later.
    factor: f64,
    /// Licences that share the tokens; `None` if each has its own.
    sharers: Option<f64>,
}

fn read_income(
    file: &NodeSaleFile,
    supply: &SupplyValues,
    ladder: &Tiers,
    rest: (&mut Checked, f64),
) -> Result<Income, DepinError> {
    let (checked, rate) = rest;
    let emission = &file.emission;
    let days = checked.value("emission.days", &emission.days, Need::Positive)?;
    if days > PROGRAMME_DAYS_MAX || days.fract() != 0.0 {
        let name = "emission.days".to_owned();
        return Err(DepinError::Figure { name, value: days, need: "whole days, a century at most" });
    }
    let given =
        checked.maybe("emission.tokens_per_day", emission.tokens_per_day.as_ref(), Need::NotNegative)?;
    let derived =
        supply.share.zip(supply.tokens).map(|(share, tokens)| share * tokens / supply.licences / days);
    let Some(own) = given.or(derived) else {
        return Err(DepinError::Choice(
            "nothing says what a licence earns; give emission.tokens_per_day, or supply.share and supply.tokens",
        ));
    };
    let sold: f64 = ladder.iter().map(|(_, licences)| licences).sum();
    let base = if emission.shared { own * supply.licences / sold } else { own };
    let bonus = emission.bonus_per_quarter.iter();
    let bonus = bonus.map(|figure| checked.value("emission.bonus_per_quarter", figure, Need::NotNegative));
    let bonus = bonus.collect::<Result<Vec<_>, _>>()?;
    let cost = emission.running_cost_per_day.as_ref();
    Ok(Income {
        tokens: tokens_by_day(base, &bonus, days),
        cost_per_day: checked.maybe("emission.running_cost_per_day", cost, Need::NotNegative)?.unwrap_or(0.0),
        factor: daily_factor(rate),
        sharers: emission.shared.then_some(sold),
    })
}

/// The base of each day and an equal part of its quarter's bonus.
#[allow(clippy::cast_precision_loss)] // Days of a century.
fn tokens_by_day(base: f64, bonus: &[f64], days: f64) -> Vec<f64> {
    let mut tokens = vec![base; whole(days)];
    for (quarter, amount) in bonus.iter().enumerate() {
        let [start, end] = [quarter, quarter + 1].map(|count| whole(QUARTER_DAYS * count as f64));
        let part = amount / (end - start) as f64;
        tokens.iter_mut().take(end).skip(start).for_each(|day| *day += part);
    }
    tokens
}

impl Income {
    /// Present value of everything at a price of the token.
    fn value(&self, token_price: f64) -> f64 {
        let factors = std::iter::successors(Some(self.factor), |factor| Some(factor * self.factor));
        let days = self.tokens.iter().zip(factors);
        days.map(|(tokens, factor)| (tokens * token_price - self.cost_per_day) * factor).sum()
    }

    /// Days until `price` is earned, and whether the emission lasts so long.
    fn payback(&self, price: f64, token_price: f64) -> (Option<f64>, bool) {
        let mut earned = 0.0;
        for (tokens, before) in self.tokens.iter().zip(0_u32..) {
            let income = tokens * token_price - self.cost_per_day;
            if income > 0.0 && earned + income >= price {
                return (Some(f64::from(before) + (price - earned) / income), true);
            }
            earned += income;
        }
        let days = f64::from(u32::try_from(self.tokens.len()).unwrap_or(u32::MAX));
        ((earned > 0.0).then(|| price / earned * days), false)
    }
}

fn read_levels(price: &Price, checked: &mut Checked) -> Result<Vec<(String, f64)>, DepinError> {
    let launch = checked.value("price.at_launch", &price.at_launch, Need::Positive)?;
    let mut levels: Vec<_> =
        LEVELS.iter().map(|(name, change)| ((*name).to_owned(), launch * (1.0 + change))).collect();
    for level in &price.level {
        let name = format!("price {}", level.name);
        levels.push((level.name.clone(), checked.value(&name, &level.price, Need::Positive)?));
    }
    Ok(levels)
}

fn level(name: &str, token_price: f64, income: &Income, ladder: &Tiers) -> PriceLevel {
    let licence_value = income.value(token_price);
    PriceLevel {
        name: name.to_owned(),
        token_price,
        licence_value,
        break_even_tier: ladder.iter().rposition(|(price, _)| *price <= licence_value).map(|index| index + 1),
    }
}

fn tiers(
    ladder: &Tiers,
    supply: &SupplyValues,
    income: &Income,
    prices: &[(String, f64)],
) -> Vec<TierOutcome> {
    let first_day = income.tokens.first().copied().unwrap_or(0.0);
    let values: Vec<f64> = prices.iter().map(|(_, token_price)| income.value(*token_price)).collect();
    let (mut sold, mut raised) = (0.0, 0.0);
    let mut tiers = Vec::with_capacity(ladder.len());
    for (index, (price, licences)) in ladder.iter().enumerate() {
        sold += licences;
        raised += price * licences;
        let implied_valuation = supply.share.map(|share| price * supply.licences / share);
        let kept = income.sharers.map_or(1.0, |sharers| sold / sharers);
        let outcome = |((_, token_price), value): (&(String, f64), &f64)| {
            let (payback_days, within_emission) = income.payback(*price, *token_price);
            LevelOutcome { payback_days, within_emission, net_present_value: value - price }
        };
        tiers.push(TierOutcome {
            tier: index + 1,
            price: *price,
            licences: *licences,
            sold,
            raised,
            implied_valuation,
            implied_token_price: implied_valuation.zip(supply.tokens).map(|(value, tokens)| value / tokens),
            tokens_per_day: first_day / kept,
            dilution: 1.0 - kept,
            outcomes: prices.iter().zip(&values).map(outcome).collect(),
        });
    }
    tiers
}
