//! What somebody has to look at. A warning is raised when its reason is there and ends when it is not: the set of reasons
//! is worked out anew at each turn, and the difference to what is open goes into the log.

use crate::AGES;
use crate::happened::{AGED, Aged, ENDED, Ended, WARNED, Warned};
use crate::queries::{day, integer, narrow, text};
use crate::servicer::{DAY, Servicer, Told, number};
use node::store::NewEvent;
use std::collections::BTreeMap;
use units::Date;
use waterfall::WaterfallError;

/// Warnings and rents that one turn writes at most for a deal.
const WRITTEN_MAX: usize = 500;

/// Failures after which somebody is told.
const TRIES_MAX: u64 = 3;

/// Kind and subject.
type Reason = (String, String);

/// What a deal's warnings follow from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The last day of insurances, and how many receipts each is of.
    pub insured: Vec<(Date, u64)>,
    /// The last day of attestations, and how many receipts each is of.
    pub attested: Vec<(Date, u64)>,
    /// The day from which devices are not heard, and how many.
    pub devices: Vec<(Date, u64)>,
    /// Rents that are late: reference, days.
    pub late: Vec<(String, u32)>,
    /// Lines of statements that nobody expected.
    pub unmatched: u64,
    /// The payment date that waits, and for what.
    pub blocked: Option<(u16, WaterfallError)>,
    /// Work that keeps failing: what, tries, why.
    pub failing: Vec<(String, u64, String)>,
}

/// The reasons on a day, each with what to do.
pub fn reasons(facts: &Facts, (today, days): (Date, u32)) -> BTreeMap<Reason, String> {
    let mut found = BTreeMap::new();
    let horizon = today.add_days(i32::try_from(days).unwrap_or(i32::MAX));
    let mut ends = |kind: &str, what: &str, known: &[(Date, u64)]| {
        for (end, count) in known.iter().filter(|(end, _)| *end <= horizon) {
            let text = format!("the {what} of {count} ends on {end}; renew it and note the new day");
            found.insert((kind.to_owned(), end.to_string()), text);
        }
    };
    ends("insurance", "insurance (receipts)", &facts.insured);
    ends("attestation", "bailee's attestation (receipts)", &facts.attested);
    ends("device", "registration (devices)", &facts.devices);
    let mut add = |kind: &str, subject: String, text: String| found.insert((kind.to_owned(), subject), text);
    for (reference, late) in &facts.late {
        add("rent", reference.clone(), format!("late by {late} days or more; ask the payer"));
    }
    if facts.unmatched > 0 {
        let text =
            "lines of statements belong to no rent that was expected; note the rents, or ask the payers";
        add("statement", "unmatched".to_owned(), text.to_owned());
    }
    if let Some((payment, error)) = &facts.blocked {
        add("observation", format!("payment {payment}"), format!("its day has come and it waits: {error}"));
    }
    for (work, _, message) in facts.failing.iter().filter(|(_, tries, _)| *tries >= TRIES_MAX) {
        add("ledger", work.clone(), format!("it failed again and will be tried again: {message}"));
    }
    found
}

/// The step of ages that so many days late have reached.
pub fn age(days: i32) -> u32 {
    let days = u32::try_from(days).unwrap_or(0);
    AGES.into_iter().rev().find(|age| *age <= days).unwrap_or(0)
}

impl Servicer {
    /// The events by which a deal's warnings and the ages of its rents become what they should be.
    pub(crate) async fn attention(
        &self,
        deal: &str,
        (now, blocked): (u64, Option<(u16, WaterfallError)>),
    ) -> Told<Vec<NewEvent>> {
        let today = crate::servicer::day_of(now);
        let (mut events, late) = self.aged(deal, today).await?;
        let facts = Facts { late, blocked, ..self.facts(deal, now).await? };
        let mut wanted = reasons(&facts, (today, self.inner.options.warning_days));
        for (kind, subject) in self.open_warnings(deal).await? {
            if wanted.remove(&(kind.clone(), subject.clone())).is_none() {
                events.push(NewEvent::json(ENDED, 1, &Ended { kind, subject })?);
            }
        }
        for ((kind, subject), text) in wanted {
            events.push(NewEvent::json(WARNED, 1, &Warned { kind, subject, text })?);
        }
        events.truncate(WRITTEN_MAX);
        Ok(events)
    }

