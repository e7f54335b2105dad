//! Lines grouped into statements and steps by their indentation, with the comments that go with them.

use super::{Kind, Token, tokens};
use crate::syntax::Span;

/// A statement or step before it is read: its words and its comments.
#[derive(Debug, Default)]
pub(crate) struct Outline<'a> {
    pub comments: Vec<String>,
    pub trailing: Option<String>,
    pub tokens: Vec<Token<'a>>,
    pub steps: Vec<Self>,
    /// True if the first line is indented though nothing stands above it.
    pub misplaced: bool,
}

impl Outline<'_> {
    /// From the first to the last word.
    pub fn span(&self) -> Span {
        let start = self.tokens.first().map_or(0, |token| token.span.start);
        Span { start, end: self.tokens.last().map_or(start, |token| token.span.end) }
    }

    fn is_waterfall(&self) -> bool {
        self.tokens.first().is_some_and(|token| token.text == "waterfall")
    }
}

/// Words that begin a step, and therefore end the head of a waterfall.
pub(crate) const STEPS: [&str; 6] = ["pay", "fill", "keep", "release", "write", "while"];

struct Line<'a> {
    indent: usize,
    tokens: Vec<Token<'a>>,
    comment: Option<String>,
}

/// Groups the text; also returns the comments after the last statement.
pub(crate) fn outline(text: &str) -> (Vec<Outline<'_>>, Vec<String>) {
    let mut builder = Builder::default();
    for line in lines(text) {
        builder.add(line);
    }
    while builder.pending.last().is_some_and(String::is_empty) {
        builder.pending.pop();
    }
    (builder.statements, builder.pending)
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut line = Line { indent: 0, tokens: Vec::new(), comment: None };
    for token in tokens(text) {
        match token.kind {
            Kind::Newline => {
                start = token.span.end;
                lines.push(std::mem::replace(
                    &mut line,
                    Line { indent: 0, tokens: Vec::new(), comment: None },
                ));
            }
            Kind::Comment => line.comment = Some(comment(token.text)),
            _ => {
                if line.tokens.is_empty() {
                    line.indent = indent(text.get(start..token.span.start).unwrap_or_default());
                }
                line.tokens.push(token);
            }
        }
    }
    lines.push(line);
    lines
}

/// Columns before the first word; a tab goes to the next multiple of eight.
fn indent(space: &str) -> usize {
    space.chars().fold(0, |column, character| if character == '\t' { column / 8 * 8 + 8 } else { column + 1 })
}

/// The text behind `#`. A bare `#` is kept as a space, for an empty string is a blank line.
fn comment(text: &str) -> String {
    let text = text.strip_prefix('#').unwrap_or(text).trim_end();
    let text = text.strip_prefix(' ').unwrap_or(text);
    if text.is_empty() { " ".to_owned() } else { text.to_owned() }
}

#[derive(Default)]
struct Builder<'a> {
    statements: Vec<Outline<'a>>,
    pending: Vec<String>,
    step_indent: usize,
}

impl<'a> Builder<'a> {
    fn add(&mut self, line: Line<'a>) {
        if line.tokens.is_empty() {
            self.keep(line.comment);
        } else if line.indent == 0 || self.statements.is_empty() {
            let comments = std::mem::take(&mut self.pending);
            self.statements.push(Outline { misplaced: line.indent > 0, ..begin(line, comments) });
        } else {
            self.indented(line);
        }
    }

    /// A comment line, or a blank one; of several blank lines one is kept, and none at the top.
    fn keep(&mut self, comment: Option<String>) {
        let at_top = self.statements.is_empty() && self.pending.is_empty();
        let blank_before = at_top || self.pending.last().is_some_and(String::is_empty);
        match comment {
            Some(text) => self.pending.push(text),
            None if !blank_before => self.pending.push(String::new()),
            None => {}
        }
    }

    fn indented(&mut self, line: Line<'a>) {
        let comments = std::mem::take(&mut self.pending);
        let Some(statement) = self.statements.last_mut() else { return };
        if !statement.is_waterfall() {
            return go_on(statement, line, comments);
        }
        if statement.steps.is_empty() && head_goes_on(statement, &line) {
            return go_on(statement, line, comments);
        }
        let deeper = line.indent > self.step_indent;
        match statement.steps.last_mut() {
            Some(step) if deeper => go_on(step, line, comments),
            Some(_) => statement.steps.push(begin(line, comments)),
            None => {
                self.step_indent = line.indent;
                statement.steps.push(begin(line, comments));
            }
        }
    }
}

fn begin(line: Line<'_>, comments: Vec<String>) -> Outline<'_> {
    let trailing = line.comment.filter(|comment| comment != " ");
    Outline { comments, trailing, tokens: line.tokens, ..Outline::default() }
}

/// Only one comment can stand at the end of a statement; earlier ones move above it.
fn go_on<'a>(outline: &mut Outline<'a>, line: Line<'a>, comments: Vec<String>) {
    outline.tokens.extend(line.tokens);
    outline.comments.extend(comments.into_iter().filter(|comment| !comment.is_empty()));
    if let Some(comment) = line.comment.filter(|comment| comment != " ") {
        outline.comments.extend(outline.trailing.replace(comment));
    }
}

/// The head of a waterfall goes on where it cannot have ended.
fn head_goes_on(head: &Outline<'_>, line: &Line<'_>) -> bool {
    let first = line.tokens.first().map_or("", |token| token.text);
    let last = head.tokens.last().map_or("", |token| token.text);
    let open = matches!(last, "," | "from" | "then" | "waterfall") || matches!(first, "from" | "then" | ",");
    open && !STEPS.contains(&first)
}
