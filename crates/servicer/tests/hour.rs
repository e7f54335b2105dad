//! An hour of 2,000 processors of which every tenth is faulty ends with the payments that a hand calculation gives: the rent from
//! a bank's statement, the hours from telemetry, the same on SQLite and PostgreSQL.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::cognitive_complexity, reason = "each await counts, and a story has many")]

mod support;

use ed25519_dalek::SigningKey;
use forebay_servicer::{BankAccount, NewRent, Page, Role, Servicer, ServicerError};
use node::store::EventStore;
use node::telemetry::{
    Body, DeviceId, Gpu, Intake, Kind, Policy, Reading, ReadingHash, Record, Registration, Settings, Slot,
    register,
};
use sha2::{Digest, Sha256};
use std::path::Path;
use support::servers::Postgres;
use support::{DAY, TestClock, by, date, deal_in, open, second, sqlite};

const HOUR: &str = "2026-11-20";
const DEVICES: u32 = 2_000;
const SLOTS: u64 = 12;
const SLOT_SECONDS: u32 = 300;

/// What is wrong with a device.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// It falls silent after half of the hour.
    Silent,
    /// It signs two different readings under the number 6.
    TwoFaced,
    /// After half of the hour it signs with a key that is not its own.
    Forger,
    /// Its seventh reading is lost.
    Lossy,
}

fn fault(device: u32) -> Fault {
    match device % 40 {
        10 => Fault::Silent,
        20 => Fault::TwoFaced,
        30 => Fault::Forger,
        0 => Fault::Lossy,
        _ => Fault::None,
    }
}

fn key(device: u32) -> SigningKey {
    SigningKey::from_bytes(&Sha256::digest(format!("device {device}")).into())
}

fn registration(device: u32) -> Registration {
    let machine: [u8; 32] = Sha256::digest(format!("HOUR-{:03}", device / 8 + 1)).into();
    Registration {
        public_key: node::hex::encode(key(device).verifying_key().as_bytes()),
        kind: Kind::Gpu,
        receipt: 1,
        machine: node::hex::encode(&machine),
        capacity_watt: 1_000,
        valid_from: second(HOUR),
        valid_until: second(HOUR) + 3600,
    }
}

/// Everything that a device sends within the hour, and what should become of it: how many count.
fn sent(device: u32) -> Vec<Record> {
    let (key, fault) = (key(device), fault(device));
    let mut previous = ReadingHash::default();
    let mut records = Vec::new();
    for number in 1..=SLOTS {
        let slot =
            Slot { start: second(HOUR) + (number - 1) * u64::from(SLOT_SECONDS), seconds: SLOT_SECONDS };
        let gpu = Gpu {
            utilisation_ppm: 800_000,
            power_milliwatt: 700_000,
            ecc_corrected: 0,
            ecc_uncorrected: 0,
            uptime_seconds: 10_000 + number * u64::from(SLOT_SECONDS),
            energy_millijoule: number * 210_000_000,
        };
        let reading = Reading {
            device: DeviceId::of(&key.verifying_key()),
            sequence: number,
            slot,
            previous,
            body: Body::Gpu(gpu),
        };
        let record = reading.sign(&key);
        previous = record.hash();
        let late = number > SLOTS / 2;
        match fault {
            Fault::Silent if late => break,
            Fault::Forger if late => records.push(reading.sign(&support_key())),
            Fault::Lossy if number == 7 => {}
            Fault::TwoFaced if number == 6 => {
                let other = Gpu { utilisation_ppm: 1_000_000, ..gpu };
                records.push(record);
                records.push(Reading { body: Body::Gpu(other), ..reading }.sign(&key));
            }
            _ => records.push(record),
        }
    }
    records
}

fn support_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

async fn send_all(servicer: &Servicer, clock: &TestClock) -> u64 {
    let store = EventStore::new(servicer.database().clone());
    for device in 0..DEVICES {
        let command = format!("register {device}");
        register(&store, &registration(device), (&command, second(HOUR))).await.unwrap();
    }
    let settings = Settings { policy: Policy::default(), threads: 2 };
    let intake = Intake::start(servicer.database().clone(), clock.clone(), settings).await.unwrap();
    let records: Vec<Record> = (0..DEVICES).flat_map(sent).collect();
    let mut accepted = 0;
    for some in records.chunks(2_000) {
        let body = some.iter().flat_map(|record| record.0).collect();
        accepted += intake.submit(body).await.unwrap().accepted;
    }
    accepted
}

