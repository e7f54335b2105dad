//! The pool: schedules thinned by those who repay early and those who fail.

use crate::error::{AssetsError, While};
use crate::loans::level::FACTOR_ONE;
use crate::loans::schedule::{LoanStyle, MONTHS_MAX, Schedule, ScheduledLoan};
use crate::number::{Day, Percent};
use crate::observation::{Ledger, ObservationKind, Period, Provenance, Value};
use crate::scenario::{Multiplier, Scenario, factor, is_share, share_of};
use crate::table::{Column, ColumnKind};
use crate::tape::Tape;
use serde::Deserialize;
use units::{
    Amount, Date, DayCount, DayFraction, QUANTITY_ONE, RATE_ONE, Rate, Rounding, UnitsError, checked_add,
    checked_sub, mul_div_wide,
};

/// How the loans behave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoanTerms {
    /// The day of the balances on the tape.
    pub cutoff: Day,
    /// `30/360`, `act/360`, `act/365` or `act/act`.
    #[serde(default = "thirty")]
    pub day_count: String,
    /// How loans are repaid whose row does not say.
    pub style: Option<LoanStyle>,
    /// Early repayment; none if not given.
    pub prepayment: Option<PrepaymentTerms>,
    /// Default; none if not given.
    pub default: Option<DefaultTerms>,
    /// Share of the balance reported as late. A report only: late payers are assumed to pay within the month.
    #[serde(default)]
    pub delinquent: Percent,
}

fn thirty() -> String {
    "30/360".to_owned()
}

/// The speed of early repayment: one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrepaymentTerms {
    /// Share of the balance repaid early in a year.
    pub cpr: Option<Percent>,
    /// Share of the balance repaid early in a month.
    pub smm: Option<Percent>,
}

/// The speed of default, one of the first two, and what comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultTerms {
    /// Share of the balance that fails in a year.
    pub cdr: Option<Percent>,
    /// Share of the balance that fails in a month.
    pub mdr: Option<Percent>,
    /// Share of the failed balance that comes back.
    pub recovery: Percent,
    /// Months until it does.
    pub lag_months: u32,
}

/// The columns every tape of loans has.
pub(crate) fn columns() -> Vec<Column> {
    vec![
        Column::required("loan", ColumnKind::Text),
        Column::required("balance", ColumnKind::Amount).summed(),
        Column::required("rate", ColumnKind::Rate),
        Column::required("months", ColumnKind::Quantity),
        Column::optional("style", ColumnKind::Text),
        Column::optional("balloon", ColumnKind::Amount),
        Column::optional("interest_only", ColumnKind::Quantity),
    ]
}

/// What the model says, with its kind and unit.
pub(crate) fn outputs() -> Vec<(&'static str, ObservationKind, Value)> {
    let amount = Value::Amount(Amount::ZERO);
    let receipts = ["interest", "scheduled_principal", "prepayment", "recovery"];
    let reports = ["balance", "default", "loss", "delinquent"];
    let receipts = receipts.into_iter().map(|name| (name, ObservationKind::Receipt, amount));
    receipts.chain(reports.into_iter().map(|name| (name, ObservationKind::Report, amount))).collect()
}

/// The pool month by month under one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoanModel {
    opening: i64,
    delinquent: Percent,
    flows: Vec<PoolMonth>,
}

/// One month of a pool of loans, in the smallest units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolMonth {
    /// The day after its last.
    pub end: Date,
    /// Interest paid.
    pub interest: i64,
    /// Principal that was due and is paid.
    pub scheduled: i64,
    /// Principal paid early.
    pub prepayment: i64,
    /// What failed.
    pub default: i64,
    /// What came back of what failed `lag_months` before.
    pub recovery: i64,
    /// What did not.
    pub loss: i64,
    /// What is owed at its end.
    pub balance: i64,
}

/// One amount of a month.
type Part = fn(&PoolMonth) -> i64;

impl LoanModel {
    pub(crate) fn new(terms: &LoanTerms, tape: &Tape, scenario: &Scenario) -> Result<Self, AssetsError> {
        require_terms(terms)?;
        let loans = loans(terms, tape)?;
        let lag = terms.default.map_or(0, |default| default.lag_months);
        let ends = ends(terms.cutoff.0, MONTHS_MAX, lag)?;
        let schedule = Schedule::add_up(&loans, &fractions(terms, &ends)?)?;
        let flows = Path { terms, scenario, ends: &ends }.walk(&schedule)?;
        Ok(Self { opening: schedule.opening, delinquent: terms.delinquent, flows })
    }

