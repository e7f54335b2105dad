//! Shipped term sheets compile, and their plans are what was compiled.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use forebay_deal::{Aggregate, Tape, compile, parse, render};
use waterfall::Plan;

const FLAGSHIP: &str = include_str!("../../../deals/sierra-h100/sierra-h100.deal");

fn compiled(text: &str) -> forebay_deal::Compiled {
    let document = parse(text).unwrap_or_else(|found| panic!("{}", render(("deal", text), &found, false)));
    // What the deal reads of its tape: 2,048 machines.
    let mut tape = Tape::default();
    tape.aggregates.insert("units".to_owned(), Aggregate::Quantity(2_048_000_000));
    compile(&document, &tape).unwrap_or_else(|found| panic!("{}", render(("deal", text), &found, false)))
}

#[test]
fn the_flagship_fits_sixteen_kibibytes_and_survives_its_bytes() {
    let compiled = compiled(FLAGSHIP);
    let bytes = compiled.plan.to_bytes();
    println!("{} bytes, {} instructions, {:?}", bytes.len(), compiled.plan.code.len(), compiled.plan.layout);
    assert!(bytes.len() <= 16 * 1024, "{} bytes", bytes.len());
    let read = Plan::from_bytes(&bytes).unwrap();
    assert_eq!(read, compiled.plan);
    assert_eq!(read.to_bytes(), bytes);
}
