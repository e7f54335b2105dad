//! Notes: their registers, claims, terms and coupons.

use super::Compiler;
use super::columns::ColumnValue;
use super::value::Kind;
use crate::Diagnostic;
use crate::error::DealError;
use crate::syntax::{self, Amortisation as Written, Day, NoteOption};
use units::{DayCount, Id};
use waterfall::instruction::{NONE, Operation};
use waterfall::plan::{Amortisation, ClaimKind, Draws, Note, NoteField, Register, UnpaidInterest};

impl<'a> Compiler<'a> {
    pub fn declare_notes(&mut self) {
        for (index, note) in (0_u8..).zip(self.scope.notes.clone()) {
            let declared = self.declare_note(note, index);
            self.plan.notes.push(declared);
        }
    }

    fn declare_note(&mut self, note: &'a syntax::Note, index: u8) -> Note {
        self.check_options(note);
        let name = note.name.text.as_str();
        let id = self.id("note", name);
        let draws = note.options.iter().find_map(|option| match option {
            NoteOption::Draws(draws) => Some(draws),
            _ => None,
        });
        let slots = draws.map_or(0, |draws| u16::from(draws.at_most).saturating_mul(2));
        let first = self.registers.owned(NoteField::OWNED.saturating_add(slots));
        let paid = self.registers.paid(NoteField::PAID);
        let (due, short) = self.registers.due(NoteField::DUE);
        let value = self.positive_amount(&note.amount);
        let amount = self.registers.named_literal(id, value);
        let day_count: DayCount = note.day_count.day_count();
        let day_count = self.day_count(day_count);
        let maturity = self.maturity(note);
        let declared = Note {
            id,
            interest: Id::of("claim", &format!("{name}.interest")),
            first,
            paid,
            due,
            short,
            amount,
            day_count,
            coupon: 0..0,
            coupon_result: 0,
            terms: 0..0,
            locked: NONE,
            accretes: NONE,
            notional: NONE,
            unpaid: self.unpaid_interest(note),
            amortisation: self.amortisation(note, maturity),
            additional: None,
            maturity,
            draws: draws.map(|draws| self.draws(draws)),
        };
        use NoteField as F;
        for (claim, kind, fields) in [
            ("interest", ClaimKind::Interest(index), [F::InterestDue, F::InterestPaid, F::InterestShort]),
            (
                "scheduled",
                ClaimKind::Scheduled(index),
                [F::ScheduledDue, F::ScheduledPaid, F::ScheduledShort],
            ),
            ("principal", ClaimKind::Principal(index), [F::Balance, F::PrincipalPaid, F::PrincipalPaid]),
            (
                "additional",
                ClaimKind::Additional(index),
                [F::AdditionalDue, F::AdditionalPaid, F::AdditionalShort],
            ),
        ] {
            self.claim(&format!("{name}.{claim}"), kind, fields.map(|field| declared.register(field)));
        }
        declared
    }

    fn check_options(&mut self, note: &syntax::Note) {
        let drawn = super::parties::is_drawn(note);
        let bears_interest =
            note.options.iter().any(|option| matches!(option, NoteOption::DeferredInterestBears { .. }));
        for option in &note.options {
            let problem = match option {
                NoteOption::Capitalises | NoteOption::AccretesUntil(_) | NoteOption::AccretesWhile(_)
                    if drawn =>
                {
                    "a note drawn over time pays its interest in cash: each draw has a schedule of its own"
                }
                NoteOption::Capitalises if bears_interest => {
                    "unpaid interest either joins the balance or is carried and bears interest"
                }
                NoteOption::Scheduled(_) | NoteOption::Notional(_) if drawn => {
                    "a note drawn over time has a schedule for each draw and no other"
                }
                NoteOption::Draws(draws) if !(1..=16).contains(&draws.at_most) || draws.payments == 0 => {
                    "a note has 1 to 16 draws, each repaid over at least one payment"
                }
                NoteOption::Draws(draws) if draws.until.0 >= self.scope.last => {
                    "the last date of a draw must come before the final date"
                }
                _ => continue,
            };
            self.error(
                DealError::ContradictingOptions,
                note.name.span,
                problem,
                "delete or change one of the options",
            );
        }
        let kinds: Vec<_> = note.options.iter().map(std::mem::discriminant).collect();
        let twice = kinds
            .iter()
            .enumerate()
            .any(|(at, kind)| kinds.get(..at).is_some_and(|before| before.contains(kind)));
        if twice {
            let message = format!("an option of note `{}` is said twice", note.name.text);
            self.error(DealError::ContradictingOptions, note.name.span, message, "keep one of them");
        }
    }

    fn maturity(&mut self, note: &syntax::Note) -> u16 {
        let matures = note.options.iter().find_map(|option| match option {
            NoteOption::Matures(Day(date)) => Some(*date),
            _ => None,
        });
        let last = self.last_payment();
        let payment = matures.map_or(last, |date| self.payment_on_or_after(date));
        if payment > last {
            let message = format!("note `{}` matures after the final date of the deal", note.name.text);
            self.findings.push(
                Diagnostic::error(DealError::DateOutOfRange, note.name.span, message)
                    .help("move `final` or the note's `matures`"),
            );
        }
        payment.min(last)
    }

    fn unpaid_interest(&mut self, note: &syntax::Note) -> UnpaidInterest {
        for option in &note.options {
            match option {
                NoteOption::DeferredInterestBears { plus } => {
                    return UnpaidInterest::Bears(self.number_register(plus, Kind::Rate));
                }
                NoteOption::Capitalises => return UnpaidInterest::Capitalised,
                _ => {}
            }
        }
        UnpaidInterest::Carried
    }

