//! From the syntax tree to the plan.
//!
//! The compiler runs twice over the same text: first to learn how many registers of each kind the deal needs, then with
//! every register in its final place. Both runs do the same, so the plan is a function of the text and the tape.

mod columns;
mod cost;
mod expression;
mod functions;
mod literal;
mod names;
mod note;
mod parties;
mod registers;
mod scope;
mod states;
mod steps;
mod value;

pub(crate) use literal::decimal;
pub(crate) use scope::{Scope, Symbol};
pub(crate) use value::Decimal;

use crate::diagnostics::{Diagnostic, Severity};
use crate::error::DealError;
use crate::schedule::{PeriodDates, timetable};
use crate::syntax::{Document, Span, Statement};
use registers::Registers;
use std::collections::BTreeMap;
use units::{Date, Id};
use waterfall::plan::{Layout, Period, Plan};

/// What the compiler knows of the collateral: never a row, only named sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tape {
    /// SHA-256 of the tape's canonical bytes.
    pub hash: [u8; 32],
    /// Named sums, `pool.NAME` in formulas.
    pub aggregates: BTreeMap<String, Aggregate>,
    /// Members of each grouping column, at most 32.
    pub groups: BTreeMap<String, Vec<String>>,
}

/// A named sum of a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// Money, in the currency's smallest unit.
    Amount(i64),
    /// A rate in billionths.
    Rate(i64),
    /// A quantity in millionths.
    Quantity(i64),
}

/// A deal that compiled.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What runs.
    pub plan: Plan,
    /// Payment dates up to the final one.
    pub periods: Vec<PeriodDates>,
    /// What the deal is called.
    pub title: String,
    /// The currency's name.
    pub currency: String,
    /// What may not be meant, but can run.
    pub warnings: Vec<Diagnostic>,
}

/// Months after the final date in which payments still take place while collateral is being sold.
const TAIL_MONTHS: i32 = 24;

/// Compiles a deal.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn compile(document: &Document, tape: &Tape) -> Result<Compiled, Vec<Diagnostic>> {
    let scope = Scope::read(document, tape)?;
    let draft = Compiler::new(&scope, Layout::default())?.build();
    let mut findings = draft.findings;
    findings.extend(crate::analyse::analyse(&scope));
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(sorted(findings));
    }
    let mut compiler = Compiler::new(&scope, draft.registers.layout())?;
    compiler = compiler.build();
    let periods = compiler.periods.clone();
    let plan = compiler.finish();
    if let Err(error) = plan.validate() {
        return Err(vec![unfit_plan(&scope, &format!("{error} ({})", error.code()))]);
    }
    Ok(Compiled {
        plan,
        periods,
        title: scope.title.to_owned(),
        currency: scope.currency.clone(),
        warnings: sorted(findings),
    })
}

fn unfit_plan(scope: &Scope<'_>, reason: &str) -> Diagnostic {
    let message = format!("this deal is larger than a plan may be: {reason}");
    Diagnostic::error(DealError::PlanUnfit, scope.title_span, message)
        .help("use fewer notes, draws, groups or windows")
}

fn sorted(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    findings.sort_by_key(|finding| (finding.severity, finding.span.start, finding.code));
    findings.dedup();
    findings
}

/// A compilation under way.
pub(crate) struct Compiler<'a> {
    pub scope: &'a Scope<'a>,
    pub plan: Plan,
    pub registers: Registers,
    pub periods: Vec<PeriodDates>,
    pub findings: Vec<Diagnostic>,
    /// Names whose formulas are being written out, to find cycles.
    pub expanding: Vec<String>,
    /// Step whose instructions are being written.
    pub step: u16,
    /// Conditions around the step being written.
    pub guard: Option<u16>,
    /// Whether products and quotients round up where the compiler is.
    pub rounding_up: bool,
    column_at: BTreeMap<String, u16>,
    windows: Vec<states::PendingWindow>,
    /// How often in how many payments, by the window's label.
    counted_windows: BTreeMap<String, (u8, u16)>,
    /// How many transitions a date causes; they are looked at first.
    timed: usize,
}

impl<'a> Compiler<'a> {
    fn new(scope: &'a Scope<'a>, layout: Layout) -> Result<Self, Vec<Diagnostic>> {
        let dates = timetable(scope.payments, (scope.closing, scope.last), scope.payments_span)?;
        let mut compiler = Self {
            scope,
            plan: empty_plan(scope),
            registers: Registers::new(layout),
            periods: dates.periods,
            findings: dates.warnings,
            expanding: Vec::new(),
            step: waterfall::instruction::NONE,
            guard: None,
            rounding_up: false,
            column_at: BTreeMap::new(),
            windows: Vec::new(),
            counted_windows: BTreeMap::new(),
            timed: 0,
        };
        compiler.lay_out_calendar();
        Ok(compiler)
    }

