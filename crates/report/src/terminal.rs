//! What a run prints: who was paid what, how the deal went, which triggers fired, where to look next.

use crate::money::{self, MISSING, Money};
use crate::summary::ClassSummary;
use crate::{ClassKind, Results, TriggerValue};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use units::Date;

/// How wide and how colourful a terminal is. The caller reads the environment (`NO_COLOR`), this room does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalStyle {
    /// Columns of the terminal.
    pub width: u16,
    /// True if headings may be bold and losses red.
    pub colour: bool,
}

impl Default for TerminalStyle {
    fn default() -> Self {
        Self { width: 100, colour: false }
    }
}

/// From this width on, amounts are written out to the unit.
const WIDE: u16 = 96;

/// Returns the whole text that a run prints after it has finished.
///
/// `asked` is the run in the words of the command line: with it the hints at the end ask about this run and no other.
pub fn to_terminal(results: &Results, style: TerminalStyle, asked: &str) -> String {
    let summaries = results.summaries();
    let mut out = String::new();
    push_header(&mut out, results, style);
    push_section(&mut out, style, &format!("Who was paid what, in {}", results.deal.currency));
    push_paid(&mut out, results, &summaries, style);
    push_section(&mut out, style, "How much of it was their own money");
    push_returns(&mut out, results, &summaries, style);
    push_section(&mut out, style, "How the deal went");
    push_states(&mut out, results, style);
    push_section(&mut out, style, "Triggers, with the values behind them");
    push_triggers(&mut out, results, style);
    push_section(&mut out, style, "Where to look next");
    push_next(&mut out, results, asked);
    out
}

fn push_line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

fn push_section(out: &mut String, style: TerminalStyle, heading: &str) {
    out.push('\n');
    push_line(out, &bold(style, heading));
}

fn bold(style: TerminalStyle, text: &str) -> String {
    if style.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn push_header(out: &mut String, results: &Results, style: TerminalStyle) {
    let (deal, totals) = (&results.deal, &results.totals);
    let money = Money::new(deal.decimals);
    let last = results.periods.last().map_or(deal.closing, |period| period.payment_date);
    push_line(out, &format!("{} ({})", bold(style, &deal.title), deal.name));
    let dates = results.periods.iter().filter(|period| period.number > 0).count();
    let dates = if dates == 1 { "1 payment date".to_owned() } else { format!("{dates} payment dates") };
    let _ = writeln!(
        out,
        "scenario {}, {} to {last}, {dates}: {}",
        results.scenario, deal.closing, results.status
    );
    let [cash_in, cash_out, held] =
        [totals.cash_in, totals.cash_out, totals.cash_held].map(|sum| money.cents(sum));
    let _ = writeln!(out, "cash in {cash_in} = paid out {cash_out} + held {held} {}", deal.currency);
}

/// An undecorated table: a rule under the header, numbers to the right.
fn new_table(style: TerminalStyle, header: &[&str], numbers: std::ops::Range<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(style.width).set_header(header);
    for index in numbers {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn push_table(out: &mut String, table: &Table) {
    for line in table.lines() {
        push_line(out, &line);
    }
}

const PAID_HEADER: [&str; 8] =
    ["class", "put in", "interest", "principal", "received", "capitalised", "written off", "still owed"];

fn push_paid(out: &mut String, results: &Results, summaries: &[ClassSummary], style: TerminalStyle) {
    // The market's short word, where the long one would be broken.
    let header =
        PAID_HEADER.map(|word| if style.width < WIDE && word == "capitalised" { "PIK" } else { word });
    let mut table = new_table(style, &header, 1..PAID_HEADER.len());
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
        let mut cells = amounts.map(|amount| show(results, amount, style)).to_vec();
        cells.push(summary.still_owed().map_or("–".to_owned(), |owed| show(results, owed, style)));
        table.add_row(row(&summary.name, cells));
    }
    push_table(out, &table);
    if results.classes.iter().any(|class| class.kind == ClassKind::Equity) {
        push_line(out, " For equity, interest is what was distributed.");
    }
}

const RETURN_HEADER: [&str; 7] =
    ["class", "received", "of capital", "on capital", "lost", "IRR", "WAL, years"];

fn push_returns(out: &mut String, results: &Results, summaries: &[ClassSummary], style: TerminalStyle) {
    let mut table = new_table(style, &RETURN_HEADER, 1..RETURN_HEADER.len());
    for summary in summaries {
        let outcome = summary.outcome();
        let amounts = [outcome.received, outcome.of_capital, outcome.on_capital, summary.lost()];
        let mut cells = amounts.map(|amount| show(results, amount, style)).to_vec();
        cells.extend([summary.irr_text(), money::years(summary.wal_years)]);
        table.add_row(row(&summary.name, cells));
    }
    push_table(out, &table);
    push_line(out, " Of capital: the holder's own money coming back. On capital: the gain.");
    push_line(out, " Lost: put in, not received, and no longer covered by what the collateral would fetch.");
    if summaries.iter().any(|summary| summary.irr.is_none() && summary.irr_if_sold.is_some()) {
        push_line(out, " * If the collateral were sold now: the class may still receive money.");
    }
}

fn row(name: &str, cells: Vec<String>) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(cells).collect()
}

fn show(results: &Results, amount: i128, style: TerminalStyle) -> String {
    let money = Money::new(results.deal.decimals);
    if style.width < WIDE { money.short(amount) } else { money.whole(amount) }
}

fn push_states(out: &mut String, results: &Results, style: TerminalStyle) {
    let mut table = new_table(style, &["date", "period", "state", "because"], 1..2);
    for change in &results.state_changes {
        let (date, period) = (change.date.to_string(), change.period.to_string());
        table.add_row([&date, &period, &change.to, &change.reason]);
    }
    push_table(out, &table);
}

/// A trigger on a date at which it turned on or off, or at the end.
struct TriggerLine<'a> {
    date: Date,
    trigger: &'a TriggerValue,
    what: &'static str,
}

