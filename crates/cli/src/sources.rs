//! Where a deal's files are: in the program for those that ship, on disk for any other.

use crate::arguments::DealArguments;
use anyhow::{Context, bail};
use assets::{Files, Scenario};
use life::Source;
use rust_embed::RustEmbed;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The deals that ship.
#[derive(RustEmbed)]
#[folder = "../../deals/"]
struct Deals;

/// Tables of published facts.
#[derive(RustEmbed)]
#[folder = "../../data/"]
struct Data;

/// The file that makes a folder a deal.
const CASE: &str = "case.toml";

/// Files of one deal.
pub enum DealFiles {
    /// In the program; the folder is relative to the repository.
    Shipped(String),
    /// On disk.
    Folder(PathBuf),
}

impl Files for DealFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Shipped(folder) => shipped(&resolve(folder, path)),
            Self::Folder(folder) => {
                let full = folder.join(path);
                std::fs::read(&full).map_err(|error| format!("{} cannot be read: {error}", full.display()))
            }
        }
    }
}

impl DealFiles {
    /// Names of the scenarios in a folder given relative to the deal's.
    fn scenarios(&self, folder: &str) -> BTreeSet<String> {
        let files: Vec<String> = match self {
            Self::Shipped(deal) => {
                let place = resolve(deal, folder);
                let place = place.strip_prefix("deals/").unwrap_or(&place).trim_end_matches('/').to_owned();
                let inside = Deals::iter().filter_map(|path| {
                    path.strip_prefix(place.as_str())?.strip_prefix('/').map(str::to_owned)
                });
                inside.collect()
            }
            Self::Folder(deal) => {
                let entries = std::fs::read_dir(deal.join(folder)).into_iter().flatten().flatten();
                entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
            }
        };
        let name = |file: &String| file.strip_prefix("scenario-")?.strip_suffix(".toml").map(str::to_owned);
        files.iter().filter_map(name).collect()
    }
}

fn shipped(path: &str) -> Result<Vec<u8>, String> {
    let file = match path.split_once('/') {
        Some(("deals", rest)) => Deals::get(rest),
        Some(("data", rest)) => Data::get(rest),
        _ => None,
    };
    file.map(|file| file.data.into_owned())
        .ok_or_else(|| format!("there is no {path} among the shipped files"))
}

