//! What the ledger refuses, by number, and that nothing changes when it does.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{START, World, key};
use forebay_chain::xdr::{
    AccountId, HostFunction, InvokeHostFunctionOp, LedgerEntryData, LedgerKey, LedgerKeyAccount,
    OperationBody, ScVal, SequenceNumber, SorobanAuthorizedFunction, Transaction, TransactionEnvelope,
};
use forebay_chain::{
    ChainError, Invocation, Ledger, SIGNATURE_LEDGERS, Signing, Transfer, Validity, envelope_hash,
    sign_authorisation, sign_transaction, value,
};

/// A transfer as 3 sends it, changed by `change` and signed again by 3.
fn changed(world: &World, change: impl FnOnce(&mut Transaction)) -> TransactionEnvelope {
    let TransactionEnvelope::Tx(mut envelope) = world.relayed(10) else { unreachable!() };
    change(&mut envelope.tx);
    sign_transaction(world.ledger.network(), &key(3), envelope.tx).unwrap()
}

fn change_call(tx: &mut Transaction, change: impl FnOnce(&mut InvokeHostFunctionOp)) {
    let mut operations = tx.operations.to_vec();
    let OperationBody::InvokeHostFunction(op) = &mut operations[0].body else { unreachable!() };
    change(op);
    tx.operations = operations.try_into().unwrap();
}

/// Pays 500 instead of 10 under an authorisation for 10.
fn raise_amount(op: &mut InvokeHostFunctionOp) {
    let HostFunction::InvokeContract(call) = &mut op.host_function else { unreachable!() };
    let mut args = call.args.to_vec();
    args[2] = value::amount(500);
    call.args = args.try_into().unwrap();
}

/// Raises the amount in the authorisation as well, without the key that signed it.
fn raise_authorised(op: &mut InvokeHostFunctionOp) {
    raise_amount(op);
    let HostFunction::InvokeContract(call) = &op.host_function else { unreachable!() };
    let mut auth = op.auth.to_vec();
    auth[0].root_invocation.function = SorobanAuthorizedFunction::ContractFn(call.clone());
    op.auth = auth.try_into().unwrap();
}

/// Signs the payer's authorisation with the key of somebody else.
fn sign_as_other(op: &mut InvokeHostFunctionOp, network: [u8; 32]) {
    let mut auth = op.auth.to_vec();
    let validity = Validity { network, until: 50 };
    auth[0] = sign_authorisation(auth[0].clone(), &key(1), validity).unwrap();
    op.auth = auth.try_into().unwrap();
}

fn check(code: u16, attempt: impl FnOnce(&mut World) -> Result<(), ChainError>) {
    let mut world = World::new();
    let (before, balances) = (world.ledger.head().unwrap(), (world.balance(2), world.balance(3)));
    let error = attempt(&mut world).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert_eq!((world.balance(2), world.balance(3)), balances, "{error}");
    assert_eq!(world.ledger.head().unwrap(), before, "{error}");
    world.ledger.verify_headers().unwrap();
    world.pay(2, 3, 1).unwrap();
}

fn sent(world: &mut World, envelope: &TransactionEnvelope) -> Result<(), ChainError> {
    world.ledger.send(envelope).map(drop)
}

#[test]
fn what_is_not_signed_by_the_right_key_is_refused() {
    check(713, |world| {
        let TransactionEnvelope::Tx(envelope) = world.relayed(10) else { unreachable!() };
        let forged = sign_transaction(world.ledger.network(), &key(1), envelope.tx).unwrap();
        sent(world, &forged)
    });
    check(713, |world| {
        let TransactionEnvelope::Tx(mut envelope) = world.relayed(10) else { unreachable!() };
        envelope.tx.seq_num = SequenceNumber(envelope.tx.seq_num.0 + 1);
        sent(world, &TransactionEnvelope::Tx(envelope))
    });
    check(714, |world| {
        let transfer = Transfer { from: key(2).address(), to: key(3).address(), units: 1 };
        let cash = world.cash.clone();
        cash.transfer(&mut world.ledger, Signing::by(&key(3)), transfer).map(drop)
    });
    check(715, |world| {
        let network = world.ledger.network();
        let envelope = changed(world, |tx| change_call(tx, |op| sign_as_other(op, network)));
        sent(world, &envelope)
    });
}

#[test]
fn what_was_changed_after_signing_is_refused() {
    for change in [raise_amount, raise_authorised] {
        check(715, |world| {
            let envelope = changed(world, |tx| change_call(tx, change));
            sent(world, &envelope)
        });
    }
    check(715, |world| {
        let envelope = changed(world, |tx| {
            change_call(tx, |op| op.auth = Default::default());
        });
        sent(world, &envelope)
    });
}

