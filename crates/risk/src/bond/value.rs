//! Price, yield, lives, sensitivities, spreads.
//!
//! Time is 30/360 from settlement for everything that belongs to the street yield, actual days over 365 for the
//! effective yield and the weighted average life. Formulas: F. J. Fabozzi, *Bond Markets, Analysis and Strategies*, the
//! chapters on pricing, volatility, spread measures and floating-rate notes.

use super::solve::solve_falling;
use super::{BondError, NoteFlows, ZeroCurve};
use report::{CashFlow, calc_wal};
use serde::Serialize;
use units::{Date, DayCount};

/// Yields that are searched: semi-annual compounding has no factor at -200 %.
const STREET_RANGE: (f64, f64) = (-1.9, 20.0);
const EFFECTIVE_RANGE: (f64, f64) = (-0.999, 200.0);
const SPREAD_MAX: f64 = 20.0;
/// Steps of the table of prices around the yield, in hundredths of a per cent.
const STEPS: [i32; 9] = [-300, -200, -100, -50, 0, 50, 100, 200, 300];

/// What is given; the other is worked out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ask {
    /// A street yield: 0.05 is 5 % with semi-annual compounding.
    Yield(f64),
    /// A price per 100 of balance, without accrued interest.
    CleanPrice(f64),
}

/// A note's figures on one day. Prices are per 100 of balance; rates are fractions (0.05 is 5 %).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoteValue {
    /// Name of the note.
    pub note: String,
    /// Day on which the buyer pays.
    pub settlement: String,
    /// Price without accrued interest.
    pub clean_price: f64,
    /// Interest earned since the last payment.
    pub accrued_interest: f64,
    /// What the buyer pays: both together.
    pub dirty_price: f64,
    /// Street yield: 30/360 from settlement, compounded twice a year, in the last period too.
    pub yield_street: f64,
    /// Yearly compounding over actual days of 365: what the same price yields as an internal rate of return.
    pub yield_effective: f64,
    /// Mean time to principal, actual days over 365; `None` if no principal is paid.
    pub wal_years: Option<f64>,
    /// Mean time to the present value of every payment (Macaulay).
    pub macaulay_years: f64,
    /// Relative fall of the dirty price for a rise of the street yield: Macaulay ÷ (1 + y/2).
    pub modified_years: f64,
    /// Second derivative of the dirty price by the street yield over the dirty price, in years squared.
    pub convexity: f64,
    /// Fall of the dirty price for a hundredth of a per cent of yield.
    pub price_per_basis_point: f64,
    /// Spread over every semi-annual zero rate of the curve at which the payments are worth the dirty price.
    pub z_spread: f64,
    /// Margin over the index at which they are; `None` for a note without an index.
    pub discount_margin: Option<f64>,
    /// Principal that the payments bring back, per 100 of balance; less than 100 if a part is lost.
    pub principal_paid: f64,
    /// Prices at yields around this one.
    pub ladder: Vec<PriceAtYield>,
    /// Every payment with its present value.
    pub payments: Vec<ValuedPayment>,
}

/// A price at a yield near the note's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PriceAtYield {
    /// Change of the yield in hundredths of a per cent.
    pub change_bp: i32,
    /// Street yield.
    pub yield_street: f64,
    /// Price without accrued interest.
    pub clean_price: f64,
    /// The same estimated from duration and convexity alone.
    pub estimated_clean_price: f64,
}

/// A payment and what it is worth at the street yield, per 100 of balance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValuedPayment {
    /// When.
    pub date: String,
    /// Years of 30/360 from settlement.
    pub years: f64,
    /// Interest.
    pub interest: f64,
    /// Principal.
    pub principal: f64,
    /// Present value of both.
    pub present_value: f64,
}

/// A payment in the measures of this module.
struct Cash {
    date: Date,
    years: f64,
    interest: f64,
    principal: f64,
}

impl Cash {
    fn amount(&self) -> f64 {
        self.interest + self.principal
    }
}

