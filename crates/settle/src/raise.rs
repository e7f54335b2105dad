//! A raise: money waits in escrow, and then it either buys notes or goes back, to the unit (M7).
//!
//! ```text
//! Draft ─▶ Open ─▶ Funded ─▶ Closed          every state before Closed ─▶ Failed
//! ```
//!
//! There is one [`Book`] a note and one [`Commitment`] a holder and note. What is committed above a note's cap goes
//! back pro rata. Each holder is settled alone, at a cost that does not depend on how many there are: the holders lie
//! one after the other, in the order in which they happen to be settled, on a line as long as the book, and a holder
//! gets the cap's share of the line up to its end less the share up to its beginning, both rounded down. So each gets
//! its share to within a unit, whoever is settled last gets the exact rest, and all together get exactly the cap.

use crate::{Bps, SettleError, Span, Time, require, require_not_negative, require_positive};
use units::{Amount, Rounding};

/// The smallest ticket, in whole units of the currency.
pub const SMALLEST_TICKET: i64 = 100;
/// The smallest fee that a raise takes when it closes, if it takes any.
pub const FEE_MIN: Bps = Bps(100);
/// The largest fee that a raise takes when it closes.
pub const FEE_MAX: Bps = Bps(200);
/// Most notes that a raise can sell.
pub const BOOKS_MAX: usize = 8;
/// The longest time that money may wait for the closing after the deadline.
pub const CLOSING_MAX: Span = Span::days(90);

/// What is agreed before the raise opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Less than this in all books together fails the raise.
    pub minimum: Amount,
    /// The caps of all books together.
    pub maximum: Amount,
    /// Smallest units in one whole unit of the currency: 10,000,000 at seven decimals.
    pub currency_unit: Amount,
    /// From here on nobody commits or withdraws.
    pub deadline: Time,
    /// From here on the raise cannot close, and whoever likes may fail it.
    pub closing_end: Time,
    /// The fee on what is raised, taken at the closing only, rounded up in favour of its taker. Zero if the plan itself
    /// pays the arranger.
    pub fee: Bps,
}

impl Terms {
    /// Returns the smallest commitment that may stand.
    ///
    /// # Errors
    /// [`units::UnitsError::Overflow`], wrapped.
    pub fn smallest_ticket(&self) -> Result<Amount, SettleError> {
        Ok(self.currency_unit.mul_div(SMALLEST_TICKET, 1, Rounding::Down)?)
    }

    fn require_sound(&self) -> Result<(), SettleError> {
        require_positive(self.currency_unit)?;
        let ticket = self.smallest_ticket()?;
        let amounts = self.minimum >= ticket && self.minimum <= self.maximum;
        let times =
            self.closing_end > self.deadline && self.closing_end <= self.deadline.plus(CLOSING_MAX)?;
        let fee = self.fee == Bps(0) || (FEE_MIN..=FEE_MAX).contains(&self.fee);
        require(amounts && times && fee, SettleError::BadTerms)
    }
}

/// What is committed to one note of the raise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The most that the note takes.
    pub cap: Amount,
    /// Less than this fails the raise.
    pub minimum: Amount,
    /// All commitments; nothing is taken off it when they are settled.
    pub committed: Amount,
    /// Commitments settled so far: where on the line the next holder begins.
    pub settled: Amount,
    /// What the commitments settled so far have bought.
    pub accepted: Amount,
}

impl Book {
    /// Returns what the note takes of all that is committed.
    pub fn taken(&self) -> Amount {
        self.committed.min(self.cap)
    }

    /// Returns the book after the next `amount` of commitments is settled.
    ///
    /// The residue of the division is with the holders not yet settled; nobody is left when it is nothing.
    fn after(&self, amount: Amount) -> Result<Self, SettleError> {
        let settled = self.settled.checked_add(amount)?;
        let accepted = settled.mul_div(self.taken().units(), self.committed.units(), Rounding::Down)?;
        Ok(Self { settled, accepted, ..*self })
    }
}

/// What one holder has committed to one note and not yet got back, as notes or as money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commitment(pub Amount);

/// What becomes of a commitment: the two add up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// What bought notes.
    pub accepted: Amount,
    /// What goes back.
    pub refund: Amount,
}

/// What leaves the escrow when the raise closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// What the fee's taker gets.
    pub fee: Amount,
    /// What the deal gets, at once or in parts (see [`crate::milestones`]).
    pub proceeds: Amount,
}

/// Where a raise stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RaiseState {
    /// Not open yet.
    #[default]
    Draft,
    /// Takes commitments and gives them back on demand.
    Open,
    /// The deadline has passed with enough; waits for the closing.
    Funded,
    /// Money became notes.
    Closed,
    /// All money goes back.
    Failed,
}

