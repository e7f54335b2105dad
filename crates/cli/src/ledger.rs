//! `forebay run --ledger`, `forebay verify`

use crate::arguments::Verify;
use crate::{output, progress};
use chain::Key;
use clearing::{Cleared, Place, Story};
use life::{Life, Setup, hexadecimal};
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
    let verified = clearing::verify(&arguments.ledger).map_err(numbered)?;
    let rows = [
        ("plan", hexadecimal(&verified.plan_hash)),
        ("events", format!("{} replayed, {} of them payment dates", verified.events, verified.payments)),
        ("postings", format!("{}, each as the engine posts it", verified.postings)),
        ("hash chain", hexadecimal(&verified.hash)),
        ("cash", format!("{} smallest units, as the books say", verified.held)),
        ("signatures", signatures(verified.executed).to_owned()),
    ];
    for (name, value) in rows {
        output::print(&format!("{name:<10} {value}\n"))?;
    }
    output::print("proved: every payment on this ledger is what the plan pays\n")?;
    Ok(ExitCode::SUCCESS)
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
