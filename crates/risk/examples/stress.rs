//! Lives random futures of a deal that ships and says how long it took.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/shipped/mod.rs"]
mod shipped;

use forebay_risk::lives::Deal;
use forebay_risk::scenario::{Drawing, Numbers, Parameters, Sampling};
use forebay_risk::{Control, live};
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "sierra-h100".to_owned());
    let paths: u64 = arguments.next().map_or(100_000, |paths| paths.parse().unwrap());
    let deal = Deal::new(&shipped::setup(&name, None), None).unwrap();
    let parameters = Parameters::parse("risk.toml", &shipped::text("deals/sierra-h100/risk.toml")).unwrap();
    let numbers =
        Numbers { seed: 1, sampling: Sampling::Random, paths, first_month: deal.exposure.origin + 1 };
    let drawing = Drawing::new(parameters, numbers, &[0.5, 0.5]);
    let begin = Instant::now();
    let mut world = forebay_risk::scenario::World::<32>::neutral(deal.exposure.months);
    let mut batch = forebay_risk::lives::Batch::<32>::new(&deal).unwrap();
    (0..100).for_each(|batch| drawing.draw(batch * 32, &mut world));
    println!("drawing: {:.2} us a path", begin.elapsed().as_secs_f64() * 1e6 / 3_200.0);
    let begin = Instant::now();
    (0..100).for_each(|number| batch.live(number * 32, &world).unwrap());
    println!("living: {:.2} us a path", begin.elapsed().as_secs_f64() * 1e6 / 3_200.0);
    let begin = Instant::now();
    let columns = live(&deal, &drawing, (paths, Control::default())).unwrap();
    let seconds = begin.elapsed().as_secs_f64();
    println!("{paths} paths in {seconds:.2} s: {:.0} paths a second", paths as f64 / seconds);
    for (class, columns) in deal.classes.iter().zip(&columns.classes) {
        let count = columns.lost.len() as f64;
        let lost = columns.lost.iter().filter(|lost| **lost > 0.0).count() as f64 / count;
        let mean = |column: &[f32]| column.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
        println!(
            "{}: probability of loss {:.2} %, expected loss {:.3} %, received {:.3}, yield {:.2} %",
            class.name,
            100.0 * lost,
            100.0 * mean(&columns.lost),
            mean(&columns.received),
            100.0 * mean(&columns.yields)
        );
    }
}
