//! A registry of receipts that does at once what the contract does when it is asked: a closing pledges every receipt, a
//! clock frees every reservation that ended. What the two say must be the same.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use settle::identity::Move;

/// What a receipt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Draft,
    Free,
    Reserved { deal: u8, until: u64, counted: bool },
    Pledged(u8),
    Enforced(u8),
    Redeemed,
}

#[derive(Clone, Debug)]
pub struct Receipt {
    pub owner: u8,
    pub standing: Standing,
    /// What the owner wrote down; more than one is a bundle.
    pub stated: Vec<u32>,
    /// What is taken for it.
    pub taken: Vec<u32>,
    pub insured: u64,
    pub appraised: bool,
}

/// One call, by whoever has to sign for it.
#[derive(Clone, Debug)]
pub enum Action {
    Draft { owner: u8, machines: Vec<u32> },
    Enlist(u32, Vec<u32>),
    Issue(u32),
    Discard(u32),
    Insure(u32, u64),
    Appraise(u32),
    Transfer { id: u32, from: u8, to: u8 },
    Redeem(u32),
    Reserve { deal: u8, owner: u8, ids: Vec<u32>, until: u64 },
    Close { deal: u8, count: u32 },
    Make { by: Move, deal: u8, ids: Vec<u32> },
    Substitute { deal: u8, old: u32, new: u32 },
    Conclude { deal: u8, ids: Vec<u32>, to: u8 },
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub now: u64,
    pub receipts: Vec<Receipt>,
    pub closed: Vec<u8>,
}

impl Model {
    /// Makes a call, or says that it is refused and changes nothing.
    pub fn apply(&mut self, action: &Action) -> bool {
        let mut after = self.clone();
        let allowed = after.attempt(action).is_some();
        if allowed {
            *self = after;
        }
        allowed
    }

    pub fn pass(&mut self, now: u64) {
        self.now = now;
        for receipt in &mut self.receipts {
            if matches!(receipt.standing, Standing::Reserved { until, .. } if until <= now) {
                receipt.standing = Standing::Free;
            }
        }
    }

    /// How many receipts a closing of this deal would pledge.
    pub fn counted(&self, deal: u8) -> u32 {
        u32::try_from(self.receipts.iter().filter(|receipt| receipt.closes(deal).is_some()).count()).unwrap()
    }

    fn attempt(&mut self, action: &Action) -> Option<()> {
        match action {
            Action::Draft { owner, machines } => self.draft(*owner, machines.clone()),
            Action::Enlist(id, machines) => return self.enlist(*id, machines),
            Action::Issue(id) => return self.issue(*id),
            Action::Discard(id) => self.at(*id, Standing::Draft)?.standing = Standing::Redeemed,
            Action::Insure(id, expiry) => return self.insure(*id, *expiry),
            Action::Appraise(id) => self.living(*id)?.appraised = true,
            Action::Transfer { id, from, to } => {
                let receipt = self.at(*id, Standing::Free).filter(|receipt| receipt.owner == *from)?;
                receipt.owner = *to;
            }
            Action::Redeem(id) => self.at(*id, Standing::Free)?.standing = Standing::Redeemed,
            Action::Reserve { deal, owner, ids, until } => {
                return ids.iter().try_for_each(|id| self.reserve((*deal, *owner), *id, *until));
            }
            Action::Close { deal, count } => return self.close(*deal, *count),
            Action::Make { by, deal, ids } => {
                return ids.iter().try_for_each(|id| self.make(*by, *deal, *id));
            }
            Action::Substitute { deal, old, new } => {
                self.make(Move::Substitute, *deal, *old)?;
                return self.make(Move::Pledge, *deal, *new);
            }
            Action::Conclude { deal, ids, to } => {
                for id in ids {
                    self.make(Move::Conclude, *deal, *id)?;
                    self.living(*id)?.owner = *to;
                }
            }
        }
        Some(())
    }

    fn draft(&mut self, owner: u8, stated: Vec<u32>) {
        let (standing, taken) = (Standing::Draft, Vec::new());
        self.receipts.push(Receipt { owner, standing, stated, taken, insured: 0, appraised: false });
    }

    fn receipt(&mut self, id: u32) -> Option<&mut Receipt> {
        self.receipts.get_mut(usize::try_from(id).unwrap() - 1)
    }

