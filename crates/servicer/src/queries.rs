//! What can be asked.

use crate::actor::{Actor, Role};
use crate::book::NO_DAY;
use crate::error::ServicerError;
use crate::happened::deal_of;
use crate::servicer::{Servicer, Told, blocking, number};
use crate::view::{
    AccountView, AttestationView, DealSummary, DealView, LogEvent, NoteView, PAGE_MAX, Page, PaymentView,
    PositionView, PostingView, Question, RentView, StatementLine, StatementView, WarningView,
};
use node::store::Value;
use node::{NodeError, hex};
use sqlx::Row;
use sqlx::any::AnyRow;
use units::Date;

impl Servicer {
    /// The deals, by id.
    ///
    /// # Errors
    /// [`ServicerError::Node`].
    pub async fn deals(&self, page: &Page<String>) -> Told<Vec<DealSummary>> {
        let select = "SELECT * FROM deals WHERE id > $1 ORDER BY id LIMIT $2";
        let after = page.after.clone().unwrap_or_default();
        self.list(select, vec![Value::Text(after), limit(page.limit)], summary).await
    }

    /// A deal in a list.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn deal_summary(&self, deal: &str) -> Told<DealSummary> {
        let found = self.list("SELECT * FROM deals WHERE id = $1", vec![deal.into()], summary).await?;
        found.into_iter().next().ok_or_else(|| ServicerError::NotFound(format!("deal {deal}")))
    }

    /// A deal.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn deal(&self, deal: &str) -> Told<DealView> {
        let read = |row: &AnyRow| {
            let opened_by = actor(row, ("opened_by", "opened_role"))?;
            Ok((summary(row)?, text(row, "terms")?, opened_by, text(row, "ledger_hash")?))
        };
        let found = self.list("SELECT * FROM deals WHERE id = $1", vec![deal.into()], read).await?;
        let missing = || ServicerError::NotFound(format!("deal {deal}"));
        let (summary, terms, opened_by, ledger_hash) = found.into_iter().next().ok_or_else(missing)?;
        let notes = "SELECT * FROM deal_notes WHERE deal = $1 ORDER BY position";
        let accounts = "SELECT * FROM deal_accounts WHERE deal = $1 ORDER BY position";
        let account =
            |row: &AnyRow| Ok(AccountView { name: text(row, "name")?, balance: integer(row, "balance")? });
        Ok(DealView {
            summary,
            terms,
            opened_by,
            notes: self.list(notes, vec![deal.into()], note).await?,
            accounts: self.list(accounts, vec![deal.into()], account).await?,
            ledger_hash,
        })
    }

    /// The payment dates that were executed, in order.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn payments(&self, deal: &str, page: &Page<u64>) -> Told<Vec<PaymentView>> {
        let select = "SELECT payments.*, deals.cleared FROM payments JOIN deals ON deals.id = payments.deal \
                      WHERE deal = $1 AND number > $2 ORDER BY number LIMIT $3";
        self.require_deal(deal).await?;
        // The closing has number 0 and comes before every cursor.
        let after = page.after.map_or(Ok(-1), stored)?;
        self.list(select, vec![deal.into(), after.into(), limit(page.limit)], payment).await
    }

    /// Every movement of a deal, in order.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn postings(&self, deal: &str, page: &Page<u64>) -> Told<Vec<PostingView>> {
        let select = "SELECT * FROM postings WHERE deal = $1 AND place > $2 ORDER BY place LIMIT $3";
        self.require_deal(deal).await?;
        self.list(select, vec![deal.into(), after(page)?, limit(page.limit)], posting).await
    }

    /// A payment date that was executed, with its movements in order.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn payment(&self, deal: &str, number: u16) -> Told<(PaymentView, Vec<PostingView>)> {
        let select = "SELECT payments.*, deals.cleared FROM payments JOIN deals ON deals.id = payments.deal \
                      WHERE deal = $1 AND number = $2";
        let values = vec![deal.into(), i64::from(number).into()];
        let found = self.list(select, values, payment).await?.into_iter().next();
        let found = found.ok_or_else(|| ServicerError::NotFound(format!("payment {number} of {deal}")))?;
        let select = "SELECT * FROM postings WHERE deal = $1 AND event = $2 ORDER BY place";
        let postings = self.list(select, vec![deal.into(), i64::from(found.event).into()], posting).await?;
        Ok((found, postings))
    }

    /// Why a payment date paid what it paid, in plain text.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`] if there is no such date or step, or a formula that does not compile.
    pub async fn explain(&self, deal: &str, question: &Question) -> Told<String> {
        let desk = self.desk(deal).await?;
        let (setup, events) = {
            let desk = desk.lock().await;
            (desk.setup.clone(), desk.events.clone())
        };
        let question = question.clone();
        let answer = blocking(move || {
            let Question { date, step, formulas } = &question;
            let question = life::Question { date: *date, step: step.as_deref(), formulas };
            life::explain_events(&setup, &events, &question)
        });
        Ok(answer.await??)
    }

    /// A deal as it was opened, for whoever plays or stresses it.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn setup(&self, deal: &str) -> Told<life::Setup> {
        Ok(self.desk(deal).await?.lock().await.setup.clone())
    }

    /// Who holds what: of a deal, of a holder, of both, or all.
    ///
    /// # Errors
    /// [`ServicerError::Node`].
    pub async fn positions(
        &self,
        (deal, holder): (Option<&str>, Option<&str>),
        page: &Page<u64>,
    ) -> Told<Vec<PositionView>> {
        let select = "SELECT * FROM positions WHERE place > $1 AND ($2 = '' OR deal = $2) AND ($3 = '' OR holder = $3) \
                      AND units <> 0 ORDER BY place LIMIT $4";
        let (deal, holder) = (deal.unwrap_or_default().into(), holder.unwrap_or_default().into());
        let read = |row: &AnyRow| {
            Ok(PositionView {
                row: number(row, "place")?,
                deal: text(row, "deal")?,
                note: text(row, "note")?,
                holder: text(row, "holder")?,
                units: integer(row, "units")?,
            })
        };
        self.list(select, vec![after(page)?, deal, holder, limit(page.limit)], read).await
    }

    /// What somebody has to look at: of a deal or of all, only what has not ended or everything.
    ///
    /// # Errors
    /// [`ServicerError::Node`].
    pub async fn warnings(
        &self,
        (deal, open_only): (Option<&str>, bool),
        page: &Page<u64>,
    ) -> Told<Vec<WarningView>> {
        let select = "SELECT * FROM warnings WHERE id > $1 AND ($2 = '' OR deal = $2) AND ($3 = 0 OR ended = 0) \
                      ORDER BY id LIMIT $4";
        let values = vec![
            after(page)?,
            deal.unwrap_or_default().into(),
            i64::from(open_only).into(),
            limit(page.limit),
        ];
        let read = |row: &AnyRow| {
            let ended = number(row, "ended")?;
            Ok(WarningView {
                id: number(row, "id")?,
                deal: text(row, "deal")?,
                kind: text(row, "kind")?,
                subject: text(row, "subject")?,
                text: text(row, "text")?,
                at: number(row, "at")?,
                ended: (ended > 0).then_some(ended),
            })
        };
        self.list(select, values, read).await
    }

    /// The rents of a deal that were expected, in the order in which they were.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn rents(&self, deal: &str, page: &Page<u64>) -> Told<Vec<RentView>> {
        let select = "SELECT * FROM rents WHERE deal = $1 AND place > $2 ORDER BY place LIMIT $3";
        self.require_deal(deal).await?;
        let read = |row: &AnyRow| {
            Ok(RentView {
                row: number(row, "place")?,
                deal: text(row, "deal")?,
                reference: text(row, "reference")?,
                name: text(row, "name")?,
                account: text(row, "account")?,
                amount: integer(row, "amount")?,
                due: day(row, "due")?,
                came: integer(row, "came")?,
                late_days: narrow(number(row, "late_days")?)?,
            })
        };
        self.list(select, vec![deal.into(), after(page)?, limit(page.limit)], read).await
    }

    /// The bank statements of a deal.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn statements(&self, deal: &str, page: &Page<u64>) -> Told<Vec<StatementView>> {
        let select = "SELECT * FROM statements WHERE deal = $1 AND place > $2 ORDER BY place LIMIT $3";
        self.require_deal(deal).await?;
        self.list(select, vec![deal.into(), after(page)?, limit(page.limit)], statement).await
    }

    /// The lines of a statement.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn statement(&self, row: u64) -> Told<(StatementView, Vec<StatementLine>)> {
        let place: Value = stored(row)?.into();
        let select = "SELECT * FROM statements WHERE place = $1";
        let found = self.list(select, vec![place.clone()], statement).await?.into_iter().next();
        let found = found.ok_or_else(|| ServicerError::NotFound(format!("statement {row}")))?;
        let lines = "SELECT * FROM statement_lines WHERE statement = $1 ORDER BY position";
        Ok((found, self.list(lines, vec![place], line).await?))
    }

    /// Lines of a deal's statements that nobody expected, after a [`StatementLine::cursor`].
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn unmatched(&self, deal: &str, page: &Page<u64>) -> Told<Vec<StatementLine>> {
        let select = "SELECT * FROM statement_lines WHERE deal = $1 AND status = 'unmatched' \
                      AND statement * 1048576 + position > $2 ORDER BY statement, position LIMIT $3";
        self.require_deal(deal).await?;
        self.list(select, vec![deal.into(), after(page)?, limit(page.limit)], line).await
    }

    /// What parties have stated of a deal, in order; only what waits for another party, or everything.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn attestations(
        &self,
        (deal, pending_only): (&str, bool),
        page: &Page<u64>,
    ) -> Told<Vec<AttestationView>> {
        let select = "SELECT * FROM attestations WHERE deal = $1 AND place > $2 AND ($3 = 0 OR status = 'pending') \
                      ORDER BY place LIMIT $4";
        self.require_deal(deal).await?;
        let values = vec![deal.into(), after(page)?, i64::from(pending_only).into(), limit(page.limit)];
        self.list(select, values, attestation).await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn attestation(&self, id: &str) -> Told<AttestationView> {
        let found =
            self.list("SELECT * FROM attestations WHERE id = $1", vec![id.into()], attestation).await?;
        found.into_iter().next().ok_or_else(|| ServicerError::NotFound(format!("attestation {id}")))
    }

    /// Events of the log after a position, of one deal or of all, at most 500 looked at: also the position to go on from.
    ///
    /// # Errors
    /// [`ServicerError::Node`].
    pub async fn events(&self, deal: Option<&str>, after: u64) -> Told<(Vec<LogEvent>, u64)> {
        let events = self.store().after(after).await?;
        let last = events.last().map_or(after, |event| event.sequence);
        let wanted = |event: &node::store::Event| deal.is_none() || deal_of(&event.stream) == deal;
        let told = events.iter().filter(|event| wanted(event)).map(log_event).collect::<Told<Vec<_>>>()?;
        Ok((told, last))
    }

    /// Waits until the log has an event after this one that came through this handle or a copy of it; for whoever follows
    /// the log. Returns at once if it has.
    ///
    /// # Errors
    /// [`node::NodeError::Stopping`] when the node ends.
    pub async fn wait_for_event(&self, after: u64) -> Told<()> {
        let mut news = self.inner.news.subscribe();
        let waited = news.wait_for(|last| *last > after).await;
        waited.map(drop).map_err(|_| NodeError::Stopping.into())
    }

    /// Fails unless the deal was opened.
    pub(crate) async fn require_deal(&self, deal: &str) -> Told<()> {
        let found = self.list("SELECT id FROM deals WHERE id = $1", vec![deal.into()], |_| Ok(())).await?;
        if found.is_empty() { Err(ServicerError::NotFound(format!("deal {deal}"))) } else { Ok(()) }
    }

    /// The rows of a statement.
    pub(crate) async fn list<T>(
        &self,
        select: &'static str,
        values: Vec<Value>,
        read: impl Fn(&AnyRow) -> Told<T>,
    ) -> Told<Vec<T>> {
        let query = values.into_iter().fold(sqlx::query(select), |query, value| value.bind(query));
        let rows = query.fetch_all(self.database().pool()).await.map_err(NodeError::from)?;
        rows.iter().map(read).collect()
    }
}

