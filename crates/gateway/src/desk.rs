//! The ledger on a thread of its own: it cannot leave the one that opened it.

use crate::error::GatewayError;
use chain::{ChainError, Embedded, Genesis};
use std::path::{Path, PathBuf};
use std::sync::mpsc as outcome;
use std::thread::{Builder, JoinHandle};
use tokio::sync::{mpsc, oneshot};

/// Questions that may wait; whoever comes later waits before the desk.
const WAITING_MAX: usize = 64;

type Question = Box<dyn FnOnce(&mut Embedded) + Send>;

/// Where questions to the ledger are handed in, one after the other.
#[derive(Clone)]
pub struct Desk(mpsc::Sender<Question>);

/// A desk that is open, with what was found when it opened.
pub struct Opened {
    pub desk: Desk,
    /// Ends when the last desk is gone, and the file is closed then.
    pub thread: JoinHandle<()>,
    pub passphrase: String,
}

impl Desk {
    pub fn open(path: PathBuf, genesis: Genesis) -> Result<Opened, GatewayError> {
        let (hand_in, questions) = mpsc::channel(WAITING_MAX);
        let (tell, told) = outcome::channel();
        let thread = Builder::new().name("ledger".to_owned());
        let thread = thread.spawn(move || work(opened(&path, &genesis), &tell, questions));
        let thread = thread.map_err(GatewayError::work)?;
        let passphrase = told.recv().map_err(GatewayError::work)??;
        Ok(Opened { desk: Self(hand_in), thread, passphrase })
    }

    /// Asks, and waits for the answer; none if the ledger is closed.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Embedded) -> T + Send + 'static,
    ) -> Option<T> {
        let (tell, told) = oneshot::channel();
        // Whoever does not wait for the answer any more does not get it.
        let question = Box::new(move |ledger: &mut Embedded| drop(tell.send(question(ledger))));
        self.0.send(question).await.ok()?;
        told.await.ok()
    }
}

fn opened(path: &Path, genesis: &Genesis) -> Result<Embedded, ChainError> {
    if path.exists() { Embedded::open(path) } else { Embedded::create(path, genesis) }
}

fn work(
    ledger: Result<Embedded, ChainError>,
    tell: &outcome::Sender<Result<String, ChainError>>,
    mut questions: mpsc::Receiver<Question>,
) {
    let opened = ledger.map(|mut ledger| {
        drop(tell.send(Ok(ledger.passphrase().to_owned())));
        while let Some(question) = questions.blocking_recv() {
            question(&mut ledger);
        }
    });
    if let Err(error) = opened {
        drop(tell.send(Err(error)));
    }
}
