//! Every answer about a deal that ships: `stress NAME PATHS [FOLDER]`; files are written to the folder.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/shipped/mod.rs"]
mod shipped;

use forebay_risk::{
    Answers, Axes, Control, Futured, Options, Parameters, Path, Question, Sampling, Until, Vary, carrying,
    first_hurt, futures_answer, heat_map, measured, parameters_for, replay, solve, tornado,
};
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "sierra-h100".to_owned());
    let paths: u64 = arguments.next().map_or(100_000, |paths| paths.parse().unwrap());
    let folder = arguments.next();
    let setup = shipped::setup(&name, None);
    let file = parameters_for(setup.collateral.case()).unwrap();
    let parameters = Parameters::parse(file, &shipped::text(&format!("data/{file}"))).unwrap();
    let options = |paths: u64| Options { paths, seed: 1, sampling: Sampling::Random, from: None };
    let futured = Futured::new(&setup, &parameters, options(paths)).unwrap();
    let begin = Instant::now();
    let columns = futured.live(Control::default()).unwrap();
    let seconds = begin.elapsed().as_secs_f64();
    println!("{paths} paths in {seconds:.2} s: {:.0} paths a second", paths as f64 / seconds);
    let Some(folder) = folder else { return };
    let results = measured(&setup, &parameters, (&futured, &columns)).unwrap();
    println!("measured after {:.2} s", begin.elapsed().as_secs_f64());
    let few = options((paths / 50).max(64));
    let map =
        heat_map(&setup, &parameters, (&Axes::of(&futured.deal.exposure), options(0), Control::default()))
            .unwrap();
    let torn = tornado(&setup, &parameters, (few.clone(), Control::default())).unwrap();
    let table = shipped::text("data/history-replays.csv");
    let past = ["rtx_3090", "h100_rent"].map(|kind| Path::read(("replays", table.as_bytes()), kind).unwrap());
    let question = Question {
        vary: Vary::parse("note A").unwrap(),
        until: Until::parse("expected loss of A < 0.1 %").unwrap(),
        range: None,
    };
    let solutions = [solve((&setup, &parameters), &question, (few, Control::default())).unwrap()];
    let answers = Answers {
        stress: Some(&results),
        heat_map: Some(&map),
        tornado: Some(&torn),
        replays: &replay(&setup, &past).unwrap(),
        first_hurt: &first_hurt(&setup, Control::default()).unwrap(),
        carrying: Some(&carrying(&futured, &columns, "issuance")),
        solutions: &solutions,
    };
    let answer = futures_answer(&name, &answers);
    println!("{}", report::answer_text(&answer));
    let path = |file: &str| std::path::Path::new(&folder).join(file);
    std::fs::write(path("stress.html"), report::answer_page(&answer).unwrap()).unwrap();
    std::fs::write(path("stress.json"), serde_json::to_string_pretty(&results).unwrap()).unwrap();
    for (file, text) in report::answer_tables(&answer).unwrap() {
        std::fs::write(path(&file), text).unwrap();
    }
    println!("all after {:.2} s", begin.elapsed().as_secs_f64());
}
