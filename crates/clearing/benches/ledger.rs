//! The flagship on a ledger: what is timed comes out the same on two ledgers.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use assets::{Case, Files};
use chain::value::{Invocation, address, amount, amount_of};
use chain::xdr::{ContractEventBody, ScVal, TransactionEnvelope};
use chain::{Applied, CLOSE_SECONDS, Embedded, Genesis, Key, Ledger, Receipt, Signing};
use forebay_clearing::{Deployment, Installing, Place, Story, clear, verify};
use life::{Life, Limits, Setup, play};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use waterfall::Event;

const DEAL: &str = "sierra-h100";
const CURRENCY: &str = "USDC";

/// Transfers of a turn, and turns: the quickest is shown, because nothing ever makes a turn quicker than it is.
const TRANSFERS: u32 = 100;
const TURNS: u32 = 20;

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }
}

/// The flagship as the core lives it.
struct Flagship {
    setup: Setup,
    life: Life,
}

impl Flagship {
    fn lived() -> Self {
        let folder = Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deals").join(DEAL));
        let text = String::from_utf8(folder.read("case.toml").unwrap()).unwrap();
        let case = Case::parse("case.toml", &text, &[]).unwrap();
        let setup = Setup::open(DEAL, case, &folder, None).unwrap();
        let life = play(&setup, Limits::default(), &mut |_, _| {}).unwrap();
        Self { setup, life }
    }

    fn machines(&self) -> Vec<[u8; 32]> {
        self.setup.collateral.tape().identities()
    }
}

/// The flagship's whole life in a file, every transaction durable before the next; and how long that took.
fn cleared(flagship: &Flagship, file: &Path) -> (Embedded, Duration) {
    let (plan, machines, events) =
        (&flagship.setup.compiled.plan, flagship.machines(), &flagship.life.events);
    let place = Place::File(file.to_owned());
    let story = Story { name: DEAL, currency: CURRENCY, plan, machines: &machines, keys: None, events };
    let begin = Instant::now();
    clear(&place, story, &mut |_, _| true).unwrap();
    let took = begin.elapsed();
    verify(&place, None).unwrap();
    (Embedded::open(file).unwrap(), took)
}

/// A ledger, and another in memory that applies what was signed for it.
struct Pair {
    file: Embedded,
    memory: Embedded,
}

impl Pair {
    /// Applies the whole life again in memory; the time that each event took, and whether it was a payment date.
    fn of(file: Embedded) -> (Self, Vec<(bool, Duration)>) {
        let head = file.head().unwrap();
        let time = head.time - u64::from(head.sequence - 1) * CLOSE_SECONDS;
        let genesis = Genesis { passphrase: file.passphrase().to_owned(), time };
        let mut pair = Self { memory: Embedded::in_memory(&genesis).unwrap(), file };
        let mut events = Vec::new();
        for Applied { envelope, receipt, .. } in pair.file.transactions(0..=u32::MAX).unwrap() {
            let skipped = receipt.ledger - pair.memory.head().unwrap().sequence;
            if skipped > 0 {
                let now = pair.memory.head().unwrap().time;
                pair.memory.close(now + u64::from(skipped) * CLOSE_SECONDS).unwrap();
            }
            let took = pair.enforce(&[envelope]);
            events.extend(
                happened(&receipt).map(|event| (matches!(event, Event::PayDate { number: 1.., .. }), took)),
            );
        }
        assert_eq!(pair.memory.head().unwrap(), head, "both ledgers are one");
        (pair, events)
    }

    /// Applies what was signed before in one commit, and says how long that took.
    fn enforce(&mut self, envelopes: &[TransactionEnvelope]) -> Duration {
        let begin = Instant::now();
        let applied = self.memory.send_all(envelopes).unwrap();
        let took = begin.elapsed();
        assert!(applied.iter().all(Result::is_ok));
        took
    }
}

/// The event of the deal that a transaction applied, if it did.
fn happened(receipt: &Receipt) -> Option<Event<1>> {
    receipt.events.iter().find_map(|event| {
        let ContractEventBody::V0(body) = &event.body;
        match (body.topics.first(), &body.data) {
            (Some(ScVal::Symbol(name)), ScVal::Vec(Some(said))) if name.to_string() == "posted" => {
                let ScVal::Bytes(event) = said.first()? else { return None };
                Event::from_bytes(event.as_slice()).ok()
            }
            _ => None,
        }
    })
}

