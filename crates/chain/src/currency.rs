use crate::value::{Invocation, address, amount, amount_of, asset_contract, asset_function};
use crate::xdr::{AccountId, AlphaNum4, AlphaNum12, Asset, AssetCode4, AssetCode12, ContractId, ScAddress};
use crate::{ChainError, Ledger, Receipt, Signing};

/// Decimals of every asset of the network.
pub const DECIMALS: u32 = 7;

/// The currency of a deal: an asset that an account issues, with the contract that moves it.
///
/// It is the same contract that moves the public network's dollars. Contracts hold it as they are; an
/// account must first [`Currency::trust`] its issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    asset: Asset,
    contract: ContractId,
}

/// A payment from whoever signs for it.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Who pays and must sign.
    pub from: ScAddress,
    /// Who receives.
    pub to: ScAddress,
    /// In the currency's smallest unit.
    pub units: i128,
}

impl Currency {
    /// The currency with this code and issuer, whether or not its contract is there.
    ///
    /// # Errors
    ///
    /// [`ChainError::Value`] if the code is not 1 to 12 letters and digits.
    pub fn of(network: [u8; 32], code: &str, issuer: AccountId) -> Result<Self, ChainError> {
        let asset = asset(code, issuer)?;
        let contract = asset_contract(network, &asset)?;
        Ok(Self { asset, contract })
    }

    /// Creates the currency's contract; the source becomes the issuer.
    ///
    /// # Errors
    ///
    /// As [`Ledger::submit`], or a code that is none.
    pub fn issue(ledger: &mut dyn Ledger, signing: Signing<'_>, code: &str) -> Result<Self, ChainError> {
        let currency = Self::of(ledger.network(), code, signing.source.account())?;
        ledger.submit(signing, asset_function(currency.asset.clone()))?;
        Ok(currency)
    }

    /// The contract that moves the currency.
    pub const fn contract(&self) -> &ContractId {
        &self.contract
    }

    /// The asset as accounts know it.
    pub const fn asset(&self) -> &Asset {
        &self.asset
    }

    /// Lets the source hold the currency.
    ///
    /// # Errors
    ///
    /// As [`Ledger::submit`].
    pub fn trust(&self, ledger: &mut dyn Ledger, signing: Signing<'_>) -> Result<Receipt, ChainError> {
        let args = vec![address(signing.source.address())];
        ledger.invoke(signing, Invocation { contract: &self.contract, function: "trust", args })
    }

    /// Makes new money; the issuer must sign.
    ///
    /// # Errors
    ///
    /// As [`Ledger::submit`]; contract error 13 if `to` is an account that does not trust the issuer.
    pub fn mint(
        &self,
        ledger: &mut dyn Ledger,
        signing: Signing<'_>,
        (to, units): (ScAddress, i128),
    ) -> Result<Receipt, ChainError> {
        let args = vec![address(to), amount(units)];
        ledger.invoke(signing, Invocation { contract: &self.contract, function: "mint", args })
    }

    /// Pays.
    ///
    /// # Errors
    ///
    /// As [`Ledger::submit`]; contract error 10 if the payer has less.
    pub fn transfer(
        &self,
        ledger: &mut dyn Ledger,
        signing: Signing<'_>,
        transfer: Transfer,
    ) -> Result<Receipt, ChainError> {
        ledger.invoke(signing, self.transfer_call(transfer))
    }

    /// The call that pays, for whoever signs or sends it in another way.
    pub fn transfer_call(&self, transfer: Transfer) -> Invocation<'_> {
        let args = vec![address(transfer.from), address(transfer.to), amount(transfer.units)];
        Invocation { contract: &self.contract, function: "transfer", args }
    }

    /// What an address holds, in the smallest unit.
    ///
    /// # Errors
    ///
    /// Contract error 13 for an account that does not trust the issuer.
    pub fn balance(&self, ledger: &dyn Ledger, of: &ScAddress) -> Result<i128, ChainError> {
        let args = vec![address(of.clone())];
        let call = Invocation { contract: &self.contract, function: "balance", args };
        amount_of(&ledger.view(call)?)
    }
}

fn asset(code: &str, issuer: AccountId) -> Result<Asset, ChainError> {
    let is_code = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match code.len() {
        1..=4 if is_code => {
            let asset_code = AssetCode4(padded(code));
            Ok(Asset::CreditAlphanum4(AlphaNum4 { asset_code, issuer }))
        }
        5..=12 if is_code => {
            let asset_code = AssetCode12(padded(code));
            Ok(Asset::CreditAlphanum12(AlphaNum12 { asset_code, issuer }))
        }
        _ => Err(ChainError::value("a currency code", format!("`{code}` is not 1 to 12 letters and digits"))),
    }
}

fn padded<const N: usize>(code: &str) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(code.bytes()).for_each(|(to, from)| *to = from);
    bytes
}
