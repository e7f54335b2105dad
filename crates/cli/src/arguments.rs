//! What can be asked for.

use crate::access::AccessCommand;
use crate::agent::AgentArguments;
use crate::calibrate::Calibrate;
use crate::depin::DepinCommand;
use crate::mcp::Mcp;
use crate::price::Price;
use crate::statement::StatementArguments;
use crate::stress::{Solve, Stress};
use crate::up::{Copying, Up};
use chain::xdr::ContractId;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clearing::Place;
use std::net::SocketAddr;
use std::path::PathBuf;
use units::Date;

/// Runs, checks and explains deals that finance machines: who is paid what, when and why.
#[derive(Parser)]
#[command(name = "forebay", version, disable_version_flag = false, propagate_version = true)]
#[command(after_help = "Examples:
  forebay run sierra-h100                 play the flagship, write out/sierra-h100/report.html
  forebay check my.deal                   find what is wrong with a term sheet
  forebay explain sierra-h100 2025-07-15 \"pay A.interest\"
  forebay report sierra-h100 --form investor --period 12
  forebay verify sierra.ledger            prove every payment, from the ledger alone
  forebay deals                           list the deals that ship")]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Play a deal from its closing and show who was paid what
    Run(Run),
    /// Start a node: deals that service themselves, the way in for telemetry, a ledger for each deal
    Up(Up),
    /// Read the processors of this host, sign what they say, and deliver it to a node
    Agent(AgentArguments),
    /// Write everything that a node keeps into a file, while it runs
    Backup(Copying),
    /// Put a backup into an empty database, proved
    Restore(Copying),
    /// Put a bank's statement beside the rents that were expected
    Statement(StatementArguments),
    /// Prove every payment on a ledger, from the ledger alone
    Verify(Verify),
    /// Let other programs reach a ledger
    #[command(after_help = "Examples:
  forebay ledger serve sierra.ledger                       at http://127.0.0.1:8000, until Ctrl-C
  forebay run sierra-h100 --ledger http://127.0.0.1:8000   from another terminal")]
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Make the key from which those of all parties on a ledger come
    #[command(after_help = "Examples:
  forebay keys new my.keys                                  asks for a passphrase
  FOREBAY_PASSPHRASE=... forebay keys new my.keys           for scripts
  forebay run sierra-h100 --ledger http://127.0.0.1:8000 --keys my.keys")]
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Make, end and list the keys that open a node's API
    #[command(after_help = "Examples:
  forebay access new --name desk --role operator > desk.key
  forebay access list
  forebay access revoke 0123456789abcdef

docs/api.md says what each role may.")]
    Access {
        #[command(subcommand)]
        command: AccessCommand,
    },
    /// Offer a node's deals as tools to a program that reads for somebody (Model Context Protocol)
    Mcp(Mcp),
    /// Live a deal in random futures: who loses how often and how much, and what it turns on
    Stress(Stress),
    /// Find the value of one number at which a condition on the outcome turns
    Solve(Solve),
    /// Fit the parameters of random futures to published data, and say how well they fit
    Calibrate(Calibrate),
    /// Work out a note's price or yield, its durations and its spreads
    Price(Price),
    /// Ask what a node sale, a device that somebody brings, or a whole network is worth
    #[command(after_help = "Examples:
  forebay depin node-sale aethir-node-sale                what ships, by its name
  forebay depin health bittensor-health --out bittensor   with a page of charts
  forebay depin byod my-device.toml --json

Files that ship are in data/depin, every figure with its source.")]
    Depin {
        #[command(subcommand)]
        command: DepinCommand,
    },
    /// Find what is wrong, or may be, with a term sheet
    Check(Check),
    /// Show why a step paid what it paid on a date
    Explain(Explain),
    /// Print a period's report to investors
    Report(Report),
    /// Write a term sheet in its canonical form
    Fmt(Fmt),
    /// Turn a term sheet into JSON, or JSON into a term sheet
    Json(Json),
    /// Show the plan that a deal compiles to: its hash, its size, and if asked its bytes
    Plan(Plan),
    /// List the deals that ship
    Deals,
    /// Print versions and formats
    Version,
}

/// Which deal, and what happens to it.
#[derive(Args)]
pub struct DealArguments {
    /// A shipped deal by name, or a path: a folder with a case.toml, a case file, or a .deal beside one
    pub deal: String,
    /// A scenario: the name of one beside the case (scenario-NAME.toml), a .toml of shocks, or a .csv of what was really
    /// observed and collected (servicing mode)
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<String>,
    /// Change a setting of the case, such as gpu.contract.share="40 %"; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// Stop before the first payment after this date
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
}

impl DealArguments {
    /// The same run in the words of a command line, without how far it went.
    pub fn words(&self) -> String {
        let scenario = self.scenario.iter().flat_map(|scenario| ["--scenario", scenario]);
        let settings = self.settings.iter().flat_map(|setting| ["--set", setting]);
        let words = std::iter::once(self.deal.as_str()).chain(scenario).chain(settings);
        words.map(quoted).collect::<Vec<_>>().join(" ")
    }
}

/// A word that a shell would take apart stands in quotes.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay run sierra-h100
  forebay run sierra-h100-merchant --until 2025-12-31
  forebay run hundred --json | jq .notes
  forebay run my/case.toml --scenario shocks.toml --out results
  forebay run sierra-h100 --ledger sierra.ledger           every cent moved by contracts, on a ledger in a file
  forebay run sierra-h100 --ledger http://127.0.0.1:8000   the same on a ledger that `forebay ledger serve` serves
  forebay run my/case.toml --scenario collections.csv      actual collections in, payment instructions out")]
