//! Money moves when the right key signs, and only then.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::World;

#[test]
fn minted_money_moves_and_is_conserved() {
    let mut world = World::new();
    let receipt = world.pay(2, 3, 400).unwrap();
    assert_eq!((world.balance(2), world.balance(3)), (600, 400));
    assert_eq!(receipt.events.len(), 1);
    println!("{:?}", receipt.costs);
    world.ledger.verify_headers().unwrap();
}
