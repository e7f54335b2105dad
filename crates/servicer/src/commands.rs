//! What parties can ask for: checked, and written into the log.

use crate::actor::{Request, Role};
use crate::book::NO_DAY;
use crate::command::{
    Act as Stated, BankAccount, Done, NewAttestation, NewDeal, NewReceipt, NewRent, RentReceived,
};
use crate::desk::Desk;
use crate::error::ServicerError;
use crate::happened::{
    ACCOUNT, AccountNamed, DECIDED, Decided, FOUND, Found, Heard, OBSERVED, OPENED, Observed, PROPOSED,
    Proposed, RECEIPTS, RENTS, Receipt, Receipts, Rents, stream_of,
};
use crate::keeper::full_name;
use crate::servicer::{Act, Begun, Servicer, Told, blocking, day_of, done, id_of};
use crate::takeover::look;
use node::store::NewEvent;
use node::telemetry::{DeviceId, Registration, register, retire};
use node::{NodeError, hex};
use sqlx::Row;
use std::collections::BTreeSet;
use units::{Date, Id};
use waterfall::Plan;

/// Machines under one receipt: as many as the registry on the ledger lists at once.
const BUNDLE: usize = 64;

/// Most rows of one command.
const ROWS_MAX: usize = 1000;

/// Most bytes of a deal's files together.
const FILES_MAX: usize = 32 << 20;

/// Receipts of one event.
const RECEIPTS_OF_AN_EVENT: usize = 500;

const PARTIES: &[Role] = &[Role::Operator, Role::Arranger, Role::Trustee];
const KEEPERS_OF_BOOKS: &[Role] = &[Role::Operator, Role::Trustee];

/// Fails unless the role may do it.
pub(crate) fn require_role(request: &Request, roles: &[Role], act: &'static str) -> Told<()> {
    if roles.contains(&request.by.role) {
        return Ok(());
    }
    let who = match roles {
        [Role::Trustee] => "the trustee",
        [Role::Operator] => "the operator",
        KEEPERS_OF_BOOKS => "the operator or the trustee",
        _ => "the operator, the arranger or the trustee",
    };
    Err(ServicerError::Forbidden { role: request.by.role.name(), act, who })
}

impl Servicer {
    /// Opens a deal: operator, arranger or trustee. Its receipts are noted as the tape has them, 64 machines to each. A deal that
    /// lives on its ledger already is taken over at the keeper's next turn.
    ///
    /// # Errors
    /// [`ServicerError::Deal`], [`ServicerError::Taken`], [`ServicerError::TooLate`], [`ServicerError::Forbidden`],
    /// [`ServicerError::Clearing`] if the ledger has to be asked and does not answer, or has another plan.
    pub async fn open_deal(&self, request: &Request, deal: &NewDeal) -> Told<Done> {
        require_role(request, PARTIES, "open a deal")?;
        require_deal(deal)?;
        let (new, by) = (deal.clone(), request.by.clone());
        let (ledgers, today) = (self.inner.options.ledgers.clone(), self.today()?);
        let opened = blocking(move || {
            let desk = Desk::open(&new)?;
            Ok::<_, ServicerError>((desk.opened(&new, &by), look(&desk, ledgers.as_ref(), today)))
        });
        let (opened, found) = opened.await??;
        let mut act = match self.begin(request, &("open_deal", deal)).await? {
            Begun::Before(before) => return Ok(done(deal.id.clone(), before)),
            Begun::New(act) => act,
        };
        if act.has("SELECT id FROM deals WHERE id = $1", &[&deal.id]).await? {
            return Err(ServicerError::Taken(format!("deal {}", deal.id)));
        }
        let found = Some(found?).filter(|events| *events > 0);
        let found = found.map(|events| NewEvent::json(FOUND, 1, &Found { events })).transpose()?;
        let mut events = vec![NewEvent::json(OPENED, 1, &opened)?];
        events.extend(found);
        let receipts = (1_u32..).zip(opened.machines.chunks(BUNDLE)).map(receipt).collect::<Vec<_>>();
        for some in receipts.chunks(RECEIPTS_OF_AN_EVENT) {
            let receipts = Receipts { receipts: some.to_vec(), by: request.by.clone() };
            events.push(NewEvent::json(RECEIPTS, 1, &receipts)?);
        }
        let appended = self.finish(act, (stream_of(&deal.id), events)).await?;
        Ok(done(deal.id.clone(), appended))
    }

