//! The registers of a state, while something works on them.

use crate::WaterfallError;
use crate::instruction::NONE;
use crate::lanes::{add, subtract};
use crate::plan::Register;
use core::ops::Range;

/// All registers of a state, one number a lane each.
///
/// A register that the plan does not have reads as zero and is not written: validated plans never ask for one.
pub struct Registers<'a, const L: usize>(pub &'a mut [[i64; L]]);

impl<const L: usize> Registers<'_, L> {
    /// Returns the value of a register.
    #[inline(always)]
    pub fn read(&self, register: Register) -> &[i64; L] {
        self.0.get(usize::from(register)).unwrap_or(&[0; L])
    }

    /// Sets a register.
    #[inline(always)]
    pub fn write(&mut self, register: Register, value: [i64; L]) {
        debug_assert!(usize::from(register) < self.0.len() || register == NONE);
        if let Some(cell) = self.0.get_mut(usize::from(register)) {
            *cell = value;
        }
    }

    /// Adds to a register.
    #[inline(always)]
    pub fn add(&mut self, register: Register, delta: &[i64; L]) -> Result<(), WaterfallError> {
        let Some(cell) = self.0.get_mut(usize::from(register)) else { return Ok(()) };
        add(cell, delta)
    }

    /// Takes from a register.
    #[inline(always)]
    pub fn subtract(&mut self, register: Register, delta: &[i64; L]) -> Result<(), WaterfallError> {
        let Some(cell) = self.0.get_mut(usize::from(register)) else { return Ok(()) };
        subtract(cell, delta)
    }

    /// Returns registers that lie one after the other, to be read and written in place.
    #[inline(always)]
    pub fn block<const N: usize>(&mut self, first: Register) -> Result<&mut [[i64; L]; N], WaterfallError> {
        let cells = self.0.get_mut(usize::from(first)..).and_then(|cells| cells.first_chunk_mut());
        cells.ok_or(WaterfallError::BadReference)
    }

    /// Sets a band of registers to zero.
    #[inline]
    pub fn clear(&mut self, band: Range<Register>) {
        if let Some(cells) = self.0.get_mut(usize::from(band.start)..usize::from(band.end)) {
            cells.fill([0; L]);
        }
    }

    /// Copies a band of registers onto the one of the same length that begins at `to`.
    #[inline]
    pub fn copy(&mut self, band: Range<Register>, to: Register) {
        let (source, target) = (usize::from(band.start)..usize::from(band.end), usize::from(to));
        let room = self.0.len().saturating_sub(target);
        if source.start <= source.end && source.end <= self.0.len() && source.len() <= room {
            self.0.copy_within(source, target);
        }
    }
}
