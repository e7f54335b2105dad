#![doc = include_str!("../README.md")]

mod case;
mod collateral;
mod collected;
mod error;
mod gpu;
mod history;
mod liquidation;
mod loans;
mod market;
mod number;
mod observation;
mod scenario;
mod table;
mod tape;

pub use case::{Case, TapeSpec};
pub use collateral::{Collateral, Files, PeriodReading, Projection};
pub use collected::{parse_observations, replace};
pub use error::AssetsError;
pub use gpu::{GpuContract, GpuPower, GpuTerms};
pub use history::{Between, Growth, InlinePoint, Reading, Segment, Series, SeriesSpec, SeriesUnit, Splice};
pub use liquidation::{Horizons, LiquidationTerms, Sale, StraightLine, ValueBasis};
pub use loans::{
    DefaultTerms, LoanStyle, LoanTerms, PrepaymentTerms, Schedule, ScheduledLoan, level_payment,
};
pub use number::{Day, Money, Number, Percent, parse_percent};
pub use observation::{Observation, ObservationKind, Period, Provenance, Value};
pub use scenario::{InterestShift, Multiplier, OperatorDefault, Outage, PriceShock, Scenario};
pub use table::{Column, ColumnKind, ROWS_MAX, RowError, Schema, TableErrors};
pub use tape::{MEMBERS_MAX, Tape};