    /// Notes receipts, at most 1,000 at once: operator or trustee.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Forbidden`].
    pub async fn note_receipts(
        &self,
        request: &Request,
        (deal, receipts): (&str, &[NewReceipt]),
    ) -> Told<Done> {
        require_role(request, KEEPERS_OF_BOOKS, "note receipts")?;
        require_rows(receipts.len())?;
        receipts.iter().try_for_each(require_receipt)?;
        let mut act = match self.begin(request, &("note_receipts", deal, receipts)).await? {
            Begun::Before(before) => return Ok(done(String::new(), before)),
            Begun::New(act) => act,
        };
        act.require_deal(deal).await?;
        let whole = |receipt: &NewReceipt| Receipt { receipt: receipt.clone(), names: Vec::new() };
        let receipts = Receipts { receipts: receipts.iter().map(whole).collect(), by: request.by.clone() };
        let events = vec![NewEvent::json(RECEIPTS, 1, &receipts)?];
        Ok(done(String::new(), self.finish(act, (stream_of(deal), events)).await?))
    }

    /// Notes rents that will fall due, at most 1,000 at once: operator or trustee.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Taken`], [`ServicerError::Forbidden`].
    pub async fn expect_rents(&self, request: &Request, (deal, rents): (&str, &[NewRent])) -> Told<Done> {
        require_role(request, KEEPERS_OF_BOOKS, "expect rents")?;
        require_rows(rents.len())?;
        rents.iter().try_for_each(require_rent)?;
        let plan = self.plan(deal).await?;
        rents.iter().try_for_each(|rent| require_receipt_name(&plan, &rent.name))?;
        let mut act = match self.begin(request, &("expect_rents", deal, rents)).await? {
            Begun::Before(before) => return Ok(done(String::new(), before)),
            Begun::New(act) => act,
        };
        let mut seen = BTreeSet::new();
        for rent in rents {
            let known = "SELECT deal FROM rents WHERE deal = $1 AND reference = $2";
            if !seen.insert(&rent.reference) || act.has(known, &[deal, &rent.reference]).await? {
                return Err(ServicerError::Taken(format!("rent {}", rent.reference)));
            }
        }
        let rents = Rents { rents: rents.to_vec(), by: request.by.clone() };
        let events = vec![NewEvent::json(RENTS, 1, &rents)?];
        Ok(done(String::new(), self.finish(act, (stream_of(deal), events)).await?))
    }

    /// Takes cash that the operator brings: operator.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Forbidden`].
    pub async fn record_rent(&self, request: &Request, (deal, rent): (&str, &RentReceived)) -> Told<Done> {
        require_role(request, &[Role::Operator], "record a rent")?;
        if rent.amount <= 0 {
            return Err(ServicerError::invalid("a rent", "its amount is above zero"));
        }
        require_words("the evidence", &rent.evidence)?;
        require_receipt_name(&self.plan(deal).await?, &rent.name)?;
        let mut act = match self.begin(request, &("record_rent", deal, rent)).await? {
            Begun::Before(before) => return Ok(done(String::new(), before)),
            Begun::New(act) => act,
        };
        require_past(rent.on, day_of(act.at))?;
        let known = "SELECT deal FROM rents WHERE deal = $1 AND reference = $2 AND name = $3";
        if !rent.reference.is_empty() && !act.has(known, &[deal, &rent.reference, &rent.name]).await? {
            return Err(ServicerError::NotFound(format!("rent {} of {}", rent.reference, rent.name)));
        }
        let heard =
            Heard::Cash { name: rent.name.clone(), rent: rent.reference.clone(), amount: rent.amount };
        let source = format!("{}: {}", request.by.name, rent.evidence);
        let events = vec![NewEvent::json(OBSERVED, 1, &Observed { on: rent.on, heard, source })?];
        Ok(done(String::new(), self.finish(act, (stream_of(deal), events)).await?))
    }

