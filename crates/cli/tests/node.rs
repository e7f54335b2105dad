//! A node as a user meets it: started, stopped, killed, copied.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A folder of its own, empty.
fn folder(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    drop(std::fs::remove_dir_all(&path));
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn forebay(folder: &Path, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_forebay"));
    program.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("FOREBAY_DATABASE");
    program
}

fn run(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } = forebay(folder, arguments).output().unwrap();
    (status.success(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

fn stdout(folder: &Path, arguments: &[&str]) -> String {
    let (success, said) = run(folder, arguments);
    assert!(success, "{arguments:?}: {said}");
    said
}

/// The textbook deal, a month a second.
const DEMO: [&str; 3] = ["up", "--demo", "hundred"];

/// A node under way, and the lines that it says.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut program = forebay(folder, arguments);
        let mut child = program.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads until a line has these words; everything that was said.
    fn until(&mut self, words: &str) -> Vec<String> {
        let mut said = Vec::new();
        for line in self.lines.by_ref() {
            said.push(line.unwrap());
            if said.last().unwrap().contains(words) {
                return said;
            }
        }
        panic!("never said `{words}`: {said:?}");
    }

    fn interrupt(&mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Numbers of payments that were said to be executed.
fn payments(said: &[String]) -> Vec<u32> {
    let number = |line: &String| line.split_once("payment ")?.1.split_once(',')?.0.parse().ok();
    said.iter().filter_map(number).collect()
}

#[test]
fn a_demonstration_is_stopped_killed_and_goes_on_and_its_ledger_proves_it() {
    let folder = folder("demo");
    let mut demo = Running::start(&folder, &DEMO);
    let mut paid = payments(&demo.until("payment 2,"));
    demo.interrupt();
    paid.extend(payments(&demo.until("stopped; everything")));
    assert!(demo.child.wait().unwrap().success());
    let mut demo = Running::start(&folder, &DEMO);
    paid.extend(payments(&demo.until(&format!("payment {},", paid.len() + 2))));
    // SIGKILL: what it says next is lost, what it did is not.
    drop(demo);
    let mut demo = Running::start(&folder, &DEMO);
    let after = payments(&demo.until("payment 12,"));
    demo.interrupt();
    demo.until("stopped; everything");
    let again = after.iter().filter(|number| paid.contains(number)).count();
    assert_eq!(again, 0, "{paid:?}, then {after:?}");
    let proved = stdout(&folder, &["verify", "forebay-demo/ledgers/hundred.ledger"]);
    assert!(proved.contains("proved: every payment"), "{proved}");
    copied(&folder);
}

/// What the demonstration left is copied and restored.
fn copied(folder: &Path) {
    std::fs::write(folder.join("old.toml"), "database = \"sqlite:forebay-demo/forebay.db\"\n").unwrap();
    std::fs::write(folder.join("new.toml"), "database = \"sqlite:new.db\"\n").unwrap();
    stdout(folder, &["backup", "node.backup", "--config", "old.toml"]);
    let (success, said) = run(folder, &["backup", "node.backup", "--config", "old.toml"]);
    assert!(!success && said.contains("node.backup"), "a backup is never written over: {said}");
    let said = stdout(folder, &["restore", "node.backup", "--config", "new.toml"]);
    assert!(said.contains("each as its hash says"), "{said}");
    let (success, said) = run(folder, &["restore", "node.backup", "--config", "new.toml"]);
    assert!(!success && said.contains("empty one"), "{said}");
}

#[test]
fn settings_are_written_out_and_a_mistake_is_named() {
    let folder = folder("settings");
    let written = stdout(&folder, &["up", "--write-config"]);
    assert!(written.contains("every_seconds = 5") && written.contains("FOREBAY_PASSPHRASE"));
    std::fs::write(folder.join("forebay.toml"), "databse = 1\n").unwrap();
    let (success, said) = run(&folder, &["up"]);
    assert!(!success && said.contains("databse") && said.contains("[990]"), "{said}");
}

#[test]
fn a_statement_is_put_beside_what_was_expected() {
    let folder = folder("statement");
    let vector = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bank/tests/vectors/statement-02.xml");
    let vector = vector.to_str().unwrap();
    let rents = "reference,account,amount,due\nR-2026-02,,25000.00,2026-02-15\nR-2026-03,,1.00,2026-03-15\n";
    std::fs::write(folder.join("rents.csv"), rents).unwrap();
    let (success, said) = run(&folder, &["statement", vector, "--currency", "EUR", "--rents", "rents.csv"]);
    assert!(!success, "a rent is missing: {said}");
    for words in ["25000.00  rent R-2026-02", "-349.50  went out", "rent R-2026-03 has not come"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    std::fs::write(folder.join("rents.csv"), rents.lines().take(2).collect::<Vec<_>>().join("\n")).unwrap();
    stdout(&folder, &["statement", vector, "--currency", "EUR", "--rents", "rents.csv"]);
}

#[test]
fn an_agent_needs_processors_and_keeps_its_seed() {
    let folder = folder("agent");
    let nowhere = ["agent", "--show", "--exporter", "http://127.0.0.1:9/metrics"];
    let (success, said) = run(&folder, &nowhere);
    assert!(!success && said.contains("the slot stays empty"), "{said}");
    let seed = std::fs::read_to_string(folder.join("agent.seed")).unwrap();
    assert!(seed.len() == 64 && seed.chars().all(|c| c.is_ascii_hexdigit()));
    run(&folder, &nowhere);
    assert_eq!(std::fs::read_to_string(folder.join("agent.seed")).unwrap(), seed);
}

/// What is said to requests that come one right after the other, until one is refused: at most so many.
fn asked(address: &str, (header, most): (&str, usize)) -> Vec<String> {
    let ask = |_| {
        let mut connection = TcpStream::connect(address).unwrap();
        write!(connection, "GET /v1/me HTTP/1.1\r\nHost: node\r\nConnection: close\r\n{header}\r\n").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer.to_lowercase()
    };
    let mut answers = Vec::new();
    for answer in (0..most).map(ask) {
        let refused = answer.starts_with("http/1.1 429 ");
        answers.push(answer);
        if refused {
            break;
        }
    }
    answers
}

#[test]
fn limits_in_the_file_are_those_of_the_node() {
    let folder = folder("limits");
    let rest = "[http]\nlisten = \"127.0.0.1:0\"\n[mqtt]\nbroker = \"none\"\n";
    let limits = "[limits]\nkey_per_second = 1\nkey_burst = 2\nstranger_per_second = 1\nstranger_burst = 2\n";
    std::fs::write(folder.join("forebay.toml"), format!("{rest}{limits}")).unwrap();
    let new = ["access", "new", "--database", "sqlite:forebay.db", "--name", "ada", "--role", "operator"];
    let key = forebay(&folder, &new).output().unwrap().stdout;
    let key = format!("Authorization: Bearer {}\r\n", String::from_utf8(key).unwrap().trim());
    let mut node = Running::start(&folder, &["up"]);
    let said = node.until("listening").pop().unwrap();
    let address = said.split_once("http://").unwrap().1.split_once(';').unwrap().0;
    for (header, first) in [(key.as_str(), "200"), ("", "401")] {
        // By the defaults more than these are taken at once.
        let answers = asked(address, (header, 40));
        assert!(answers.len() > 2 && answers[0].starts_with(&format!("http/1.1 {first} ")), "{answers:?}");
        let refused = answers.last().unwrap();
        for part in
            ["http/1.1 429 ", "content-type: application/problem+json", "retry-after: ", "\"code\":1003"]
        {
            assert!(refused.contains(part), "{part} is not in {refused}");
        }
    }
}
