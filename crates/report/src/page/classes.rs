//! The classes: what each put in and got back, in bars and tables.

use super::body::{open_section, push_chart};
use crate::grid::Grid;
use crate::html::escape;
use crate::money::{self, Money, percent_of};
use crate::summary::ClassSummary;
use crate::{Class, ClassKind, ClassPeriod, Results, Returns};
use std::fmt::Write as _;

/// Colours that the style sheet has for classes.
const CLASS_COLOURS: usize = 8;

pub(super) fn push_paid(out: &mut String, results: &Results) {
    let summaries = results.summaries();
    open_section(
        out,
        "paid",
        "Who was paid what, and how much of it was their own money",
        "A coupon is income only while the collateral covers the note. Once it does not, the same coupon is the \
         holder’s own money coming back. Each bar is scaled to what the class put in.",
    );
    push_bars(out, &summaries);
    out.push_str(&return_table(results, &summaries).to_html());
    out.push_str(&paid_table(results, &summaries).to_html());
    out.push_str(
        "<h3>As it happened</h3>\n<p class=\"lead\">What each class had received by then, split as it looked then. \
         The dashed line is what it had put in.</p>\n<div class=\"multiples\">\n",
    );
    for (index, summary) in summaries.iter().enumerate() {
        let label = format!("What {} received over time, split into own money and gain", summary.name);
        push_chart(out, &format!("chart-returns-{index}"), &label);
    }
    out.push_str("</div></section>\n");
}

/// Parts of a bar: own money back, still covered, lost; they add up to what was put in. The gain comes on top.
fn parts(summary: &ClassSummary) -> [(&'static str, &'static str, i128); 4] {
    let outcome = summary.outcome();
    [
        ("of", "own money back", outcome.of_capital.min(outcome.invested)),
        ("covered", "still covered", summary.covered()),
        ("lost", "lost", summary.lost()),
        ("on", "gain", outcome.on_capital),
    ]
}

fn push_bars(out: &mut String, summaries: &[ClassSummary]) {
    out.push_str("<ul class=\"key\">");
    for (class, words) in
        [("of", "own money back"), ("covered", "still covered"), ("lost", "lost"), ("on", "gain on top")]
    {
        let _ = write!(out, "<li><i class=\"{class}\"></i>{words}</li>");
    }
    out.push_str("</ul>\n");
    let longest = summaries.iter().map(bar_percent).fold(100.0_f64, f64::max);
    let _ = writeln!(out, "<div class=\"bars\" style=\"--whole:{:.4}%\">", 10_000.0 / longest);
    for (index, summary) in summaries.iter().enumerate() {
        push_bar(out, index, summary, longest);
    }
    out.push_str("</div>\n");
}

/// Length of a whole bar in percent of what was put in.
fn bar_percent(summary: &ClassSummary) -> f64 {
    parts(summary).iter().map(|(_, _, amount)| percent_plotted(*amount, summary)).sum()
}

fn percent_plotted(amount: i128, summary: &ClassSummary) -> f64 {
    let units = Money::new(0);
    let invested = units.plotted(summary.outcome().invested);
    if invested > 0.0 { units.plotted(amount) * 100.0 / invested } else { 0.0 }
}

fn push_bar(out: &mut String, index: usize, summary: &ClassSummary, longest: f64) {
    let _ = write!(
        out,
        "<div class=\"class\"><h3 style=\"--c:var(--class-{})\">{}</h3><div class=\"track\" aria-hidden=\"true\">",
        index % CLASS_COLOURS,
        escape(&summary.name)
    );
    let mut words = Vec::new();
    for (class, name, amount) in parts(summary).into_iter().filter(|part| part.2 > 0) {
        let width = percent_plotted(amount, summary) * 100.0 / longest;
        let _ = write!(out, "<i class=\"{class}\" style=\"width:{width:.3}%\"></i>");
        let share = percent_of(amount, summary.outcome().invested).unwrap_or_default();
        words.push(format!("<b>{}</b> {name}", share.trim_end_matches(" %")));
    }
    let _ = writeln!(out, "</div><p>Of every 100 put in: {}</p></div>", words.join(", "));
}

