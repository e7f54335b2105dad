use thiserror::Error;

use crate::limits::Resource;
use crate::xdr::{AccountId, ScAddress};

/// Why the ledger refused, with a stable number and what to do next.
///
/// A refused transaction changes nothing: neither state nor the sequence number of its source.
#[derive(Debug, Error)]
pub enum ChainError {
    /// The file is no ledger of ours.
    #[error("{path} is not a Forebay ledger ({problem}); name another file, or create a ledger there")]
    NotALedger {
        /// What was opened.
        path: String,
        /// Why it is none.
        problem: String,
    },
    /// The file was a ledger and is damaged.
    #[error("the ledger is damaged: {what}; restore the file from a copy")]
    Damaged {
        /// What does not hold.
        what: String,
    },
    /// Another process has the ledger open.
    #[error("{path} is open in another process; stop that one first")]
    InUse {
        /// What was opened.
        path: String,
    },
    /// There is something where a ledger was to be created.
    #[error("{path} is already there; open it, or name another file")]
    Exists {
        /// Where.
        path: String,
    },
    /// The ledger was written by rules that this program does not have.
    #[error("the ledger follows {what} {found} and this program follows {known}; use a matching version")]
    Version {
        /// The format of the file or the protocol of the network.
        what: &'static str,
        /// What the file says.
        found: u32,
        /// What the program knows.
        known: u32,
    },
    /// The disk failed.
    #[error("the ledger could not be read or written: {0}; free space or mend the disk, then open it again")]
    Storage(#[source] Box<redb::Error>),
    /// Time was to run backwards.
    #[error("a ledger cannot close at {asked}: the open one began at {now}; give a time that is not earlier")]
    TimeBack {
        /// Seconds since 1970 that were asked for.
        asked: u64,
        /// Seconds since 1970 of the open ledger.
        now: u64,
    },
    /// There is no such account.
    #[error("there is no account {0}; fund it first")]
    NoAccount(String),
    /// The account is there already.
    #[error("account {0} is there already; pay to it instead of funding it")]
    AccountExists(String),
    /// The sequence number was used already, or comes too early.
    #[error(
        "transaction {given} of {account} does not follow {last}: replayed or out of order; prepare it again"
    )]
    Sequence {
        /// Whose.
        account: String,
        /// In the transaction.
        given: i64,
        /// Last one that was used.
        last: i64,
    },
    /// The source account did not sign the transaction.
    #[error("{0} did not sign this transaction as it stands; sign it with the key of its source account")]
    Signature(String),
    /// Nobody who was given signs for this address.
    #[error("{0} must sign and its key was not given; add it to the signers")]
    MissingSigner(String),
    /// The host did not accept an authorisation.
    #[error("an authorisation was refused ({0}); sign exactly this call with the right key")]
    Unauthorised(String),
    /// The authorisation was used already.
    #[error("{0} gave this authorisation before and it was used; sign a new one")]
    AuthorisationUsed(String),
    /// The authorisation is too old.
    #[error("the authorisation of {address} ended with ledger {ended}; sign it again")]
    AuthorisationExpired {
        /// Whose.
        address: String,
        /// Last ledger in which it counted.
        ended: u32,
    },
    /// A limit of the live network.
    #[error("{resource}: {used} is over the limit of {max} for one transaction; split the work")]
    Limit {
        /// What.
        resource: Resource,
        /// How much was needed or asked for.
        used: u64,
        /// How much is allowed.
        max: u64,
    },
    /// An entry that the transaction counts on is archived.
    #[error("an entry of the footprint is archived: {0}; prepare the transaction again, which restores it")]
    Archived(String),
    /// State moved on between simulation and application.
    #[error("the state changed since the transaction was prepared; prepare it again")]
    Footprint,
    /// The contract refused, with a number of its own.
    #[error("the contract refused with error {code}{detail}")]
    Contract {
        /// Number that the contract defines.
        code: u32,
        /// What the host noted, if it did.
        detail: String,
    },
    /// The host refused.
    #[error("the host refused: {error}{detail}")]
    Host {
        /// Kind and code as the host names them.
        error: String,
        /// What the host noted, if it did.
        detail: String,
    },
    /// A transaction of a kind that this ledger does not apply.
    #[error(
        "this ledger does not apply {0}; send one contract call, extension or account in each transaction"
    )]
    Unsupported(&'static str),
    /// A value does not fit its type on the ledger.
    #[error("{what} does not fit the ledger's format ({problem}); shorten it")]
    Value {
        /// Which.
        what: &'static str,
        /// Why.
        problem: String,
    },
    /// A result is of another type than its contract promises.
    #[error("expected {expected}, the contract returned {found}; check the contract's address")]
    Unexpected {
        /// Type that was asked for.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// The passphrase does not open the key file.
    #[error("the passphrase does not open these keys, or the file was changed; try again, or use a copy")]
    WrongPassphrase,
    /// Encryption is not what was asked for.
    #[error(
        "{0} is unencrypted where it should not be, or the other way round; tests alone may use plain keys, in a file that ends in .plain-test-keys"
    )]
    PlainKeys(String),
    /// The file holds no keys.
    #[error("{path} is no file of keys ({problem}); name another file, or create one")]
    NotKeys {
        /// What was opened or written.
        path: String,
        /// Why not.
        problem: String,
    },
    /// There is no such key.
    #[error("there is no key `{name}`; known are: {known}")]
    NoKey {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The name is taken.
    #[error("there is a key `{0}` already; choose another name")]
    KeyExists(String),
    /// Nobody answers at this address.
    #[error("{url} does not answer ({problem}); start the server, or check the address")]
    Unreachable {
        /// Where.
        url: String,
        /// Why not.
        problem: String,
    },
    /// The server answered with an error of its own.
    #[error("the server refuses {method}: {problem} ({code}); check what was asked for")]
    Answer {
        /// What was asked.
        method: &'static str,
        /// The error's number in JSON-RPC.
        code: i32,
        /// What the server says.
        problem: String,
    },
    /// The answer is not what the network's servers answer.
    #[error("the answer to {method} cannot be read ({problem}); is this a server of the network's RPC?")]
    Reply {
        /// What was asked.
        method: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The network's clock runs by itself and is not there yet.
    #[error(
        "the clock of this network stands at {now} and nobody can move it to {asked}; wait until then, or use a ledger that `forebay ledger serve` serves"
    )]
    Clock {
        /// Seconds since 1970 that were asked for.
        asked: u64,
        /// Seconds since 1970 of the latest ledger.
        now: u64,
    },
    /// There is no root account whose key the network's name gives.
    #[error("this network has no root account to fund {account} from; {next}")]
    NoRoot {
        /// Who was to be funded.
        account: String,
        /// Where native coins are to be had.
        next: String,
    },
    /// The transaction was sent and no ledger has it yet.
    #[error(
        "transaction {0} was sent and is not in a ledger yet; ask for its receipt before sending another"
    )]
    Undecided(String),
}

