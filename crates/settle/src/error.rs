use core::fmt;
use units::UnitsError;

/// Why a decision was refused. Codes 600-699; a refusal changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettleError {
    /// An amount below zero.
    NegativeAmount,
    /// An amount that must be above zero is not.
    NotPositive,
    /// More than the balance.
    BalanceTooSmall,
    /// A moment before one that was already seen.
    ClockBackwards,
    /// A step without the hash of what proves it.
    EvidenceMissing,
    /// Terms that contradict themselves or a limit.
    BadTerms,
    /// The raise is not in the state that this needs.
    WrongRaiseState,
    /// The deadline has passed.
    DeadlinePassed,
    /// The deadline has not come.
    DeadlineNotReached,
    /// What is committed would be less than the smallest ticket and not nothing.
    TicketTooSmall,
    /// The raise or one of its notes has less than its minimum.
    MinimumNotMet,
    /// The minimum is met: the raise does not fail.
    MinimumMet,
    /// The books handed over are not all the books of the raise.
    BooksIncomplete,
    /// Nothing is committed, or it was settled already.
    NothingCommitted,
    /// Every part was released already, or the rest has gone back.
    NothingToRelease,
    /// A number could not be computed.
    Math(UnitsError),
}

impl SettleError {
    /// Returns the stable code, the same on chain, in logs and in replies. Append, never renumber.
    pub const fn code(self) -> u16 {
        match self {
            Self::NegativeAmount => 600,
            Self::NotPositive => 601,
            Self::BalanceTooSmall => 602,
            Self::ClockBackwards => 603,
            Self::EvidenceMissing => 604,
            Self::BadTerms => 605,
            Self::WrongRaiseState => 610,
            Self::DeadlinePassed => 611,
            Self::DeadlineNotReached => 612,
            Self::TicketTooSmall => 613,
            Self::MinimumNotMet => 614,
            Self::MinimumMet => 615,
            Self::BooksIncomplete => 616,
            Self::NothingCommitted => 617,
            Self::NothingToRelease => 618,
            Self::Math(error) => error.code(),
        }
    }
}

impl From<UnitsError> for SettleError {
    fn from(error: UnitsError) -> Self {
        Self::Math(error)
    }
}

impl fmt::Display for SettleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NegativeAmount => "the amount must not be negative",
            Self::NotPositive => "the amount must be above zero",
            Self::BalanceTooSmall => "the balance is smaller than this",
            Self::ClockBackwards => "this moment lies before one already seen",
            Self::EvidenceMissing => "give the hash of what proves this step",
            Self::BadTerms => "these terms contradict themselves or exceed a limit",
            Self::WrongRaiseState => "the raise is not in the state that this needs",
            Self::DeadlinePassed => "the deadline has passed",
            Self::DeadlineNotReached => "the deadline has not come yet",
            Self::TicketTooSmall => "commit at least the smallest ticket, or take back everything",
            Self::MinimumNotMet => "the minimum is not met; everybody may take a refund",
            Self::MinimumMet => "the minimum is met; the raise does not fail",
            Self::BooksIncomplete => "hand over every book of the raise",
            Self::NothingCommitted => "nothing is committed, or it was settled already",
            Self::NothingToRelease => "every part was released already",
            Self::Math(error) => return error.fmt(f),
        };
        f.write_str(text)
    }
}

impl core::error::Error for SettleError {}
