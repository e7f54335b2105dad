use soroban_env_host::xdr::{
    AccountId, CreateAccountOp, DecoratedSignature, ExtendFootprintTtlOp, ExtensionPoint, Hash,
    HashIdPreimage, HashIdPreimageSorobanAuthorization, HashIdPreimageSorobanAuthorizationWithAddress,
    HostFunction, InvokeHostFunctionOp, LedgerFootprint, LedgerKey, Memo, MuxedAccount, Operation,
    OperationBody, Preconditions, PublicKey, RestoreFootprintOp, ScAddress, ScVal, SequenceNumber, Signature,
    SignatureHint, SorobanAddressCredentials, SorobanAuthorizationEntry, SorobanCredentials,
    SorobanResources, SorobanTransactionData, SorobanTransactionDataExt, Transaction, TransactionEnvelope,
    TransactionExt, TransactionSignaturePayload, TransactionSignaturePayloadTaggedTransaction,
    TransactionV1Envelope, VecM,
};

use crate::value::{bytes, encode, list, map};
use crate::{ChainError, Key, digest};

/// Who signs: the source of the transaction, and whoever else the contracts ask for.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// Account that sends the transaction and whose sequence number it takes.
    pub source: &'a Key,
    /// Everyone else whose authorisation the call needs; more is no harm.
    pub others: &'a [&'a Key],
}

impl<'a> Signing<'a> {
    /// The source alone signs.
    pub const fn by(source: &'a Key) -> Self {
        Self { source, others: &[] }
    }
}

/// Where and until when a signature counts.
#[derive(Clone, Copy, Debug)]
pub struct Validity {
    /// Identity of the network.
    pub network: [u8; 32],
    /// Last ledger in which the signature counts.
    pub until: u32,
}

/// What a transaction does, before it is signed.
pub(crate) struct Body {
    pub operation: OperationBody,
    pub data: Option<SorobanTransactionData>,
    /// What it offers for being taken, beyond its resources.
    pub offer: u32,
}

impl Body {
    /// A call of the host with its authorisations and the resources that it declares.
    pub fn call(
        function: HostFunction,
        auth: Vec<SorobanAuthorizationEntry>,
        data: SorobanTransactionData,
    ) -> Result<Self, ChainError> {
        let auth = auth.try_into().map_err(|error| ChainError::value("authorisations", error))?;
        let operation = InvokeHostFunctionOp { host_function: function, auth };
        Ok(Self { operation: OperationBody::InvokeHostFunction(operation), data: Some(data), offer: 0 })
    }

    /// An account with a balance of the native coin.
    pub fn account(destination: AccountId, starting_balance: i64) -> Self {
        let operation = OperationBody::CreateAccount(CreateAccountOp { destination, starting_balance });
        Self { operation, data: None, offer: 0 }
    }

    /// Longer lives for entries.
    pub fn extension(keys: Vec<LedgerKey>, extend_to: u32) -> Result<Self, ChainError> {
        let read_only = keys.try_into().map_err(|error| ChainError::value("a footprint", error))?;
        let operation = ExtendFootprintTtlOp { ext: ExtensionPoint::V0, extend_to };
        let footprint = LedgerFootprint { read_only, read_write: Default::default() };
        Ok(Self::keeping(OperationBody::ExtendFootprintTtl(operation), footprint))
    }

    /// Archived entries brought back, for those that are too large to come back within a call.
    pub fn restoration(keys: Vec<LedgerKey>) -> Result<Self, ChainError> {
        let read_write = keys.try_into().map_err(|error| ChainError::value("a footprint", error))?;
        let operation = RestoreFootprintOp { ext: ExtensionPoint::V0 };
        let footprint = LedgerFootprint { read_only: Default::default(), read_write };
        Ok(Self::keeping(OperationBody::RestoreFootprint(operation), footprint))
    }

    /// What is done to the entries of a footprint, without running anything.
    fn keeping(operation: OperationBody, footprint: LedgerFootprint) -> Self {
        let resources = SorobanResources { footprint, ..Default::default() };
        let data = SorobanTransactionData { ext: SorobanTransactionDataExt::V0, resources, resource_fee: 0 };
        Self { operation, data: Some(data), offer: 0 }
    }

