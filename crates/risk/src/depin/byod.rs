//! A machine that somebody brings to a network: rent for the hours that are paid, tokens for being there, power.
//!
//! Each day pays 24 u p (1 - f) of rent, with the share of hours that customers pay u, the price of an hour p and the
//! network's fee f, and costs 24 (W u + w (1 - u)) c of power. Tokens E_d = E_1 (1 + g)^(-(d - 1)/365) fall as the
//! network grows at g a year and the same emission is shared by more; a part is paid at once, the rest in equal parts
//! over the days of vesting that follow.

use super::figure::{Checked, Need, Source, daily_factor, read};
use super::{DepinError, Figure};
use serde::{Deserialize, Serialize};

const DAYS_A_YEAR: f64 = 365.0;
const HOURS_A_DAY: f64 = 24.0;
/// Longer than any machine lives, and a bound for the loop over days.
const YEARS_MAX: f64 = 30.0;
/// Days between two points of the picture.
const DAYS_A_POINT: usize = 30;
/// Cases that are shown when the file has none: name, change of the token's price, change of paid hours.
const CASES: [(&str, f64, f64); 4] = [
    ("as it is", 0.0, 0.0),
    ("token -50 %", -0.5, 0.0),
    ("token -90 %", -0.9, 0.0),
    ("paid hours -50 %", 0.0, -0.5),
];