fn log_event(event: &node::store::Event) -> Told<LogEvent> {
    Ok(LogEvent {
        sequence: event.sequence,
        stream: event.stream.clone(),
        kind: event.kind.clone(),
        version: event.version,
        at: event.at,
        body: event.json()?,
        hash: hex::encode(&event.hash),
    })
}

fn summary(row: &AnyRow) -> Told<DealSummary> {
    let next = integer(row, "next_number")?;
    let next = u16::try_from(next).ok().map(|next| Ok::<_, ServicerError>((next, day(row, "next_date")?)));
    Ok(DealSummary {
        id: text(row, "id")?,
        title: text(row, "title")?,
        state: text(row, "state")?,
        over: integer(row, "is_over")? != 0,
        currency: text(row, "currency")?,
        decimals: u8::try_from(integer(row, "decimals")?).map_err(|_| broken("a deal"))?,
        plan_hash: text(row, "plan_hash")?,
        closing: day(row, "closing")?,
        next_payment: next.transpose()?,
        events: narrow(number(row, "events")?)?,
        cleared: narrow(number(row, "cleared")?)?,
        opened_at: number(row, "opened_at")?,
    })
}

fn note(row: &AnyRow) -> Told<NoteView> {
    Ok(NoteView {
        name: text(row, "name")?,
        original: integer(row, "original")?,
        balance: integer(row, "balance")?,
        coupon_ppb: integer(row, "coupon_ppb")?,
        interest_late: integer(row, "interest_late")?,
        interest_paid: integer(row, "interest_paid")?,
        principal_paid: integer(row, "principal_paid")?,
        written_off: integer(row, "written_off")?,
    })
}

