//! A node as one process: log, telemetry, keeper, ledgers, and whatever routes are put beside them.

use crate::error::ServicerError;
use crate::ledgers::{Home, Ledgers};
use crate::servicer::{Options, Servicer, Told};
use crate::settings::{Settings, secret, wrong};
use chain::{Key, Keystore, Lock};
use node::store::{Database, Options as DatabaseOptions};
use node::telemetry::archive::Archive;
use node::telemetry::mqtt::{BrokerSettings, listen, start_broker};
use node::telemetry::{Intake, Policy, Settings as IntakeSettings, close_segment};
use node::{Clock, NodeError};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Name of the key in its file.
const PARTIES: &str = "parties";

/// How long to wait before a broker or a database that is gone is tried again.
const PAUSE: Duration = Duration::from_secs(5);

/// Who hears what goes wrong and is tried again.
pub type Teller = Arc<dyn Fn(&str) + Send + Sync>;

/// What goes on until it is done.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Parts of a running node, for routes and tests.
#[derive(Clone)]
pub struct Parts {
    /// Deals.
    pub servicer: Servicer,
    /// Readings.
    pub intake: Intake,
}

/// A running node.
pub struct Host {
    /// What it consists of.
    pub parts: Parts,
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Host {
    /// Starts a node. `server` serves it at its address until the task that it is given is done; `told` hears what goes wrong
    /// and is tried again.
    ///
    /// # Errors
    /// [`ServicerError`]: the first part that does not start.
    pub async fn start<C: Clock + Clone + 'static>(
        settings: &Settings,
        clock: C,
        (server, told): (impl FnOnce(&Parts, (TcpListener, Task)) -> Task, Teller),
    ) -> Told<Self> {
        let address = secret("FOREBAY_DATABASE", "")?.unwrap_or_else(|| settings.database.clone());
        let database = Database::open(&address, DatabaseOptions::default()).await?;
        let options = Options {
            ledgers: Some(ledgers(settings)?),
            late_readings_seconds: settings.keeper.late_readings_seconds,
            warning_days: settings.keeper.warning_days,
        };
        let servicer = Servicer::open(database.clone(), clock.clone(), options).await?;
        let intake = Intake::start(database, clock, intake_settings(settings)).await?;
        let parts = Parts { servicer, intake };
        let (stop, tasks) = (watch::Sender::new(false), JoinSet::new());
        let listener =
            TcpListener::bind(settings.http.listen).map_err(|error| wrong("http.listen", error))?;
        let address = listener.local_addr().map_err(|error| wrong("http.listen", error))?;
        let mut host = Self { parts: parts.clone(), address, stop, tasks };
        let mut stopping = host.stop.subscribe();
        let stopped = async move { drop(stopping.wait_for(|stop| *stop).await) };
        host.tasks.spawn(server(&parts, (listener, Box::pin(stopped))));
        host.take_messages(settings)?;
        host.keep(settings, told.clone());
        host.anchor(settings, told)?;
        Ok(host)
    }

    fn take_messages(&mut self, settings: &Settings) -> Told<()> {
        let (host, port) = match settings.mqtt.broker.as_str() {
            "none" => return Ok(()),
            "embedded" => {
                start_broker(settings.mqtt.listen)?;
                (settings.mqtt.listen.ip().to_string(), settings.mqtt.listen.port())
            }
            other => {
                let (host, port) =
                    other.rsplit_once(':').ok_or_else(|| wrong("mqtt.broker", "write HOST:PORT"))?;
                (host.to_owned(), port.parse().map_err(|error| wrong("mqtt.broker", error))?)
            }
        };
        let password = secret("FOREBAY_MQTT_PASSWORD", &settings.mqtt.password_file)?;
        let user = Some(settings.mqtt.user.clone()).filter(|user| !user.is_empty());
        let login = user.map(|user| (user, password.unwrap_or_default()));
        let broker = BrokerSettings { host, port, client: settings.mqtt.client.clone(), login, pause: PAUSE };
        let (intake, mut stopping) = (self.parts.intake.clone(), self.stop.subscribe());
        self.tasks.spawn(async move {
            tokio::select! {
                () = listen(intake, broker) => {}
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        });
        Ok(())
    }

    /// The keeper's turns. A turn that has begun is finished before the node stops.
    fn keep(&mut self, settings: &Settings, told: Teller) {
        let Parts { servicer, intake } = self.parts.clone();
        let mut stopping = self.stop.subscribe();
        let every = Duration::from_secs(settings.keeper.every_seconds) / settings.clock.speed.clamp(1, 100);
        self.tasks.spawn(async move {
            while !*stopping.borrow_and_update() {
                match servicer.turn().await {
                    Ok(turned) => turned.failures.iter().for_each(|(deal, error)| {
                        told(&format!("{deal}: {error} [{}]", error.code()));
                    }),
                    Err(error) => told(&format!("{error} [{}]", error.code())),
                }
                // A device may have been registered.
                let _ = intake.refresh().await;
                pause(&mut stopping, every).await;
            }
        });
    }

    fn anchor(&mut self, settings: &Settings, told: Teller) -> Told<()> {
        let servicer = self.parts.servicer.clone();
        let archive = archive(settings)?;
        let mut stopping = self.stop.subscribe();
        let every = Duration::from_secs(settings.keeper.anchor_seconds);
        self.tasks.spawn(async move {
            loop {
                pause(&mut stopping, every).await;
                if let Err(error) = anchor_all(&servicer, archive.as_ref()).await {
                    told(&format!("{error} [{}]", error.code()));
                }
                if *stopping.borrow() {
                    return;
                }
            }
        });
        Ok(())
    }

    /// Stops taking anything in, finishes what has begun, anchors what was taken, and closes the database.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        self.parts.servicer.database().close().await;
    }
}

