//! `forebay.toml`.

use crate::error::ServicerError;
use node::telemetry::Policy;
use serde::Deserialize;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
use units::Date;

/// How a node runs; every default is written out in [`Settings::WRITTEN`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `sqlite:FILE` or `postgres://USER@HOST/NAME`.
    pub database: String,
    /// The way in for people and programs.
    pub http: Http,
    /// How much is taken there.
    pub limits: LimitSettings,
    /// The way in for machines.
    pub mqtt: Mqtt,
    /// What readings may be.
    pub telemetry: Telemetry,
    /// What is done without being asked.
    pub keeper: KeeperSettings,
    /// Where payments are executed.
    pub ledger: LedgerSettings,
    /// Where old readings go.
    pub archive: ArchiveSettings,
    /// Whose time it is.
    pub clock: ClockSettings,
}

/// `[http]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A file with the chain of certificates (PEM); empty: plain HTTP.
    pub certificate: String,
    /// A file with its key (PEM).
    pub certificate_key: String,
    /// Origins whose pages may call, such as `https://desk.example`.
    pub origins: Vec<String>,
}

/// `[limits]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Requests of one key every second, in the long run.
    pub key_per_second: NonZeroU32,
    /// Requests of one key at once.
    pub key_burst: NonZeroU32,
    /// Requests of an address without a key every second, in the long run.
    pub stranger_per_second: NonZeroU32,
    /// Requests of an address without a key at once.
    pub stranger_burst: NonZeroU32,
    /// How long a request may take, in seconds.
    pub request_seconds: NonZeroU32,
    /// Streams of events at once.
    pub streams: u32,
    /// Runs of random futures at once.
    pub futures: u32,
}

/// `[mqtt]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mqtt {
    /// `embedded`, `none`, or `HOST:PORT`.
    pub broker: String,
    /// Where the embedded one listens.
    pub listen: SocketAddr,
    /// The node's name there.
    pub client: String,
    /// Its user, if the broker asks.
    pub user: String,
    /// A file with its password.
    pub password_file: String,
}

/// `[telemetry]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// Threads that check signatures.
    pub threads: usize,
    /// How far a slot may end after the node's time, in seconds.
    pub ahead_seconds: u64,
    /// How old a slot may be, in seconds.
    pub age_seconds: u64,
    /// Most of a device, in percent of its capacity.
    pub capacity_percent: u32,
}

/// `[keeper]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeeperSettings {
    /// How often it looks, in seconds.
    pub every_seconds: u64,
    /// How often roots are anchored, in seconds.
    pub anchor_seconds: u64,
    /// How long late readings are waited for, in seconds.
    pub late_readings_seconds: u64,
    /// How long before an end it is warned, in days.
    pub warning_days: u32,
}

/// `[ledger]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LedgerSettings {
    /// A folder or a URL.
    pub at: String,
    /// The key store's file.
    pub keys: String,
    /// A file with its passphrase.
    pub passphrase_file: String,
}

/// `[archive]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArchiveSettings {
    /// `file:///FOLDER`, `s3://BUCKET/FOLDER`, or empty.
    pub at: String,
    /// The object store's region.
    pub region: String,
    /// Its address, if it is not the cloud's own.
    pub endpoint: String,
    /// The id of the key.
    pub key_id: String,
    /// A file with the key's secret.
    pub secret_file: String,
}

/// `[clock]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClockSettings {
    /// How many seconds pass in one.
    pub speed: u32,
    /// The first day of a faster clock, such as `2024-01-16`; empty for today.
    pub from: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            database: "sqlite:forebay.db".to_owned(),
            http: Http::default(),
            limits: LimitSettings::default(),
            mqtt: Mqtt::default(),
            telemetry: Telemetry::default(),
            keeper: KeeperSettings::default(),
            ledger: LedgerSettings::default(),
            archive: ArchiveSettings::default(),
            clock: ClockSettings::default(),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        let (certificate, certificate_key) = (String::new(), String::new());
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self { listen, certificate, certificate_key, origins: Vec::new() }
    }
}

