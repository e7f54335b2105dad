//! Looking through: from a unit of a note to what machines said.

use crate::error::ServicerError;
use crate::queries::{after, broken, integer, known_day, limit, narrow, text};
use crate::servicer::{Servicer, Told, number};
use crate::view::{DeviceHistory, DeviceView, LookThrough, MachineView, PAGE_MAX, Page, ReceiptView};
use node::store::Value;
use node::telemetry::{DeviceId, Kind, evidence, prove_last};
use node::{NodeError, hex};
use sqlx::Row;
use sqlx::any::AnyRow;

/// Most readings of a device that are proved at once: each proof reads a batch.
const READINGS_MAX: u32 = 20;

/// A device, with the number of its last reading.
const DEVICE: &str = "SELECT devices.*, (SELECT MAX(last_sequence) FROM runs WHERE runs.device = devices.device) AS last \
                      FROM devices WHERE device = $1";

impl Servicer {
    /// The receipts that back a deal, by number. The cursor is a number; receipts are numbered from 1.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn receipts(&self, deal: &str, page: &Page<u64>) -> Told<Vec<ReceiptView>> {
        let select = "SELECT * FROM receipts WHERE deal = $1 AND number > $2 ORDER BY number LIMIT $3";
        self.require_deal(deal).await?;
        self.list(select, vec![deal.into(), after(page)?, limit(page.limit)], receipt).await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn receipt(&self, deal: &str, number: u32) -> Told<ReceiptView> {
        let select = "SELECT * FROM receipts WHERE deal = $1 AND number = $2";
        let found = self.list(select, vec![deal.into(), i64::from(number).into()], receipt).await?;
        found.into_iter().next().ok_or_else(|| ServicerError::NotFound(format!("receipt {number} of {deal}")))
    }

    /// The machines of a receipt, by identity.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn machines(
        &self,
        (deal, receipt): (&str, u32),
        page: &Page<String>,
    ) -> Told<Vec<MachineView>> {
        self.receipt(deal, receipt).await?;
        let select = "SELECT * FROM machines WHERE deal = $1 AND receipt = $2 AND machine > $3 ORDER BY machine LIMIT $4";
        let after = page.after.as_deref().map(|machine| hex::decode(machine).unwrap_or_default());
        let after = Value::Bytes(after.unwrap_or_default());
        let values = vec![deal.into(), i64::from(receipt).into(), after, limit(page.limit)];
        let read = |row: &AnyRow| {
            Ok(MachineView {
                machine: hex::encode(&bytes(row, "machine")?),
                deal: text(row, "deal")?,
                receipt: narrow(number(row, "receipt")?)?,
                name: text(row, "name")?,
            })
        };
        self.list(select, values, read).await
    }

    /// What measures the machines of a receipt, by device.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn devices(&self, (deal, receipt): (&str, u32), page: &Page<String>) -> Told<Vec<DeviceView>> {
        self.receipt(deal, receipt).await?;
        let select = "SELECT devices.*, (SELECT MAX(last_sequence) FROM runs WHERE runs.device = devices.device) AS last \
                      FROM devices JOIN machines ON machines.machine = devices.machine \
                      WHERE machines.deal = $1 AND machines.receipt = $2 AND devices.device > $3 \
                      ORDER BY devices.device LIMIT $4";
        let after = page.after.as_deref().map(|device| hex::decode(device).unwrap_or_default());
        let after = Value::Bytes(after.unwrap_or_default());
        let values = vec![deal.into(), i64::from(receipt).into(), after, limit(page.limit)];
        self.list(select, values, device).await
    }

    /// A device, its last readings with their proofs (at most 20), and what is kept against it.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn device(&self, id: DeviceId, readings: u32) -> Told<DeviceHistory> {
        let found = self.list(DEVICE, vec![id.0.into()], device).await?.into_iter().next();
        let device = found.ok_or_else(|| ServicerError::NotFound(format!("device {id}")))?;
        let readings = prove_last(self.database(), id, readings.min(READINGS_MAX)).await?;
        Ok(DeviceHistory { device, readings, evidence: evidence(self.database(), id).await? })
    }

    /// From a holder's unit of a note down to what the machines of a receipt said last, with proofs of so many readings.
    ///
    /// # Errors
    /// [`ServicerError::NotFound`].
    pub async fn look_through(
        &self,
        (deal, note, receipt): (&str, &str, u32),
        holder: Option<&str>,
        readings: u32,
    ) -> Told<LookThrough> {
        let view = self.deal(deal).await?;
        let missing = || ServicerError::NotFound(format!("note {note} of {deal}"));
        let note = view.notes.into_iter().find(|known| known.name == note).ok_or_else(missing)?;
        let positions = self.positions((Some(deal), holder), &Page::first(PAGE_MAX)).await?;
        let devices = self.devices((deal, receipt), &Page::first(PAGE_MAX)).await?;
        let mut proofs = Vec::new();
        for device in devices.iter().filter(|device| device.last_sequence.is_some()) {
            let wanted =
                readings.min(READINGS_MAX).saturating_sub(u32::try_from(proofs.len()).unwrap_or(u32::MAX));
            if wanted == 0 {
                break;
            }
            let id = hex::array(&device.device).map(DeviceId).ok_or_else(|| broken("a device"))?;
            proofs.extend(prove_last(self.database(), id, 1).await?);
        }
        Ok(LookThrough {
            deal: view.summary,
            positions: positions.into_iter().filter(|position| position.note == note.name).collect(),
            note,
            pool: self.pool(deal).await?,
            receipt: self.receipt(deal, receipt).await?,
            machines: self.machines((deal, receipt), &Page::first(PAGE_MAX)).await?,
            devices,
            readings: proofs,
        })
    }

    /// How many receipts and machines back a deal.
    async fn pool(&self, deal: &str) -> Told<(u64, u64)> {
        let select = "SELECT COUNT(*) AS receipts, CAST(COALESCE(SUM(machines), 0) AS BIGINT) AS machines FROM receipts \
                      WHERE deal = $1";
        let read = |row: &AnyRow| Ok((number(row, "receipts")?, number(row, "machines")?));
        let found = self.list(select, vec![deal.into()], read).await?;
        Ok(found.into_iter().next().unwrap_or_default())
    }
}

