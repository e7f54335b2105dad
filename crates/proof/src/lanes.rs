//! One life in several lanes: the same events with different amounts.

use waterfall::{Event, Posting};

/// Spreads an event over lanes: lane 0 as it is, the others with other amounts.
pub fn in_lanes<const L: usize>(event: &Event<1>) -> Event<L> {
    let spread = |[amount]: [i64; 1]| std::array::from_fn(|lane| other_amount(amount, lane));
    match event.clone() {
        Event::Receive { account, source, amount, next_period } => {
            Event::Receive { account, source, amount: spread(amount), next_period }
        }
        Event::Report { input, reporter, value, as_of } => {
            Event::Report { input, reporter, value: spread(value), as_of }
        }
        Event::Restate { name, delta } => Event::Restate { name, delta: spread(delta) },
        Event::PayDate { number, today } => Event::PayDate { number, today },
        Event::Draw { note, amount, on } => Event::Draw { note, amount: spread(amount), on },
        Event::Proceeds { account, amount, allocated, last, on } => {
            Event::Proceeds { account, amount: spread(amount), allocated: spread(allocated), last, on }
        }
        Event::Waive { trigger, until } => Event::Waive { trigger, until },
        Event::Transition { to, on } => Event::Transition { to, on },
        Event::Surrender { note, amount, on } => Event::Surrender { note, amount: spread(amount), on },
    }
}

/// Zero stays zero and a sign stays a sign, so that most lanes accept what one accepts.
fn other_amount(amount: i64, lane: usize) -> i64 {
    match lane {
        0 => amount,
        1 => amount.saturating_sub(amount / 3),
        2 => amount.saturating_add(amount / 2),
        _ => amount.signum(),
    }
}

/// What one lane sees of postings; what says nothing there is left out. The payment number is that of the deals that run,
/// which a deal that has ended does not reach: it is taken from outside.
pub fn postings_in_lane<const L: usize>(
    postings: &[Posting<L>],
    (lane, payment): (usize, u16),
) -> Vec<Posting<1>> {
    let pick = |amounts: &[i64; L]| [amounts.get(lane).copied().unwrap_or(0)];
    let seen = postings.iter().map(|posting| Posting {
        payment,
        step: posting.step,
        kind: posting.kind,
        from: posting.from,
        to: posting.to,
        amount: pick(&posting.amount),
        short: pick(&posting.short),
    });
    seen.filter(|posting| posting.amount != [0] || posting.short != [0]).collect()
}
