//! One note on a ledger in memory, with holders who are plain accounts.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chain::value::{
    Creation, Invocation, address, amount, amount_of, bytes, contract, list, map, symbol, text,
};
use chain::xdr::{ContractId, Hash, ScAddress, ScVal};
use chain::{ChainError, Currency, Embedded, Genesis, Key, Ledger, Receipt, Signing};
use forebay_clearing::code::{COMPLIANCE, Code, NOTE};

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

/// Admits wallets, freezes and forces, in notes that have rules.
pub const OFFICER: u8 = 8;

/// Stands for a deal or a currency, and calls back; built with the contracts and part of none of them.
const HOSTILE: Code =
    Code { name: "hostile", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/hostile.wasm")) };

pub const GERMANY: u32 = 276;
pub const AUSTRIA: u32 = 40;
/// Not named by the rules.
pub const FRANCE: u32 = 250;
pub const DAY: u64 = 86_400;

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
    /// Stands for the deal, or, in a test that says so, for the currency.
    pub puppet: ContractId,
    pub note: ContractId,
    pub registry: Option<ContractId>,
}

impl World {
    /// An open note of a deal that pays whatever lies in the note's account.
    pub fn new() -> Self {
        let mut world = Self::begun();
        let (cash, deal) = (world.cash(), contract(world.puppet.clone()));
        world.note = world.issue((cash, deal), ScVal::Void);
        world
    }

    /// An open note whose deal is an account, which signs.
    pub fn of_account() -> Self {
        let mut world = Self::begun();
        let cash = world.cash();
        world.note = world.issue((cash, key(DEAL).address()), ScVal::Void);
        world
    }

    /// An open note whose deal and currency call back.
    pub fn of_puppet() -> Self {
        let mut world = Self::begun();
        let puppet = contract(world.puppet.clone());
        world.note = world.issue((puppet.clone(), puppet), ScVal::Void);
        world
    }

    /// A note for Germans and Austrians; Ada, Ben and Cam are admitted for a month, Dot is not.
    pub fn gated() -> Self {
        let mut world = Self::with_registry();
        let rules = world.rules(&[AUSTRIA, GERMANY]);
        let (cash, deal) = (world.cash(), contract(world.puppet.clone()));
        world.note = world.issue((cash, deal), rules);
        world
    }

    /// The same, of a deal that is an account.
    pub fn gated_of_account() -> Self {
        let mut world = Self::with_registry();
        let (rules, cash) = (world.rules(&[AUSTRIA, GERMANY]), world.cash());
        world.note = world.issue((cash, key(DEAL).address()), rules);
        world
    }

    /// A registry that knows Ada, Ben and Cam, and no note.
    pub fn with_registry() -> Self {
        let mut world = Self::begun();
        let officers = map(vec![("compliance", who(OFFICER)), ("recovery", who(OFFICER))]).unwrap();
        let registry = world.create(COMPLIANCE, vec![officers]);
        world.registry = Some(registry.clone());
        for (holder, country) in [(ADA, GERMANY), (BEN, AUSTRIA), (CAM, GERMANY)] {
            world.check_registry((&[OFFICER], "admit", admission(holder, holder, (country, 30)), 0));
        }
        world
    }

    fn rules(&self, countries: &[u32]) -> ScVal {
        let countries = list(countries.iter().map(|country| ScVal::U32(*country)).collect()).unwrap();
        let registry = address(contract(self.registry.clone().unwrap()));
        map(vec![("countries", countries), ("officer", who(OFFICER)), ("registry", registry)]).unwrap()
    }

    /// A ledger with accounts that trust the currency, and the puppet.
    fn begun() -> Self {
        let genesis = Genesis { passphrase: "a note".to_owned(), time: START };
        let mut ledger = Embedded::in_memory(&genesis).unwrap();
        (ISSUER..=OFFICER).for_each(|number| drop(ledger.fund(&key(number).account(), COINS).unwrap()));
        let currency = Currency::issue(&mut ledger, Signing::by(&key(ISSUER)), "USDC").unwrap();
        for number in STRANGER..=CAM {
            currency.trust(&mut ledger, Signing::by(&key(number))).unwrap();
        }
        let nowhere = ContractId(Hash([0; 32]));
        let mut world = Self { ledger, currency, puppet: nowhere.clone(), note: nowhere, registry: None };
        world.puppet = world.create(HOSTILE, vec![]);
        world
    }

