//! The report of one payment date to its investors: the items that a Form 10-D lists for a distribution.
//!
//! Item 1121 of Regulation AB (17 CFR 229.1121) names them: dates, cash flows and their sources, fees and expenses,
//! payments to each class, balances and factors, reserves, test values against their levels, delinquencies.

use crate::grid::Grid;
use crate::html::escape;
use crate::measure;
use crate::money::{self, MISSING, Money, percent_of};
use crate::{Class, ClassPeriod, PaymentKind, Period, ReportError, Results, TestValue, class_returns};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use units::{Rounding, Scaled, mul_div_wide};

/// The investor report of one payment date: a title and tables, each with a line that says what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvestorReport {
    /// Title of the deal and the date.
    pub title: String,
    /// The tables, in the order in which they are read.
    pub sections: Vec<Grid>,
}

/// Places of a note factor.
const FACTOR_PLACES: u8 = 8;
/// Places of an amount per 1,000 of original principal.
const PER_THOUSAND_PLACES: u8 = 6;

/// Returns the report of the payment date with this number.
///
/// # Errors
/// [`ReportError::NoSuchPeriod`] or, for a run that has not reached its first payment date, [`ReportError::NoPeriods`].
pub fn investor_report(results: &Results, period: u32) -> Result<InvestorReport, ReportError> {
    let view = View::new(results, period)?;
    let sections = vec![
        view.dates(),
        view.cash(),
        view.notes(),
        view.per_thousand(),
        view.fees(),
        view.accounts(),
        view.tests(),
        view.triggers(),
        view.collateral(),
        view.inputs(),
        view.delinquencies(),
        view.events(),
        view.returns(),
    ];
    let title = format!("{}: payment of {}", results.deal.title, view.period.payment_date);
    Ok(InvestorReport { title, sections })
}

impl InvestorReport {
    /// Returns the report as aligned text.
    pub fn to_text(&self) -> String {
        let sections = self.sections.iter().filter(|section| !section.rows.is_empty()).map(Grid::to_text);
        format!("{}\n\n{}", self.title, sections.collect::<Vec<_>>().join("\n"))
    }

    /// Returns the report as Markdown.
    pub fn to_markdown(&self) -> String {
        let sections = self.sections.iter().map(Grid::to_markdown).collect::<Vec<_>>();
        format!("# {}\n\n{}", self.title, sections.join("\n"))
    }

    /// Returns the report as a page of its own, which opens offline.
    pub fn to_page(&self) -> String {
        crate::page::document(&self.title, &format!("<main>{}</main>\n", self.to_html()))
    }

    /// Returns the report as an HTML section, to be placed in a page.
    pub fn to_html(&self) -> String {
        let mut out = format!("<section class=\"investor\"><h2>{}</h2>", escape(&self.title));
        for section in &self.sections {
            let _ = write!(out, "<h3>{}</h3>{}", escape(&section.heading), section.to_html());
        }
        out.push_str("</section>\n");
        out
    }
}

/// One period of the results and the one before it.
struct View<'a> {
    results: &'a Results,
    period: &'a Period,
    money: Money,
}

impl<'a> View<'a> {
    fn new(results: &'a Results, asked: u32) -> Result<Self, ReportError> {
        let paid: Vec<u32> = results.periods.iter().map(|period| period.number).filter(|n| *n > 0).collect();
        let (Some(&first), Some(&last)) = (paid.first(), paid.last()) else {
            return Err(ReportError::NoPeriods);
        };
        let period = results.period(asked).filter(|period| period.number > 0);
        let period = period.ok_or(ReportError::NoSuchPeriod { asked, first, last })?;
        Ok(Self { results, period, money: Money::new(results.deal.decimals) })
    }

    fn number(&self) -> u32 {
        self.period.number
    }

    /// Every class that has a row in this period.
    fn rows(&self) -> impl Iterator<Item = (&'a Class, &'a ClassPeriod)> {
        let number = self.number();
        self.results.classes.iter().filter_map(move |class| Some((class, class.period(number)?)))
    }

