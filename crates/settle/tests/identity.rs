//! What machines back: the table of moves, reservations that end, closings that flip one flag, and random fights over all.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use forebay_settle::SettleError::{self, *};
use forebay_settle::identity::{Claimant, Closing, Lien, LienKind, MOVES, Move, substitute};
use forebay_settle::invariants::{ti1_one_live_pledge, ti2_pledge_kept};
use forebay_settle::{DealId, MachineId, Time};
use proptest::prelude::*;

const ALL_MOVES: [Move; 7] = [
    Move::Reserve,
    Move::Cancel,
    Move::Pledge,
    Move::Release,
    Move::Substitute,
    Move::Enforce,
    Move::Conclude,
];

/// A deal at time 10, with one machine reserved until 20 if it is the first one.
fn claimant(deal: u8) -> Claimant {
    let reserved = Closing { number: 1, reserved: 1, until: Time(20), ..Closing::default() };
    let closing = if deal == 1 { reserved } else { Closing::default() };
    Claimant { closing, deal: DealId([deal; 32]), now: Time(10) }
}

fn liens() -> [Lien; 5] {
    let deal = DealId([1; 32]);
    [
        Lien::Free,
        Lien::Reserved { deal, number: 1, until: Time(20) },
        Lien::Pledged { deal },
        Lien::Released,
        Lien::Enforced { deal },
    ]
}

/// What a move makes of a lien; reservations end at the next multiple of 20.
fn make(lien: Lien, by: Move, claimant: &mut Claimant) -> Option<Lien> {
    let mut after = lien;
    let made = match by {
        Move::Reserve => after.reserve(claimant, Time(claimant.now.0 / 20 * 20 + 20)),
        other => after.apply(other, claimant),
    };
    made.map(|()| after).ok()
}

#[test]
fn the_table_of_moves_is_all_there_is() {
    for lien in liens() {
        for by in ALL_MOVES {
            let row = MOVES.iter().find(|row| (row.0, row.1) == (lien.kind(), by));
            let after = make(lien, by, &mut claimant(1));
            assert_eq!(after.map(|lien| lien.kind()), row.map(|row| row.2), "{lien:?} {by:?}");
            assert!(ti2_pledge_kept(&lien, &after.unwrap_or(lien), by));
            if by != Move::Reserve {
                assert_eq!(make(lien, by, &mut claimant(2)), None, "another deal moves nothing");
            }
        }
    }
}

#[test]
fn a_reservation_runs_out_by_itself() {
    let (mut ours, mut theirs) = (claimant(1), claimant(2));
    let mut lien = Lien::Free;
    assert_eq!(lien.reserve(&mut ours, Time(10)), Err(ReservationEnded));
    lien.reserve(&mut ours, Time(20)).unwrap();
    assert_eq!(lien.reserve(&mut theirs, Time(30)), Err(LienMoveRefused));
    assert_eq!(lien.at(&ours.closing, Time(19)), lien);
    assert_eq!(lien.at(&ours.closing, Time(20)), Lien::Free);
    (ours.now, theirs.now) = (Time(20), Time(20));
    assert_eq!(lien.apply(Move::Pledge, &mut ours), Err(ReservationEnded));
    assert_eq!(lien.reserve(&mut theirs, Time(30)), Err(LienMoveRefused), "as it lies it is taken");
    lien = lien.at(&ours.closing, Time(20));
    assert_eq!(lien.reserve(&mut theirs, Time(30)), Ok(()));
    assert_eq!(lien.apply(Move::Pledge, &mut ours), Err(OtherDeal));
}

#[test]
fn attack_to_pledge_a_machine_twice() {
    let (mut ours, mut theirs) = (claimant(1), claimant(2));
    let mut lien = liens()[1];
    lien.apply(Move::Pledge, &mut ours).unwrap();
    assert_eq!(lien.reserve(&mut theirs, Time(30)), Err(LienMoveRefused));
    assert_eq!(lien.reserve(&mut ours, Time(20)), Err(LienMoveRefused));
    assert_eq!(lien.apply(Move::Release, &mut theirs), Err(OtherDeal));
    assert_eq!(lien, Lien::Pledged { deal: ours.deal });
}

