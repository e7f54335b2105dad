//! The whole way, its clocks, and its ways out.

use crate::world::*;
use chain::ChainError;
use chain::value::bytes;
use chain::xdr::ScVal;
use settle::enforcement::Stage;
use units::Id;
use waterfall::plan::NoteField;

/// The number of a refusal because a signature is missing.
pub fn unsigned() -> u32 {
    ChainError::MissingSigner(String::new()).code().into()
}

/// What the deal owes by its second payment date, its costs of 2,000 included.
const DEBT: i64 = 1_230_000 * ONE;
/// What the first payment date left unpaid.
const ARREARS: i64 = 15_000 * ONE;

/// Sells both lots at these prices, the second at what is asked after so many hours; the winners pay.
fn sell(world: &mut World, prices: [i64; 2], hours: u64) {
    assert_eq!(world.offer(BEN, 1, cash(prices[0])), 0);
    world.wait(hours * HOUR);
    assert_eq!(world.offer(ADA, 2, cash(prices[1])), 0);
    world.wait(24 * HOUR);
    for (lot, winner) in [(1, BEN), (2, ADA)] {
        assert_eq!(world.about(STRANGER, "hammer", lot), 0);
        assert_eq!(world.about(winner, "settle", lot), 0);
        assert_eq!(world.receipt(lot * 2), (who(winner), RELEASED));
    }
}

/// Closes the case, lets the deal pay its second payment date, and pays both classes out.
fn end(world: &mut World) -> [i64; 2] {
    while world.case().stage < Stage::Closed {
        world.ripen();
        world.check((&[TRUSTEE], "advance", vec![proof()]), 0);
    }
    world.on_deal((&[STRANGER], "pay", vec![ScVal::U32(2)])).unwrap();
    ["A", "B"].map(|note| world.withdraw(Id::of("note", note)))
}

#[test]
fn a_default_ends_in_a_sale_and_the_plan_pays_by_rank() {
    let mut world = World::on_offer();
    assert_eq!((world.deal_says("arrears"), world.deal_says("redemption")), (ARREARS, DEBT));
    assert_eq!(world.receipt(1), (who(DEBTOR), ENFORCED));
    assert_eq!(world.asked(1), 660_000 * ONE, "110 % of what the registry says two machines are worth");
    assert_eq!(world.offer(ADA, 1, cash(659_999 * ONE)), 631);
    assert_eq!(world.offer(ADA, 1, cash(660_000 * ONE)), 0);
    assert_eq!(world.offer(BEN, 1, cash(673_199 * ONE)), 631, "two per cent more");
    sell(&mut world, [700_000 * ONE, 360_000 * ONE], 72);
    assert_eq!(world.refund(1, 1), 0);
    assert_eq!(world.cash_of(ADA), i128::from((10_000_000 - 360_000) * ONE), "the outbid deposit is back");
    let paid = end(&mut world);
    assert_eq!(paid, [816_000 * ONE, 242_000 * ONE], "all of A, then what is left to B");
    let lost = 170_000 * ONE;
    let written_off = ["A", "B"].map(|note| world.note(note, NoteField::WrittenOff));
    assert_eq!(written_off, [0, lost], "the deal has ended, and the shortfall is the junior's");
    assert_eq!(world.deal_says("redemption"), 0);
    assert_eq!(world.cash_in(&world.auction), 0, "no deposit is left");
    println!("{:?}", world.dearest);
}

#[test]
fn a_surplus_is_the_debtors() {
    let mut world = World::on_offer();
    sell(&mut world, [800_000 * ONE, 700_000 * ONE], 1);
    assert_eq!(end(&mut world), [816_000 * ONE, 412_000 * ONE], "all are whole");
    let surplus = world.withdraw(Id::of("claim", "operator"));
    assert_eq!(surplus, 1_500_000 * ONE - DEBT);
    assert_eq!(world.note("B", NoteField::WrittenOff), 0);
}