impl ChainError {
    /// Returns the stable number, the same in logs and in replies. Append, never renumber.
    pub const fn code(&self) -> u16 {
        match self {
            Self::NotALedger { .. } => 700,
            Self::Damaged { .. } => 701,
            Self::InUse { .. } => 702,
            Self::Exists { .. } => 703,
            Self::Version { .. } => 704,
            Self::Storage(_) => 705,
            Self::TimeBack { .. } => 706,
            Self::NoAccount(_) => 710,
            Self::AccountExists(_) => 711,
            Self::Sequence { .. } => 712,
            Self::Signature(_) => 713,
            Self::MissingSigner(_) => 714,
            Self::Unauthorised(_) => 715,
            Self::AuthorisationUsed(_) => 716,
            Self::AuthorisationExpired { .. } => 717,
            Self::Limit { .. } => 720,
            Self::Archived(_) => 721,
            Self::Footprint => 722,
            Self::Contract { .. } => 730,
            Self::Host { .. } => 731,
            Self::Unsupported(_) => 732,
            Self::Value { .. } => 733,
            Self::Unexpected { .. } => 734,
            Self::WrongPassphrase => 740,
            Self::PlainKeys(_) => 741,
            Self::NotKeys { .. } => 742,
            Self::NoKey { .. } => 743,
            Self::KeyExists(_) => 744,
            Self::Unreachable { .. } => 745,
            Self::Answer { .. } => 746,
            Self::Reply { .. } => 747,
            Self::Clock { .. } => 748,
            Self::NoRoot { .. } => 749,
            Self::Undecided(_) => 750,
        }
    }

    /// Whether preparing the same call again can succeed.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::InUse { .. }
                | Self::Sequence { .. }
                | Self::AuthorisationUsed(_)
                | Self::AuthorisationExpired { .. }
                | Self::Archived(_)
                | Self::Footprint
                | Self::Unreachable { .. }
        )
    }

    pub(crate) fn value(what: &'static str, problem: impl std::fmt::Display) -> Self {
        Self::Value { what, problem: problem.to_string() }
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    pub(crate) fn no_root(account: &AccountId, friendbot: Option<&str>) -> Self {
        let next = match friendbot {
            Some(url) => format!("ask for some at {url}?addr={account}"),
            None => "pay native coins to it first".to_owned(),
        };
        Self::NoRoot { account: account.to_string(), next }
    }

    pub(crate) fn missing_signer(address: &ScAddress) -> Self {
        Self::MissingSigner(address.to_string())
    }
}

impl<E: Into<redb::Error>> From<E> for ChainError {
    fn from(error: E) -> Self {
        match error.into() {
            redb::Error::Corrupted(what) => Self::Damaged { what },
            error => Self::Storage(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    /// Every number stands once, in rising order, so that a new one is seen to be new.
    #[test]
    fn numbers_are_unique() {
        let (_, table) = include_str!("error.rs").split_once("pub const fn code").unwrap();
        let (table, _) = table.split_once("/// Whether").unwrap();
        let number = |line: &str| line.split_once("=> ")?.1.trim_end_matches(',').parse::<u16>().ok();
        let numbers: Vec<u16> = table.lines().filter_map(number).collect();
        assert!(numbers.len() > 25, "{numbers:?}");
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        assert!(numbers.iter().all(|number| (700..800).contains(number)), "{numbers:?}");
    }
}
