//! What moves: the raise between its states, money into escrow and out of it, notes to those who bought them.
//!
//! Everything is decided and stored before anything outside is called.

use crate::book;
use crate::error::OfferingError;
use crate::terms::Terms;
use settle::SettleError;
use settle::raise::{Book, Closing, Commitment, Holding, Raise};
use soroban_sdk::auth::{ContractContext, InvokerContractAuthEntry, SubContractInvocation};
use soroban_sdk::token::TokenClient;
use soroban_sdk::{Address, Env, Error, IntoVal, Symbol, Val, Vec, contractevent, symbol_short, vec};
use units::Amount;

/// The raise stands elsewhere than before.
#[contractevent(data_format = "single-value")]
pub struct Moved {
    /// 0 draft, 1 open, 2 funded, 3 closed, 4 failed.
    pub state: u32,
}

/// Money came into escrow.
#[contractevent(data_format = "single-value")]
pub struct Committed {
    /// Whose.
    #[topic]
    pub holder: Address,
    /// For which note.
    #[topic]
    pub note: Address,
    /// How much.
    pub amount: i128,
}

/// Money went back, before the deadline or because the raise failed.
#[contractevent(data_format = "single-value")]
pub struct Returned {
    /// To whom.
    #[topic]
    pub holder: Address,
    /// For which note it had come.
    #[topic]
    pub note: Address,
    /// How much.
    pub amount: i128,
}

/// Money became units of a note.
#[contractevent(data_format = "vec")]
pub struct Settled {
    /// Whose.
    #[topic]
    pub holder: Address,
    /// Which note.
    #[topic]
    pub note: Address,
    /// How many units.
    pub accepted: i128,
    /// What went back.
    pub refund: i128,
}

/// The fee was paid and the deal closed.
#[contractevent(data_format = "vec")]
pub struct Closed {
    /// The fee.
    pub fee: i128,
    /// What the deal took.
    pub proceeds: i128,
}

/// Opens a raise that can be settled: the offering holds what it sells, and the deal takes what is paid.
pub fn open(env: &Env) -> Result<(), OfferingError> {
    let (terms, mut raise) = book::raise(env)?;
    terms.arranger.require_auth();
    let books = book::books(env, &terms)?;
    raise.open(&books, book::now(env))?;
    keep_state(env, &raise)?;
    let currency: Address =
        env.invoke_contract(&terms.deal, &Symbol::new(env, "currency"), Vec::<Val>::new(env));
    if currency != terms.currency {
        return Err(OfferingError::OtherCurrency);
    }
    require_units(env, &terms, &books)
}

/// One holder's commitment, loaded for one decision.
struct Position<'a> {
    env: &'a Env,
    holder: &'a Address,
    note: &'a Address,
    terms: Terms,
    raise: Raise,
    book: Book,
    commitment: Commitment,
}

impl<'a> Position<'a> {
    fn load(env: &'a Env, holder: &'a Address, note: &'a Address) -> Result<Self, OfferingError> {
        let (terms, raise) = book::raise(env)?;
        let (book, commitment) = (book::book(env, note)?, book::commitment(env, holder, note));
        Ok(Self { env, holder, note, terms, raise, book, commitment })
    }

