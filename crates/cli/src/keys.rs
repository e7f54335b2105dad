//! `forebay keys`: the key from which those of all parties come, in an encrypted file.

use crate::output;
use anyhow::Context;
use chain::{Key, Keystore, Lock};
use std::path::Path;
use std::process::ExitCode;

/// Name of the key in its file.
const PARTIES: &str = "parties";

/// Where a passphrase may stand instead of being asked for.
const PASSPHRASE: &str = "FOREBAY_PASSPHRASE";

/// Makes a file with a new key.
pub fn new(file: &Path) -> anyhow::Result<ExitCode> {
    let passphrase = passphrase(&format!("a passphrase for {}: ", file.display()))?;
    let mut drawn = Ok(());
    let mut random = || {
        let mut bytes = [0; 32];
        if let Err(error) = getrandom::fill(&mut bytes) {
            drawn = Err(error);
        }
        bytes
    };
    let mut store = Keystore::create(file, Lock::Passphrase(&passphrase), &mut random)?;
    store.add(PARTIES, &mut random)?;
    if let Err(error) = drawn {
        std::fs::remove_file(file)?;
        return Err(error).context("the system gives no random numbers; no key was made");
    }
    output::print(&format!(
        "{0} holds a new key, encrypted\nrun a deal with it: forebay run sierra-h100 --ledger sierra.ledger --keys {0}\n\
         without the file and its passphrase nobody signs for these parties again\n",
        file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Opens a file that [`new`] made.
pub fn open(file: &Path) -> anyhow::Result<Key> {
    let passphrase = passphrase(&format!("passphrase of {}: ", file.display()))?;
    let missing = || format!("make the file with: forebay keys new {}", file.display());
    let store = Keystore::open(file, Lock::Passphrase(&passphrase));
    let store = if file.exists() { store? } else { store.with_context(missing)? };
    Ok(store.key(PARTIES)?)
}

fn passphrase(prompt: &str) -> anyhow::Result<String> {
    match std::env::var(PASSPHRASE) {
        Ok(passphrase) => Ok(passphrase),
        Err(_) => rpassword::prompt_password(prompt).with_context(|| {
            format!("nobody to ask for a passphrase; put it into the variable {PASSPHRASE}")
        }),
    }
}
