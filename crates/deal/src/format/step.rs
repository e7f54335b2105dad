//! The lines of a waterfall.

use super::expression::{expression, list, number, path};
use crate::syntax::{Basis, Bound, Extent, Name, Step};

/// Writes a step on one line.
pub(super) fn step(step: &Step) -> String {
    match step {
        Step::Pay { claims, bound: most, from } => {
            let claims = list(claims.iter().map(path));
            format!(
                "pay {claims}{}{}",
                most.as_ref().map_or(String::new(), bound),
                from_account(from.as_ref())
            )
        }
        Step::ProRata { by, claims, residue_to } => {
            let claims = list(claims.iter().map(path));
            format!("pay pro rata by {}: {claims}, residue to {}", basis(by), path(residue_to))
        }
        Step::Fill { account, by: None } => format!("fill {}", account.text),
        Step::Fill { account, by: Some(by) } => format!("fill {} by {}", account.text, expression(by)),
        Step::Keep { share, account } => {
            let share = share.as_ref().map_or("all".to_owned(), expression);
            format!("keep {share} in {}", account.text)
        }
        Step::Release { account, extent } => format!("release {}{}", account.text, released(extent)),
        Step::WriteOff { note, at_most: None } => format!("write off {}", note.text),
        Step::WriteOff { note, at_most: Some(most) } => {
            format!("write off {} at most {}", note.text, expression(most))
        }
        Step::Guarded { once: true, condition, then } => {
            format!("{} once {}", self::step(&then.body), expression(condition))
        }
        Step::Guarded { once: false, condition, then } => {
            format!("while {}: {}", expression(condition), self::step(&then.body))
        }
    }
}

fn bound(bound: &Bound) -> String {
    match bound {
        Bound::AtMost(most) => format!(" at most {}", expression(most)),
        Bound::ToBalance(balance) => format!(" to balance {}", expression(balance)),
        Bound::ToTest { test, level } => format!(" to {} {}", test.text, number(level)),
    }
}

fn from_account(account: Option<&Name>) -> String {
    account.map_or(String::new(), |account| format!(" from {}", account.text))
}

fn basis(basis: &Basis) -> String {
    match basis {
        Basis::Due => "due".to_owned(),
        Basis::Balance => "balance".to_owned(),
        Basis::Original => "original".to_owned(),
        Basis::Weights(weights) => format!("weights ({})", list(weights.iter().map(expression))),
    }
}

fn released(extent: &Extent) -> String {
    match extent {
        Extent::All => String::new(),
        Extent::AboveTarget => " above target".to_owned(),
        Extent::AtMost(most) => format!(" at most {}", expression(most)),
    }
}
