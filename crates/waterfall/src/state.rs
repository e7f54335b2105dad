use crate::WaterfallError;
use crate::cells::Cells;
use crate::lanes::{alike, chosen};
use crate::plan::{Clock, Plan, Register};
use crate::registers::Registers;
use alloc::vec::Vec;

/// What a deal remembers between events, in `L` lanes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State<const L: usize> {
    registers: Cells<L>,
    /// Cash that ever came in, by lane.
    pub cash_in: [i128; L],
    /// Cash that ever went out, by lane.
    pub cash_out: [i128; L],
    backup: Vec<[i64; L]>,
    totals_backup: [[i128; L]; 2],
}

impl<const L: usize> State<L> {
    /// Returns the state of a deal that has not closed yet.
    pub fn new(plan: &Plan) -> Self {
        let mut registers = Cells::new(plan.layout.total());
        for (cell, literal) in registers.all_mut().iter_mut().zip(&plan.literals) {
            *cell = [literal.value; L];
        }
        let mut state = Self {
            registers,
            cash_in: [0; L],
            cash_out: [0; L],
            backup: Vec::new(),
            totals_backup: [[0; L]; 2],
        };
        state.write(plan.layout.clock(Clock::PaymentNumber), [-1; L]);
        state
    }

    /// Returns the value of a register; zero for one that the plan does not have.
    #[inline(always)]
    pub fn read(&self, register: Register) -> [i64; L] {
        *self.registers.all().get(usize::from(register)).unwrap_or(&[0; L])
    }

    /// Sets a register.
    #[inline]
    pub(crate) fn write(&mut self, register: Register, value: [i64; L]) {
        self.registers().write(register, value);
    }

    /// Adds to a register.
    #[inline]
    pub(crate) fn add(&mut self, register: Register, delta: &[i64; L]) -> Result<(), WaterfallError> {
        self.registers().add(register, delta)
    }

    /// Returns all registers, to work on.
    #[inline]
    pub(crate) fn registers(&mut self) -> Registers<'_, L> {
        Registers(self.registers.all_mut())
    }

    /// Returns all registers and both totals, cash in and cash out, to work on.
    #[inline]
    pub(crate) fn parts(&mut self) -> (Registers<'_, L>, [&mut [i128; L]; 2]) {
        (Registers(self.registers.all_mut()), [&mut self.cash_in, &mut self.cash_out])
    }

    /// Returns registers that lie one after the other, to be read and written in place.
    #[inline]
    pub(crate) fn block<const N: usize>(
        &mut self,
        first: Register,
    ) -> Result<&mut [[i64; L]; N], WaterfallError> {
        let cells = self.registers.all_mut().get_mut(usize::from(first)..);
        cells.and_then(|cells| cells.first_chunk_mut()).ok_or(WaterfallError::BadReference)
    }

    /// Remembers the state, so that a refused event can leave no trace.
    pub(crate) fn save(&mut self, plan: &Plan) {
        self.backup.clear();
        for range in plan.layout.saved() {
            self.backup.extend_from_slice(self.registers.all().get(range).unwrap_or(&[]));
        }
        self.totals_backup = [self.cash_in, self.cash_out];
    }

    /// Goes back to what was saved.
    pub(crate) fn restore(&mut self, plan: &Plan) {
        let mut saved = self.backup.iter().copied();
        for range in plan.layout.saved() {
            let cells = self.registers.all_mut().get_mut(range).unwrap_or(&mut []);
            for (cell, value) in cells.iter_mut().zip(saved.by_ref()) {
                *cell = value;
            }
        }
        [self.cash_in, self.cash_out] = self.totals_backup;
        self.load_columns(plan);
    }

    /// Goes back to what was saved in the lanes where `mask` is 1.
    pub(crate) fn restore_lanes(&mut self, plan: &Plan, mask: &[i64; L]) {
        let mut saved = self.backup.iter().copied();
        for range in plan.layout.saved() {
            let cells = self.registers.all_mut().get_mut(range).unwrap_or(&mut []);
            for (cell, old) in cells.iter_mut().zip(saved.by_ref()) {
                *cell = chosen(mask, &old, cell);
            }
        }
        let [saved_in, saved_out] = self.totals_backup;
        for (totals, saved) in [(&mut self.cash_in, saved_in), (&mut self.cash_out, saved_out)] {
            for ((total, saved), on) in totals.iter_mut().zip(saved).zip(mask) {
                *total = if *on == 0 { *total } else { saved };
            }
        }
    }

    /// Lets one lane stand as another does. A lane that does not exist changes nothing.
    pub fn copy_lane(&mut self, from: usize, to: usize) {
        self.registers.all_mut().iter_mut().for_each(|lanes| copy_within(lanes, from, to));
        copy_within(&mut self.cash_in, from, to);
        copy_within(&mut self.cash_out, from, to);
    }

    /// Lets a lane stand as a state of its own does, which is of the same plan.
    pub fn set_lane(&mut self, lane: usize, alone: &State<1>) {
        for (lanes, [value]) in self.registers.all_mut().iter_mut().zip(alone.registers.all()) {
            put(lanes, lane, *value);
        }
        let ([cash_in], [cash_out]) = (alone.cash_in, alone.cash_out);
        put(&mut self.cash_in, lane, cash_in);
        put(&mut self.cash_out, lane, cash_out);
    }

    /// Returns one lane as a state of its own.
    ///
    /// # Errors
    /// [`WaterfallError::UnknownElement`] if there is no such lane.
    pub fn lane(&self, lane: usize) -> Result<State<1>, WaterfallError> {
        let pick =
            |cell: &[i64; L]| cell.get(lane).map(|value| [*value]).ok_or(WaterfallError::UnknownElement);
        let total =
            |cell: &[i128; L]| cell.get(lane).map(|value| [*value]).ok_or(WaterfallError::UnknownElement);
        let mut registers = Cells::new(self.registers.all().len());
        for (picked, cell) in registers.all_mut().iter_mut().zip(self.registers.all()) {
            *picked = pick(cell)?;
        }
        Ok(State {
            registers,
            cash_in: total(&self.cash_in)?,
            cash_out: total(&self.cash_out)?,
            backup: Vec::new(),
            totals_backup: [[0; 1]; 2],
        })
    }
}

