//! Custody: a receipt is written, its bailee takes the machines, and hands them over in the end.

use crate::book::{self, Bundle, Parties, Receipt, Role, State, Title};
use crate::error::{TitleError, require};
use crate::lien;
use crate::parts::{require_hash, require_named};
use settle::SettleError;
use soroban_sdk::{Address, Bytes, BytesN, Env, Vec, contractevent};

/// Machines that one call may list.
const LIST_MAX: u32 = 64;

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

/// Machines of a bundle were listed.
#[contractevent(data_format = "vec")]
pub struct Listed {
    /// For which receipt.
    #[topic]
    pub id: u32,
    /// Which machines.
    pub machines: Vec<BytesN<32>>,
    /// Machines listed so far.
    pub count: u32,
}

/// The bailee is to hand the machine over, or all of a bundle.
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

/// A draft takes no machine: that would let anyone keep a machine from its owner.
pub fn draft(
    env: &Env,
    owner: &Address,
    (machine, bundle): (BytesN<32>, Option<Bundle>),
    parties: Parties,
) -> Result<u32, TitleError> {
    owner.require_auth();
    require_hash(&machine)?;
    require_named(env, Role::Bailee, &parties.bailee)?;
    require_named(env, Role::Insurer, &parties.insurer)?;
    require_named(env, Role::Appraiser, &parties.appraiser)?;
    let id = book::next_id(env)?;
    let receipt = Receipt { appraisal: None, bundle, machine: machine.clone(), parties, policy: None };
    book::keep_receipt(env, id, &receipt);
    book::keep_title(env, id, &Title::of(owner));
    lifetime::extend_instance(env);
    Drafted { id, owner: owner.clone(), machine }.publish(env);
    Ok(id)
}

pub fn nothing_listed(env: &Env) -> Bundle {
    Bundle { count: 0, root: BytesN::from_array(env, &[0; 32]) }
}

/// Each machine is taken as one alone would be, so that no other receipt and no other bundle stands for it.
pub fn enlist(env: &Env, id: u32, machines: Vec<BytesN<32>>) -> Result<(), TitleError> {
    let mut receipt = book::receipt(env, id)?;
    require_draft(env, id, &receipt)?;
    require(!machines.is_empty() && machines.len() <= LIST_MAX, TitleError::BatchSize)?;
    let Bundle { count, mut root } = receipt.bundle.ok_or(TitleError::WrongState)?;
    require(root != receipt.machine, SettleError::OtherMachines.into())?;
    for machine in &machines {
        require_hash(&machine)?;
        take(env, &machine, id)?;
        let mut both = Bytes::from(root);
        both.append(machine.as_ref());
        root = env.crypto().sha256(&both).to_bytes();
    }
    let count = count.checked_add(machines.len()).ok_or(SettleError::TooMany)?;
    receipt.bundle = Some(Bundle { count, root });
    book::keep_receipt(env, id, &receipt);
    lifetime::extend_instance(env);
    Listed { id, machines, count }.publish(env);
    Ok(())
}

/// One machine is taken here; those of a bundle have been, and must be exactly those that the owner wrote down.
pub fn issue(env: &Env, id: u32) -> Result<(), TitleError> {
    let receipt = book::receipt(env, id)?;
    let mut title = require_draft(env, id, &receipt)?;
    let Receipt { machine, parties, .. } = receipt;
    match receipt.bundle {
        Some(bundle) => require(bundle.root == machine, SettleError::OtherMachines.into())?,
        None => take(env, &machine, id)?,
    }
    title.state = State::Issued;
    book::keep_title(env, id, &title);
    lifetime::extend_instance(env);
    Issued { id, bailee: parties.bailee, machine }.publish(env);
    Ok(())
}

/// A bailee who has listed a wrong machine gives it free again; what came into custody goes back to the owner.
pub fn discard(env: &Env, id: u32) -> Result<(), TitleError> {
    let bailee = book::receipt(env, id)?.parties.bailee;
    bailee.require_auth();
    let mut title = book::title(env, id)?;
    require(title.state == State::Draft, TitleError::WrongState)?;
    title.state = State::Redeemed;
    end(env, (id, &title), bailee);
    Ok(())
}

/// The receipt ends: what it stands for leaves custody, and is free.
pub fn redeem(env: &Env, id: u32, to: &Address) -> Result<(), TitleError> {
    let mut title = lien::free(env, id)?;
    title.owner.require_auth();
    let bailee = book::receipt(env, id)?.parties.bailee;
    (title.owner, title.state) = (to.clone(), State::Redeemed);
    end(env, (id, &title), bailee);
    Ok(())
}

/// To whom the bailee hands the machine over, or all of a bundle.
pub fn handover(env: &Env, id: u32) -> Result<Address, TitleError> {
    let title = book::title(env, id)?;
    require(title.state == State::Redeemed, TitleError::WrongState)?;
    Ok(title.owner)
}

fn end(env: &Env, (id, title): (u32, &Title), bailee: Address) {
    book::keep_title(env, id, title);
    lifetime::extend_instance(env);
    Redeemed { id, bailee, to: title.owner.clone() }.publish(env);
}

/// The title of a draft whose bailee signs; one who lost the role takes nothing more into custody.
fn require_draft(env: &Env, id: u32, receipt: &Receipt) -> Result<Title, TitleError> {
    let bailee = &receipt.parties.bailee;
    bailee.require_auth();
    let title = book::title(env, id)?;
    require(title.state == State::Draft, TitleError::WrongState)?;
    require_named(env, Role::Bailee, bailee)?;
    Ok(title)
}

/// One receipt at a time stands for a machine: a redeemed one does not any more, and frees a bundle without a loop.
fn take(env: &Env, machine: &BytesN<32>, id: u32) -> Result<(), TitleError> {
    if let Some(other) = book::by_machine(env, machine) {
        let free = other != id && book::title(env, other)?.state == State::Redeemed;
        require(free, TitleError::MachineTaken)?;
    }
    book::keep_machine(env, machine, id);
    Ok(())
}