fn payment(row: &AnyRow) -> Told<PaymentView> {
    let event = narrow(number(row, "event")?)?;
    Ok(PaymentView {
        number: u16::try_from(integer(row, "number")?).map_err(|_| broken("a payment"))?,
        date: day(row, "day")?,
        at: number(row, "at")?,
        event,
        paid: integer(row, "paid")?,
        short: integer(row, "short")?,
        state: text(row, "state")?,
        cleared: narrow(number(row, "cleared")?)? >= event,
    })
}

fn posting(row: &AnyRow) -> Told<PostingView> {
    Ok(PostingView {
        row: number(row, "place")?,
        event: narrow(number(row, "event")?)?,
        payment: u16::try_from(integer(row, "payment")?).map_err(|_| broken("a posting"))?,
        at: number(row, "at")?,
        kind: text(row, "kind")?,
        step: text(row, "step")?,
        from: text(row, "payer")?,
        to: text(row, "payee")?,
        amount: integer(row, "amount")?,
        short: integer(row, "short")?,
    })
}

fn statement(row: &AnyRow) -> Told<StatementView> {
    Ok(StatementView {
        row: number(row, "place")?,
        deal: text(row, "deal")?,
        id: text(row, "id")?,
        account: text(row, "account")?,
        opening: integer(row, "opening")?,
        closing: integer(row, "closing")?,
        matched: narrow(number(row, "matched")?)?,
        unmatched: narrow(number(row, "unmatched")?)?,
        by: actor(row, ("sender", "sender_role"))?,
        at: number(row, "at")?,
    })
}

