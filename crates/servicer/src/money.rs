//! What comes from a bank and goes to one.

use crate::actor::{Request, Role};
use crate::command::{Done, Instructions};
use crate::commands::{require_role, require_words};
use crate::error::ServicerError;
use crate::happened::{
    ASSIGNED, Assigned, Heard, Line, OBSERVED, Observed, STATEMENT, StatementRead, stream_of,
};
use crate::servicer::{Act, Begun, Servicer, Told, done, id_of};
use bank::{Account, Entry, Expected, Order, Payment, Reconciled, Statement, reconcile, split_dust, to_pain};
use node::NodeError;
use node::store::NewEvent;
use sqlx::Row;
use std::collections::BTreeMap;
use units::Date;

/// Places of a bank's amounts, unless the deal has fewer.
const BANK_DECIMALS: u8 = 2;

/// Most bytes of a document.
const DOCUMENT_MAX: usize = 16 << 20;

/// Most lines of all statements of a document: each can be an event.
const LINES_MAX: usize = 900;

/// What `deal` pays from.
const PAYER: &str = "deal";

impl Servicer {
    /// Reads a camt.053 document of the deal's bank: its lines are matched to rents, and what is matched is received.
    /// Operator or trustee. `Done::id` is the `row` of the last statement in it.
    ///
    /// # Errors
    /// [`ServicerError::Bank`], [`ServicerError::NotFound`], [`ServicerError::Taken`] for a statement that was read before,
    /// [`ServicerError::Forbidden`].
    pub async fn submit_statement(&self, request: &Request, (deal, document): (&str, &str)) -> Told<Done> {
        require_role(request, &[Role::Operator, Role::Trustee], "hand in a statement")?;
        if document.len() > DOCUMENT_MAX {
            return Err(ServicerError::invalid(
                "the document",
                format!("it is longer than {DOCUMENT_MAX} bytes"),
            ));
        }
        let (currency, decimals) = self.bank_currency(deal).await?;
        let taken_over = self.taken_over(deal).await?;
        let statements = bank::read_statements(document, (&currency, decimals))?;
        let lines: usize = statements.iter().map(|statement| statement.entries.len()).sum();
        if statements.is_empty() || lines > LINES_MAX {
            return Err(ServicerError::invalid(
                "the document",
                format!("it has {lines} lines; 1 statement and {LINES_MAX} lines at most are read at once"),
            ));
        }
        let mut act = match self.begin(request, &("submit_statement", deal, document)).await? {
            Begun::Before(before) => return Ok(done(last_statement(before.first, &statements), before)),
            Begun::New(act) => act,
        };
        let mut events = Vec::new();
        let mut heard = Vec::new();
        for statement in &statements {
            let read = self.read(&mut act, (deal, statement, taken_over), (request, &mut heard)).await?;
            events.push(NewEvent::json(STATEMENT, 1, &read)?);
        }
        for observed in &heard {
            events.push(NewEvent::json(OBSERVED, 1, observed)?);
        }
        let appended = self.finish(act, (stream_of(deal), events)).await?;
        Ok(done(last_statement(appended.first, &statements), appended))
    }

