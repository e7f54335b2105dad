//! What this contract asks of others: the deal, the registry and the currency.

use crate::book::{self, units};
use crate::error::AuctionError;
use crate::terms::Terms;
use soroban_sdk::auth::{ContractContext, InvokerContractAuthEntry, SubContractInvocation};
use soroban_sdk::token::TokenClient;
use soroban_sdk::{
    Address, Env, IntoVal, Map, Symbol, TryFromVal, Val, Vec, contractclient, contracttype, symbol_short, vec,
};
use units::Amount;

/// Cash for the deal: a gift, which no formula counts as a receipt.
#[contracttype]
#[derive(Clone)]
pub struct Receipt {
    pub account: u32,
    pub amount: i128,
    pub next_period: bool,
    pub source: Option<u32>,
}

/// Collateral that was sold, for the deal.
#[contracttype]
#[derive(Clone)]
pub struct Sale {
    pub account: u32,
    pub allocated: i128,
    pub amount: i128,
    pub last: bool,
}

/// What the deal does for its agent.
#[allow(dead_code)] // Only the client that is made of it is used.
#[contractclient(name = "DealClient")]
trait Deal {
    fn receive(env: Env, from: Address, receipt: Receipt);
    fn proceeds(env: Env, buyer: Address, sale: Sale);
    fn surrender(env: Env, note: u32, amount: i128);
    fn enforce(env: Env, ids: Vec<u32>);
    fn conclude(env: Env, ids: Vec<u32>, to: Address);
    fn arrears(env: Env) -> i128;
    fn last_payment(env: Env) -> u64;
    fn redemption(env: Env) -> i128;
    fn credit(env: Env, note: u32) -> i128;
    fn currency(env: Env) -> Address;
}

pub fn deal<'a>(env: &Env, terms: &Terms) -> DealClient<'a> {
    DealClient::new(env, &terms.deal)
}

/// The asset that the deal is in.
pub fn currency(env: &Env, deal: &Address) -> Address {
    DealClient::new(env, deal).currency()
}

/// What the holders of the senior note may still pay with.
pub fn claim(env: &Env, terms: &Terms) -> Result<Amount, AuctionError> {
    units(deal(env, terms).credit(&terms.note))
}

/// Gives the deal cash that somebody has signed for, or that is held here.
pub fn give(env: &Env, terms: &Terms, from: &Address, amount: Amount) -> Result<(), AuctionError> {
    if *from == env.current_contract_address() {
        let_deal_take(env, terms, amount)?;
    }
    let (account, amount) = (terms.account, amount.units().into());
    deal(env, terms).receive(from, &Receipt { account, amount, next_period: false, source: None });
    Ok(())
}

/// Lets the deal take exactly this much of what is held here.
fn let_deal_take(env: &Env, terms: &Terms, amount: Amount) -> Result<(), AuctionError> {
    if amount == Amount::ZERO {
        return Ok(());
    }
    let (me, amount) = (env.current_contract_address(), i128::from(amount.units()));
    let transfer = ContractContext {
        contract: book::currency(env)?,
        fn_name: symbol_short!("transfer"),
        args: vec![env, me.into_val(env), terms.deal.into_val(env), amount.into_val(env)],
    };
    let allowed = SubContractInvocation { context: transfer, sub_invocations: vec![env] };
    env.authorize_as_current_contract(vec![env, InvokerContractAuthEntry::Contract(allowed)]);
    Ok(())
}

/// Takes cash from somebody who has signed for it.
pub fn take(env: &Env, from: &Address, amount: Amount) -> Result<(), AuctionError> {
    move_cash(env, (from, &env.current_contract_address()), amount)
}

/// Sends cash that is held here.
pub fn send(env: &Env, to: &Address, amount: Amount) -> Result<(), AuctionError> {
    move_cash(env, (&env.current_contract_address(), to), amount)
}

fn move_cash(env: &Env, (from, to): (&Address, &Address), amount: Amount) -> Result<(), AuctionError> {
    if amount > Amount::ZERO {
        TokenClient::new(env, &book::currency(env)?).transfer(from, to, &amount.units().into());
    }
    Ok(())
}

/// What a lot, or the end of a sale, is to the deal.
#[derive(Default)]
pub struct Sold {
    /// Cash that is held here for it.
    pub cash: Amount,
    /// Allocated amount of the machines.
    pub allocated: Amount,
    /// Nothing is left to sell.
    pub last: bool,
}

/// Tells the deal of a sale, which it must permit, and lets it take the cash.
pub fn sell(env: &Env, terms: &Terms, sold: Sold) -> Result<(), AuctionError> {
    let_deal_take(env, terms, sold.cash)?;
    let (allocated, amount) = (sold.allocated.units().into(), sold.cash.units().into());
    let sale = Sale { account: terms.account, allocated, amount, last: sold.last };
    deal(env, terms).proceeds(&env.current_contract_address(), &sale);
    Ok(())
}

/// What the registry's appraisers have said that receipts are worth together; one without appraisal is worth nothing.
pub fn appraised(env: &Env, terms: &Terms, ids: &Vec<u32>) -> Result<Amount, AuctionError> {
    let mut total = 0_i128;
    for id in ids {
        let args = vec![env, id.into_val(env)];
        let receipt: Map<Symbol, Val> = env.invoke_contract(&terms.title, &symbol_short!("receipt"), args);
        total = total.checked_add(value(env, &receipt)).ok_or(AuctionError::TooLarge)?;
    }
    units(total)
}

/// The value in a receipt's appraisal. Its other fields are the registry's own.
fn value(env: &Env, receipt: &Map<Symbol, Val>) -> i128 {
    let appraisal = receipt.get(symbol_short!("appraisal"));
    let appraisal = appraisal.and_then(|found| Map::<Symbol, Val>::try_from_val(env, &found).ok());
    let value = appraisal.and_then(|appraisal| appraisal.get(symbol_short!("value")));
    value.and_then(|value| i128::try_from_val(env, &value).ok()).unwrap_or(0)
}
