//! Errors and warnings that point at the text.

use crate::error::DealError;
use crate::syntax::Span;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The deal cannot run.
    Error,
    /// The deal runs, but this may not be what was meant.
    Warning,
}

/// A further place in the text, and what is to be seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What.
    pub message: String,
}

/// One finding about a deal.
///
/// ```
/// use forebay_deal::{DealError, Diagnostic, syntax::Span};
/// let place = Span { start: 0, end: 4 };
/// let found = Diagnostic::error(DealError::UnknownStatement, place, "`nota` begins no statement")
///     .pointing("here")
///     .help("did you mean `note`?");
/// assert_eq!(found.code.code(), 504);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule is broken.
    pub code: DealError,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// What is wrong and what to do next, in one line.
    pub message: Box<str>,
    /// What is said at the place itself, if anything.
    pub pointing: Option<Box<str>>,
    /// Other places that matter.
    pub labels: Vec<Label>,
    /// What else to know.
    pub notes: Vec<String>,
    /// A suggested fix.
    pub help: Option<Box<str>>,
}

impl Diagnostic {
    /// Begins an error.
    pub fn error(code: DealError, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, (span, message.into().into_boxed_str()))
    }

    /// Begins a warning.
    pub fn warning(code: DealError, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, (span, message.into().into_boxed_str()))
    }

    fn new(code: DealError, severity: Severity, (span, message): (Span, Box<str>)) -> Self {
        let (labels, notes) = (Vec::new(), Vec::new());
        Self { code, severity, span, message, pointing: None, labels, notes, help: None }
    }

    /// Says something at the place itself.
    #[must_use]
    pub fn pointing(mut self, text: impl Into<String>) -> Self {
        self.pointing = Some(text.into().into_boxed_str());
        self
    }

    /// Shows another place.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// Adds what else to know.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Suggests a fix.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into().into_boxed_str());
        self
    }

    /// Suggests the nearest of the words that would have been right; if none is near, names them.
    #[must_use]
    pub fn did_you_mean<'a>(self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        let mut candidates: Vec<&str> = candidates.into_iter().collect();
        if let Some(nearest) = suggest(word, candidates.iter().copied()) {
            return self.help(format!("did you mean `{nearest}`?"));
        }
        candidates.sort_unstable();
        candidates.dedup();
        let more = candidates.len().saturating_sub(LISTED_MAX);
        candidates.truncate(LISTED_MAX);
        let listed = candidates.join(", ");
        self.help(match (candidates.len(), more) {
            (0, _) => "declare it first".to_owned(),
            (_, 0) => format!("there is {listed}"),
            (_, more) => format!("there is {listed} and {more} more"),
        })
    }
}

/// Most names that a help lists.
const LISTED_MAX: usize = 24;

/// A word longer than this is no typing error of a shorter one.
const LONGEST_SUGGESTION: usize = 40;

/// Returns the candidate nearest to a word by edit distance, if one is near enough to be meant.
///
/// ```
/// assert_eq!(forebay_deal::suggest("montly", ["monthly", "quarterly"]), Some("monthly"));
/// assert_eq!(forebay_deal::suggest("rent", ["monthly", "quarterly"]), None);
/// ```
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST_SUGGESTION {
        return None;
    }
    let lower = word.to_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
    let near = |candidate: &str, distance: usize| distance <= 1.max(candidate.len().min(word.len()) / 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST_SUGGESTION && *candidate != word)
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, candidate)| near(candidate, *distance))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Shows findings with the lines they are about.
///
/// `name` is what the text is called, usually its path. `colour` asks for terminal colours.
pub fn render((name, text): (&str, &str), findings: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut shown = String::new();
    for finding in findings {
        shown.push_str(&renderer.render(&[report((name, text), finding)]));
        shown.push_str("\n\n");
    }
    shown.truncate(shown.trim_end().len());
    shown.push('\n');
    shown
}

fn report<'a>((name, text): (&'a str, &'a str), finding: &'a Diagnostic) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&*finding.message).id(finding.code.code().to_string());
    let notes = finding.notes.iter().map(|note| Element::from(Level::NOTE.message(note.as_str())));
    let help = finding.help.iter().map(|help| Element::from(Level::HELP.message(&**help)));
    title.element(snippet((name, text), finding)).elements(notes).elements(help)
}

fn snippet<'a>(
    (name, text): (&'a str, &'a str),
    finding: &'a Diagnostic,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let primary = AnnotationKind::Primary.span(within(text, finding.span)).label(finding.pointing.as_deref());
    let others = finding
        .labels
        .iter()
        .map(|label| AnnotationKind::Context.span(within(text, label.span)).label(label.message.as_str()));
    Snippet::source(text).path(name).annotation(primary).annotations(others)
}

/// A span may come from another text (a tree read from JSON), and must not cut a character.
fn within(text: &str, span: Span) -> std::ops::Range<usize> {
    let start = floor_boundary(text, span.start);
    let end = floor_boundary(text, span.end).max(start);
    start..end
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}