/// Joins a folder and a relative path, walking up where it says `..`.
fn resolve(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A file of figures about a network: one that ships, by its name, or a path.
pub fn figures(file: &str) -> anyhow::Result<String> {
    let path = Path::new(file);
    if path.is_file() {
        return read(path);
    }
    match shipped(&format!("data/depin/{file}.toml")) {
        Ok(bytes) => String::from_utf8(bytes).with_context(|| format!("{file} is not UTF-8 text")),
        Err(_) => {
            let name = |path: &str| Some(path.strip_prefix("depin/")?.strip_suffix(".toml")?.to_owned());
            let known: Vec<String> = Data::iter().filter_map(|path| name(&path)).collect();
            let hint = deal::suggest(file, known.iter().map(String::as_str));
            let hint = hint.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            bail!("there is no file `{file}`{hint}\nfiles that ship: {}", known.join(", "))
        }
    }
}

/// A file of parameters: one that ships, by its name, or a path; with its text.
pub fn parameters(file: &str) -> anyhow::Result<(String, String)> {
    let path = Path::new(file);
    if path.is_file() {
        return Ok((file.to_owned(), read(path)?));
    }
    let shipped = format!("{}.toml", file.trim_end_matches(".toml"));
    match data(&shipped) {
        Ok(text) => Ok((shipped, text)),
        Err(_) => {
            let name = |path: &str| {
                Some(path.strip_suffix(".toml").filter(|name| name.starts_with("risk-"))?.to_owned())
            };
            let known: Vec<String> = Data::iter().filter_map(|path| name(&path)).collect();
            let hint = deal::suggest(file, known.iter().map(String::as_str));
            let hint = hint.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            bail!("there is no file `{file}`{hint}\nfiles that ship: {}", known.join(", "))
        }
    }
}

/// A table or file of parameters that ships in `data/`.
pub fn data(file: &str) -> anyhow::Result<String> {
    let bytes = shipped(&format!("data/{file}")).map_err(anyhow::Error::msg)?;
    String::from_utf8(bytes).with_context(|| format!("{file} is not UTF-8 text"))
}

/// A text on disk.
pub fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// Names of the shipped deals.
pub fn names() -> BTreeSet<String> {
    let cases = Deals::iter().filter_map(|path| path.strip_suffix(&format!("/{CASE}")).map(str::to_owned));
    cases.collect()
}

/// A deal that was found: its name, its case and its files.
pub struct Found {
    pub name: String,
    pub case_path: String,
    pub files: DealFiles,
    /// The term sheet that was named, where it may be another than the case's own.
    pub term_sheet: Option<String>,
}

/// Finds a deal by name or path.
pub fn find(deal: &str) -> anyhow::Result<Found> {
    let path = Path::new(deal);
    if names().contains(deal) {
        if path.is_dir() {
            eprintln!("`{deal}` is the deal that ships; for the folder of that name here write ./{deal}");
        }
        let files = DealFiles::Shipped(format!("deals/{deal}"));
        return Ok(Found { name: deal.to_owned(), case_path: CASE.to_owned(), files, term_sheet: None });
    }
    if path.is_dir() && !path.join(CASE).is_file() {
        bail!("{deal} has no {CASE}; {WHAT_A_CASE_IS}");
    }
    if path.is_dir() {
        return Ok(on_disk(path, CASE, name_of(path)));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") if path.is_file() => Ok(on_disk(folder, &file_name(path), name_of(path))),
        Some("deal") if path.is_file() && folder.join(CASE).is_file() => {
            Ok(Found { term_sheet: Some(file_name(path)), ..on_disk(folder, CASE, name_of(path)) })
        }
        Some("deal") if path.is_file() => bail!("{deal} has no {CASE} beside it; {WHAT_A_CASE_IS}"),
        _ => {
            let names = names();
            let hint = deal::suggest(deal, names.iter().map(String::as_str));
            let hint = hint.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            bail!("there is no deal `{deal}`{hint}\nshipped deals: {}", known.join(", "))
        }
    }
}

const WHAT_A_CASE_IS: &str =
    "the case names the term sheet, the tape and what the collateral does (see crates/assets/README.md)";

fn on_disk(folder: &Path, case: &str, name: String) -> Found {
    let files = DealFiles::Folder(folder.to_owned());
    Found { name, case_path: case.to_owned(), files, term_sheet: None }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

fn name_of(path: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let stem = if full.is_dir() { full.file_name() } else { full.file_stem() };
    let name = stem.map_or(String::new(), |name| name.to_string_lossy().into_owned());
    let parent = full.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    if name == "case" { parent.unwrap_or(name) } else { name }
}

/// Reads a deal's case and scenario.
pub fn source<'a>(found: &'a Found, arguments: &DealArguments) -> anyhow::Result<Source<'a>> {
    let mut source = Source {
        name: found.name.clone(),
        case_path: found.case_path.clone(),
        case_text: text(&found.files, &found.case_path)?,
        files: &found.files,
        settings: found.term_sheet.iter().map(|file| format!("deal={file}")).collect(),
        scenario: None,
        collected: None,
    };
    source.settings.extend(arguments.settings.iter().cloned());
    if let Some(scenario) = &arguments.scenario {
        read_scenario(&mut source, scenario, &found.files)?;
    }
    Ok(source)
}

fn text(files: &DealFiles, path: &str) -> anyhow::Result<String> {
    let bytes = files.read(path).map_err(anyhow::Error::msg).with_context(|| path.to_owned())?;
    String::from_utf8(bytes).with_context(|| format!("{path} is not UTF-8 text"))
}

fn read_scenario(source: &mut Source<'_>, scenario: &str, files: &DealFiles) -> anyhow::Result<()> {
    let path = Path::new(scenario);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => {
            let bytes = std::fs::read(path).with_context(|| scenario.to_owned())?;
            source.collected = Some((scenario.to_owned(), bytes));
        }
        Some("toml") => {
            let text = std::fs::read_to_string(path).with_context(|| scenario.to_owned())?;
            source.scenario = Some(Scenario::parse(scenario, &text)?);
        }
        _ => source.scenario = Some(named_scenario(source, scenario, files)?),
    }
    Ok(())
}

/// A scenario by its name: beside the case, the term sheet, or the case's own scenario.
fn named_scenario(source: &Source<'_>, name: &str, files: &DealFiles) -> anyhow::Result<Scenario> {
    let file = format!("scenario-{name}.toml");
    let case = source.case(&[])?;
    let folder_of =
        |file: &str| file.rsplit_once('/').map_or(".".to_owned(), |(folder, _)| folder.to_owned());
    let base = case.scenario.as_deref().map_or(".".to_owned(), folder_of);
    let folders = [".".to_owned(), folder_of(&case.deal), base];
    let found = folders.iter().find(|folder| files.scenarios(folder).contains(name));
    let Some(folder) = found else {
        let known: BTreeSet<String> = folders.iter().flat_map(|folder| files.scenarios(folder)).collect();
        let hint = deal::suggest(name, known.iter().map(String::as_str));
        let hint = hint.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let known: Vec<String> = known.into_iter().collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        bail!(
            "there is no scenario `{name}`{hint}\nscenarios of this deal: {known}; or name a .toml of shocks, or a .csv of observations"
        );
    };
    Ok(Scenario::parse(&file, &text(files, &format!("{folder}/{file}"))?)?)
}
