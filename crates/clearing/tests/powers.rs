//! docs/powers.md names every entry point of every contract; whoever it does not name is refused, a pause stops new risk
//! and nothing else, code changes by what was announced, and a plan by what the classes consented to.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use chain::value::{Invocation, address, amount, amount_of, bytes, list, map};
use chain::xdr::{ContractId, ScVal};
use chain::{Authorising, ChainError, Embedded, Key, Ledger, Receipt, Request, Signing};
use common::Lived;
use forebay_clearing::code::{ALL, NOTE};
use forebay_clearing::{Deployment, Place, clear, seen, take_over, verify};
use sha2::{Digest, Sha256};
use soroban_spec::read::from_wasm;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use stellar_xdr::{ScSpecEntry, ScSpecTypeDef};
use waterfall::Plan;

const DAY: u64 = 86_400;

/// The ledger's number for a call that somebody had to sign for.
const UNAUTHORISED: u16 = 715;

/// One line of docs/powers.md.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    contract: String,
    function: String,
    who: String,
    waits: String,
    paused: bool,
}

fn table() -> Vec<Row> {
    let text = include_str!("../../../docs/powers.md");
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = text.lines().filter(|line| line.starts_with("| `")).map(cells);
    rows.map(|cells| {
        let [_, contract, function, who, waits, paused, _] = cells.as_slice() else { panic!("{cells:?}") };
        let plain = |cell: &String| cell.trim_matches('`').to_owned();
        Row {
            contract: plain(contract),
            function: plain(function),
            who: who.clone(),
            waits: waits.clone(),
            paused: paused == "yes",
        }
    })
    .collect()
}

/// Every entry point with the types of its arguments, as the contract says of itself.
fn entry_points() -> Vec<(String, String, Vec<ScSpecTypeDef>)> {
    let mut found = Vec::new();
    for code in ALL {
        for entry in from_wasm(code.wasm).unwrap() {
            if let ScSpecEntry::FunctionV0(function) = entry {
                let types = function.inputs.iter().map(|input| input.type_.clone()).collect();
                found.push((code.name.to_owned(), function.name.to_string(), types));
            }
        }
    }
    found
}

#[test]
fn every_entry_point_is_in_the_table() {
    let said: BTreeSet<_> = table().into_iter().map(|row| (row.contract, row.function)).collect();
    let is_entry = |name: &str| !name.starts_with("__");
    let there: BTreeSet<_> = entry_points()
        .into_iter()
        .filter(|(_, function, _)| is_entry(function))
        .map(|(contract, function, _)| (contract, function))
        .collect();
    let missing: Vec<_> = there.difference(&said).collect();
    let gone: Vec<_> = said.difference(&there).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in the table: {missing:?}; not there: {gone:?}");
    assert_eq!(table().len(), said.len(), "each once");
}

#[test]
fn waits_and_pauses_are_those_of_the_powers() {
    use settle::powers::Power;
    for row in table() {
        let waits = match row.waits.as_str() {
            "" => 0,
            days => days.trim_end_matches(" days").parse::<u64>().unwrap(),
        };
        let known = Power::ALL.iter().any(|power| power.delay().0 == waits * DAY);
        assert!(known, "{row:?}: no power waits so long");
        let protected =
            ["pay", "claim", "collect", "withdraw", "refund", "cure", "redeem", "receive", "settle"];
        assert!(!(row.paused && protected.contains(&row.function.as_str())), "{row:?}: never paused");
    }
}

/// A deal half way through its life, with everything that belongs to it.
struct World {
    ledger: Embedded,
    deployment: Deployment,
    plan: Plan,
    stranger: Key,
    lived: Lived,
}

impl World {
    /// The textbook case after so many of its events.
    fn after(events: usize) -> Self {
        let lived = Lived::of("hundred");
        let place = Place::File(lived.file.clone());
        clear(&place, lived.story(), &mut |number, _| number <= events).unwrap();
        let mut ledger = Embedded::open(&lived.file).unwrap();
        let deployment = Deployment::of(ledger.network(), lived.installing()).unwrap();
        let stranger = Key::from_secret([0x5A; 32]);
        ledger.fund(&stranger.account(), 100_000_000_000).unwrap();
        let pauser = deployment.parties.pauser.account();
        if ledger.sequence_of(&pauser).is_err() {
            ledger.fund(&pauser, 100_000_000_000).unwrap();
        }
        let plan = lived.setup.compiled.plan.clone();
        Self { ledger, deployment, plan, stranger, lived }
    }

