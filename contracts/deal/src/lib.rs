#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

mod amendment;
mod book;
mod cash;
mod collateral;
mod enforce;
mod error;
mod parts;
mod terms;

pub use book::Standing;
use book::{Book, day};
use electorate::Electorate;
use error::DealError;
use powers::Guarded;
use soroban_sdk::{Address, Bytes, BytesN, Env, Error, Map, Vec, contract, contractimpl, contracttype};
pub use terms::{Collateral, Installation, Office, Schedule, Terms};
use units::{Date, Id};
use waterfall::Event;

/// Cash that comes in.
#[contracttype]
#[derive(Clone)]
pub struct Receipt {
    /// The account's id.
    pub account: u32,
    /// Id of the receipt's tag; a gift has none.
    pub source: Option<u32>,
    /// How much.
    pub amount: i128,
    /// After the cut-off: it belongs to the next period.
    pub next_period: bool,
}

/// Collateral that was sold.
#[contracttype]
#[derive(Clone)]
pub struct Sale {
    /// Id of the account that is paid.
    pub account: u32,
    /// How much came in.
    pub amount: i128,
    /// Allocated amount of what was sold, for the deal's release price.
    pub allocated: i128,
    /// Nothing is left to sell.
    pub last: bool,
}

/// A deal on a ledger: its plan, its state and its cash.
#[contract]
pub struct Deal;

#[contractimpl]
impl Deal {
    /// Installs a plan, whose bytes must have the hash that was signed.
    pub fn __constructor(env: Env, installation: Installation) -> Result<(), Error> {
        Ok(terms::install(&env, &installation)?)
    }

    /// Executes the closing: the funder pays in the notes and each holder of equity its part, the uses of it are owed to
    /// their payees, and the receipts that were reserved are pledged.
    pub fn close(env: Env, funder: Address) -> Result<(), Error> {
        funder.require_auth();
        powers::require_running(&env)?;
        let mut book = Book::open(&env)?;
        let today = day(&env);
        let postings = book.apply(&Event::PayDate { number: 0, today })?;
        cash::owe(&mut book, &postings)?;
        parts::begin(&env, &book)?;
        book.keep(&env, &postings);
        cash::take_raised(&env, &book, &funder, &postings)?;
        Ok(collateral::pledge(&env)?)
    }

    /// Takes cash into an account: a receipt by its tag, or a gift without one.
    pub fn receive(env: Env, from: Address, receipt: Receipt) -> Result<(), Error> {
        from.require_auth();
        let mut book = Book::open(&env)?;
        let (account, source) = (Id(receipt.account), receipt.source.map(Id));
        let amount = [cash::units(receipt.amount)?];
        let next_period = receipt.next_period;
        let postings = book.apply(&Event::Receive { account, source, amount, next_period })?;
        book.keep(&env, &postings);
        cash::take(&env, &book.terms, &from, receipt.amount);
        Ok(())
    }

    /// Books what one of an input's reporters says of it.
    pub fn report(env: Env, reporter: Address, input: u32, value: i64, as_of: i32) -> Result<(), Error> {
        reporter.require_auth();
        let mut book = Book::open(&env)?;
        let position = terms::reporter(&book.terms, input, &reporter)?;
        let as_of = Date::from_days(as_of);
        let event = Event::Report { input: Id(input), reporter: position, value: [value], as_of };
        let postings = book.apply(&event)?;
        book.keep(&env, &postings);
        Ok(())
    }

    /// Books a correction, which the next payment date reads.
    pub fn restate(env: Env, name: u32, delta: i64) -> Result<(), Error> {
        let mut book = Book::open(&env)?;
        book.terms.trustee.require_auth();
        let postings = book.apply(&Event::Restate { name: Id(name), delta: [delta] })?;
        book.keep(&env, &postings);
        Ok(())
    }

    /// Executes the next payment date. Anyone may.
    pub fn pay(env: Env, number: u32) -> Result<(), Error> {
        let mut book = Book::open(&env)?;
        let number = u16::try_from(number).map_err(|_| DealError::TooLarge)?;
        if number == 0 {
            return Err(DealError::CloseFirst.into());
        }
        let postings = book.apply(&Event::PayDate { number, today: day(&env) })?;
        cash::owe(&mut book, &postings)?;
        book.keep(&env, &postings);
        Ok(())
    }

    /// Lends more on a note that is drawn over time; the cash goes from the lender to the payee.
    pub fn draw(env: Env, lender: Address, note: u32, amount: i128) -> Result<(), Error> {
        lender.require_auth();
        powers::require_running(&env)?;
        let mut book = Book::open(&env)?;
        let event = Event::Draw { note: Id(note), amount: [cash::units(amount)?], on: day(&env) };
        let postings = book.apply(&event)?;
        cash::owe(&mut book, &postings)?;
        book.keep(&env, &postings);
        cash::take(&env, &book.terms, &lender, amount);
        Ok(())
    }

    /// Takes the proceeds of collateral that was sold. The buyer and the agent sign.
    pub fn proceeds(env: Env, buyer: Address, sale: Sale) -> Result<(), Error> {
        buyer.require_auth();
        book::office(&env)?.agent.require_auth();
        let mut book = Book::open(&env)?;
        let (account, last, on) = (Id(sale.account), sale.last, day(&env));
        let (amount, allocated) = ([cash::units(sale.amount)?], [cash::units(sale.allocated)?]);
        let postings = book.apply(&Event::Proceeds { account, amount, allocated, last, on })?;
        book.keep(&env, &postings);
        cash::take(&env, &book.terms, &buyer, sale.amount);
        Ok(())
    }

