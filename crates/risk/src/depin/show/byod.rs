//! A machine that is brought to a network.

use super::{days, exact, money, percent, plain, sources};
use crate::depin::{Byod, DeviceCase};
use report::{
    Answer, Axis, Chart, Grid, LinesChart, Position, ReportError, Section, Series, Tone, table_csv,
};

/// Returns a machine as an answer for a terminal or a page.
pub fn byod_answer(byod: &Byod) -> Answer {
    let first = byod.cases.first();
    Answer {
        question: "depin byod".to_owned(),
        title: byod.name.clone(),
        verdict: first.map_or_else(|| "No case was given.".to_owned(), |case| verdict(byod, case)),
        tone: if first.is_some_and(|case| case.net_present_value < 0.0) { Tone::Bad } else { Tone::Plain },
        sections: vec![outcomes(byod), incomes(byod), sources(&byod.sources)],
        remarks: remarks(byod),
        ..Answer::default()
    }
}

/// Returns the cases as CSV.
///
/// # Errors
/// [`ReportError::Csv`] if it cannot be written.
pub fn byod_csv(byod: &Byod) -> Result<String, ReportError> {
    let header = [
        "case",
        "token_price",
        "paid_share",
        "rent",
        "rewards",
        "power",
        "rewards_share",
        "payback_days",
        "net_present_value",
        "break_even_token_price",
        "break_even_paid_share",
    ];
    let row = |case: &DeviceCase| {
        let numbers =
            [case.token_price, case.paid_share, case.rent, case.rewards, case.power, case.rewards_share];
        let mut row = vec![case.name.clone()];
        row.extend(numbers.map(plain));
        row.push(exact(case.payback_days.map(f64::from)));
        row.push(plain(case.net_present_value));
        row.extend([exact(case.break_even_token_price), exact(case.break_even_paid_share)]);
        row
    };
    table_csv(&header, &byod.cases.iter().map(row).collect::<Vec<_>>())
}

fn payback(case: &DeviceCase) -> String {
    case.payback_days.map_or_else(|| "never".to_owned(), |count| days(f64::from(count)))
}

fn verdict(byod: &Byod, case: &DeviceCase) -> String {
    let paid = match case.payback_days {
        Some(count) => format!("has paid after {} days", days(f64::from(count))),
        None => "never pays".to_owned(),
    };
    format!(
        "In the case “{}” the machine of {} {} {paid} of the {} that it works, and is worth {} {} net; {} of its income is tokens.",
        case.name,
        money(byod.price),
        byod.currency,
        days(f64::from(byod.life_days)),
        money(case.net_present_value),
        byod.currency,
        percent(case.rewards_share)
    )
}

fn outcomes(byod: &Byod) -> Section {
    let caption =
        format!("Net present value in {} at {} a year.", byod.currency, percent(byod.discount_rate));
    let header = ["case", "payback, days", "net value", "break-even token price", "break-even paid share"];
    let mut grid = Grid::new("Does it pay", &caption, &header);
    for case in &byod.cases {
        grid.row([
            case.name.clone(),
            payback(case),
            money(case.net_present_value),
            case.break_even_token_price.map_or_else(|| "none needed".to_owned(), money),
            case.break_even_paid_share.map_or_else(|| "–".to_owned(), percent),
        ]);
    }
    let line = |case: &DeviceCase| Series {
        name: case.name.clone(),
        points: case.cash.iter().map(|(day, cash)| (Position::Number(f64::from(*day)), *cash)).collect(),
        ..Series::default()
    };
    let chart = LinesChart {
        title: "Cash put in and received so far, by day and case".to_owned(),
        across: Axis::new("day"),
        up: Axis::new(&format!("{}, cumulative", byod.currency)),
        up_right: None,
        series: byod.cases.iter().map(line).collect(),
        levels: vec![("paid".to_owned(), 0.0)],
    };
    Section::of(grid, [Chart::Lines(chart)])
}

fn incomes(byod: &Byod) -> Section {
    let caption = format!("Over its life in {}, not discounted.", byod.currency);
    let header = ["case", "token price", "paid hours", "rent", "tokens", "power", "tokens' part of income"];
    let mut grid = Grid::new("Where it comes from", &caption, &header);
    for case in &byod.cases {
        grid.row([
            case.name.clone(),
            money(case.token_price),
            percent(case.paid_share),
            money(case.rent),
            money(case.rewards),
            money(case.power),
            percent(case.rewards_share),
        ]);
    }
    Section::of(grid, None)
}

fn remarks(byod: &Byod) -> Vec<String> {
    vec![
        format!(
            "The network's growth leaves {} of the first day's tokens on the last one. Tokens that still vest at the end are \
             counted when they are paid.",
            percent(byod.last_day_tokens_share)
        ),
        "Payback counts rent and tokens less power, without resale and discounting; the net value counts both. Prices stay \
         as they are in a case."
            .to_owned(),
    ]
}
