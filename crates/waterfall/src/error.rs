use core::fmt;
use units::UnitsError;

/// Why an event or a plan was refused. Codes 400-499; a refused event moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaterfallError {
    /// A payment date other than the next one (WF-6).
    PaymentOutOfOrder,
    /// A payment date before its day.
    PaymentTooEarly,
    /// Reports are missing and grace has not ended.
    QuorumMissing,
    /// The event names an element that the plan does not have.
    UnknownElement,
    /// The deal's own condition for this action does not hold.
    NotPermitted,
    /// No transition to this state is due.
    TransitionNotDue,
    /// The deal has ended, or has not closed yet.
    NotRunning,
    /// An amount that must not be negative is.
    NegativeAmount,
    /// A draw above the commitment, after its last date, or one too many.
    DrawRefused,
    /// More reports than reporters in one period, or from one reporter twice.
    TooManyReports,
    /// An event dated before one that was already applied.
    OutOfDateOrder,
    /// An invariant does not hold: a defect of the engine, and nothing was moved.
    InvariantBroken,
    /// Cash tagged as a receipt for an account that the receipt is not paid into.
    WrongAccount,
    /// More of a claim given up than the most senior note that is owed anything has.
    SurrenderRefused,
    /// The bytes are not a plan.
    NotAPlan,
    /// A plan of a version that this engine does not know.
    UnknownVersion,
    /// The plan's bytes end too early or too late.
    WrongLength,
    /// A table of the plan refers to something that is not there.
    BadReference,
    /// An instruction that may not stand where it stands.
    BadInstruction,
    /// Two elements of the plan claim one register.
    Aliased,
    /// The plan exceeds a limit of the engine.
    TooLarge,
    /// A number could not be computed.
    Math(UnitsError),
}

impl WaterfallError {
    /// Returns the stable code, the same on chain, in logs and in replies. Append, never renumber.
    pub const fn code(self) -> u16 {
        match self {
            Self::PaymentOutOfOrder => 400,
            Self::PaymentTooEarly => 401,
            Self::QuorumMissing => 402,
            Self::UnknownElement => 403,
            Self::NotPermitted => 404,
            Self::TransitionNotDue => 405,
            Self::NotRunning => 406,
            Self::NegativeAmount => 407,
            Self::DrawRefused => 408,
            Self::TooManyReports => 409,
            Self::OutOfDateOrder => 410,
            Self::InvariantBroken => 411,
            Self::WrongAccount => 412,
            Self::SurrenderRefused => 413,
            Self::NotAPlan => 420,
            Self::UnknownVersion => 421,
            Self::WrongLength => 422,
            Self::BadReference => 423,
            Self::BadInstruction => 424,
            Self::Aliased => 425,
            Self::TooLarge => 426,
            Self::Math(error) => error.code(),
        }
    }
}

impl From<UnitsError> for WaterfallError {
    fn from(error: UnitsError) -> Self {
        Self::Math(error)
    }
}

impl fmt::Display for WaterfallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::PaymentOutOfOrder => "payment dates are executed once and in order; this is not the next",
            Self::PaymentTooEarly => "the payment date has not come yet",
            Self::QuorumMissing => "reports are missing; wait for them or until grace has ended",
            Self::UnknownElement => "the plan has no element of this id",
            Self::NotPermitted => "the deal does not permit this now",
            Self::TransitionNotDue => "no condition for this change of state holds",
            Self::NotRunning => "the deal has not closed yet or has ended",
            Self::NegativeAmount => "the amount must not be negative",
            Self::DrawRefused => "the draw exceeds the commitment, its last date or its number",
            Self::TooManyReports => "this reporter has reported already, or is not one",
            Self::OutOfDateOrder => "an event may not be dated before one already applied",
            Self::InvariantBroken => "an invariant does not hold; nothing was moved",
            Self::WrongAccount => "this receipt is paid into another account",
            Self::SurrenderRefused => {
                "only the most senior note that is owed anything, and no more than its balance"
            }
            Self::NotAPlan => "these bytes are not a plan",
            Self::UnknownVersion => "this plan is of a version that the engine does not know",
            Self::WrongLength => "the plan's bytes end too early or too late",
            Self::BadReference => "the plan refers to something that it does not have",
            Self::BadInstruction => "an instruction may not stand where it stands",
            Self::Aliased => "two elements of the plan share a register",
            Self::TooLarge => "the plan exceeds a limit of the engine",
            Self::Math(error) => return error.fmt(f),
        };
        f.write_str(text)
    }
}

impl core::error::Error for WaterfallError {}
