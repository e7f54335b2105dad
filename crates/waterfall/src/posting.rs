use alloc::vec::Vec;
use units::Id;

/// What kind of movement a posting records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostingKind {
    /// Cash from outside into an account.
    CashIn,
    /// Cash from an account to a payee.
    CashOut,
    /// Cash from one account to another.
    Transfer,
    /// Cash that passes from an investor to a payee and touches no account.
    Through,
    /// A change of what is owed: interest capitalised, principal written off.
    Book,
}

impl PostingKind {
    /// Whether cash comes into the deal, and whether cash leaves it.
    #[inline]
    pub const fn crosses(self) -> (bool, bool) {
        match self {
            Self::CashIn => (true, false),
            Self::CashOut => (false, true),
            Self::Through => (true, true),
            Self::Transfer | Self::Book => (false, false),
        }
    }
}

/// One movement, in each lane. Lanes in which nothing moved hold zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting<const L: usize> {
    /// Payment number in whose period it happened.
    pub payment: u16,
    /// Index of the plan's step, or [`crate::instruction::NONE`].
    pub step: u16,
    /// What kind of movement.
    pub kind: PostingKind,
    /// From whom: an account, a source, a note.
    pub from: Id,
    /// To whom: a payee or an account.
    pub to: Id,
    /// How much.
    pub amount: [i64; L],
    /// What is still owed to the payee by this step.
    pub short: [i64; L],
}

/// Postings in the order in which they happened.
pub type Journal<const L: usize> = Vec<Posting<L>>;
