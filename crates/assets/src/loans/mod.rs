//! Amortising loans: what borrowers pay, repay early, fail to pay, and what comes back.

mod level;
mod pool;
mod schedule;

pub use level::level_payment;
pub use pool::{DefaultTerms, LoanTerms, PoolMonth, PrepaymentTerms};
pub(crate) use pool::{LoanModel, columns, outputs};
pub use schedule::{LoanStyle, Schedule, ScheduledLoan};