#[test]
fn a_transaction_counts_once() {
    let mut world = World::new();
    let envelope = world.relayed(10);
    let hash = envelope_hash(world.ledger.network(), &envelope).unwrap();
    assert!(world.ledger.receipt(hash).unwrap().is_none());
    let receipt = world.ledger.send(&envelope).unwrap();
    assert_eq!(receipt.hash, hash);
    let again = world.ledger.send(&envelope).unwrap_err();
    assert_eq!(again.code(), 712, "{again}");
    assert_eq!((world.balance(2), world.balance(3)), (990, 10));
    let found = world.ledger.receipt(receipt.hash).unwrap().unwrap();
    assert_eq!((found.result, found.costs), (receipt.result, receipt.costs));
    assert!(world.ledger.receipt([0; 32]).unwrap().is_none());
}

#[test]
fn an_authorisation_counts_once_and_not_for_ever() {
    let mut world = World::new();
    let envelope = world.relayed(10);
    world.ledger.send(&envelope).unwrap();
    let TransactionEnvelope::Tx(used) = envelope else { unreachable!() };
    let reused = |world: &World| {
        let seq_num = SequenceNumber(world.ledger.sequence_of(&key(3).account()).unwrap() + 1);
        let tx = Transaction { seq_num, ..used.tx.clone() };
        sign_transaction(world.ledger.network(), &key(3), tx).unwrap()
    };
    let again = world.ledger.send(&reused(&world)).unwrap_err();
    assert_eq!(again.code(), 716, "{again}");
    // Once it is too old it is refused for its age, whether or not the nonce is still kept.
    for ledgers in [SIGNATURE_LEDGERS, 1_000_000] {
        let time = world.ledger.head().unwrap().time + u64::from(ledgers + 1) * 5;
        world.ledger.close(time).unwrap();
        let late = world.ledger.send(&reused(&world)).unwrap_err();
        assert_eq!(late.code(), 717, "{late}");
    }
    assert_eq!((world.balance(2), world.balance(3)), (990, 10));
}

#[test]
fn an_expired_signature_is_refused() {
    let mut world = World::new();
    let envelope = world.relayed(10);
    let expire = START + u64::from(SIGNATURE_LEDGERS + 1) * 5;
    world.ledger.close(expire).unwrap();
    let late = world.ledger.send(&envelope).unwrap_err();
    assert_eq!(late.code(), 717, "{late}");
}

#[test]
fn contracts_refuse_with_their_own_number() {
    check(730, |world| world.pay(2, 3, 1001).map(drop));
    check(730, |world| world.pay(2, 3, -1).map(drop));
    let error = World::new().pay(2, 3, 1001).unwrap_err();
    assert!(matches!(error, ChainError::Contract { code: 10, .. }), "{error}");
    assert!(error.to_string().contains("balance"), "{error}");
}

#[test]
fn what_is_not_there_is_named() {
    check(710, |world| world.pay(9, 3, 1).map(drop));
    check(711, |world| world.ledger.fund(&key(2).account(), 10_000_000).map(drop));
    check(731, |world| {
        let contract = world.cash.contract().clone();
        let call = Invocation { contract: &contract, function: "no_such", args: vec![ScVal::Void] };
        world.ledger.view(call).map(drop)
    });
    check(706, |world| world.ledger.close(START - 1).map(drop));
    check(733, |world| {
        let contract = world.cash.contract().clone();
        let call = Invocation {
            contract: &contract,
            function: "a name that is much too long for one",
            args: vec![],
        };
        world.ledger.view(call).map(drop)
    });
}

#[test]
fn in_a_batch_each_is_refused_by_itself() {
    let mut world = World::new();
    let good = world.relayed(10);
    let bad = changed(&world, |tx| change_call(tx, raise_amount));
    // The bad one does not use up the sequence number that the good one has too.
    let results = world.ledger.send_all(&[bad, good.clone(), good]).unwrap();
    let codes: Vec<_> = results.iter().map(|one| one.as_ref().map_err(ChainError::code).map(drop)).collect();
    assert_eq!(codes, [Err(715), Ok(()), Err(712)]);
    assert_eq!((world.balance(2), world.balance(3)), (990, 10));
    world.ledger.verify_headers().unwrap();
}

#[test]
fn native_coins_are_conserved() {
    let mut world = World::new();
    let root = world.ledger.root().account();
    let coins = |world: &World, id: &AccountId| {
        let key = LedgerKey::Account(LedgerKeyAccount { account_id: id.clone() });
        match world.ledger.entry(&key).unwrap().unwrap().entry.data {
            LedgerEntryData::Account(account) => account.balance,
            _ => unreachable!(),
        }
    };
    let before = coins(&world, &root);
    world.ledger.fund(&key(9).account(), 70_000_000).unwrap();
    assert_eq!(coins(&world, &root), before - 70_000_000);
    assert_eq!(coins(&world, &key(9).account()), 70_000_000);
    // What the root must keep for itself it cannot give, and nobody gives less than nothing.
    for balance in [before - 70_000_000, -1] {
        let error = world.ledger.fund(&key(8).account(), balance).unwrap_err();
        assert_eq!(error.code(), 733, "{error}");
    }
}
