//! What somebody would try, by name. Each is refused whole, or does no harm.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, Core, disagreement, facts};
use units::{Date, Id};
use waterfall::{Event, Journal, WaterfallError as Refusal, invariants};

const DEAL: &str = r#"
deal "Attacked"
currency USDC, 7 decimals
closing 2024-01-15
payments monthly on 15, unadjusted, from 2024-02-15, determined 3 days before, grace 5 days
final 2024-12-15
receive rent into lockbox
receive power into other
observe price amount, stale after 10 days, then last less 50%, 3 reporters, quorum 2
account lockbox
account other
account vault
note A 1_000 coupon 12%, 30/360
note D 500 coupon 12%, 30/360, draws until 2024-06-30, at most 2, each over 4 payments, to operator
equity E 100
payee operator
uses rest operator
expense share 10% * rent
trigger cheap when price < 50
permit draw when draw.amount <= 300
permit sale when sale.amount >= 105% * sale.allocated
state running
state rapid when cheap
state closed when settled and matured
waterfall running from lockbox
  release other once matured
  release vault once matured
  pay share, A.interest, D.interest, D.scheduled, A.principal, D.principal
  pay E
waterfall rapid from lockbox, other, vault
  pay share, A.interest, A.principal, D.interest, D.scheduled, D.principal
  pay E
"#;

const ONE: i64 = 10_000_000;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A deal that is attacked; every step is looked at.
struct Attacked {
    case: Case,
    events: Vec<Event<1>>,
}

impl Attacked {
    fn begin() -> Self {
        let case = Case::open(DEAL).unwrap_or_else(|failure| panic!("{failure}"));
        let attacked = Self { case, events: Vec::new() };
        attacked.reports(&[100, 100], "2024-01-15").accepts(pay(0, "2024-01-15"))
    }

    /// Plays what happened so far.
    fn core(&self) -> Core<'_, 1> {
        let mut core = Core::new(&self.case.plan);
        for event in &self.events {
            core.apply(event).unwrap();
        }
        core
    }

    fn accepts(mut self, event: Event<1>) -> Self {
        assert_eq!(self.core().apply(&event).map(|_| ()), Ok(()), "{event:?}");
        self.events.push(event);
        self
    }

    /// Refused for this reason, and not a byte has changed.
    fn refuses(self, event: Event<1>, why: Refusal) -> Self {
        let mut core = self.core();
        let before = core.state.to_bytes(&self.case.plan);
        let mut journal = Journal::new();
        let applied = waterfall::apply(&self.case.plan, &mut core.state, &event, &mut journal);
        assert_eq!(applied, Err(why), "{event:?}");
        assert!(journal.is_empty());
        assert_eq!(core.state.to_bytes(&self.case.plan), before);
        self
    }

    fn reports(mut self, prices: &[i64], as_of: &str) -> Self {
        for (reporter, price) in (0..).zip(prices) {
            self = self.accepts(report(reporter, price * ONE, as_of));
        }
        self
    }

    fn fact(&self, name: &str) -> String {
        facts(&self.case, &self.core().state).unwrap()[name].clone()
    }

    fn has(self, name: &str, value: &str) -> Self {
        assert_eq!(self.fact(name), value, "{name}");
        self
    }

    /// The reference sees the same, and all cash is accounted for.
    fn ends(mut self) {
        let core = self.core();
        assert!(invariants::wf1_cash_conserved(&self.case.plan, &core.state));
        assert!(invariants::wf3_nothing_negative(&self.case.plan, &core.state));
        self.case.events = self.events.clone();
        assert_eq!(disagreement(&self.case).unwrap(), None);
    }
}

fn pay(number: u16, today: &str) -> Event<1> {
    Event::PayDate { number, today: day(today) }
}

fn report(reporter: u8, value: i64, as_of: &str) -> Event<1> {
    Event::Report { input: Id::of("input", "price"), reporter, value: [value], as_of: day(as_of) }
}

fn cash(account: &str, source: Option<&str>, amount: i64) -> Event<1> {
    let (account, source) = (Id::of("account", account), source.map(|source| Id::of("receipt", source)));
    Event::Receive { account, source, amount: [amount], next_period: false }
}

fn rent(amount: i64) -> Event<1> {
    cash("lockbox", Some("rent"), amount)
}

fn draw(amount: i64, on: &str) -> Event<1> {
    Event::Draw { note: Id::of("note", "D"), amount: [amount], on: day(on) }
}

fn sale(amount: i64, allocated: i64) -> Event<1> {
    let on = day("2024-01-20");
    let account = Id::of("account", "vault");
    Event::Proceeds { account, amount: [amount], allocated: [allocated], last: false, on }
}

