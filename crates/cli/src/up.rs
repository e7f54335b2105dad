//! `forebay up`, `forebay backup`, `forebay restore`: a node.

use crate::{output, progress, sources};
use anyhow::Context;
use assets::{Case, Files};
use clap::Args;
use node::store::{Database, EventStore, Options};
use node::{Clock, SystemClock};
use servicer::{Book, Host, NewDeal, Parts, Request, Role, Settings, secret};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tracing_subscriber::filter::LevelFilter;
use units::Date;

/// Where settings are looked for.
const SETTINGS: &str = "forebay.toml";

/// The folder that a demonstration keeps everything in.
const DEMO: &str = "forebay-demo";

/// A month of the demonstration in a second.
const DEMO_SPEED: u32 = 30 * 86_400;

#[derive(Args)]
#[command(after_help = "Examples:
  forebay up --write-config > forebay.toml   every setting with its default
  forebay up                                 a node by forebay.toml, or by the defaults; Ctrl-C ends it
  forebay up --log info                      also who commanded what
  forebay up --demo                          the flagship services itself, a month a second, on a ledger of its own")]
pub struct Up {
    /// The file of settings; forebay.toml if it is there, else the defaults
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print every setting with its default, and end
    #[arg(long)]
    pub write_config: bool,
    /// Rehearse a deal that ships with a clock that runs a month a second, in the folder forebay-demo
    #[arg(long, value_name = "DEAL", num_args = 0..=1, default_missing_value = "sierra-h100", conflicts_with = "config")]
    pub demo: Option<String>,
    /// What is logged, to standard error: off, error, warn, info (who commanded what), debug (every request)
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub log: LevelFilter,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay backup node.backup                 while the node runs
  forebay restore node.backup --config new.toml")]
pub struct Copying {
    /// The backup
    pub file: PathBuf,
    /// The file of settings that names the database; forebay.toml if it is there, else the defaults
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// A clock that runs faster than the machine's.
#[derive(Clone)]
struct Fast {
    machine: SystemClock,
    from: u64,
    speed: u32,
}

impl Clock for Fast {
    fn wall(&self) -> u64 {
        self.from.saturating_add(self.steady().as_secs())
    }

    fn steady(&self) -> Duration {
        self.machine.steady().saturating_mul(self.speed)
    }