/// Anchors every batch that is not, and archives every segment that is closed.
async fn anchor_all(servicer: &Servicer, archive: Option<&Archive>) -> Told<()> {
    if let Some(anchor) = servicer.anchor()? {
        while close_segment(servicer.database(), &anchor).await?.is_some() {}
    }
    if let Some(archive) = archive {
        while archive.write_next(servicer.database(), servicer.now()?).await?.is_some() {}
    }
    Ok(())
}

/// Waits, unless the node stops before.
async fn pause(stopping: &mut watch::Receiver<bool>, time: Duration) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        _ = stopping.wait_for(|stop| *stop) => {}
    }
}

const fn intake_settings(settings: &Settings) -> IntakeSettings {
    let telemetry = &settings.telemetry;
    let policy = Policy {
        ahead_seconds: telemetry.ahead_seconds,
        age_seconds: telemetry.age_seconds,
        capacity_percent: telemetry.capacity_percent,
    };
    IntakeSettings { policy, threads: telemetry.threads }
}

fn ledgers(settings: &Settings) -> Told<Ledgers> {
    let at = settings.ledger.at.as_str();
    if at.starts_with("http://") || at.starts_with("https://") {
        return Ok(Ledgers { at: Home::Server(at.to_owned()), keys: keys(settings)? });
    }
    let folder = PathBuf::from(at);
    std::fs::create_dir_all(&folder).map_err(|error| wrong("ledger.at", error))?;
    Ok(Ledgers { at: Home::Folder(folder), keys: keys(settings)? })
}

fn keys(settings: &Settings) -> Told<Option<Key>> {
    let file = settings.ledger.keys.as_str();
    if file.is_empty() {
        return Ok(None);
    }
    let passphrase = secret("FOREBAY_PASSPHRASE", &settings.ledger.passphrase_file)?;
    let passphrase = passphrase.ok_or_else(|| {
        wrong("ledger.keys", "put its passphrase into FOREBAY_PASSPHRASE or a passphrase_file")
    })?;
    let store = Keystore::open(Path::new(file), Lock::Passphrase(&passphrase));
    let key = store.and_then(|store| store.key(PARTIES)).map_err(|error| wrong("ledger.keys", error))?;
    Ok(Some(key))
}

fn archive(settings: &Settings) -> Told<Option<Archive>> {
    let archive = &settings.archive;
    if archive.at.is_empty() {
        return Ok(None);
    }
    let secret = secret("FOREBAY_ARCHIVE_SECRET", &archive.secret_file)?.unwrap_or_default();
    // Whoever names an address without TLS, on a loopback or a network of its own, has chosen so.
    let plain = if archive.endpoint.starts_with("http://") { "true" } else { "" };
    let options = [
        ("allow_http", plain.to_owned()),
        ("aws_region", archive.region.clone()),
        ("aws_endpoint", archive.endpoint.clone()),
        ("aws_access_key_id", archive.key_id.clone()),
        ("aws_secret_access_key", secret),
    ];
    let given = options.into_iter().filter(|(_, value)| !value.is_empty());
    let options: Vec<(String, String)> = given.map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Some(Archive::open(&archive.at, &options)?))
}

impl From<ServicerError> for NodeError {
    fn from(error: ServicerError) -> Self {
        match error {
            ServicerError::Node(error) => error,
            other => Self::Unavailable(other.to_string()),
        }
    }
}
