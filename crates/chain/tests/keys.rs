//! Keys open with their passphrase and with nothing else.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

use forebay_chain::{ChainError, Keystore, Lock};
use tempfile::TempDir;

/// Different bytes at each draw, the same in each test.
fn draws() -> impl FnMut() -> [u8; 32] {
    let mut draw = 0_u8;
    move || {
        draw += 1;
        [draw; 32]
    }
}

fn filled(lock: Lock<'_>, name: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    let mut random = draws();
    let mut store = Keystore::create(&path, lock, &mut random).unwrap();
    store.add("servicer", &mut random).unwrap();
    store.add("trustee", &mut random).unwrap();
    (folder, path)
}

#[test]
fn keys_come_back_with_the_passphrase() {
    let lock = Lock::Passphrase("correct horse");
    let (_folder, path) = filled(lock, "forebay.keys");
    let mut store = Keystore::open(&path, lock).unwrap();
    assert_eq!(store.names().collect::<Vec<_>>(), ["servicer", "trustee"]);
    assert_ne!(store.key("servicer").unwrap().account(), store.key("trustee").unwrap().account());
    let (missing, taken) = (store.key("x").unwrap_err(), store.add("trustee", &mut draws()).unwrap_err());
    assert_eq!((missing.code(), taken.code()), (743, 744), "{missing} {taken}");
    assert!(missing.to_string().contains("servicer, trustee"));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("servicer") && !text.contains(&"03".repeat(32)));
}

fn check(code: u16, lock: Lock<'_>, path: &Path) {
    let error = Keystore::open(path, lock).err().unwrap();
    assert_eq!(error.code(), code, "{error}");
}

#[test]
fn other_locks_do_not_open_it() {
    let (_folder, path) = filled(Lock::Passphrase("correct horse"), "forebay.keys");
    check(740, Lock::Passphrase("correct horses"), &path);
    check(740, Lock::Passphrase(""), &path);
    check(741, Lock::PlainForTests, &path);
}

#[test]
fn a_changed_file_does_not_open() {
    let lock = Lock::Passphrase("correct horse");
    let (_folder, path) = filled(lock, "forebay.keys");
    let text = std::fs::read_to_string(&path).unwrap();
    let change = |code, changed: String| {
        std::fs::write(&path, changed).unwrap();
        check(code, lock, &path);
    };
    let last = text.trim_end().len() - 1;
    let other = if text.as_bytes()[last] == b'0' { "1" } else { "0" };
    change(740, format!("{}{other}\n", &text[..last]));
    change(742, text[..last].to_owned());
    change(740, text[..last - 1].to_owned());
    change(741, text.replace("19456", "8"));
    change(742, "a term sheet\n".to_owned());
    change(742, String::new());
    change(742, text.replace("forebay keys 1", "forebay keys 2"));
    std::fs::remove_file(&path).unwrap();
    check(742, lock, &path);
}

#[test]
fn plain_keys_are_for_tests_and_say_so() {
    let (folder, path) = filled(Lock::PlainForTests, "a.plain-test-keys");
    assert_eq!(Keystore::open(&path, Lock::PlainForTests).unwrap().names().count(), 2);
    check(741, Lock::Passphrase("correct horse"), &path);
    let renamed = folder.path().join("forebay.keys");
    std::fs::rename(&path, &renamed).unwrap();
    check(741, Lock::PlainForTests, &renamed);
    let create = |name: &str| Keystore::create(&folder.path().join(name), Lock::PlainForTests, &mut draws());
    assert!(matches!(create("b.keys").err(), Some(ChainError::PlainKeys(_))));
    assert!(matches!(create("forebay.keys").err(), Some(ChainError::Exists { .. })));
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = filled(Lock::Passphrase("correct horse"), "forebay.keys");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}
