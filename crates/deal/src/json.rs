//! The tree as JSON.

use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::format::format;
use crate::parser::parse;
use crate::syntax::{Document, Span};
use serde::Deserialize;

/// More levels than any tree that a text stands for; keeps hostile JSON off the stack.
const MAX_LEVELS: usize = 256;

/// Writes a deal as JSON: everything but spans, comments included.
pub fn to_json(document: &Document) -> String {
    // A tree of strings and numbers always has a JSON form; the type only cannot say so.
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// Reads a deal from JSON. Its spans are those of its canonical text, `format(&document)`.
///
/// # Errors
/// [`DealError::BadJson`] where the JSON is not a deal, [`DealError::TooDeep`] where it is nested too deeply, and
/// [`DealError::NotWritable`] where no text stands for it (a name that is no name, a text with line ends).
pub fn from_json(json: &str) -> Result<Document, Vec<Diagnostic>> {
    let document = read(json).map_err(|finding| vec![finding])?;
    let text = format(&document);
    let parsed = parse(&text).map_err(|findings| vec![unreadable(&findings)])?;
    if parsed == document { Ok(parsed) } else { Err(vec![not_writable(&document, &parsed)]) }
}

fn read(json: &str) -> Result<Document, Diagnostic> {
    if levels(json) > MAX_LEVELS {
        let message = format!("the JSON goes more than {MAX_LEVELS} levels deep: simplify its formulas");
        return Err(Diagnostic::error(DealError::TooDeep, Span::default(), message));
    }
    let mut reader = serde_json::Deserializer::from_str(json);
    reader.disable_recursion_limit();
    let document = Document::deserialize(&mut reader).map_err(|error| bad_json(json, &error))?;
    reader.end().map_err(|error| bad_json(json, &error))?;
    Ok(document)
}

fn bad_json(json: &str, error: &serde_json::Error) -> Diagnostic {
    let line_start: usize =
        json.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = line_start.saturating_add(error.column().saturating_sub(1)).min(json.len());
    let message = format!("this JSON is not a deal: {error}");
    Diagnostic::error(DealError::BadJson, Span { start: at, end: at }, message)
}

/// Brackets open at once, outside strings.
fn levels(json: &str) -> usize {
    let (mut deepest, mut open, mut quoted, mut escaped) = (0usize, 0usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => open = open.saturating_add(1),
            b'}' | b']' if !quoted => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// The text exists only here, so its errors become notes.
fn unreadable(findings: &[Diagnostic]) -> Diagnostic {
    const MOST_NOTES: usize = 5;
    let message = "this JSON cannot be written as a deal: correct what the notes say";
    let error = Diagnostic::error(DealError::NotWritable, Span::default(), message);
    findings.iter().take(MOST_NOTES).fold(error, |error, finding| error.note(&*finding.message))
}

fn not_writable(document: &Document, parsed: &Document) -> Diagnostic {
    let pairs = document.statements.iter().zip(&parsed.statements);
    let same = pairs.take_while(|(wanted, read)| wanted == read).count();
    let message =
        format!("statement {} of this JSON reads differently once written as text", same.saturating_add(1));
    Diagnostic::error(DealError::NotWritable, Span::default(), message).note(
        "names are letters, digits and `_`; titles and comments have one line; signs stand outside numbers",
    )
}
