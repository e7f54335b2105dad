use thiserror::Error;

/// Why the node could not do what it was asked, with a stable number and what to do next. Numbers 920 to 949.
#[derive(Debug, Error)]
pub enum NodeError {
    /// The database does not answer, is full, or refused a statement. Nothing of the request was kept.
    #[error("the database does not do it: {0}; nothing was kept, send again")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought to this program's version.
    #[error("the tables could not be brought up to date: {0}; use a matching version or restore a backup")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The address names no database that this program knows.
    #[error("{0} is no database; write sqlite:FILE or postgres://USER@HOST/NAME")]
    NoDatabase(String),
    /// The stream has moved on since the caller looked.
    #[error("{stream} stands at event {found}, not {expected}; read it again and decide anew")]
    Conflict {
        /// Which stream.
        stream: String,
        /// What the caller had seen.
        expected: i64,
        /// What is there.
        found: i64,
    },
    /// One idempotency key, two different commands.
    #[error("key {0} belongs to another command; a new command needs a key of its own")]
    KeyTaken(String),
    /// An event or a batch is not what its hash says.
    #[error("{what} does not match its hash; restore a backup")]
    Broken {
        /// Which one.
        what: String,
    },
    /// A backup that cannot be read or is not whole.
    #[error("the backup cannot be restored: {0}; use another copy")]
    Backup(String),
    /// A restore into something that is not empty.
    #[error("the database has entries already; restore into an empty one")]
    NotEmpty,
    /// A value outside what the store keeps.
    #[error("{what} cannot be kept: {problem}")]
    Value {
        /// What.
        what: &'static str,
        /// Why not.
        problem: String,
    },
    /// The clock of this machine jumped.
    #[error(
        "the clock of the node jumped by {seconds} s; nothing is accepted until it is steady, send again"
    )]
    Clock {
        /// How far, in seconds; negative is back.
        seconds: i64,
    },
    /// The node ends, or a part of it has ended.
    #[error("the node is stopping; send again")]
    Stopping,
    /// Nothing of that name.
    #[error("there is no {0}")]
    NotFound(String),
    /// A body that is not a row of readings.
    #[error("a body is 1 to {most} readings of 176 bytes and this is {bytes} bytes; send whole readings")]
    Body {
        /// Bytes that came.
        bytes: usize,
        /// Most readings at once.
        most: usize,
    },
    /// The archive's place cannot be written or read.
    #[error("the archive cannot be written: {0}; it will be tried again")]
    Archive(String),
    /// The broker does not answer.
    #[error("the broker does not answer: {0}; it will be tried again")]
    Broker(String),
    /// What the agent reads from does not answer, or not as documented.
    #[error("{source_name} cannot be read: {problem}; the slot stays empty")]
    Source {
        /// Which source.
        source_name: String,
        /// Why not.
        problem: String,
    },
    /// The node that the agent sends to does not answer.
    #[error("the node does not take readings: {0}; they wait in the buffer")]
    Delivery(String),
    /// What was sent could not be stored.
    #[error("nothing was stored: {0}; send again")]
    Unavailable(String),
}

impl NodeError {
    /// Returns the stable number. Append, never renumber.
    pub const fn code(&self) -> u16 {
        match self {
            Self::Database(_) => 920,
            Self::Migration(_) => 921,
            Self::NoDatabase(_) => 922,
            Self::Conflict { .. } => 923,
            Self::KeyTaken(_) => 924,
            Self::Broken { .. } => 925,
            Self::Backup(_) => 926,
            Self::NotEmpty => 927,
            Self::Value { .. } => 928,
            Self::Clock { .. } => 929,
            Self::Stopping => 930,
            Self::NotFound(_) => 931,
            Self::Body { .. } => 932,
            Self::Archive(_) => 933,
            Self::Broker(_) => 934,
            Self::Source { .. } => 935,
            Self::Delivery(_) => 936,
            Self::Unavailable(_) => 937,
        }
    }

    /// Whether the same request may succeed later, unchanged.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Database(_)
                | Self::Clock { .. }
                | Self::Stopping
                | Self::Archive(_)
                | Self::Broker(_)
                | Self::Delivery(_)
                | Self::Unavailable(_)
        )
    }

    pub(crate) fn value(what: &'static str, problem: impl ToString) -> Self {
        Self::Value { what, problem: problem.to_string() }
    }

    pub(crate) fn broken(what: impl ToString) -> Self {
        Self::Broken { what: what.to_string() }
    }
}