    /// The pool month by month, from the cut-off to the last recovery.
    pub(crate) fn months(&self) -> &[PoolMonth] {
        &self.flows
    }

    /// What borrowers owe on a date, without what has defaulted.
    pub(crate) fn owed(&self, date: Date) -> i64 {
        let month = self.flows.partition_point(|flow| flow.end <= date);
        let last = month.checked_sub(1).and_then(|index| self.flows.get(index));
        last.map_or(self.opening, |flow| flow.balance)
    }

    /// Cash of the months that end in the period; the first period takes what was collected since the cut-off.
    pub(crate) fn period(
        &self,
        scenario: &Scenario,
        period: &Period,
        ledger: &mut Ledger,
    ) -> Result<(), AssetsError> {
        let inside =
            |flow: &&PoolMonth| flow.end <= period.end && (flow.end > period.start || period.number <= 1);
        let months: Vec<&PoolMonth> = self.flows.iter().filter(inside).collect();
        let sum =
            |part: Part| months.iter().map(|flow| part(flow)).try_fold(0, checked_add).during("loan pool");
        let left = scenario.cash_left(period.determination);
        let receipts: [(&str, Part); 4] = [
            ("interest", |flow| flow.interest),
            ("scheduled_principal", |flow| flow.scheduled),
            ("prepayment", |flow| flow.prepayment),
            ("recovery", |flow| flow.recovery),
        ];
        for (name, part) in receipts {
            let cash = share_of(sum(part)?, left).during("operator_default.cash_left")?;
            if cash > 0 {
                ledger.receipt(name, cash, basis(scenario));
            }
        }
        let balance = self.owed(period.end);
        let late = self.delinquent.of(balance).during("loans.delinquent")?;
        let reports =
            [("balance", balance), ("default", sum(|flow| flow.default)?), ("loss", sum(|flow| flow.loss)?)];
        for (name, units) in reports {
            ledger.report(name, Value::Amount(Amount::new(units)), basis(scenario));
        }
        ledger.report("delinquent", Value::Amount(Amount::new(late)), Provenance::Assumed);
        Ok(())
    }
}

fn basis(scenario: &Scenario) -> Provenance {
    let calm = scenario.prepayment.is_empty() && scenario.defaults.is_empty();
    if calm && scenario.operator_default.is_none() { Provenance::Derived } else { Provenance::Shocked }
}

/// The walk from month to month.
struct Path<'a> {
    terms: &'a LoanTerms,
    scenario: &'a Scenario,
    ends: &'a [Date],
}

/// The pool between two months.
struct Standing {
    /// What borrowers owe.
    balance: i64,
    /// What they would owe if nobody had failed or repaid early.
    scheduled: i64,
    /// The share of the schedule that is left, in units of 1e-18.
    survival: i128,
}

impl Standing {
    /// Defaults come first, then what is due from the others, then what they repay early. Those who fail or repay
    /// early are spread evenly over all loans, so one survival factor thins every schedule.
    fn month(&mut self, (interest, principal): (i64, i64), speeds: &Speeds) -> Result<PoolMonth, UnitsError> {
        self.scheduled = checked_sub(self.scheduled, principal)?;
        let default = part(self.balance, speeds.default)?;
        let performing = checked_sub(self.balance, default)?;
        let paying = part_wide(self.survival, FACTOR_ONE.saturating_sub(speeds.default))?;
        // What rounding left over falls due with the last loan.
        let scheduled =
            if self.scheduled == 0 { performing } else { part(principal, paying)?.min(performing) };
        let prepayment = part(checked_sub(performing, scheduled)?, speeds.prepayment)?;
        self.balance = checked_sub(checked_sub(performing, scheduled)?, prepayment)?;
        self.survival = part_wide(paying, FACTOR_ONE.saturating_sub(speeds.prepayment))?;
        let interest = part(interest, paying)?;
        Ok(PoolMonth {
            interest,
            scheduled,
            prepayment,
            default,
            balance: self.balance,
            ..PoolMonth::default()
        })
    }
}

