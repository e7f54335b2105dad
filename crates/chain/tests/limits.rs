//! The live network's limits hold here too, and entries live as long as they would there.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{World, key};
use forebay_chain::xdr::{
    ContractDataDurability, ContractId, ExtendFootprintTtlOp, ExtensionPoint, Hash, HostFunction,
    InvokeHostFunctionOp, LedgerFootprint, LedgerKey, LedgerKeyAccount, LedgerKeyContractCode,
    LedgerKeyContractData, Operation, OperationBody, ScAddress, ScVal, SorobanResources, TransactionEnvelope,
    TransactionExt,
};
use forebay_chain::{
    ChainError, Creation, Embedded, Invocation, Keeping, LIFETIME_LEDGERS_MAX, Ledger,
    PERSISTENT_LEDGERS_MIN, Receipt, Resource, Signing, sign_transaction,
};

const DAY: u64 = 86_400;

/// A world with the probe contract in it.
struct Probe {
    world: World,
    contract: ContractId,
}

impl Probe {
    fn new() -> Self {
        Self::on(World::new())
    }

    fn on(mut world: World) -> Self {
        let wasm = wat::parse_str(include_str!("common/probe.wat")).unwrap();
        let code = world.ledger.upload(Signing::by(&key(3)), &wasm).unwrap();
        let creation = Creation { code, salt: [1; 32], args: vec![] };
        let contract = world.ledger.create(Signing::by(&key(3)), creation).unwrap();
        Self { world, contract }
    }

    fn call(&mut self, function: &str, count: u32) -> Result<Receipt, ChainError> {
        let args = vec![ScVal::U32(count)];
        let call = Invocation { contract: &self.contract, function, args };
        self.world.ledger.invoke(Signing::by(&key(3)), call)
    }

    fn stored(&self) -> Result<ScVal, ChainError> {
        self.world.ledger.view(Invocation { contract: &self.contract, function: "stored", args: vec![] })
    }

    fn key(&self) -> LedgerKey {
        LedgerKey::ContractData(LedgerKeyContractData {
            contract: ScAddress::Contract(self.contract.clone()),
            key: ScVal::U32(1),
            durability: ContractDataDurability::Persistent,
        })
    }

    fn live_until(&self) -> u32 {
        self.world.ledger.entry(&self.key()).unwrap().unwrap().live_until.unwrap()
    }

    fn sequence(&self) -> u32 {
        self.world.ledger.head().unwrap().sequence
    }

    fn wait(&mut self, days: u64) {
        let time = self.world.ledger.head().unwrap().time + days * DAY;
        self.world.ledger.close(time).unwrap();
    }
}

fn check(function: &str, count: u32, over: Option<Resource>) {
    let mut probe = Probe::new();
    let found = match probe.call(function, count) {
        Ok(_) => None,
        Err(ChainError::Limit { resource, used, max }) => {
            assert!(used > max, "{resource}");
            Some(resource)
        }
        Err(error) => panic!("{function} {count}: {error}"),
    };
    assert_eq!(found, over, "{function} {count}");
    probe.world.ledger.verify_headers().unwrap();
}

#[test]
fn limits_of_the_live_network_hold() {
    check("announce", 16_000, None);
    check("announce", 16_384, Some(Resource::EventBytes));
    check("store", 65_000, None);
    check("store", 65_536, Some(Resource::EntryBytes));
    check("name", 150, None);
    check("name", 250, Some(Resource::KeyBytes));
    check("store", 140_000, Some(Resource::BytesWritten));
}

/// Declares more than any transaction may, in one respect.
fn check_declared(over: Resource, change: impl FnOnce(&mut SorobanResources)) {
    let mut world = World::new();
    let TransactionEnvelope::Tx(mut envelope) = world.relayed(10) else { unreachable!() };
    let TransactionExt::V1(data) = &mut envelope.tx.ext else { unreachable!() };
    change(&mut data.resources);
    let signed = sign_transaction(world.ledger.network(), &key(3), envelope.tx).unwrap();
    match world.ledger.send(&signed).unwrap_err() {
        ChainError::Limit { resource, used, max } => assert!(resource == over && used > max, "{resource}"),
        error => panic!("{over}: {error}"),
    }
    assert_eq!((world.balance(2), world.balance(3)), (1000, 0));
}

