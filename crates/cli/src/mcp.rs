//! `forebay mcp`: a node's deals as tools for a program, on standard input and output.

use crate::up;
use anyhow::Context;
use clap::Args;
use client::{Client, Secret};
use mcp::Tools;
use mcp::rmcp::ServiceExt;
use mcp::rmcp::transport::stdio;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where the key may stand instead of a file.
const KEY: &str = "FOREBAY_KEY";

#[derive(Args)]
#[command(after_help = "Examples:
  forebay access new --name desk --role agent > agent.key
  forebay mcp --url http://127.0.0.1:8080 --key-file agent.key

A program that speaks the Model Context Protocol starts it and asks: list_deals, explain_payment, run_stress,
verify_reading. Nothing here moves money.")]
pub struct Mcp {
    /// The node
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A file with the key; the variable FOREBAY_KEY if not given
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// A certificate (PEM) to trust beside those that the machine trusts
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

/// Serves until the program that asks is done.
pub fn mcp(arguments: &Mcp) -> anyhow::Result<ExitCode> {
    let key = key(arguments.key_file.as_deref())?;
    let client = match &arguments.certificate {
        None => Client::new(&arguments.url, &key)?,
        Some(file) => {
            let certificate = std::fs::read(file).with_context(|| file.display().to_string())?;
            Client::trusting(&arguments.url, &key, &certificate)?
        }
    };
    up::runtime()?.block_on(async {
        let served =
            Tools::new(client).serve(stdio()).await.context("the program does not speak the protocol")?;
        served.waiting().await.context("the program ended in the middle of a question")
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A key of the API: from a file, or from the environment.
pub fn key(file: Option<&Path>) -> anyhow::Result<Secret> {
    let text = match file {
        Some(file) => std::fs::read_to_string(file).with_context(|| file.display().to_string())?,
        None => std::env::var(KEY)
            .with_context(|| format!("no key; give --key-file, or put the key into the variable {KEY}"))?,
    };
    Ok(Secret::new(&text))
}
