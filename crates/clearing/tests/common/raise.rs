//! A raise on a ledger in memory, with the arithmetic beside it: what the contract says is compared after every call.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::common::Lived;
use chain::value::{
    Invocation, address, amount, amount_of, bytes, contract, created_contract, list, map, text,
};
use chain::xdr::{ContractId, Hash, ScAddress, ScMap, ScMapEntry, ScVal};
use chain::{ChainError, Creation, Currency, Embedded, Genesis, Key, Ledger, Receipt, Signing, Transfer};
use forebay_clearing::Office;
use forebay_clearing::code::{Code, DEAL, NOTE, OFFERING};
use settle::invariants::ra1_refunds_whole;
use settle::raise::{Book, Commitment, Raise, RaiseState, Terms};
use settle::{Bps, Time};
use sha2::{Digest, Sha256};
use units::Amount;
use waterfall::Plan;
use waterfall::plan::Use;

/// What the plan raises, and the cap that leaves it after a fee of one per cent, rounded up.
pub const PROCEEDS: i64 = 100_000_000_000_000;
pub const CAP: i64 = 101_010_101_010_102;
pub const TICKET: i64 = 100_000_000;
const MONEY: i128 = 1 << 60;
const DAY: u64 = 86_400;

pub struct World {
    pub ledger: Embedded,
    pub arranger: Key,
    pub stranger: Key,
    pub fee_to: Key,
    pub holders: Vec<Key>,
    pub currency: Currency,
    pub deal: ContractId,
    pub note: ContractId,
    pub offering: ContractId,
    pub terms: Terms,
}

/// Account number `at` of the test.
fn key(at: u8) -> Key {
    Key::from_secret([at; 32])
}

impl World {
    /// A raise that is open, of at least half its cap.
    pub fn open(plan: &Plan) -> Self {
        Self::open_at(plan, (Bps(100), CAP))
    }

    /// The same for another fee and cap.
    pub fn open_at(plan: &Plan, terms: (Bps, i64)) -> Self {
        let mut world = Self::deployed(plan, terms);
        let arranger = world.arranger.clone();
        world.call(&arranger, "open", vec![]).unwrap();
        world
    }

    /// Not open yet.
    pub fn deployed(plan: &Plan, (fee, cap): (Bps, i64)) -> Self {
        let closing = u64::try_from(plan.periods[0].payment.days()).unwrap() * DAY;
        let genesis = Genesis { passphrase: "a raise".to_owned(), time: closing - 10 * DAY };
        let mut ledger = Embedded::in_memory(&genesis).unwrap();
        let keys: Vec<Key> = (1..=7).map(key).collect();
        keys.iter().for_each(|key| drop(ledger.fund(&key.account(), 100_000_000_000).unwrap()));
        let currency = Currency::issue(&mut ledger, Signing::by(&keys[0]), "USDC").unwrap();
        for key in &keys[3..] {
            currency.trust(&mut ledger, Signing::by(key)).unwrap();
        }
        for key in &keys[4..] {
            currency.mint(&mut ledger, Signing::by(&keys[0]), (key.address(), MONEY)).unwrap();
        }
        let network = ledger.network();
        let place = |at: u8| created_contract(network, &keys[1].account(), [at; 32]).unwrap();
        let terms = Terms {
            minimum: Amount::new(cap / 2),
            maximum: Amount::new(cap),
            currency_unit: Amount::new(1_000_000),
            deadline: Time(closing),
            closing_end: Time(closing + 30 * DAY),
            fee,
        };
        let mut world = Self {
            arranger: keys[1].clone(),
            stranger: keys[2].clone(),
            fee_to: keys[3].clone(),
            holders: keys[4..].to_vec(),
            deal: place(1),
            note: place(2),
            offering: place(3),
            ledger,
            currency,
            terms,
        };
        let (note, deal, offering) = (world.note_args(plan), world.deal_args(plan), world.offering_args());
        world.create(1, DEAL, deal);
        world.create(2, NOTE, note);
        world.create(3, OFFERING, offering);
        world
    }

    fn create(&mut self, salt: u8, code: Code, args: Vec<ScVal>) {
        let signing = Signing::by(&self.arranger);
        self.ledger.upload(signing, code.wasm).unwrap();
        let creation = Creation { code: Hash(code.hash()), salt: [salt; 32], args };
        self.ledger.create(signing, creation).unwrap();
    }

    fn cash(&self) -> ScVal {
        address(contract(self.currency.contract().clone()))
    }

