//! What a deal needs before its first event. Each step is taken only if it was not: a run may stop between any two.

use crate::code::{BALLOT, DEAL, NOTE, OFFERING, TITLE};
use crate::error::{ClearingError, Doing};
use crate::office::Office;
use crate::parties::Parties;
use crate::raise::{raises, sold};
use crate::receipts::receipts;
use chain::value::{address, amount, bytes, contract, created_contract, list, map, text};
use chain::xdr::{
    ContractDataDurability, ContractId, Hash, LedgerKey, LedgerKeyContractCode, LedgerKeyContractData, ScMap,
    ScMapEntry, ScVal,
};
use chain::{ChainError, Creation, Currency, Key, Ledger, Signing};
use sha2::{Digest, Sha256};
use waterfall::Plan;
use waterfall::plan::Note;

/// Native coins that an account begins with: enough for its fees and entries.
const COINS: i64 = 100_000_000_000;

/// Money of the world: more than any deal moves, and half of what an account can hold.
const MONEY: i128 = 1 << 62;

/// Consent of two thirds of each class.
const CONSENT_BPS: u32 = 6_667;

/// A deal on its ledger.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Who takes part.
    pub parties: Parties,
    /// What it is paid in.
    pub currency: Currency,
    /// The deal's contract.
    pub deal: ContractId,
    /// The notes' contracts, in the plan's order.
    pub notes: Vec<ContractId>,
    /// Where their money waits for the closing.
    pub offering: ContractId,
    /// The registry of receipts.
    pub title: ContractId,
    /// Where holders vote.
    pub ballot: ContractId,
}

/// What is to be installed.
#[derive(Clone, Copy, Debug)]
pub struct Installing<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its currency's code.
    pub currency: &'a str,
    /// The identities of the machines that back it; none if nothing does.
    pub machines: &'a [[u8; 32]],
    /// The key from which those of all parties come; without it they come from the ledger's name.
    pub keys: Option<&'a Key>,
}

impl Deployment {
    /// Where everything of a deal lies on a network, whether or not it is there yet.
    ///
    /// # Errors
    /// [`ClearingError::Chain`] if the currency's code is none.
    pub fn of(network: [u8; 32], installing: Installing<'_>) -> Result<Self, ClearingError> {
        let parties = Parties::of(network, installing.keys);
        let currency = Currency::of(network, installing.currency, parties.issuer.account());
        let currency = currency.doing(|| "naming the currency".to_owned())?;
        let place = |salt| created_contract(network, &parties.arranger.account(), salt);
        let named = |name: &str| place(salt(name)).doing(|| format!("placing the {name}"));
        let (deal, offering) = (named("deal")?, named("offering")?);
        let (title, ballot) = (named("title")?, named("ballot")?);
        let notes = installing.plan.notes.iter().map(|note| place(note_salt(note)));
        let notes = notes.collect::<Result<_, _>>().doing(|| "placing the notes".to_owned())?;
        Ok(Self { parties, currency, deal, notes, offering, title, ballot })
    }

    /// Brings a ledger to where the first event can come.
    pub(crate) fn complete(
        ledger: &mut dyn Ledger,
        installing: Installing<'_>,
    ) -> Result<Self, ClearingError> {
        let deployment = Self::of(ledger.network(), installing)?;
        deployment.open_accounts(ledger, installing)?;
        deployment.upload(ledger)?;
        deployment.create(ledger, installing)?;
        Ok(deployment)
    }

    /// Takes the machines into custody and the money into escrow: everything but the closing itself.
    pub(crate) fn prepare(
        &self,
        ledger: &mut dyn Ledger,
        installing: Installing<'_>,
    ) -> Result<(), ClearingError> {
        if !installing.machines.is_empty() {
            self.reserve(ledger, installing)?;
        }
        if raises(installing.plan) {
            self.commit(ledger, installing.plan)?;
        }
        Ok(())
    }

    /// The contract of one of the plan's notes.
    pub(crate) fn note(&self, plan: &Plan, note: &Note) -> ContractId {
        let position = plan.notes.iter().position(|one| one.id == note.id).unwrap_or_default();
        self.notes.get(position).unwrap_or(&self.deal).clone()
    }

