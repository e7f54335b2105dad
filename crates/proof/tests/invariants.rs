//! WF-1 to WF-7 after every event of random lives, in one lane and in four; and what a state and a plan must survive.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, Core, Failure, Run, in_lanes, kept_cases, postings_in_lane, try_cases};
use std::collections::BTreeMap;
use std::path::Path;
use units::Id;
use waterfall::instruction::Operation;
use waterfall::plan::Plan;
use waterfall::{Event, Journal, Posting, PostingKind, State, invariants};

/// In every case that once failed, and in so many random ones.
fn hold(cases: u32, property: impl Fn(&Case) -> Result<(), Failure>) {
    for (name, case) in kept_cases(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap() {
        property(&case).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    }
    if let Err(failure) = try_cases(Run::of(cases), property) {
        panic!("{failure}");
    }
}

fn ensure(holds: bool, broken: &str, at: usize) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure(format!("{broken} after event {at}"))) }
}

/// WF-1, WF-3 and WF-7: of how the deal stands.
fn stands<const L: usize>(plan: &Plan, state: &State<L>, at: usize) -> Result<(), Failure> {
    ensure(invariants::wf1_cash_conserved(plan, state), "WF-1", at)?;
    ensure(invariants::wf3_nothing_negative(plan, state), "WF-3", at)?;
    let explained = plan.notes.iter().all(|note| invariants::wf7_principal_explained(state, note));
    ensure(explained, "WF-7", at)
}

#[test]
fn prop_wf1_wf3_wf7_hold_after_every_event() {
    hold(200, |case| {
        let mut core = Core::<1>::new(&case.plan);
        for (at, event) in case.events.iter().enumerate() {
            let _ = core.apply(event);
            stands(&case.plan, &core.state, at)?;
        }
        Ok(())
    });
}

/// Cash of every account, followed posting by posting.
struct Ledger<'a> {
    plan: &'a Plan,
    cash: BTreeMap<Id, i64>,
}

impl<'a> Ledger<'a> {
    fn of(plan: &'a Plan, state: &State<1>) -> Self {
        let cash = plan.accounts.iter().map(|account| (account.id, state.read(account.first)[0]));
        Self { plan, cash: cash.collect() }
    }

    fn held(&self, account: Id) -> i64 {
        self.cash.get(&account).copied().unwrap_or(0)
    }

    fn book(&mut self, posting: &Posting<1>) {
        let [amount] = posting.amount;
        if matches!(posting.kind, PostingKind::CashOut | PostingKind::Transfer) {
            *self.cash.entry(posting.from).or_insert(0) -= amount;
        }
        if posting.kind == PostingKind::Transfer {
            *self.cash.entry(posting.to).or_insert(0) += amount;
        }
    }

    fn is_pro_rata(&self, step: u16) -> bool {
        let code = &self.plan.code;
        code.iter().any(|one| one.step == step && one.operation == Operation::ProRata)
    }

    /// WF-2 for a plain payment, WF-5 for a shared one. What a step is owed is what it paid and what it left short.
    fn follow(&mut self, journal: &[Posting<1>], at: usize) -> Result<(), Failure> {
        for step in journal.chunk_by(|a, b| a.step == b.step) {
            let is_payment = step.iter().all(|posting| posting.kind == PostingKind::CashOut);
            let Some(first) =
                step.first().filter(|first| is_payment && first.step != waterfall::instruction::NONE)
            else {
                step.iter().for_each(|posting| self.book(posting));
                continue;
            };
            if self.is_pro_rata(first.step) {
                let owed: Vec<i64> = step.iter().map(|p| p.amount[0] + p.short[0]).collect();
                let paid: Vec<i64> = step.iter().map(|p| p.amount[0]).collect();
                let shared = self.held(first.from);
                ensure(invariants::wf5_residue_owned(shared, &owed, &paid), "WF-5", at)?;
                step.iter().for_each(|posting| self.book(posting));
                continue;
            }
            for posting in step {
                let owed = [posting.amount[0] + posting.short[0]];
                let cash = [self.held(posting.from)];
                ensure(invariants::wf2_priority_kept(&cash, &owed, &posting.amount), "WF-2", at)?;
                self.book(posting);
            }
        }
        Ok(())
    }
}

#[test]
fn prop_wf2_wf5_no_unit_passes_a_claim_that_is_owed() {
    hold(200, |case| {
        let mut core = Core::<1>::new(&case.plan);
        for (at, event) in case.events.iter().enumerate() {
            let mut ledger = Ledger::of(&case.plan, &core.state);
            if let (Ok(journal), Event::PayDate { number: 1.., .. }) = (core.apply(event), event) {
                ledger.follow(&journal, at)?;
            }
        }
        Ok(())
    });
}

