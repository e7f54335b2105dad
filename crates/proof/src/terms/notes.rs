//! Notes with every option.

use super::{NoteName, Sheet, name};
use crate::choices::Choices;
use crate::formula::number;
use crate::words::Kind;
use deal::syntax::{Amortisation, Day, DayCountName, Draws, Note, NoteOption, Statement, Suffix};

pub(crate) fn day_count(choices: &mut Choices<'_>) -> DayCountName {
    use DayCountName::{Actual360, Actual365, ActualActual, Thirty360};
    choices.one([Thirty360, Actual360, Actual365, ActualActual])
}

impl Sheet<'_> {
    pub fn declare_notes(&mut self) {
        let count = self.choices.one([1, 2, 3, 4, 5]);
        for text in ["A", "B", "C", "D", "F"].into_iter().take(count) {
            let is_drawn = self.choices.chance(18);
            self.words.note(text, is_drawn);
            self.notes.push(NoteName { name: text.to_owned(), is_drawn });
        }
    }

    pub fn write_notes(&mut self) {
        for note in self.notes.clone() {
            let amount = number(self.choices.between(100, 20_000).to_string(), Suffix::None);
            let coupon = if self.choices.chance(70) {
                let depth = self.choices.below(3);
                self.writer().formula(Kind::Rate, depth)
            } else {
                self.writer().formula(Kind::Rate, 0)
            };
            let day_count = day_count(&mut self.choices);
            let options = self.options(&note);
            self.say(Statement::Note(Note { name: name(&note.name), amount, coupon, day_count, options }));
        }
    }

    fn options(&mut self, note: &NoteName) -> Vec<NoteOption> {
        let mut options = Vec::new();
        let last = self.calendar.count();
        let maturity = if self.choices.chance(25) { self.choices.between(1, last) } else { last };
        if maturity < last {
            options.push(NoteOption::Matures(Day(self.calendar.end(maturity))));
        }
        if note.is_drawn {
            options.push(self.draws());
        } else {
            options.extend(self.term_options(maturity));
        }
        options.extend(self.coupon_options());
        options.extend(self.lock_options());
        if self.choices.chance(20) {
            let rate = self.formula(Kind::Rate);
            options
                .push(NoteOption::Additional { rate, from: Day(self.calendar.any_day(&mut self.choices)) });
        }
        if self.choices.chance(10) {
            options.push(NoteOption::Rank(u8::try_from(self.choices.between(1, 5)).unwrap_or(1)));
        }
        if self.choices.chance(30) {
            options.reverse();
        }
        options
    }

    fn coupon_options(&mut self) -> Vec<NoteOption> {
        let mut options = Vec::new();
        if self.choices.chance(20) {
            options.push(NoteOption::Floor(self.writer().percent(12)));
        }
        if self.choices.chance(20) {
            options.push(NoteOption::Cap(self.writer().percent(30)));
        }
        if self.choices.chance(30) {
            options.push(NoteOption::MayDefer);
        }
        options
    }

    fn lock_options(&mut self) -> Vec<NoteOption> {
        let mut options = Vec::new();
        if self.choices.chance(15) {
            options.push(NoteOption::LockedUntil(Day(self.calendar.any_day(&mut self.choices))));
        }
        if self.choices.chance(12) {
            options.push(NoteOption::LockedWhile(self.formula(Kind::Flag)));
        }
        options
    }

    /// Of a note that is paid in at closing.
    fn term_options(&mut self, maturity: u32) -> Vec<NoteOption> {
        let mut options = Vec::new();
        match self.choices.below(5) {
            1 => options.push(NoteOption::DeferredInterestBears { plus: self.writer().percent(10) }),
            2 => options.push(NoteOption::Capitalises),
            _ => {}
        }
        if self.choices.chance(15) {
            options.push(NoteOption::AccretesUntil(Day(self.calendar.any_day(&mut self.choices))));
        }
        if self.choices.chance(10) {
            options.push(NoteOption::AccretesWhile(self.formula(Kind::Flag)));
        }
        if self.choices.chance(7) {
            options.push(NoteOption::Notional(self.formula(Kind::Amount)));
        }
        if self.choices.chance(60) {
            options.push(NoteOption::Scheduled(self.amortisation(maturity)));
        }
        options
    }

    /// A window ends by maturity.
    fn amortisation(&mut self, maturity: u32) -> Amortisation {
        let first = self.choices.between(1, maturity);
        let most = maturity.saturating_sub(first).saturating_add(1);
        let payments = if self.choices.chance(50) { most } else { self.choices.between(1, most) };
        let payments = u16::try_from(payments).unwrap_or(1);
        let from = Day(self.calendar.end(first));
        match self.choices.below(3) {
            0 => Amortisation::Level { payments, from },
            1 => Amortisation::Linear { payments, from },
            _ => Amortisation::Planned(self.formula(Kind::Amount)),
        }
    }

    fn draws(&mut self) -> NoteOption {
        let days = self.calendar.closing.days_until(self.calendar.last).saturating_sub(1);
        let until = self.choices.below(days.unsigned_abs());
        let last_day = self.calendar.last.add_days(-1);
        let until = last_day.add_days(super::calendar::signed(until).saturating_neg() / 3);
        NoteOption::Draws(Draws {
            until: Day(until),
            at_most: u8::try_from(self.choices.between(1, 4)).unwrap_or(1),
            payments: u16::try_from(self.choices.between(1, 6)).unwrap_or(1),
            interest_only: u16::try_from(self.choices.below(3)).unwrap_or(0),
            to: name("operator"),
        })
    }
}