    /// Waives a trigger up to and including a day.
    pub fn waive(env: Env, trigger: u32, until: i32) -> Result<(), Error> {
        let mut book = Book::open(&env)?;
        book.terms.trustee.require_auth();
        let until = Date::from_days(until);
        let postings = book.apply(&Event::Waive { trigger: Id(trigger), until })?;
        book.keep(&env, &postings);
        Ok(())
    }

    /// Takes a change of state whose condition came true between payment dates. Anyone may.
    pub fn transition(env: Env, to: u32) -> Result<(), Error> {
        let mut book = Book::open(&env)?;
        let postings = book.apply(&Event::Transition { to: Id(to), on: day(&env) })?;
        book.keep(&env, &postings);
        Ok(())
    }

    /// Sends a payee what it is owed; returns how much. Anyone may, for anyone.
    pub fn withdraw(env: Env, payee: u32) -> Result<i128, Error> {
        Ok(cash::withdraw(&env, payee)?)
    }

    /// Keeps receipts of one owner for the closing, until a time in seconds. The owner and the trustee sign.
    pub fn reserve(env: Env, owner: Address, ids: Vec<u32>, until: u64) -> Result<(), Error> {
        Ok(collateral::reserve(&env, &owner, &ids, until)?)
    }

    /// Releases receipts. The trustee signs.
    pub fn release(env: Env, ids: Vec<u32>) -> Result<(), Error> {
        Ok(collateral::release(&env, &ids)?)
    }

    /// Puts a reserved receipt in the place of a pledged one. The trustee signs.
    pub fn substitute(env: Env, old: u32, new: u32) -> Result<(), Error> {
        Ok(collateral::substitute(&env, old, new)?)
    }

    /// Takes receipts into enforcement. The agent signs.
    pub fn enforce(env: Env, ids: Vec<u32>) -> Result<(), Error> {
        Ok(collateral::enforce(&env, &ids)?)
    }

    /// Ends the enforcement of receipts: they are `to`'s. The agent signs.
    pub fn conclude(env: Env, ids: Vec<u32>, to: Address) -> Result<(), Error> {
        Ok(collateral::conclude(&env, &ids, &to)?)
    }

    /// Takes a part of the most senior note's claim in payment for machines. The agent signs.
    pub fn surrender(env: Env, note: u32, amount: i128) -> Result<(), Error> {
        Ok(enforce::surrender(&env, note, amount)?)
    }

    /// Lets a payee that is paid in parts withdraw the next one; returns how much. The trustee signs.
    pub fn release_part(env: Env, payee: u32, evidence: BytesN<32>) -> Result<i64, Error> {
        Ok(parts::release(&env, payee, evidence)?)
    }

    /// Gives the deal, into one of its accounts, what was not released in time; returns how much. Anyone may.
    pub fn lapse_parts(env: Env, payee: u32, account: u32) -> Result<i64, Error> {
        Ok(parts::lapse(&env, payee, account)?)
    }

    /// Begins a record of all holders and returns who votes on an amendment. The ballot calls.
    pub fn record_holders(env: Env) -> Result<Electorate, Error> {
        Ok(amendment::record_holders(&env)?)
    }

    /// Goes on under another plan, with the state carried over by id. The ballot calls.
    pub fn amend(env: Env, plan: Bytes, plan_hash: BytesN<32>) -> Result<(), Error> {
        Ok(amendment::amend(&env, &plan, &plan_hash)?)
    }

    /// Returns what is due and unpaid: what a cure must pay.
    pub fn arrears(env: Env) -> Result<i128, Error> {
        Ok(enforce::in_arrears(&env)?)
    }

    /// Returns what each note is owed by the next payment date.
    pub fn debt(env: Env) -> Result<Map<u32, i128>, Error> {
        Ok(enforce::of_notes(&env)?)
    }

    /// Returns what would repay all notes and costs by the next payment date: what a redemption must pay.
    pub fn redemption(env: Env) -> Result<i128, Error> {
        Ok(enforce::redemption(&env)?)
    }

    /// Returns what the holders of a note may surrender.
    pub fn credit(env: Env, note: u32) -> Result<i128, Error> {
        Ok(enforce::free_credit(&env, note)?)
    }

    /// Returns when the last payment date was that is executed, in seconds; at first the closing.
    pub fn last_payment(env: Env) -> Result<u64, Error> {
        Ok(enforce::last_payment(&env)?)
    }

    /// Returns what a payee is owed and cannot withdraw before more is released.
    pub fn waiting(env: Env, payee: u32) -> i128 {
        parts::waiting(&env, payee)
    }

    /// Returns what a payee is owed and has not withdrawn.
    pub fn owed(env: Env, payee: u32) -> Result<i128, Error> {
        Ok(book::standing(&env)?.owed.get(payee).unwrap_or(0))
    }

    /// Returns the plan's bytes.
    pub fn plan(env: Env) -> Result<Bytes, Error> {
        Ok(book::plan_bytes(&env)?)
    }

    /// Returns the asset that every amount is in.
    pub fn currency(env: Env) -> Result<Address, Error> {
        Ok(book::terms(&env)?.currency)
    }

    /// Returns how the deal stands: events, hash chain, the engine's state, what is owed.
    pub fn standing(env: Env) -> Result<Standing, Error> {
        Ok(book::standing(&env)?)
    }
}

#[contractimpl(contracttrait)]
impl Guarded for Deal {}
