use std::cell::Cell;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::rc::Rc;
use std::sync::Once;

use redb::backends::InMemoryBackend;
use redb::{Database, DatabaseError, ReadableDatabase, StorageError, WriteTransaction};
use soroban_env_host::ModuleCache;

use super::apply::new_account;
use super::config::{Unmetered, network_config};
use super::header::Header;
use super::invoke::CODE_KEY;
use super::store::{ENTRIES, EVENTS, HASHES, META, PERSISTENT, RECORDS, Store, TEMPORARY};
use super::{Embedded, refusal, verify};
use crate::{ChainError, Key, PROTOCOL, digest};

/// Version of the file's format.
const FORMAT: u32 = 1;

/// First bytes of every file of the database below.
const DATABASE_BEGINS: &[u8] = b"redb\x1A\x0A\xA9\x0D\x0A";

/// Native coins at genesis, in the smallest unit: a hundred billion, as on the public network.
const NATIVE_COINS: i64 = 1_000_000_000_000_000_000;

/// How many of the last ledgers and transactions are checked whenever a ledger is opened.
const CHECKED_ON_OPEN: u32 = 64;

/// Files up to this size are checked whole when they are opened, which takes about 40 milliseconds;
/// [`Embedded::verify_headers`] checks larger ones.
const CHECKED_WHOLE_BYTES: u64 = 64 << 20;

/// How a ledger begins.
#[derive(Clone, Debug)]
pub struct Genesis {
    /// Name of the network: signatures and contract addresses are bound to it.
    pub passphrase: String,
    /// Seconds since 1970 at which the first ledger opens.
    pub time: u64,
}

impl Embedded {
    /// Creates a ledger in a file that is not there yet, and opens it.
    ///
    /// The file appears under its name only when it is whole.
    ///
    /// # Errors
    ///
    /// [`ChainError::Exists`], or what the disk refuses.
    pub fn create(path: &Path, genesis: &Genesis) -> Result<Self, ChainError> {
        if path.exists() {
            return Err(ChainError::Exists { path: path.display().to_string() });
        }
        let draft = path.with_extension("draft");
        if draft.exists() {
            std::fs::remove_file(&draft).map_err(redb::Error::Io)?;
        }
        begin(Database::create(&draft).map_err(|error| not_opened(&draft, error))?, genesis)?;
        std::fs::rename(&draft, path).map_err(redb::Error::Io)?;
        keep_name(path).map_err(redb::Error::Io)?;
        Self::open(path)
    }

    /// Opens a ledger.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotALedger`], [`ChainError::Damaged`], [`ChainError::InUse`] or
    /// [`ChainError::Version`].
    pub fn open(path: &Path) -> Result<Self, ChainError> {
        require_ours(path)?;
        guarded(|| Self::load(opened(path)?, path))
    }

    /// A ledger that is gone with the process, for tests.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn in_memory(genesis: &Genesis) -> Result<Self, ChainError> {
        let path = Path::new("memory");
        let db = Database::builder().create_with_backend(InMemoryBackend::new());
        let db = begin(db.map_err(|error| not_opened(path, error))?, genesis)?;
        Self::load(db, path)
    }

    fn load(db: Database, path: &Path) -> Result<Self, ChainError> {
        let passphrase = read_meta(&db, path)?;
        let header = verify::last_ledgers(&db, CHECKED_ON_OPEN)?;
        let unmetered = Unmetered::new().map_err(refusal::host)?;
        let modules = ModuleCache::new(&unmetered).map_err(refusal::host)?;
        let (store, config) = (Rc::new(Store::new(db)), network_config()?);
        let network = digest(&[passphrase.as_bytes()]);
        let ledger = Self { store, config, passphrase, network, header, modules };
        ledger.warm()?;
        Ok(ledger)
    }

    /// Parses the code of every contract, archived ones included: a call may bring them back.
    fn warm(&self) -> Result<(), ChainError> {
        let entries = self.store.db.begin_read()?.open_table(ENTRIES)?;
        for row in entries.range(&CODE_KEY[..]..&[0, 0, 0, 8][..])? {
            self.cache_module(row?.1.value().2)?;
        }
        Ok(())
    }
}