    fn place(&self, name: &str) -> Option<ContractId> {
        match name {
            "deal" => Some(self.deployment.deal.clone()),
            "note" => self.deployment.notes.first().cloned(),
            "offering" => Some(self.deployment.offering.clone()),
            "title" => Some(self.deployment.title.clone()),
            "ballot" => Some(self.deployment.ballot.clone()),
            _ => None,
        }
    }

    fn call(
        &mut self,
        by: &[&Key],
        place: &ContractId,
        call: (&str, Vec<ScVal>),
    ) -> Result<Receipt, ChainError> {
        let (source, others) = by.split_first().unwrap();
        let (function, args) = call;
        self.ledger.invoke(Signing { source, others }, Invocation { contract: place, function, args })
    }

    fn deal(&mut self, by: &[&Key], function: &str, args: Vec<ScVal>) -> Result<Receipt, ChainError> {
        let place = self.deployment.deal.clone();
        self.call(by, &place, (function, args))
    }

    fn ballot(&mut self, by: &[&Key], function: &str, args: Vec<ScVal>) -> Result<Receipt, ChainError> {
        let place = self.deployment.ballot.clone();
        self.call(by, &place, (function, args))
    }

    fn days_later(&mut self, days: u64) {
        let now = self.ledger.head().unwrap().time;
        self.ledger.close(now + days * DAY).unwrap();
    }

    /// A value of a type, with the stranger wherever an address is asked for.
    fn something(&self, of: &ScSpecTypeDef) -> ScVal {
        match of {
            ScSpecTypeDef::Bool => ScVal::Bool(true),
            ScSpecTypeDef::U32 => ScVal::U32(1),
            ScSpecTypeDef::I32 => ScVal::I32(1),
            ScSpecTypeDef::U64 => ScVal::U64(4_000_000_000),
            ScSpecTypeDef::I64 => ScVal::I64(1),
            ScSpecTypeDef::I128 => amount(1),
            ScSpecTypeDef::Bytes => bytes(&[1; 8]).unwrap(),
            ScSpecTypeDef::BytesN(_) => bytes(&[1; 32]).unwrap(),
            ScSpecTypeDef::Vec(_) => list(vec![ScVal::U32(1)]).unwrap(),
            ScSpecTypeDef::Symbol => chain::value::symbol("s").unwrap(),
            ScSpecTypeDef::Option(_) => ScVal::Void,
            ScSpecTypeDef::Udt(_) => map(vec![]).unwrap(),
            _ => address(self.stranger.address()),
        }
    }
}

/// The number with which a call was refused.
fn refused<T: Debug>(outcome: Result<T, ChainError>) -> u32 {
    match outcome {
        Err(ChainError::Contract { code, .. }) => code,
        other => panic!("not refused by a contract: {other:?}"),
    }
}

fn lacks_signature(outcome: &Result<Receipt, ChainError>) -> bool {
    matches!(outcome, Err(ChainError::MissingSigner(_)))
}

#[test]
fn attack_admin_key_a_stranger_has_no_power() {
    let world = World::after(10);
    let mut refusals = BTreeMap::<u16, u32>::new();
    for row in table().into_iter().filter(|row| !row.who.starts_with("anyone")) {
        let types = entry_points()
            .into_iter()
            .find(|(contract, function, _)| (contract, function) == (&row.contract, &row.function));
        let (_, _, types) = types.unwrap();
        let Some(place) = world.place(&row.contract) else { continue };
        let args = types.iter().map(|of| world.something(of)).collect();
        let call = Invocation { contract: &place, function: &row.function, args };
        let request = Request {
            source: world.stranger.account(),
            sequence: 1,
            function: call.host_function().unwrap(),
        };
        let outcome = world.ledger.simulate_with(&request, Authorising::Enforce(vec![]));
        let error = outcome.map(|_| ()).expect_err(&format!("{row:?}: a stranger may"));
        println!("{}.{}: {error}", row.contract, row.function);
        *refusals.entry(error.code()).or_default() += 1;
    }
    println!("refusals by number: {refusals:?}");
    let unsigned = refusals.get(&UNAUTHORISED).copied().unwrap_or(0);
    let tried: u32 = refusals.values().sum();
    assert!(
        unsigned * 2 > tried,
        "{unsigned} of {tried}: the others are refused before a signature is asked for"
    );
}