    /// A call of the host of which nothing is known yet but what it is.
    pub fn unprepared(host_function: HostFunction) -> Self {
        let operation = InvokeHostFunctionOp { host_function, auth: VecM::default() };
        Self { operation: OperationBody::InvokeHostFunction(operation), data: None, offer: 0 }
    }

    /// The same for a price, in the smallest native coin.
    pub fn offering(self, offer: u32) -> Self {
        Self { offer, ..self }
    }

    /// As the transaction of `source` with this sequence number.
    pub fn of(self, source: AccountId, sequence: i64) -> Result<Transaction, ChainError> {
        let AccountId(PublicKey::PublicKeyTypeEd25519(source)) = source;
        let operation = Operation { source_account: None, body: self.operation };
        let resources = self.data.as_ref().map_or(0, |data| data.resource_fee);
        let fee = resources.saturating_add(self.offer.into());
        Ok(Transaction {
            source_account: MuxedAccount::Ed25519(source),
            fee: fee.try_into().map_err(|error| ChainError::value("the fee", error))?,
            seq_num: SequenceNumber(sequence),
            cond: Preconditions::None,
            memo: Memo::None,
            operations: [operation].try_into().map_err(|error| ChainError::value("operations", error))?,
            ext: self.data.map_or(TransactionExt::V0, TransactionExt::V1),
        })
    }

    /// Signs as the transaction of `source` with this sequence number.
    pub fn signed(
        self,
        network: [u8; 32],
        source: &Key,
        sequence: i64,
    ) -> Result<TransactionEnvelope, ChainError> {
        sign_transaction(network, source, self.of(source.account(), sequence)?)
    }
}

/// Contracts' code that a transaction would bring back from the archive.
pub(crate) fn archived_code(envelope: &TransactionEnvelope) -> Vec<LedgerKey> {
    let TransactionEnvelope::Tx(TransactionV1Envelope { tx, .. }) = envelope else { return Vec::new() };
    let TransactionExt::V1(data) = &tx.ext else { return Vec::new() };
    let SorobanTransactionDataExt::V1(ext) = &data.ext else { return Vec::new() };
    let keys = &data.resources.footprint.read_write;
    let places = ext.archived_soroban_entries.iter().filter_map(|place| usize::try_from(*place).ok());
    let archived = places.filter_map(|place| keys.get(place));
    archived.filter(|key| matches!(key, LedgerKey::ContractCode(_))).cloned().collect()
}

/// Signs a transaction as its source.
///
/// # Errors
///
/// None in practice; encoding is checked.
pub fn sign_transaction(
    network: [u8; 32],
    source: &Key,
    tx: Transaction,
) -> Result<TransactionEnvelope, ChainError> {
    let signature = decorated(source, &transaction_hash(network, &tx)?)?;
    let signatures = [signature].try_into().map_err(|error| ChainError::value("signatures", error))?;
    Ok(TransactionEnvelope::Tx(TransactionV1Envelope { tx, signatures }))
}

fn decorated(key: &Key, hash: &[u8; 32]) -> Result<DecoratedSignature, ChainError> {
    let public = key.public();
    let signature = key.sign(hash).to_vec().try_into();
    Ok(DecoratedSignature {
        hint: SignatureHint([public[28], public[29], public[30], public[31]]),
        signature: Signature(signature.map_err(|error| ChainError::value("a signature", error))?),
    })
}

/// The hash of a signed transaction, by which [`crate::Ledger::receipt`] finds it. Note it before
/// sending: whoever was interrupted can then ask whether the transaction happened.
///
/// # Errors
///
/// [`ChainError::Unsupported`] for envelopes that this ledger does not apply.
pub fn envelope_hash(network: [u8; 32], envelope: &TransactionEnvelope) -> Result<[u8; 32], ChainError> {
    match envelope {
        TransactionEnvelope::Tx(TransactionV1Envelope { tx, .. }) => transaction_hash(network, tx),
        _ => Err(ChainError::Unsupported("this kind of envelope")),
    }
}

/// What the source signs, and the name of a transaction ever after.
pub(crate) fn transaction_hash(network: [u8; 32], tx: &Transaction) -> Result<[u8; 32], ChainError> {
    let payload = TransactionSignaturePayload {
        network_id: Hash(network),
        tagged_transaction: TransactionSignaturePayloadTaggedTransaction::Tx(tx.clone()),
    };
    Ok(digest(&[&encode(&payload)?]))
}

