//! Internal rate of return and weighted average life: the two figures of a report that are floating-point numbers.

use units::Date;

/// One cash flow of a holder: negative when money is put in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CashFlow {
    /// When.
    pub date: Date,
    /// How much, in any one unit.
    pub amount: f64,
}

const DAYS_A_YEAR: f64 = 365.0;
/// A loss too complete to be told from a total one.
const LOWEST_RATE: f64 = -0.999_999;
/// Half-percent points of the finely searched range, from -99.5 % to 99.5 %: no round yield lies on one.
const FINE_POINTS: i32 = 200;
/// Doublings after that, up to a thousandfold gain a year.
const COARSE_POINTS: i32 = 10;
/// Halvings after which a bracket is narrower than a float can show.
const HALVINGS: u32 = 100;

/// Returns the yearly rate, compounded over actual days over 365, at which the flows are worth nothing.
///
/// `None` if there is no such rate: no money in, no money back, or a loss too complete to express. With several such
/// rates the one nearest to zero is meant, as that is the one a reader expects.
pub fn calc_irr(flows: &[CashFlow]) -> Option<f64> {
    let start = flows.iter().map(|flow| flow.date).min()?;
    let value = |rate: f64| present_value(flows, start, rate);
    let rates = search_rates();
    let roots = rates.windows(2).filter_map(|pair| match pair {
        [low, high] => solve(value, *low, *high),
        _ => None,
    });
    roots.min_by(|a, b| a.abs().total_cmp(&b.abs()))
}

/// Rates between which a change of sign is looked for.
fn search_rates() -> Vec<f64> {
    let fine = (0..FINE_POINTS).map(|step| f64::from(step).mul_add(0.01, -0.995));
    let coarse = (1..=COARSE_POINTS).map(|doubling| 2_f64.powi(doubling));
    std::iter::once(LOWEST_RATE).chain(fine).chain(coarse).collect()
}

fn present_value(flows: &[CashFlow], start: Date, rate: f64) -> f64 {
    flows.iter().map(|flow| flow.amount / (1.0 + rate).powf(years(start, flow.date))).sum()
}

/// Returns the root between two rates, if the value changes its sign there.
fn solve(value: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> Option<f64> {
    let (at_low, at_high) = (value(low), value(high));
    let sign_low = at_low > 0.0;
    if at_low == 0.0 || at_high == 0.0 {
        // Flows of nothing are worth nothing at every rate, which is no yield.
        return (at_low != at_high).then_some(if at_low == 0.0 { low } else { high });
    }
    if sign_low == (at_high > 0.0) {
        return None;
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if (value(middle) > 0.0) == sign_low {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(f64::midpoint(low, high))
}

fn years(from: Date, to: Date) -> f64 {
    f64::from(from.days_until(to)) / DAYS_A_YEAR
}

/// Returns the mean time in years from `start` to the repayments, each weighted by its amount.
///
/// `None` if nothing was repaid.
pub fn calc_wal(start: Date, repayments: &[CashFlow]) -> Option<f64> {
    let repaid: f64 = repayments.iter().map(|flow| flow.amount).sum();
    let weighted: f64 = repayments.iter().map(|flow| flow.amount * years(start, flow.date)).sum();
    (repaid > 0.0).then(|| weighted / repaid)
}
