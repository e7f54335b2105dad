//! One statement's tokens, and what may come next.

use super::words::RESERVED;
use crate::diagnostics::{Diagnostic, suggest};
use crate::error::DealError;
use crate::lexer::{Kind, Token};
use crate::syntax::{Day, Name, Number, Path, Span, Suffix};
use std::ops::RangeInclusive;

/// Why a statement could not be read.
pub(crate) type Failure = Box<Diagnostic>;
/// A part of a statement, or why it could not be read.
pub(crate) type Parse<T> = Result<T, Failure>;

/// How deep formulas and steps may be nested.
pub const MAX_DEPTH: usize = 64;

/// More alternatives than a message can hold.
const MOST_LISTED: usize = 6;

/// A place in a statement.
///
/// Every word that was looked for at this place is remembered, so that an error can say what would have been right.
pub(crate) struct Cursor<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    tried: Vec<&'static str>,
    depth: usize,
}

impl<'t, 'a> Cursor<'t, 'a> {
    pub fn new(tokens: &'t [Token<'a>]) -> Self {
        Self { tokens, at: 0, tried: Vec::new(), depth: 0 }
    }

    pub fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at.saturating_add(ahead)).copied()
    }

    pub fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
        self.tried.clear();
    }

    /// Takes a token of this kind.
    pub fn take(&mut self, kind: Kind) -> Option<Token<'a>> {
        let token = self.peek().filter(|token| token.kind == kind)?;
        self.advance();
        Some(token)
    }

    /// Takes whatever comes next; nothing is an empty text.
    pub fn next_text(&mut self) -> &'a str {
        let text = self.peek().map_or("", |token| token.text);
        self.advance();
        text
    }

    /// Takes a comma.
    pub fn comma(&mut self) -> bool {
        self.tried.push(",");
        self.take(Kind::Comma).is_some()
    }

    /// Takes these words if they come next, all of them or none.
    pub fn word(&mut self, phrase: &'static str) -> bool {
        let matches = self.phrase_at(0, phrase);
        if matches {
            self.at = self.at.saturating_add(phrase.split(' ').count());
            self.tried.clear();
        } else {
            self.tried.push(phrase);
        }
        matches
    }

    /// Takes a word that is right but not worth naming in an error, such as a singular.
    pub fn quietly(&mut self, word: &str) -> bool {
        let matches = self.phrase_at(0, word);
        if matches {
            self.advance();
        }
        matches
    }

    /// Returns true if these words come so many tokens ahead.
    pub fn phrase_at(&self, ahead: usize, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(index, word)| {
            self.peek_at(ahead.saturating_add(index))
                .is_some_and(|token| token.kind == Kind::Word && token.text == word)
        })
    }

    /// Returns true if a token of this kind comes so many tokens ahead.
    pub fn kind_at(&self, ahead: usize, kind: Kind) -> bool {
        self.peek_at(ahead).is_some_and(|token| token.kind == kind)
    }

    /// Takes these words or fails.
    pub fn require(&mut self, phrase: &'static str) -> Parse<()> {
        if self.word(phrase) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Takes one of these phrases and returns what stands beside it.
    pub fn one_of<T: Copy>(&mut self, choices: &[(&'static str, T)]) -> Parse<T> {
        for (phrase, meaning) in choices {
            if self.word(phrase) {
                return Ok(*meaning);
            }
        }
        Err(self.unexpected())
    }

    /// Takes a name that somebody chose.
    pub fn name(&mut self, what: &'static str) -> Parse<Name> {
        let Some(token) = self.peek().filter(|token| token.kind == Kind::Word) else {
            return Err(self.expected(what));
        };
        if RESERVED.contains(&token.text) {
            return Err(self.reserved(token, what));
        }
        self.advance();
        Ok(Name { text: token.text.to_owned(), span: token.span })
    }

    fn reserved(&self, token: Token<'_>, what: &str) -> Failure {
        let message = format!("write {what} here: `{}` is a word of the language and no name", token.text);
        Box::new(Diagnostic::error(DealError::ReservedName, token.span, message))
    }

    /// Takes names with commas between.
    pub fn names(&mut self, what: &'static str) -> Parse<Vec<Name>> {
        let mut names = vec![self.name(what)?];
        while self.comma() {
            names.push(self.name(what)?);
        }
        Ok(names)
    }

    /// Takes a dotted name.
    pub fn path(&mut self, what: &'static str) -> Parse<Path> {
        let first = self.name(what)?;
        let mut path = Path { words: vec![first.text], span: first.span };
        while self.take(Kind::Dot).is_some() {
            let Some(word) = self.take(Kind::Word) else {
                return Err(self.expected("a word after the dot, such as `balance`"));
            };
            path.words.push(word.text.to_owned());
            path.span.end = word.span.end;
        }
        Ok(path)
    }

    /// Takes a text in quotes.
    pub fn text(&mut self, what: &'static str) -> Parse<String> {
        let Some(token) = self.take(Kind::Text) else { return Err(self.expected(what)) };
        let inner = token.text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default();
        let mut text = String::with_capacity(inner.len());
        let mut escaped = false;
        for character in inner.chars() {
            escaped = !escaped && character == '\\';
            if !escaped {
                text.push(character);
            }
        }
        Ok(text)
    }

    /// Takes a date.
    pub fn day(&mut self, what: &'static str) -> Parse<Day> {
        let Some(token) = self.take(Kind::Date) else { return Err(self.expected(what)) };
        token.text.parse().map(Day).map_err(|_| {
            let message = format!("`{}` is no date between 1900 and 2399", shown(token.text));
            Box::new(
                Diagnostic::error(DealError::BadDate, token.span, message)
                    .help("write year-month-day with two digits each, such as 2024-01-16"),
            )
        })
    }

    /// Takes a number, which may be negative, with what follows it.
    pub fn number(&mut self, what: &'static str) -> Parse<Number> {
        let sign = if self.kind_at(1, Kind::Number) { self.take(Kind::Minus) } else { None };
        let Some(token) = self.take(Kind::Number) else { return Err(self.expected(what)) };
        let start = sign.map_or(token.span.start, |sign| sign.span.start);
        let written = if sign.is_some() { format!("-{}", token.text) } else { token.text.to_owned() };
        let suffix = self.suffix();
        let span = Span { start, end: self.last_end() };
        let digits = Number::checked_digits(&written).map_err(|_| bad_number(token))?;
        Ok(Number { digits, suffix, span })
    }

    fn suffix(&mut self) -> Suffix {
        if self.take(Kind::Percent).is_some() {
            Suffix::Percent
        } else if self.word("days") || self.quietly("day") {
            Suffix::Days
        } else {
            self.tried.clear();
            Suffix::None
        }
    }

    /// Takes a whole number within limits.
    pub fn count<T: TryFrom<u32>>(&mut self, limits: RangeInclusive<u32>, what: &'static str) -> Parse<T> {
        let Some(token) = self.take(Kind::Number) else { return Err(self.expected(what)) };
        let count = token.text.replace('_', "").parse::<u32>().ok();
        let within = count.filter(|count| limits.contains(count));
        within.and_then(|count| T::try_from(count).ok()).ok_or_else(|| {
            let message = format!("write {what} from {} to {} here", limits.start(), limits.end());
            Box::new(Diagnostic::error(DealError::CountOutOfRange, token.span, message))
        })
    }

    /// Takes a number of days with the word.
    pub fn days(&mut self) -> Parse<u16> {
        let days = self.count(0..=9_999, "a number of days")?;
        if self.word("days") || self.quietly("day") { Ok(days) } else { Err(self.unexpected()) }
    }

    /// Takes a number of payments with the word.
    pub fn payments<T: TryFrom<u32>>(&mut self, limits: RangeInclusive<u32>) -> Parse<T> {
        let count = self.count(limits, "a number of payments")?;
        if self.word("payments") || self.quietly("payment") { Ok(count) } else { Err(self.unexpected()) }
    }

    /// Goes one level deeper, as far as that is allowed.
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let result = read(self);
        self.depth = self.depth.saturating_sub(1);
        result
    }

    pub fn too_deep(&self) -> Failure {
        let message = format!("this goes more than {MAX_DEPTH} levels deep: name a part of it with `let`");
        Box::new(Diagnostic::error(DealError::TooDeep, self.here(), message))
    }

    /// Fails unless everything was read.
    pub fn finish(&self) -> Parse<()> {
        if self.peek().is_none() { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Where the next token stands, or just behind the last one.
    pub fn here(&self) -> Span {
        self.peek().map_or(Span { start: self.last_end(), end: self.last_end() }, |token| token.span)
    }

    /// Where the last token that was read ends.
    pub fn last_end(&self) -> usize {
        let last = self.at.min(self.tokens.len()).checked_sub(1);
        last.and_then(|last| self.tokens.get(last)).map_or(0, |token| token.span.end)
    }

    /// Says that something that is described in words should stand here.
    pub fn expected(&self, what: &str) -> Failure {
        let code = if self.peek().is_some() { DealError::UnexpectedWord } else { DealError::EndsTooEarly };
        let error = Diagnostic::error(code, self.here(), self.message(what));
        Box::new(self.advise(error))
    }

    /// Says that one of the words looked for should stand here.
    pub fn unexpected(&self) -> Failure {
        let listed = self.listed();
        if listed.is_empty() {
            return self.superfluous();
        }
        if listed.len() <= MOST_LISTED {
            return self.expected(&alternatives(&listed));
        }
        let mut error = self.expected("one of the words below");
        error.notes.push(format!("what may stand here: {}", alternatives(&listed)));
        error
    }

    /// What was looked for, each once; a formula goes on with any operator, not only with `and` and `or`.
    fn listed(&self) -> Vec<String> {
        let mut listed: Vec<String> = Vec::new();
        for phrase in &self.tried {
            let item = match *phrase {
                "and" | "or" => "an operator".to_owned(),
                phrase => format!("`{phrase}`"),
            };
            if !listed.contains(&item) {
                listed.push(item);
            }
        }
        listed
    }

    fn superfluous(&self) -> Failure {
        let Some(token) = self.peek() else { return self.expected("the rest of the statement") };
        let message =
            format!("nothing more belongs here: take out `{}` or begin a new line", shown(token.text));
        let error = Diagnostic::error(DealError::UnexpectedWord, token.span, message);
        Box::new(self.advise(error))
    }

    fn message(&self, what: &str) -> String {
        match self.peek() {
            Some(token) => format!("write {what} here, not `{}`", shown(token.text)),
            None => format!("this ends too early: write {what} next"),
        }
    }

    fn advise(&self, error: Diagnostic) -> Diagnostic {
        let Some(token) = self.peek() else { return error };
        if super::words::is_statement(token.text) && self.starts_line() {
            return error
                .help(format!("if `{}` begins a statement, write it without indentation", token.text));
        }
        // Too short a word is near to everything.
        let words = self.tried.iter().copied().filter(|phrase| phrase.len() > 2);
        let near = words.filter_map(|phrase| self.nearest(phrase)).min();
        match near {
            Some((_, phrase)) => error.help(format!("did you mean `{phrase}`?")),
            None => error,
        }
    }

    /// How far as many words as the phrase has are from the phrase.
    fn nearest(&self, phrase: &'static str) -> Option<(usize, &'static str)> {
        let count = phrase.split(' ').count();
        let words: Vec<&str> = (0..count).filter_map(|ahead| self.peek_at(ahead)).map(|t| t.text).collect();
        let written = words.join(" ");
        suggest(&written, [phrase]).map(|phrase| (strsim::damerau_levenshtein(&written, phrase), phrase))
    }

    fn starts_line(&self) -> bool {
        self.peek().is_some_and(|token| token.first)
    }
}

fn bad_number(token: Token<'_>) -> Failure {
    let message = format!("`{}` cannot be kept exactly", shown(token.text));
    let help = "write at most 18 digits before the point and 9 behind it";
    Box::new(Diagnostic::error(DealError::BadNumber, token.span, message).help(help))
}

/// A word as a message may repeat it: not too long, and without control characters.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    shown.replace("\\\"", "\"")
}

/// `a`, `a or b`, `a, b or c`.
fn alternatives(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
