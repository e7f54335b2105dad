//! Who was paid what, as flows: from sources through the deal's accounts to payees.

use crate::{Payment, PaymentKind, Results};
use std::collections::{BTreeMap, BTreeSet};
use units::Date;

/// What a place in a flow stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Cash that came in from outside.
    Source,
    /// Cash that an account already held.
    HeldBefore,
    /// One of the deal's accounts.
    Account,
    /// Somebody outside who was paid, and what for.
    Payee(PaymentKind),
    /// Cash that stays in an account.
    HeldAfter,
}

/// A place by which cash passes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// What it stands for.
    pub place: Place,
    /// Its name in the term sheet.
    pub name: String,
}

/// Cash that went from one place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it came from.
    pub from: Node,
    /// Where it went.
    pub to: Node,
    /// How much, in the smallest unit; always positive.
    pub amount: i128,
}

/// The flows of one payment date, or of the whole life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Number of the period; `None` for the whole life.
    pub period: Option<u32>,
    /// Payment date; `None` for the whole life.
    pub date: Option<Date>,
    /// The links, ordered by their places.
    pub links: Vec<Link>,
}

type Sums = BTreeMap<(Node, Node), i128>;

/// Returns the flows of the whole life and then of every payment date, the closing included.
pub fn calc_flows(results: &Results) -> Vec<Flow> {
    let mut held: BTreeMap<String, i128> = BTreeMap::new();
    let dates = period_dates(results);
    let mut flows = Vec::with_capacity(dates.len() + 1);
    let mut life = Sums::new();
    for (&period, &date) in &dates {
        let moved = moves(results, period);
        for (pair, amount) in &moved {
            *life.entry(pair.clone()).or_default() += amount;
        }
        let links = with_holdings(moved, &mut held);
        flows.push(Flow { period: Some(period), date: Some(date), links });
    }
    let links = with_holdings(life, &mut BTreeMap::new());
    flows.insert(0, Flow { period: None, date: None, links });
    flows
}

/// Every period in which cash moved, with its date.
fn period_dates(results: &Results) -> BTreeMap<u32, Date> {
    let received = results.receipts.iter().map(|receipt| (receipt.period, receipt.date));
    let paid = results.payments.iter().map(|payment| (payment.period, payment.date));
    let known = results.periods.iter().map(|period| (period.number, period.payment_date));
    // The date of a period, where it is known, stands over the dates of what happened in it.
    received.chain(paid).chain(known).collect()
}

/// Receipts and payments of one period, summed per pair of places.
fn moves(results: &Results, period: u32) -> Sums {
    let mut sums = Sums::new();
    for receipt in results.receipts.iter().filter(|receipt| receipt.period == period) {
        let from = Node { place: Place::Source, name: receipt.source.clone() };
        *sums.entry((from, account(&receipt.account))).or_default() += i128::from(receipt.amount);
    }
    for payment in results.payments.iter().filter(|payment| payment.period == period) {
        *sums.entry((account(&payment.from), target(payment))).or_default() += i128::from(payment.amount);
    }
    sums
}

fn account(name: &str) -> Node {
    Node { place: Place::Account, name: name.to_owned() }
}

fn target(payment: &Payment) -> Node {
    match payment.kind {
        PaymentKind::Transfer => account(&payment.payee),
        kind => Node { place: Place::Payee(kind), name: payment.payee.clone() },
    }
}

/// Adds what each account held before and holds after, so that every account is whole.
///
/// An account that neither received nor paid anything is left out.
fn with_holdings(moved: Sums, held: &mut BTreeMap<String, i128>) -> Vec<Link> {
    let mut sums = moved;
    for name in balances(&sums).into_keys() {
        let from = Node { place: Place::HeldBefore, name: name.clone() };
        let before = held.get(&name).copied().unwrap_or(0);
        sums.insert((from, account(&name)), before);
    }
    for (name, after) in balances(&sums) {
        let to = Node { place: Place::HeldAfter, name: name.clone() };
        sums.insert((account(&name), to), after);
        held.insert(name, after);
    }
    net_transfers(&mut sums);
    let positive = sums.into_iter().filter(|(_, amount)| *amount > 0);
    positive.map(|((from, to), amount)| Link { from, to, amount }).collect()
}

/// In minus out of every account.
fn balances(sums: &Sums) -> BTreeMap<String, i128> {
    let mut balances = BTreeMap::new();
    for ((from, to), amount) in sums {
        for (node, signed) in [(from, -amount), (to, *amount)] {
            if node.place == Place::Account {
                *balances.entry(node.name.clone()).or_default() += signed;
            }
        }
    }
    balances
}

/// Cash that goes to an account and comes back is shown once, as the difference.
fn net_transfers(sums: &mut Sums) {
    let between = |(from, to): &&(Node, Node)| (from.place, to.place) == (Place::Account, Place::Account);
    let pairs: BTreeSet<(Node, Node)> = sums.keys().filter(between).cloned().collect();
    for (from, to) in pairs {
        let back = (to.clone(), from.clone());
        let forth = (from, to);
        if let (Some(&there), Some(&again)) = (sums.get(&forth), sums.get(&back)) {
            let shared = there.min(again);
            sums.insert(forth, there - shared);
            sums.insert(back, again - shared);
        }
    }
}

/// What one payee received over the whole life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeTotal {
    /// Name of the payee.
    pub payee: String,
    /// What for.
    pub kind: PaymentKind,
    /// How much, in the smallest unit.
    pub amount: i128,
}

/// Returns cash by payee and purpose, the largest first. Transfers between the deal's own accounts are left out.
pub fn cash_by_payee(results: &Results) -> Vec<PayeeTotal> {
    let mut sums: BTreeMap<(&str, PaymentKind), i128> = BTreeMap::new();
    for payment in results.payments.iter().filter(|payment| payment.kind != PaymentKind::Transfer) {
        *sums.entry((&payment.payee, payment.kind)).or_default() += i128::from(payment.amount);
    }
    let paid = sums.into_iter().filter(|(_, amount)| *amount > 0);
    let mut totals: Vec<PayeeTotal> =
        paid.map(|((payee, kind), amount)| PayeeTotal { payee: payee.to_owned(), kind, amount }).collect();
    totals.sort_by_key(|total| std::cmp::Reverse(total.amount));
    totals
}
