//! The deal written out by hand: what a patient programmer would write who knows no engine, in the order of the term
//! sheet, with the same roundings and the same postings. Sums are checked by the build profile, products by `share`.

use crate::engine::BenchError;
use crate::outcome::{NoteOutcome, Outcome};
use crate::path::{Observed, Path};
use units::{Id, RATE_ONE};
use waterfall::{Posting, PostingKind, Recorder};

const UNIT: i64 = 10_000_000;
const NO_STEP: u16 = u16::MAX;

const CLOSING: Id = Id::of("account", "closing");
const LOCKBOX: Id = Id::of("account", "lockbox");
const RESERVE: Id = Id::of("account", "reserve");
const TRAP: Id = Id::of("account", "trap");
const RENT: Id = Id::of("receipt", "rent");
const HARDWARE: Id = Id::of("claim", "hardware");
const OPS: Id = Id::of("claim", "ops");
const SERVICER: Id = Id::of("claim", "servicer");
const EQUITY: Id = Id::of("equity", "F");
const RESIDUAL: Id = Id::of("claim", "F");
const WRITTEN_OFF: Id = Id::of("book", "written off");

/// What a note's term sheet says.
struct Terms {
    note: Id,
    interest: Id,
    principal: Id,
    amount: i64,
    coupon: i64,
}

const fn terms(names: [&str; 3], amount: i64, coupon: i64) -> Terms {
    let [note, interest, principal] = names;
    Terms {
        note: Id::of("note", note),
        interest: Id::of("claim", interest),
        principal: Id::of("claim", principal),
        amount: amount * UNIT,
        coupon: coupon * (RATE_ONE / 1_000),
    }
}

const A: Terms = terms(["A", "A.interest", "A.principal"], 40_000_000, 75);
const B: Terms = terms(["B", "B.interest", "B.principal"], 11_000_000, 90);
const C: Terms = terms(["C", "C.interest", "C.principal"], 6_000_000, 110);
const D: Terms = terms(["D", "D.interest", "D.principal"], 4_000_000, 150);
const E: Terms = terms(["E", "E.interest", "E.principal"], 3_000_000, 240);
const EQUITY_AMOUNT: i64 = 13_000_000 * UNIT;

const YEAR_360: i64 = 360 * RATE_ONE;
/// A month of 30/360, as the numerator of a rate in billionths.
const MONTH: i64 = 30;

/// `⌊a × n ÷ d⌋` of numbers that are not negative.
#[inline]
fn share(a: i64, n: i64, d: i64) -> Result<i64, BenchError> {
    let product = u128::from(a.unsigned_abs()) * u128::from(n.unsigned_abs());
    i64::try_from(product / u128::from(d.unsigned_abs())).map_err(|_| BenchError::Overflow)
}

/// `⌈a × n ÷ d⌉` of numbers that are not negative.
#[inline]
fn share_up(a: i64, n: i64, d: i64) -> Result<i64, BenchError> {
    let d = u128::from(d.unsigned_abs());
    let product = u128::from(a.unsigned_abs()) * u128::from(n.unsigned_abs()) + (d - 1);
    i64::try_from(product / d).map_err(|_| BenchError::Overflow)
}

/// `a ÷ b < level`, where no debt at all is no breach and no value at all is one.
#[inline]
fn less(a: i64, b: i64, level: i64) -> bool {
    b > 0 && i128::from(a) * i128::from(RATE_ONE) < i128::from(level) * i128::from(b)
}

#[derive(Clone, Copy, Default)]
struct Note {
    balance: i64,
    due: i64,
    repaid: i64,
    written_off: i64,
}

impl Note {
    /// What is paid of interest.
    #[inline]
    fn pay_interest(&mut self, cash: i64) -> i64 {
        let paid = self.due.min(cash);
        self.due -= paid;
        paid
    }

