//! Random numbers by their place: every number belongs to a seed, a path, a month and a use, so that a path is the same
//! whichever thread draws it, and two deals with one seed live in the same world.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

/// Numbers a month, and numbers before the first month: one block of the generator each.
pub const BLOCK: usize = 16;

/// The numbers of a month, in each lane, as words: see [`between`].
pub type Block<const L: usize> = [[u32; L]; BLOCK];

/// The number between 0 and 1, both excluded, that a word stands for.
#[inline(always)]
pub fn between(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// How paths are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Independent of each other.
    #[default]
    Random,
    /// In pairs: the second of a pair takes the opposite of every number of the first.
    Antithetic,
    /// Sobol points with Owen's scrambling, in independent replicates; months beyond the sequence's dimensions are random.
    QuasiRandom,
}

impl Sampling {
    /// Replicates of quasi-random points: the error is read from how far they differ.
    pub const REPLICATES: u64 = 16;

    /// Returns how many paths in a row form one independent observation, if `paths` are run.
    pub fn group(self, paths: u64) -> u64 {
        match self {
            Self::Random => 1,
            Self::Antithetic => 2,
            Self::QuasiRandom => paths.div_ceil(Self::REPLICATES).max(1),
        }
    }
}

/// Where numbers come from.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// Names the run.
    pub seed: u64,
    /// How paths are spread.
    pub sampling: Sampling,
    /// How many paths are run in all; quasi-random replicates are cut from them.
    pub paths: u64,
    /// Calendar month (counted from the year 0) of the first block after the header.
    pub first_month: u32,
}

/// Most points of one Sobol sequence, and its dimensions.
const POINTS: u64 = 1 << 16;
const DIMENSIONS: usize = sobol_burley::NUM_DIMENSIONS as usize;

impl Numbers {
    /// Fills each lane of `out` with the numbers of a path, from `first` on: first the header, then month after month.
    pub fn fill<const L: usize>(&self, first: u64, out: &mut [Block<L>]) {
        let generator = ChaCha8Rng::seed_from_u64(self.seed);
        for (lane, path) in (first..).enumerate().take(L) {
            self.fill_lane(&mut generator.clone(), (path, lane), out);
        }
    }

    fn fill_lane<const L: usize>(
        &self,
        generator: &mut ChaCha8Rng,
        (path, lane): (u64, usize),
        out: &mut [Block<L>],
    ) {
        let mirrored = self.sampling == Sampling::Antithetic && path % 2 == 1;
        let stream = if self.sampling == Sampling::Antithetic { path / 2 } else { path };
        generator.set_stream(stream);
        let (header, months) = out.split_at_mut(out.len().min(1));
        for block in header {
            fill_block(generator, (block, lane));
        }
        // The header is the block of month zero.
        generator.set_word_pos(u128::from(self.first_month) * BLOCK as u128);
        for block in months {
            fill_block(generator, (block, lane));
        }
        if self.sampling == Sampling::QuasiRandom {
            self.spread((path, lane), out);
        }
        if mirrored {
            // The word of one less the number.
            out.as_flattened_mut().iter_mut().for_each(|words| words[lane] = !words[lane]);
        }
    }

    /// Puts Sobol points in the place of the first dimensions.
    fn spread<const L: usize>(&self, (path, lane): (u64, usize), out: &mut [Block<L>]) {
        let group = self.sampling.group(self.paths);
        let (replicate, index) = (path / group, path % group);
        let scramble = mixed(self.seed ^ mixed(replicate ^ mixed(index / POINTS)));
        let (index, seed) = ((index % POINTS) as u32, (scramble >> 32) as u32);
        for (dimension, words) in (0_u32..).zip(out.as_flattened_mut().iter_mut().take(DIMENSIONS)) {
            let point = f64::from(sobol_burley::sample(index, dimension, seed));
            words[lane] = (point * 4_294_967_296.0) as u32;
        }
    }
}

fn fill_block<const L: usize>(generator: &mut ChaCha8Rng, (block, lane): (&mut Block<L>, usize)) {
    for words in block {
        words[lane] = generator.next_u32();
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): seeds of replicates that have nothing to do with each other.
const fn mixed(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(sampling: Sampling, first_month: u32, path: u64) -> Vec<Block<1>> {
        let mut out = vec![[[0; 1]; BLOCK]; 4];
        Numbers { seed: 7, sampling, paths: 1_000, first_month }.fill(path, &mut out);
        out
    }

    #[test]
    fn a_month_is_the_same_for_every_deal() {
        let (early, late) = (drawn(Sampling::Random, 100, 5), drawn(Sampling::Random, 101, 5));
        assert_eq!((early[0], early[2], early[3]), (late[0], late[1], late[2]));
        assert_ne!(early[1], late[1]);
        assert_ne!(early[1], drawn(Sampling::Random, 100, 6)[1]);
    }

    #[test]
    fn the_second_of_a_pair_is_the_opposite_of_the_first() {
        let (one, two) = (drawn(Sampling::Antithetic, 100, 8), drawn(Sampling::Antithetic, 100, 9));
        for ([a], [b]) in one.as_flattened().iter().zip(two.as_flattened()) {
            assert!((between(*a) + between(*b) - 1.0).abs() < 1e-12, "{a} {b}");
        }
    }

    /// In each dimension the points of a replicate fall evenly into as many cells as there are points.
    #[test]
    fn quasi_random_points_are_spread_evenly() {
        let numbers = Numbers { seed: 3, sampling: Sampling::QuasiRandom, paths: 1_024, first_month: 1 };
        let mut seen = [[false; 64]; 3];
        for path in 64..128 {
            let mut out = [[[0; 1]; BLOCK]; 1];
            numbers.fill(path, &mut out);
            for (seen, [number]) in seen.iter_mut().zip(out[0]) {
                seen[(between(number) * 64.0) as usize] = true;
            }
        }
        assert_eq!(seen, [[true; 64]; 3]);
    }
}
