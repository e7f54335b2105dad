//! What the interpreter remembers between one event and the next.

use crate::deal::Deal;
use crate::error::{Halt, require};
use crate::exact::{Exact, Rounding, fits, zero};
use crate::kinds::Value;
use crate::syntax::Expression;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// An input, or one member of a family of inputs.
pub(crate) type Member = (String, Option<String>);

/// A formula over past payments, with the rounding of the place where it is written.
pub(crate) type Window = (Rounding, Expression);

#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The last payment that was begun; 0 from the closing on.
    pub number: usize,
    /// The adjusted date of that payment, or the date of an event after it.
    pub date: NaiveDate,
    pub is_closed: bool,
    pub is_sold: bool,
    /// This payment's waterfall has run.
    pub is_settled: bool,
    /// Which state of the deal, by order of declaration.
    pub current: usize,
    pub accounts: BTreeMap<String, Exact>,
    /// Cash received for the next period, which lies apart.
    pub apart: BTreeMap<String, Exact>,
    /// Targets of accounts since the last determination date.
    pub targets: BTreeMap<String, Exact>,
    /// What equity and payees were paid at this payment.
    pub residual_paid: BTreeMap<String, Exact>,
    pub notes: Vec<NoteState>,
    pub costs: Vec<CostState>,
    pub triggers: Vec<TriggerState>,
    pub inputs: BTreeMap<Member, InputState>,
    /// Receipts of the period of the last payment, restatements included.
    pub receipts: BTreeMap<String, Exact>,
    pub receipts_this_period: BTreeMap<String, Exact>,
    pub receipts_next_period: BTreeMap<String, Exact>,
    /// By input and reporter: the value and its as-of date.
    pub reports: BTreeMap<Member, BTreeMap<u32, (Exact, NaiveDate)>>,
    /// Booked and not yet read.
    pub restatements: BTreeMap<Member, Exact>,
    /// One value a payment, from payment 1 on.
    pub windows: BTreeMap<Window, Vec<Value>>,
    /// True while the windows take this payment's value.
    pub is_determining: bool,
    /// Claims that were short at the last payment, and its date.
    pub short: BTreeSet<String>,
    pub short_on: NaiveDate,
    /// `draw.amount` and the like, of the last draw or sale that was asked for.
    pub occasion: BTreeMap<&'static str, Exact>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct NoteState {
    pub original: Exact,
    pub balance: Exact,
    pub drawn: Exact,
    /// Where the note should stand after the last payment.
    pub planned: Exact,
    pub draws: Vec<DrawState>,
    pub coupon: Exact,
    /// What is still owed now.
    pub interest: Exact,
    pub scheduled: Exact,
    pub additional: Exact,
    /// What was short when the last waterfall had ended.
    pub unpaid: Exact,
    /// Interest accrued when draws were made in this period, and the day up to which it goes.
    pub accrued_interest: Exact,
    pub accrued_to: Option<NaiveDate>,
    pub capitalised: Exact,
    pub written_off: Exact,
    pub paid: Paid,
    pub paid_ever: Paid,
}

/// What each claim of a note received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paid {
    pub interest: Exact,
    pub principal: Exact,
    pub scheduled: Exact,
    pub additional: Exact,
}

#[derive(Clone, Debug)]
pub(crate) struct DrawState {
    pub planned: Exact,
    /// Payments since the draw.
    pub payments: i64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct CostState {
    pub due: Exact,
    pub excess: Exact,
    pub paid: Exact,
    pub excess_paid: Exact,
    pub ranked_this_year: Exact,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct TriggerState {
    pub is_on: bool,
    /// Each evaluation, true for a breach.
    pub breaches: Vec<bool>,
    pub waived_until: Option<NaiveDate>,
    /// On or off after each payment.
    pub history: Vec<bool>,
}

#[derive(Clone, Debug)]
pub(crate) struct InputState {
    pub value: Exact,
    /// None until it was reported.
    pub as_of: Option<NaiveDate>,
    pub is_stale: bool,
    /// What formulas read.
    pub used: Exact,
}

impl State {
    pub(crate) fn new(deal: &Deal) -> Self {
        let no_receipts: BTreeMap<_, _> =
            deal.receipts.iter().map(|receipt| (receipt.name.clone(), zero())).collect();
        Self {
            number: 0,
            date: deal.closing,
            is_closed: false,
            is_sold: false,
            is_settled: false,
            current: 0,
            accounts: deal.accounts.iter().map(|account| (account.name.clone(), zero())).collect(),
            apart: deal.accounts.iter().map(|account| (account.name.clone(), zero())).collect(),
            targets: BTreeMap::new(),
            residual_paid: BTreeMap::new(),
            notes: deal
                .notes
                .iter()
                .map(|note| NoteState { original: note.amount.exact.clone(), ..NoteState::default() })
                .collect(),
            costs: vec![CostState::default(); deal.costs.len()],
            triggers: vec![TriggerState::default(); deal.triggers.len()],
            inputs: never_reported(deal),
            receipts: no_receipts.clone(),
            receipts_this_period: no_receipts.clone(),
            receipts_next_period: no_receipts,
            reports: BTreeMap::new(),
            restatements: BTreeMap::new(),
            windows: BTreeMap::new(),
            is_determining: false,
            short: BTreeSet::new(),
            short_on: deal.closing,
            occasion: BTreeMap::new(),
        }
    }

    /// Every sum of money must fit 64 bits.
    pub(crate) fn require_fits(&self, decimals: u32) -> Result<(), Halt> {
        let notes = self.notes.iter().flat_map(|note| {
            [
                &note.balance,
                &note.interest,
                &note.additional,
                &note.capitalised,
                &note.drawn,
                &note.planned,
                &note.written_off,
                &note.accrued_interest,
            ]
        });
        let costs = self.costs.iter().flat_map(|cost| [&cost.due, &cost.excess, &cost.ranked_this_year]);
        let received = [&self.receipts, &self.receipts_this_period, &self.receipts_next_period];
        let sums = received.into_iter().chain([&self.accounts, &self.apart]).flat_map(BTreeMap::values);
        let all_fit = sums.chain(notes).chain(costs).all(|sum| fits(sum, decimals));
        require(all_fit, "a balance does not fit 64 bits")
    }
}

fn never_reported(deal: &Deal) -> BTreeMap<Member, InputState> {
    let mut inputs = BTreeMap::new();
    for input in &deal.inputs {
        for member in deal.members(input) {
            let state = InputState { value: zero(), as_of: None, is_stale: false, used: zero() };
            inputs.insert((input.name.clone(), member), state);
        }
    }
    inputs
}
