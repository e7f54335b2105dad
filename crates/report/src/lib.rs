#![doc = include_str!("../README.md")]

mod date_text;
mod error;
mod files;
mod flows;
mod grid;
mod html;
mod instructions;
mod investor;
mod journal;
mod json;
mod measure;
mod money;
mod page;
mod results;
mod returns;
mod study;
mod study_page;
mod study_text;
mod summary;
mod terminal;
mod workbook;
mod yields;

pub use error::ReportError;
pub use files::{ReportFile, to_files};
pub use flows::{Flow, Link, Node, PayeeTotal, Place, calc_flows, cash_by_payee};
pub use grid::Grid;
pub use instructions::payment_instructions;
pub use investor::{InvestorReport, investor_report};
pub use journal::payments_csv;
pub use json::to_json;
pub use page::to_page;
pub use results::*;
pub use returns::{Returns, calc_returns, class_returns};
pub use study::{
    BarsChart, Chart, FanChart, HeatMapChart, LinePoint, LinesChart, Section, Study, StudyTable, TornadoChart,
};
pub use study_page::study_page;
pub use study_text::{study_csv, study_terminal};
pub use summary::ClassSummary;
pub use terminal::{TerminalStyle, to_terminal};
pub use workbook::to_workbook;
pub use yields::{CashFlow, calc_irr, calc_wal};
