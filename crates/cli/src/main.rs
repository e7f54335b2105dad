#![doc = include_str!("../README.md")]

mod access;
mod agent;
mod answer;
mod arguments;
mod calibrate;
mod check;
mod depin;
mod explain;
mod format;
mod http;
mod json;
mod keys;
mod ledger;
mod list;
mod mcp;
mod output;
mod plan;
mod price;
mod progress;
mod reporting;
mod run;
mod serve;
mod sources;
mod statement;
mod stress;
mod up;

use arguments::{Arguments, Command, KeysCommand, LedgerCommand};
use clap::Parser;
use std::process::ExitCode;

/// Exit code of a run that was stopped by Ctrl-C, as shells expect it.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = progress::listen().and_then(|()| dispatch(arguments));
    match result {
        Ok(code) => code,
        Err(_) if progress::stopped() => {
            eprintln!("stopped; nothing was written");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            eprintln!("error: {}", format!("{error:#}").trim_end());
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Run(run) => run::run(&run),
        Command::Up(asked) => up::up(&asked),
        Command::Agent(asked) => agent::agent(&asked),
        Command::Backup(asked) => up::backup(&asked),
        Command::Restore(asked) => up::restore(&asked),
        Command::Statement(asked) => statement::statement(&asked),
        Command::Verify(verify) => ledger::verify(&verify),
        Command::Ledger { command: LedgerCommand::Serve(serve) } => serve::serve(&serve),
        Command::Keys { command: KeysCommand::New { file } } => keys::new(&file),
        Command::Access { command } => access::access(&command),
        Command::Mcp(served) => mcp::mcp(&served),
        Command::Stress(asked) => stress::stress(&asked),
        Command::Solve(asked) => stress::search(&asked),
        Command::Calibrate(asked) => calibrate::calibrate(&asked),
        Command::Price(price) => price::price(&price),
        Command::Depin { command } => depin::depin(&command),
        Command::Check(check) => check::check(&check),
        Command::Explain(explain) => explain::explain(&explain),
        Command::Report(report) => reporting::report(&report),
        Command::Fmt(fmt) => format::format(&fmt),
        Command::Json(json) => json::json(&json),
        Command::Plan(plan) => plan::plan(&plan),
        Command::Deals => list::list(),
        Command::Version => list::version(),
    }
}
