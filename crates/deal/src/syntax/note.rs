//! What a tranche of debt says.

use super::{Day, Expression, Name, Number, is_zero};
use serde::{Deserialize, Serialize};

/// A tranche of debt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its name.
    pub name: Name,
    /// Original principal, or the commitment if it is drawn over time.
    pub amount: Number,
    /// Annual rate, fixed for each period when the period begins.
    pub coupon: Expression,
    /// How days are counted.
    pub day_count: DayCountName,
    /// Everything after the day count, in the order written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<NoteOption>,
}

/// A day count as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DayCountName {
    /// `30/360`
    #[serde(rename = "30/360")]
    Thirty360,
    /// `act/360`
    #[serde(rename = "act/360")]
    Actual360,
    /// `act/365`
    #[serde(rename = "act/365")]
    Actual365,
    /// `act/act` (ISDA)
    #[serde(rename = "act/act")]
    ActualActual,
}

/// What a note may say after its day count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteOption {
    /// `floor 5%`: the coupon is never lower.
    Floor(Number),
    /// `cap 14%`: the coupon is never higher.
    Cap(Number),
    /// `may defer`: unpaid interest is carried and is no default.
    MayDefer,
    /// `deferred interest bears coupon` or `deferred interest bears coupon + 2%`
    DeferredInterestBears {
        /// Added to the coupon.
        plus: Number,
    },
    /// `capitalises`: unpaid interest is added to the balance.
    Capitalises,
    /// `locked until 2026-01-15`: no principal before.
    LockedUntil(Day),
    /// `locked while A.balance > 0`
    LockedWhile(Expression),
    /// `accretes until 2026-01-15`: interest is added to the balance, never due.
    AccretesUntil(Day),
    /// `accretes while A.balance > 0`
    AccretesWhile(Expression),
    /// `notional pool_balance`: interest is on this amount, there is no principal.
    Notional(Expression),
    /// `scheduled level over 36 payments from 2024-06-15`
    Scheduled(Amortisation),
    /// `additional 5% from 2029-06-15`: extra interest, carried, a claim of its own.
    Additional {
        /// Annual rate.
        rate: Expression,
        /// First accrual start that bears it.
        from: Day,
    },
    /// `draws until 2026-06-15, at most 8, each over 20 payments, to borrower`
    Draws(Draws),
    /// `matures 2028-01-15`: the whole balance is due then.
    Matures(Day),
    /// `rank 2`: seniority, if not the order of declaration.
    Rank(u8),
}

/// How principal falls due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amortisation {
    /// `level over N payments from D`: equal payments of interest and principal.
    Level {
        /// Number of payments.
        payments: u16,
        /// First of them (unadjusted).
        from: Day,
    },
    /// `linear over N payments from D`: equal parts of principal.
    Linear {
        /// Number of payments.
        payments: u16,
        /// First of them (unadjusted).
        from: Day,
    },
    /// `to floor`: the balance is paid down to this planned balance (a schedule or formula).
    Planned(Expression),
}

/// A note that is drawn over time; each draw amortises and matures by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draws {
    /// Last date of a draw.
    pub until: Day,
    /// Most draws (1 to 16).
    pub at_most: u8,
    /// Each is repaid in equal parts over so many payments...
    pub payments: u16,
    /// ...after so many payments of interest only.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub interest_only: u16,
    /// Who receives the money.
    pub to: Name,
}