/// Makes a file's new name durable: on Unix that is the folder's business.
fn keep_name(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|_| cfg!(unix)) {
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Writes the first ledger, with the root account, in one commit.
fn begin(db: Database, genesis: &Genesis) -> Result<Database, ChainError> {
    let network = digest(&[genesis.passphrase.as_bytes()]);
    let header = Header::first(network, genesis.time);
    let root = new_account(&Key::from_secret(network).account(), NATIVE_COINS, header.sequence);
    let store = Store::new(db);
    store.put_account(root, header.sequence)?;
    store.commit_with(header, &[], |write| {
        let mut meta = write.open_table(META)?;
        meta.insert("format", &FORMAT.to_le_bytes()[..])?;
        meta.insert("protocol", &PROTOCOL.to_le_bytes()[..])?;
        meta.insert("passphrase", genesis.passphrase.as_bytes())?;
        open_tables(write)
    })?;
    Ok(store.db)
}

/// Reading needs every table to be there.
fn open_tables(write: &WriteTransaction) -> Result<(), ChainError> {
    write.open_table(ENTRIES)?;
    write.open_table(TEMPORARY)?;
    write.open_table(PERSISTENT)?;
    write.open_table(RECORDS)?;
    write.open_table(HASHES)?;
    write.open_table(EVENTS)?;
    Ok(())
}

/// Checks what the file says of itself and returns the name of its network.
fn read_meta(db: &Database, path: &Path) -> Result<String, ChainError> {
    let foreign = |problem: &dyn std::fmt::Display| ChainError::NotALedger {
        path: path.display().to_string(),
        problem: problem.to_string(),
    };
    let meta = db.begin_read()?.open_table(META).map_err(|error| foreign(&error))?;
    let read = |name: &str| -> Result<Vec<u8>, ChainError> {
        let value = meta.get(name)?.map(|value| value.value().to_vec());
        value.ok_or_else(|| foreign(&format!("it does not say its {name}")))
    };
    require_version("format", &read("format")?, FORMAT)?;
    require_version("protocol", &read("protocol")?, PROTOCOL)?;
    String::from_utf8(read("passphrase")?).map_err(|error| foreign(&error))
}

fn require_version(what: &'static str, found: &[u8], known: u32) -> Result<(), ChainError> {
    let found = found.try_into().map_or(0, u32::from_le_bytes);
    match found == known {
        true => Ok(()),
        false => Err(ChainError::Version { what, found, known }),
    }
}

/// Refuses what cannot be a ledger before the database looks at it and calls it damaged.
fn require_ours(path: &Path) -> Result<(), ChainError> {
    let foreign = |problem: String| ChainError::NotALedger { path: path.display().to_string(), problem };
    let mut begins = Vec::new();
    let file = File::open(path).map_err(|error| foreign(error.to_string()))?;
    file.take(DATABASE_BEGINS.len() as u64)
        .read_to_end(&mut begins)
        .map_err(|error| foreign(error.to_string()))?;
    match begins == DATABASE_BEGINS {
        true => Ok(()),
        false => Err(foreign("it begins differently".to_owned())),
    }
}

/// Opens the database, and checks the checksums of all that is in it if that is quick.
fn opened(path: &Path) -> Result<Database, ChainError> {
    let mut db = Database::open(path).map_err(|error| not_opened(path, error))?;
    let is_quick = path.metadata().is_ok_and(|file| file.len() <= CHECKED_WHOLE_BYTES);
    match !is_quick || db.check_integrity().map_err(|error| not_opened(path, error))? {
        true => Ok(db),
        false => Err(ChainError::damaged("its last commit was not whole and has been taken back")),
    }
}

thread_local! {
    /// Whether this thread reads a file that may be damaged.
    static READS: Cell<bool> = const { Cell::new(false) };
}

/// Reads the file, however damaged. The database stops the program on a page of the wrong kind, which
/// for it means a bug; for us it is a damaged file like any other. Nothing is used after such a stop.
pub fn guarded<T>(read: impl FnOnce() -> Result<T, ChainError>) -> Result<T, ChainError> {
    static HUSHED: Once = Once::new();
    HUSHED.call_once(hush);
    let outer = READS.replace(true);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    READS.set(outer);
    outcome.unwrap_or_else(|_| Err(ChainError::damaged("a page is of the wrong kind")))
}

/// Lets such a stop pass without its message, which says nothing to who has the file; all others are told as before.
fn hush() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_the_databases = panic.location().is_some_and(|place| place.file().contains("redb"));
        if !(READS.get() && is_the_databases) {
            tell(panic);
        }
    }));
}

/// Why the database could not be opened, in our words.
fn not_opened(path: &Path, error: DatabaseError) -> ChainError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => ChainError::InUse { path: path.display().to_string() },
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() == ErrorKind::UnexpectedEof => {
            ChainError::damaged(format!("{} is cut short", path.display()))
        }
        error => error.into(),
    }
}
