//! A note's figures as an answer and as CSV.

use super::NoteValue;
use report::{Answer, Axis, Chart, Grid, LinesChart, Position, ReportError, Section, Series, table_csv};

/// Returns the figures as an answer for a terminal or a page.
pub fn note_answer(value: &NoteValue) -> Answer {
    Answer {
        question: "price".to_owned(),
        title: format!("Note {} on {}", value.note, value.settlement),
        verdict: verdict(value),
        sections: vec![figures(value), prices(value), payments(value)],
        remarks: remarks(value),
        ..Answer::default()
    }
}

/// Returns the figures as CSV, one name and value a line.
///
/// # Errors
/// [`ReportError::Csv`] if it cannot be written.
pub fn note_csv(value: &NoteValue) -> Result<String, ReportError> {
    let rows = all_figures(value).into_iter().map(|(name, figure, unit)| {
        vec![name.to_owned(), figure.map_or_else(String::new, plain), unit.to_owned()]
    });
    table_csv(&["figure", "value", "unit"], &rows.collect::<Vec<_>>())
}

/// Twelve places, beyond which machines may differ. Adding zero turns -0 into 0.
fn plain(value: f64) -> String {
    ((value * 1e12).round() / 1e12 + 0.0).to_string()
}

/// Name, value, unit of every figure; rates as fractions.
fn all_figures(value: &NoteValue) -> [(&'static str, Option<f64>, &'static str); 14] {
    let some = Some;
    [
        ("clean price", some(value.clean_price), "per 100"),
        ("accrued interest", some(value.accrued_interest), "per 100"),
        ("dirty price", some(value.dirty_price), "per 100"),
        ("street yield", some(value.yield_street), "a year"),
        ("effective yield", some(value.yield_effective), "a year"),
        ("weighted average life", value.wal_years, "years"),
        ("Macaulay duration", some(value.macaulay_years), "years"),
        ("modified duration", some(value.modified_years), "years"),
        ("convexity", some(value.convexity), "years squared"),
        ("price of a basis point", some(value.price_per_basis_point), "per 100"),
        ("Z-spread", some(value.z_spread), "a year"),
        ("discount margin", value.discount_margin, "a year"),
        ("principal paid back", some(value.principal_paid), "per 100"),
        ("payments", u32::try_from(value.payments.len()).ok().map(f64::from), ""),
    ]
}

fn verdict(value: &NoteValue) -> String {
    let lost = if value.principal_paid < 99.999_999 {
        format!(" Only {:.2} of every 100 of principal comes back.", value.principal_paid)
    } else {
        String::new()
    };
    format!(
        "At {:.4} per 100 it yields {} (effective {}), and loses {:.4} for each basis point that yields rise.{lost}",
        value.clean_price,
        percent(value.yield_street),
        percent(value.yield_effective),
        value.price_per_basis_point
    )
}

fn percent(rate: f64) -> String {
    format!("{:.3} %", rate * 100.0)
}

fn figures(value: &NoteValue) -> Section {
    let mut grid = Grid::new("The figures", "Prices per 100 of balance.", &["figure", "value", "unit"]);
    for (name, figure, unit) in all_figures(value) {
        let (text, unit) = match (figure, unit) {
            (None, _) if name == "discount margin" => ("no index".to_owned(), ""),
            (None, _) => ("–".to_owned(), ""),
            (Some(rate), "a year") => (percent(rate), unit),
            (Some(count), "") => (format!("{count:.0}"), unit),
            (Some(number), _) => (format!("{number:.4}"), unit),
        };
        grid.row([name.to_owned(), text, unit.to_owned()]);
    }
    Section::of(grid, None)
}

fn prices(value: &NoteValue) -> Section {
    let caption = "The clean price at other yields, and what duration and convexity alone would say.";
    let mut grid = Grid::new("If yields move", caption, &["change, bp", "yield", "clean price", "estimated"]);
    for rung in &value.ladder {
        grid.row([
            rung.change_bp.to_string(),
            percent(rung.yield_street),
            format!("{:.4}", rung.clean_price),
            format!("{:.4}", rung.estimated_clean_price),
        ]);
    }
    let line = |name: &str, height: fn(&super::PriceAtYield) -> f64| Series {
        name: name.to_owned(),
        points: value
            .ladder
            .iter()
            .map(|rung| (Position::Number(rung.yield_street * 100.0), height(rung)))
            .collect(),
        ..Series::default()
    };
    let chart = LinesChart {
        title: "Clean price by yield, and its estimate from duration and convexity".to_owned(),
        across: Axis::new("street yield, %"),
        up: Axis::new("clean price per 100"),
        up_right: None,
        series: vec![
            line("price", |rung| rung.clean_price),
            line("estimated", |rung| rung.estimated_clean_price),
        ],
        levels: Vec::new(),
    };
    Section::of(grid, [Chart::Lines(chart)])
}

fn payments(value: &NoteValue) -> Section {
    let caption = "Per 100 of balance, with the present value at the street yield.";
    let header = ["date", "years", "interest", "principal", "present value"];
    let mut grid = Grid::new("The payments", caption, &header);
    for payment in &value.payments {
        let numbers = [payment.interest, payment.principal, payment.present_value];
        let cells = [payment.date.clone(), format!("{:.3}", payment.years)];
        grid.row(cells.into_iter().chain(numbers.map(|number| format!("{number:.4}"))));
    }
    Section::of(grid, None)
}

fn remarks(value: &NoteValue) -> Vec<String> {
    let margin = if value.discount_margin.is_some() {
        "The discount margin is added to each period's index at which the payments were worked out, by the note's day count."
    } else {
        "A note without an index has no discount margin."
    };
    [
        "The street yield compounds twice a year over 30/360 days from settlement, in the last period too; duration, \
         convexity and the Z-spread use the same time. The effective yield compounds once a year over actual days of 365, \
         and so does the weighted average life.",
        margin,
    ]
    .map(str::to_owned)
    .to_vec()
}