#[test]
fn a_machine_takes_the_place_of_another_of_the_same_deal() {
    let (mut ours, mut theirs) = (claimant(1), claimant(2));
    let (mut old, mut new) = (Lien::Pledged { deal: ours.deal }, Lien::Free);
    assert_eq!(substitute(&mut old, &mut new, &mut ours), Err(LienMoveRefused));
    assert_eq!(old, Lien::Pledged { deal: ours.deal });
    new.reserve(&mut theirs, Time(20)).unwrap();
    assert_eq!(substitute(&mut old, &mut new, &mut ours), Err(OtherDeal));
    new.apply(Move::Cancel, &mut theirs).unwrap();
    new.reserve(&mut ours, Time(20)).unwrap();
    assert_eq!(ours.closing.reserved, 2);
    assert_eq!(substitute(&mut old, &mut new, &mut ours), Ok(()));
    assert_eq!((old, new), (Lien::Released, Lien::Pledged { deal: ours.deal }));
    assert_eq!(ours.closing.reserved, 1, "pledged on its own, it is not counted any more");
}

/// What the closing of a deal that holds one machine says to so many at this time.
fn check_closing(count: u32, now: u64, expected: Result<(), SettleError>) {
    let mut closing = claimant(1).closing;
    assert_eq!(closing.pledge_all(count, Time(now)), expected, "{count} at {now}");
    assert_eq!(closing.pledged, expected.is_ok());
}

#[test]
fn a_closing_wants_exactly_what_is_reserved_and_in_time() {
    check_closing(1, 19, Ok(()));
    check_closing(1, 20, Err(ReservationEnded));
    check_closing(0, 19, Err(OtherReservation));
    check_closing(2, 19, Err(OtherReservation));
    let nothing = Closing::default().pledge_all(0, Time(0));
    assert_eq!(nothing, Err(ReservationEnded));
    let mut emptied = Closing { reserved: 0, ..claimant(1).closing };
    assert_eq!(emptied.pledge_all(0, Time(10)), Err(OtherReservation));
    let mut closed = Closing { pledged: true, ..claimant(1).closing };
    assert_eq!(closed.pledge_all(1, Time(10)), Err(LienMoveRefused));
}

#[test]
fn one_flag_pledges_what_is_reserved_and_nothing_later() {
    let (mut ours, reserved) = (claimant(1), liens()[1]);
    ours.closing.pledge_all(1, Time(19)).unwrap();
    let pledged = Lien::Pledged { deal: ours.deal };
    assert_eq!(reserved.at(&ours.closing, Time(19)), pledged);
    assert_eq!(reserved.at(&ours.closing, Time(1_000)), pledged, "a pledge does not run out");
    assert_eq!(make(reserved, Move::Cancel, &mut ours), None);
    for (by, after) in [(Move::Release, Lien::Released), (Move::Enforce, Lien::Enforced { deal: ours.deal })]
    {
        assert_eq!(make(reserved, by, &mut ours), Some(after));
    }
    let mut later = Lien::Free;
    later.reserve(&mut ours, Time(15)).unwrap();
    assert_eq!(later, Lien::Reserved { deal: ours.deal, number: 0, until: Time(15) }, "alone");
    assert_eq!(later.at(&ours.closing, Time(15)), Lien::Free, "the flag is not for it");
    assert_eq!(ours.closing.reserved, 1);
}

#[test]
fn a_reservation_that_ended_is_not_in_the_next_one() {
    let mut ours = Claimant { now: Time(20), ..claimant(1) };
    let (dead, mut fresh) = (liens()[1], Lien::Free);
    fresh.reserve(&mut ours, Time(40)).unwrap();
    assert_eq!((ours.closing.number, ours.closing.reserved), (2, 1));
    assert_eq!(make(dead, Move::Cancel, &mut ours), None);
    assert_eq!(ours.closing.reserved, 1, "what ended is not taken off");
    let mut other = Lien::Free;
    assert_eq!(other.reserve(&mut ours, Time(41)), Err(OtherReservation), "all end together");
    ours.closing.pledge_all(1, Time(39)).unwrap();
    assert_eq!(dead.at(&ours.closing, Time(39)), Lien::Free, "the flag is not for what had ended");
    assert_eq!(fresh.at(&ours.closing, Time(39)), Lien::Pledged { deal: ours.deal });
}

/// Three deals and three machines as the ledger keeps them, and who believes that what is pledged to it.
struct Fight {
    deals: [Claimant; 3],
    liens: [Lien; 3],
    pledges: Vec<(MachineId, DealId)>,
}

