use crate::{ChainError, Costs, Head, digest};

/// Bytes of what a header says.
const SAID_BYTES: usize = 140;

/// Bytes of a header in the file: what it says, and its hash.
pub const HEADER_BYTES: usize = SAID_BYTES + 32;

/// Bytes of a transaction's costs in the file.
pub const COST_BYTES: usize = 56;

/// The header of a ledger. That of the open one grows with each transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub sequence: u32,
    pub time: u64,
    /// Transactions in this ledger.
    pub count: u32,
    /// Hash of the ledger before; the network's id in the first.
    pub previous: [u8; 32],
    /// Hash chain over the transactions of this ledger.
    pub records: [u8; 32],
    /// Sum over all entries; see [`StateSum`].
    pub state: StateSum,
}

impl Header {
    pub const fn first(network: [u8; 32], time: u64) -> Self {
        let (records, state) = ([0; 32], StateSum([0; 4]));
        Self { sequence: 1, time, count: 0, previous: network, records, state }
    }

    /// The ledger after this one.
    pub fn next(&self, sequence: u32, time: u64) -> Self {
        Self { sequence, time, count: 0, previous: self.hash(), records: [0; 32], state: self.state }
    }

    pub fn hash(&self) -> [u8; 32] {
        digest(&[b"forebay ledger 1", &self.sequence.to_le_bytes(), &self.said()])
    }

    pub fn head(&self) -> Head {
        Head { sequence: self.sequence, time: self.time, hash: self.hash() }
    }

    fn said(&self) -> Vec<u8> {
        let (time, count) = (self.time.to_le_bytes(), self.count.to_le_bytes());
        [&time[..], &count, &self.previous, &self.records, &self.state.encode()].concat()
    }

    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let said = [&self.said()[..], &self.hash()].concat();
        bytes.iter_mut().zip(said).for_each(|(to, from)| *to = from);
        bytes
    }

    /// Reads a header, and refuses one that does not have its hash.
    pub fn decode(sequence: u32, bytes: &[u8; HEADER_BYTES]) -> Result<Self, ChainError> {
        let mut parts = Parts(bytes);
        let header = Self {
            sequence,
            time: u64::from_le_bytes(parts.take()),
            count: u32::from_le_bytes(parts.take()),
            previous: parts.take(),
            records: parts.take(),
            state: StateSum(std::array::from_fn(|_| u64::from_le_bytes(parts.take()))),
        };
        match parts.take() == header.hash() {
            true => Ok(header),
            false => Err(ChainError::damaged(format!("the header of ledger {sequence}"))),
        }
    }
}

/// Reads fixed-size parts of bytes that are long enough; past the end it reads zeros.
struct Parts<'a>(&'a [u8]);

impl Parts<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((part, rest)) = self.0.split_first_chunk::<N>() else { return [0; N] };
        self.0 = rest;
        *part
    }
}

/// Sum of the hashes of all entries, lane by lane without carry, so that one entry can change at a
/// time. It finds what a disk or a bug did to the entries. It does not bind somebody who rewrites the
/// file on purpose: that person could rewrite every header too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateSum(pub [u64; 4]);

impl StateSum {
    pub fn add(self, hash: [u8; 32]) -> Self {
        self.zip(hash, u64::wrapping_add)
    }

    pub fn remove(self, hash: [u8; 32]) -> Self {
        self.zip(hash, u64::wrapping_sub)
    }

    fn zip(mut self, hash: [u8; 32], change: fn(u64, u64) -> u64) -> Self {
        let mut parts = Parts(&hash);
        for lane in &mut self.0 {
            *lane = change(*lane, u64::from_le_bytes(parts.take()));
        }
        self
    }

    fn encode(self) -> Vec<u8> {
        self.0.iter().flat_map(|lane| lane.to_le_bytes()).collect()
    }
}

/// A transaction as the file keeps it.
#[derive(Clone, Debug)]
pub struct Record {
    pub hash: [u8; 32],
    pub envelope: Vec<u8>,
    pub result: Vec<u8>,
    pub events: Vec<Vec<u8>>,
    pub costs: Costs,
}

impl Record {
    /// Continues the hash chain of the ledger with this transaction.
    pub fn chain(&self, before: [u8; 32]) -> [u8; 32] {
        let costs = encode_costs(&self.costs);
        let parts = [&self.hash[..], &self.envelope, &self.result, &costs].into_iter();
        let parts = parts.chain(self.events.iter().map(Vec::as_slice));
        parts.fold(before, |hash, part| digest(&[&hash, &part.len().to_le_bytes(), part]))
    }
}

pub fn encode_costs(costs: &Costs) -> [u8; COST_BYTES] {
    let numbers = [
        costs.instructions,
        costs.memory,
        costs.entries,
        costs.entries_written,
        costs.bytes_written,
        costs.event_bytes,
        costs.transaction_bytes,
    ];
    let mut bytes = [0; COST_BYTES];
    let encoded = numbers.iter().flat_map(|number| number.to_le_bytes());
    bytes.iter_mut().zip(encoded).for_each(|(to, from)| *to = from);
    bytes
}

pub fn decode_costs(bytes: &[u8; COST_BYTES]) -> Costs {
    let mut parts = Parts(bytes);
    let mut number = || u64::from_le_bytes(parts.take());
    Costs {
        instructions: number(),
        memory: number(),
        entries: number(),
        entries_written: number(),
        bytes_written: number(),
        event_bytes: number(),
        transaction_bytes: number(),
    }
}

/// Refuses a header that does not follow the one before it.
pub fn require_follows(before: &Header, header: &Header) -> Result<(), ChainError> {
    let follows = header.previous == before.hash() && header.sequence > before.sequence;
    match follows && header.time >= before.time {
        true => Ok(()),
        false => {
            Err(ChainError::damaged(format!("ledger {} does not follow the one before", header.sequence)))
        }
    }
}
