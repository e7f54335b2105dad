//! The program as a user meets it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use node::hex;
use node::telemetry::merkle;
use std::process::{Command, Output};

/// A folder of its own for what a test writes.
fn folder(test: &str) -> std::path::PathBuf {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn forebay(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_forebay")).args(arguments).env("NO_COLOR", "1").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs and expects success; returns standard output.
fn stdout(arguments: &[&str]) -> String {
    let output = forebay(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Runs and expects a failure that says all of this on standard error or output.
fn refusal(arguments: &[&str], says: &[&str]) {
    let output = forebay(arguments);
    assert!(!output.status.success(), "{arguments:?} succeeded");
    let said = text(&output.stdout) + &text(&output.stderr);
    for words in says {
        assert!(said.contains(words), "{arguments:?} says nothing of `{words}`:\n{said}");
    }
}

#[test]
fn a_run_writes_its_files_and_says_where() {
    let out = folder("run");
    let said = stdout(&["run", "sierra-h100", "--out", out.to_str().unwrap()]);
    assert!(said.contains("Who was paid what"), "{said}");
    for file in ["report.html", "payments.csv", "results.xlsx", "results.json"] {
        assert!(out.join("sierra-h100").join(file).is_file(), "{file}");
    }
    let left: Vec<_> = std::fs::read_dir(out.join("sierra-h100")).unwrap().collect();
    assert_eq!(left.len(), 4, "nothing unfinished is left behind");
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let said = stdout(&["run", "hundred", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&said).unwrap();
    for key in ["deal", "status", "totals", "notes", "payments", "triggers"] {
        assert!(document.get(key).is_some(), "{key}");
    }
    let amount = document["totals"]["in"].as_str().unwrap();
    assert!(amount.contains('.'), "amounts are decimal strings: {amount}");
}

#[test]
fn the_files_of_a_run_agree_to_the_unit() {
    let out = folder("agree");
    stdout(&["run", "gpu-ddtl", "--out", out.to_str().unwrap()]);
    let file = |name: &str| std::fs::read_to_string(out.join("gpu-ddtl").join(name)).unwrap();
    let document: serde_json::Value = serde_json::from_str(&file("results.json")).unwrap();
    let units = |text: &str| text.replace('.', "").parse::<i128>().unwrap();
    let total = |name: &str| units(document["totals"][name].as_str().unwrap());
    let csv = file("payments.csv");
    // The last three cells of a line hold no comma: what for, how much, how much less than was owed.
    let cells = csv.lines().skip(1).map(|line| line.rsplit(',').take(3).collect::<Vec<_>>());
    let left: Vec<i128> = cells.filter(|cells| cells[2] != "transfer").map(|cells| units(cells[1])).collect();
    assert_eq!(left.iter().sum::<i128>(), total("out"));
    assert_eq!(total("in"), total("out") + total("held"));
    assert_eq!(document["payments"].as_array().unwrap().len(), csv.lines().count() - 1);
}

#[test]
fn two_runs_are_the_same() {
    let arguments = ["run", "gpu-ddtl", "--json"];
    assert_eq!(stdout(&arguments), stdout(&arguments));
}

#[test]
fn every_shipped_deal_is_listed_and_checks() {
    let listed = stdout(&["deals"]);
    for line in listed.lines() {
        let name = line.split_whitespace().next().unwrap();
        stdout(&["check", name]);
    }
    assert!(listed.lines().count() >= 7, "{listed}");
}

#[test]
fn errors_say_what_to_do_next() {
    refusal(&["run", "sierra-h10"], &["did you mean `sierra-h100`", "hundred"]);
    stdout(&["run", "sierra-h100-pitched", "--scenario", "crash", "--json"]);
    refusal(
        &["run", "sierra-h100-merchant", "--scenario", "crush"],
        &["no scenario `crush`; did you mean `crash`?", "ageing, crash, operator-default, outage"],
    );
    refusal(&["run", "hundred", "--until", "2020-01-01"], &["closes on 2024-01-15"]);
    refusal(&["run", "sierra-h100", "--set", "gpu.utilisation=lots"], &["gpu"]);
    refusal(&["explain", "sierra-h100", "2025-03-15", "pay A.intrest"], &["did you mean `pay A.interest`"]);
    refusal(&["explain", "sierra-h100", "2055-03-15"], &["there is no payment on or after"]);
    refusal(
        &["explain", "sierra-h100", "2025-03-15", "--formula", "rentt + 1"],
        &["did you mean `rent`", "formula:1:1"],
    );
    let broken = folder("errors").join("broken.deal");
    std::fs::write(&broken, "deal \"x\"\npayments montly on 15\n").unwrap();
    refusal(&["check", broken.to_str().unwrap()], &["506", "did you mean `monthly`", "broken.deal:2"]);
}

/// A folder with a copy of a shipped deal, and the data that it reads.
fn copy(test: &str, name: &str) -> std::path::PathBuf {
    let root = folder(test);
    let shipped = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    for part in ["data".to_owned(), format!("deals/{name}")] {
        let to = root.join(&part);
        std::fs::create_dir_all(&to).unwrap();
        let entries = std::fs::read_dir(shipped.join(&part)).unwrap().map(|entry| entry.unwrap().path());
        for from in entries.filter(|path| path.is_file()) {
            std::fs::copy(&from, to.join(from.file_name().unwrap())).unwrap();
        }
    }
    root.join("deals").join(name)
}

#[test]
fn a_term_sheet_is_read_that_was_named() {
    let deal = copy("named", "hundred");
    let other = deal.join("other.deal");
    let text = std::fs::read_to_string(deal.join("hundred.deal")).unwrap();
    std::fs::write(&other, text.replace("coupon 15%", "coupon 3%")).unwrap();
    let path = other.to_str().unwrap();
    let interest = |deal: &str| {
        let document: serde_json::Value = serde_json::from_str(&stdout(&["run", deal, "--json"])).unwrap();
        document["notes"][0]["interest_paid"].as_str().unwrap().to_owned()
    };
    assert_ne!(interest(path), interest("hundred"));
    assert_eq!(interest(deal.to_str().unwrap()), interest("hundred"));
    std::fs::write(&other, text.replace("pay N.interest", "pay N.intrest")).unwrap();
    refusal(&["check", path], &["other.deal:", "N.intrest"]);
}

#[test]
fn files_that_are_wrong_are_named() {
    let deal = copy("wrong", "hundred");
    let run = ["run", deal.to_str().unwrap()];
    std::fs::write(deal.join("tape.csv"), "serial,site,units,cost,in_service\nA,x,one,-1,2024\nA,x,1,1,\n")
        .unwrap();
    let cells = ["5 bad cells", "line 2, column `units`", "line 2, column `cost`", "line 3, column `serial`"];
    refusal(&run, &cells);
    std::fs::write(deal.join("tape.csv"), "serial,site,units,cost,in_service\n").unwrap();
    refusal(&run, &["tape.csv: has no rows"]);
    std::fs::remove_file(deal.join("tape.csv")).unwrap();
    refusal(&run, &["hundred/tape.csv cannot be read"]);
    std::fs::remove_file(deal.join("case.toml")).unwrap();
    refusal(&run, &["has no case.toml", "names the term sheet"]);
    refusal(&["check", deal.join("nothing.deal").to_str().unwrap()], &["nothing.deal"]);
}

#[test]
fn collections_that_cannot_be_are_listed() {
    let csv = folder("collections").join("c.csv");
    let check = |rows: &str, says: &[&str]| {
        std::fs::write(&csv, format!("date,name,value,kind\n{rows}")).unwrap();
        refusal(&["run", "sierra-h100", "--scenario", csv.to_str().unwrap()], says);
    };
    check("", &["has no rows"]);
    check(
        "2024-3-1,rent,x,\n2024-03-01,rent,1,gift\n",
        &["line 2, column `date`", "column `value`", "column `kind`"],
    );
    check(
        "2099-01-01,rent,6,\n1999-01-01,rent,6,\n",
        &["outside the life", "rent on 2099-01-01", "rent on 1999-01-01"],
    );
}

#[test]
fn hints_ask_about_this_run() {
    let out = folder("hints");
    let run = [
        "run",
        "hundred",
        "--scenario",
        "calm",
        "--set",
        "gpu.utilisation=70 %",
        "--out",
        out.to_str().unwrap(),
    ];
    let said = stdout(&run);
    assert!(
        said.contains("forebay explain hundred --scenario calm --set 'gpu.utilisation=70 %' 20"),
        "{said}"
    );
}

#[test]
fn a_step_is_explained_by_what_it_saw() {
    let said = stdout(&["explain", "sierra-h100", "2025-03-15", "pay A.interest", "--formula", "ltv"]);
    for words in ["the term sheet says", "A.interest is owed", "A.coupon", "28/360", "cash in lockbox", "ltv"]
    {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_step_is_found_by_its_name_or_its_line() {
    let check = |step: &str, says: &[&str]| {
        let said = stdout(&["explain", "sierra-h100", "2025-07-15", step]);
        says.iter().for_each(|words| assert!(said.contains(words), "{step}: {said}"));
    };
    check("A.interest", &["A.interest paid from lockbox"]);
    check("release reserve above target", &["target of reserve", "moved from reserve to lockbox"]);
    check("while ltv > 80%: pay A.principal to ltv 80%", &["ltv ", "moved nothing"]);
    check("pay A.principal to ltv 80%", &["while ltv > 80%", "moved nothing"]);
    check("pay power, ops, trustee", &["power paid", "ops paid", "trustee paid"]);
}

#[test]
fn a_term_sheet_survives_formatting_and_json() {
    let out = folder("json");
    let deal = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deals/sierra-h100/sierra-h100.deal");
    stdout(&["fmt", "--check", deal]);
    let json = out.join("deal.json");
    std::fs::write(&json, stdout(&["json", deal])).unwrap();
    assert_eq!(stdout(&["json", json.to_str().unwrap()]), std::fs::read_to_string(deal).unwrap());
}

#[test]
fn servicing_prints_instructions_and_books_a_restatement_a_period_later() {
    let csv = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deals/sierra-h100/collections-example.csv");
    let out = folder("servicing");
    let said = stdout(&["run", "sierra-h100", "--scenario", csv, "--out", out.to_str().unwrap()]);
    assert!(said.contains("Payment instructions for 2024-05-15"), "{said}");
    let rent = |date: &str| {
        let said = stdout(&["explain", "sierra-h100", date, "--scenario", csv, "--formula", "rent"]);
        said.lines().last().unwrap().split_whitespace().last().unwrap().to_owned()
    };
    // April as it was reported; May with its two receipts and the correction of April.
    assert_eq!(
        (rent("2024-04-15").as_str(), rent("2024-05-15").as_str()),
        ("2,009,984.0600000", "2,932,906.2000000")
    );
}

#[test]
fn an_investor_report_reconciles() {
    let said = stdout(&["report", "sierra-h100", "--form", "investor", "--period", "12"]);
    let difference = said.lines().find(|line| line.trim_start().starts_with("Difference")).unwrap();
    assert!(difference.trim_end().ends_with("0.0000000"), "{difference}");
    let page = stdout(&["report", "sierra-h100", "--period", "12", "--html"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
}

const LOANS: [(&str, &str); 3] = [
    ("loans.csv", "loan,balance,rate,months\nA,100000,8 %,36\nB,200000,9 %,48\n"),
    (
        "case.toml",
        "deal = \"loans.deal\"\ntape.file = \"loans.csv\"\n[loans]\ncutoff = 2026-01-01\nstyle = \"level\"\n\
         delinquent = \"2 %\"\n",
    ),
    (
        "loans.deal",
        "deal \"Loans\"\ncurrency USD, 2 decimals\nclosing 2026-01-15\n\
         payments monthly on 15, unadjusted, from 2026-02-15\nfinal 2030-01-15\ncollateral \"loans.csv\"\n\
         receive interest into box\nreceive scheduled_principal into box\naccount box\n\
         note A 250_000 coupon 6%, 30/360\nequity E 50_000\npayee originator\n\
         uses originator 300_000, rest box\nstate paying\nstate closed when settled and matured\n\
         waterfall paying from box\n  pay A.interest, A.principal\n  pay E\n",
    ),
];

#[test]
fn an_investor_report_leaves_out_no_item() {
    let loans = folder("loans");
    LOANS.iter().for_each(|(file, text)| std::fs::write(loans.join(file), text).unwrap());
    let late = |deal: &str| {
        let said = stdout(&["report", deal, "--period", "1"]);
        let (_, section) = said.split_once("Delinquencies").unwrap();
        section.lines().nth(3).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(late("hundred"), "not reported for this collateral – – –");
    assert!(late(loans.to_str().unwrap()).starts_with("late – 5,"), "2 % of the balance");
}

#[test]
fn help_has_examples() {
    for command in ["run", "check", "explain", "report", "fmt", "json", "plan", "verify", "ledger"] {
        assert!(stdout(&[command, "--help"]).contains("Examples:"), "{command}");
    }
    let served = stdout(&["ledger", "serve", "--help"]);
    for words in ["Examples:", "forebay ledger serve sierra.ledger", "getLatestLedger", "forebay_closeLedger"]
    {
        assert!(served.contains(words), "{served}");
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_forebay"))
        .args(["run", "sierra-h100", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn a_ledger_moves_every_cent_and_proves_it() {
    let out = folder("ledger");
    let (out, file) = (out.to_str().unwrap(), out.join("hundred.ledger"));
    let ledger = file.to_str().unwrap();
    if file.exists() {
        std::fs::remove_file(&file).unwrap();
    }
    let run = ["run", "hundred", "--ledger", ledger, "--out", out];
    let said = stdout(&run);
    assert!(said.contains("every posting is the engine's own"), "{said}");
    assert!(stdout(&["verify", ledger]).contains("proved: every payment"));
    assert!(stdout(&run).contains("0 of them in this run"), "a second run has nothing left to do");
    refusal(&["run", "sierra-h100", "--ledger", ledger, "--out", out], &["[800]", "name a new file"]);
    let other = ["--set", "gpu.utilisation=50 %"];
    refusal(&[&run[..], &other[..]].concat(), &["name a new file"]);
}

/// The proof that a record lies under the root of a segment of its own, as a node's API answers it.
fn proof_of(record: &[u8], (segment, anchor): (u64, &str)) -> client::ReadingProof {
    let way = || client::MerklePath { leaf: 0, leaves: 1, hashes: String::new() };
    let batch = merkle::root(std::iter::once(record));
    let root = merkle::root(std::iter::once(&batch[..]));
    let (root, anchor) = (hex::encode(&root), anchor.to_owned());
    let segment = client::SegmentProof { id: segment, path: way(), root, anchor, ledger: None };
    let (record, root) = (hex::encode(record), hex::encode(&batch));
    client::ReadingProof { record, batch: 1, path: way(), root, segment: Some(segment) }
}

#[test]
fn a_reading_is_looked_up_on_the_ledger_without_the_node() {
    let out = folder("reading");
    let (ledger, file) = (out.join("anchors.ledger"), out.join("proof.json"));
    drop(std::fs::remove_file(&ledger));
    let (record, other) = ([7; 176], [8; 176]);
    let batch = merkle::root(std::iter::once(&record[..]));
    let root = merkle::root(std::iter::once(&batch[..]));
    let put = clearing::anchor(&clearing::Place::File(ledger.clone()), (None, 1_795_132_800), (1, root));
    let words = put.unwrap().to_string();
    let open = client::ReadingProof { segment: None, ..proof_of(&record, (1, &words)) };
    let broken = client::ReadingProof { root: hex::encode(&[1; 32]), ..proof_of(&record, (1, &words)) };
    let [ledger, path] = [&ledger, &file].map(|path| path.to_str().unwrap());
    let write = |proof: &client::ReadingProof| {
        std::fs::write(path, serde_json::to_string(proof).unwrap()).unwrap();
    };
    let verify = ["verify", ledger, "--reading", path];
    write(&proof_of(&record, (1, &words)));
    assert!(stdout(&verify).contains("under a root that this ledger has"));
    for (proof, says) in [
        (proof_of(&other, (1, &words)), "has the root"),
        (proof_of(&record, (2, &words)), "has no root for segment 2"),
        (proof_of(&record, (1, "log 04")), "[804]"),
        (open, "still open"),
        (broken, "does not lie under the root"),
    ] {
        write(&proof);
        refusal(&verify, &[says]);
    }
    refusal(&["verify", "nowhere.ledger", "--reading", path], &["does not lie under"]);
    std::fs::write(path, "{}").unwrap();
    refusal(&verify, &["no proof of a reading"]);
}

/// Runs with a passphrase; returns whether it succeeded, and all that it said.
fn with_passphrase(passphrase: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forebay"));
    let output = command.args(arguments).env("FOREBAY_PASSPHRASE", passphrase).output().unwrap();
    (output.status.success(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn parties_sign_with_keys_from_an_encrypted_file() {
    let out = folder("keys");
    let (keys, ledger) = (out.join("my.keys"), out.join("mine.ledger"));
    for old in [&keys, &ledger] {
        drop(std::fs::remove_file(old));
    }
    let [keys, ledger, out] = [&keys, &ledger, &out].map(|path| path.to_str().unwrap());
    let check = |passphrase: &str, arguments: &[&str], succeeds: bool, says: &str| {
        let (succeeded, said) = with_passphrase(passphrase, arguments);
        assert_eq!(succeeded, succeeds, "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?} says nothing of `{says}`:\n{said}");
    };
    let run = ["run", "hundred", "--ledger", ledger, "--out", out, "--keys", keys];
    check("one", &run, false, "forebay keys new");
    check("one", &["keys", "new", keys], true, "holds a new key, encrypted");
    check("one", &["keys", "new", keys], false, "already there");
    check("two", &run, false, "passphrase");
    check("one", &run, true, "every posting is the engine's own");
    check("one", &run, true, "0 of them in this run");
    check("one", &["verify", ledger], true, "proved: every payment");
    check("one", &run[..6], false, "error");
}

#[test]
fn a_note_has_a_price_and_a_yield() {
    let said = stdout(&["price", "sierra-h100", "--note", "A", "--yield", "9 %"]);
    for words in ["modified duration", "Z-spread", "discount margin", "If yields move"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let json = |arguments: &[&str]| -> serde_json::Value {
        let price = ["price", "sierra-h100", "--note", "A", "--json", "--on", "2024-09-16"];
        serde_json::from_str(&stdout(&[&price[..], arguments].concat())).unwrap()
    };
    let price = json(&["--yield", "9 %"])["clean_price"].as_f64().unwrap();
    let back = json(&["--price", &price.to_string()])["yield_street"].as_f64().unwrap();
    assert!((back - 0.09).abs() < 1e-9, "the price gives the yield back: {back}");
    let flat = json(&["--yield", "9 %", "--curve", "4 %"])["z_spread"].as_f64().unwrap();
    assert!((flat - 0.05).abs() < 1e-9, "over a flat curve the spread is the difference: {flat}");
    refusal(&["price", "sierra-h100", "--note", "Z", "--price", "97"], &["there is no note Z", "A, B, C"]);
    refusal(&["price", "sierra-h100", "--note", "A", "--yield", "9x"], &["9x", "write one such as"]);
    refusal(&["price", "sierra-h100", "--note", "A"], &["--yield"]);
}

/// What is written is what was fitted, and a stress test takes it.
#[test]
fn parameters_are_fitted_and_written() {
    let said = stdout(&["calibrate"]);
    for words in ["one regime fits best", "too few to believe", "as the file has it", "ASSUMPTION", "0.148"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let out = folder("calibrate");
    let file = out.join("mine.toml");
    let file = file.to_str().unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&["calibrate", "--json", "--write", file, "--regimes", "1"])).unwrap();
    let drift = json["regimes"][0]["regimes"][0]["drift"].as_f64().unwrap();
    let written = std::fs::read_to_string(file).unwrap();
    assert!(written.contains(&format!("{drift}")), "{drift}: {written}");
    let stressed = ["stress", "hundred", "--paths", "64", "--parameters", file];
    assert!(stdout(&stressed).contains("Fitted: regimes: 1; 7 changes"));
    refusal(&["calibrate", "risk-h10"], &["did you mean `risk-h100`?", "risk-solar"]);
    refusal(&["calibrate", "--kinds", "auction"], &["two changes of one kind", "auction"]);
    refusal(&["calibrate", "--regimes", "4", "--write", file], &["4 regimes were not fitted"]);
}

#[test]
fn networks_are_asked_what_they_are_worth() {
    let check = |arguments: &[&str], says: &[&str]| {
        let said = stdout(&[&["depin"], arguments].concat());
        for words in says {
            assert!(said.contains(words), "{arguments:?} says nothing of `{words}`:\n{said}");
        }
    };
    check(&["node-sale", "aethir-node-sale"], &["When it has paid", "7,200"]);
    check(&["byod", "example-byod"], &["has paid after", "tokens"]);
    check(&["health", "bittensor-health"], &["RED", "7.6"]);
    check(&["health", "render-health"], &["GREEN", "0.97"]);
    check(&["health", "akash-health"], &["195.6x", "39.5x"]);
    let out = folder("depin");
    check(&["health", "rtx-3090-health", "--json", "--out", out.to_str().unwrap()], &["{"]);
    for file in ["answer.html", "answer.csv", "answer.json"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    refusal(&["depin", "health", "bitensor-health"], &["did you mean `bittensor-health`?"]);
}

#[test]
fn what_is_no_ledger_proves_nothing() {
    let out = folder("no-ledger");
    let file = out.join("text.ledger");
    std::fs::write(&file, "a text").unwrap();
    refusal(&["verify", file.to_str().unwrap()], &["[700]", "not a Forebay ledger"]);
    refusal(&["verify", "nowhere.ledger"], &["[700]"]);
}

#[test]
fn a_ledger_is_served_here_only_and_not_where_something_is() {
    let out = folder("serve");
    let file = out.join("served.ledger");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = ["ledger", "serve", file.to_str().unwrap(), "--listen"];
    refusal(&[&serve[..], &[address.as_str()]].concat(), &["[900]", "taken by another program", "--listen"]);
    refusal(&[&serve[..], &["0.0.0.0:0"]].concat(), &["[902]", "--open-to-others"]);
    drop(taken);
    refusal(&["verify", &format!("http://{address}")], &["[745]", "does not answer"]);
}
