//! How the deal went: states, tests and triggers.

use super::body::open_section;
use crate::grid::Grid;
use crate::html::escape;
use crate::{Period, Results, StateChange, TriggerValue};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use units::Date;

pub(super) fn push_timeline(out: &mut String, results: &Results) {
    open_section(
        out,
        "timeline",
        "How the deal went",
        "The state decides which waterfall pays. Every change has a reason.",
    );
    let end = results.periods.last().map_or(results.deal.final_date, |period| period.payment_date);
    let moods = moods(results);
    out.push_str("<div class=\"states\" aria-hidden=\"true\">");
    for (index, change) in results.state_changes.iter().enumerate() {
        let to = results.state_changes.get(index + 1).map_or(end, |next| next.date);
        push_state(out, change, (to, moods[&change.to.as_str()]));
    }
    out.push_str("</div>\n<ol class=\"changes\">");
    for change in &results.state_changes {
        let _ = write!(
            out,
            "<li><time datetime=\"{0}\">{0}</time> <b class=\"state {1}\">{2}</b> <span>{3}</span></li>",
            change.date,
            moods[&change.to.as_str()],
            escape(&change.to),
            escape(&change.reason)
        );
    }
    out.push_str("</ol></section>\n");
}

fn push_state(out: &mut String, change: &StateChange, (to, mood): (Date, &str)) {
    let days = change.date.days_until(to).max(0);
    let name = escape(&change.to);
    let _ = write!(out, "<span class=\"{mood}\" style=\"flex-grow:{days}\" title=\"{name}\">{name}</span>");
}

/// How each state looks. Some names mean the same in every deal; of the others the first looks early, later ones regular.
fn moods(results: &Results) -> BTreeMap<&str, &'static str> {
    let mut moods = BTreeMap::new();
    for change in &results.state_changes {
        let mood = match change.to.as_str() {
            "ramp" | "revolving" => "early",
            "amortising" => "regular",
            "rapid" => "tense",
            "enforcement" => "bad",
            "closed" => "still",
            _ if moods.is_empty() => "early",
            _ => "regular",
        };
        moods.entry(change.to.as_str()).or_insert(mood);
    }
    moods
}

pub(super) fn push_tests(out: &mut String, results: &Results) {
    open_section(
        out,
        "tests",
        "Tests and triggers",
        "A coverage test is good above its level, a leverage test below it. Levels are dashed; the shaded side is the bad one. Values far outside are cut off.",
    );
    out.push_str("<div class=\"multiples\" id=\"test-charts\"></div>\n");
    let names = trigger_names(results);
    if !names.is_empty() {
        out.push_str("<h3>Triggers</h3>\n<div class=\"triggers\">\n");
        for name in names {
            push_trigger(out, results, name);
        }
        out.push_str("</div>\n<details><summary>The values behind the triggers</summary>");
        out.push_str(&trigger_table(results).to_html());
        out.push_str("</details>\n");
    }
    if results.periods.iter().all(|period| period.tests.is_empty()) {
        out.push_str("<p class=\"none\">This deal has no test.</p>\n");
    }
    out.push_str("</section>\n");
}

fn trigger_names(results: &Results) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for trigger in results.periods.iter().flat_map(|period| &period.triggers) {
        if !names.contains(&trigger.name.as_str()) {
            names.push(&trigger.name);
        }
    }
    names
}

fn trigger_table(results: &Results) -> Grid {
    let header = ["date", "trigger", "value", "level", "periods met", "status"];
    let mut grid = Grid::new("Triggers", "Every trigger at every payment date.", &header);
    for period in &results.periods {
        for trigger in &period.triggers {
            grid.row([
                period.payment_date.to_string(),
                trigger.name.clone(),
                trigger.value.clone(),
                trigger.level.clone(),
                trigger.hits.to_string(),
                if trigger.on { "on" } else { "off" }.to_owned(),
            ]);
        }
    }
    grid
}

/// One cell for each period: dark while the trigger is on, with its value for those who point at it.
fn push_trigger(out: &mut String, results: &Results, name: &str) {
    let all = results.periods.iter().filter_map(|period| Some((period, find(period, name)?)));
    let all: Vec<(&Period, &TriggerValue)> = all.collect();
    let on = all.iter().filter(|(_, trigger)| trigger.on).count();
    let first = all.iter().find(|(_, trigger)| trigger.on).map(|(period, _)| period.payment_date);
    let since = first.map_or_else(
        || "never on".to_owned(),
        |date| format!("first on {date}, {on} of {} dates", all.len()),
    );
    let level = all.last().map_or("", |(_, trigger)| &trigger.level);
    let _ = write!(
        out,
        "<div class=\"trigger\"><p><b>{}</b> <span>{}</span> <span>{since}</span></p><div class=\"cells\" aria-hidden=\"true\">",
        escape(name),
        escape(level)
    );
    for (period, trigger) in &all {
        let (class, words) = if trigger.on { ("on", "on") } else { ("off", "off") };
        let value = escape(&trigger.value);
        let _ =
            write!(out, "<i class=\"{class}\" title=\"{} {words}, value {value}\"></i>", period.payment_date);
    }
    out.push_str("</div></div>\n");
}

fn find<'a>(period: &'a Period, name: &str) -> Option<&'a TriggerValue> {
    period.triggers.iter().find(|trigger| trigger.name == name)
}