    /// Decides with the raise and what the holder has in it, then stores all three.
    fn decide<T>(
        &mut self,
        decide: impl FnOnce(&mut Raise, Holding<'_>) -> Result<T, SettleError>,
    ) -> Result<T, OfferingError> {
        let holding = Holding { book: &mut self.book, commitment: &mut self.commitment };
        let decided = decide(&mut self.raise, holding)?;
        book::keep(self.env, &self.raise);
        book::keep_book(self.env, self.note, &self.book);
        book::keep_commitment(self.env, (self.holder, self.note), self.commitment);
        Ok(decided)
    }

    /// Sends money back to the holder.
    fn give_back(&self, amount: Amount) -> i128 {
        let amount = i128::from(amount.units());
        send(self.env, &self.terms.currency, (self.holder, amount));
        Returned { holder: self.holder.clone(), note: self.note.clone(), amount }.publish(self.env);
        amount
    }
}

pub fn commit(env: &Env, holder: &Address, note: &Address, amount: i128) -> Result<(), OfferingError> {
    let (units, now) = (book::units(amount)?, book::now(env));
    let mut position = Position::load(env, holder, note)?;
    position.decide(|raise, holding| raise.commit(holding, units, now))?;
    let me = env.current_contract_address();
    TokenClient::new(env, &position.terms.currency).transfer(holder, &me, &amount);
    Committed { holder: holder.clone(), note: note.clone(), amount }.publish(env);
    Ok(())
}

pub fn withdraw(env: &Env, holder: &Address, note: &Address) -> Result<i128, OfferingError> {
    let mut position = Position::load(env, holder, note)?;
    let (all, now) = (position.commitment.0, book::now(env));
    position.decide(|raise, holding| raise.withdraw(holding, all, now))?;
    Ok(position.give_back(all))
}

pub fn refund(env: &Env, holder: &Address, note: &Address) -> Result<i128, OfferingError> {
    let mut position = Position::load(env, holder, note)?;
    let amount = position.decide(|raise, holding| raise.refund(holding))?;
    Ok(position.give_back(amount))
}

pub fn settle(env: &Env, holder: &Address, note: &Address) -> Result<i128, OfferingError> {
    let mut position = Position::load(env, holder, note)?;
    let allocation = position.decide(|raise, holding| raise.settle(holding))?;
    let (accepted, refund) = (allocation.accepted.units().into(), allocation.refund.units().into());
    send(env, note, (holder, accepted));
    send(env, &position.terms.currency, (holder, refund));
    Settled { holder: holder.clone(), note: note.clone(), accepted, refund }.publish(env);
    Ok(accepted)
}

pub fn fund(env: &Env) -> Result<(), OfferingError> {
    let (terms, mut raise) = book::raise(env)?;
    raise.fund(&book::books(env, &terms)?, book::now(env))?;
    keep_state(env, &raise)
}

pub fn expire(env: &Env) -> Result<(), OfferingError> {
    let (terms, mut raise) = book::raise(env)?;
    raise.expire(&book::books(env, &terms)?, book::now(env))?;
    keep_state(env, &raise)
}

pub fn fail(env: &Env) -> Result<(), OfferingError> {
    let (terms, mut raise) = book::raise(env)?;
    terms.arranger.require_auth();
    raise.fail()?;
    keep_state(env, &raise)
}

/// Pays the fee and closes the deal with the proceeds, both or neither.
pub fn close(env: &Env) -> Result<(), OfferingError> {
    let (terms, mut raise) = book::raise(env)?;
    terms.arranger.require_auth();
    let books = book::books(env, &terms)?;
    let Closing { fee, proceeds } = raise.close(&books, book::now(env))?;
    keep_state(env, &raise)?;
    require_units(env, &terms, &books)?;
    let (fee, proceeds) = (fee.units().into(), proceeds.units().into());
    send(env, &terms.currency, (&terms.fee_to, fee));
    close_deal(env, &terms, proceeds)?;
    Closed { fee, proceeds }.publish(env);
    Ok(())
}

/// The deal is let take exactly the proceeds; if it asks for another amount, or for nothing, nothing happens.
fn close_deal(env: &Env, terms: &Terms, proceeds: i128) -> Result<(), OfferingError> {
    let me = env.current_contract_address();
    let cash = TokenClient::new(env, &terms.currency);
    let before = cash.balance(&me);
    let transfer = ContractContext {
        contract: terms.currency.clone(),
        fn_name: symbol_short!("transfer"),
        args: vec![env, me.into_val(env), terms.deal.into_val(env), proceeds.into_val(env)],
    };
    let allowed = SubContractInvocation { context: transfer, sub_invocations: vec![env] };
    env.authorize_as_current_contract(vec![env, InvokerContractAuthEntry::Contract(allowed)]);
    let args = vec![env, me.into_val(env)];
    match env.try_invoke_contract::<(), Error>(&terms.deal, &symbol_short!("close"), args) {
        Ok(_) if before.checked_sub(cash.balance(&me)) == Some(proceeds) => Ok(()),
        Err(Ok(error)) => Err(OfferingError::of_closing(error)),
        Ok(_) | Err(Err(_)) => Err(OfferingError::ProceedsDiffer),
    }
}

/// As many units of each note are here as its book takes, or, before anything is committed, as it could take.
fn require_units(env: &Env, terms: &Terms, books: &[Book]) -> Result<(), OfferingError> {
    let me = env.current_contract_address();
    for (offered, book) in terms.notes.iter().zip(books) {
        let sold = if book.committed == Amount::ZERO { book.cap } else { book.taken() };
        if TokenClient::new(env, &offered.note).balance(&me) != i128::from(sold.units()) {
            return Err(OfferingError::UnitsDiffer);
        }
    }
    Ok(())
}

fn send(env: &Env, token: &Address, (to, amount): (&Address, i128)) {
    if amount > 0 {
        TokenClient::new(env, token).transfer(&env.current_contract_address(), to, &amount);
    }
}

fn keep_state(env: &Env, raise: &Raise) -> Result<(), OfferingError> {
    book::keep(env, raise);
    Moved { state: book::stored_raise(env)?.state }.publish(env);
    Ok(())
}
