//! How fast money moves on the embedded ledger, one thread.
//!
//! `cargo run --release -p forebay-chain --example transfers -- [how many] [where the file goes]`
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use forebay_chain::xdr::TransactionEnvelope;
use forebay_chain::{ChainError, Currency, Embedded, Genesis, Key, Ledger, Signing, Transfer};

/// The issuer, one who sends transactions, one who pays and one who receives.
struct Cast {
    issuer: Key,
    sender: Key,
    payer: Key,
    payee: Key,
}

impl Cast {
    fn new() -> Self {
        let [issuer, sender, payer, payee] = [1, 2, 3, 4].map(|number| Key::from_secret([number; 32]));
        Self { issuer, sender, payer, payee }
    }
}

fn setup(path: &Path, cast: &Cast) -> Result<(Embedded, Currency), ChainError> {
    let genesis = Genesis { passphrase: "forebay transfers".to_owned(), time: 1_767_225_600 };
    let mut ledger = Embedded::create(path, &genesis)?;
    for key in [&cast.issuer, &cast.sender, &cast.payer, &cast.payee] {
        ledger.fund(&key.account(), 1_000_000_000)?;
    }
    let cash = Currency::issue(&mut ledger, Signing::by(&cast.issuer), "USDC")?;
    for key in [&cast.payer, &cast.payee] {
        cash.trust(&mut ledger, Signing::by(key))?;
    }
    cash.mint(&mut ledger, Signing::by(&cast.issuer), (cast.payer.address(), 1_000_000_000_000))?;
    Ok((ledger, cash))
}

/// One unit from the payer, who authorises it with a signature of its own.
fn payment(cast: &Cast) -> Transfer {
    Transfer { from: cast.payer.address(), to: cast.payee.address(), units: 1 }
}

/// Transfers signed ahead, each with the next sequence number: they are simulated on a copy that moves on.
fn signed_ahead(
    folder: &Path,
    many: usize,
    cast: &Cast,
) -> Result<(Embedded, Currency, Vec<TransactionEnvelope>), ChainError> {
    let (copy, original) = (folder.join("copy.ledger"), folder.join("enforce.ledger"));
    let (mut ledger, cash) = setup(&copy, cast)?;
    let mut envelopes = Vec::with_capacity(many);
    for _ in 0..many {
        let signing = Signing { source: &cast.sender, others: &[&cast.payer] };
        let envelope = ledger.prepare_call(signing, cash.transfer_call(payment(cast)))?;
        ledger.send(&envelope)?;
        envelopes.push(envelope);
    }
    let (fresh, cash) = setup(&original, cast)?;
    Ok((fresh, cash, envelopes))
}

fn report(what: &str, many: usize, took: Duration) {
    println!("{what:<44} {:>8.0}/s", many as f64 / took.as_secs_f64());
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let many: usize = args.next().map_or(Ok(2000), |many| many.parse())?;
    let folder = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("forebay-transfers-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("transfers.ledger");
    let cast = Cast::new();
    let (mut ledger, cash) = setup(&path, &cast)?;
    let signing = Signing { source: &cast.sender, others: &[&cast.payer] };

    let begin = Instant::now();
    for _ in 0..many {
        cash.transfer(&mut ledger, signing, payment(&cast))?;
    }
    report("simulate, sign, enforce, durable commit", many, begin.elapsed());

    let begin = Instant::now();
    for _ in 0..many {
        ledger.prepare_call(signing, cash.transfer_call(payment(&cast)))?;
    }
    report("simulate and sign only", many, begin.elapsed());

    let (mut fresh, cash, envelopes) = signed_ahead(&folder, many, &cast)?;
    let begin = Instant::now();
    let applied = fresh.send_all(&envelopes)?;
    report("enforce only, one durable commit", many, begin.elapsed());
    assert!(applied.iter().all(Result::is_ok));
    assert_eq!(cash.balance(&fresh, &cast.payee.address())?, many as i128);

    drop(ledger);
    let begin = Instant::now();
    let ledger = Embedded::open(&path)?;
    println!("{:<44} {:>8.1} ms", "open again", begin.elapsed().as_secs_f64() * 1e3);
    let begin = Instant::now();
    ledger.verify_headers()?;
    println!("{:<44} {:>8.1} ms", "verify everything", begin.elapsed().as_secs_f64() * 1e3);
    println!("{:<44} {:>8} KiB", "file", std::fs::metadata(&path)?.len() / 1024);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
