//! The normal distribution.

use super::numbers::between;

/// Returns the value below which a standard normal variable falls with probability `p`, to seven digits.
///
/// M. J. Wichura, Algorithm AS 241 (PPND7), Applied Statistics 37 (1988) 477-484.
#[inline]
pub fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        let above = polynomial(r, [59.109_374_72, 159.291_132_02, 50.434_271_938, 3.387_132_717_9]);
        let below = polynomial(r, [67.187_563_6, 78.757_757_664, 17.895_169_469, 1.0]);
        return q * above / below;
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-tail.max(f64::MIN_POSITIVE).ln()).sqrt();
    let size = if r <= 5.0 { near_tail(r - 1.6) } else { far_tail(r - 5.0) };
    size.copysign(q)
}

/// Cells of the table of quantiles.
const CELLS: usize = 4_096;
/// Cells at either end that are not read: there the quantile bends too much for straight lines.
const TAIL: u32 = 64;
const LOW_TAIL: u32 = TAIL << (32 - CELLS.ilog2());
const HIGH_TAIL: u32 = LOW_TAIL.wrapping_neg();

/// Quantiles from a table, on straight lines between its points: right to 1e-5, and as exact as [`quantile`] in the tails.
#[derive(Clone, Debug)]
pub struct Table(Box<[f64; CELLS + 1]>);

impl Default for Table {
    fn default() -> Self {
        let point = |cell: usize| quantile((cell as f64 / CELLS as f64).clamp(1e-12, 1.0 - 1e-12));
        Self(Box::new(std::array::from_fn(point)))
    }
}

impl Table {
    /// Returns what [`quantile`] does of the number of each word, nearly and faster.
    #[inline(always)]
    pub fn each<const L: usize>(&self, words: &[u32; L]) -> [f64; L] {
        let mut quantiles = words.map(
            #[inline(always)]
            |word| self.near(between(word)),
        );
        for (found, word) in quantiles.iter_mut().zip(words) {
            if !(LOW_TAIL..HIGH_TAIL).contains(word) {
                *found = quantile(between(*word));
            }
        }
        quantiles
    }

    /// On the straight line of its cell.
    #[inline(always)]
    fn near(&self, p: f64) -> f64 {
        let place = p * CELLS as f64;
        let cell = (place as usize).min(CELLS - 1);
        let (low, high) = (self.0[cell], self.0[cell + 1]);
        low + (high - low) * (place - cell as f64)
    }
}

fn near_tail(r: f64) -> f64 {
    let above = polynomial(r, [0.170_238_211_03, 1.306_728_481_6, 2.756_815_39, 1.423_437_277_7]);
    above / polynomial(r, [0.0, 0.120_211_329_75, 0.737_001_642_5, 1.0])
}

fn far_tail(r: f64) -> f64 {
    let above = polynomial(r, [0.017_337_203_997, 0.428_682_943_37, 3.081_226_386, 6.657_905_115]);
    above / polynomial(r, [0.0, 0.012_258_202_635, 0.241_978_942_25, 1.0])
}

/// Coefficients from the highest power down.
#[inline]
fn polynomial(x: f64, coefficients: [f64; 4]) -> f64 {
    let [a, b, c, d] = coefficients;
    ((a * x + b) * x + c) * x + d
}

/// Returns the probability that a standard normal variable falls below `x`.
#[inline]
pub fn probability(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(p: f64, expected: f64) {
        let found = quantile(p);
        assert!(
            (found - expected).abs() < 2e-7 * expected.abs().max(1.0),
            "{p}: {found}, expected {expected}"
        );
        let word = (p * 4_294_967_296.0) as u32;
        let ([near], exact) = (Table::default().each(&[word]), quantile(between(word)));
        assert!((near - exact).abs() < 2e-5, "{p}: {near}, expected {exact}");
        let back = probability(expected);
        assert!((back - p).abs() < 1e-10 + 1e-9 * p, "{expected}: {back}, expected {p}");
    }

    /// Quantiles from tables (Abramowitz and Stegun 26.1 and 26.2).
    #[test]
    fn quantiles_are_those_of_the_tables() {
        check(0.5, 0.0);
        check(0.75, 0.674_489_750_196_081_7);
        check(0.95, 1.644_853_626_951_472_7);
        check(0.025, -1.959_963_984_540_054);
        check(0.001, -3.090_232_306_167_813_5);
        check(0.999_999, 4.753_424_308_822_899);
        check(1e-10, -6.361_340_902_404_056);
    }
}
