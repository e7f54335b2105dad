//! Random calls on the registry of receipts by all who may call it, against a model: TI-1 and TI-2 after each.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/dice.rs"]
mod dice;
#[path = "common/model.rs"]
mod model;
#[path = "common/title.rs"]
mod title;

use chain::xdr::ScVal;
use chain::{ChainError, Ledger};
use dice::Dice;
use model::{Action, Model, Receipt, Standing};
use settle::identity::{Lien, Move};
use settle::invariants::{ti1_one_live_pledge, ti2_pledge_kept};
use settle::{DealId, MachineId, Time};
use std::collections::BTreeMap;
use title::*;

const WORLDS: u64 = 10;
const CALLS: u64 = 500;
const MACHINES: u64 = 8;

/// The ledger, the model, and what the ledger last said of each receipt.
struct Test {
    world: World,
    model: Model,
    dice: Dice,
    seen: BTreeMap<u32, Lien>,
    done: BTreeMap<&'static str, u32>,
}

impl Test {
    /// With six receipts that could be pledged.
    fn new(seed: u64) -> Self {
        let ready = |number| Receipt::ready(OWNER, number, START + 365 * DAY);
        let model = Model { now: START, receipts: (1..=6).map(ready).collect(), closed: Vec::new() };
        Self { world: World::with(6), model, dice: Dice(seed), seen: BTreeMap::new(), done: BTreeMap::new() }
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let at = self.dice.below(u64::try_from(from.len()).unwrap());
        from[usize::try_from(at).unwrap()].clone()
    }

    /// Any receipt, or none.
    fn id(&mut self) -> u32 {
        u32::try_from(self.dice.below(self.model.receipts.len() as u64 + 1)).unwrap() + 1
    }

    /// Mostly a receipt with which this can be done.
    fn apt(&mut self, apt: impl Fn(&Receipt) -> bool) -> u32 {
        let all = self.model.receipts.iter().zip(1..);
        let some: Vec<u32> = all.filter(|(receipt, _)| apt(receipt)).map(|(_, id)| id).collect();
        if some.is_empty() || self.dice.below(6) == 0 { self.id() } else { self.pick(&some) }
    }

    /// One to three, mostly different.
    fn some_apt(&mut self, apt: impl Fn(&Receipt) -> bool) -> Vec<u32> {
        let mut ids: Vec<u32> = (0..=self.dice.below(3)).map(|_| self.apt(&apt)).collect();
        if self.dice.below(8) > 0 {
            ids.sort_unstable();
            ids.dedup();
        }
        ids
    }

    /// The end of this or the next stretch of ten days: so that reservations often agree.
    fn until(&mut self) -> u64 {
        let stretch = 10 * DAY;
        (self.model.now / stretch + 1 + self.dice.below(8) / 7) * stretch
    }

    fn action(&mut self) -> Action {
        let deal = self.pick(&[DEAL, OTHER_DEAL]);
        let living = self.model.receipts.iter().filter(|one| one.standing != Standing::Redeemed).count();
        match self.dice.below(24) {
            0..3 if living < 9 => self.draft(),
            0..3 => self.enlist(),
            3 | 4 => Action::Issue(self.apt(|one| one.standing == Standing::Draft)),
            5 if self.dice.below(3) == 0 => Action::Discard(self.apt(|one| one.standing == Standing::Draft)),
            5 | 6 => {
                let soon = self.model.now + 20 * DAY;
                let expiry = self.model.now + self.dice.below(60) * DAY;
                Action::Insure(self.apt(|one| one.insured < soon), expiry)
            }
            7 => Action::Appraise(self.apt(|one| !one.appraised)),
            8 => self.passing_on(),
            9 if self.dice.below(3) == 0 => Action::Redeem(self.apt(|one| one.standing == Standing::Free)),
            9..15 => self.reserve(deal),
            15 => self.closing(deal),
            16 => {
                let old = self.apt(|one| one.standing == Standing::Pledged(deal));
                Action::Substitute { deal, old, new: self.apt(|one| one.reserved_for(deal)) }
            }
            17 => {
                let ids = self.some_apt(|one| one.standing == Standing::Enforced(deal));
                Action::Conclude { deal, ids, to: self.pick(&[OWNER, OTHER_OWNER]) }
            }
            18 | 19 => {
                let by = self.pick(&[Move::Cancel, Move::Pledge]);
                Action::Make { by, deal, ids: self.some_apt(|one| one.reserved_for(deal)) }
            }
            _ => {
                let by = self.pick(&[Move::Release, Move::Enforce]);
                Action::Make { by, deal, ids: self.some_apt(|one| one.standing == Standing::Pledged(deal)) }
            }
        }
    }

    fn passing_on(&mut self) -> Action {
        let id = self.apt(|one| one.standing == Standing::Free);
        Action::Transfer { id, from: self.pick(&[OWNER, OTHER_OWNER]), to: self.pick(&[OWNER, OTHER_OWNER]) }
    }

    /// Of as many as there are, mostly.
    fn closing(&mut self, deal: u8) -> Action {
        let more = u32::try_from(self.dice.below(4) / 3).unwrap();
        Action::Close { deal, count: self.model.counted(deal) + more }
    }

