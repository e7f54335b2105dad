//! The parties, the contracts, and a call that looks at DF-1 and at the escrow.

use chain::value::{
    Creation, Invocation, address, amount, amount_of, bytes, contract, created_contract, list, map, symbol,
};
use chain::xdr::{ContractEvent, ContractId, Hash, ScMap, ScMapEntry, ScVal};
use chain::{ChainError, Currency, Embedded, Genesis, Key, Ledger, Signing};
use forebay_clearing::Office;
use forebay_clearing::code::{AUCTION, Code, DEAL, TITLE};
use forebay_proof::Case as Sheet;
use settle::clock::Clock;
use settle::enforcement::{Case, Stage, Step, Waits};
use settle::invariants::df1_clock_and_evidence;
use settle::{Evidence, Span, Time};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use units::Id;
use waterfall::plan::NoteField;
use waterfall::{Plan, State};

pub const DAY: u64 = 86_400;
pub const HOUR: u64 = 3_600;
/// Whole units of the currency.
pub const ONE: i64 = 10_000_000;

pub const ISSUER: u8 = 1;
pub const ARRANGER: u8 = 2;
pub const TRUSTEE: u8 = 3;
pub const DEBTOR: u8 = 4;
/// Bailee, insurer, appraiser and registrar in one.
pub const REGISTRY: u8 = 5;
pub const SENIOR: u8 = 6;
pub const ADA: u8 = 7;
pub const BEN: u8 = 8;
pub const STRANGER: u8 = 9;
/// Where the notes' money goes.
pub const HOLDER_A: u8 = 10;
pub const HOLDER_B: u8 = 11;
/// Lends over time.
pub const LENDER: u8 = 12;
/// Accounts up to this one are open.
pub const LAST: u8 = 16;

pub const PLEDGED: u32 = 3;
pub const RELEASED: u32 = 4;
pub const ENFORCED: u32 = 6;

/// What each of the four machines was appraised at.
pub const APPRAISED: i64 = 300_000 * ONE;

/// How long each stage lasts, in days, from late to sold.
pub const DAYS: [u64; 7] = [5, 10, 1, 10, 3, 4, 1];

/// Who has money, and how much each at first.
pub const RICH: [u8; 6] = [ARRANGER, DEBTOR, SENIOR, ADA, BEN, LENDER];
pub const MINTED: i64 = 10_000_000 * ONE;

const SHEET: &str = r#"
deal "In default"
currency USDC, 7 decimals
closing 2026-01-15
payments monthly on 15, unadjusted, from 2026-02-15
final 2026-12-15
receive rent into lockbox
account lockbox
note A 800_000 coupon 12%, 30/360
note B 400_000 coupon 18%, 30/360, may defer
equity E 200_000
payee operator
uses rest operator
expense trustee 1_000
permit sale when state(enforcement)
state paying
state enforcement when A.interest is unpaid for 10 days and lockbox.balance < A.interest.unpaid from paying
state closed when settled and sold and lockbox.balance = 0 from enforcement
waterfall paying from lockbox
  pay trustee, A.interest, A.scheduled, B.interest, B.scheduled
  pay E
waterfall enforcement from lockbox
  pay trustee, A.interest, A.principal, B.interest, B.principal
  pay operator
"#;

/// What is called, who signs it (the first one sends it), and with what.
pub type Call<'a> = (&'a [u8], &'static str, Vec<ScVal>);

pub struct World {
    pub ledger: Embedded,
    pub currency: Currency,
    /// What the deal is paid in: the currency, or what stands for it.
    pub cash: ContractId,
    pub title: ContractId,
    pub deal: ContractId,
    pub auction: ContractId,
    pub plan: Plan,
    /// The closing, in seconds.
    pub start: u64,
    /// The dearest call of each name.
    pub dearest: BTreeMap<&'static str, u64>,
    /// What the last call that was not refused told.
    pub told: Vec<ContractEvent>,
}

pub fn key(number: u8) -> Key {
    Key::from_secret([number; 32])
}

pub fn who(number: u8) -> ScVal {
    address(key(number).address())
}

pub fn proof() -> ScVal {
    bytes(&[7; 32]).unwrap()
}

pub fn ids(ids: &[u32]) -> ScVal {
    list(ids.iter().map(|id| ScVal::U32(*id)).collect()).unwrap()
}

