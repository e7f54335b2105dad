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
    /// One more than can be counted, or than there are.
    TooMany,
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
    /// Enforcement is not at the stage that this needs.
    WrongStage,
    /// The time that must pass before this has not passed.
    TooEarly,
    /// A bankruptcy stay lasts.
    Stayed,
    /// No bankruptcy stay lasts.
    NotStayed,
    /// Less is paid than is owed.
    PaymentTooSmall,
    /// A sale binds: it is too late to redeem or withdraw.
    SaleBinds,
    /// A lot has no buyer, or is not paid.
    LotsUnsold,
    /// The payment was missed and cured before.
    CuredBefore,
    /// The lot takes no bids any more.
    LotClosed,
    /// The bid is below the price asked.
    BidTooLow,
    /// The deposit is too small for the bid.
    DepositTooSmall,
    /// More credit than the bidder's claim or the price.
    CreditAboveClaim,
    /// The lot is not in the state that this needs.
    WrongLotState,
    /// Another bid has won the lot.
    NotTheWinner,
    /// The bid leads, or its deposit is back already.
    NothingToRefund,
    /// A new reserve that is not below the old one.
    ReserveNotLower,
    /// The machine's lien does not permit this move.
    LienMoveRefused,
    /// The machine is bound to another deal.
    OtherDeal,
    /// The reservation has run out.
    ReservationEnded,
    /// The deal's reservation holds another number of machines, or ends at another time.
    OtherReservation,
    /// The machines listed are not exactly those of the bundle, or all of them are listed already.
    OtherMachines,
    /// The vote is decided or its time is over.
    VotingEnded,
    /// This holder has voted.
    AlreadyVoted,
    /// The class does not vote on this.
    UnknownClass,
    /// What is done is not what was announced.
    OtherSubject,
    /// The wallet is not admitted to hold this note.
    NotAdmitted,
    /// The note's rules do not name the party's country.
    CountryRefused,
    /// More than the units that are not frozen.
    UnitsFrozen,
    /// The wallet was replaced, or its admission has ended.
    AdmissionEnded,
    /// The wallet belongs to another party.
    OtherParty,
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
            Self::TooMany => 606,
            Self::WrongRaiseState => 610,
            Self::DeadlinePassed => 611,
            Self::DeadlineNotReached => 612,
            Self::TicketTooSmall => 613,
            Self::MinimumNotMet => 614,
            Self::MinimumMet => 615,
            Self::BooksIncomplete => 616,
            Self::NothingCommitted => 617,
            Self::NothingToRelease => 618,
            Self::WrongStage => 620,
            Self::TooEarly => 621,
            Self::Stayed => 622,
            Self::NotStayed => 623,
            Self::PaymentTooSmall => 624,
            Self::SaleBinds => 625,
            Self::LotsUnsold => 626,
            Self::CuredBefore => 627,
            Self::LotClosed => 630,
            Self::BidTooLow => 631,
            Self::DepositTooSmall => 632,
            Self::CreditAboveClaim => 633,
            Self::WrongLotState => 634,
            Self::NotTheWinner => 635,
            Self::NothingToRefund => 636,
            Self::ReserveNotLower => 637,
            Self::LienMoveRefused => 640,
            Self::OtherDeal => 641,
            Self::ReservationEnded => 642,
            Self::OtherReservation => 643,
            Self::OtherMachines => 644,
            Self::VotingEnded => 650,
            Self::AlreadyVoted => 651,
            Self::UnknownClass => 652,
            Self::OtherSubject => 653,
            Self::NotAdmitted => 655,
            Self::CountryRefused => 656,
            Self::UnitsFrozen => 657,
            Self::AdmissionEnded => 658,
            Self::OtherParty => 659,
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
            Self::TooMany => "one more than there are, or than can be counted",
            Self::WrongRaiseState => "the raise is not in the state that this needs",
            Self::DeadlinePassed => "the deadline has passed",
            Self::DeadlineNotReached => "the deadline has not come yet",
            Self::TicketTooSmall => "commit at least the smallest ticket, or take back everything",
            Self::MinimumNotMet => "the minimum is not met; everybody may take a refund",
            Self::MinimumMet => "the minimum is met; the raise does not fail",
            Self::BooksIncomplete => "hand over every book of the raise",
            Self::NothingCommitted => "nothing is committed, or it was settled already",
            Self::NothingToRelease => "every part was released already",
            Self::WrongStage => "enforcement is not at the stage that this needs",
            Self::TooEarly => "the time that must pass before this has not passed",
            Self::Stayed => "a bankruptcy stay lasts; cure and redemption stay open",
            Self::NotStayed => "no bankruptcy stay lasts",
            Self::PaymentTooSmall => "pay the whole of what is owed",
            Self::SaleBinds => "a sale binds; it is too late for this",
            Self::LotsUnsold => "a lot has no buyer yet, or is not paid",
            Self::CuredBefore => "this payment was missed and cured before",
            Self::LotClosed => "the lot takes no bids any more",
            Self::BidTooLow => "bid at least the price asked",
            Self::DepositTooSmall => "leave at least a tenth of the cash as a deposit",
            Self::CreditAboveClaim => "credit only your own claim, up to the price",
            Self::WrongLotState => "the lot is not in the state that this needs",
            Self::NotTheWinner => "another bid has won this lot",
            Self::NothingToRefund => "this bid leads, or its deposit is back already",
            Self::ReserveNotLower => "the new reserve must be below the old one",
            Self::LienMoveRefused => "the machine's lien does not permit this",
            Self::OtherDeal => "the machine is bound to another deal",
            Self::ReservationEnded => "the reservation has run out; reserve again",
            Self::OtherReservation => "the deal's reservation is of another number or ends at another time",
            Self::OtherMachines => "list exactly the machines that the bundle's root is of",
            Self::VotingEnded => "the vote is over",
            Self::AlreadyVoted => "this holder has voted already",
            Self::UnknownClass => "this class does not vote on this",
            Self::OtherSubject => "this is not what was announced",
            Self::NotAdmitted => "the wallet is not admitted; have its holder verified",
            Self::CountryRefused => "the note's rules do not name the holder's country",
            Self::UnitsFrozen => "these units are frozen; their claims are not",
            Self::AdmissionEnded => "the wallet was replaced, or its admission has ended",
            Self::OtherParty => "the wallet belongs to another party",
            Self::Math(error) => return error.fmt(f),
        };
        f.write_str(text)
    }
}

impl core::error::Error for SettleError {}
