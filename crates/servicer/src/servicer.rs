use crate::actor::Request;
use crate::command::{
    BankAccount, Done, Instructions, NewAttestation, NewDeal, NewReceipt, NewRent, RentReceived,
};
use crate::error::ServicerError;
use crate::view::{
    AttestationView, DealSummary, DealView, DeviceHistory, LogEvent, LookThrough, MachineView, Page,
    PaymentView, PositionView, PostingView, Question, ReceiptView, RentView, StatementLine, StatementView,
    WarningView,
};
use node::store::{Database, EventStore};
use node::telemetry::DeviceId;
use node::{Clock, ClockGuard};
use std::path::PathBuf;
use std::sync::Arc;

/// Where the ledgers of deals are, and who signs there.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A folder with a ledger file for each deal; none: what is decided stays in the log and no ledger executes it.
    pub ledgers: Option<PathBuf>,
}

/// Everything that a node knows and can be told of its deals. Cloning gives another handle on the same node.
#[derive(Clone)]
pub struct Servicer {
    store: EventStore,
    clock: Arc<ClockGuard>,
    options: Options,
}

type Told<T> = Result<T, ServicerError>;

fn soon<T>() -> Told<T> {
    Err(ServicerError::NotYet("this is being built".to_owned()))
}

impl Servicer {
    /// Opens the servicer on a node's database.
    ///
    /// # Errors
    /// [`ServicerError::Node`] if the database does not answer, or a deal of the log that cannot be lived again.
    pub async fn open(database: Database, clock: impl Clock + 'static, options: Options) -> Told<Self> {
        Ok(Self { store: EventStore::new(database), clock: Arc::new(ClockGuard::new(clock, 0)), options })
    }

    /// The log.
    pub const fn store(&self) -> &EventStore {
        &self.store
    }

    /// Seconds since 1970.
    ///
    /// # Errors
    /// [`node::NodeError::Clock`] while the clock cannot be believed.
    pub fn now(&self) -> Told<u64> {
        Ok(self.clock.now()?)
    }

    // ---- queries -------------------------------------------------------------------------------------------------

    /// The deals, by id.
    ///
    /// # Errors
    /// [`ServicerError::Node`].
    pub async fn deals(&self, _page: &Page<String>) -> Told<Vec<DealSummary>> {
        soon()
    }

