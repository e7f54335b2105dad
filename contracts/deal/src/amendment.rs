//! What a ballot may ask of the deal: who votes, and the change that they consented to.

use crate::book::{self, Book};
use crate::error::DealError;
use soroban_sdk::{Address, Bytes, BytesN, Env, Symbol, Val, Vec, contracttype};
use waterfall::plan::NoteField;

/// Who is asked.
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

/// A note's record, as its contract says it.
#[contracttype]
#[derive(Clone)]
pub struct Record {
    /// Counts the records.
    pub number: u32,
    /// All notes then.
    pub supply: i128,
}

pub fn record_holders(env: &Env) -> Result<Electorate, DealError> {
    require_ballot(env)?;
    let Book { terms, plan, state, .. } = Book::open(env)?;
    let address = |id: u32| terms.payees.get(id).ok_or(DealError::PayeeMissing);
    let (mut classes, mut equity) = (Vec::new(env), Vec::new(env));
    for note in &plan.notes {
        if state.read(note.register(NoteField::Balance)) == [0] {
            continue;
        }
        let (id, place) = (note.id.0, address(note.id.0)?);
        let Record { number: record, supply } =
            env.invoke_contract(&place, &Symbol::new(env, "record"), Vec::<Val>::new(env));
        classes.push_back(Voting { id, note: place, record, supply });
    }
    for holder in &plan.equities {
        equity.push_back(address(holder.id.0)?);
    }
    Ok(Electorate { classes, equity })
}

pub fn amend(env: &Env, plan: &Bytes, plan_hash: &BytesN<32>) -> Result<(), DealError> {
    require_ballot(env)?;
    Book::open(env)?.amend(env, (plan, plan_hash))
}

fn require_ballot(env: &Env) -> Result<(), DealError> {
    book::office(env)?.ballot.ok_or(DealError::NoBallot)?.require_auth();
    Ok(())
}