    /// States something that has to be confirmed: operator, arranger or trustee. `Done::id` is the attestation's.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Forbidden`].
    pub async fn propose(
        &self,
        request: &Request,
        (deal, attestation): (&str, &NewAttestation),
    ) -> Told<Done> {
        require_role(request, PARTIES, "state anything")?;
        require_words("the evidence", &attestation.evidence)?;
        require_known(&self.plan(deal).await?, &attestation.what)?;
        let id = id_of(&format!("{}/{}", request.by.name, request.key));
        let act = match self.begin(request, &("propose", deal, attestation)).await? {
            Begun::Before(before) => return Ok(done(id, before)),
            Begun::New(act) => act,
        };
        require_past(attestation.as_of, day_of(act.at))?;
        let proposed = Proposed {
            id: act.id(),
            what: attestation.what.clone(),
            as_of: attestation.as_of,
            evidence: attestation.evidence.clone(),
            by: request.by.clone(),
        };
        let events = vec![NewEvent::json(PROPOSED, 1, &proposed)?];
        Ok(done(id, self.finish(act, (stream_of(deal), events)).await?))
    }

    /// Confirms (or, with `false`, rejects) what another party in another role stated: operator, arranger or trustee. Whoever
    /// stated something can reject it alone.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::FourEyes`], [`ServicerError::Decided`], [`ServicerError::Forbidden`].
    pub async fn decide(&self, request: &Request, (attestation, approves): (&str, bool)) -> Told<Done> {
        require_role(request, PARTIES, "decide on what was stated")?;
        let mut act = match self.begin(request, &("decide", attestation, approves)).await? {
            Begun::Before(before) => return Ok(done(attestation.to_owned(), before)),
            Begun::New(act) => act,
        };
        let Pending { deal, observed, proposer } = pending(&mut act, attestation).await?;
        let (name, role) = &proposer;
        if approves && (*name == request.by.name || *role == request.by.role.name()) {
            return Err(ServicerError::FourEyes(format!("{name}, {role},")));
        }
        let decided = Decided { id: attestation.to_owned(), approves, by: request.by.clone() };
        let mut events = vec![NewEvent::json(DECIDED, 1, &decided)?];
        if approves {
            let source = format!("{name}, confirmed by {}: {}", request.by.name, observed.source);
            events.push(NewEvent::json(OBSERVED, 1, &Observed { source, ..observed })?);
        }
        Ok(done(attestation.to_owned(), self.finish(act, (stream_of(&deal), events)).await?))
    }

    /// Names the bank account of a payee, or of the deal (`deal`): trustee.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Forbidden`].
    pub async fn name_account(&self, request: &Request, (deal, account): (&str, &BankAccount)) -> Told<Done> {
        require_role(request, &[Role::Trustee], "name a bank account")?;
        let plan = self.plan(deal).await?;
        let is_known = account.payee == "deal" || plan.names.iter().any(|(_, name)| *name == account.payee);
        if !is_known {
            return Err(ServicerError::NotFound(format!("payee {}", account.payee)));
        }
        require_words("the account's name", &account.name)?;
        require_words("the account's number", &account.number)?;
        let act = match self.begin(request, &("name_account", deal, account)).await? {
            Begun::Before(before) => return Ok(done(String::new(), before)),
            Begun::New(act) => act,
        };
        let named = AccountNamed { account: account.clone(), by: request.by.clone() };
        let events = vec![NewEvent::json(ACCOUNT, 1, &named)?];
        Ok(done(String::new(), self.finish(act, (stream_of(deal), events)).await?))
    }

