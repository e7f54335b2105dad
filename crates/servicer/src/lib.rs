#![doc = include_str!("../README.md")]

mod actor;
mod command;
mod day;
mod error;
mod servicer;
mod view;

pub use actor::{Actor, Request, Role};
pub use command::{
    Act, BankAccount, Done, Instructions, NewAttestation, NewDeal, NewReceipt, NewRent, RentReceived,
};
pub use error::ServicerError;
pub use servicer::{Options, Servicer};
pub use view::{
    AccountView, AttestationView, DealSummary, DealView, DeviceHistory, DeviceView, LogEvent, LookThrough,
    MachineView, NoteView, PAGE_MAX, Page, PaymentView, PositionView, PostingView, Question, ReceiptView,
    RentView, StatementLine, StatementView, WarningView,
};

/// Days late at which a rent is said to have aged: the ages of delinquency reports.
pub const AGES: [u32; 4] = [1, 31, 61, 91];
