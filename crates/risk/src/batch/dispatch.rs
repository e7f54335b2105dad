//! The choice of instructions, made when the program runs: it is built for an old processor.

use std::fmt;
use std::sync::OnceLock;
use waterfall::{Baseline, Vectors};

/// Instructions that a processor may offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Those that the program is built for.
    Baseline,
    /// Vectors of 256 bits: x86-64-v3, with AVX2.
    #[cfg(target_arch = "x86_64")]
    V3(V3),
    /// Vectors of 512 bits: x86-64-v4, with AVX-512.
    #[cfg(target_arch = "x86_64")]
    V4(V4),
}

/// Something that feeds the engine, whichever instructions it is compiled for.
pub trait Work {
    /// What comes out; the same with all instructions.
    type Output;

    /// Does it; every event is applied with `vectors`.
    fn run<V: Vectors>(self, vectors: V) -> Self::Output;
}

impl Level {
    /// Returns what this processor offers, the widest last.
    pub fn offered() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let wider = [
            pulp::x86::V3::try_new().map(|token| Self::V3(V3(token))),
            pulp::x86::V4::try_new().map(|token| Self::V4(V4(token))),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let wider = [None];
        std::iter::once(Self::Baseline).chain(wider.into_iter().flatten()).collect()
    }

    /// Returns the widest that this processor offers.
    pub fn widest() -> Self {
        static WIDEST: OnceLock<Level> = OnceLock::new();
        *WIDEST.get_or_init(|| Self::offered().last().copied().unwrap_or(Self::Baseline))
    }

    /// Runs plain loops with these instructions: all that is written out in `part`, which is itself written out here.
    #[inline(always)]
    pub fn wide<R>(self, part: impl FnOnce() -> R) -> R {
        self.run(Wide(part))
    }

    /// Does some work with these instructions.
    #[inline(always)]
    pub fn run<W: Work>(self, work: W) -> W::Output {
        match self {
            Self::Baseline => work.run(Baseline),
            #[cfg(target_arch = "x86_64")]
            Self::V3(vectors) => work.run(vectors),
            #[cfg(target_arch = "x86_64")]
            Self::V4(vectors) => work.run(vectors),
        }
    }
}

/// Plain loops, compiled for each width of vectors.
struct Wide<F>(F);

impl<R, F: FnOnce() -> R> Work for Wide<F> {
    type Output = R;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> R {
        vectors.run(self.0)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Self::V3(_) => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Self::V4(_) => "AVX-512",
        })
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! vectors {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pulp::x86::$name);

        impl PartialEq for $name {
            fn eq(&self, _: &Self) -> bool {
                true
            }
        }

        impl Eq for $name {}

        impl Vectors for $name {
            #[inline(always)]
            fn run<R>(self, part: impl FnOnce() -> R) -> R {
                pulp::Simd::vectorize(self.0, Part(part))
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
vectors! {
    /// Says that the processor has AVX2.
    V3
}
#[cfg(target_arch = "x86_64")]
vectors! {
    /// Says that the processor has AVX-512.
    V4
}

/// A function that is written out where it runs, and compiled for it.
#[cfg(target_arch = "x86_64")]
struct Part<F>(F);

#[cfg(target_arch = "x86_64")]
impl<R, F: FnOnce() -> R> pulp::WithSimd for Part<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> R {
        (self.0)()
    }
}
