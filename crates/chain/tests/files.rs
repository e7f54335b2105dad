//! A file is either a whole ledger or refused with its number; a killed process loses nothing.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::{START, World, genesis, key};
use forebay_chain::xdr::{Asset, LedgerKey, LedgerKeyTrustLine, Limits, TrustLineAsset, WriteXdr};
use forebay_chain::{ChainError, Currency, Embedded, Keeping, Ledger, Signing, Transfer};
use redb::{Database, ReadableTable, TableDefinition, WriteTransaction};
use tempfile::TempDir;

/// A folder with a ledger in it: 2 has paid 3 ten times, one unit each.
fn paid() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("test.ledger");
    let mut world = World::on(Embedded::create(&path, &genesis()).unwrap());
    for _ in 0..10 {
        world.pay(2, 3, 1).unwrap();
    }
    (folder, path)
}

fn cash() -> Currency {
    let network = Embedded::in_memory(&genesis()).unwrap().network();
    Currency::of(network, "USDC", key(1).account()).unwrap()
}

fn opened(path: &Path) -> World {
    World { ledger: Embedded::open(path).unwrap(), cash: cash() }
}

#[test]
fn a_ledger_is_the_same_when_it_is_opened_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("test.ledger");
    let mut world = World::on(Embedded::create(&path, &genesis()).unwrap());
    world.pay(2, 3, 400).unwrap();
    world.ledger.close(START + 3600).unwrap();
    let receipt = world.pay(3, 2, 100).unwrap();
    let (head, events) = (world.ledger.head().unwrap(), world.ledger.events(0..=u32::MAX).unwrap().len());
    drop(world);
    let mut world = opened(&path);
    assert_eq!(world.ledger.head().unwrap(), head);
    assert_eq!((head.sequence, head.time), (1 + 720, START + 3600));
    assert_eq!(world.ledger.events(0..=u32::MAX).unwrap().len(), events);
    assert_eq!(world.ledger.events(head.sequence..=head.sequence).unwrap().len(), 1);
    assert_eq!(world.ledger.receipt(receipt.hash).unwrap().unwrap().ledger, head.sequence);
    assert_eq!((world.balance(2), world.balance(3)), (700, 300));
    world.ledger.verify_headers().unwrap();
    world.pay(2, 3, 1).unwrap();
}

