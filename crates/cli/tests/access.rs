//! Keys of the API and tools for programs, as the program is used.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

fn forebay(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_forebay")).args(words).env_remove("FOREBAY_KEY").output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn keys_are_made_listed_and_ended() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}/node.db", folder.path().display());
    let access = |words: &[&str]| {
        let (command, rest) = words.split_first().unwrap();
        forebay(&[&["access", command, "--database", &database], rest].concat())
    };
    let made = access(&["new", "--name", "ada", "--role", "operator"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let secret = text(&made.stdout).trim().to_owned();
    let id = secret.split('_').nth(1).unwrap().to_owned();
    assert_eq!((secret.len(), id.len()), ("forebay_".len() + 16 + 1 + 64, 16));
    assert!(text(&made.stderr).contains(&id) && !text(&made.stderr).contains(&secret));
    access(&["new", "--name", "fund", "--role", "investor", "--party", "GFUND"]);
    let listed = access(&["list"]);
    assert!(
        text(&listed.stdout).contains(&format!("{id}  good   operator   ada")),
        "{}",
        text(&listed.stdout)
    );
    assert!(text(&listed.stdout).contains("investor   fund  for GFUND"));
    assert!(!text(&listed.stdout).contains(&secret));
    assert!(access(&["revoke", &id]).status.success());
    assert!(text(&access(&["list"]).stdout).contains(&format!("{id}  ended  operator   ada")));
    for (words, wanted) in [
        (&["revoke", "0000"][..], "there is no key 0000"),
        (&["new", "--name", "a b", "--role", "device"], "1014"),
        (&["new", "--name", "fund", "--role", "investor"], "1014"),
        (&["new", "--name", "x", "--role", "king"], "choose one of operator"),
    ] {
        let refused = access(words);
        assert!(!refused.status.success());
        assert!(text(&refused.stderr).contains(wanted), "{}", text(&refused.stderr));
    }
}

#[test]
fn a_program_is_told_what_it_can_ask() {
    let refused = forebay(&["mcp"]);
    assert!(!refused.status.success() && text(&refused.stderr).contains("FOREBAY_KEY"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_forebay"));
    let command =
        command.arg("mcp").env("FOREBAY_KEY", "forebay_0_0").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut tell = |line: &str| writeln!(input, "{line}").unwrap();
    tell(
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"0"}}}"#,
    );
    let hello = lines.next().unwrap().unwrap();
    assert!(hello.contains(r#""name":"forebay""#), "{hello}");
    tell(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    tell(r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#);
    let tools = lines.next().unwrap().unwrap();
    for tool in ["list_deals", "explain_payment", "run_stress", "verify_reading"] {
        assert!(tools.contains(tool), "{tools}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}