    fn draft(&mut self) -> Action {
        let first = u32::try_from(self.dice.below(MACHINES)).unwrap();
        let machines = if self.dice.below(2) == 0 { vec![first] } else { vec![first, first + 1] };
        Action::Draft { owner: self.pick(&[OWNER, OTHER_OWNER]), machines }
    }

    /// What the owner wrote down, mostly.
    fn enlist(&mut self) -> Action {
        let id = self.apt(|one| one.standing == Standing::Draft && one.stated.len() > 1);
        let stated = self.model.receipts.get(id as usize - 1).map(|receipt| receipt.stated.clone());
        let other = u32::try_from(self.dice.below(MACHINES)).unwrap();
        Action::Enlist(id, stated.filter(|_| self.dice.below(5) > 0).unwrap_or(vec![other]))
    }

    fn reserve(&mut self, deal: u8) -> Action {
        let (owner, until) = (self.pick(&[OWNER, OTHER_OWNER]), self.until());
        let ready = |one: &Receipt| one.standing == Standing::Free && one.owner == owner && one.appraised;
        Action::Reserve { deal, owner, ids: self.some_apt(|one| ready(one) && one.insured > until), until }
    }

    fn step(&mut self) {
        if self.dice.below(25) == 0 {
            let now = self.model.now + self.dice.below(12) * DAY / 2;
            self.world.ledger.close(now).unwrap();
            self.model.pass(now);
            return;
        }
        let action = self.action();
        let (signers, function, args) = call(&self.model, &action);
        let stranger = self.dice.below(12) == 0;
        let signers = if stranger { vec![STRANGER] } else { signers };
        let (before, outcome) = (self.model.clone(), self.world.call((&signers, function, args)));
        let allowed = !stranger && self.model.apply(&action);
        match &outcome {
            Ok(_) => *self.done.entry(function).or_insert(0) += 1,
            Err(ChainError::Contract { .. } | ChainError::MissingSigner(_)) => {}
            Err(other) => panic!("{action:?}: {other}"),
        }
        assert_eq!(outcome.is_ok(), allowed, "{action:?} by {signers:?}: {outcome:?} in {before:#?}");
        if allowed {
            self.compare(&touched(&self.model, &action), moved(&action));
        }
    }

    /// What the ledger says of these receipts is what the model says, and follows from what it said before.
    fn compare(&mut self, ids: &[u32], by: Move) {
        for id in ids {
            let receipt = &self.model.receipts[*id as usize - 1];
            let lien = lien(&self.world.view("lien", vec![ScVal::U32(*id)]));
            assert_eq!(lien, expected(receipt.standing), "receipt {id}");
            let before = self.seen.insert(*id, lien).unwrap_or_default();
            assert!(ti2_pledge_kept(&before, &lien, by), "TI-2: receipt {id} by {by:?}");
        }
        let pledged = self.model.receipts.iter().zip(1..).filter_map(|(receipt, id)| {
            let deal = self.seen.get(&id).filter(|lien| matches!(lien, Lien::Pledged { .. }))?.deal()?;
            Some(receipt.taken.iter().map(move |number| (MachineId(machine(*number)), deal)))
        });
        assert!(ti1_one_live_pledge(&pledged.flatten().collect::<Vec<_>>()), "TI-1");
    }

    /// As [`Self::compare`], of all receipts and both deals.
    fn compare_all(&mut self) {
        let all: Vec<u32> = (1..=u32::try_from(self.model.receipts.len()).unwrap()).collect();
        self.compare(&all, Move::Cancel);
        for deal in [DEAL, OTHER_DEAL] {
            let (reserved, closed) = self.world.closing(deal);
            assert_eq!(closed, self.model.closed.contains(&deal));
            let counted = self.model.counted(deal);
            assert!(closed || counted == 0 || counted == reserved, "{counted} of {reserved}");
        }
    }
}

/// Who signs for an action, and the call that it is.
fn call(model: &Model, action: &Action) -> (Vec<u8>, &'static str, Vec<ScVal>) {
    let id = |id: &u32| ScVal::U32(*id);
    match action {
        Action::Draft { owner, machines } => match machines[..] {
            [one] => (vec![*owner], "draft", vec![who(*owner), hash(one), parties()]),
            _ => (vec![*owner], "draft_bundle", vec![who(*owner), root(machines), parties()]),
        },
        Action::Enlist(of, machines) => (vec![BAILEE], "enlist", vec![id(of), hashes(machines)]),
        Action::Issue(of) => (vec![BAILEE], "issue", vec![id(of)]),
        Action::Discard(of) => (vec![BAILEE], "discard", vec![id(of)]),
        Action::Insure(of, expiry) => (vec![INSURER], "insure", vec![id(of), policy_until(*expiry)]),
        Action::Appraise(of) => (vec![APPRAISER], "appraise", vec![id(of), appraisal(model.now)]),
        Action::Transfer { id: of, from, to } => {
            (vec![*from], "transfer", vec![who(*from), who(*to), id(of)])
        }
        Action::Redeem(of) => {
            let owner = model.receipts.get(*of as usize - 1).map_or(OWNER, |receipt| receipt.owner);
            (vec![owner], "redeem", vec![id(of), who(owner)])
        }
        Action::Reserve { deal, owner, ids: which, until } => {
            let args = vec![who(*deal), who(*owner), ids(which), ScVal::U64(*until)];
            (vec![*deal, *owner], "reserve", args)
        }
        Action::Close { deal, count } => (vec![*deal], "pledge_all", vec![who(*deal), id(count)]),
        Action::Make { by, deal, ids } => (vec![*deal], named(*by), of(*deal, ids)),
        Action::Substitute { deal, old, new } => {
            (vec![*deal], "substitute", vec![who(*deal), id(old), id(new)])
        }
        Action::Conclude { deal, ids: which, to } => {
            (vec![*deal], "conclude", vec![who(*deal), ids(which), who(*to)])
        }
    }
}

