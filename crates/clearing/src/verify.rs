//! A ledger, and nothing else: everything that it says is worked out again.

use crate::error::{ClearingError, Doing};
use crate::native::Native;
use crate::place::Place;
use crate::standing::{Posted, Standing, currency_of, ended, plan_of, posted};
use chain::Ledger;
use chain::value::{Invocation, address, amount_of, contract};
use chain::xdr::ContractId;
use waterfall::{Plan, amendment_from_bytes, invariants};

/// Number of the first ledger of all.
const FIRST_LEDGER: u32 = 1;

/// What was proved.
#[derive(Clone, Debug)]
pub struct Verified {
    /// SHA-256 of the plan.
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
/// event of the deal is replayed by the native core, with its postings, the hash chain, the state and the cash.
///
/// # Errors
/// [`ClearingError`]: the first thing that is not as the ledger says.
pub fn verify(place: &Place) -> Result<Verified, ClearingError> {
    let (ledger, executed) = place.proved()?;
    let ledger = ledger.as_ref();
    let Told { deal, ended, told } = told(ledger)?;
    let read = |bytes: Vec<u8>| Plan::from_bytes(&bytes);
    let plans = ended.into_iter().chain([plan_of(ledger, &deal)?]).map(read).collect::<Result<Vec<_>, _>>();
    let plans = plans.map_err(|error| ClearingError::Engine { event: 0, error })?;
    let mut plans = plans.into_iter();
    let first = plans.next().ok_or(ClearingError::NoDeal)?;
    let mut replay = Replay { native: Native::new(&first), plans, postings: 0, payments: 0 };
    let plan_hash = replay.native.hash;
    for (number, posted) in (1_u32..).zip(&told) {
        replay.step(number, posted)?;
    }
    let Replay { native, postings, payments, .. } = replay;
    let plan = &native.plan;
    let standing = Standing::read(ledger, &deal)?;
    let last = standing.events;
    let same = |holds, what| if holds { Ok(()) } else { Err(ClearingError::Different { event: last, what }) };
    same(usize::try_from(last).is_ok_and(|last| last == told.len()), "the number of events")?;
    same(standing.hash == native.hash, "the hash chain")?;
    same(standing.state == native.state.to_bytes(plan), "the state")?;
    let [cash] = invariants::cash_held(plan, &native.state);
    let booked = standing.owed.saturating_add(cash);
    let held = balance(ledger, &deal)?;
    if held < booked {
        return Err(ClearingError::Cash { held, booked });
    }
    Ok(Verified { plan_hash, events: last, postings, payments, hash: standing.hash, held, executed })
}

/// Everything that a deal's contract has told, in order.
struct Told {
    deal: ContractId,
    /// The plans that it has been under before, as bytes.
    ended: Vec<Vec<u8>>,
    told: Vec<Posted>,
}

fn told(ledger: &dyn Ledger) -> Result<Told, ClearingError> {
    let doing = || "reading the ledger's events".to_owned();
    let oldest = ledger.oldest().doing(doing)?;
    let rows = ledger.events(oldest..=u32::MAX).doing(doing)?;
    let mut told = rows.iter().filter_map(|row| posted(&row.event));
    let first = told.next();
    let knows_all = oldest <= FIRST_LEDGER || first.as_ref().is_some_and(|(_, first)| first.number == 1);
    if !knows_all {
        return Err(ClearingError::Forgotten { oldest });
    }
    let (deal, first) = first.ok_or(ClearingError::NoDeal)?;
    let rest = told.filter(|(of, _)| *of == deal).map(|(_, posted)| posted);
    let told = std::iter::once(first).chain(rest).collect();
    let ended = rows.iter().filter_map(|row| ended(&row.event)).filter(|(of, _)| *of == deal);
    let ended = ended.map(|(_, plan)| plan).collect();
    Ok(Told { deal, ended, told })
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

    /// A server that knows the events with these numbers, and nothing before its oldest ledger.
    struct Forgetful {
        oldest: u32,
        numbers: Vec<u32>,
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
            Ok(self.numbers.iter().map(|number| row(*number)).collect())
        }
        fn close(&mut self, _: u64) -> Result<Head, ChainError> {
            Err(ChainError::Footprint)
        }
        fn oldest(&self) -> Result<u32, ChainError> {
            Ok(self.oldest)
        }
    }

    fn row(number: u32) -> EventRow {
        let data = list(vec![bytes(&[]).unwrap(), bytes(&[]).unwrap()]).unwrap();
        let topics = vec![symbol("posted").unwrap(), ScVal::U32(number)].try_into().unwrap();
        let event = ContractEvent {
            ext: ExtensionPoint::V0,
            contract_id: Some(ContractId(Hash([1; 32]))),
            type_: ContractEventType::Contract,
            body: ContractEventBody::V0(ContractEventV0 { topics, data }),
        };
        EventRow { ledger: 1000 + number, transaction: 0, index: 0, event }
    }

    #[test]
    fn a_server_that_forgot_the_beginning_proves_nothing() {
        let check = |oldest: u32, numbers: &[u32], expected: Result<usize, u16>| {
            let ledger = Forgetful { oldest, numbers: numbers.to_vec() };
            let found = told(&ledger).map(|told| told.told.len()).map_err(|error| error.code());
            assert_eq!(found, expected, "{oldest} {numbers:?}");
        };
        check(1, &[], Err(803));
        check(1, &[1, 2], Ok(2));
        check(900, &[1, 2, 3], Ok(3));
        check(900, &[7, 8], Err(807));
        check(900, &[], Err(807));
    }
}
