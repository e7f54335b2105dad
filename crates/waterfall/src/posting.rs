use crate::WaterfallError;
use crate::vectors::{Baseline, Vectors};
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
    /// All kinds in the order of their codes. Append, never reorder.
    pub const ALL: [Self; 5] = [Self::CashIn, Self::CashOut, Self::Transfer, Self::Through, Self::Book];

    /// Returns the stable code.
    pub const fn code(self) -> u8 {
        match self {
            Self::CashIn => 0,
            Self::CashOut => 1,
            Self::Transfer => 2,
            Self::Through => 3,
            Self::Book => 4,
        }
    }

    /// Returns the kind with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

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

/// Returns postings as bytes, one after the other.
pub fn journal_bytes(journal: &Journal<1>) -> Vec<u8> {
    journal.iter().flat_map(Posting::to_bytes).collect()
}

/// Postings in the order in which they happened.
pub type Journal<const L: usize> = Vec<Posting<L>>;

/// Who is told of postings.
pub trait Recorder<const L: usize> {
    /// The processor's instructions that the engine is compiled for while it tells this recorder.
    type Vectors: Vectors;

    /// Whether lifetime totals are brought up to date only when the event is over.
    const COUNTS_LATER: bool = false;

    /// Whether somebody may look at the state while it changes.
    const SHOWN: bool = true;

    /// Returns them.
    fn vectors(&self) -> Self::Vectors;

    /// Takes note of a movement.
    fn record(&mut self, posting: Posting<L>);

    /// Counts cash that crosses the deal's border towards a lifetime total. No deal makes the 2^64 payments that it would
    /// take to fill one.
    #[inline(always)]
    fn count(&mut self, total: Total<'_, L>, amount: &[i64; L]) {
        let (Total::In(total) | Total::Out(total)) = total;
        for (sum, amount) in total.iter_mut().zip(amount) {
            *sum = sum.wrapping_add(i128::from(*amount));
        }
    }
}

/// Which lifetime total.
#[derive(Debug)]
pub enum Total<'a, const L: usize> {
    /// Cash that ever came in.
    In(&'a mut [i128; L]),
    /// Cash that ever went out.
    Out(&'a mut [i128; L]),
}

impl<const L: usize> Recorder<L> for Journal<L> {
    type Vectors = Baseline;

    #[inline(always)]
    fn vectors(&self) -> Baseline {
        Baseline
    }

    #[inline(always)]
    fn record(&mut self, posting: Posting<L>) {
        self.push(posting);
    }
}

/// Keeps nothing: what was paid can be read from the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unrecorded<V = Baseline>(pub V);

impl<const L: usize, V: Vectors> Recorder<L> for Unrecorded<V> {
    type Vectors = V;

    #[inline(always)]
    fn vectors(&self) -> V {
        self.0
    }

    #[inline(always)]
    fn record(&mut self, _: Posting<L>) {}
}

/// Bytes of one posting on the wire.
pub const POSTING_BYTES: usize = 29;

impl Posting<1> {
    /// Returns the posting as bytes: payment, step, kind, from, to, amount, short; little-endian, the same on every target.
    pub fn to_bytes(&self) -> [u8; POSTING_BYTES] {
        let ([amount], [short]) = (self.amount, self.short);
        let mut bytes = [0; POSTING_BYTES];
        let payment = self.payment.to_le_bytes().into_iter();
        let fields = payment
            .chain(self.step.to_le_bytes())
            .chain([self.kind.code()])
            .chain(self.from.0.to_le_bytes())
            .chain(self.to.0.to_le_bytes())
            .chain(amount.to_le_bytes())
            .chain(short.to_le_bytes());
        for (byte, field) in bytes.iter_mut().zip(fields) {
            *byte = field;
        }
        bytes
    }

    /// Reads a posting back.
    ///
    /// # Errors
    /// [`WaterfallError::BadReference`] if its kind is unknown.
    pub fn from_bytes(bytes: &[u8; POSTING_BYTES]) -> Result<Self, WaterfallError> {
        let [p0, p1, s0, s1, kind, f0, f1, f2, f3, t0, t1, t2, t3, rest @ ..] = *bytes;
        let [a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7] = rest;
        Ok(Self {
            payment: u16::from_le_bytes([p0, p1]),
            step: u16::from_le_bytes([s0, s1]),
            kind: PostingKind::from_code(kind).ok_or(WaterfallError::BadReference)?,
            from: Id(u32::from_le_bytes([f0, f1, f2, f3])),
            to: Id(u32::from_le_bytes([t0, t1, t2, t3])),
            amount: [i64::from_le_bytes([a0, a1, a2, a3, a4, a5, a6, a7])],
            short: [i64::from_le_bytes([b0, b1, b2, b3, b4, b5, b6, b7])],
        })
    }
}