    fn living(&mut self, id: u32) -> Option<&mut Receipt> {
        self.receipt(id).filter(|receipt| receipt.standing != Standing::Redeemed)
    }

    fn at(&mut self, id: u32, standing: Standing) -> Option<&mut Receipt> {
        self.receipt(id).filter(|receipt| receipt.standing == standing)
    }

    fn take(&mut self, id: u32, machine: u32) -> Option<()> {
        let holds =
            |receipt: &Receipt| receipt.standing != Standing::Redeemed && receipt.taken.contains(&machine);
        let free = !self.receipts.iter().any(holds);
        free.then(|| self.receipt(id).unwrap().taken.push(machine))
    }

    fn enlist(&mut self, id: u32, machines: &[u32]) -> Option<()> {
        let receipt = self.at(id, Standing::Draft)?;
        if receipt.stated.len() == 1 || receipt.taken == receipt.stated {
            return None;
        }
        machines.iter().try_for_each(|machine| self.take(id, *machine))
    }

    fn issue(&mut self, id: u32) -> Option<()> {
        let stated = self.at(id, Standing::Draft)?.stated.clone();
        if let [machine] = stated[..] {
            self.take(id, machine)?;
        }
        let receipt = self.at(id, Standing::Draft).filter(|receipt| receipt.taken == stated)?;
        receipt.standing = Standing::Free;
        Some(())
    }

    fn insure(&mut self, id: u32, expiry: u64) -> Option<()> {
        let receipt = self.living(id)?;
        if matches!(receipt.standing, Standing::Reserved { until, .. } if expiry <= until) || expiry == 0 {
            return None;
        }
        receipt.insured = expiry;
        Some(())
    }

    fn reserve(&mut self, (deal, owner): (u8, u8), id: u32, until: u64) -> Option<()> {
        let counted = !self.closed.contains(&deal);
        let agreed = self.receipts.iter().find_map(|receipt| receipt.closes(deal));
        let other = counted && agreed.is_some_and(|agreed| agreed != until);
        if until <= self.now || other {
            return None;
        }
        let receipt = self.at(id, Standing::Free).filter(|receipt| receipt.owner == owner)?;
        let ready = receipt.appraised && receipt.insured > until;
        ready.then(|| receipt.standing = Standing::Reserved { deal, until, counted })
    }

    fn close(&mut self, deal: u8, count: u32) -> Option<()> {
        if self.closed.contains(&deal) || count == 0 || count != self.counted(deal) {
            return None;
        }
        self.closed.push(deal);
        for receipt in self.receipts.iter_mut().filter(|receipt| receipt.closes(deal).is_some()) {
            receipt.standing = Standing::Pledged(deal);
        }
        Some(())
    }

    fn make(&mut self, by: Move, deal: u8, id: u32) -> Option<()> {
        let receipt = self.receipt(id)?;
        receipt.standing = match (receipt.standing, by) {
            (Standing::Reserved { deal: bound, .. }, Move::Cancel) if bound == deal => Standing::Free,
            (Standing::Reserved { deal: bound, .. }, Move::Pledge) if bound == deal => {
                Standing::Pledged(deal)
            }
            (Standing::Pledged(bound), Move::Release | Move::Substitute) if bound == deal => Standing::Free,
            (Standing::Pledged(bound), Move::Enforce) if bound == deal => Standing::Enforced(deal),
            (Standing::Enforced(bound), Move::Conclude) if bound == deal => Standing::Free,
            _ => return None,
        };
        Some(())
    }
}

impl Receipt {
    /// In custody, insured and appraised.
    pub fn ready(owner: u8, machine: u32, insured: u64) -> Self {
        let (stated, taken) = (vec![machine], vec![machine]);
        Self { owner, standing: Standing::Free, stated, taken, insured, appraised: true }
    }

    pub fn reserved_for(&self, deal: u8) -> bool {
        matches!(self.standing, Standing::Reserved { deal: bound, .. } if bound == deal)
    }

    /// When its reservation ends, if a closing of this deal would pledge it.
    fn closes(&self, deal: u8) -> Option<u64> {
        match self.standing {
            Standing::Reserved { deal: bound, until, counted: true } if bound == deal => Some(until),
            _ => None,
        }
    }
}
