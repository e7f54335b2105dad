//! Random futures of the world: a file of parameters, numbers by their place, what moves.

mod drawing;
mod exponential;
pub mod normal;
mod numbers;
mod parameters;
mod world;

pub use drawing::Drawing;
#[cfg(test)]
pub(crate) use numbers::{Block, between};
pub use numbers::{Numbers, Sampling};
pub use parameters::{
    BorrowerTerms, DefaultTerms, FollowTerms, GenerationTerms, OFFTAKERS_MAX, OutageTerms, PARAMETER_FILES,
    Parameters, PowerTerms, PriceTerms, SITES_MAX, SaleTerms, UseTerms, WalkTerms, parameters_for,
};
pub use world::{Driver, Month, World};
