use thiserror::Error;
use units::UnitsError;

/// Why a document of a bank is not taken, or not written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BankError {
    /// The text is not XML of this kind.
    #[error("this is no camt.053 statement: {0}; export an account statement in that format")]
    NotStatement(String),
    /// A statement of another currency.
    #[error(
        "statement {statement} has amounts in {found}, and {expected} is expected; name the account's currency"
    )]
    Currency {
        /// Its id.
        statement: String,
        /// What it says.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// A number that is none, or too fine.
    #[error("`{text}` in {place} is no amount: {problem}")]
    Amount {
        /// Where.
        place: String,
        /// What stands there.
        text: String,
        /// Why not.
        problem: UnitsError,
    },
    /// A day that is none.
    #[error("`{text}` in {place} is no day; days are written 2026-02-15")]
    Day {
        /// Where.
        place: String,
        /// What stands there.
        text: String,
    },
    /// An element that must be there is not.
    #[error("{place} has no {element}")]
    Missing {
        /// Where.
        place: String,
        /// What.
        element: &'static str,
    },
    /// The balances do not follow from the entries.
    #[error(
        "statement {statement}: the opening balance and the booked entries make {made}, the closing balance is {closing}; ask the bank for the whole statement"
    )]
    Balance {
        /// Its id.
        statement: String,
        /// Opening balance and entries.
        made: String,
        /// What it says.
        closing: String,
    },
    /// An order that a bank would refuse.
    #[error("{place}: {problem}")]
    Order {
        /// Which part.
        place: String,
        /// What is wrong, and what to do.
        problem: String,
    },
}

impl BankError {
    /// Returns the stable number: 940 to 959. Append, never renumber.
    pub const fn code(&self) -> u16 {
        match self {
            Self::NotStatement(_) => 940,
            Self::Currency { .. } => 941,
            Self::Amount { .. } => 942,
            Self::Day { .. } => 943,
            Self::Missing { .. } => 944,
            Self::Balance { .. } => 945,
            Self::Order { .. } => 946,
        }
    }
}
