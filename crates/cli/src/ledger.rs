//! `forebay run --ledger`, `forebay verify`

use crate::arguments::Verify;
use crate::{output, progress, sources};
use anyhow::Context;
use chain::Key;
use clearing::{Anchored, Cleared, Place, Story, Verified};
use client::ReadingProof;
use life::{Life, Setup, hexadecimal};
use std::path::Path;
use std::process::ExitCode;

/// Lets contracts move what the life moved. Ctrl-C stops before the next event; what was cleared stays.
pub fn clear((place, keys): (&Place, Option<&Key>), setup: &Setup, life: &Life) -> anyhow::Result<Cleared> {
    let line = progress::Line::new("events on the ledger");
    let currency = &life.results.deal.currency;
    let (plan, machines) = (&setup.compiled.plan, setup.collateral.tape().identities());
    let (name, events) = (&setup.name, &life.events);
    let story = Story { name, currency, plan, machines: &machines, keys, events };
    let cleared = clearing::clear(place, story, &mut |done, of| {
        line.show(done, of);
        !progress::stopped()
    });
    drop(line);
    let cleared = cleared.map_err(numbered)?;
    if progress::stopped() {
        eprintln!("event {} is the last on {place}; the same command goes on from there", cleared.events);
    }
    progress::require_running()?;
    Ok(cleared)
}

/// What a run on a ledger says at its end.
pub fn shown(cleared: &Cleared, place: &Place) -> String {
    let mut text = format!("\nOn the ledger {place}\n");
    text += &format!(
        " {} events, {} of them in this run; every posting is the engine's own\n",
        cleared.events,
        cleared.events.saturating_sub(cleared.before)
    );
    if cleared.dearest.instructions > 0 {
        text += &format!(" the dearest payment date took {} instructions\n", cleared.dearest.instructions);
    }
    text + &format!(" hash chain {}\n prove it with: forebay verify {place}\n\n", hexadecimal(&cleared.hash))
}

pub fn verify(arguments: &Verify) -> anyhow::Result<ExitCode> {
    match &arguments.reading {
        Some(file) => verify_reading(&arguments.ledger, file),
        None => verify_deals(arguments),
    }
}

fn verify_deals(arguments: &Verify) -> anyhow::Result<ExitCode> {
    let verified = clearing::verify(&arguments.ledger, arguments.deal.as_ref()).map_err(numbered)?;
    let executed = verified.iter().all(|deal| deal.executed);
    for deal in &verified {
        output::print(&proved(deal))?;
    }
    output::print(&format!("{:<10} {}\n", "signatures", signatures(executed)))?;
    let whose = match (&arguments.deal, verified.as_slice()) {
        (None, [_]) => "on this ledger is what the plan pays".to_owned(),
        (None, deals) => format!("of {} deals on this ledger is what their plans pay", deals.len()),
        (Some(_), _) => "of this deal is what its plan pays".to_owned(),
    };
    output::print(&format!("proved: every payment {whose}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Looks on the ledger for the root that a reading's proof leads to. Whose reading it is its device's key proves.
fn verify_reading(place: &Place, file: &Path) -> anyhow::Result<ExitCode> {
    let proof: ReadingProof = serde_json::from_str(&sources::read(file)?)
        .with_context(|| format!("{} is no proof of a reading", file.display()))?;
    let (root, _) = mcp::roots(&proof)?;
    let segment = proof.segment.context("the reading's segment is still open; ask for its proof later")?;
    let anchored: Anchored = segment.anchor.parse().map_err(numbered)?;
    let number = u32::try_from(segment.id).context("no ledger has a segment of this number")?;
    let found = clearing::anchored(place, &anchored.contract, number).map_err(numbered)?;
    let found = found.with_context(|| format!("{place} has no root for segment {number}"))?;
    let found = hexadecimal(&found);
    anyhow::ensure!(found == root, "{place} has the root {found} for segment {number}, the proof {root}");
    let contract = anchored.contract;
    output::print(&format!("segment    {number}\nroot       {root}\nkept by    {contract}\n"))?;
    output::print("proved: the reading lies under a root that this ledger has\n")?;
    Ok(ExitCode::SUCCESS)
}

/// What was proved of a deal.
fn proved(deal: &Verified) -> String {
    let rows = [
        ("deal", deal.deal.to_string()),
        ("plan", hexadecimal(&deal.plan_hash)),
        ("events", format!("{} replayed, {} of them payment dates", deal.events, deal.payments)),
        ("postings", format!("{}, each as the engine posts it", deal.postings)),
        ("hash chain", hexadecimal(&deal.hash)),
        ("cash", format!("{} smallest units, as the books say", deal.held)),
    ];
    rows.iter().map(|(name, value)| format!("{name:<10} {value}\n")).collect()
}

/// Only the file holds what was signed.
const fn signatures(executed: bool) -> &'static str {
    match executed {
        true => "every signed transaction executed again, with the same outcome",
        false => "not checked: a server tells what happened, its ledger's file proves who signed for it",
    }
}

/// The error with its stable number.
fn numbered(error: clearing::ClearingError) -> anyhow::Error {
    anyhow::anyhow!("{error} [{}]", error.code())
}
