#![doc = include_str!("../README.md")]

mod battery;
mod case;
mod collateral;
mod collected;
mod eligible;
mod error;
mod gpu;
mod history;
mod lease;
mod liquidation;
mod loans;
mod market;
mod model;
mod number;
mod observation;
mod scenario;
mod solar;
mod table;
mod tape;

pub use battery::BatteryTerms;
pub use case::{Case, DrawTerms, GridAxis, GridTerms, TapeSpec};
pub use collateral::{Collateral, Files, PeriodReading, Projection};
pub use collected::{parse_observations, replace};
pub use eligible::EligibleTerms;
pub use error::AssetsError;
pub use gpu::{GpuContract, GpuPower, GpuTerms};
pub use history::{Between, Growth, InlinePoint, Reading, Segment, Series, SeriesSpec, SeriesUnit, Splice};
pub use lease::LeaseTerms;
pub use liquidation::{Horizons, LiquidationTerms, Sale, StraightLine, ValueBasis};
pub use loans::{
    DefaultTerms, LoanStyle, LoanTerms, PoolMonth, PrepaymentTerms, Schedule, ScheduledLoan, level_payment,
};
pub use number::{Day, Money, Number, Percent, parse_percent};
pub use observation::{Observation, ObservationKind, Period, Provenance, Value};
pub use scenario::{InterestShift, Multiplier, OperatorDefault, Outage, PriceShock, Scenario};
pub use solar::SolarTerms;
pub use table::{Column, ColumnKind, ROWS_MAX, RowError, Schema, TableErrors};
pub use tape::{MEMBERS_MAX, Tape};
