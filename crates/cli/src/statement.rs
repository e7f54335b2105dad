//! `forebay statement`: a bank's statement beside the rents that were expected, without a node.

use crate::{output, sources};
use anyhow::Context;
use bank::{Entry, Expected, Reconciled, Rule, Statement, read_statements, reconcile};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use units::{Scaled, parse_scaled};

#[derive(Args)]
#[command(after_help = "Examples:
  forebay statement 2026-12.xml --currency EUR
  forebay statement 2026-12.xml --currency USD --rents rents.csv

The rents are a CSV with the columns reference, account, amount, due. Exit code 0: every line that came in is a rent that
was expected. 1: there are others, or rents are missing.")]
pub struct StatementArguments {
    /// A camt.053 document
    pub file: PathBuf,
    /// The account's currency
    #[arg(long, value_name = "CODE")]
    pub currency: String,
    /// Its places behind the point
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=9))]
    pub decimals: u8,
    /// The rents that were expected
    #[arg(long, value_name = "FILE")]
    pub rents: Option<PathBuf>,
}

pub fn statement(arguments: &StatementArguments) -> anyhow::Result<ExitCode> {
    let decimals = arguments.decimals;
    let statements = read_statements(&sources::read(&arguments.file)?, (&arguments.currency, decimals))?;
    let expected = match &arguments.rents {
        Some(file) => rents(&sources::read(file)?, decimals).with_context(|| file.display().to_string())?,
        None => Vec::new(),
    };
    let entries: Vec<Entry> = statements.iter().flat_map(|statement| statement.entries.clone()).collect();
    let found = reconcile(&entries, &expected);
    let mut text = String::new();
    for statement in &statements {
        heading(&mut text, statement, decimals);
    }
    lines(&mut text, (&entries, &found), (&expected, decimals));
    output::print(&text)?;
    let came = |at: &usize| entries.get(*at).is_some_and(|entry| entry.amount > 0);
    let is_whole = found.missing.is_empty() && !found.unmatched.iter().any(came);
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn heading(text: &mut String, statement: &Statement, decimals: u8) {
    let amount = |units| Scaled::new(units, decimals);
    let (opening, closing) = (amount(statement.opening), amount(statement.closing));
    let _ =
        writeln!(text, "statement {} of account {}: {opening} to {closing}", statement.id, statement.account);
    if statement.pending > 0 {
        let _ = writeln!(text, "  {} entries are not booked yet and count nowhere", statement.pending);
    }
}

fn lines(
    text: &mut String,
    (entries, found): (&[Entry], &Reconciled),
    (expected, decimals): (&[Expected], u8),
) {
    for (at, entry) in entries.iter().enumerate() {
        let matched = found.matched.iter().find(|one| one.entry == at);
        let rent = matched.and_then(|one| Some((expected.get(one.expected)?, one.rule)));
        let is_reversed = found.reversed.iter().any(|(one, other)| *one == at || *other == at);
        let what = match (rent, is_reversed) {
            (Some((rent, Rule::Reference)), _) => format!("rent {}", rent.name),
            (Some((rent, Rule::AccountAndAmount)), _) => format!("rent {} by account and amount", rent.name),
            (None, true) => "taken back".to_owned(),
            (None, false) if entry.amount < 0 => "went out".to_owned(),
            (None, false) => "nobody expected it".to_owned(),
        };
        let amount = Scaled::new(entry.amount, decimals).to_string();
        let _ = writeln!(text, "  {} {amount:>18}  {what}  {} {}", entry.booked, entry.name, entry.words);
    }
    for rent in found.missing.iter().filter_map(|at| expected.get(*at)) {
        let amount = Scaled::new(rent.amount, decimals).to_string();
        let _ = writeln!(text, "  {} {amount:>18}  rent {} has not come", rent.due, rent.name);
    }
}

fn rents(text: &str, decimals: u8) -> anyhow::Result<Vec<Expected>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut rents = Vec::new();
    for row in reader.deserialize::<(String, String, String, String)>() {
        let (reference, account, amount, due) = row?;
        let amount = parse_scaled(&amount, decimals).with_context(|| format!("amount of {reference}"))?;
        let due = due.parse().with_context(|| format!("due day of {reference}"))?;
        rents.push(Expected { name: reference.clone(), reference, account, amount, due });
    }
    Ok(rents)
}
