//! What a receipt backs: loaded as a lien, decided in `settle::identity`, stored as a title.

use crate::book::{self, State, Title};
use crate::error::{TitleError, require};
use settle::identity::{self, Claimant, Lien, Move};
use settle::{DealId, Time};
use soroban_sdk::xdr::ToXdr;
use soroban_sdk::{Address, Env, Symbol, Vec, contractevent, symbol_short};

/// Receipts that one call may move.
const BATCH_MAX: u32 = 64;

/// Receipts are kept for a deal.
#[contractevent(data_format = "vec")]
pub struct Reserved {
    /// The deal.
    #[topic]
    pub deal: Address,
    /// Which.
    pub ids: Vec<u32>,
    /// Until when.
    pub until: u64,
}

/// A deal made a move with receipts.
#[contractevent(data_format = "single-value")]
pub struct Moved {
    /// Which move.
    #[topic]
    pub by: Symbol,
    /// The deal.
    #[topic]
    pub deal: Address,
    /// Which.
    pub ids: Vec<u32>,
}

/// A receipt took the place of another.
#[contractevent(data_format = "vec")]
pub struct Substituted {
    /// The deal.
    #[topic]
    pub deal: Address,
    /// Released.
    pub old: u32,
    /// Pledged.
    pub new: u32,
}

/// Receipts that were enforced have an owner who is free.
#[contractevent(data_format = "vec")]
pub struct Concluded {
    /// The deal.
    #[topic]
    pub deal: Address,
    /// The owner from now on.
    #[topic]
    pub to: Address,
    /// Which.
    pub ids: Vec<u32>,
}

/// The deal that asks and has signed.
pub struct Asking<'a> {
    env: &'a Env,
    deal: &'a Address,
    claimant: Claimant,
}

impl<'a> Asking<'a> {
    pub fn signed(env: &'a Env, deal: &'a Address) -> Self {
        deal.require_auth();
        lifetime::extend_instance(env);
        let claimant = Claimant { deal: deal_id(env, deal), now: book::now(env) };
        Self { env, deal, claimant }
    }

    /// Keeps receipts of one owner, who signs too: no deal takes what it was not given.
    pub fn reserve(&self, owner: &Address, ids: Vec<u32>, until: u64) -> Result<(), TitleError> {
        if owner != self.deal {
            owner.require_auth();
        }
        require_batch(&ids)?;
        for id in &ids {
            let mut title = book::title(self.env, id)?;
            require(title.owner == *owner, TitleError::OtherParty)?;
            let mut lien = self.lien(&title)?;
            lien.reserve(self.claimant, Time(until))?;
            self.store(id, &mut title, (lien, Move::Reserve));
        }
        Reserved { deal: self.deal.clone(), ids, until }.publish(self.env);
        Ok(())
    }

    /// Makes one move with each of these receipts, or none.
    pub fn make(&self, by: Move, ids: Vec<u32>) -> Result<(), TitleError> {
        require_batch(&ids)?;
        for id in &ids {
            let mut title = book::title(self.env, id)?;
            self.step(id, &mut title, by)?;
        }
        Moved { by: named(by), deal: self.deal.clone(), ids }.publish(self.env);
        Ok(())
    }

    /// Puts a reserved receipt in the place of a pledged one.
    pub fn substitute(&self, old: u32, new: u32) -> Result<(), TitleError> {
        let (mut gone, mut come) = (book::title(self.env, old)?, book::title(self.env, new)?);
        let (mut released, mut pledged) = (self.lien(&gone)?, self.lien(&come)?);
        identity::substitute(&mut released, &mut pledged, self.claimant)?;
        self.require_ready(new)?;
        self.store(old, &mut gone, (released, Move::Substitute));
        self.store(new, &mut come, (pledged, Move::Pledge));
        Substituted { deal: self.deal.clone(), old, new }.publish(self.env);
        Ok(())
    }

    /// Ends an enforcement: the receipts are the buyer's, or their owner's who has paid.
    pub fn conclude(&self, ids: Vec<u32>, to: &Address) -> Result<(), TitleError> {
        require_batch(&ids)?;
        for id in &ids {
            let mut title = book::title(self.env, id)?;
            title.owner = to.clone();
            self.step(id, &mut title, Move::Conclude)?;
        }
        Concluded { deal: self.deal.clone(), to: to.clone(), ids }.publish(self.env);
        Ok(())
    }

