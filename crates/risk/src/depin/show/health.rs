//! The state of a network.

use super::{days, exact, money, number, percent, plain, sources};
use crate::depin::{Backtest, Elasticity, Health, Hedge, HedgedPrice, Signal};
use report::{
    Answer, Axis, Chart, Grid, LinesChart, Position, ReportError, Section, Series, Tone, table_csv,
};

/// Returns the state of a network as an answer for a terminal or a page.
pub fn health_answer(health: &Health) -> Answer {
    let sections = [
        Some(indicators(health)),
        (!health.sales.is_empty()).then(|| sales(health)),
        health.elasticity.as_ref().map(|elasticity| paid_use(health, elasticity)),
        health.hedge.as_ref().map(|hedge| hedge_section(health, hedge)),
        health.hedge.as_ref().map(|hedge| moves_section(health, hedge)),
        health.backtest.as_ref().map(|backtest| backtest_section(health, backtest)),
        Some(sources(&health.sources)),
    ];
    Answer {
        question: "depin health".to_owned(),
        title: health.name.clone(),
        verdict: verdict(health),
        tone: if health.signal == Signal::Red { Tone::Bad } else { Tone::Plain },
        sections: sections.into_iter().flatten().collect(),
        remarks: remarks(health),
        ..Answer::default()
    }
}

/// Returns the indicators as CSV.
///
/// # Errors
/// [`ReportError::Csv`] if it cannot be written.
pub fn health_csv(health: &Health) -> Result<String, ReportError> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for one in &health.indicators {
        let signal = one.signal.word().to_owned();
        rows.push(vec![
            one.name.to_owned(),
            exact(one.value),
            one.unit.to_owned(),
            signal,
            one.reason.clone(),
        ]);
    }
    for one in &health.sales {
        let name = format!("market value over sales by {}", one.by);
        rows.push(vec![name, plain(one.multiple), "x".to_owned(), String::new(), String::new()]);
    }
    rows.extend(
        others(health).into_iter().map(|(name, value, unit)| {
            vec![name, plain(value), unit.to_owned(), String::new(), String::new()]
        }),
    );
    table_csv(&["indicator", "value", "unit", "signal", "reason"], &rows)
}

/// Name, value and unit of what the hedge and the back-test come to.
fn others(health: &Health) -> Vec<(String, f64, &'static str)> {
    let mut rows = Vec::new();
    if let Some(hedge) = &health.hedge {
        rows.push(("hedge: tokens to short".to_owned(), hedge.short_tokens, "tokens"));
        rows.push(("hedge: short for each unit of income".to_owned(), hedge.short_per_unit_of_income, ""));
        rows.extend(hedge.fuel_kwh.map(|kwh| ("hedge: power to hold".to_owned(), kwh, "kWh")));
    }
    if let Some(backtest) = &health.backtest {
        rows.push(("back-test: lost".to_owned(), backtest.lost, ""));
        rows.push(("back-test: lost before the event".to_owned(), backtest.lost_before, ""));
    }
    for (date, price, used) in health.elasticity.iter().flat_map(|elasticity| &elasticity.points) {
        rows.push((format!("price {date}"), *price, ""));
        rows.push((format!("paid use {date}"), *used, ""));
    }
    rows
}

fn verdict(health: &Health) -> String {
    let reasons = health.reasons.join(", ");
    match health.signal {
        Signal::Red => format!("RED: {reasons}."),
        Signal::Amber => format!("AMBER: {reasons}."),
        Signal::Green => "GREEN: no indicator that is known is beyond its limit.".to_owned(),
        Signal::NotKnown => "Not known: no rule can be asked with what is published.".to_owned(),
    }
}

fn indicators(health: &Health) -> Section {
    let caption = "What is not known alarms nobody; it is no reason for calm either.";
    let mut grid = Grid::new("Indicators", caption, &["indicator", "signal", "value", "unit", "what it is"]);
    for one in &health.indicators {
        let value = one.value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
        let cells = [one.name, one.signal.word(), &value, one.unit, &one.reason];
        grid.row(cells.map(String::from));
    }
    Section::of(grid, None)
}

fn sales(health: &Health) -> Section {
    let caption = "By every source, because they disagree. Growth needed is what sales would have to be, times these, for the \
                   required return.";
    let header = ["sales by", "a year", "market value over sales", "growth needed"];
    let mut grid = Grid::new("Market value over sales", caption, &header);
    for one in &health.sales {
        let growth = one.growth_needed.map_or_else(|| "–".to_owned(), |growth| format!("{growth:.1}x"));
        grid.row([one.by.clone(), number(one.revenue), format!("{:.1}x", one.multiple), growth]);
    }
    Section::of(grid, None)
}

