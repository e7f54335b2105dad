#![doc = include_str!("../README.md")]

mod calls;
mod client;
mod error;
mod secret;
mod wire;

pub use client::Client;
pub use error::{ClientError, Problem};
pub use secret::Secret;
pub use wire::access::{IssuedKey, Key, NewKey, Role};
pub use wire::amount::Amount;
pub use wire::answer::{Answer, Section, Table};
pub use wire::audit::Audited;
pub use wire::collateral::{
    Device, DeviceHistory, LookThrough, Machine, NewReceipt, NewReceipts, Receipt, Registration,
};
pub use wire::deal::{
    Account, Deal, DealDetail, Done, Explanation, NewDeal, NextPayment, Note, Payment, PaymentDetail,
    Position, Posting, StressQuestion,
};
pub use wire::event::LogEvent;
pub use wire::page::Page;
pub use wire::reading::{
    Evidence, LedgerRoot, MerklePath, ReadingOutcome, ReadingProof, SegmentProof, Taken,
};
pub use wire::servicing::{
    Act, Actor, Attestation, BankAccount, Decision, Instructions, Me, NewAttestation, NewRent, NewRents,
    Rent, RentReceived, Statement, StatementDetail, StatementLine, Warning,
};