    /// The closing, every period, and those after the final date.
    fn lay_out_calendar(&mut self) {
        let closing = self.scope.closing;
        if closing.days() < 1 {
            let message = "a deal closes after 1970-01-01";
            self.error(DealError::DateOutOfRange, self.scope.payments_span, message, "write later dates");
        }
        if self.periods.first().is_some_and(|first| first.payment < closing) {
            let message = "the first payment is moved to a business day before the closing";
            let help = "write a later date after `from`, or `following business day`";
            self.error(DealError::PaymentsBeforeClosing, self.scope.payments_span, message, help);
        }
        self.plan.periods =
            vec![Period { start: closing, end: closing, determination: closing, payment: closing }];
        self.plan.periods.extend(self.periods.iter().map(period));
        self.plan.final_payment = u16::try_from(self.periods.len()).unwrap_or(u16::MAX);
        let last = self.scope.last;
        let tail = last
            .add_months(TAIL_MONTHS)
            .ok()
            .and_then(|end| timetable(self.scope.payments, (closing, end), self.scope.payments_span).ok());
        let mut start = last;
        for dates in tail.iter().flat_map(|tail| &tail.periods).filter(|dates| dates.end > last) {
            self.plan.periods.push(Period { start, ..period(dates) });
            start = dates.end;
        }
    }

    /// Writes every table and every section, in an order in which each finds what it refers to.
    fn build(mut self) -> Self {
        self.declare_accounts();
        self.declare_inputs();
        self.declare_notes();
        self.declare_parties();
        self.declare_costs();
        self.declare_triggers();
        self.write_note_terms();
        self.write_coupons();
        self.write_costs();
        self.write_triggers();
        self.write_states();
        self.write_permits();
        self.write_waterfalls();
        self.write_uses();
        self.write_inspected();
        self.write_windows();
        self
    }

    fn finish(mut self) -> Plan {
        self.plan.layout = self.registers.layout();
        self.plan.literals = self.registers.literals();
        self.plan.names.sort_unstable();
        self.plan.names.dedup();
        self.plan
    }

    /// Registers a name for people and returns its id; two names with one id are refused.
    pub fn id(&mut self, kind: &str, name: &str) -> Id {
        let id = Id::of(kind, name);
        let known = self.plan.names.iter().find(|(known, _)| *known == id).map(|(_, known)| known == name);
        if known == Some(false) {
            let message = format!("`{name}` has the same 32-bit id as another name");
            self.error(DealError::DuplicateName, self.scope.title_span, message, "call it something else");
        }
        if known.is_none() {
            self.plan.names.push((id, name.to_owned()));
        }
        id
    }

    /// Reports what is wrong and what to write instead.
    pub fn error(&mut self, code: DealError, span: Span, message: impl Into<String>, help: &str) {
        self.findings.push(Diagnostic::error(code, span, message).help(help));
    }

    /// The first payment whose unadjusted date is on or after a date.
    pub fn payment_on_or_after(&self, date: Date) -> u16 {
        let position = self.plan.periods.iter().position(|period| period.end >= date);
        let position = position.unwrap_or(self.plan.periods.len());
        u16::try_from(position).unwrap_or(u16::MAX)
    }

    pub fn last_payment(&self) -> u16 {
        self.plan.final_payment
    }
}

fn period(dates: &PeriodDates) -> Period {
    Period { start: dates.start, end: dates.end, determination: dates.determination, payment: dates.payment }
}

fn empty_plan(scope: &Scope<'_>) -> Plan {
    Plan {
        decimals: scope.decimals,
        tape: scope.tape.hash,
        literals: Vec::new(),
        layout: Layout::default(),
        periods: Vec::new(),
        final_payment: 0,
        fractions: Vec::new(),
        grace_days: scope.payments.grace_days,
        columns: Vec::new(),
        inputs: Vec::new(),
        receipts: Vec::new(),
        accounts: Vec::new(),
        claims: Vec::new(),
        notes: Vec::new(),
        equities: Vec::new(),
        uses: Vec::new(),
        fees: Vec::new(),
        determination: 0..0,
        windows: Vec::new(),
        triggers: Vec::new(),
        states: Vec::new(),
        transitions: Vec::new(),
        waterfalls: Vec::new(),
        groups: Vec::new(),
        permits: Vec::new(),
        steps: Vec::new(),
        inspected: Vec::new(),
        code: Vec::new(),
        names: Vec::new(),
    }
}

/// All statements of a kind.
pub(crate) fn statements<'a, T>(
    document: &'a Document,
    pick: impl Fn(&'a Statement) -> Option<T> + 'a,
) -> impl Iterator<Item = T> + 'a {
    document.statements.iter().filter_map(move |item| pick(&item.body))
}
