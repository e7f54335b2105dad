//! What is agreed when a deal is installed.

use crate::book;
use crate::error::DealError;
use powers::Guardians;
use soroban_sdk::{Address, Bytes, BytesN, Env, Map, Vec, contracttype};
use waterfall::Plan;

/// The parties to a deal, and the plan that they signed.
#[contracttype]
#[derive(Clone)]
pub struct Terms {
    /// The asset that every amount is in.
    pub currency: Address,
    /// Who acts for the holders: restates, waives, releases what is paid in parts.
    pub trustee: Address,
    /// Who is behind each party of the plan, by id: a note and an equity by its own, everyone else by the claim's.
    pub payees: Map<u32, Address>,
    /// Who reports each input, by id, in the plan's order.
    pub reporters: Map<u32, Vec<Address>>,
}

/// Who may do what beside the payments; an entry of its own, which payment dates do not touch.
#[contracttype]
#[derive(Clone)]
pub struct Office {
    /// Who enforces: the deal's auction, or its trustee where there is none.
    pub agent: Address,
    /// Counts the holders' votes on an amendment; without it nobody amends.
    pub ballot: Option<Address>,
    /// What the notes are secured by; none if no receipts are pledged.
    pub collateral: Option<Collateral>,
    /// Who stops new risk, and who changes the code after an announcement.
    pub guardians: Guardians,
    /// Payees whose proceeds are paid out in parts, by id.
    pub milestones: Map<u32, Schedule>,
}

/// Receipts that the closing is against.
#[contracttype]
#[derive(Clone)]
pub struct Collateral {
    /// How many are pledged at the closing.
    pub receipts: u32,
    /// The registry that holds them.
    pub title: Address,
}

/// How proceeds are paid out as what they pay for is delivered.
#[contracttype]
#[derive(Clone)]
pub struct Schedule {
    /// From here on what was not released goes back to the deal, in seconds.
    pub end: u64,
    /// Each part's share, in basis points; together the whole.
    pub shares: Vec<u32>,
}

/// What is installed: the terms, and the plan's bytes.
#[contracttype]
#[derive(Clone)]
pub struct Installation {
    /// Who may do what.
    pub office: Office,
    /// The parties.
    pub terms: Terms,
    /// The plan.
    pub plan: Bytes,
    /// SHA-256 of the plan.
    pub plan_hash: BytesN<32>,
}

pub fn install(env: &Env, installation: &Installation) -> Result<(), DealError> {
    let Installation { terms, plan, plan_hash, office } = installation;
    let known = read(env, terms, (plan, plan_hash))?;
    require_sound(&known, office)?;
    book::begin(env, &known, installation);
    powers::begin(env, &office.guardians);
    Ok(())
}

/// Validates a plan that has the hash that was signed, and whose every party has an address.
pub fn read(env: &Env, terms: &Terms, (plan, plan_hash): (&Bytes, &BytesN<32>)) -> Result<Plan, DealError> {
    if env.crypto().sha256(plan).to_bytes() != *plan_hash {
        return Err(DealError::PlanHash);
    }
    let known = Plan::from_bytes(&book::copied(plan))?;
    require_payees(&known, terms)?;
    require_reporters(&known, terms)?;
    Ok(known)
}

/// Everyone whom the plan can pay, and everyone who pays in equity, has an address.
fn require_payees(plan: &Plan, terms: &Terms) -> Result<(), DealError> {
    let notes = plan.notes.iter().map(|note| note.id);
    let claims = plan.claims.iter().filter(|claim| claim.kind.note().is_none()).map(|claim| claim.id);
    let draws = plan.notes.iter().filter_map(|note| note.draws).map(|draws| draws.to);
    let equities = plan.equities.iter().map(|equity| equity.id);
    let mut payees = notes.chain(claims).chain(draws).chain(equities);
    if payees.all(|id| terms.payees.contains_key(id.0)) { Ok(()) } else { Err(DealError::PayeeMissing) }
}

/// Every input has as many reporters as the plan says.
fn require_reporters(plan: &Plan, terms: &Terms) -> Result<(), DealError> {
    let complete = plan.inputs.iter().all(|input| {
        let named = terms.reporters.get(input.id.0).map_or(0, |named| named.len());
        named == u32::from(input.reporters)
    });
    if complete { Ok(()) } else { Err(DealError::ReporterMissing) }
}

/// No note is paid in parts.
fn require_sound(plan: &Plan, office: &Office) -> Result<(), DealError> {
    let is_note = |id: u32| plan.notes.iter().any(|note| note.id.0 == id);
    let sound = office.milestones.iter().all(|(payee, _)| !is_note(payee));
    if sound { Ok(()) } else { Err(DealError::BadOffice) }
}

/// Position of a reporter among those of an input.
pub fn reporter(terms: &Terms, input: u32, reporter: &Address) -> Result<u8, DealError> {
    let named = terms.reporters.get(input).ok_or(DealError::UnknownReporter)?;
    let position = named.first_index_of(reporter).ok_or(DealError::UnknownReporter)?;
    u8::try_from(position).map_err(|_| DealError::TooLarge)
}