fn accounts(count: u8) -> Vec<LedgerKey> {
    let account = |number| LedgerKey::Account(LedgerKeyAccount { account_id: key(number).account() });
    (0..count).map(account).collect()
}

fn codes(count: u16) -> Vec<LedgerKey> {
    let code = |number: u16| {
        let hash = Hash(std::array::from_fn(|place| number.to_be_bytes()[place % 2]));
        LedgerKey::ContractCode(LedgerKeyContractCode { hash })
    };
    (0..count).map(code).collect()
}

#[test]
fn what_is_declared_has_limits_too() {
    check_declared(Resource::Instructions, |resources| resources.instructions = 400_000_001);
    check_declared(Resource::BytesRead, |resources| resources.disk_read_bytes = 200_001);
    check_declared(Resource::BytesWritten, |resources| resources.write_bytes = 132_097);
    check_declared(Resource::EntriesRead, |resources| {
        resources.footprint.read_only = accounts(201).try_into().unwrap();
    });
    check_declared(Resource::FootprintEntries, |resources| {
        resources.footprint.read_only = codes(401).try_into().unwrap();
    });
    check_declared(Resource::EntriesWritten, |resources| {
        resources.footprint.read_write = codes(201).try_into().unwrap();
    });
    // Less than is needed ends early, and costs nothing.
    check_declared(Resource::Instructions, |resources| resources.instructions = 100_000);
    check_declared(Resource::BytesWritten, |resources| resources.write_bytes = 10);
}

/// Replaces what a transaction does and sends it.
fn send_instead(world: &mut World, body: OperationBody, keys: Vec<LedgerKey>) -> Result<Receipt, ChainError> {
    let TransactionEnvelope::Tx(mut envelope) = world.relayed(10) else { unreachable!() };
    let operation = Operation { source_account: None, body };
    envelope.tx.operations = vec![operation].try_into().unwrap();
    let footprint = LedgerFootprint { read_only: keys.try_into().unwrap(), read_write: Default::default() };
    let TransactionExt::V1(data) = &mut envelope.tx.ext else { unreachable!() };
    data.resources = SorobanResources { footprint, ..Default::default() };
    let signed = sign_transaction(world.ledger.network(), &key(3), envelope.tx).unwrap();
    world.ledger.send(&signed)
}

fn extension(extend_to: u32) -> OperationBody {
    OperationBody::ExtendFootprintTtl(ExtendFootprintTtlOp { ext: ExtensionPoint::V0, extend_to })
}

#[test]
fn what_is_archived_or_lives_too_long_is_not_extended() {
    let mut probe = Probe::new();
    probe.call("store", 100).unwrap();
    let keys = vec![probe.key()];
    let error = send_instead(&mut probe.world, extension(LIFETIME_LEDGERS_MAX), keys.clone()).unwrap_err();
    assert_eq!(error.code(), 733, "{error}");
    send_instead(&mut probe.world, extension(LIFETIME_LEDGERS_MAX - 1), keys.clone()).unwrap();
    assert_eq!(probe.live_until(), LIFETIME_LEDGERS_MAX);
    probe.wait(200);
    send_instead(&mut probe.world, extension(1000), keys).unwrap();
    assert_eq!(probe.live_until(), LIFETIME_LEDGERS_MAX);
}

#[test]
fn a_transaction_has_a_size_and_a_kind() {
    let mut world = World::new();
    let wasm = vec![0; 140_000].try_into().unwrap();
    let body = OperationBody::InvokeHostFunction(InvokeHostFunctionOp {
        host_function: HostFunction::UploadContractWasm(wasm),
        auth: Default::default(),
    });
    let error = send_instead(&mut world, body, vec![]).unwrap_err();
    assert!(matches!(error, ChainError::Limit { resource: Resource::TransactionBytes, .. }), "{error}");
    let error = send_instead(&mut world, OperationBody::Inflation, vec![]).unwrap_err();
    assert_eq!(error.code(), 732, "{error}");
}