    fn open_accounts(
        &self,
        ledger: &mut dyn Ledger,
        installing: Installing<'_>,
    ) -> Result<(), ClearingError> {
        let parties = &self.parties;
        self.open(ledger, &parties.issuer, "issuer")?;
        if !is_there(ledger, &instance_of(self.currency.contract()))? {
            let issued = Currency::issue(ledger, Signing::by(&parties.issuer), installing.currency);
            issued.doing(|| "issuing the currency".to_owned())?;
        }
        for (key, role) in [
            (&parties.arranger, "arranger"),
            (&parties.trustee, "trustee"),
            (&parties.operator, "operator"),
            (&parties.registrar, "registrar"),
            (&parties.bailee, "bailee"),
            (&parties.insurer, "insurer"),
            (&parties.appraiser, "appraiser"),
        ] {
            self.open(ledger, key, role)?;
        }
        for note in sold(installing.plan) {
            let investor = parties.investor(note.id.0);
            self.open(ledger, &investor, "investor")?;
            self.trust(ledger, &investor)?;
            self.endow(ledger, &investor)?;
        }
        for key in [&parties.arranger, &parties.operator] {
            self.trust(ledger, key)?;
            self.endow(ledger, key)?;
        }
        for position in 0..installing.plan.inputs.iter().map(|input| input.reporters).max().unwrap_or(0) {
            self.open(ledger, &parties.reporter(position), "reporter")?;
        }
        for id in others(installing.plan) {
            let payee = parties.payee(id);
            self.open(ledger, &payee, installing.plan.name(units::Id(id)))?;
            self.trust(ledger, &payee)?;
        }
        for equity in &installing.plan.equities {
            self.endow(ledger, &parties.payee(equity.id.0))?;
        }
        Ok(())
    }

    fn open(&self, ledger: &mut dyn Ledger, key: &Key, role: &str) -> Result<(), ClearingError> {
        match ledger.sequence_of(&key.account()) {
            Ok(_) => Ok(()),
            Err(ChainError::NoAccount(_)) => ledger
                .fund(&key.account(), COINS)
                .doing(|| format!("opening the account of {role}"))
                .map(drop),
            Err(error) => Err(error).doing(|| format!("looking for the account of {role}")),
        }
    }

    fn trust(&self, ledger: &mut dyn Ledger, key: &Key) -> Result<(), ClearingError> {
        if self.currency.balance(ledger, &key.address()).is_ok() {
            return Ok(());
        }
        self.currency.trust(ledger, Signing::by(key)).doing(|| "trusting the currency".to_owned()).map(drop)
    }

    fn endow(&self, ledger: &mut dyn Ledger, key: &Key) -> Result<(), ClearingError> {
        let held = self.currency.balance(ledger, &key.address()).doing(|| "reading a balance".to_owned())?;
        // Whoever has been endowed once has more than half of it until a deal moves that much.
        if held > 0 {
            return Ok(());
        }
        let minted = self.currency.mint(ledger, Signing::by(&self.parties.issuer), (key.address(), MONEY));
        minted.doing(|| "minting money".to_owned()).map(drop)
    }

    fn upload(&self, ledger: &mut dyn Ledger) -> Result<(), ClearingError> {
        for code in [BALLOT, DEAL, NOTE, OFFERING, TITLE] {
            let key = LedgerKey::ContractCode(LedgerKeyContractCode { hash: Hash(code.hash()) });
            if !is_there(ledger, &key)? {
                let uploaded = ledger.upload(Signing::by(&self.parties.arranger), code.wasm);
                uploaded.doing(|| format!("uploading the {} contract", code.name))?;
            }
        }
        Ok(())
    }

    fn create(&self, ledger: &mut dyn Ledger, installing: Installing<'_>) -> Result<(), ClearingError> {
        for (note, place) in installing.plan.notes.iter().zip(&self.notes) {
            let name = installing.plan.name(note.id);
            let args = self.note_args(installing.plan, note).doing(|| format!("describing note {name}"))?;
            self.create_one(ledger, (place, note_salt(note)), (NOTE.hash(), args))?;
        }
        let describing = |name| move || format!("describing the {name}");
        let args = self.deal_args(installing).doing(describing("deal"))?;
        self.create_one(ledger, (&self.deal, salt("deal")), (DEAL.hash(), args))?;
        let args = vec![address(self.parties.registrar.address())];
        self.create_one(ledger, (&self.title, salt("title")), (TITLE.hash(), args))?;
        let args = self.ballot_args().doing(describing("ballot"))?;
        self.create_one(ledger, (&self.ballot, salt("ballot")), (BALLOT.hash(), args))?;
        if raises(installing.plan) {
            let args = self.offering_args(installing).doing(describing("offering"))?;
            self.create_one(ledger, (&self.offering, salt("offering")), (OFFERING.hash(), args))?;
        }
        Ok(())
    }

    fn create_one(
        &self,
        ledger: &mut dyn Ledger,
        (place, salt): (&ContractId, [u8; 32]),
        (code, args): ([u8; 32], Vec<ScVal>),
    ) -> Result<(), ClearingError> {
        if is_there(ledger, &instance_of(place))? {
            return Ok(());
        }
        let creation = Creation { code: Hash(code), salt, args };
        let created = ledger.create(Signing::by(&self.parties.arranger), creation);
        created.doing(|| "creating a contract".to_owned()).map(drop)
    }