/// The account that sends a transaction.
pub(crate) fn source_of(tx: &Transaction) -> AccountId {
    account_of(&tx.source_account)
}

/// The account behind an address that may name one of its parts.
pub fn account_of(muxed: &MuxedAccount) -> AccountId {
    let public = match muxed {
        MuxedAccount::Ed25519(public) => public.clone(),
        MuxedAccount::MuxedEd25519(muxed) => muxed.ed25519.clone(),
    };
    AccountId(PublicKey::PublicKeyTypeEd25519(public))
}

/// The part of an authorisation that an address signs; none where the source signs it all.
pub(crate) const fn credentials(entry: &SorobanAuthorizationEntry) -> Option<&SorobanAddressCredentials> {
    match &entry.credentials {
        SorobanCredentials::SourceAccount => None,
        SorobanCredentials::Address(credentials) | SorobanCredentials::AddressV2(credentials) => {
            Some(credentials)
        }
        SorobanCredentials::AddressWithDelegates(delegated) => Some(&delegated.address_credentials),
    }
}

/// Signs what the recording asked for, each entry by the key of its address.
pub(crate) fn authorise(
    recorded: Vec<SorobanAuthorizationEntry>,
    signing: Signing<'_>,
    validity: Validity,
) -> Result<Vec<SorobanAuthorizationEntry>, ChainError> {
    let sign = |entry: SorobanAuthorizationEntry| match credentials(&entry).map(|c| c.address.clone()) {
        None => Ok(entry),
        Some(address) => sign_authorisation(entry, signer(&address, signing)?, validity),
    };
    recorded.into_iter().map(sign).collect()
}

fn signer<'a>(address: &ScAddress, signing: Signing<'a>) -> Result<&'a Key, ChainError> {
    let mut keys = std::iter::once(signing.source).chain(signing.others.iter().copied());
    keys.find(|key| key.address() == *address).ok_or_else(|| ChainError::missing_signer(address))
}

/// Signs one authorisation, for a call that somebody else sends.
///
/// # Errors
///
/// [`ChainError::Unsupported`] for delegated credentials.
pub fn sign_authorisation(
    mut entry: SorobanAuthorizationEntry,
    key: &Key,
    validity: Validity,
) -> Result<SorobanAuthorizationEntry, ChainError> {
    let preimage = auth_preimage(&entry, validity)?;
    let signature = auth_signature(key, &digest(&[&encode(&preimage)?]))?;
    if let SorobanCredentials::Address(credentials) | SorobanCredentials::AddressV2(credentials) =
        &mut entry.credentials
    {
        credentials.signature_expiration_ledger = validity.until;
        credentials.signature = signature;
    }
    Ok(entry)
}

fn auth_preimage(
    entry: &SorobanAuthorizationEntry,
    validity: Validity,
) -> Result<HashIdPreimage, ChainError> {
    let (network_id, until) = (Hash(validity.network), validity.until);
    let invocation = entry.root_invocation.clone();
    match &entry.credentials {
        SorobanCredentials::Address(c) => {
            Ok(HashIdPreimage::SorobanAuthorization(HashIdPreimageSorobanAuthorization {
                network_id,
                nonce: c.nonce,
                signature_expiration_ledger: until,
                invocation,
            }))
        }
        SorobanCredentials::AddressV2(c) => Ok(HashIdPreimage::SorobanAuthorizationWithAddress(
            HashIdPreimageSorobanAuthorizationWithAddress {
                network_id,
                nonce: c.nonce,
                signature_expiration_ledger: until,
                address: c.address.clone(),
                invocation,
            },
        )),
        _ => Err(ChainError::Unsupported("delegated authorisations")),
    }
}

/// A signature as accounts expect it: a list of one map.
fn auth_signature(key: &Key, digest: &[u8; 32]) -> Result<ScVal, ChainError> {
    let public_key = bytes(&key.public())?;
    let signature = bytes(&key.sign(digest))?;
    list(vec![map(vec![("public_key", public_key), ("signature", signature)])?])
}