#[test]
fn a_payment_cannot_be_replayed() {
    let first = pay(1, "2024-02-15");
    Attacked::begin()
        .accepts(rent(100 * ONE))
        .reports(&[100, 100], "2024-02-12")
        .accepts(first.clone())
        .refuses(first, Refusal::PaymentOutOfOrder)
        .refuses(pay(0, "2024-02-15"), Refusal::PaymentOutOfOrder)
        .refuses(pay(3, "2024-12-31"), Refusal::PaymentOutOfOrder)
        .ends();
}

#[test]
fn a_payment_cannot_come_early() {
    Attacked::begin()
        .reports(&[100, 100], "2024-02-12")
        .refuses(pay(1, "2024-02-14"), Refusal::PaymentTooEarly)
        .refuses(pay(1, "2024-01-15"), Refusal::PaymentTooEarly)
        .accepts(pay(1, "2024-02-15"))
        .ends();
}

#[test]
fn a_stranger_cannot_report() {
    let elsewhere =
        Event::Report { input: Id::of("input", "rent"), reporter: 0, value: [1], as_of: day("2024-02-12") };
    Attacked::begin()
        .refuses(report(3, ONE, "2024-02-12"), Refusal::TooManyReports)
        .refuses(report(255, ONE, "2024-02-12"), Refusal::TooManyReports)
        .refuses(elsewhere, Refusal::UnknownElement)
        .ends();
}

#[test]
fn a_reporter_has_one_voice_and_cannot_rewrite_the_past() {
    Attacked::begin()
        .accepts(report(0, 100 * ONE, "2024-02-12"))
        .refuses(report(0, ONE, "2024-02-12"), Refusal::TooManyReports)
        // Known as of the closing: nothing older, from whomever.
        .refuses(report(1, ONE, "2024-01-14"), Refusal::OutOfDateOrder)
        .refuses(report(2, ONE, "1970-01-01"), Refusal::OutOfDateOrder)
        .accepts(report(1, 90 * ONE, "2024-02-12"))
        .accepts(report(2, ONE, "2024-02-12"))
        .accepts(pay(1, "2024-02-15"))
        // One liar of three moves the median to an honest value.
        .has("input.price", &(90 * ONE).to_string())
        .has("state", "running")
        .ends();
}

/// The first caller after the payment date cannot force a haircut while others may still report.
#[test]
fn a_stale_value_does_not_count_before_grace_ends() {
    Attacked::begin()
        .accepts(rent(100 * ONE))
        .refuses(pay(1, "2024-02-15"), Refusal::QuorumMissing)
        .accepts(report(0, 100 * ONE, "2024-02-12"))
        .refuses(pay(1, "2024-02-20"), Refusal::QuorumMissing)
        .accepts(report(1, 100 * ONE, "2024-02-12"))
        .accepts(pay(1, "2024-02-15"))
        .has("state", "running")
        .ends();
    // Once grace has ended the value of the closing is stale: half of it is below the trigger, and the deal goes on.
    Attacked::begin()
        .accepts(pay(1, "2024-02-21"))
        .has("input.price", &(50 * ONE).to_string())
        .has("trigger.cheap", "false")
        .ends();
}

#[test]
fn a_gift_does_not_inflate_rent() {
    Attacked::begin()
        .accepts(rent(100 * ONE))
        .accepts(cash("lockbox", None, 1_000 * ONE))
        .accepts(cash("vault", None, 1_000 * ONE))
        .reports(&[100, 100], "2024-02-12")
        .accepts(pay(1, "2024-02-15"))
        .has("receipt.rent", &(100 * ONE).to_string())
        // A tenth of the rent, not of what lay in the account.
        .has("share.paid", &(10 * ONE).to_string())
        .has("account.vault", &(1_000 * ONE).to_string())
        .ends();
}

#[test]
fn rent_cannot_be_counted_where_it_does_not_lie() {
    Attacked::begin()
        .refuses(cash("vault", Some("rent"), ONE), Refusal::WrongAccount)
        .refuses(cash("lockbox", Some("power"), ONE), Refusal::WrongAccount)
        .refuses(cash("lockbox", Some("gold"), ONE), Refusal::UnknownElement)
        .refuses(cash("nowhere", None, ONE), Refusal::UnknownElement)
        .ends();
}

#[test]
fn nothing_negative_comes_in() {
    Attacked::begin()
        .refuses(rent(-1), Refusal::NegativeAmount)
        .refuses(rent(i64::MIN), Refusal::NegativeAmount)
        .refuses(cash("vault", None, -ONE), Refusal::NegativeAmount)
        .refuses(draw(-ONE, "2024-01-20"), Refusal::NegativeAmount)
        .refuses(sale(-ONE, 0), Refusal::NegativeAmount)
        .refuses(sale(ONE, -ONE), Refusal::NegativeAmount)
        .ends();
}

