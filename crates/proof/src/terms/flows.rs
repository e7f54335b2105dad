//! Waterfalls: every claim is paid somewhere, every account is emptied somewhere, and the last unit has an owner.

use super::states::CLOSED;
use super::{MAIN, Sheet, item, name, path};
use deal::syntax::{Extent, Item, Statement, Step, Waterfall};

impl Sheet<'_> {
    pub fn write_waterfalls(&mut self) {
        let running: Vec<String> =
            self.words.states.iter().filter(|state| *state != CLOSED).cloned().collect();
        let Some((first, others)) = running.split_first() else { return };
        let shared: Vec<String> = self.choices.some(others, 40);
        let mut states = vec![first.clone()];
        states.extend(shared.iter().cloned());
        self.write_waterfall(&states, true);
        for state in others.iter().filter(|state| !shared.contains(state)) {
            let is_whole = self.choices.chance(50);
            self.write_waterfall(std::slice::from_ref(state), is_whole);
        }
    }

    fn write_waterfall(&mut self, states: &[String], is_whole: bool) {
        let others = self.other_accounts();
        let swept = if self.choices.chance(30) { self.choices.some(&others, 50) } else { Vec::new() };
        let supporting: Vec<String> = self.choices.some(&self.covering.clone(), 70);
        let supporting: Vec<String> =
            supporting.into_iter().filter(|account| !swept.contains(account)).collect();
        let mut steps = Vec::new();
        if is_whole || self.choices.chance(50) {
            for account in others.iter().filter(|account| !swept.contains(account)) {
                let release = Step::Release { account: name(account), extent: Extent::All };
                steps.push(self.perhaps_guarded(release, 80));
            }
        }
        steps.extend(self.claim_steps(is_whole));
        steps.push(self.last_step());
        let from = std::iter::once(MAIN).chain(swept.iter().map(String::as_str)).map(name).collect();
        self.say(Statement::Waterfall(Waterfall {
            states: states.iter().map(|state| name(state)).collect(),
            from,
            then: supporting.iter().map(|account| name(account)).collect(),
            steps,
        }));
    }

    /// Costs first, then the notes; other steps anywhere between.
    fn claim_steps(&mut self, is_whole: bool) -> Vec<Item<Step>> {
        let (mut costs, mut interest, mut principal, mut excess) = (vec![], vec![], vec![], vec![]);
        for claim in self.all_claims() {
            match claim.rsplit_once('.').map(|(_, part)| part) {
                None => costs.push(claim),
                Some("interest" | "scheduled") => interest.push(claim),
                Some("principal") => principal.push(claim),
                Some(_) => excess.push(claim),
            }
        }
        let ordered = costs.into_iter().chain(interest).chain(principal).chain(excess);
        let mut steps = Vec::new();
        for claim in ordered.collect::<Vec<_>>() {
            if self.choices.chance(20)
                && let Some(step) = self.extra_step()
            {
                steps.push(self.perhaps_guarded(step, 25));
            }
            if is_whole || self.choices.chance(60) {
                let step = self.pay(&[claim]);
                steps.push(self.perhaps_guarded(step, 15));
            }
        }
        for owner in self.equities.clone() {
            let step = Step::Pay { claims: vec![path(&owner)], bound: None, from: None };
            let condition = self.formula(crate::words::Kind::Flag);
            let guarded = Step::Guarded { once: true, condition, then: Box::new(item(step)) };
            steps.push(item(guarded));
        }
        steps
    }

    fn last_step(&mut self) -> Item<Step> {
        let other = self.choices.pick(&self.other_accounts());
        let keep = self.choices.chance(10);
        item(match other.filter(|_| keep) {
            Some(account) => Step::Keep { share: None, account: name(&account) },
            None => {
                let owner = if self.choices.chance(30) { &self.payees } else { &self.equities };
                let owner = owner.first().cloned().unwrap_or_default();
                Step::Pay { claims: vec![path(&owner)], bound: None, from: None }
            }
        })
    }
}