/// A unit of the senior note from its investor to the operator, who both sign: one authorises, the other sends.
fn transfer(ledger: &Embedded, deployment: &Deployment, investor: &Key) -> TransactionEnvelope {
    let operator = &deployment.parties.operator;
    let args = vec![address(investor.address()), address(operator.address()), amount(1)];
    let call = Invocation { contract: deployment.notes.first().unwrap(), function: "transfer", args };
    ledger.prepare_call(Signing { source: operator, others: &[investor] }, call).unwrap()
}

/// What the second holder has of the senior note.
fn received(ledger: &Embedded, deployment: &Deployment) -> i128 {
    let args = vec![address(deployment.parties.operator.address())];
    let call = Invocation { contract: deployment.notes.first().unwrap(), function: "balance", args };
    amount_of(&ledger.view(call).unwrap()).unwrap()
}

/// Turns of transfers: simulated, signed, enforced and durable one by one in the file, then all at once in memory. The quickest
/// transfer of each.
fn transfers(pair: &mut Pair, deployment: &Deployment, investor: &Key) -> [Duration; 2] {
    let before = received(&pair.file, deployment);
    let mut quickest = [Duration::MAX; 2];
    for _ in 0..TURNS {
        let (mut signed, begin) = (Vec::new(), Instant::now());
        for _ in 0..TRANSFERS {
            let envelope = transfer(&pair.file, deployment, investor);
            pair.file.send(&envelope).unwrap();
            signed.push(envelope);
        }
        let turn = [begin.elapsed() / TRANSFERS, pair.enforce(&signed) / TRANSFERS];
        quickest = std::array::from_fn(|at| quickest[at].min(turn[at]));
    }
    for ledger in [&pair.file, &pair.memory] {
        assert_eq!(
            received(ledger, deployment) - before,
            i128::from(TURNS * TRANSFERS),
            "every transfer arrived"
        );
    }
    assert_eq!(pair.memory.head().unwrap(), pair.file.head().unwrap(), "both ledgers are one");
    quickest
}

/// The quickest of some openings.
fn opened(file: &Path) -> Duration {
    let opening = |_| {
        let begin = Instant::now();
        drop(Embedded::open(file).unwrap());
        begin.elapsed()
    };
    (0..TURNS).map(opening).min().unwrap()
}

fn row(what: &str, wanted: &str, measured: String) {
    println!("| {what:<52} | {wanted:>8} | {measured:>8} |");
}

fn a_second(one: Duration) -> String {
    format!("{:.0}/s", 1.0 / one.as_secs_f64())
}

fn mean(times: &[Duration]) -> Duration {
    times.iter().sum::<Duration>() / u32::try_from(times.len()).unwrap()
}

fn main() {
    let (flagship, folder) = (Flagship::lived(), tempfile::tempdir().unwrap());
    let file = folder.path().join("bench.ledger");
    let (ledger, took) = cleared(&flagship, &file);
    drop(ledger);
    let reopening = opened(&file);
    let (mut pair, events) = Pair::of(Embedded::open(&file).unwrap());
    let all: Vec<_> = events.iter().map(|(_, took)| *took).collect();
    let mut dates: Vec<_> = events.iter().filter(|(is_date, _)| *is_date).map(|(_, took)| *took).collect();
    dates.sort_unstable();
    let machines = flagship.machines();
    let installing = Installing {
        plan: &flagship.setup.compiled.plan,
        currency: CURRENCY,
        machines: &machines,
        keys: None,
    };
    let deployment = Deployment::of(pair.file.network(), installing).unwrap();
    let investor = deployment.parties.investor(installing.plan.notes.first().unwrap().id.0);
    let [durable, enforced] = transfers(&mut pair, &deployment, &investor);
    row(DEAL, "wanted", "measured".to_owned());
    row("enforced: payment dates, the mean", "300/s", a_second(mean(&dates)));
    row("enforced: payment dates, the median", "", a_second(dates[dates.len() / 2]));
    row("enforced: all events, the mean", "", a_second(mean(&all)));
    row("enforced: transfers of a note", "3000/s", a_second(enforced));
    row("simulated, signed, durable: transfers of a note", "400/s", a_second(durable));
    row("simulated, signed, durable: the whole life", "", format!("{:.2} s", took.as_secs_f64()));
    row("opened again: the whole life", "100 ms", format!("{:.1} ms", reopening.as_secs_f64() * 1e3));
}
