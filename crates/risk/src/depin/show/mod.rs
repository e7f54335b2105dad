//! The answers about networks as text, CSV and a page.

mod byod;
mod health;
mod node_sale;

pub use byod::{byod_answer, byod_csv};
pub use health::{health_answer, health_csv};
pub use node_sale::{node_sale_answer, node_sale_csv};

use super::Source;
use report::{Grid, Section};

/// Money with thousands apart: `7,200`, `12.35`, `0.0600`.
fn money(amount: f64) -> String {
    let text = match amount.abs() {
        size if size >= 1_000.0 => format!("{amount:.0}"),
        size if size >= 10.0 => format!("{amount:.2}"),
        _ => format!("{amount:.4}"),
    };
    separated(&text)
}

fn separated(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, ""), |(whole, fraction)| (whole, fraction));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if digits.chars().all(|c| matches!(c, '0' | '.')) { "" } else { sign };
    if fraction.is_empty() { format!("{sign}{out}") } else { format!("{sign}{out}.{fraction}") }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A count of days to the nearest whole one.
fn days(days: f64) -> String {
    separated(&format!("{days:.0}"))
}

/// A number for a program: nine places, beyond which machines may differ. Adding zero turns -0 into 0.
fn plain(value: f64) -> String {
    ((value * 1e9).round() / 1e9 + 0.0).to_string()
}

/// The same, or nothing where there is no number.
fn exact(value: Option<f64>) -> String {
    value.map_or_else(String::new, plain)
}

/// Where every figure comes from; what nobody published stands out.
fn sources(sources: &[Source]) -> Section {
    let caption = "Each figure with its basis; ASSUMED is nobody's number but the file's.";
    let mut grid = Grid::new("Where the figures come from", caption, &["figure", "value", "basis", "source"]);
    for source in sources {
        let figure = &source.figure;
        let cells = [&source.name, &number(figure.value), figure.basis.word(), &figure.source];
        grid.row(cells.map(String::from));
    }
    Section::of(grid, None)
}

/// A figure as it was written: at most six places, without zeros at the end.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    separated(text.trim_end_matches('0').trim_end_matches('.'))
}
