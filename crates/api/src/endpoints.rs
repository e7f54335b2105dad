//! Every endpoint: the one table from which the server, its door, the document of the API and the tests are made.

use axum::routing::{delete, get, post};
use client::{
    Answer, Attestation, Audited, BankAccount, Deal, DealDetail, Decision, DeviceHistory, Done, Evidence,
    Explanation, Instructions, IssuedKey, Key, LogEvent, LookThrough, Machine, Me, NewAttestation, NewDeal,
    NewKey, NewReceipts, NewRents, Payment, PaymentDetail, Position, Posting, ReadingProof, Receipt,
    Registration, Rent, RentReceived, Role, Statement, StatementDetail, StatementLine, StressQuestion,
    Warning,
};

use crate::endpoint::{Asks, Endpoint, Form, Is, Who};
use crate::forms::LIMIT_MAX;
use crate::handlers::{access, bank, collateral, deals, holders, log, machines, notices, system};

/// Everybody with a key.
const KEYS: Who = Who::Roles(&Role::ALL);

/// Those who read what a deal shows to everybody who is concerned with it.
const READERS: Who = Who::Roles(&[
    Role::Operator,
    Role::Arranger,
    Role::Trustee,
    Role::Investor,
    Role::Auditor,
    Role::Regulator,
    Role::Agent,
]);

/// Those who run a deal or watch over it.
const OFFICE: Who =
    Who::Roles(&[Role::Operator, Role::Arranger, Role::Trustee, Role::Auditor, Role::Regulator]);

/// Those who see a deal's bank account.
const BOOKS: Who = Who::Roles(&[Role::Operator, Role::Trustee, Role::Auditor, Role::Regulator]);

/// Those who look after the node and those who check it.
const WATCH: Who = Who::Roles(&[Role::Operator, Role::Auditor, Role::Regulator]);

/// The parties that act for a deal.
const PARTIES: Who = Who::Roles(&[Role::Operator, Role::Arranger, Role::Trustee]);

/// Those who keep its books.
const KEEPERS: Who = Who::Roles(&[Role::Operator, Role::Trustee]);

const OPERATOR: Who = Who::Roles(&[Role::Operator]);
const TRUSTEE: Who = Who::Roles(&[Role::Trustee]);

const AFTER: Asks = Asks { name: "after", says: "Where to go on: `next` of the last page.", is: Is::Text };
const LIMIT: Asks =
    Asks { name: "limit", says: "How many entries, 100 if not said.", is: Is::Number(1, LIMIT_MAX as u64) };
const DEAL: Asks = Asks { name: "deal", says: "Of this deal alone.", is: Is::Text };
const HOLDER: Asks =
    Asks { name: "holder", says: "Of this holder alone; an investor's own by itself.", is: Is::Text };
const READINGS: Asks =
    Asks { name: "readings", says: "How many last readings, 4 if not said.", is: Is::Number(0, 100) };
const OPEN: Asks = Asks { name: "all", says: "`true`: also what has ended or is decided.", is: Is::Flag };
const UNTIL: Asks = Asks {
    name: "until",
    says: "From when on it is not heard, in seconds since 1970; it has to be said.",
    is: Is::Time,
};
const PAGED: &[Asks] = &[AFTER, LIMIT];