/// Works out every figure of a note from a yield or a price.
///
/// # Errors
/// [`BondError`] if the note or what was asked has no price, or no rate gives it.
pub fn value_note(note: &NoteFlows, ask: Ask, curve: &ZeroCurve) -> Result<NoteValue, BondError> {
    note.require_valid()?;
    require_sensible(ask)?;
    let flows = cash(note);
    let accrued = per_hundred(note, note.accrued);
    let (rate, dirty) = rate_and_price(&flows, ask, accrued)?;
    let macaulay = moment(&flows, rate, |years| years) / dirty;
    let modified = macaulay / (1.0 + rate / 2.0);
    let convexity = moment(&flows, rate, |years| years * (years + 0.5)) / (1.0 + rate / 2.0).powi(2) / dirty;
    Ok(NoteValue {
        note: note.name.clone(),
        settlement: note.settlement.to_string(),
        clean_price: dirty - accrued,
        accrued_interest: accrued,
        dirty_price: dirty,
        yield_street: rate,
        yield_effective: effective_yield(note.settlement, &flows, dirty)?,
        wal_years: wal(note.settlement, &flows),
        macaulay_years: macaulay,
        modified_years: modified,
        convexity,
        price_per_basis_point: modified * dirty / 10_000.0,
        z_spread: z_spread(&flows, dirty, curve)?,
        discount_margin: discount_margin(note, &flows, dirty)?,
        principal_paid: flows.iter().map(|flow| flow.principal).sum(),
        ladder: ladder(&flows, (rate, dirty - accrued), accrued, (modified, convexity)),
        payments: flows.iter().map(|flow| valued(flow, rate)).collect(),
    })
}

fn require_sensible(ask: Ask) -> Result<(), BondError> {
    let (what, given, good, range) = match ask {
        Ask::Yield(rate) => {
            let good = (STREET_RANGE.0..=STREET_RANGE.1).contains(&rate);
            ("yield", rate, good, "a fraction between -1.9 and 20, such as 0.055 for 5.5 %")
        }
        Ask::CleanPrice(price) => (
            "price",
            price,
            price.is_finite() && price > 0.0,
            "a price per 100 of balance above zero, such as 99.5",
        ),
    };
    if good { Ok(()) } else { Err(BondError::OutOfRange { what, given, range }) }
}

fn rate_and_price(flows: &[Cash], ask: Ask, accrued: f64) -> Result<(f64, f64), BondError> {
    let price = |rate| moment(flows, rate, |_| 1.0);
    match ask {
        Ask::Yield(rate) => Ok((rate, price(rate))),
        Ask::CleanPrice(clean) => {
            let dirty = clean + accrued;
            Ok((solve_falling("yield", STREET_RANGE, dirty, price)?, dirty))
        }
    }
}

fn cash(note: &NoteFlows) -> Vec<Cash> {
    let one = |payment: &super::NotePayment| Cash {
        date: payment.date,
        years: year_fraction(DayCount::Thirty360, note.settlement, payment.date),
        interest: per_hundred(note, payment.interest),
        principal: per_hundred(note, payment.principal),
    };
    note.payments.iter().map(one).collect()
}

/// An amount per 100 of the balance; both are far below the 53 bits that a float keeps, or the digits lost do not show.
#[allow(clippy::cast_precision_loss)]
fn per_hundred(note: &NoteFlows, amount: i64) -> f64 {
    amount as f64 * 100.0 / note.balance as f64
}

#[allow(clippy::cast_precision_loss)] // Days of a few centuries.
fn year_fraction(day_count: DayCount, from: Date, to: Date) -> f64 {
    let fraction = day_count.fraction(from, to);
    fraction.numerator as f64 / fraction.denominator as f64
}

/// Σ weight(t) · cash · (1 + y/2)^(-2t).
fn moment(flows: &[Cash], rate: f64, weight: impl Fn(f64) -> f64) -> f64 {
    flows.iter().map(|flow| weight(flow.years) * flow.amount() * street_factor(rate, flow.years)).sum()
}

