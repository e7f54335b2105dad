//! Who puts money in and who takes it out.

use deal::syntax::{NoteOption, Statement};
use life::Setup;
use serde::{Deserialize, Serialize};
use units::Id;
use waterfall::plan::{Claim, ClaimKind, Note, NoteField, Plan, Register};

/// A note or the equity, as registers.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Original principal or commitment, or what the equity pays in.
    pub original: i64,
    /// What it is.
    pub kind: ClassKind,
    /// Registers of what was paid in a period: interest first, then principal.
    pub paid: Vec<Register>,
    /// How many of these are not principal.
    pub income: usize,
    /// Registers of what was due, may not be deferred, and was not paid.
    pub short: Vec<Register>,
    /// Registers of the balance, of what was drawn and of what was written off, for a note.
    pub account: Option<[Register; 3]>,
}

/// Whether a class lends or owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassKind {
    /// It lends.
    Note,
    /// It owns.
    Equity,
}

/// Somebody who is paid and holds no class.
#[derive(Clone, Debug)]
pub struct Payee {
    /// Its name.
    pub name: String,
    /// Registers of what it was paid in a period.
    pub paid: Vec<Register>,
    /// What it took at the closing.
    pub at_closing: i64,
}

/// Classes, the most senior first, then the equity.
pub fn classes(setup: &Setup) -> Vec<Class> {
    let plan = &setup.compiled.plan;
    let notes = plan.notes.iter().map(|note| note_class((setup, plan), note));
    let equities = plan.equities.iter().filter_map(|equity| {
        let name = plan.name(equity.id).to_owned();
        let claim = claim_of(plan, Id::of("claim", &name))?;
        Some(Class {
            original: literal(plan, equity.amount),
            kind: ClassKind::Equity,
            paid: vec![claim.paid],
            income: 1,
            short: Vec::new(),
            account: None,
            name,
        })
    });
    notes.chain(equities).collect()
}

/// Whether a note's interest may stay unpaid: then it is deferred and not missed.
fn may_defer(setup: &Setup, name: &str) -> bool {
    setup.document.statements.iter().any(|item| match &item.body {
        Statement::Note(note) => note.name.text == name && note.options.contains(&NoteOption::MayDefer),
        _ => false,
    })
}

fn note_class((setup, plan): (&Setup, &Plan), note: &Note) -> Class {
    let deferred = may_defer(setup, plan.name(note.id));
    let due = if deferred {
        &[NoteField::ScheduledShort][..]
    } else {
        &[NoteField::ScheduledShort, NoteField::InterestShort]
    };
    let field = |field: NoteField| note.register(field);
    Class {
        name: plan.name(note.id).to_owned(),
        original: literal(plan, note.amount),
        kind: ClassKind::Note,
        paid: [
            NoteField::InterestPaid,
            NoteField::AdditionalPaid,
            NoteField::ScheduledPaid,
            NoteField::PrincipalPaid,
        ]
        .map(field)
        .to_vec(),
        income: 2,
        short: due.iter().copied().map(field).collect(),
        account: Some([NoteField::Balance, NoteField::Drawn, NoteField::WrittenOff].map(field)),
    }
}

/// Everybody else, by the first word of the claim's name: what is above a cap belongs to the same payee.
pub fn payees(plan: &Plan) -> Vec<Payee> {
    let mut payees: Vec<Payee> = Vec::new();
    let equity = |claim: &Claim| {
        let name = plan.name(claim.id);
        plan.equities.iter().any(|equity| equity.id == Id::of("equity", name))
    };
    let theirs =
        |claim: &&Claim| matches!(claim.kind, ClaimKind::Cost | ClaimKind::Residual) && !equity(claim);
    for claim in plan.claims.iter().filter(theirs) {
        let name = plan.name(claim.id).split('.').next().unwrap_or_default().to_owned();
        match payees.iter_mut().find(|payee| payee.name == name) {
            Some(payee) => payee.paid.push(claim.paid),
            None => payees.push(Payee { name, paid: vec![claim.paid], at_closing: 0 }),
        }
    }
    payees
}

fn claim_of(plan: &Plan, id: Id) -> Option<&Claim> {
    plan.claims.iter().find(|claim| claim.id == id)
}

fn literal(plan: &Plan, register: Register) -> i64 {
    plan.literals.get(usize::from(register)).map_or(0, |literal| literal.value)
}