    async fn open_warnings(&self, deal: &str) -> Told<Vec<Reason>> {
        let select = "SELECT kind, subject FROM warnings WHERE deal = $1 AND ended = 0";
        self.list(select, vec![deal.into()], |row| Ok((text(row, "kind")?, text(row, "subject")?))).await
    }

    /// Rents whose age has changed, and all that are late.
    async fn aged(&self, deal: &str, today: Date) -> Told<(Vec<NewEvent>, Vec<(String, u32)>)> {
        let select = "SELECT reference, due, late_days FROM rents WHERE deal = $1 AND due < $2 AND came < amount \
                      ORDER BY place";
        let values = vec![deal.into(), i64::from(today.days()).into()];
        let read =
            |row: &_| Ok((text(row, "reference")?, day(row, "due")?, narrow(number(row, "late_days")?)?));
        let (mut events, mut late) = (Vec::new(), Vec::new());
        for (reference, due, known) in self.list(select, values, read).await? {
            let late_days = age(due.days_until(today));
            if late_days != known && events.len() < WRITTEN_MAX {
                let aged = Aged { reference: reference.clone(), late_days };
                events.push(NewEvent::json(AGED, 1, &aged)?);
            }
            late.push((reference, late_days));
        }
        Ok((events, late))
    }

    async fn facts(&self, deal: &str, now: u64) -> Told<Facts> {
        let seconds = u64::from(self.inner.options.warning_days).saturating_mul(DAY).saturating_add(now);
        let horizon = i64::try_from(seconds / DAY).unwrap_or(i64::MAX);
        let ends = |row: &_| Ok((day(row, "ends")?, number(row, "many")?));
        let insured = "SELECT insured_until AS ends, COUNT(*) AS many FROM receipts \
                       WHERE deal = $1 AND insured_until <= $2 GROUP BY insured_until";
        let attested = "SELECT attested_until AS ends, COUNT(*) AS many FROM receipts \
                        WHERE deal = $1 AND attested_until <= $2 GROUP BY attested_until";
        // A device whose time ended long ago was retired, and is no news.
        let devices = "SELECT devices.valid_until / 86400 AS ends, COUNT(*) AS many FROM devices \
                       JOIN machines ON machines.machine = devices.machine WHERE machines.deal = $1 \
                       AND devices.valid_until >= $2 AND devices.valid_until <= $3 GROUP BY devices.valid_until / 86400";
        let unmatched =
            "SELECT COUNT(*) AS many FROM statement_lines WHERE deal = $1 AND status = 'unmatched'";
        let failing = "SELECT work, tries, message FROM attempts WHERE work IN ($1, $2) ORDER BY work";
        let days = || vec![deal.into(), horizon.into()];
        let seconds = |second: u64| i64::try_from(second).unwrap_or(i64::MAX);
        let until = horizon.saturating_mul(86_400);
        let window = vec![deal.into(), seconds(now).into(), until.into()];
        let counted = self.list(unmatched, vec![deal.into()], |row| number(row, "many")).await?;
        let work = ["clear", "take over"].map(|work| node::store::Value::Text(format!("{work} {deal}")));
        let failed = |row: &_| Ok((text(row, "work")?, number(row, "tries")?, text(row, "message")?));
        Ok(Facts {
            insured: self.list(insured, days(), ends).await?,
            attested: self.list(attested, days(), ends).await?,
            devices: self.list(devices, window, ends).await?,
            unmatched: counted.into_iter().next().unwrap_or_default(),
            failing: self.list(failing, work.into(), failed).await?,
            ..Facts::default()
        })
    }

    /// When work that failed may be tried again, and how often it was; nothing if it did not fail.
    pub(crate) async fn attempt(&self, work: &str) -> Told<Option<(u32, u64)>> {
        let select = "SELECT tries, next_at FROM attempts WHERE work = $1";
        let read = |row: &_| Ok((narrow(number(row, "tries")?)?, integer(row, "next_at")?));
        let found = self.list(select, vec![work.into()], read).await?.into_iter().next();
        Ok(found.map(|(tries, next)| (tries, u64::try_from(next).unwrap_or_default())))
    }
}
