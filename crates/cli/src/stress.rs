//! `forebay stress` and `forebay solve`: a deal in random futures.

use crate::answer::{Form, Forms, give};
use crate::arguments::DealArguments;
use crate::{output, progress, sources};
use anyhow::Context;
use clap::{Args, ValueEnum};
use deal::syntax::{Document, Statement};
use life::Setup;
use report::{ReportFile, answer_tables, table_csv};
use risk::scenario::Driver;
use risk::{
    Answers, Axes, Control, Futured, Options, Parameters, Path, Question, Sampling, Until, Vary, carrying,
    first_hurt, futures_answer, heat_map, measured, paths_csv, paths_parquet, replay, solve, tornado,
};
use serde_json::json;
use std::num::NonZeroUsize;
use std::process::ExitCode;

/// A tornado lives the paths dozens of times, and each value of a search once: they take this part of the paths...
const PART: u64 = 50;
/// ...but not fewer than this...
const PATHS_LEAST: u64 = 256;
/// ...and a tornado not more than this: its futures are the same under every driver, so that its bars are soon exact.
const TORNADO_MOST: u64 = 4_096;

/// What futures are made of.
#[derive(Args)]
pub struct FutureArguments {
    /// How many futures
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub paths: u64,
    /// Names the run: the same seed draws the same worlds, for any deal and on any number of threads
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// How futures are spread
    #[arg(long, value_enum, default_value_t = Spread::Random)]
    pub sampling: Spread,
    /// A file of parameters, each with its source, in place of the one that fits the collateral
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<std::path::PathBuf>,
    /// How many threads; all cores if not given
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// How futures are spread.
#[derive(Clone, Copy, ValueEnum)]
pub enum Spread {
    /// Independent of each other
    Random,
    /// In pairs of opposite numbers
    Antithetic,
    /// Sobol points, scrambled
    Quasi,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay stress sierra-h100
  forebay stress sierra-h100 --paths 1000000 --seed 7
  forebay stress sierra-h100 --out stress               with a page of charts, a CSV a table, every path as Parquet
  forebay stress sierra-h100-merchant --sampling antithetic --json

The amounts are the engine's own in every future; floats draw the futures and weigh the results.")]
pub struct Stress {
    #[command(flatten)]
    pub deal: DealArguments,
    #[command(flatten)]
    pub futures: FutureArguments,
    /// The payee whose fee is set beside what the others lose; the fee paid at the closing if not given
    #[arg(long, value_name = "NAME")]
    pub arranger: Option<String>,
    #[command(flatten)]
    pub form: Form,
}

#[derive(Args)]
#[command(after_help = "Examples:
  forebay solve sierra-h100 --vary \"note A\" --until \"expected loss of A < 0.1 %\"
  forebay solve sierra-h100 --vary \"coupon B\" --until \"yield of B > 12 %\"
  forebay solve equipment-loans --vary defaults --until \"expected loss of B > 1 %\"
  forebay solve sierra-h100 --vary \"price fall\" --until \"probability of loss of A > 1 %\" --between 0 0.8

It says when the answer does not exist, or when there is more than one.")]
pub struct Solve {
    #[command(flatten)]
    pub deal: DealArguments,
    #[command(flatten)]
    pub futures: FutureArguments,
    /// What is varied: `note A`, `coupon A`, `account reserve`, `price fall`, `utilisation fall` or `defaults` (of borrowers)
    #[arg(long, value_name = "WHAT")]
    pub vary: String,
    /// The condition that is to turn
    #[arg(long, value_name = "CONDITION")]
    pub until: String,
    /// Where to search; the whole sensible range if not given
    #[arg(long, num_args = 2, value_names = ["LEAST", "MOST"])]
    pub between: Option<Vec<f64>>,
    #[command(flatten)]
    pub form: Form,
}

/// A deal that is ready to be asked.
struct Asked {
    name: String,
    setup: Setup,
    parameters: Parameters,
    options: Options,
    threads: Option<NonZeroUsize>,
}

impl Asked {
    fn open(deal: &DealArguments, futures: &FutureArguments) -> anyhow::Result<Self> {
        let found = sources::find(&deal.deal)?;
        let setup = sources::source(&found, deal)?.open(&[])?;
        let parameters = match &futures.parameters {
            Some(path) => Parameters::parse(&path.display().to_string(), &sources::read(path)?)?,
            None => {
                let file = risk::parameters_for(setup.collateral.case())?;
                Parameters::parse(file, &sources::data(file)?)?
            }
        };
        let sampling = match futures.sampling {
            Spread::Random => Sampling::Random,
            Spread::Antithetic => Sampling::Antithetic,
            Spread::Quasi => Sampling::QuasiRandom,
        };
        let options = Options { paths: futures.paths, seed: futures.seed, sampling, from: None };
        Ok(Self { name: found.name, setup, parameters, options, threads: futures.threads })
    }

