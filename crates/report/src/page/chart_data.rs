//! The numbers behind the charts. Floats here are lengths of bars, never amounts: those are in the tables, as text.

use crate::flows::{Flow, Node, Place, calc_flows, cash_by_payee};
use crate::measure;
use crate::money::Money;
use crate::{Class, ClassKind, PaymentKind, Results, TestKind, class_returns};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct ChartData {
    currency: String,
    /// Payment dates of all periods; every series below has one value for each.
    dates: Vec<String>,
    classes: Vec<ClassSeries>,
    exit_value: Vec<f64>,
    market_value: Vec<Option<f64>>,
    cash: Vec<f64>,
    tests: Vec<TestSeries>,
    payees: Vec<Payee>,
    kinds: BTreeMap<&'static str, Vec<f64>>,
    inputs: Vec<InputSeries>,
    flows: Vec<FlowData>,
}

#[derive(Serialize)]
struct ClassSeries {
    name: String,
    equity: bool,
    balance: Vec<f64>,
    invested: Vec<f64>,
    of_capital: Vec<f64>,
    on_capital: Vec<f64>,
}

#[derive(Serialize)]
struct TestSeries {
    name: String,
    coverage: bool,
    values: Vec<Option<f64>>,
    levels: BTreeMap<String, Vec<Option<f64>>>,
}

#[derive(Serialize)]
struct Payee {
    name: String,
    kind: &'static str,
    class: Option<usize>,
    amount: f64,
    text: String,
}

#[derive(Serialize)]
struct InputSeries {
    name: String,
    unit: String,
    points: Vec<Point>,
}

#[derive(Serialize)]
struct Point {
    date: String,
    value: Option<f64>,
    known: &'static str,
    source: String,
}

#[derive(Serialize)]
struct FlowData {
    label: String,
    nodes: Vec<NodeData>,
    /// From, to, length, amount as text.
    links: Vec<(usize, usize, f64, String)>,
    /// Step, payer, payee, amount, short.
    lines: Vec<[String; 5]>,
}

#[derive(Serialize)]
struct NodeData {
    name: String,
    amount: String,
    place: &'static str,
    class: Option<usize>,
}

impl ChartData {
    pub(super) fn new(results: &Results) -> Self {
        let money = Money::new(results.deal.decimals);
        let periods = &results.periods;
        let cash =
            |accounts: &[crate::AccountBalance]| accounts.iter().map(|a| i128::from(a.balance)).sum::<i128>();
        Self {
            currency: results.deal.currency.clone(),
            dates: periods.iter().map(|period| period.payment_date.to_string()).collect(),
            classes: results.classes.iter().map(|class| class_series(results, class)).collect(),
            exit_value: periods.iter().map(|period| money.plotted(period.collateral.exit_value)).collect(),
            market_value: periods
                .iter()
                .map(|p| p.collateral.market_value.map(|v| money.plotted(v)))
                .collect(),
            cash: periods.iter().map(|period| money.plotted(cash(&period.accounts))).collect(),
            tests: test_series(results),
            payees: payees(results),
            kinds: kinds(results),
            inputs: input_series(results),
            flows: calc_flows(results).iter().map(|flow| flow_data(results, flow)).collect(),
        }
    }
}

fn class_series(results: &Results, class: &Class) -> ClassSeries {
    let money = Money::new(results.deal.decimals);
    let returns = class_returns(results, class);
    let split = |pick: fn(&crate::Returns) -> i128| -> Vec<f64> {
        let at = |number| returns.iter().rev().find(|split| split.period <= number).map_or(0, pick);
        results.periods.iter().map(|period| money.plotted(at(period.number))).collect()
    };
    let invested = |date| -> i128 {
        class.draws.iter().filter(|draw| draw.date <= date).map(|draw| i128::from(draw.amount)).sum()
    };
    let before = if class.kind == ClassKind::Note { invested(results.deal.closing) } else { 0 };
    let balance = |number| class.period(number).map_or(before, |row| i128::from(row.closing));
    ClassSeries {
        name: class.name.clone(),
        equity: class.kind == ClassKind::Equity,
        balance: results.periods.iter().map(|period| money.plotted(balance(period.number))).collect(),
        invested: results.periods.iter().map(|p| money.plotted(invested(p.payment_date))).collect(),
        of_capital: split(|split| split.of_capital),
        on_capital: split(|split| split.on_capital),
    }
}

fn test_series(results: &Results) -> Vec<TestSeries> {
    let mut names: Vec<(&str, TestKind)> = Vec::new();
    for test in results.periods.iter().flat_map(|period| &period.tests) {
        if !names.iter().any(|(name, _)| *name == test.name) {
            names.push((&test.name, test.kind));
        }
    }
    names.into_iter().map(|(name, kind)| one_test(results, name, kind)).collect()
}

fn one_test(results: &Results, name: &str, kind: TestKind) -> TestSeries {
    let mut levels: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
    let mut values = Vec::with_capacity(results.periods.len());
    for (index, period) in results.periods.iter().enumerate() {
        let test = period.tests.iter().find(|test| test.name == name);
        values.push(test.and_then(measure::value_plotted));
        for level in test.map(|test| test.levels.as_slice()).unwrap_or_default() {
            let series =
                levels.entry(level.name.clone()).or_insert_with(|| vec![None; results.periods.len()]);
            series[index] = Some(measure::level_plotted(level.value));
        }
    }
    TestSeries { name: name.to_owned(), coverage: kind == TestKind::Coverage, values, levels }
}

