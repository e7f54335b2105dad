//! Single steps of a waterfall.

use super::{MAIN, Sheet, item, name, path};
use crate::words::Kind;
use deal::syntax::{Basis, Bound, Extent, Item, Path, Step};

impl Sheet<'_> {
    /// Everything that falls due or can be repaid.
    pub fn all_claims(&self) -> Vec<String> {
        let of_notes = ["interest", "scheduled", "principal", "additional"];
        let notes = self.notes.iter().flat_map(|note| of_notes.map(|claim| format!("{}.{claim}", note.name)));
        let costs = self.costs.iter().flat_map(|cost| {
            let excess = cost.is_capped.then(|| format!("{}.excess", cost.name));
            std::iter::once(cost.name.clone()).chain(excess)
        });
        notes.chain(costs).collect()
    }

    /// Accounts other than the one that a waterfall pays from.
    pub fn other_accounts(&self) -> Vec<String> {
        self.words.accounts.iter().filter(|account| *account != MAIN).cloned().collect()
    }

    /// Puts conditions around a step.
    pub fn perhaps_guarded(&mut self, step: Step, percent: u32) -> Item<Step> {
        if !self.choices.chance(percent) {
            return item(step);
        }
        let guard = |once, condition, then| Step::Guarded { once, condition, then: Box::new(item(then)) };
        let condition = self.formula(Kind::Flag);
        if self.choices.chance(40) {
            return item(guard(true, condition, step));
        }
        let inner = if self.choices.chance(20) { guard(false, self.formula(Kind::Flag), step) } else { step };
        item(guard(false, condition, inner))
    }

    /// `pay` with a bound or an account now and then.
    pub fn pay(&mut self, claims: &[String]) -> Step {
        let bound = if self.choices.chance(20) { Some(self.bound(claims)) } else { None };
        let from = if self.choices.chance(5) { self.choices.pick(&self.words.accounts) } else { None };
        let claims = claims.iter().map(|claim| path(claim)).collect();
        Step::Pay { claims, bound, from: from.map(|from| name(&from)) }
    }

    fn bound(&mut self, claims: &[String]) -> Bound {
        let is_principal =
            claims.iter().all(|claim| claim.ends_with(".principal") || claim.ends_with(".scheduled"));
        let test = self.choices.pick(&self.words.tests.clone());
        match (self.choices.below(3), test) {
            (1, _) if is_principal => Bound::ToBalance(self.formula(Kind::Amount)),
            (2, Some(test)) => Bound::ToTest { test: name(&test), level: self.writer().percent(150) },
            _ => Bound::AtMost(self.formula(Kind::Amount)),
        }
    }

    /// A step that no claim hangs on.
    pub fn extra_step(&mut self) -> Option<Step> {
        let other = self.choices.pick(&self.other_accounts());
        match (self.choices.below(8), other) {
            (0, Some(account)) => self.fill(&account),
            (1, Some(account)) => {
                let share = Some(self.formula(Kind::Rate));
                Some(Step::Keep { share, account: name(&account) })
            }
            (2, Some(account)) => Some(self.release(&account)),
            (3, _) => {
                let note = self.choices.pick(&self.words.notes)?;
                let at_most = self.choices.chance(85).then(|| self.formula(Kind::Amount));
                Some(Step::WriteOff { note: name(&note), at_most })
            }
            (4 | 5, _) => self.pro_rata(),
            (6, _) => {
                let owner = self.choices.pick(&self.equities).unwrap_or_default();
                let bound = Some(Bound::AtMost(self.formula(Kind::Amount)));
                Some(Step::Pay { claims: vec![path(&owner)], bound, from: None })
            }
            _ => {
                let claims = self.all_claims();
                let claims: Vec<String> =
                    (0..self.choices.between(1, 3)).filter_map(|_| self.choices.pick(&claims)).collect();
                Some(self.pay(&claims))
            }
        }
    }

    fn fill(&mut self, account: &str) -> Option<Step> {
        let has_target = self.targets.iter().any(|known| known == account);
        let by = (!has_target || self.choices.chance(30)).then(|| self.formula(Kind::Amount));
        Some(Step::Fill { account: name(account), by })
    }

    fn release(&mut self, account: &str) -> Step {
        let has_target = self.targets.iter().any(|known| known == account);
        let extent = match self.choices.below(3) {
            1 if has_target => Extent::AboveTarget,
            2 => Extent::AtMost(self.formula(Kind::Amount)),
            _ => Extent::All,
        };
        Step::Release { account: name(account), extent }
    }

    /// Among claims of which no two lower the same balance.
    fn pro_rata(&mut self) -> Option<Step> {
        let by_note = self.choices.chance(40);
        let claims: Vec<String> =
            self.all_claims().into_iter().filter(|claim| !by_note || is_of_note(claim)).collect();
        let mut members: Vec<String> = Vec::new();
        for _ in 0..self.choices.between(2, 4) {
            let claim = self.choices.pick(&claims)?;
            let clashes = members.iter().any(|known| *known == claim || lowers_same(known, &claim));
            if !clashes {
                members.push(claim);
            }
        }
        let by = if by_note {
            self.choices.one([Basis::Balance, Basis::Original])
        } else if self.choices.chance(50) {
            Basis::Due
        } else {
            self.weights(members.len())
        };
        let residue = self.choices.pick(&members)?;
        let is_first = members
            .iter()
            .find(|claim| owner(claim) == owner(&residue))
            .is_some_and(|first| *first == residue);
        let residue_to =
            if is_first && self.choices.chance(50) { path(owner(&residue)) } else { path(&residue) };
        let claims: Vec<Path> = members.iter().map(|claim| path(claim)).collect();
        Some(Step::ProRata { by, claims, residue_to })
    }

    fn weights(&mut self, count: usize) -> Basis {
        let plain = self.choices.chance(50);
        let kind = self.choices.one([Kind::Amount, Kind::Rate]);
        let weights = (0..count).map(|_| {
            if plain {
                let weight = crate::formula::number(self.writer().digits(9, 3), deal::syntax::Suffix::None);
                crate::formula::expression(deal::syntax::ExpressionKind::Number(weight))
            } else {
                self.writer().grounded_formula(kind, 2)
            }
        });
        Basis::Weights(weights.collect())
    }
}

fn owner(claim: &str) -> &str {
    claim.split('.').next().unwrap_or(claim)
}

fn is_of_note(claim: &str) -> bool {
    ["interest", "scheduled", "principal", "additional"].iter().any(|part| claim.ends_with(part))
}

/// Scheduled principal and principal are repaid out of one balance.
fn lowers_same(a: &str, b: &str) -> bool {
    let lowers = |claim: &str| claim.ends_with(".scheduled") || claim.ends_with(".principal");
    lowers(a) && lowers(b) && owner(a) == owner(b)
}
