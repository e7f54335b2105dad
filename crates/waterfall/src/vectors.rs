//! Which of a processor's instructions the engine uses.

/// Runs a part of the engine as it is compiled for some processor.
///
/// The core is compiled for the oldest processor that it runs on. Who feeds it can know a better one, and then hands over
/// something that runs a function compiled for that: all that is written out in it is compiled so too.
pub trait Vectors: Copy {
    /// Runs it.
    fn run<R>(self, part: impl FnOnce() -> R) -> R;
}

/// What the build says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Baseline;

impl Vectors for Baseline {
    #[inline(always)]
    fn run<R>(self, part: impl FnOnce() -> R) -> R {
        part()
    }
}
