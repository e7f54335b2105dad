#![doc = include_str!("../README.md")]
#![no_std]

use soroban_sdk::{Address, Vec, contracttype};

/// Who is asked about an amendment, as the deal says it.
#[contracttype]
#[derive(Clone)]
pub struct Electorate {
    /// Notes that are owed anything, senior first. A change to one line moves the cash of all below: all are asked.
    pub classes: Vec<Voting>,
    /// Holders of the equity, who have no notes to vote with.
    pub equity: Vec<Address>,
}

/// A class of notes.
#[contracttype]
#[derive(Clone)]
pub struct Voting {
    /// Its id in the plan.
    pub id: u32,
    /// Its contract.
    pub note: Address,
    /// Number of its record.
    pub record: u32,
    /// All its notes.
    pub supply: i128,
}

/// A record date of a note: what a vote counts from.
#[contracttype]
#[derive(Clone)]
pub struct Record {
    /// How many there have been, this one included.
    pub number: u32,
    /// Units of the note in all accounts.
    pub supply: i128,
}