/// A raise. Every function that takes books takes all of them, at most [`BOOKS_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raise {
    /// What is agreed.
    pub terms: Terms,
    /// Where it stands.
    pub state: RaiseState,
    /// Money in escrow.
    pub held: Amount,
    /// What was raised: zero until the closing.
    pub raised: Amount,
    /// The fee taken: zero until the closing.
    pub fee: Amount,
}

impl Raise {
    /// Writes down a raise.
    ///
    /// # Errors
    /// [`SettleError::BadTerms`] unless 0 < minimum ≤ maximum, the closing ends within 90 days after the deadline, the
    /// fee is nothing or 1 to 2 %, and the minimum is at least the smallest ticket.
    pub fn draft(terms: Terms) -> Result<Self, SettleError> {
        terms.require_sound()?;
        let nothing = Amount::ZERO;
        Ok(Self { terms, state: RaiseState::Draft, held: nothing, raised: nothing, fee: nothing })
    }

    /// Opens the raise.
    ///
    /// # Errors
    /// [`SettleError::WrongRaiseState`]; [`SettleError::DeadlinePassed`]; [`SettleError::BooksIncomplete`] unless the
    /// caps add up to the maximum; [`SettleError::BadTerms`] if a note's minimum is above its cap or a book is begun.
    pub fn open(&mut self, books: &[Book], now: Time) -> Result<(), SettleError> {
        self.require_state(RaiseState::Draft)?;
        require(now < self.terms.deadline, SettleError::DeadlinePassed)?;
        self.require_all(books)?;
        let sound = |book: &Book| {
            let fresh = Book { cap: book.cap, minimum: book.minimum, ..Book::default() };
            *book == fresh && book.cap > Amount::ZERO && (Amount::ZERO..=book.cap).contains(&book.minimum)
        };
        require(books.iter().all(sound), SettleError::BadTerms)?;
        self.state = RaiseState::Open;
        Ok(())
    }

    /// Takes money into escrow for a note.
    ///
    /// # Errors
    /// [`SettleError::WrongRaiseState`], [`SettleError::DeadlinePassed`], [`SettleError::NotPositive`],
    /// [`SettleError::TicketTooSmall`].
    pub fn commit(&mut self, holding: Holding<'_>, amount: Amount, now: Time) -> Result<(), SettleError> {
        self.require_taking(now)?;
        require_positive(amount)?;
        let next = holding.commitment.0.checked_add(amount)?;
        require(next >= self.terms.smallest_ticket()?, SettleError::TicketTooSmall)?;
        let committed = holding.book.committed.checked_add(amount)?;
        self.held = self.held.checked_add(amount)?;
        (holding.book.committed, holding.commitment.0) = (committed, next);
        Ok(())
    }

    /// Gives money back before the deadline.
    ///
    /// # Errors
    /// [`SettleError::WrongRaiseState`], [`SettleError::DeadlinePassed`], [`SettleError::NotPositive`],
    /// [`SettleError::BalanceTooSmall`]; [`SettleError::TicketTooSmall`] if what is left is neither nothing nor a
    /// ticket.
    pub fn withdraw(&mut self, holding: Holding<'_>, amount: Amount, now: Time) -> Result<(), SettleError> {
        self.require_taking(now)?;
        require_positive(amount)?;
        require(amount <= holding.commitment.0, SettleError::BalanceTooSmall)?;
        let next = holding.commitment.0.checked_sub(amount)?;
        let stands = next == Amount::ZERO || next >= self.terms.smallest_ticket()?;
        require(stands, SettleError::TicketTooSmall)?;
        let committed = holding.book.committed.checked_sub(amount)?;
        self.held = self.held.checked_sub(amount)?;
        (holding.book.committed, holding.commitment.0) = (committed, next);
        Ok(())
    }

    /// Ends the raise with enough: from now on nobody commits or withdraws.
    ///
    /// # Errors
    /// [`SettleError::WrongRaiseState`], [`SettleError::DeadlineNotReached`], [`SettleError::BooksIncomplete`],
    /// [`SettleError::MinimumNotMet`].
    pub fn fund(&mut self, books: &[Book], now: Time) -> Result<(), SettleError> {
        self.require_state(RaiseState::Open)?;
        require(now >= self.terms.deadline, SettleError::DeadlineNotReached)?;
        self.require_all(books)?;
        require(self.minimum_met(books)?, SettleError::MinimumNotMet)?;
        self.state = RaiseState::Funded;
        Ok(())
    }

    /// Takes what was raised out of escrow: the fee, rounded up, and the proceeds. What was not accepted stays.
    ///
    /// # Errors
    /// [`SettleError::WrongRaiseState`], [`SettleError::DeadlinePassed`], [`SettleError::BooksIncomplete`].
    pub fn close(&mut self, books: &[Book], now: Time) -> Result<Closing, SettleError> {
        self.require_state(RaiseState::Funded)?;
        require(now < self.terms.closing_end, SettleError::DeadlinePassed)?;
        self.require_all(books)?;
        let raised = raised(books)?;
        let fee = self.terms.fee.of(raised, Rounding::Up)?;
        let closing = Closing { fee, proceeds: raised.checked_sub(fee)? };
        let held = self.held.checked_sub(raised)?;
        *self = Self { state: RaiseState::Closed, held, raised, fee, terms: self.terms };
        Ok(closing)
    }

