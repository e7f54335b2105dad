//! Where a ledger is, and how it is opened there.

use crate::call::seconds;
use crate::clear::Story;
use crate::error::{ClearingError, Doing};
use chain::{Embedded, Genesis, Ledger};
use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// How long before the closing a simulated ledger begins: the time to raise money in.
const RAISE_SECONDS: u64 = 10 * 86_400;

/// Where a ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file of this machine.
    File(PathBuf),
}

impl Place {
    /// Opens the ledger there, or begins it in time for the closing.
    ///
    /// # Errors
    /// [`ClearingError::Chain`]: what the place refuses.
    pub fn begin(&self, story: Story<'_>) -> Result<Box<dyn Ledger>, ClearingError> {
        match self {
            Self::File(path) if !path.exists() => Ok(Box::new(create(path, story)?)),
            Self::File(path) => Ok(Box::new(open(path)?)),
        }
    }

    /// Opens the ledger there when it has proved what its place can prove by itself: a file executes every signed
    /// transaction again. The second value says whether that was done.
    ///
    /// # Errors
    /// [`ClearingError::Chain`]: the first thing that does not hold.
    pub fn proved(&self) -> Result<(Box<dyn Ledger>, bool), ClearingError> {
        match self {
            Self::File(path) => {
                let ledger = open(path)?;
                ledger.replay().doing(|| "executing every transaction again".to_owned())?;
                Ok((Box::new(ledger), true))
            }
        }
    }
}

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::File(text.into()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
        }
    }
}

fn open(path: &Path) -> Result<Embedded, ClearingError> {
    Embedded::open(path).doing(|| format!("opening {}", path.display()))
}

fn create(path: &Path, story: Story<'_>) -> Result<Embedded, ClearingError> {
    let closing = story.plan.periods.first().and_then(|period| seconds(period.payment)).unwrap_or(0);
    let time = closing.saturating_sub(RAISE_SECONDS);
    let genesis = Genesis { passphrase: format!("Forebay simulation of {}", story.name), time };
    Embedded::create(path, &genesis).doing(|| format!("beginning {}", path.display()))
}