/// From a stage the next is reached after so many days with evidence, and not a second earlier.
fn check_clock(from: Stage, days: u64) {
    let mut world = World::unpaid().come_to(from);
    if from == Stage::Auction {
        world.check((&[TRUSTEE], "list", vec![ids(&[1, 2, 3, 4]), money(0)]), 0);
        assert_eq!(world.offer(ADA, 1, cash(1_320_000 * ONE)), 0);
        world.wait(24 * HOUR);
        assert_eq!(world.about(STRANGER, "hammer", 1), 0);
    }
    let case = world.case();
    let entered = case.clock.started.0 + case.entered.0;
    let ripe = entered + days * DAY;
    world.wait(ripe - 1 - world.now().0);
    let advance = |evidence| (&[TRUSTEE][..], "advance", vec![evidence]);
    world.check(advance(proof()), 621);
    world.wait(1);
    world.check(advance(bytes(&[0; 32]).unwrap()), 604);
    world.check((&[DEBTOR], "advance", vec![proof()]), unsigned());
    world.check(advance(proof()), 0);
    assert_eq!(Some(world.case().stage), from.next(), "never skips");
}

#[test]
fn no_step_comes_before_its_clock_and_its_evidence() {
    let stages =
        [Stage::Late, Stage::Grace, Stage::Breach, Stage::Notice, Stage::Repossession, Stage::Auction];
    for (from, days) in stages.into_iter().zip(DAYS) {
        check_clock(from, days);
    }
}

#[test]
fn nothing_is_listed_before_the_deal_permits_sales() {
    let mut world = World::unpaid();
    world.check((&[TRUSTEE], "miss", vec![ScVal::U64(world.due()), proof()]), 0);
    while world.case().stage < Stage::Auction {
        world.ripen();
        world.check((&[TRUSTEE], "advance", vec![proof()]), 0);
    }
    let list = || (&[TRUSTEE][..], "list", vec![ids(&[1, 2]), money(0)]);
    world.check(list(), 404);
    assert_eq!(world.enter_enforcement(), 0);
    world.check(list(), 0);
}

#[test]
fn a_default_begins_with_a_payment_that_the_deal_calls_unpaid() {
    let mut world = World::closed();
    let miss = |due| (&[TRUSTEE][..], "miss", vec![ScVal::U64(due), proof()]);
    let closing = world.start;
    world.wait(DAY);
    world.check(miss(closing), 601);
    world.check((&[TRUSTEE], "advance", vec![proof()]), 620);
    let mut world = world.miss_payment();
    world.check(miss(closing), 585);
    world.check(miss(world.due() + DAY), 585);
    world.check((&[STRANGER], "miss", vec![ScVal::U64(world.due()), proof()]), unsigned());
    world.check((&[TRUSTEE], "miss", vec![ScVal::U64(world.due()), bytes(&[0; 32]).unwrap()]), 604);
    world.check(miss(world.due()), 0);
    world.check(miss(world.due()), 620);
}

