//! Attacks on a deal's inputs and amounts, each by its name.

use crate::base::*;
use crate::place::*;
use chain::value::map;
use chain::xdr::ScVal;
use settle::SettleError;
use units::Id;
use waterfall::WaterfallError;
use waterfall::plan::NoteField;

impl Whole {
    fn report(&mut self, reporter: u8, (rate, day): (i64, u64)) -> u32 {
        let day = ScVal::I32(i32::try_from(day).unwrap());
        let args = vec![who(reporter), uptime(), ScVal::I64(rate), day];
        self.call(Place::Deal, (&[reporter], "report", args)).map_or_else(|code| code, |_| 0)
    }

    fn pay(&mut self, number: u32) -> u32 {
        let call = (&[STRANGER][..], "pay", vec![ScVal::U32(number)]);
        self.call(Place::Deal, call).map_or_else(|code| code, |_| 0)
    }

    fn receive(&mut self, units: i128) -> u32 {
        let receipt = map(vec![
            ("account", ScVal::U32(Id::of("account", "lockbox").0)),
            ("amount", crate::place::units(units)),
            ("next_period", ScVal::Bool(false)),
            ("source", ScVal::U32(Id::of("receipt", "rent").0)),
        ]);
        let call = (&[DEBTOR][..], "receive", vec![who(DEBTOR), receipt.unwrap()]);
        self.call(Place::Deal, call).map_or_else(|code| code, |_| 0)
    }

    fn coupon_of_a(&self) -> i64 {
        self.mirror.state.read(self.mirror.plan.notes[0].register(NoteField::Coupon))[0]
    }

    fn withdraw(&mut self, payee: u32) -> i128 {
        let paid = self.call(Place::Deal, (&[STRANGER], "withdraw", vec![ScVal::U32(payee)])).unwrap();
        chain::value::amount_of(&paid).unwrap()
    }
}

/// Nobody wins by being first with old news, by leaving the others unheard, or by reporting twice.
#[test]
fn attack_stale_oracle() {
    let mut world = Whole::closed();
    let closing = world.base.start / DAY;
    let [one, other] = REPORTERS;
    let agreed = world.coupon_of_a();
    world.base.wait(31 * DAY);
    let quorum = u32::from(WaterfallError::QuorumMissing.code());
    assert_eq!(world.pay(1), quorum, "a date without its reports waits");
    assert_eq!(
        world.report(one, (500_000_000, closing - 5)),
        u32::from(WaterfallError::OutOfDateOrder.code())
    );
    assert_eq!(world.report(one, (990_000_000, closing + 28)), 0);
    assert_eq!(
        world.report(one, (100_000_000, closing + 29)),
        u32::from(WaterfallError::TooManyReports.code())
    );
    assert_eq!(world.pay(1), quorum, "and with one of two");
    assert_eq!(world.report(other, (980_000_000, closing + 28)), 0);
    assert_eq!(world.pay(1), 0);
    assert_eq!(world.coupon_of_a(), agreed, "the machines have run");
    // From here on nobody reports: within grace nobody can force the haircut, after it anybody gets it.
    world.base.wait(28 * DAY);
    assert_eq!(world.pay(2), quorum);
    world.base.wait(5 * DAY);
    assert_eq!(world.pay(2), quorum, "the last day of grace");
    world.base.wait(DAY);
    assert_eq!(world.pay(2), 0);
    assert_eq!(world.coupon_of_a(), agreed, "a month is not stale yet");
    world.base.wait(31 * DAY);
    assert_eq!(world.pay(3), 0);
    assert_eq!(world.coupon_of_a(), agreed + 10_000_000, "98 % less 10 % is under 90 %: one per cent more");
}

/// What is too fine or too large for the engine is refused; what is tiny is kept to the unit.
#[test]
fn attack_precision() {
    let mut world = Whole::closed();
    let too_large = 675;
    for units in [i128::MAX, i128::from(i64::MAX) + 1, -1] {
        assert_eq!(world.receive(units), too_large, "{units}");
    }
    let before = world.base.cash_in(&world.base.deal);
    for _ in 0..40 {
        assert_eq!(world.receive(1), 0);
    }
    assert_eq!(world.base.cash_in(&world.base.deal), before + 40, "every unit counts");
    world.base.wait(37 * DAY);
    assert_eq!(world.pay(1), 0);
    let note = Id::of("note", "A").0;
    let paid = world.withdraw(note);
    let collected = world.call(Place::Note(0), (&[STRANGER], "collect", vec![])).unwrap();
    assert_eq!(chain::value::amount_of(&collected).unwrap(), paid, "to the unit");
    // A thousandth of a millionth of the note earns what it earns, and nobody else pays for it.
    world.call(Place::Note(0), (&[SENIOR], "transfer", vec![who(SENIOR), who(ADA), units(1)])).unwrap();
    let claims = [SENIOR, ADA].map(|holder| {
        let claimed = world.call(Place::Note(0), (&[STRANGER], "claim", vec![who(holder)])).unwrap();
        chain::value::amount_of(&claimed).unwrap()
    });
    assert!(
        paid - claims.iter().sum::<i128>() < 2,
        "dust is less than a unit a holder: {claims:?} of {paid}"
    );
    let all = vec![who(SENIOR), who(ADA), units(i128::MAX)];
    let outcome = world.call(Place::Note(0), (&[SENIOR], "transfer", all));
    assert!(
        outcome.is_err_and(|code| code >= u32::from(SettleError::NotPositive.code())),
        "more than there is"
    );
}
