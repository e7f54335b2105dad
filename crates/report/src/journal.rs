//! Every payment as comma-separated values.

use crate::money::Money;
use crate::{PaymentKind, Provenance, ReportError, Results};

/// Columns of the journal, in the CSV file and in the spreadsheet.
pub(crate) const COLUMNS: [&str; 10] =
    ["date", "period", "state", "waterfall", "step", "from", "payee", "kind", "amount", "short"];

impl PaymentKind {
    /// Returns the word for it in a file or a table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Expense => "expense",
            Self::Fee => "fee",
            Self::Interest => "interest",
            Self::Principal => "principal",
            Self::Distribution => "distribution",
            Self::Transfer => "transfer",
            Self::Other => "other",
        }
    }
}

impl Provenance {
    /// Returns the word for it in a file or a table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Contracted => "contracted",
            Self::Derived => "derived",
            Self::Interpolated => "interpolated",
            Self::Carried => "carried",
            Self::Assumed => "assumed",
            Self::Scenario => "scenario",
        }
    }
}

/// Returns the journal: a header and one line per payment, amounts in currency units with all their places.
///
/// A field that a spreadsheet would take for a formula is preceded by an apostrophe.
///
/// # Errors
/// [`ReportError::Csv`] if the writer fails.
pub fn payments_csv(results: &Results) -> Result<String, ReportError> {
    let money = Money::new(results.deal.decimals);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for line in &results.payments {
        let (date, period) = (line.date.to_string(), line.period.to_string());
        let (amount, short) = (money.exact(line.amount), money.exact(line.short));
        let words =
            [&line.state, &line.waterfall, &line.step, &line.from, &line.payee].map(|w| plain_text(w));
        let [state, waterfall, step, from, payee] = &words;
        writer.write_record([
            &date,
            &period,
            state,
            waterfall,
            step,
            from,
            payee,
            line.kind.word(),
            &amount,
            &short,
        ])?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Names come from a term sheet that anybody may have written: none may become a formula.
fn plain_text(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