const LANES: usize = 4;

/// WF-4: lane i of many is the run of that lane alone, in state and in postings. What one lane refuses, all refuse.
fn step_in_lanes(
    many: &mut Core<'_, LANES>,
    singles: &mut [Core<'_, 1>],
    (at, event): (usize, &Event<LANES>),
) -> Result<(), Failure> {
    let Ok(journal) = many.apply(event) else {
        let refused =
            singles.iter().enumerate().any(|(lane, one)| one.clone().apply(&event.in_lane(lane)).is_err());
        return ensure(refused, "WF-4: refused though every lane accepts", at);
    };
    for (lane, one) in singles.iter_mut().enumerate() {
        let alone: Journal<1> = one.apply(&event.in_lane(lane)).unwrap_or_default();
        let payment = one.state.payment_number(one.plan).unwrap_or(0);
        let seen = postings_in_lane(&journal, (lane, payment));
        ensure(seen == alone, &format!("WF-4: other postings in lane {lane}"), at)?;
        let agree = invariants::wf4_lanes_agree(many.plan, &many.state, lane, &one.state);
        ensure(agree, &format!("WF-4: another state in lane {lane}"), at)?;
    }
    stands(many.plan, &many.state, at)
}

#[test]
fn prop_wf4_a_lane_is_a_run_of_its_own() {
    hold(150, |case| {
        let mut many = Core::<LANES>::new(&case.plan);
        let mut singles = vec![Core::<1>::new(&case.plan); LANES];
        for (at, event) in case.events.iter().enumerate() {
            step_in_lanes(&mut many, &mut singles, (at, &in_lanes(event)))?;
        }
        Ok(())
    });
}

#[test]
fn prop_wf6_no_payment_is_made_twice_and_a_refusal_leaves_no_trace() {
    hold(150, |case| {
        let mut core = Core::<1>::new(&case.plan);
        for (at, event) in case.events.iter().enumerate() {
            let before = core.state.to_bytes(&case.plan);
            let mut journal = Journal::new();
            let applied = waterfall::apply(&case.plan, &mut core.state, event, &mut journal);
            if applied.is_err() {
                let same = core.state.to_bytes(&case.plan) == before && journal.is_empty();
                ensure(same, "a refused event left a trace", at)?;
            } else if matches!(event, Event::PayDate { .. }) {
                ensure(invariants::wf6_executed_once(&case.plan, &core.state, event), "WF-6", at)?;
            }
        }
        Ok(())
    });
}

#[test]
fn prop_a_saved_state_goes_on_as_if_nothing_had_happened() {
    hold(150, |case| {
        let mut core = Core::<1>::new(&case.plan);
        for (at, event) in case.events.iter().enumerate() {
            let bytes = core.state.to_bytes(&case.plan);
            let state = State::from_bytes(&case.plan, &bytes).map_err(|error| Failure(error.to_string()))?;
            ensure(state.to_bytes(&case.plan) == bytes, "a state changes when it is saved", at)?;
            let mut restored = Core { plan: &case.plan, state };
            let (moved, again) = (core.apply(event), restored.apply(event));
            ensure(moved == again, "a restored state moves something else", at)?;
            let same = core.state.to_bytes(&case.plan) == restored.state.to_bytes(&case.plan);
            ensure(same, "a restored state becomes another", at)?;
        }
        Ok(())
    });
}

#[test]
fn prop_a_plan_is_its_bytes() {
    hold(200, |case| {
        let bytes = case.plan.to_bytes();
        let read = Plan::from_bytes(&bytes).map_err(|error| Failure(error.to_string()))?;
        ensure(read == case.plan, "decoding gives another plan", 0)?;
        ensure(read.to_bytes() == bytes, "encoding again gives other bytes", 0)
    });
}

#[test]
fn prop_wf4_events_and_postings_survive_their_bytes() {
    hold(100, |case| {
        let mut core = Core::<1>::new(&case.plan);
        for (at, event) in case.events.iter().enumerate() {
            ensure(Event::from_bytes(&event.to_bytes()).as_ref() == Ok(event), "the event's bytes", at)?;
            for posting in core.apply(event).unwrap_or_default() {
                let same = Posting::from_bytes(&posting.to_bytes()) == Ok(posting);
                ensure(same, "the posting's bytes", at)?;
            }
        }
        let bytes = case.plan.to_bytes();
        let installed =
            Plan::from_installed_bytes(&bytes).map(|plan| Plan { names: case.plan.names.clone(), ..plan });
        ensure(installed.as_ref() == Ok(&case.plan), "an installed plan", 0)
    });
}