#[test]
fn a_pause_stops_new_risk_and_nothing_else() {
    let mut world = World::after(10);
    let parties = world.deployment.parties.clone();
    assert!(lacks_signature(&world.deal(&[&parties.trustee], "pause", vec![])), "the pauser alone pauses");
    world.deal(&[&parties.pauser], "pause", vec![]).unwrap();
    let funder = vec![address(parties.arranger.address())];
    assert_eq!(refused(world.deal(&[&parties.arranger], "close", funder)), 591, "a closing");
    let lend = vec![address(parties.arranger.address()), ScVal::U32(1), amount(1)];
    assert_eq!(refused(world.deal(&[&parties.arranger], "draw", lend)), 591, "a loan");
    let place = Place::File(world.lived.file.clone());
    let World { ledger, lived, .. } = world;
    drop(ledger);
    let all = lived.life.events.len();
    let cleared = clear(&place, lived.story(), &mut |_, _| true).unwrap();
    assert_eq!(
        usize::try_from(cleared.events).unwrap(),
        all,
        "every payment is made while new risk is paused"
    );
    let mut ledger = Embedded::open(&lived.file).unwrap();
    let deployment = Deployment::of(ledger.network(), lived.installing()).unwrap();
    let note = deployment.notes.first().unwrap();
    let collect = Invocation { contract: note, function: "collect", args: vec![] };
    let collected = ledger.invoke(Signing::by(&parties.operator), collect).unwrap();
    assert!(amount_of(&collected.result).unwrap() > 0, "and collected");
    let investor = parties.investor(lived.setup.compiled.plan.notes[0].id.0);
    let args = vec![address(investor.address())];
    let claim = Invocation { contract: note, function: "claim", args };
    let claimed = ledger.invoke(Signing::by(&parties.operator), claim).unwrap();
    assert!(amount_of(&claimed.result).unwrap() > 0, "and claimed");
    let mut resume = |by: &Key| {
        let call = Invocation { contract: &deployment.deal, function: "resume", args: vec![] };
        ledger.invoke(Signing::by(by), call)
    };
    assert!(lacks_signature(&resume(&parties.pauser)), "the governor alone resumes");
    resume(&parties.trustee).unwrap();
}

#[test]
fn attack_instant_upgrade_code_changes_by_what_was_announced_two_weeks_before() {
    let mut world = World::after(2);
    let parties = world.deployment.parties.clone();
    let (code, other) = (bytes(&NOTE.hash()).unwrap(), bytes(&[7; 32]).unwrap());
    let governor = [&parties.trustee];
    assert_eq!(refused(world.deal(&governor, "upgrade", vec![code.clone()])), 592, "nothing is announced");
    assert!(lacks_signature(&world.deal(&[&parties.pauser], "announce_upgrade", vec![code.clone()])));
    world.deal(&governor, "announce_upgrade", vec![code.clone()]).unwrap();
    world.days_later(13);
    assert_eq!(refused(world.deal(&governor, "upgrade", vec![code.clone()])), 621, "too early");
    world.days_later(1);
    assert_eq!(refused(world.deal(&governor, "upgrade", vec![other])), 653, "another code");
    world.deal(&[&parties.pauser], "cancel_upgrade", vec![]).unwrap();
    assert_eq!(refused(world.deal(&governor, "upgrade", vec![code.clone()])), 592, "cancelled");
    world.deal(&governor, "announce_upgrade", vec![code.clone()]).unwrap();
    world.days_later(14);
    world.deal(&governor, "upgrade", vec![code]).unwrap();
    let deal = world.deployment.deal.clone();
    let asked = world.ledger.view(Invocation { contract: &deal, function: "total_supply", args: vec![] });
    assert_eq!(refused(asked), 680, "it is the note's code now, which has no terms here");
}