impl Path<'_> {
    fn walk(&self, schedule: &Schedule) -> Result<Vec<PoolMonth>, AssetsError> {
        let lag = self.terms.default.map_or(0, |default| default.lag_months);
        let lag = usize::try_from(lag).unwrap_or(usize::MAX);
        let opening = schedule.opening;
        let mut pool = Standing { balance: opening, scheduled: opening, survival: FACTOR_ONE };
        let mut flows = Vec::new();
        let mut start = self.terms.cutoff.0;
        let due = schedule.interest.iter().copied().zip(schedule.principal.iter().copied());
        for (due, end) in due.zip(self.ends) {
            let flow = pool.month(due, &self.speeds(start)?).during("loan pool")?;
            flows.push(PoolMonth { end: *end, ..flow });
            start = *end;
        }
        let tail = self.ends.iter().skip(flows.len()).take(lag);
        flows.extend(tail.map(|end| PoolMonth { end: *end, ..PoolMonth::default() }));
        self.recover(&mut flows, lag).during("loan pool")?;
        Ok(flows)
    }

    /// What failed comes back in part, later; the rest is the loss, known then.
    fn recover(&self, flows: &mut [PoolMonth], lag: usize) -> Result<(), UnitsError> {
        let Some(default) = self.terms.default else { return Ok(()) };
        let failed: Vec<i64> = flows.iter().map(|flow| flow.default).collect();
        for (flow, failed) in flows.iter_mut().skip(lag).zip(failed) {
            flow.recovery = default.recovery.of(failed)?;
            flow.loss = checked_sub(failed, flow.recovery)?;
        }
        Ok(())
    }

    fn speeds(&self, date: Date) -> Result<Speeds, AssetsError> {
        let prepayment = self.terms.prepayment.map_or((None, None), |terms| (terms.cpr, terms.smm));
        let default = self.terms.default.map_or((None, None), |terms| (terms.cdr, terms.mdr));
        Ok(Speeds {
            prepayment: speed(prepayment, &self.scenario.prepayment, date)?,
            default: speed(default, &self.scenario.defaults, date)?,
        })
    }
}

/// Shares of one month, in units of 1e-18.
struct Speeds {
    prepayment: i128,
    default: i128,
}

fn speed(
    (yearly, monthly): (Option<Percent>, Option<Percent>),
    factors: &[Multiplier],
    date: Date,
) -> Result<i128, AssetsError> {
    let base = match (yearly, monthly) {
        (Some(yearly), _) => monthly_share(yearly.0),
        (None, Some(monthly)) => wide(monthly.0),
        (None, None) => return Ok(0),
    };
    let times = i128::from(factor(factors, date)?.units());
    let scaled = mul_div_wide(base, times, i128::from(RATE_ONE), Rounding::Down).during("loan speed")?;
    Ok(scaled.min(FACTOR_ONE))
}

fn wide(share: Rate) -> i128 {
    i128::from(share.units()).saturating_mul(i128::from(RATE_ONE))
}

/// Returns 1 − (1 − yearly)^(1/12), by bisection: exact to 1e-18 and the same everywhere.
fn monthly_share(yearly: Rate) -> i128 {
    let target = FACTOR_ONE.saturating_sub(wide(yearly));
    // Always twelfth_power(low) < target <= twelfth_power(high).
    let (mut low, mut high) = (-1_i128, FACTOR_ONE);
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        if twelfth_power(middle) < target { low = middle } else { high = middle }
    }
    FACTOR_ONE.saturating_sub(high)
}

fn twelfth_power(factor: i128) -> i128 {
    let times = |product: i128, _| product.saturating_mul(factor).checked_div(FACTOR_ONE).unwrap_or(0);
    (0..12).fold(FACTOR_ONE, times)
}

fn part(value: i64, share: i128) -> Result<i64, UnitsError> {
    part_wide(i128::from(value), share).and_then(|part| i64::try_from(part).map_err(|_| UnitsError::Overflow))
}

fn part_wide(value: i128, share: i128) -> Result<i128, UnitsError> {
    mul_div_wide(value, share, FACTOR_ONE, Rounding::Down)
}

