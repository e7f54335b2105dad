//! A case with its term sheet, compiled.

use crate::error::LifeError;
use assets::{Case, Collateral, Files, Scenario, Value};
use deal::syntax::Document;
use deal::{Aggregate, Compiled, Tape};
use sha2::{Digest, Sha256};
use waterfall::Plan;

/// A deal that is ready to be played.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Name by which the deal is run.
    pub name: String,
    /// The term sheet as text.
    pub text: String,
    /// The term sheet as a tree.
    pub document: Document,
    /// What it compiles to.
    pub compiled: Compiled,
    /// What the engine needs to know of the tape.
    pub tape: Tape,
    /// What backs the notes.
    pub collateral: Collateral,
}

impl Setup {
    /// Reads the case's files and compiles its term sheet.
    ///
    /// # Errors
    /// [`LifeError`]: everything that is wrong with the deal, the tape or the case.
    pub fn open(
        name: &str,
        case: Case,
        files: &dyn Files,
        scenario: Option<Scenario>,
    ) -> Result<Self, LifeError> {
        let path = case.deal.clone();
        let text = files.read(&path).map_err(|problem| LifeError::File { path: path.clone(), problem })?;
        let text = String::from_utf8(text)
            .map_err(|_| LifeError::File { path: path.clone(), problem: "is not UTF-8 text".to_owned() })?;
        let shown =
            |found: Vec<deal::Diagnostic>| LifeError::Deal(deal::render((&path, &text), &found, false));
        let document = deal::parse(&text).map_err(shown)?;
        let collateral = Collateral::open(case, files, decimals(&document), scenario)?;
        let tape = tape(&collateral)?;
        let compiled = deal::compile(&document, &tape).map_err(shown)?;
        Ok(Self { name: name.to_owned(), text, document, compiled, tape, collateral })
    }
}

/// The currency's decimal places; the compiler complains if they are not said.
fn decimals(document: &Document) -> u8 {
    let said = document.statements.iter().find_map(|item| match &item.body {
        deal::syntax::Statement::Currency { decimals, .. } => Some(*decimals),
        _ => None,
    });
    said.unwrap_or(7)
}

fn tape(collateral: &Collateral) -> Result<Tape, LifeError> {
    let sums = collateral.tape().aggregates();
    let groups = collateral.groups()?;
    Ok(Tape {
        hash: collateral.tape().hash(),
        aggregates: sums
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), aggregate(*value)?)))
            .collect(),
        groups: groups.into_iter().map(|(column, members)| (column, members.into_keys().collect())).collect(),
    })
}

fn aggregate(value: Value) -> Option<Aggregate> {
    match value {
        Value::Amount(amount) => Some(Aggregate::Amount(amount.units())),
        Value::Rate(rate) => Some(Aggregate::Rate(rate.units())),
        Value::Quantity(quantity) => Some(Aggregate::Quantity(quantity.units())),
        Value::Flag(_) => None,
    }
}

/// The SHA-256 of a plan's canonical bytes, in hexadecimal.
pub fn hash_of(plan: &Plan) -> String {
    hexadecimal(&Sha256::digest(plan.to_bytes()))
}

/// Bytes in hexadecimal, as hashes are shown.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
