//! Roots on a node's own ledger: put once, found again by anybody, never another.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chain::value::{Invocation, bytes};
use chain::xdr::ScVal;
use chain::{ChainError, Embedded, Key, Ledger, Signing};
use forebay_clearing::{Anchored, Place, anchor, anchored};

const NOW: u64 = 1_795_132_800;

#[test]
fn a_root_is_put_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("anchors.ledger");
    let place = Place::File(file.clone());
    let first = anchor(&place, (None, NOW), (1, [7; 32])).unwrap();
    let second = anchor(&place, (None, NOW + 60), (2, [8; 32])).unwrap();
    assert!(first.contract == second.contract && first.ledger < second.ledger);
    let root = |segment| anchored(&place, &first.contract, segment).unwrap();
    assert_eq!((root(1), root(2), root(3)), (Some([7; 32]), Some([8; 32]), None));
    assert_eq!(first.to_string().parse::<Anchored>().unwrap(), first);
    for words in ["", "log ff", "contract C ledger 1", "contract ledger 1"] {
        assert_eq!(words.parse::<Anchored>().unwrap_err().code(), 804, "{words}");
    }
    let nowhere = Place::File(folder.path().join("nowhere.ledger"));
    assert_eq!(anchored(&nowhere, &first.contract, 1).unwrap(), None);
    assert!(!folder.path().join("nowhere.ledger").exists(), "whoever looks begins no ledger");
    // A node that was killed after it put a root puts it again.
    anchor(&place, (None, NOW + 120), (1, [7; 32])).unwrap();
    let refused = anchor(&place, (None, NOW + 120), (1, [9; 32])).unwrap_err();
    assert!(refused.to_string().contains("670"), "{refused}");
    assert_eq!(root(1), Some([7; 32]));
    // A clock that was set back moves no ledger back.
    anchor(&place, (None, NOW), (3, [1; 32])).unwrap();

    let mut ledger = Embedded::open(&file).unwrap();
    let stranger = Key::from_secret([5; 32]);
    ledger.fund(&stranger.account(), 1_000_000_000).unwrap();
    let args = vec![ScVal::U32(4), bytes(&[1; 32]).unwrap()];
    let call = Invocation { contract: &first.contract, function: "put", args };
    let refused = ledger.invoke(Signing::by(&stranger), call).unwrap_err();
    assert!(matches!(refused, ChainError::MissingSigner(_)), "{refused}");
    ledger.replay().unwrap();
}
