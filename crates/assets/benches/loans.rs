//! Loans, in time.

fn main() {}
