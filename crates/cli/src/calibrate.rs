//! `forebay calibrate`: what published data say of the parameters of random futures.

use crate::answer::{Form, Forms, give};
use crate::sources;
use anyhow::Context;
use clap::Args;
use risk::{CalibrationData, Parameters, calibration_answer, calibration_csv};
use std::path::PathBuf;
use std::process::ExitCode;
use units::Date;

#[derive(Args)]
#[command(after_help = "Examples:
  forebay calibrate                                    the parameters and the data that ship
  forebay calibrate --json | jq .regimes
  forebay calibrate --rents my-rents.csv --kinds neocloud --write my-risk.toml
  forebay stress sierra-h100 --parameters my-risk.toml

A table of rents has the columns date, kind and value, one of fixings date and value (per cent), one of listed prices date,
provider, gpu, usd_hr and kind. What the data cannot say stays as it is in the file, and is called an assumption.")]
pub struct Calibrate {
    /// A file of parameters, or the name of one that ships
    #[arg(default_value = "risk-h100")]
    pub parameters: String,
    /// Points of rental prices; those that ship if not given
    #[arg(long, value_name = "FILE")]
    pub rents: Option<PathBuf>,
    /// Kinds of points that are taken; changes are measured within a kind only
    #[arg(
        long,
        value_name = "KIND",
        value_delimiter = ',',
        default_value = "on_demand,neocloud,one_year,marketplace"
    )]
    pub kinds: Vec<String>,
    /// Fixings of the floating rate, one a month; SOFR if not given
    #[arg(long, value_name = "FILE")]
    pub fixings: Option<PathBuf>,
    /// Daily listed prices; without it they are left out
    #[arg(long, value_name = "FILE")]
    pub listed: Option<PathBuf>,
    /// The machine that is looked at among the listed prices
    #[arg(long, value_name = "NAME", default_value = "h100-sxm", requires = "listed")]
    pub machine: String,
    /// The first day that is looked at among the listed prices
    #[arg(long, value_name = "DATE", default_value = "2026-07-20", requires = "listed")]
    pub since: Date,
    /// Write the parameters with what was fitted in them
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Write so many regimes of the rent, believed or not (1 to 3)
    #[arg(long, value_name = "N", requires = "write")]
    pub regimes: Option<usize>,
    #[command(flatten)]
    pub form: Form,
}

/// A table by its name, and its text.
type Named = (String, String);

pub fn calibrate(arguments: &Calibrate) -> anyhow::Result<ExitCode> {
    let (file, text) = sources::parameters(&arguments.parameters)?;
    let mut parameters = Parameters::parse(&file, &text)?;
    let rents = table(arguments.rents.as_ref(), "h100-rental-points.csv")?;
    let fixings = table(arguments.fixings.as_ref(), "sofr-monthly.csv")?;
    let listed = arguments.listed.as_ref().map(|file| table(Some(file), "")).transpose()?;
    let kinds: Vec<&str> = arguments.kinds.iter().map(String::as_str).collect();
    let data = CalibrationData {
        rents: (bytes(&rents), &kinds),
        fixings: bytes(&fixings),
        listed: listed.as_ref().map(|table| (bytes(table), arguments.machine.as_str(), arguments.since)),
    };
    let fit = risk::calibrate(&parameters, data)?;
    if let Some(path) = &arguments.write {
        fit.write_into(&mut parameters, arguments.regimes)?;
        std::fs::write(path, parameters.to_text()?)
            .with_context(|| format!("cannot write {}", path.display()))?;
        eprintln!("  {}", path.display());
    }
    let (csv, json) = (calibration_csv(&fit)?, serde_json::to_value(&fit)?);
    give(&Forms { answer: calibration_answer(&file, &fit), csv, json }, &arguments.form)
}

fn table(path: Option<&PathBuf>, shipped: &str) -> anyhow::Result<Named> {
    match path {
        Some(path) => Ok((path.display().to_string(), sources::read(path)?)),
        None => Ok((shipped.to_owned(), sources::data(shipped)?)),
    }
}

fn bytes((name, text): &Named) -> (&str, &[u8]) {
    (name, text.as_bytes())
}
