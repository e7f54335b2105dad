//! The whole life of every deal that ships, event by event, through the reference.

#![allow(clippy::unwrap_used, clippy::panic)]

use assets::Files;
use forebay_proof::{Case, disagreement};
use life::{Limits, Setup, play};
use std::path::{Path, PathBuf};
use units::Id;
use waterfall::invariants::{wf1_cash_conserved, wf7_principal_explained};
use waterfall::plan::{Note, NoteField, Plan};
use waterfall::{Event, Journal, Stage, State, WaterfallError, apply, apply_observed, arrears, credit, debt};

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }
}

fn deals() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deals");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut deals: Vec<PathBuf> = entries.filter(|path| path.join("case.toml").exists()).collect();
    deals.sort();
    deals
}

/// The deal with what happens to it under its own case.
fn lived(path: &Path) -> Case {
    let folder = Folder(path.to_owned());
    let text = String::from_utf8(folder.read("case.toml").unwrap()).unwrap();
    let case = assets::Case::parse("case.toml", &text, &[]).unwrap();
    let setup = Setup::open("shipped", case, &folder, None).unwrap_or_else(|error| panic!("{error}"));
    let life = play(&setup, Limits::default(), &mut |_, _| {}).unwrap_or_else(|error| panic!("{error}"));
    let mut case = Case::of(setup.document, setup.compiled.plan, setup.tape);
    case.events = life.events;
    case
}

#[test]
fn the_reference_agrees_on_every_shipped_deal() {
    let deals = deals();
    assert!(!deals.is_empty());
    for path in deals {
        let case = lived(&path);
        assert!(case.events.len() > 50, "{} has a life", path.display());
        assert_eq!(disagreement(&case).unwrap(), None, "{}", path.display());
    }
}

/// Balance, interest and additional interest of each note.
fn owed(plan: &Plan, state: &State<1>) -> Vec<(Id, [i64; 1])> {
    use NoteField::{AdditionalDue, Balance, InterestDue};
    let sum = |note: &Note| {
        [Balance, InterestDue, AdditionalDue].map(|field| state.read(note.register(field))[0]).iter().sum()
    };
    plan.notes.iter().map(|note| (note.id, [sum(note)])).collect()
}

#[test]
fn the_debt_is_what_the_next_payment_date_finds_due() {
    for path in deals() {
        let case = lived(&path);
        let (plan, mut state, mut seen) = (&case.plan, State::<1>::new(&case.plan), 0);
        for event in &case.events {
            let before = debt(plan, &state).unwrap();
            let mut found = None;
            let mut look = |stage, state: &State<1>| {
                if stage == Stage::Determined {
                    found = Some(owed(plan, state));
                }
            };
            apply_observed(plan, &mut state, (event, &mut look), &mut Journal::new()).unwrap();
            if let Some(found) = found {
                assert_eq!(before.notes, found, "{} {event:?}", path.display());
                seen += 1;
            }
        }
        assert!(seen > 12, "{} has payment dates", path.display());
        if debt(plan, &state).unwrap().total().unwrap() == [0] {
            assert_eq!(arrears(plan, &state).unwrap(), [0], "{}: nobody owes after the end", path.display());
        }
    }
}

#[test]
fn what_is_unpaid_in_the_textbook_default_is_in_arrears() {
    let case = lived(&deals().into_iter().find(|path| path.ends_with("hundred")).unwrap());
    let mut state = State::<1>::new(&case.plan);
    let mut worst = 0;
    for event in &case.events {
        apply(&case.plan, &mut state, event, &mut Journal::new()).unwrap();
        worst = worst.max(arrears(&case.plan, &state).unwrap()[0]);
    }
    assert!(worst >= 1_250_000_000_000, "a month at 15 %: {worst}");
}

#[test]
fn the_most_senior_note_pays_with_its_claim() {
    let mut taken = 0;
    for path in deals() {
        let mut case = lived(&path);
        let paid = |event: &Event<1>| matches!(event, Event::PayDate { number: 6, .. });
        let at = case.events.iter().position(paid).unwrap() + 1;
        let (plan, mut state, mut journal) = (&case.plan, State::<1>::new(&case.plan), Journal::new());
        for event in &case.events[..at] {
            apply(plan, &mut state, event, &mut journal).unwrap();
        }
        let on = plan.period(6).unwrap().payment;
        let senior = plan.notes.iter().find(|note| credit(plan, &state, note.id) != Ok([0])).unwrap();
        let [most] = credit(plan, &state, senior.id).unwrap();
        let give = |note: &Note, amount| Event::Surrender { note: note.id, amount: [amount], on };
        let junior = plan.notes.last().filter(|note| note.id != senior.id);
        for (event, why) in [Some((senior, most + 1)), junior.map(|note| (note, 1))]
            .into_iter()
            .flatten()
            .map(|(note, amount)| (give(note, amount), WaterfallError::SurrenderRefused))
            .chain([(give(senior, -1), WaterfallError::NegativeAmount)])
        {
            let refused = apply(plan, &mut state.clone(), &event, &mut Journal::new());
            assert!(
                [Err(why), Err(WaterfallError::NotPermitted)].contains(&refused),
                "{event:?} {refused:?}"
            );
        }
        let (event, cash) = (give(senior, most / 2), (state.cash_in, state.cash_out));
        if apply(plan, &mut state, &event, &mut journal).is_ok() {
            taken += 1;
            assert_eq!((state.cash_in, state.cash_out), cash, "no cash moves");
            assert_eq!(credit(plan, &state, senior.id), Ok([most - most / 2]));
            assert!(wf1_cash_conserved(plan, &state) && wf7_principal_explained(&state, senior));
        }
        case.events.insert(at, event);
        assert_eq!(disagreement(&case).unwrap(), None, "{}", path.display());
    }
    assert!(taken > 0, "some deal permits it");
}
