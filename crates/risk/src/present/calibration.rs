//! A fit as an answer: what was fitted, from how many points, how well, and what is assumed.

use super::{percent, section, table};
use crate::calibrate::{DailyFit, RegimeFit};
use crate::calibration::{Basis, Calibration};
use crate::error::RiskError;
use report::{Answer, Grid, Section};

/// Returns a calibration as an answer.
pub fn calibration_answer(name: &str, fit: &Calibration) -> Answer {
    Answer {
        question: format!("calibrate {name}"),
        title: format!("What the data say of {name}"),
        facts: vec![
            format!("parameters: {}", fit.parameters),
            format!("{} changes of the rent", fit.changes.len()),
            format!("{} changes of the floating rate", fit.interest.changes),
        ],
        verdict: verdict(fit),
        sections: vec![rent(fit), rate(fit), origins(fit)],
        remarks: Vec::new(),
        ..Answer::default()
    }
}

fn verdict(fit: &Calibration) -> String {
    let believed =
        if fit.believed { "enough to believe it" } else { "too few to believe it: regimes stay ASSUMPTIONS" };
    let agrees = if fit.interest_agrees { "as the file has it" } else { "and not as the file has it" };
    format!(
        "The rent: {} best, from {} changes, {believed}. The floating rate: {:.3} ± {:.3} points a month, {agrees}.",
        if fit.preferred == 1 {
            "one regime fits".to_owned()
        } else {
            format!("{} regimes fit", fit.preferred)
        },
        fit.changes.len(),
        100.0 * fit.interest.deviation,
        100.0 * fit.interest.error
    )
}

fn rent(fit: &Calibration) -> Section {
    let change = |(change, months): &(f64, f64)| {
        vec![format!("{change:+.3}"), format!("{months:.1}"), percent(change / months)]
    };
    let mut tables = vec![
        table(
            "Changes between points of one kind",
            &["change of the logarithm", "months", "a month"],
            fit.changes.iter().map(change).collect(),
        ),
        regimes(fit),
    ];
    if !fit.daily.is_empty() {
        tables.push(table(
            "Listed prices from day to day",
            &[
                "kind",
                "from",
                "to",
                "changes",
                "providers",
                "a day",
                "a month",
                "correlation with the day before",
            ],
            fit.daily.iter().map(day).collect(),
        ));
    }
    section(
        "The rent of a machine hour",
        "Regimes by expectation-maximisation; the criterion is Schwarz's, the lower the better. Errors are those of a sample that is \
         known to be of the regime, so that they are too small where there is more than one.",
        (tables, Vec::new()),
    )
}

fn regimes(fit: &Calibration) -> Grid {
    let months: f64 = fit.changes.iter().map(|(_, months)| months).sum();
    let rows =
        fit.regimes.iter().flat_map(|one| one.regimes.iter().map(move |regime| row(one, regime, months)));
    table(
        "One, two and three regimes",
        &["regimes", "drift a month", "error", "deviation a month", "error", "share", "criterion"],
        rows.collect(),
    )
}

fn row(fit: &RegimeFit, regime: &crate::calibrate::Regime, months: f64) -> Vec<String> {
    let count = (regime.share * fit.changes as f64).max(1.0);
    let months = (regime.share * months).max(1e-9);
    vec![
        fit.regimes.len().to_string(),
        percent(regime.drift),
        percent(regime.deviation / months.sqrt()),
        percent(regime.deviation),
        percent(regime.deviation / (2.0 * count).sqrt()),
        percent(regime.share),
        format!("{:.1}", fit.criterion),
    ]
}

fn day(fit: &DailyFit) -> Vec<String> {
    vec![
        fit.kind.clone(),
        fit.days.0.clone(),
        fit.days.1.clone(),
        fit.changes.to_string(),
        format!("{:.1}", fit.providers),
        percent(fit.daily),
        percent(fit.monthly),
        format!("{:+.2}", fit.correlation),
    ]
}

fn rate(fit: &Calibration) -> Section {
    let row = vec![
        fit.interest.days.0.clone(),
        fit.interest.days.1.clone(),
        fit.interest.changes.to_string(),
        format!("{:.3}", 100.0 * fit.interest.deviation),
        format!("{:.3}", 100.0 * fit.interest.error),
        format!("{:.3}", 100.0 * fit.interest_in_file),
    ];
    let head = ["from", "to", "changes", "deviation, points a month", "error", "in the file"];
    section(
        "The floating rate",
        "Standard deviation of the changes from month to month.",
        (vec![table("Fixings", &head, vec![row])], Vec::new()),
    )
}

const fn word(basis: Basis) -> &'static str {
    match basis {
        Basis::Fitted => "fitted",
        Basis::Assumed => "ASSUMPTION",
        Basis::Published => "as published",
    }
}

fn origins(fit: &Calibration) -> Section {
    let rows = fit.origins.iter();
    let rows = rows.map(|one| vec![one.table.clone(), word(one.basis).to_owned(), one.source.clone()]);
    section(
        "Where every number comes from",
        "A table of the file that holds one assumption or more is called one, whatever else its source tells.",
        (vec![table("Tables of the file", &["table", "basis", "source"], rows.collect())], Vec::new()),
    )
}

/// Returns the fits as lines of CSV.
///
/// # Errors
/// [`RiskError::File`] if they cannot be written.
pub fn calibration_csv(fit: &Calibration) -> Result<String, RiskError> {
    let regime = |one: &RegimeFit| {
        let count = one.regimes.len();
        let changes = one.changes;
        let rows = one.regimes.iter().zip(1..).flat_map(move |(regime, number)| {
            [("drift", regime.drift), ("deviation", regime.deviation), ("share", regime.share)].map(
                |(what, value)| {
                    [
                        format!("rent, {count} regimes, {number}: {what}"),
                        value.to_string(),
                        changes.to_string(),
                    ]
                },
            )
        });
        let criterion =
            [format!("rent, {count} regimes: criterion"), one.criterion.to_string(), changes.to_string()];
        rows.chain([criterion]).collect::<Vec<_>>()
    };
    let rate = (
        "interest.deviation".to_owned(),
        fit.interest.deviation.to_string(),
        fit.interest.changes.to_string(),
    );
    let rows = fit.regimes.iter().flat_map(regime).chain([rate.into()]).map(Vec::from);
    let rows: Vec<Vec<String>> = rows.collect();
    report::table_csv(&["figure", "value", "changes"], &rows)
        .map_err(|error| RiskError::File { file: "calibration.csv".to_owned(), problem: error.to_string() })
}
