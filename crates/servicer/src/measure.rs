//! What devices said of a period, as numbers that a deal observes.
//!
//! A period is measured from the cut-off before (the closing's day for the first) to before its own cut-off: every day
//! counts once. Hours are those of slots with readings that count; void places are left out (`docs/telemetry.md`).

use crate::command::Act;
use crate::desk::Desk;
use crate::error::ServicerError;
use crate::happened::{Heard, MEASURED, Measured, OBSERVED, Observed, stream_of};
use crate::look::in_force;
use crate::servicer::{DAY, Servicer, Told};
use node::store::{Command, NewEvent};
use node::telemetry::{DeviceId, Kind, tally, usage};
use std::collections::BTreeSet;
use units::{Date, Id, QUANTITY_ONE, RATE_ONE, Rounding, mul_div};
use waterfall::Plan;

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// What devices can say: the names by which a deal observes it.
///
/// `uptime` is a rate: seconds with readings over seconds in which the machines' processors were registered. `gpu_hours` and
/// `gpu_hours_sold` are quantities: hours with readings, and of these the hours in which the processors worked. `kwh` is what
/// meters counted as load. `units` is how many processors were registered at the cut-off.
pub const MEASURED_NAMES: [&str; 5] = ["uptime", "gpu_hours", "gpu_hours_sold", "kwh", "units"];

/// Rounds of tallying that one turn makes at most.
const ROUNDS: usize = 64;

/// A period's days, since 1970: from the first to before the second.
type Days = (u64, u64);

impl Servicer {
    /// Measures the period of the next payment date once its readings are in; nothing if it was, or if nothing is to be.
    pub(crate) async fn measure(&self, desk: &Desk, now: u64) -> Told<bool> {
        let Some((number, days)) = self.to_measure(desk, now) else { return Ok(false) };
        let devices = self.devices_of(&desk.id).await?;
        if devices.is_empty() {
            return Ok(false);
        }
        for _ in 0..ROUNDS {
            if !tally(self.database()).await? {
                break;
            }
        }
        let (measured, units) = self.sum(&devices, (number, days)).await?;
        let mut events = vec![NewEvent::json(MEASURED, 1, &measured)?];
        let cutoff = Date::from_days(i32::try_from(days.1).unwrap_or(i32::MAX));
        for (name, value) in values(desk.plan(), (&measured, units))? {
            let report = Act::Report { name: name.to_owned(), member: String::new(), value };
            let source = format!("telemetry of {} devices", measured.devices);
            let observed = Observed { on: cutoff, heard: Heard::Stated(report), source };
            events.push(NewEvent::json(OBSERVED, 1, &observed)?);
        }
        let key = format!("keeper/{}/measured/{number}", desk.id);
        let stream = stream_of(&desk.id);
        self.append(&Command { key, stream, expected: None, at: now, events }).await?;
        Ok(true)
    }

    /// The payment date whose period is to be measured now, and its days.
    fn to_measure(&self, desk: &Desk, now: u64) -> Option<(u16, Days)> {
        let plan = desk.plan();
        let (number, period) = desk.live.next_payment(plan)?;
        let observes = |name: &&str| plan.inputs.iter().any(|known| known.id == Id::of("input", name));
        if number == 0
            || desk.is_rehearsal()
            || desk.measured >= number
            || !MEASURED_NAMES.iter().any(observes)
        {
            return None;
        }
        let before = plan.period(number.checked_sub(1)?)?;
        let days = (day(before.determination)?, day(period.determination)?);
        // What was read before the deal was taken over lies with whoever served it then: parties state that period.
        if desk.taken_over.is_some_and(|taken| before.determination < taken) {
            return None;
        }
        // Whatever is late, a payment date is not.
        let ready = days.1.checked_mul(DAY)?.checked_add(self.inner.options.late_readings_seconds)?;
        let ready = ready.min(day(period.payment)?.checked_mul(DAY)?).max(days.1.checked_mul(DAY)?);
        (now >= ready).then_some((number, days))
    }

    /// The devices that measure a deal's machines: id, kind, and when each was in force.
    async fn devices_of(&self, deal: &str) -> Told<Vec<(DeviceId, String, (u64, u64))>> {
        let select = "SELECT devices.device, devices.kind, devices.valid_from, devices.valid_until FROM devices \
                      JOIN machines ON machines.machine = devices.machine WHERE machines.deal = $1 ORDER BY devices.device";
        self.list(select, vec![deal.into()], in_force).await
    }

    async fn sum(
        &self,
        devices: &[(DeviceId, String, (u64, u64))],
        (payment, days): (u16, Days),
    ) -> Told<(Measured, u64)> {
        let (from, to) = (days.0.saturating_mul(DAY), days.1.saturating_mul(DAY));
        let ids: BTreeSet<DeviceId> = devices.iter().map(|(id, _, _)| *id).collect();
        let used = usage(self.database(), &ids, days).await?;
        let mut sum = Measured {
            payment,
            from_day: days.0,
            to_day: days.1,
            devices: 0,
            expected_seconds: 0,
            seconds: 0,
            busy_microseconds: 0,
            watt_hour: 0,
        };
        let mut units = 0_u64;
        for (id, kind, in_force) in devices {
            let used = used.get(id).copied().unwrap_or_default();
            sum.watt_hour = sum.watt_hour.saturating_add(used.watt_hour);
            if kind != Kind::Gpu.name() {
                continue;
            }
            let expected = in_force.1.min(to).saturating_sub(in_force.0.max(from));
            sum.devices = sum.devices.saturating_add(u64::from(expected > 0));
            sum.expected_seconds = sum.expected_seconds.saturating_add(expected);
            sum.seconds = sum.seconds.saturating_add(used.seconds);
            sum.busy_microseconds = sum.busy_microseconds.saturating_add(used.busy_microseconds);
            units = units.saturating_add(u64::from(in_force.0 < to && in_force.1 >= to));
        }
        Ok((sum, units))
    }
}

/// Those of the numbers that the deal observes, rounded down.
fn values(plan: &Plan, (measured, units): (&Measured, u64)) -> Told<Vec<(&'static str, i64)>> {
    let whole =
        |number: u64| i64::try_from(number).map_err(|error| ServicerError::invalid("a measurement", error));
    let seconds = whole(measured.seconds)?;
    let ratio = |value: i64, one: i64, of: i64| {
        mul_div(value, one, of.max(1), Rounding::Down)
            .map_err(|error| ServicerError::invalid("a measurement", error))
    };
    let values = [
        ("uptime", ratio(seconds, RATE_ONE, whole(measured.expected_seconds)?)?),
        ("gpu_hours", ratio(seconds, QUANTITY_ONE, 3600)?),
        ("gpu_hours_sold", ratio(whole(measured.busy_microseconds)?, QUANTITY_ONE, HOUR)?),
        ("kwh", ratio(whole(measured.watt_hour)?, QUANTITY_ONE, 1000)?),
        ("units", ratio(whole(units)?, QUANTITY_ONE, 1)?),
    ];
    let observed = |name: &str| plan.inputs.iter().any(|known| known.id == Id::of("input", name));
    Ok(values.into_iter().filter(|(name, _)| observed(name)).collect())
}

fn day(date: Date) -> Option<u64> {
    u64::try_from(date.days()).ok()
}
