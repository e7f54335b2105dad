//! What the tests share: a clock that is told the time, deals that ship, parties, databases.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../node/tests/support/servers.rs"]
pub mod servers;

use forebay_servicer::{Act, NewAttestation, NewDeal, Options, RentReceived, Request, Role, Servicer};
use node::Clock;
use node::store::Database;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use units::Date;
use waterfall::{Event, Plan};

pub const DAY: u64 = 86_400;

/// A clock that is told the time. What passes is one number, so that whoever looks meanwhile sees it pass evenly.
#[derive(Clone, Default)]
pub struct TestClock {
    begin: Arc<AtomicU64>,
    passed: Arc<AtomicU64>,
}

impl TestClock {
    pub fn at(day: &str) -> Self {
        let clock = Self::default();
        clock.begin.store(second(day), Ordering::SeqCst);
        clock
    }

    /// Time passes, evenly.
    pub fn pass(&self, seconds: u64) {
        self.passed.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Time passes until a day begins.
    pub fn until(&self, day: Date) {
        let day = u64::try_from(day.days()).unwrap() * DAY;
        self.pass(day.saturating_sub(self.wall()));
    }

    /// The wall clock is set, while no time passes.
    pub fn set(&self, wall: u64) {
        self.begin.store(wall - self.passed.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn wall(&self) -> u64 {
        self.begin.load(Ordering::SeqCst) + self.passed.load(Ordering::SeqCst)
    }

    fn steady(&self) -> Duration {
        Duration::from_secs(self.passed.load(Ordering::SeqCst))
    }

    fn look(&self) -> (u64, Duration) {
        let passed = self.passed.load(Ordering::SeqCst);
        (self.begin.load(Ordering::SeqCst) + passed, Duration::from_secs(passed))
    }
}

pub fn second(day: &str) -> u64 {
    u64::try_from(date(day).days()).unwrap() * DAY
}

pub fn date(day: &str) -> Date {
    day.parse().unwrap()
}

/// A SQLite file in a folder that goes with it.
pub fn sqlite() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}/node.db", folder.path().display());
    (folder, address)
}

pub async fn open(address: &str, clock: &TestClock) -> Servicer {
    let database = Database::open(address, node::store::Options::default()).await.unwrap();
    Servicer::open(database, clock.clone(), Options::default()).await.unwrap()
}

pub fn by(key: &str, role: Role) -> Request {
    let name = match role {
        Role::Operator => "ada",
        Role::Arranger => "ben",
        Role::Trustee => "tess",
        _ => "nobody",
    };
    Request::new(key, name, role)
}

/// The folder of a deal that ships.
pub fn deals(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deals").join(name)
}

/// A deal with every file that its case names.
pub fn deal_in(folder: &Path, id: &str, rehearsal: bool) -> NewDeal {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let case = read("case.toml");
    let parsed = assets::Case::parse("case.toml", &case, &[]).unwrap();
    let mut files = BTreeMap::from([("case.toml".to_owned(), case.clone())]);
    let named = parsed.files().into_iter().map(str::to_owned).chain([parsed.deal.clone()]);
    files.extend(named.map(|name| (name.clone(), read(&name))));
    let (case, bank_currency) = ("case.toml".to_owned(), "USD".to_owned());
    NewDeal { id: id.to_owned(), case, files, bank_currency, rehearsal }
}

/// The events of the engine that the log has, as bytes.
pub async fn engine(servicer: &Servicer, deal: &str) -> Vec<Vec<u8>> {
    let events = servicer.store().stream(&format!("deal/{deal}")).await.unwrap();
    let applied = events.iter().filter(|event| event.kind == "deal.applied");
    let bodies = applied.map(|event| event.json::<serde_json::Value>().unwrap());
    bodies.map(|body| node::hex::decode(body["event"].as_str().unwrap()).unwrap()).collect()
}

pub fn life_of(name: &str) -> (life::Setup, life::Life) {
    let deal = deal_in(&deals(name), name, true);
    let files: std::collections::BTreeMap<String, Vec<u8>> =
        deal.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let case = assets::Case::parse("case.toml", &deal.files["case.toml"], &[]).unwrap();
    let setup = life::Setup::open(name, case, &files, None).unwrap();
    let life = life::play(&setup, life::Limits::default(), &mut |_, _| {}).unwrap();
    (setup, life)
}

/// What happened, told by parties: a rent by the operator, a number by the operator and confirmed by the trustee.
pub async fn tell(
    servicer: &Servicer,
    deal: &str,
    (number, on, event, name): (usize, Date, &Event<1>, String),
) {
    match event {
        Event::Receive { amount: [amount], .. } => {
            let (reference, evidence) = (String::new(), "lockbox".to_owned());
            let rent = RentReceived { name, reference, amount: *amount, on, evidence };
            servicer
                .record_rent(&by(&format!("rent {number}"), Role::Operator), (deal, &rent))
                .await
                .unwrap();
        }
        Event::Report { value: [value], as_of, .. } => {
            let what = Act::Report { name, member: String::new(), value: *value };
            let stated = NewAttestation { what, as_of: *as_of, evidence: "invoice".to_owned() };
            let request = by(&format!("state {number}"), Role::Operator);
            let proposed = servicer.propose(&request, (deal, &stated)).await.unwrap();
            let request = by(&format!("confirm {number}"), Role::Trustee);
            servicer.decide(&request, (&proposed.id, true)).await.unwrap();
        }
        _ => {}
    }
}

/// The name of what was received or reported.
pub fn name_of(plan: &Plan, event: &Event<1>) -> String {
    match event {
        Event::Receive { source, .. } => plan.name(source.unwrap()).to_owned(),
        Event::Report { input, .. } => plan.name(*input).to_owned(),
        _ => String::new(),
    }
}
