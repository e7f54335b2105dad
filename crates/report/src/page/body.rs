//! The page from top to bottom.

use super::{classes, evidence, timeline};
use crate::Results;
use crate::html::escape;
use crate::money::Money;
use std::fmt::Write as _;

/// Anchor, words in the menu.
const MENU: [(&str, &str); 9] = [
    ("paid", "Who was paid"),
    ("timeline", "How it went"),
    ("flow", "Follow the cash"),
    ("balances", "Owed and backed"),
    ("tests", "Tests"),
    ("payees", "Payees"),
    ("sensitivity", "What if"),
    ("evidence", "What is known"),
    ("periods", "By period"),
];

pub(super) fn write(results: &Results) -> String {
    let mut out = String::new();
    push_header(&mut out, results);
    out.push_str("<main id=\"main\">\n");
    classes::push_paid(&mut out, results);
    timeline::push_timeline(&mut out, results);
    push_flow(&mut out);
    push_balances(&mut out);
    timeline::push_tests(&mut out, results);
    push_payees(&mut out);
    evidence::push_sensitivities(&mut out, results);
    evidence::push_evidence(&mut out, results);
    classes::push_periods(&mut out, results);
    out.push_str("</main>\n");
    push_footer(&mut out, results);
    out
}

/// Opens a section with its heading and the sentence that says what to see in it.
pub(super) fn open_section(out: &mut String, id: &str, heading: &str, lead: &str) {
    let _ = writeln!(
        out,
        "<section id=\"{id}\" aria-labelledby=\"{id}-h\"><h2 id=\"{id}-h\">{}</h2><p class=\"lead\">{}</p>",
        escape(heading),
        escape(lead)
    );
}

/// A place for a chart, named for those who cannot see it.
pub(super) fn push_chart(out: &mut String, id: &str, label: &str) {
    let label = escape(label);
    let _ = writeln!(out, "<div class=\"chart\" id=\"{id}\" role=\"img\" aria-label=\"{label}\"></div>");
}

fn push_header(out: &mut String, results: &Results) {
    let deal = &results.deal;
    let last = results.periods.last().map_or(deal.closing, |period| period.payment_date);
    out.push_str("<a class=\"skip\" href=\"#main\">Skip to the results</a>\n<header><div class=\"bar\">");
    let _ = write!(out, "<span class=\"brand\">Forebay <span>{}</span></span>", escape(&deal.name));
    out.push_str("<button type=\"button\" id=\"theme\" hidden>Theme: auto</button></div>\n");
    let _ = write!(out, "<h1>{}</h1>\n<p class=\"sub\">", escape(&deal.title));
    let _ = write!(out, "<strong class=\"status\">{}</strong> ", escape(&results.status));
    let _ = write!(
        out,
        "<span>Scenario {}</span> <span>{} to {last}</span> ",
        escape(&results.scenario),
        deal.closing
    );
    let _ = writeln!(out, "<span>Amounts in {}</span></p>", escape(&deal.currency));
    push_verdict(out, results);
    out.push_str("<nav aria-label=\"Sections\"><ul>");
    for (id, words) in MENU {
        let shown = id != "sensitivity" || !results.sensitivities.is_empty();
        if shown {
            let _ = write!(out, "<li><a href=\"#{id}\">{words}</a></li>");
        }
    }
    out.push_str("</ul></nav></header>\n<noscript><p class=\"none\">The charts need a script; every table is here without it, and payments.csv has every payment.</p></noscript>\n");
}

/// The whole story in one sentence.
fn push_verdict(out: &mut String, results: &Results) {
    let money = Money::new(results.deal.decimals);
    let [mut invested, mut received, mut of, mut on, mut covered, mut lost] = [0_i128; 6];
    for summary in results.summaries() {
        let outcome = summary.outcome();
        invested += outcome.invested;
        received += outcome.received;
        of += outcome.of_capital;
        on += outcome.on_capital;
        covered += summary.covered();
        lost += summary.lost();
    }
    let [invested, received, of, on] = [invested, received, of, on].map(|sum| money.short(sum));
    let covered = match covered {
        0 => String::new(),
        rest => format!(" What backs them would still bring <b>{}</b>.", money.short(rest)),
    };
    let lost = match lost {
        0 => " Nothing is lost.".to_owned(),
        gone => format!(" <b class=\"lost\">{}</b> is lost.", money.short(gone)),
    };
    let _ = writeln!(
        out,
        "<p class=\"verdict\">Holders put in <b>{invested}</b> and received <b>{received}</b>: <b>{of}</b> of it was \
         their own money coming back, <b>{on}</b> was gain.{covered}{lost}</p>"
    );
}