fn receipt(row: &AnyRow) -> Told<ReceiptView> {
    Ok(ReceiptView {
        deal: text(row, "deal")?,
        number: narrow(number(row, "number")?)?,
        machines: narrow(number(row, "machines")?)?,
        bailee: text(row, "bailee")?,
        insured_until: known_day(row, "insured_until")?,
        attested_until: known_day(row, "attested_until")?,
    })
}

pub(crate) fn device(row: &AnyRow) -> Told<DeviceView> {
    let kind = text(row, "kind")?;
    let last: Option<i64> = row.try_get("last").map_err(NodeError::from)?;
    Ok(DeviceView {
        device: hex::encode(&bytes(row, "device")?),
        kind: Kind::ALL.into_iter().find(|known| known.name() == kind).ok_or_else(|| broken("a device"))?,
        machine: hex::encode(&bytes(row, "machine")?),
        capacity_watt: narrow(number(row, "capacity_watt")?)?,
        valid_from: number(row, "valid_from")?,
        valid_until: number(row, "valid_until")?,
        last_sequence: last.and_then(|last| u64::try_from(last).ok()),
    })
}

fn bytes(row: &AnyRow, column: &str) -> Told<Vec<u8>> {
    Ok(row.try_get(column).map_err(NodeError::from)?)
}

/// For measuring: what a device is and when it was in force.
pub(crate) fn in_force(row: &AnyRow) -> Told<(DeviceId, String, (u64, u64))> {
    let id = <[u8; 16]>::try_from(bytes(row, "device")?).map_err(|_| broken("a device"))?;
    let from = u64::try_from(integer(row, "valid_from")?).map_err(|_| broken("a device"))?;
    Ok((DeviceId(id), text(row, "kind")?, (from, number(row, "valid_until")?)))
}
