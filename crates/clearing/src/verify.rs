//! A ledger, and nothing else: everything that it says is worked out again.

use crate::error::{ClearingError, Doing};
use crate::native::Native;
use crate::place::Place;
use crate::standing::{Posted, Standing, currency_of, ended, plan_of, posted};
use chain::Ledger;
use chain::value::{Invocation, address, amount_of, contract};
use chain::xdr::ContractId;
use std::collections::BTreeMap;
use waterfall::{Plan, amendment_from_bytes, invariants};

/// Number of the first ledger of all.
const FIRST_LEDGER: u32 = 1;

/// What was proved of a deal.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Its contract.
    pub deal: ContractId,
    /// SHA-256 of the plan that it began with.
    pub plan_hash: [u8; 32],
    /// Events replayed.
    pub events: u32,
    /// Postings that agree.
    pub postings: usize,
    /// Payment dates among the events.
    pub payments: u32,
    /// Head of the hash chain.
    pub hash: [u8; 32],
    /// Cash that the contract holds: the deal's own and what payees have not withdrawn.
    pub held: i128,
    /// Whether every signed transaction was executed again, too.
    pub executed: bool,
}

/// Proves a ledger twice over: every signed transaction is executed again on the host, where the place has them, and every
/// event of every deal is replayed by the native core, with its postings, the hash chain, the state and the cash. With a
/// contract, only of that deal: a network has deals of others, too. There is one deal at least in what is returned.
///
/// # Errors
/// [`ClearingError`]: the first thing that is not as the ledger says.
pub fn verify(place: &Place, only: Option<&ContractId>) -> Result<Vec<Verified>, ClearingError> {
    let (ledger, executed) = place.proved()?;
    let ledger = ledger.as_ref();
    let prove = |(deal, told): (ContractId, Told)| {
        let verified = prove(ledger, (&deal, &told));
        let verified = verified.map(|verified| Verified { executed, ..verified });
        verified.map_err(|error| ClearingError::Deal { deal, error: Box::new(error) })
    };
    told(ledger, only)?.into_iter().map(prove).collect()
}

/// Replays everything that a deal's contract has told, and compares how it stands.
pub fn prove(ledger: &dyn Ledger, (deal, told): (&ContractId, &Told)) -> Result<Verified, ClearingError> {
    let ended = told.ended.iter().map(|plan| Plan::from_bytes(plan));
    let plans = ended.chain([Plan::from_bytes(&plan_of(ledger, deal)?)]).collect::<Result<Vec<_>, _>>();
    let plans = plans.map_err(|error| ClearingError::Engine { event: 0, error })?;
    let mut plans = plans.into_iter();
    let first = plans.next().ok_or(ClearingError::NoDeal)?;
    let mut replay = Replay { native: Native::new(&first), plans, postings: 0, payments: 0 };
    let plan_hash = replay.native.hash;
    for (number, posted) in (1_u32..).zip(&told.posted) {
        replay.step(number, posted)?;
    }
    let Replay { native, postings, payments, .. } = replay;
    let plan = &native.plan;
    let standing = Standing::read(ledger, deal)?;
    let last = standing.events;
    let same = |holds, what| if holds { Ok(()) } else { Err(ClearingError::Different { event: last, what }) };
    same(usize::try_from(last).is_ok_and(|last| last == told.posted.len()), "the number of events")?;
    same(standing.hash == native.hash, "the hash chain")?;
    same(standing.state == native.state.to_bytes(plan), "the state")?;
    let [cash] = invariants::cash_held(plan, &native.state);
    let booked = standing.owed.saturating_add(cash);
    let held = balance(ledger, deal)?;
    if held < booked {
        return Err(ClearingError::Cash { held, booked });
    }
    let (deal, hash) = (deal.clone(), standing.hash);
    Ok(Verified { deal, plan_hash, events: last, postings, payments, hash, held, executed: false })
}

/// Everything that a deal's contract has told, in order.
#[derive(Default)]
pub struct Told {
    /// The plans that it has been under before, as bytes.
    pub ended: Vec<Vec<u8>>,
    pub posted: Vec<Posted>,
}

/// What the deals of a ledger have told, or the one deal that is asked for.
pub fn told(
    ledger: &dyn Ledger,
    only: Option<&ContractId>,
) -> Result<BTreeMap<ContractId, Told>, ClearingError> {
    let doing = || "reading the ledger's events".to_owned();
    let oldest = ledger.oldest().doing(doing)?;
    let mut deals: BTreeMap<ContractId, Told> = BTreeMap::new();
    for row in ledger.events(oldest..=u32::MAX).doing(doing)? {
        if let Some((deal, posted)) = posted(&row.event) {
            deals.entry(deal).or_default().posted.push(posted);
        } else if let Some((deal, plan)) = ended(&row.event) {
            deals.entry(deal).or_default().ended.push(plan);
        }
    }
    deals.retain(|deal, told| !told.posted.is_empty() && only.is_none_or(|only| only == deal));
    let is_whole = |told: &Told| told.posted.first().is_some_and(|first| first.number == 1);
    if oldest > FIRST_LEDGER && (deals.is_empty() || !deals.values().all(is_whole)) {
        return Err(ClearingError::Forgotten { oldest });
    }
    if deals.is_empty() { Err(ClearingError::NoDeal) } else { Ok(deals) }
}

/// A native life beside the ledger's, and what has agreed so far.
struct Replay {
    native: Native,
    /// Those that come.
    plans: std::vec::IntoIter<Plan>,
    postings: usize,
    payments: u32,
}