pub fn money(units: i64) -> ScVal {
    amount(units.into())
}

pub fn offer(price: i64, credit: i64, deposit: i64) -> ScVal {
    map(vec![("credit", money(credit)), ("deposit", money(deposit)), ("price", money(price))]).unwrap()
}

/// A cash offer with the least deposit.
pub fn cash(price: i64) -> ScVal {
    offer(price, 0, (price + 9) / 10)
}

/// What a deal is paid in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cash {
    /// The currency.
    Real,
    /// A contract that says what it was told and calls back.
    Hostile,
}

/// What a world begins with.
pub struct Founding<'a> {
    /// The term sheet.
    pub sheet: &'a str,
    /// So many seconds before the closing.
    pub before: u64,
    pub cash: Cash,
}

/// Fields of a stored record.
pub struct Fields(BTreeMap<String, ScVal>);

impl Fields {
    pub fn of(value: &ScVal) -> Self {
        let ScVal::Map(Some(entries)) = value else { panic!("no record: {value:?}") };
        let field = |entry: &ScMapEntry| match &entry.key {
            ScVal::Symbol(name) => (name.to_string(), entry.val.clone()),
            other => panic!("no name: {other:?}"),
        };
        Self(entries.iter().map(field).collect())
    }

    pub fn get(&self, name: &str) -> &ScVal {
        &self.0[name]
    }

    pub fn number(&self, name: &str) -> i128 {
        match self.get(name) {
            ScVal::U32(number) => (*number).into(),
            ScVal::U64(number) => (*number).into(),
            ScVal::I64(number) => (*number).into(),
            ScVal::Bool(flag) => (*flag).into(),
            other => amount_of(other).unwrap(),
        }
    }

    /// Unsigned, or none.
    pub fn maybe(&self, name: &str) -> Option<u64> {
        match self.get(name) {
            ScVal::Void => None,
            _ => Some(self.unsigned(name)),
        }
    }

    pub fn unsigned(&self, name: &str) -> u64 {
        u64::try_from(self.number(name)).unwrap()
    }
}

