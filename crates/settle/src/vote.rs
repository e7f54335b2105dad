//! Consent to an amendment: each class that it touches votes by note balance at the record date (M10).
//!
//! The record date is the moment a ballot opens. Each opening raises a note's record number by one, and an account
//! keeps the balance that it had at the latest record, written down when the balance first changes after it: so a
//! note that is bought to vote does not vote, and no list of holders is ever walked.

use crate::{Bps, SettleError, Subject, Time, require, require_not_negative};
use core::cmp::Ordering;
use units::{Amount, Id, Ratio};

/// Most classes that one amendment can touch.
pub const CLASSES_MAX: usize = 8;

/// The balance that an account had at a record date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The number of the record that the balance is of; 0 before the first.
    pub record: u32,
    /// The balance then.
    pub balance: Amount,
}

impl Recorded {
    /// Writes down `balance`, which is about to change, unless it has changed since record `latest` before.
    pub fn before_change(&mut self, latest: u32, balance: Amount) {
        if self.record < latest {
            *self = Self { record: latest, balance };
        }
    }

    /// Returns the balance at the latest record, of an account that holds `balance` now.
    pub fn at(&self, latest: u32, balance: Amount) -> Amount {
        if self.record < latest { balance } else { self.balance }
    }
}

/// The votes of one class of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The class.
    pub class: Id,
    /// The consent needed, of all notes of the class and not of those that vote.
    pub threshold: Bps,
    /// All notes of the class at the record date.
    pub outstanding: Amount,
    /// Notes that consent.
    pub yes: Amount,
    /// Notes that do not.
    pub no: Amount,
}

impl Tally {
    /// A tally without votes.
    ///
    /// # Errors
    /// [`SettleError::BadTerms`] unless the threshold is above nothing and at most the whole;
    /// [`SettleError::NegativeAmount`].
    pub fn new(class: Id, threshold: Bps, outstanding: Amount) -> Result<Self, SettleError> {
        require(threshold > Bps(0) && threshold <= Bps::ONE, SettleError::BadTerms)?;
        require_not_negative(outstanding)?;
        Ok(Self { class, threshold, outstanding, yes: Amount::ZERO, no: Amount::ZERO })
    }

    /// Says whether enough notes consent. A class without notes has nobody to ask, and consents.
    pub fn consents(&self) -> bool {
        self.reaches(self.yes)
    }

    /// Says whether enough notes could still consent.
    fn may_consent(&self) -> bool {
        self.outstanding.checked_sub(self.no).is_ok_and(|possible| self.reaches(possible))
    }

    /// Compared by cross-multiplication: nothing is rounded.
    fn reaches(&self, notes: Amount) -> bool {
        let share = Ratio { numerator: notes.units(), denominator: self.outstanding.units() };
        let needed = Ratio { numerator: i64::from(self.threshold.0), denominator: Bps::WHOLE };
        share.compare(needed) != Ordering::Less
    }

    fn count(&mut self, vote: Vote) -> Result<(), SettleError> {
        let counted = self.yes.checked_add(self.no)?.checked_add(vote.notes)?;
        require(counted <= self.outstanding, SettleError::BalanceTooSmall)?;
        let side = if vote.consents { &mut self.yes } else { &mut self.no };
        *side = side.checked_add(vote.notes)?;
        Ok(())
    }
}

/// One holder's vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// The class of the holder's notes.
    pub class: Id,
    /// The holder's notes at the record date.
    pub notes: Amount,
    /// Whether the holder consents.
    pub consents: bool,
}

/// Whether one holder has voted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voted(pub bool);

/// What became of a ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not decided.
    Open,
    /// Every class that is touched consents, and the controlling class.
    Consented,
    /// Somebody who is needed does not consent, or has not in time.
    Refused,
}

/// An amendment put to the vote. The tallies of all classes it touches, and of the controlling class, lie beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// What is consented to: the hash of the new plan.
    pub subject: Subject,
    /// The class that must consent whether it is touched or not (see [`controlling_class`]).
    pub controlling: Id,
    /// How many classes vote.
    pub classes: usize,
    /// From here on nobody votes.
    pub end: Time,
}

impl Ballot {
    /// Opens a ballot.
    ///
    /// # Errors
    /// [`SettleError::VotingEnded`] if its end has come; [`SettleError::BadTerms`] if a class is there twice, left
    /// out, or there are more than [`CLASSES_MAX`]; [`SettleError::UnknownClass`] without notes of the controlling one.
    pub fn open(self, tallies: &[Tally], now: Time) -> Result<Self, SettleError> {
        require(now < self.end, SettleError::VotingEnded)?;
        let counted = tallies.len() == self.classes && self.classes <= CLASSES_MAX;
        require(counted, SettleError::BadTerms)?;
        let times = |class: Id| tallies.iter().filter(|tally| tally.class == class).count();
        require(tallies.iter().all(|tally| times(tally.class) == 1), SettleError::BadTerms)?;
        let controls = |tally: &Tally| tally.class == self.controlling && tally.outstanding > Amount::ZERO;
        require(tallies.iter().any(controls), SettleError::UnknownClass)?;
        Ok(self)
    }

    /// Counts one holder's vote, which then stands.
    ///
    /// # Errors
    /// [`SettleError::VotingEnded`], [`SettleError::AlreadyVoted`], [`SettleError::UnknownClass`],
    /// [`SettleError::NotPositive`]; [`SettleError::BalanceTooSmall`] if more notes vote than there are.
    pub fn cast(&self, tally: &mut Tally, voter: (&mut Voted, Vote), now: Time) -> Result<(), SettleError> {
        let (voted, vote) = voter;
        require(now < self.end, SettleError::VotingEnded)?;
        require(!voted.0, SettleError::AlreadyVoted)?;
        require(tally.class == vote.class, SettleError::UnknownClass)?;
        crate::require_positive(vote.notes)?;
        tally.count(vote)?;
        voted.0 = true;
        Ok(())
    }

    /// Returns what becomes of the ballot: it is decided as soon as no vote to come could change it.
    ///
    /// # Errors
    /// [`SettleError::UnknownClass`] unless the tallies are those of all classes that vote.
    pub fn outcome(&self, tallies: &[Tally], now: Time) -> Result<Outcome, SettleError> {
        let controlling = tallies.iter().any(|tally| tally.class == self.controlling);
        require(controlling && tallies.len() == self.classes, SettleError::UnknownClass)?;
        let possible = now < self.end && tallies.iter().all(Tally::may_consent);
        Ok(match tallies.iter().all(Tally::consents) {
            true => Outcome::Consented,
            false if possible => Outcome::Open,
            false => Outcome::Refused,
        })
    }
}

/// Returns the controlling class: the most senior one that has notes, of classes listed by seniority.
pub fn controlling_class(classes: &[(Id, Amount)]) -> Option<Id> {
    classes.iter().find(|(_, outstanding)| *outstanding > Amount::ZERO).map(|(class, _)| *class)
}
