//! What the world reports, drawn with integers: the same on every machine.

use units::RATE_ONE;

/// Payment dates of the deal.
pub const DATES: usize = 120;

/// What is received and reported in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Rent received, an amount.
    pub rent: i64,
    /// Value of the collateral, an amount.
    pub value: i64,
    /// Operating expense, an amount.
    pub opex: i64,
    /// Share of the time that the machines ran, a rate.
    pub uptime: i64,
}

/// One path: an observation for each payment date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// In the order of the payment dates.
    pub observed: Vec<Observed>,
}

const UNIT: i64 = 10_000_000;
/// Rent of the first month, before the price moves.
const RENT: i64 = 2_600_000 * UNIT;
/// What the collateral cost.
const COST: i64 = 77_000_000 * UNIT;
/// Operating expense is this and up to half as much again.
const OPEX: i64 = 300_000 * UNIT;

impl Path {
    /// Draws a path: the price falls by 0.7 % a month on average and wanders 7 % either way; the value also ages.
    pub fn draw(seed: u64) -> Self {
        let mut draw = Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut price = RATE_ONE;
        let observed = (0..).take(DATES).map(|month: i64| {
            price += price / 1_000 * (draw.below(141) - 77) / 1_000 * 1_000;
            let age = (1_000 - 7 * month).max(100);
            Observed {
                rent: RENT / 1_000_000 * (price / 1_000),
                value: COST / 1_000_000 * (price / 1_000) / 1_000 * age,
                opex: OPEX + draw.below(OPEX / 2),
                uptime: RATE_ONE / 1_000 * (900 + draw.below(100)),
            }
        });
        Self { observed: observed.collect() }
    }
}

/// An xorshift generator: period 2^64 − 1, quick, and good enough to shake a deal.
struct Draw(u64);

impl Draw {
    /// A number from zero up to and excluding `end`.
    fn below(&mut self, end: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from((self.0 >> 11) % end.unsigned_abs()).unwrap_or(0)
    }
}
