//! The bytes of a plan: little-endian, a version, sections in a fixed order. Decoding what was encoded gives the same
//! plan, and encoding what was decoded gives the same bytes.

use crate::instruction::{Instruction, Operation};
use crate::plan::*;
use crate::validate::{PERIODS_MAX, require_version};
use crate::{Event, WaterfallError};
use alloc::string::String;
use alloc::vec::Vec;
use units::{Date, DayCount, Id};

const MAGIC: [u8; 4] = *b"FBY\0";

impl Plan {
    /// Returns the canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&MAGIC);
        VERSION.encode(&mut bytes);
        self.encode(&mut bytes);
        bytes
    }

    /// Reads a plan and validates it.
    ///
    /// # Errors
    /// Codes 420 to 426: what is wrong with the bytes or the plan.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WaterfallError> {
        let plan = read(Reader { rest: bytes, with_names: true })?;
        plan.validate()?;
        Ok(plan)
    }

    /// Reads a plan that was validated when it was installed. It comes without the names, which only people need.
    ///
    /// # Errors
    /// Codes 420 to 426: the bytes are not those of a plan.
    pub fn from_installed_bytes(bytes: &[u8]) -> Result<Self, WaterfallError> {
        read(Reader { rest: bytes, with_names: false })
    }
}

fn read(mut reader: Reader<'_>) -> Result<Plan, WaterfallError> {
    if reader.take::<4>()? != MAGIC {
        return Err(WaterfallError::NotAPlan);
    }
    require_version(u16::decode(&mut reader)?)?;
    let plan = Plan::decode(&mut reader)?;
    if reader.rest.is_empty() { Ok(plan) } else { Err(WaterfallError::WrongLength) }
}

struct Reader<'a> {
    rest: &'a [u8],
    with_names: bool,
}

impl Reader<'_> {
    #[inline(always)]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], WaterfallError> {
        let (head, tail) = self.rest.split_first_chunk().ok_or(WaterfallError::WrongLength)?;
        self.rest = tail;
        Ok(*head)
    }
}

trait Wire: Sized {
    fn encode(&self, bytes: &mut Vec<u8>);
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError>;
}

macro_rules! wire_integer {
    ($($integer:ty),*) => {$(
        impl Wire for $integer {
            fn encode(&self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            #[inline(always)]
            fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
                Ok(Self::from_le_bytes(reader.take()?))
            }
        }
    )*};
}
wire_integer!(u8, u16, u32, i32, i64);

/// A record is its fields in order.
macro_rules! wire_record {
    ($($record:ident { $($field:ident),* $(,)? })*) => {$(
        impl Wire for $record {
            fn encode(&self, bytes: &mut Vec<u8>) {
                $(self.$field.encode(bytes);)*
            }
            fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
                Ok(Self { $($field: Wire::decode(reader)?),* })
            }
        }
    )*};
}

/// A record of always as many bytes: looked at once, however many fields it has.
macro_rules! wire_row {
    ($($record:ident [$size:literal] { $($field:ident),* $(,)? })*) => {$(
        impl Wire for $record {
            fn encode(&self, bytes: &mut Vec<u8>) {
                $(self.$field.encode(bytes);)*
            }
            #[inline]
            fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
                let row: [u8; $size] = reader.take()?;
                let reader = &mut Reader { rest: &row, with_names: false };
                Ok(Self { $($field: Wire::decode(reader)?),* })
            }
        }
    )*};
}

wire_row! {
    Literal [12] { id, value }
    Period [16] { start, end, determination, payment }
    Instruction [12] { operation, mode, step, d, a, b, c }
}

/// A choice is a code and what belongs to it.
macro_rules! wire_choice {
    ($($choice:ident { $($code:literal => $variant:ident $(($($part:ident),*))? $({$($name:ident),*})?),* $(,)? })*) => {$(
        impl Wire for $choice {
            fn encode(&self, bytes: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $(($($part),*))? $({$($name),*})? => {
                        bytes.push($code);
                        $($($part.encode(bytes);)*)?
                        $($($name.encode(bytes);)*)?
                    })*
                }
            }
            fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
                match u8::decode(reader)? {
                    $($code => {
                        $($(let $part = Wire::decode(reader)?;)*)?
                        $($(let $name = Wire::decode(reader)?;)*)?
                        Ok(Self::$variant $(($($part),*))? $({$($name),*})?)
                    })*
                    _ => Err(WaterfallError::BadReference),
                }
            }
        }
    )*};
}

