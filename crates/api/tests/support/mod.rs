//! What the tests share: a node on loopback with a key for every role, on SQLite or PostgreSQL.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../node/tests/support/servers.rs"]
pub mod servers;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use client::{Client, NewKey, Role, Secret};
use ed25519_dalek::SigningKey;
use forebay_api::{Allowance, Api, Certificate, Parts, Settings, access, serve};
use node::store::{Database, EventStore, Options};
use node::telemetry::{
    Body, DeviceId, Gpu, Intake, Kind, Policy, Reading, ReadingHash, Record, Registration, Slot, register,
};
use node::{Clock, hex};
use servers::Postgres;
use servicer::{Home, Ledgers, Servicer};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// A Friday: 2026-11-20 00:00 UTC.
pub const NOW: u64 = 1_795_132_800;

/// In the database's address; the server asks for none.
pub const PASSWORD: &str = "the-password-of-the-database";

/// A clock that stands.
#[derive(Clone, Copy)]
pub struct Standing;

impl Clock for Standing {
    fn wall(&self) -> u64 {
        NOW
    }

    fn steady(&self) -> Duration {
        Duration::ZERO
    }
}

/// A node that serves until it is dropped.
pub struct Node {
    pub api: Api,
    pub store: EventStore,
    pub servicer: Servicer,
    pub address: SocketAddr,
    pub keys: BTreeMap<Role, Secret>,
    pub signer: Signer,
    pub ledgers: Ledgers,
    stop: Option<oneshot::Sender<()>>,
    pub folder: TempDir,
}

/// What a test's nodes keep everything in.
#[derive(Clone)]
pub enum On {
    Sqlite,
    Postgresql(Arc<Postgres>),
}

/// How a node differs from others.
#[derive(Default)]
pub struct Special {
    pub certificate: Option<Certificate>,
    /// Whether ledgers in its folder execute its deals.
    pub clears: bool,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
    }
}

/// Settings that no test runs into.
pub fn settings() -> Settings {
    let many = NonZeroU32::new(1_000_000).unwrap();
    let allowed = Allowance::of(many, many);
    Settings { keys: allowed, strangers: allowed, ..Settings::default() }
}

impl On {
    /// The server that the tests under way share, which ends with the last of them; or nothing where there is none.
    pub fn postgresql() -> Option<Self> {
        static RUNNING: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let server = running.upgrade().or_else(|| Postgres::start().map(Arc::new))?;
        *running = Arc::downgrade(&server);
        Some(Self::Postgresql(server))
    }

    /// The address of a new, empty database.
    fn database(&self, folder: &Path) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        match self {
            Self::Sqlite => format!("sqlite:{}/node.db", folder.display()),
            Self::Postgresql(server) => {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let address = server.database(&format!("api{number}"));
                address.replacen("postgres@", &format!("postgres:{PASSWORD}@"), 1)
            }
        }
    }

    pub async fn node(&self) -> Node {
        self.with(settings(), Special::default()).await
    }

    pub async fn with(&self, settings: Settings, special: Special) -> Node {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&self.database(folder.path()), Options::default()).await.unwrap();
        let store = EventStore::new(database.clone());
        let mut signer = Signer::new(1);
        register(&store, &signer.registration(), ("a device", NOW)).await.unwrap();
        let intake_settings = node::telemetry::Settings { policy: Policy::default(), threads: 1 };
        let intake = Intake::start(database.clone(), Standing, intake_settings).await.unwrap();
        intake.submit(signer.next().0.to_vec().into()).await.unwrap();
        let ledgers = Ledgers { at: Home::Folder(folder.path().to_owned()), keys: None };
        let options = servicer::Options {
            ledgers: special.clears.then(|| ledgers.clone()),
            ..servicer::Options::default()
        };
        let servicer = Servicer::open(database, Standing, options).await.unwrap();
        let keys = keys(&store).await;
        let parameters =
            [("risk-h100.toml".to_owned(), include_str!("../../../../data/risk-h100.toml").to_owned())];
        let parts = Parts { servicer: servicer.clone(), intake, parameters: parameters.into(), settings };
        let api = Api::new(parts);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = (api.clone(), api.router());
        tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            serve(served, (listener, special.certificate), stopped).await.unwrap();
        });
        Node { api, store, servicer, address, keys, signer, ledgers, stop: Some(stop), folder }
    }
}