#[test]
fn the_same_calls_make_the_same_ledger() {
    let run = || {
        let mut world = World::new();
        world.pay(2, 3, 5).unwrap();
        let envelope = world.relayed(10);
        world.ledger.send(&envelope).unwrap();
        world.ledger.close(START + 60).unwrap()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_ledger_opens_once_and_is_created_once() {
    let (_folder, path) = paid();
    let first = Embedded::open(&path).unwrap();
    assert_eq!(Embedded::open(&path).err().unwrap().code(), 702);
    drop(first);
    assert_eq!(Embedded::create(&path, &genesis()).err().unwrap().code(), 703);
    Embedded::open(&path).unwrap();
}

#[test]
fn a_ledger_is_what_its_signed_transactions_make() {
    let mut world = World::new();
    for day in 1..=3 {
        world.pay(2, 3, day).unwrap();
        let envelope = world.relayed(10);
        world.ledger.send(&envelope).unwrap();
        world.ledger.close(START + u64::try_from(day).unwrap() * 100 * 86_400).unwrap();
    }
    let keeping = Keeping { within: 2_000_000, extend_to: 3_000_000 };
    assert!(world.ledger.keep(&key(1), keeping).unwrap() > 0);
    world.ledger.replay().unwrap();
}

/// Damages a ledger; opening it or checking it must give this number.
fn check(codes: &[u16], what: &str, damage: impl FnOnce(&Path)) -> String {
    let (_folder, path) = paid();
    damage(&path);
    let outcome = Embedded::open(&path).and_then(|ledger| ledger.verify_headers());
    let error = outcome.expect_err(what);
    assert!(codes.contains(&error.code()), "{what}: {} {error}", error.code());
    error.to_string()
}

fn truncate(path: &Path, left: impl FnOnce(u64) -> u64) {
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(left(file.metadata().unwrap().len())).unwrap();
}

#[test]
fn a_truncated_file_is_damaged() {
    check(&[701], "last byte", |path| truncate(path, |all| all - 1));
    check(&[701], "last page", |path| truncate(path, |all| all - 4096));
    check(&[701], "half", |path| truncate(path, |all| all / 2));
    check(&[701], "a tenth", |path| truncate(path, |all| all / 10));
    check(&[701], "one page", |path| truncate(path, |_| 4096));
    check(&[701], "a hundred bytes", |path| truncate(path, |_| 100));
    check(&[700], "five bytes", |path| truncate(path, |_| 5));
    check(&[700], "nothing", |path| truncate(path, |_| 0));
}

/// Every page is lost once: either nothing used it, or the ledger says that it is damaged.
#[test]
fn a_lost_page_is_found() {
    const PAGE: usize = 4096;
    let (_folder, path) = paid();
    let whole = std::fs::read(&path).unwrap();
    let mut found = 0;
    for start in (0..whole.len()).step_by(PAGE) {
        let mut bytes = whole.clone();
        bytes[start..(start + PAGE).min(whole.len())].fill(0);
        std::fs::write(&path, &bytes).unwrap();
        let outcome = Embedded::open(&path).and_then(|ledger| ledger.verify_headers());
        let code = outcome.as_ref().map_or_else(ChainError::code, |()| 0);
        assert!([0, 700, 701].contains(&code), "{outcome:?}");
        found += usize::from(code > 0);
    }
    assert!(found >= 8, "{found}");
}

#[test]
fn a_foreign_file_is_named_as_such() {
    check(&[700], "text", |path| std::fs::write(path, "a term sheet\n").unwrap());
    check(&[700], "no file", |path| std::fs::remove_file(path).unwrap());
    check(&[700], "another database", |path| {
        std::fs::remove_file(path).unwrap();
        drop(Database::create(path).unwrap());
    });
}

/// What 3 holds: its key and its entry, as the file has them.
fn line(path: &Path) -> (Vec<u8>, Vec<u8>) {
    let (world, account_id) = (opened(path), key(3).account());
    let Asset::CreditAlphanum4(asset) = cash().asset().clone() else { unreachable!() };
    let asset = TrustLineAsset::CreditAlphanum4(asset);
    let line = LedgerKey::Trustline(LedgerKeyTrustLine { account_id, asset });
    let entry = world.ledger.entry(&line).unwrap().unwrap().entry;
    (line.to_xdr(Limits::none()).unwrap(), entry.to_xdr(Limits::none()).unwrap())
}

#[test]
fn a_byte_that_the_disk_changed_is_found_on_opening() {
    let (_folder, path) = paid();
    let (_, entry) = line(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    let places: Vec<_> = bytes.windows(entry.len()).enumerate().filter(|(_, part)| *part == entry).collect();
    let places: Vec<_> = places.into_iter().map(|(place, _)| place).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|place| bytes[place] ^= 1);
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(Embedded::open(&path).err().unwrap().code(), 701);
}

/// Changes a row in a way that the database takes for its own.
fn rewrite(path: &Path, change: impl FnOnce(&WriteTransaction)) {
    let db = Database::open(path).unwrap();
    let write = db.begin_write().unwrap();
    change(&write);
    write.commit().unwrap();
}

#[test]
fn a_row_that_was_changed_is_found() {
    type Record = (&'static [u8; 32], &'static [u8], &'static [u8], &'static [u8; 56], &'static [u8; 32]);
    check(&[701], "a balance", |path| {
        let (key, mut entry) = line(path);
        *entry.last_mut().unwrap() ^= 1;
        let table: TableDefinition<'_, &[u8], (u32, u32, &[u8])> = TableDefinition::new("entries");
        rewrite(path, |write| drop(write.open_table(table).unwrap().insert(&key[..], (0, 0, &entry[..]))));
    });
    let found = check(&[701], "an event", |path| {
        let table: TableDefinition<'_, (u32, u32, u32), &[u8]> = TableDefinition::new("events");
        rewrite(path, |write| drop(write.open_table(table).unwrap().insert((1, 9, 0), &[0][..])));
    });
    assert!(found.contains("transaction 9 of ledger 1"), "{found}");
    check(&[701], "a missing ledger", |path| {
        let mut world = opened(path);
        for second in 1..=3 {
            world.ledger.close(START + second).unwrap();
        }
        drop(world);
        let table: TableDefinition<'_, u32, &[u8; 172]> = TableDefinition::new("headers");
        rewrite(path, |write| drop(write.open_table(table).unwrap().remove(2)));
    });
    check(&[701], "a transaction", |path| {
        let table: TableDefinition<'_, (u32, u32), Record> = TableDefinition::new("records");
        rewrite(path, |write| drop(write.open_table(table).unwrap().remove((1, 9))));
    });
    check(&[701], "a header", |path| {
        let table: TableDefinition<'_, u32, &[u8; 172]> = TableDefinition::new("headers");
        rewrite(path, |write| {
            let mut headers = write.open_table(table).unwrap();
            let mut header = *headers.get(1).unwrap().unwrap().value();
            header[0] ^= 1;
            headers.insert(1, &header).unwrap();
        });
    });
    check(&[704], "the format", |path| {
        let table: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
        rewrite(path, |write| drop(write.open_table(table).unwrap().insert("format", &[2, 0, 0, 0][..])));
    });
    check(&[701], "the network", |path| {
        let table: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
        rewrite(path, |write| drop(write.open_table(table).unwrap().insert("passphrase", &b"other"[..])));
    });
}

/// Names the ledger that the child of [`a_killed_run_loses_nothing`] pays on.
const CHILD: &str = "FOREBAY_TEST_LEDGER";

/// Pays one unit after the other until it is killed, and says so after each; a test only by name.
#[test]
fn child_that_pays_until_it_is_killed() {
    let Ok(path) = std::env::var(CHILD) else { return };
    let mut world = opened(Path::new(&path));
    for _ in 0..10_000 {
        let transfer = Transfer { from: key(2).address(), to: key(3).address(), units: 1 };
        let payer = key(2);
        let signing = Signing { source: &key(1), others: &[&payer] };
        let receipt = world.cash.transfer(&mut world.ledger, signing, transfer).unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "paid {:?}", receipt.hash).unwrap();
        out.flush().unwrap();
    }
}

fn spawn(path: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child_that_pays_until_it_is_killed", "--nocapture"]).env(CHILD, path);
    child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Reads so many receipts, then lets a little more happen and kills. Returns the last receipt.
fn kill_after(child: &mut Child, payments: usize) -> String {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
    let last = lines.filter(|line| line.starts_with("paid")).nth(payments).unwrap();
    // Work instead of sleep, a different amount each time, so that the kill falls at any point.
    let spun = (0..payments * 40_000).fold(0_u64, |sum, n| std::hint::black_box(sum.wrapping_add(n as u64)));
    std::hint::black_box(spun);
    child.kill().unwrap();
    child.wait().unwrap();
    last
}

#[test]
fn a_killed_run_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("test.ledger");
    let mut world = World::on(Embedded::create(&path, &genesis()).unwrap());
    world.cash.mint(&mut world.ledger, Signing::by(&key(1)), (key(2).address(), 1_000_000)).unwrap();
    let (all, before) = (world.balance(2), world.ledger.sequence_of(&key(1).account()).unwrap());
    let events = world.ledger.events(0..=u32::MAX).unwrap().len() as i128;
    drop(world);
    let mut paid = 0;
    for round in 0..20 {
        let mut child = spawn(&path);
        let last = kill_after(&mut child, 1 + round * 7 % 19);
        let world = opened(&path);
        world.ledger.verify_headers().unwrap();
        let now = world.balance(3);
        assert!(now > paid, "round {round}");
        assert_eq!(world.balance(2) + now, all, "round {round}");
        // One unit, one event and one sequence number for each payment: none lost, none twice.
        assert_eq!(world.ledger.events(0..=u32::MAX).unwrap().len() as i128 - events, now);
        assert_eq!(i128::from(world.ledger.sequence_of(&key(1).account()).unwrap() - before), now);
        assert!(world.ledger.receipt(hash_in(&last)).unwrap().is_some(), "round {round}");
        paid = now;
    }
}

/// The hash that the child printed.
fn hash_in(line: &str) -> [u8; 32] {
    let numbers = line.trim_start_matches("paid [").trim_end_matches(']').split(", ");
    let bytes: Vec<u8> = numbers.map(|number| number.parse().unwrap()).collect();
    bytes.try_into().unwrap()
}

#[test]
fn another_process_cannot_open_it_too() {
    let (_folder, path) = paid();
    let mut child = spawn(&path);
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
    lines.into_iter().find(|line| line.starts_with("paid")).unwrap();
    let error = Embedded::open(&path).err().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(matches!(error, ChainError::InUse { .. }), "{error}");
    Embedded::open(&path).unwrap();
}
