//! An amendment: a new plan, and the state carried over by id.

use crate::WaterfallError;
use crate::inputs::{input_field, receipt_field};
use crate::machine::Machine;
use crate::plan::{Clock, Note, NoteField, Plan, Register, VERSION};
use crate::posting::Journal;
use crate::state::State;
use alloc::vec::Vec;
use units::Id;

/// Registers of an element: a kind, so that a note and its interest do not meet, its id, where they begin, how many.
type Cells = Vec<((u8, Id), (Register, u16))>;

/// Carries the state of `old` over to `new`, element by element. What only `new` has starts empty; an account that `new`
/// lacks must be empty, and so must a note.
///
/// The classes whose consent an amendment needs give it before this is called.
///
/// # Errors
/// [`WaterfallError::NotPermitted`] if a payment date of the past differs, or something that holds money is missing; a
/// coupon that cannot be computed.
pub fn amend(old: &Plan, state: &State<1>, new: &Plan) -> Result<State<1>, WaterfallError> {
    let past = state.payment_number(old).map_or(0, |number| usize::from(number).saturating_add(1));
    if old.periods.get(..past) != new.periods.get(..past) || old.decimals != new.decimals {
        return Err(WaterfallError::NotPermitted);
    }
    let mut next = State::new(new);
    let (from, to) = (cells(old), cells(new));
    for (key, (source, count)) in &from {
        let copied = match found(&to, *key) {
            Some((target, room)) => {
                for offset in 0..(*count).min(room) {
                    next.write(target.saturating_add(offset), state.read(source.saturating_add(offset)));
                }
                room
            }
            None => 0,
        };
        for offset in copied..*count {
            if holds_money(key.0) && state.read(source.saturating_add(offset)) != [0] {
                return Err(WaterfallError::NotPermitted);
            }
        }
    }
    for offset in 0..Clock::COUNT {
        let cell = |plan: &Plan| plan.layout.literals.saturating_add(offset);
        next.write(cell(new), state.read(cell(old)));
    }
    next.write(new.layout.clock(Clock::State), [state_by_id(old, state, new)?]);
    (next.cash_in, next.cash_out) = (state.cash_in, state.cash_out);
    next.load_columns(new);
    begin_notes(new, &mut next, |note| found(&from, (NOTE, note.id)).is_none())?;
    Ok(next)
}

/// Stands where an event has its code.
const AMENDMENT: u8 = 255;

/// The bytes by which a hash chain knows an amendment, as it knows an event by its own: the version, a code, and the hash
/// of the new plan.
pub fn amendment_to_bytes(plan_hash: [u8; 32]) -> Vec<u8> {
    let mut bytes = Vec::from(VERSION.to_le_bytes());
    bytes.push(AMENDMENT);
    bytes.extend_from_slice(&plan_hash);
    bytes
}

/// The hash of the new plan, if these are the bytes of an amendment.
pub fn amendment_from_bytes(bytes: &[u8]) -> Option<[u8; 32]> {
    let (version, rest) = bytes.split_first_chunk()?;
    let (code, plan_hash) = rest.split_first()?;
    let known = u16::from_le_bytes(*version) == VERSION && *code == AMENDMENT;
    if known { plan_hash.try_into().ok() } else { None }
}

/// A note that joins a deal accrues from the period that begins now, at the coupon that its formula gives today.
fn begin_notes(
    plan: &Plan,
    state: &mut State<1>,
    joins: impl Fn(&Note) -> bool,
) -> Result<(), WaterfallError> {
    let Some(last) = state.payment_number(plan).and_then(|number| plan.period(number)) else { return Ok(()) };
    let mut journal = Journal::new();
    for note in plan.notes.iter().filter(|note| joins(note)) {
        state.write(note.register(NoteField::AccruedTo), [i64::from(last.end.days())]);
        Machine::new(plan, state, &mut journal).set_coupon(note)?;
    }
    Ok(())
}

fn state_by_id(old: &Plan, state: &State<1>, new: &Plan) -> Result<i64, WaterfallError> {
    let [index] = state.read(old.layout.clock(Clock::State));
    let id = usize::try_from(index).ok().and_then(|index| old.states.get(index)).map(|known| known.id);
    let position = new.states.iter().position(|known| Some(known.id) == id);
    position.and_then(|position| i64::try_from(position).ok()).ok_or(WaterfallError::NotPermitted)
}

const ACCOUNT: u8 = 0;
const NOTE: u8 = 1;
const NOTE_DUE: u8 = 10;

fn holds_money(kind: u8) -> bool {
    [ACCOUNT, NOTE, NOTE_DUE].contains(&kind)
}

fn found(cells: &Cells, key: (u8, Id)) -> Option<(Register, u16)> {
    cells.iter().find(|(known, _)| *known == key).map(|(_, cell)| *cell)
}

/// Every element's registers by kind and id.
fn cells(plan: &Plan) -> Cells {
    let mut cells = Cells::new();
    for account in &plan.accounts {
        cells.push(((ACCOUNT, account.id), (account.first, 2)));
    }
    for note in &plan.notes {
        let draws = note.draws.map_or(0, |draws| u16::from(draws.at_most).saturating_mul(2));
        cells.push(((NOTE, note.id), (note.first, NoteField::OWNED.saturating_add(draws))));
        cells.push(((NOTE_DUE, note.id), (note.due, NoteField::DUE)));
        cells.push(((11, note.id), (note.paid, NoteField::PAID)));
        cells.push(((12, note.id), (note.short, NoteField::DUE)));
    }
    for claim in plan.claims.iter().filter(|claim| claim.owns_registers()) {
        cells.push(((2, claim.id), (claim.due, 1)));
        cells.push(((3, claim.id), (claim.paid, 1)));
        cells.push(((9, claim.id), (claim.short, 1)));
    }
    for input in &plan.inputs {
        let reports = u16::from(input.reporters).saturating_mul(2);
        cells.push(((4, input.id), (input.first, input_field::COUNT.saturating_add(reports))));
    }
    for receipt in &plan.receipts {
        cells.push(((5, receipt.id), (receipt.first, receipt_field::COUNT)));
    }
    for trigger in &plan.triggers {
        cells.push(((6, trigger.id), (trigger.first, 4)));
    }
    for window in &plan.windows {
        cells.push(((7, window.id), (window.first, window.length)));
    }
    for fee in &plan.fees {
        let claim = plan.claims.get(usize::from(fee.claim));
        if let (Some(claim), Some(this_year)) = (claim, fee.this_year) {
            cells.push(((8, claim.id), (this_year, 1)));
        }
    }
    cells
}