#[test]
fn long_code_runs_and_runs_again_after_opening() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("test.ledger");
    let ledger = Embedded::create(&path, &common::genesis()).unwrap();
    let mut probe = Probe::on(World::on(ledger));
    let padding = format!("(memory (export \"memory\") 4) (data (i32.const 0) \"{}\")", "a".repeat(100_000));
    let long = include_str!("common/probe.wat").replace("(memory (export \"memory\") 4)", &padding);
    let wasm = wat::parse_str(long).unwrap();
    let code = probe.world.ledger.upload(Signing::by(&key(3)), &wasm).unwrap();
    let creation = Creation { code, salt: [2; 32], args: vec![] };
    probe.contract = probe.world.ledger.create(Signing::by(&key(3)), creation).unwrap();
    for days in [0, 1, 200] {
        probe.wait(days);
        let Probe { world: World { ledger, cash }, contract } = probe;
        drop(ledger);
        let world = World { ledger: Embedded::open(&path).unwrap(), cash };
        probe = Probe { world, contract };
        probe.call("store", 100).unwrap();
    }
}

#[test]
fn a_footprint_that_misses_an_entry_is_stale() {
    let mut world = World::new();
    let TransactionEnvelope::Tx(mut envelope) = world.relayed(10) else { unreachable!() };
    let TransactionExt::V1(data) = &mut envelope.tx.ext else { unreachable!() };
    data.resources.footprint.read_write = Default::default();
    let signed = sign_transaction(world.ledger.network(), &key(3), envelope.tx).unwrap();
    let error = world.ledger.send(&signed).unwrap_err();
    assert_eq!(error.code(), 722, "{error}");
}

#[test]
fn a_loop_without_end_ends() {
    let mut probe = Probe::new();
    let call = Invocation { contract: &probe.contract, function: "spin", args: vec![] };
    let error = probe.world.ledger.invoke(Signing::by(&key(3)), call).unwrap_err();
    assert!(matches!(error, ChainError::Limit { resource: Resource::Instructions, .. }), "{error}");
}

#[test]
fn code_that_is_too_long_is_refused() {
    let mut world = World::new();
    let error = world.ledger.upload(Signing::by(&key(3)), &[0; 131_073]).unwrap_err();
    assert!(matches!(error, ChainError::Limit { resource: Resource::CodeBytes, .. }), "{error}");
    let error = world.ledger.upload(Signing::by(&key(3)), b"no wasm").unwrap_err();
    assert_eq!(error.code(), 731, "{error}");
}

#[test]
fn what_lapses_is_archived_and_a_call_brings_it_back() {
    let mut probe = Probe::new();
    probe.call("store", 100).unwrap();
    let prepared = {
        let call = Invocation { contract: &probe.contract, function: "store", args: vec![ScVal::U32(7)] };
        probe.world.ledger.prepare_call(Signing::by(&key(3)), call).unwrap()
    };
    probe.wait(200);
    assert!(probe.live_until() < probe.sequence());
    // What was prepared before does not know that it must restore.
    let error = probe.world.ledger.send(&prepared).unwrap_err();
    assert_eq!(error.code(), 721, "{error}");
    // Looking sees through the archive; nothing is restored by looking.
    assert_eq!(probe.stored().unwrap(), ScVal::U32(100));
    assert!(probe.live_until() < probe.sequence());
    probe.call("store", 50).unwrap();
    assert_eq!(probe.live_until(), probe.sequence() + PERSISTENT_LEDGERS_MIN - 1);
    assert_eq!(probe.stored().unwrap(), ScVal::U32(50));
    probe.world.ledger.verify_headers().unwrap();
    probe.world.ledger.replay().unwrap();
}

#[test]
fn the_keeper_keeps_entries_alive() {
    let mut probe = Probe::new();
    probe.call("store", 100).unwrap();
    let keeping = Keeping { within: 80 * 17_280, extend_to: 170 * 17_280 };
    assert_eq!(probe.world.ledger.keep(&key(1), keeping).unwrap(), 0);
    for _ in 0..4 {
        probe.wait(100);
        assert!(probe.world.ledger.keep(&key(1), keeping).unwrap() >= 3);
        assert!(probe.live_until() > probe.sequence());
        assert_eq!(probe.world.ledger.keep(&key(1), keeping).unwrap(), 0);
    }
    probe.world.ledger.verify_headers().unwrap();
}

#[test]
fn used_nonces_are_forgotten() {
    let mut world = World::new();
    let envelope = world.relayed(10);
    world.ledger.send(&envelope).unwrap();
    let before = world.ledger.entry_count().unwrap();
    world.ledger.close(common::START + 2 * DAY).unwrap();
    assert_eq!(world.ledger.entry_count().unwrap(), before - 1);
    world.ledger.verify_headers().unwrap();
}
