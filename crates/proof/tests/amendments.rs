//! An amendment carries the state over by name: to the same plan it is nothing, and what is new begins empty.

#![allow(clippy::unwrap_used, clippy::panic)]

use deal::syntax::{Document, Statement, Step};
use forebay_proof::{Case, Core, Failure, Run, facts, movements, try_cases};
use waterfall::{Event, State, WaterfallError, amend};

fn ensure(holds: bool, broken: &str, at: usize) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure(format!("{broken} before event {at}"))) }
}

fn hold(cases: u32, property: impl Fn(&Case) -> Result<(), Failure>) {
    if let Err(failure) = try_cases(Run::of(cases), property) {
        panic!("{failure}");
    }
}

#[test]
fn prop_an_amendment_to_the_same_plan_is_nothing() {
    hold(150, |case| {
        let mut core = Core::<1>::new(&case.plan);
        for (at, event) in case.events.iter().enumerate() {
            let amended =
                amend(&case.plan, &core.state, &case.plan).map_err(|error| Failure(error.to_string()))?;
            let same = amended.to_bytes(&case.plan) == core.state.to_bytes(&case.plan);
            ensure(same, "the state changes", at)?;
            let _ = core.apply(event);
        }
        Ok(())
    });
}

fn statement(text: &str) -> Statement {
    deal::parse(text).unwrap().statements.into_iter().next().unwrap().body
}

/// Adds statements at the end, and a payment at the front of the first waterfall.
fn widened(document: &Document, statements: &[&str], payment: Option<&str>) -> String {
    let mut document = document.clone();
    for text in statements {
        let mut item = document.statements[0].clone();
        item.body = statement(text);
        document.statements.push(item);
    }
    if let Some(claim) = payment {
        let flow = document.statements.iter_mut().find_map(|item| match &mut item.body {
            Statement::Waterfall(waterfall) => Some(waterfall),
            _ => None,
        });
        let flow = flow.unwrap();
        let mut item = flow.steps[0].clone();
        let claims = ["interest", "principal"].map(|part| format!("{claim}.{part}").into());
        item.body = Step::Pay { claims: claims.into(), bound: None, from: None };
        flow.steps.insert(0, item);
    }
    deal::format(&document)
}

/// What both know is the same.
fn carried(old: (&Case, &State<1>), new: (&Case, &State<1>), at: usize) -> Result<(), Failure> {
    let (before, after) = (facts(old.0, old.1)?, facts(new.0, new.1)?);
    for (name, value) in &before {
        let same = after.get(name) == Some(value);
        ensure(same, &format!("`{name}` is {value}, then {:?}", after.get(name)), at)?;
    }
    Ok(())
}

/// Lives on under the old plan and under the wider one: the same cash goes to the same people.
fn lives_on(case: &Case, wider: &Case, at: usize) -> Result<(), Failure> {
    let mut core = Core::<1>::new(&case.plan);
    for event in &case.events[..at] {
        let _ = core.apply(event);
    }
    if core.state.payment_number(&case.plan).is_none() {
        return Ok(());
    }
    let amended = amend(&case.plan, &core.state, &wider.plan).map_err(|error| Failure(error.to_string()))?;
    carried((case, &core.state), (wider, &amended), at)?;
    let mut other = Core { plan: &wider.plan, state: amended };
    for event in &case.events[at..] {
        let (ours, theirs) = (core.apply(event), other.apply(event));
        ensure(ours.is_ok() == theirs.is_ok(), "one plan refuses what the other accepts", at)?;
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            let same = movements(&case.plan, &ours) == movements(&wider.plan, &theirs);
            ensure(same, &format!("other payments at {event:?}"), at)?;
        }
    }
    Ok(())
}

#[test]
fn prop_a_plan_with_one_more_note_and_trigger_carries_the_state() {
    hold(150, |case| {
        let more = ["note Z 1_000 coupon 5%, 30/360, may defer, rank 9", "trigger more when payment > 3"];
        let wider = Case::open(&widened(&case.document, &more, Some("Z")))?;
        for at in [case.events.len() / 3, case.events.len() / 2] {
            lives_on(case, &wider, at)?;
        }
        Ok(())
    });
}

const DEAL: &str = r#"
deal "Amended"
currency USDC, 2 decimals
closing 2024-01-15
payments monthly on 15, unadjusted, from 2024-02-15
final 2025-01-15
receive rent into lockbox
account lockbox
account reserve funded 50
note A 1_000 coupon 12%, 30/360
equity E 100
payee operator
uses reserve, rest operator
state running
waterfall running from lockbox
  release reserve once matured
  pay A.interest, A.principal
  pay E
"#;

/// The deal after one payment with 5 of rent, amended to another text.
fn amended_to(text: &str) -> Result<State<1>, WaterfallError> {
    let (old, new) = (Case::open(DEAL).unwrap(), Case::open(text).unwrap());
    let mut core = Core::<1>::new(&old.plan);
    for number in 0..2_u16 {
        let today = old.plan.period(number).unwrap().payment;
        core.apply(&Event::PayDate { number, today }).unwrap();
    }
    amend(&old.plan, &core.state, &new.plan)
}

#[test]
fn what_holds_money_cannot_disappear() {
    assert!(amended_to(DEAL).is_ok());
    let without_reserve = DEAL
        .replace("account reserve funded 50\n", "")
        .replace("uses reserve, rest", "uses rest")
        .replace("  release reserve once matured\n", "");
    assert_eq!(amended_to(&without_reserve), Err(WaterfallError::NotPermitted));
    let renamed =
        DEAL.replace("note A", "note B").replace("A.interest, A.principal", "B.interest, B.principal");
    assert_eq!(amended_to(&renamed), Err(WaterfallError::NotPermitted));
}

#[test]
fn the_past_and_the_currency_stay() {
    let later = DEAL.replace("closing 2024-01-15", "closing 2024-01-10");
    assert_eq!(amended_to(&later), Err(WaterfallError::NotPermitted));
    assert_eq!(amended_to(&DEAL.replace("2 decimals", "3 decimals")), Err(WaterfallError::NotPermitted));
    // The future may change: a final date of another year.
    assert!(amended_to(&DEAL.replace("final 2025-01-15", "final 2026-01-15")).is_ok());
    // The state that the deal is in must exist.
    assert_eq!(amended_to(&DEAL.replace("running", "walking")), Err(WaterfallError::NotPermitted));
}

#[test]
fn a_note_that_joins_accrues_from_its_first_draw() {
    let more = "note Z 1_000 coupon 36%, 30/360, draws until 2025-01-01, at most 2, each over 2 payments, to operator\n";
    let text = DEAL
        .replace("equity E", &format!("{more}equity E"))
        .replace("A.principal", "A.principal, Z.interest, Z.scheduled");
    let new = Case::open(&text).unwrap();
    let mut core = Core { plan: &new.plan, state: amended_to(&text).unwrap() };
    let note = units::Id::of("note", "Z");
    core.apply(&Event::Draw { note, amount: [100_000], on: "2024-03-05".parse().unwrap() }).unwrap();
    let rent = units::Id::of("receipt", "rent");
    let account = units::Id::of("account", "lockbox");
    core.apply(&Event::Receive { account, source: Some(rent), amount: [500_000], next_period: false })
        .unwrap();
    let journal = core.apply(&Event::PayDate { number: 2, today: "2024-03-15".parse().unwrap() }).unwrap();
    let paid = movements(&new.plan, &journal);
    // Ten days of 36 % a year on 1,000.
    assert!(paid.contains(&("lockbox".into(), "Z.interest".into(), "10.00".into())), "{paid:?}");
}
