//! The machines: taken into custody, insured, appraised and kept for the closing, a bundle at a time.

use crate::SECONDS_A_DAY;
use crate::call::closing;
use crate::deployment::{Deployment, Installing};
use crate::error::{ClearingError, Doing};
use crate::parties::Parties;
use crate::standing::field;
use chain::value::{Invocation, address, amount, bytes, list, map, symbol};
use chain::xdr::ScVal;
use chain::{ChainError, Key, Ledger, Signing};
use sha2::{Digest, Sha256};

/// Machines that one receipt stands for: as many as a batch may list.
const BUNDLE: usize = 64;

/// States of a receipt, as its contract numbers them.
const DRAFT: u32 = 0;
const ISSUED: u32 = 1;

/// Roles, as the registry numbers them.
const BAILEE: u32 = 0;
const INSURER: u32 = 1;
const APPRAISER: u32 = 2;

/// How many receipts stand for so many machines.
pub fn receipts(machines: usize) -> u32 {
    u32::try_from(machines.div_ceil(BUNDLE)).unwrap_or(u32::MAX)
}

/// Who signs receipts, each with its role.
pub const fn signers(parties: &Parties) -> [(u32, &Key); 3] {
    [(BAILEE, &parties.bailee), (INSURER, &parties.insurer), (APPRAISER, &parties.appraiser)]
}

/// The registry, and whoever signs in it.
struct Registry<'a> {
    deployment: &'a Deployment,
    ledger: &'a mut dyn Ledger,
    /// When reservations end, in seconds.
    until: u64,
}

impl Deployment {
    /// Takes every machine of the deal into custody and keeps it for the closing.
    pub(crate) fn reserve(
        &self,
        ledger: &mut dyn Ledger,
        installing: Installing<'_>,
    ) -> Result<(), ClearingError> {
        let until = closing(installing.plan).saturating_add(SECONDS_A_DAY);
        let mut registry = Registry { deployment: self, ledger, until };
        registry.name_parties()?;
        let mut bundles = (1_u32..).zip(installing.machines.chunks(BUNDLE));
        bundles.try_for_each(|(number, bundle)| registry.keep(number, bundle))
    }
}