    fn amortisation(&mut self, note: &syntax::Note, maturity: u16) -> Amortisation {
        let scheduled = note.options.iter().find_map(|option| match option {
            NoteOption::Scheduled(amortisation) => Some(amortisation),
            _ => None,
        });
        let window = |compiler: &mut Self, from: &Day, payments: u16| {
            let first = compiler.payment_on_or_after(from.0).max(1);
            let last = first.saturating_add(payments.max(1)).saturating_sub(1);
            if payments == 0 || last > maturity {
                let message = format!(
                    "the schedule of note `{}` must have payments and end by its maturity",
                    note.name.text
                );
                compiler.error(
                    DealError::DateOutOfRange,
                    note.name.span,
                    message,
                    "write fewer payments or an earlier date",
                );
            }
            (first.min(maturity), last.min(maturity))
        };
        match scheduled {
            Some(Written::Level { payments, from }) => {
                let (first, last) = window(self, from, *payments);
                Amortisation::Level { first, last }
            }
            Some(Written::Linear { payments, from }) => {
                let (first, last) = window(self, from, *payments);
                Amortisation::Linear { first, last }
            }
            Some(Written::Planned(_)) => Amortisation::Planned(0),
            None => Amortisation::Bullet,
        }
    }

    fn draws(&mut self, draws: &syntax::Draws) -> Draws {
        Draws {
            until: draws.until.0,
            at_most: draws.at_most.clamp(1, 16),
            payments: draws.payments,
            interest_only: draws.interest_only,
            to: self.payee(&draws.to),
        }
    }

    /// What a note's accrual refers to; these results live as long as the payment date.
    pub fn write_note_terms(&mut self) {
        for (index, note) in self.scope.notes.clone().into_iter().enumerate() {
            let mut written = self.plan.notes.get(index).cloned();
            let section = self.section(|compiler| {
                if let Some(written) = written.as_mut() {
                    compiler.write_terms(note, written);
                }
            });
            self.registers.keep();
            if let (Some(slot), Some(mut written)) = (self.plan.notes.get_mut(index), written) {
                written.terms = section;
                *slot = written;
            }
        }
    }

    fn write_terms(&mut self, note: &'a syntax::Note, written: &mut Note) {
        for option in &note.options {
            match option {
                NoteOption::LockedUntil(Day(date)) => {
                    let before = self.column(&ColumnValue::Before(*date));
                    written.locked = self.either(written.locked, before);
                }
                NoteOption::LockedWhile(condition) => {
                    let holds = self.kept(condition, Kind::Flag);
                    written.locked = self.either(written.locked, holds);
                }
                NoteOption::AccretesUntil(Day(date)) => {
                    let before = self.column(&ColumnValue::Before(*date));
                    written.accretes = self.either(written.accretes, before);
                }
                NoteOption::AccretesWhile(condition) => {
                    let holds = self.kept(condition, Kind::Flag);
                    written.accretes = self.either(written.accretes, holds);
                }
                NoteOption::Notional(formula) => written.notional = self.kept(formula, Kind::Amount),
                NoteOption::Scheduled(Written::Planned(target)) => {
                    written.amortisation = Amortisation::Planned(self.kept(target, Kind::Amount));
                }
                NoteOption::Additional { rate, from } => {
                    let rate = self.kept(rate, Kind::Rate);
                    let first = self
                        .plan
                        .periods
                        .iter()
                        .position(|period| period.start >= from.0)
                        .unwrap_or(usize::MAX);
                    written.additional = Some((rate, u16::try_from(first.max(1)).unwrap_or(u16::MAX)));
                }
                _ => {}
            }
        }
    }

    /// `until` and `while` said together: while one of them holds.
    fn either(&mut self, other: Register, flag: Register) -> Register {
        if other == NONE { flag } else { self.compute(Operation::Or, other, flag, NONE) }
    }

    fn kept(&mut self, expression: &syntax::Expression, kind: Kind) -> Register {
        let result = self.formula(expression, kind);
        self.keep_result(result)
    }

    pub fn write_coupons(&mut self) {
        for (index, note) in self.scope.notes.clone().into_iter().enumerate() {
            let mut result = 0;
            let section = self.section(|compiler| result = compiler.coupon(note));
            if let Some(written) = self.plan.notes.get_mut(index) {
                (written.coupon, written.coupon_result) = (section, result);
            }
        }
    }

    /// Formula, plus the margins of triggers that are on, then floor and cap.
    fn coupon(&mut self, note: &syntax::Note) -> Register {
        let mut coupon = self.formula(&note.coupon, Kind::Rate);
        for trigger in self.scope.triggers.clone() {
            for effect in trigger.effects.iter().filter(|effect| effect.note.text == note.name.text) {
                let id = Id::of("trigger", &trigger.name.text);
                let on =
                    self.plan.triggers.iter().find(|known| known.id == id).map_or(0, |known| known.first);
                let (plus, zero) =
                    (self.number_register(&effect.plus, Kind::Rate), self.registers.literal(0));
                let margin = self.compute(Operation::Select, on, plus, zero);
                coupon = self.compute(Operation::Add, coupon, margin, NONE);
            }
        }
        let floor = note.options.iter().find_map(|option| match option {
            NoteOption::Floor(bound) => Some((Operation::Maximum, bound)),
            _ => None,
        });
        let cap = note.options.iter().find_map(|option| match option {
            NoteOption::Cap(bound) => Some((Operation::Minimum, bound)),
            _ => None,
        });
        for (operation, bound) in floor.into_iter().chain(cap) {
            let bound = self.number_register(bound, Kind::Rate);
            coupon = self.compute(operation, coupon, bound, NONE);
        }
        coupon
    }
}
