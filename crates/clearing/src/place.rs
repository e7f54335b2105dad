//! Where a ledger is, and how it is opened there.

use crate::call::closing;
use crate::clear::Story;
use crate::error::{ClearingError, Doing};
use chain::{Embedded, Genesis, Ledger, Network, Polling};
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
    /// Behind the server at this URL.
    Server(String),
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
            Self::Server(url) => Ok(Box::new(reach(url, story)?)),
        }
    }

    /// Opens the ledger there to look at it; nothing where a file is not there.
    ///
    /// # Errors
    /// [`ClearingError::Chain`]: what the place refuses.
    pub fn find(&self) -> Result<Option<Box<dyn Ledger>>, ClearingError> {
        Ok(match self {
            Self::File(path) if !path.exists() => None,
            Self::File(path) => Some(Box::new(open(path)?)),
            Self::Server(url) => Some(Box::new(connect(url)?)),
        })
    }

    /// Opens the ledger there when it has proved what its place can prove by itself: a file executes every signed
    /// transaction again, a server tells no transactions. The second value says whether that was done.
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
            Self::Server(url) => Ok((Box::new(connect(url)?), false)),
        }
    }
}

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        Ok(if is_url { Self::Server(text.to_owned()) } else { Self::File(text.into()) })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(url) => f.write_str(url),
        }
    }
}

fn open(path: &Path) -> Result<Embedded, ClearingError> {
    Embedded::open(path).doing(|| format!("opening {}", path.display()))
}

fn create(path: &Path, story: Story<'_>) -> Result<Embedded, ClearingError> {
    let passphrase = format!("Forebay simulation of {}", story.name);
    let genesis = Genesis { passphrase, time: beginning(story) };
    Embedded::create(path, &genesis).doing(|| format!("beginning {}", path.display()))
}

fn connect(url: &str) -> Result<Network, ClearingError> {
    Network::connect(url, Polling::default()).doing(|| format!("opening {url}"))
}

/// A ledger that others began may stand before the raise.
fn reach(url: &str, story: Story<'_>) -> Result<Network, ClearingError> {
    let mut ledger = connect(url)?;
    let (beginning, now) = (beginning(story), ledger.head().doing(|| format!("looking at {url}"))?.time);
    if now < beginning {
        ledger.close(beginning).doing(|| "moving the clock to the raise".to_owned())?;
    }
    Ok(ledger)
}

/// The second in which a deal's raise begins.
fn beginning(story: Story<'_>) -> u64 {
    closing(story.plan).saturating_sub(RAISE_SECONDS)
}
