//! A sale of node licences.

use super::{days, exact, money, percent, plain, sources};
use crate::depin::{LevelOutcome, NodeSale, TierOutcome};
use report::{
    Answer, Axis, Chart, Grid, LinesChart, Position, ReportError, Section, Series, Tone, table_csv,
};

/// Rows of the table of tiers in a terminal; the CSV has every tier.
const ROWS_MAX: usize = 24;

/// Returns a sale as an answer for a terminal or a page.
pub fn node_sale_answer(sale: &NodeSale) -> Answer {
    let all_lose = sale.levels.iter().take(2).any(|level| level.break_even_tier.is_none());
    Answer {
        question: "depin node-sale".to_owned(),
        title: sale.name.clone(),
        verdict: verdict(sale),
        tone: if all_lose { Tone::Bad } else { Tone::Plain },
        sections: vec![paybacks(sale), values(sale), ladder(sale), levels(sale), sources(&sale.sources)],
        remarks: remarks(sale),
        ..Answer::default()
    }
}

/// Returns every tier at every price of the token as CSV.
///
/// # Errors
/// [`ReportError::Csv`] if it cannot be written.
pub fn node_sale_csv(sale: &NodeSale) -> Result<String, ReportError> {
    let header = [
        "tier",
        "price",
        "licences",
        "sold",
        "raised",
        "implied_valuation",
        "implied_token_price",
        "tokens_per_day",
        "dilution",
        "level",
        "token_price",
        "payback_days",
        "within_emission",
        "net_present_value",
    ];
    let mut rows = Vec::new();
    for tier in &sale.tiers {
        for (level, outcome) in sale.levels.iter().zip(&tier.outcomes) {
            let mut row = vec![tier.tier.to_string()];
            row.extend([tier.price, tier.licences, tier.sold, tier.raised].map(plain));
            row.extend([exact(tier.implied_valuation), exact(tier.implied_token_price)]);
            row.extend([plain(tier.tokens_per_day), plain(tier.dilution), level.name.clone()]);
            row.extend([plain(level.token_price), exact(outcome.payback_days)]);
            row.extend([outcome.within_emission.to_string(), plain(outcome.net_present_value)]);
            rows.push(row);
        }
    }
    table_csv(&header, &rows)
}

fn verdict(sale: &NodeSale) -> String {
    let (Some(launch), Some(first), Some(last)) =
        (sale.levels.first(), sale.tiers.first(), sale.tiers.last())
    else {
        return "Nothing is sold.".to_owned();
    };
    let paid = |tier: &TierOutcome| tier.outcomes.first().map_or_else(String::new, payback);
    let worth = sale.levels.iter().map(|level| match level.break_even_tier {
        Some(tier) => format!("{}: up to tier {tier}", level.name),
        None => format!("{}: none", level.name),
    });
    format!(
        "At {} {} for one {}, a licence of tier 1 ({} {}) has paid after {} days and one of tier {} ({} {}) after {}; the emission \
         lasts {}. Tiers worth their price at {} a year: {}.",
        money(launch.token_price),
        sale.currency,
        sale.token,
        money(first.price),
        sale.currency,
        paid(first),
        last.tier,
        money(last.price),
        sale.currency,
        paid(last),
        days(f64::from(sale.emission_days)),
        percent(sale.discount_rate),
        worth.collect::<Vec<_>>().join("; ")
    )
}

/// Days, with a star if the emission ends before.
fn payback(outcome: &LevelOutcome) -> String {
    match outcome.payback_days {
        None => "never".to_owned(),
        Some(count) if outcome.within_emission => days(count),
        Some(count) => format!("{}*", days(count)),
    }
}

/// Every tier if they are few, else evenly spread with the last one.
fn shown(sale: &NodeSale) -> Vec<&TierOutcome> {
    let step = sale.tiers.len().div_ceil(ROWS_MAX).max(1);
    let last = sale.tiers.len();
    sale.tiers.iter().filter(|tier| (tier.tier - 1).is_multiple_of(step) || tier.tier == last).collect()
}