    /// Registers a device, or renews its registration: operator. `Done::id` is the device's.
    ///
    /// # Errors
    /// [`ServicerError::Node`] for a key that no honest signer has or a time that is empty, [`ServicerError::Forbidden`].
    pub async fn register_device(&self, request: &Request, registration: &Registration) -> Told<Done> {
        require_role(request, &[Role::Operator], "register a device")?;
        let key = self.key_of(request)?;
        let (id, appended) = register(self.store(), registration, (&key, self.now()?)).await?;
        self.tell(appended.last);
        Ok(done(id.to_string(), appended))
    }

    /// Ends a device's registration at a time, in seconds since 1970: operator.
    ///
    /// # Errors
    /// [`ServicerError::Node`], [`ServicerError::Forbidden`].
    pub async fn retire_device(&self, request: &Request, (device, until): (DeviceId, u64)) -> Told<Done> {
        require_role(request, &[Role::Operator], "retire a device")?;
        let key = self.key_of(request)?;
        let appended = retire(self.store(), (device, until), (&key, self.now()?)).await?;
        self.tell(appended.last);
        Ok(done(device.to_string(), appended))
    }

    /// The plan of a deal.
    pub(crate) async fn plan(&self, deal: &str) -> Told<Plan> {
        let desk = self.desk(deal).await?;
        let desk = desk.lock().await;
        Ok(desk.plan().clone())
    }
}

/// What waits for another party.
struct Pending {
    deal: String,
    observed: Observed,
    /// Name and role.
    proposer: (String, String),
}

async fn pending(act: &mut Act, attestation: &str) -> Told<Pending> {
    let select =
        "SELECT deal, what, as_of, evidence, proposer, proposer_role, status FROM attestations WHERE id = $1";
    let row = sqlx::query(select).bind(attestation.to_owned());
    let row = row.fetch_optional(&mut *act.transaction).await.map_err(NodeError::from)?;
    let row = row.ok_or_else(|| ServicerError::NotFound(format!("attestation {attestation}")))?;
    let text = |column: &str| -> Told<String> { Ok(row.try_get(column).map_err(NodeError::from)?) };
    if text("status")? != "pending" {
        return Err(ServicerError::Decided(format!("attestation {attestation}")));
    }
    let as_of: i64 = row.try_get("as_of").map_err(NodeError::from)?;
    let broken = |_| NodeError::Broken { what: format!("attestation {attestation}") };
    let what: Stated = serde_json::from_str(&text("what")?)
        .map_err(|_| NodeError::Broken { what: attestation.to_owned() })?;
    let on = Date::from_days(i32::try_from(as_of).map_err(broken)?);
    let observed = Observed { on, heard: Heard::Stated(what), source: text("evidence")? };
    Ok(Pending { deal: text("deal")?, observed, proposer: (text("proposer")?, text("proposer_role")?) })
}

fn receipt((number, machines): (u32, &[(String, String)])) -> Receipt {
    let (machines, names) = machines.iter().cloned().unzip();
    let (insured_until, attested_until) = (None, None);
    let bailee = String::new();
    Receipt { receipt: NewReceipt { number, machines, bailee, insured_until, attested_until }, names }
}

fn require_deal(deal: &NewDeal) -> Told<()> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if deal.id.is_empty() || deal.id.len() > 64 || !deal.id.chars().all(plain) {
        return Err(ServicerError::invalid(
            "the deal's id",
            "it has 1 to 64 lower-case letters, digits and `-`",
        ));
    }
    let bytes: usize = deal.files.iter().map(|(name, text)| name.len().saturating_add(text.len())).sum();
    if bytes > FILES_MAX {
        return Err(ServicerError::invalid(
            "the deal's files",
            format!("they have {bytes} bytes, and {FILES_MAX} is the most"),
        ));
    }
    Ok(())
}

fn require_rows(rows: usize) -> Told<()> {
    if (1..=ROWS_MAX).contains(&rows) {
        return Ok(());
    }
    Err(ServicerError::invalid("the list", format!("it has {rows} rows; send 1 to {ROWS_MAX} at once")))
}

