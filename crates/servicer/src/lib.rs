#![doc = include_str!("../README.md")]

mod actor;
mod anchors;
mod book;
mod command;
mod commands;
mod day;
mod desk;
mod error;
mod happened;
mod host;
mod keeper;
mod ledgers;
mod look;
mod measure;
mod money;
mod queries;
mod servicer;
mod settings;
mod status;
mod takeover;
mod turn;
mod view;
mod warnings;

pub use actor::{Actor, Request, Role};
pub use anchors::{LedgerAnchor, LedgerRoot};
pub use book::Book;
pub use command::{
    Act, BankAccount, Done, Instructions, NewAttestation, NewDeal, NewReceipt, NewRent, RentReceived,
};
pub use error::ServicerError;
pub use host::{Host, Parts, Task, Teller};
pub use ledgers::{Home, Ledgers};
pub use measure::MEASURED_NAMES;
pub use servicer::{Options, Servicer};
pub use settings::{
    ArchiveSettings, ClockSettings, Http, KeeperSettings, LedgerSettings, LimitSettings, Mqtt, Settings,
    Telemetry, secret,
};
pub use turn::Turned;
pub use view::{
    AccountView, AttestationView, DealSummary, DealView, DeviceHistory, DeviceView, LogEvent, LookThrough,
    MachineView, NoteView, PAGE_MAX, Page, PaymentView, PositionView, PostingView, Question, ReceiptView,
    RentView, StatementLine, StatementView, WarningView,
};
pub use warnings::{Facts, age, reasons};

/// Days late at which a rent is said to have aged: the ages of delinquency reports.
pub const AGES: [u32; 4] = [1, 31, 61, 91];
