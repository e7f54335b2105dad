//! The vectors of `docs/telemetry.md`: the page and the code say the same bytes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use ed25519_dalek::SigningKey;
use forebay_node::telemetry::{
    Body, DeviceId, Direction, Gpu, Meter, Reading, ReadingHash, Record, Site, Slot, merkle,
};
use forebay_node::{Refusal, hex};

const PAGE: &str = include_str!("../../../docs/telemetry.md");

/// The value after a word of the page.
fn vector(name: &str) -> String {
    let line = PAGE.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("the page has no {name}")).replace(' ', "")
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn readings() -> [(&'static str, Reading); 3] {
    let meter =
        Meter { direction: Direction::Generation, register_watt_hour: 123_456, interval_watt_hour: 789 };
    let gpu = Gpu {
        utilisation_ppm: 987_654,
        power_milliwatt: 650_123,
        ecc_corrected: 3,
        ecc_uncorrected: 0,
        uptime_seconds: 86_400,
        energy_millijoule: 56_170_627_200,
    };
    let site =
        Site { facility_watt_hour: 1_300_000, machines_watt_hour: 1_000_000, effectiveness_ppm: 1_300_000 };
    let device = DeviceId::of(&key().verifying_key());
    let reading = |sequence, body| Reading {
        device,
        sequence,
        slot: Slot { start: 1_795_132_800, seconds: 900 },
        previous: if sequence == 1 { ReadingHash::default() } else { ReadingHash([0xab; 32]) },
        body,
    };
    [
        ("meter", reading(1, Body::Meter(meter))),
        ("gpu", reading(2, Body::Gpu(gpu))),
        ("site", reading(3, Body::Site(site))),
    ]
}

#[test]
fn vectors_of_the_page() {
    assert_eq!(vector("public key"), hex::encode(key().verifying_key().as_bytes()));
    assert_eq!(vector("device"), DeviceId::of(&key().verifying_key()).to_string());
    for (name, reading) in readings() {
        let record = reading.sign(&key());
        assert_eq!(vector(&format!("{name} record")), hex::encode(&record.0));
        assert_eq!(vector(&format!("{name} hash")), hex::encode(&record.hash().0));
        let read = Record(hex::array(&vector(&format!("{name} record"))).unwrap());
        assert_eq!(read.reading(), Ok(reading));
        assert_eq!(read.verify(&key().verifying_key()), Ok(()));
    }
    let records = readings().map(|(_, reading)| reading.sign(&key()));
    let root = merkle::root(records.iter().map(|record| record.0.as_slice()));
    assert_eq!(vector("root over the three"), hex::encode(&root));
}

/// Numbers of the page's table of refusals.
#[test]
fn every_refusal_is_on_the_page() {
    for refusal in Refusal::ALL {
        let row = format!("| {} | `{}` |", refusal.code(), refusal.name());
        assert!(PAGE.contains(&row), "{row}");
    }
}

/// Bytes at a place, and how the reading is refused then.
#[test]
fn there_is_one_way_to_write_a_reading() {
    let [(_, meter), (_, gpu), (_, site)] = readings();
    let rows: [(&Reading, usize, u8, Refusal); 9] = [
        (&meter, 0, 2, Refusal::Version),
        (&meter, 1, 0, Refusal::Malformed),
        (&meter, 1, 4, Refusal::Malformed),
        (&meter, 2, 4, Refusal::Malformed),
        (&meter, 111, 1, Refusal::Malformed),
        (&gpu, 2, 1, Refusal::Malformed),
        (&site, 92, 1, Refusal::Malformed),
        (&site, 31, 0x80, Refusal::Impossible),
        (&gpu, 111, 0x80, Refusal::Impossible),
    ];
    for (reading, place, byte, refusal) in rows {
        let mut record = reading.sign(&key());
        record.0[place] = byte;
        assert_eq!(record.reading(), Err(refusal), "byte {place}");
    }
}

/// Signatures that a lenient check takes and the strict one does not.
#[test]
fn strict_signatures_only() {
    // RFC 8032 §5.1.7: S must be below the order of the group.
    let order = hex::array::<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let mut record = readings()[0].1.sign(&key());
    let mut carry = 0;
    for (byte, add) in record.0[144..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert_eq!(record.verify(&key().verifying_key()), Err(Refusal::Signature));
    // A key of small order, for which anybody can sign.
    let small = "0100000000000000000000000000000000000000000000000000000000000000";
    let registration = forebay_node::telemetry::Registration {
        public_key: small.to_owned(),
        ..support::Signer::new(forebay_node::telemetry::Kind::Meter, 1).registration()
    };
    assert_eq!(registration.device().unwrap_err().code(), 928);
}

/// The tree in one pass is the tree of the library, for every size of a tree that is not full.
#[test]
fn roots_and_paths() {
    let leaves: Vec<[u8; 2]> = (0..70_u16).map(u16::to_le_bytes).collect();
    // RFC 9162 §2.1.1: the root over nothing is the hash of nothing.
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(hex::encode(&merkle::root([].into_iter())), nothing);
    for size in 1..=leaves.len() {
        let slice = || leaves[..size].iter().map(<[u8; 2]>::as_slice);
        let root = merkle::root(slice());
        for leaf in 0..size {
            let path = merkle::path(slice(), leaf).unwrap();
            assert!(path.proves(&leaves[leaf], root), "{leaf} of {size}");
            assert!(!path.proves(&leaves[(leaf + 1) % 70], root), "{leaf} of {size}");
        }
        assert_eq!(merkle::path(slice(), size), None);
    }
}