impl Registry<'_> {
    fn name_parties(&mut self) -> Result<(), ClearingError> {
        let parties = self.deployment.parties.clone();
        for (role, key) in signers(&parties) {
            let who = address(key.address());
            if self.view("named", vec![ScVal::U32(role), who.clone()])? != ScVal::Bool(true) {
                let args = vec![ScVal::U32(role), who, ScVal::Bool(true)];
                self.call(Signing::by(&parties.registrar), "name", args)?;
            }
        }
        Ok(())
    }

    /// Brings one bundle to where it is reserved, from wherever a run before stopped.
    fn keep(&mut self, number: u32, machines: &[[u8; 32]]) -> Result<(), ClearingError> {
        let id = match self.known(number, machines)? {
            Some(id) => id,
            None => self.draft(machines)?,
        };
        let parties = self.deployment.parties.clone();
        let (state, receipt) = (self.state(id)?, self.view("receipt", vec![ScVal::U32(id)])?);
        let listed = field(&receipt, "bundle").and_then(|bundle| field(bundle, "count"));
        if listed == Some(&ScVal::U32(0)) {
            let listed = machines.iter().map(|machine| bytes(machine)).collect::<Result<_, _>>();
            let listed = listed.and_then(list).doing(describing)?;
            self.call(Signing::by(&parties.bailee), "enlist", vec![ScVal::U32(id), listed])?;
        }
        if state == DRAFT {
            self.call(Signing::by(&parties.bailee), "issue", vec![ScVal::U32(id)])?;
        }
        if field(&receipt, "policy") == Some(&ScVal::Void) {
            self.call(Signing::by(&parties.insurer), "insure", vec![ScVal::U32(id), self.policy(machines)?])?;
        }
        if field(&receipt, "appraisal") == Some(&ScVal::Void) {
            let appraisal = self.appraisal(machines)?;
            self.call(Signing::by(&parties.appraiser), "appraise", vec![ScVal::U32(id), appraisal])?;
        }
        if state > ISSUED {
            return Ok(());
        }
        let ids = list(vec![ScVal::U32(id)]).doing(describing)?;
        let args = vec![address(parties.operator.address()), ids, ScVal::U64(self.until)];
        let signing = Signing { source: &parties.trustee, others: &[&parties.operator] };
        let call = Invocation { contract: &self.deployment.deal, function: "reserve", args };
        self.ledger.invoke(signing, call).doing(|| format!("reserving receipt {id}")).map(drop)
    }

    /// The receipt that these machines were listed for, or were to be, if a run before came so far.
    fn known(&self, number: u32, machines: &[[u8; 32]]) -> Result<Option<u32>, ClearingError> {
        let Some(first) = machines.first() else { return Ok(None) };
        let root = bytes(&root(machines)).doing(describing)?;
        let drafted = Invocation {
            contract: &self.deployment.title,
            function: "receipt",
            args: vec![ScVal::U32(number)],
        };
        if self.ledger.view(drafted).is_ok_and(|receipt| field(&receipt, "machine") == Some(&root)) {
            return Ok(Some(number));
        }
        let call = Invocation {
            contract: &self.deployment.title,
            function: "by_machine",
            args: vec![bytes(first).doing(describing)?],
        };
        match self.ledger.view(call) {
            Ok(ScVal::U32(id)) => Ok(Some(id)),
            Ok(_) => Err(ClearingError::Unreadable { what: "receipt" }),
            Err(ChainError::Contract { .. }) => Ok(None),
            Err(error) => Err(error).doing(|| "asking for a machine's receipt".to_owned()),
        }
    }

    fn draft(&mut self, machines: &[[u8; 32]]) -> Result<u32, ClearingError> {
        let parties = self.deployment.parties.clone();
        let signers = map(vec![
            ("appraiser", address(parties.appraiser.address())),
            ("bailee", address(parties.bailee.address())),
            ("insurer", address(parties.insurer.address())),
        ]);
        let root = bytes(&root(machines)).doing(describing)?;
        let args = vec![address(parties.operator.address()), root, signers.doing(describing)?];
        match self.call(Signing::by(&parties.operator), "draft_bundle", args)? {
            ScVal::U32(id) => Ok(id),
            _ => Err(ClearingError::Unreadable { what: "receipt" }),
        }
    }

    fn state(&self, id: u32) -> Result<u32, ClearingError> {
        match field(&self.view("lien", vec![ScVal::U32(id)])?, "state") {
            Some(ScVal::U32(state)) => Ok(*state),
            _ => Err(ClearingError::Unreadable { what: "receipt" }),
        }
    }

    /// The simulated insurer covers a unit of the currency a machine, a year beyond the closing: no payment reads it.
    fn policy(&self, machines: &[[u8; 32]]) -> Result<ScVal, ClearingError> {
        let expiry = self.until.saturating_add(365_u64.saturating_mul(SECONDS_A_DAY));
        let fields = vec![("amount", nominal(machines)), ("expiry", ScVal::U64(expiry))];
        map(fields).doing(describing)
    }

    fn appraisal(&self, machines: &[[u8; 32]]) -> Result<ScVal, ClearingError> {
        let on = self.ledger.head().doing(describing)?.time;
        let method = symbol("nominal").doing(describing)?;
        let fields = vec![("method", method), ("on", ScVal::U64(on)), ("value", nominal(machines))];
        map(fields).doing(describing)
    }

    fn view(&self, function: &'static str, args: Vec<ScVal>) -> Result<ScVal, ClearingError> {
        let call = Invocation { contract: &self.deployment.title, function, args };
        self.ledger.view(call).doing(|| format!("asking the registry for {function}"))
    }

    fn call(
        &mut self,
        signing: Signing<'_>,
        function: &'static str,
        args: Vec<ScVal>,
    ) -> Result<ScVal, ClearingError> {
        let call = Invocation { contract: &self.deployment.title, function, args };
        let receipt = self.ledger.invoke(signing, call).doing(|| format!("the registry: {function}"))?;
        Ok(receipt.result)
    }
}

/// A bundle's root: each machine's identity hashed onto what was before, zeros at first.
fn root(machines: &[[u8; 32]]) -> [u8; 32] {
    let onto = |root: [u8; 32], machine: &[u8; 32]| {
        Sha256::new().chain_update(root).chain_update(machine).finalize().into()
    };
    machines.iter().fold([0; 32], onto)
}

fn nominal(machines: &[[u8; 32]]) -> ScVal {
    amount(i128::try_from(machines.len()).unwrap_or(i128::MAX))
}

fn describing() -> String {
    "describing receipts".to_owned()
}
