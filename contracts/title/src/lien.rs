//! What a receipt backs: loaded as a lien, decided in `settle::identity`, stored as a title.

use crate::book::{self, State, Title};
use crate::error::{TitleError, require};
use settle::identity::{self, Claimant, Closing, Lien, Move};
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

/// A deal closed: all that was reserved for it is pledged.
#[contractevent(data_format = "vec")]
pub struct PledgedAll {
    /// The deal.
    #[topic]
    pub deal: Address,
    /// The number of its reservation.
    pub number: u32,
    /// How many receipts.
    pub count: u32,
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

/// The deal that asks and has signed, and what it has reserved.
pub struct Asking<'a> {
    env: &'a Env,
    deal: &'a Address,
    claimant: Claimant,
    /// The closing as it was before this call.
    stored: Closing,
}

impl<'a> Asking<'a> {
    pub fn signed(env: &'a Env, deal: &'a Address) -> Self {
        deal.require_auth();
        lifetime::extend_instance(env);
        let closing = book::closing(env, deal);
        let claimant = Claimant { closing, deal: deal_id(env, deal), now: book::now(env) };
        Self { env, deal, claimant, stored: closing }
    }

    /// Keeps receipts of one owner, who signs too: no deal takes what it was not given. Custody is signed, or there would
    /// be no lien.
    pub fn reserve(mut self, owner: &Address, ids: Vec<u32>, until: u64) -> Result<(), TitleError> {
        if owner != self.deal {
            owner.require_auth();
        }
        require_batch(&ids)?;
        for id in &ids {
            let mut title = self.standing(&book::title(self.env, id)?)?;
            require(title.owner == *owner, TitleError::OtherParty)?;
            let mut lien = self.lien(&title)?;
            lien.reserve(&mut self.claimant, Time(until))?;
            require(title.insured > until, TitleError::NotInsured)?;
            require(title.appraised, TitleError::NotAppraised)?;
            title.deal = Some(self.deal.clone());
            self.store(id, title, lien);
        }
        self.keep_closing();
        Reserved { deal: self.deal.clone(), ids, until }.publish(self.env);
        Ok(())
    }

    /// Pledges all that is reserved. No receipt is touched: each says reserved, and the deal's closing says pledged.
    pub fn pledge_all(mut self, count: u32) -> Result<(), TitleError> {
        self.claimant.closing.pledge_all(count, self.claimant.now)?;
        self.keep_closing();
        let number = self.claimant.closing.number;
        PledgedAll { deal: self.deal.clone(), number, count }.publish(self.env);
        Ok(())
    }

    /// Makes one move with each of these receipts, or none.
    pub fn make(mut self, by: Move, ids: Vec<u32>) -> Result<(), TitleError> {
        self.step_each(by, &ids, None)?;
        Moved { by: named(by), deal: self.deal.clone(), ids }.publish(self.env);
        Ok(())
    }

    /// Ends an enforcement: the receipts are the buyer's, or their owner's who has paid.
    pub fn conclude(mut self, ids: Vec<u32>, to: &Address) -> Result<(), TitleError> {
        self.step_each(Move::Conclude, &ids, Some(to))?;
        Concluded { deal: self.deal.clone(), to: to.clone(), ids }.publish(self.env);
        Ok(())
    }

    /// Puts a reserved receipt in the place of a pledged one.
    pub fn substitute(mut self, old: u32, new: u32) -> Result<(), TitleError> {
        let (mut gone, come) = (book::title(self.env, old)?, book::title(self.env, new)?);
        let (mut released, mut pledged) = (self.lien(&gone)?, self.lien(&come)?);
        identity::substitute(&mut released, &mut pledged, &mut self.claimant)?;
        write(&mut gone, released);
        gone.state = State::Substituted;
        book::keep_title(self.env, old, &gone);
        self.store(new, come, pledged);
        self.keep_closing();
        Substituted { deal: self.deal.clone(), old, new }.publish(self.env);
        Ok(())
    }

    fn step_each(&mut self, by: Move, ids: &Vec<u32>, to: Option<&Address>) -> Result<(), TitleError> {
        require_batch(ids)?;
        for id in ids {
            let mut title = book::title(self.env, id)?;
            let mut lien = self.lien(&title)?;
            lien.apply(by, &mut self.claimant)?;
            title.owner = to.cloned().unwrap_or(title.owner);
            self.store(id, title, lien);
        }
        self.keep_closing();
        Ok(())
    }

    /// As [`standing`], with this deal's closing as it is in this call.
    fn standing(&self, title: &Title) -> Result<Title, TitleError> {
        match &title.deal {
            Some(deal) if deal == self.deal => settled(self.env, title, &self.claimant.closing),
            _ => standing(self.env, title),
        }
    }

    /// A deal's id is hashed only if it is not this deal: a batch then hashes once.
    fn lien(&self, title: &Title) -> Result<Lien, TitleError> {
        lien(title, |deal| match deal == self.deal {
            true => self.claimant.deal,
            false => deal_id(self.env, deal),
        })
    }

    fn store(&self, id: u32, mut title: Title, lien: Lien) {
        write(&mut title, lien);
        book::keep_title(self.env, id, &title);
    }

    /// Only a call that changes it writes it.
    fn keep_closing(&self) {
        if self.stored != self.claimant.closing {
            book::keep_closing(self.env, self.deal, &self.claimant.closing);
        }
    }
}

fn write(title: &mut Title, lien: Lien) {
    let (state, number, until) = match lien {
        Lien::Free => (State::Issued, 0, 0),
        Lien::Reserved { number, until, .. } => (State::Reserved, number, until.0),
        Lien::Pledged { .. } => (State::Pledged, 0, 0),
        Lien::Released => (State::Released, 0, 0),
        Lien::Enforced { .. } => (State::Enforced, 0, 0),
    };
    if lien.deal().is_none() {
        title.deal = None;
    }
    (title.state, title.number, title.until) = (state, number, until);
}

/// The title as it is now: a reservation that has run out is none, and one whose deal has closed is a pledge.
pub fn standing(env: &Env, title: &Title) -> Result<Title, TitleError> {
    match &title.deal {
        Some(deal) if title.state == State::Reserved => settled(env, title, &book::closing(env, deal)),
        _ => Ok(title.clone()),
    }
}

fn settled(env: &Env, title: &Title, closing: &Closing) -> Result<Title, TitleError> {
    let mut title = title.clone();
    if title.state == State::Reserved {
        let lien = lien(&title, |deal| deal_id(env, deal))?;
        write(&mut title, lien.at(closing, book::now(env)));
    }
    Ok(title)
}

/// The title of a receipt that its owner may dispose of.
pub fn free(env: &Env, id: u32) -> Result<Title, TitleError> {
    let title = standing(env, &book::title(env, id)?)?;
    let bound = lien(&title, |deal| deal_id(env, deal))?.deal();
    require(bound.is_none(), settle::SettleError::LienMoveRefused.into())?;
    Ok(title)
}

/// A draft and a redeemed receipt have no lien that could move.
fn lien(title: &Title, id: impl Fn(&Address) -> DealId) -> Result<Lien, TitleError> {
    let deal = title.deal.as_ref().map(id).ok_or(TitleError::WrongState);
    match title.state {
        State::Draft | State::Redeemed => Err(TitleError::WrongState),
        State::Issued => Ok(Lien::Free),
        State::Reserved => Ok(Lien::Reserved { deal: deal?, number: title.number, until: Time(title.until) }),
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