    fn dates(&self) -> Grid {
        let (deal, period) = (&self.results.deal, self.period);
        let mut grid = Grid::facts("Dates", "When this payment accrued and was made.");
        grid.fact("Payment date", period.payment_date);
        grid.fact("Payment number", period.number);
        grid.fact("Accrual from", period.accrual_start);
        grid.fact("Accrual to", period.accrual_end);
        grid.fact("Closing", deal.closing);
        grid.fact("Final maturity", deal.final_date);
        grid.fact("State of the deal", &period.state);
        grid.fact("Waterfall", &period.waterfall);
        grid.fact("Currency", &deal.currency);
        grid.fact("Scenario", &self.results.scenario);
        grid.fact("Plan hash", &deal.plan_hash);
        grid
    }

    /// Opening cash + receipts − payments = closing cash, with the difference spelled out.
    fn cash(&self) -> Grid {
        let mut grid = Grid::new(
            "Cash reconciliation",
            "What was held, what came in, what was paid and what is held now. The last line must be zero.",
            &["", "amount"],
        );
        let mut total = self.opening_cash();
        grid.row(["Held before".to_owned(), self.money.cents(total)]);
        for (source, amount) in self.receipts_by_source() {
            total += amount;
            grid.row([format!("Received: {source}"), self.money.cents(amount)]);
        }
        for (kind, amount) in self.payments_by_kind() {
            total -= amount;
            grid.row([format!("Paid: {}", kind.word()), self.money.cents(-amount)]);
        }
        let held: i128 = self.period.accounts.iter().map(|account| i128::from(account.balance)).sum();
        grid.row(["Held after".to_owned(), self.money.cents(held)]);
        grid.row(["Difference".to_owned(), self.money.exact(held - total)]);
        grid
    }

    fn opening_cash(&self) -> i128 {
        self.period.accounts.iter().map(|account| self.opening(&account.name)).sum()
    }

    /// Balance of an account before this period: as the period before left it or, in the first, as the flows imply.
    fn opening(&self, account: &str) -> i128 {
        let before = self.results.periods.iter().rev().find(|period| period.number < self.number());
        match before {
            Some(period) => balance_of(period, account).unwrap_or(0),
            None => balance_of(self.period, account).unwrap_or(0) - self.into(account) + self.out_of(account),
        }
    }

    /// Everything that reached an account in this period.
    fn into(&self, account: &str) -> i128 {
        let receipts =
            self.results.receipts.iter().filter(|r| r.period == self.number() && r.account == account);
        let transfers = self.payments().filter(|p| p.kind == PaymentKind::Transfer && p.payee == account);
        receipts.map(|r| i128::from(r.amount)).sum::<i128>()
            + transfers.map(|p| i128::from(p.amount)).sum::<i128>()
    }

    fn out_of(&self, account: &str) -> i128 {
        self.payments()
            .filter(|payment| payment.from == account)
            .map(|payment| i128::from(payment.amount))
            .sum()
    }

