//! Guarded powers: which can be paused, and how long the public is warned before one is used (M10).
//!
//! What lowers risk happens at once; what raises it waits in public, bound to exactly what was announced.

use crate::{SettleError, Span, Subject, Time, require};

/// What a privileged or public function of the contracts does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// Raises a cap.
    RaiseCap,
    /// Admits a reporter.
    AdmitReporter,
    /// Replaces a contract's code.
    Upgrade,
    /// Lowers the reserve of a lot that nobody wanted.
    CutReserve,
    /// Lowers a cap, removes a reporter, pauses, or cancels what was announced.
    LowerRisk,
    /// Takes new money or new machines.
    TakeRisk,
    /// Repays a debt.
    Repay,
    /// Cures a default, or redeems the machines.
    Cure,
    /// Claims what a note or a lien has earned.
    Claim,
    /// Takes back a commitment or a deposit.
    Refund,
}

impl Power {
    /// All powers.
    pub const ALL: [Self; 10] = [
        Self::RaiseCap,
        Self::AdmitReporter,
        Self::Upgrade,
        Self::CutReserve,
        Self::LowerRisk,
        Self::TakeRisk,
        Self::Repay,
        Self::Cure,
        Self::Claim,
        Self::Refund,
    ];

    /// Returns how long it is announced before it can be used.
    pub const fn delay(self) -> Span {
        match self {
            Self::RaiseCap | Self::CutReserve => Span::days(3),
            Self::AdmitReporter => Span::days(7),
            Self::Upgrade => Span::days(14),
            _ => Span::ZERO,
        }
    }

    /// Says whether a pauser can stop it: new risk and what adds to it, never repay, cure, claim or refund (DF-1).
    pub const fn pausable(self) -> bool {
        matches!(self, Self::RaiseCap | Self::AdmitReporter | Self::Upgrade | Self::TakeRisk)
    }
}

/// A use of a power that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timelock {
    /// The power.
    pub power: Power,
    /// What it is used for.
    pub subject: Subject,
    /// From here on it can be used.
    pub ready: Time,
}

impl Timelock {
    /// Announces the use of a power.
    ///
    /// # Errors
    /// An overflow, wrapped.
    pub fn announce(power: Power, subject: Subject, now: Time) -> Result<Self, SettleError> {
        Ok(Self { power, subject, ready: now.plus(power.delay())? })
    }

    /// Checks that what is done now is what was announced, and that its time has come. The contract then deletes it.
    ///
    /// # Errors
    /// [`SettleError::OtherSubject`], [`SettleError::TooEarly`].
    pub fn require_ready(&self, power: Power, subject: Subject, now: Time) -> Result<(), SettleError> {
        require((self.power, self.subject) == (power, subject), SettleError::OtherSubject)?;
        require(now >= self.ready, SettleError::TooEarly)
    }
}