fn street_factor(rate: f64, years: f64) -> f64 {
    (1.0 + rate / 2.0).powf(-2.0 * years)
}

fn effective_yield(settlement: Date, flows: &[Cash], dirty: f64) -> Result<f64, BondError> {
    let price = |rate: f64| -> f64 {
        let factor = |date| (1.0 + rate).powf(-year_fraction(DayCount::Actual365, settlement, date));
        flows.iter().map(|flow| flow.amount() * factor(flow.date)).sum()
    };
    solve_falling("effective yield", EFFECTIVE_RANGE, dirty, price)
}

fn wal(settlement: Date, flows: &[Cash]) -> Option<f64> {
    let repaid = flows.iter().map(|flow| CashFlow { date: flow.date, amount: flow.principal });
    calc_wal(settlement, &repaid.collect::<Vec<_>>())
}

fn z_spread(flows: &[Cash], dirty: f64, curve: &ZeroCurve) -> Result<f64, BondError> {
    let price = |spread: f64| -> f64 {
        flows.iter().map(|f| f.amount() * street_factor(curve.rate(f.years) + spread, f.years)).sum()
    };
    solve_falling("Z-spread", (STREET_RANGE.0 - curve.lowest(), SPREAD_MAX), dirty, price)
}

/// The margin d with price = Σ cash_i ÷ Π_{j ≤ i} (1 + (index_j + d)·τ_j), τ by the note's own day count.
fn discount_margin(note: &NoteFlows, flows: &[Cash], dirty: f64) -> Result<Option<f64>, BondError> {
    if !note.floats() {
        return Ok(None);
    }
    let periods = index_periods(note);
    let price = |margin: f64| -> f64 {
        let mut factor = 1.0;
        let mut worth = 0.0;
        for (flow, (index, part)) in flows.iter().zip(&periods) {
            factor /= 1.0 + (index + margin) * part;
            worth += flow.amount() * factor;
        }
        worth
    };
    // Above this every period's factor is positive, so that the price falls as the margin rises.
    let low = periods.iter().map(|(index, part)| -0.95 / part - index).fold(f64::NEG_INFINITY, f64::max);
    solve_falling("discount margin", (low.max(-1.9), SPREAD_MAX), dirty, price).map(Some)
}

/// Index and part of a year of each period; the first one begins at settlement.
#[allow(clippy::cast_precision_loss)] // A rate in billionths.
fn index_periods(note: &NoteFlows) -> Vec<(f64, f64)> {
    let starts = std::iter::once(note.settlement).chain(note.payments.iter().map(|payment| payment.date));
    let period = |(payment, start): (&super::NotePayment, Date)| {
        let index = payment.index.unwrap_or(0) as f64 / 1e9;
        (index, year_fraction(note.day_count, start, payment.date))
    };
    note.payments.iter().zip(starts).map(period).collect()
}

fn ladder(flows: &[Cash], at: (f64, f64), accrued: f64, slope: (f64, f64)) -> Vec<PriceAtYield> {
    let ((rate, clean), (modified, convexity)) = (at, slope);
    let dirty = clean + accrued;
    let rung = |change_bp: i32| {
        let change = f64::from(change_bp) / 10_000.0;
        let relative = -modified * change + convexity * change * change / 2.0;
        PriceAtYield {
            change_bp,
            yield_street: rate + change,
            clean_price: moment(flows, rate + change, |_| 1.0) - accrued,
            estimated_clean_price: dirty * (1.0 + relative) - accrued,
        }
    };
    STEPS.into_iter().filter(|step| rate + f64::from(*step) / 10_000.0 > STREET_RANGE.0).map(rung).collect()
}

fn valued(flow: &Cash, rate: f64) -> ValuedPayment {
    ValuedPayment {
        date: flow.date.to_string(),
        years: flow.years,
        interest: flow.interest,
        principal: flow.principal,
        present_value: flow.amount() * street_factor(rate, flow.years),
    }
}
