//! Where the registers of a state lie in memory.

use alloc::vec;
use alloc::vec::Vec;

/// Bytes that a processor fetches and stores as one: a vector that lies across two costs twice.
const LINE: usize = 64;
/// Numbers in a line.
const NUMBERS: usize = 8;

/// Registers one after the other, one number a lane each. Where lanes fill whole vectors, the first begins a line.
#[derive(Debug)]
pub struct Cells<const L: usize> {
    numbers: Vec<i64>,
    start: usize,
}

impl<const L: usize> Cells<L> {
    /// So many registers, all zero.
    pub fn new(count: usize) -> Self {
        let slack = if L.is_multiple_of(NUMBERS) { NUMBERS.saturating_sub(1) } else { 0 };
        let numbers = vec![0; count.saturating_mul(L).saturating_add(slack)];
        let start = if slack == 0 { 0 } else { numbers.as_ptr().align_offset(LINE).min(slack) };
        Self { numbers, start }
    }

    #[inline(always)]
    pub fn all(&self) -> &[[i64; L]] {
        let whole = if L.is_multiple_of(NUMBERS) { self.numbers.get(self.start..) } else { None };
        whole.unwrap_or(&self.numbers).as_chunks().0
    }

    #[inline(always)]
    pub fn all_mut(&mut self) -> &mut [[i64; L]] {
        let start = if L.is_multiple_of(NUMBERS) { self.start.min(self.numbers.len()) } else { 0 };
        self.numbers.split_at_mut(start).1.as_chunks_mut().0
    }
}

impl<const L: usize> Clone for Cells<L> {
    fn clone(&self) -> Self {
        let mut copy = Self::new(self.all().len());
        copy.all_mut().copy_from_slice(self.all());
        copy
    }
}

impl<const L: usize> PartialEq for Cells<L> {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

impl<const L: usize> Eq for Cells<L> {}
