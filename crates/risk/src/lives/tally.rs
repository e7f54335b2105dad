//! What a life came to, in each lane, gathered while it is lived.

use super::parties::{Class, Payee};
use waterfall::State;
use waterfall::plan::Register;

/// Sums of the lanes of one batch.
#[derive(Clone, Debug)]
pub struct Tally<const L: usize> {
    /// Notes and equity.
    pub classes: Vec<ClassTally<L>>,
    /// What each payee was paid.
    pub paid: Vec<[i64; L]>,
    /// What each payee had been paid when a note was first left short.
    pub paid_before: Vec<[i64; L]>,
    /// First payment at which some note was left short.
    pub hurt: [u16; L],
}

/// Sums of one class.
#[derive(Clone, Debug)]
pub struct ClassTally<const L: usize> {
    /// Money in, negative, and money out, by payment date.
    pub flows: Vec<[f64; L]>,
    /// Principal times the years until it was repaid.
    pub waited: [f64; L],
    /// Everything it received.
    pub received: [i64; L],
    /// What of it came before a note was first left short.
    pub received_before: [i64; L],
    /// Principal that it received.
    pub principal: [i64; L],
    /// First payment at which something that was due stayed unpaid.
    pub short: [u16; L],
    /// What was drawn of a note by the end of its life; what the equity put in.
    pub drawn: [i64; L],
}

/// No payment.
pub const NEVER: u16 = u16::MAX;

impl<const L: usize> Tally<L> {
    /// Returns sums of nothing.
    pub fn new((classes, payees): (&[Class], &[Payee]), payments: usize) -> Self {
        let empty = ClassTally {
            flows: vec![[0.0; L]; payments],
            waited: [0.0; L],
            received: [0; L],
            received_before: [0; L],
            principal: [0; L],
            short: [NEVER; L],
            drawn: [0; L],
        };
        Self {
            classes: vec![empty; classes.len()],
            paid: payees.iter().map(|payee| [payee.at_closing; L]).collect(),
            paid_before: payees.iter().map(|payee| [payee.at_closing; L]).collect(),
            hurt: [NEVER; L],
        }
    }

    /// Forgets everything after the closing.
    pub fn clear(&mut self, payees: &[Payee]) {
        for class in &mut self.classes {
            class.flows.iter_mut().for_each(|flow| *flow = [0.0; L]);
            class.waited = [0.0; L];
            (class.received, class.received_before) = ([0; L], [0; L]);
            (class.principal, class.short) = ([0; L], [NEVER; L]);
        }
        for (sums, payee) in self.paid.iter_mut().zip(payees) {
            *sums = [payee.at_closing; L];
        }
        self.paid_before.clone_from(&self.paid);
        self.hurt = [NEVER; L];
    }

    /// Notes what was drawn of each class, in the lanes whose lives are over.
    pub fn note_drawn(&mut self, classes: &[Class], (state, over): (&State<L>, &[i64; L])) {
        for (tally, class) in self.classes.iter_mut().zip(classes) {
            let drawn = class.account.map_or([class.original; L], |[_, drawn, _]| state.read(drawn));
            for lane in (0..L).filter(|lane| over[*lane] != 0) {
                tally.drawn[lane] = drawn[lane];
            }
        }
    }

    /// Money that a class puts in.
    pub fn draw(&mut self, (class, payment): (usize, usize), amounts: &[i64; L]) {
        let flows = self.classes.get_mut(class).and_then(|class| class.flows.get_mut(payment));
        for (flow, amount) in flows.into_iter().flatten().zip(amounts) {
            *flow -= *amount as f64;
        }
    }

    /// What a payment date paid in the lanes of the mask.
    #[inline(always)]
    pub fn payment(
        &mut self,
        (classes, payees): (&[Class], &[Payee]),
        (state, mask): (&State<L>, &[i64; L]),
        (payment, years): (usize, f64),
    ) {
        let number = u16::try_from(payment).unwrap_or(NEVER);
        let mut hurt = [false; L];
        for (tally, class) in self.classes.iter_mut().zip(classes) {
            tally.payment(class, (state, mask), (payment, years, &mut hurt));
        }
        for (first, _) in self.hurt.iter_mut().zip(hurt).filter(|(first, hurt)| *hurt && **first == NEVER) {
            *first = number;
        }
        for (index, payee) in payees.iter().enumerate() {
            let paid = masked(sum(state, &payee.paid), mask);
            let cells = self.paid[index].iter_mut().zip(&mut self.paid_before[index]);
            for (((all, before), paid), hurt) in cells.zip(paid).zip(&self.hurt) {
                *all = all.saturating_add(paid);
                *before = before.saturating_add(if *hurt == NEVER { paid } else { 0 });
            }
        }
        for class in &mut self.classes {
            let cells = class.received.iter().zip(&mut class.received_before);
            for ((all, before), hurt) in cells.zip(&self.hurt) {
                *before = if *hurt == NEVER { *all } else { *before };
            }
        }
    }

    /// What a draw pays to whoever delivers.
    pub fn deliver(&mut self, payee: usize, amounts: &[i64; L]) {
        let hurt = &self.hurt;
        if let (Some(all), Some(before)) = (self.paid.get_mut(payee), self.paid_before.get_mut(payee)) {
            for lane in 0..L {
                all[lane] += amounts[lane];
                before[lane] += if hurt[lane] == NEVER { amounts[lane] } else { 0 };
            }
        }
    }
}

impl<const L: usize> ClassTally<L> {
    #[inline(always)]
    fn payment(
        &mut self,
        class: &Class,
        (state, mask): (&State<L>, &[i64; L]),
        (payment, years, hurt): (usize, f64, &mut [bool; L]),
    ) {
        let (income, principal) = class.paid.split_at(class.income);
        let (income, principal) = (masked(sum(state, income), mask), masked(sum(state, principal), mask));
        let Some(flows) = self.flows.get_mut(payment) else { return };
        for lane in 0..L {
            let all = income[lane].saturating_add(principal[lane]);
            flows[lane] += all as f64;
            self.waited[lane] += principal[lane] as f64 * years;
            self.received[lane] = self.received[lane].saturating_add(all);
            self.principal[lane] = self.principal[lane].saturating_add(principal[lane]);
        }
        if class.short.is_empty() {
            return;
        }
        let short = masked(sum(state, &class.short), mask);
        for ((first, short), hurt) in self.short.iter_mut().zip(short).zip(hurt) {
            if short > 0 {
                *hurt = true;
                *first = (*first).min(u16::try_from(payment).unwrap_or(NEVER));
            }
        }
    }
}

#[inline(always)]
fn sum<const L: usize>(state: &State<L>, registers: &[Register]) -> [i64; L] {
    let mut sums = [0_i64; L];
    for register in registers {
        sums.iter_mut().zip(state.read(*register)).for_each(|(sum, value)| *sum = sum.saturating_add(value));
    }
    sums
}

#[inline(always)]
fn masked<const L: usize>(mut values: [i64; L], mask: &[i64; L]) -> [i64; L] {
    values.iter_mut().zip(mask).for_each(|(value, on)| *value = if *on == 0 { 0 } else { *value });
    values
}
