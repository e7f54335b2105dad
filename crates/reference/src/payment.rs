//! Section 5: a payment date, in the order that the definition gives.

use crate::error::{Halt, require};
use crate::exact::zero;
use crate::interpreter::Interpreter;
use crate::state::Paid;
use crate::syntax::Moment;
use chrono::{Datelike, NaiveDate};
use num_traits::Zero;

impl Interpreter<'_> {
    pub(crate) fn pay_date(&mut self, number: usize, today: NaiveDate) -> Result<(), Halt> {
        require(number == self.state.number + 1, "payments are made in their order, each once")?;
        require(number <= self.deal.last_number(), "the last payment was made")?;
        require(today >= self.deal.payment(number)?.payment, "the payment date has not come")?;
        self.require_quorum(number, today)?;

        self.begin_payment(number)?;
        self.update_triggers(Moment::BeforeCollection)?;
        self.take_inputs(number)?;
        self.accrue_notes(number)?;
        self.fall_due(number)?;
        self.take_windows()?;
        self.update_triggers(Moment::Determination)?;
        self.move_state()?;
        if let Some(waterfall) = self.waterfall() {
            self.run_waterfall(waterfall)?;
        }
        self.state.is_settled = true;
        self.after_payment()?;
        self.record_triggers();
        Ok(())
    }

    /// Step 1.
    fn begin_payment(&mut self, number: usize) -> Result<(), Halt> {
        let last_year = self.deal.unadjusted(self.state.number)?.year();
        let is_new_year = self.deal.unadjusted(number)?.year() != last_year;
        self.state.number = number;
        self.state.date = self.deal.payment(number)?.payment;
        self.state.is_settled = false;
        self.state.residual_paid.clear();
        for note in &mut self.state.notes {
            note.paid = Paid::default();
        }
        for cost in &mut self.state.costs {
            cost.paid.set_zero();
            cost.excess_paid.set_zero();
            if is_new_year {
                cost.ranked_this_year.set_zero();
            }
        }
        Ok(())
    }

    /// What is still due of whatever falls due on a day.
    fn note_what_is_short(&mut self) -> Result<(), Halt> {
        self.state.short.clear();
        self.state.short_on = self.state.date;
        let of_notes = ["interest", "scheduled", "additional"];
        let notes =
            self.deal.notes.iter().flat_map(|note| of_notes.map(|claim| format!("{}.{claim}", note.name)));
        let costs =
            self.deal.costs.iter().flat_map(|cost| [cost.name.clone(), format!("{}.excess", cost.name)]);
        for claim in notes.chain(costs) {
            if self.owed(&self.claim(&claim)?)?.is_short() {
                self.state.short.insert(claim);
            }
        }
        for note in &mut self.state.notes {
            note.unpaid = note.interest.clone();
        }
        Ok(())
    }

    /// Step 8.
    fn after_payment(&mut self) -> Result<(), Halt> {
        self.note_what_is_short()?;
        self.update_triggers(Moment::AfterPayment)?;
        self.carry_interest();
        self.require_fits()?;
        self.open_next_period()?;
        self.set_coupons()?;
        self.move_state()?;
        self.write_off_if_ended();
        Ok(())
    }

    /// Cash received for the next period becomes cash of its account.
    pub(crate) fn open_next_period(&mut self) -> Result<(), Halt> {
        for (account, cash) in std::mem::take(&mut self.state.apart) {
            self.put_into(&account, &cash)?;
            self.state.apart.insert(account, zero());
        }
        Ok(())
    }

    fn record_triggers(&mut self) {
        for trigger in &mut self.state.triggers {
            trigger.history.push(trigger.is_on);
        }
    }
}
