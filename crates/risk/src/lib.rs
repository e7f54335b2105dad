#![doc = include_str!("../README.md")]

pub mod bond;
pub mod depin;
