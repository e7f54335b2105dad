//! The rules of acceptance, one a row; and what holds for any two readings.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use forebay_node::Refusal;
use forebay_node::telemetry::{
    Body, Device, Direction, Gpu, Kind, Last, Meter, Policy, Reading, ReadingHash, Site, Slot, Verdict, judge,
};
use proptest::prelude::*;
use support::{NOW, Signer};

fn device(kind: Kind) -> Device {
    Signer::new(kind, 1).registration().device().unwrap()
}

fn meter(register: u64, interval: u64) -> Body {
    Body::Meter(Meter {
        direction: Direction::Load,
        register_watt_hour: register,
        interval_watt_hour: interval,
    })
}

fn gpu(uptime_seconds: u64, energy_millijoule: u64) -> Body {
    let ecc = 5;
    Body::Gpu(Gpu {
        utilisation_ppm: 1_000_000,
        power_milliwatt: 6_600_000,
        ecc_corrected: ecc,
        ecc_uncorrected: 0,
        uptime_seconds,
        energy_millijoule,
    })
}

fn site(facility: u64, machines: u64, effectiveness_ppm: u32) -> Body {
    Body::Site(Site { facility_watt_hour: facility, machines_watt_hour: machines, effectiveness_ppm })
}

fn reading(sequence: u64, body: Body) -> Reading {
    let device = Signer::new(body.kind(), 1).id();
    // An hour each, the first one two hours ago.
    let slot = Slot { start: NOW + 3_600 * sequence - 7_200 - 3_600, seconds: 3_600 };
    let previous = if sequence == 1 { ReadingHash::default() } else { ReadingHash([7; 32]) };
    Reading { device, sequence, slot, previous, body }
}

fn after(first: Body) -> Last {
    Last { reading: reading(1, first), hash: ReadingHash([7; 32]) }
}

fn word(verdict: Verdict) -> String {
    match verdict {
        Verdict::Next { gap: None } => "next".to_owned(),
        Verdict::Next { gap: Some(gap) } => format!("gap {}-{}", gap.first, gap.last),
        Verdict::Passed => "passed".to_owned(),
        Verdict::SlotTaken => "slot".to_owned(),
        Verdict::ChainBroken => "chain".to_owned(),
        Verdict::Refused(refusal) => refusal.name().to_owned(),
    }
}

fn check(what: &str, (last, next): (Option<Body>, Reading), wanted: &str) {
    let last = last.map(after);
    let verdict = judge(&device(next.body.kind()), last.as_ref(), &next, (&Policy::default(), NOW));
    assert_eq!(word(verdict), wanted, "{what}");
}

#[test]
fn a_first_reading() {
    let first = reading(1, meter(9, 6_600));
    check("an interval at the capacity and a tenth", (None, first), "next");
    check("a watt-hour more", (None, reading(1, meter(9_000, 6_601))), "above_capacity");
    check("not the device's first", (None, reading(2, meter(9, 1))), "gap 1-1");
    check("zero is no number", (None, Reading { sequence: 0, ..first }), "impossible");
    check(
        "after a reading that was never heard",
        (None, Reading { previous: ReadingHash([1; 32]), ..first }),
        "chain",
    );
    let at = |start, seconds| Reading { slot: Slot { start, seconds }, body: meter(9, 0), ..first };
    check("two minutes ahead", (None, at(NOW + 60, 60)), "next");
    check("a second more", (None, at(NOW + 61, 60)), "slot_ahead");
    check("as the registration begins", (None, at(NOW - 86_400, 60)), "next");
    check("before it", (None, at(NOW - 86_401, 60)), "not_in_force");
    check("no time at all", (None, at(NOW - 60, 0)), "impossible");
    check("more than a day", (None, at(NOW - 86_400, 86_401)), "impossible");
    let other = Device { kind: Kind::Gpu, ..device(Kind::Meter) };
    let verdict = judge(&other, None, &first, (&Policy::default(), NOW));
    assert_eq!(verdict, Verdict::Refused(Refusal::WrongKind));
    let old = Policy { age_seconds: 7_199, ..Policy::default() };
    let verdict = judge(&device(Kind::Meter), None, &first, (&old, NOW));
    assert_eq!(verdict, Verdict::Refused(Refusal::SlotTooOld));
}

#[test]
fn a_meter_s_next_reading() {
    let last = Some(meter(1_000, 10));
    let next = reading(2, meter(1_500, 500));
    check("the register rises by the interval", (last, next), "next");
    check("by less", (last, reading(2, meter(1_499, 500))), "register");
    check("by more", (last, reading(2, meter(1_501, 500))), "register");
    check("it falls", (last, reading(2, meter(999, 0))), "register_fell");
    check("more than it can", (last, reading(2, meter(7_601, 6_601))), "above_capacity");
    check(
        "the other way",
        (
            last,
            reading(
                2,
                Body::Meter(Meter {
                    direction: Direction::Generation,
                    register_watt_hour: 1_500,
                    interval_watt_hour: 500,
                }),
            ),
        ),
        "register",
    );
    check("the same number", (last, reading(1, meter(1_500, 500))), "passed");
    check("another chain", (last, Reading { previous: ReadingHash([8; 32]), ..next }), "chain");
    let early = Slot { start: next.slot.start - 1, seconds: 60 };
    check("a slot that was taken", (last, Reading { slot: early, ..next }), "slot");
    let late = Slot { start: next.slot.start + 600, seconds: 3_600 };
    check("a pause without a gap", (last, Reading { slot: late, ..next }), "slot_ahead");
}