/// Stands for a currency, and calls back; built with the contracts and part of none of them.
const HOSTILE: Code =
    Code { name: "hostile", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/hostile.wasm")) };
/// Its salt.
const PUPPET: u8 = 30;

fn numbered(rows: BTreeMap<u32, ScVal>) -> ScVal {
    let entries: Vec<_> = rows.into_iter().map(|(id, val)| ScMapEntry { key: ScVal::U32(id), val }).collect();
    ScVal::Map(Some(ScMap(entries.try_into().unwrap())))
}

pub fn waits() -> Waits {
    let [late, grace, breach, notice, repossession, auction, sold] = DAYS.map(Span::days);
    Waits { late, grace, breach, notice, repossession, auction, sold }
}

impl World {
    /// A deal that has closed against four receipts; nobody has paid anything into it yet.
    pub fn closed() -> Self {
        Self::closed_against(4)
    }

    /// The same against so many receipts.
    pub fn closed_against(receipts: u8) -> Self {
        let mut world = Self::closed_in(Cash::Real, receipts);
        world.withdraw(Id::of("claim", "operator"));
        world
    }

    /// The same in a currency of this kind; what the closing pays has not been fetched.
    pub fn closed_in(cash: Cash, receipts: u8) -> Self {
        let founding = Founding { sheet: SHEET, before: 0, cash };
        let mut world = Self::founded(founding, |world| world.installation(receipts));
        world.take_in(receipts);
        let all: Vec<u32> = (1..=receipts.into()).collect();
        let until = ScVal::U64(world.start + DAY);
        world.on_deal((&[TRUSTEE, DEBTOR], "reserve", vec![who(DEBTOR), ids(&all), until])).unwrap();
        world.on_deal((&[ARRANGER], "close", vec![who(ARRANGER)])).unwrap();
        world
    }

    /// The parties of a deal that is installed like this.
    pub fn founded(founding: Founding<'_>, installation: impl Fn(&Self) -> ScVal) -> Self {
        let Founding { sheet, before, cash } = founding;
        let plan = Sheet::open(sheet).unwrap_or_else(|failure| panic!("{failure}")).plan;
        let start = u64::try_from(plan.periods[0].payment.days()).unwrap() * DAY;
        let genesis = Genesis { passphrase: "a default".to_owned(), time: start - before };
        let mut ledger = Embedded::in_memory(&genesis).unwrap();
        for number in ISSUER..=LAST {
            ledger.fund(&key(number).account(), 100_000_000_000).unwrap();
        }
        let currency = Currency::issue(&mut ledger, Signing::by(&key(ISSUER)), "USDC").unwrap();
        for number in ARRANGER..=LENDER {
            currency.trust(&mut ledger, Signing::by(&key(number))).unwrap();
        }
        for number in RICH {
            let minted = (key(number).address(), i128::from(MINTED));
            currency.mint(&mut ledger, Signing::by(&key(ISSUER)), minted).unwrap();
        }
        let network = ledger.network();
        let place = |at: u8| created_contract(network, &key(ARRANGER).account(), [at; 32]).unwrap();
        let [title, deal, auction, puppet] = [1, 2, 3, PUPPET].map(place);
        let real = currency.contract().clone();
        let (dearest, told) = (BTreeMap::new(), Vec::new());
        let mut world =
            Self { ledger, currency, cash: real, title, deal, auction, plan, start, dearest, told };
        if cash == Cash::Hostile {
            world.create(PUPPET, HOSTILE, vec![]);
            world.cash = puppet;
        }
        world.create(1, TITLE, vec![who(REGISTRY)]);
        let installed = installation(&world);
        world.create(2, DEAL, vec![installed]);
        let terms = world.terms();
        world.create(3, AUCTION, vec![terms]);
        world
    }

    pub fn create(&mut self, salt: u8, code: Code, args: Vec<ScVal>) {
        let arranger = key(ARRANGER);
        self.ledger.upload(Signing::by(&arranger), code.wasm).unwrap();
        let creation = Creation { code: Hash(code.hash()), salt: [salt; 32], args };
        self.ledger.create(Signing::by(&arranger), creation).unwrap();
    }

    fn installation(&self, receipts: u8) -> ScVal {
        let named = |claim: &str, number: u8| (Id::of("note", claim).0, who(number));
        let notes = [named("A", HOLDER_A), named("B", HOLDER_B)];
        let claims = self.plan.claims.iter().filter(|claim| claim.kind.note().is_none());
        let others = claims.map(|claim| (claim.id.0, who(DEBTOR)));
        let equities = self.plan.equities.iter().map(|equity| (equity.id.0, who(ARRANGER)));
        let payees = notes.into_iter().chain(others).chain(equities).collect();
        let office = Office {
            agent: contract(self.auction.clone()),
            collateral: Some((contract(self.title.clone()), receipts.into())),
            ..Office::held_by(key(TRUSTEE).address())
        };
        self.installed(&office, payees, BTreeMap::new())
    }

    /// What a deal is installed with.
    pub fn installed(
        &self,
        office: &Office,
        payees: BTreeMap<u32, ScVal>,
        reporters: BTreeMap<u32, ScVal>,
    ) -> ScVal {
        let terms = map(vec![
            ("currency", address(contract(self.cash.clone()))),
            ("payees", numbered(payees)),
            ("reporters", numbered(reporters)),
            ("trustee", who(TRUSTEE)),
        ]);
        let encoded = self.plan.to_bytes();
        let hash: [u8; 32] = Sha256::digest(&encoded).into();
        let fields = vec![
            ("office", office.value().unwrap()),
            ("plan", bytes(&encoded).unwrap()),
            ("plan_hash", bytes(&hash).unwrap()),
            ("terms", terms.unwrap()),
        ];
        map(fields).unwrap()
    }

    fn terms(&self) -> ScVal {
        let [late, grace, breach, notice, repossession, auction, sold] =
            DAYS.map(|days| ScVal::U64(days * DAY));
        let waits = map(vec![
            ("auction", auction),
            ("breach", breach),
            ("grace", grace),
            ("late", late),
            ("notice", notice),
            ("repossession", repossession),
            ("sold", sold),
        ]);
        let fields = vec![
            ("account", ScVal::U32(Id::of("account", "lockbox").0)),
            ("deal", address(contract(self.deal.clone()))),
            ("debtor", who(DEBTOR)),
            ("note", ScVal::U32(Id::of("note", "A").0)),
            ("senior", who(SENIOR)),
            ("title", address(contract(self.title.clone()))),
            ("trustee", who(TRUSTEE)),
            ("waits", waits.unwrap()),
        ];
        map(fields).unwrap()
    }

    /// The debtor's machines into the registry.
    pub fn take_in(&mut self, receipts: u8) {
        for role in 0..3 {
            let named = vec![ScVal::U32(role), who(REGISTRY), ScVal::Bool(true)];
            self.registry((&[REGISTRY], "name", named));
        }
        let fields = ["appraiser", "bailee", "insurer"].map(|role| (role, who(REGISTRY)));
        let parties = map(fields.to_vec()).unwrap();
        let policy =
            map(vec![("amount", money(ONE)), ("expiry", ScVal::U64(self.start + 900 * DAY))]).unwrap();
        let method = symbol("market").unwrap();
        let appraisal =
            map(vec![("method", method), ("on", ScVal::U64(self.now().0)), ("value", money(APPRAISED))])
                .unwrap();
        for number in 1..=receipts {
            let machine = bytes(&[number; 32]).unwrap();
            let id = || ScVal::U32(number.into());
            self.registry((&[DEBTOR], "draft", vec![who(DEBTOR), machine, parties.clone()]));
            self.registry((&[REGISTRY], "issue", vec![id()]));
            self.registry((&[REGISTRY], "insure", vec![id(), policy.clone()]));
            self.registry((&[REGISTRY], "appraise", vec![id(), appraisal.clone()]));
        }
    }

    pub fn send(&mut self, to: ContractId, (signers, function, args): Call<'_>) -> Result<ScVal, u32> {
        let keys: Vec<_> = signers.iter().map(|number| key(*number)).collect();
        let others: Vec<_> = keys.iter().skip(1).collect();
        let signing = Signing { source: keys.first().unwrap(), others: &others };
        match self.ledger.invoke(signing, Invocation { contract: &to, function, args }) {
            Ok(receipt) => {
                let dearest = self.dearest.entry(function).or_default();
                *dearest = receipt.costs.instructions.max(*dearest);
                self.told = receipt.events;
                Ok(receipt.result)
            }
            Err(ChainError::Contract { code, .. }) => Err(code),
            Err(error) => Err(error.code().into()),
        }
    }

    fn registry(&mut self, call: Call<'_>) {
        self.send(self.title.clone(), call).unwrap();
    }

    /// Calls the deal; a refusal is its number.
    pub fn on_deal(&mut self, call: Call<'_>) -> Result<ScVal, u32> {
        self.send(self.deal.clone(), call)
    }

    /// Calls the auction, with DF-1 and the escrow looked at; a refusal is its number and changes nothing.
    pub fn call(&mut self, call: Call<'_>) -> Result<ScVal, u32> {
        let (before, now, function) = (self.case(), self.now(), call.1);
        let shown = call.2.last().cloned();
        let outcome = self.send(self.auction.clone(), call);
        let after = self.case();
        match outcome {
            Err(_) => assert_eq!(before, after, "a refused {function} changes nothing"),
            Ok(_) if after.stage > before.stage && function != "redeem" => {
                let step = taken(&before, &after, (now, shown));
                assert!(df1_clock_and_evidence(&before, &step, now), "DF-1: {function} {step:?} at {now:?}");
            }
            Ok(_) => {}
        }
        self.check_escrow();
        outcome
    }

    /// Calls the auction and expects this refusal; zero is none.
    pub fn check(&mut self, call: Call<'_>, refusal: u32) {
        let name = call.1;
        let outcome = self.call(call).map_or_else(|code| code, |_| 0);
        assert_eq!(outcome, refusal, "{name}");
    }

    /// The dearest call of each name has used at most so many instructions.
    pub fn costs_at_most(&self, limits: &[(&'static str, u64)]) {
        for (function, most) in limits {
            let used = self.dearest[function];
            println!("{function}: {used} instructions");
            assert!(used <= *most, "{function}: {used}");
        }
    }

    pub fn view(&self, of: &ContractId, function: &'static str, args: Vec<ScVal>) -> ScVal {
        self.ledger.view(Invocation { contract: of, function, args }).unwrap()
    }

    pub fn now(&self) -> Time {
        Time(self.ledger.head().unwrap().time)
    }

    /// The first payment date has come and left everything unpaid, an hour ago.
    pub fn unpaid() -> Self {
        Self::closed().miss_payment()
    }

    /// When the payment was due that is missed.
    pub fn due(&self) -> u64 {
        self.start + 31 * DAY
    }

    pub fn miss_payment(mut self) -> Self {
        self.wait(31 * DAY);
        self.on_deal((&[STRANGER], "pay", vec![ScVal::U32(1)])).unwrap();
        self.wait(HOUR);
        self
    }

    /// The case has come to a stage as soon as it could; the deal enforces from the notice on.
    pub fn come_to(mut self, stage: Stage) -> Self {
        if self.case().stage == Stage::Current {
            let due = ScVal::U64(self.due());
            self.check((&[TRUSTEE], "miss", vec![due, proof()]), 0);
        }
        while self.case().stage < stage {
            self.ripen();
            self.check((&[TRUSTEE], "advance", vec![proof()]), 0);
            if self.case().stage == Stage::Notice {
                assert_eq!(self.enter_enforcement(), 0);
            }
        }
        self
    }

    /// Anyone takes the deal into its state of enforcement; returns the refusal, or zero.
    pub fn enter_enforcement(&mut self) -> u32 {
        let enforcement = ScVal::U32(Id::of("state", "enforcement").0);
        self.on_deal((&[STRANGER], "transition", vec![enforcement])).map_or_else(|code| code, |_| 0)
    }

    /// Waits until the next step's time has come.
    pub fn ripen(&mut self) {
        let case = self.case();
        let lasted = case.clock.elapsed(self.now()).unwrap().since(case.entered).unwrap();
        let left = case.waits.of(case.stage).0.saturating_sub(lasted.0);
        if left > 0 {
            self.wait(left);
        }
    }

    /// Two lots of two machines each are on offer.
    pub fn on_offer() -> Self {
        let mut world = Self::unpaid().come_to(Stage::Auction);
        for lot in [[1, 2], [3, 4]] {
            world.check((&[TRUSTEE], "list", vec![ids(&lot), money(0)]), 0);
        }
        world
    }

    /// Bids; returns the refusal, or zero.
    pub fn offer(&mut self, bidder: u8, lot: u32, offer: ScVal) -> u32 {
        let call = (&[bidder][..], "bid", vec![who(bidder), ScVal::U32(lot), offer]);
        self.call(call).map_or_else(|code| code, |_| 0)
    }

    /// Calls something that anyone may about a lot; returns the refusal, or zero.
    pub fn about(&mut self, by: u8, function: &'static str, lot: u32) -> u32 {
        self.call((&[by], function, vec![ScVal::U32(lot)])).map_or_else(|code| code, |_| 0)
    }

    pub fn refund(&mut self, lot: u32, bid: u32) -> u32 {
        let call = (&[STRANGER][..], "refund", vec![ScVal::U32(lot), ScVal::U32(bid)]);
        self.call(call).map_or_else(|code| code, |_| 0)
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u64) {
        let now = self.now().0;
        self.ledger.close(now + seconds).unwrap();
    }

    /// The case as the decisions know it.
    pub fn case(&self) -> Case {
        let stored = Fields::of(&self.view(&self.auction, "case", vec![]));
        let stages = [
            Stage::Current,
            Stage::Late,
            Stage::Grace,
            Stage::Breach,
            Stage::Notice,
            Stage::Repossession,
            Stage::Auction,
            Stage::Sold,
            Stage::Closed,
        ];
        let count = |name| u16::try_from(stored.number(name)).unwrap();
        Case {
            waits: waits(),
            stage: stages[usize::try_from(stored.number("stage")).unwrap()],
            clock: Clock {
                started: Time(stored.unsigned("started")),
                frozen: stored.maybe("frozen").map(Time),
                excluded: Span(stored.unsigned("excluded")),
            },
            entered: Span(stored.unsigned("entered")),
            stayed: stored.number("stayed") != 0,
            lots: count("lots"),
            bound: count("bound"),
            paid: count("paid"),
            cured: stored.maybe("cured").map(Time),
        }
    }

    pub fn lot(&self, number: u32) -> Fields {
        Fields::of(&self.view(&self.auction, "lot", vec![ScVal::U32(number)]))
    }

    pub fn bid(&self, lot: u32, number: u32) -> Fields {
        Fields::of(&self.view(&self.auction, "offer", vec![ScVal::U32(lot), ScVal::U32(number)]))
    }

    pub fn asked(&self, lot: u32) -> i64 {
        self.asked_now(lot).unwrap()
    }

    /// What is asked for a lot, if it takes bids.
    pub fn asked_now(&self, lot: u32) -> Option<i64> {
        let args = vec![ScVal::U32(lot)];
        let call = Invocation { contract: &self.auction, function: "asked", args };
        let asked = self.ledger.view(call).ok()?;
        i64::try_from(amount_of(&asked).unwrap()).ok()
    }

    /// A number that the deal says, in the smallest unit.
    pub fn deal_says(&self, function: &'static str) -> i64 {
        i64::try_from(amount_of(&self.view(&self.deal, function, vec![])).unwrap()).unwrap()
    }

    /// What the holders of note A may pay with.
    pub fn credit(&self) -> i64 {
        let args = vec![ScVal::U32(Id::of("note", "A").0)];
        i64::try_from(amount_of(&self.view(&self.deal, "credit", args)).unwrap()).unwrap()
    }

    /// A field of a note in the engine's state.
    pub fn note(&self, name: &str, field: NoteField) -> i64 {
        let standing = Fields::of(&self.view(&self.deal, "standing", vec![]));
        let ScVal::Bytes(state) = standing.get("state") else { panic!("no state") };
        let state = State::from_bytes(&self.plan, state.as_slice()).unwrap();
        let note = self.plan.notes.iter().find(|note| note.id == Id::of("note", name)).unwrap();
        state.read(note.register(field))[0]
    }

    /// Sends a payee of the plan what it is owed; returns how much.
    pub fn withdraw(&mut self, payee: Id) -> i64 {
        let paid = self.on_deal((&[STRANGER], "withdraw", vec![ScVal::U32(payee.0)])).unwrap();
        i64::try_from(amount_of(&paid).unwrap()).unwrap()
    }

    pub fn cash_of(&self, number: u8) -> i128 {
        self.currency.balance(&self.ledger, &key(number).address()).unwrap()
    }

    pub fn cash_in(&self, place: &ContractId) -> i128 {
        self.currency.balance(&self.ledger, &contract(place.clone())).unwrap()
    }

    /// Whose a receipt is, and what it backs.
    pub fn receipt(&self, id: u32) -> (ScVal, u32) {
        let title = Fields::of(&self.view(&self.title, "lien", vec![ScVal::U32(id)]));
        (title.get("owner").clone(), u32::try_from(title.number("state")).unwrap())
    }

    /// What is in escrow is what the bids that are not refunded have left; what is named of the claim is what leads.
    pub fn check_escrow(&self) {
        let (mut deposits, mut held, mut credit) = (0, 0, 0);
        for number in 1..=u32::from(self.case().lots) {
            let lot = self.lot(number);
            held += lot.number("held");
            let bids = u32::try_from(lot.number("bids")).unwrap();
            deposits += (1..=bids).map(|bid| self.bid(number, bid).number("deposit")).sum::<i128>();
            let leads = [1, 2].contains(&lot.number("state"));
            if leads {
                credit += Fields::of(lot.get("leader")).number("credit");
            }
        }
        assert_eq!(self.cash_in(&self.auction), deposits, "the escrow is the deposits");
        assert_eq!(held, deposits, "and what the lots say");
        assert_eq!(
            amount_of(&self.view(&self.auction, "named", vec![])).unwrap(),
            credit,
            "the credit named"
        );
    }
}

/// The step that led from one case to another.
fn taken(before: &Case, after: &Case, (now, shown): (Time, Option<ScVal>)) -> Step {
    let evidence = match shown {
        Some(ScVal::Bytes(hash)) => Evidence(hash.as_slice().try_into().unwrap()),
        _ => Evidence::default(),
    };
    let elapsed = before.clock.elapsed(now).and_then(|elapsed| elapsed.since(before.entered));
    let waited = if before.stage == Stage::Current { Span::ZERO } else { elapsed.unwrap_or(Span(u64::MAX)) };
    Step { from: before.stage, to: after.stage, waited, evidence }
}
