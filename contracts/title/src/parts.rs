//! What each party signs of a receipt, and what its owner does with it.

use crate::book::{self, Appraisal, Parties, Policy, Receipt, Role, State, Title};
use crate::error::{TitleError, require};
use crate::lien;
use settle::{SettleError, Time};
use soroban_sdk::{Address, BytesN, Env, Symbol, contractevent};

/// The registrar named a party, or does not any more.
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

/// A receipt was written.
#[contractevent(data_format = "single-value")]
pub struct Drafted {
    /// Its id.
    #[topic]
    pub id: u32,
    /// Whose it is.
    #[topic]
    pub owner: Address,
    /// What it stands for.
    pub machine: BytesN<32>,
}

/// The machine is in custody.
#[contractevent(data_format = "single-value")]
pub struct Issued {
    /// Of which receipt.
    #[topic]
    pub id: u32,
    /// With whom.
    #[topic]
    pub bailee: Address,
    /// What it stands for.
    pub machine: BytesN<32>,
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

/// The bailee is to hand the machine over.
#[contractevent(data_format = "single-value")]
pub struct Redeemed {
    /// Which receipt.
    #[topic]
    pub id: u32,
    /// Who hands it over.
    #[topic]
    pub bailee: Address,
    /// To whom.
    pub to: Address,
}

pub fn name(env: &Env, role: Role, who: &Address, stands: bool) -> Result<(), TitleError> {
    book::registrar(env)?.require_auth();
    book::keep_role(env, (role, who), stands);
    lifetime::extend_instance(env);
    Named { who: who.clone(), role, stands }.publish(env);
    Ok(())
}

/// A draft takes no machine: that would let anyone keep a machine from its owner.
pub fn draft(env: &Env, owner: &Address, machine: &BytesN<32>, parties: Parties) -> Result<u32, TitleError> {
    owner.require_auth();
    require_hash(machine)?;
    require_named(env, Role::Bailee, &parties.bailee)?;
    require_named(env, Role::Insurer, &parties.insurer)?;
    require_named(env, Role::Appraiser, &parties.appraiser)?;
    let id = book::next_id(env)?;
    let receipt = Receipt { appraisal: None, machine: machine.clone(), parties, policy: None };
    let title = Title { deal: None, owner: owner.clone(), state: State::Draft, until: 0 };
    book::keep_receipt(env, id, &receipt);
    book::keep_title(env, id, &title);
    lifetime::extend_instance(env);
    Drafted { id, owner: owner.clone(), machine: machine.clone() }.publish(env);
    Ok(id)
}

/// The machine is taken here: one receipt at a time stands for it. A bailee who lost the role issues nothing.
pub fn issue(env: &Env, id: u32) -> Result<(), TitleError> {
    let (Receipt { machine, parties, .. }, mut title) = (book::receipt(env, id)?, book::title(env, id)?);
    parties.bailee.require_auth();
    require(title.state == State::Draft, TitleError::WrongState)?;
    require_named(env, Role::Bailee, &parties.bailee)?;
    if let Some(other) = book::by_machine(env, &machine) {
        require(book::title(env, other)?.state == State::Redeemed, TitleError::MachineTaken)?;
    }
    book::keep_machine(env, &machine, id);
    title.state = State::Issued;
    book::keep_title(env, id, &title);
    lifetime::extend_instance(env);
    Issued { id, bailee: parties.bailee, machine }.publish(env);
    Ok(())
}

/// A policy may be renewed while the receipt is pledged; one that was cancelled is given the time of that.
pub fn insure(env: &Env, id: u32, policy: Policy) -> Result<(), TitleError> {
    let mut receipt = book::receipt(env, id)?;
    receipt.parties.insurer.require_auth();
    require(policy.amount > 0, SettleError::NotPositive.into())?;
    require_not_redeemed(env, id)?;
    receipt.policy = Some(policy.clone());
    book::keep_receipt(env, id, &receipt);
    lifetime::extend_instance(env);
    Insured { id, amount: policy.amount, expiry: policy.expiry }.publish(env);
    Ok(())
}

/// No appraisal is of the future, or older than the one it replaces.
pub fn appraise(env: &Env, id: u32, appraisal: Appraisal) -> Result<(), TitleError> {
    let mut receipt = book::receipt(env, id)?;
    receipt.parties.appraiser.require_auth();
    require(appraisal.value > 0, SettleError::NotPositive.into())?;
    require_not_redeemed(env, id)?;
    let on = Time(appraisal.on);
    let before = receipt.appraisal.map_or(Time(0), |before| Time(before.on));
    book::now(env).since(on)?;
    on.since(before)?;
    receipt.appraisal = Some(appraisal.clone());
    book::keep_receipt(env, id, &receipt);
    lifetime::extend_instance(env);
    let Appraisal { method, on, value } = appraisal;
    Appraised { id, value, on, method }.publish(env);
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

/// The receipt ends: its machine leaves custody.
pub fn redeem(env: &Env, id: u32, to: &Address) -> Result<(), TitleError> {
    let mut title = lien::free(env, id)?;
    title.owner.require_auth();
    let bailee = book::receipt(env, id)?.parties.bailee;
    (title.owner, title.state) = (to.clone(), State::Redeemed);
    book::keep_title(env, id, &title);
    lifetime::extend_instance(env);
    Redeemed { id, bailee, to: to.clone() }.publish(env);
    Ok(())
}

/// To whom the bailee hands the machine over.
pub fn handover(env: &Env, id: u32) -> Result<Address, TitleError> {
    let title = book::title(env, id)?;
    require(title.state == State::Redeemed, TitleError::WrongState)?;
    Ok(title.owner)
}

fn require_not_redeemed(env: &Env, id: u32) -> Result<(), TitleError> {
    require(book::title(env, id)?.state != State::Redeemed, TitleError::WrongState)
}

fn require_named(env: &Env, role: Role, who: &Address) -> Result<(), TitleError> {
    require(book::has_role(env, role, who), TitleError::NotNamed)
}

fn require_hash(hash: &BytesN<32>) -> Result<(), TitleError> {
    require(hash.to_array() != [0; 32], TitleError::NoHash)
}
