//! The numbers that a deal is made from.

/// A list of numbers, read once from front to back. Behind its end every number is zero, which stands for the simplest
/// choice everywhere, so that a list that is cut short makes a simpler deal.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    rest: &'a [u32],
}

impl<'a> Choices<'a> {
    /// Begins to read.
    pub fn new(numbers: &'a [u32]) -> Self {
        Self { rest: numbers }
    }

    fn next(&mut self) -> u32 {
        match self.rest.split_first() {
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `count`; zero if `count` is zero.
    pub fn below(&mut self, count: u32) -> u32 {
        let wide = u64::from(self.next()).wrapping_mul(u64::from(count)) >> 32_u32;
        u32::try_from(wide).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) >= 100_u32.saturating_sub(percent)
    }

    /// One of several things; the first is the simplest.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let index = self.below(u32::try_from(from.len()).unwrap_or(0));
        from.get(usize::try_from(index).unwrap_or(0)).cloned()
    }

    /// One of several things, where there is always one.
    pub fn one<T: Clone, const N: usize>(&mut self, from: [T; N]) -> T {
        let index = self.below(u32::try_from(N).unwrap_or(1));
        let [first, ..] = from.as_slice() else { return self.one(from) };
        from.get(usize::try_from(index).unwrap_or(0)).unwrap_or(first).clone()
    }

    /// Some of several things, in their order.
    pub fn some<T: Clone>(&mut self, from: &[T], percent: u32) -> Vec<T> {
        from.iter().filter(|_| self.chance(percent)).cloned().collect()
    }
}
