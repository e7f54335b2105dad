use std::fmt;

use crate::ChainError;

/// What one transaction may use of, as the live network limits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Metered instructions.
    Instructions,
    /// Metered bytes of memory.
    Memory,
    /// Entries in the footprint, read or written.
    FootprintEntries,
    /// Entries that are written.
    EntriesWritten,
    /// Accounts, trust lines and restored entries: what the live network reads from disk.
    EntriesRead,
    /// Bytes of what is read from disk.
    BytesRead,
    /// Bytes of all entries written.
    BytesWritten,
    /// Bytes of events and of the returned value.
    EventBytes,
    /// Bytes of the signed transaction.
    TransactionBytes,
    /// Bytes of one entry's key.
    KeyBytes,
    /// Bytes of one entry.
    EntryBytes,
    /// Bytes of one contract's code.
    CodeBytes,
}

impl Resource {
    /// The table: each resource, its name and its limit.
    ///
    /// Settings of the public network on 10 July 2026, as the contract SDK 28.0.0 ships them
    /// (`InvocationResourceLimits::mainnet`); the size of a transaction is the setting
    /// `tx_max_size_bytes` of stellar-core's `soroban-settings/pubnet_phase5.json`.
    const fn row(self) -> (&'static str, u64) {
        match self {
            Self::Instructions => ("instructions", 400_000_000),
            Self::Memory => ("bytes of memory", 41_943_040),
            Self::FootprintEntries => ("entries in the footprint", 400),
            Self::EntriesWritten => ("entries written", 200),
            Self::EntriesRead => ("entries read from disk", 200),
            Self::BytesRead => ("bytes read from disk", 200_000),
            Self::BytesWritten => ("bytes written", 132_096),
            Self::EventBytes => ("bytes of events", 16_384),
            Self::TransactionBytes => ("bytes of the transaction", 132_096),
            Self::KeyBytes => ("bytes of a key", 250),
            Self::EntryBytes => ("bytes of an entry", 65_536),
            Self::CodeBytes => ("bytes of code", 131_072),
        }
    }

    /// The most that one transaction may use.
    pub const fn max(self) -> u64 {
        self.row().1
    }

    /// Refuses `used` when it is over the limit.
    ///
    /// # Errors
    ///
    /// [`ChainError::Limit`] with what was used and what is allowed.
    pub const fn require(self, used: u64) -> Result<(), ChainError> {
        match used > self.max() {
            true => Err(ChainError::Limit { resource: self, used, max: self.max() }),
            false => Ok(()),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().0)
    }
}

/// Protocol that the host follows.
pub const PROTOCOL: u32 = 30;

/// Seconds in which the live network closes a ledger. Lifetimes of entries count ledgers, so the
/// embedded ledger skips as many numbers as the live network would have used.
pub const CLOSE_SECONDS: u64 = 5;

/// Ledgers for which a new temporary entry lives at least (stellar-core `pubnet_phase5.json`).
pub const TEMPORARY_LEDGERS_MIN: u32 = 17_280;

/// Ledgers for which a new persistent entry lives at least (same source): 120 days.
pub const PERSISTENT_LEDGERS_MIN: u32 = 2_073_600;

/// Ledgers for which any entry lives at most without being extended (same source): 180 days.
pub const LIFETIME_LEDGERS_MAX: u32 = 3_110_400;

/// Smallest units of the native coin that an account must keep for itself and for each trust line.
pub const BASE_RESERVE: u32 = 5_000_000;

/// Ledgers for which a signature counts after the one in which it was given: about eight minutes.
pub const SIGNATURE_LEDGERS: u32 = 100;