    fn note_args(&self, plan: &Plan, note: &Note) -> Result<Vec<ScVal>, ChainError> {
        let name = plan.name(note.id);
        let holder = match note.draws {
            Some(_) => self.parties.arranger.address(),
            None => contract(self.offering.clone()),
        };
        let terms = map(vec![
            ("compliance", ScVal::Void),
            ("currency", address(contract(self.currency.contract().clone()))),
            ("deal", address(contract(self.deal.clone()))),
            ("decimals", ScVal::U32(plan.decimals.into())),
            ("name", text(name)?),
            ("note", ScVal::U32(note.id.0)),
            ("symbol", text(name)?),
        ])?;
        Ok(vec![terms, address(holder), amount(supply(plan, note).into())])
    }

    fn ballot_args(&self) -> Result<Vec<ScVal>, ChainError> {
        Ok(vec![map(vec![
            ("consent_bps", ScVal::U32(CONSENT_BPS)),
            ("deal", address(contract(self.deal.clone()))),
            ("trustee", address(self.parties.trustee.address())),
        ])?])
    }

    /// The trustee enforces a simulated deal and governs its code.
    fn office(&self, installing: Installing<'_>) -> Office {
        let title = contract(self.title.clone());
        let receipts = receipts(installing.machines.len());
        Office {
            ballot: Some(contract(self.ballot.clone())),
            collateral: (receipts > 0).then_some((title, receipts)),
            pauser: self.parties.pauser.address(),
            ..Office::held_by(self.parties.trustee.address())
        }
    }

    fn deal_args(&self, installing: Installing<'_>) -> Result<Vec<ScVal>, ChainError> {
        let plan = installing.plan;
        let encoded = plan.to_bytes();
        let terms = map(vec![
            ("currency", address(contract(self.currency.contract().clone()))),
            ("payees", self.payees(plan)?),
            ("reporters", self.reporters(plan)?),
            ("trustee", address(self.parties.trustee.address())),
        ])?;
        let hash: [u8; 32] = Sha256::digest(&encoded).into();
        Ok(vec![map(vec![
            ("office", self.office(installing).value()?),
            ("plan", bytes(&encoded)?),
            ("plan_hash", bytes(&hash)?),
            ("terms", terms),
        ])?])
    }

    fn payees(&self, plan: &Plan) -> Result<ScVal, ChainError> {
        let notes = plan.notes.iter().zip(&self.notes);
        let notes = notes.map(|(note, place)| (note.id.0, contract(place.clone())));
        let others = others(plan).into_iter().map(|id| (id, self.parties.payee(id).address()));
        numbered(notes.chain(others).map(|(id, place)| (id, address(place))).collect())
    }

    fn reporters(&self, plan: &Plan) -> Result<ScVal, ChainError> {
        let of = |count: u8| (0..count).map(|at| address(self.parties.reporter(at).address())).collect();
        let rows = plan.inputs.iter().map(|input| Ok((input.id.0, list(of(input.reporters))?)));
        numbered(rows.collect::<Result<_, ChainError>>()?)
    }
}

/// Units of a note: one for each of the smallest units that it raises, or can draw.
pub(crate) fn supply(plan: &Plan, note: &Note) -> i64 {
    plan.literals.get(usize::from(note.amount)).map_or(0, |literal| literal.value)
}

/// A map from numbers, in the order that the host requires.
pub(crate) fn numbered(mut rows: Vec<(u32, ScVal)>) -> Result<ScVal, ChainError> {
    rows.sort_by_key(|(id, _)| *id);
    let entries: Vec<ScMapEntry> =
        rows.into_iter().map(|(id, val)| ScMapEntry { key: ScVal::U32(id), val }).collect();
    let entries = entries.try_into().map_err(|_| ChainError::Unsupported("a map of this size"))?;
    Ok(ScVal::Map(Some(ScMap(entries))))
}

/// Everyone whom the plan can pay, or who pays in equity, and who is no note.
pub(crate) fn others(plan: &Plan) -> Vec<u32> {
    let claims = plan.claims.iter().filter(|claim| claim.owns_registers()).map(|claim| claim.id.0);
    let draws = plan.notes.iter().filter_map(|note| note.draws).map(|draws| draws.to.0);
    let equities = plan.equities.iter().map(|equity| equity.id.0);
    let mut ids: Vec<u32> = claims.chain(draws).chain(equities).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn salt(what: &str) -> [u8; 32] {
    Sha256::digest(what).into()
}

fn note_salt(note: &Note) -> [u8; 32] {
    salt(&format!("note {}", note.id.0))
}

pub(crate) fn instance_of(place: &ContractId) -> LedgerKey {
    LedgerKey::ContractData(LedgerKeyContractData {
        contract: contract(place.clone()),
        key: ScVal::LedgerKeyContractInstance,
        durability: ContractDataDurability::Persistent,
    })
}

pub(crate) fn is_there(ledger: &dyn Ledger, key: &LedgerKey) -> Result<bool, ClearingError> {
    Ok(ledger.entry(key).doing(|| "reading an entry".to_owned())?.is_some())
}
