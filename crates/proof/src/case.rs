//! A deal with its life.

use crate::choices::Choices;
use crate::{life, script, terms};
use deal::syntax::{Document, Statement, Unit};
use deal::{Aggregate, Compiled, Tape};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use units::Id;
use waterfall::{Event, Plan};

/// Why a property does not hold for a case, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A term sheet that compiles, and what happens to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// As a tree.
    pub document: Document,
    /// As text.
    pub text: String,
    /// As what runs.
    pub plan: Plan,
    /// The collateral: sums and groups.
    pub tape: Tape,
    /// What kind of number each input reports.
    pub units: BTreeMap<Id, Unit>,
    /// What happens, in order; some of it must be refused.
    pub events: Vec<Event<1>>,
}

/// The collateral of every case: three sums and a column of three customers.
pub fn tape(decimals: u8) -> Tape {
    let one = 10_i64.pow(u32::from(decimals));
    let aggregates = [
        ("cost", Aggregate::Amount(one.saturating_mul(5_000))),
        ("share", Aggregate::Rate(333_333_333)),
        ("units", Aggregate::Quantity(8_500_000)),
    ];
    let members = ["x", "y", "z"].map(str::to_owned).to_vec();
    Tape {
        hash: [7; 32],
        aggregates: aggregates.map(|(name, value)| (name.to_owned(), value)).into(),
        groups: [("customer".to_owned(), members)].into(),
    }
}

impl Case {
    /// Makes a case from choices: some for the deal, some for its life.
    ///
    /// # Errors
    /// The deal does not survive its own text, or does not compile.
    pub fn make(terms: &[u32], life: &[u32]) -> Result<Self, Failure> {
        let document = terms::document(Choices::new(terms));
        let text = deal::format(&document);
        let mut case = Self::open(&text)?;
        if case.document != document {
            return Err(Failure(format!("reads differently once written:\n{text}")));
        }
        case.events = life::live(Choices::new(life), &case);
        Ok(case)
    }

    /// Reads a case that was kept: a term sheet, and a JSON list of events.
    ///
    /// # Errors
    /// What cannot be read or compiled.
    pub fn read(text: &str, events: &str) -> Result<Self, Failure> {
        let mut case = Self::open(text)?;
        case.events = script::read(&case, events)?;
        Ok(case)
    }

    /// Compiles a term sheet to which nothing has happened yet.
    ///
    /// # Errors
    /// What the compiler finds.
    pub fn open(text: &str) -> Result<Self, Failure> {
        let shown = |found: Vec<deal::Diagnostic>| {
            Failure(format!("{}\n{text}", deal::render(("deal", text), &found, false)))
        };
        let document = deal::parse(text).map_err(shown)?;
        let tape = tape(decimals(&document));
        let Compiled { plan, .. } = deal::compile(&document, &tape).map_err(shown)?;
        Ok(Self::of(document, plan, tape))
    }

    /// A deal that is compiled already, with its collateral.
    pub fn of(document: Document, plan: Plan, tape: Tape) -> Self {
        let units = units_of(&document, &tape);
        Self { text: deal::format(&document), document, plan, tape, units, events: Vec::new() }
    }

    /// The events as JSON, as [`Case::read`] takes them.
    pub fn script(&self) -> String {
        script::write(self)
    }
}

/// Every case that was kept: `tests/kept/NAME.deal` with its events beside it.
///
/// # Errors
/// A file that cannot be read, with its name.
pub fn kept_cases(manifest: &Path) -> Result<Vec<(String, Case)>, Failure> {
    let folder = manifest.join("tests/kept");
    let unread = |path: &Path| Failure(format!("{} cannot be read", path.display()));
    let listed = std::fs::read_dir(&folder).map_err(|_| unread(&folder))?;
    let mut paths: Vec<_> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "deal"));
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).map_err(|_| unread(path))?;
        let events = std::fs::read_to_string(path.with_extension("json")).map_err(|_| unread(path))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let case = Case::read(&text, &events).map_err(|failure| Failure(format!("{name}: {failure}")))?;
        Ok((name, case))
    };
    paths.iter().map(|path| read(path)).collect()
}

/// The currency's decimal places; the compiler insists that they are said.
fn decimals(document: &Document) -> u8 {
    let said = document.statements.iter().find_map(|item| match &item.body {
        Statement::Currency { decimals, .. } => Some(*decimals),
        _ => None,
    });
    said.unwrap_or(0)
}

fn units_of(document: &Document, tape: &Tape) -> BTreeMap<Id, Unit> {
    let mut units = BTreeMap::new();
    for item in &document.statements {
        let Statement::Observe(input) = &item.body else { continue };
        let name = &input.name.text;
        let column = input.by.as_ref().and_then(|column| tape.groups.get(&column.text));
        let members = column.into_iter().flatten().map(|member| format!("{name}[{member}]"));
        for name in std::iter::once(name.clone()).chain(members) {
            units.insert(Id::of("input", &name), input.unit);
        }
    }
    units
}
