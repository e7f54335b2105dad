//! What a ballot may ask of the deal: who votes, and the change that they consented to.

use crate::book::{self, Book};
use crate::error::DealError;
use electorate::{Electorate, Record, Voting};
use soroban_sdk::{Bytes, BytesN, Env, Symbol, Val, Vec};
use waterfall::plan::NoteField;

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
