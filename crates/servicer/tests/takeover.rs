//! A deal in mid-life is taken over from its ledger by a node that has never heard of it: it stands as the deal stands when it is
//! played, to the byte, goes on to the end, and pays nothing twice.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::cognitive_complexity, reason = "each await counts, and a story has many")]

mod support;

use chain::Key;
use clearing::{Place, Story, clear, verify};
use forebay_servicer::{
    Act, Home, Ledgers, NewAttestation, NewDeal, NewRent, Options, Page, RentReceived, Role, Servicer,
    ServicerError,
};
use life::{Life, Setup};
use node::store::Database;
use node::telemetry::{Kind, Registration};
use sha2::{Digest, Sha256};
use std::path::Path;
use support::{TestClock, by, date, deal_in, deals, engine, life_of, name_of, second, sqlite, tell};
use tempfile::TempDir;
use units::Date;
use waterfall::{Event, Journal, Plan, State, apply};

/// The payment date before which a node takes over.
const LAST: u16 = 44;

/// A node of its own whose ledgers are in a folder.
async fn node(folder: Option<&Path>, clock: &TestClock) -> (TempDir, Servicer) {
    let (own, address) = sqlite();
    let database = Database::open(&address, node::store::Options::default()).await.unwrap();
    let at = folder.map(|folder| Home::Folder(folder.to_owned()));
    let ledgers = at.map(|at| Ledgers { at, keys: None });
    let servicer = Servicer::open(database, clock.clone(), Options { ledgers, ..Options::default() });
    (own, servicer.await.unwrap())
}

/// Lets a ledger in a folder live the first events of a life, as a run does.
fn run((folder, id): (&Path, &str), setup: &Setup, events: &[Event<1>]) -> Place {
    let place = Place::File(folder.join(format!("{id}.ledger")));
    let (plan, currency) = (&setup.compiled.plan, &setup.compiled.currency);
    let machines = setup.collateral.tape().identities();
    let story = Story { name: id, currency, plan, machines: &machines, keys: None, events };
    clear(&place, story, &mut |_, _| true).unwrap();
    place
}

fn state(plan: &Plan, events: &[Event<1>]) -> Vec<u8> {
    let mut state = State::new(plan);
    for event in events {
        apply(plan, &mut state, event, &mut Journal::new()).unwrap();
    }
    state.to_bytes(plan)
}

fn bytes(events: &[Event<1>]) -> Vec<Vec<u8>> {
    events.iter().map(Event::to_bytes).collect()
}