/// A key for every role.
async fn keys(store: &EventStore) -> BTreeMap<Role, Secret> {
    let mut keys = BTreeMap::new();
    for role in Role::ALL {
        let party = (role == Role::Investor).then(|| "fund".to_owned());
        let new = NewKey { name: format!("{role}.one"), role, party };
        let issued = access::issue(store, &new, (&format!("issue {role}"), NOW)).await.unwrap();
        keys.insert(role, issued.secret);
    }
    keys
}

impl Node {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn secret(&self, role: Role) -> &Secret {
        &self.keys[&role]
    }

    pub fn client(&self, role: Role) -> Client {
        Client::new(&self.url(""), self.secret(role)).unwrap()
    }

    /// A request with a role's key; a path with braces gets what is there.
    pub fn request(&self, role: Role, (verb, path): (&str, &str)) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(verb.as_bytes()).unwrap();
        http().request(method, self.url(path)).bearer_auth(self.secret(role).reveal())
    }
}

pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// A device that signs.
pub struct Signer {
    key: SigningKey,
    sequence: u64,
    previous: ReadingHash,
    slot: Slot,
}

impl Signer {
    pub fn new(number: u8) -> Self {
        let key = SigningKey::from_bytes(&[number; 32]);
        Self {
            key,
            sequence: 0,
            previous: ReadingHash::default(),
            slot: Slot { start: NOW - 660, seconds: 60 },
        }
    }

    pub fn id(&self) -> DeviceId {
        DeviceId::of(&self.key.verifying_key())
    }

    pub fn registration(&self) -> Registration {
        Registration {
            public_key: hex::encode(self.key.verifying_key().as_bytes()),
            kind: Kind::Gpu,
            receipt: 7,
            machine: "11".repeat(32),
            capacity_watt: 6_000,
            valid_from: NOW - 86_400,
            valid_until: NOW + 86_400,
        }
    }

    pub fn next(&mut self) -> Record {
        let slot = Slot { start: self.slot.end(), seconds: 60 };
        let sequence = self.sequence + 1;
        let body = Body::Gpu(Gpu {
            utilisation_ppm: 900_000,
            power_milliwatt: 700_000,
            ecc_corrected: sequence,
            ecc_uncorrected: 0,
            uptime_seconds: 1_000 + 60 * sequence,
            energy_millijoule: 42_000_000 * sequence,
        });
        let reading = Reading { device: self.id(), sequence, slot, previous: self.previous, body };
        let record = reading.sign(&self.key);
        (self.sequence, self.previous, self.slot) = (sequence, record.hash(), slot);
        record
    }
}

/// The textbook deal, whose own model reports and pays.
pub fn hundred() -> client::NewDeal {
    let files = [
        "case.toml",
        "hundred.deal",
        "tape.csv",
        "scenario-month-24.toml",
        "../../data/liquidation-factors.csv",
    ];
    deal_in(("hundred", "../../deals/hundred"), &files)
}

/// A deal by its files, in a folder beside the manifest.
pub fn deal_in((id, folder): (&str, &str), files: &[&str]) -> client::NewDeal {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let read = |name: &&str| ((*name).to_owned(), std::fs::read_to_string(folder.join(name)).unwrap());
    client::NewDeal {
        id: id.to_owned(),
        case: "case.toml".to_owned(),
        files: files.iter().map(read).collect(),
        bank_currency: "USD".to_owned(),
        rehearsal: true,
    }
}