/// The same plan with a longer grace, signed by whoever proposes.
fn amended(plan: &Plan) -> (Vec<u8>, [u8; 32]) {
    let bytes = Plan { grace_days: plan.grace_days + 3, ..plan.clone() }.to_bytes();
    let hash = Sha256::digest(&bytes).into();
    (bytes, hash)
}

impl World {
    fn propose(&mut self, days: u64) -> Result<Receipt, ChainError> {
        let (plan, hash) = amended(&self.plan);
        let end = self.ledger.head().unwrap().time + days * DAY;
        let args = vec![bytes(&plan).unwrap(), bytes(&hash).unwrap(), ScVal::U64(end)];
        let parties = self.deployment.parties.clone();
        let equity: Vec<Key> = self.plan.equities.iter().map(|one| parties.payee(one.id.0)).collect();
        let signers: Vec<&Key> = std::iter::once(&parties.trustee).chain(&equity).collect();
        self.ballot(&signers, "propose", args)
    }

    fn vote(&mut self, holder: &Key, consents: bool) -> Result<Receipt, ChainError> {
        let note = ScVal::U32(self.plan.notes[0].id.0);
        self.ballot(&[holder], "vote", vec![address(holder.address()), note, ScVal::Bool(consents)])
    }

    fn sell(&mut self, from: &Key, to: &Key, units: i128) {
        let note = self.deployment.notes[0].clone();
        let args = vec![address(from.address()), address(to.address()), amount(units)];
        self.call(&[from], &note, ("transfer", args)).unwrap();
    }
}

#[test]
fn classes_consent_to_an_amendment_and_the_proof_goes_on() {
    let mut world = World::after(10);
    let parties = world.deployment.parties.clone();
    let investor = parties.investor(world.plan.notes[0].id.0);
    let (plan, hash) = amended(&world.plan);
    let alone = vec![bytes(&plan).unwrap(), bytes(&hash).unwrap()];
    assert!(lacks_signature(&world.deal(&[&parties.trustee], "amend", alone)), "only the ballot amends");
    world.propose(20).unwrap();
    assert_eq!(refused(world.propose(20)), 572, "one at a time");
    assert_eq!(refused(world.ballot(&[&parties.operator], "enact", vec![])), 575, "nobody has voted");
    world.vote(&investor, true).unwrap();
    assert_eq!(refused(world.vote(&investor, true)), 651, "votes once");
    world.ballot(&[&parties.operator], "enact", vec![]).unwrap();
    let World { ledger, lived, .. } = world;
    drop(ledger);
    let verified = verify(&Place::File(lived.file.clone()), None).unwrap().remove(0);
    assert_eq!(verified.events, 11, "ten events and an amendment");
    let place = Place::File(lived.file.clone());
    assert_eq!(take_over(&place, lived.story()).unwrap_err().code(), 808, "under two plans");
    assert_eq!(seen(&place, lived.story()).unwrap_err().code(), 800, "not under its first plan any more");
}

#[test]
fn attack_voting_twice_a_note_that_was_bought_after_the_record_does_not_vote() {
    let mut world = World::after(10);
    let parties = world.deployment.parties.clone();
    let investor = parties.investor(world.plan.notes[0].id.0);
    let whole: i128 = {
        let note = world.deployment.notes[0].clone();
        let args = vec![address(investor.address())];
        let found = world.ledger.view(Invocation { contract: &note, function: "balance", args }).unwrap();
        amount_of(&found).unwrap()
    };
    world.propose(20).unwrap();
    world.vote(&investor, false).unwrap();
    let buyer = parties.operator.clone();
    world.sell(&investor, &buyer, whole);
    assert_eq!(refused(world.vote(&buyer, true)), 601, "nothing was the buyer's at the record date");
    assert_eq!(refused(world.ballot(&[&buyer], "enact", vec![])), 575);
    world.ballot(&[&buyer], "dismiss", vec![]).unwrap();
    world.propose(20).unwrap();
    world.vote(&buyer, true).unwrap();
    world.days_later(20);
    assert_eq!(refused(world.ballot(&[&buyer], "enact", vec![])), 575, "too late");
    world.ballot(&[&buyer], "dismiss", vec![]).unwrap();
    assert_eq!(refused(world.ballot(&[&buyer], "dismiss", vec![])), 573, "no ballot is open");
}
