//! A synthetic run for the tests and the example: made up, but whole. Cash in = cash out + cash held in every period,
//! notes are repaid by rank, the market falls, the deal is trapped, then rapid, then sold.

#![allow(dead_code, clippy::expect_used)] // Each user takes what it needs; a sample may panic as a test may.

use forebay_report::*;
use std::collections::BTreeMap;
use units::Date;

const ONE: i64 = 10_000_000;
const LAST: u32 = 33;
const SALE: i64 = 8_600_000 * ONE;

/// The same run, stopped after the closing and `periods` payment dates.
pub fn until(periods: u32) -> Results {
    let mut run = Run::new();
    for number in 1..=periods.min(LAST) {
        run.period(number);
    }
    run.finish()
}

/// The whole run, from closing to the sale of the machines.
pub fn whole() -> Results {
    until(LAST)
}

/// Four places for nothing: the thinnest document that is still one.
pub fn tiny() -> Results {
    serde_json::from_str(include_str!("../data/tiny.json")).expect("a document")
}

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn payment_date(number: u32) -> Date {
    date("2024-01-15").add_months(number as i32).expect("a date")
}

/// Market rent in millionths of a dollar per GPU hour: a slide from 3.30 to 1.40.
fn rent_price(number: u32) -> i64 {
    let slide = 3_300_000 - i64::from(number) * 58_000;
    if (14..=17).contains(&number) { slide - 150_000 } else { slide.max(1_400_000) }
}

fn exit_value(number: u32) -> i64 {
    let months = i64::from(number);
    (74_000_000 - months * 1_900_000).max(SALE / ONE) * ONE
}

struct Run {
    results: Results,
    accounts: BTreeMap<&'static str, i64>,
    rows: BTreeMap<&'static str, ClassPeriod>,
    state: &'static str,
    low_periods: u32,
    number: u32,
}

const CLASSES: [(&str, i64, i64); 3] =
    [("A", 44_000_000, 113_000_000), ("B", 11_000_000, 135_000_000), ("C", 6_600_000, 240_000_000)];
const EQUITY: i64 = 32_800_000;

impl Run {
    fn new() -> Self {
        let accounts = ["lockbox", "ramp", "reserve", "trap"].map(|name| (name, 0)).into();
        let mut run = Self {
            results: empty_results(),
            accounts,
            rows: BTreeMap::new(),
            state: "ramp",
            low_periods: 0,
            number: 0,
        };
        run.close();
        run
    }

    fn close(&mut self) {
        for (name, amount) in
            CLASSES.map(|(name, amount, _)| (name, amount)).into_iter().chain([("E", EQUITY)])
        {
            self.receive("lockbox", name, amount * ONE);
        }
        self.pay(("hardware", "vendor", PaymentKind::Use), &["lockbox"], 88_100_000 * ONE);
        self.pay(("issuance fee", "arranger", PaymentKind::Fee), &["lockbox"], 924_000 * ONE);
        self.transfer("fill ramp", ("lockbox", "ramp"), 2_176_000 * ONE);
        self.transfer("fill reserve", ("lockbox", "reserve"), 3_200_000 * ONE);
        self.enter("", "ramp", "the raise closed");
        self.push_period();
    }

    fn period(&mut self, number: u32) {
        self.number = number;
        self.open_rows();
        if number == LAST {
            return self.sell();
        }
        if number == 5 {
            self.enter("ramp", "amortising", "all machines are in service");
        }
        let hours = 2_048 * 730 * if number < 5 { i64::from(number - 1) * 18 } else { 72 } / 100;
        self.receive("lockbox", "rent", hours * rent_price(number) * 10);
        self.pay_senior(hours);
        if self.state == "rapid" {
            self.pay_rapid()
        } else {
            self.pay_regular()
        }
        self.capitalise();
        self.push_period();
        self.test_coverage();
    }

    fn pay_senior(&mut self, hours: i64) {
        let from = self.sources();
        self.pay(("power", "utility", PaymentKind::Expense), from, hours * 900_000);
        self.pay(("operations", "operator", PaymentKind::Expense), from, 2_048 * 730 * 2_600_000);
        self.pay(("trustee fee", "trustee", PaymentKind::Fee), from, 2_500 * ONE);
        self.interest("A");
    }

