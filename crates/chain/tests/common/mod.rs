//! What the tests of the ledger share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use forebay_chain::xdr::TransactionEnvelope;
use forebay_chain::{ChainError, Currency, Embedded, Genesis, Key, Ledger, Receipt, Signing, Transfer};

/// A fixed key for each number.
pub fn key(number: u8) -> Key {
    Key::from_secret([number; 32])
}

/// The first second of the tests: 1 January 2026.
pub const START: u64 = 1_767_225_600;

/// Native coins for an account.
pub const COINS: i64 = 1_000_000_000;

pub fn genesis() -> Genesis {
    Genesis { passphrase: "forebay test".to_owned(), time: START }
}

/// A ledger with an issuer (1) and two holders (2, 3); 2 has a thousand units.
pub struct World {
    pub ledger: Embedded,
    pub cash: Currency,
}

impl World {
    pub fn new() -> Self {
        Self::on(Embedded::in_memory(&genesis()).unwrap())
    }

    pub fn on(mut ledger: Embedded) -> Self {
        for number in 1..=3 {
            ledger.fund(&key(number).account(), COINS).unwrap();
        }
        let cash = Currency::issue(&mut ledger, Signing::by(&key(1)), "USDC").unwrap();
        for number in 2..=3 {
            cash.trust(&mut ledger, Signing::by(&key(number))).unwrap();
        }
        cash.mint(&mut ledger, Signing::by(&key(1)), (key(2).address(), 1000)).unwrap();
        Self { ledger, cash }
    }

    pub fn pay(&mut self, from: u8, to: u8, units: i128) -> Result<Receipt, ChainError> {
        let transfer = Transfer { from: key(from).address(), to: key(to).address(), units };
        self.cash.transfer(&mut self.ledger, Signing::by(&key(from)), transfer)
    }

    /// A transfer from 2 to 3 that 3 sends and 2 authorises.
    pub fn relayed(&self, units: i128) -> TransactionEnvelope {
        let transfer = Transfer { from: key(2).address(), to: key(3).address(), units };
        let payer = key(2);
        let (source, others) = (&key(3), &[&payer][..]);
        self.ledger.prepare_call(Signing { source, others }, self.cash.transfer_call(transfer)).unwrap()
    }

    pub fn balance(&self, of: u8) -> i128 {
        self.cash.balance(&self.ledger, &key(of).address()).unwrap()
    }
}
