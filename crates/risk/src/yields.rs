//! Yields of many lives: the same rate as `report::calc_irr` finds, by Newton's method on dates that all lives share.

use crate::batch::Level;
use units::Date;

/// Days between payment dates, and years from the closing.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Days since the date before.
    gaps: Vec<i32>,
    /// Years since the first date.
    pub years: Vec<f64>,
    least: i32,
    most: i32,
}

const DAYS_A_YEAR: f64 = 365.0;
/// Lanes of the widest vector.
const VECTOR: usize = 8;
/// Newton steps before a flow is left to the slow search.
const STEPS: usize = 30;

impl Calendar {
    /// Returns the calendar of these dates, in order.
    pub fn new(dates: &[Date]) -> Self {
        let gaps: Vec<i32> = dates.windows(2).map(|pair| pair[0].days_until(pair[1])).collect();
        let first = dates.first().copied().unwrap_or(Date::from_days(0));
        Self {
            years: dates.iter().map(|date| f64::from(first.days_until(*date)) / DAYS_A_YEAR).collect(),
            least: gaps.iter().copied().min().unwrap_or(1),
            most: gaps.iter().copied().max().unwrap_or(1),
            gaps,
        }
    }

    /// Present values at daily discount factors, and their derivatives by these. A vector's worth of lanes at a time: so the
    /// sums stay in the processor.
    #[inline(always)]
    fn values<const L: usize>(&self, flows: &[[f64; L]], daily: &[f64; L]) -> [[f64; L]; 2] {
        let powers = self.powers(daily);
        let mut sums = [[0.0; L]; 2];
        // No closures here: they would not be compiled for wide vectors.
        if L.is_multiple_of(VECTOR) {
            for first in (0..L).step_by(VECTOR) {
                self.part::<L, VECTOR>((flows, &powers), first, &mut sums);
            }
        } else {
            for lane in 0..L {
                self.part::<L, 1>((flows, &powers), lane, &mut sums);
            }
        }
        sums
    }

    /// The same of `W` lanes, from `first` on.
    #[inline(always)]
    fn part<const L: usize, const W: usize>(
        &self,
        (flows, powers): (&[[f64; L]], &[[f64; L]]),
        first: usize,
        [values, slopes]: &mut [[f64; L]; 2],
    ) {
        let of = |lanes: &[f64; L]| lanes[first..].first_chunk().copied().unwrap_or([0.0; W]);
        let (mut value, mut slope) = ([0.0; W], [0.0; W]);
        for (flow, gap) in flows.iter().skip(1).rev().zip(self.gaps.iter().rev()) {
            let days = usize::try_from(gap - self.least).unwrap_or(0);
            let Some(factor) = powers.get(days).map(of) else { continue };
            let (flow, whole) = (of(flow), f64::from(*gap));
            for lane in 0..W {
                let sum = (value[lane] + flow[lane]) * factor[lane];
                // The derivative by the logarithm of the daily factor.
                slope[lane] = factor[lane] * slope[lane] + whole * sum;
                value[lane] = sum;
            }
        }
        let closing = of(flows.first().unwrap_or(&[0.0; L]));
        for lane in 0..W {
            values[first + lane] = value[lane] + closing[lane];
            slopes[first + lane] = slope[lane];
        }
    }

    /// Daily factors to the power of every gap from the least to the most.
    #[inline(always)]
    fn powers<const L: usize>(&self, daily: &[f64; L]) -> Vec<[f64; L]> {
        let mut power = daily.map(|daily| daily.powi(self.least));
        let mut powers = Vec::with_capacity(8);
        for _ in self.least..=self.most {
            powers.push(power);
            power.iter_mut().zip(daily).for_each(|(power, daily)| *power *= daily);
        }
        powers
    }
}

/// Returns the yearly rates at which flows on the calendar's dates are worth nothing, one a lane: -1 if nothing came back,
/// not a number if there is no rate.
pub fn yields<const L: usize>(flows: &[[f64; L]], calendar: &Calendar) -> [f64; L] {
    let (mut back, mut put) = ([0.0; L], [0.0; L]);
    for flow in flows {
        for lane in 0..L {
            back[lane] += flow[lane].max(0.0);
            put[lane] -= flow[lane].min(0.0);
        }
    }
    let mut found = [f64::NAN; L];
    let mut open = [false; L];
    for lane in 0..L {
        open[lane] = put[lane] > 0.0 && back[lane] > 0.0;
        found[lane] = if put[lane] > 0.0 && back[lane] <= 0.0 { -1.0 } else { f64::NAN };
    }
    let (mut daily, level) = ([1.0; L], Level::widest());
    for _ in 0..STEPS {
        if open == [false; L] {
            return found;
        }
        let [value, slope] = level.wide(
            #[inline(always)]
            || calendar.values(flows, &daily),
        );
        for lane in 0..L {
            let step = (value[lane] / slope[lane]).clamp(-0.02, 0.02);
            if !open[lane] || step.is_nan() || slope[lane] <= 0.0 {
                continue;
            }
            daily[lane] *= 1.0 - step;
            // The next step would be some square of this one.
            if step.abs() < 1e-7 {
                open[lane] = false;
                found[lane] = daily[lane].powf(-DAYS_A_YEAR) - 1.0;
            }
        }
    }
    for lane in (0..L).filter(|lane| open[*lane]) {
        let flows: Vec<f64> = flows.iter().map(|flow| flow[lane]).collect();
        found[lane] = slow(&flows, calendar).unwrap_or(f64::NAN);
    }
    found
}

/// Flows that Newton's method does not like.
fn slow(flows: &[f64], calendar: &Calendar) -> Option<f64> {
    let mut date = Date::from_days(0);
    let mut dated = vec![report::CashFlow { date, amount: flows.first().copied().unwrap_or(0.0) }];
    for (amount, gap) in flows.iter().skip(1).zip(&calendar.gaps) {
        date = date.add_days(*gap);
        dated.push(report::CashFlow { date, amount: *amount });
    }
    report::calc_irr(&dated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(flows: &[f64]) {
        let first = Date::from_ymd(2024, 1, 15).unwrap();
        let dates: Vec<Date> =
            (0..flows.len()).map(|month| first.add_months(month as i32).unwrap()).collect();
        let dated: Vec<report::CashFlow> = dates
            .iter()
            .zip(flows)
            .map(|(date, amount)| report::CashFlow { date: *date, amount: *amount })
            .collect();
        let (fast, slow) = (
            yields(&flows.iter().map(|flow| [*flow]).collect::<Vec<_>>(), &Calendar::new(&dates)),
            report::calc_irr(&dated),
        );
        let ([fast], slow) = (fast, slow.unwrap());
        assert!((fast - slow).abs() < 1e-8, "{fast} {slow} {flows:?}");
    }

    #[test]
    fn yields_are_those_of_the_report() {
        check(&[-100.0, 1.0, 1.0, 101.0]);
        check(&[-100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 40.0]);
        check(&[-100.0, 40.0, 40.0, 40.0]);
        check(&[-100.0, 100.0, 100.0]);
        check(&[-100.0, -20.0, 5.0, 0.0, 120.0]);
    }
}