async fn kinds(servicer: &Servicer, deal: &str) -> Vec<String> {
    let events = servicer.store().stream(&format!("deal/{deal}")).await.unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

/// Everything that happens from an event on, told by parties, with a turn on every day on which something does.
async fn go_on(servicer: &Servicer, clock: &TestClock, (setup, life, from): (&Setup, &Life, usize)) {
    let mut told = life.days.iter().zip(&life.events).enumerate().skip(from).peekable();
    while let Some((_, (day, _))) = told.peek().copied() {
        clock.until(*day);
        while let Some((number, (on, event))) = told.next_if(|(_, (on, _))| *on <= day) {
            tell(servicer, "sierra", (number, *on, event, name_of(&setup.compiled.plan, event))).await;
        }
        let turned = servicer.turn().await.unwrap();
        assert!(turned.failures.is_empty(), "{day}: {:?}", turned.failures);
    }
}

#[tokio::test]
async fn a_node_takes_a_deal_over_from_its_ledger_and_serves_it_to_the_end() {
    let (setup, life) = life_of("sierra-h100");
    let plan = &setup.compiled.plan;
    let ledgers = tempfile::tempdir().unwrap();
    // In the middle of a payment period: rents came and the payment did not.
    let is_late = |event: &Event<1>| matches!(event, Event::PayDate { number, .. } if *number == LAST);
    let taken = life.events.iter().position(is_late).unwrap();
    assert!(taken > 200, "more than the log takes in at once");
    let place = run((ledgers.path(), "sierra"), &setup, &life.events[..taken]);
    let before = verify(&place, None).unwrap().remove(0);

    let clock = TestClock::at("2024-01-10");
    clock.until(life.days[taken - 1]);
    let (_own, servicer) = node(Some(ledgers.path()), &clock).await;
    let deal = deal_in(&deals("sierra-h100"), "sierra", false);
    servicer.open_deal(&by("open", Role::Arranger), &deal).await.unwrap();
    assert!(servicer.deal("sierra").await.unwrap().summary.events == 0, "nothing is believed unproved");
    for _ in 0..2 {
        let turned = servicer.turn().await.unwrap();
        assert!(turned.failures.is_empty() && turned.steps == 0, "{turned:?}");
    }

    let lived = engine(&servicer, "sierra").await;
    assert_eq!(lived, bytes(&life.events[..taken]));
    let again: Vec<Event<1>> = lived.iter().map(|event| Event::from_bytes(event).unwrap()).collect();
    assert_eq!(state(plan, &again), state(plan, &life.events[..taken]));
    let view = servicer.deal("sierra").await.unwrap();
    assert_eq!((view.summary.events, view.summary.cleared), (before.events, before.events));
    assert_eq!(view.ledger_hash, node::hex::encode(&before.hash));
    let after = verify(&place, None).unwrap().remove(0);
    assert_eq!((after.events, after.hash, after.held), (before.events, before.hash, before.held));
    let kinds = kinds(&servicer, "sierra").await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "deal.taken_over").count(), 1, "once");
    marked(&servicer, (&life, taken)).await;

    go_on(&servicer, &clock, (&setup, &life, taken)).await;
    assert_eq!(engine(&servicer, "sierra").await, bytes(&life.events));
    assert!(servicer.deal("sierra").await.unwrap().summary.over);
    let proved = verify(&place, None).unwrap().remove(0);
    assert_eq!(usize::try_from(proved.events).unwrap(), life.events.len());
    assert_eq!(proved.postings, life.journal.len(), "every posting once");
    servicer.store().verify().await.unwrap();
}

/// What was taken over says so and stands on the day on which it happened; the tables follow from the log.
async fn marked(servicer: &Servicer, (life, taken): (&Life, usize)) {
    let events = servicer.store().stream("deal/sierra").await.unwrap();
    let applied = events.iter().filter(|event| event.kind == "deal.applied");
    assert!(
        applied.into_iter().all(|event| event.json::<serde_json::Value>().unwrap()["taken_over"] == true)
    );
    let dated = life.days.iter().zip(&life.events[..taken]);
    let paid = dated.filter(|(_, event)| matches!(event, Event::PayDate { .. }));
    let paid: Vec<u64> = paid.map(|(day, _)| second(&day.to_string())).collect();
    let payments = servicer.payments("sierra", &Page::first(1000)).await.unwrap();
    assert_eq!(payments.iter().map(|payment| payment.at).collect::<Vec<_>>(), paid);
    assert!(payments.iter().all(|payment| payment.cleared));
    assert!(!servicer.positions((Some("sierra"), None), &Page::first(10)).await.unwrap().is_empty());
}

/// How a deal that closed on 15 January 2024 is opened on a day, and the number and words of the refusal.
async fn refused(ledgers: Option<&Ledgers>, deal: &NewDeal) -> Option<(u16, String)> {
    let (_own, address) = sqlite();
    let database = Database::open(&address, node::store::Options::default()).await.unwrap();
    let options = Options { ledgers: ledgers.cloned(), ..Options::default() };
    let servicer = Servicer::open(database, TestClock::at("2024-02-20"), options).await.unwrap();
    let opened = servicer.open_deal(&by("open", Role::Operator), deal).await;
    opened.err().map(|error| (error.code(), error.to_string()))
}

