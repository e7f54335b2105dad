//! Real servers on loopback: started for a test, stopped by it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Says that a test was left out, or fails where nothing may be left out.
fn absent(what: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "{what} is not installed");
    eprintln!("skipped: {what} is not installed");
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn found(candidates: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    candidates.into_iter().find(|path| path.exists())
}

/// A PostgreSQL server with its data in a folder of its own.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts one, or says that there is none.
    pub fn start() -> Option<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut programs: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
        programs.sort();
        let Some(programs) = found(programs.into_iter().rev().filter(|bin| bin.join("initdb").exists()))
        else {
            absent("PostgreSQL");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let server = Self { folder, programs, port: free_port() };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(server.folder.path()));
        }
        let data = server.data();
        let options = ["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C"];
        run(server.program("initdb").arg("-D").arg(&data).args(options));
        server.up();
        Some(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server; root may not run it, so the user that the package made does.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command.current_dir(self.folder.path());
        command
    }

    /// Starts the server and waits until it answers.
    pub fn up(&self) {
        let folder = self.folder.path().display().to_string();
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}", self.port);
        let log = self.folder.path().join("log");
        let mut start = self.program("pg_ctl");
        run(start.args(["start", "-w", "-D"]).arg(self.data()).arg("-l").arg(log).args(["-o", &options]));
    }

    /// Stops it at once, as a crash would.
    pub fn down(&self) {
        let mut stop = self.program("pg_ctl");
        run(stop.args(["stop", "-w", "-m", "immediate", "-D"]).arg(self.data()));
    }

    /// A new, empty database.
    pub fn database(&self, name: &str) -> String {
        let port = self.port.to_string();
        run(self.program("createdb").args(["-h", "127.0.0.1", "-U", "postgres", "-p", &port, name]));
        format!("postgres://postgres@127.0.0.1:{port}/{name}")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        let _ = stop.args(["stop", "-w", "-m", "immediate", "-D"]).arg(self.data()).output();
    }
}

/// A Mosquitto broker that keeps sessions and messages in a folder.
pub struct Mosquitto {
    folder: PathBuf,
    program: PathBuf,
    pub port: u16,
    child: Option<Child>,
}

impl Mosquitto {
    /// Starts one, or says that there is none.
    pub fn start(folder: &Path) -> Option<Self> {
        let places = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"];
        let Some(program) = found(places.map(PathBuf::from)) else {
            absent("Mosquitto");
            return None;
        };
        let mut broker = Self { folder: folder.to_owned(), program, port: free_port(), child: None };
        broker.up();
        Some(broker)
    }

    /// Starts it and waits until it says that it runs.
    pub fn up(&mut self) {
        let file = self.folder.join("mosquitto.conf");
        let user = if is_root() { "user root\n" } else { "" };
        let settings = format!(
            "listener {} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {}/\n{user}",
            self.port,
            self.folder.display()
        );
        std::fs::write(&file, settings).unwrap();
        let mut child = Command::new(&self.program)
            .arg("-v")
            .arg("-c")
            .arg(&file)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let runs = lines.by_ref().map_while(Result::ok).any(|line| line.ends_with(" running"));
        assert!(runs, "Mosquitto did not start");
        // It would stop when nobody reads what it says.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        self.child = Some(child);
    }

    /// Ends it; with a signal, so that it writes what it holds.
    pub fn down(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        run(Command::new("kill").arg("-TERM").arg(child.id().to_string()));
        child.wait().unwrap();
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output().unwrap();
    user.stdout.starts_with(b"0")
}

fn run(command: &mut Command) {
    // Not piped: a server would inherit the pipe and hold it open.
    let status = command.stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