fn by_level(sale: &NodeSale, words: (&str, &str), cell: impl Fn(&LevelOutcome) -> String) -> Grid {
    let (heading, caption) = words;
    let names = sale.levels.iter().map(|level| format!("{} ({})", level.name, money(level.token_price)));
    let header: Vec<String> = ["tier".to_owned(), "price".to_owned()].into_iter().chain(names).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut grid = Grid::new(heading, caption, &header);
    for tier in shown(sale) {
        let start = [tier.tier.to_string(), money(tier.price)];
        grid.row(start.into_iter().chain(tier.outcomes.iter().map(&cell)));
    }
    grid
}

fn lines(sale: &NodeSale, height: impl Fn(&LevelOutcome) -> Option<f64>) -> Vec<Series> {
    let line = |(index, level): (usize, &crate::depin::PriceLevel)| {
        let point = |tier: &TierOutcome| {
            let high = tier.outcomes.get(index).and_then(&height)?;
            Some((Position::Number(f64::from(u32::try_from(tier.tier).ok()?)), high))
        };
        Series {
            name: format!("{}, {}", level.name, money(level.token_price)),
            points: sale.tiers.iter().filter_map(point).collect(),
            ..Series::default()
        }
    };
    sale.levels.iter().enumerate().map(line).collect()
}

fn paybacks(sale: &NodeSale) -> Section {
    let caption = "Days until a licence has paid its price, to the nearest day. * after the emission has ended, at its mean pace: \
                   it does not pay.";
    let chart = LinesChart {
        title: "Days until a licence has paid, by tier and price of the token".to_owned(),
        across: Axis::new("tier"),
        up: Axis::logarithmic("days"),
        up_right: None,
        series: lines(sale, |outcome| outcome.payback_days),
        levels: vec![("the emission ends".to_owned(), f64::from(sale.emission_days))],
    };
    Section::of(by_level(sale, ("When it has paid", caption), payback), [Chart::Lines(chart)])
}

fn values(sale: &NodeSale) -> Section {
    let caption = format!(
        "Net present value of a licence in {}, at {} a year to the end of the emission.",
        sale.currency,
        percent(sale.discount_rate)
    );
    let chart = LinesChart {
        title: "Net present value of a licence by tier and price of the token".to_owned(),
        across: Axis::new("tier"),
        up: Axis::new(&sale.currency),
        up_right: None,
        series: lines(sale, |outcome| Some(outcome.net_present_value)),
        levels: vec![("worth its price".to_owned(), 0.0)],
    };
    let grid = by_level(sale, ("What it is worth", &caption), |outcome| money(outcome.net_present_value));
    Section::of(grid, [Chart::Lines(chart)])
}

fn ladder(sale: &NodeSale) -> Section {
    let caption = "What each tier says of the whole network: price × licences ÷ their share of the supply.";
    let header = [
        "tier",
        "price",
        "sold",
        "raised",
        "implied valuation",
        "implied token price",
        "tokens a day",
        "dilution",
    ];
    let mut grid = Grid::new("The ladder", caption, &header);
    let or_dash = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), money);
    for tier in shown(sale) {
        grid.row([
            tier.tier.to_string(),
            money(tier.price),
            days(tier.sold),
            money(tier.raised),
            or_dash(tier.implied_valuation),
            or_dash(tier.implied_token_price),
            money(tier.tokens_per_day),
            percent(tier.dilution),
        ]);
    }
    Section::of(grid, None)
}

fn levels(sale: &NodeSale) -> Section {
    let caption = "What a licence is worth at each price of the token: the most that it may cost.";
    let header = ["level", "token price", "worth of a licence", "break-even tier"];
    let mut grid = Grid::new("What to pay at most", caption, &header);
    for level in &sale.levels {
        let tier = level.break_even_tier.map_or_else(|| "none".to_owned(), |tier| tier.to_string());
        grid.row([level.name.clone(), money(level.token_price), money(level.licence_value), tier]);
    }
    Section::of(grid, None)
}

fn remarks(sale: &NodeSale) -> Vec<String> {
    let share = match sale.customer_share {
        Some(share) => format!("Customers' fees cover {} of what licences are paid.", percent(share)),
        None => "What part of the pay comes from customers' fees is not known.".to_owned(),
    };
    vec![
        share,
        format!(
            "A licence earns {} {} over the emission when every licence is sold. The sale raises {} {} after referrals.",
            money(sale.tokens_per_licence),
            sale.token,
            money(sale.proceeds),
            sale.currency
        ),
        "The price of the token stays at each level; income counts at the end of each day. Taxes and what it costs to sell \
         tokens are left out."
            .to_owned(),
    ]
}
