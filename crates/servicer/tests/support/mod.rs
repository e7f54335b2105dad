//! What the tests share: a clock that is told the time, deals that ship, parties, databases.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../node/tests/support/servers.rs"]
pub mod servers;

use forebay_servicer::{NewDeal, Options, Request, Role, Servicer};
use node::Clock;
use node::store::Database;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use units::Date;

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