fn pays(function: &'static str, payer: u8, units: i64) -> Call<'static> {
    let signer: &[u8] = if payer == DEBTOR { &[DEBTOR] } else { &[SENIOR] };
    (signer, function, vec![who(payer), money(units)])
}

#[test]
fn a_cure_ends_it_until_the_machines_are_taken() {
    for stage in [Stage::Late, Stage::Grace, Stage::Breach, Stage::Notice] {
        let mut world = World::unpaid().come_to(stage);
        world.check((&[TRUSTEE], "stay", vec![proof()]), 0);
        world.check(pays("cure", DEBTOR, ARREARS - 1), 624);
        world.check((&[STRANGER], "cure", vec![who(DEBTOR), money(ARREARS)]), unsigned());
        world.check(pays("cure", DEBTOR, ARREARS), 0);
        assert_eq!(world.case().stage, Stage::Current, "from {stage:?}");
        world.check((&[TRUSTEE], "miss", vec![ScVal::U64(world.due()), proof()]), 627);
        assert_eq!(world.cash_in(&world.deal), i128::from(ARREARS));
    }
    let mut world = World::unpaid().come_to(Stage::Repossession);
    world.check(pays("cure", DEBTOR, ARREARS), 620);
}

#[test]
fn what_cures_pays_the_arrears_at_the_next_payment_date() {
    let mut world = World::unpaid().come_to(Stage::Grace);
    world.check(pays("cure", SENIOR, ARREARS), 0);
    world.wait(10 * DAY);
    assert_eq!(world.enter_enforcement(), 405, "this plan looks at the cash that cures");
    world.wait(20 * DAY);
    world.on_deal((&[STRANGER], "pay", vec![ScVal::U32(2)])).unwrap();
    let paid = world.withdraw(Id::of("note", "A"));
    assert_eq!(paid, 13_000 * ONE, "after costs of 2,000");
}

#[test]
fn redemption_is_open_until_a_sale_binds() {
    let mut world = World::on_offer();
    assert_eq!(world.offer(ADA, 1, cash(660_000 * ONE)), 0);
    world.check(pays("redeem", DEBTOR, DEBT - 1), 624);
    assert_eq!(world.about(STRANGER, "withdraw", 1), 620);
    world.check(pays("redeem", DEBTOR, DEBT), 0);
    assert_eq!(world.case().stage, Stage::Closed);
    for lot in [1, 2] {
        assert_eq!(world.about(STRANGER, "withdraw", lot), 0);
    }
    assert_eq!(world.receipt(1), (who(DEBTOR), RELEASED));
    assert_eq!(world.refund(1, 1), 0);
    assert_eq!(world.cash_in(&world.auction), 0);
    world.on_deal((&[STRANGER], "pay", vec![ScVal::U32(2)])).unwrap();
    assert_eq!(world.withdraw(Id::of("note", "A")), 816_000 * ONE, "all classes are whole");
    assert_eq!(world.withdraw(Id::of("note", "B")), 412_000 * ONE);
    assert_eq!(world.withdraw(Id::of("claim", "operator")), 0, "and nothing was asked beyond it");

    let mut world = World::on_offer();
    assert_eq!(world.offer(ADA, 1, cash(660_000 * ONE)), 0);
    world.wait(24 * HOUR);
    assert_eq!(world.about(STRANGER, "hammer", 1), 0);
    world.check(pays("redeem", DEBTOR, DEBT), 625);
}

#[test]
fn a_stay_freezes_the_clock_and_the_bids_and_nothing_else() {
    let mut world = World::on_offer();
    world.wait(12 * HOUR);
    let asked = world.asked(1);
    assert_eq!(world.offer(ADA, 1, cash(asked)), 0);
    assert_eq!(world.offer(BEN, 1, cash(asked / 100 * 110)), 0);
    world.check((&[TRUSTEE], "stay", vec![bytes(&[0; 32]).unwrap()]), 604);
    world.check((&[TRUSTEE], "stay", vec![proof()]), 0);
    world.wait(40 * DAY);
    assert_eq!(world.offer(ADA, 1, cash(asked * 2)), 622);
    assert_eq!(world.about(STRANGER, "hammer", 1), 622);
    world.check((&[TRUSTEE], "advance", vec![proof()]), 622);
    world.check((&[TRUSTEE], "list", vec![ids(&[1]), money(0)]), 622);
    assert_eq!(world.refund(1, 1), 0, "a deposit comes back");
    world.check((&[TRUSTEE], "lift", vec![proof()]), 0);
    assert_eq!(world.about(STRANGER, "hammer", 1), 621, "forty days did not count");
    let fallen = 300_000 * ONE / 72 * 12;
    assert!((world.asked(2) - (660_000 * ONE - fallen)).abs() <= ONE, "the price stood still");
    world.wait(24 * HOUR);
    assert_eq!(world.about(STRANGER, "hammer", 1), 0);
    world.check((&[TRUSTEE], "stay", vec![proof()]), 0);
    assert_eq!(world.about(BEN, "settle", 1), 0, "what is bound is paid");
}

#[test]
fn the_senior_pays_with_its_claim() {
    let mut world = World::on_offer();
    assert_eq!(world.credit(), 800_000 * ONE);
    assert_eq!(world.offer(SENIOR, 1, offer(660_000 * ONE, 660_000 * ONE, 0)), 0);
    assert_eq!(
        world.offer(SENIOR, 2, offer(660_000 * ONE, 200_000 * ONE, 46_000 * ONE)),
        633,
        "140,000 is left"
    );
    assert_eq!(world.offer(SENIOR, 2, offer(660_000 * ONE, 140_000 * ONE, 52_000 * ONE)), 0);
    world.wait(24 * HOUR);
    let before = world.cash_of(SENIOR);
    for lot in [1, 2] {
        assert_eq!(world.about(STRANGER, "hammer", lot), 0);
    }
    assert_eq!(world.about(STRANGER, "settle", 2), unsigned(), "cash is due");
    assert_eq!(world.about(STRANGER, "settle", 1), 0, "nothing is due but the claim");
    assert_eq!(world.about(SENIOR, "settle", 2), 0);
    assert_eq!(before - world.cash_of(SENIOR), i128::from(468_000 * ONE));
    assert_eq!((world.receipt(1), world.receipt(4)), ((who(SENIOR), RELEASED), (who(SENIOR), RELEASED)));
    assert_eq!(world.note("A", NoteField::Balance), 0);
    assert_eq!(world.note("A", NoteField::PrincipalPaidEver), 800_000 * ONE);
    // The interest of A, the costs and B come out of the cash; no interest accrues on what was given up.
    assert_eq!(end(&mut world), [8_000 * ONE, 412_000 * ONE]);
}

#[test]
fn a_winner_who_does_not_pay_loses_the_least_deposit() {
    let mut world = World::on_offer();
    assert_eq!(world.offer(ADA, 1, offer(660_000 * ONE, 0, 100_000 * ONE)), 0);
    world.wait(24 * HOUR);
    assert_eq!(world.about(STRANGER, "hammer", 1), 0);
    assert_eq!(world.about(STRANGER, "settle", 1), unsigned());
    world.wait(72 * HOUR);
    assert_eq!(world.about(STRANGER, "lapse", 1), 621);
    world.wait(1);
    assert_eq!(world.about(STRANGER, "lapse", 1), 0);
    assert_eq!(world.cash_in(&world.deal), i128::from(66_000 * ONE), "it is the deal's");
    assert_eq!(world.refund(1, 1), 0);
    assert_eq!(world.cash_of(ADA), i128::from((10_000_000 - 66_000) * ONE), "the rest comes back");
    assert_eq!((world.asked(1), world.receipt(1).1), (660_000 * ONE, ENFORCED), "on offer anew");
    assert_eq!(world.about(ADA, "settle", 1), 582);
    sell(&mut world, [660_000 * ONE, 360_000 * ONE], 72);
    let [a, b] = end(&mut world);
    assert_eq!(a + b, (660_000 + 360_000 + 66_000 - 2_000) * ONE, "the forfeit joins the proceeds");
}

#[test]
fn a_bid_near_the_end_puts_it_off() {
    let mut world = World::on_offer();
    assert_eq!(world.offer(ADA, 1, cash(660_000 * ONE)), 0);
    world.wait(24 * HOUR - 600);
    assert_eq!(world.offer(BEN, 1, cash(680_000 * ONE)), 0);
    world.wait(600);
    assert_eq!(world.about(STRANGER, "hammer", 1), 621);
    world.wait(599);
    assert_eq!(world.offer(ADA, 1, cash(700_000 * ONE)), 0);
    world.wait(601);
    assert_eq!(world.offer(BEN, 1, cash(800_000 * ONE)), 630);
    assert_eq!(world.about(STRANGER, "hammer", 1), 0);
    assert_eq!(Fields::of(world.lot(1).get("leader")).number("number"), 3);
}

#[test]
fn a_reserve_is_cut_only_as_announced() {
    let mut world = World::on_offer();
    let cut = |function, units| (&[TRUSTEE][..], function, vec![ScVal::U32(1), money(units)]);
    world.check((&[STRANGER], "announce_cut", vec![ScVal::U32(1), money(ONE)]), unsigned());
    world.check(cut("cut", ONE), 586);
    world.check(cut("announce_cut", 200_000 * ONE), 0);
    world.wait(3 * DAY - 1);
    world.check(cut("cut", 200_000 * ONE), 621);
    world.wait(1);
    world.check(cut("cut", 100_000 * ONE), 653);
    world.check(cut("cut", 200_000 * ONE), 0);
    world.check(cut("cut", 200_000 * ONE), 586);
    world.wait(36 * HOUR);
    assert_eq!(world.asked(1), 280_000 * ONE, "it falls on from the old reserve");
}

#[test]
fn sixty_four_machines_are_one_lot() {
    let mut world = World::closed_against(64).miss_payment().come_to(Stage::Auction);
    let all: Vec<u32> = (1..=64).collect();
    let list = |which: &[u32]| (&[TRUSTEE][..], "list", vec![ids(which), money(0)]);
    world.check(list(&[]), 584);
    world.check(list(&(1..=65).collect::<Vec<_>>()), 584);
    world.check(list(&all), 0);
    assert_eq!(world.lot(1).number("appraisal"), i128::from(64 * APPRAISED));
    assert_eq!(world.offer(SENIOR, 1, offer(21_120_000 * ONE, 800_000 * ONE, 2_032_000 * ONE)), 0);
    println!("{:?}", world.dearest);
}
