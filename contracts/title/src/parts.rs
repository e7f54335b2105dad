//! Who the parties are, what insurer and appraiser sign of a receipt, and to whom it passes.

use crate::book::{self, Appraisal, Policy, Role, State};
use crate::error::{TitleError, require};
use crate::lien;
use settle::{SettleError, Time};
use soroban_sdk::{Address, BytesN, Env, Symbol, Vec, contractevent, vec};

/// A party has a role, or does not any more.
#[contractevent(data_format = "vec")]
pub struct Named {
    /// Who.
    #[topic]
    pub who: Address,
    /// For what.
    pub role: Role,
    /// Whether it stands.
    pub stands: bool,
}

/// A party of a receipt is another one.
#[contractevent(data_format = "vec")]
pub struct Replaced {
    /// Of which receipt.
    #[topic]
    pub id: u32,
    /// For what.
    pub role: Role,
    /// Who it was.
    pub old: Address,
    /// Who it is.
    pub new: Address,
}

/// The insurer signed.
#[contractevent(data_format = "vec")]
pub struct Insured {
    /// Which receipt.
    #[topic]
    pub id: u32,
    /// How much.
    pub amount: i128,
    /// Until when.
    pub expiry: u64,
}

/// The appraiser signed.
#[contractevent(data_format = "vec")]
pub struct Appraised {
    /// Which receipt.
    #[topic]
    pub id: u32,
    /// What it is worth.
    pub value: i128,
    /// When.
    pub on: u64,
    /// How the value was found.
    pub method: Symbol,
}

/// A document was filed.
#[contractevent(data_format = "vec")]
pub struct Filed {
    /// For which receipt.
    #[topic]
    pub id: u32,
    /// By whom.
    #[topic]
    pub by: Address,
    /// What it is.
    pub kind: Symbol,
    /// Its salted hash.
    pub hash: BytesN<32>,
}

/// A receipt has another owner.
#[contractevent(data_format = "single-value")]
pub struct Transfer {
    /// From whom.
    #[topic]
    pub from: Address,
    /// To whom.
    #[topic]
    pub to: Address,
    /// Which.
    pub id: u32,
}

pub fn name(env: &Env, role: Role, who: &Address, stands: bool) -> Result<(), TitleError> {
    book::registrar(env)?.require_auth();
    book::keep_role(env, (role, who), stands);
    lifetime::extend_instance(env);
    Named { who: who.clone(), role, stands }.publish(env);
    Ok(())
}

/// Nobody is held in a role; what the party has signed stands until it is replaced.
pub fn resign(env: &Env, role: Role, who: &Address) -> Result<(), TitleError> {
    who.require_auth();
    require_named(env, role, who)?;
    book::keep_role(env, (role, who), false);
    lifetime::extend_instance(env);
    Named { who: who.clone(), role, stands: false }.publish(env);
    Ok(())
}

/// A policy may be renewed while the receipt is pledged; one that was cancelled is given the time of that. While it is
/// reserved a policy outlasts the reservation: the closing does not ask again.
pub fn insure(env: &Env, id: u32, policy: Policy) -> Result<(), TitleError> {
    let (mut receipt, mut title) = (book::receipt(env, id)?, book::title(env, id)?);
    receipt.parties.insurer.require_auth();
    require(policy.amount > 0, SettleError::NotPositive.into())?;
    require(title.state != State::Redeemed, TitleError::WrongState)?;
    require(policy.expiry > lien::standing(env, &title)?.until, TitleError::NotInsured)?;
    title.insured = policy.expiry;
    receipt.policy = Some(policy.clone());
    book::keep_receipt(env, id, &receipt);
    book::keep_title(env, id, &title);
    lifetime::extend_instance(env);
    Insured { id, amount: policy.amount, expiry: policy.expiry }.publish(env);
    Ok(())
}

/// No appraisal is of the future, or older than the one it replaces.
pub fn appraise(env: &Env, id: u32, appraisal: Appraisal) -> Result<(), TitleError> {
    let (mut receipt, mut title) = (book::receipt(env, id)?, book::title(env, id)?);
    receipt.parties.appraiser.require_auth();
    require(appraisal.value > 0, SettleError::NotPositive.into())?;
    require(title.state != State::Redeemed, TitleError::WrongState)?;
    let on = Time(appraisal.on);
    let before = receipt.appraisal.map_or(Time(0), |before| Time(before.on));
    book::now(env).since(on)?;
    on.since(before)?;
    title.appraised = true;
    receipt.appraisal = Some(appraisal.clone());
    book::keep_receipt(env, id, &receipt);
    book::keep_title(env, id, &title);
    lifetime::extend_instance(env);
    let Appraisal { method, on, value } = appraisal;
    Appraised { id, value, on, method }.publish(env);
    Ok(())
}

/// Without this a party that is gone would keep a receipt for ever. A deal agrees to whom it has to rely on.
pub fn replace(env: &Env, id: u32, role: Role, new: &Address) -> Result<(), TitleError> {
    let (mut receipt, title) = (book::receipt(env, id)?, lien::standing(env, &book::title(env, id)?)?);
    require(title.state != State::Redeemed, TitleError::WrongState)?;
    require_named(env, role, new)?;
    let place = match role {
        Role::Bailee => &mut receipt.parties.bailee,
        Role::Insurer => &mut receipt.parties.insurer,
        Role::Appraiser => &mut receipt.parties.appraiser,
    };
    let old = core::mem::replace(place, new.clone());
    let mut signers = vec![env, title.owner, new.clone()];
    signers.extend(title.deal);
    if book::has_role(env, role, &old) {
        signers.push_back(old.clone());
    }
    require_all(&signers);
    book::keep_receipt(env, id, &receipt);
    lifetime::extend_instance(env);
    Replaced { id, role, old, new: new.clone() }.publish(env);
    Ok(())
}

/// One document of a kind from each party; its event keeps the one that it replaces.
pub fn file(env: &Env, (id, by): (u32, &Address), kind: Symbol, hash: BytesN<32>) -> Result<(), TitleError> {
    by.require_auth();
    require_hash(&hash)?;
    let (parties, title) = (book::receipt(env, id)?.parties, book::title(env, id)?);
    let theirs = [&parties.bailee, &parties.insurer, &parties.appraiser, &title.owner];
    require(theirs.contains(&by), TitleError::OtherParty)?;
    book::keep_document(env, (id, by), &kind, &hash);
    lifetime::extend_instance(env);
    Filed { id, by: by.clone(), kind, hash }.publish(env);
    Ok(())
}

pub fn transfer(env: &Env, from: &Address, to: &Address, id: u32) -> Result<(), TitleError> {
    from.require_auth();
    let mut title = lien::free(env, id)?;
    require(title.owner == *from, TitleError::OtherParty)?;
    title.owner = to.clone();
    book::keep_title(env, id, &title);
    lifetime::extend_instance(env);
    Transfer { from: from.clone(), to: to.clone(), id }.publish(env);
    Ok(())
}

/// Who is several of these signs once.
fn require_all(signers: &Vec<Address>) {
    for (position, signer) in signers.iter().enumerate() {
        if signers.iter().take(position).all(|before| before != signer) {
            signer.require_auth();
        }
    }
}

pub fn require_named(env: &Env, role: Role, who: &Address) -> Result<(), TitleError> {
    require(book::has_role(env, role, who), TitleError::NotNamed)
}

pub fn require_hash(hash: &BytesN<32>) -> Result<(), TitleError> {
    require(hash.to_array() != [0; 32], TitleError::NoHash)
}
