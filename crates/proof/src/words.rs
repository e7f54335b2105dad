//! What formulas can name, by kind.

/// Kinds of number that a name or formula can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Amount,
    Rate,
    Quantity,
    Count,
    Flag,
    Date,
    Ratio,
}

/// Names that are declared so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    pub decimals: u8,
    named: Vec<(Kind, String)>,
    /// Inputs with a value for each member of a column.
    pub families: Vec<(Kind, String)>,
    pub schedules: Vec<(Kind, String)>,
    pub notes: Vec<String>,
    /// Notes that are paid in at closing: those that have a path known in advance.
    pub term_notes: Vec<String>,
    pub accounts: Vec<String>,
    pub states: Vec<String>,
    /// Days to sell.
    pub horizons: Vec<u16>,
    /// Claims that fall due on a day.
    pub late: Vec<String>,
    /// Tests that are ratios.
    pub tests: Vec<String>,
}

impl Words {
    pub fn new(decimals: u8) -> Self {
        let mut words = Self { decimals, ..Self::default() };
        for flag in ["matured", "settled", "sold"] {
            words.name(Kind::Flag, flag);
        }
        for date in ["date", "closing", "final"] {
            words.name(Kind::Date, date);
        }
        words.name(Kind::Count, "payment");
        words.name(Kind::Amount, "pool.cost");
        words.name(Kind::Rate, "pool.share");
        words.name(Kind::Quantity, "pool.units");
        words
    }

    /// Declares a name.
    pub fn name(&mut self, kind: Kind, name: impl Into<String>) {
        self.named.push((kind, name.into()));
    }

    pub fn of(&self, kind: Kind) -> Vec<String> {
        self.named.iter().filter(|(known, _)| *known == kind).map(|(_, name)| name.clone()).collect()
    }

    pub fn note(&mut self, name: &str, is_drawn: bool) {
        let amounts = [
            "balance",
            "original",
            "drawn",
            "available",
            "interest",
            "scheduled",
            "additional",
            "capitalised",
            "written_off",
            "interest.paid",
            "principal.paid",
            "scheduled.paid",
            "additional.paid",
            "interest.unpaid",
        ];
        for field in amounts {
            self.name(Kind::Amount, format!("{name}.{field}"));
        }
        self.name(Kind::Rate, format!("{name}.coupon"));
        for claim in ["interest", "scheduled", "additional"] {
            self.late.push(format!("{name}.{claim}"));
        }
        self.notes.push(name.to_owned());
        if !is_drawn {
            self.term_notes.push(name.to_owned());
        }
    }

    pub fn cost(&mut self, name: &str, is_capped: bool) {
        self.name(Kind::Amount, name);
        self.name(Kind::Amount, format!("{name}.paid"));
        self.late.push(name.to_owned());
        if is_capped {
            self.name(Kind::Amount, format!("{name}.excess"));
            self.name(Kind::Amount, format!("{name}.excess.paid"));
            self.late.push(format!("{name}.excess"));
        }
    }
}
