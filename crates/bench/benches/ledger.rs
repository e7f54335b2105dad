//! The flagship on a ledger: what is applied is the same on two ledgers first, then it is timed.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use assets::{Case, Files};
use chain::value::{Invocation, address, amount, amount_of};
use chain::xdr::TransactionEnvelope;
use chain::{Embedded, Genesis, Ledger, Signing};
use clearing::{Deployment, Installing, Story, clear, verify};
use life::{Life, Limits, Setup, play};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use units::Date;
use waterfall::Event;

const DEAL: &str = "sierra-h100";
const CURRENCY: &str = "USDC";
const SECONDS_A_DAY: u64 = 86_400;

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

    fn story(&self) -> Story<'_> {
        let plan = &self.setup.compiled.plan;
        Story { name: DEAL, currency: CURRENCY, plan, events: &self.life.events }
    }

    fn installing(&self) -> Installing<'_> {
        Installing { plan: &self.setup.compiled.plan, currency: CURRENCY }
    }

    /// A ledger in memory with the deal on it, before its closing.
    fn installed(&self) -> (Embedded, Deployment) {
        let closing = self.setup.compiled.plan.periods.first().unwrap().payment;
        let genesis = Genesis { passphrase: "forebay bench".to_owned(), time: seconds(closing) };
        let mut ledger = Embedded::in_memory(&genesis).unwrap();
        let deployment = Deployment::complete(&mut ledger, self.installing()).unwrap();
        (ledger, deployment)
    }
}

fn seconds(day: Date) -> u64 {
    u64::try_from(day.days()).unwrap() * SECONDS_A_DAY
}

/// The first second of the day that an event says, if it says one.
fn second_of(event: &Event<1>) -> Option<u64> {
    match event {
        Event::PayDate { today, .. } => Some(seconds(*today)),
        Event::Draw { on, .. } | Event::Proceeds { on, .. } | Event::Transition { on, .. } => {
            Some(seconds(*on))
        }
        _ => None,
    }
}

/// One ledger that simulates and signs, and another that is given what was signed.
struct Pair {
    signing: Embedded,
    enforcing: Embedded,
    deployment: Deployment,
}

impl Pair {
    fn of(flagship: &Flagship) -> Self {
        let ((signing, deployment), (enforcing, _)) = (flagship.installed(), flagship.installed());
        Self { signing, enforcing, deployment }
    }

    fn close(&mut self, second: Option<u64>) {
        let now = self.signing.head().unwrap().time;
        if let Some(second) = second.filter(|second| *second > now) {
            self.signing.close(second).unwrap();
            self.enforcing.close(second).unwrap();
        }
    }

    fn signed(&mut self, event: &Event<1>) -> TransactionEnvelope {
        let call = self.deployment.call(event).unwrap();
        let others: Vec<_> = call.others.iter().collect();
        let signing = Signing { source: &call.source, others: &others };
        let call = Invocation { contract: &self.deployment.deal, function: call.function, args: call.args };
        let envelope = self.signing.prepare_call(signing, call).unwrap();
        self.signing.send(&envelope).unwrap();
        envelope
    }

    /// Applies what was signed before in one commit, and says how long that took.
    fn enforce(&mut self, envelopes: &[TransactionEnvelope]) -> Duration {
        let begin = Instant::now();
        let applied = self.enforcing.send_all(envelopes).unwrap();
        let took = begin.elapsed();
        assert!(applied.iter().all(Result::is_ok));
        assert_eq!(self.enforcing.head().unwrap(), self.signing.head().unwrap(), "both ledgers are one");
        took
    }
}

/// Every event of the life, enforced; how long the payment dates took, and how long all did.
fn enforced(pair: &mut Pair, flagship: &Flagship) -> (Vec<Duration>, Duration) {
    let (mut dates, mut all) = (Vec::new(), Duration::ZERO);
    for event in &flagship.life.events {
        pair.close(second_of(event));
        let envelope = pair.signed(event);
        let took = pair.enforce(&[envelope]);
        all += took;
        if matches!(event, Event::PayDate { number: 1.., .. }) {
            dates.push(took);
        }
    }
    (dates, all)
}