    fn sources(&self) -> &'static [&'static str] {
        match self.state {
            "ramp" => &["lockbox", "ramp", "reserve"],
            "rapid" => &["lockbox", "trap", "reserve"],
            _ => &["lockbox", "reserve"],
        }
    }

    fn pay_regular(&mut self) {
        if self.number >= 5 {
            self.principal("A", 44_000_000 * ONE / 36, &["lockbox", "reserve"]);
        }
        let missing = (3_200_000 * ONE - self.accounts["reserve"]).max(0);
        self.transfer("fill reserve", ("lockbox", "reserve"), missing);
        self.interest("B");
        if self.low_periods >= 2 {
            let all = self.accounts["lockbox"];
            self.transfer("keep in trap", ("lockbox", "trap"), all);
        }
        self.interest("C");
        let rest = self.accounts["lockbox"];
        self.distribute("equity", rest);
    }

    fn pay_rapid(&mut self) {
        for (class, ..) in CLASSES {
            if class != "A" {
                self.interest(class);
            }
            self.principal(class, i64::MAX, &["lockbox", "trap", "reserve"]);
        }
    }

    fn sell(&mut self) {
        self.enter("rapid", "enforcement", "A interest unpaid for 10 days");
        for account in ["ramp", "reserve", "trap"] {
            let all = self.accounts[account];
            self.transfer("collect", (account, "lockbox"), all);
        }
        self.receive("lockbox", "sale of machines", SALE);
        self.pay(("costs of sale", "agent", PaymentKind::Expense), &["lockbox"], 470_000 * ONE);
        self.interest("A");
        self.pay_rapid();
        self.capitalise();
        let rest = self.accounts["lockbox"];
        self.distribute("surplus", rest);
        for (class, ..) in CLASSES {
            let row = self.rows.get_mut(class).expect("a row");
            row.written_off = row.closing;
            row.closing = 0;
        }
        self.enter("enforcement", "closed", "the machines are sold and the cash is paid out");
        self.push_period();
    }

    /// Interest of a month, with what was carried; act/360 and its kin are no concern of a sample.
    fn interest(&mut self, class: &'static str) {
        let rate = CLASSES.iter().find(|(name, ..)| *name == class).expect("a class").2;
        let row = self.rows[class];
        let due =
            (i128::from(row.opening) * i128::from(rate) / 12_000_000_000) as i64 + row.carried_shortfall;
        let from = self.sources();
        let paid = self.pay((&format!("{class} interest"), class, PaymentKind::Interest), from, due);
        let row = self.rows.get_mut(class).expect("a row");
        (row.interest_due, row.interest_paid, row.carried_shortfall) = (due, paid, due - paid);
    }

    fn principal(&mut self, class: &'static str, most: i64, from: &[&'static str]) {
        let due = self.rows[class].closing.min(most);
        let paid = self.pay((&format!("{class} principal"), class, PaymentKind::Principal), from, due);
        let row = self.rows.get_mut(class).expect("a row");
        row.principal_paid += paid;
        row.closing -= paid;
    }

    fn distribute(&mut self, step: &str, amount: i64) {
        let paid = self.pay((step, "E", PaymentKind::Distribution), &["lockbox"], amount);
        self.rows.get_mut("E").expect("a row").interest_paid += paid;
    }

    fn capitalise(&mut self) {
        for class in ["B", "C"] {
            let row = self.rows.get_mut(class).expect("a row");
            row.capitalised = row.carried_shortfall;
            row.closing += row.carried_shortfall;
            row.carried_shortfall = 0;
        }
    }

    fn open_rows(&mut self) {
        for (index, class) in self.results.classes.iter().enumerate() {
            let before = class.periods.last();
            let opening = before.map_or(class.original, |row| row.closing);
            let opening = if class.kind == ClassKind::Equity { 0 } else { opening };
            let name = ["A", "B", "C", "E"][index];
            let row = ClassPeriod {
                period: self.number,
                opening,
                closing: opening,
                carried_shortfall: before.map_or(0, |row| row.carried_shortfall),
                coupon: CLASSES.get(index).map(|class| class.2),
                ..ClassPeriod::default()
            };
            self.rows.insert(name, row);
        }
    }

    fn receive(&mut self, account: &'static str, source: &str, amount: i64) {
        *self.accounts.get_mut(account).expect("an account") += amount;
        self.results.totals.cash_in += i128::from(amount);
        self.results.receipts.push(Receipt {
            date: self.day(),
            period: self.number,
            account: account.into(),
            source: source.into(),
            amount,
        });
    }

    /// Pays one step from several accounts in turn and returns what was paid.
    fn pay(&mut self, step: (&str, &str, PaymentKind), from: &[&'static str], due: i64) -> i64 {
        let mut owed = due;
        for name in from {
            let balance = self.accounts.get_mut(name).expect("an account");
            let amount = owed.min(*balance);
            *balance -= amount;
            owed -= amount;
            let last = Some(name) == from.last();
            if amount > 0 || (last && owed > 0) {
                self.post(step, name, (amount, owed));
            }
        }
        self.results.totals.cash_out += i128::from(due - owed);
        due - owed
    }

    fn transfer(&mut self, step: &str, (from, to): (&'static str, &'static str), due: i64) {
        let amount = due.min(self.accounts[from]);
        *self.accounts.get_mut(from).expect("an account") -= amount;
        *self.accounts.get_mut(to).expect("an account") += amount;
        if due > 0 {
            self.post((step, to, PaymentKind::Transfer), from, (amount, due - amount));
        }
    }

    fn post(&mut self, (step, payee, kind): (&str, &str, PaymentKind), from: &str, amounts: (i64, i64)) {
        self.results.payments.push(Payment {
            date: self.day(),
            period: self.number,
            state: self.state.into(),
            waterfall: if self.number == 0 { "closing".into() } else { self.state.into() },
            step: step.into(),
            from: from.into(),
            payee: payee.into(),
            kind,
            amount: amounts.0,
            short: amounts.1,
        });
    }

    fn day(&self) -> Date {
        if self.number == 0 { date("2024-01-16") } else { payment_date(self.number) }
    }

    fn enter(&mut self, from: &str, to: &'static str, reason: &str) {
        self.state = to;
        self.results.state_changes.push(StateChange {
            date: self.day(),
            period: self.number,
            from: from.into(),
            to: to.into(),
            reason: reason.into(),
        });
    }

    fn test_coverage(&mut self) {
        let period = self.results.periods.last().expect("a period");
        let test = &period.tests[0];
        let low = test.numerator * 100 < test.denominator * 135;
        self.low_periods = if low && self.number > 5 { self.low_periods + 1 } else { 0 };
        if self.state == "amortising" && test.numerator * 100 < test.denominator * 85 {
            self.enter("amortising", "rapid", "rapid: dscr below 0.85");
        }
    }

    fn push_period(&mut self) {
        let day = self.day();
        for class in &mut self.results.classes {
            class.periods.extend(self.rows.get(class.name.as_str()));
        }
        let sold = self.state == "closed";
        let exit = if sold { 0 } else { exit_value(self.number) };
        let noi = self.noi();
        let service = self.rows.get("A").map_or(1, |a| a.interest_due + 44_000_000 * ONE / 36)
            + self.rows.get("B").map_or(0, |b| b.interest_due);
        let debt = ["A", "B"].iter().filter_map(|c| self.rows.get(c)).map(|row| row.closing).sum();
        let tests = vec![
            test("dscr", TestKind::Coverage, (noi, service), &[("trap", 1_350), ("rapid", 850)]),
            test("ltv", TestKind::Leverage, (debt, exit), &[("pay A principal to", 800)]),
        ];
        let triggers = vec![
            self.trigger("trap", (noi, service), ("< 1.35 for 2 of 3", self.low_periods >= 2)),
            self.trigger("rapid", (noi, service), ("< 0.85", ["rapid", "closed"].contains(&self.state))),
        ];
        let period = Period {
            number: self.number,
            accrual_start: payment_date(self.number.saturating_sub(1)),
            accrual_end: payment_date(self.number),
            payment_date: day,
            state: self.state.into(),
            waterfall: if self.number == 0 { "closing".into() } else { self.state.into() },
            accounts: self.balances(),
            tests: if self.number == 0 { Vec::new() } else { tests },
            triggers: if self.number == 0 { Vec::new() } else { triggers },
            collateral: Collateral {
                exit_value: exit,
                market_value: Some(exit / 85 * 100),
                units: Some(if sold { "0 GPUs".into() } else { "2,048 GPUs".into() }),
            },
            inputs: vec![rent_input(self.number)],
            delinquencies: vec![Delinquency {
                bucket: "31-60 days".into(),
                count: Some(self.number % 4),
                amount: i64::from(self.number % 4) * 18_250 * ONE,
            }],
        };
        self.results.observations.push(observation(self.number, day));
        self.results.periods.push(period);
    }

    fn noi(&self) -> i64 {
        let received: i64 =
            self.results.receipts.iter().filter(|r| r.period == self.number).map(|r| r.amount).sum();
        let paid = self.results.payments.iter().filter(|p| p.period == self.number);
        received - paid.filter(|p| p.kind == PaymentKind::Expense).map(|p| p.amount).sum::<i64>()
    }

    fn balances(&self) -> Vec<AccountBalance> {
        let balance = |(name, balance): (&&str, &i64)| AccountBalance {
            name: (*name).into(),
            balance: *balance,
            target: (*name == "reserve").then_some(3_200_000 * ONE),
        };
        self.accounts.iter().map(balance).collect()
    }

    fn trigger(&self, name: &str, (part, whole): (i64, i64), (level, on): (&str, bool)) -> TriggerValue {
        let hundredths = i128::from(part) * 100 / i128::from(whole);
        let value = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        TriggerValue {
            name: name.into(),
            value,
            level: level.into(),
            on,
            hits: self.low_periods,
            nearness: None,
        }
    }

    fn finish(mut self) -> Results {
        self.results.totals.cash_held = self.accounts.values().map(|held| i128::from(*held)).sum();
        self.results.over = self.state == "closed";
        self.results.status = if self.results.over { "closed with losses" } else { self.state }.into();
        self.results.sensitivities.push(sensitivity());
        self.results
    }
}

