//! Claims on a note: vectors, the ends of the types, and random lives of many holders.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use forebay_settle::SettleError;
use forebay_settle::invariants::cl1_claims_covered;
use forebay_settle::payout::{Account, Escrow, SCALE};
use proptest::prelude::*;
use units::{Amount, UnitsError};

const MAX: i64 = i64::MAX;

/// A note held in these balances is paid these amounts; then everybody claims.
fn check(balances: &[i64], payments: &[i64], claims: &[i64], held: i64) {
    let mut escrow = Escrow::default();
    let mut accounts = vec![Account::default(); balances.len()];
    for (account, balance) in accounts.iter_mut().zip(balances) {
        escrow.mint(account, Amount::new(*balance)).unwrap();
    }
    for payment in payments {
        escrow.distribute(Amount::new(*payment)).unwrap();
    }
    let claimed: Vec<i64> =
        accounts.iter_mut().map(|account| escrow.claim(account).unwrap().units()).collect();
    assert_eq!((claimed.as_slice(), escrow.held.units()), (claims, held), "{balances:?} {payments:?}");
}

#[test]
fn holders_claim_what_their_balance_earned() {
    check(&[7], &[1_000_003, 5], &[1_000_007], 1); // M6: one unit of dust is carried.
    check(&[3, 4], &[1_000_003, 5], &[428_574, 571_433], 1);
    check(&[1, 1, 1, 1, 1, 1, 1], &[1_000_003, 5], &[142_858; 7], 2);
    check(&[60, 40], &[10], &[6, 4], 0);
    check(&[1, 1, 1], &[1, 1, 1], &[1, 1, 1], 0);
    check(&[1, 1, 1], &[1, 1], &[0, 0, 0], 2);
    check(&[5], &[0], &[0], 0);
}

#[test]
fn whatever_lies_beyond_the_escrow_is_shared() {
    let most = i128::from(MAX);
    let rows = [
        (0, 0, 0),
        (0, 7, 7),
        (10, 10, 0),
        (10, 25, 15),
        (10, 9, 0),
        (0, -5, 0),
        (0, i128::MAX, MAX),
        (10, i128::MAX, MAX - 10),
        (MAX, most + 1, 0),
    ];
    for (held, cash, shared) in rows {
        let (mut escrow, mut holder) = (Escrow::default(), Account::default());
        escrow.mint(&mut holder, Amount::new(1)).unwrap();
        escrow.distribute(Amount::new(held)).unwrap();
        assert_eq!(escrow.share(cash), Ok(Amount::new(shared)), "{held} {cash}");
        assert_eq!(escrow.held.units(), held + shared);
        assert_eq!(escrow.claim(&mut holder), Ok(Amount::new(held + shared)));
    }
}

#[test]
fn the_ends_of_the_types_hold() {
    check(&[MAX], &[MAX], &[MAX], 0);
    check(&[1], &[MAX], &[MAX], 0);
    check(&[MAX], &[1], &[0], 1);
    check(&[MAX - 1, 1], &[MAX], &[MAX - 1, 1], 0);
    check(&[MAX], &[MAX - 1, 1], &[MAX], 0);
    check(&[MAX], &[MAX - 1], &[MAX - 10], 9); // The carry is less than a part for each unit of supply.
}

#[test]
fn what_comes_while_nobody_holds_waits_for_the_next_payment() {
    let (mut escrow, mut holder) = (Escrow::default(), Account::default());
    escrow.distribute(Amount::new(MAX - 7)).unwrap();
    escrow.mint(&mut holder, Amount::new(7)).unwrap();
    assert_eq!(escrow.claim(&mut holder), Ok(Amount::ZERO));
    escrow.distribute(Amount::new(7)).unwrap();
    assert_eq!(escrow.claim(&mut holder), Ok(Amount::new(MAX)));
    assert_eq!(MAX % 7, 0, "nothing is left over");
}