wire_record! {
    Plan {
        decimals, tape, literals, layout, periods, final_payment, fractions, grace_days, columns, inputs, receipts,
        accounts, claims, notes, equities, uses, fees, determination, windows, triggers, states, transitions,
        waterfalls, groups, permits, steps, inspected, code, names,
    }
    Layout { literals, clock, columns, paid, due, owned, history, temporaries }
    Fractions { day_count, numerators }
    Input { id, first, stale_after_days, fallback, reporters, quorum }
    Receipt { id, account, first }
    Account { id, first }
    Claim { id, kind, due, paid, short }
    Note {
        id, interest, first, paid, due, short, amount, day_count, coupon, coupon_result, terms, locked, accretes, notional, unpaid,
        amortisation, additional, maturity, draws,
    }
    Draws { until, at_most, payments, interest_only, to }
    Equity { id, amount }
    Fee { section, result, cap, claim, excess, a_year, this_year, once_at_closing }
    Window { id, first, length }
    Trigger { id, first, section, condition, hits, of, cure, moment }
    State { id, waterfall }
    Transition { from, to, section, condition }
    Waterfall { id, section }
    Group { members, residue }
    Permit { id, section, condition }
    Step { id, waterfall }
    Inspected { id, kind, section, result }
}

wire_choice! {
    Fallback { 0 => Last, 1 => LastLess(share), 2 => LastPlus(share), 3 => Value(literal) }
    ClaimKind {
        0 => Interest(note), 1 => Scheduled(note), 2 => Principal(note), 3 => Additional(note), 4 => Cost,
        5 => Residual,
    }
    UnpaidInterest { 0 => Carried, 1 => Bears(plus), 2 => Capitalised }
    Amortisation {
        0 => Bullet, 1 => Level { first, last }, 2 => Linear { first, last }, 3 => Planned(target),
    }
    Use {
        0 => Payee(id, amount), 1 => Account(account, amount), 2 => Fee(fee), 3 => RestToPayee(id),
        4 => RestToAccount(account),
    }
    Moment { 0 => BeforeCollection, 1 => Determination, 2 => AfterPayment }
    ValueKind { 0 => Amount, 1 => Rate, 2 => Quantity, 3 => Flag, 4 => Date, 5 => Ratio }
}

impl Wire for bool {
    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        match u8::decode(reader)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WaterfallError::BadReference),
        }
    }
}

impl Event<1> {
    /// Returns the event as bytes: the same on every target.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        VERSION.encode(&mut bytes);
        self.encode(&mut bytes);
        bytes
    }

    /// Reads an event back.
    ///
    /// # Errors
    /// Codes 421 to 423: the bytes are not those of an event.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WaterfallError> {
        let mut reader = Reader { rest: bytes, with_names: true };
        require_version(u16::decode(&mut reader)?)?;
        let event = Self::decode(&mut reader)?;
        if reader.rest.is_empty() { Ok(event) } else { Err(WaterfallError::WrongLength) }
    }
}

/// An event is a code and its fields, in the order of their declaration.
impl Wire for Event<1> {
    fn encode(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Receive { account, source, amount: [amount], next_period } => {
                (0_u8, (*account, (*source, (*amount, *next_period)))).encode(bytes);
            }
            Self::Report { input, reporter, value: [value], as_of } => {
                (1_u8, (*input, (*reporter, (*value, *as_of)))).encode(bytes);
            }
            Self::Restate { name, delta: [delta] } => (2_u8, (*name, *delta)).encode(bytes),
            Self::PayDate { number, today } => (3_u8, (*number, *today)).encode(bytes),
            Self::Draw { note, amount: [amount], on } => (4_u8, (*note, (*amount, *on))).encode(bytes),
            Self::Proceeds { account, amount: [amount], allocated: [allocated], last, on } => {
                (5_u8, (*account, (*amount, (*allocated, (*last, *on))))).encode(bytes);
            }
            Self::Waive { trigger, until } => (6_u8, (*trigger, *until)).encode(bytes),
            Self::Transition { to, on } => (7_u8, (*to, *on)).encode(bytes),
            Self::Surrender { note, amount: [amount], on } => (8_u8, (*note, (*amount, *on))).encode(bytes),
        }
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        Ok(match u8::decode(reader)? {
            0 => {
                let (account, (source, (amount, next_period))) = Wire::decode(reader)?;
                Self::Receive { account, source, amount: [amount], next_period }
            }
            1 => {
                let (input, (reporter, (value, as_of))) = Wire::decode(reader)?;
                Self::Report { input, reporter, value: [value], as_of }
            }
            2 => {
                let (name, delta) = Wire::decode(reader)?;
                Self::Restate { name, delta: [delta] }
            }
            3 => {
                let (number, today) = Wire::decode(reader)?;
                Self::PayDate { number, today }
            }
            4 => {
                let (note, (amount, on)) = Wire::decode(reader)?;
                Self::Draw { note, amount: [amount], on }
            }
            5 => {
                let (account, (amount, (allocated, (last, on)))) = Wire::decode(reader)?;
                Self::Proceeds { account, amount: [amount], allocated: [allocated], last, on }
            }
            6 => {
                let (trigger, until) = Wire::decode(reader)?;
                Self::Waive { trigger, until }
            }
            7 => {
                let (to, on) = Wire::decode(reader)?;
                Self::Transition { to, on }
            }
            8 => {
                let (note, (amount, on)) = Wire::decode(reader)?;
                Self::Surrender { note, amount: [amount], on }
            }
            _ => return Err(WaterfallError::BadReference),
        })
    }
}

