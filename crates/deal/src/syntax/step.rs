//! What a waterfall says.

use super::{Expression, Item, Name, Number, Path};
use serde::{Deserialize, Serialize};

/// The order of payment in one or more states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waterfall {
    /// States in which it runs.
    pub states: Vec<Name>,
    /// Accounts whose cash it pays out; the others are swept into the first.
    pub from: Vec<Name>,
    /// Accounts that pay what is short, each for the claims it covers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Name>,
    /// The steps in order.
    pub steps: Vec<Item<Step>>,
}

/// One line of a waterfall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// `pay A.interest, B.interest`: one after the other.
    Pay {
        /// Who.
        claims: Vec<Path>,
        /// How much at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bound: Option<Bound>,
        /// `from capex`: only out of this account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Name>,
    },
    /// `pay pro rata by due: A1.interest, A2.interest, residue to A1`
    ProRata {
        /// Shares.
        by: Basis,
        /// Who.
        claims: Vec<Path>,
        /// Who takes the odd units.
        residue_to: Path,
    },
    /// `fill reserve` or `fill capex by 12 * units`
    Fill {
        /// The account.
        account: Name,
        /// Instead of what is missing to its target.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Expression>,
    },
    /// `keep all in trap` or `keep 50% in trap`
    Keep {
        /// Share of the cash that is left; all if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        share: Option<Expression>,
        /// The account.
        account: Name,
    },
    /// `release reserve above target`, `release trap`, `release ramp at most 100`: back into this waterfall.
    Release {
        /// The account.
        account: Name,
        /// How much.
        #[serde(default)]
        extent: Extent,
    },
    /// `write off C at most value_gap`
    WriteOff {
        /// The note.
        note: Name,
        /// How much; its balance if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<Expression>,
    },
    /// `while trap: keep all in trap`, `pay B.principal once A is zero`
    Guarded {
        /// True for `once`, which is written behind the step.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        once: bool,
        /// The condition, looked at when the step is reached.
        condition: Expression,
        /// The step.
        then: Box<Item<Step>>,
    },
}

/// How much a payment may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `at most X`
    AtMost(Expression),
    /// `to balance X`: until the note's balance is X.
    ToBalance(Expression),
    /// `to ltv 80%`: until the test is at this level.
    ToTest {
        /// A test whose numerator holds the note's balance.
        test: Name,
        /// The level.
        level: Number,
    },
}

/// How much is released.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Everything.
    #[default]
    All,
    /// What lies above the target.
    AboveTarget,
    /// So much.
    AtMost(Expression),
}

/// Shares of a pro-rata payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// By what is due.
    Due,
    /// By the notes' balances.
    Balance,
    /// By the notes' original principal.
    Original,
    /// By these weights, one a claim.
    Weights(Vec<Expression>),
}