impl Replay {
    fn step(&mut self, number: u32, posted: &Posted) -> Result<(), ClearingError> {
        let different = |what| ClearingError::Different { event: number, what };
        if amendment_from_bytes(&posted.event).is_some() {
            let plan = self.plans.next().ok_or_else(|| different("the plan"))?;
            self.native.amend(number, &plan)?;
        } else {
            let event = posted.event()?;
            self.native.step(number, &event)?;
            let is_payment = matches!(event, waterfall::Event::PayDate { .. });
            self.payments = self.payments.saturating_add(u32::from(is_payment));
        }
        if posted.event != self.native.event {
            return Err(different("the event"));
        }
        if posted.number != number {
            return Err(different("the order of events"));
        }
        if posted.postings != self.native.postings {
            return Err(different("the postings"));
        }
        if !invariants::wf1_cash_conserved(&self.native.plan, &self.native.state) {
            return Err(different("the cash"));
        }
        self.postings = self.postings.saturating_add(self.native.journal.len());
        Ok(())
    }
}

fn balance(ledger: &dyn Ledger, deal: &ContractId) -> Result<i128, ClearingError> {
    let currency = currency_of(ledger, deal)?;
    let args = vec![address(contract(deal.clone()))];
    let call = Invocation { contract: &currency, function: "balance", args };
    let held = ledger.view(call).doing(|| "counting the deal's cash".to_owned())?;
    amount_of(&held).map_err(|_| ClearingError::Unreadable { what: "balance" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::value::{bytes, list, symbol};
    use chain::xdr::{
        ContractEvent, ContractEventBody, ContractEventType, ContractEventV0, ExtensionPoint, Hash,
        LedgerKey, ScVal, TransactionEnvelope,
    };
    use chain::{ChainError, Entry, EventRow, Head, Receipt, Request, Simulated};
    use std::ops::RangeInclusive;

    /// A server that knows events with these numbers, of these deals, and nothing before its oldest ledger.
    struct Forgetful {
        oldest: u32,
        rows: Vec<(u8, u32)>,
    }

    impl Ledger for Forgetful {
        fn network(&self) -> [u8; 32] {
            [0; 32]
        }
        fn head(&self) -> Result<Head, ChainError> {
            Err(ChainError::Footprint)
        }
        fn simulate(&self, _: &Request) -> Result<Simulated, ChainError> {
            Err(ChainError::Footprint)
        }
        fn send(&mut self, _: &TransactionEnvelope) -> Result<Receipt, ChainError> {
            Err(ChainError::Footprint)
        }
        fn receipt(&self, _: [u8; 32]) -> Result<Option<Receipt>, ChainError> {
            Ok(None)
        }
        fn entry(&self, _: &LedgerKey) -> Result<Option<Entry>, ChainError> {
            Ok(None)
        }
        fn events(&self, ledgers: RangeInclusive<u32>) -> Result<Vec<EventRow>, ChainError> {
            assert_eq!(ledgers, self.oldest..=u32::MAX);
            Ok(self.rows.iter().map(|(deal, number)| row(*deal, *number)).collect())
        }
        fn close(&mut self, _: u64) -> Result<Head, ChainError> {
            Err(ChainError::Footprint)
        }
        fn oldest(&self) -> Result<u32, ChainError> {
            Ok(self.oldest)
        }
    }

    fn row(deal: u8, number: u32) -> EventRow {
        let data = list(vec![bytes(&[]).unwrap(), bytes(&[]).unwrap()]).unwrap();
        let topics = vec![symbol("posted").unwrap(), ScVal::U32(number)].try_into().unwrap();
        let event = ContractEvent {
            ext: ExtensionPoint::V0,
            contract_id: Some(contract(deal)),
            type_: ContractEventType::Contract,
            body: ContractEventBody::V0(ContractEventV0 { topics, data }),
        };
        EventRow { ledger: 1000 + number, transaction: 0, index: 0, event }
    }

    fn contract(deal: u8) -> ContractId {
        ContractId(Hash([deal; 32]))
    }

    /// What is told of each deal, or why nothing is.
    fn check(oldest: u32, rows: &[(u8, u32)], (only, expected): (Option<u8>, Result<Vec<usize>, u16>)) {
        let ledger = Forgetful { oldest, rows: rows.to_vec() };
        let told = told(&ledger, only.map(contract).as_ref());
        let found = told.map(|deals| deals.values().map(|told| told.posted.len()).collect());
        let found: Result<Vec<usize>, u16> = found.map_err(|error| error.code());
        assert_eq!(found, expected, "{oldest} {rows:?} {only:?}");
    }

    #[test]
    fn a_server_that_forgot_the_beginning_proves_nothing() {
        check(1, &[], (None, Err(803)));
        check(1, &[(1, 1), (1, 2)], (None, Ok(vec![2])));
        check(900, &[(1, 1), (1, 2), (1, 3)], (None, Ok(vec![3])));
        check(900, &[(1, 7), (1, 8)], (None, Err(807)));
        check(900, &[], (None, Err(807)));
    }

    #[test]
    fn every_deal_of_a_ledger_is_told_or_the_one_that_is_asked_for() {
        let both = [(1, 1), (2, 1), (2, 2), (1, 2), (1, 3)];
        check(1, &both, (None, Ok(vec![3, 2])));
        check(1, &both, (Some(2), Ok(vec![2])));
        check(1, &both, (Some(3), Err(803)));
        let forgot_one = [(1, 4), (2, 1)];
        check(900, &forgot_one, (None, Err(807)));
        check(900, &forgot_one, (Some(2), Ok(vec![1])));
        check(900, &forgot_one, (Some(1), Err(807)));
        check(900, &forgot_one, (Some(3), Err(807)));
    }
}
