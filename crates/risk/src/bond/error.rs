use units::Date;

/// Why a note has no such price or yield.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BondError {
    /// No class of the run has this name.
    #[error("there is no note {asked}; this deal has {known}")]
    NoSuchNote {
        /// The name that was asked for.
        asked: String,
        /// The names there are.
        known: String,
    },
    /// Equity has no balance to quote a price of.
    #[error("{0} is equity and has no balance; a price per 100 is for notes")]
    Equity(String),
    /// Nothing is left of the note on the settlement date.
    #[error("note {note} has no balance on {settlement}; settle between its closing and its last payment")]
    NoBalance {
        /// Its name.
        note: String,
        /// The date of settlement.
        settlement: Date,
    },
    /// Money is still to be put in after the settlement date.
    #[error("note {note} is drawn again on {draw}, after the settlement; settle on that day or later")]
    DrawnLater {
        /// Its name.
        note: String,
        /// The last draw.
        draw: Date,
    },
    /// Payments are out of order, or before the settlement.
    #[error(
        "the payment of {0} is not later than the one before it, or than the settlement; sort the payments by date"
    )]
    NotInOrder(Date),
    /// A payment takes money from the holder.
    #[error("the payment of {0} is negative; a note pays its holder")]
    Negative(Date),
    /// The note pays nothing after settlement.
    #[error("note {0} pays nothing after the settlement, so no yield gives it a price")]
    PaysNothing(String),
    /// The yield or price that was given is no finite number in its range.
    #[error("a {what} of {given} cannot be used; give {range}")]
    OutOfRange {
        /// Yield or price.
        what: &'static str,
        /// What was given.
        given: f64,
        /// What can be given.
        range: &'static str,
    },
    /// The price lies outside what the searched rates give.
    #[error(
        "no {what} gives the price {} (accrued interest included): even {end:.0} % gives {}; check the price, which is per 100 of the balance",
        readable(*price), readable(*reached)
    )]
    NoRate {
        /// Which rate was looked for.
        what: &'static str,
        /// The price, with accrued interest.
        price: f64,
        /// The last rate searched in the direction of the price, per cent.
        end: f64,
        /// The price there.
        reached: f64,
    },
    /// A curve could not be read.
    #[error(
        "the curve's line {line} is no pair of years and per cent: {text}; write lines such as 0.25,4.30"
    )]
    Curve {
        /// Number of the line, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
    /// A curve has no usable point.
    #[error("the curve has no point{0}; give lines of years and per cent, such as 0.25,4.30")]
    EmptyCurve(String),
    /// A deal's own sums do not fit.
    #[error("the accrued interest of note {0} does not fit into 64 bits; check its balance and coupon")]
    TooLarge(String),
}

/// Four places, or a power of ten where these would be a line of digits.
fn readable(price: f64) -> String {
    if price.abs() < 1e6 { format!("{price:.4}") } else { format!("{price:.2e}") }
}