/// A file about a machine that is brought to a network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByodFile {
    name: String,
    currency: String,
    token: String,
    discount_rate: Figure,
    device: DeviceFile,
    power: PowerFile,
    rent: RentFile,
    rewards: RewardsFile,
    #[serde(default)]
    case: Vec<CaseFile>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceFile {
    price: Figure,
    life_years: Figure,
    /// What it still sells for at the end of its life.
    resale: Option<Figure>,
    kw_busy: Figure,
    kw_idle: Figure,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PowerFile {
    price_per_kwh: Figure,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RentFile {
    price_per_hour: Figure,
    /// Share of all hours that customers pay; the rest is vacancy.
    paid_share: Figure,
    network_fee: Option<Figure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RewardsFile {
    tokens_per_day: Figure,
    token_price: Figure,
    /// Yearly growth of what shares the same emission.
    network_growth: Figure,
    /// Share of a day's tokens that is paid at once.
    paid_at_once: Option<Figure>,
    vesting_days: Option<Figure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    name: String,
    token_change: Figure,
    use_change: Figure,
}

/// What a machine comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Byod {
    /// Which machine.
    pub name: String,
    /// Currency.
    pub currency: String,
    /// Name of the token.
    pub token: String,
    /// What it costs.
    pub price: f64,
    /// Days that it works.
    pub life_days: u32,
    /// Yearly rate at which income is discounted.
    pub discount_rate: f64,
    /// Tokens of the last day as a share of the first day's.
    pub last_day_tokens_share: f64,
    /// What becomes of it in each case.
    pub cases: Vec<DeviceCase>,
    /// Where every figure comes from.
    pub sources: Vec<Source>,
}

/// A machine in one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceCase {
    /// Name of the case.
    pub name: String,
    /// Price of a token.
    pub token_price: f64,
    /// Share of all hours that customers pay.
    pub paid_share: f64,
    /// Rent over its life, after the network's fee.
    pub rent: f64,
    /// Value of the tokens paid over its life and the vesting after it.
    pub rewards: f64,
    /// Power over its life.
    pub power: f64,
    /// Share of rewards in all income: what no customer pays.
    pub rewards_share: f64,
    /// Days until income less power has paid the machine; `None` if it never does.
    pub payback_days: Option<u32>,
    /// Net present value, resale included.
    pub net_present_value: f64,
    /// Price of a token at which that is zero; `None` if no price or every price does.
    pub break_even_token_price: Option<f64>,
    /// Share of paid hours at which that is zero; `None` if an hour earns no more than its power.
    pub break_even_paid_share: Option<f64>,
    /// Day, and cash put in and received up to it; a point every 30 days.
    pub cash: Vec<(u32, f64)>,
}

struct Values {
    price: f64,
    resale: f64,
    days: usize,
    kw: (f64, f64),
    kwh_price: f64,
    hour_price: f64,
    paid_share: f64,
    tokens_per_day: f64,
    token_price: f64,
    growth: f64,
    at_once: f64,
    vesting_days: usize,
    factor: f64,
}

/// Works out a machine from the text of its file.
///
/// # Errors
/// [`DepinError`] that says what is wrong with the file.
pub fn calc_byod(text: &str) -> Result<Byod, DepinError> {
    let file: ByodFile = read("machine that is brought to a network", text)?;
    let mut checked = Checked::default();
    let values = read_values(&file, &mut checked)?;
    let cases = read_cases(&file, &mut checked)?;
    let tokens = tokens_paid(&values);
    Ok(Byod {
        price: values.price,
        life_days: u32::try_from(values.days).unwrap_or(u32::MAX),
        discount_rate: file.discount_rate.value,
        last_day_tokens_share: growth_factor(&values, values.days.saturating_sub(1)),
        cases: cases.iter().map(|case| device_case(&values, &tokens, case)).collect(),
        name: file.name,
        currency: file.currency,
        token: file.token,
        sources: checked.sources,
    })
}

fn read_values(file: &ByodFile, checked: &mut Checked) -> Result<Values, DepinError> {
    let rate = checked.value("discount_rate", &file.discount_rate, Need::Rate)?;
    let device = &file.device;
    let years = checked.value("device.life_years", &device.life_years, Need::Positive)?;
    if years > YEARS_MAX {
        let name = "device.life_years".to_owned();
        return Err(DepinError::Figure { name, value: years, need: "30 years at most" });
    }
    let fee = checked.maybe("rent.network_fee", file.rent.network_fee.as_ref(), Need::Share)?;
    let hour = checked.value("rent.price_per_hour", &file.rent.price_per_hour, Need::NotNegative)?;
    let rewards = &file.rewards;
    let vesting = checked.maybe("rewards.vesting_days", rewards.vesting_days.as_ref(), Need::NotNegative)?;
    let at_once = checked.maybe("rewards.paid_at_once", rewards.paid_at_once.as_ref(), Need::Share)?;
    let vesting_days = whole_days(vesting.unwrap_or(0.0).min(YEARS_MAX * DAYS_A_YEAR));
    Ok(Values {
        price: checked.value("device.price", &device.price, Need::Positive)?,
        resale: checked.maybe("device.resale", device.resale.as_ref(), Need::NotNegative)?.unwrap_or(0.0),
        days: whole_days((years * DAYS_A_YEAR).max(1.0)),
        kw: (
            checked.value("device.kw_busy", &device.kw_busy, Need::NotNegative)?,
            checked.value("device.kw_idle", &device.kw_idle, Need::NotNegative)?,
        ),
        kwh_price: checked.value("power.price_per_kwh", &file.power.price_per_kwh, Need::NotNegative)?,
        hour_price: hour * (1.0 - fee.unwrap_or(0.0)),
        paid_share: checked.value("rent.paid_share", &file.rent.paid_share, Need::Share)?,
        tokens_per_day: checked.value(
            "rewards.tokens_per_day",
            &rewards.tokens_per_day,
            Need::NotNegative,
        )?,
        token_price: checked.value("rewards.token_price", &rewards.token_price, Need::NotNegative)?,
        growth: checked.value("rewards.network_growth", &rewards.network_growth, Need::Rate)?,
        at_once: if vesting_days == 0 { 1.0 } else { at_once.unwrap_or(0.0) },
        vesting_days,
        factor: daily_factor(rate),
    })
}

/// Days that were checked to be few.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole_days(days: f64) -> usize {
    days.round() as usize
}

/// Name, change of the token's price, change of paid hours.
type Case = (String, f64, f64);

fn read_cases(file: &ByodFile, checked: &mut Checked) -> Result<Vec<Case>, DepinError> {
    if file.case.is_empty() {
        return Ok(CASES.iter().map(|(name, token, hours)| ((*name).to_owned(), *token, *hours)).collect());
    }
    let one = |case: &CaseFile| {
        let token = checked.value(&format!("{} token_change", case.name), &case.token_change, Need::Rate)?;
        let hours = checked.value(&format!("{} use_change", case.name), &case.use_change, Need::Rate)?;
        Ok((case.name.clone(), token, hours))
    };
    file.case.iter().map(one).collect()
}