    fn note_args(&self, plan: &Plan) -> Vec<ScVal> {
        let terms = map(vec![
            ("compliance", ScVal::Void),
            ("currency", self.cash()),
            ("deal", address(contract(self.deal.clone()))),
            ("decimals", ScVal::U32(6)),
            ("name", text("N").unwrap()),
            ("note", ScVal::U32(plan.notes[0].id.0)),
            ("symbol", text("N").unwrap()),
        ]);
        vec![
            terms.unwrap(),
            address(contract(self.offering.clone())),
            amount(self.terms.maximum.units().into()),
        ]
    }

    pub fn deal_args(&self, plan: &Plan) -> Vec<ScVal> {
        let note = plan.notes.iter().map(|note| (note.id.0, address(contract(self.note.clone()))));
        let other = address(self.stranger.address());
        let others = plan.claims.iter().map(|claim| (claim.id.0, other.clone()));
        let payees = numbered(note.chain(others).collect());
        let named = |count: u8| list((0..count).map(|_| other.clone()).collect()).unwrap();
        let reporters = plan.inputs.iter().map(|input| (input.id.0, named(input.reporters))).collect();
        let terms = map(vec![
            ("currency", self.cash()),
            ("payees", payees),
            ("reporters", numbered(reporters)),
            ("trustee", other.clone()),
        ]);
        let encoded = plan.to_bytes();
        let hash: [u8; 32] = Sha256::digest(&encoded).into();
        let fields = vec![
            ("office", self.office(plan).value().unwrap()),
            ("plan", bytes(&encoded).unwrap()),
            ("plan_hash", bytes(&hash).unwrap()),
            ("terms", terms.unwrap()),
        ];
        vec![map(fields).unwrap()]
    }

    /// The stranger holds all powers; the machines are paid in two parts, within sixty days.
    fn office(&self, plan: &Plan) -> Office {
        let end = self.terms.deadline.0 + 60 * DAY;
        let milestones = vec![(vendor(plan), vec![6_000, 4_000], end)];
        Office { milestones, ..Office::held_by(self.stranger.address()) }
    }

    fn offering_args(&self) -> Vec<ScVal> {
        let units = |units: Amount| amount(units.units().into());
        let offered = map(vec![
            ("cap", units(self.terms.maximum)),
            ("minimum", amount(0)),
            ("note", address(contract(self.note.clone()))),
        ]);
        let fields = vec![
            ("arranger", address(self.arranger.address())),
            ("closing_end", ScVal::U64(self.terms.closing_end.0)),
            ("currency", self.cash()),
            ("currency_unit", units(self.terms.currency_unit)),
            ("deadline", ScVal::U64(self.terms.deadline.0)),
            ("deal", address(contract(self.deal.clone()))),
            ("fee_bps", ScVal::U32(self.terms.fee.0.into())),
            ("fee_to", address(self.fee_to.address())),
            ("maximum", units(self.terms.maximum)),
            ("minimum", units(self.terms.minimum)),
            ("notes", list(vec![offered.unwrap()]).unwrap()),
        ];
        vec![map(fields).unwrap()]
    }

    /// Another account with money; [`Self::check`] does not ask for it.
    pub fn newcomer(&mut self, number: u16) -> Key {
        let mut secret = [0xAA; 32];
        secret[..2].copy_from_slice(&number.to_be_bytes());
        let (newcomer, issuer) = (Key::from_secret(secret), key(1));
        self.ledger.fund(&newcomer.account(), 100_000_000).unwrap();
        self.currency.trust(&mut self.ledger, Signing::by(&newcomer)).unwrap();
        self.currency.mint(&mut self.ledger, Signing::by(&issuer), (newcomer.address(), MONEY)).unwrap();
        newcomer
    }

    /// New money for an account.
    pub fn mint(&mut self, to: &Key, units: i128) {
        self.currency.mint(&mut self.ledger, Signing::by(&key(1)), (to.address(), units)).unwrap();
    }

    /// Sends currency past every contract.
    pub fn give(&mut self, from: &Key, to: ScAddress, units: i128) {
        let transfer = Transfer { from: from.address(), to, units };
        self.currency.transfer(&mut self.ledger, Signing::by(from), transfer).unwrap();
    }

    /// Calls the offering.
    pub fn call(&mut self, by: &Key, function: &str, args: Vec<ScVal>) -> Result<Receipt, ChainError> {
        let call = Invocation { contract: &self.offering, function, args };
        self.ledger.invoke(Signing::by(by), call)
    }

    /// Calls for a holder, who signs if `by` is the same.
    pub fn for_holder(&mut self, by: &Key, function: &str, holder: &Key) -> Result<Receipt, ChainError> {
        let args = vec![address(holder.address()), address(contract(self.note.clone()))];
        self.call(by, function, args)
    }