fn copy_within<T: Copy>(lanes: &mut [T], from: usize, to: usize) {
    if let Some(value) = lanes.get(from) {
        put(lanes, to, *value);
    }
}

fn put<T>(lanes: &mut [T], lane: usize, value: T) {
    if let Some(cell) = lanes.get_mut(lane) {
        *cell = value;
    }
}

impl State<1> {
    /// Returns a state in which every lane stands as this one.
    pub fn in_lanes<const L: usize>(&self) -> State<L> {
        let mut registers = Cells::new(self.registers.all().len());
        for (lanes, [value]) in registers.all_mut().iter_mut().zip(self.registers.all()) {
            *lanes = [*value; L];
        }
        let ([cash_in], [cash_out]) = (self.cash_in, self.cash_out);
        State {
            registers,
            cash_in: [cash_in; L],
            cash_out: [cash_out; L],
            backup: Vec::new(),
            totals_backup: [[0; L]; 2],
        }
    }

    /// Returns the saved registers and totals as bytes: the same on every target.
    pub fn to_bytes(&self, plan: &Plan) -> Vec<u8> {
        let mut bytes = Vec::new();
        for range in plan.layout.saved() {
            for [value] in self.registers.all().get(range).unwrap_or(&[]) {
                bytes.extend_from_slice(&value.to_le_bytes());
            }
        }
        for [total] in [self.cash_in, self.cash_out] {
            bytes.extend_from_slice(&total.to_le_bytes());
        }
        bytes
    }

    /// Reads a state back.
    ///
    /// # Errors
    /// [`WaterfallError::WrongLength`] if the bytes are not a state of this plan.
    pub fn from_bytes(plan: &Plan, bytes: &[u8]) -> Result<Self, WaterfallError> {
        let mut state = Self::new(plan);
        let mut rest = bytes;
        for range in plan.layout.saved() {
            for cell in state.registers.all_mut().get_mut(range).unwrap_or(&mut []) {
                let (head, tail) = rest.split_first_chunk().ok_or(WaterfallError::WrongLength)?;
                *cell = [i64::from_le_bytes(*head)];
                rest = tail;
            }
        }
        for total in [&mut state.cash_in, &mut state.cash_out] {
            let (head, tail) = rest.split_first_chunk().ok_or(WaterfallError::WrongLength)?;
            *total = [i128::from_le_bytes(*head)];
            rest = tail;
        }
        state.load_columns(plan);
        if rest.is_empty() { Ok(state) } else { Err(WaterfallError::WrongLength) }
    }
}

impl<const L: usize> State<L> {
    /// Loads what depends on the payment number alone; before the closing, what holds at the closing.
    pub(crate) fn load_columns(&mut self, plan: &Plan) {
        let number = self.payment_number(plan).unwrap_or(0);
        for column in &plan.columns {
            let value = column.values.get(usize::from(number)).copied().unwrap_or(0);
            self.write(column.register, [value; L]);
        }
    }

    /// Returns the number of the last payment date that was executed; nothing before the closing.
    #[inline(always)]
    pub fn payment_number(&self, plan: &Plan) -> Option<u16> {
        // A lane whose deal has ended stays behind.
        let numbers = self.registers.all().get(usize::from(plan.layout.clock(Clock::PaymentNumber)))?;
        let last = if alike(numbers) { numbers.first() } else { numbers.iter().max() };
        u16::try_from(*last?).ok()
    }
}
