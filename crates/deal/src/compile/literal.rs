//! Numbers as written.

use super::Compiler;
use super::value::{Decimal, Kind};
use crate::error::DealError;
use crate::syntax::{Number, Suffix};
use waterfall::plan::Register;

/// Reads a number; the parser has made sure that it is one.
pub(crate) fn decimal(number: &Number) -> Decimal {
    let (whole, fraction) = number.digits.split_once('.').unwrap_or((&number.digits, ""));
    let digits = format!("{whole}{fraction}").parse().unwrap_or(i128::MAX);
    let places = u8::try_from(fraction.len()).unwrap_or(u8::MAX);
    match number.suffix {
        Suffix::None => Decimal { digits, places, only: None },
        Suffix::Percent => Decimal { digits, places: places.saturating_add(2), only: Some(Kind::Rate) },
        Suffix::Days => Decimal { digits, places, only: Some(Kind::Count) },
    }
}

impl Compiler<'_> {
    /// A number in the place of a kind, as an integer.
    pub fn number(&mut self, number: &Number, kind: Kind) -> i64 {
        self.place(decimal(number), kind, number.span)
    }

    /// A number in the place of a kind, as a constant register.
    pub fn number_register(&mut self, number: &Number, kind: Kind) -> Register {
        let value = self.number(number, kind);
        self.registers.literal(value)
    }

    /// A level or multiplier: a plain number of nine places, percentage or not.
    pub fn plain_number(&mut self, decimal: Decimal, span: crate::syntax::Span) -> i64 {
        self.place(Decimal { only: None, ..decimal }, Kind::Rate, span)
    }

    /// A decimal in the place of a kind.
    pub fn place(&mut self, decimal: Decimal, kind: Kind, span: crate::syntax::Span) -> i64 {
        if decimal.only.is_some_and(|only| only != kind) {
            let message = format!("{} is needed here", kind.name());
            self.error(DealError::WrongKind, span, message, kind.hint());
            return 0;
        }
        let places = kind.decimals(self.scope.decimals);
        decimal.at(places).unwrap_or_else(|| {
            let message = format!("{} keeps {places} decimal places and must fit 64 bits", kind.name());
            self.error(DealError::BadNumber, span, message, "write fewer digits");
            0
        })
    }
}
