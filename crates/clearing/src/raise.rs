//! The money of the notes: committed by investors, waiting in an offering, and one call that closes raise and deal.

use crate::call::closing;
use crate::deployment::{Deployment, Installing, supply};
use crate::error::{ClearingError, Doing};
use crate::standing::field;
use chain::value::{Invocation, address, amount, amount_of, contract, list, map};
use chain::xdr::ScVal;
use chain::{ChainError, Key, Ledger, Receipt, Signing};
use waterfall::Plan;
use waterfall::plan::Note;

/// States of a raise, as its contract numbers them.
const DRAFT: u32 = 0;
const OPEN: u32 = 1;
const CLOSED: u32 = 3;

/// How long a raise may wait for its closing after the deadline.
const CLOSING_SECONDS: u64 = 30 * 86_400;

/// The notes that are paid in at the closing. Whoever lends on the others over time holds them from the beginning.
pub fn sold(plan: &Plan) -> impl Iterator<Item = &Note> {
    plan.notes.iter().filter(|note| note.draws.is_none() && supply(plan, note) > 0)
}

/// Whether a plan has a note to sell.
pub fn raises(plan: &Plan) -> bool {
    sold(plan).next().is_some()
}

impl Deployment {
    /// What is agreed for the raise: every note whole, until the closing, at par. The plan itself pays the arranger.
    pub(crate) fn offering_args(&self, installing: Installing<'_>) -> Result<Vec<ScVal>, ChainError> {
        let plan = installing.plan;
        let all: i128 = sold(plan).map(|note| i128::from(supply(plan, note))).sum();
        let closing = closing(plan);
        let offered = sold(plan).map(|note| {
            let units = amount(supply(plan, note).into());
            map(vec![
                ("cap", units.clone()),
                ("minimum", units),
                ("note", address(contract(self.note(plan, note)))),
            ])
        });
        let unit = 10_i128.checked_pow(plan.decimals.into()).unwrap_or(i128::MAX);
        let arranger = address(self.parties.arranger.address());
        let terms = map(vec![
            ("arranger", arranger.clone()),
            ("closing_end", ScVal::U64(closing.saturating_add(CLOSING_SECONDS))),
            ("currency", address(contract(self.currency.contract().clone()))),
            ("currency_unit", amount(unit)),
            ("deadline", ScVal::U64(closing)),
            ("deal", address(contract(self.deal.clone()))),
            ("fee_bps", ScVal::U32(0)),
            ("fee_to", arranger),
            ("maximum", amount(all)),
            ("minimum", amount(all)),
            ("notes", list(offered.collect::<Result<_, _>>()?)?),
        ])?;
        Ok(vec![terms])
    }

    /// Opens the raise and lets every investor commit.
    pub(crate) fn commit(&self, ledger: &mut dyn Ledger, plan: &Plan) -> Result<(), ClearingError> {
        if self.raise_state(ledger)? == DRAFT {
            self.call_offering(ledger, &self.parties.arranger, ("open", vec![]))?;
        }
        if self.raise_state(ledger)? != OPEN {
            return Ok(());
        }
        for note in sold(plan) {
            if self.commitment(ledger, plan, note)? == 0 {
                let investor = self.parties.investor(note.id.0);
                let mut args = self.position(plan, note);
                args.push(amount(supply(plan, note).into()));
                self.call_offering(ledger, &investor, ("commit", args))?;
            }
        }
        Ok(())
    }

    /// Closes the raise and the deal with it: the investors' money comes out of the offering, the equity's from its holders.
    /// A deal without a note to sell is closed by itself.
    pub(crate) fn close(&self, ledger: &mut dyn Ledger, plan: &Plan) -> Result<Receipt, ClearingError> {
        let raises = raises(plan);
        if raises && self.raise_state(ledger)? == OPEN {
            self.call_offering(ledger, &self.parties.operator, ("fund", vec![]))?;
        }
        let equity: Vec<Key> = plan.equities.iter().map(|equity| self.parties.payee(equity.id.0)).collect();
        let others: Vec<&Key> = equity.iter().collect();
        let signing = Signing { source: &self.parties.arranger, others: &others };
        let (contract, args) = match raises {
            true => (&self.offering, vec![]),
            false => (&self.deal, vec![address(self.parties.arranger.address())]),
        };
        let call = Invocation { contract, function: "close", args };
        ledger.invoke(signing, call).doing(|| "closing the deal".to_owned())
    }

    /// Gives every investor its notes.
    pub(crate) fn settle(&self, ledger: &mut dyn Ledger, plan: &Plan) -> Result<(), ClearingError> {
        if !raises(plan) || self.raise_state(ledger)? != CLOSED {
            return Ok(());
        }
        for note in sold(plan) {
            if self.commitment(ledger, plan, note)? > 0 {
                let args = self.position(plan, note);
                self.call_offering(ledger, &self.parties.operator, ("settle", args))?;
            }
        }
        Ok(())
    }

    fn position(&self, plan: &Plan, note: &Note) -> Vec<ScVal> {
        let investor = self.parties.investor(note.id.0).address();
        vec![address(investor), address(contract(self.note(plan, note)))]
    }

    fn commitment(&self, ledger: &dyn Ledger, plan: &Plan, note: &Note) -> Result<i128, ClearingError> {
        let args = self.position(plan, note);
        let call = Invocation { contract: &self.offering, function: "commitment", args };
        let found = ledger.view(call).and_then(|found| amount_of(&found));
        found.doing(|| "asking the raise for a commitment".to_owned())
    }

    fn raise_state(&self, ledger: &dyn Ledger) -> Result<u32, ClearingError> {
        let call = Invocation { contract: &self.offering, function: "raise", args: vec![] };
        let found = ledger.view(call).doing(|| "asking the raise where it stands".to_owned())?;
        match field(&found, "state") {
            Some(ScVal::U32(state)) => Ok(*state),
            _ => Err(ClearingError::Unreadable { what: "raise" }),
        }
    }

    fn call_offering(
        &self,
        ledger: &mut dyn Ledger,
        by: &Key,
        (function, args): (&'static str, Vec<ScVal>),
    ) -> Result<(), ClearingError> {
        let call = Invocation { contract: &self.offering, function, args };
        ledger.invoke(Signing::by(by), call).doing(|| format!("the raise: {function}")).map(drop)
    }
}