fn named(by: Move) -> &'static str {
    match by {
        Move::Cancel => "cancel",
        Move::Pledge => "pledge",
        Move::Release => "release",
        Move::Enforce => "enforce",
        other => panic!("{other:?} has a call of its own"),
    }
}

/// The move that a call makes; those that make none may not change a pledge, as little as a cancellation.
fn moved(action: &Action) -> Move {
    match action {
        Action::Make { by, .. } => *by,
        Action::Substitute { .. } => Move::Substitute,
        Action::Close { .. } => Move::Pledge,
        Action::Conclude { .. } => Move::Conclude,
        _ => Move::Cancel,
    }
}

/// The receipts that a call names; a closing names all.
fn touched(model: &Model, action: &Action) -> Vec<u32> {
    let count = u32::try_from(model.receipts.len()).unwrap();
    let mut ids = match action {
        Action::Draft { .. } => vec![count],
        Action::Close { .. } => (1..=count).collect(),
        Action::Enlist(id, _) | Action::Issue(id) | Action::Discard(id) | Action::Insure(id, _) => vec![*id],
        Action::Appraise(id) | Action::Redeem(id) | Action::Transfer { id, .. } => vec![*id],
        Action::Substitute { old, new, .. } => vec![*old, *new],
        Action::Reserve { ids, .. } | Action::Make { ids, .. } | Action::Conclude { ids, .. } => ids.clone(),
    };
    ids.retain(|id| (1..=count).contains(id));
    ids
}

/// A title as a lien; one that is drafted or redeemed backs nothing.
fn lien(title: &ScVal) -> Lien {
    let ScVal::U32(state) = field(title, "state") else { panic!("no state") };
    let ScVal::U64(until) = field(title, "until") else { panic!("no time") };
    let owner = |number: &u8| field(title, "deal") == who(*number);
    let deal = [DEAL, OTHER_DEAL].iter().find(|number| owner(number)).map(|number| deal_id(*number));
    match state {
        RESERVED => Lien::Reserved { deal: deal.unwrap(), number: 0, until: Time(until) },
        PLEDGED => Lien::Pledged { deal: deal.unwrap() },
        ENFORCED => Lien::Enforced { deal: deal.unwrap() },
        _ => {
            assert_eq!(deal, None);
            Lien::Free
        }
    }
}

fn expected(standing: Standing) -> Lien {
    match standing {
        Standing::Draft | Standing::Free | Standing::Redeemed => Lien::Free,
        Standing::Reserved { deal, until, .. } => {
            Lien::Reserved { deal: deal_id(deal), number: 0, until: Time(until) }
        }
        Standing::Pledged(deal) => Lien::Pledged { deal: deal_id(deal) },
        Standing::Enforced(deal) => Lien::Enforced { deal: deal_id(deal) },
    }
}

fn deal_id(number: u8) -> DealId {
    DealId([number; 32])
}

/// Random worlds from a seed; every call succeeds in some of them.
fn check_worlds(seed: u64) {
    println!("seed {seed:#x}");
    let mut done: BTreeMap<&str, u32> = BTreeMap::new();
    for world in 0..WORLDS {
        let mut test = Test::new(seed + world);
        for call in 0..CALLS {
            test.step();
            if call % 100 == 99 {
                test.compare_all();
            }
        }
        test.done.into_iter().for_each(|(function, count)| *done.entry(function).or_insert(0) += count);
    }
    println!("{} calls; done: {done:?}", WORLDS * CALLS);
    let functions = [
        "draft",
        "draft_bundle",
        "enlist",
        "issue",
        "discard",
        "insure",
        "appraise",
        "transfer",
        "redeem",
        "reserve",
        "cancel",
        "pledge",
        "pledge_all",
        "release",
        "substitute",
        "enforce",
        "conclude",
    ];
    for function in functions {
        let often = done.get(function).is_some_and(|count| *count >= 5);
        assert!(often, "{function} hardly ever succeeds: {done:?}");
    }
}

#[test]
fn no_random_call_pledges_a_machine_twice() {
    check_worlds(0x717E_2146);
}

#[test]
fn nor_does_any_from_another_seed() {
    check_worlds(0x717E_0007);
}
