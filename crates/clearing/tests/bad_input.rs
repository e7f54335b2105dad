//! Bad input to a deal on its ledger: each is refused with its stable number when it is applied, not only when it is
//! simulated, and no byte changes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/raise.rs"]
mod raise;

use chain::value::{Invocation, address, amount, bytes, map};
use chain::xdr::{
    ContractExecutable, ContractIdPreimage, ContractIdPreimageFromAddress, CreateContractArgsV2, Hash,
    HostFunction, InvokeHostFunctionOp, OperationBody, ScVal, SequenceNumber, SorobanAuthorizedFunction,
    SorobanResources, Transaction, TransactionEnvelope, TransactionExt, Uint256,
};
use chain::{
    ChainError, Embedded, Key, Ledger, SIGNATURE_LEDGERS, Signing, Validity, sign_authorisation,
    sign_transaction,
};
use common::Lived;
use forebay_clearing::code::DEAL;
use forebay_clearing::{Deployment, clear, verify};
use sha2::{Digest, Sha256};
use waterfall::{Event, Plan};

/// Events of the flagship after which the attacks come: three payment dates and a few receipts.
const SOME: usize = 40;

/// What is wrong, the number that refuses it, and the transaction.
type Row = (&'static str, u32, TransactionEnvelope);

struct World {
    lived: Lived,
    ledger: Embedded,
    deployment: Deployment,
    /// A report that is due, and can be made once.
    due: Event<1>,
}

impl World {
    /// The flagship when the next thing to happen is a report.
    fn open() -> Self {
        let lived = Lived::of("sierra-h100");
        let is_report = |event: &Event<1>| matches!(event, Event::Report { .. });
        let seen = SOME + lived.life.events[SOME..].iter().position(is_report).unwrap();
        clear(&lived.place(), lived.story(), &mut |number, _| number <= seen).unwrap();
        let ledger = Embedded::open(&lived.file).unwrap();
        let deployment = deployment(&lived, &ledger);
        let due = lived.life.events[seen].clone();
        Self { lived, ledger, deployment, due }
    }

    fn plan(&self) -> &Plan {
        &self.lived.setup.compiled.plan
    }

    /// A call of the deal, signed as it should be.
    fn signed(&self, signing: Signing<'_>, (function, args): (&str, Vec<ScVal>)) -> TransactionEnvelope {
        let call = Invocation { contract: &self.deployment.deal, function, args };
        self.ledger.prepare_call(signing, call).unwrap()
    }

    /// The report that is due.
    fn report(&self) -> TransactionEnvelope {
        let call = self.deployment.call(&self.due).unwrap();
        self.signed(Signing::by(&call.source), (call.function, call.args))
    }

    /// A gift of one unit that the operator gives and somebody else may send.
    fn gift(&self, sender: &Key) -> TransactionEnvelope {
        let operator = self.deployment.parties.operator.clone();
        let args = self.receipt(self.plan().accounts[0].id.0, None, 1);
        self.signed(Signing { source: sender, others: &[&operator] }, ("receive", args))
    }

    fn receipt(&self, account: u32, source: Option<u32>, units: i128) -> Vec<ScVal> {
        let receipt = map(vec![
            ("account", ScVal::U32(account)),
            ("amount", amount(units)),
            ("next_period", ScVal::Bool(false)),
            ("source", source.map_or(ScVal::Void, ScVal::U32)),
        ]);
        vec![address(self.deployment.parties.operator.address()), receipt.unwrap()]
    }

    /// A signed transaction that calls something else, signed again by the same key.
    fn instead(&self, from: &TransactionEnvelope, by: &Key, call: (&str, Vec<ScVal>)) -> TransactionEnvelope {
        self.changed(from, by, |tx| change_op(tx, |op| call_instead(op, call)))
    }

    fn changed(
        &self,
        from: &TransactionEnvelope,
        by: &Key,
        change: impl FnOnce(&mut Transaction),
    ) -> TransactionEnvelope {
        let mut tx = transaction(from);
        change(&mut tx);
        sign_transaction(self.ledger.network(), by, tx).unwrap()
    }
}

fn deployment(lived: &Lived, ledger: &Embedded) -> Deployment {
    Deployment::of(ledger.network(), lived.installing()).unwrap()
}

fn transaction(envelope: &TransactionEnvelope) -> Transaction {
    let TransactionEnvelope::Tx(envelope) = envelope else { unreachable!() };
    envelope.tx.clone()
}

fn change_op(tx: &mut Transaction, change: impl FnOnce(&mut InvokeHostFunctionOp)) {
    let mut operations = tx.operations.to_vec();
    let OperationBody::InvokeHostFunction(op) = &mut operations[0].body else { unreachable!() };
    change(op);
    tx.operations = operations.try_into().unwrap();
}

fn change_resources(tx: &mut Transaction, change: impl FnOnce(&mut SorobanResources)) {
    let TransactionExt::V1(data) = &mut tx.ext else { unreachable!() };
    change(&mut data.resources);
}

/// The call, and what the source authorises with it.
fn call_instead(op: &mut InvokeHostFunctionOp, (function, args): (&str, Vec<ScVal>)) {
    let HostFunction::InvokeContract(call) = &mut op.host_function else { unreachable!() };
    call.function_name = function.try_into().unwrap();
    call.args = args.try_into().unwrap();
    let mut auth = op.auth.to_vec();
    for entry in &mut auth {
        entry.root_invocation.function = SorobanAuthorizedFunction::ContractFn(call.clone());
    }
    op.auth = auth.try_into().unwrap();
}

/// The contract's own number, or the ledger's.
fn number(error: &ChainError) -> u32 {
    match error {
        ChainError::Contract { code, .. } => *code,
        other => other.code().into(),
    }
}

/// Sends each, which is refused by its number and changes nothing.
fn check(ledger: &mut Embedded, rows: Vec<Row>) {
    let (head, entries) = (ledger.head().unwrap(), ledger.entry_count().unwrap());
    for (what, refusal, envelope) in rows {
        let refused = ledger.send(&envelope).err();
        let found = refused.as_ref().map(number);
        assert_eq!(found, Some(refusal), "{what}: {refused:?}");
        assert_eq!((ledger.head().unwrap(), ledger.entry_count().unwrap()), (head, entries), "{what}");
    }
    ledger.verify_headers().unwrap();
}

/// Somebody else's number.
const NOBODY: u32 = 0xFFFF_FFFF;

/// Calls with arguments that are wrong.
fn calls(world: &World) -> Vec<Row> {
    let parties = &world.deployment.parties;
    let (operator, trustee) = (&parties.operator, &parties.trustee);
    let Event::Report { input, reporter, value: [value], as_of } = world.due.clone() else { unreachable!() };
    let reporter = parties.reporter(reporter);
    let (report, gift) = (world.report(), world.gift(operator));
    let correction = vec![ScVal::U32(input.0), ScVal::I64(1)];
    let correction = world.signed(Signing::by(trustee), ("restate", correction));
    let reported = |by: &Key, input: u32, as_of: i32| {
        let args = vec![address(by.address()), ScVal::U32(input), ScVal::I64(value), ScVal::I32(as_of)];
        ("report", args)
    };
    let by_reporter = |call| world.instead(&report, &reporter, call);
    let by_operator = |call| world.instead(&gift, operator, call);
    let by_trustee = |call| world.instead(&correction, trustee, call);
    let one = |number: u32| vec![ScVal::U32(number)];
    let (account, tag) = (world.plan().receipts[0].account, world.plan().receipts[0].id.0);
    let other = world.plan().accounts.iter().enumerate().find(|(at, _)| *at != usize::from(account)).unwrap();
    let (account, other) = (world.plan().accounts[usize::from(account)].id.0, other.1.id.0);
    let draw = |note: u32| vec![address(operator.address()), ScVal::U32(note), amount(1)];
    vec![
        ("attestation expired", 410, by_reporter(reported(&reporter, input.0, as_of.days() - 400))),
        ("input unknown", 674, by_reporter(reported(&reporter, NOBODY, as_of.days()))),
        ("reporter unknown", 674, by_operator(reported(operator, input.0, as_of.days()))),
        ("payment repeated", 400, by_reporter(("pay", one(1)))),
        ("payment out of order", 400, by_reporter(("pay", one(50)))),
        ("payment number too large", 675, by_reporter(("pay", one(NOBODY)))),
        ("closing as payment", 676, by_reporter(("pay", one(0)))),
        ("state unknown", 403, by_reporter(("transition", one(NOBODY)))),
        ("payee unknown", 672, by_reporter(("withdraw", one(NOBODY)))),
        ("function unknown", 731, by_reporter(("seize", vec![]))),
        ("arguments missing", 731, by_reporter(("pay", vec![]))),
        ("account unknown", 403, by_operator(("receive", world.receipt(NOBODY, None, 1)))),
        ("receipt unknown", 403, by_operator(("receive", world.receipt(account, Some(NOBODY), 1)))),
        ("receipt of another account", 412, by_operator(("receive", world.receipt(other, Some(tag), 1)))),
        ("amount negative", 675, by_operator(("receive", world.receipt(account, None, -1)))),
        ("amount too large", 675, by_operator(("receive", world.receipt(account, None, i128::MAX)))),
        ("note unknown", 403, by_operator(("draw", draw(NOBODY)))),
        ("note that is not drawn", 408, by_operator(("draw", draw(world.plan().notes[0].id.0)))),
        ("correction of nothing", 403, by_trustee(("restate", vec![ScVal::U32(NOBODY), ScVal::I64(1)]))),
        ("waiver of nothing", 403, by_trustee(("waive", vec![ScVal::U32(NOBODY), ScVal::I32(1)]))),
        ("trustee's call by another", 715, by_operator(("waive", vec![ScVal::U32(1), ScVal::I32(1)]))),
    ]
}

/// Transactions with a wrong signature, number or declaration.
fn transactions(world: &World, used: TransactionEnvelope) -> Vec<Row> {
    let parties = &world.deployment.parties;
    let (operator, trustee, network) = (&parties.operator, &parties.trustee, world.ledger.network());
    let (gift, relayed) = (world.gift(operator), world.gift(trustee));
    let by_operator = |change: &dyn Fn(&mut Transaction)| world.changed(&gift, operator, change);
    let resources = |change: &dyn Fn(&mut SorobanResources)| by_operator(&|tx| change_resources(tx, change));
    let authorised_for = |by: &Key, network: [u8; 32]| {
        let until = world.ledger.head().unwrap().sequence + 1;
        let sign = |op: &mut InvokeHostFunctionOp| {
            let mut auth = op.auth.to_vec();
            auth[0] = sign_authorisation(auth[0].clone(), by, Validity { network, until }).unwrap();
            op.auth = auth.try_into().unwrap();
        };
        world.changed(&relayed, trustee, |tx| change_op(tx, sign))
    };
    let elsewhere = [7; 32];
    let next = transaction(&relayed).seq_num;
    vec![
        ("transaction replayed", 712, used.clone()),
        ("authorisation replayed", 716, world.changed(&used, trustee, |tx| tx.seq_num = next)),
        ("signed by another", 713, world.changed(&gift, trustee, |_| ())),
        (
            "signed for another network",
            713,
            sign_transaction(elsewhere, operator, transaction(&gift)).unwrap(),
        ),
        ("authorised by another", 715, authorised_for(trustee, network)),
        ("authorised for another network", 715, authorised_for(operator, elsewhere)),
        (
            "not authorised",
            715,
            world.changed(&relayed, trustee, |tx| change_op(tx, |op| op.auth = Default::default())),
        ),
        ("sequence used", 712, by_operator(&|tx| tx.seq_num = SequenceNumber(tx.seq_num.0 - 1))),
        ("sequence skipped", 712, by_operator(&|tx| tx.seq_num = SequenceNumber(tx.seq_num.0 + 1))),
        ("too few instructions", 720, resources(&|declared| declared.instructions /= 2)),
        ("too few bytes", 720, resources(&|declared| declared.write_bytes /= 2)),
        (
            "entry not declared",
            722,
            resources(&|declared| declared.footprint.read_write = Default::default()),
        ),
    ]
}

#[test]
fn bad_input_is_refused_by_number_and_leaves_no_trace() {
    let mut world = World::open();
    let trustee = world.deployment.parties.trustee.clone();
    let used = world.gift(&trustee);
    world.ledger.send(&used).unwrap();
    let rows = [calls(&world), transactions(&world, used)].concat();
    check(&mut world.ledger, rows);
    let (good, late) = (world.report(), world.gift(&trustee));
    world.ledger.send(&good).unwrap();
    let time = world.ledger.head().unwrap().time;
    world.ledger.close(time + u64::from(SIGNATURE_LEDGERS + 1) * chain::CLOSE_SECONDS).unwrap();
    check(&mut world.ledger, vec![("signature expired", 717, late)]);
}

/// The creation of a deal by its arranger.
fn created(arranger: &Key, args: Vec<ScVal>) -> CreateContractArgsV2 {
    let by = ContractIdPreimageFromAddress { address: arranger.address(), salt: Uint256([9; 32]) };
    CreateContractArgsV2 {
        contract_id_preimage: ContractIdPreimage::Address(by),
        executable: ContractExecutable::Wasm(Hash(DEAL.hash())),
        constructor_args: args.try_into().unwrap(),
    }
}

/// A deal's installation with another plan or another hash.
fn installing(args: &[ScVal], (plan, hash): (&[u8], [u8; 32])) -> Vec<ScVal> {
    let [ScVal::Map(Some(installation))] = args else { unreachable!() };
    let (office, terms) = (installation.first().unwrap(), installation.last().unwrap());
    let fields = vec![
        ("office", office.val.clone()),
        ("plan", bytes(plan).unwrap()),
        ("plan_hash", bytes(&hash).unwrap()),
        ("terms", terms.val.clone()),
    ];
    vec![map(fields).unwrap()]
}

/// A good creation whose constructor is given something else.
fn created_instead(world: &raise::World, args: Vec<ScVal>) -> TransactionEnvelope {
    let arranger = &world.arranger;
    let good = created(arranger, world.deal_args(&raise::plan()));
    let good = world.ledger.prepare(Signing::by(arranger), HostFunction::CreateContractV2(good)).unwrap();
    let (mut tx, creation) = (transaction(&good), created(arranger, args));
    change_op(&mut tx, |op| {
        let mut auth = op.auth.to_vec();
        let authorised = SorobanAuthorizedFunction::CreateContractV2HostFn(creation.clone());
        auth[0].root_invocation.function = authorised;
        op.auth = auth.try_into().unwrap();
        op.host_function = HostFunction::CreateContractV2(creation);
    });
    sign_transaction(world.ledger.network(), arranger, tx).unwrap()
}

/// A plan is refused by its number; and where it is applied all the same, by the host's for every constructor.
fn check_plan(world: &mut raise::World, (what, refusal): (&'static str, u32), plan: (&[u8], [u8; 32])) {
    let args = installing(&world.deal_args(&raise::plan()), plan);
    let function = HostFunction::CreateContractV2(created(&world.arranger, args.clone()));
    let error = world.ledger.prepare(Signing::by(&world.arranger), function).unwrap_err();
    assert_eq!(number(&error), refusal, "{what}: {error}");
    let envelope = created_instead(world, args);
    check(&mut world.ledger, vec![(what, 731, envelope)]);
}

#[test]
fn a_plan_that_is_not_the_signed_one_is_not_installed() {
    let (mut world, whole) = (raise::World::open(&raise::plan()), raise::plan().to_bytes());
    let hash = |plan: &[u8]| -> [u8; 32] { Sha256::digest(plan).into() };
    let changed = |place: usize| {
        let mut broken = whole.clone();
        broken[place] ^= 1;
        broken
    };
    check_plan(&mut world, ("another hash", 671), (&whole, [1; 32]));
    check_plan(&mut world, ("a byte changed", 671), (&changed(whole.len() / 2), hash(&whole)));
    for (what, refusal, plan) in [
        ("no plan", 422, vec![]),
        ("another magic", 420, changed(0)),
        ("a byte missing", 422, whole[..whole.len() - 1].to_vec()),
        ("a byte too many", 422, [&whole[..], &[0]].concat()),
    ] {
        check_plan(&mut world, (what, refusal), (&plan, hash(&plan)));
    }
    let good = created_instead(&world, world.deal_args(&raise::plan()));
    world.ledger.send(&good).unwrap();
}

#[test]
fn a_ledger_that_is_cut_short_proves_nothing() {
    let lived = Lived::of("hundred");
    clear(&lived.place(), lived.story(), &mut |_, _| true).unwrap();
    let whole = std::fs::read(&lived.file).unwrap();
    for (quarters, refusal) in [(0, 700), (1, 701), (2, 701), (3, 701)] {
        std::fs::write(&lived.file, &whole[..whole.len() / 4 * quarters]).unwrap();
        let error = verify(&lived.place(), None).unwrap_err();
        assert_eq!(error.code(), refusal, "{quarters} quarters: {error}");
        let error = clear(&lived.place(), lived.story(), &mut |_, _| true).unwrap_err();
        assert_eq!(error.code(), refusal, "{quarters} quarters: {error}");
    }
    std::fs::write(&lived.file, &whole).unwrap();
    verify(&lived.place(), None).unwrap();
}
