//! Pro-rata payment with a named owner of every odd unit. Language, section 6.

use crate::WaterfallError;
use crate::cashier::Cashier;
use crate::instruction::{Instruction, NONE};
use crate::lanes::{self, masked};
use crate::posting::Recorder;
use alloc::vec::Vec;
use units::{Rounding, checked_add, checked_sub, mul_div};

/// A member of a group, in one lane.
struct Member {
    owed: i64,
    weight: i64,
    paid: i64,
}

impl<const L: usize, J: Recorder<L>> Cashier<'_, L, J> {
    pub(crate) fn pay_pro_rata(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let plan = self.formulas.plan;
        let account = self.account(i.a)?;
        let group = plan.groups.get(usize::from(i.b)).ok_or(WaterfallError::BadReference)?;
        let cash = *self.read(account.first);
        let mut owed = Vec::with_capacity(group.members.len());
        let mut weights = Vec::with_capacity(group.members.len());
        for (claim, weight) in &group.members {
            let claim = self.claim(u16::from(*claim))?;
            let mut due = [0; L];
            self.due(claim, (&mut due, &cash))?;
            let due = masked(&due, &self.guard);
            weights.push(if *weight == NONE { due } else { *self.read(*weight) });
            owed.push(due);
        }
        let mut paid: Vec<[i64; L]> = owed.clone();
        for (lane, cash) in cash.iter().enumerate() {
            let at = |column: &[i64; L]| column.get(lane).copied().unwrap_or(0);
            let members = owed.iter().zip(&weights);
            let mut members: Vec<Member> = members
                .map(|(owed, weight)| Member { owed: at(owed), weight: at(weight).max(0), paid: 0 })
                .collect();
            share(*cash, &mut members, usize::from(group.residue))?;
            for (column, member) in paid.iter_mut().zip(&members) {
                if let Some(cell) = column.get_mut(lane) {
                    *cell = member.paid;
                }
            }
        }
        for (((claim, _), owed), paid) in group.members.iter().zip(&owed).zip(&paid) {
            let claim = self.claim(u16::from(*claim))?;
            let mut short = *owed;
            lanes::subtract(&mut short, paid)?;
            self.formulas.registers.subtract(account.first, paid)?;
            self.settle(claim, paid)?;
            self.post_paid(i.step, (account, claim.id), (*paid, short));
        }
        Ok(())
    }
}

/// Shares cash by weight, no member above what it is owed; what is left goes to the residue's owner, then in order.
fn share(cash: i64, members: &mut [Member], residue: usize) -> Result<(), WaterfallError> {
    let mut owed: i64 = 0;
    for member in members.iter() {
        owed = checked_add(owed, member.owed)?;
    }
    let mut left = cash.min(owed);
    for _ in 0..members.len() {
        let given = share_once(left, members)?;
        left = checked_sub(left, given)?;
        if given == 0 || left == 0 {
            break;
        }
    }
    if let Some(owner) = members.get_mut(residue) {
        left = give(left, owner)?;
    }
    for member in members {
        left = give(left, member)?;
    }
    Ok(())
}

/// One round among the members that are not full; returns what it gave.
fn share_once(cash: i64, members: &mut [Member]) -> Result<i64, WaterfallError> {
    let mut weights: i64 = 0;
    for member in members.iter().filter(|member| member.paid < member.owed) {
        weights = checked_add(weights, member.weight)?;
    }
    let mut given = 0;
    if weights == 0 {
        return Ok(given);
    }
    for member in members.iter_mut().filter(|member| member.paid < member.owed) {
        let part = mul_div(cash, member.weight, weights, Rounding::Down)?;
        let part = part.min(checked_sub(member.owed, member.paid)?);
        member.paid = checked_add(member.paid, part)?;
        given = checked_add(given, part)?;
    }
    Ok(given)
}

/// Gives a member what it is still owed, and returns what is left.
fn give(cash: i64, member: &mut Member) -> Result<i64, WaterfallError> {
    let part = checked_sub(member.owed, member.paid)?.min(cash);
    member.paid = checked_add(member.paid, part)?;
    Ok(checked_sub(cash, part)?)
}
