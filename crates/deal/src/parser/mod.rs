//! Tokens to the syntax tree.

mod cursor;
mod expression;
mod note;
mod statement;
mod step;
mod trigger;
mod words;

pub use cursor::MAX_DEPTH;
use cursor::{Cursor, Parse};

use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::lexer::{Kind, Outline, advice, outline};
use crate::syntax::{Document, Item, Span, Statement};

/// More text than any term sheet.
const MAX_BYTES: usize = 1 << 20;
/// More errors than anybody reads at once.
const MAX_FINDINGS: usize = 100;

/// Reads a term sheet.
///
/// Any text is safe to read: it gives a tree or errors, never a panic.
///
/// ```
/// let document = forebay_deal::parse("deal \"Sierra\"\nnote A 1_000 coupon 5%, act/360\n");
/// assert_eq!(document.map(|document| document.statements.len()), Ok(2));
/// ```
///
/// # Errors
/// Every statement or step that cannot be read, in the order of the text.
pub fn parse(text: &str) -> Result<Document, Vec<Diagnostic>> {
    if text.len() > MAX_BYTES {
        return Err(vec![too_long()]);
    }
    // A byte-order mark becomes blank lines of the same length, so that spans still fit the text.
    let cleared;
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => {
            cleared = format!("\n\n\n{rest}");
            cleared.as_str()
        }
        None => text,
    };
    let (outlines, closing_comments) = outline(text);
    let mut findings = Vec::new();
    let mut statements = Vec::new();
    for outline in &outlines {
        statements.extend(read(outline, &mut findings));
        if findings.len() > MAX_FINDINGS {
            findings.truncate(MAX_FINDINGS);
            findings.push(too_many(outline.span()));
            break;
        }
    }
    if findings.is_empty() { Ok(Document { statements, closing_comments }) } else { Err(findings) }
}

fn too_long() -> Diagnostic {
    let message =
        format!("a deal may have {MAX_BYTES} bytes: keep tapes and histories in files of their own");
    Diagnostic::error(DealError::TextTooLong, Span::default(), message)
}

fn too_many(span: Span) -> Diagnostic {
    let message = format!("more than {MAX_FINDINGS} errors: correct those above first");
    Diagnostic::error(DealError::TooManyErrors, span, message)
}

fn read(outline: &Outline<'_>, findings: &mut Vec<Diagnostic>) -> Option<Item<Statement>> {
    let before = findings.len();
    findings.extend(unreadable(outline));
    if findings.len() == before {
        let result = statement::statement(&mut Cursor::new(&outline.tokens));
        let steps = read_steps(outline, findings);
        match result {
            Ok(body) => return finish(outline, (body, steps), findings),
            Err(failure) => findings.push(*failure),
        }
    } else {
        read_steps(outline, findings);
    }
    // Errors of the head come before those of its steps.
    if let Some(new) = findings.get_mut(before..) {
        new.sort_by_key(|finding| finding.span.start);
    }
    None
}

fn finish(
    outline: &Outline<'_>,
    (mut body, steps): (Statement, Vec<Item<crate::syntax::Step>>),
    findings: &mut Vec<Diagnostic>,
) -> Option<Item<Statement>> {
    if outline.misplaced {
        let message = "nothing stands above this line: write it without indentation";
        findings.push(Diagnostic::error(DealError::LeadingIndent, outline.span(), message));
    }
    if let Statement::Waterfall(waterfall) = &mut body {
        if outline.steps.is_empty() {
            let message = "write the steps of this waterfall below it, indented";
            findings.push(Diagnostic::error(DealError::NoSteps, outline.span(), message));
        }
        waterfall.steps = steps;
    }
    let (comments, trailing) = (outline.comments.clone(), outline.trailing.clone());
    Some(Item { comments, trailing, body, span: outline.span() })
}

fn read_steps(outline: &Outline<'_>, findings: &mut Vec<Diagnostic>) -> Vec<Item<crate::syntax::Step>> {
    let mut steps = Vec::new();
    for outline in &outline.steps {
        let before = findings.len();
        findings.extend(unreadable(outline));
        if findings.len() > before || findings.len() > MAX_FINDINGS {
            continue;
        }
        let read: Parse<_> = step::step(outline);
        match read {
            Ok(step) => steps.push(step),
            Err(failure) => findings.push(*failure),
        }
    }
    steps
}

/// Tokens that belong to no statement of the language.
fn unreadable(outline: &Outline<'_>) -> Vec<Diagnostic> {
    let foreign = outline.tokens.iter().filter(|token| token.kind == Kind::Foreign).map(|token| {
        let message = format!("`{}` is not used in this language", cursor::shown(token.text));
        let error = Diagnostic::error(DealError::UnknownCharacter, token.span, message);
        match advice(token.text) {
            Some(advice) => error.help(advice),
            None => error.help("take it out, or put it in quotes or a comment"),
        }
    });
    let unclosed = outline.tokens.iter().filter(|token| token.kind == Kind::UnclosedText).map(|token| {
        let message = "this text does not end on its line: add a closing `\"`";
        Diagnostic::error(DealError::UnclosedText, token.span, message)
    });
    let mut findings: Vec<Diagnostic> = foreign.chain(unclosed).take(MAX_FINDINGS).collect();
    findings.sort_by_key(|finding| finding.span.start);
    findings
}