const STATEMENT: &str = r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>2026-12</Id>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">30123.45</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="USD">30000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-12-15</Dt></BookgDt><AcctSvcrRef>B-1</AcctSvcrRef>
<NtryDtls><TxDtls><RmtInf><Ustrd>rent R-2026-12, thank you</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="USD">123.45</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-12-16</Dt></BookgDt><AcctSvcrRef>B-2</AcctSvcrRef></Ntry>
</Stmt></BkToCstmrStmt></Document>"#;

/// The hour by hand, in slots: 1,800 devices whole, 50 half, 50 without the void one, 50 half, 50 without the lost one.
const COUNTED_SLOTS: i64 = 1_800 * 12 + 50 * 6 + 50 * 11 + 50 * 6 + 50 * 11;

async fn pays_by_hand(address: &str) {
    let clock = TestClock::at("2026-11-16");
    let servicer = open(address, &clock).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hour");
    let deal = deal_in(&folder, "hour", false);
    servicer.open_deal(&by("open", Role::Arranger), &deal).await.unwrap();
    assert_eq!(servicer.turn().await.unwrap().steps, 1, "the closing");

    clock.until(date(HOUR));
    clock.pass(3600);
    // Of what is sent, all counts but the second face of 50 devices and six forged readings of 50 others.
    let counted = u64::from(DEVICES) * SLOTS - 50 * 6 - 50 * 6 - 50;
    assert_eq!(send_all(&servicer, &clock).await, counted);

    let rent = NewRent {
        reference: "R-2026-12".to_owned(),
        name: "rent".to_owned(),
        account: String::new(),
        amount: 30_000_000_000,
        due: date("2026-12-10"),
    };
    servicer.expect_rents(&by("rents", Role::Operator), ("hour", &[rent])).await.unwrap();
    clock.until(date("2026-12-17"));
    servicer.turn().await.unwrap();
    assert_eq!(servicer.rents("hour", &Page::first(10)).await.unwrap()[0].late_days, 1, "not there yet");
    let request = by("statement", Role::Trustee);
    let done = servicer.submit_statement(&request, ("hour", STATEMENT)).await.unwrap();
    let again = servicer.submit_statement(&request, ("hour", STATEMENT)).await.unwrap();
    assert!(again.repeated && (again.id, again.last) == (done.id.clone(), done.last));
    let (statement, lines) = servicer.statement(done.id.parse().unwrap()).await.unwrap();
    assert_eq!((statement.matched, statement.unmatched, lines[0].rent.as_str()), (1, 1, "R-2026-12"));
    assert_eq!(servicer.unmatched("hour", &Page::first(10)).await.unwrap(), lines[1..]);
    assign(&servicer, statement.row).await;
    servicer.turn().await.unwrap();
    let rents = servicer.rents("hour", &Page::first(10)).await.unwrap();
    assert_eq!((rents[0].came, rents[0].late_days), (30_000_000_000, 0));

    clock.until(date("2026-12-20"));
    servicer.turn().await.unwrap();
    let hours = COUNTED_SLOTS * 300 * 1_000_000 / 3600;
    assert_eq!(hours, 1_941_666_666, "1,941.666666 hours");
    let hosting = hours / 4;
    // 34 days of 360 at 12 % on a million, rounded up.
    let interest = 11_333_333_334;
    let (payment, postings) = servicer.payment("hour", 1).await.unwrap();
    let paid: Vec<(&str, i64)> = postings
        .iter()
        .filter(|posting| posting.kind == "cash_out")
        .map(|p| (p.to.as_str(), p.amount))
        .collect();
    let rest = 30_000_000_000 - hosting - interest;
    assert_eq!(paid, [("hosting", hosting), ("N.interest", interest), ("operator", rest)]);
    assert_eq!((payment.paid, payment.short), (30_000_000_000, 0));
    let uptime = postings_of(&servicer, "uptime").await;
    assert_eq!(uptime, COUNTED_SLOTS * 1_000_000_000 / (i64::from(DEVICES) * 12), "97.0833333 %");
    orders(&servicer).await;
    looks_through(&servicer).await;

    servicer.turn().await.unwrap();
    assert_eq!(servicer.payments("hour", &Page::first(10)).await.unwrap().len(), 2, "nothing is paid twice");
    assert_eq!(servicer.store().verify().await.unwrap().0, servicer.store().head().await.unwrap().0);
}