fn require_receipt(receipt: &NewReceipt) -> Told<()> {
    let what = || format!("receipt {}", receipt.number);
    let is_identity = |machine: &String| hex::array::<32>(machine).is_some();
    if receipt.machines.len() > BUNDLE || !receipt.machines.iter().all(is_identity) {
        let problem = format!("it names at most {BUNDLE} machines, each by 64 lower-case hexadecimal digits");
        return Err(ServicerError::invalid(what(), problem));
    }
    let known = [receipt.insured_until, receipt.attested_until].into_iter().flatten();
    if receipt.bailee.len() > 200 || known.map(|day| i64::from(day.days())).any(|day| day == NO_DAY) {
        return Err(ServicerError::invalid(what(), "its bailee's name has at most 200 characters"));
    }
    Ok(())
}

fn require_rent(rent: &NewRent) -> Told<()> {
    let what = || format!("rent {}", rent.reference);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-/.".contains(c);
    let reference = &rent.reference;
    if reference.is_empty() || reference.len() > 35 || !reference.chars().all(plain) {
        return Err(ServicerError::invalid(what(), "its reference has 1 to 35 letters, digits and `-/.`"));
    }
    if rent.amount <= 0 || rent.account.len() > 34 {
        return Err(ServicerError::invalid(
            what(),
            "its amount is above zero, its account has at most 34 characters",
        ));
    }
    Ok(())
}

pub(crate) fn require_words(what: &str, words: &str) -> Told<()> {
    let is_plain = !words.chars().any(char::is_control);
    if (1..=500).contains(&words.len()) && is_plain {
        return Ok(());
    }
    Err(ServicerError::invalid(what, "it has 1 to 500 characters, without line breaks"))
}

fn require_past(day: Date, today: Date) -> Told<()> {
    if day <= today && day >= Date::from_days(0) {
        return Ok(());
    }
    Err(ServicerError::invalid("the day", format!("{day} has not come or is before 1970; today is {today}")))
}

fn require_receipt_name(plan: &Plan, name: &str) -> Told<()> {
    let id = Id::of("receipt", name);
    if plan.receipts.iter().any(|known| known.id == id) {
        return Ok(());
    }
    let known: Vec<&str> = plan.receipts.iter().map(|known| plan.name(known.id)).collect();
    Err(ServicerError::invalid(
        name,
        format!("the deal receives no such cash; it knows {}", known.join(", ")),
    ))
}

/// What is stated names elements that the plan has.
fn require_known(plan: &Plan, stated: &Stated) -> Told<()> {
    let has_input = |name: &str| plan.inputs.iter().any(|known| known.id == Id::of("input", name));
    let has_receipt = |name: &str| plan.receipts.iter().any(|known| known.id == Id::of("receipt", name));
    let (known, name) = match stated {
        Stated::Report { name, member, .. } => {
            let full = full_name(name, member);
            (has_input(&full), full)
        }
        Stated::Restate { name, .. } => (has_input(name) || has_receipt(name), name.clone()),
        Stated::Draw { note, amount } => {
            let id = Id::of("note", note);
            (
                *amount > 0 && plan.notes.iter().any(|known| known.id == id && known.draws.is_some()),
                note.clone(),
            )
        }
        Stated::Sale { account, amount, allocated, .. } => {
            let id = Id::of("account", account);
            let is_whole = *amount >= 0 && *allocated >= 0;
            (is_whole && plan.accounts.iter().any(|known| known.id == id), account.clone())
        }
        Stated::Waive { trigger, .. } => {
            let id = Id::of("trigger", trigger);
            (plan.triggers.iter().any(|known| known.id == id), trigger.clone())
        }
    };
    if known {
        return Ok(());
    }
    Err(ServicerError::invalid(
        name,
        "the deal has nothing of this name and kind, or the amount is below zero",
    ))
}