impl Default for Mqtt {
    fn default() -> Self {
        Self {
            broker: "embedded".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 1883)),
            client: "forebay".to_owned(),
            user: String::new(),
            password_file: String::new(),
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            key_per_second: number(100),
            key_burst: number(200),
            stranger_per_second: number(10),
            stranger_burst: number(50),
            request_seconds: number(30),
            streams: 64,
            futures: 1,
        }
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        let Policy { ahead_seconds, age_seconds, capacity_percent } = Policy::default();
        Self { threads: 2, ahead_seconds, age_seconds, capacity_percent }
    }
}

impl Default for KeeperSettings {
    fn default() -> Self {
        Self { every_seconds: 5, anchor_seconds: 300, late_readings_seconds: 21_600, warning_days: 30 }
    }
}

impl Default for LedgerSettings {
    fn default() -> Self {
        Self { at: "ledgers".to_owned(), keys: String::new(), passphrase_file: String::new() }
    }
}

impl Default for ClockSettings {
    fn default() -> Self {
        Self { speed: 1, from: String::new() }
    }
}

impl Settings {
    /// The file with every default written out.
    pub const WRITTEN: &'static str = include_str!("../forebay.toml");

    /// Reads a file of settings.
    ///
    /// # Errors
    /// [`ServicerError::Settings`]: what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, ServicerError> {
        let settings: Self = toml::from_str(text).map_err(|error| wrong("the file", error))?;
        settings.require_sane()?;
        Ok(settings)
    }

    fn require_sane(&self) -> Result<(), ServicerError> {
        if self.clock.speed == 0 {
            return Err(wrong("clock.speed", "a clock that stands still pays nothing; write 1 or more"));
        }
        if self.keeper.every_seconds == 0 || self.keeper.anchor_seconds == 0 || self.telemetry.threads == 0 {
            let problem = "every_seconds, anchor_seconds and threads are above zero";
            return Err(wrong("keeper, telemetry", problem));
        }
        if !self.mqtt.user.is_empty() && self.mqtt.broker == "embedded" {
            return Err(wrong("mqtt.user", "the embedded broker asks for no user; name another broker"));
        }
        self.first_day().map(drop)
    }

    /// The first day of a faster clock, if one is named.
    ///
    /// # Errors
    /// [`ServicerError::Settings`] for a text that is no day.
    pub fn first_day(&self) -> Result<Option<Date>, ServicerError> {
        match self.clock.from.as_str() {
            "" => Ok(None),
            day => day.parse().map(Some).map_err(|error| wrong("clock.from", error)),
        }
    }
}

/// A secret: from a variable, or from a file; nothing if neither is there. What is wrong with it never shows it.
///
/// # Errors
/// [`ServicerError::Settings`] if the file cannot be read.
pub fn secret(variable: &str, file: &str) -> Result<Option<String>, ServicerError> {
    if let Ok(secret) = std::env::var(variable) {
        return Ok(Some(secret));
    }
    if file.is_empty() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(Path::new(file)).map_err(|error| wrong(file, error))?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

pub(crate) fn wrong(place: &str, problem: impl ToString) -> ServicerError {
    ServicerError::Settings { place: place.to_owned(), problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_ships_says_every_default() {
        assert_eq!(Settings::parse(Settings::WRITTEN).unwrap(), Settings::default());
        assert_eq!(Settings::parse("").unwrap(), Settings::default());
        // A default that the file leaves out would be one that nobody can see.
        let written: toml::Table = Settings::WRITTEN.parse().unwrap();
        let count = |table: &toml::Table| table.values().filter(|value| !value.is_table()).count();
        let lines: usize =
            count(&written) + written.values().filter_map(toml::Value::as_table).map(count).sum::<usize>();
        assert_eq!(lines, 35, "a setting was added or taken away: write it into forebay.toml, and here");
    }

    #[test]
    fn a_setting_that_makes_no_node_is_refused() {
        let check = |text: &str, says: &str| {
            let error = Settings::parse(text).unwrap_err();
            assert_eq!(error.code(), 990);
            assert!(error.to_string().contains(says), "{error}");
        };
        check("databse = \"x\"", "databse");
        check("[clock]\nspeed = 0", "stands still");
        check("[clock]\nfrom = \"soon\"", "clock.from");
        check("[keeper]\nevery_seconds = 0", "above zero");
        check("[mqtt]\nuser = \"node\"", "name another broker");
        check("[http]\nlisten = \"here\"", "invalid socket address");
        check("[limits]\nkey_per_second = 0", "nonzero");
        check("[limits]\nstreams = -1", "streams");
    }
}