    /// One statement: each line has a status, and what is a rent was heard. What was booked up to the day on which the deal was taken
    /// over may be on the ledger already: a party says what it is.
    async fn read(
        &self,
        act: &mut Act,
        (deal, statement, taken_over): (&str, &Statement, Option<Date>),
        (request, heard): (&Request, &mut Vec<Observed>),
    ) -> Told<StatementRead> {
        let known = "SELECT id FROM statements WHERE deal = $1 AND account = $2 AND id = $3";
        if act.has(known, &[deal, &statement.account, &statement.id]).await? {
            return Err(ServicerError::Taken(format!(
                "statement {} of account {}",
                statement.id, statement.account
            )));
        }
        let mut repeated = Vec::new();
        for entry in &statement.entries {
            let known = "SELECT deal FROM statement_lines WHERE deal = $1 AND bank_reference = $2 AND status = 'matched'";
            let reference = entry.bank_reference.as_str();
            repeated.push(!reference.is_empty() && act.has(known, &[deal, reference]).await?);
        }
        let known = statement.entries.iter().zip(&repeated).map(|(entry, repeated)| {
            let is_early = taken_over.is_some_and(|day| entry.booked <= day);
            if *repeated { Some("repeated") } else { is_early.then(|| unmatched(entry)) }
        });
        let known: Vec<Option<&str>> = known.collect();
        let fresh: Vec<usize> = (0..known.len()).filter(|at| known.get(*at) == Some(&None)).collect();
        let entries: Vec<Entry> = fresh.iter().filter_map(|at| statement.entries.get(*at).cloned()).collect();
        let (expected, names) = expected(act, deal, heard).await?;
        let found = reconcile(&entries, &expected);
        let lines = statement.entries.iter().zip(&known);
        let mut lines: Vec<Line> = lines.map(|(entry, known)| line(entry, known.unwrap_or(""))).collect();
        for (position, at) in fresh.into_iter().enumerate() {
            let (Some(line), Some(entry)) = (lines.get_mut(at), entries.get(position)) else { continue };
            (line.status, line.rent) = status(entry, (position, &found), &expected);
            let name = names.get(&line.rent).filter(|_| line.status == "matched");
            heard.extend(name.map(|name| received(entry, (name, &line.rent), statement)));
        }
        Ok(StatementRead {
            id: statement.id.clone(),
            account: statement.account.clone(),
            opening: statement.opening,
            closing: statement.closing,
            lines,
            by: request.by.clone(),
        })
    }

    /// The day on which the deal was taken over, if it was.
    async fn taken_over(&self, deal: &str) -> Told<Option<Date>> {
        let desk = self.desk(deal).await?;
        let desk = desk.lock().await;
        Ok(if desk.is_found { Some(self.today()?) } else { desk.taken_over })
    }

    /// The currency of the deal's bank, and the places in which the deal counts.
    async fn bank_currency(&self, deal: &str) -> Told<(String, u8)> {
        let desk = self.desk(deal).await?;
        let desk = desk.lock().await;
        let currency = match desk.bank_currency.as_str() {
            "" => desk.setup.compiled.currency.clone(),
            currency => currency.to_owned(),
        };
        Ok((currency, desk.plan().decimals))
    }

    /// Says what a line is that nobody expected: the rent with this reference, which is then received, or (with an empty
    /// reference) none, for a reason. Operator or trustee.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Decided`] for a line that is not open, [`ServicerError::Invalid`] for a
    /// missing reason, [`ServicerError::Forbidden`].
    pub async fn assign_line(
        &self,
        request: &Request,
        (statement, position): (u64, u32),
        (rent, reason): (&str, &str),
    ) -> Told<Done> {
        require_role(request, &[Role::Operator, Role::Trustee], "say what a line is")?;
        require_words("the reason", reason)?;
        let (known, lines) = self.statement(statement).await?;
        let missing = || ServicerError::NotFound(format!("line {position} of statement {statement}"));
        let line = lines.into_iter().find(|line| line.position == position).ok_or_else(missing)?;
        let mut act = match self.begin(request, &("assign_line", statement, position, rent, reason)).await? {
            Begun::Before(before) => return Ok(done(String::new(), before)),
            Begun::New(act) => act,
        };
        require_open(&mut act, (statement, position)).await?;
        let (rent, reason, by) = (rent.to_owned(), reason.to_owned(), request.by.clone());
        let assigned = Assigned { statement, position, rent: rent.clone(), reason: reason.clone(), by };
        let mut events = vec![NewEvent::json(ASSIGNED, 1, &assigned)?];
        if !rent.is_empty() {
            let (_, names) = expected(&mut act, &known.deal, &[]).await?;
            let name = names.get(&rent).cloned();
            let name =
                name.ok_or_else(|| ServicerError::NotFound(format!("rent {rent} that is not whole")))?;
            let heard = Heard::Cash { name, rent, amount: line.amount };
            let source = format!("statement {} of account {}, {reason}", known.id, known.account);
            events.push(NewEvent::json(OBSERVED, 1, &Observed { on: line.booked, heard, source })?);
        }
        Ok(done(String::new(), self.finish(act, (stream_of(&known.deal), events)).await?))
    }

