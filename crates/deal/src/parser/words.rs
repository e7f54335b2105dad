//! The words that the language keeps for itself.

/// Words that begin a statement. They may still be used as names.
pub(crate) const STATEMENTS: [&str; 23] = [
    "deal",
    "currency",
    "closing",
    "payments",
    "final",
    "collateral",
    "liquidation",
    "receive",
    "observe",
    "account",
    "note",
    "equity",
    "payee",
    "uses",
    "fee",
    "expense",
    "let",
    "schedule",
    "test",
    "trigger",
    "state",
    "permit",
    "waterfall",
];

/// Words that cannot be names, because they end or join the formulas and lists that stand before them.
pub(crate) const RESERVED: [&str; 26] = [
    "and", "at", "by", "else", "fill", "for", "from", "if", "in", "into", "is", "keep", "not", "of", "once",
    "or", "over", "pay", "release", "rest", "then", "to", "until", "when", "while", "write",
];

/// Returns true if the word begins a statement.
pub(crate) fn is_statement(word: &str) -> bool {
    STATEMENTS.contains(&word)
}
