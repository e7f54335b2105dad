//! The tables that follow from the log: what queries read.

use crate::happened::{
    ACCOUNT, AGED, APPLIED, ASSIGNED, AccountNamed, Aged, Applied, Assigned, CLEARED, Cleared, DECIDED, DONE,
    Decided, Done, ENDED, Ended, FAILED, Failed, Heard, NoteBody, OBSERVED, OPENED, Observed, Opened,
    POSITIONS, PROPOSED, Positions, PostingBody, Proposed, RECEIPTS, RENTS, Receipt, Receipts, Rents,
    STATEMENT, StandingBody, StatementRead, WARNED, Warned, deal_of,
};
use node::store::{Change, Event, Projection, Value};
use node::{NodeError, hex};
use units::Date;

/// No day: for columns of days that may not be known.
pub const NO_DAY: i64 = i64::MAX;

/// Places that one event may fill in a list; so that an event's number and a position in it make a cursor.
const PLACES: u64 = 100_000;

/// The servicer's tables.
#[derive(Clone, Copy, Debug)]
pub struct Book;

type Changes = Result<Vec<Change>, NodeError>;

impl Projection for Book {
    fn name(&self) -> &'static str {
        "servicer 1"
    }

    fn clear(&self) -> Vec<Change> {
        let tables = [
            "DELETE FROM deals",
            "DELETE FROM deal_notes",
            "DELETE FROM deal_accounts",
            "DELETE FROM payments",
            "DELETE FROM postings",
            "DELETE FROM positions",
            "DELETE FROM receipts",
            "DELETE FROM machines",
            "DELETE FROM warnings",
            "DELETE FROM rents",
            "DELETE FROM statements",
            "DELETE FROM statement_lines",
            "DELETE FROM attestations",
            "DELETE FROM bank_accounts",
            "DELETE FROM attempts",
        ];
        tables.into_iter().map(|sql| change(sql, [])).collect()
    }

    fn fold(&self, event: &Event) -> Changes {
        let deal = deal_of(&event.stream).unwrap_or_default();
        let entry = Entry { deal, sequence: integer(event.sequence)?, at: integer(event.at)? };
        match event.kind.as_str() {
            OPENED => entry.opened(&event.json()?),
            APPLIED => entry.lived(&event.json()?),
            CLEARED => entry.cleared(&event.json()?),
            POSITIONS => entry.positions(event.json()?),
            RECEIPTS => entry.receipts(&event.json()?),
            OBSERVED => Ok(entry.observed(event.json()?)),
            RENTS => entry.rents(event.json()?),
            AGED => Ok(entry.aged(event.json()?)),
            STATEMENT => entry.statement(event.json()?),
            ASSIGNED => entry.assigned(event.json()?),
            PROPOSED => entry.proposed(event.json()?),
            DECIDED => Ok(entry.decided(event.json()?)),
            ACCOUNT => Ok(entry.account(event.json()?)),
            WARNED => Ok(entry.warned(event.json()?)),
            ENDED => Ok(entry.ended(event.json()?)),
            FAILED => entry.failed(event.json()?),
            DONE => Ok(entry.done(event.json()?)),
            _ => Ok(Vec::new()),
        }
    }
}

/// Where an event stands.
struct Entry<'a> {
    deal: &'a str,
    sequence: i64,
    at: i64,
}

