//! Values of contract calls, made and read without ceremony.

use crate::ChainError;
use crate::xdr::{
    AccountId, Asset, ContractExecutable, ContractId, ContractIdPreimage, ContractIdPreimageFromAddress,
    CreateContractArgs, CreateContractArgsV2, Hash, HashIdPreimage, HashIdPreimageContractId, HostFunction,
    Int128Parts, InvokeContractArgs, Limits, ReadXdr, ScAddress, ScBytes, ScMap, ScMapEntry, ScString,
    ScSymbol, ScVal, ScVec, Uint256, WriteXdr,
};

/// Depth and length that encoded data may have; what is deeper was not written by a ledger.
pub(crate) const ENCODING: Limits = soroban_env_host::DEFAULT_XDR_RW_LIMITS;

/// Encodes for the ledger.
pub(crate) fn encode(value: &impl WriteXdr) -> Result<Vec<u8>, ChainError> {
    value.to_xdr(ENCODING).map_err(|error| ChainError::value("a value", error))
}

/// Decodes what the ledger or a client wrote.
pub(crate) fn decode<T: ReadXdr>(what: &'static str, bytes: &[u8]) -> Result<T, ChainError> {
    T::from_xdr(bytes, ENCODING).map_err(|error| ChainError::value(what, error))
}

/// XDR as text, in the form that servers and clients exchange.
///
/// # Errors
///
/// [`ChainError::Value`] if the value is too deep.
pub fn to_base64(value: &impl WriteXdr) -> Result<String, ChainError> {
    value.to_xdr_base64(ENCODING).map_err(|error| ChainError::value("a value", error))
}

/// Reads XDR from text.
///
/// # Errors
///
/// [`ChainError::Value`] if it is none of this type, too deep, or followed by something.
pub fn from_base64<T: ReadXdr>(what: &'static str, text: &str) -> Result<T, ChainError> {
    T::from_xdr_base64(text, ENCODING).map_err(|error| ChainError::value(what, error))
}

/// A symbol: a short name.
///
/// # Errors
///
/// [`ChainError::Value`] if it is longer than 32 characters.
pub fn symbol(name: &str) -> Result<ScVal, ChainError> {
    Ok(ScVal::Symbol(symbol_of(name)?))
}

fn symbol_of(name: &str) -> Result<ScSymbol, ChainError> {
    let name = name.try_into().map_err(|error| ChainError::value("a name", error))?;
    Ok(ScSymbol(name))
}

/// A text.
///
/// # Errors
///
/// [`ChainError::Value`] if it is too long.
pub fn text(text: &str) -> Result<ScVal, ChainError> {
    let text = text.try_into().map_err(|error| ChainError::value("a text", error))?;
    Ok(ScVal::String(ScString(text)))
}

/// Bytes.
///
/// # Errors
///
/// [`ChainError::Value`] if there are too many.
pub fn bytes(bytes: &[u8]) -> Result<ScVal, ChainError> {
    let bytes = bytes.try_into().map_err(|error| ChainError::value("bytes", error))?;
    Ok(ScVal::Bytes(ScBytes(bytes)))
}

/// A list.
///
/// # Errors
///
/// [`ChainError::Value`] if it is too long.
pub fn list(values: Vec<ScVal>) -> Result<ScVal, ChainError> {
    let values = values.try_into().map_err(|error| ChainError::value("a list", error))?;
    Ok(ScVal::Vec(Some(ScVec(values))))
}

/// A map; `fields` must be in the order of their names, as the host requires.
///
/// # Errors
///
/// [`ChainError::Value`] if a name is too long.
pub fn map(fields: Vec<(&str, ScVal)>) -> Result<ScVal, ChainError> {
    let field = |(name, val)| Ok(ScMapEntry { key: symbol(name)?, val });
    let fields = fields.into_iter().map(field).collect::<Result<Vec<_>, ChainError>>()?;
    let fields = fields.try_into().map_err(|error| ChainError::value("a map", error))?;
    Ok(ScVal::Map(Some(ScMap(fields))))
}

/// An amount in the token's smallest unit.
pub const fn amount(units: i128) -> ScVal {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    ScVal::I128(Int128Parts { hi: (units >> 64) as i64, lo: units as u64 })
}

/// Reads an amount.
///
/// # Errors
///
/// [`ChainError::Unexpected`] if the value is none.
pub fn amount_of(value: &ScVal) -> Result<i128, ChainError> {
    match value {
        ScVal::I128(Int128Parts { hi, lo }) => Ok((i128::from(*hi) << 64) | i128::from(*lo)),
        other => Err(unexpected("an amount", other)),
    }
}