fn class_index(results: &Results, name: &str) -> Option<usize> {
    results.classes.iter().position(|class| class.name == name)
}

fn payees(results: &Results) -> Vec<Payee> {
    let money = Money::new(results.deal.decimals);
    let totals = cash_by_payee(results).into_iter().map(|total| Payee {
        class: class_index(results, &total.payee),
        name: payee_label(&total.payee, total.kind),
        kind: total.kind.word(),
        amount: money.plotted(total.amount),
        text: money.whole(total.amount),
    });
    totals.collect()
}

/// A class may be paid for two reasons; everybody else is known by name.
fn payee_label(payee: &str, kind: PaymentKind) -> String {
    match kind {
        PaymentKind::Interest => format!("{payee} interest"),
        PaymentKind::Principal => format!("{payee} principal"),
        PaymentKind::Distribution => format!("{payee} distribution"),
        _ => payee.to_owned(),
    }
}

/// Cash out by purpose for each period after the closing.
fn kinds(results: &Results) -> BTreeMap<&'static str, Vec<f64>> {
    let money = Money::new(results.deal.decimals);
    let mut sums: BTreeMap<&'static str, Vec<i128>> = BTreeMap::new();
    let leaving = |payment: &&crate::Payment| payment.kind != PaymentKind::Transfer && payment.period > 0;
    for payment in results.payments.iter().filter(leaving) {
        let Ok(index) = results.periods.binary_search_by_key(&payment.period, |period| period.number) else {
            continue;
        };
        let series = sums.entry(payment.kind.word()).or_insert_with(|| vec![0; results.periods.len()]);
        series[index] += i128::from(payment.amount);
    }
    sums.into_iter()
        .map(|(kind, sums)| (kind, sums.into_iter().map(|sum| money.plotted(sum)).collect()))
        .collect()
}

fn input_series(results: &Results) -> Vec<InputSeries> {
    let mut series: Vec<InputSeries> = Vec::new();
    for seen in &results.observations {
        let point = Point {
            date: seen.date.to_string(),
            value: seen.value.parse().ok(),
            known: seen.provenance.word(),
            source: seen.source.clone(),
        };
        match series.iter_mut().find(|input| input.name == seen.input) {
            Some(input) => input.points.push(point),
            None => {
                series.push(InputSeries {
                    name: seen.input.clone(),
                    unit: seen.unit.clone(),
                    points: vec![point],
                });
            }
        }
    }
    series
}

fn flow_data(results: &Results, flow: &Flow) -> FlowData {
    let money = Money::new(results.deal.decimals);
    let mut nodes: Vec<&Node> = flow.links.iter().flat_map(|link| [&link.from, &link.to]).collect();
    nodes.sort();
    nodes.dedup();
    let at = |node: &Node| nodes.binary_search(&node).unwrap_or_default();
    let links = flow.links.iter();
    FlowData {
        label: flow_label(flow),
        links: links
            .map(|l| (at(&l.from), at(&l.to), money.plotted(l.amount), money.cents(l.amount)))
            .collect(),
        lines: lines(results, flow),
        nodes: nodes.iter().map(|node| node_data(results, flow, node)).collect(),
    }
}

fn flow_label(flow: &Flow) -> String {
    match (flow.period, flow.date) {
        (Some(0), Some(date)) => format!("{date}, closing"),
        (Some(period), Some(date)) => format!("{date}, payment {period}"),
        _ => "Whole life".to_owned(),
    }
}

fn node_data(results: &Results, flow: &Flow, node: &Node) -> NodeData {
    let money = Money::new(results.deal.decimals);
    let inward: i128 = flow.links.iter().filter(|link| link.to == *node).map(|link| link.amount).sum();
    let outward: i128 = flow.links.iter().filter(|link| link.from == *node).map(|link| link.amount).sum();
    let (place, name) = match node.place {
        Place::Source => ("source", node.name.clone()),
        Place::HeldBefore => ("held", format!("{}, held before", node.name)),
        Place::Account => ("account", node.name.clone()),
        Place::Payee(kind) => ("payee", payee_label(&node.name, kind)),
        Place::HeldAfter => ("held", format!("{}, kept", node.name)),
    };
    let class = if place == "payee" || place == "source" { class_index(results, &node.name) } else { None };
    NodeData { name, amount: money.short(inward.max(outward)), place, class }
}

/// The journal of a payment date; for the whole life, what every payee received.
fn lines(results: &Results, flow: &Flow) -> Vec<[String; 5]> {
    let money = Money::new(results.deal.decimals);
    let Some(number) = flow.period else {
        let totals = cash_by_payee(results).into_iter();
        let line = |total: crate::PayeeTotal| {
            let kind = total.kind.word().to_owned();
            [kind, String::new(), total.payee, money.cents(total.amount), String::new()]
        };
        return totals.map(line).collect();
    };
    let paid = results.payments.iter().filter(|payment| payment.period == number);
    let short = |amount: i64| if amount > 0 { money.cents(amount) } else { String::new() };
    paid.map(|p| [p.step.clone(), p.from.clone(), p.payee.clone(), money.cents(p.amount), short(p.short)])
        .collect()
}
