//! Formulas for the rows of the tests, written as in a term sheet.

use serde_json::{Value, json};

/// Reads a formula into its JSON form.
pub fn formula(text: &str) -> Value {
    let mut reader = Reader { words: words(text), at: 0 };
    let formula = reader.binary(0);
    assert_eq!(reader.at, reader.words.len(), "`{text}` goes on after the formula");
    formula
}

fn words(text: &str) -> Vec<String> {
    let mut words = vec![];
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || "_.%".contains(c);
        let date = rest.get(..10).filter(|ten| ten.matches('-').count() == 2 && !ten.contains(' '));
        let length = match date {
            Some(_) if first.is_ascii_digit() => 10,
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ if rest.starts_with("<=") || rest.starts_with(">=") => 2,
            _ => 1,
        };
        words.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    words
}

const LEVELS: [&[(&str, &str)]; 5] = [
    &[("or", "or")],
    &[("and", "and")],
    &[("<", "less"), ("<=", "less_or_equal"), (">", "greater"), (">=", "greater_or_equal"), ("=", "equal")],
    &[("+", "add"), ("-", "subtract")],
    &[("*", "multiply"), ("/", "divide")],
];

struct Reader {
    words: Vec<String>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> &str {
        self.words.get(self.at).map_or("", String::as_str)
    }

    fn take(&mut self) -> String {
        self.at += 1;
        self.words[self.at - 1].clone()
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        self.at += usize::from(found);
        found
    }

    fn binary(&mut self, level: usize) -> Value {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        if level == 2 && self.eat("not") {
            return json!({"not": self.binary(level)});
        }
        let mut left = self.binary(level + 1);
        while let Some((word, name)) = operators.iter().find(|(word, _)| *word == self.peek()) {
            self.eat(word);
            let right = self.binary(level + 1);
            left = json!({"binary": {"operator": name, "left": left, "right": right}});
        }
        left
    }

    fn unary(&mut self) -> Value {
        if self.eat("-") { json!({"negate": self.unary()}) } else { self.operand() }
    }

    fn operand(&mut self) -> Value {
        let word = self.take();
        match word.as_str() {
            "(" => self.closing_bracket(),
            "if" => self.choice(),
            "round" => {
                assert!(self.eat("up") && self.eat("("));
                json!({"round_up": self.closing_bracket()})
            }
            "sum" | "average" if self.eat("over") => {
                let payments: u8 = self.take().parse().unwrap();
                assert!(self.eat("of"));
                json!({"over": {"average": word == "average", "payments": payments, "of": self.unary()}})
            }
            _ if word.contains('-') => json!({"date": word}),
            _ if word.starts_with(|c: char| c.is_ascii_digit()) => self.number(word),
            _ if self.eat("(") => self.call(&word),
            _ if self.eat("is") => self.state_of(&word),
            _ => json!({"name": word}),
        }
    }

    fn closing_bracket(&mut self) -> Value {
        let inner = self.binary(0);
        assert!(self.eat(")"));
        inner
    }

    fn choice(&mut self) -> Value {
        let condition = self.binary(0);
        assert!(self.eat("then"));
        let then = self.binary(0);
        assert!(self.eat("else"));
        json!({"if": {"condition": condition, "then": then, "otherwise": self.binary(0)}})
    }

    fn number(&mut self, digits: String) -> Value {
        if self.eat("days") { json!({"number": format!("{digits} days")}) } else { json!({"number": digits}) }
    }

    fn call(&mut self, function: &str) -> Value {
        let mut arguments = vec![];
        while !self.eat(")") {
            arguments.push(self.binary(0));
            self.eat(",");
        }
        json!({"call": {"function": function, "arguments": arguments}})
    }

    fn state_of(&mut self, name: &str) -> Value {
        if self.eat("zero") {
            return json!({"is_zero": name});
        }
        assert!(self.eat("unpaid") && self.eat("for"));
        let days: u16 = self.take().parse().unwrap();
        assert!(self.eat("days"));
        json!({"unpaid": {"claim": name, "days": days}})
    }
}
