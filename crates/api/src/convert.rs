//! What the servicer says in the forms that travel, and the reverse. An amount changes its form and never its value.

use client::{
    Account, Actor, Amount, Answer, Evidence, MerklePath, NextPayment, Section, SegmentProof, Table,
};
use node::store::Appended;
use node::telemetry::merkle;
use servicer::{Act, NewAttestation, NewReceipt, NewRent, RentReceived, Request};
use units::Date;

use crate::access::Caller;
use crate::error::ApiError;
use crate::guard::Idempotency;

/// Who asks for a command, and under which key.
pub fn request(caller: &Caller, command: &Idempotency) -> Request {
    let role = match caller.role {
        client::Role::Operator => servicer::Role::Operator,
        client::Role::Arranger => servicer::Role::Arranger,
        client::Role::Trustee => servicer::Role::Trustee,
        client::Role::Investor => servicer::Role::Investor,
        client::Role::Auditor => servicer::Role::Auditor,
        client::Role::Regulator => servicer::Role::Regulator,
        client::Role::Device => servicer::Role::Device,
        client::Role::Agent => servicer::Role::Agent,
    };
    Request::new(&command.sent, &caller.name, role)
}

/// A day as a request writes it.
pub fn day(what: &'static str, text: &str) -> Result<Date, ApiError> {
    text.parse().map_err(|_| ApiError::value(what, "write a day as 2026-11-20"))
}

fn maybe_day(what: &'static str, text: Option<String>) -> Result<Option<Date>, ApiError> {
    text.map(|text| day(what, &text)).transpose()
}

fn units(what: &'static str, amount: Amount) -> Result<i64, ApiError> {
    i64::try_from(amount.0).map_err(|_| ApiError::value(what, "it is larger than any amount of a deal"))
}

fn actor(by: servicer::Actor) -> Actor {
    Actor { name: by.name, role: by.role.name().to_owned() }
}

pub fn done(done: servicer::Done) -> client::Done {
    let servicer::Done { id, first, last, repeated } = done;
    client::Done { id, first, last, repeated }
}

pub fn appended(id: String, appended: Appended) -> client::Done {
    let Appended { first, last, repeated } = appended;
    client::Done { id, first, last, repeated }
}

pub fn deal(deal: servicer::DealSummary) -> client::Deal {
    let next = deal.next_payment.map(|(number, date)| NextPayment { number, date: date.to_string() });
    client::Deal {
        id: deal.id,
        title: deal.title,
        state: deal.state,
        over: deal.over,
        currency: deal.currency,
        decimals: deal.decimals,
        plan_hash: deal.plan_hash,
        closing: deal.closing.to_string(),
        next_payment: next,
        events: deal.events,
        cleared: deal.cleared,
        opened_at: deal.opened_at,
    }
}

pub fn deal_detail(view: servicer::DealView) -> client::DealDetail {
    let account =
        |account: servicer::AccountView| Account { name: account.name, balance: account.balance.into() };
    client::DealDetail {
        deal: deal(view.summary),
        terms: view.terms,
        opened_by: actor(view.opened_by),
        notes: view.notes.into_iter().map(note).collect(),
        accounts: view.accounts.into_iter().map(account).collect(),
        ledger_hash: view.ledger_hash,
    }
}

pub fn note(note: servicer::NoteView) -> client::Note {
    client::Note {
        name: note.name,
        original: note.original.into(),
        balance: note.balance.into(),
        coupon_ppb: note.coupon_ppb,
        interest_late: note.interest_late.into(),
        interest_paid: note.interest_paid.into(),
        principal_paid: note.principal_paid.into(),
        written_off: note.written_off.into(),
    }
}

pub fn payment(payment: servicer::PaymentView) -> client::Payment {
    client::Payment {
        number: payment.number,
        date: payment.date.to_string(),
        at: payment.at,
        event: payment.event,
        paid: payment.paid.into(),
        short: payment.short.into(),
        state: payment.state,
        cleared: payment.cleared,
    }
}

pub fn posting(posting: servicer::PostingView) -> client::Posting {
    client::Posting {
        row: posting.row,
        event: posting.event,
        payment: posting.payment,
        at: posting.at,
        kind: posting.kind,
        step: posting.step,
        from: posting.from,
        to: posting.to,
        amount: posting.amount.into(),
        short: posting.short.into(),
    }
}

