//! Who carries what: of every unit that is lost, whose it is, and what everybody has taken out by then.

use crate::columns::Columns;
use crate::lives::ClassKind;
use crate::measure::{Estimate, estimate};
use crate::stress::Futured;
use serde::{Deserialize, Serialize};

/// Losses by holder, and money taken out by party.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Carrying {
    /// Of each unit lost over all paths, the share of each class.
    pub shares: Vec<(String, f64)>,
    /// Share of the paths on which a note is left short.
    pub hurt: Estimate,
    /// Everybody who takes money out, in whole units of the currency.
    pub parties: Vec<Party>,
    /// What would change if whoever is paid at the closing kept a slice of every note.
    pub retention: Vec<Retention>,
    /// What would change if a part of what is paid at the closing waited until the notes are repaid.
    pub deferral: Vec<Deferral>,
}

/// What one party takes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// What it does: lends, owns or is paid.
    pub role: Role,
    /// At the closing.
    pub at_closing: f64,
    /// Mean over the whole life, over all paths.
    pub mean: f64,
    /// Mean over the life, over the paths on which a note is left short.
    pub mean_when_hurt: f64,
    /// Mean, over those paths, of what it had taken out when the note was first left short.
    pub by_then: f64,
    /// What it put in.
    pub put_in: f64,
}

/// What a party is to the deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It lends.
    Holder,
    /// It owns.
    Owner,
    /// It brought the deal about: its fee is asked about.
    Arranger,
    /// It sold what backs the deal: it is paid at the closing, or when notes are drawn.
    Vendor,
    /// It is paid for something, while the deal lives.
    Paid,
}

/// A slice of every note that the arranger keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retention {
    /// The slice.
    pub share: f64,
    /// What it would put in.
    pub put_in: f64,
    /// What it could expect to lose.
    pub expected_loss: f64,
    /// Its fee at the closing.
    pub fee: f64,
    /// What is left of the fee after the expected loss; below zero: the slice costs more than the fee brings.
    pub left: f64,
    /// What it could expect to lose for each unit of its fee, on the paths that hurt.
    pub loss_over_fee_when_hurt: f64,
}

/// A fee that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deferral {
    /// The share that waits.
    pub share: f64,
    /// What waits.
    pub waits: f64,
    /// What its owner could expect to get of it: it is paid where every note is repaid in full.
    pub expected: f64,
    /// The part of the notes' expected loss that it would make good, if what waits is kept in cash and goes to them, the most
    /// senior first, where they lose.
    pub makes_good: f64,
    /// The same as a share of the notes' expected loss.
    pub makes_good_share: f64,
}

/// Finds who carries what. `arranger` is the payee whose fee is asked about.
pub fn carrying(futured: &Futured, columns: &Columns, arranger: &str) -> Carrying {
    let deal = &futured.deal;
    let unit = 10_f64.powi(i32::from(deal.plan.decimals));
    let hurt: Vec<bool> = columns.hurt.iter().map(|years| years.is_finite()).collect();
    let lost: Vec<f64> = deal
        .classes
        .iter()
        .zip(&columns.classes)
        .map(|(class, column)| mean(&column.lost, &|_| true) * class.original as f64 / unit)
        .collect();
    let all: f64 = lost.iter().sum();
    let names = deal.classes.iter().map(|class| class.name.clone());
    let share = |lost: &f64| if all > 0.0 { lost / all } else { 0.0 };
    let fee = deal
        .payees
        .iter()
        .find(|payee| payee.name == arranger)
        .map_or(0.0, |payee| payee.at_closing as f64 / unit);
    Carrying {
        shares: names.zip(lost.iter().map(share)).collect(),
        hurt: estimate(hurt.iter().map(|hurt| if *hurt { 1.0 } else { 0.0 }), futured.group()),
        parties: parties(futured, (columns, &hurt), arranger),
        retention: [0.05, 0.10, 0.20].map(|share| retained(futured, (columns, &hurt), (share, fee))).to_vec(),
        deferral: [0.25, 0.50, 1.00].map(|share| deferred(futured, columns, (share, fee))).to_vec(),
    }
}

