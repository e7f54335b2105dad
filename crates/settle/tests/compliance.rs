//! Who may hold a note that has rules, what a freeze keeps, and a lost wallet's account to the part.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use forebay_settle::SettleError::*;
use forebay_settle::compliance::{
    Admission, COUNTRIES_MAX, Frozen, Standing, require_countries, require_may_hold,
};
use forebay_settle::payout::{Account, Escrow, SCALE};
use forebay_settle::{PartyId, SettleError, Time};
use units::Amount;

const NOW: Time = Time(100);

const fn of(party: u8, country: u32, until: u64) -> Admission {
    Admission { party: PartyId([party; 32]), country, until: Time(until), standing: Standing::Admitted }
}

const ADA: Admission = of(1, 276, 200);

fn known_as(admission: Admission, standing: Standing) -> Admission {
    Admission { standing, ..admission }
}

fn known(standing: Standing) -> Admission {
    known_as(ADA, standing)
}

#[test]
fn a_wallet_is_admitted_for_one_party_until_a_time() {
    let revoked = Some(known(Standing::Revoked));
    let rows: [(Admission, Option<Admission>, Option<SettleError>); 10] = [
        (ADA, None, None),
        (of(1, 999, 101), None, None),
        (of(1, 0, 200), None, Some(BadTerms)),
        (of(1, 1_000, 200), None, Some(BadTerms)),
        (of(1, 276, 100), None, Some(BadTerms)),
        (of(0, 276, 200), None, Some(EvidenceMissing)),
        (of(1, 40, 300), Some(ADA), None),
        (of(1, 40, 300), revoked, None),
        (of(2, 276, 200), revoked, Some(OtherParty)),
        (ADA, Some(known(Standing::Replaced)), Some(AdmissionEnded)),
    ];
    for (asked, before, refusal) in rows {
        let admitted = asked.admit(before, NOW);
        assert_eq!(admitted.err(), refusal, "{asked:?} after {before:?}");
        assert!(admitted.is_ok_and(|admission| admission.stands(NOW)) == refusal.is_none());
    }
}

#[test]
fn an_admission_stands_until_its_time_or_until_it_is_taken_back() {
    let rows = [
        (ADA, Time(199), true),
        (ADA, Time(200), false),
        (known(Standing::Revoked), NOW, false),
        (known(Standing::Replaced), NOW, false),
    ];
    for (admission, now, stands) in rows {
        assert_eq!(admission.stands(now), stands, "{admission:?} {now:?}");
        assert_eq!(admission.require_stands(now).err(), (!stands).then_some(AdmissionEnded));
    }
    let mut wallet = ADA;
    assert_eq!((wallet.revoke(), wallet.standing), (Ok(()), Standing::Revoked));
    assert_eq!(known(Standing::Replaced).revoke(), Err(AdmissionEnded));
}

#[test]
fn a_lost_wallet_is_replaced_once_by_one_of_its_party() {
    let (spare, other) = (of(1, 40, 300), of(2, 276, 300));
    let rows = [
        (ADA, spare, None),
        (known(Standing::Revoked), spare, None),
        (of(1, 276, 100), spare, None),
        (known(Standing::Replaced), spare, Some(AdmissionEnded)),
        (ADA, other, Some(OtherParty)),
        (ADA, of(1, 276, 100), Some(AdmissionEnded)),
        (ADA, known(Standing::Revoked), Some(AdmissionEnded)),
        (ADA, known(Standing::Replaced), Some(AdmissionEnded)),
    ];
    for (mut lost, by, refusal) in rows {
        let before = lost;
        assert_eq!(lost.replace(&by, NOW).err(), refusal, "{before:?} by {by:?}");
        let after = if refusal.is_some() { before } else { known_as(before, Standing::Replaced) };
        assert_eq!(lost, after);
    }
}

#[test]
fn a_note_is_held_where_its_rules_say() {
    let named = |country: u32| [276, 40].contains(&country);
    let rows = [(Some(276), None), (Some(840), Some(CountryRefused)), (None, Some(NotAdmitted))];
    for (country, refusal) in rows {
        assert_eq!(require_may_hold(country, named).err(), refusal, "{country:?}");
    }
    for (count, refusal) in [(0, Some(BadTerms)), (1, None), (COUNTRIES_MAX, None), (65, Some(BadTerms))] {
        assert_eq!(require_countries(count).err(), refusal, "{count}");
    }
}

#[test]
fn a_freeze_keeps_units_and_no_more() {
    let rows = [
        (0, 10, 10, None),
        (0, 10, 11, None), // That there is so much is the debit's to say.
        (4, 10, 6, None),
        (4, 10, 7, Some(UnitsFrozen)),
        (10, 10, 0, None),
        (10, 10, 1, Some(UnitsFrozen)),
        (11, 10, 1, Some(UnitsFrozen)),
        (i64::MAX, 10, 1, Some(UnitsFrozen)),
        (i64::MAX, i64::MAX, 1, Some(UnitsFrozen)),
    ];
    for (frozen, balance, amount, refusal) in rows {
        let (frozen, balance) = (Frozen(Amount::new(frozen)), Amount::new(balance));
        assert_eq!(frozen.require_free(Amount::new(amount), balance).err(), refusal, "{frozen:?} {amount}");
    }
    let (some, more) = (Frozen(Amount::new(3)), Frozen(Amount::new(4)));
    assert_eq!((some.with(more), some.with(Frozen::ALL)), (Frozen(Amount::new(7)), Frozen::ALL));
}

/// Two accounts of three earn; then one takes the other over. Returns both with the escrow.
fn earned(payment: i64) -> (Escrow, Account, Account) {
    let (mut escrow, mut old, mut new) = (Escrow::default(), Account::default(), Account::default());
    escrow.mint(&mut old, Amount::new(1)).unwrap();
    escrow.mint(&mut new, Amount::new(1)).unwrap();
    escrow.mint(&mut Account::default(), Amount::new(1)).unwrap();
    escrow.distribute(Amount::new(payment)).unwrap();
    (escrow, old, new)
}

#[test]
fn an_account_is_taken_over_to_the_part() {
    for (payment, claim) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (100, 66), (101, 67)] {
        let (mut escrow, mut old, mut new) = earned(payment);
        new.take_over(&mut old, &escrow.index).unwrap();
        assert_eq!((old.balance, old.owed, old.part), Default::default(), "nothing stays");
        assert!((0..SCALE).contains(&new.part), "{new:?}");
        assert_eq!(new.balance, Amount::new(2));
        assert_eq!(escrow.claim(&mut new), Ok(Amount::new(claim)), "of {payment}");
        assert_eq!(escrow.claim(&mut old), Ok(Amount::ZERO));
    }
    let (escrow, mut old, mut new) = earned(100);
    (old.balance, new.balance) = (Amount::new(i64::MAX), Amount::new(1));
    let before = (old, new);
    assert!(new.take_over(&mut old, &escrow.index).is_err(), "more than an account can hold");
    assert_eq!((old, new), before, "a refusal changes nothing");
}