fn paid_use(health: &Health, elasticity: &Elasticity) -> Section {
    let caption = format!(
        "Elasticity is Δln price ÷ Δln paid use: negative means that they move apart. Paid use: {}.",
        elasticity.paid_use
    );
    let header = ["from", "to", "price", "paid use", "elasticity", "sign"];
    let mut grid = Grid::new("Price against paid use", &caption, &header);
    for step in &elasticity.steps {
        let value = step.elasticity.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
        let sign = if step.diverges { "DIVERGES: price up, use down" } else { "" };
        let moves = [step.log_price, step.log_use].map(|log| percent(log.exp() - 1.0));
        let [price, used] = moves;
        grid.row([step.from.clone(), step.to.clone(), price, used, value, sign.to_owned()]);
    }
    let line = |name: &str, right: bool| Series {
        name: name.to_owned(),
        right,
        points: elasticity
            .points
            .iter()
            .map(|(date, price, used)| (Position::Text(date.clone()), if right { *used } else { *price }))
            .collect(),
        ..Series::default()
    };
    let chart = LinesChart {
        title: "Price of the token and paid use, by date".to_owned(),
        across: Axis::new(""),
        up: Axis::new(&format!("price, {}", health.currency)),
        up_right: Some(Axis::new(&elasticity.paid_use)),
        series: vec![line("price", false), line("paid use", true)],
        levels: Vec::new(),
    };
    Section::of(grid, [Chart::Lines(chart)])
}

/// What to sell and to hold.
fn hedge_section(health: &Health, hedge: &Hedge) -> Section {
    let caption = format!(
        "For a supplier who earns tokens for {} days, at {} {} each.",
        hedge.days,
        money(hedge.token_price),
        health.currency
    );
    let mut grid = Grid::facts("The hedge", &caption);
    grid.fact("tokens expected", money(hedge.tokens_expected));
    grid.fact(&format!("their present value, {}", health.currency), money(hedge.income_present_value));
    grid.fact("tokens to short, bought back as they are earned", money(hedge.short_tokens));
    grid.fact("short for each unit of expected income", format!("{:.2}", hedge.short_per_unit_of_income));
    grid.fact("power to hold forward, kWh", hedge.fuel_kwh.map_or_else(|| "not known".to_owned(), days));
    if let Some(cost) = hedge.fuel_cost {
        grid.fact(&format!("what that costs, {}", health.currency), money(cost));
    }
    Section::of(grid, None)
}

/// What the hedge does.
fn moves_section(health: &Health, hedge: &Hedge) -> Section {
    let caption = format!("Income in {} if the token moves at once and stays there.", health.currency);
    let mut grid =
        Grid::new("If the token moves", &caption, &["token", "without", "gain on the short", "with"]);
    for at in &hedge.prices {
        grid.row([percent(at.change), money(at.unhedged), money(at.short_gain), money(at.hedged)]);
    }
    let line = |name: &str, height: fn(&HedgedPrice) -> f64| Series {
        name: name.to_owned(),
        points: hedge.prices.iter().map(|at| (Position::Number(at.change * 100.0), height(at))).collect(),
        ..Series::default()
    };
    let chart = LinesChart {
        title: "Income with and without the hedge, by move of the token".to_owned(),
        across: Axis::new("move of the token, %"),
        up: Axis::new(&health.currency),
        up_right: None,
        series: vec![line("without", |at| at.unhedged), line("with", |at| at.hedged)],
        levels: Vec::new(),
    };
    Section::of(grid, [Chart::Lines(chart)])
}

fn backtest_section(health: &Health, backtest: &Backtest) -> Section {
    let late = if backtest.late { "LATE: whoever waited for it had lost most already." } else { "In time." };
    let caption = format!(
        "{} of the price was lost, {} of it before {} ({}). {late}",
        percent(backtest.lost),
        percent(backtest.lost_before),
        backtest.event,
        backtest.event_date
    );
    let mut grid = Grid::new("Would waiting have helped", &caption, &["date", "price", "below the peak"]);
    let mut peak = 0.0_f64;
    for (date, price) in &backtest.path {
        peak = peak.max(*price);
        grid.row([date.clone(), money(*price), percent(1.0 - price / peak)]);
    }
    let points = backtest.path.iter().map(|(date, price)| (Position::Text(date.clone()), *price));
    let chart = LinesChart {
        title: "Price by date".to_owned(),
        across: Axis::new(""),
        up: Axis::new(&format!("price, {}", health.currency)),
        up_right: None,
        series: vec![Series { name: "price".to_owned(), points: points.collect(), ..Series::default() }],
        levels: Vec::new(),
    };
    Section::of(grid, [Chart::Lines(chart)])
}

fn remarks(health: &Health) -> Vec<String> {
    let mut remarks = vec![
        "RED if (subsidy ratio above 3 and reflexive share above 0.6), or implied utilisation above 1, or payback longer than \
         the machines last. AMBER by any indicator beyond its own limit. External revenue leaves out buyers that the protocol \
         funds, rebates and related parties, as far as the sources do. Where all payouts are not published they are taken to \
         be emissions, revenue, node sales and new stake together."
            .to_owned(),
    ];
    if health.hedge.is_some() {
        remarks.push(
            "The short is the slope of the income by the price: exact for small moves, and for all moves while the network's \
             supply does not answer to the price. It leaves out margin, funding and what is paid to borrow."
                .to_owned(),
        );
    }
    if let Some((date, lost)) = health.backtest.as_ref().and_then(|backtest| backtest.price_alarm.as_ref()) {
        remarks.push(format!(
            "An alarm at 30 % below the highest price would have rung on {date}, with {} lost: points so far apart show no earlier.",
            percent(*lost)
        ));
    }
    remarks
}