fn line(row: &AnyRow) -> Told<StatementLine> {
    Ok(StatementLine {
        statement: number(row, "statement")?,
        position: narrow(number(row, "position")?)?,
        amount: integer(row, "amount")?,
        booked: day(row, "booked")?,
        name: text(row, "name")?,
        account: text(row, "account")?,
        words: text(row, "words")?,
        status: text(row, "status")?,
        rent: text(row, "rent")?,
    })
}

fn attestation(row: &AnyRow) -> Told<AttestationView> {
    let is_decided = !text(row, "decider")?.is_empty();
    Ok(AttestationView {
        row: number(row, "place")?,
        id: text(row, "id")?,
        deal: text(row, "deal")?,
        what: serde_json::from_str(&text(row, "what")?).map_err(|_| broken("an attestation"))?,
        as_of: day(row, "as_of")?,
        evidence: text(row, "evidence")?,
        proposed_by: actor(row, ("proposer", "proposer_role"))?,
        proposed_at: number(row, "proposed_at")?,
        status: text(row, "status")?,
        decided_by: is_decided.then(|| actor(row, ("decider", "decider_role"))).transpose()?,
    })
}

fn actor(row: &AnyRow, (name, role): (&str, &str)) -> Told<Actor> {
    let word = text(row, role)?;
    let role = Role::ALL.into_iter().find(|role| role.name() == word).ok_or_else(|| broken("a role"))?;
    Ok(Actor { name: text(row, name)?, role })
}

pub(crate) fn text(row: &AnyRow, column: &str) -> Told<String> {
    Ok(row.try_get(column).map_err(NodeError::from)?)
}

pub(crate) fn integer(row: &AnyRow, column: &str) -> Told<i64> {
    Ok(row.try_get(column).map_err(NodeError::from)?)
}

pub(crate) fn day(row: &AnyRow, column: &str) -> Told<Date> {
    let day = i32::try_from(integer(row, column)?).map_err(|_| broken("a day"))?;
    Ok(Date::from_days(day))
}

pub(crate) fn known_day(row: &AnyRow, column: &str) -> Told<Option<Date>> {
    if integer(row, column)? == NO_DAY { Ok(None) } else { day(row, column).map(Some) }
}

pub(crate) fn narrow(number: u64) -> Told<u32> {
    u32::try_from(number).map_err(|_| broken("a number"))
}

pub(crate) fn broken(what: &str) -> ServicerError {
    NodeError::Broken { what: what.to_owned() }.into()
}

pub(crate) fn limit(limit: u32) -> Value {
    i64::from(limit.clamp(1, PAGE_MAX)).into()
}

/// A number as the database has it; one that it cannot have is after all.
pub(crate) fn stored(number: u64) -> Told<i64> {
    Ok(i64::try_from(number).unwrap_or(i64::MAX))
}

pub(crate) fn after(page: &Page<u64>) -> Told<Value> {
    page.after.map_or(Ok(0), stored).map(Value::from)
}
