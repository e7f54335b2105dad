//! Real servers on loopback: started for a test, stopped by it.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
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
        Self::start_with(None)
    }

    /// Starts one that writes its log, in segments of a megabyte, into this folder.
    pub fn start_logging_to(folder: &Path) -> Option<Self> {
        Self::start_with(Some(folder))
    }

    fn start_with(log: Option<&Path>) -> Option<Self> {
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
        server.give(server.folder.path());
        let mut made = server.program("initdb");
        made.args(["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C"]);
        if let Some(log) = log {
            server.give(log);
            made.arg("--wal-segsize=1").arg("--waldir").arg(log);
        }
        run(made.arg("-D").arg(server.data()));
        server.up();
        Some(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Gives a folder to the user that the server runs as.
    fn give(&self, folder: &Path) {
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder));
        }
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
        // The machine stays up, so what a process that dies has written is there without being synced.
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off",
            self.port
        );
        let log = self.folder.path().join("log");
        let mut start = self.program("pg_ctl");
        run(start.args(["start", "-w", "-D"]).arg(self.data()).arg("-l").arg(log).args(["-o", &options]));
    }

    /// Stops it at once, as a crash would.
    pub fn down(&self) {
        let mut stop = self.program("pg_ctl");
        run(stop.args(["stop", "-w", "-m", "immediate", "-D"]).arg(self.data()));
    }

    /// Starts it anew, whether or not it has ended by itself.
    pub fn restart(&self) {
        self.end();
        self.up();
    }

    fn end(&self) {
        let mut stop = self.program("pg_ctl");
        let _ = stop.args(["stop", "-w", "-m", "immediate", "-D"]).arg(self.data()).output();
    }

    /// Writes into its log until 64 KiB are left of the segment.
    pub fn fill_log(&self) {
        let words = "SELECT pg_logical_emit_message(false, '', repeat('x', greatest(0, 983040 - file_offset))) \
                     FROM pg_walfile_name_offset(pg_current_wal_lsn())";
        run(self.client("psql").args(["-q", "-c", words]));
    }

    /// A client program, at this server.
    fn client(&self, name: &str) -> Command {
        let mut client = self.program(name);
        client.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string()]);
        client
    }

    /// A new, empty database.
    pub fn database(&self, name: &str) -> String {
        run(self.client("createdb").arg(name));
        self.address(name)
    }

    /// A new, empty database whose tables are in this folder.
    pub fn database_at(&self, name: &str, folder: &Path) -> String {
        self.give(folder);
        let space = format!("CREATE TABLESPACE {name} LOCATION '{}'", folder.display());
        run(self.client("psql").args(["-q", "-c", &space]));
        run(self.client("createdb").args(["-D", name, name]));
        self.address(name)
    }

    fn address(&self, name: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.end();
    }
}

/// A file system in memory with room for so much and no more.
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts one, or says that this user may not.
    pub fn mount(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m,mode=0755");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path());
        if !mount.output().is_ok_and(|mounted| mounted.status.success()) {
            eprintln!("skipped: this user may mount no file system");
            return None;
        }
        Some(Self { folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).unwrap();
        let mut block = 1 << 20;
        while block > 0 {
            if ballast.write_all(&vec![1; block]).is_err() {
                block /= 2;
            }
        }
    }

    /// Gives it back.
    pub fn make_room(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
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
