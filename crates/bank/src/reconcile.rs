//! What came beside what was expected.

use crate::Entry;
use units::Date;

/// A payment that somebody has to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// What it is called where it is booked, such as a receipt's tag and period.
    pub name: String,
    /// What the payer was asked to write; empty if nothing was agreed.
    pub reference: String,
    /// The payer's account; empty if it is not known.
    pub account: String,
    /// How much, in the currency's smallest unit.
    pub amount: i64,
    /// When it falls due.
    pub due: Date,
}

/// Why an entry belongs to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The payer wrote the reference.
    Reference,
    /// The amount came from the payer's account about when it was due, and nothing else could be meant.
    AccountAndAmount,
}

/// An entry and the payment that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Position among the entries.
    pub entry: usize,
    /// Position among the payments.
    pub expected: usize,
    /// Why.
    pub rule: Rule,
    /// What came less what was expected, all entries of the payment so far together: below zero is still owed.
    pub difference: i64,
}

/// Every entry in one place, and every payment that did not come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Entries that are payments.
    pub matched: Vec<Match>,
    /// Pairs of positions: an entry, and the one that took it back.
    pub reversed: Vec<(usize, usize)>,
    /// Entries that nobody expected, or that could be two payments: for people to look at.
    pub unmatched: Vec<usize>,
    /// Payments of which nothing has come.
    pub missing: Vec<usize>,
}

/// Days around the due date in which an amount without a reference may be the payment.
const WINDOW_DAYS: i32 = 10;

/// Puts entries and payments together: what was taken back first, then by reference, then by account and amount.
///
/// A payment may come in parts if each has its reference. The result depends on the order of neither list but for
/// positions, because nothing is matched that could be meant twice.
pub fn reconcile(entries: &[Entry], expected: &[Expected]) -> Reconciled {
    let reversed = reversals(entries);
    let taken_back = |entry: &usize| reversed.iter().any(|(one, other)| one == entry || other == entry);
    let open: Vec<usize> = (0..entries.len()).filter(|entry| !taken_back(entry)).collect();
    let mut book = Book { entries, expected, came: vec![0; expected.len()], matched: Vec::new() };
    for entry in &open {
        book.by_reference(*entry);
    }
    for entry in &open {
        book.by_account(*entry);
    }
    let Book { matched, .. } = book;
    let is_matched = |entry: &usize| matched.iter().any(|one| one.entry == *entry);
    let has_come = |payment: &usize| matched.iter().any(|one| one.expected == *payment);
    Reconciled {
        unmatched: open.into_iter().filter(|entry| !is_matched(entry)).collect(),
        missing: (0..expected.len()).filter(|payment| !has_come(payment)).collect(),
        matched,
        reversed,
    }
}

struct Book<'a> {
    entries: &'a [Entry],
    expected: &'a [Expected],
    /// What has come of each payment.
    came: Vec<i64>,
    matched: Vec<Match>,
}

impl Book<'_> {
    /// One payment alone must have the reference that the payer wrote, in its place or among the words.
    fn by_reference(&mut self, position: usize) {
        let Some(entry) = self.entries.get(position).filter(|entry| entry.amount > 0) else { return };
        let meant = |payment: &&Expected| !payment.reference.is_empty() && says(entry, &payment.reference);
        self.take_only(position, Rule::Reference, &|payment| meant(&payment));
    }

    fn by_account(&mut self, position: usize) {
        let Some(entry) = self.entries.get(position).filter(|entry| entry.amount > 0) else { return };
        if entry.account.is_empty() || self.matched.iter().any(|one| one.entry == position) {
            return;
        }
        let near = |due: Date| due.days_until(entry.valued).abs() <= WINDOW_DAYS;
        let meant = |payment: &Expected| {
            payment.account == entry.account && payment.amount == entry.amount && near(payment.due)
        };
        self.take_only(position, Rule::AccountAndAmount, &meant);
    }

    /// Matches an entry if exactly one payment is meant that has not come whole.
    fn take_only(&mut self, entry: usize, rule: Rule, meant: &dyn Fn(&Expected) -> bool) {
        let open =
            |(_, (payment, came)): &(usize, (&Expected, &i64))| **came < payment.amount && meant(payment);
        let mut found = self.expected.iter().zip(&self.came).enumerate().filter(open);
        let (Some((expected, (payment, came))), None) = (found.next(), found.next()) else { return };
        let units = self.entries.get(entry).map_or(0, |entry| entry.amount);
        let (came, amount) = (came.saturating_add(units), payment.amount);
        self.matched.push(Match { entry, expected, rule, difference: came.saturating_sub(amount) });
        if let Some(total) = self.came.get_mut(expected) {
            *total = came;
        }
    }
}

/// The reference stands in its place, or as a word of its own.
fn says(entry: &Entry, reference: &str) -> bool {
    let same = |written: &str| written.eq_ignore_ascii_case(reference);
    let words = entry.words.split(|c: char| !(c.is_ascii_alphanumeric() || "-/.".contains(c)));
    entry.references.iter().any(|written| same(written)) || words.into_iter().any(same)
}

/// Each reversal with the first earlier entry of the same bank reference, or of the same other side, that it undoes.
fn reversals(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (later, reversal) in entries.iter().enumerate().filter(|(_, entry)| entry.reversal) {
        let undone = |(at, entry): &(usize, &Entry)| {
            let free = !entry.reversal && pairs.iter().all(|(one, _)| one != at);
            let known = !entry.bank_reference.is_empty() && entry.bank_reference == reversal.bank_reference;
            let same_side = entry.account == reversal.account && entry.references == reversal.references;
            free && entry.amount == reversal.amount.saturating_neg() && (known || same_side)
        };
        let found = entries.iter().enumerate().take(later).find(undone).map(|(at, _)| at);
        pairs.extend(found.map(|at| (at, later)));
    }
    pairs
}
