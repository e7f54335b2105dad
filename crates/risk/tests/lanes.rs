//! A path is the same in a lane of its own as in a lane among others, whatever happens in them.
#![allow(missing_docs, clippy::unwrap_used)]

mod shipped;

use forebay_risk::lives::{Batch, Deal};
use forebay_risk::scenario::{Drawing, Numbers, Parameters, Sampling, World};
use forebay_risk::{Control, LANES, live};

fn drawing(deal: &Deal, (seed, paths): (u64, u64)) -> Drawing {
    let parameters = Parameters::parse("risk.toml", &shipped::text("data/risk-h100.toml")).unwrap();
    let numbers = Numbers { seed, sampling: Sampling::Random, paths, first_month: deal.exposure.origin + 1 };
    Drawing::new(parameters, numbers, &[0.5, 0.5])
}

fn check(name: &str, paths: u64) {
    let deal = Deal::new(&shipped::setup(name, None), None).unwrap();
    let drawing = drawing(&deal, (11, paths));
    let mut many = Batch::<LANES>::new(&deal).unwrap();
    let mut one = Batch::<1>::new(&deal).unwrap();
    let (mut worlds, mut world) =
        (World::neutral(deal.exposure.months), World::neutral(deal.exposure.months));
    for first in (0..paths).step_by(LANES) {
        drawing.draw(first, &mut worlds);
        many.live(first, &worlds).unwrap();
        for (lane, path) in (first..).enumerate().take(LANES) {
            drawing.draw(path, &mut world);
            one.live(path, &world).unwrap();
            for (a, b) in many.tally.classes.iter().zip(&one.tally.classes) {
                assert_eq!(a.received[lane], b.received[0], "{name}, path {path}");
                assert_eq!(a.principal[lane], b.principal[0], "{name}, path {path}");
                assert_eq!(a.short[lane], b.short[0], "{name}, path {path}");
            }
            for (a, b) in many.tally.paid.iter().zip(&one.tally.paid) {
                assert_eq!(a[lane], b[0], "{name}, path {path}");
            }
        }
    }
}

#[test]
fn a_path_does_not_know_its_neighbours() {
    check("sierra-h100", 160);
    check("sierra-h100-merchant", 96);
    check("hundred", 96);
    // Notes are drawn over time: what one future permits another refuses.
    check("gpu-ddtl", 96);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let deal = Deal::new(&shipped::setup("sierra-h100", None), None).unwrap();
    let drawing = drawing(&deal, (5, 3_000));
    let run = |threads: usize| {
        let control = Control { threads: std::num::NonZeroUsize::new(threads), ..Control::default() };
        live(&deal, &drawing, (3_000, control)).unwrap()
    };
    let (one, three) = (run(1), run(3));
    let bits = |column: &[f32]| column.iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
    for (a, b) in one.classes.iter().zip(&three.classes) {
        assert_eq!(bits(&a.lost), bits(&b.lost));
        assert_eq!(bits(&a.yields), bits(&b.yields));
    }
    assert_eq!(one.paid, three.paid);
}
