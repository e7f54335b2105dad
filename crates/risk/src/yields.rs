//! Yields of many lives: the same rate as `report::calc_irr` finds, by Newton's method on dates that all lives share.

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

    /// Present value at a daily discount factor, and its derivative by that factor.
    fn value(&self, flows: &[f64], daily: f64, powers: &mut Vec<f64>) -> (f64, f64) {
        powers.clear();
        let mut power = daily.powi(self.least);
        for _ in self.least..=self.most {
            powers.push(power);
            power *= daily;
        }
        let (mut value, mut slope) = (0.0, 0.0);
        for (flow, gap) in flows.iter().skip(1).rev().zip(self.gaps.iter().rev()) {
            let days = usize::try_from(gap - self.least).unwrap_or(0);
            let factor = powers.get(days).copied().unwrap_or(1.0);
            let sum = value + flow;
            slope = factor.mul_add(slope, f64::from(*gap) / daily * factor * sum);
            value = factor * sum;
        }
        (value + flows.first().copied().unwrap_or(0.0), slope)
    }
}

/// Returns the yearly rate at which flows on the calendar's dates are worth nothing; -1 if nothing came back, `None` if
/// there is no rate.
pub fn yield_of(flows: impl Iterator<Item = f64>, calendar: &Calendar) -> Option<f64> {
    let flows: Vec<f64> = flows.collect();
    let back: f64 = flows.iter().filter(|flow| **flow > 0.0).sum();
    let put: f64 = -flows.iter().filter(|flow| **flow < 0.0).sum::<f64>();
    if put <= 0.0 {
        return None;
    }
    if back <= 0.0 {
        return Some(-1.0);
    }
    let mut powers = Vec::new();
    let mut daily: f64 = 1.0;
    for _ in 0..STEPS {
        let (value, slope) = calendar.value(&flows, daily, &mut powers);
        if slope <= 0.0 || !slope.is_finite() {
            break;
        }
        let next = (daily - value / slope).clamp(daily * 0.98, daily * 1.02);
        let moved = (next - daily).abs();
        daily = next;
        if moved < 1e-13 {
            return Some(daily.powf(-DAYS_A_YEAR) - 1.0);
        }
    }
    slow(&flows, calendar)
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
        let dates: Vec<Date> = (0..flows.len()).map(|month| first.add_months(month as i32).unwrap()).collect();
        let dated: Vec<report::CashFlow> =
            dates.iter().zip(flows).map(|(date, amount)| report::CashFlow { date: *date, amount: *amount }).collect();
        let (fast, slow) = (yield_of(flows.iter().copied(), &Calendar::new(&dates)), report::calc_irr(&dated));
        let (fast, slow) = (fast.unwrap(), slow.unwrap());
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