    /// Fails a raise that has run out of time; anybody may.
    ///
    /// # Errors
    /// [`SettleError::DeadlineNotReached`]; [`SettleError::MinimumMet`] if it can be funded;
    /// [`SettleError::BooksIncomplete`]; [`SettleError::WrongRaiseState`].
    pub fn expire(&mut self, books: &[Book], now: Time) -> Result<(), SettleError> {
        let over = now >= self.terms.closing_end;
        match self.state {
            RaiseState::Open if now < self.terms.deadline => return Err(SettleError::DeadlineNotReached),
            RaiseState::Open if !over => {
                self.require_all(books)?;
                require(!self.minimum_met(books)?, SettleError::MinimumMet)?;
            }
            RaiseState::Open => {}
            RaiseState::Funded => require(over, SettleError::DeadlineNotReached)?,
            _ => return Err(SettleError::WrongRaiseState),
        }
        self.state = RaiseState::Failed;
        Ok(())
    }

    /// Calls the raise off before it has closed; who may is the contract's to say.
    ///
    /// # Errors
    /// [`SettleError::WrongRaiseState`].
    pub fn fail(&mut self) -> Result<(), SettleError> {
        let ended = matches!(self.state, RaiseState::Closed | RaiseState::Failed);
        require(!ended, SettleError::WrongRaiseState)?;
        self.state = RaiseState::Failed;
        Ok(())
    }

    /// Settles one commitment after the closing: notes for what is accepted, money for the rest. Anybody may call.
    ///
    /// # Errors
    /// [`SettleError::WrongRaiseState`], [`SettleError::NothingCommitted`].
    pub fn settle(&mut self, holding: Holding<'_>) -> Result<Allocation, SettleError> {
        self.require_state(RaiseState::Closed)?;
        let amount = holding.require_some()?;
        let after = holding.book.after(amount)?;
        let accepted = after.accepted.checked_sub(holding.book.accepted)?;
        let refund = amount.checked_sub(accepted)?;
        require_not_negative(refund)?;
        self.held = self.held.checked_sub(refund)?;
        (*holding.book, holding.commitment.0) = (after, Amount::ZERO);
        Ok(Allocation { accepted, refund })
    }

    /// Gives all money of one commitment back after the raise has failed. Anybody may call, nobody signs.
    ///
    /// # Errors
    /// [`SettleError::WrongRaiseState`], [`SettleError::NothingCommitted`].
    pub fn refund(&mut self, holding: Holding<'_>) -> Result<Amount, SettleError> {
        self.require_state(RaiseState::Failed)?;
        let amount = holding.require_some()?;
        let settled = holding.book.settled.checked_add(amount)?;
        self.held = self.held.checked_sub(amount)?;
        (holding.book.settled, holding.commitment.0) = (settled, Amount::ZERO);
        Ok(amount)
    }

    fn require_state(&self, state: RaiseState) -> Result<(), SettleError> {
        require(self.state == state, SettleError::WrongRaiseState)
    }

    fn require_taking(&self, now: Time) -> Result<(), SettleError> {
        self.require_state(RaiseState::Open)?;
        require(now < self.terms.deadline, SettleError::DeadlinePassed)
    }

    /// The caps add up to the maximum, so that a book that is left out is noticed.
    fn require_all(&self, books: &[Book]) -> Result<(), SettleError> {
        let caps = sum(books, |book| book.cap)?;
        let all = books.len() <= BOOKS_MAX && caps == self.terms.maximum;
        require(all, SettleError::BooksIncomplete)
    }

    fn minimum_met(&self, books: &[Book]) -> Result<bool, SettleError> {
        let each = books.iter().all(|book| book.committed >= book.minimum);
        Ok(each && raised(books)? >= self.terms.minimum)
    }
}

/// One holder's commitment and the book that it is in.
#[derive(Debug)]
pub struct Holding<'a> {
    /// The note's book.
    pub book: &'a mut Book,
    /// The holder's commitment to it.
    pub commitment: &'a mut Commitment,
}

impl Holding<'_> {
    fn require_some(&self) -> Result<Amount, SettleError> {
        require(self.commitment.0 > Amount::ZERO, SettleError::NothingCommitted)?;
        Ok(self.commitment.0)
    }
}

fn raised(books: &[Book]) -> Result<Amount, SettleError> {
    sum(books, Book::taken)
}

fn sum(books: &[Book], part: impl Fn(&Book) -> Amount) -> Result<Amount, SettleError> {
    let add = |total: Amount, book| total.checked_add(part(book));
    Ok(books.iter().try_fold(Amount::ZERO, add)?)
}
