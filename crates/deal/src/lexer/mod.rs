//! Text to tokens, and tokens to the statements and steps they belong to.

mod outline;

pub(crate) use outline::{Outline, STEPS, outline};

use crate::syntax::Span;
use logos::Logos;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Logos)]
#[logos(skip r"[ \t\r]+")]
pub(crate) enum Kind {
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Word,
    #[regex(r"[0-9][0-9_]*(\.[0-9_]+)?")]
    Number,
    #[regex(r"[0-9][0-9][0-9][0-9]-[0-9][0-9]?-[0-9][0-9]?", priority = 20)]
    Date,
    #[regex(r#""([^"\\\n]|\\[^\n])*""#)]
    Text,
    #[regex(r#""([^"\\\n]|\\[^\n])*\\?"#)]
    UnclosedText,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("%")]
    Percent,
    #[token("(")]
    Open,
    #[token(")")]
    Close,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("<")]
    Less,
    #[token("<=")]
    LessOrEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterOrEqual,
    #[token("=")]
    Equal,
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Comment,
    #[token("\n")]
    Newline,
    /// Spellings of other languages, so that each is one error with its own advice.
    #[regex(r"==|!=|<>|&&|\|\||[^\x00-\x7F]")]
    Foreign,
}

/// A token with its text and place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub span: Span,
    /// True for the first token of a line.
    pub first: bool,
}

/// Everything in the text, comments and ends of lines included.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    for (kind, range) in Kind::lexer(text).spanned() {
        let kind = kind.unwrap_or(Kind::Foreign);
        let span = Span { start: range.start, end: range.end };
        let first = tokens.last().is_none_or(|last| last.kind == Kind::Newline);
        tokens.push(Token { kind, text: text.get(range).unwrap_or_default(), span, first });
    }
    tokens
}

/// Advice for what the language writes in another way.
pub(crate) fn advice(foreign: &str) -> Option<&'static str> {
    Some(match foreign {
        "==" => "write `=`",
        "!=" | "<>" | "≠" => "write `not a = b`",
        "&&" => "write `and`",
        "||" => "write `or`",
        "≤" => "write `<=`",
        "≥" => "write `>=`",
        "×" => "write `*`",
        "÷" => "write `/`",
        "–" | "—" | "−" => "write `-`",
        "“" | "”" | "„" => "write `\"`",
        ";" => "begin a new line instead",
        "{" | "}" | "[" | "]" => "use indentation or `( )`",
        _ => return None,
    })
}