    fn look(&self) -> (u64, Duration) {
        let steady = self.steady();
        (self.from.saturating_add(steady.as_secs()), steady)
    }
}

pub fn up(arguments: &Up) -> anyhow::Result<ExitCode> {
    if arguments.write_config {
        output::print(Settings::WRITTEN)?;
        return Ok(ExitCode::SUCCESS);
    }
    tracing_subscriber::fmt().with_max_level(arguments.log).with_writer(std::io::stderr).init();
    let rehearsed = arguments.demo.as_deref().map(rehearsal).transpose()?;
    let settings = match &rehearsed {
        Some((_, closing)) => demonstration(*closing)?,
        None => settings(arguments.config.as_deref())?,
    };
    let runtime = runtime()?;
    let host = runtime.block_on(start(&settings))?;
    output::print(&format!("listening at http://{}; Ctrl-C ends it\n", host.address))?;
    if let Some((deal, _)) = &rehearsed {
        let access =
            format!("forebay access new --database {} --name desk --role operator", settings.database);
        output::print(&format!("a key for its API: {access}\n"))?;
        let request = Request::new("demo", "demo", Role::Arranger);
        runtime.block_on(host.parts.servicer.open_deal(&request, deal)).map_err(numbered)?;
    }
    let telling = runtime.spawn(tell_payments(host.parts.clone()));
    progress::wait();
    telling.abort();
    output::print("finishing what has begun\n")?;
    runtime.block_on(host.stop());
    output::print("stopped; everything that was taken is kept\n")?;
    Ok(ExitCode::SUCCESS)
}

async fn start(settings: &Settings) -> anyhow::Result<Host> {
    let told: servicer::Teller = Arc::new(|words: &str| eprintln!("{words}"));
    let server = crate::http::server(settings)?;
    let started = match settings.clock.speed {
        1 => Host::start(settings, SystemClock::default(), (server, told)).await,
        speed => {
            let machine = SystemClock::default();
            let from = beginning(settings, &machine).await?;
            Host::start(settings, Fast { machine, from, speed }, (server, told)).await
        }
    };
    started.map_err(numbered)
}

/// Where a fast clock begins: on the day that is named, or where it was when the node stopped.
async fn beginning(settings: &Settings, machine: &SystemClock) -> anyhow::Result<u64> {
    let day = settings.first_day().map_err(numbered)?;
    let first = day.and_then(|day| u64::try_from(day.days()).ok());
    let first = first.map_or(machine.wall(), |day| day.saturating_mul(86_400));
    let database = open(settings).await?;
    let (_, last) = EventStore::new(database.clone()).head().await?;
    database.close().await;
    Ok(first.max(last))
}

/// Says each payment date as it is executed, and when a ledger has taken it.
async fn tell_payments(parts: Parts) {
    let servicer = parts.servicer;
    let Ok((mut last, _)) = servicer.store().head().await else { return };
    loop {
        let Ok((events, position)) = servicer.events(None, last).await else { return };
        last = position;
        for event in events {
            tell(&servicer, &event).await;
        }
        if servicer.wait_for_event(last).await.is_err() {
            return;
        }
    }
}

async fn tell(servicer: &servicer::Servicer, event: &servicer::LogEvent) {
    let Some(deal) = event.stream.strip_prefix("deal/") else { return };
    let body = &event.body;
    if event.kind == "deal.cleared" {
        say(&format!("{deal}: the ledger has taken {} events\n", body["events"]));
    }
    let Some(number) = body["payment"].as_u64().and_then(|number| u16::try_from(number).ok()) else { return };
    if let Ok((payment, _)) = servicer.payment(deal, number).await {
        let Ok(summary) = servicer.deal_summary(deal).await else { return };
        let amount = units::Scaled::new(payment.paid, summary.decimals);
        let (date, state) = (payment.date, payment.state);
        say(&format!("{date} {deal}: payment {number}, {amount} {} paid, {state}\n", summary.currency));
    }
}

/// A node goes on when nobody reads what it says.
fn say(words: &str) {
    let _ = output::print(words);
}

/// A deal that ships, to be rehearsed, and its closing.
fn rehearsal(name: &str) -> anyhow::Result<(NewDeal, Date)> {
    let found = sources::find(name)?;
    let read = |path: &str| -> anyhow::Result<String> {
        let bytes = found.files.read(path).map_err(anyhow::Error::msg)?;
        String::from_utf8(bytes).with_context(|| format!("{path} is not UTF-8 text"))
    };
    let text = read(&found.case_path)?;
    let case = Case::parse(&found.case_path, &text, &[])?;
    let mut files = BTreeMap::from([(found.case_path.clone(), text)]);
    for path in case.files().into_iter().chain([case.deal.as_str()]) {
        files.insert(path.to_owned(), read(path)?);
    }
    let setup = life::Setup::open(&found.name, case, &found.files, None)?;
    let closing = setup.compiled.plan.period(0).map_or(Date::from_days(0), |period| period.payment);
    let id = found.name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let (case, bank_currency) = (found.case_path.clone(), String::new());
    Ok((NewDeal { id, case, files, bank_currency, rehearsal: true }, closing))
}

/// Everything in a folder of its own, any free port, no broker, and a clock that begins a week before the closing.
fn demonstration(closing: Date) -> anyhow::Result<Settings> {
    std::fs::create_dir_all(DEMO).with_context(|| DEMO.to_owned())?;
    let mut settings = Settings { database: format!("sqlite:{DEMO}/forebay.db"), ..Settings::default() };
    settings.http.listen.set_port(0);
    settings.mqtt.broker = "none".to_owned();
    settings.ledger.at = format!("{DEMO}/ledgers");
    settings.clock.speed = DEMO_SPEED;
    settings.clock.from = closing.add_days(-7).to_string();
    Ok(settings)
}

pub fn backup(arguments: &Copying) -> anyhow::Result<ExitCode> {
    let settings = settings(arguments.config.as_deref())?;
    let file = File::create_new(&arguments.file).with_context(|| arguments.file.display().to_string())?;
    let rows = runtime()?.block_on(async {
        let database = open(&settings).await?;
        anyhow::Ok(node::store::backup(&database, &mut BufWriter::new(&file)).await?)
    })?;
    file.sync_all()?;
    output::print(&format!("{} holds {rows} rows\n", arguments.file.display()))?;
    Ok(ExitCode::SUCCESS)
}

pub fn restore(arguments: &Copying) -> anyhow::Result<ExitCode> {
    let settings = settings(arguments.config.as_deref())?;
    let file = File::open(&arguments.file).with_context(|| arguments.file.display().to_string())?;
    let restored = runtime()?.block_on(async {
        let database = open(&settings).await?;
        let tables: [&dyn node::store::Projection; 2] = [&node::telemetry::Devices, &Book];
        anyhow::Ok(node::store::restore(&database, &mut BufReader::new(file), &tables).await?)
    })?;
    let head = node::hex::encode(&restored.head);
    output::print(&format!(
        "{} rows restored, {} events, each as its hash says\nhead {head}\n",
        restored.rows, restored.events
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub async fn open(settings: &Settings) -> anyhow::Result<Database> {
    let address = secret("FOREBAY_DATABASE", "").map_err(numbered)?;
    let address = address.unwrap_or_else(|| settings.database.clone());
    Ok(Database::open(&address, Options::default()).await?)
}

pub fn settings(file: Option<&Path>) -> anyhow::Result<Settings> {
    let text = match file {
        Some(file) => sources::read(file)?,
        None if Path::new(SETTINGS).is_file() => sources::read(Path::new(SETTINGS))?,
        None => String::new(),
    };
    Settings::parse(&text).map_err(numbered)
}

pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// The error with its stable number.
pub fn numbered(error: servicer::ServicerError) -> anyhow::Error {
    anyhow::anyhow!("{error} [{}]", error.code())
}
