//! `forebay agent`: beside the machines.

use crate::output;
use anyhow::Context;
use clap::Args;
use ed25519_dalek::SigningKey;
use node::agent::{Agent, Buffer, Delivery, Exporter, Looks, Nvml, Round, Rounds, Source, host_uptime};
use node::telemetry::DeviceId;
use node::{SystemClock, hex};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// How long a node or an exporter may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

const UPTIME: &str = "/proc/uptime";

#[derive(Args)]
#[command(after_help = "Examples:
  forebay agent --show                                         the processors of this host and their keys, to register
  forebay agent --node http://10.0.0.5:8080 --key-file device.key      read the driver, sign, deliver; Ctrl-C ends it
  forebay agent --node http://10.0.0.5:8080 --key-file device.key --exporter http://127.0.0.1:9400/metrics

The seed is a secret: whoever has it signs for these processors. It is made if there is none.")]
pub struct AgentArguments {
    /// The node that readings go to
    #[arg(long, value_name = "URL", required_unless_present = "show")]
    pub node: Option<String>,
    /// A file with a key of the node's API, of the role `device`; the variable FOREBAY_KEY if not given
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// A DCGM exporter to read; the driver's library if not given
    #[arg(long, value_name = "URL")]
    pub exporter: Option<String>,
    /// The secret that each processor's key comes from
    #[arg(long, value_name = "FILE", default_value = "agent.seed")]
    pub seed: PathBuf,
    /// Where readings wait until the node has them
    #[arg(long, value_name = "FILE", default_value = "agent.buffer")]
    pub buffer: PathBuf,
    /// Length of a slot, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub slot: u32,
    /// Pause between two looks within a slot, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub look: u32,
    /// Print the processors and their public keys, and end
    #[arg(long)]
    pub show: bool,
}

pub fn agent(arguments: &AgentArguments) -> anyhow::Result<ExitCode> {
    let seed = seed(&arguments.seed)?;
    let source = match &arguments.exporter {
        Some(address) => Source::Exporter(Exporter::new(address, PATIENCE)?),
        None => Source::Nvml(Box::new(Nvml::load()?)),
    };
    let runtime = crate::up::runtime()?;
    let looks = runtime.block_on(async { source.look(host_uptime(Path::new(UPTIME))?).await })?;
    let keys = keys(&seed, &looks);
    if arguments.show {
        output::print(&shown(&keys))?;
        return Ok(ExitCode::SUCCESS);
    }
    let node = arguments.node.as_deref().unwrap_or_default();
    let key = crate::mcp::key(arguments.key_file.as_deref())?;
    let delivery = Delivery::new(node, PATIENCE)?.with_key(key.reveal())?;
    let agent = Agent::new(keys, Buffer::open(&arguments.buffer)?);
    let (clock, seconds) = (SystemClock::default(), (arguments.slot, arguments.look));
    let rounds = Rounds {
        agent: &agent,
        source: &source,
        delivery: &delivery,
        clock: &clock,
        uptime: Path::new(UPTIME),
        seconds,
    };
    output::print(&format!("{} processors are read for {node}; Ctrl-C ends it\n", looks.len()))?;
    runtime.block_on(async {
        tokio::select! {
            () = rounds.run(tell) => {}
            () = crate::progress::stopping() => {}
        }
    });
    output::print("stopped; what was not delivered waits in the buffer\n")?;
    Ok(ExitCode::SUCCESS)
}

/// The secret of this host; made if there is none, for its owner's eyes alone.
fn seed(file: &Path) -> anyhow::Result<[u8; 32]> {
    let naming = || file.display().to_string();
    if file.exists() {
        let text = std::fs::read_to_string(file).with_context(naming)?;
        return hex::array(text.trim())
            .with_context(|| format!("{} is no seed: 64 hexadecimal digits", naming()));
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).context("the system gives no random numbers; no seed was made")?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(file).with_context(naming)?;
    made.write_all(hex::encode(&seed).as_bytes()).and_then(|()| made.sync_all()).with_context(naming)?;
    Ok(seed)
}

/// A key for each processor, by the name that it has for life.
fn keys(seed: &[u8; 32], looks: &Looks) -> BTreeMap<String, SigningKey> {
    let key = |name: &String| {
        let hash = Sha256::new().chain_update(b"forebay agent key\x01").chain_update(seed).chain_update(name);
        (name.clone(), SigningKey::from_bytes(&hash.finalize().into()))
    };
    looks.keys().map(key).collect()
}

fn shown(keys: &BTreeMap<String, SigningKey>) -> String {
    let line = |(name, key): (&String, &SigningKey)| {
        let public = key.verifying_key();
        format!("{name} device {} key {}\n", DeviceId::of(&public), hex::encode(public.as_bytes()))
    };
    keys.iter().map(line).collect()
}

fn tell(round: Round) {
    let from = round.slot.start;
    match round.signed {
        Ok(signed) => println!("slot {from}: {signed} readings signed"),
        Err(error) => eprintln!("slot {from}: {error} [{}]", error.code()),
    }
    match round.delivered {
        Some(Ok(delivered)) if !delivered.refused.is_empty() => {
            eprintln!("{} readings were refused", delivered.refused.len());
        }
        Some(Err(error)) => eprintln!("{error} [{}]", error.code()),
        _ => {}
    }
}