pub fn position(position: servicer::PositionView) -> client::Position {
    let servicer::PositionView { row, deal, note, holder, units } = position;
    client::Position { row, deal, note, holder, units: units.into() }
}

pub fn receipt(receipt: servicer::ReceiptView) -> client::Receipt {
    client::Receipt {
        deal: receipt.deal,
        number: receipt.number,
        machines: receipt.machines,
        bailee: receipt.bailee,
        insured_until: receipt.insured_until.map(|day| day.to_string()),
        attested_until: receipt.attested_until.map(|day| day.to_string()),
    }
}

pub fn machine(machine: servicer::MachineView) -> client::Machine {
    let servicer::MachineView { machine, deal, receipt, name } = machine;
    client::Machine { machine, deal, receipt, name }
}

fn device(device: servicer::DeviceView) -> client::Device {
    client::Device {
        device: device.device,
        kind: device.kind.name().to_owned(),
        machine: device.machine,
        capacity_watt: device.capacity_watt,
        valid_from: device.valid_from,
        valid_until: device.valid_until,
        last_sequence: device.last_sequence,
    }
}

fn path(path: merkle::Path) -> MerklePath {
    let merkle::Path { leaf, leaves, hashes } = path;
    MerklePath { leaf, leaves, hashes }
}

fn proof(proof: node::telemetry::ReadingProof) -> client::ReadingProof {
    looked_up((proof, None))
}

/// A proof with what was found on the ledger.
pub fn looked_up(
    (proof, found): (node::telemetry::ReadingProof, Option<servicer::LedgerRoot>),
) -> client::ReadingProof {
    let segment = proof.segment.map(|segment| SegmentProof {
        id: segment.id,
        path: path(segment.path),
        ledger: found.map(|found| ledger_root(found, &segment.root)),
        root: segment.root,
        anchor: segment.anchor,
    });
    client::ReadingProof {
        record: proof.record,
        batch: proof.batch,
        path: path(proof.path),
        root: proof.root,
        segment,
    }
}

fn ledger_root(found: servicer::LedgerRoot, root: &str) -> client::LedgerRoot {
    let (found, root, code) = match found {
        servicer::LedgerRoot::Holds => ("holds", root.to_owned(), 0),
        servicer::LedgerRoot::Differs(other) => ("differs", other, 0),
        servicer::LedgerRoot::Missing => ("missing", String::new(), 0),
        servicer::LedgerRoot::Unread(code) => ("unread", String::new(), code),
    };
    client::LedgerRoot { found: found.to_owned(), root, code }
}

fn evidence(row: node::telemetry::EvidenceRow) -> Evidence {
    let node::telemetry::EvidenceRow { kind, sequence, at, record, taken } = row;
    Evidence { kind, sequence, at, record, taken }
}

pub fn history(history: servicer::DeviceHistory) -> client::DeviceHistory {
    client::DeviceHistory {
        device: device(history.device),
        readings: history.readings.into_iter().map(proof).collect(),
        evidence: history.evidence.into_iter().map(evidence).collect(),
    }
}

pub fn look_through(view: servicer::LookThrough) -> client::LookThrough {
    client::LookThrough {
        positions: view.positions.into_iter().map(position).collect(),
        note: note(view.note),
        deal: deal(view.deal),
        receipts: view.pool.0,
        machines_in_all: view.pool.1,
        receipt: receipt(view.receipt),
        machines: view.machines.into_iter().map(machine).collect(),
        devices: view.devices.into_iter().map(device).collect(),
        readings: view.readings.into_iter().map(proof).collect(),
    }
}

pub fn warning(warning: servicer::WarningView) -> client::Warning {
    let servicer::WarningView { id, deal, kind, subject, text, at, ended } = warning;
    client::Warning { id, deal, kind, subject, text, at, ended }
}

pub fn rent(rent: servicer::RentView) -> client::Rent {
    client::Rent {
        row: rent.row,
        deal: rent.deal,
        reference: rent.reference,
        name: rent.name,
        account: rent.account,
        amount: rent.amount.into(),
        due: rent.due.to_string(),
        came: rent.came.into(),
        late_days: rent.late_days,
    }
}

