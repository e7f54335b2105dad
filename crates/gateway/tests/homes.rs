//! One trait, two homes: what a caller does, gets and is refused is the same in the process and over RPC.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use chain::xdr::{TransactionEnvelope, TransactionV1Envelope};
use chain::{ChainError, Embedded, Ledger, Network, Receipt, Signing, Transfer, sign_transaction};
use common::{COINS, START, Served, World, genesis, key};

/// What both homes must agree on: the name of a transaction differs, because over RPC it offers a fee.
fn told(receipt: &Receipt) -> String {
    format!("{:?} {:?} {:?} {:?}", receipt.ledger, receipt.result, receipt.events, receipt.costs)
}

#[test]
fn receipts_are_the_same() {
    let served = Served::new();
    let mut here = World::on(Embedded::in_memory(&genesis()).unwrap());
    let mut there = World::on(served.network());
    let paid = (here.pay(2, 3, 40).unwrap(), there.pay(2, 3, 40).unwrap());
    here.receipts.push(paid.0);
    there.receipts.push(paid.1);
    for (one, other) in here.receipts.iter().zip(&there.receipts) {
        assert_eq!(told(one), told(other));
    }
    let last = there.receipts.last().unwrap();
    assert_eq!(told(&there.ledger.receipt(last.hash).unwrap().unwrap()), told(last));
    assert_eq!(
        format!("{:?}", here.ledger.events(0..=u32::MAX)),
        format!("{:?}", there.ledger.events(0..=u32::MAX))
    );
    assert_eq!((here.balance(2), here.balance(3)), (there.balance(2), there.balance(3)));
    assert_eq!(here.ledger.head().unwrap().sequence, there.ledger.head().unwrap().sequence);
}

#[test]
fn the_clock_moves_over_rpc_and_never_back() {
    let served = Served::new();
    let mut ledger = served.network();
    let later = ledger.close(START + 86_400).unwrap();
    assert_eq!((later, later.time), (ledger.head().unwrap(), START + 86_400));
    assert_eq!(ledger.close(START).unwrap_err().code(), 706);
    assert_eq!(ledger.head().unwrap(), later);
}

/// A payment signed by somebody else than its source.
fn forged<L: Ledger>(world: &World<L>) -> TransactionEnvelope {
    let TransactionEnvelope::Tx(TransactionV1Envelope { tx, .. }) = world.signed(1) else { panic!("no v1") };
    sign_transaction(world.ledger.network(), &key(3), tx).unwrap()
}

/// The number of the refusal, what is tried, and how.
type Attempt<L> = (u16, &'static str, fn(&mut World<L>) -> Result<Receipt, ChainError>);

/// What is tried, on either home.
fn attempts<L: Ledger>() -> Vec<Attempt<L>> {
    vec![
        (730, "paying more than there is", |world| world.pay(2, 3, 5000)),
        (711, "opening an account twice", |world| world.ledger.fund(&key(2).account(), COINS)),
        (733, "giving away what is not there", |world| world.ledger.fund(&key(9).account(), i64::MAX)),
        (710, "sending from nowhere", |world| world.pay(8, 3, 1)),
        (714, "paying for somebody who does not sign", |world| {
            let transfer = Transfer { from: key(2).address(), to: key(3).address(), units: 1 };
            world.cash.transfer(&mut world.ledger, Signing::by(&key(3)), transfer)
        }),
        (713, "signing with another key", |world| {
            let envelope = forged(world);
            world.ledger.send(&envelope)
        }),
        (712, "two transactions with one number", |world| {
            let (one, other) = (world.signed(1), world.signed(2));
            world.ledger.send(&one).unwrap();
            world.ledger.send(&other)
        }),
    ]
}

fn refusals<L: Ledger>(mut world: World<L>) -> Vec<String> {
    let mut said = Vec::new();
    for (code, what, attempt) in attempts::<L>() {
        let error = attempt(&mut world).map(|receipt| panic!("{what}: {receipt:?}")).unwrap_err();
        assert_eq!(error.code(), code, "{what}: {error}");
        said.push(error.to_string());
    }
    said
}

#[test]
fn refusals_have_the_same_numbers() {
    let served = Served::new();
    let here = refusals(World::on(Embedded::in_memory(&genesis()).unwrap()));
    let there = refusals(World::on(served.network()));
    assert_eq!(here.len(), there.len());
}

#[test]
fn sending_again_is_answered_with_the_first_receipt() {
    let served = Served::new();
    let mut world: World<Network> = World::on(served.network());
    let envelope = world.signed(7);
    let (first, again) = (world.ledger.send(&envelope).unwrap(), world.ledger.send(&envelope).unwrap());
    assert_eq!((first.hash, told(&first)), (again.hash, told(&again)));
    assert_eq!((world.balance(2), world.balance(3)), (993, 7), "paid once");
}

#[test]
fn clients_at_the_same_time_pay_each_what_they_signed() {
    let served = Served::new();
    let mut world = World::on(served.network());
    let (url, cash) = (served.gateway.url(), world.cash.clone());
    world.pay(2, 3, 500).unwrap();
    let pay = |from: u8, to: u8| {
        let mut ledger = Network::connect(&url, common::AT_ONCE).unwrap();
        for _ in 0..10 {
            let transfer = Transfer { from: key(from).address(), to: key(to).address(), units: 10 };
            cash.transfer(&mut ledger, Signing::by(&key(from)), transfer).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| pay(2, 3));
        scope.spawn(|| pay(3, 2));
        scope.spawn(|| (0..20).for_each(|_| assert_eq!(served.network().head().unwrap().time, START)));
    });
    assert_eq!((world.balance(2), world.balance(3)), (500, 500));
    let transfers = world.ledger.events(0..=u32::MAX).unwrap().len();
    assert_eq!(transfers, 1 + 1 + 20, "one mint, one payment, twenty more");
}