/// Month ends after the cut-off, enough for the longest loan and its last recovery.
fn ends(cutoff: Date, months: usize, lag: u32) -> Result<Vec<Date>, AssetsError> {
    let count =
        i32::try_from(months).unwrap_or(i32::MAX).saturating_add(i32::try_from(lag).unwrap_or(i32::MAX));
    (1..=count).map(|month| cutoff.add_months(month).during("loans.cutoff")).collect()
}

fn fractions(terms: &LoanTerms, ends: &[Date]) -> Result<Vec<DayFraction>, AssetsError> {
    let day_count = match terms.day_count.as_str() {
        "30/360" => DayCount::Thirty360,
        "act/360" => DayCount::Actual360,
        "act/365" => DayCount::Actual365,
        "act/act" => DayCount::ActualActual,
        other => {
            let problem = format!("`{other}`: write 30/360, act/360, act/365 or act/act");
            return Err(AssetsError::setting("loans.day_count", problem));
        }
    };
    let starts = std::iter::once(terms.cutoff.0).chain(ends.iter().copied());
    Ok(starts.zip(ends).map(|(start, end)| day_count.fraction(start, *end)).collect())
}

fn loans(terms: &LoanTerms, tape: &Tape) -> Result<Vec<ScheduledLoan>, AssetsError> {
    tape.require_rows(|row| loan(terms, tape, row).err())?;
    Ok((0..tape.rows()).filter_map(|row| loan(terms, tape, row).ok()).collect())
}

fn loan(terms: &LoanTerms, tape: &Tape, row: usize) -> Result<ScheduledLoan, (&'static str, String)> {
    let style = match tape.word("style", row) {
        "" => terms.style.ok_or(("style", "is empty; fill it or set loans.style in the case".to_owned()))?,
        word => LoanStyle::parse(word).ok_or_else(|| {
            ("style", format!("`{word}`: write level, linear, bullet, balloon or interest_only"))
        })?,
    };
    let balance = tape.number("balance", row).unwrap_or(0);
    let loan = ScheduledLoan {
        balance,
        rate: Rate::new(tape.number("rate", row).unwrap_or(0)),
        months: whole_months(tape, "months", row)?,
        style,
        balloon: tape.number("balloon", row).unwrap_or(0),
        interest_only: whole_months(tape, "interest_only", row)?,
    };
    match loan {
        _ if loan.months == 0 => Err(("months", "a loan needs at least one month".to_owned())),
        _ if !(0..=RATE_ONE).contains(&loan.rate.units()) => {
            Err(("rate", "write a rate from 0 % to 100 %".to_owned()))
        }
        _ if loan.balloon > balance => Err(("balloon", "is more than the balance".to_owned())),
        loan => Ok(loan),
    }
}

fn whole_months(tape: &Tape, column: &'static str, row: usize) -> Result<usize, (&'static str, String)> {
    let months = tape.number(column, row).unwrap_or(0);
    let whole = months.checked_rem(QUANTITY_ONE) == Some(0);
    let count = months.checked_div(QUANTITY_ONE).and_then(|months| usize::try_from(months).ok());
    match count.filter(|count| whole && *count <= MONTHS_MAX) {
        Some(count) => Ok(count),
        None => Err((column, format!("write whole months, at most {MONTHS_MAX}"))),
    }
}

fn require_terms(terms: &LoanTerms) -> Result<(), AssetsError> {
    let both = |a: &Option<Percent>, b: &Option<Percent>| a.is_some() == b.is_some();
    if terms.prepayment.iter().any(|speed| both(&speed.cpr, &speed.smm)) {
        return Err(AssetsError::setting("loans.prepayment", "write either cpr or smm"));
    }
    if terms.default.iter().any(|speed| both(&speed.cdr, &speed.mdr) || speed.lag_months > 120) {
        return Err(AssetsError::setting(
            "loans.default",
            "write either cdr or mdr, and at most 120 lag_months",
        ));
    }
    let prepayment = terms.prepayment.iter().flat_map(|speed| [speed.cpr, speed.smm]);
    let default = terms.default.iter().flat_map(|speed| [speed.cdr, speed.mdr, Some(speed.recovery)]);
    let mut shares = prepayment.chain(default).flatten().chain([terms.delinquent]);
    if shares.all(is_share) {
        Ok(())
    } else {
        Err(AssetsError::setting("loans", "write every share from 0 % to 100 %"))
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