impl Wire for Id {
    fn encode(&self, bytes: &mut Vec<u8>) {
        self.0.encode(bytes);
    }
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        Ok(Self(u32::decode(reader)?))
    }
}

impl Wire for Date {
    fn encode(&self, bytes: &mut Vec<u8>) {
        self.days().encode(bytes);
    }
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        // Centuries either way, so that no sum of a date and a 16-bit count of days can overflow.
        let days = i32::decode(reader)?;
        let sane = (-200_000..=200_000).contains(&days);
        if sane { Ok(Self::from_days(days)) } else { Err(WaterfallError::BadReference) }
    }
}

impl Wire for DayCount {
    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.code());
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        Self::from_code(u8::decode(reader)?).ok_or(WaterfallError::BadReference)
    }
}

impl Wire for Operation {
    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.code());
    }
    #[inline]
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        Self::from_code(u8::decode(reader)?)
    }
}

impl Wire for Section {
    fn encode(&self, bytes: &mut Vec<u8>) {
        self.start.encode(bytes);
        self.end.encode(bytes);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        let (start, end) = Wire::decode(reader)?;
        if start <= end { Ok(start..end) } else { Err(WaterfallError::BadReference) }
    }
}

impl Wire for [u8; 32] {
    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        reader.take()
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn encode(&self, bytes: &mut Vec<u8>) {
        self.0.encode(bytes);
        self.1.encode(bytes);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        Ok((A::decode(reader)?, B::decode(reader)?))
    }
}

impl<T: Wire> Wire for Option<T> {
    fn encode(&self, bytes: &mut Vec<u8>) {
        self.is_some().encode(bytes);
        if let Some(value) = self {
            value.encode(bytes);
        }
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        if bool::decode(reader)? { T::decode(reader).map(Some) } else { Ok(None) }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn encode(&self, bytes: &mut Vec<u8>) {
        u16::try_from(self.len()).unwrap_or(u16::MAX).encode(bytes);
        for item in self {
            item.encode(bytes);
        }
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        let length = u16::decode(reader)?;
        // Every item has at least a byte, so a hostile length cannot make this allocate much.
        let mut items = Self::with_capacity(usize::from(length).min(reader.rest.len()));
        for _ in 0..length {
            items.push(T::decode(reader)?);
        }
        Ok(items)
    }
}

impl Wire for String {
    fn encode(&self, bytes: &mut Vec<u8>) {
        u8::try_from(self.len()).unwrap_or(u8::MAX).encode(bytes);
        bytes.extend(self.bytes().take(usize::from(u8::MAX)));
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        let length = usize::from(u8::decode(reader)?);
        let text = reader.rest.get(..length).ok_or(WaterfallError::WrongLength)?;
        reader.rest = reader.rest.get(length..).unwrap_or(&[]);
        let text = if reader.with_names { text.to_vec() } else { Vec::new() };
        Self::from_utf8(text).map_err(|_| WaterfallError::BadReference)
    }
}

/// Values that repeat are written once with a count.
impl Wire for Column {
    fn encode(&self, bytes: &mut Vec<u8>) {
        self.register.encode(bytes);
        let runs: Vec<(u16, i64)> = self
            .values
            .chunk_by(|a, b| a == b)
            .map(|run| (u16::try_from(run.len()).unwrap_or(u16::MAX), run.first().copied().unwrap_or(0)))
            .collect();
        runs.encode(bytes);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WaterfallError> {
        let register = Wire::decode(reader)?;
        let runs: Vec<(u16, i64)> = Wire::decode(reader)?;
        let mut values = Vec::new();
        let mut last = None;
        for (count, value) in runs {
            // One way to write a column, so that a plan has one hash.
            if count == 0 || last == Some(value) || values.len().saturating_add(count.into()) > PERIODS_MAX {
                return Err(WaterfallError::BadReference);
            }
            values.extend(core::iter::repeat_n(value, count.into()));
            last = Some(value);
        }
        Ok(Self { register, values })
    }
}