    /// A deal.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn deal(&self, _deal: &str) -> Told<DealView> {
        soon()
    }

    /// The payment dates that were executed, in order.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn payments(&self, _deal: &str, _page: &Page<u64>) -> Told<Vec<PaymentView>> {
        soon()
    }

    /// Every movement of a deal, in order.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn postings(&self, _deal: &str, _page: &Page<u64>) -> Told<Vec<PostingView>> {
        soon()
    }

    /// The movements of one payment date, in order.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn payment(&self, _deal: &str, _number: u16) -> Told<(PaymentView, Vec<PostingView>)> {
        soon()
    }

    /// Why a payment date paid what it paid, in plain text.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`] if there is no such date or step, or a formula that does not compile.
    pub async fn explain(&self, _deal: &str, _question: &Question) -> Told<String> {
        soon()
    }

    /// Who holds what: of a deal, of a holder, of both, or all.
    ///
    /// # Errors
    /// [`ServicerError::Node`].
    pub async fn positions(
        &self,
        (_deal, _holder): (Option<&str>, Option<&str>),
        _page: &Page<u64>,
    ) -> Told<Vec<PositionView>> {
        soon()
    }

    /// The receipts that back a deal, by number.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn receipts(&self, _deal: &str, _page: &Page<u64>) -> Told<Vec<ReceiptView>> {
        soon()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn receipt(&self, _deal: &str, _number: u32) -> Told<ReceiptView> {
        soon()
    }

    /// The machines of a receipt, by identity.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn machines(
        &self,
        (_deal, _receipt): (&str, u32),
        _page: &Page<String>,
    ) -> Told<Vec<MachineView>> {
        soon()
    }

    /// A device, its last readings with their proofs, and what is kept against it.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn device(&self, _device: DeviceId, _readings: u32) -> Told<DeviceHistory> {
        soon()
    }

    /// From a holder's unit of a note down to what the machines of a receipt said last, with proofs of so many readings.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn look_through(
        &self,
        (_deal, _note, _receipt): (&str, &str, u32),
        _holder: Option<&str>,
        _readings: u32,
    ) -> Told<LookThrough> {
        soon()
    }

    /// What somebody has to look at: of a deal or of all, only what has not ended or everything.
    ///
    /// # Errors
    /// [`ServicerError::Node`].
    pub async fn warnings(
        &self,
        (_deal, _open_only): (Option<&str>, bool),
        _page: &Page<u64>,
    ) -> Told<Vec<WarningView>> {
        soon()
    }

    /// The rents of a deal that were expected, in the order in which they were.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn rents(&self, _deal: &str, _page: &Page<u64>) -> Told<Vec<RentView>> {
        soon()
    }

    /// The bank statements of a deal.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn statements(&self, _deal: &str, _page: &Page<u64>) -> Told<Vec<StatementView>> {
        soon()
    }

    /// The lines of a statement.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn statement(&self, _row: u64) -> Told<(StatementView, Vec<StatementLine>)> {
        soon()
    }

    /// Lines of a deal's statements that nobody expected.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn unmatched(&self, _deal: &str, _page: &Page<u64>) -> Told<Vec<StatementLine>> {
        soon()
    }

    /// What parties have stated of a deal, in order; only what waits for another party, or everything.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn attestations(
        &self,
        (_deal, _pending_only): (&str, bool),
        _page: &Page<u64>,
    ) -> Told<Vec<AttestationView>> {
        soon()
    }

    /// Events of the log after a position, of one deal or of all, at most 500 looked at: also the position to go on from.
    ///
    /// # Errors
    /// [`ServicerError::Node`].
    pub async fn events(&self, _deal: Option<&str>, _after: u64) -> Told<(Vec<LogEvent>, u64)> {
        soon()
    }

    /// Waits until the log has an event after this one; for whoever follows it. Returns at once if it has.
    ///
    /// # Errors
    /// [`node::NodeError::Stopping`] when the node ends.
    pub async fn wait_for_event(&self, _after: u64) -> Told<()> {
        soon()
    }

    /// A deal as it was opened, for whoever plays or stresses it.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn setup(&self, _deal: &str) -> Told<life::Setup> {
        soon()
    }

    // ---- commands ------------------------------------------------------------------------------------------------

    /// Opens a deal: operator, arranger or trustee. Its receipts are noted as the tape has them, 64 machines to each.
    ///
    /// # Errors
    /// [`ServicerError::Deal`], [`ServicerError::Taken`], [`ServicerError::TooLate`], [`ServicerError::Forbidden`].
    pub async fn open_deal(&self, _request: &Request, _deal: &NewDeal) -> Told<Done> {
        soon()
    }

    /// Notes receipts, at most 1,000 at once: operator or trustee.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Forbidden`].
    pub async fn note_receipts(
        &self,
        _request: &Request,
        (_deal, _receipts): (&str, &[NewReceipt]),
    ) -> Told<Done> {
        soon()
    }

    /// Notes rents that will fall due, at most 1,000 at once: operator or trustee.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Taken`], [`ServicerError::Forbidden`].
    pub async fn expect_rents(&self, _request: &Request, (_deal, _rents): (&str, &[NewRent])) -> Told<Done> {
        soon()
    }

    /// Takes cash that the operator brings: operator.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Forbidden`].
    pub async fn record_rent(&self, _request: &Request, (_deal, _rent): (&str, &RentReceived)) -> Told<Done> {
        soon()
    }

    /// States something that has to be confirmed: operator, arranger or trustee. `Done::id` is the attestation's.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Forbidden`].
    pub async fn propose(
        &self,
        _request: &Request,
        (_deal, _attestation): (&str, &NewAttestation),
    ) -> Told<Done> {
        soon()
    }

    /// Confirms (or, with `false`, rejects) what another party in another role stated: operator, arranger or trustee.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::FourEyes`], [`ServicerError::Decided`], [`ServicerError::Forbidden`].
    pub async fn decide(&self, _request: &Request, (_attestation, _approves): (&str, bool)) -> Told<Done> {
        soon()
    }

    /// Reads a camt.053 document of the deal's bank: its lines are matched to rents, and what is matched is received.
    /// Operator or trustee. `Done::id` is the `row` of the last statement in it.
    ///
    /// # Errors
    /// [`ServicerError::Bank`], [`ServicerError::NotFound`], [`ServicerError::Forbidden`].
    pub async fn submit_statement(&self, _request: &Request, (_deal, _document): (&str, &str)) -> Told<Done> {
        soon()
    }

    /// Names the bank account of a payee, or of the deal: trustee.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`], [`ServicerError::Invalid`], [`ServicerError::Forbidden`].
    pub async fn name_account(
        &self,
        _request: &Request,
        (_deal, _account): (&str, &BankAccount),
    ) -> Told<Done> {
        soon()
    }

    /// Writes the payment orders of a payment date that was executed: operator or trustee. The same date gives the same
    /// order, which a bank refuses twice.
    ///
    /// # Errors
    /// [`ServicerError::NotYet`], [`ServicerError::NoAccount`], [`ServicerError::Bank`], [`ServicerError::Forbidden`].
    pub async fn instructions(
        &self,
        _request: &Request,
        (_deal, _payment): (&str, u16),
    ) -> Told<Instructions> {
        soon()
    }
}
