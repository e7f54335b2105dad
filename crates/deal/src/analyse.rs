//! Static analysis.

use crate::compile::Scope;
use crate::diagnostics::Diagnostic;

pub(crate) fn analyse(_scope: &Scope<'_>) -> Vec<Diagnostic> {
    Vec::new()
}
