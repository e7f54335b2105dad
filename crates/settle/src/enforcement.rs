//! From a missed payment to a sale: what must have passed, and what must be shown, before each step (M8).
//!
//! ```text
//! Current ─▶ Late ─▶ Grace ─▶ Breach ─▶ Notice ─▶ Repossession ─▶ Auction ─▶ Sold ─▶ Closed
//!    ▲         └───────┴── cure ─┴─────────┘                         ▲         │
//!    └──────────────────────┘         a winner who does not pay ─────└─────────┘
//! Late to Auction ─▶ Closed: redeem, until a sale binds
//! ```
//!
//! Roles may slow a step, never skip one; who may take it is the contract's to say. The clock starts at the day the
//! payment was due. A bankruptcy stay stops it from notice to auction, and no step into or between these is taken
//! while it lasts; cure and redemption are never stopped. Ten days of notice are the safe harbour of UCC 9-612,
//! redemption until a sale binds is 9-623.

use crate::clock::Clock;
use crate::{Evidence, SettleError, Span, Time, require, require_not_negative, require_positive};
use units::Amount;

/// The shortest notice of a sale.
pub const NOTICE_MIN: Span = Span::days(10);

/// How far enforcement has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing is late.
    #[default]
    Current,
    /// A payment was missed.
    Late,
    /// The debtor was told, and may still pay without consequence.
    Grace,
    /// Grace has ended: the deal is in default.
    Breach,
    /// Notice of a sale is given.
    Notice,
    /// The machines are taken.
    Repossession,
    /// Lots are for sale.
    Auction,
    /// Every lot has a buyer.
    Sold,
    /// Proceeds are accounted for, or the debt was redeemed.
    Closed,
}

impl Stage {
    /// Returns the next stage towards a sale and its end.
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Current => Some(Self::Late),
            Self::Late => Some(Self::Grace),
            Self::Grace => Some(Self::Breach),
            Self::Breach => Some(Self::Notice),
            Self::Notice => Some(Self::Repossession),
            Self::Repossession => Some(Self::Auction),
            Self::Auction => Some(Self::Sold),
            Self::Sold => Some(Self::Closed),
            Self::Closed => None,
        }
    }

    /// Says whether a stay stops the clock here.
    pub fn freezes(self) -> bool {
        (Self::Notice..=Self::Auction).contains(&self)
    }
}

/// How long each stage lasts at least before the step to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// From the due day until the debtor is told.
    pub late: Span,
    /// The grace period.
    pub grace: Span,
    /// From the default to the notice.
    pub breach: Span,
    /// The notice of a sale: [`NOTICE_MIN`] or longer.
    pub notice: Span,
    /// From taking the machines to offering them.
    pub repossession: Span,
    /// How long lots are on offer at least.
    pub auction: Span,
    /// Until the proceeds are accounted for.
    pub sold: Span,
}

impl Waits {
    /// Returns how long a stage lasts at least.
    pub const fn of(&self, stage: Stage) -> Span {
        match stage {
            Stage::Late => self.late,
            Stage::Grace => self.grace,
            Stage::Breach => self.breach,
            Stage::Notice => self.notice,
            Stage::Repossession => self.repossession,
            Stage::Auction => self.auction,
            Stage::Sold => self.sold,
            Stage::Current | Stage::Closed => Span::ZERO,
        }
    }
}

/// A step that was taken, for the record and for DF-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it began.
    pub from: Stage,
    /// Where it led.
    pub to: Stage,
    /// What the clock had run in `from`.
    pub waited: Span,
    /// What proves it.
    pub evidence: Evidence,
}

/// A payment that was missed, as the deal knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// When it was due: a payment date of the plan.
    pub due: Time,
    /// What of it is still unpaid.
    pub arrears: Amount,
}

/// A payment offered, and what it must reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tender {
    /// What is owed: the arrears and their fees to cure, the whole debt and the costs to redeem.
    pub owed: Amount,
    /// What is paid.
    pub paid: Amount,
}

impl Tender {
    fn require_enough(self) -> Result<(), SettleError> {
        require_not_negative(self.owed)?;
        require(self.paid >= self.owed, SettleError::PaymentTooSmall)
    }
}

/// The enforcement of one deal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// How long each stage lasts at least.
    pub waits: Waits,
    /// How far it has come.
    pub stage: Stage,
    /// Runs from the day the missed payment was due.
    pub clock: Clock,
    /// What the clock said when the stage began.
    pub entered: Span,
    /// Whether a bankruptcy stay lasts.
    pub stayed: bool,
    /// Lots on offer or sold.
    pub lots: u16,
    /// Lots whose sale binds.
    pub bound: u16,
    /// Lots of these whose price is paid.
    pub paid: u16,
    /// When the missed payment was due that was cured last.
    pub cured: Option<Time>,
}