pub fn statement(statement: servicer::StatementView) -> client::Statement {
    client::Statement {
        row: statement.row,
        deal: statement.deal,
        id: statement.id,
        account: statement.account,
        opening: statement.opening.into(),
        closing: statement.closing.into(),
        matched: statement.matched,
        unmatched: statement.unmatched,
        by: actor(statement.by),
        at: statement.at,
    }
}

pub fn line(line: servicer::StatementLine) -> client::StatementLine {
    client::StatementLine {
        statement: line.statement,
        position: line.position,
        amount: line.amount.into(),
        booked: line.booked.to_string(),
        name: line.name,
        account: line.account,
        words: line.words,
        status: line.status,
        rent: line.rent,
    }
}

pub fn attestation(view: servicer::AttestationView) -> client::Attestation {
    client::Attestation {
        row: view.row,
        id: view.id,
        deal: view.deal,
        what: act(view.what),
        as_of: view.as_of.to_string(),
        evidence: view.evidence,
        proposed_by: actor(view.proposed_by),
        proposed_at: view.proposed_at,
        status: view.status,
        decided_by: view.decided_by.map(actor),
    }
}

fn act(act: Act) -> client::Act {
    match act {
        Act::Report { name, member, value } => client::Act::Report { name, member, value: value.into() },
        Act::Restate { name, delta } => client::Act::Restate { name, delta: delta.into() },
        Act::Draw { note, amount } => client::Act::Draw { note, amount: amount.into() },
        Act::Sale { account, amount, allocated, last } => {
            client::Act::Sale { account, amount: amount.into(), allocated: allocated.into(), last }
        }
        Act::Waive { trigger, until } => client::Act::Waive { trigger, until: until.to_string() },
    }
}

pub fn new_attestation(new: client::NewAttestation) -> Result<NewAttestation, ApiError> {
    let what = match new.what {
        client::Act::Report { name, member, value } => {
            Act::Report { name, member, value: units("a value", value)? }
        }
        client::Act::Restate { name, delta } => Act::Restate { name, delta: units("a correction", delta)? },
        client::Act::Draw { note, amount } => Act::Draw { note, amount: units("an amount", amount)? },
        client::Act::Sale { account, amount, allocated, last } => {
            let (amount, allocated) = (units("an amount", amount)?, units("an amount", allocated)?);
            Act::Sale { account, amount, allocated, last }
        }
        client::Act::Waive { trigger, until } => Act::Waive { trigger, until: day("until", &until)? },
    };
    Ok(NewAttestation { what, as_of: day("as_of", &new.as_of)?, evidence: new.evidence })
}

pub fn new_receipt(new: client::NewReceipt) -> Result<NewReceipt, ApiError> {
    Ok(NewReceipt {
        number: new.number,
        machines: new.machines,
        bailee: new.bailee,
        insured_until: maybe_day("insured_until", new.insured_until)?,
        attested_until: maybe_day("attested_until", new.attested_until)?,
    })
}

pub fn new_rent(new: client::NewRent) -> Result<NewRent, ApiError> {
    let (amount, due) = (units("an amount", new.amount)?, day("due", &new.due)?);
    Ok(NewRent { reference: new.reference, name: new.name, account: new.account, amount, due })
}

pub fn rent_received(rent: client::RentReceived) -> Result<RentReceived, ApiError> {
    let (amount, on) = (units("an amount", rent.amount)?, day("on", &rent.on)?);
    Ok(RentReceived { name: rent.name, reference: rent.reference, amount, on, evidence: rent.evidence })
}

pub fn answer(answer: report::Answer) -> Answer {
    let table = |grid: report::Grid| Table {
        heading: grid.heading,
        caption: grid.caption,
        header: grid.header,
        rows: grid.rows,
    };
    let section = |section: report::Section| Section {
        heading: section.heading,
        lead: section.lead,
        tables: section.grids.into_iter().map(table).collect(),
    };
    Answer {
        question: answer.question,
        title: answer.title,
        facts: answer.facts,
        verdict: answer.verdict,
        sections: answer.sections.into_iter().map(section).collect(),
        remarks: answer.remarks,
    }
}
