//! The contracts as they are uploaded.

use sha2::{Digest, Sha256};

/// A contract's code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// What it is called.
    pub name: &'static str,
    /// WebAssembly.
    pub wasm: &'static [u8],
}

impl Code {
    /// SHA-256 of the code: its name on every ledger.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.wasm).into()
    }
}

/// Keeps the roots of a node's readings.
pub const ANCHOR: Code =
    Code { name: "anchor", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/anchor.wasm")) };

/// Leads a deal from a missed payment to the sale of its machines.
pub const AUCTION: Code =
    Code { name: "auction", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/auction.wasm")) };

/// Counts the votes on an amendment.
pub const BALLOT: Code =
    Code { name: "ballot", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/ballot.wasm")) };

/// Holds a deal's plan, state and cash.
pub const DEAL: Code = Code { name: "deal", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/deal.wasm")) };

/// A tranche as a token.
pub const NOTE: Code = Code { name: "note", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/note.wasm")) };

/// A raise: money waits in escrow until it buys notes or goes back.
pub const OFFERING: Code =
    Code { name: "offering", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/offering.wasm")) };

/// The receipts of all machines, and what each backs.
pub const TITLE: Code = Code { name: "title", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/title.wasm")) };

/// The registry of holders, for notes that not everybody may hold.
pub const COMPLIANCE: Code =
    Code { name: "compliance", wasm: include_bytes!(concat!(env!("OUT_DIR"), "/compliance.wasm")) };

/// All of them.
pub const ALL: [Code; 8] = [ANCHOR, AUCTION, BALLOT, COMPLIANCE, DEAL, NOTE, OFFERING, TITLE];
