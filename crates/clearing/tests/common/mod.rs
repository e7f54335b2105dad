//! A shipped deal, lived natively, with a file for its ledger.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assets::{Case, Files};
use forebay_clearing::{Installing, Place, Story};
use life::{Life, Limits, Setup, play};
use std::path::{Path, PathBuf};
use waterfall::{Journal, State, apply};

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }
}

pub struct Lived {
    name: String,
    pub setup: Setup,
    pub life: Life,
    machines: Vec<[u8; 32]>,
    folder: tempfile::TempDir,
    pub file: PathBuf,
}

impl Lived {
    pub fn of(name: &str) -> Self {
        let folder = Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deals").join(name));
        let text = String::from_utf8(folder.read("case.toml").unwrap()).unwrap();
        let case = Case::parse("case.toml", &text, &[]).unwrap();
        let setup = Setup::open(name, case, &folder, None).unwrap();
        let life = play(&setup, Limits::default(), &mut |_, _| {}).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("life.ledger");
        let machines = setup.collateral.tape().identities();
        Self { name: name.to_owned(), setup, life, machines, folder, file }
    }

    pub fn story(&self) -> Story<'_> {
        let plan = &self.setup.compiled.plan;
        Story {
            name: &self.name,
            currency: "USDC",
            plan,
            machines: &self.machines,
            keys: None,
            events: &self.life.events,
        }
    }

    pub fn place(&self) -> Place {
        Place::File(self.file.clone())
    }

    /// What is installed.
    pub fn installing(&self) -> Installing<'_> {
        let plan = &self.setup.compiled.plan;
        Installing { plan, currency: "USDC", machines: &self.machines, keys: None }
    }

    /// What the first events post.
    pub fn postings(&self, events: usize) -> Journal<1> {
        let plan = &self.setup.compiled.plan;
        let (mut state, mut journal) = (State::new(plan), Journal::new());
        for event in self.life.events.iter().take(events) {
            apply(plan, &mut state, event, &mut journal).unwrap();
        }
        journal
    }
}