    /// Writes the payment orders of a payment date that was executed: operator or trustee. The same date gives the same
    /// order, which a bank refuses twice. What is below a bank's smallest amount stays with the deal.
    ///
    /// # Errors
    /// [`ServicerError::NotYet`], [`ServicerError::NoAccount`], [`ServicerError::Bank`], [`ServicerError::Forbidden`].
    pub async fn instructions(&self, request: &Request, (deal, number): (&str, u16)) -> Told<Instructions> {
        require_role(request, &[Role::Operator, Role::Trustee], "order payments")?;
        let (currency, decimals) = self.bank_currency(deal).await?;
        let (payment, postings) = match self.payment(deal, number).await {
            Err(ServicerError::NotFound(_)) => {
                return Err(ServicerError::NotYet(format!("payment {number} of {deal} was not executed")));
            }
            other => other?,
        };
        let mut due: BTreeMap<&str, i64> = BTreeMap::new();
        for posting in
            postings.iter().filter(|posting| posting.kind == "cash_out" || posting.kind == "through")
        {
            let sum = due.entry(&posting.to).or_default();
            *sum = sum.saturating_add(posting.amount);
        }
        let accounts = self.accounts(deal).await?;
        let account = |payee: &str| {
            accounts.get(payee).cloned().ok_or_else(|| ServicerError::NoAccount(format!("{payee} of {deal}")))
        };
        let bank_decimals = decimals.min(BANK_DECIMALS);
        let (mut payments, mut dust) = (Vec::new(), 0_i64);
        for (payee, amount) in due {
            let (amount, left) = split_dust(amount, (decimals, bank_decimals))?;
            dust = dust.saturating_add(left);
            if amount > 0 {
                let end_to_end = format!("{}-{number}-{}", &id_of(deal), payments.len());
                let words = format!("{deal} payment {number} {payee}");
                payments.push(Payment { end_to_end, payee: account(payee)?, amount, words });
            }
        }
        let order = Order {
            id: format!("{}-{number}", id_of(deal)),
            written: written(payment.at),
            on: payment.date,
            payer: account(PAYER)?,
            currency,
            decimals: bank_decimals,
            payments,
        };
        Ok(Instructions { document: to_pain(&order)?, decimals: bank_decimals, dust })
    }

    async fn accounts(&self, deal: &str) -> Told<BTreeMap<String, Account>> {
        let select = "SELECT payee, name, number, bank FROM bank_accounts WHERE deal = $1";
        let rows = sqlx::query(select).bind(deal.to_owned()).fetch_all(self.database().pool()).await;
        let mut accounts = BTreeMap::new();
        for row in rows.map_err(NodeError::from)? {
            let text = |column: &str| -> Told<String> { Ok(row.try_get(column).map_err(NodeError::from)?) };
            let account = Account { name: text("name")?, number: text("number")?, bank: text("bank")? };
            accounts.insert(text("payee")?, account);
        }
        Ok(accounts)
    }
}

/// A line is said to be something once, and only money that came is a rent.
async fn require_open(act: &mut Act, (statement, position): (u64, u32)) -> Told<()> {
    let select = "SELECT deal FROM statement_lines WHERE statement = $1 AND position = $2 AND status = 'unmatched' AND amount > 0";
    let place = i64::try_from(statement).unwrap_or(i64::MAX);
    let row = sqlx::query(select).bind(place).bind(i64::from(position));
    match row.fetch_optional(&mut *act.transaction).await.map_err(NodeError::from)? {
        Some(_) => Ok(()),
        None => Err(ServicerError::Decided(format!("line {position} of statement {statement}"))),
    }
}

