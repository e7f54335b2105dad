//! The deal lived by the engine, event by event.

use crate::path::{DATES, Observed, Path};
use deal::{Tape, compile, parse};
use std::fmt;
use units::{Date, Id};
use waterfall::plan::Plan;
use waterfall::{Event, Journal, State, Vectors, WaterfallError, apply, apply_batch};

/// The deal's text.
const TEXT: &str = include_str!("../reference.deal");

const LOCKBOX: Id = Id::of("account", "lockbox");
const RENT: Id = Id::of("receipt", "rent");
const VALUE: Id = Id::of("input", "value");
const OPEX: Id = Id::of("input", "opex");
const UPTIME: Id = Id::of("input", "uptime");

/// The deal, compiled.
#[derive(Clone, Debug)]
pub struct Reference {
    /// What the engine runs.
    pub plan: Plan,
}

/// Why the deal cannot be timed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BenchError {
    /// The text does not compile; the findings, shown.
    Text(String),
    /// The engine refuses an event.
    Refused(WaterfallError),
    /// A path is too short, or there are fewer paths than lanes.
    PathMissing,
    /// A number of the straight-line version does not fit.
    Overflow,
}

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(findings) => write!(f, "reference.deal does not compile: {findings}"),
            Self::Refused(error) => write!(f, "the engine refuses an event: {error}"),
            Self::PathMissing => write!(f, "draw a path of {DATES} dates for every lane"),
            Self::Overflow => write!(f, "a number of the straight-line version does not fit 64 bits"),
        }
    }
}

impl std::error::Error for BenchError {}

impl From<WaterfallError> for BenchError {
    fn from(error: WaterfallError) -> Self {
        Self::Refused(error)
    }
}

impl Reference {
    /// Compiles the deal.
    ///
    /// # Errors
    /// [`BenchError::Text`].
    pub fn compile() -> Result<Self, BenchError> {
        let shown = |findings: Vec<_>| BenchError::Text(deal::render(("reference", TEXT), &findings, false));
        let document = parse(TEXT).map_err(shown)?;
        Ok(Self { plan: compile(&document, &Tape::default()).map_err(shown)?.plan })
    }

    /// The actual days of each period, for the version written by hand.
    pub fn days(&self) -> Vec<i64> {
        let periods = self.plan.periods.iter().skip(1).take(DATES);
        periods.map(|period| i64::from(period.start.days_until(period.end))).collect()
    }

    /// Lives one path in each lane, from the closing to the final date: every report, every receipt, every payment.
    ///
    /// # Errors
    /// [`BenchError::PathMissing`], or [`BenchError::Refused`] by the engine.
    pub fn live<const L: usize>(
        &self,
        paths: &[Path],
        journal: &mut Journal<L>,
    ) -> Result<State<L>, BenchError> {
        let paths = paths.first_chunk::<L>().ok_or(BenchError::PathMissing)?;
        if paths.iter().any(|path| path.observed.len() != DATES) {
            return Err(BenchError::PathMissing);
        }
        let mut state = State::new(&self.plan);
        for (number, period) in (0_u16..).zip(&self.plan.periods).take(DATES + 1) {
            if let Some(month) = usize::from(number).checked_sub(1) {
                let seen = |pick: fn(&Observed) -> i64| {
                    paths.each_ref().map(|path| path.observed.get(month).map_or(0, pick))
                };
                self.observe(&mut state, (seen, period.determination), journal)?;
            }
            apply(&self.plan, &mut state, &Event::PayDate { number, today: period.payment }, journal)?;
        }
        Ok(state)
    }

    fn observe<const L: usize>(
        &self,
        state: &mut State<L>,
        (seen, as_of): (impl Fn(fn(&Observed) -> i64) -> [i64; L], Date),
        journal: &mut Journal<L>,
    ) -> Result<(), WaterfallError> {
        let amount = seen(|observed| observed.rent);
        let receive = Event::Receive { account: LOCKBOX, source: Some(RENT), amount, next_period: false };
        apply(&self.plan, state, &receive, journal)?;
        let reports = [
            (VALUE, seen(|observed| observed.value)),
            (OPEX, seen(|observed| observed.opex)),
            (UPTIME, seen(|observed| observed.uptime)),
        ];
        for (input, value) in reports {
            apply(&self.plan, state, &Event::Report { input, reporter: 0, value, as_of }, journal)?;
        }
        Ok(())
    }
}

/// What the world reports on `L` paths, ready to be fed: by date, the rent, value, expense and uptime of every lane.
#[derive(Clone, Debug)]
pub struct Columns<const L: usize>(Vec<[[i64; L]; 4]>);

impl<const L: usize> Columns<L> {
    /// Lays the first `dates` dates of paths side by side.
    ///
    /// # Errors
    /// [`BenchError::PathMissing`] if there are fewer paths than lanes.
    pub fn of(paths: &[Path], dates: usize) -> Result<Self, BenchError> {
        let paths = paths.first_chunk::<L>().ok_or(BenchError::PathMissing)?;
        let at = |month: usize| {
            let seen = |pick: fn(&Observed) -> i64| {
                paths.each_ref().map(|path| path.observed.get(month).map_or(0, pick))
            };
            [
                seen(|seen| seen.rent),
                seen(|seen| seen.value),
                seen(|seen| seen.opex),
                seen(|seen| seen.uptime),
            ]
        };
        Ok(Self((0..dates).map(at).collect()))
    }
}

impl Reference {
    /// Lives paths as a batch, one in each lane, without a record of postings; `look` sees the state after every date.
    ///
    /// # Errors
    /// [`WaterfallError`] where the engine refuses an event.
    #[inline(always)]
    pub fn live_batch<const L: usize, V: Vectors>(
        &self,
        columns: &Columns<L>,
        vectors: V,
        mut look: impl FnMut(&State<L>),
    ) -> Result<State<L>, WaterfallError> {
        let plan = &self.plan;
        let mut state = State::new(plan);
        let months = core::iter::once(None).chain(columns.0.iter().map(Some));
        for ((number, period), month) in (0_u16..).zip(&plan.periods).zip(months) {
            if let Some([rent, value, opex, uptime]) = month {
                let (source, next_period) = (Some(RENT), false);
                let receive = Event::Receive { account: LOCKBOX, source, amount: *rent, next_period };
                apply_batch(plan, &mut state, (&receive, vectors))?;
                for (input, value) in [(VALUE, value), (OPEX, opex), (UPTIME, uptime)] {
                    let (reporter, value, as_of) = (0, *value, period.determination);
                    let report = Event::Report { input, reporter, value, as_of };
                    apply_batch(plan, &mut state, (&report, vectors))?;
                }
            }
            let date = Event::PayDate { number, today: period.payment };
            apply_batch(plan, &mut state, (&date, vectors))?;
            look(&state);
        }
        Ok(state)
    }
}