/// The table.
pub const ENDPOINTS: &[Endpoint] = &[
    // The node itself.
    Endpoint::reads("live", "/health/live", "Whether the program runs.")
        .by(Who::Anybody)
        .at(|| get(system::live)),
    Endpoint::reads(
        "ready",
        "/health/ready",
        "Whether it can serve: the database takes writes and the clock can be believed.",
    )
    .by(Who::Anybody)
    .at(|| get(system::ready)),
    Endpoint::reads("openapi", "/v1/openapi.json", "This document.")
        .by(Who::Anybody)
        .giving(Form::other("application/json"))
        .at(|| get(system::openapi)),
    Endpoint::reads("metrics", "/metrics", "Counters, for Prometheus.")
        .by(WATCH)
        .giving(Form::other("application/openmetrics-text"))
        .at(|| get(system::metrics)),
    Endpoint::reads("me", "/v1/me", "Whose key this is.")
        .by(KEYS)
        .giving(Form::json::<Me>())
        .at(|| get(system::me)),
    // Keys and what was done with them.
    Endpoint::reads("list_keys", "/v1/access/keys", "Every key that was ever made, without its secret.")
        .by(WATCH)
        .with(PAGED)
        .giving(Form::page::<Key>())
        .at(|| get(access::list)),
    Endpoint::commands("issue_key", "/v1/access/keys", "Makes a key. Its secret is shown this once.")
        .by(OPERATOR)
        .taking(Form::json::<NewKey>())
        .giving(Form::json::<IssuedKey>())
        .at(|| post(access::issue)),
    Endpoint::ends("revoke_key", "/v1/access/keys/{key}", "Ends a key, at once.")
        .by(OPERATOR)
        .giving(Form::json::<Key>())
        .at(|| delete(access::revoke)),
    Endpoint::reads(
        "audit",
        "/v1/audit",
        "Every command, taken or refused, and everything that was forbidden.",
    )
    .by(WATCH)
    .with(PAGED)
    .giving(Form::page::<Audited>())
    .at(|| get(log::audit)),
    Endpoint::reads("log", "/v1/log", "What happened, as the hash-chained log has it.")
        .by(OFFICE)
        .with(PAGED)
        .giving(Form::page::<LogEvent>())
        .at(|| get(log::page)),
    Endpoint::reads(
        "events",
        "/v1/events",
        "What happens, as it happens; after `Last-Event-ID`, or from now on.",
    )
    .by(OFFICE)
    .giving(Form::other("text/event-stream"))
    .at(|| get(log::stream)),
    // Machines.
    Endpoint::takes(
        "send_readings",
        "/v1/telemetry/readings",
        "Takes 1 to 2,048 signed readings of 176 bytes; docs/telemetry.md.",
    )
    .by(Who::Roles(&[Role::Device, Role::Operator]))
    .taking(Form::other("application/octet-stream"))
    .giving(Form::json::<client::Taken>()),
    Endpoint::reads(
        "prove_reading",
        "/v1/telemetry/devices/{device}/readings/{sequence}/proof",
        "Proves a reading, and looks on the ledger for the root that the proof leads to.",
    )
    .by(KEYS)
    .giving(Form::json::<ReadingProof>())
    .at(|| get(machines::prove)),
    Endpoint::reads("evidence", "/v1/telemetry/devices/{device}/evidence", "What is kept against a device.")
        .by(KEYS)
        .giving(Form::list::<Evidence>()),
    Endpoint::commands(
        "register_device",
        "/v1/telemetry/devices",
        "Registers a device, or renews its registration.",
    )
    .by(OPERATOR)
    .taking(Form::json::<Registration>())
    .giving(Form::json::<Done>())
    .at(|| post(machines::register)),
    Endpoint::reads(
        "registration",
        "/v1/telemetry/devices/{device}",
        "A device as it is registered, with its key.",
    )
    .by(KEYS)
    .giving(Form::json::<Registration>())
    .at(|| get(machines::registration)),
    Endpoint::ends("retire_device", "/v1/telemetry/devices/{device}", "Ends a device's registration.")
        .by(OPERATOR)
        .with(&[UNTIL])
        .giving(Form::json::<Done>())
        .at(|| delete(machines::retire)),
    Endpoint::reads(
        "device",
        "/v1/devices/{device}",
        "A device, its last readings with proofs, and what is kept against it.",
    )
    .by(READERS)
    .with(&[READINGS])
    .giving(Form::json::<DeviceHistory>())
    .at(|| get(machines::device)),
    // Deals.
    Endpoint::reads("list_deals", "/v1/deals", "The deals on this node.")
        .by(READERS)
        .with(PAGED)
        .giving(Form::page::<Deal>())
        .at(|| get(deals::list)),
    Endpoint::commands("open_deal", "/v1/deals", "Opens a deal, before its closing.")
        .by(PARTIES)
        .taking(Form::json::<NewDeal>())
        .giving(Form::json::<Done>())
        .at(|| post(deals::open)),
    Endpoint::reads("deal", "/v1/deals/{deal}", "A deal with its term sheet, notes and accounts.")
        .by(READERS)
        .giving(Form::json::<DealDetail>())
        .at(|| get(deals::one)),
    Endpoint::reads("payments", "/v1/deals/{deal}/payments", "The payment dates that were executed.")
        .by(READERS)
        .with(PAGED)
        .giving(Form::page::<Payment>())
        .at(|| get(deals::payments)),
    Endpoint::reads("payment", "/v1/deals/{deal}/payments/{number}", "One of them, with every movement.")
        .by(READERS)
        .giving(Form::json::<PaymentDetail>())
        .at(|| get(deals::payment)),
    Endpoint::reads("postings", "/v1/deals/{deal}/postings", "Every movement of a deal.")
        .by(READERS)
        .with(PAGED)
        .giving(Form::page::<Posting>())
        .at(|| get(deals::postings)),
    Endpoint::reads(
        "explain",
        "/v1/deals/{deal}/explanation",
        "Why a payment date, or a step of it, paid what it paid.",
    )
    .by(READERS)
    .with(&[
        Asks { name: "date", says: "The payment date, or any day of its period.", is: Is::Date },
        Asks { name: "step", says: "A step, in the term sheet's words.", is: Is::Text },
        Asks { name: "formula", says: "A formula of the language to work out at that date.", is: Is::Text },
    ])
    .giving(Form::json::<Explanation>())
    .at(|| get(deals::explain)),
    Endpoint::asks(
        "stress",
        "/v1/deals/{deal}/stress",
        "Lives the deal in random futures: who loses how often and how much.",
    )
    .by(READERS)
    .taking(Form::json::<StressQuestion>())
    .giving(Form::json::<Answer>())
    .at(|| post(deals::stress)),
    // Who holds, and what is behind it.
    Endpoint::reads("positions", "/v1/positions", "Who holds what; an investor sees its own.")
        .by(READERS)
        .with(&[DEAL, HOLDER, AFTER, LIMIT])
        .giving(Form::page::<Position>())
        .at(|| get(holders::positions)),
    Endpoint::reads(
        "look_through",
        "/v1/deals/{deal}/notes/{note}/receipts/{receipt}",
        "From a holder's unit to note, deal, pool, receipt, devices and their last readings with proofs.",
    )
    .by(READERS)
    .with(&[HOLDER, READINGS])
    .giving(Form::json::<LookThrough>())
    .at(|| get(holders::look_through)),
    Endpoint::reads("receipts", "/v1/deals/{deal}/receipts", "The receipts that back a deal.")
        .by(READERS)
        .with(PAGED)
        .giving(Form::page::<Receipt>())
        .at(|| get(collateral::receipts)),
    Endpoint::commands(
        "note_receipts",
        "/v1/deals/{deal}/receipts",
        "Notes receipts, at most 1,000 at once.",
    )
    .by(KEEPERS)
    .taking(Form::json::<NewReceipts>())
    .giving(Form::json::<Done>())
    .at(|| post(collateral::note)),
    Endpoint::reads("receipt", "/v1/deals/{deal}/receipts/{receipt}", "One of them.")
        .by(READERS)
        .giving(Form::json::<Receipt>())
        .at(|| get(collateral::receipt)),
    Endpoint::reads("machines", "/v1/deals/{deal}/receipts/{receipt}/machines", "Its machines.")
        .by(READERS)
        .with(PAGED)
        .giving(Form::page::<Machine>())
        .at(|| get(collateral::machines)),
    // What has to be looked at, and what parties state.
    Endpoint::reads("warnings", "/v1/warnings", "What somebody has to look at.")
        .by(OFFICE)
        .with(&[DEAL, OPEN, AFTER, LIMIT])
        .giving(Form::page::<Warning>())
        .at(|| get(notices::warnings)),
    Endpoint::reads(
        "attestations",
        "/v1/deals/{deal}/attestations",
        "What parties have stated, and what waits for another party.",
    )
    .by(OFFICE)
    .with(&[OPEN, AFTER, LIMIT])
    .giving(Form::page::<Attestation>())
    .at(|| get(notices::attestations)),
    Endpoint::commands(
        "propose",
        "/v1/deals/{deal}/attestations",
        "States something that another party, in another role, has to confirm.",
    )
    .by(PARTIES)
    .taking(Form::json::<NewAttestation>())
    .giving(Form::json::<Done>())
    .at(|| post(notices::propose)),
    Endpoint::commands(
        "decide",
        "/v1/attestations/{attestation}/decision",
        "Confirms or rejects what another party stated.",
    )
    .by(PARTIES)
    .taking(Form::json::<Decision>())
    .giving(Form::json::<Done>())
    .at(|| post(notices::decide)),
    // Cash.
    Endpoint::reads(
        "rents",
        "/v1/deals/{deal}/rents",
        "The rents that were expected, and what came of them.",
    )
    .by(BOOKS)
    .with(PAGED)
    .giving(Form::page::<Rent>())
    .at(|| get(bank::rents)),
    Endpoint::commands(
        "expect_rents",
        "/v1/deals/{deal}/rents",
        "Notes rents that will fall due, at most 1,000 at once.",
    )
    .by(KEEPERS)
    .taking(Form::json::<NewRents>())
    .giving(Form::json::<Done>())
    .at(|| post(bank::expect)),
    Endpoint::commands(
        "record_rent",
        "/v1/deals/{deal}/rents/received",
        "Takes cash that the operator brings.",
    )
    .by(OPERATOR)
    .taking(Form::json::<RentReceived>())
    .giving(Form::json::<Done>())
    .at(|| post(bank::record)),
    Endpoint::reads("statements", "/v1/deals/{deal}/statements", "The bank statements of a deal.")
        .by(BOOKS)
        .with(PAGED)
        .giving(Form::page::<Statement>())
        .at(|| get(bank::statements)),
    Endpoint::commands(
        "submit_statement",
        "/v1/deals/{deal}/statements",
        "Reads a camt.053 document and matches its lines to rents.",
    )
    .by(KEEPERS)
    .taking(Form::other("application/xml"))
    .giving(Form::json::<Done>())
    .at(|| post(bank::submit)),
    Endpoint::reads("statement", "/v1/statements/{row}", "A statement with its lines.")
        .by(BOOKS)
        .giving(Form::json::<StatementDetail>())
        .at(|| get(bank::statement)),
    Endpoint::reads("unmatched", "/v1/deals/{deal}/unmatched", "Lines of statements that nobody expected.")
        .by(BOOKS)
        .with(PAGED)
        .giving(Form::page::<StatementLine>())
        .at(|| get(bank::unmatched)),
    Endpoint::commands(
        "name_account",
        "/v1/deals/{deal}/accounts",
        "Names the bank account of a payee, or of the deal.",
    )
    .by(TRUSTEE)
    .taking(Form::json::<BankAccount>())
    .giving(Form::json::<Done>())
    .at(|| post(bank::name_account)),
    Endpoint::commands(
        "instructions",
        "/v1/deals/{deal}/payments/{number}/instructions",
        "Writes the payment orders (pain.001) of a payment date; the same date gives the same order.",
    )
    .by(KEEPERS)
    .giving(Form::json::<Instructions>())
    .at(|| post(bank::instructions)),
];