/// What of a deal's rents has not come, less what the document's earlier statements brought; and the name of each.
async fn expected(
    act: &mut Act,
    deal: &str,
    heard: &[Observed],
) -> Told<(Vec<Expected>, BTreeMap<String, String>)> {
    let select = "SELECT reference, name, account, amount, due, came FROM rents WHERE deal = $1 AND came < amount ORDER BY place";
    let rows = sqlx::query(select).bind(deal.to_owned());
    let rows = rows.fetch_all(&mut *act.transaction).await.map_err(NodeError::from)?;
    let (mut expected, mut names) = (Vec::new(), BTreeMap::new());
    for row in rows {
        let text = |column: &str| -> Told<String> { Ok(row.try_get(column).map_err(NodeError::from)?) };
        let number = |column: &str| -> Told<i64> { Ok(row.try_get(column).map_err(NodeError::from)?) };
        let reference = text("reference")?;
        let of_this = heard.iter().filter_map(|observed| match &observed.heard {
            Heard::Cash { rent, amount, .. } if *rent == reference => Some(*amount),
            _ => None,
        });
        let came = of_this.fold(number("came")?, i64::saturating_add);
        let amount = number("amount")?.saturating_sub(came);
        if amount > 0 {
            let due = Date::from_days(i32::try_from(number("due")?).unwrap_or(i32::MAX));
            names.insert(reference.clone(), text("name")?);
            let (name, account) = (reference.clone(), text("account")?);
            expected.push(Expected { name, reference, account, amount, due });
        }
    }
    Ok((expected, names))
}

/// What a line is, and the reference of the rent if it is one.
fn status(entry: &Entry, (at, found): (usize, &Reconciled), expected: &[Expected]) -> (String, String) {
    let matched = found.matched.iter().find(|one| one.entry == at);
    if let Some(rent) = matched.and_then(|one| expected.get(one.expected)) {
        return ("matched".to_owned(), rent.reference.clone());
    }
    let is_reversed = found.reversed.iter().any(|(one, other)| *one == at || *other == at);
    let status = if is_reversed { "reversed" } else { unmatched(entry) };
    (status.to_owned(), String::new())
}

/// What a line is that is no rent.
const fn unmatched(entry: &Entry) -> &'static str {
    if entry.amount < 0 && !entry.reversal { "outgoing" } else { "unmatched" }
}

fn line(entry: &Entry, status: &str) -> Line {
    let written = entry.references.iter().map(String::as_str).chain([entry.words.as_str()]);
    let words: Vec<&str> = written.filter(|words| !words.is_empty()).collect();
    Line {
        amount: entry.amount,
        booked: entry.booked,
        bank_reference: entry.bank_reference.clone(),
        name: entry.name.clone(),
        account: entry.account.clone(),
        words: words.join(" "),
        status: status.to_owned(),
        rent: String::new(),
    }
}

fn received(entry: &Entry, (name, rent): (&str, &str), statement: &Statement) -> Observed {
    let heard = Heard::Cash { name: name.to_owned(), rent: rent.to_owned(), amount: entry.amount };
    let source =
        format!("statement {} of account {}, {}", statement.id, statement.account, entry.bank_reference);
    Observed { on: entry.booked, heard, source }
}

fn last_statement(first: u64, statements: &[Statement]) -> String {
    let more = u64::try_from(statements.len().saturating_sub(1)).unwrap_or_default();
    first.saturating_add(more).to_string()
}

/// A second as a bank writes it.
fn written(at: u64) -> String {
    let (day, second) = (crate::servicer::day_of(at), at % crate::servicer::DAY);
    format!("{day}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}
