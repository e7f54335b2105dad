//! The economics of networks that pay their suppliers in a token: sales of node licences, machines that people bring,
//! and whether what is paid comes from customers.
//!
//! Every figure of a file names its source and says how it is known, so that an answer can say what it rests on. Results
//! are analysis in floating point; none of them moves money.

mod backtest;
mod byod;
mod error;
mod figure;
mod health;
mod hedge;
mod indicators;
mod node_sale;
mod show;

pub use backtest::Backtest;
pub use byod::{Byod, DeviceCase, calc_byod};
pub use error::DepinError;
pub use figure::{Basis, Figure, Source};
pub use health::{Health, calc_health};
pub use hedge::{Hedge, HedgedPrice};
pub use indicators::{Elasticity, Indicator, SalesMultiple, Signal, UseStep};
pub use node_sale::{LevelOutcome, NodeSale, PriceLevel, TierOutcome, calc_node_sale};
pub use show::{byod_answer, byod_csv, health_answer, health_csv, node_sale_answer, node_sale_csv};
