//! The registry of receipts: what each party may do, what is refused, and what it costs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chain::value::{Creation, Invocation, address, amount, bytes, list, map, symbol};
use chain::xdr::{ContractId, ScVal};
use chain::{ChainError, Embedded, Genesis, Key, Ledger, Signing};
use forebay_clearing::code::TITLE;

const START: u64 = 1_767_225_600;
const DAY: u64 = 86_400;
const COINS: i64 = 1_000_000_000;

const REGISTRAR: u8 = 1;
const OWNER: u8 = 2;
const BAILEE: u8 = 3;
const INSURER: u8 = 4;
const APPRAISER: u8 = 5;
const DEAL: u8 = 6;
const OTHER_DEAL: u8 = 7;
const STRANGER: u8 = 8;

const ISSUED: u32 = 1;
const RESERVED: u32 = 2;
const PLEDGED: u32 = 3;
const RELEASED: u32 = 4;
const SUBSTITUTED: u32 = 5;
const ENFORCED: u32 = 6;
const REDEEMED: u32 = 7;

fn key(number: u8) -> Key {
    Key::from_secret([number; 32])
}

fn who(number: u8) -> ScVal {
    address(key(number).address())
}

fn ids(ids: &[u32]) -> ScVal {
    list(ids.iter().map(|id| ScVal::U32(*id)).collect()).unwrap()
}

fn hash(of: u8) -> ScVal {
    bytes(&[of; 32]).unwrap()
}

fn policy(days: u64) -> ScVal {
    map(vec![("amount", amount(30_000)), ("expiry", ScVal::U64(START + days * DAY))]).unwrap()
}

fn appraisal(on: u64) -> ScVal {
    let method = symbol("market").unwrap();
    map(vec![("method", method), ("on", ScVal::U64(on)), ("value", amount(25_000))]).unwrap()
}

fn parties() -> ScVal {
    map(vec![("appraiser", who(APPRAISER)), ("bailee", who(BAILEE)), ("insurer", who(INSURER))]).unwrap()
}

fn of(deal: u8, which: &[u32]) -> Vec<ScVal> {
    vec![who(deal), ids(which)]
}

fn keeping(deal: u8, which: &[u32], days: u64) -> Vec<ScVal> {
    vec![who(deal), who(OWNER), ids(which), ScVal::U64(START + days * DAY)]
}

/// Who signs, what is called with what, and the number of the refusal; zero if there is none.
type Row<'a> = (&'a [u8], &'static str, Vec<ScVal>, u32);

struct World {
    ledger: Embedded,
    place: ContractId,
}

impl World {
    /// A registry with three parties named.
    fn new() -> Self {
        let genesis = Genesis { passphrase: "forebay test".to_owned(), time: START };
        let mut ledger = Embedded::in_memory(&genesis).unwrap();
        for number in REGISTRAR..=STRANGER {
            ledger.fund(&key(number).account(), COINS).unwrap();
        }
        let registrar = key(REGISTRAR);
        let code = ledger.upload(Signing::by(&registrar), TITLE.wasm).unwrap();
        let creation = Creation { code, salt: [0; 32], args: vec![who(REGISTRAR)] };
        let place = ledger.create(Signing::by(&registrar), creation).unwrap();
        let mut world = Self { ledger, place };
        for (role, party) in [(0, BAILEE), (1, INSURER), (2, APPRAISER)] {
            let args = vec![ScVal::U32(role), who(party), ScVal::Bool(true)];
            world.check((&[REGISTRAR], "name", args, 0));
        }
        world
    }

    /// As new, with receipts 1 to `count` that could be pledged.
    fn with(count: u8) -> Self {
        let mut world = Self::new();
        for number in 1..=count {
            let id = ScVal::U32(number.into());
            world.check((&[OWNER], "draft", vec![who(OWNER), hash(number), parties()], 0));
            world.check((&[BAILEE], "issue", vec![id.clone()], 0));
            world.check((&[INSURER], "insure", vec![id.clone(), policy(365)], 0));
            world.check((&[APPRAISER], "appraise", vec![id, appraisal(START)], 0));
        }
        world
    }

    /// Calls, compares the number of the refusal, and returns the instructions used.
    fn check(&mut self, (signers, function, args, refusal): Row<'_>) -> u64 {
        let keys: Vec<_> = signers.iter().map(|number| key(*number)).collect();
        let others: Vec<_> = keys.iter().skip(1).collect();
        let signing = Signing { source: keys.first().unwrap(), others: &others };
        let call = Invocation { contract: &self.place, function, args };
        let (code, used) = match self.ledger.invoke(signing, call) {
            Ok(receipt) => (0, receipt.costs.instructions),
            Err(ChainError::Contract { code, .. }) => (code, 0),
            Err(error) => (error.code().into(), 0),
        };
        assert_eq!(code, refusal, "{function} signed by {signers:?}");
        used
    }