    fn cash(&self) -> ScAddress {
        contract(self.currency.contract().clone())
    }

    /// Whether a note to Ada that names these countries can be issued; the host hides a constructor's number.
    pub fn may_issue(&mut self, countries: &[u32]) -> bool {
        let (terms, by) =
            (self.terms((self.cash(), key(DEAL).address()), self.rules(countries)), key(ISSUER));
        let code = self.ledger.upload(Signing::by(&by), NOTE.wasm).unwrap();
        let creation = Creation { code, salt: [0; 32], args: vec![terms, who(ADA), amount(SUPPLY)] };
        self.ledger.create(Signing::by(&by), creation).is_ok()
    }

    /// Issues a note to Ada.
    fn issue(&mut self, parties: (ScAddress, ScAddress), compliance: ScVal) -> ContractId {
        let terms = self.terms(parties, compliance);
        self.create(NOTE, vec![terms, who(ADA), amount(SUPPLY)])
    }

    fn terms(&self, (currency, deal): (ScAddress, ScAddress), compliance: ScVal) -> ScVal {
        let terms = vec![
            ("compliance", compliance),
            ("currency", address(currency)),
            ("deal", address(deal)),
            ("decimals", ScVal::U32(7)),
            ("name", text("Class A").unwrap()),
            ("note", ScVal::U32(1)),
            ("symbol", text("A").unwrap()),
        ];
        map(terms).unwrap()
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

    /// The same at the registry of holders.
    pub fn check_registry(&mut self, (signers, function, args, refusal): Row<'_>) -> Option<Receipt> {
        let registry = self.registry.clone().unwrap();
        let outcome = self.call_at(&registry, signers, (function, args));
        assert_eq!(code_of(&outcome), refusal, "{function} signed by {signers:?}: {outcome:?}");
        outcome.ok()
    }

    /// The deal pays on the note, and the note shares it out.
    pub fn pay(&mut self, units: i128) -> Receipt {
        self.give(contract(self.note.clone()), units);
        self.check((&[STRANGER], "collect", vec![], 0)).unwrap()
    }

    /// Somebody is given new money.
    pub fn give(&mut self, to: ScAddress, units: i128) {
        self.currency.mint(&mut self.ledger, Signing::by(&key(ISSUER)), (to, units)).unwrap();
    }

    /// A stranger claims for a holder, who gets the cash.
    pub fn claim(&mut self, holder: u8) -> i128 {
        let receipt = self.check((&[STRANGER], "claim", vec![who(holder)], 0)).unwrap();
        amount_of(&receipt.result).unwrap()
    }

    /// What the note holds of the currency.
    pub fn escrow(&self) -> i128 {
        self.currency.balance(&self.ledger, &contract(self.note.clone())).unwrap()
    }

    /// From here on the puppet makes this call of the note whenever it is called.
    pub fn aim(&mut self, function: &str, args: Vec<ScVal>) {
        let (puppet, note) = (self.puppet.clone(), address(contract(self.note.clone())));
        let args = vec![note, symbol(function).unwrap(), list(args).unwrap()];
        self.call_at(&puppet, &[STRANGER], ("aim", args)).unwrap();
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

/// A wallet of a party, which is in a country, for so many days.
pub fn admission(wallet: u8, party: u8, (country, days): (u32, u64)) -> Vec<ScVal> {
    let verified = map(vec![
        ("country", ScVal::U32(country)),
        ("identity", bytes(&[party; 32]).unwrap()),
        ("until", ScVal::U64(START + days * DAY)),
    ]);
    vec![who(wallet), verified.unwrap()]
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