pub struct Run {
    #[command(flatten)]
    pub deal: DealArguments,
    /// Folder for the report; a folder named after the deal is made in it
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// Print one JSON document on standard output and nothing else
    #[arg(long)]
    pub json: bool,
    /// Let contracts move every cent, on the ledger in this file or behind this URL; a run that was stopped goes on where
    /// it was
    #[arg(long, value_name = "FILE|URL")]
    pub ledger: Option<Place>,
    /// Sign with keys that come from the one in this file (`forebay keys new`). Without it they come from the ledger's name,
    /// which everybody knows: good for a simulation that nobody else can reach
    #[arg(long, value_name = "FILE", requires = "ledger")]
    pub keys: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay run sierra-h100 --ledger sierra.ledger
  forebay verify sierra.ledger
  forebay verify http://127.0.0.1:8000     all but the signatures, which only the file holds
  forebay verify http://127.0.0.1:8000 --deal CDLZ...
  forebay verify ledgers/anchors.ledger --reading proof.json

Exit code 0: every payment is proved. 1: the first thing that is not as the ledger says.")]
pub struct Verify {
    /// The ledger's file, or the URL of its server
    #[arg(value_name = "FILE|URL")]
    pub ledger: Place,
    /// Prove one deal alone, by its contract: a network has deals of others, too
    #[arg(long, value_name = "CONTRACT")]
    pub deal: Option<ContractId>,
    /// Prove a reading instead: that the root to which its proof leads, as a node's API gives it, is on this ledger
    #[arg(long, value_name = "FILE", conflicts_with = "deal")]
    pub reading: Option<PathBuf>,
}

/// What can be done with keys.
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Make a file with a new key, encrypted under a passphrase
    New {
        /// The file; it must not be there yet
        file: PathBuf,
    },
}

/// What can be done with a ledger.
#[derive(Subcommand)]
pub enum LedgerCommand {
    /// Serve a ledger in a file as the Stellar network's RPC, until Ctrl-C
    Serve(Serve),
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay ledger serve sierra.ledger
  forebay ledger serve new.ledger --network \"My network\" --listen 127.0.0.1:8123
  curl -s http://127.0.0.1:8000 -H 'content-type: application/json' \\
    -d '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getLatestLedger\"}'

Any client of the Stellar RPC connects. The ledger's clock stands still until somebody moves it with the method
forebay_closeLedger {\"time\": seconds since 1970}; `forebay run` does.")]
pub struct Serve {
    /// The ledger's file; a new ledger is begun if there is none
    pub file: PathBuf,
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Let other machines come: whoever reaches the server can move the ledger's clock
    #[arg(long)]
    pub open_to_others: bool,
    /// Name of the network, if the ledger is new: signatures and addresses are bound to it
    #[arg(long, value_name = "NAME", default_value = "Forebay simulation")]
    pub network: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay check sierra-h100
  forebay check my.deal

Exit code 0: it runs (there may be warnings). 1: it does not.")]
pub struct Check {
    /// A shipped deal by name, or a path to a .deal or a case
    pub deal: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay explain sierra-h100 2025-07-15 \"pay A.interest\"
  forebay explain sierra-h100 2025-07-15            all steps of that date, one line each
  forebay explain sierra-h100 2025-07-15 --formula \"dscr\" --formula \"rent - power - ops\"")]
pub struct Explain {
    #[command(flatten)]
    pub deal: DealArguments,
    /// Payment date, or any date of its month
    pub date: Date,
    /// The step, in the term sheet's words
    pub step: Option<String>,
    /// Any formula of the language: its value just before the step (or at the determination date)
    #[arg(long = "formula", value_name = "FORMULA")]
    pub formulas: Vec<String>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay report sierra-h100 --form investor                 the last period
  forebay report sierra-h100 --form investor --period 12 --html > report.html")]
pub struct Report {
    #[command(flatten)]
    pub deal: DealArguments,
    /// Which form
    #[arg(long, value_enum, default_value_t = Form::Investor)]
    pub form: Form,
    /// Payment number; the last one played if not given
    #[arg(long, value_name = "N")]
    pub period: Option<u32>,
    /// A page of HTML instead of text
    #[arg(long)]
    pub html: bool,
}

/// Forms of a report.
#[derive(Clone, Copy, ValueEnum)]
pub enum Form {
    /// The items of a Form 10-D: balances, factors, amounts per 1,000, fees, reserves, tests, delinquencies
    Investor,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay fmt my.deal            print it
  forebay fmt my.deal --write    change the file
  forebay fmt my.deal --check    exit code 1 if it is not in canonical form")]
pub struct Fmt {
    /// Term sheets
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Change the files
    #[arg(long, conflicts_with = "check")]
    pub write: bool,
    /// Only say which files would change
    #[arg(long)]
    pub check: bool,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay plan sierra-h100
  forebay plan sierra-h100 --out sierra.plan")]
pub struct Plan {
    /// A shipped deal by name, or a path to a case
    pub deal: String,
    /// Write the canonical bytes here
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay json my.deal > my.json
  forebay json my.json > my.deal")]
pub struct Json {
    /// A .deal, or the JSON of one
    pub file: PathBuf,
}
