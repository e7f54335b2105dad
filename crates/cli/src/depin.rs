//! `forebay depin`: what a node sale, a device that somebody brings, and a network are worth.

use crate::answer::{Form, Forms, give};
use crate::sources;
use clap::{Args, Subcommand};
use risk::depin::{
    byod_answer, byod_csv, calc_byod, calc_health, calc_node_sale, health_answer, health_csv,
    node_sale_answer, node_sale_csv,
};
use std::process::ExitCode;

/// What can be asked about a network.
#[derive(Subcommand)]
pub enum DepinCommand {
    /// A sale of node licences: tiers, payback at several token prices, present value, break-even, implied valuation
    NodeSale(Asked),
    /// A device that somebody brings: vacancy, power, dilution and vesting against what it earns
    Byod(Asked),
    /// How healthy a network is: what pays its supply, what its price implies, and what would hedge it
    Health(Asked),
}

/// The file, and the form of the answer.
#[derive(Args)]
pub struct Asked {
    /// A file of figures with their sources, or the name of one that ships
    pub file: String,
    #[command(flatten)]
    pub form: Form,
}

pub fn depin(command: &DepinCommand) -> anyhow::Result<ExitCode> {
    match command {
        DepinCommand::NodeSale(asked) => {
            let sale = calc_node_sale(&sources::figures(&asked.file)?)?;
            let (csv, json) = (node_sale_csv(&sale)?, serde_json::to_value(&sale)?);
            give(&Forms { answer: node_sale_answer(&sale), csv, json }, &asked.form)
        }
        DepinCommand::Byod(asked) => {
            let byod = calc_byod(&sources::figures(&asked.file)?)?;
            let (csv, json) = (byod_csv(&byod)?, serde_json::to_value(&byod)?);
            give(&Forms { answer: byod_answer(&byod), csv, json }, &asked.form)
        }
        DepinCommand::Health(asked) => {
            let health = calc_health(&sources::figures(&asked.file)?)?;
            let (csv, json) = (health_csv(&health)?, serde_json::to_value(&health)?);
            give(&Forms { answer: health_answer(&health), csv, json }, &asked.form)
        }
    }
}
