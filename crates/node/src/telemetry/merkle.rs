//! Trees of hashes (RFC 9162 §2.1, over SHA-256): one root says what many leaves are, and a short path proves one of
//! them. Leaves of a batch are its readings; leaves of a segment are the roots of its batches.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{InclusionProof, RootHash};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hex;

/// That a leaf lies under a root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// Which leaf, from zero.
    pub leaf: u64,
    /// How many leaves.
    pub leaves: u64,
    /// The hashes beside the way up, 32 bytes each, in hexadecimal.
    pub hashes: String,
}

fn tree<'a>(leaves: impl Iterator<Item = &'a [u8]>) -> MemoryBackedTree<Sha256, &'a [u8]> {
    let mut tree = MemoryBackedTree::new();
    for leaf in leaves {
        tree.push(leaf);
    }
    tree
}

/// The hash over all leaves, in their order: what `ct_merkle` finds, in one pass without keeping the tree.
pub fn root<'a>(leaves: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut peaks: Vec<(u32, [u8; 32])> = Vec::new();
    for leaf in leaves {
        let mut peak = (0, Sha256::new().chain_update([0]).chain_update(leaf).finalize().into());
        while let Some((height, left)) = peaks.pop_if(|(height, _)| *height == peak.0) {
            peak = (height + 1, parent(left, peak.1));
        }
        peaks.push(peak);
    }
    let peaks = peaks.into_iter().map(|(_, hash)| hash);
    peaks.rev().reduce(|right, left| parent(left, right)).unwrap_or_else(|| Sha256::digest(b"").into())
}

fn parent(left: [u8; 32], right: [u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The path of one leaf; nothing if there is no such leaf.
pub fn path<'a>(leaves: impl Iterator<Item = &'a [u8]>, leaf: usize) -> Option<Path> {
    let tree = tree(leaves);
    tree.get(leaf)?;
    let hashes = hex::encode(tree.prove_inclusion(leaf).as_bytes());
    Some(Path { leaf: u64::try_from(leaf).ok()?, leaves: tree.len(), hashes })
}

impl Path {
    /// Whether the leaf lies under the root at its place.
    pub fn proves(&self, leaf: &[u8], root: [u8; 32]) -> bool {
        let hashes = hex::decode(&self.hashes).and_then(|hashes| InclusionProof::try_from_bytes(hashes).ok());
        let root = RootHash::<Sha256>::new(root.into(), self.leaves);
        hashes.is_some_and(|hashes| root.verify_inclusion(&leaf, self.leaf, &hashes).is_ok())
    }
}
