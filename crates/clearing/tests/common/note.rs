//! One note on a ledger in memory, with holders who are plain accounts.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chain::value::{Creation, Invocation, address, amount, amount_of, contract, map, text};
use chain::xdr::{ContractId, ScAddress, ScVal};
use chain::{ChainError, Currency, Embedded, Genesis, Key, Ledger, Receipt, Signing};
use forebay_clearing::code::{Code, NOTE};

pub const START: u64 = 1_767_225_600;
const COINS: i64 = 100_000_000_000;

/// Issues the currency.
pub const ISSUER: u8 = 1;
/// Stands for the note's deal, where a test needs no other.
pub const DEAL: u8 = 2;
/// Anyone.
pub const STRANGER: u8 = 3;
/// Holds the whole note at first.
pub const ADA: u8 = 4;
pub const BEN: u8 = 5;
pub const CAM: u8 = 6;
pub const DOT: u8 = 7;

/// Units of the note.
pub const SUPPLY: i128 = 1_000_000;

pub fn key(number: u8) -> Key {
    Key::from_secret([number; 32])
}

pub fn who(number: u8) -> ScVal {
    address(key(number).address())
}

/// Who signs, what is called with what, and the number of the refusal; zero if there is none.
pub type Row<'a> = (&'a [u8], &'static str, Vec<ScVal>, u32);

pub struct World {
    pub ledger: Embedded,
    pub currency: Currency,
    pub note: ContractId,
}

impl World {
    /// A note whose deal is an account.
    pub fn new() -> Self {
        let (ledger, currency) = Self::begun();
        let note = ContractId(chain::xdr::Hash([0; 32]));
        let mut world = Self { ledger, currency, note };
        world.note = world.issue(key(DEAL).address());
        world
    }

    /// A ledger with accounts that trust the currency.
    fn begun() -> (Embedded, Currency) {
        let genesis = Genesis { passphrase: "a note".to_owned(), time: START };
        let mut ledger = Embedded::in_memory(&genesis).unwrap();
        (ISSUER..=DOT).for_each(|number| drop(ledger.fund(&key(number).account(), COINS).unwrap()));
        let currency = Currency::issue(&mut ledger, Signing::by(&key(ISSUER)), "USDC").unwrap();
        for number in STRANGER..=DOT {
            currency.trust(&mut ledger, Signing::by(&key(number))).unwrap();
        }
        (ledger, currency)
    }

    /// Issues a note to Ada.
    fn issue(&mut self, deal: ScAddress) -> ContractId {
        let terms = map(vec![
            ("currency", address(contract(self.currency.contract().clone()))),
            ("deal", address(deal)),
            ("decimals", ScVal::U32(7)),
            ("name", text("Class A").unwrap()),
            ("note", ScVal::U32(1)),
            ("symbol", text("A").unwrap()),
        ]);
        self.create(NOTE, vec![terms.unwrap(), who(ADA), amount(SUPPLY)])
    }

    pub fn create(&mut self, code: Code, args: Vec<ScVal>) -> ContractId {
        let (by, salt) = (key(ISSUER), code.hash());
        let code = self.ledger.upload(Signing::by(&by), code.wasm).unwrap();
        self.ledger.create(Signing::by(&by), Creation { code, salt, args }).unwrap()
    }

    /// Calls the note.
    pub fn call(&mut self, signers: &[u8], function: &str, args: Vec<ScVal>) -> Result<Receipt, ChainError> {
        let note = self.note.clone();
        self.call_at(&note, signers, (function, args))
    }

    /// Calls any contract.
    pub fn call_at(
        &mut self,
        place: &ContractId,
        signers: &[u8],
        (function, args): (&str, Vec<ScVal>),
    ) -> Result<Receipt, ChainError> {
        let keys: Vec<_> = signers.iter().map(|number| key(*number)).collect();
        let others: Vec<_> = keys.iter().skip(1).collect();
        let signing = Signing { source: keys.first().unwrap(), others: &others };
        self.ledger.invoke(signing, Invocation { contract: place, function, args })
    }

    /// Calls the note and compares the number of the refusal.
    pub fn check(&mut self, (signers, function, args, refusal): Row<'_>) -> Option<Receipt> {
        let outcome = self.call(signers, function, args);
        assert_eq!(code_of(&outcome), refusal, "{function} signed by {signers:?}: {outcome:?}");
        outcome.ok()
    }

    pub fn transfer(&mut self, from: u8, to: u8, units: i128) -> Receipt {
        self.check((&[from], "transfer", vec![who(from), who(to), amount(units)], 0)).unwrap()
    }

    pub fn view(&self, function: &str, args: Vec<ScVal>) -> i128 {
        let call = Invocation { contract: &self.note, function, args };
        amount_of(&self.ledger.view(call).unwrap()).unwrap()
    }

    pub fn balance(&self, holder: u8) -> i128 {
        self.view("balance", vec![who(holder)])
    }
}

/// The number of a refusal; zero if there is none.
pub fn code_of(outcome: &Result<Receipt, ChainError>) -> u32 {
    match outcome {
        Ok(_) => 0,
        Err(ChainError::Contract { code, .. }) => *code,
        Err(error) => error.code().into(),
    }
}

/// The number of a refusal because a signature is missing.
pub fn unsigned() -> u32 {
    ChainError::MissingSigner(String::new()).code().into()
}