    /// The same with a part of the paths.
    fn few(&self) -> Options {
        let paths = (self.options.paths / PART).max(PATHS_LEAST).min(self.options.paths);
        Options { paths, ..self.options.clone() }
    }
}

/// Does a piece of work behind a progress line; Ctrl-C ends it.
fn watched<T>(
    what: &'static str,
    threads: Option<NonZeroUsize>,
    work: impl FnOnce(Control<'_>) -> Result<T, risk::RiskError>,
) -> anyhow::Result<T> {
    let line = progress::Line::new(what);
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let heard = |done: u64, of: u64| line.show(count(done), count(of));
    let result = work(Control { progress: &heard, stopped: &progress::stopped, threads });
    drop(line);
    progress::require_running()?;
    Ok(result?)
}

pub fn stress(arguments: &Stress) -> anyhow::Result<ExitCode> {
    let asked = Asked::open(&arguments.deal, &arguments.futures)?;
    let Asked { name, setup, parameters, options, threads } = &asked;
    let futured = Futured::new(setup, parameters, options.clone())?;
    let columns = watched("futures", *threads, |control| futured.live(control))?;
    let results = measured(setup, parameters, (&futured, &columns))?;
    let axes = Axes::of(&futured.deal.exposure);
    let certain = Options { paths: 0, ..options.clone() };
    let map =
        watched("price and use", *threads, |control| heat_map(setup, parameters, (&axes, certain, control)))?;
    let few = Options { paths: asked.few().paths.min(TORNADO_MOST), ..asked.few() };
    let torn = watched("drivers", *threads, |control| tornado(setup, parameters, (few, control)))?;
    let hurt = watched("falls", *threads, |control| first_hurt(setup, control))?;
    // What machines went through says nothing of roofs, halls and batteries.
    let felt = futured.deal.exposure.felt();
    let machines = [Driver::Price, Driver::Defaults].iter().any(|driver| felt.contains(driver));
    let replays = if machines { replay(setup, &past()?)? } else { Vec::new() };
    let fee = arguments.arranger.clone().unwrap_or_else(|| closing_fee(&setup.document));
    let carried = carrying(&futured, &columns, &fee);
    let answers = Answers {
        stress: Some(&results),
        heat_map: Some(&map),
        tornado: Some(&torn),
        replays: &replays,
        first_hurt: &hurt,
        carrying: Some(&carried),
        solutions: &[],
    };
    let json = json!({
        "stress": results, "heat_map": map, "tornado": torn, "first_hurt": hurt, "replays": replays, "carrying": carried,
    });
    let forms = Forms { answer: futures_answer(name, &answers), csv: classes(&results.classes)?, json };
    if let Some(folder) = &arguments.form.out {
        let mut rows = Vec::new();
        paths_csv(&futured.deal, &columns, &mut rows)?;
        let mut parquet = Vec::new();
        paths_parquet(&futured.deal, &columns, &mut parquet)?;
        let paths = [("paths.csv", rows), ("paths.parquet", parquet)];
        let paths = paths.map(|(name, bytes)| ReportFile { name, bytes });
        output::write(folder, &paths).and_then(|_| write_tables(&forms, &folder.join("tables")))?;
    }
    give(&forms, &arguments.form)
}

pub fn search(arguments: &Solve) -> anyhow::Result<ExitCode> {
    let asked = Asked::open(&arguments.deal, &arguments.futures)?;
    let range = arguments.between.as_deref().and_then(|between| Some((*between.first()?, *between.get(1)?)));
    let question =
        Question { vary: Vary::parse(&arguments.vary)?, until: Until::parse(&arguments.until)?, range };
    let (setup, parameters) = (&asked.setup, &asked.parameters);
    let found = watched("values tried", asked.threads, |control| {
        solve((setup, parameters), &question, (asked.few(), control))
    })?;
    let solutions = [found];
    let mut answer = futures_answer(&asked.name, &Answers { solutions: &solutions, ..Answers::default() });
    answer.question = format!("solve {}", asked.name);
    answer.title = format!("{}: {} until {}", asked.name, question.vary, question.until);
    answer.verdict = solutions.first().map(risk::Solution::in_words).unwrap_or_default();
    let tried = solutions.iter().flat_map(|solution| &solution.trials).map(|trial| {
        let numbers =
            [trial.value, trial.measured.mean, trial.measured.error].map(|number| number.to_string());
        numbers.into_iter().chain([trial.holds.to_string()]).collect()
    });
    let csv = table_csv(&["value", "measured", "error", "holds"], &tried.collect::<Vec<Vec<String>>>())?;
    give(&Forms { answer, csv, json: serde_json::to_value(&solutions)? }, &arguments.form)
}

/// The paths that prices have taken once.
fn past() -> anyhow::Result<Vec<Path>> {
    let (file, kinds) = ("history-replays.csv", ["rtx_3090", "h100_rent"]);
    let table = sources::data(file)?;
    kinds
        .iter()
        .map(|kind| Path::read((file, table.as_bytes()), kind).context("a path of the past"))
        .collect()
}

/// What the arranger of a term sheet takes at the closing.
fn closing_fee(document: &Document) -> String {
    let fee = document.statements.iter().find_map(|item| match &item.body {
        Statement::Fee(fee) if fee.once_at_closing => Some(fee.name.text.clone()),
        _ => None,
    });
    fee.unwrap_or_default()
}

fn classes(classes: &[risk::measure::ClassRisk]) -> anyhow::Result<String> {
    let rows = classes.iter().map(|class| {
        let estimates = [class.probability, class.expected_loss, class.mean_yield];
        let numbers = estimates.into_iter().flat_map(|estimate| [estimate.mean, estimate.error]);
        let tails = [class.loss.p95, class.loss.p99, class.shortfall_95, class.shortfall_99];
        std::iter::once(class.name.clone())
            .chain(numbers.chain(tails).map(|number| number.to_string()))
            .collect()
    });
    let header = [
        "class",
        "probability of loss",
        "error",
        "expected loss",
        "error",
        "mean yield",
        "error",
        "loss, 95 %",
        "loss, 99 %",
        "mean of worst 5 %",
        "mean of worst 1 %",
    ];
    Ok(table_csv(&header, &rows.collect::<Vec<Vec<String>>>())?)
}

fn write_tables(forms: &Forms, folder: &std::path::Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, text) in answer_tables(&forms.answer)? {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
