//! A note's holders: claims follow who held the note when the deal paid, to the unit, and cost what they may cost.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use chain::value::{Invocation, address, amount, amount_of, contract};
use chain::xdr::{ContractId, ScVal};
use chain::{Costs, Embedded, Key, Ledger, Receipt, Signing};
use common::Lived;
use forebay_clearing::{Deployment, clear};
use waterfall::PostingKind;

struct Note {
    ledger: Embedded,
    place: ContractId,
    deployment: Deployment,
}

impl Note {
    fn open(lived: &Lived, note: usize) -> Self {
        let ledger = Embedded::open(&lived.file).unwrap();
        let deployment = Deployment::of(ledger.network(), lived.installing()).unwrap();
        let place = deployment.notes.get(note).unwrap().clone();
        Self { ledger, place, deployment }
    }

    fn call(&mut self, by: &Key, function: &'static str, args: Vec<ScVal>) -> Receipt {
        let call = Invocation { contract: &self.place, function, args };
        self.ledger.invoke(Signing::by(by), call).unwrap_or_else(|error| panic!("{function}: {error}"))
    }

    fn collect(&mut self) -> i128 {
        let keeper = self.deployment.parties.trustee.clone();
        amount_of(&self.call(&keeper, "collect", vec![]).result).unwrap()
    }

    /// Who bought all of the first note.
    fn investor(&self, lived: &Lived) -> Key {
        self.deployment.parties.investor(lived.setup.compiled.plan.notes.first().unwrap().id.0)
    }

    /// Anyone may make the deal pay, before the note asks for it.
    fn push(&mut self, lived: &Lived) {
        let (keeper, deal) = (self.deployment.parties.trustee.clone(), self.deployment.deal.clone());
        let id = lived.setup.compiled.plan.notes.first().unwrap().id.0;
        let call = Invocation { contract: &deal, function: "withdraw", args: vec![ScVal::U32(id)] };
        let pushed = self.ledger.invoke(Signing::by(&keeper), call).unwrap();
        assert!(amount_of(&pushed.result).unwrap() > 0, "the deal pays");
    }

    fn transfer(&mut self, from: &Key, to: &Key, units: i128) -> Costs {
        let args = vec![address(from.address()), address(to.address()), amount(units)];
        self.call(from, "transfer", args).costs
    }

    /// Anyone claims for a holder; the cash goes to the holder.
    fn claim(&mut self, holder: &Key) -> (i128, Costs) {
        let before = self.deployment.currency.balance(&self.ledger, &holder.address()).unwrap();
        let keeper = self.deployment.parties.trustee.clone();
        let receipt = self.call(&keeper, "claim", vec![address(holder.address())]);
        let claimed = amount_of(&receipt.result).unwrap();
        let after = self.deployment.currency.balance(&self.ledger, &holder.address()).unwrap();
        assert_eq!(after - before, claimed, "what was claimed arrived");
        (claimed, receipt.costs)
    }

    fn held(&self) -> i128 {
        self.deployment.currency.balance(&self.ledger, &contract(self.place.clone())).unwrap()
    }
}

/// What the life paid on a note, up to an event.
fn paid(lived: &Lived, note: usize, events: usize) -> i128 {
    let plan = &lived.setup.compiled.plan;
    let id = plan.notes.get(note).unwrap().id;
    let claims: Vec<_> =
        plan.claims.iter().filter(|claim| claim.kind.note().map(usize::from) == Some(note)).collect();
    assert!(!claims.is_empty(), "{}", plan.name(id));
    let is_ours = |to| claims.iter().any(|claim| claim.id == to);
    let mut total = 0;
    for posting in lived.postings(events) {
        if posting.kind == PostingKind::CashOut && is_ours(posting.to) {
            total += i128::from(posting.amount[0]);
        }
    }
    total
}

#[test]
fn a_claim_stays_with_whoever_held_the_note() {
    let lived = Lived::of("hundred");
    let all = lived.life.events.len();
    let half = all / 2;
    clear(&lived.place(), lived.story(), &mut |number, _| number <= half).unwrap();
    let mut note = Note::open(&lived, 0);
    let (seller, buyer) = (note.investor(&lived), note.deployment.parties.operator.clone());
    let first = note.collect();
    assert_eq!(first, paid(&lived, 0, half), "everything paid so far was collected");
    let whole = amount_of(&note.call(&seller, "total_supply", vec![]).result).unwrap();
    let transfer = note.transfer(&seller, &buyer, whole / 4);
    note.transfer(&seller, &seller, whole / 2);
    drop(note);
    clear(&lived.place(), lived.story(), &mut |_, _| true).unwrap();
    let mut note = Note::open(&lived, 0);
    let second = note.collect();
    assert_eq!(first + second, paid(&lived, 0, all), "and everything after");
    let ((of_seller, claim), (of_buyer, _)) = (note.claim(&seller), note.claim(&buyer));
    assert_eq!(of_buyer, second / 4, "a quarter of what came after the sale");
    assert!((of_seller - (first + second - second / 4)).abs() <= 1, "the seller has the rest");
    assert!(note.held() <= 1 && note.held() == first + second - of_seller - of_buyer, "dust stays");
    assert_eq!(note.claim(&buyer).0, 0, "nothing is paid twice");
    println!("transfer {transfer:?}\nclaim {claim:?}");
    assert!(transfer.instructions <= 1_300_000, "{transfer:?}");
    assert!(claim.instructions <= 900_000, "{claim:?}");
}

#[test]
fn attack_to_strand_a_payment_by_making_the_deal_pay() {
    let lived = Lived::of("hundred");
    let half = lived.life.events.len() / 2;
    clear(&lived.place(), lived.story(), &mut |number, _| number <= half).unwrap();
    let mut note = Note::open(&lived, 0);
    note.push(&lived);
    let all = paid(&lived, 0, half);
    assert_eq!((note.collect(), note.collect()), (all, 0), "what came is shared, once");
    let holder = note.investor(&lived);
    assert_eq!(note.claim(&holder).0, all, "and claimed");
}