#[tokio::test]
async fn a_deal_that_no_ledger_proves_is_refused() {
    let (setup, life) = life_of("hundred");
    let folder = tempfile::tempdir().unwrap();
    let closed = life.events.iter().position(|event| matches!(event, Event::PayDate { number: 1, .. }));
    run((folder.path(), "hundred"), &setup, &life.events[..=closed.unwrap()]);
    std::fs::write(folder.path().join("broken.ledger"), b"no ledger").unwrap();
    let home = |keys| Ledgers { at: Home::Folder(folder.path().to_owned()), keys };
    let (ours, theirs) = (home(None), home(Some(Key::from_secret([9; 32]))));
    let nobody = Ledgers { at: Home::Server("http://127.0.0.1:1".to_owned()), keys: None };
    let good = deal_in(&deals("hundred"), "hundred", false);
    let named = |id: &str| NewDeal { id: id.to_owned(), ..good.clone() };
    let mut changed = good.clone();
    let terms = changed.files.get_mut("hundred.deal").unwrap();
    *terms = terms.replacen("USDC, 6 decimals", "USDC, 7 decimals", 1);
    for (what, ledgers, deal, expected) in [
        ("no ledger", None, &good, Some((984, "no ledger"))),
        ("another id", Some(&ours), &named("other"), Some((984, "other.ledger has no event"))),
        ("other keys", Some(&theirs), &good, Some((984, "hundred.ledger has no event"))),
        ("another plan", Some(&ours), &changed, Some((800, "another plan"))),
        ("no ledger's file", Some(&ours), &named("broken"), Some((700, "not a Forebay ledger"))),
        ("nobody answers", Some(&nobody), &good, Some((745, "does not answer"))),
        ("the ledger has it", Some(&ours), &good, None),
    ] {
        let found = refused(ledgers, deal).await;
        assert_eq!(
            found.as_ref().map(|(code, _)| *code),
            expected.map(|(code, _)| code),
            "{what}: {found:?}"
        );
        let words = found.map(|(_, words)| words).unwrap_or_default();
        assert!(words.contains(expected.map_or("", |(_, words)| words)), "{what}: {words}");
    }
}

/// A simulated ledger that lived on is taken over when its last day has come, and not before.
#[tokio::test]
async fn a_ledger_that_is_ahead_of_the_clock_waits() {
    let (setup, life) = life_of("hundred");
    let folder = tempfile::tempdir().unwrap();
    let second = life.events.iter().position(|event| matches!(event, Event::PayDate { number: 2, .. }));
    let taken = second.unwrap() + 1;
    run((folder.path(), "hundred"), &setup, &life.events[..taken]);
    let clock = TestClock::at("2024-02-20");
    let (_own, servicer) = node(Some(folder.path()), &clock).await;
    let deal = deal_in(&deals("hundred"), "hundred", false);
    servicer.open_deal(&by("open", Role::Operator), &deal).await.unwrap();
    for (passes, codes) in [(0, vec![992]), (29, vec![]), (1, vec![992]), (60, vec![992])] {
        clock.pass(passes);
        let turned = servicer.turn().await.unwrap();
        let found: Vec<u16> = turned.failures.iter().map(|(_, error)| error.code()).collect();
        assert_eq!((found, turned.steps), (codes, 0), "after {passes} seconds");
    }
    assert!(engine(&servicer, "hundred").await.is_empty(), "nothing is decided");
    let warned = servicer.warnings((Some("hundred"), true), &Page::first(10)).await.unwrap();
    assert_eq!((warned.len(), warned[0].subject.as_str()), (1, "take over hundred"));
    clock.until(life.days[taken - 1]);
    let turned = servicer.turn().await.unwrap();
    assert!(turned.failures.is_empty(), "{:?}", turned.failures);
    assert_eq!(engine(&servicer, "hundred").await, bytes(&life.events[..taken]));
    assert!(servicer.warnings((None, true), &Page::first(10)).await.unwrap().is_empty(), "it is over");
}

const TAKEN: &str = "2026-12-01";

const STATEMENT: &str = r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>2026-12</Id>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">50000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="USD">20000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-11-25</Dt></BookgDt><AcctSvcrRef>B-1</AcctSvcrRef>
<NtryDtls><TxDtls><RmtInf><Ustrd>R-OLD</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="USD">30000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-12-15</Dt></BookgDt><AcctSvcrRef>B-2</AcctSvcrRef>
<NtryDtls><TxDtls><RmtInf><Ustrd>R-NEW</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"#;

fn rent(reference: &str, amount: i64) -> NewRent {
    let (name, account) = ("rent".to_owned(), String::new());
    NewRent { reference: reference.to_owned(), name, account, amount, due: date("2026-12-10") }
}