#[test]
fn amounts_that_do_not_fit_are_refused_before_anything_moves() {
    let too_much = Refusal::Math(units::UnitsError::Overflow);
    let restate = |delta| Event::Restate { name: Id::of("receipt", "rent"), delta: [delta] };
    Attacked::begin()
        .accepts(rent(i64::MAX))
        .refuses(rent(1), too_much)
        .refuses(cash("lockbox", None, 1), too_much)
        .accepts(restate(i64::MAX))
        .refuses(restate(1), too_much)
        .reports(&[100, 100], "2024-02-12")
        // The receipt with its restatement does not fit: the payment waits for another correction.
        .refuses(pay(1, "2024-02-15"), too_much)
        .accepts(restate(-i64::MAX))
        .accepts(pay(1, "2024-02-15"))
        .has("receipt.rent", &i64::MAX.to_string())
        .ends();
}

#[test]
fn a_draw_stays_within_its_terms() {
    Attacked::begin()
        .refuses(draw(0, "2024-01-20"), Refusal::DrawRefused)
        .refuses(draw(301 * ONE, "2024-01-20"), Refusal::NotPermitted)
        .refuses(draw(i64::MAX, "2024-01-20"), Refusal::NotPermitted)
        .accepts(draw(300 * ONE, "2024-01-20"))
        .refuses(draw(ONE, "2024-01-19"), Refusal::OutOfDateOrder)
        // 500 are committed.
        .refuses(draw(200 * ONE + 1, "2024-01-21"), Refusal::DrawRefused)
        .accepts(draw(199 * ONE, "2024-01-21"))
        // The third of two.
        .refuses(draw(ONE, "2024-01-22"), Refusal::DrawRefused)
        .refuses(draw(ONE, "2024-07-01"), Refusal::DrawRefused)
        .ends();
    let undrawn = Event::Draw { note: Id::of("note", "A"), amount: [ONE], on: day("2024-01-20") };
    Attacked::begin().refuses(undrawn, Refusal::DrawRefused).ends();
}

#[test]
fn collateral_is_not_sold_below_its_release_price() {
    Attacked::begin()
        .refuses(sale(104 * ONE, 100 * ONE), Refusal::NotPermitted)
        .accepts(sale(105 * ONE, 100 * ONE))
        .ends();
}

#[test]
fn a_junior_does_not_buy_machines_with_its_claim() {
    let give = |note: &str, amount| Event::Surrender {
        note: Id::of("note", note),
        amount: [amount],
        on: day("2024-01-20"),
    };
    Attacked::begin()
        .accepts(draw(300 * ONE, "2024-01-20"))
        .refuses(give("D", 1), Refusal::SurrenderRefused)
        .refuses(give("A", 1_000 * ONE + 1), Refusal::SurrenderRefused)
        .refuses(give("A", -1), Refusal::NegativeAmount)
        .refuses(give("E", 1), Refusal::UnknownElement)
        .accepts(give("A", 999 * ONE))
        .refuses(give("D", 1), Refusal::SurrenderRefused)
        .accepts(give("A", ONE))
        .accepts(give("D", 100 * ONE))
        .has("A.balance", "0")
        .has("D.balance", &(200 * ONE).to_string())
        .has("A.written_off", "0")
        .has("account.lockbox", "0")
        .ends();
}

#[test]
fn nobody_changes_the_state_without_a_reason() {
    let to = |state: &str| Event::Transition { to: Id::of("state", state), on: day("2024-01-20") };
    Attacked::begin()
        .refuses(to("rapid"), Refusal::TransitionNotDue)
        .refuses(to("closed"), Refusal::TransitionNotDue)
        .refuses(to("running"), Refusal::TransitionNotDue)
        .refuses(to("paradise"), Refusal::UnknownElement)
        .ends();
}

#[test]
fn a_waiver_is_of_a_trigger_that_exists() {
    let waive =
        |trigger: &str| Event::Waive { trigger: Id::of("trigger", trigger), until: day("2024-06-30") };
    Attacked::begin().refuses(waive("everything"), Refusal::UnknownElement).accepts(waive("cheap")).ends();
}

#[test]
fn before_the_closing_and_after_the_end_nothing_is_paid() {
    let case = Case::open(DEAL).unwrap();
    Attacked { case, events: Vec::new() }
        .refuses(pay(1, "2024-02-15"), Refusal::PaymentOutOfOrder)
        .refuses(draw(ONE, "2024-01-15"), Refusal::NotRunning)
        .refuses(sale(ONE, 0), Refusal::NotRunning)
        .accepts(rent(ONE))
        .ends();
    let mut deal = Attacked::begin();
    for number in 1..=11 {
        let dates = *deal.case.plan.period(number).unwrap();
        deal = deal.accepts(Event::PayDate { number, today: dates.payment.add_days(30) });
    }
    deal.has("ended", "true")
        .refuses(pay(12, "2025-12-31"), Refusal::NotRunning)
        .refuses(sale(ONE, 0), Refusal::NotRunning)
        .accepts(rent(ONE))
        .has("account.lockbox", &ONE.to_string())
        .ends();
}
