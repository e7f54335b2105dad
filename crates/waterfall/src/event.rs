use units::{Date, Id};

/// What can happen to a deal. Version 1; closed. A code is appended, never given again.
///
/// Amounts and values hold one number a lane. Dates come from outside and only open gates: what is paid depends
/// on the plan's own dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<const L: usize> {
    /// Cash comes in. Without a source it is a gift: it stays in the account and is in no formula.
    Receive {
        /// The account.
        account: Id,
        /// The receipt's tag.
        source: Option<Id>,
        /// How much.
        amount: [i64; L],
        /// After the cut-off: it belongs to the next period.
        next_period: bool,
    },
    /// Somebody reports an input.
    Report {
        /// The input.
        input: Id,
        /// Which of its reporters, from 0.
        reporter: u8,
        /// The value.
        value: [i64; L],
        /// The day it was true.
        as_of: Date,
    },
    /// A correction of an input or receipt, read at the next payment date.
    Restate {
        /// The input or receipt.
        name: Id,
        /// Signed.
        delta: [i64; L],
    },
    /// A payment date; number 0 is the closing.
    PayDate {
        /// Must be the next one.
        number: u16,
        /// Must not be before the payment date.
        today: Date,
    },
    /// A note is drawn.
    Draw {
        /// The note.
        note: Id,
        /// How much.
        amount: [i64; L],
        /// When.
        on: Date,
    },
    /// Collateral is sold.
    Proceeds {
        /// The account.
        account: Id,
        /// How much came in.
        amount: [i64; L],
        /// Allocated amount of what was sold, for the deal's release price.
        allocated: [i64; L],
        /// Nothing is left to sell.
        last: bool,
        /// When.
        on: Date,
    },
    /// A trigger is waived.
    Waive {
        /// The trigger.
        trigger: Id,
        /// Payment dates up to and including this day.
        until: Date,
    },
    /// A change of state whose condition came true between payment dates.
    Transition {
        /// The state to enter.
        to: Id,
        /// When.
        on: Date,
    },
    /// Holders of the most senior note that is owed anything give up a part of it, in payment for collateral.
    Surrender {
        /// The note.
        note: Id,
        /// How much of its balance.
        amount: [i64; L],
        /// When.
        on: Date,
    },
}

impl<const L: usize> Event<L> {
    /// Returns true if it only books what comes from outside, also in a deal that has ended.
    pub(crate) const fn only_books(&self) -> bool {
        matches!(self, Self::Receive { .. } | Self::Report { .. } | Self::Restate { .. } | Self::Waive { .. })
    }

    /// Returns what the event says of one lane; of a lane that it does not have, nothing.
    pub fn in_lane(&self, lane: usize) -> Event<1> {
        let of = |amount: &[i64; L]| [amount.get(lane).copied().unwrap_or(0)];
        match *self {
            Self::Receive { account, source, ref amount, next_period } => {
                Event::Receive { account, source, amount: of(amount), next_period }
            }
            Self::Report { input, reporter, ref value, as_of } => {
                Event::Report { input, reporter, value: of(value), as_of }
            }
            Self::PayDate { number, today } => Event::PayDate { number, today },
            Self::Draw { note, ref amount, on } => Event::Draw { note, amount: of(amount), on },
            Self::Proceeds { account, ref amount, ref allocated, last, on } => {
                Event::Proceeds { account, amount: of(amount), allocated: of(allocated), last, on }
            }
            Self::Restate { name, ref delta } => Event::Restate { name, delta: of(delta) },
            Self::Waive { trigger, until } => Event::Waive { trigger, until },
            Self::Transition { to, on } => Event::Transition { to, on },
            Self::Surrender { note, ref amount, on } => Event::Surrender { note, amount: of(amount), on },
        }
    }
}
