//! `forebay ledger serve`

use crate::arguments::Serve;
use crate::{output, progress};
use gateway::{Gateway, GatewayError, Genesis, Listening};
use std::process::ExitCode;

/// A new ledger opens in 1970, so that the closing of any deal lies ahead of it.
const BEGINNING: u64 = 0;

pub fn serve(arguments: &Serve) -> anyhow::Result<ExitCode> {
    let genesis = Genesis { passphrase: arguments.network.clone(), time: BEGINNING };
    let listening = Listening { address: arguments.listen, open_to_others: arguments.open_to_others };
    let gateway = Gateway::serve(&arguments.file, genesis, listening).map_err(numbered)?;
    output::print(&shown(arguments, &gateway))?;
    progress::wait();
    drop(gateway);
    output::print(&format!("stopped; {} is closed and whole\n", arguments.file.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn shown(arguments: &Serve, gateway: &Gateway) -> String {
    let (file, url) = (arguments.file.display(), gateway.url());
    format!(
        "{file} is served at {url}\n network     {}\n try next    forebay run hundred --ledger {url}\n{:13}forebay verify {url}\n Ctrl-C ends it\n",
        gateway.passphrase(),
        ""
    )
}

/// The error with its stable number.
fn numbered(error: GatewayError) -> anyhow::Error {
    anyhow::anyhow!("{error} [{}]", error.code())
}