fn test(name: &str, kind: TestKind, (part, whole): (i64, i64), levels: &[(&str, i64)]) -> TestValue {
    let level =
        |(name, thousandths): &(&str, i64)| Level { name: (*name).into(), value: thousandths * 1_000_000 };
    let levels = levels.iter().map(level).collect();
    TestValue { name: name.into(), kind, numerator: part, denominator: whole, levels }
}

fn provenance(number: u32) -> (Provenance, &'static str) {
    match number {
        0 | 7 | 12 | 20 => (Provenance::Observed, "published index, monthly mean"),
        1..=19 => (Provenance::Interpolated, "straight line between published points"),
        21..=24 => (Provenance::Carried, "last published value"),
        _ => (Provenance::Assumed, "scenario base: keeps falling by 0.062 a month"),
    }
}

fn price_text(number: u32) -> String {
    units::Scaled::new(rent_price(number), 6).to_string()
}

fn rent_input(number: u32) -> Input {
    let (provenance, source) = provenance(number);
    let (name, unit, value) = ("rent price".into(), "USD per GPU hour".into(), price_text(number));
    Input { name, member: None, value, unit, provenance, source: source.into(), stale: number == 24 }
}

fn observation(number: u32, day: Date) -> Observation {
    let input = rent_input(number);
    Observation {
        input: input.name,
        date: day,
        value: input.value,
        unit: input.unit,
        provenance: input.provenance,
        source: input.source,
        stale: input.stale,
    }
}