/// A rent that the earlier node had put on the ledger is not taken in again from the bank's statement, and a period of which the
/// readings lie elsewhere is not measured.
#[tokio::test]
async fn what_came_before_is_not_counted_again() {
    let ledgers = tempfile::tempdir().unwrap();
    let clock = TestClock::at("2026-11-16");
    let deal = deal_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hour"), "hour", false);
    let (_first, earlier) = node(Some(ledgers.path()), &clock).await;
    earlier.open_deal(&by("open", Role::Arranger), &deal).await.unwrap();
    earlier.turn().await.unwrap();
    clock.until(date("2026-11-25"));
    let (name, reference, evidence) = ("rent".to_owned(), String::new(), "lockbox".to_owned());
    let came = RentReceived { name, reference, amount: 20_000_000_000, on: date("2026-11-25"), evidence };
    earlier.record_rent(&by("old", Role::Operator), ("hour", &came)).await.unwrap();
    assert!(earlier.turn().await.unwrap().failures.is_empty());

    clock.until(date(TAKEN));
    let (_second, servicer) = node(Some(ledgers.path()), &clock).await;
    servicer.open_deal(&by("open", Role::Arranger), &deal).await.unwrap();
    let rents = [rent("R-OLD", 20_000_000_000), rent("R-NEW", 30_000_000_000)];
    servicer.expect_rents(&by("rents", Role::Operator), ("hour", &rents)).await.unwrap();
    servicer.register_device(&by("device", Role::Operator), &registration()).await.unwrap();
    assert!(servicer.turn().await.unwrap().failures.is_empty());
    clock.until(date("2026-12-16"));
    let done = servicer.submit_statement(&by("bank", Role::Trustee), ("hour", STATEMENT)).await.unwrap();
    let (_, lines) = servicer.statement(done.id.parse().unwrap()).await.unwrap();
    let status: Vec<&str> = lines.iter().map(|line| line.status.as_str()).collect();
    assert_eq!(status, ["unmatched", "matched"], "a party says what the first is");
    servicer.turn().await.unwrap();
    let cash: i64 = servicer.deal("hour").await.unwrap().accounts.iter().map(|account| account.balance).sum();
    assert_eq!(cash, 50_000_000_000);

    clock.until(date("2026-12-20"));
    servicer.turn().await.unwrap();
    for name in ["gpu_hours", "uptime"] {
        state_number(&servicer, (name, date("2026-12-16"))).await;
    }
    servicer.turn().await.unwrap();
    assert_eq!(servicer.deal("hour").await.unwrap().summary.next_payment.map(|next| next.0), Some(2));
    clock.until(date("2027-01-20"));
    servicer.turn().await.unwrap();
    let events = servicer.store().stream("deal/hour").await.unwrap();
    let measured = events.iter().filter(|event| event.kind == "period.measured");
    let measured: Vec<_> =
        measured.map(|event| event.json::<serde_json::Value>().unwrap()["payment"].clone()).collect();
    assert_eq!(measured, [2], "the first period lies with the earlier node");
    assert!(verify(&Place::File(ledgers.path().join("hour.ledger")), None).is_ok());
}

fn registration() -> Registration {
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let machine: [u8; 32] = Sha256::digest("HOUR-001").into();
    Registration {
        public_key: node::hex::encode(key.verifying_key().as_bytes()),
        kind: Kind::Gpu,
        receipt: 1,
        machine: node::hex::encode(&machine),
        capacity_watt: 1_000,
        valid_from: second("2026-11-16"),
        valid_until: second("2027-11-16"),
    }
}

async fn state_number(servicer: &Servicer, (name, as_of): (&str, Date)) {
    let what = Act::Report { name: name.to_owned(), member: String::new(), value: 0 };
    let stated = NewAttestation { what, as_of, evidence: "the earlier node's log".to_owned() };
    let request = by(&format!("state {name}"), Role::Operator);
    let proposed = servicer.propose(&request, ("hour", &stated)).await.unwrap();
    let decided: Result<_, ServicerError> =
        servicer.decide(&by(&format!("confirm {name}"), Role::Trustee), (&proposed.id, true)).await;
    decided.unwrap();
}