#[test]
fn a_reading_after_a_gap() {
    let next = |register, interval| Reading {
        slot: Slot { start: NOW - 3_600, seconds: 3_600 },
        ..reading(4, meter(register, interval))
    };
    let last = Some(meter(1_000, 10));
    check("the register rose meanwhile", (last, next(4_000, 500)), "gap 2-3");
    check("by less than the interval", (last, next(1_400, 500)), "register");
    check("by more than the time allows", (last, next(7_601, 500)), "above_capacity");
    check("it fell", (last, next(900, 0)), "register_fell");
}

#[test]
fn a_processor_s_next_reading() {
    let last = Some(gpu(10_000, 1_000_000));
    check("an hour at the capacity", (last, reading(2, gpu(13_600, 1_000_000 + 6_600 * 3_600_000))), "next");
    check("uptime runs ahead", (last, reading(2, gpu(13_603, 2_000_000))), "uptime");
    check("energy falls", (last, reading(2, gpu(13_600, 999_999))), "register_fell");
    check(
        "more energy than it can",
        (last, reading(2, gpu(13_600, 1_000_000 + 6_600 * 3_603_000))),
        "above_capacity",
    );
    check("a restart", (last, reading(2, gpu(60, 6_600 * 60_000))), "next");
    check("a restart before the last reading", (last, reading(2, gpu(3_603, 0))), "uptime");
    check("a restart with too much energy", (last, reading(2, gpu(60, 6_600 * 63_000))), "above_capacity");
    let changed = |change: fn(&mut Gpu)| {
        let mut next = Gpu { uptime_seconds: 13_600, ..Gpu::default() };
        (next.energy_millijoule, next.ecc_corrected) = (1_000_000, 5);
        change(&mut next);
        reading(2, Body::Gpu(next))
    };
    check("nothing to do", (last, changed(|_| ())), "next");
    check("more than all of the time", (last, changed(|gpu| gpu.utilisation_ppm = 1_000_001)), "impossible");
    check("more than its power", (last, changed(|gpu| gpu.power_milliwatt = 6_600_001)), "above_capacity");
    check("errors are forgotten", (last, changed(|gpu| gpu.ecc_corrected = 4)), "register_fell");
}

#[test]
fn a_site_s_next_reading() {
    let last = Some(site(10_000, 8_000, 1_250_000));
    check("1300 over 1000", (last, reading(2, site(11_300, 9_000, 1_300_000))), "next");
    check("rounded down", (last, reading(2, site(11_000, 8_900, 1_111_111))), "next");
    check("rounded up", (last, reading(2, site(11_000, 8_900, 1_111_112))), "register");
    check("the machines used nothing", (last, reading(2, site(10_100, 8_000, 0))), "next");
    check("a ratio of nothing", (last, reading(2, site(10_100, 8_000, 1_000_000))), "register");
    check("less than the machines", (last, reading(2, site(10_100, 8_200, 1_000_000))), "impossible");
    check("below one", (None, reading(1, site(10, 10, 999_999))), "impossible");
    check("more machines than site", (None, reading(1, site(10, 11, 1_000_000))), "impossible");
    check("it falls", (last, reading(2, site(9_999, 8_000, 0))), "register_fell");
    check("more than it can", (last, reading(2, site(16_601, 8_500, 13_202_000))), "above_capacity");
}

fn bodies() -> impl Strategy<Value = Body> {
    let meters =
        (any::<u16>(), any::<u16>()).prop_map(|(register, interval)| meter(register.into(), interval.into()));
    let gpus = (any::<u16>(), any::<u32>()).prop_map(|(uptime, energy)| gpu(uptime.into(), energy.into()));
    let sites = (any::<u16>(), any::<u16>(), 0..3_000_000_u32)
        .prop_map(|(facility, machines, ratio)| site(facility.into(), machines.into(), ratio));
    prop_oneof![meters, gpus, sites]
}

proptest! {
    /// What counts follows what counted: number and time go on, no register of a meter falls.
    #[test]
    fn prop_what_counts_goes_on(
        first in bodies(), next in bodies(), sequence in 0..5_u64, start in 0..20_000_u64, seconds in 0..4_000_u32,
    ) {
        let last = after(first);
        let mut reading = reading(2, next);
        (reading.sequence, reading.slot) = (sequence, Slot { start: NOW - 15_000 + start, seconds });
        let verdict = judge(&device(first.kind()), Some(&last), &reading, (&Policy::default(), NOW));
        if let Verdict::Next { gap } = verdict {
            prop_assert!(sequence > 1 && reading.slot.start >= last.reading.slot.end());
            prop_assert_eq!(gap.map(|gap| (gap.first, gap.last)), (sequence > 2).then_some((2, sequence - 1)));
            prop_assert_eq!(first.kind(), next.kind());
            if let (Body::Meter(before), Body::Meter(now)) = (first, next) {
                prop_assert!(now.register_watt_hour >= before.register_watt_hour + now.interval_watt_hour);
            }
        }
    }

    /// A reading survives its bytes, and the bytes say nothing else.
    #[test]
    fn prop_bytes_and_back(body in bodies(), sequence in 1..u64::MAX / 2, flip in 0..896_usize) {
        let mut reading = reading(2, body);
        reading.sequence = sequence;
        let mut record = reading.sign(&Signer::new(body.kind(), 1).key);
        prop_assert_eq!(record.reading(), Ok(reading));
        prop_assert!(record.verify(&device(body.kind()).key).is_ok());
        record.0[flip / 8] ^= 1 << (flip % 8);
        prop_assert_ne!(record.reading(), Ok(reading));
        prop_assert_eq!(record.verify(&device(body.kind()).key), Err(Refusal::Signature));
    }
}
