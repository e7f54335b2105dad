//! Builds the contracts with the same toolchain, in a target folder of their own.
//!
//! The folder is this build's, so two builds never wait for each other.

mod interface;

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a build tool of this build must not hand down: flags for another target, and wrappers such as clippy's.
const NOT_HANDED_DOWN: [&str; 6] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_TARGET",
    "CARGO_TARGET_DIR",
];

fn main() {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("../..");
    let out = PathBuf::from(variable("OUT_DIR"));
    for watched in ["contracts", "crates/units/src", "crates/waterfall/src", "crates/settle/src"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    let target = out.join("contracts");
    build(&root.join("contracts"), &target);
    // The last is for tests, and part of no deal.
    let contracts =
        ["anchor", "auction", "ballot", "compliance", "deal", "note", "offering", "title", "hostile"];
    for contract in contracts {
        let built = target.join(format!("wasm32v1-none/release/forebay_contract_{contract}.wasm"));
        finish(&built, &out.join(format!("{contract}.wasm")));
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| stop(&format!("cargo did not set {name}")))
}

fn build(contracts: &Path, target: &Path) {
    let mut cargo = Command::new(variable("CARGO"));
    for name in NOT_HANDED_DOWN {
        cargo.env_remove(name);
    }
    let arguments =
        ["build", "--release", "--locked", "--quiet", "--target", "wasm32v1-none", "--target-dir"];
    let status = cargo.current_dir(contracts).args(arguments).arg(target).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(_) => {
            stop("the contracts do not build; `rustup target add wasm32v1-none` if the target is missing")
        }
        Err(error) => stop(&format!("cargo cannot be started: {error}")),
    }
}

/// Shortens what a contract says of itself and puts it where the library includes it from.
fn finish(from: &Path, to: &Path) {
    let finished = std::fs::read(from).map_err(Into::into).and_then(|wasm| interface::shortened(&wasm));
    let written = finished.and_then(|wasm| Ok(std::fs::write(to, wasm)?));
    if let Err(error) = written {
        stop(&format!("{}: {error}", from.display()));
    }
}

fn stop(why: &str) -> ! {
    println!("cargo::error={why}");
    std::process::exit(1)
}
