//! Section 6: the steps of a waterfall.

use crate::error::{Halt, meaningless, require};
use crate::exact::{Exact, Rounding, fits, not_below_zero, zero};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::pro_rata::{Member, share_out};
use crate::syntax::{Basis, Bound, Expression, Extent, Item, Number, Step, Waterfall};
use crate::windows::step_formulas;

/// Who is paid, and out of which pocket of the deal.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    Interest(usize),
    Scheduled(usize),
    Principal(usize),
    Additional(usize),
    Cost(usize),
    Excess(usize),
    /// Equity or a payee: takes whatever there is.
    Residual,
}

impl Claim {
    /// Whether it falls due on a day.
    pub(crate) fn can_be_late(&self) -> bool {
        !matches!(self, Self::Principal(_) | Self::Residual)
    }

    fn note(&self) -> Option<usize> {
        match self {
            Self::Interest(note) | Self::Scheduled(note) | Self::Principal(note) | Self::Additional(note) => {
                Some(*note)
            }
            _ => None,
        }
    }
}

/// What is owed, or no limit at all.
pub(crate) enum Owed {
    Amount(Exact),
    Everything,
}

impl Owed {
    /// Nobody owes a residual claimant anything.
    pub(crate) fn is_short(&self) -> bool {
        matches!(self, Self::Amount(amount) if *amount != zero())
    }

    fn at_most(self, bound: Exact) -> Self {
        match self {
            Self::Amount(amount) => Self::Amount(amount.min(bound)),
            Self::Everything => Self::Amount(bound),
        }
    }

    /// What is owed as far as there is cash.
    fn within(&self, cash: Exact) -> Exact {
        match self {
            Self::Amount(amount) => amount.clone().min(cash),
            Self::Everything => cash,
        }
    }

    fn less(self, paid: &Exact) -> Self {
        match self {
            Self::Amount(amount) => Self::Amount(amount - paid),
            Self::Everything => Self::Everything,
        }
    }
}

/// The accounts of the waterfall that runs.
struct Accounts<'a> {
    main: &'a str,
    supporting: &'a [String],
}