#[test]
fn dust_joins_the_next_payment() {
    let (mut escrow, mut holder) = (Escrow::default(), Account::default());
    escrow.mint(&mut holder, Amount::new(7)).unwrap();
    let mut claimed = 0;
    for _ in 0..1_000 {
        escrow.distribute(Amount::new(1)).unwrap();
        claimed += escrow.claim(&mut holder).unwrap().units();
        assert_eq!(
            claimed + escrow.held.units(),
            escrow.held.units() + i64::try_from(escrow.claimed).unwrap()
        );
        assert!(escrow.held <= Amount::new(1), "never more than a unit waits for the only holder");
    }
}

#[test]
fn the_last_holder_finds_what_is_owed() {
    let (mut escrow, mut first, mut last) = (Escrow::default(), Account::default(), Account::default());
    escrow.mint(&mut first, Amount::new(2)).unwrap();
    escrow.mint(&mut last, Amount::new(1)).unwrap();
    escrow.distribute(Amount::new(100)).unwrap();
    escrow.burn(&mut first, Amount::new(2)).unwrap();
    escrow.distribute(Amount::new(50)).unwrap();
    assert_eq!(escrow.claim(&mut first), Ok(Amount::new(66)));
    escrow.burn(&mut last, Amount::new(1)).unwrap();
    assert_eq!(escrow.claim(&mut last), Ok(Amount::new(83)));
    assert_eq!((escrow.held, escrow.supply), (Amount::new(1), Amount::ZERO));
}

#[test]
fn a_sold_note_leaves_its_claim_with_the_seller() {
    let (mut escrow, mut seller, mut buyer) = (Escrow::default(), Account::default(), Account::default());
    escrow.mint(&mut seller, Amount::new(10)).unwrap();
    escrow.distribute(Amount::new(1_000)).unwrap();
    seller.debit(Amount::new(10), &escrow.index).unwrap();
    buyer.credit(Amount::new(10), &escrow.index).unwrap();
    escrow.distribute(Amount::new(7)).unwrap();
    assert_eq!(escrow.claim(&mut seller), Ok(Amount::new(1_000)));
    assert_eq!(escrow.claim(&mut buyer), Ok(Amount::new(7)));
}

#[test]
fn attack_to_pay_oneself_mints_nothing() {
    let (mut escrow, mut stored) = (Escrow::default(), Account::default());
    escrow.mint(&mut stored, Amount::new(10)).unwrap();
    for (update, amount) in [(Account::debit as fn(&mut _, _, &_) -> _, 4), (Account::credit, 4)] {
        let mut loaded = stored;
        update(&mut loaded, Amount::new(amount), &escrow.index).unwrap();
        stored = loaded;
    }
    assert_eq!((stored.balance, escrow.supply), (Amount::new(10), Amount::new(10)));
}

#[test]
fn attack_to_be_looked_at_often_drains_nobody() {
    let (mut escrow, mut victim, mut other) = (Escrow::default(), Account::default(), Account::default());
    escrow.mint(&mut victim, Amount::new(1)).unwrap();
    escrow.mint(&mut other, Amount::new(999)).unwrap();
    for _ in 0..2_000 {
        escrow.distribute(Amount::new(1)).unwrap();
        victim.checkpoint(&escrow.index).unwrap();
    }
    assert_eq!(escrow.claim(&mut victim), Ok(Amount::new(2)));
}

#[test]
fn refusals_change_nothing() {
    let (mut escrow, mut holder) = (Escrow::default(), Account::default());
    escrow.mint(&mut holder, Amount::new(3)).unwrap();
    escrow.distribute(Amount::new(MAX)).unwrap();
    let before = (escrow, holder);
    let minus = Amount::new(-1);
    let overflow = Err(SettleError::Math(UnitsError::Overflow));
    assert_eq!(escrow.distribute(minus), Err(SettleError::NegativeAmount));
    assert_eq!(escrow.distribute(Amount::new(1)), overflow);
    assert_eq!(escrow.mint(&mut holder, minus), Err(SettleError::NegativeAmount));
    assert_eq!(escrow.mint(&mut holder, Amount::new(MAX)), overflow);
    assert_eq!(escrow.burn(&mut holder, Amount::new(4)), Err(SettleError::BalanceTooSmall));
    assert_eq!(holder.debit(minus, &escrow.index), Err(SettleError::NegativeAmount));
    assert_eq!((escrow, holder), before);
}

