#![doc = include_str!("../README.md")]

mod date_text;
mod error;
mod flows;
mod journal;
mod json;
mod money;
mod results;
mod returns;
mod summary;
mod terminal;
mod yields;

pub use error::ReportError;
pub use flows::{Flow, Link, Node, PayeeTotal, Place, calc_flows, cash_by_payee};
pub use journal::payments_csv;
pub use json::to_json;
pub use results::*;
pub use returns::{Returns, calc_returns, class_returns};
pub use summary::ClassSummary;
pub use terminal::{TerminalStyle, to_terminal};
pub use yields::{CashFlow, calc_irr, calc_wal};