impl Interpreter<'_> {
    pub(crate) fn run_waterfall(&mut self, waterfall: &Waterfall) -> Result<(), Halt> {
        let Some((main, others)) = waterfall.from.split_first() else {
            return meaningless("a waterfall needs an account");
        };
        for other in others {
            let cash = self.cash(other)?;
            self.transfer(other, main, &cash)?;
        }
        let accounts = Accounts { main, supporting: &waterfall.then };
        for item in &waterfall.steps {
            self.step(&item.body, &accounts)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, accounts: &Accounts) -> Result<(), Halt> {
        match step {
            Step::Pay { claims, bound, from } => {
                for claim in claims {
                    self.pay(claim, (bound.as_ref(), from.as_deref()), accounts)?;
                }
                Ok(())
            }
            Step::ProRata { by, claims, residue_to } => {
                self.pay_pro_rata(by, (claims, residue_to), accounts.main)
            }
            Step::Fill { account, by } => self.fill(account, by.as_ref(), accounts.main),
            Step::Keep { share, account } => self.keep(account, share.as_ref(), accounts.main),
            Step::Release { account, extent } => self.release(account, extent, accounts.main),
            Step::WriteOff { note, at_most } => self.write_off_step(note, at_most.as_ref()),
            Step::Guarded { condition, then } => {
                if self.holds(condition)? {
                    self.step(&then.body, accounts)
                } else {
                    self.only_work_out(then, accounts.main)
                }
            }
        }
    }

    /// The formulas of a step that is held back are worked out all the same: one that does not fit refuses the payment.
    fn only_work_out(&self, step: &Item<Step>, main: &str) -> Result<(), Halt> {
        for formula in step_formulas(step) {
            self.value(formula)?;
        }
        match &step.body {
            Step::Pay { claims, bound: Some(bound), .. } => {
                for claim in claims {
                    self.bound(bound, &self.claim(claim)?)?;
                }
                Ok(())
            }
            Step::Keep { share: Some(share), .. } => {
                self.round_amount(&(self.rate(share)? * self.cash(main)?), Rounding::Down)?;
                Ok(())
            }
            Step::Guarded { then, .. } => self.only_work_out(then, main),
            _ => Ok(()),
        }
    }

    /// From the main account, then from each supporting account that covers the claim; or from one account only.
    fn pay(
        &mut self,
        name: &str,
        (bound, only): (Option<&Bound>, Option<&str>),
        accounts: &Accounts,
    ) -> Result<(), Halt> {
        let claim = self.claim(name)?;
        let mut owed = self.owed(&claim)?;
        if let Some(bound) = bound {
            owed = owed.at_most(self.bound(bound, &claim)?);
        }
        let pockets = match only {
            Some(account) => vec![account],
            None => self.pockets(name, accounts),
        };
        for account in pockets {
            let paid = owed.within(self.cash(account)?);
            self.pay_from(account, (name, &claim), &paid)?;
            owed = owed.less(&paid);
        }
        Ok(())
    }

    fn pockets<'b>(&self, claim: &str, accounts: &Accounts<'b>) -> Vec<&'b str> {
        let covers = |name: &&String| {
            let account = self.deal.account(name);
            account.is_some_and(|account| account.covers.iter().any(|covered| covered == claim))
        };
        let supporting = accounts.supporting.iter().filter(covers).map(String::as_str);
        std::iter::once(accounts.main).chain(supporting).collect()
    }

    /// A claim by its written name.
    pub(crate) fn claim(&self, name: &str) -> Result<Claim, Halt> {
        if self.deal.is_residual(name) {
            return Ok(Claim::Residual);
        }
        if let Some(cost) = self.deal.cost(name) {
            return Ok(Claim::Cost(cost));
        }
        let (owner, part) = name.split_once('.').unwrap_or((name, ""));
        match (self.deal.note(owner), self.deal.cost(owner), part) {
            (Some(note), _, "interest") => Ok(Claim::Interest(note)),
            (Some(note), _, "scheduled") => Ok(Claim::Scheduled(note)),
            (Some(note), _, "principal") => Ok(Claim::Principal(note)),
            (Some(note), _, "additional") => Ok(Claim::Additional(note)),
            (_, Some(cost), "excess") => Ok(Claim::Excess(cost)),
            _ => meaningless(format!("`{name}` is not a claim")),
        }
    }

    /// What is still owed now.
    pub(crate) fn owed(&self, claim: &Claim) -> Result<Owed, Halt> {
        let notes = &self.state.notes;
        Ok(Owed::Amount(match claim {
            Claim::Interest(note) => notes[*note].interest.clone(),
            Claim::Scheduled(note) => notes[*note].scheduled.clone(),
            Claim::Principal(note) if self.is_locked(*note, self.state.number)? => zero(),
            Claim::Principal(note) => notes[*note].balance.clone(),
            Claim::Additional(note) => notes[*note].additional.clone(),
            Claim::Cost(cost) => self.state.costs[*cost].due.clone(),
            Claim::Excess(cost) => self.state.costs[*cost].excess.clone(),
            Claim::Residual => return Ok(Owed::Everything),
        }))
    }

    fn bound(&self, bound: &Bound, claim: &Claim) -> Result<Exact, Halt> {
        let bound = match bound {
            Bound::AtMost(formula) => self.amount(formula)?,
            Bound::ToBalance(formula) => match claim {
                Claim::Principal(note) | Claim::Scheduled(note) => {
                    &self.state.notes[*note].balance - self.amount(formula)?
                }
                _ => return meaningless("only principal is paid to a balance"),
            },
            Bound::ToTest { test, level } => self.above_test(test, level)?,
        };
        Ok(not_below_zero(bound))
    }

    /// Numerator − round-down(level × denominator), with a denominator below zero read as zero.
    fn above_test(&self, test: &str, level: &Number) -> Result<Exact, Halt> {
        let Some(formula) = self.deal.test(test) else {
            return meaningless(format!("`{test}` is not a test"));
        };
        let Value::Ratio(Kind::Amount, numerator, denominator) = self.value(formula)? else {
            return meaningless(format!("`{test}` is not a ratio of amounts"));
        };
        let level = self.literal_rate(level)?;
        Ok(numerator - self.round_amount(&(level * not_below_zero(denominator)), Rounding::Down)?)
    }

    /// Money leaves the deal, and the claim falls by it.
    fn pay_from(&mut self, account: &str, (name, claim): (&str, &Claim), paid: &Exact) -> Result<(), Halt> {
        self.take_from(account, paid)?;
        self.post(account, name, paid);
        match claim {
            Claim::Interest(note) => {
                let note = &mut self.state.notes[*note];
                note.interest -= paid;
                note.paid.interest += paid;
                note.paid_ever.interest += paid;
            }
            Claim::Additional(note) => {
                let note = &mut self.state.notes[*note];
                note.additional -= paid;
                note.paid.additional += paid;
                note.paid_ever.additional += paid;
            }
            Claim::Scheduled(note) => {
                let note = &mut self.state.notes[*note];
                note.balance -= paid;
                note.scheduled = (&note.scheduled - paid).min(note.balance.clone());
                note.paid.scheduled += paid;
                note.paid_ever.scheduled += paid;
            }
            Claim::Principal(note) => {
                let note = &mut self.state.notes[*note];
                note.balance -= paid;
                note.scheduled = note.scheduled.clone().min(note.balance.clone());
                note.paid.principal += paid;
                note.paid_ever.principal += paid;
            }
            Claim::Cost(cost) => {
                let cost = &mut self.state.costs[*cost];
                cost.due -= paid;
                cost.paid += paid;
            }
            Claim::Excess(cost) => {
                let cost = &mut self.state.costs[*cost];
                cost.excess -= paid;
                cost.excess_paid += paid;
            }
            Claim::Residual => {
                *self.state.residual_paid.entry(name.to_owned()).or_insert_with(zero) += paid;
            }
        }
        Ok(())
    }

    /// Only from the main account.
    fn pay_pro_rata(
        &mut self,
        by: &Basis,
        (names, residue_to): (&[String], &str),
        main: &str,
    ) -> Result<(), Halt> {
        let cash = self.cash(main)?;
        let (mut claims, mut members) = (vec![], vec![]);
        for name in names {
            let claim = self.claim(name)?;
            let Owed::Amount(owed) = self.owed(&claim)? else {
                return meaningless("whoever takes the rest does not share pro rata");
            };
            claims.push(claim);
            members.push(Member { owed, weight: zero() });
        }
        self.weigh(by, &claims, &mut members)?;
        let is_residue = |name: &String| name == residue_to || name.split('.').next() == Some(residue_to);
        let Some(residue) = names.iter().position(is_residue) else {
            return meaningless(format!("the residue goes to `{residue_to}`, which is not a member"));
        };
        let shares = share_out(&cash, (&members, residue), self.deal.decimals);
        for ((name, claim), share) in names.iter().zip(&claims).zip(&shares) {
            self.pay_from(main, (name, claim), share)?;
        }
        Ok(())
    }

    /// Gives every member its weight. What is owed and the weights must fit 64 bits together.
    fn weigh(&self, by: &Basis, claims: &[Claim], members: &mut [Member]) -> Result<(), Halt> {
        let (weights, places) = match by {
            Basis::Weights(weights) if weights.len() == claims.len() => self.written_weights(weights)?,
            Basis::Weights(_) => return meaningless("one weight a claim is needed"),
            Basis::Due => (members.iter().map(|member| member.owed.clone()).collect(), self.deal.decimals),
            Basis::Balance | Basis::Original => (self.weights_of_notes(by, claims)?, self.deal.decimals),
        };
        let (mut owed, mut open) = (zero(), zero());
        for (member, weight) in members.iter_mut().zip(weights) {
            member.weight = not_below_zero(weight);
            owed += &member.owed;
            if member.owed != zero() {
                open += &member.weight;
            }
        }
        require(fits(&owed, self.deal.decimals) && fits(&open, places), "sums of a group do not fit 64 bits")
    }

    fn weights_of_notes(&self, by: &Basis, claims: &[Claim]) -> Result<Vec<Exact>, Halt> {
        let weight = |claim: &Claim| match claim.note() {
            Some(note) if matches!(by, Basis::Original) => Ok(self.state.notes[note].original.clone()),
            Some(note) => Ok(self.state.notes[note].balance.clone()),
            None => meaningless("only notes have a balance to share by"),
        };
        claims.iter().map(weight).collect()
    }

    /// Weights are of one kind; literals among themselves are plain numbers. With how many places they are kept.
    fn written_weights(&self, weights: &[Expression]) -> Result<(Vec<Exact>, u32), Halt> {
        let values: Result<Vec<_>, _> = weights.iter().map(|weight| self.value(weight)).collect();
        let values = values?;
        let are_literals = values.iter().all(|value| matches!(value, Value::Number(Kind::Literal, _)));
        let values = if are_literals { values } else { self.units().unify(&values)? };
        let mut kept = (vec![], 9);
        for value in &values {
            let Value::Number(kind, _) = value else { return meaningless("a weight is a number") };
            let kind = if are_literals { Kind::Rate } else { *kind };
            kept.0.push(self.units().take_as(kind, value)?);
            kept.1 = self.units().places(kind);
        }
        Ok(kept)
    }

    fn fill(&mut self, account: &str, by: Option<&Expression>, main: &str) -> Result<(), Halt> {
        let missing = match by {
            Some(formula) => self.amount(formula)?,
            None => match self.deal.account(account) {
                Some(terms) => self.target(terms)? - self.cash(account)?,
                None => return meaningless(format!("`{account}` is not an account")),
            },
        };
        let amount = not_below_zero(missing).min(self.cash(main)?);
        self.transfer(main, account, &amount)
    }

    fn keep(&mut self, account: &str, share: Option<&Expression>, main: &str) -> Result<(), Halt> {
        let cash = self.cash(main)?;
        let amount = match share {
            None => cash,
            Some(share) => {
                let part = self.round_amount(&(self.rate(share)? * &cash), Rounding::Down)?;
                not_below_zero(part).min(cash)
            }
        };
        self.transfer(main, account, &amount)
    }

    fn release(&mut self, account: &str, extent: &Extent, main: &str) -> Result<(), Halt> {
        let balance = self.cash(account)?;
        let wanted = match extent {
            Extent::All => balance.clone(),
            Extent::AboveTarget => match self.deal.account(account) {
                Some(terms) => not_below_zero(&balance - self.target(terms)?),
                None => return meaningless(format!("`{account}` is not an account")),
            },
            Extent::AtMost(formula) => not_below_zero(self.amount(formula)?),
        };
        self.transfer(account, main, &wanted.min(balance))
    }

    fn write_off_step(&mut self, name: &str, at_most: Option<&Expression>) -> Result<(), Halt> {
        let Some(note) = self.deal.note(name) else { return meaningless(format!("`{name}` is not a note")) };
        let balance = self.state.notes[note].balance.clone();
        let amount = match at_most {
            Some(formula) => not_below_zero(self.amount(formula)?).min(balance),
            None => balance,
        };
        self.write_off(note, &amount);
        Ok(())
    }
}
