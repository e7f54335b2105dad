use core::fmt;

/// Why a number or a date could not be computed or read. Codes 100-199.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitsError {
    /// The result does not fit its type.
    Overflow,
    /// A division by zero.
    DivisionByZero,
    /// The text is not a decimal number.
    NotANumber,
    /// The number has more decimal places than its type keeps.
    TooPrecise,
    /// The text is not a date written year-month-day, or no such day exists.
    NotADate,
}

impl UnitsError {
    /// Returns the stable code, the same on chain, in logs and in replies. Append, never renumber.
    pub const fn code(self) -> u16 {
        match self {
            Self::Overflow => 100,
            Self::DivisionByZero => 101,
            Self::NotANumber => 102,
            Self::TooPrecise => 103,
            Self::NotADate => 104,
        }
    }
}

impl fmt::Display for UnitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overflow => "the result does not fit a 64-bit amount",
            Self::DivisionByZero => "a division by zero",
            Self::NotANumber => "not a decimal number",
            Self::TooPrecise => "more decimal places than are kept",
            Self::NotADate => "not a date (write 2026-11-20)",
        })
    }
}

impl core::error::Error for UnitsError {}
