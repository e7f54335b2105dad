//! The canonical text of a deal.

mod expression;
mod layout;
mod statement;
mod step;

use crate::syntax::{Document, Item};
use layout::Row;

/// Writes a deal in its canonical form: aligned columns, one comment style, lines of at most about 110 columns.
///
/// ```
/// let document = forebay_deal::parse("note A   1000000 coupon 5% , act/360 # senior")?;
/// assert_eq!(forebay_deal::format(&document), "note A 1_000_000 coupon 5%, act/360  # senior\n");
/// # Ok::<(), Vec<forebay_deal::Diagnostic>>(())
/// ```
pub fn format(document: &Document) -> String {
    let mut rows = Vec::new();
    for item in &document.statements {
        statement::rows(item, &mut rows);
    }
    rows.extend(document.closing_comments.iter().map(|text| Row::comment(text, 0)));
    layout::lay_out(&rows)
}

pub(crate) use expression::counted;

/// Writes a formula in its canonical form: equal formulas have equal texts.
pub fn formula(expression: &crate::syntax::Expression) -> String {
    expression::expression(expression)
}

/// The comment lines above an item.
fn leading<T>(item: &Item<T>, indent: usize) -> impl Iterator<Item = Row> + '_ {
    item.comments.iter().map(move |text| Row::comment(text, indent))
}