/// The line that nobody expected is said to be no rent; then no warning is left.
async fn assign(servicer: &Servicer, statement: u64) {
    servicer.turn().await.unwrap();
    let warned = async || servicer.warnings((Some("hour"), true), &Page::first(10)).await.unwrap().len();
    assert_eq!(warned().await, 1);
    let line = (statement, 1);
    let assign = async |key: &str, role, rent: &str| {
        servicer.assign_line(&by(key, role), line, (rent, "a deposit")).await.map_err(|error| error.code())
    };
    assert_eq!(assign("a1", Role::Investor, "").await.unwrap_err(), 985);
    assert_eq!(assign("a1", Role::Trustee, "R-2026-12").await.unwrap_err(), 981, "that rent is whole");
    assert!(!assign("a1", Role::Trustee, "").await.unwrap().repeated);
    assert!(assign("a1", Role::Trustee, "").await.unwrap().repeated);
    assert_eq!(assign("a2", Role::Trustee, "").await.unwrap_err(), 987, "said once");
    servicer.turn().await.unwrap();
    assert_eq!(warned().await, 0);
    assert!(servicer.unmatched("hour", &Page::first(10)).await.unwrap().is_empty());
}

/// What a name was observed to be.
async fn postings_of(servicer: &Servicer, name: &str) -> i64 {
    let events = servicer.store().stream("deal/hour").await.unwrap();
    let bodies =
        events.iter().filter(|event| event.kind == "deal.observed").map(|event| event.json().unwrap());
    let mut values = bodies.filter_map(|body: serde_json::Value| {
        let stated = body["heard"]["stated"].clone();
        (stated["name"] == name).then(|| stated["value"].as_i64().unwrap())
    });
    values.next_back().unwrap()
}

async fn orders(servicer: &Servicer) {
    let request = by("orders", Role::Trustee);
    let refused = servicer.instructions(&request, ("hour", 1)).await.unwrap_err();
    assert!(matches!(refused, ServicerError::NoAccount(_)), "{refused}");
    for payee in ["deal", "hosting", "N.interest", "operator"] {
        let (name, number) = (payee.to_owned(), "DE89370400440532013000".to_owned());
        let account = BankAccount { payee: payee.to_owned(), name, number, bank: String::new() };
        let request = by(&format!("account {payee}"), Role::Trustee);
        servicer.name_account(&request, ("hour", &account)).await.unwrap();
    }
    let orders = servicer.instructions(&request, ("hour", 1)).await.unwrap();
    // 485.41 + 11,333.33 + 18,181.25, and what is below a cent stays.
    assert!(orders.document.contains("<CtrlSum>29999.99</CtrlSum>"), "{}", orders.document);
    assert_eq!(orders.dust, 6_666 + 3_334);
    assert!(matches!(servicer.instructions(&request, ("hour", 2)).await, Err(ServicerError::NotYet(_))));
}

async fn looks_through(servicer: &Servicer) {
    let seen = servicer.look_through(("hour", "N", 1), None, 3).await.unwrap();
    assert_eq!((seen.pool, seen.machines.len(), seen.devices.len()), ((4, 250), 64, 512));
    assert_eq!(seen.machines[0].name.len(), "HOUR-001".len());
    assert_eq!(seen.readings.len(), 3);
    assert!(seen.readings.iter().all(|proof| proof.holds() && proof.segment.is_none()));
    assert!(seen.deal.next_payment.is_some_and(|(number, _)| number == 2));
}

#[tokio::test]
async fn an_hour_with_every_tenth_device_faulty_pays_what_a_hand_calculation_gives() {
    let (_folder, address) = sqlite();
    pays_by_hand(&address).await;
}

#[tokio::test]
async fn the_same_on_postgresql() {
    let Some(server) = Postgres::start() else { return };
    pays_by_hand(&server.database("hour")).await;
}

#[test]
fn the_hour_is_an_hour() {
    assert_eq!(SLOTS * u64::from(SLOT_SECONDS), 3600);
    assert_eq!((0..DEVICES).filter(|device| fault(*device) != Fault::None).count(), 200, "every tenth");
    assert_eq!(second(HOUR) % DAY, 0);
}
