//! What must hold after every call, whoever made it.

use crate::base::*;
use crate::mirror::Mirror;
use crate::place::*;
use chain::Ledger;
use chain::value::{Invocation, amount_of};
use chain::xdr::{ContractId, ScVal};
use settle::identity::{Lien, Move};
use settle::invariants::{cl1_claims_covered, ra1_refunds_whole, ti1_one_live_pledge, ti2_pledge_kept};
use settle::raise::{Book, Commitment, Raise, RaiseState, Terms};
use settle::{Bps, DealId, MachineId, Time};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use units::Amount;
use waterfall::Plan;
use waterfall::invariants::cash_held;

/// New risk is paused.
const PAUSED: u32 = 591;

/// What the world was when it was last looked at.
#[derive(Default)]
pub struct Seen {
    /// What each receipt backs.
    pub liens: BTreeMap<u32, Lien>,
    /// The machine of each receipt, by its number.
    pub machines: BTreeMap<u32, u32>,
    /// Calls that were not refused.
    calls: u32,
}

impl Whole {
    /// Looks at every law that a call could have broken: those of contracts that told of something, and now and then all.
    pub fn hold(&mut self, place: Place, function: &str) {
        let told = std::mem::take(&mut self.base.told);
        let (base, deal) = (&self.base, self.base.deal.clone());
        self.mirror.live(&told, || plan_of(base, &deal));
        self.seen.calls += 1;
        let all = self.seen.calls.is_multiple_of(32);
        let spoke = |of: &ContractId| all || told.iter().any(|event| event.contract_id.as_ref() == Some(of));
        let (cash, pledges) = (spoke(self.base.currency.contract()), spoke(&self.base.title));
        if cash {
            self.cash_is_conserved();
        }
        if cash || spoke(&deal) {
            self.deal_is_the_cores();
        }
        if pledges {
            self.pledges_are_kept(function);
        }
        if all || place == Place::Offering {
            self.refunds_are_whole();
        }
        let counted = |at: &usize| all || place == Place::Note(*at) && self.seen.calls.is_multiple_of(8);
        (0..NOTES.len()).filter(counted).for_each(|at| self.claims_are_covered(at));
    }

    /// A pause stops three doors and changes of the code, and nothing else.
    pub fn refused(&self, function: &str, code: u32) {
        let stoppable = ["reserve", "close", "draw", "announce_upgrade", "upgrade"].contains(&function);
        assert!(code != PAUSED || stoppable, "{function} is paused");
    }

    /// No call makes money or loses it.
    fn cash_is_conserved(&self) {
        let accounts = (ARRANGER..=LENDER).map(|number| self.base.cash_of(number)).sum::<i128>();
        let places = [&self.base.auction, &self.base.deal, &self.offering].into_iter().chain(&self.notes);
        let contracts = places.map(|place| self.base.cash_in(place)).sum::<i128>();
        let minted = i128::from(MINTED) * i128::try_from(RICH.len()).unwrap();
        assert_eq!(accounts + contracts, minted, "cash is conserved");
    }

    /// CH-1 of the whole state, and the deal's account holds what its books say.
    fn deal_is_the_cores(&self) {
        let standing = Fields::of(&self.ask(Place::Deal, "standing", vec![]).unwrap());
        let (ScVal::Bytes(state), ScVal::Bytes(hash)) = (standing.get("state"), standing.get("hash")) else {
            panic!("no state")
        };
        let Mirror { plan, state: own, events, hash: head, .. } = &self.mirror;
        assert_eq!(state.as_slice(), own.to_bytes(plan), "CH-1: the state");
        assert_eq!(
            (standing.number("events"), hash.as_slice()),
            (i128::from(*events), &head[..]),
            "the chain"
        );
        let ScVal::Map(Some(rows)) = standing.get("owed") else { panic!("no dues") };
        let owed = rows.iter().map(|row| amount_of(&row.val).unwrap()).sum::<i128>();
        let [held] = cash_held(plan, own);
        assert_eq!(self.base.cash_in(&self.base.deal), held + owed, "the lockbox");
    }

