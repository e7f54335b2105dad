//! `forebay access`: keys of the API, made and ended in the node's database itself. The first key of a node comes from here;
//! a node that runs hears of it within a second.

use crate::{output, up};
use anyhow::Context;
use api::access::{self, Keys};
use clap::{Args, Subcommand};
use client::{Key, NewKey, Role};
use node::store::{Database, EventStore, Options};
use node::{Clock, SystemClock};
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the database is.
#[derive(Args)]
pub struct Place {
    /// The node's database: sqlite:FILE or postgres://USER@HOST/NAME; the one of the settings if not given
    #[arg(long, value_name = "ADDRESS", conflicts_with = "config")]
    database: Option<String>,
    /// The file of settings that names the database; forebay.toml if it is there, else the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What can be done with keys of the API.
#[derive(Subcommand)]
pub enum AccessCommand {
    /// Make a key and print its secret, this once
    New {
        #[command(flatten)]
        place: Place,
        /// Whose it is: 1 to 64 letters, digits and `.-_@`; four eyes are two names
        #[arg(long)]
        name: String,
        /// operator, arranger, trustee, investor, auditor, regulator, device or agent
        #[arg(long, value_parser = role)]
        role: Role,
        /// The party whose own affairs it sees; an investor's needs one
        #[arg(long)]
        party: Option<String>,
    },
    /// End a key, at once
    Revoke {
        #[command(flatten)]
        place: Place,
        /// The key's id, as `forebay access list` shows it
        id: String,
    },
    /// Show every key that was ever made
    List {
        #[command(flatten)]
        place: Place,
    },
}

fn role(word: &str) -> Result<Role, String> {
    let names = || Role::ALL.map(Role::name).join(", ");
    Role::named(word).ok_or_else(|| format!("no role; choose one of {}", names()))
}

/// Does it, on a runtime of its own.
pub fn access(command: &AccessCommand) -> anyhow::Result<ExitCode> {
    let text = up::runtime()?.block_on(async {
        match command {
            AccessCommand::New { place, name, role, party } => {
                let new = NewKey { name: name.clone(), role: *role, party: party.clone() };
                issue(&open(place).await?, &new).await
            }
            AccessCommand::Revoke { place, id } => revoke(&open(place).await?, id).await,
            AccessCommand::List { place } => list(&open(place).await?).await,
        }
    })?;
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

async fn open(place: &Place) -> anyhow::Result<EventStore> {
    let database = match &place.database {
        Some(address) => {
            Database::open(address, Options::default()).await.map_err(|error| numbered(&error))?
        }
        None => up::open(&up::settings(place.config.as_deref())?).await?,
    };
    Ok(EventStore::new(database))
}

async fn issue(store: &EventStore, new: &NewKey) -> anyhow::Result<String> {
    let issued = access::issue(store, new, (&fresh()?, SystemClock::default().wall())).await;
    let issued = issued.map_err(|error| anyhow::anyhow!("{error} [{}]", error.code()))?;
    // The secret stands alone on standard output, so that it can go straight into a file.
    eprintln!("key {} of {} ({}); its secret is shown this once:", issued.key.id, new.name, new.role);
    Ok(format!("{}\n", issued.secret.reveal()))
}

async fn revoke(store: &EventStore, id: &str) -> anyhow::Result<String> {
    keys(store).await?.get(id).with_context(|| format!("there is no key {id}; see: forebay access list"))?;
    let revoked = access::revoke(store, id, (&fresh()?, SystemClock::default().wall())).await;
    revoked.map_err(|error| anyhow::anyhow!("{error} [{}]", error.code()))?;
    Ok(format!("{id} has ended\n"))
}

async fn list(store: &EventStore) -> anyhow::Result<String> {
    let keys = keys(store).await?;
    let line = |key: Key| {
        let ended = if key.revoked_at.is_some() { "ended" } else { "good" };
        let party = key.party.map_or(String::new(), |party| format!("  for {party}"));
        format!("{}  {ended:<5}  {:<9}  {}{party}\n", key.id, key.role.name(), key.name)
    };
    Ok(keys.after(None, u32::MAX).into_iter().map(line).collect())
}

async fn keys(store: &EventStore) -> anyhow::Result<Keys> {
    let mut keys = Keys::default();
    let news = Keys::news(store, 0).await.map_err(|error| numbered(&error))?;
    keys.fold(&news).map_err(|error| numbered(&error))?;
    Ok(keys)
}

/// Each call is a command of its own.
fn fresh() -> anyhow::Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).context("the system gives no random numbers; nothing was done")?;
    Ok(format!("cli/{}", node::hex::encode(&random)))
}

/// The error with its stable number.
fn numbered(error: &node::NodeError) -> anyhow::Error {
    anyhow::anyhow!("{error} [{}]", error.code())
}
