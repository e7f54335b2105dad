//! A registry of receipts on a ledger in memory, with accounts for all who call it; deals are accounts, too.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chain::value::{Creation, Invocation, address, amount, bytes, list, map, symbol};
use chain::xdr::{ContractId, ScVal};
use chain::{ChainError, Costs, Embedded, Genesis, Key, Ledger, Receipt, Signing};
use forebay_clearing::code::TITLE;
use sha2::{Digest, Sha256};

pub const START: u64 = 1_767_225_600;
pub const DAY: u64 = 86_400;
pub const COINS: i64 = 1_000_000_000;

pub const REGISTRAR: u8 = 1;
pub const OWNER: u8 = 2;
pub const BAILEE: u8 = 3;
pub const INSURER: u8 = 4;
pub const APPRAISER: u8 = 5;
pub const DEAL: u8 = 6;
pub const OTHER_DEAL: u8 = 7;
pub const STRANGER: u8 = 8;
pub const THIRD_DEAL: u8 = 9;
pub const OTHER_OWNER: u8 = 10;
pub const NEW_PARTY: u8 = 11;

pub const ISSUED: u32 = 1;
pub const RESERVED: u32 = 2;
pub const PLEDGED: u32 = 3;
pub const RELEASED: u32 = 4;
pub const SUBSTITUTED: u32 = 5;
pub const ENFORCED: u32 = 6;
pub const REDEEMED: u32 = 7;

/// Account number so and so of the test.
pub fn key(number: u8) -> Key {
    Key::from_secret([number; 32])
}

pub fn who(number: u8) -> ScVal {
    address(key(number).address())
}

pub fn ids(ids: &[u32]) -> ScVal {
    list(ids.iter().map(|id| ScVal::U32(*id)).collect()).unwrap()
}

/// The identity of machine number so and so.
pub fn machine(number: u32) -> [u8; 32] {
    Sha256::digest(number.to_be_bytes()).into()
}

pub fn hash(of: u32) -> ScVal {
    bytes(&machine(of)).unwrap()
}

/// The root over a bundle of these machines.
pub fn root(of: &[u32]) -> ScVal {
    let chain = |before: [u8; 32], number: &u32| {
        let both = Sha256::new().chain_update(before).chain_update(machine(*number));
        both.finalize().into()
    };
    bytes(&of.iter().fold([0; 32], chain)).unwrap()
}

pub fn hashes(of: &[u32]) -> ScVal {
    list(of.iter().map(|number| hash(*number)).collect()).unwrap()
}

pub fn policy(days: u64) -> ScVal {
    policy_until(START + days * DAY)
}

pub fn policy_until(expiry: u64) -> ScVal {
    map(vec![("amount", amount(30_000)), ("expiry", ScVal::U64(expiry))]).unwrap()
}

pub fn appraisal(on: u64) -> ScVal {
    let method = symbol("market").unwrap();
    map(vec![("method", method), ("on", ScVal::U64(on)), ("value", amount(25_000))]).unwrap()
}

pub fn parties() -> ScVal {
    map(vec![("appraiser", who(APPRAISER)), ("bailee", who(BAILEE)), ("insurer", who(INSURER))]).unwrap()
}

pub fn of(deal: u8, which: &[u32]) -> Vec<ScVal> {
    vec![who(deal), ids(which)]
}

pub fn keeping(deal: u8, which: &[u32], days: u64) -> Vec<ScVal> {
    vec![who(deal), who(OWNER), ids(which), ScVal::U64(START + days * DAY)]
}

/// Who signs, and what is called with what.
pub type Call<'a> = (&'a [u8], &'static str, Vec<ScVal>);

/// Who signs, what is called with what, and the number of the refusal; zero if there is none.
pub type Row<'a> = (&'a [u8], &'static str, Vec<ScVal>, u32);

pub struct World {
    pub ledger: Embedded,
    pub place: ContractId,
}

impl World {
    /// A registry with three parties named.
    pub fn new() -> Self {
        let genesis = Genesis { passphrase: "forebay test".to_owned(), time: START };
        let mut ledger = Embedded::in_memory(&genesis).unwrap();
        for number in REGISTRAR..=NEW_PARTY {
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
    pub fn with(count: u32) -> Self {
        let mut world = Self::new();
        for number in 1..=count {
            let id = ScVal::U32(number);
            world.check((&[OWNER], "draft", vec![who(OWNER), hash(number), parties()], 0));
            world.check((&[BAILEE], "issue", vec![id.clone()], 0));
            world.check((&[INSURER], "insure", vec![id.clone(), policy(365)], 0));
            world.check((&[APPRAISER], "appraise", vec![id, appraisal(START)], 0));
        }
        world
    }

    pub fn call(&mut self, (signers, function, args): Call<'_>) -> Result<Receipt, ChainError> {
        let keys: Vec<_> = signers.iter().map(|number| key(*number)).collect();
        let others: Vec<_> = keys.iter().skip(1).collect();
        let signing = Signing { source: keys.first().unwrap(), others: &others };
        self.ledger.invoke(signing, Invocation { contract: &self.place, function, args })
    }

    /// Calls, compares the number of the refusal, and returns what was used.
    pub fn check(&mut self, (signers, function, args, refusal): Row<'_>) -> Costs {
        let (code, used) = match self.call((signers, function, args)) {
            Ok(receipt) => (0, receipt.costs),
            Err(error) => (number_of(&error), Costs::default()),
        };
        assert_eq!(code, refusal, "{function} signed by {signers:?}");
        used
    }

    /// Reserves for a deal what the owner has, until so many days from the start.
    pub fn reserve(&mut self, deal: u8, which: &[u32], days: u64) -> Costs {
        self.check((&[deal, OWNER], "reserve", keeping(deal, which, days), 0))
    }

    /// What a deal has reserved, and whether it has closed.
    pub fn closing(&self, deal: u8) -> (u32, bool) {
        let found = self.view("closing", vec![who(deal)]);
        match (field(&found, "reserved"), field(&found, "pledged")) {
            (ScVal::U32(reserved), ScVal::Bool(pledged)) => (reserved, pledged),
            other => panic!("no closing: {other:?}"),
        }
    }

    /// What a receipt is now.
    pub fn state(&self, id: u32) -> u32 {
        let found = self.view("lien", vec![ScVal::U32(id)]);
        let ScVal::U32(state) = field(&found, "state") else { panic!("no state: {found:?}") };
        state
    }

    pub fn view(&self, function: &'static str, args: Vec<ScVal>) -> ScVal {
        self.ledger.view(Invocation { contract: &self.place, function, args }).unwrap()
    }
}

pub fn field(found: &ScVal, name: &str) -> ScVal {
    let ScVal::Map(Some(fields)) = found else { panic!("no map: {found:?}") };
    fields.iter().find(|field| field.key == symbol(name).unwrap()).unwrap().val.clone()
}

/// The number of a refusal, the contract's own if it is the contract's.
pub fn number_of(error: &ChainError) -> u32 {
    match error {
        ChainError::Contract { code, .. } => *code,
        other => other.code().into(),
    }
}

/// The number of a refusal because a signature is missing.
pub fn unsigned() -> u32 {
    ChainError::MissingSigner(String::new()).code().into()
}
