//! Statements as rows of cells.

use super::expression::{counted, expression, list, number, path};
use super::layout::{Cell, Kind, Row};
use super::{leading, step};
use crate::syntax::{
    Account, Amortisation, Convention, Cure, DayCountName, Draws, Expense, Fallback, Fee, Frequency, Item,
    Limit, Moment, Name, Note, NoteOption, Observe, Payments, State, Statement, Suffix, Trigger, Unit, Use,
    Waterfall,
};

/// Appends the rows of a statement, its comments and its steps.
pub(super) fn rows(item: &Item<Statement>, rows: &mut Vec<Row>) {
    rows.extend(leading(item, 0));
    let (kind, cells) = cells(&item.body);
    rows.push(Row { kind, indent: 0, cells, trailing: item.trailing.clone() });
    let Statement::Waterfall(waterfall) = &item.body else { return };
    for item in &waterfall.steps {
        rows.extend(leading(item, 2));
        let cells = vec![Cell::Left(step::step(&item.body))];
        rows.push(Row { kind: Kind::Other, indent: 2, cells, trailing: item.trailing.clone() });
    }
}

fn cells(statement: &Statement) -> (Kind, Vec<Cell>) {
    match statement {
        Statement::Deal { title } => heading("deal", quoted(title)),
        Statement::Currency { name, decimals } => {
            heading("currency", format!("{}, {}", name.text, counted(u32::from(*decimals), "decimal")))
        }
        Statement::Closing { date } => heading("closing", date.0.to_string()),
        Statement::Payments(terms) => heading("payments", payments(terms)),
        Statement::Final { date } => heading("final", date.0.to_string()),
        Statement::Collateral { tape } => heading("collateral", quoted(tape)),
        Statement::Liquidation { horizons } => {
            let horizons = horizons.iter().map(|horizon| {
                format!("{} {}", counted(u32::from(horizon.days), "day"), number(&horizon.factor))
            });
            heading("liquidation", list(horizons))
        }
        Statement::Uses { uses } => heading("uses", list(uses.iter().map(use_of_money))),
        Statement::Receive { name, into } => {
            named(Kind::Input, ("receive", name), format!("into {}", into.text))
        }
        Statement::Observe(input) => named(Kind::Input, ("observe", &input.name), observe(input)),
        Statement::Account(terms) => named(Kind::Account, ("account", &terms.name), account(terms)),
        Statement::Payee { name } => named(Kind::Other, ("payee", name), String::new()),
        Statement::Note(terms) => note(terms),
        Statement::Equity { name, amount } => {
            let cells = vec![Cell::Left(format!("equity {}", name.text)), Cell::Right(number(amount))];
            (Kind::Tranche, cells)
        }
        Statement::Fee(terms) => named(Kind::Cost, ("fee", &terms.name), fee(terms)),
        Statement::Expense(terms) => named(Kind::Cost, ("expense", &terms.name), expense(terms)),
        _ => derived(statement),
    }
}

fn derived(statement: &Statement) -> (Kind, Vec<Cell>) {
    match statement {
        Statement::Let { name, value } => value_row("let", name, format!("= {}", expression(value))),
        Statement::Test { name, value } => value_row("test", name, format!("= {}", expression(value))),
        Statement::Schedule { name, unit: kind, points } => {
            let points = points.iter().map(|point| format!("{} {}", point.from.0, number(&point.value)));
            value_row("schedule", name, format!("{} {}", unit(*kind), list(points)))
        }
        Statement::Trigger(terms) => named(Kind::Trigger, ("trigger", &terms.name), trigger(terms)),
        Statement::State(terms) => named(Kind::State, ("state", &terms.name), state(terms)),
        Statement::Permit { action, when } => {
            named(Kind::Other, ("permit", action), format!("when {}", expression(when)))
        }
        Statement::Waterfall(waterfall) => (Kind::Other, vec![Cell::Left(head(waterfall))]),
        // All others have been laid out by the caller.
        _ => (Kind::Other, Vec::new()),
    }
}

fn heading(keyword: &str, rest: String) -> (Kind, Vec<Cell>) {
    (Kind::Heading, vec![Cell::Left(keyword.to_owned()), Cell::Left(rest)])
}

fn named(kind: Kind, (keyword, name): (&str, &Name), rest: String) -> (Kind, Vec<Cell>) {
    (kind, vec![Cell::Left(format!("{keyword} {}", name.text)), Cell::Left(rest)])
}