    /// What a receipt is now.
    fn state(&self, id: u32) -> u32 {
        let ScVal::Map(Some(fields)) = self.view("lien", vec![ScVal::U32(id)]) else { panic!("no title") };
        let state = fields.iter().find(|field| field.key == symbol("state").unwrap());
        let ScVal::U32(state) = state.unwrap().val else { panic!("no state") };
        state
    }

    fn view(&self, function: &'static str, args: Vec<ScVal>) -> ScVal {
        self.ledger.view(Invocation { contract: &self.place, function, args }).unwrap()
    }
}

/// The number of a refusal because a signature is missing.
fn unsigned() -> u32 {
    ChainError::MissingSigner(String::new()).code().into()
}

#[test]
fn a_receipt_lives_and_every_call_is_cheap() {
    let mut world = World::new();
    let one = || ScVal::U32(1);
    let free = vec![who(OWNER), who(STRANGER), one()];
    let document = vec![one(), who(BAILEE), symbol("warehouse").unwrap(), hash(9)];
    let rows: Vec<(Row<'_>, Option<u32>, u64)> = vec![
        ((&[OWNER], "draft", vec![who(OWNER), hash(1), parties()], 0), None, 850_000),
        ((&[BAILEE], "issue", vec![one()], 0), Some(ISSUED), 780_000),
        ((&[INSURER], "insure", vec![one(), policy(365)], 0), Some(ISSUED), 720_000),
        ((&[APPRAISER], "appraise", vec![one(), appraisal(START)], 0), Some(ISSUED), 740_000),
        ((&[BAILEE], "file", document, 0), Some(ISSUED), 740_000),
        ((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0), Some(RESERVED), 1_200_000),
        ((&[DEAL], "cancel", of(DEAL, &[1]), 0), Some(ISSUED), 660_000),
        ((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0), Some(RESERVED), 1_200_000),
        ((&[DEAL], "pledge", of(DEAL, &[1]), 0), Some(PLEDGED), 740_000),
        ((&[DEAL], "release", of(DEAL, &[1]), 0), Some(RELEASED), 660_000),
        ((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0), Some(RESERVED), 1_200_000),
        ((&[DEAL], "pledge", of(DEAL, &[1]), 0), Some(PLEDGED), 740_000),
        ((&[DEAL], "enforce", of(DEAL, &[1]), 0), Some(ENFORCED), 660_000),
        ((&[DEAL], "conclude", vec![who(DEAL), ids(&[1]), who(OWNER)], 0), Some(RELEASED), 670_000),
        ((&[OWNER], "transfer", free, 0), Some(RELEASED), 630_000),
        ((&[STRANGER], "redeem", vec![one(), who(STRANGER)], 0), Some(REDEEMED), 700_000),
    ];
    for (row, state, most) in rows {
        let function = row.1;
        let used = world.check(row);
        println!("{function}: {used} instructions");
        assert!(used <= most, "{function}: {used}");
        assert!(state.is_none_or(|state| world.state(1) == state), "after {function}");
    }
    assert_eq!(world.view("handover", vec![one()]), who(STRANGER), "the bailee knows whom to hand it to");
    assert_eq!(world.view("by_machine", vec![hash(1)]), one());
    world.check((&[STRANGER], "redeem", vec![one(), who(STRANGER)], 695));
}

#[test]
fn attack_double_pledge_across_two_deals() {
    let mut world = World::with(1);
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0));
    world.check((&[OTHER_DEAL, OWNER], "reserve", keeping(OTHER_DEAL, &[1], 7), 640));
    world.check((&[OTHER_DEAL], "pledge", of(OTHER_DEAL, &[1]), 641));
    world.check((&[DEAL], "pledge", of(DEAL, &[1]), 0));
    world.check((&[OTHER_DEAL, OWNER], "reserve", keeping(OTHER_DEAL, &[1], 7), 640));
    for function in ["pledge", "release", "enforce", "cancel"] {
        world.check((&[OTHER_DEAL], function, of(OTHER_DEAL, &[1]), 641));
    }
    world.check((&[DEAL], "pledge", of(DEAL, &[1]), 640));
    assert_eq!(world.state(1), PLEDGED);
}

#[test]
fn attack_same_machine_minted_twice() {
    let mut world = World::with(1);
    world.check((&[STRANGER], "draft", vec![who(STRANGER), hash(1), parties()], 0));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(2)], 692));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(1)], 695));
    world.check((&[OWNER], "redeem", vec![ScVal::U32(1), who(OWNER)], 0));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(2)], 0));
    assert_eq!(world.view("by_machine", vec![hash(1)]), ScVal::U32(2));
}

