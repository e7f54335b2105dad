use serde::{Deserialize, Serialize};

/// That a leaf lies under a root (RFC 9162 §2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MerklePath {
    /// Which leaf, from zero.
    pub leaf: u64,
    /// How many leaves.
    pub leaves: u64,
    /// The hashes beside the way up, 32 bytes each, in hexadecimal.
    pub hashes: String,
}

/// That a reading is under an anchored root: what anyone needs to check it without the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReadingProof {
    /// The reading's 176 bytes, in hexadecimal.
    pub record: String,
    /// The batch that it is in.
    pub batch: u64,
    /// From the reading to the batch's root.
    pub path: MerklePath,
    /// The batch's root, in hexadecimal.
    pub root: String,
    /// From there to what is anchored; none until the batch's segment is closed.
    pub segment: Option<SegmentProof>,
}

/// That a batch is under an anchored root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SegmentProof {
    /// The segment.
    pub id: u64,
    /// From the batch's root to the segment's.
    pub path: MerklePath,
    /// The segment's root, in hexadecimal.
    pub root: String,
    /// Where it is anchored.
    pub anchor: String,
    /// What the ledger itself has for the segment; none in lists of readings and where the node has no ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerRoot>,
}

/// What a ledger has for a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LedgerRoot {
    /// `holds` (this root), `differs` (another), `missing` (none) or `unread`.
    pub found: String,
    /// The root that it has, in hexadecimal; empty if it has none or nobody could look.
    pub root: String,
    /// The stable number of why nobody could look; 0 else.
    pub code: u16,
}

/// Something that was kept beside the readings that count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// `gap`, `late`, `sequence` and `slot` (two readings for one place), or `chain`.
    pub kind: String,
    /// The sequence number that it is about; of a gap, the first that is missing.
    pub sequence: u64,
    /// When it was kept, in seconds since 1970.
    pub at: u64,
    /// The reading, in hexadecimal; of a gap, the one after it.
    pub record: String,
    /// The reading that had been taken, in hexadecimal; empty where there is none.
    pub taken: String,
}

/// What became of readings that were sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Taken {
    /// How many count, with those after a gap.
    pub accepted: u64,
    /// The batch that holds them, if any.
    pub batch: Option<u64>,
    /// What became of the others; what is not listed was accepted.
    pub outcomes: Vec<ReadingOutcome>,
}

/// What became of one reading that was not simply accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ReadingOutcome {
    /// It counts, and some before it are missing.
    AcceptedAfterGap {
        /// Which reading of the request, from zero.
        index: usize,
        /// The first that is missing.
        first_missing: u64,
        /// The last that is missing.
        last_missing: u64,
    },
    /// It counts.
    Accepted {
        /// Which reading of the request, from zero.
        index: usize,
    },
    /// It counted before.
    Duplicate {
        /// Which reading of the request, from zero.
        index: usize,
    },
    /// It does not count.
    Refused {
        /// Which reading of the request, from zero.
        index: usize,
        /// The stable number.
        code: u16,
        /// A word for it.
        reason: String,
        /// What is wrong and what to do.
        message: String,
        /// Whether the same reading may be accepted later.
        again: bool,
        /// Whether it is kept as evidence.
        kept: bool,
    },
}