/// The dates at which something changed; the dates in between are in the page.
fn trigger_lines(results: &Results) -> Vec<TriggerLine<'_>> {
    let mut on: BTreeMap<&str, bool> = BTreeMap::new();
    let mut lines = Vec::new();
    let dated = results.periods.iter().flat_map(|period| period.triggers.iter().map(move |t| (period, t)));
    for (period, trigger) in dated {
        let before = on.insert(&trigger.name, trigger.on).unwrap_or(false);
        if before != trigger.on {
            lines.push(TriggerLine { date: period.payment_date, trigger, what: turned(trigger) });
        }
    }
    if let Some(last) = results.periods.last() {
        let ever: Vec<&str> = lines.iter().map(|line| line.trigger.name.as_str()).collect();
        let ends = |trigger: &'_ TriggerValue| ever.contains(&trigger.name.as_str());
        let (turned, quiet): (Vec<_>, Vec<_>) = last.triggers.iter().partition(|trigger| ends(trigger));
        let at_end = |trigger| TriggerLine { date: last.payment_date, trigger, what: at_end(trigger) };
        lines.extend(turned.into_iter().map(at_end));
        lines.extend(quiet.into_iter().map(|trigger| nearest(results, trigger, last.payment_date)));
    }
    lines
}

/// A trigger that never came on: when it was nearest to its level.
fn nearest<'r>(results: &'r Results, trigger: &'r TriggerValue, last: Date) -> TriggerLine<'r> {
    let all = results
        .periods
        .iter()
        .flat_map(|period| period.triggers.iter().map(move |t| (period.payment_date, t)));
    // Beyond its level without a hit: another part of the condition held it back, so this was not near.
    let held_back = |other: &TriggerValue| other.hits == 0 && other.nearness.is_some_and(|near| near > 1.0);
    let known =
        all.filter(|(_, other)| other.name == trigger.name && other.nearness.is_some() && !held_back(other));
    let nearest =
        known.max_by(|(_, a), (_, b)| a.nearness.unwrap_or(0.0).total_cmp(&b.nearness.unwrap_or(0.0)));
    match nearest {
        Some((date, trigger)) => TriggerLine { date, trigger, what: "nearest; never on" },
        None => TriggerLine { date: last, trigger, what: "never on" },
    }
}

fn turned(trigger: &TriggerValue) -> &'static str {
    if trigger.on { "turned on" } else { "cured" }
}

fn at_end(trigger: &TriggerValue) -> &'static str {
    if trigger.on { "on at the end" } else { "off at the end" }
}

fn push_triggers(out: &mut String, results: &Results, style: TerminalStyle) {
    let lines = trigger_lines(results);
    if lines.is_empty() {
        return push_line(out, " The deal has no trigger.");
    }
    let mut table = new_table(style, &["date", "trigger", "value", "level", "what happened"], 2..3);
    for line in lines {
        let trigger = line.trigger;
        let value = if trigger.value.is_empty() { MISSING } else { &trigger.value };
        table.add_row([&line.date.to_string(), &trigger.name, value, &trigger.level, line.what]);
    }
    push_table(out, &table);
}

fn push_next(out: &mut String, results: &Results, asked: &str) {
    let short = results.payments.iter().rev().find(|payment| payment.short > 0);
    let why = short.or(results.payments.last());
    push_line(
        out,
        " report.html    one page: every payment date as a flow, balances, tests, collateral, sources",
    );
    push_line(out, " payments.csv   every payment; results.xlsx has the same and more as a spreadsheet");
    if let Some(payment) = why {
        let _ = writeln!(out, " forebay explain {asked} {} \"{}\"", payment.date, payment.step);
    }
    let _ = writeln!(out, " forebay report {asked} --form investor");
}