#[allow(clippy::cast_precision_loss)] // Days of a machine's life.
fn growth_factor(values: &Values, day: usize) -> f64 {
    (1.0 + values.growth).powf(-(day as f64) / DAYS_A_YEAR)
}

/// Tokens paid on each day, those that vest after the machine's life included.
#[allow(clippy::cast_precision_loss)]
fn tokens_paid(values: &Values) -> Vec<f64> {
    let earned: Vec<f64> =
        (0..values.days).map(|day| values.tokens_per_day * growth_factor(values, day)).collect();
    let mut vesting = 0.0;
    let paid = |day: usize| {
        let own = earned.get(day).copied().unwrap_or(0.0);
        let started = day.checked_sub(1).and_then(|before| earned.get(before));
        let ended = day.checked_sub(values.vesting_days + 1).and_then(|before| earned.get(before));
        vesting += (1.0 - values.at_once) * (started.unwrap_or(&0.0) - ended.unwrap_or(&0.0));
        own * values.at_once + vesting / values.vesting_days.max(1) as f64
    };
    (0..values.days + values.vesting_days).map(paid).collect()
}

/// What days are worth together, each at its own factor.
fn present(values: &Values, days: usize) -> f64 {
    std::iter::successors(Some(values.factor), |factor| Some(factor * values.factor)).take(days).sum()
}

fn device_case(values: &Values, tokens: &[f64], case: &Case) -> DeviceCase {
    let (name, token_change, use_change) = case;
    let token_price = values.token_price * (1.0 + token_change);
    let paid_share = (values.paid_share * (1.0 + use_change)).min(1.0);
    let (busy, idle) = values.kw;
    let rent = HOURS_A_DAY * paid_share * values.hour_price;
    let power = HOURS_A_DAY * (busy * paid_share + idle * (1.0 - paid_share)) * values.kwh_price;
    let days = f64::from(u32::try_from(values.days).unwrap_or(u32::MAX));
    let life = present(values, values.days);
    let factors = std::iter::successors(Some(values.factor), |factor| Some(factor * values.factor));
    let tokens_present: f64 = tokens.iter().zip(factors).map(|(tokens, factor)| tokens * factor).sum();
    let resale = values.resale * values.factor.powf(days);
    let rewards: f64 = tokens.iter().sum::<f64>() * token_price;
    let without_tokens = resale - values.price + (rent - power) * life;
    let net_present_value = without_tokens + tokens_present * token_price;
    // What one more paid share earns: an hour's rent less the power of being busy.
    let per_share = HOURS_A_DAY * (values.hour_price - (busy - idle) * values.kwh_price) * life;
    let (payback_days, cash) = cash_by_day(values, tokens, (rent - power, token_price));
    DeviceCase {
        name: name.clone(),
        token_price,
        paid_share,
        rent: rent * days,
        rewards,
        power: power * days,
        rewards_share: share_of(rewards, rewards + rent * days),
        payback_days,
        net_present_value,
        break_even_token_price: (tokens_present > 0.0 && without_tokens < 0.0)
            .then(|| -without_tokens / tokens_present),
        break_even_paid_share: (per_share > 0.0)
            .then(|| paid_share - net_present_value / per_share)
            .filter(|share| (0.0..=1.0).contains(share)),
        cash,
    }
}

fn share_of(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// The first day on which the machine has paid, and the cash position every 30 days.
fn cash_by_day(values: &Values, tokens: &[f64], day: (f64, f64)) -> (Option<u32>, Vec<(u32, f64)>) {
    let (margin, token_price) = day;
    let mut position = -values.price;
    let mut points = vec![(0, position)];
    let mut payback = None;
    for (index, paid) in tokens.iter().enumerate() {
        let working = index < values.days;
        position += paid * token_price + if working { margin } else { 0.0 };
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        if payback.is_none() && position >= 0.0 {
            payback = Some(number);
        }
        if (index + 1) % DAYS_A_POINT == 0 || index + 1 == tokens.len() {
            points.push((number, position));
        }
    }
    (payback, points)
}