/// A contract as an address.
pub const fn contract(id: ContractId) -> ScAddress {
    ScAddress::Contract(id)
}

/// An address as a value.
pub const fn address(address: ScAddress) -> ScVal {
    ScVal::Address(address)
}

/// Reads the address of a contract.
///
/// # Errors
///
/// [`ChainError::Unexpected`] if the value is none.
pub fn contract_of(value: &ScVal) -> Result<ContractId, ChainError> {
    match value {
        ScVal::Address(ScAddress::Contract(id)) => Ok(id.clone()),
        other => Err(unexpected("a contract", other)),
    }
}

/// Reads a hash.
///
/// # Errors
///
/// [`ChainError::Unexpected`] if the value is none.
pub fn hash_of(value: &ScVal) -> Result<Hash, ChainError> {
    match value {
        ScVal::Bytes(bytes) => bytes.as_slice().try_into().map(Hash).map_err(|_| unexpected("a hash", value)),
        other => Err(unexpected("a hash", other)),
    }
}

fn unexpected(expected: &'static str, found: &ScVal) -> ChainError {
    ChainError::Unexpected { expected, found: found.name().to_owned() }
}

/// A call of a contract.
#[derive(Clone, Debug)]
pub struct Invocation<'a> {
    /// Which contract.
    pub contract: &'a ContractId,
    /// Which of its functions.
    pub function: &'a str,
    /// With what.
    pub args: Vec<ScVal>,
}

impl Invocation<'_> {
    /// The call as the host takes it.
    ///
    /// # Errors
    ///
    /// [`ChainError`] if a name or the arguments are too long.
    pub fn host_function(self) -> Result<HostFunction, ChainError> {
        Ok(HostFunction::InvokeContract(InvokeContractArgs {
            contract_address: ScAddress::Contract(self.contract.clone()),
            function_name: symbol_of(self.function)?,
            args: self.args.try_into().map_err(|error| ChainError::value("arguments", error))?,
        }))
    }
}

/// A contract that is to be created from uploaded code.
#[derive(Clone, Debug)]
pub struct Creation {
    /// Hash of the code.
    pub code: Hash,
    /// What tells contracts of one creator apart; with the creator it fixes the address.
    pub salt: [u8; 32],
    /// For the contract's constructor.
    pub args: Vec<ScVal>,
}

impl Creation {
    pub(crate) fn host_function(self, creator: &AccountId) -> Result<HostFunction, ChainError> {
        Ok(HostFunction::CreateContractV2(CreateContractArgsV2 {
            contract_id_preimage: origin(creator, self.salt),
            executable: ContractExecutable::Wasm(self.code),
            constructor_args: self.args.try_into().map_err(|error| ChainError::value("arguments", error))?,
        }))
    }
}

fn origin(creator: &AccountId, salt: [u8; 32]) -> ContractIdPreimage {
    let address = ScAddress::Account(creator.clone());
    ContractIdPreimage::Address(ContractIdPreimageFromAddress { address, salt: Uint256(salt) })
}

/// The host function that stores code.
pub(crate) fn upload_function(wasm: &[u8]) -> Result<HostFunction, ChainError> {
    let wasm = wasm.try_into().map_err(|error| ChainError::value("code", error))?;
    Ok(HostFunction::UploadContractWasm(wasm))
}

/// The host function that creates the contract of an asset.
pub(crate) fn asset_function(asset: Asset) -> HostFunction {
    HostFunction::CreateContract(CreateContractArgs {
        contract_id_preimage: ContractIdPreimage::Asset(asset),
        executable: ContractExecutable::StellarAsset,
    })
}

/// The address that a creation by `creator` will have, known before it happens.
///
/// # Errors
///
/// None in practice; encoding is checked.
pub fn created_contract(
    network: [u8; 32],
    creator: &AccountId,
    salt: [u8; 32],
) -> Result<ContractId, ChainError> {
    contract_id(network, origin(creator, salt))
}

/// The address of an asset's contract.
pub(crate) fn asset_contract(network: [u8; 32], asset: &Asset) -> Result<ContractId, ChainError> {
    contract_id(network, ContractIdPreimage::Asset(asset.clone()))
}

fn contract_id(network: [u8; 32], preimage: ContractIdPreimage) -> Result<ContractId, ChainError> {
    let network_id = Hash(network);
    let preimage =
        HashIdPreimage::ContractId(HashIdPreimageContractId { network_id, contract_id_preimage: preimage });
    Ok(ContractId(Hash(crate::digest(&[&encode(&preimage)?]))))
}
