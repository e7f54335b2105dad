//! Every call that has a name.

use futures_util::stream::BoxStream;
use reqwest::Method;

use crate::{
    Answer, Attestation, Audited, BankAccount, Client, ClientError, Deal, DealDetail, Decision,
    DeviceHistory, Done, Evidence, Explanation, Instructions, IssuedKey, Key, LogEvent, LookThrough, Machine,
    Me, NewAttestation, NewDeal, NewKey, NewReceipts, NewRents, Payment, PaymentDetail, Position, Posting,
    ReadingProof, Receipt, Registration, Rent, RentReceived, Statement, StatementDetail, StatementLine,
    StressQuestion, Taken, Warning,
};

type Told<T> = Result<T, ClientError>;
type List<'a, T> = BoxStream<'a, Told<T>>;

impl Client {
    /// Makes a key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issue_key(&self, new: &NewKey, idempotency_key: &str) -> Told<IssuedKey> {
        self.command((Method::POST, &["access", "keys"]), idempotency_key, Some(new)).await
    }

    /// Ends a key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_key(&self, id: &str, idempotency_key: &str) -> Told<Key> {
        self.command((Method::DELETE, &["access", "keys", id]), idempotency_key, None::<&()>).await
    }

    /// Every key that was ever made.
    pub fn keys(&self) -> List<'_, Key> {
        self.list(&["access", "keys"])
    }

    /// The audit log.
    pub fn audit(&self) -> List<'_, Audited> {
        self.list(&["audit"])
    }

    /// What happened, as the log has it.
    pub fn log(&self) -> List<'_, LogEvent> {
        self.list(&["log"])
    }

    /// Proves a reading that was taken, and says what the ledger has for its root. Check it: the node is not to be believed.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn reading_proof(&self, device: &str, sequence: u64) -> Told<ReadingProof> {
        let sequence = sequence.to_string();
        self.read(&["telemetry", "devices", device, "readings", &sequence, "proof"], &[]).await
    }

    /// What is kept against a device.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn evidence(&self, device: &str) -> Told<Vec<Evidence>> {
        self.read(&["telemetry", "devices", device, "evidence"], &[]).await
    }

    /// Whose key this is.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn me(&self) -> Told<Me> {
        self.read(&["me"], &[]).await
    }

    /// A device as it is registered, with its key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn registration(&self, device: &str) -> Told<Registration> {
        self.read(&["telemetry", "devices", device], &[]).await
    }

    /// Registers a device, or renews its registration.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn register_device(&self, body: &Registration, idempotency_key: &str) -> Told<Done> {
        self.command((Method::POST, &["telemetry", "devices"]), idempotency_key, Some(body)).await
    }

    /// A device, its last readings with proofs, and what is kept against it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn device(&self, device: &str, readings: u32) -> Told<DeviceHistory> {
        self.read(&["devices", device], &[("readings", readings.to_string())]).await
    }

    /// Sends signed readings of 176 bytes, one after another.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn send_readings(&self, readings: bytes::Bytes) -> Told<Taken> {
        self.send(&["telemetry", "readings"], None, ("application/octet-stream", readings)).await
    }

    /// The deals on the node.
    pub fn deals(&self) -> List<'_, Deal> {
        self.list(&["deals"])
    }

    /// Opens a deal, before its closing.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn open_deal(&self, body: &NewDeal, idempotency_key: &str) -> Told<Done> {
        self.command((Method::POST, &["deals"]), idempotency_key, Some(body)).await
    }

    /// A deal with its term sheet, notes and accounts.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn deal(&self, deal: &str) -> Told<DealDetail> {
        self.read(&["deals", deal], &[]).await
    }

    /// The payment dates that were executed.
    pub fn payments(&self, deal: &str) -> List<'_, Payment> {
        self.list(&["deals", deal, "payments"])
    }

    /// One of them, with every movement.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn payment(&self, deal: &str, number: u16) -> Told<PaymentDetail> {
        let number = number.to_string();
        self.read(&["deals", deal, "payments", &number], &[]).await
    }

    /// Every movement of a deal.
    pub fn postings(&self, deal: &str) -> List<'_, Posting> {
        self.list(&["deals", deal, "postings"])
    }

    /// Why a payment date paid what it paid: all of its steps or one, with a formula to work out at that date or without.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn explain(
        &self,
        deal: &str,
        (date, step, formula): (&str, Option<&str>, Option<&str>),
    ) -> Told<Explanation> {
        let asked = [("date", Some(date)), ("step", step), ("formula", formula)];
        let query = asked.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned())));
        self.read(&["deals", deal, "explanation"], &query.collect::<Vec<_>>()).await
    }

    /// Lives a deal in random futures.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn stress(&self, deal: &str, question: &StressQuestion) -> Told<Answer> {
        self.ask(&["deals", deal, "stress"], question).await
    }

    /// Who holds what; an investor sees its own.
    pub fn positions(&self) -> List<'_, Position> {
        self.list(&["positions"])
    }

    /// From a holder's unit of a note down to the last readings of a receipt's devices.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn look_through(
        &self,
        (deal, note, receipt): (&str, &str, u32),
        readings: u32,
    ) -> Told<LookThrough> {
        let receipt = receipt.to_string();
        self.read(
            &["deals", deal, "notes", note, "receipts", &receipt],
            &[("readings", readings.to_string())],
        )
        .await
    }

    /// The receipts that back a deal.
    pub fn receipts(&self, deal: &str) -> List<'_, Receipt> {
        self.list(&["deals", deal, "receipts"])
    }

    /// Notes receipts, at most 1,000 at once.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn note_receipts(&self, deal: &str, body: &NewReceipts, idempotency_key: &str) -> Told<Done> {
        self.command((Method::POST, &["deals", deal, "receipts"]), idempotency_key, Some(body)).await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn receipt(&self, deal: &str, receipt: u32) -> Told<Receipt> {
        let receipt = receipt.to_string();
        self.read(&["deals", deal, "receipts", &receipt], &[]).await
    }

    /// Its machines.
    pub fn machines(&self, deal: &str, receipt: u32) -> List<'_, Machine> {
        self.list(&["deals", deal, "receipts", &receipt.to_string(), "machines"])
    }

    /// What somebody has to look at.
    pub fn warnings(&self) -> List<'_, Warning> {
        self.list(&["warnings"])
    }

    /// What parties have stated and waits for another party.
    pub fn attestations(&self, deal: &str) -> List<'_, Attestation> {
        self.list(&["deals", deal, "attestations"])
    }

    /// States something that another party, in another role, has to confirm.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn propose(&self, deal: &str, body: &NewAttestation, idempotency_key: &str) -> Told<Done> {
        self.command((Method::POST, &["deals", deal, "attestations"]), idempotency_key, Some(body)).await
    }

    /// Confirms or rejects what another party stated.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn decide(&self, attestation: &str, body: Decision, idempotency_key: &str) -> Told<Done> {
        self.command((Method::POST, &["attestations", attestation, "decision"]), idempotency_key, Some(&body))
            .await
    }

    /// The rents that were expected.
    pub fn rents(&self, deal: &str) -> List<'_, Rent> {
        self.list(&["deals", deal, "rents"])
    }

    /// Notes rents that will fall due.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn expect_rents(&self, deal: &str, body: &NewRents, idempotency_key: &str) -> Told<Done> {
        self.command((Method::POST, &["deals", deal, "rents"]), idempotency_key, Some(body)).await
    }

    /// Takes cash that the operator brings.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn record_rent(&self, deal: &str, body: &RentReceived, idempotency_key: &str) -> Told<Done> {
        self.command((Method::POST, &["deals", deal, "rents", "received"]), idempotency_key, Some(body)).await
    }

    /// The bank statements of a deal.
    pub fn statements(&self, deal: &str) -> List<'_, Statement> {
        self.list(&["deals", deal, "statements"])
    }

    /// Sends in a bank's statement (camt.053).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn submit_statement(&self, deal: &str, document: String, idempotency_key: &str) -> Told<Done> {
        let body = ("application/xml", document.into());
        self.send(&["deals", deal, "statements"], Some(idempotency_key), body).await
    }

    /// A statement with its lines.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn statement(&self, row: u64) -> Told<StatementDetail> {
        let row = row.to_string();
        self.read(&["statements", &row], &[]).await
    }

    /// Lines of statements that nobody expected.
    pub fn unmatched(&self, deal: &str) -> List<'_, StatementLine> {
        self.list(&["deals", deal, "unmatched"])
    }

    /// Names the bank account of a payee, or of the deal.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn name_account(&self, deal: &str, body: &BankAccount, idempotency_key: &str) -> Told<Done> {
        self.command((Method::POST, &["deals", deal, "accounts"]), idempotency_key, Some(body)).await
    }

    /// Writes the payment orders of a payment date.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn instructions(
        &self,
        (deal, payment): (&str, u16),
        idempotency_key: &str,
    ) -> Told<Instructions> {
        let payment = payment.to_string();
        self.command(
            (Method::POST, &["deals", deal, "payments", &payment, "instructions"]),
            idempotency_key,
            None::<&()>,
        )
        .await
    }
}