    /// What is paid of principal.
    #[inline]
    fn repay(&mut self, owed: i64, cash: i64) -> i64 {
        let paid = owed.min(cash);
        self.balance -= paid;
        self.repaid += paid;
        paid
    }

    fn outcome(&self) -> NoteOutcome {
        NoteOutcome {
            balance: self.balance,
            interest_due: self.due,
            principal_paid: self.repaid,
            written_off: self.written_off,
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Trigger {
    on: bool,
    breaches: u32,
    passes: u32,
}

impl Trigger {
    /// Turns on after `hits` breaches of the last `of`, and never off.
    #[inline]
    fn enter(&mut self, breach: bool, hits: u32, of: u32) {
        self.breaches = ((self.breaches << 1) | u32::from(breach)) & ((1 << of) - 1);
        self.on |= self.breaches.count_ones() >= hits;
    }

    /// The same, and off again after `cure` passes in a row.
    #[inline]
    fn enter_curable(&mut self, breach: bool, (hits, of): (u32, u32), cure: u32) {
        let was_on = self.on;
        self.enter(breach, hits, of);
        self.passes = if breach { 0 } else { self.passes + 1 };
        if was_on && self.passes >= cure {
            (self.on, self.breaches) = (false, 0);
        }
    }
}

struct Deal<'a, J> {
    journal: &'a mut J,
    payment: u16,
    totals: [i128; 2],
    lockbox: i64,
    reserve: i64,
    trap: i64,
    notes: [Note; 5],
    coupon_of_e: i64,
    ops_due: i64,
    servicer_due: i64,
    reserve_target: i64,
    thin: Trigger,
    weak: Trigger,
    high: Trigger,
    higher: Trigger,
    outage: Trigger,
    fallen: Trigger,
    state: i64,
}

/// Lives one path; `days` are the actual days of each period.
///
/// # Errors
/// [`BenchError::Overflow`].
pub fn live_by_hand<J: Recorder<1>>(
    path: &Path,
    days: &[i64],
    journal: &mut J,
) -> Result<Outcome, BenchError> {
    let mut deal = Deal::close(journal);
    for (observed, days) in path.observed.iter().zip(days) {
        deal.collect(observed.rent);
        deal.payment += 1;
        deal.fall_due(observed, *days)?;
        deal.look(observed);
        match deal.state {
            0 => deal.amortise(observed)?,
            1 => deal.repay_rapidly(),
            _ => {}
        }
        deal.end_period(path.observed.len());
    }
    Ok(Outcome {
        notes: deal.notes.map(|note| note.outcome()),
        accounts: [deal.lockbox, deal.reserve, deal.trap],
        totals: deal.totals,
        state: deal.state,
    })
}

impl<'a, J: Recorder<1>> Deal<'a, J> {
    fn close(journal: &'a mut J) -> Self {
        let note = |terms: &Terms| Note { balance: terms.amount, ..Note::default() };
        let mut deal = Self {
            journal,
            payment: 0,
            totals: [0, 0],
            lockbox: 0,
            reserve: 0,
            trap: 0,
            notes: [&A, &B, &C, &D, &E].map(note),
            coupon_of_e: E.coupon,
            ops_due: 0,
            servicer_due: 0,
            reserve_target: 0,
            thin: Trigger::default(),
            weak: Trigger::default(),
            high: Trigger::default(),
            higher: Trigger::default(),
            outage: Trigger::default(),
            fallen: Trigger::default(),
            state: 0,
        };
        let mut raised = 0;
        for terms in [&A, &B, &C, &D, &E] {
            raised += terms.amount;
            deal.post(PostingKind::CashIn, (NO_STEP, terms.note, CLOSING), terms.amount, 0);
        }
        deal.post(PostingKind::CashIn, (NO_STEP, EQUITY, CLOSING), EQUITY_AMOUNT, 0);
        deal.post(PostingKind::CashOut, (NO_STEP, CLOSING, HARDWARE), raised + EQUITY_AMOUNT, 0);
        deal
    }

    #[inline]
    fn post(&mut self, kind: PostingKind, (step, from, to): (u16, Id, Id), amount: i64, short: i64) {
        if amount == 0 && short == 0 {
            return;
        }
        let [cash_in, cash_out] = &mut self.totals;
        match kind {
            PostingKind::CashIn => *cash_in += i128::from(amount),
            PostingKind::CashOut => *cash_out += i128::from(amount),
            _ => {}
        }
        let (amount, short) = ([amount], [short]);
        self.journal.record(Posting { payment: self.payment, step, kind, from, to, amount, short });
    }

    fn collect(&mut self, rent: i64) {
        self.lockbox += rent;
        self.post(PostingKind::CashIn, (NO_STEP, RENT, LOCKBOX), rent, 0);
    }

    /// Interest of the period, expenses, fees and the reserve's target.
    fn fall_due(&mut self, observed: &Observed, days: i64) -> Result<(), BenchError> {
        let [a, b, c, d, e] = &mut self.notes;
        a.due += share_up(a.balance, A.coupon * MONTH, YEAR_360)?;
        b.due += share_up(b.balance, B.coupon * MONTH, YEAR_360)?;
        c.due += share_up(c.balance, C.coupon * MONTH, YEAR_360)?;
        d.due += share_up(d.balance, D.coupon * MONTH, YEAR_360)?;
        e.due += share_up(e.balance, self.coupon_of_e * days, YEAR_360)?;
        self.reserve_target = 6 * a.due;
        self.ops_due += observed.opex;
        let a_year = share(observed.value, 400_000, RATE_ONE)?.min(120_000 * UNIT);
        self.servicer_due += share(a_year, MONTH, 360)?;
        Ok(())
    }

    /// Tests, triggers and the state.
    fn look(&mut self, observed: &Observed) {
        let [a, b, ..] = &self.notes;
        let noi = (observed.rent - self.ops_due).max(0);
        let (interest, debt) = (a.due + b.due, a.balance + b.balance);
        self.thin.enter_curable(less(noi, interest, 1_350_000_000), (2, 3), 3);
        self.weak.enter(less(noi, interest, 1_100_000_000), 3, 3);
        self.high.enter(!less(debt, observed.value, 900_000_000), 2, 2);
        self.higher.enter(!less(debt, observed.value, RATE_ONE), 3, 3);
        self.outage.enter_curable(observed.uptime < 920_000_000, (2, 2), 1);
        self.fallen.enter(observed.value < 20_000_000 * UNIT, 2, 6);
        if self.state == 0 && (self.weak.on && self.high.on || self.payment == 120) {
            self.state = 1;
        }
    }

    fn amortise(&mut self, observed: &Observed) -> Result<(), BenchError> {
        self.pay_ops(0);
        self.pay_servicer(1);
        self.pay_interest_with_reserve(0, (2, A.interest));
        self.pay_interest_with_reserve(1, (3, B.interest));
        let wanted = (self.reserve_target - self.reserve).max(0);
        let filled = wanted.min(self.lockbox);
        self.lockbox -= filled;
        self.reserve += filled;
        self.post(PostingKind::Transfer, (4, LOCKBOX, RESERVE), filled, wanted - filled);
        let [a, b, ..] = self.notes;
        let above = (a.balance - share(observed.value, 520_000_000, RATE_ONE)?).max(0);
        self.pay_principal(0, (5, A.principal), above.min(a.balance));
        self.pay_interest(2, (6, C.interest));
        let [a, ..] = self.notes;
        let above = (a.balance + b.balance - share(observed.value, 660_000_000, RATE_ONE)?).max(0);
        self.pay_principal(1, (7, B.principal), above.min(b.balance));
        self.pay_interest(3, (8, D.interest));
        self.pay_interest(4, (9, E.interest));
        if self.thin.on {
            let kept = self.lockbox;
            self.lockbox = 0;
            self.trap += kept;
            self.post(PostingKind::Transfer, (10, LOCKBOX, TRAP), kept, 0);
        }
        self.pay_residual(11);
        Ok(())
    }

    fn repay_rapidly(&mut self) {
        let (trapped, reserved) = (self.trap, self.reserve);
        (self.trap, self.reserve) = (0, 0);
        self.lockbox += trapped + reserved;
        self.post(PostingKind::Transfer, (12, TRAP, LOCKBOX), trapped, 0);
        self.post(PostingKind::Transfer, (13, RESERVE, LOCKBOX), reserved, 0);
        self.pay_ops(14);
        self.pay_servicer(15);
        for (index, step, terms) in [(0, 16, &A), (1, 18, &B), (2, 20, &C), (3, 22, &D), (4, 24, &E)] {
            self.pay_interest(index, (step, terms.interest));
            let owed = self.notes[index].balance;
            self.pay_principal(index, (step + 1, terms.principal), owed);
        }
        self.pay_residual(26);
    }

    #[inline]
    fn pay_ops(&mut self, step: u16) {
        let paid = self.ops_due.min(self.lockbox);
        self.ops_due -= paid;
        self.lockbox -= paid;
        self.post(PostingKind::CashOut, (step, LOCKBOX, OPS), paid, self.ops_due);
    }

    #[inline]
    fn pay_servicer(&mut self, step: u16) {
        let paid = self.servicer_due.min(self.lockbox);
        self.servicer_due -= paid;
        self.lockbox -= paid;
        self.post(PostingKind::CashOut, (step, LOCKBOX, SERVICER), paid, self.servicer_due);
    }

    #[inline]
    fn pay_interest(&mut self, index: usize, (step, to): (u16, Id)) {
        let note = &mut self.notes[index];
        let paid = note.pay_interest(self.lockbox);
        let short = note.due;
        self.lockbox -= paid;
        self.post(PostingKind::CashOut, (step, LOCKBOX, to), paid, short);
    }

    /// Interest that the reserve covers.
    #[inline]
    fn pay_interest_with_reserve(&mut self, index: usize, (step, to): (u16, Id)) {
        let note = &mut self.notes[index];
        let paid = note.pay_interest(self.lockbox);
        let drawn = note.pay_interest(self.reserve);
        let short = note.due;
        self.lockbox -= paid;
        self.reserve -= drawn;
        self.post(PostingKind::CashOut, (step, LOCKBOX, to), paid, 0);
        self.post(PostingKind::CashOut, (step, RESERVE, to), drawn, short);
    }

    #[inline]
    fn pay_principal(&mut self, index: usize, (step, to): (u16, Id), owed: i64) {
        let paid = self.notes[index].repay(owed, self.lockbox);
        self.lockbox -= paid;
        self.post(PostingKind::CashOut, (step, LOCKBOX, to), paid, owed - paid);
    }

    #[inline]
    fn pay_residual(&mut self, step: u16) {
        let paid = self.lockbox;
        self.lockbox = 0;
        self.post(PostingKind::CashOut, (step, LOCKBOX, RESIDUAL), paid, 0);
    }

    /// The next coupon; at the final date the deal closes and what is left is written off, the junior first.
    fn end_period(&mut self, dates: usize) {
        self.coupon_of_e = E.coupon + if self.outage.on { 20_000_000 } else { 0 };
        if self.state == 1 && usize::from(self.payment) == dates {
            self.state = 2;
            for (index, terms) in [(4, &E), (3, &D), (2, &C), (1, &B), (0, &A)] {
                let note = &mut self.notes[index];
                let lost = note.balance;
                note.balance = 0;
                note.written_off = lost;
                self.post(PostingKind::Book, (NO_STEP, terms.note, WRITTEN_OFF), lost, 0);
            }
        }
    }
}