const PAID_HEADER: [&str; 8] =
    ["class", "put in", "interest", "principal", "received", "capitalised", "written off", "still owed"];

fn paid_table(results: &Results, summaries: &[ClassSummary]) -> Grid {
    let money = Money::new(results.deal.decimals);
    let caption = "Totals over the run. For equity, interest is what was distributed.";
    let mut grid = Grid::new("Paid", caption, &PAID_HEADER);
    for summary in summaries {
        let outcome = summary.outcome();
        let amounts = [
            outcome.invested,
            summary.interest_paid,
            summary.principal_paid,
            outcome.received,
            summary.capitalised,
            summary.written_off,
        ];
        let mut cells = vec![summary.name.clone()];
        cells.extend(amounts.map(|amount| money.whole(amount)));
        cells.push(summary.still_owed().map_or("–".to_owned(), |owed| money.whole(owed)));
        grid.row(cells);
    }
    grid
}

const RETURN_HEADER: [&str; 7] =
    ["class", "received", "return of capital", "return on capital", "lost", "IRR", "life, years"];

fn return_table(results: &Results, summaries: &[ClassSummary]) -> Grid {
    let money = Money::new(results.deal.decimals);
    let caption = "Lost: put in, not received, and no longer covered by what the collateral would fetch. Life counts what \
                   was repaid. A star marks a yield that supposes the collateral sold now.";
    let mut grid = Grid::new("Returns", caption, &RETURN_HEADER);
    for summary in summaries {
        let outcome = summary.outcome();
        let amounts = [outcome.received, outcome.of_capital, outcome.on_capital, summary.lost()];
        let mut cells = vec![summary.name.clone()];
        cells.extend(amounts.map(|amount| money.whole(amount)));
        cells.extend([summary.irr_text(), money::years(summary.wal_years)]);
        grid.row(cells);
    }
    grid
}

pub(super) fn push_periods(out: &mut String, results: &Results) {
    open_section(
        out,
        "periods",
        "Class by class, period by period",
        "What fell due, what was paid and how each payment splits. A negative return on capital means that value \
         was lost in that period: earlier gains turned out to be own money.",
    );
    let summaries = results.summaries();
    for (class, summary) in results.classes.iter().zip(&summaries) {
        let what = if class.kind == ClassKind::Note { "Note" } else { "Equity" };
        let _ = write!(out, "<details><summary>{what} {}</summary>", escape(&class.name));
        out.push_str(&period_table(results, class, &summary.returns).to_html());
        out.push_str("</details>\n");
    }
    out.push_str("</section>\n");
}

const PERIOD_HEADER: [&str; 14] = [
    "date",
    "period",
    "coupon",
    "opening",
    "drawn",
    "interest due",
    "interest paid",
    "carried",
    "principal paid",
    "capitalised",
    "written off",
    "closing",
    "of capital",
    "on capital",
];

fn period_table(results: &Results, class: &Class, returns: &[Returns]) -> Grid {
    let money = Money::new(results.deal.decimals);
    let caption =
        "Of and on capital are the changes in each period. A column of nothing but zeros is left out.";
    let mut grid = Grid::new(&class.name, caption, &PERIOD_HEADER);
    for row in &class.periods {
        let split = returns.iter().find(|split| split.period == row.period).copied().unwrap_or_default();
        let date = results.period(row.period).map(|period| period.payment_date.to_string());
        let mut cells = vec![date.unwrap_or_default(), row.period.to_string(), money::coupon(row.coupon)];
        cells.extend(period_amounts(row).map(|amount| money.whole(amount)));
        cells.extend([split.of_capital_change, split.on_capital_change].map(|amount| money.whole(amount)));
        grid.row(cells);
    }
    grid.without_idle_columns()
}

fn period_amounts(row: &ClassPeriod) -> [i64; 9] {
    [
        row.opening,
        row.drawn,
        row.interest_due,
        row.interest_paid,
        row.carried_shortfall,
        row.principal_paid,
        row.capitalised,
        row.written_off,
        row.closing,
    ]
}