fn push_flow(out: &mut String) {
    open_section(
        out,
        "flow",
        "Follow the cash",
        "From where it came, through the deal’s accounts, to whoever was paid. Pick a payment date, or see the whole life. \
         An account that neither received nor paid is left out.",
    );
    out.push_str(
        "<div class=\"controls\" id=\"flow-controls\" hidden>\
         <button type=\"button\" id=\"flow-before\" aria-label=\"Earlier payment date\">←</button>\
         <label class=\"grow\"><span class=\"hidden\">Payment date</span><select id=\"flow-pick\"></select></label>\
         <button type=\"button\" id=\"flow-after\" aria-label=\"Later payment date\">→</button>\
         <label class=\"slide\"><span class=\"hidden\">Slide through the payment dates</span>\
         <input type=\"range\" id=\"flow-slide\" min=\"0\" value=\"0\"></label></div>\n",
    );
    push_chart(
        out,
        "chart-flow",
        "Flow of cash from sources through accounts to payees; the table below has the same",
    );
    out.push_str(
        "<details><summary>The same as a list</summary><div class=\"scroll\" tabindex=\"0\"><table id=\"flow-lines\">\
         <thead><tr><th scope=\"col\">step</th><th scope=\"col\">from</th><th scope=\"col\">payee</th>\
         <th scope=\"col\" class=\"n\">paid</th><th scope=\"col\" class=\"n\">still owed</th></tr></thead><tbody></tbody>\
         </table></div></details></section>\n",
    );
}

fn push_balances(out: &mut String) {
    open_section(
        out,
        "balances",
        "What is owed and what backs it",
        "Each band is the balance of a note, the most senior at the bottom. A band above the line of exit value is not covered: \
         selling the collateral now, with the cash in the accounts, would not repay it.",
    );
    push_chart(
        out,
        "chart-balances",
        "Stacked balances of the notes against exit value plus cash, by payment date",
    );
    out.push_str("<h3>Value of the collateral</h3>\n");
    push_chart(
        out,
        "chart-collateral",
        "Market value and exit value of the collateral and cash held, by payment date",
    );
    out.push_str("</section>\n");
}

fn push_payees(out: &mut String) {
    open_section(
        out,
        "payees",
        "Cash by payee",
        "Everything that left the deal, by who received it and what for, and then payment by payment.",
    );
    push_chart(out, "chart-payees", "Total cash received by each payee");
    out.push_str("<div id=\"kinds\"><h3>Payment by payment</h3>\n");
    push_chart(out, "chart-kinds", "Cash paid at each payment date by purpose, without the closing");
    out.push_str("</div></section>\n");
}

fn push_footer(out: &mut String, results: &Results) {
    let (deal, totals) = (&results.deal, &results.totals);
    let money = Money::new(deal.decimals);
    out.push_str("<footer><h2>How to check this</h2>\n");
    let [cash_in, cash_out, held] =
        [totals.cash_in, totals.cash_out, totals.cash_held].map(|sum| money.full(sum));
    let _ = writeln!(
        out,
        "<dl><dt>Cash in</dt><dd>{cash_in}</dd><dt>Paid out</dt><dd>{cash_out}</dd><dt>Held</dt><dd>{held}</dd>\
         <dt>In − out − held</dt><dd>{}</dd>\
         <dt>Plan</dt><dd class=\"hash\">{}</dd></dl>",
        money.full(totals.cash_in - totals.cash_out - totals.cash_held),
        escape(&deal.plan_hash)
    );
    for remark in &results.remarks {
        let _ = writeln!(out, "<p>{}</p>", escape(remark));
    }
    out.push_str(
        "<p>Yields are internal rates of return over actual days and a year of 365. Life is the mean time to repayment, in years. payments.csv and results.xlsx beside this \
         page have every payment.</p></footer>\n",
    );
}