impl Case {
    /// A deal that pays as agreed.
    ///
    /// # Errors
    /// [`SettleError::BadTerms`] if the notice is shorter than [`NOTICE_MIN`].
    pub fn new(waits: Waits) -> Result<Self, SettleError> {
        require(waits.notice >= NOTICE_MIN, SettleError::BadTerms)?;
        Ok(Self { waits, ..Self::default() })
    }

    /// Records that a payment was missed.
    ///
    /// # Errors
    /// [`SettleError::WrongStage`], [`SettleError::EvidenceMissing`]; [`SettleError::NotPositive`] if nothing is in
    /// arrears; [`SettleError::TooEarly`] until the due time has passed; [`SettleError::CuredBefore`]: what was paid to
    /// cure it reaches the notes at the next payment date only, until when the deal calls it unpaid.
    pub fn miss(&mut self, missed: Missed, now: Time, evidence: Evidence) -> Result<Step, SettleError> {
        let due = missed.due;
        self.require_stage(Stage::Current)?;
        evidence.require()?;
        require_positive(missed.arrears)?;
        require(now > due, SettleError::TooEarly)?;
        require(self.cured.is_none_or(|cured| due > cured), SettleError::CuredBefore)?;
        let late = Self { stage: Stage::Late, clock: Clock::start(due), entered: Span::ZERO, ..*self };
        *self = late;
        Ok(Step { from: Stage::Current, to: Stage::Late, waited: now.since(due)?, evidence })
    }

    /// Takes the next step towards a sale and its end, from [`Stage::Late`] on.
    ///
    /// # Errors
    /// [`SettleError::WrongStage`] if there is no next step, [`SettleError::EvidenceMissing`],
    /// [`SettleError::TooEarly`] before the stage's time, [`SettleError::Stayed`] during a stay,
    /// [`SettleError::LotsUnsold`] from the auction while a lot has no buyer, and to the end while one is not paid.
    pub fn advance(&mut self, now: Time, evidence: Evidence) -> Result<Step, SettleError> {
        let from = self.stage;
        require(from != Stage::Current, SettleError::WrongStage)?;
        let to = from.next().ok_or(SettleError::WrongStage)?;
        evidence.require()?;
        self.require_not_stayed(to)?;
        let elapsed = self.clock.elapsed(now)?;
        let waited = elapsed.since(self.entered)?;
        require(waited >= self.waits.of(from), SettleError::TooEarly)?;
        self.require_lots(to)?;
        (self.stage, self.entered) = (to, elapsed);
        Ok(Step { from, to, waited, evidence })
    }

    /// Ends the matter by paying what is in arrears, until the machines are taken.
    ///
    /// # Errors
    /// [`SettleError::WrongStage`], [`SettleError::NegativeAmount`], [`SettleError::PaymentTooSmall`].
    pub fn cure(&mut self, tender: Tender) -> Result<(), SettleError> {
        self.require_between(Stage::Late, Stage::Notice)?;
        tender.require_enough()?;
        let cured = Some(self.clock.started);
        *self = Self { waits: self.waits, stayed: self.stayed, cured, ..Self::default() };
        Ok(())
    }

    /// Ends the matter by paying the whole debt and the costs, until a sale binds. Lots on offer are then withdrawn.
    ///
    /// A sale binds when the hammer falls, not when its time has run out: whoever comes first is served.
    ///
    /// # Errors
    /// [`SettleError::SaleBinds`], [`SettleError::WrongStage`], [`SettleError::NegativeAmount`],
    /// [`SettleError::PaymentTooSmall`].
    pub fn redeem(&mut self, tender: Tender) -> Result<(), SettleError> {
        require(self.bound == 0, SettleError::SaleBinds)?;
        self.require_between(Stage::Late, Stage::Auction)?;
        tender.require_enough()?;
        self.stage = Stage::Closed;
        Ok(())
    }

    /// Begins a bankruptcy stay.
    ///
    /// # Errors
    /// [`SettleError::EvidenceMissing`]; [`SettleError::Stayed`] if one lasts; [`SettleError::ClockBackwards`].
    pub fn stay(&mut self, now: Time, evidence: Evidence) -> Result<(), SettleError> {
        evidence.require()?;
        require(!self.stayed, SettleError::Stayed)?;
        if self.stage.freezes() {
            self.clock.freeze(now)?;
        }
        self.stayed = true;
        Ok(())
    }

    /// Ends a bankruptcy stay; the clock runs on from where it stood.
    ///
    /// # Errors
    /// [`SettleError::EvidenceMissing`], [`SettleError::NotStayed`], [`SettleError::ClockBackwards`].
    pub fn lift(&mut self, now: Time, evidence: Evidence) -> Result<(), SettleError> {
        evidence.require()?;
        require(self.stayed, SettleError::NotStayed)?;
        if self.clock.frozen.is_some() {
            self.clock.thaw(now)?;
        }
        self.stayed = false;
        Ok(())
    }