#[test]
fn a_unit_that_earned_all_the_money_there_can_be_is_refused_more() {
    let (mut escrow, mut holder) = (Escrow::default(), Account::default());
    escrow.mint(&mut holder, Amount::new(1)).unwrap();
    let mut payments = 0;
    while escrow.distribute(Amount::new(MAX)).is_ok() {
        assert_eq!(escrow.claim(&mut holder), Ok(Amount::new(MAX)));
        payments += 1;
    }
    assert_eq!((payments, escrow.held), (18, Amount::ZERO));
}

#[derive(Clone, Debug)]
enum Step {
    Mint(usize, i64),
    Burn(usize, i64),
    Transfer(usize, usize, i64),
    Pay(i64),
    Claim(usize),
    Look(usize),
}

const HOLDERS: usize = 4;

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0..20_i64, 3 => 0..10_i64.pow(12), 1 => 0..=MAX, 1 => Just(MAX), 1 => Just(-1)]
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..HOLDERS;
    prop_oneof![
        (who(), amount()).prop_map(|(who, amount)| Step::Mint(who, amount)),
        (who(), amount()).prop_map(|(who, amount)| Step::Burn(who, amount)),
        (who(), who(), amount()).prop_map(|(from, to, amount)| Step::Transfer(from, to, amount)),
        amount().prop_map(Step::Pay),
        who().prop_map(Step::Claim),
        who().prop_map(Step::Look),
    ]
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Life {
    escrow: Escrow,
    accounts: [Account; HOLDERS],
    received: i128,
}

impl Life {
    fn apply(&mut self, step: &Step) -> Result<(), SettleError> {
        let Self { escrow, accounts, received } = self;
        match *step {
            Step::Mint(who, amount) => escrow.mint(&mut accounts[who], Amount::new(amount)),
            Step::Burn(who, amount) => escrow.burn(&mut accounts[who], Amount::new(amount)),
            Step::Transfer(from, to, amount) => {
                let kept = accounts[from];
                accounts[from].debit(Amount::new(amount), &escrow.index)?;
                let credited = accounts[to].credit(Amount::new(amount), &escrow.index);
                credited.inspect_err(|_| accounts[from] = kept)
            }
            Step::Pay(amount) => {
                escrow.distribute(Amount::new(amount))?;
                *received += i128::from(amount);
                Ok(())
            }
            Step::Claim(who) => escrow.claim(&mut accounts[who]).map(drop),
            Step::Look(who) => accounts[who].checkpoint(&escrow.index),
        }
    }

    fn assert_invariants(&self) {
        let index = &self.escrow.index;
        let claims: Vec<Amount> =
            self.accounts.iter().map(|account| account.claimable(index).unwrap()).collect();
        assert!(cl1_claims_covered(self.escrow.held, claims), "CL-1");
        assert_eq!(
            self.received,
            i128::from(self.escrow.held.units()) + self.escrow.claimed,
            "in = out + held"
        );
        let supply: i64 = self.accounts.iter().map(|account| account.balance.units()).sum();
        assert_eq!(supply, self.escrow.supply.units(), "supply");
        let parts: i128 = self.accounts.iter().map(|account| parts(account, index.per_unit)).sum();
        assert_eq!(parts + index.carry, SCALE * i128::from(self.escrow.held.units()), "to the part");
    }
}

/// All that an account has earned and not claimed, in parts.
fn parts(account: &Account, per_unit: i128) -> i128 {
    let rise = i128::from(account.balance.units()) * (per_unit - account.seen);
    SCALE * i128::from(account.owed.units()) + account.part + rise
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn prop_no_life_of_a_note_loses_a_part(steps in prop::collection::vec(step(), 1..60)) {
        let mut life = Life::default();
        for step in &steps {
            let before = life.clone();
            if life.apply(step).is_err() {
                prop_assert_eq!(&life, &before, "a refusal changes nothing: {:?}", step);
            }
            life.assert_invariants();
        }
    }
}