    fn payments(&self) -> impl Iterator<Item = &'a crate::Payment> {
        let number = self.number();
        self.results.payments.iter().filter(move |payment| payment.period == number)
    }

    fn receipts_by_source(&self) -> BTreeMap<&'a str, i128> {
        let mut sums = BTreeMap::new();
        for receipt in self.results.receipts.iter().filter(|receipt| receipt.period == self.number()) {
            *sums.entry(receipt.source.as_str()).or_default() += i128::from(receipt.amount);
        }
        sums
    }

    fn payments_by_kind(&self) -> BTreeMap<PaymentKind, i128> {
        let mut sums = BTreeMap::new();
        for payment in self.payments().filter(|payment| payment.kind != PaymentKind::Transfer) {
            *sums.entry(payment.kind).or_default() += i128::from(payment.amount);
        }
        sums
    }

    fn notes(&self) -> Grid {
        let mut grid = Grid::new(
            "Notes and equity",
            "Balances and payments of each class. For equity, interest is what was distributed.",
            &[
                "class",
                "original",
                "opening",
                "drawn",
                "interest due",
                "interest paid",
                "interest short",
                "principal paid",
                "capitalised",
                "written off",
                "closing",
            ],
        );
        for (class, row) in self.rows() {
            let mut cells = vec![class.name.clone()];
            let amounts = [
                class.original,
                row.opening,
                row.drawn,
                row.interest_due,
                row.interest_paid,
                row.carried_shortfall,
                row.principal_paid,
                row.capitalised,
                row.written_off,
                row.closing,
            ];
            cells.extend(amounts.map(|amount| self.money.cents(amount)));
            grid.row(cells);
        }
        grid
    }

    fn per_thousand(&self) -> Grid {
        let mut grid = Grid::new(
            "Per 1,000 of original principal",
            "The note factor is the balance over the original principal.",
            &[
                "class",
                "coupon",
                "opening factor",
                "interest",
                "principal",
                "closing balance",
                "closing factor",
            ],
        );
        for (class, row) in self.rows() {
            let share = |amount: i64| part_of(amount, class.original, (1_000, PER_THOUSAND_PLACES));
            let factor = |amount: i64| part_of(amount, class.original, (1, FACTOR_PLACES));
            grid.row([
                class.name.clone(),
                money::coupon(row.coupon),
                factor(row.opening),
                share(row.interest_paid),
                share(row.principal_paid),
                share(row.closing),
                factor(row.closing),
            ]);
        }
        grid
    }

    fn fees(&self) -> Grid {
        let mut grid = Grid::new(
            "Fees and expenses",
            "Paid ahead of or between the classes, and what stayed owed.",
            &["payee", "step", "kind", "paid", "short"],
        );
        let kinds = [PaymentKind::Fee, PaymentKind::Expense, PaymentKind::Use, PaymentKind::Other];
        for payment in self.payments().filter(|payment| kinds.contains(&payment.kind)) {
            grid.row([
                payment.payee.clone(),
                payment.step.clone(),
                payment.kind.word().to_owned(),
                self.money.cents(payment.amount),
                self.money.cents(payment.short),
            ]);
        }
        grid
    }

    fn accounts(&self) -> Grid {
        let mut grid = Grid::new(
            "Accounts and reserves",
            "What each account held, what went in and out, and what it should hold.",
            &["account", "opening", "deposits", "draws", "closing", "target", "below target"],
        );
        for account in &self.period.accounts {
            let target = |show: fn(i64, i64) -> i64| {
                account
                    .target
                    .map_or_else(|| MISSING.to_owned(), |t| self.money.cents(show(t, account.balance)))
            };
            grid.row([
                account.name.clone(),
                self.money.cents(self.opening(&account.name)),
                self.money.cents(self.into(&account.name)),
                self.money.cents(self.out_of(&account.name)),
                self.money.cents(account.balance),
                target(|target, _| target),
                target(|target, balance| target.saturating_sub(balance).max(0)),
            ]);
        }
        grid
    }

    fn tests(&self) -> Grid {
        let mut grid = Grid::new(
            "Tests",
            "A coverage test should stay above its level, a leverage test below it.",
            &["test", "numerator", "denominator", "value", "level", "for"],
        );
        for test in &self.period.tests {
            let levels =
                test.levels.iter().map(|level| (measure::level_text(test.kind, level.value), &level.name));
            let levels: Vec<(String, &String)> = levels.collect();
            if levels.is_empty() {
                grid.row(self.test_cells(test, MISSING, MISSING));
            }
            for (level, name) in levels {
                grid.row(self.test_cells(test, &level, name));
            }
        }
        grid
    }

    fn test_cells(&self, test: &TestValue, level: &str, name: &str) -> [String; 6] {
        [
            test.name.clone(),
            self.money.cents(test.numerator),
            self.money.cents(test.denominator),
            measure::value_text(test),
            level.to_owned(),
            name.to_owned(),
        ]
    }

    fn triggers(&self) -> Grid {
        let mut grid = Grid::new(
            "Triggers",
            "Each with the value behind it.",
            &["trigger", "value", "level", "periods met", "status"],
        );
        for trigger in &self.period.triggers {
            let status = if trigger.on { "on" } else { "off" };
            let hits = trigger.hits.to_string();
            grid.row([&trigger.name, &trigger.value, &trigger.level, &hits, status].map(str::to_owned));
        }
        grid
    }

    fn collateral(&self) -> Grid {
        let collateral = &self.period.collateral;
        let mut grid = Grid::facts("Collateral", "What backs the notes after this payment.");
        grid.fact("Units", collateral.units.as_deref().unwrap_or(MISSING));
        let market =
            collateral.market_value.map_or_else(|| MISSING.to_owned(), |value| self.money.cents(value));
        grid.fact("Market value", market);
        grid.fact("Exit value, if sold now", self.money.cents(collateral.exit_value));
        grid
    }

    fn inputs(&self) -> Grid {
        let mut grid = Grid::new(
            "Observed inputs",
            "What the world reported, how it is known and by whom.",
            &["input", "value", "unit", "known as", "source"],
        );
        for input in &self.period.inputs {
            let member = input.member.as_ref().map_or_else(String::new, |member| format!(" ({member})"));
            let stale = if input.stale { ", stale: fallback used" } else { "" };
            grid.row([
                format!("{}{member}", input.name),
                input.value.clone(),
                input.unit.clone(),
                format!("{}{stale}", input.provenance.word()),
                input.source.clone(),
            ]);
        }
        grid
    }

    fn delinquencies(&self) -> Grid {
        let mut grid = Grid::new(
            "Delinquencies",
            "Late receivables by age, with their share of the cash received in the period.",
            &["age", "count", "amount", "share of receipts"],
        );
        let received: i128 = self.receipts_by_source().values().sum();
        for late in &self.period.delinquencies {
            let share = percent_of(i128::from(late.amount), received);
            grid.row([
                late.bucket.clone(),
                late.count.map_or_else(|| MISSING.to_owned(), |count| count.to_string()),
                self.money.cents(late.amount),
                share.unwrap_or_else(|| MISSING.to_owned()),
            ]);
        }
        if grid.rows.is_empty() {
            // An item of the form is answered, never left out.
            let answer = ["not reported for this collateral", MISSING, MISSING, MISSING];
            grid.row(answer.map(str::to_owned));
        }
        grid
    }

    fn events(&self) -> Grid {
        let mut grid =
            Grid::new("Changes of state", "In this period, and why.", &["date", "from", "to", "because"]);
        for change in self.results.state_changes.iter().filter(|change| change.period == self.number()) {
            grid.row([
                change.date.to_string(),
                change.from.clone(),
                change.to.clone(),
                change.reason.clone(),
            ]);
        }
        grid
    }

    fn returns(&self) -> Grid {
        let mut grid = Grid::new(
            "Return of and on capital to date",
            "Of capital: the holder's own money coming back. On capital: the gain, while the cover lasts.",
            &["class", "put in", "received", "cover", "of capital", "on capital", "change of", "change on"],
        );
        for class in &self.results.classes {
            let splits = class_returns(self.results, class);
            let Some(split) = splits.iter().find(|split| split.period == self.number()) else { continue };
            let mut cells = vec![class.name.clone()];
            let amounts = [
                split.invested,
                split.received,
                split.cover,
                split.of_capital,
                split.on_capital,
                split.of_capital_change,
                split.on_capital_change,
            ];
            cells.extend(amounts.map(|amount| self.money.cents(amount)));
            grid.row(cells);
        }
        grid
    }
}

fn balance_of(period: &Period, account: &str) -> Option<i128> {
    period.accounts.iter().find(|held| held.name == account).map(|held| i128::from(held.balance))
}

/// `amount ÷ original × scale` with fixed places, rounded half up.
fn part_of(amount: i64, original: i64, (scale, places): (i128, u8)) -> String {
    let half_units = 2 * scale * 10_i128.saturating_pow(u32::from(places));
    match mul_div_wide(i128::from(amount), half_units, i128::from(original), Rounding::Down) {
        Ok(doubled) => Scaled::new((doubled + 1).div_euclid(2), places).to_string(),
        Err(_) => MISSING.to_owned(),
    }
}
