//! What can be wrong with a deal, as stable codes.

macro_rules! deal_errors {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What is wrong. Codes 500-559 and 599: append, never renumber.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum DealError {
            $($(#[$doc])* $name = $code,)*
        }

        impl DealError {
            /// All of them, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the stable code, the same in messages, logs and replies.
            pub const fn code(self) -> u16 {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

deal_errors! {
    /// A character that the language does not use.
    UnknownCharacter = 500,
    /// A text in quotes that does not end on its line.
    UnclosedText = 501,
    /// A number that cannot be kept exactly.
    BadNumber = 502,
    /// A date that does not exist.
    BadDate = 503,
    /// A line that begins no statement.
    UnknownStatement = 504,
    /// A line of a waterfall that begins no step.
    UnknownStep = 505,
    /// Something else was expected here.
    UnexpectedWord = 506,
    /// A statement or step that stops before it is complete.
    EndsTooEarly = 507,
    /// A word of the language used as a name.
    ReservedName = 508,
    /// A count outside its limits.
    CountOutOfRange = 509,
    /// Formulas or steps nested too deeply.
    TooDeep = 510,
    /// More text than a deal may have.
    TextTooLong = 511,
    /// An indented line with no statement above it.
    LeadingIndent = 512,
    /// A waterfall without steps.
    NoSteps = 513,
    /// A pro-rata payment that does not say who takes the odd units.
    MissingResidue = 514,
    /// `a < b < c`.
    ChainedComparison = 515,
    /// More errors than are listed.
    TooManyErrors = 516,
    /// JSON that is not a deal.
    BadJson = 517,
    /// JSON that no text stands for.
    NotWritable = 518,
    /// A holiday calendar that is not known.
    UnknownCalendar = 519,
    /// The first payment is not after the closing.
    PaymentsBeforeClosing = 520,
    /// The final date is before the first payment.
    FinalBeforePayments = 521,
    /// More periods than a deal may have.
    TooManyPeriods = 522,
    /// The first payment is on another day of the month than the others.
    OddFirstPayment = 523,
    /// Two payments fall on one day.
    PaymentsCoincide = 524,
    /// A date outside the years a deal may speak of.
    DateOutOfRange = 525,
    /// Something that must be said is not.
    MissingStatement = 540,
    /// Two things with one name, or one statement twice.
    DuplicateName = 541,
    /// A name that stands for nothing.
    UnknownName = 542,
    /// A number of another kind is needed.
    WrongKind = 543,
    /// A formula that needs itself.
    FormulaCycle = 544,
    /// Options of a note that exclude each other.
    ContradictingOptions = 545,
    /// More is spent at closing than is raised.
    UsesExceedSources = 546,
    /// Cash is left over and nobody owns it.
    ResidueWithoutOwner = 547,
    /// A supporting account that covers nothing.
    NothingCovered = 548,
    /// The deal does not fit a plan.
    PlanUnfit = 549,
    /// A state that can never be entered.
    UnreachableState = 550,
    /// A step that no cash can reach.
    UnreachableStep = 551,
    /// A claim that no waterfall can ever pay.
    NeverPaid = 552,
    /// Cash that no waterfall can take out.
    StrandedCash = 553,
    /// A reachable state without a waterfall.
    MissingWaterfall = 554,
    /// A cure that cannot happen, or changes nothing.
    ImpossibleCure = 555,
    /// A junior is paid before its senior.
    RankContradicted = 556,
}