    /// TI-1 and TI-2.
    fn pledges_are_kept(&mut self, function: &str) {
        let by = match function {
            "release" => Move::Release,
            "substitute" => Move::Substitute,
            "enforce" | "list" => Move::Enforce,
            "conclude" | "settle" | "withdraw" => Move::Conclude,
            "pledge" | "pledge_all" | "close" => Move::Pledge,
            _ => Move::Cancel,
        };
        let receipts: Vec<u32> = self.seen.machines.keys().copied().collect();
        for id in receipts {
            let lien = lien(&self.ask(Place::Title, "lien", vec![ScVal::U32(id)]).unwrap());
            let before = self.seen.liens.insert(id, lien).unwrap_or_default();
            assert!(ti2_pledge_kept(&before, &lien, by), "TI-2: {id} by {function}: {before:?} {lien:?}");
        }
        let machine = |id: &u32| MachineId([u8::try_from(self.seen.machines[id]).unwrap(); 32]);
        let pledged = self.seen.liens.iter().filter(|(_, lien)| matches!(lien, Lien::Pledged { .. }));
        let pledged: Vec<_> = pledged.map(|(id, lien)| (machine(id), lien.deal().unwrap())).collect();
        assert!(ti1_one_live_pledge(&pledged), "TI-1: {pledged:?}");
    }

    /// RA-1, and the escrow.
    fn refunds_are_whole(&self) {
        let raise = Fields::of(&self.ask(Place::Offering, "raise", vec![]).unwrap());
        let states =
            [RaiseState::Draft, RaiseState::Open, RaiseState::Funded, RaiseState::Closed, RaiseState::Failed];
        let whole = Amount::new(RAISED);
        let terms = Terms {
            minimum: whole,
            maximum: whole,
            currency_unit: Amount::new(ONE),
            deadline: Time(self.base.start),
            closing_end: Time(self.base.start + 20 * DAY),
            fee: Bps(0),
        };
        let state = states[usize::try_from(raise.number("state")).unwrap()];
        let raise = Raise {
            terms,
            state,
            held: part(&raise, "held"),
            raised: part(&raise, "raised"),
            fee: Amount::ZERO,
        };
        let sold = || (0..SOLD).map(|at| self.at(Place::Note(at)));
        let books: Vec<Book> = sold().map(|note| self.book(note)).collect();
        let of = |holder: u8| sold().map(move |note| vec![who(holder), note]);
        let commitments = INVESTORS.into_iter().flat_map(of).map(|args| {
            let units = self.number(Place::Offering, "commitment", args);
            Commitment(Amount::new(units.try_into().unwrap()))
        });
        let commitments: Vec<_> = commitments.collect();
        assert!(ra1_refunds_whole(&raise, &books, &commitments), "RA-1: {raise:?} {books:?} {commitments:?}");
        assert_eq!(self.base.cash_in(&self.offering), i128::from(raise.held.units()), "the escrow");
    }

    fn book(&self, note: ScVal) -> Book {
        let book = Fields::of(&self.ask(Place::Offering, "book", vec![note]).unwrap());
        let part = |name| part(&book, name);
        Book {
            cap: part("cap"),
            minimum: part("minimum"),
            committed: part("committed"),
            settled: part("settled"),
            accepted: part("accepted"),
        }
    }

    /// CL-1, and all units of a note are somebody's.
    fn claims_are_covered(&self, at: usize) {
        let note = Place::Note(at);
        let holders = HOLDERS.map(who).into_iter().chain([self.at(Place::Offering)]);
        let (mut claims, mut units) = (Vec::new(), 0);
        for holder in holders {
            units += self.number(note, "balance", vec![holder.clone()]);
            let claim = self.number(note, "claimable", vec![holder]);
            claims.push(Amount::new(i64::try_from(claim).unwrap()));
        }
        assert_eq!(units, self.number(note, "total_supply", vec![]), "every unit is somebody's");
        let held = Amount::new(self.base.cash_in(&self.notes[at]).try_into().unwrap());
        assert!(cl1_claims_covered(held, claims.clone()), "CL-1: {claims:?} of {held:?}");
    }
}

fn part(of: &Fields, name: &str) -> Amount {
    Amount::new(of.number(name).try_into().unwrap())
}

fn plan_of(base: &World, deal: &ContractId) -> Plan {
    let call = Invocation { contract: deal, function: "plan", args: vec![] };
    let ScVal::Bytes(bytes) = base.ledger.view(call).unwrap() else { panic!("no plan") };
    Plan::from_bytes(bytes.as_slice()).unwrap()
}

/// A title as a lien; deals are told apart by the hash of their address.
fn lien(title: &ScVal) -> Lien {
    let title = Fields::of(title);
    let deal = || DealId(Sha256::digest(format!("{:?}", title.get("deal"))).into());
    match title.number("state") {
        2 => Lien::Reserved { deal: deal(), number: 0, until: Time(title.unsigned("until")) },
        3 => Lien::Pledged { deal: deal() },
        6 => Lien::Enforced { deal: deal() },
        _ => Lien::Free,
    }
}