fn sensitivity() -> Sensitivity {
    let columns = ["0 %", "30 %", "60 %", "90 %"].map(String::from).to_vec();
    let rows = ["0.40", "0.80", "1.20"].map(String::from).to_vec();
    let cells = (0..3).map(|row| (0..4).map(|column| outcome(row, column)).collect()).collect();
    Sensitivity {
        title: "Operating cost and contract share".into(),
        row_axis: "Operating cost, USD per GPU hour".into(),
        column_axis: "Hours on one-year contracts".into(),
        rows,
        columns,
        cells,
    }
}

fn outcome(row: i128, column: i128) -> Outcome {
    let pot = (96 - row * 22 + column * 9) * 1_000_000 * i128::from(ONE);
    let mut left = pot;
    let due = [("A", 44_000_000, 118), ("B", 11_000_000, 134), ("C", 6_600_000, 178), ("E", EQUITY, 400)];
    let classes = due.map(|(name, invested, percent)| {
        let invested = i128::from(invested) * i128::from(ONE);
        let received = left.min(invested * percent / 100);
        left -= received;
        ClassOutcome { name: name.into(), invested, received }
    });
    let status = if row < 2 && column > 0 { "closed" } else { "closed with losses" };
    Outcome { status: status.into(), base: (row, column) == (1, 1), classes: classes.to_vec() }
}

fn empty_results() -> Results {
    let closing = date("2024-01-16");
    let class = |(rank, (name, amount)): (usize, (&str, i64))| Class {
        name: name.into(),
        kind: if name == "E" { ClassKind::Equity } else { ClassKind::Note },
        rank: rank as u16,
        original: amount * ONE,
        draws: vec![Draw { date: closing, amount: amount * ONE }],
        periods: Vec::new(),
    };
    let names = CLASSES.map(|(name, amount, _)| (name, amount)).into_iter().chain([("E", EQUITY)]);
    Results {
        deal: DealFacts {
            name: "sample".into(),
            title: "Sample H100 & <friends> 2024-1".into(),
            plan_hash: "5f0c9a7e31d24b86a1f3c2d4e5b6978812aa34bb56cc78dd90ee12ff34aa56bb".into(),
            currency: "USDC".into(),
            decimals: 7,
            closing,
            final_date: date("2029-01-16"),
        },
        scenario: "made up".into(),
        status: String::new(),
        over: false,
        totals: Totals::default(),
        classes: names.enumerate().map(class).collect(),
        payments: Vec::new(),
        receipts: Vec::new(),
        periods: Vec::new(),
        state_changes: Vec::new(),
        observations: Vec::new(),
        splices: vec![Splice {
            input: "rent price".into(),
            date: date("2025-10-15"),
            before: "on demand".into(),
            after: "one year".into(),
            method: "the later series is shown as published; no factor joins the two".into(),
        }],
        sensitivities: Vec::new(),
        remarks: vec![
            "Every number of this run is made up to exercise the report.".into(),
            "Operating cost of 0.26 USD per GPU hour is an assumption.".into(),
        ],
    }
}