#[test]
fn nobody_moves_what_is_pledged_or_not_theirs() {
    let mut world = World::with(1);
    let one = || ScVal::U32(1);
    let sale = || vec![who(OWNER), who(STRANGER), one()];
    world.check((&[STRANGER], "transfer", vec![who(STRANGER), who(STRANGER), one()], 694));
    world.check((&[STRANGER], "transfer", sale(), unsigned()));
    world.check((&[OWNER], "draft", vec![who(OWNER), hash(2), parties()], 0));
    world.check((&[STRANGER], "issue", vec![ScVal::U32(2)], unsigned()));
    world.check((&[STRANGER], "insure", vec![one(), policy(9)], unsigned()));
    world.check((&[OWNER], "appraise", vec![one(), appraisal(START)], unsigned()));
    world.check((&[REGISTRAR], "redeem", vec![one(), who(REGISTRAR)], unsigned()));
    world.check((&[STRANGER], "name", vec![ScVal::U32(0), who(STRANGER), ScVal::Bool(true)], unsigned()));
    world.check((&[STRANGER], "file", vec![one(), who(STRANGER), symbol("x").unwrap(), hash(9)], 694));
    world.check((&[DEAL], "reserve", keeping(DEAL, &[1], 7), unsigned()));
    world.check((&[STRANGER, OWNER], "reserve", keeping(DEAL, &[1], 7), unsigned()));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0));
    world.check((&[OWNER], "transfer", sale(), 640));
    world.check((&[STRANGER], "pledge", of(DEAL, &[1]), unsigned()));
    world.check((&[DEAL], "pledge", of(DEAL, &[1]), 0));
    world.check((&[OWNER], "transfer", sale(), 640));
    world.check((&[OWNER], "redeem", vec![one(), who(OWNER)], 640));
    assert_eq!(world.state(1), PLEDGED);
}

#[test]
fn a_pledge_needs_every_part() {
    let mut world = World::new();
    let one = || ScVal::U32(1);
    let pledge = |refusal| (&[DEAL][..], "pledge", of(DEAL, &[1]), refusal);
    world.check((&[OWNER], "draft", vec![who(OWNER), hash(1), parties()], 0));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 695));
    world.check((&[BAILEE], "issue", vec![one()], 0));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0));
    world.check(pledge(696));
    world.check((&[INSURER], "insure", vec![one(), policy(2)], 0));
    world.check(pledge(697));
    world.check((&[APPRAISER], "appraise", vec![one(), appraisal(START + DAY)], 603));
    world.check((&[APPRAISER], "appraise", vec![one(), appraisal(START)], 0));
    world.ledger.close(START + 2 * DAY).unwrap();
    world.check(pledge(696));
    world.check((&[INSURER], "insure", vec![one(), policy(30)], 0));
    world.check(pledge(0));
}

#[test]
fn a_reservation_runs_out_by_itself() {
    let mut world = World::with(1);
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 0), 642));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0));
    world.ledger.close(START + 7 * DAY).unwrap();
    assert_eq!(world.state(1), ISSUED);
    world.check((&[DEAL], "pledge", of(DEAL, &[1]), 642));
    world.check((&[OTHER_DEAL, OWNER], "reserve", keeping(OTHER_DEAL, &[1], 9), 0));
    world.check((&[OTHER_DEAL], "pledge", of(OTHER_DEAL, &[1]), 0));
}

#[test]
fn a_failed_machine_is_substituted() {
    let mut world = World::with(2);
    let swap = || vec![who(DEAL), ScVal::U32(1), ScVal::U32(2)];
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0));
    world.check((&[DEAL], "pledge", of(DEAL, &[1]), 0));
    world.check((&[DEAL], "substitute", swap(), 640));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[2], 7), 0));
    let used = world.check((&[DEAL], "substitute", swap(), 0));
    println!("substitute: {used} instructions");
    assert!(used <= 850_000, "{used}");
    assert_eq!((world.state(1), world.state(2)), (SUBSTITUTED, PLEDGED));
    world.check((&[OWNER], "redeem", vec![ScVal::U32(1), who(OWNER)], 0));
}

#[test]
fn a_batch_is_bounded_whole_and_cheap() {
    let mut world = World::with(64);
    let all: Vec<u32> = (1..=64).collect();
    let too_many: Vec<u32> = (1..=65).collect();
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &too_many, 7), 698));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[], 7), 698));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1, 2, 1], 7), 640));
    assert_eq!(world.state(1), ISSUED, "all or none");
    let (some, rest) = all.split_at(8);
    for (batch, most) in [(some, [1_900_000, 2_200_000]), (rest, [8_500_000, 16_500_000])] {
        let reserve = world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, batch, 7), 0));
        let pledge = world.check((&[DEAL], "pledge", of(DEAL, batch), 0));
        println!("{} receipts: reserve {reserve}, pledge {pledge} instructions", batch.len());
        assert!(reserve <= most[0] && pledge <= most[1], "reserve {reserve}, pledge {pledge}");
    }
    let release = world.check((&[DEAL], "release", of(DEAL, &all), 0));
    println!("{} receipts: release {release} instructions", all.len());
    assert!(release <= 10_000_000, "{release}");
}