impl Fight {
    fn standing(&self, machine: usize, now: Time) -> Lien {
        let lien = self.liens[machine];
        let closing = self.deals.iter().find(|deal| Some(deal.deal) == lien.deal());
        closing.map_or(lien, |deal| lien.at(&deal.closing, now))
    }

    /// All that stands reserved for a deal under the number that counts.
    fn reserved(&self, deal: usize, now: Time) -> u32 {
        let Claimant { closing, deal, .. } = self.deals[deal];
        let counted = |machine: &usize| match self.standing(*machine, now) {
            Lien::Reserved { deal: bound, number, .. } => (bound, number) == (deal, closing.number),
            _ => false,
        };
        u32::try_from((0..3).filter(counted).count()).unwrap()
    }

    fn step(&mut self, deal: usize, machine: usize, by: Move) {
        let (now, pledge) = (self.deals[deal].now, (id(machine), self.deals[deal].deal));
        let before = self.standing(machine, now);
        let from = if by == Move::Reserve { before } else { self.liens[machine] };
        let Some(after) = make(from, by, &mut self.deals[deal]) else { return };
        self.liens[machine] = after;
        match by {
            Move::Pledge => self.pledges.push(pledge),
            Move::Release | Move::Substitute | Move::Conclude => {
                self.pledges.retain(|other| *other != pledge)
            }
            _ => {}
        }
        assert!(ti2_pledge_kept(&before, &after, by), "TI-2");
    }

    fn close(&mut self, deal: usize) {
        let now = self.deals[deal].now;
        let held = self.reserved(deal, now);
        if self.deals[deal].closing.pledge_all(held, now).is_err() {
            return;
        }
        let believed = self.pledges.len() + held as usize;
        let Claimant { closing, deal, .. } = self.deals[deal];
        for (machine, lien) in self.liens.iter().enumerate() {
            if matches!(*lien, Lien::Reserved { deal: bound, number, .. } if (bound, number) == (deal, closing.number))
            {
                self.pledges.push((id(machine), deal));
            }
        }
        assert_eq!(self.pledges.len(), believed, "as many as the deal said");
    }
}

fn id(machine: usize) -> MachineId {
    MachineId([u8::try_from(machine).unwrap(); 32])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    /// Three deals fight over three machines; each keeps its own list of what it believes is pledged to it.
    #[test]
    fn prop_a_machine_backs_one_deal(
        steps in prop::collection::vec((0..3_usize, 0..3_usize, 0..=ALL_MOVES.len(), 0..4_u64), 1..200),
    ) {
        let deals = [1, 2, 3].map(|deal| Claimant { closing: Closing::default(), ..claimant(deal) });
        let mut fight = Fight { deals, liens: [Lien::Free; 3], pledges: Vec::new() };
        for (deal, machine, by, wait) in steps {
            let now = Time(fight.deals[0].now.0 + wait);
            fight.deals.iter_mut().for_each(|deal| deal.now = now);
            match ALL_MOVES.get(by) {
                Some(by) => fight.step(deal, machine, *by),
                None => fight.close(deal),
            }
            prop_assert!(ti1_one_live_pledge(&fight.pledges), "TI-1 {:?}", fight.pledges);
            for (machine, deal) in &fight.pledges {
                let lien = fight.standing(usize::from(machine.0[0]), now);
                let kept = matches!(lien.kind(), LienKind::Pledged | LienKind::Enforced);
                prop_assert!(kept && lien.deal() == Some(*deal), "{lien:?}");
            }
            for deal in 0..3 {
                let Closing { pledged, reserved, until, .. } = fight.deals[deal].closing;
                let live = !pledged && now < until;
                prop_assert!(!live || reserved == fight.reserved(deal, now), "the count");
            }
        }
    }
}

#[test]
fn the_same_machine_in_two_deals_is_found() {
    let pledge = |machine, deal| (MachineId([machine; 32]), DealId([deal; 32]));
    assert!(ti1_one_live_pledge(&[pledge(1, 1), pledge(2, 1), pledge(3, 2)]));
    assert!(!ti1_one_live_pledge(&[pledge(1, 1), pledge(2, 1), pledge(1, 2)]));
    let pledged = Lien::Pledged { deal: DealId([1; 32]) };
    assert!(!ti2_pledge_kept(&pledged, &Lien::Free, Move::Cancel));
}