impl Entry<'_> {
    /// A cursor for a row that this event makes.
    fn place(&self, position: usize) -> Result<Value, NodeError> {
        let position = u64::try_from(position).ok().filter(|position| *position < PLACES);
        let position = position.ok_or_else(|| value_error("an event makes too many rows"))?;
        let sequence = u64::try_from(self.sequence).unwrap_or_default();
        Ok(integer(sequence.saturating_mul(PLACES).saturating_add(position))?.into())
    }

    fn opened(&self, opened: &Opened) -> Changes {
        let sql = "INSERT INTO deals (id, title, state, is_over, currency, decimals, plan_hash, closing, next_number, \
                   next_date, events, cleared, ledger_hash, terms, opened_by, opened_role, opened_at) \
                   VALUES ($1, $2, '', 0, $3, $4, $5, $6, 0, $6, 0, 0, '', $7, $8, $9, $10)";
        let values = [
            self.deal.into(),
            text(&opened.title),
            text(&opened.currency),
            i64::from(opened.decimals).into(),
            text(&opened.plan_hash),
            day(opened.closing),
            text(&opened.terms),
            text(&opened.by.name),
            opened.by.role.name().into(),
            self.at.into(),
        ];
        let mut changes = vec![change(sql, values)];
        changes.extend(self.notes(&opened.notes, false));
        changes.extend(self.accounts(&opened.accounts));
        Ok(changes)
    }

    fn notes(&self, notes: &[NoteBody], paid: bool) -> Vec<Change> {
        let sql = "INSERT INTO deal_notes (deal, position, name, original, balance, coupon_ppb, interest_late, \
                   interest_paid, principal_paid, written_off) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                   ON CONFLICT (deal, position) DO UPDATE SET original = $4, balance = $5, coupon_ppb = $6, \
                   interest_late = $7, interest_paid = deal_notes.interest_paid + $8, principal_paid = $9, \
                   written_off = $10";
        let row = |(position, note): (i64, &NoteBody)| {
            let interest = if paid { note.interest_paid } else { 0 };
            change(
                sql,
                [
                    self.deal.into(),
                    position.into(),
                    text(&note.name),
                    note.original.into(),
                    note.balance.into(),
                    note.coupon_ppb.into(),
                    note.interest_late.into(),
                    interest.into(),
                    note.principal_paid.into(),
                    note.written_off.into(),
                ],
            )
        };
        (0_i64..).zip(notes).map(row).collect()
    }

    fn accounts(&self, accounts: &[(String, i64)]) -> Vec<Change> {
        let sql = "INSERT INTO deal_accounts (deal, position, name, balance) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (deal, position) DO UPDATE SET balance = $4";
        let row = |(position, (name, balance)): (i64, &(String, i64))| {
            change(sql, [self.deal.into(), position.into(), text(name), (*balance).into()])
        };
        (0_i64..).zip(accounts).map(row).collect()
    }

    /// What this node did not live itself happened on its day, not when it was taken over.
    fn lived(self, applied: &Applied) -> Changes {
        let on = i64::from(applied.on.days()).saturating_mul(86_400);
        let at = if applied.taken_over { on } else { self.at };
        Self { at, ..self }.applied(applied)
    }

    fn applied(&self, applied: &Applied) -> Changes {
        let StandingBody { state, over, next, notes, accounts } = &applied.standing;
        let (number, date) = next.map_or((-1, 0), |(number, date)| (i64::from(number), i64::from(date)));
        let sql = "UPDATE deals SET state = $2, is_over = $3, next_number = $4, next_date = $5, events = $6 WHERE id = $1";
        let values = [
            self.deal.into(),
            text(state),
            i64::from(*over).into(),
            number.into(),
            date.into(),
            i64::from(applied.number).into(),
        ];
        let mut changes = vec![change(sql, values)];
        changes.extend(self.notes(notes, applied.payment.is_some_and(|number| number > 0)));
        changes.extend(self.accounts(accounts));
        changes.extend(self.payment(applied));
        for (position, posting) in applied.postings.iter().enumerate() {
            changes.push(self.posting((applied.number, position), posting)?);
        }
        Ok(changes)
    }

    fn payment(&self, applied: &Applied) -> Option<Change> {
        let number = applied.payment?;
        let left = applied
            .postings
            .iter()
            .filter(|posting| ["cash_out", "through"].contains(&posting.kind.as_str()));
        let paid = left.map(|posting| posting.amount).fold(0, i64::saturating_add);
        let short = applied.postings.iter().map(|posting| posting.short).fold(0, i64::saturating_add);
        let sql = "INSERT INTO payments (deal, number, day, at, event, paid, short, state) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = [
            self.deal.into(),
            i64::from(number).into(),
            day(applied.payment_day.unwrap_or(applied.on)),
            self.at.into(),
            i64::from(applied.number).into(),
            paid.into(),
            short.into(),
            text(&applied.standing.state),
        ];
        Some(change(sql, values))
    }

    fn posting(&self, (event, position): (u32, usize), posting: &PostingBody) -> Result<Change, NodeError> {
        let sql = "INSERT INTO postings (deal, place, event, payment, at, kind, step, payer, payee, amount, short) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let values = [
            self.deal.into(),
            self.place(position)?,
            i64::from(event).into(),
            i64::from(posting.payment).into(),
            self.at.into(),
            text(&posting.kind),
            text(&posting.step),
            text(&posting.from),
            text(&posting.to),
            posting.amount.into(),
            posting.short.into(),
        ];
        Ok(change(sql, values))
    }

    fn cleared(&self, cleared: &Cleared) -> Changes {
        let sql = "UPDATE deals SET cleared = $2, ledger_hash = $3 WHERE id = $1";
        Ok(vec![change(sql, [self.deal.into(), i64::from(cleared.events).into(), text(&cleared.hash)])])
    }

    fn positions(&self, positions: Positions) -> Changes {
        let sql = "INSERT INTO positions (place, deal, note, holder, units) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (deal, note, holder) DO UPDATE SET units = $5";
        let mut changes = vec![change("UPDATE positions SET units = 0 WHERE deal = $1", [self.deal.into()])];
        for (position, (note, holder, units)) in positions.positions.iter().enumerate() {
            let place = self.place(position)?;
            changes.push(change(sql, [place, self.deal.into(), text(note), text(holder), (*units).into()]));
        }
        Ok(changes)
    }

    fn receipts(&self, receipts: &Receipts) -> Changes {
        let sql = "INSERT INTO receipts (deal, number, machines, bailee, insured_until, attested_until) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (deal, number) DO UPDATE SET machines = $3, \
                   bailee = $4, insured_until = $5, attested_until = $6";
        let clear = "DELETE FROM machines WHERE deal = $1 AND receipt = $2";
        let machine_sql = "INSERT INTO machines (machine, deal, receipt, name) VALUES ($1, $2, $3, $4) \
                           ON CONFLICT (machine, deal) DO UPDATE SET receipt = $3";
        let mut changes = Vec::new();
        for Receipt { receipt, names } in &receipts.receipts {
            let (number, machines) = (i64::from(receipt.number), count(receipt.machines.len()));
            let days = [maybe(receipt.insured_until), maybe(receipt.attested_until)];
            let [insured, attested] = days;
            let values =
                [self.deal.into(), number.into(), machines, text(&receipt.bailee), insured, attested];
            changes.push(change(sql, values));
            changes.push(change(clear, [self.deal.into(), number.into()]));
            for (position, machine) in receipt.machines.iter().enumerate() {
                let bytes =
                    hex::decode(machine).ok_or_else(|| value_error("a machine is no hexadecimal number"))?;
                let name = names.get(position).map_or("", String::as_str);
                changes.push(change(
                    machine_sql,
                    [Value::Bytes(bytes), self.deal.into(), number.into(), name.into()],
                ));
            }
        }
        Ok(changes)
    }

    fn observed(&self, observed: Observed) -> Vec<Change> {
        let Heard::Cash { rent, amount, .. } = observed.heard else { return Vec::new() };
        let sql = "UPDATE rents SET came = came + $3, late_days = CASE WHEN came + $3 >= amount THEN 0 ELSE late_days END \
                   WHERE deal = $1 AND reference = $2";
        vec![change(sql, [self.deal.into(), text(&rent), amount.into()])]
    }

    fn rents(&self, rents: Rents) -> Changes {
        let sql = "INSERT INTO rents (place, deal, reference, name, account, amount, due, came, late_days) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)";
        let row = |(position, rent): (usize, &crate::command::NewRent)| {
            let values = [
                self.place(position)?,
                self.deal.into(),
                text(&rent.reference),
                text(&rent.name),
                text(&rent.account),
                rent.amount.into(),
                day(rent.due),
            ];
            Ok(change(sql, values))
        };
        rents.rents.iter().enumerate().map(row).collect()
    }

    fn aged(&self, aged: Aged) -> Vec<Change> {
        let sql = "UPDATE rents SET late_days = $3 WHERE deal = $1 AND reference = $2";
        vec![change(sql, [self.deal.into(), text(&aged.reference), i64::from(aged.late_days).into()])]
    }

    fn statement(&self, read: StatementRead) -> Changes {
        let sql = "INSERT INTO statements (place, deal, id, account, opening, closing, matched, unmatched, sender, \
                   sender_role, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let with = |status: &str| count(read.lines.iter().filter(|line| line.status == status).count());
        let values = [
            self.sequence.into(),
            self.deal.into(),
            text(&read.id),
            text(&read.account),
            read.opening.into(),
            read.closing.into(),
            with("matched"),
            with("unmatched"),
            text(&read.by.name),
            read.by.role.name().into(),
            self.at.into(),
        ];
        let line_sql = "INSERT INTO statement_lines (statement, position, deal, amount, booked, bank_reference, name, \
                        account, words, status, rent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let line = |(position, line): (i64, &crate::happened::Line)| {
            let values = [
                self.sequence.into(),
                position.into(),
                self.deal.into(),
                line.amount.into(),
                day(line.booked),
                text(&line.bank_reference),
                text(&line.name),
                text(&line.account),
                text(&line.words),
                text(&line.status),
                text(&line.rent),
            ];
            change(line_sql, values)
        };
        let lines = (0_i64..).zip(&read.lines).map(line);
        Ok(std::iter::once(change(sql, values)).chain(lines).collect())
    }

    fn assigned(&self, assigned: Assigned) -> Changes {
        let sql = "UPDATE statement_lines SET status = $3, rent = $4 WHERE statement = $1 AND position = $2";
        let counted =
            "UPDATE statements SET unmatched = unmatched - 1, matched = matched + $2 WHERE place = $1";
        let statement = || Ok::<_, NodeError>(Value::from(integer(assigned.statement)?));
        let is_rent = !assigned.rent.is_empty();
        let status = if is_rent { "matched" } else { "dismissed" };
        let position = i64::from(assigned.position).into();
        Ok(vec![
            change(sql, [statement()?, position, status.into(), text(&assigned.rent)]),
            change(counted, [statement()?, i64::from(is_rent).into()]),
        ])
    }

    fn proposed(&self, proposed: Proposed) -> Changes {
        let sql = "INSERT INTO attestations (place, id, deal, what, as_of, evidence, proposer, proposer_role, \
                   proposed_at, status, decider, decider_role) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', '', '')";
        let what = serde_json::to_string(&proposed.what).map_err(value_error)?;
        let values = [
            self.sequence.into(),
            text(&proposed.id),
            self.deal.into(),
            text(&what),
            day(proposed.as_of),
            text(&proposed.evidence),
            text(&proposed.by.name),
            proposed.by.role.name().into(),
            self.at.into(),
        ];
        Ok(vec![change(sql, values)])
    }

    fn decided(&self, decided: Decided) -> Vec<Change> {
        let sql = "UPDATE attestations SET status = $2, decider = $3, decider_role = $4 WHERE id = $1";
        let status = if decided.approves { "approved" } else { "rejected" };
        let by = decided.by;
        vec![change(sql, [text(&decided.id), status.into(), text(&by.name), by.role.name().into()])]
    }

    fn account(&self, named: AccountNamed) -> Vec<Change> {
        let sql = "INSERT INTO bank_accounts (deal, payee, name, number, bank) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (deal, payee) DO UPDATE SET name = $3, number = $4, bank = $5";
        let account = named.account;
        let values = [
            self.deal.into(),
            text(&account.payee),
            text(&account.name),
            text(&account.number),
            text(&account.bank),
        ];
        vec![change(sql, values)]
    }

    fn warned(&self, warned: Warned) -> Vec<Change> {
        let sql = "INSERT INTO warnings (id, deal, kind, subject, text, at, ended) VALUES ($1, $2, $3, $4, $5, $6, 0)";
        let values = [
            self.sequence.into(),
            self.deal.into(),
            text(&warned.kind),
            text(&warned.subject),
            text(&warned.text),
            self.at.into(),
        ];
        vec![change(sql, values)]
    }

    fn ended(&self, ended: Ended) -> Vec<Change> {
        let sql =
            "UPDATE warnings SET ended = $4 WHERE deal = $1 AND kind = $2 AND subject = $3 AND ended = 0";
        vec![change(sql, [self.deal.into(), text(&ended.kind), text(&ended.subject), self.at.into()])]
    }

    fn failed(&self, failed: Failed) -> Changes {
        let sql = "INSERT INTO attempts (work, tries, next_at, message) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (work) DO UPDATE SET tries = $2, next_at = $3, message = $4";
        let next = integer(failed.next_at)?.into();
        Ok(vec![change(
            sql,
            [text(&failed.work), i64::from(failed.tries).into(), next, text(&failed.message)],
        )])
    }

    fn done(&self, done: Done) -> Vec<Change> {
        vec![change("DELETE FROM attempts WHERE work = $1", [text(&done.work)])]
    }
}

fn change<const N: usize>(sql: &'static str, values: [Value; N]) -> Change {
    Change { sql, values: values.into() }
}

fn text(text: &str) -> Value {
    // PostgreSQL's text has no zero byte.
    Value::Text(text.replace('\0', ""))
}

fn day(day: Date) -> Value {
    i64::from(day.days()).into()
}

fn maybe(known: Option<Date>) -> Value {
    known.map_or(NO_DAY.into(), day)
}

fn count(number: usize) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn integer(value: u64) -> Result<i64, NodeError> {
    i64::try_from(value).map_err(value_error)
}

fn value_error(problem: impl ToString) -> NodeError {
    NodeError::Value { what: "an event", problem: problem.to_string() }
}