fn value_row(keyword: &str, name: &Name, rest: String) -> (Kind, Vec<Cell>) {
    let cells = [keyword.to_owned(), name.text.clone(), rest];
    (Kind::Value, cells.into_iter().map(Cell::Left).collect())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn payments(terms: &Payments) -> String {
    let every = match terms.every {
        Frequency::Monthly => "monthly",
        Frequency::Quarterly => "quarterly",
        Frequency::Semiannually => "semiannually",
        Frequency::Annually => "annually",
    };
    let calendar = &terms.calendar.text;
    let adjusted = match terms.convention {
        Convention::Following => format!("following business day in {calendar}"),
        Convention::ModifiedFollowing => format!("modified following business day in {calendar}"),
        Convention::Preceding => format!("preceding business day in {calendar}"),
        Convention::Unadjusted if calendar == "none" => "unadjusted".to_owned(),
        Convention::Unadjusted => format!("unadjusted in {calendar}"),
    };
    let mut text = format!("{every} on {}, {adjusted}, from {}", terms.day, terms.from.0);
    if terms.determined_days_before > 0 {
        let days = counted(u32::from(terms.determined_days_before), "day");
        text.push_str(&format!(", determined {days} before"));
    }
    if terms.grace_days > 0 {
        text.push_str(&format!(", grace {}", counted(u32::from(terms.grace_days), "day")));
    }
    text
}

fn use_of_money(one: &Use) -> String {
    let rest = if one.rest { "rest " } else { "" };
    let amount = one.amount.as_ref().map_or(String::new(), |amount| format!(" {}", number(amount)));
    format!("{rest}{}{amount}", one.name.text)
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Amount => "amount",
        Unit::Rate => "rate",
        Unit::Quantity => "quantity",
        Unit::Flag => "flag",
    }
}

fn observe(input: &Observe) -> String {
    let mut parts = vec![unit(input.unit).to_owned()];
    if let (Some(column), Some(first)) = (&input.by, parts.first_mut()) {
        first.push_str(&format!(" by {}", column.text));
    }
    parts.extend(
        input.stale_after_days.map(|days| format!("stale after {}", counted(u32::from(days), "day"))),
    );
    match &input.fallback {
        Fallback::Last => {}
        Fallback::LastLess(share) => parts.push(format!("then last less {}", number(share))),
        Fallback::LastPlus(share) => parts.push(format!("then last plus {}", number(share))),
        Fallback::Value(value) => parts.push(format!("then value {}", number(value))),
    }
    if input.reporters != 1 {
        parts.push(counted(u32::from(input.reporters), "reporter"));
    }
    if input.quorum != 0 {
        parts.push(format!("quorum {}", input.quorum));
    }
    parts.join(", ")
}

fn account(terms: &Account) -> String {
    let mut parts = Vec::new();
    parts.extend(terms.funded.as_ref().map(|amount| format!("funded {}", number(amount))));
    parts.extend(terms.target.as_ref().map(|target| format!("target {}", expression(target))));
    if !terms.covers.is_empty() {
        parts.push(format!("covers {}", list(terms.covers.iter().map(path))));
    }
    parts.join(", ")
}

fn note(terms: &Note) -> (Kind, Vec<Cell>) {
    let mut parts =
        vec![format!("coupon {}", expression(&terms.coupon)), day_count(terms.day_count).to_owned()];
    parts.extend(terms.options.iter().map(option));
    let name = Cell::Left(format!("note {}", terms.name.text));
    (Kind::Tranche, vec![name, Cell::Right(number(&terms.amount)), Cell::Left(parts.join(", "))])
}

fn day_count(name: DayCountName) -> &'static str {
    match name {
        DayCountName::Thirty360 => "30/360",
        DayCountName::Actual360 => "act/360",
        DayCountName::Actual365 => "act/365",
        DayCountName::ActualActual => "act/act",
    }
}