    /// Returns the time by which lots are sold: it runs with the clock and stands still in a stay.
    ///
    /// # Errors
    /// [`SettleError::WrongStage`] unless lots are on offer or sold; [`SettleError::Stayed`] during a stay.
    pub fn sale_time(&self, now: Time) -> Result<Span, SettleError> {
        self.require_between(Stage::Auction, Stage::Sold)?;
        self.require_not_stayed(self.stage)?;
        self.clock.elapsed(now)
    }

    /// Counts a lot that is put on offer.
    ///
    /// # Errors
    /// [`SettleError::WrongStage`], [`SettleError::Stayed`], [`SettleError::TooMany`].
    pub fn list(&mut self) -> Result<(), SettleError> {
        self.require_auction()?;
        self.lots = self.lots.checked_add(1).ok_or(SettleError::TooMany)?;
        Ok(())
    }

    /// Counts a lot that is taken off again.
    ///
    /// # Errors
    /// [`SettleError::WrongStage`]; [`SettleError::SaleBinds`] if every lot has a buyer.
    pub fn delist(&mut self) -> Result<(), SettleError> {
        self.require_stage(Stage::Auction)?;
        require(self.bound < self.lots, SettleError::SaleBinds)?;
        self.lots = self.lots.saturating_sub(1);
        Ok(())
    }

    /// Counts a lot whose sale binds (see [`crate::auction::Lot::hammer`]).
    ///
    /// # Errors
    /// [`SettleError::WrongStage`], [`SettleError::EvidenceMissing`], [`SettleError::Stayed`];
    /// [`SettleError::TooMany`] if every lot has a buyer.
    pub fn bind(&mut self, evidence: Evidence) -> Result<(), SettleError> {
        self.require_auction()?;
        evidence.require()?;
        require(self.bound < self.lots, SettleError::TooMany)?;
        self.bound = self.bound.saturating_add(1);
        Ok(())
    }

    /// Counts a lot whose price is paid (see [`crate::auction::Lot::settle`]).
    ///
    /// # Errors
    /// [`SettleError::WrongStage`]; [`SettleError::TooMany`] if every lot that has a buyer is paid.
    pub fn settle(&mut self) -> Result<(), SettleError> {
        self.require_between(Stage::Auction, Stage::Sold)?;
        require(self.paid < self.bound, SettleError::TooMany)?;
        self.paid = self.paid.saturating_add(1);
        Ok(())
    }

    /// Counts a lot whose buyer did not pay (see [`crate::auction::Lot::lapse`]): it is on offer again.
    ///
    /// # Errors
    /// [`SettleError::WrongStage`]; [`SettleError::TooMany`] if every lot that has a buyer is paid;
    /// [`SettleError::Stayed`].
    pub fn unbind(&mut self, now: Time) -> Result<(), SettleError> {
        let entered = match self.stage {
            Stage::Auction => self.entered,
            _ => self.sale_time(now)?,
        };
        self.require_not_stayed(Stage::Auction)?;
        require(self.paid < self.bound, SettleError::TooMany)?;
        let bound = self.bound.saturating_sub(1);
        *self = Self { stage: Stage::Auction, entered, bound, ..*self };
        Ok(())
    }

    /// Says whether no lot is left to sell: no more can be listed, and every one is paid.
    pub fn sold_out(&self) -> bool {
        self.stage == Stage::Sold && self.paid == self.lots
    }

    /// Lets lots that are still on offer be taken off: the debt was redeemed.
    ///
    /// # Errors
    /// [`SettleError::WrongStage`] until the matter has ended.
    pub fn require_over(&self) -> Result<(), SettleError> {
        self.require_stage(Stage::Closed)
    }

    fn require_stage(&self, stage: Stage) -> Result<(), SettleError> {
        require(self.stage == stage, SettleError::WrongStage)
    }

    fn require_between(&self, first: Stage, last: Stage) -> Result<(), SettleError> {
        require((first..=last).contains(&self.stage), SettleError::WrongStage)
    }

    fn require_lots(&self, to: Stage) -> Result<(), SettleError> {
        let ready = match to {
            Stage::Sold => self.lots > 0 && self.bound == self.lots,
            Stage::Closed => self.paid == self.lots,
            _ => true,
        };
        require(ready, SettleError::LotsUnsold)
    }

    fn require_auction(&self) -> Result<(), SettleError> {
        self.require_stage(Stage::Auction)?;
        self.require_not_stayed(Stage::Auction)
    }

    /// A stay lets nobody into the stages that it freezes, from one to the next, or out of them towards a sale.
    fn require_not_stayed(&self, to: Stage) -> Result<(), SettleError> {
        let stopped = self.stayed && (self.stage.freezes() || to.freezes());
        require(!stopped, SettleError::Stayed)
    }
}
