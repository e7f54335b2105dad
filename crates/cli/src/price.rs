//! `forebay price`: what a note is worth.

use crate::answer::{Form, Forms, give};
use crate::arguments::DealArguments;
use crate::run::play_with_progress;
use crate::{progress, sources};
use anyhow::{Context, bail};
use assets::parse_percent;
use clap::Args;
use deal::syntax::{ExpressionKind, Operator, Statement, Suffix};
use life::{Limits, Setup};
use risk::bond::{Ask, NoteFlows, NoteTerms, ZeroCurve, note_answer, note_csv, value_note};
use std::path::Path;
use std::process::ExitCode;
use units::{Date, DayCount, RATE_ONE};

#[derive(Args)]
#[command(after_help = "Examples:
  forebay price sierra-h100 --note A --yield \"9 %\"                   on the day of the closing
  forebay price sierra-h100 --note B --price 97.5 --on 2025-03-01
  forebay price sierra-h100 --note A --yield \"9 %\" --scenario crash  with what that scenario pays
  forebay price hundred --note A --price 100 --curve curve.csv       Z-spread over a curve: lines of years,per cent

The payments are those that the engine makes in this run. Prices are per 100 of the balance on the day, without accrued interest.")]
pub struct Price {
    #[command(flatten)]
    pub deal: DealArguments,
    /// The note
    #[arg(long, value_name = "NAME")]
    pub note: String,
    /// The street yield (30/360, compounded twice a year); the price is worked out
    #[arg(
        long = "yield",
        value_name = "PERCENT",
        required_unless_present = "price",
        conflicts_with = "price"
    )]
    pub at: Option<String>,
    /// The price per 100 without accrued interest; the yield is worked out
    #[arg(long, value_name = "PRICE")]
    pub price: Option<f64>,
    /// The day on which the buyer pays; the closing if not given
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
    /// What the Z-spread is over: one rate such as \"4 %\", or a file of zero rates; the last SOFR fixing if not given
    #[arg(long, value_name = "PERCENT|FILE")]
    pub curve: Option<String>,
    #[command(flatten)]
    pub form: Form,
}

pub fn price(arguments: &Price) -> anyhow::Result<ExitCode> {
    let found = sources::find(&arguments.deal.deal)?;
    let setup = sources::source(&found, &arguments.deal)?.open(&[])?;
    let limits = Limits { until: arguments.deal.until, stopped: Some(progress::stopped) };
    let life = play_with_progress(&setup, limits)?;
    let plan = &setup.compiled.plan;
    let closing = plan.periods.first().map_or(Date::from_days(0), |period| period.payment);
    let settlement = arguments.on.unwrap_or(closing);
    let note = plan.notes.iter().find(|note| plan.name(note.id) == arguments.note);
    let counted = note.and_then(|note| plan.fractions.get(usize::from(note.day_count)));
    let day_count = counted.map_or(DayCount::Thirty360, |column| column.day_count);
    let terms = NoteTerms { settlement, day_count, margin: margin(&setup, &arguments.note) };
    let flows = NoteFlows::of_class(&life.results, &arguments.note, terms)?;
    let value = value_note(&flows, ask(arguments)?, &curve(arguments, settlement)?)?;
    let (csv, json) = (note_csv(&value)?, serde_json::to_value(&value)?);
    give(&Forms { answer: note_answer(&value), csv, json }, &arguments.form)
}

fn ask(arguments: &Price) -> anyhow::Result<Ask> {
    match (&arguments.at, arguments.price) {
        (Some(rate), _) => Ok(Ask::Yield(fraction(rate)?)),
        (None, Some(price)) => Ok(Ask::CleanPrice(price)),
        (None, None) => bail!("say --yield or --price"),
    }
}

fn fraction(rate: &str) -> anyhow::Result<f64> {
    let rate =
        parse_percent(rate).with_context(|| format!("`{rate}` is no rate; write one such as \"9 %\""))?;
    Ok(rate.units() as f64 / RATE_ONE as f64)
}

fn curve(arguments: &Price, settlement: Date) -> anyhow::Result<ZeroCurve> {
    match &arguments.curve {
        Some(file) if Path::new(file).is_file() => Ok(ZeroCurve::from_csv(&sources::read(Path::new(file))?)?),
        Some(rate) => Ok(ZeroCurve::flat(fraction(rate).context("--curve is neither a file nor a rate")?)),
        None => Ok(ZeroCurve::from_fixings(&sources::data("sofr-monthly.csv")?, settlement)
            .context("name a curve: --curve \"4 %\", or a file of zero rates")?),
    }
}

/// What a coupon of the form `index + margin` adds, in billionths; nothing for any other.
fn margin(setup: &Setup, name: &str) -> Option<i64> {
    let coupon = setup.document.statements.iter().find_map(|item| match &item.body {
        Statement::Note(note) if note.name.text == name => Some(&note.coupon),
        _ => None,
    })?;
    let ExpressionKind::Binary { operator: Operator::Add, left, right } = coupon.kind.as_ref() else {
        return None;
    };
    match (left.kind.as_ref(), right.kind.as_ref()) {
        (ExpressionKind::Name(_) | ExpressionKind::Call { .. }, ExpressionKind::Number(margin))
            if margin.suffix == Suffix::Percent =>
        {
            units::parse_scaled(&margin.digits, 7).ok()
        }
        _ => None,
    }
}