fn option(option: &NoteOption) -> String {
    match option {
        NoteOption::Floor(rate) => format!("floor {}", number(rate)),
        NoteOption::Cap(rate) => format!("cap {}", number(rate)),
        NoteOption::MayDefer => "may defer".to_owned(),
        NoteOption::DeferredInterestBears { plus } if plus.digits == "0" && plus.suffix == Suffix::None => {
            "deferred interest bears coupon".to_owned()
        }
        NoteOption::DeferredInterestBears { plus } => {
            format!("deferred interest bears coupon + {}", number(plus))
        }
        NoteOption::Capitalises => "capitalises".to_owned(),
        NoteOption::LockedUntil(day) => format!("locked until {}", day.0),
        NoteOption::LockedWhile(condition) => format!("locked while {}", expression(condition)),
        NoteOption::AccretesUntil(day) => format!("accretes until {}", day.0),
        NoteOption::AccretesWhile(condition) => format!("accretes while {}", expression(condition)),
        NoteOption::Notional(amount) => format!("notional {}", expression(amount)),
        NoteOption::Scheduled(path) => format!("scheduled {}", amortisation(path)),
        NoteOption::Additional { rate, from } => format!("additional {} from {}", expression(rate), from.0),
        NoteOption::Draws(terms) => draws(terms),
        NoteOption::Matures(day) => format!("matures {}", day.0),
        NoteOption::Rank(rank) => format!("rank {rank}"),
    }
}

fn amortisation(path: &Amortisation) -> String {
    let window = |payments: u16, from: crate::syntax::Day| {
        format!("over {} from {}", counted(u32::from(payments), "payment"), from.0)
    };
    match path {
        Amortisation::Level { payments, from } => format!("level {}", window(*payments, *from)),
        Amortisation::Linear { payments, from } => format!("linear {}", window(*payments, *from)),
        Amortisation::Planned(balance) => format!("to {}", expression(balance)),
    }
}

fn draws(terms: &Draws) -> String {
    let payments = counted(u32::from(terms.payments), "payment");
    let after = match terms.interest_only {
        0 => String::new(),
        count => format!(" after {count} interest only"),
    };
    format!(
        "draws until {}, at most {}, each over {payments}{after}, to {}",
        terms.until.0, terms.at_most, terms.to.text
    )
}

fn fee(terms: &Fee) -> String {
    let mut text = expression(&terms.amount);
    match terms.a_year {
        None => {}
        Some(DayCountName::Thirty360) => text.push_str(" a year"),
        Some(other) => text.push_str(&format!(" a year {}", day_count(other))),
    }
    if terms.once_at_closing {
        text.push_str(", once at closing");
    }
    text + &terms.at_most.as_ref().map_or(String::new(), limit)
}

fn expense(terms: &Expense) -> String {
    expression(&terms.amount) + &terms.at_most.as_ref().map_or(String::new(), limit)
}

fn limit(limit: &Limit) -> String {
    let a_year = if limit.a_year { " a year" } else { "" };
    format!(", at most {}{a_year}", expression(&limit.amount))
}

fn trigger(terms: &Trigger) -> String {
    let mut text = format!("when {}", expression(&terms.when));
    let of = counted(u32::from(terms.of), "payment");
    match (terms.hits, terms.of) {
        (1, 1) => {}
        (hits, all) if hits == all => text.push_str(&format!(" for {of}")),
        (hits, _) => text.push_str(&format!(" for {hits} of {of}")),
    }
    match terms.cure {
        Cure::After(1) => {}
        Cure::After(count) => {
            text.push_str(&format!(", cured after {}", counted(u32::from(count), "payment")))
        }
        Cure::Never => text.push_str(", never cured"),
    }
    text.push_str(match terms.evaluated {
        Moment::BeforeCollection => ", before collection",
        Moment::Determination => "",
        Moment::AfterPayment => ", after payment",
    });
    if !terms.effects.is_empty() {
        let effects = terms.effects.iter();
        let effects = effects.map(|effect| format!("{}.coupon + {}", effect.note.text, number(&effect.plus)));
        text.push_str(&format!(": {}", list(effects)));
    }
    text
}

fn state(terms: &State) -> String {
    let mut parts = Vec::new();
    parts.extend(terms.when.as_ref().map(|when| format!("when {}", expression(when))));
    if !terms.from.is_empty() {
        parts.push(format!("from {}", names(&terms.from)));
    }
    parts.extend(
        terms.until.as_ref().map(|until| format!("until {}, then {}", until.date.0, until.then.text)),
    );
    parts.join(" ")
}

fn names(names: &[Name]) -> String {
    list(names.iter().map(|name| name.text.clone()))
}

fn head(waterfall: &Waterfall) -> String {
    let then: String = waterfall.then.iter().map(|account| format!(", then {}", account.text)).collect();
    format!("waterfall {} from {}{then}", names(&waterfall.states), names(&waterfall.from))
}