/// The mean of a column over the paths that are picked.
fn mean(column: &[f32], picked: &dyn Fn(usize) -> bool) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (path, value) in column.iter().enumerate().filter(|(path, _)| picked(*path)) {
        debug_assert!(path < column.len());
        (sum, count) = (sum + f64::from(*value), count + 1.0);
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

fn parties(futured: &Futured, (columns, hurt): (&Columns, &[bool]), arranger: &str) -> Vec<Party> {
    let deal = &futured.deal;
    let unit = 10_f64.powi(i32::from(deal.plan.decimals));
    let when_hurt = |path: usize| hurt.get(path).copied().unwrap_or(false);
    let classes = deal.classes.iter().zip(&columns.classes).map(|(class, column)| {
        let original = class.original as f64 / unit;
        Party {
            name: class.name.clone(),
            role: if class.kind == ClassKind::Note { Role::Holder } else { Role::Owner },
            at_closing: 0.0,
            mean: original * mean(&column.received, &|_| true),
            mean_when_hurt: original * mean(&column.received, &when_hurt),
            by_then: original * mean(&column.received_before, &when_hurt),
            put_in: original * mean(&column.invested, &|_| true),
        }
    });
    let draws = deal.plan.notes.iter().filter_map(|note| note.draws);
    let draws: Vec<&str> = draws.map(|draws| deal.plan.name(draws.to)).collect();
    let sums = deal.payees.iter().zip(columns.paid.iter().zip(&columns.paid_before));
    let payees = sums.map(|(payee, (paid, before))| Party {
        name: payee.name.clone(),
        role: match payee {
            payee if payee.name == arranger => Role::Arranger,
            payee if payee.at_closing > 0 || draws.contains(&payee.name.as_str()) => Role::Vendor,
            _ => Role::Paid,
        },
        at_closing: payee.at_closing as f64 / unit,
        mean: mean(paid, &|_| true),
        mean_when_hurt: mean(paid, &when_hurt),
        by_then: mean(before, &when_hurt),
        put_in: 0.0,
    });
    classes.chain(payees).collect()
}

/// Notes with their columns and original amounts in whole units.
fn notes<'a>(futured: &'a Futured, columns: &'a Columns) -> impl Iterator<Item = (&'a [f32], f64)> {
    let unit = 10_f64.powi(i32::from(futured.deal.plan.decimals));
    let pairs = futured.deal.classes.iter().zip(&columns.classes);
    let notes = pairs.filter(|(class, _)| class.kind == ClassKind::Note);
    notes.map(move |(class, column)| (column.lost.as_slice(), class.original as f64 / unit))
}

fn retained(futured: &Futured, (columns, hurt): (&Columns, &[bool]), (share, fee): (f64, f64)) -> Retention {
    let when_hurt = |path: usize| hurt.get(path).copied().unwrap_or(false);
    let put_in: f64 = notes(futured, columns).map(|(_, original)| original).sum();
    let lost: f64 = notes(futured, columns).map(|(lost, original)| original * mean(lost, &|_| true)).sum();
    let lost_when_hurt: f64 =
        notes(futured, columns).map(|(lost, original)| original * mean(lost, &when_hurt)).sum();
    Retention {
        share,
        put_in: share * put_in,
        expected_loss: share * lost,
        fee,
        left: fee - share * lost,
        loss_over_fee_when_hurt: if fee > 0.0 { share * lost_when_hurt / fee } else { 0.0 },
    }
}

fn deferred(futured: &Futured, columns: &Columns, (share, fee): (f64, f64)) -> Deferral {
    let waits = share * fee;
    let notes: Vec<(&[f32], f64)> = notes(futured, columns).collect();
    let (mut kept, mut good, mut all) = (0.0, 0.0, 0.0);
    let paths = columns.hurt.len();
    for path in 0..paths {
        let lost =
            |(lost, original): &(&[f32], f64)| original * lost.get(path).map_or(0.0, |lost| f64::from(*lost));
        let lost: f64 = notes.iter().map(lost).sum();
        let used = lost.min(waits);
        (kept, good, all) = (kept + waits - used, good + used, all + lost);
    }
    let count = (paths as f64).max(1.0);
    let makes_good_share = if all > 0.0 { good / all } else { 0.0 };
    Deferral { share, waits, expected: kept / count, makes_good: good / count, makes_good_share }
}