    pub fn commit(&mut self, holder: &Key, units: i64) -> Result<Receipt, ChainError> {
        let note = address(contract(self.note.clone()));
        self.call(holder, "commit", vec![address(holder.address()), note, amount(units.into())])
    }

    pub fn cash_of(&self, key: &Key) -> i128 {
        self.currency.balance(&self.ledger, &key.address()).unwrap()
    }

    pub fn notes_of(&self, key: &Key) -> i128 {
        let args = vec![address(key.address())];
        let call = Invocation { contract: &self.note, function: "balance", args };
        amount_of(&self.ledger.view(call).unwrap()).unwrap()
    }

    fn ask(&self, function: &str, args: Vec<ScVal>) -> ScVal {
        self.ledger.view(Invocation { contract: &self.offering, function, args }).unwrap()
    }

    fn raise(&self) -> Raise {
        let found = self.ask("raise", vec![]);
        let states =
            [RaiseState::Draft, RaiseState::Open, RaiseState::Funded, RaiseState::Closed, RaiseState::Failed];
        let ScVal::U32(state) = field(&found, "state") else { panic!("no state") };
        let units = |name| units_of(&found, name);
        let (held, raised, fee) = (units("held"), units("raised"), units("fee"));
        Raise { terms: self.terms, state: states[*state as usize], held, raised, fee }
    }

    fn book(&self) -> Book {
        let found = self.ask("book", vec![address(contract(self.note.clone()))]);
        let units = |name| units_of(&found, name);
        Book {
            cap: units("cap"),
            minimum: units("minimum"),
            committed: units("committed"),
            settled: units("settled"),
            accepted: units("accepted"),
        }
    }

    fn commitment(&self, holder: &Key) -> Commitment {
        let args = vec![address(holder.address()), address(contract(self.note.clone()))];
        let found = amount_of(&self.ask("commitment", args)).unwrap();
        Commitment(Amount::new(found.try_into().unwrap()))
    }

    /// RA-1, and that the contract's money is what it says; returns where the raise stands.
    pub fn check(&self) -> (Raise, Book) {
        self.check_with(0)
    }

    /// As [`Self::check`], after somebody has given the escrow so much.
    pub fn check_with(&self, gift: i128) -> (Raise, Book) {
        let (raise, book) = (self.raise(), self.book());
        let commitments: Vec<_> = self.holders.iter().map(|holder| self.commitment(holder)).collect();
        assert!(ra1_refunds_whole(&raise, &[book], &commitments), "RA-1: {raise:?} {book:?} {commitments:?}");
        let escrow = self.currency.balance(&self.ledger, &contract(self.offering.clone())).unwrap();
        assert_eq!(escrow, i128::from(raise.held.units()) + gift, "the escrow holds what the raise says");
        (raise, book)
    }
}

/// Whom the plan pays for the machines.
pub fn vendor(plan: &Plan) -> u32 {
    let paid = plan.uses.iter().find_map(|usage| match usage {
        Use::Payee(id, _) => Some(id.0),
        _ => None,
    });
    paid.unwrap()
}

/// The number with which a contract refused.
pub fn refused(outcome: Result<Receipt, ChainError>) -> u32 {
    match outcome {
        Err(ChainError::Contract { code, .. }) => code,
        other => panic!("not refused by the contract: {other:?}"),
    }
}

fn field<'a>(found: &'a ScVal, name: &str) -> &'a ScVal {
    let ScVal::Map(Some(fields)) = found else { panic!("no map: {found:?}") };
    let named = |key: &ScVal| matches!(key, ScVal::Symbol(symbol) if symbol.to_string() == name);
    &fields.iter().find(|entry| named(&entry.key)).unwrap().val
}

fn units_of(found: &ScVal, name: &str) -> Amount {
    let ScVal::I64(units) = field(found, name) else { panic!("{name} is no amount") };
    Amount::new(*units)
}

/// A map from numbers, in the order that the host requires.
fn numbered(mut rows: Vec<(u32, ScVal)>) -> ScVal {
    rows.sort_by_key(|(id, _)| *id);
    rows.dedup_by_key(|(id, _)| *id);
    let entries: Vec<_> = rows.into_iter().map(|(id, val)| ScMapEntry { key: ScVal::U32(id), val }).collect();
    ScVal::Map(Some(ScMap(entries.try_into().unwrap())))
}

/// The plan of the textbook case: one note, all of it paid in at the closing.
pub fn plan() -> Plan {
    Lived::of("hundred").setup.compiled.plan
}