/// Why a reading is not accepted. Numbers 950 to 979.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum Refusal {
    /// Written by rules that this program does not have.
    #[error("the version of the reading is not 1; use a matching agent")]
    Version,
    /// An unknown kind, or reserved bytes that are not zero.
    #[error("the reading has an unknown kind, or a reserved byte that is not zero; see docs/telemetry.md")]
    Malformed,
    /// Nobody registered the device.
    #[error("the device is not registered; register its key first")]
    UnknownDevice,
    /// The slot is outside the time for which the device is registered.
    #[error("the device is not registered for this time; renew its registration")]
    NotInForce,
    /// A meter that reports as a GPU, or the like.
    #[error("the device is registered for another kind of reading")]
    WrongKind,
    /// Not signed by the device's key, by the strict rules.
    #[error("the signature is not the device's")]
    Signature,
    /// The slot ends later than the node's clock allows.
    #[error("the slot ends in the future; set the device's clock, then send again")]
    SlotAhead,
    /// The slot began too long ago.
    #[error("the slot began too long ago to be taken")]
    SlotTooOld,
    /// An earlier sequence number that was never taken: it came after its successor.
    #[error("the sequence has passed this number; the reading is kept as evidence and not counted")]
    Late,
    /// Two different readings with one sequence number, or for one slot.
    #[error("the device signed another reading for this place; both are kept as evidence")]
    Equivocation,
    /// It follows a reading that is not the one before it.
    #[error("the reading follows another one than the last; both are kept as evidence")]
    Chain,
    /// The register did not move by what the interval says.
    #[error("the register does not differ from the last by the interval")]
    Register,
    /// The register went back.
    #[error("the register is lower than the last")]
    RegisterFell,
    /// More than the device can do.
    #[error("the value is above the device's registered capacity")]
    AboveCapacity,
    /// A value that cannot be: more than all of the time, a ratio below one.
    #[error("the value is impossible")]
    Impossible,
    /// Up for longer than time has passed.
    #[error("the uptime grew faster than time")]
    Uptime,
}

impl Refusal {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 16] = [
        Self::Version,
        Self::Malformed,
        Self::UnknownDevice,
        Self::NotInForce,
        Self::WrongKind,
        Self::Signature,
        Self::SlotAhead,
        Self::SlotTooOld,
        Self::Late,
        Self::Equivocation,
        Self::Chain,
        Self::Register,
        Self::RegisterFell,
        Self::AboveCapacity,
        Self::Impossible,
        Self::Uptime,
    ];

    /// Returns the stable number. Append, never renumber.
    pub const fn code(self) -> u16 {
        match self {
            Self::Version => 950,
            Self::Malformed => 951,
            Self::UnknownDevice => 952,
            Self::NotInForce => 953,
            Self::WrongKind => 954,
            Self::Signature => 955,
            Self::SlotAhead => 956,
            Self::SlotTooOld => 957,
            Self::Late => 958,
            Self::Equivocation => 959,
            Self::Chain => 960,
            Self::Register => 961,
            Self::RegisterFell => 962,
            Self::AboveCapacity => 963,
            Self::Impossible => 964,
            Self::Uptime => 965,
        }
    }

    /// A word for it in counters and replies.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Malformed => "malformed",
            Self::UnknownDevice => "unknown_device",
            Self::NotInForce => "not_in_force",
            Self::WrongKind => "wrong_kind",
            Self::Signature => "signature",
            Self::SlotAhead => "slot_ahead",
            Self::SlotTooOld => "slot_too_old",
            Self::Late => "late",
            Self::Equivocation => "equivocation",
            Self::Chain => "chain",
            Self::Register => "register",
            Self::RegisterFell => "register_fell",
            Self::AboveCapacity => "above_capacity",
            Self::Impossible => "impossible",
            Self::Uptime => "uptime",
        }
    }

    /// Whether the same reading may be accepted later.
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::SlotAhead | Self::UnknownDevice)
    }

    /// Whether the reading is kept as evidence although it does not count.
    pub const fn is_kept(self) -> bool {
        matches!(self, Self::Late | Self::Equivocation | Self::Chain)
    }
}