    fn step(&self, id: u32, title: &mut Title, by: Move) -> Result<(), TitleError> {
        let mut lien = self.lien(title)?;
        lien.apply(by, self.claimant)?;
        if by == Move::Pledge {
            self.require_ready(id)?;
        }
        self.store(id, title, (lien, by));
        Ok(())
    }

    /// Custody is signed, or there would be no lien; insurance and appraisal must be, too.
    fn require_ready(&self, id: u32) -> Result<(), TitleError> {
        let receipt = book::receipt(self.env, id)?;
        let insured = receipt.policy.is_some_and(|policy| Time(policy.expiry) > self.claimant.now);
        require(insured, TitleError::NotInsured)?;
        require(receipt.appraisal.is_some(), TitleError::NotAppraised)
    }

    /// A deal's id is hashed only if it is not this deal: a batch then hashes once.
    fn lien(&self, title: &Title) -> Result<Lien, TitleError> {
        lien(title, |deal| match deal == self.deal {
            true => self.claimant.deal,
            false => deal_id(self.env, deal),
        })
    }

    fn store(&self, id: u32, title: &mut Title, (lien, by): (Lien, Move)) {
        let (state, until) = match lien {
            Lien::Free => (State::Issued, 0),
            Lien::Reserved { until, .. } => (State::Reserved, until.0),
            Lien::Pledged { .. } => (State::Pledged, 0),
            Lien::Released if by == Move::Substitute => (State::Substituted, 0),
            Lien::Released => (State::Released, 0),
            Lien::Enforced { .. } => (State::Enforced, 0),
        };
        title.deal = lien.deal().map(|_| self.deal.clone());
        (title.state, title.until) = (state, until);
        book::keep_title(self.env, id, title);
    }
}

/// The title as it is now: a reservation that has run out is none.
pub fn standing(env: &Env, id: u32) -> Result<Title, TitleError> {
    let mut title = book::title(env, id)?;
    if title.state == State::Reserved && lien_of(env, &title)?.at(book::now(env)) == Lien::Free {
        (title.state, title.deal, title.until) = (State::Issued, None, 0);
    }
    Ok(title)
}

/// The title of a receipt that its owner may dispose of.
pub fn free(env: &Env, id: u32) -> Result<Title, TitleError> {
    let title = standing(env, id)?;
    let bound = lien_of(env, &title)?.deal();
    require(bound.is_none(), settle::SettleError::LienMoveRefused.into())?;
    Ok(title)
}

fn lien_of(env: &Env, title: &Title) -> Result<Lien, TitleError> {
    lien(title, |deal| deal_id(env, deal))
}

/// A draft and a redeemed receipt have no lien that could move.
fn lien(title: &Title, id: impl Fn(&Address) -> DealId) -> Result<Lien, TitleError> {
    let deal = title.deal.as_ref().map(id).ok_or(TitleError::WrongState);
    match title.state {
        State::Draft | State::Redeemed => Err(TitleError::WrongState),
        State::Issued => Ok(Lien::Free),
        State::Reserved => Ok(Lien::Reserved { deal: deal?, until: Time(title.until) }),
        State::Pledged => Ok(Lien::Pledged { deal: deal? }),
        State::Released | State::Substituted => Ok(Lien::Released),
        State::Enforced => Ok(Lien::Enforced { deal: deal? }),
    }
}

/// A deal's address, whatever its kind, as thirty-two bytes.
fn deal_id(env: &Env, deal: &Address) -> DealId {
    DealId(env.crypto().sha256(&deal.clone().to_xdr(env)).to_array())
}

fn require_batch(ids: &Vec<u32>) -> Result<(), TitleError> {
    require(!ids.is_empty() && ids.len() <= BATCH_MAX, TitleError::BatchSize)
}

const fn named(by: Move) -> Symbol {
    match by {
        Move::Reserve => symbol_short!("reserve"),
        Move::Cancel => symbol_short!("cancel"),
        Move::Pledge => symbol_short!("pledge"),
        Move::Release => symbol_short!("release"),
        Move::Substitute => symbol_short!("replace"),
        Move::Enforce => symbol_short!("enforce"),
        Move::Conclude => symbol_short!("conclude"),
    }
}