/// A unit of the senior note from its first holder to another, who both sign: one sends, the other authorises.
fn transfer(ledger: &Embedded, deployment: &Deployment) -> TransactionEnvelope {
    let parties = &deployment.parties;
    let args = vec![address(parties.arranger.address()), address(parties.operator.address()), amount(1)];
    let call = Invocation { contract: deployment.notes.first().unwrap(), function: "transfer", args };
    ledger.prepare_call(Signing { source: &parties.operator, others: &[&parties.arranger] }, call).unwrap()
}

/// What the second holder has of the senior note.
fn received(ledger: &Embedded, deployment: &Deployment) -> i128 {
    let args = vec![address(deployment.parties.operator.address())];
    let call = Invocation { contract: deployment.notes.first().unwrap(), function: "balance", args };
    amount_of(&ledger.view(call).unwrap()).unwrap()
}

/// Turns of transfers that were signed before, one commit each; the quickest transfer.
fn transfers_enforced(pair: &mut Pair) -> Duration {
    let before = received(&pair.enforcing, &pair.deployment);
    let turns = (0..TURNS).map(|_| {
        let signed: Vec<_> = (0..TRANSFERS)
            .map(|_| {
                let envelope = transfer(&pair.signing, &pair.deployment);
                pair.signing.send(&envelope).unwrap();
                envelope
            })
            .collect();
        pair.enforce(&signed) / TRANSFERS
    });
    let quickest = turns.min().unwrap();
    let moved = received(&pair.enforcing, &pair.deployment) - before;
    assert_eq!(moved, i128::from(TURNS * TRANSFERS), "every transfer arrived");
    quickest
}

/// Turns of transfers on a file, each simulated, signed, enforced and durable before the next; the quickest transfer.
fn transfers_durable(ledger: &mut Embedded, deployment: &Deployment) -> Duration {
    let before = received(ledger, deployment);
    let turns = (0..TURNS).map(|_| {
        let begin = Instant::now();
        for _ in 0..TRANSFERS {
            let envelope = transfer(ledger, deployment);
            ledger.send(&envelope).unwrap();
        }
        begin.elapsed() / TRANSFERS
    });
    let quickest = turns.min().unwrap();
    assert_eq!(
        received(ledger, deployment) - before,
        i128::from(TURNS * TRANSFERS),
        "every transfer arrived"
    );
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
    println!("| {what:<62} | {wanted:>12} | {measured:>12} |");
}

fn a_second(one: Duration) -> String {
    format!("{:.0}/s", 1.0 / one.as_secs_f64())
}

fn main() {
    let flagship = Flagship::lived();
    let mut pair = Pair::of(&flagship);
    let (mut dates, all) = enforced(&mut pair, &flagship);
    dates.sort_unstable();
    let (count, events) =
        (u32::try_from(dates.len()).unwrap(), u32::try_from(flagship.life.events.len()).unwrap());
    row(&format!("{DEAL}, on one thread"), "wanted", "measured".to_owned());
    row("enforced: payment dates, the mean", "300/s", a_second(dates.iter().sum::<Duration>() / count));
    row("enforced: payment dates, the median", "", a_second(dates[dates.len() / 2]));
    row("enforced: all events, the mean", "", a_second(all / events));
    row("enforced: transfers of a note", "3000/s", a_second(transfers_enforced(&mut pair)));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.ledger");
    let begin = Instant::now();
    clear(&file, flagship.story(), &mut |_, _| true).unwrap();
    row("simulated, signed, durable: all events, the mean", "", a_second(begin.elapsed() / events));
    verify(&file).unwrap();
    row("opened again: the whole life", "100 ms", format!("{:.1} ms", opened(&file).as_secs_f64() * 1e3));
    let mut ledger = Embedded::open(&file).unwrap();
    let deployment = Deployment::of(ledger.network(), flagship.installing()).unwrap();
    let durable = transfers_durable(&mut ledger, &deployment);
    row("simulated, signed, durable: transfers of a note", "400/s", a_second(durable));
}
