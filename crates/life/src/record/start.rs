//! The results document before anything has happened.

use crate::setup::{Setup, hash_of};
use report::{Class, ClassKind, DealFacts, Results, Totals};
use units::Date;

pub(super) fn empty(setup: &Setup) -> Results {
    let plan = &setup.compiled.plan;
    let amount = |register: u16| plan.literals.get(usize::from(register)).map_or(0, |literal| literal.value);
    let class = |(name, kind, rank, original): (String, ClassKind, usize, i64)| Class {
        name,
        kind,
        rank: u16::try_from(rank).unwrap_or(u16::MAX),
        original,
        draws: Vec::new(),
        periods: Vec::new(),
    };
    let notes = plan.notes.iter().enumerate();
    let notes =
        notes.map(|(rank, note)| (plan.name(note.id).to_owned(), ClassKind::Note, rank, amount(note.amount)));
    let equities = plan.equities.iter().enumerate();
    let after = plan.notes.len();
    let equities = equities.map(|(rank, equity)| {
        (
            plan.name(equity.id).to_owned(),
            ClassKind::Equity,
            after.saturating_add(rank),
            amount(equity.amount),
        )
    });
    let scenario = setup.collateral.scenario();
    let name = if scenario.name.is_empty() { "base".to_owned() } else { scenario.name.clone() };
    let dates = plan.periods.first().zip(plan.periods.get(usize::from(plan.final_payment)));
    let (closing, final_date) = dates.map_or((Date::default(), Date::default()), |(a, b)| (a.end, b.end));
    Results {
        deal: DealFacts {
            name: setup.name.clone(),
            title: setup.compiled.title.clone(),
            plan_hash: hash_of(plan),
            currency: setup.compiled.currency.clone(),
            decimals: plan.decimals,
            closing,
            final_date,
        },
        scenario: name,
        status: String::new(),
        over: false,
        totals: Totals::default(),
        classes: notes.chain(equities).map(class).collect(),
        payments: Vec::new(),
        receipts: Vec::new(),
        periods: Vec::new(),
        state_changes: Vec::new(),
        observations: Vec::new(),
        splices: Vec::new(),
        sensitivities: Vec::new(),
        remarks: remarks(setup),
    }
}

fn remarks(setup: &Setup) -> Vec<String> {
    let notes = [&setup.collateral.case().note, &setup.collateral.scenario().note];
    let notes = notes.into_iter().filter(|note| !note.trim().is_empty());
    notes.map(|note| note.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}
