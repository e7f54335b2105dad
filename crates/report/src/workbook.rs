//! The spreadsheet: summary, payments, periods, notes and observations, one sheet each.
//!
//! A spreadsheet keeps about fifteen digits of a number. The CSV file keeps all.

use crate::journal::COLUMNS;
use crate::measure;
use crate::money::Money;
use crate::{Class, ClassPeriod, Period, ReportError, Results};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet};
use units::Date;

/// One cell, before it is formatted.
enum Cell {
    Text(String),
    Date(Date),
    Count(u32),
    Amount(i128),
    Percent(Option<f64>),
    Years(Option<f64>),
    Empty,
}

fn text(words: &str) -> Cell {
    Cell::Text(words.to_owned())
}

fn amount(units: impl Into<i128>) -> Cell {
    Cell::Amount(units.into())
}

/// A sheet, before it is written: a header and rows under it.
struct Sheet {
    name: &'static str,
    header: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// Returns the bytes of the spreadsheet. They depend on the results alone: its creation date is the closing.
///
/// # Errors
/// [`ReportError::Workbook`] if the results do not fit a spreadsheet.
pub fn to_workbook(results: &Results) -> Result<Vec<u8>, ReportError> {
    let mut workbook = Workbook::new();
    let created = excel_date(results.deal.closing)?;
    workbook
        .set_properties(&DocProperties::new().set_title(&results.deal.title).set_creation_datetime(&created));
    let formats = Formats::new(results);
    for sheet in
        [summary(results), payments(results), periods(results), notes(results), observations(results)]
    {
        write_sheet(workbook.add_worksheet(), &formats, sheet)?;
    }
    Ok(workbook.save_to_buffer()?)
}

struct Formats {
    money: Money,
    header: Format,
    date: Format,
    amount: Format,
    percent: Format,
    years: Format,
}

impl Formats {
    fn new(results: &Results) -> Self {
        let places = "0".repeat(usize::from(results.deal.decimals.min(2)));
        let amount = if places.is_empty() { "#,##0".to_owned() } else { format!("#,##0.{places}") };
        Self {
            money: Money::new(results.deal.decimals),
            header: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            amount: Format::new().set_num_format(amount),
            percent: Format::new().set_num_format("0.00%"),
            years: Format::new().set_num_format("0.00"),
        }
    }
}

fn excel_date(date: Date) -> Result<ExcelDateTime, ReportError> {
    let (year, month, day) = date.ymd();
    // Every date of a deal lies between 1900 and 2399, so that neither conversion loses anything.
    let year = u16::try_from(year).unwrap_or_default();
    Ok(ExcelDateTime::from_ymd(
        year,
        u8::try_from(month).unwrap_or_default(),
        u8::try_from(day).unwrap_or_default(),
    )?)
}

fn write_sheet(target: &mut Worksheet, formats: &Formats, sheet: Sheet) -> Result<(), ReportError> {
    target.set_name(sheet.name)?;
    for (column, words) in (0..).zip(&sheet.header) {
        target.write_with_format(0, column, words, &formats.header)?;
    }
    for (line, cells) in (1..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(cells) {
            write_cell(target, (line, column), cell, formats)?;
        }
    }
    target.set_freeze_panes(1, 0)?;
    target.autofit();
    Ok(())
}

fn write_cell(
    target: &mut Worksheet,
    at: (u32, u16),
    cell: &Cell,
    formats: &Formats,
) -> Result<(), ReportError> {
    let (line, column) = at;
    match cell {
        Cell::Text(words) => target.write_string(line, column, words)?,
        Cell::Date(date) => target.write_with_format(line, column, &excel_date(*date)?, &formats.date)?,
        Cell::Count(count) => target.write_number(line, column, *count)?,
        Cell::Amount(units) => {
            target.write_number_with_format(line, column, formats.money.plotted(*units), &formats.amount)?
        }
        Cell::Percent(Some(rate)) => {
            target.write_number_with_format(line, column, *rate, &formats.percent)?
        }
        Cell::Years(Some(years)) => target.write_number_with_format(line, column, *years, &formats.years)?,
        Cell::Percent(None) | Cell::Years(None) | Cell::Empty => target,
    };
    Ok(())
}

fn words(header: &[&str]) -> Vec<String> {
    header.iter().map(|word| (*word).to_owned()).collect()
}

const SUMMARY_HEADER: [&str; 14] = [
    "class",
    "original",
    "put in",
    "interest paid",
    "principal paid",
    "received",
    "capitalised",
    "written off",
    "balance",
    "return of capital",
    "return on capital",
    "lost",
    "IRR",
    "WAL, years",
];

fn summary(results: &Results) -> Sheet {
    let (deal, totals) = (&results.deal, &results.totals);
    let mut rows: Vec<Vec<Cell>> = results.summaries().iter().map(summary_row).collect();
    let mut fact = |name: &str, value: Cell| rows.push(vec![text(name), value]);
    fact("", Cell::Empty);
    fact("deal", text(&deal.title));
    fact("name", text(&deal.name));
    fact("scenario", text(&results.scenario));
    fact("status", text(&results.status));
    fact("currency", text(&deal.currency));
    fact("closing", Cell::Date(deal.closing));
    fact("final maturity", Cell::Date(deal.final_date));
    fact("plan hash", text(&deal.plan_hash));
    fact("cash in", amount(totals.cash_in));
    fact("cash out", amount(totals.cash_out));
    fact("cash held", amount(totals.cash_held));
    for remark in &results.remarks {
        fact("remark", text(remark));
    }
    Sheet { name: "Summary", header: words(&SUMMARY_HEADER), rows }
}

fn summary_row(summary: &crate::ClassSummary) -> Vec<Cell> {
    let outcome = summary.outcome();
    vec![
        text(&summary.name),
        amount(summary.original),
        amount(outcome.invested),
        amount(summary.interest_paid),
        amount(summary.principal_paid),
        amount(outcome.received),
        amount(summary.capitalised),
        amount(summary.written_off),
        amount(summary.balance),
        amount(outcome.of_capital),
        amount(outcome.on_capital),
        amount(summary.lost()),
        Cell::Percent(summary.irr),
        Cell::Years(summary.wal_years),
    ]
}

fn payments(results: &Results) -> Sheet {
    let rows = results.payments.iter().map(|line| {
        vec![
            Cell::Date(line.date),
            Cell::Count(line.period),
            text(&line.state),
            text(&line.waterfall),
            text(&line.step),
            text(&line.from),
            text(&line.payee),
            text(line.kind.word()),
            amount(line.amount),
            amount(line.short),
        ]
    });
    Sheet { name: "Payments", header: words(&COLUMNS), rows: rows.collect() }
}

/// Names of what the periods list, in order of appearance: accounts, tests and triggers may come and go.
fn names<'a>(results: &'a Results, list: impl Fn(&'a Period) -> Vec<&'a str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for name in results.periods.iter().flat_map(list) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn periods(results: &Results) -> Sheet {
    let accounts =
        names(results, |period| period.accounts.iter().map(|account| account.name.as_str()).collect());
    let tests = names(results, |period| period.tests.iter().map(|test| test.name.as_str()).collect());
    let triggers =
        names(results, |period| period.triggers.iter().map(|trigger| trigger.name.as_str()).collect());
    let mut header = words(&[
        "period",
        "accrual start",
        "accrual end",
        "payment date",
        "state",
        "exit value",
        "market value",
    ]);
    header.extend(accounts.iter().map(|name| format!("account {name}")));
    header.extend(tests.iter().map(|name| format!("test {name}")));
    header.extend(triggers.iter().map(|name| format!("trigger {name}")));
    let rows = results.periods.iter().map(|period| {
        let mut cells = period_cells(period);
        cells.extend(accounts.iter().map(|name| account_cell(period, name)));
        cells.extend(tests.iter().map(|name| test_cell(period, name)));
        cells.extend(triggers.iter().map(|name| trigger_cell(period, name)));
        cells
    });
    Sheet { name: "Periods", header, rows: rows.collect() }
}

fn period_cells(period: &Period) -> Vec<Cell> {
    vec![
        Cell::Count(period.number),
        Cell::Date(period.accrual_start),
        Cell::Date(period.accrual_end),
        Cell::Date(period.payment_date),
        text(&period.state),
        amount(period.collateral.exit_value),
        period.collateral.market_value.map_or(Cell::Empty, amount),
    ]
}

fn account_cell(period: &Period, name: &str) -> Cell {
    let account = period.accounts.iter().find(|account| account.name == name);
    account.map_or(Cell::Empty, |account| amount(account.balance))
}

fn test_cell(period: &Period, name: &str) -> Cell {
    let test = period.tests.iter().find(|test| test.name == name);
    test.map_or(Cell::Empty, |test| match measure::value_plotted(test) {
        Some(value) => Cell::Years(Some(value)),
        None => Cell::Text(measure::value_text(test)),
    })
}

fn trigger_cell(period: &Period, name: &str) -> Cell {
    let trigger = period.triggers.iter().find(|trigger| trigger.name == name);
    trigger.map_or(Cell::Empty, |trigger| text(if trigger.on { "on" } else { "off" }))
}

const NOTES_HEADER: [&str; 16] = [
    "class",
    "period",
    "payment date",
    "coupon",
    "opening",
    "drawn",
    "interest due",
    "interest paid",
    "principal paid",
    "capitalised",
    "written off",
    "carried shortfall",
    "closing",
    "cover",
    "return of capital",
    "return on capital",
];

fn notes(results: &Results) -> Sheet {
    let rows = results.classes.iter().flat_map(|class| note_rows(results, class));
    Sheet { name: "Notes", header: words(&NOTES_HEADER), rows: rows.collect() }
}

fn note_rows(results: &Results, class: &Class) -> Vec<Vec<Cell>> {
    let returns = crate::class_returns(results, class);
    let split = |row: &ClassPeriod| returns.iter().find(|split| split.period == row.period).copied();
    let line = |row: &ClassPeriod| {
        let split = split(row).unwrap_or_default();
        let mut cells = vec![text(&class.name), Cell::Count(row.period)];
        cells.push(results.period(row.period).map_or(Cell::Empty, |period| Cell::Date(period.payment_date)));
        cells.push(Cell::Percent(row.coupon.map(plotted_rate)));
        cells.extend(row_amounts(row).map(amount));
        cells.extend([split.cover, split.of_capital_change, split.on_capital_change].map(Cell::Amount));
        cells
    };
    class.periods.iter().map(line).collect()
}

fn row_amounts(row: &ClassPeriod) -> [i64; 9] {
    [
        row.opening,
        row.drawn,
        row.interest_due,
        row.interest_paid,
        row.principal_paid,
        row.capitalised,
        row.written_off,
        row.carried_shortfall,
        row.closing,
    ]
}

/// A rate in billionths as a float, for a percent format.
fn plotted_rate(billionths: i64) -> f64 {
    Money::new(units::RATE_DECIMALS).plotted(billionths)
}

const OBSERVATIONS_HEADER: [&str; 7] = ["input", "date", "value", "unit", "known as", "source", "stale"];

fn observations(results: &Results) -> Sheet {
    let rows = results.observations.iter().map(|seen| {
        vec![
            text(&seen.input),
            Cell::Date(seen.date),
            text(&seen.value),
            text(&seen.unit),
            text(seen.provenance.word()),
            text(&seen.source),
            text(if seen.stale { "stale" } else { "" }),
        ]
    });
    Sheet { name: "Observations", header: words(&OBSERVATIONS_HEADER), rows: rows.collect() }
}
