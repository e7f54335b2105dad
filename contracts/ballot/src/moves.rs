//! Opening a ballot, counting votes, carrying out what was consented to.

use crate::book::{self, Class, Proposal, Terms};
use crate::error::BallotError;
use electorate::{Electorate, Voting};
use settle::vote::{Outcome, Tally, Vote};
use settle::{Bps, SettleError, Time};
use soroban_sdk::{Address, Bytes, BytesN, Env, IntoVal, Symbol, Val, Vec, contractevent, vec};
use units::{Amount, Id};

/// A vote began.
#[contractevent(data_format = "vec")]
pub struct Proposed {
    /// Number of the ballot.
    #[topic]
    pub number: u32,
    /// SHA-256 of the plan.
    pub plan_hash: BytesN<32>,
    /// From here on nobody votes, in seconds.
    pub end: u64,
}

/// A holder voted.
#[contractevent(data_format = "vec")]
pub struct Voted {
    /// Number of the ballot.
    #[topic]
    pub number: u32,
    /// Who.
    #[topic]
    pub holder: Address,
    /// Id of the note.
    pub note: u32,
    /// How many units.
    pub units: i128,
    /// For, or against.
    pub consents: bool,
}

/// A ballot ended.
#[contractevent(data_format = "single-value")]
pub struct Ended {
    /// Number of the ballot.
    #[topic]
    pub number: u32,
    /// Whether the deal goes on under the new plan.
    pub enacted: bool,
}

pub fn install(env: &Env, terms: &Terms) -> Result<(), BallotError> {
    let consent = u16::try_from(terms.consent_bps).map_err(|_| BallotError::OutOfRange)?;
    Tally::new(Id(0), Bps(consent), Amount::ZERO)?;
    book::begin(env, terms);
    Ok(())
}

/// The equity signs at once: it has no notes to vote with.
pub fn propose(env: &Env, plan: Bytes, plan_hash: BytesN<32>, end: u64) -> Result<(), BallotError> {
    let terms = book::terms(env)?;
    terms.trustee.require_auth();
    if book::is_open(env) {
        return Err(BallotError::BallotOpen);
    }
    if env.crypto().sha256(&plan).to_bytes() != plan_hash {
        return Err(BallotError::PlanHash);
    }
    let asked: Electorate =
        env.invoke_contract(&terms.deal, &Symbol::new(env, "record_holders"), Vec::<Val>::new(env));
    asked.equity.iter().for_each(|holder| holder.require_auth());
    let mut classes = Vec::new(env);
    for Voting { id, note, record, supply } in asked.classes {
        let supply = i64::try_from(supply).map_err(|_| BallotError::OutOfRange)?;
        classes.push_back(Class { against: 0, consent: 0, id, note, record, supply });
    }
    let number = book::next_number(env)?;
    let proposal = Proposal { classes, end, number, plan, plan_hash: plan_hash.clone() };
    proposal.ballot()?.open(&proposal.tallies(&terms)?, now(env))?;
    book::keep_proposal(env, &proposal);
    Proposed { number, plan_hash, end }.publish(env);
    Ok(())
}

pub fn vote(env: &Env, holder: &Address, note: u32, consents: bool) -> Result<i128, BallotError> {
    let (terms, mut proposal) = (book::terms(env)?, book::proposal(env)?);
    let position = proposal.classes.iter().position(|class| class.id == note);
    let position = position.and_then(|position| u32::try_from(position).ok());
    let unknown = || BallotError::from(SettleError::UnknownClass);
    let position = position.ok_or_else(unknown)?;
    let mut class = proposal.classes.get(position).ok_or_else(unknown)?;
    let args = vec![env, holder.into_val(env), class.record.into_val(env)];
    let units: i128 = env.invoke_contract(&class.note, &Symbol::new(env, "recorded"), args);
    let notes = Amount::new(i64::try_from(units).map_err(|_| BallotError::OutOfRange)?);
    let who = (proposal.number, note, holder);
    let (mut tally, mut voted) = (class.tally(&terms)?, book::voted(env, who));
    let cast = Vote { class: Id(note), notes, consents };
    proposal.ballot()?.cast(&mut tally, (&mut voted, cast), now(env))?;
    (class.consent, class.against) = (tally.yes.units(), tally.no.units());
    proposal.classes.set(position, class);
    book::keep_voted(env, who);
    book::keep_proposal(env, &proposal);
    Voted { number: proposal.number, holder: holder.clone(), note, units, consents }.publish(env);
    Ok(units)
}

/// A consent stands until the ballot's end; nobody enacts what was agreed long ago.
pub fn enact(env: &Env) -> Result<(), BallotError> {
    let (terms, proposal) = (book::terms(env)?, book::proposal(env)?);
    let in_time = now(env) < Time(proposal.end);
    if !in_time || outcome(env, &terms, &proposal)? != Outcome::Consented {
        return Err(BallotError::NotConsented);
    }
    book::remove_proposal(env);
    let args = vec![env, proposal.plan.into_val(env), proposal.plan_hash.into_val(env)];
    env.invoke_contract::<()>(&terms.deal, &Symbol::new(env, "amend"), args);
    Ended { number: proposal.number, enacted: true }.publish(env);
    Ok(())
}

pub fn dismiss(env: &Env) -> Result<(), BallotError> {
    let (terms, proposal) = (book::terms(env)?, book::proposal(env)?);
    let over = now(env) >= Time(proposal.end);
    if !over && outcome(env, &terms, &proposal)? != Outcome::Refused {
        return Err(BallotError::NotOver);
    }
    book::remove_proposal(env);
    Ended { number: proposal.number, enacted: false }.publish(env);
    Ok(())
}

fn outcome(env: &Env, terms: &Terms, proposal: &Proposal) -> Result<Outcome, BallotError> {
    Ok(proposal.ballot()?.outcome(&proposal.tallies(terms)?, now(env))?)
}

fn now(env: &Env) -> Time {
    Time(env.ledger().timestamp())
}
