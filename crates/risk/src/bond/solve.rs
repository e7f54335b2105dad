//! The rate at which a falling function takes a value.

use super::BondError;

/// Halvings after which a bracket is narrower than a float can show.
const HALVINGS: u32 = 200;

/// Finds the rate in `range` at which `price` is `target`.
///
/// Bisection, because prices fall as rates rise: it cannot leave its bracket and a note's price costs next to nothing.
///
/// # Errors
/// [`BondError::NoRate`] if the target lies outside the prices at the two ends.
pub(super) fn solve_falling(
    what: &'static str,
    range: (f64, f64),
    target: f64,
    price: impl Fn(f64) -> f64,
) -> Result<f64, BondError> {
    let (mut low, mut high) = range;
    let (highest, lowest) = (price(low), price(high));
    if !(lowest..=highest).contains(&target) {
        let (end, reached) = if target > highest { (low * 100.0, highest) } else { (high * 100.0, lowest) };
        return Err(BondError::NoRate { what, price: target, end, reached });
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if price(middle) > target { low = middle } else { high = middle }
    }
    Ok(f64::midpoint(low, high))
}
