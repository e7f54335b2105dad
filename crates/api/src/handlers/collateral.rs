//! Receipts and their machines.

use axum::extract::State;
use client::{Done, Machine, NewReceipts, Receipt};

use crate::access::Caller;
use crate::convert;
use crate::error::ApiError;
use crate::forms::{Body, Paged, Path, Told, Window};
use crate::guard::Idempotency;
use crate::state::Api;

/// The receipts of a deal.
pub async fn receipts(
    State(api): State<Api>,
    Path(deal): Path<String>,
    window: Window,
) -> Result<Paged<Receipt>, ApiError> {
    let receipts = api.inner.servicer.receipts(&deal, &window.numbers()?).await?;
    let receipts = receipts.into_iter().map(convert::receipt).collect();
    Ok(window.page(receipts, |receipt: &Receipt| receipt.number.to_string()))
}

/// One of them.
pub async fn receipt(
    State(api): State<Api>,
    Path((deal, receipt)): Path<(String, u32)>,
) -> Result<Told<Receipt>, ApiError> {
    Ok(Told(convert::receipt(api.inner.servicer.receipt(&deal, receipt).await?)))
}

/// Its machines.
pub async fn machines(
    State(api): State<Api>,
    Path((deal, receipt)): Path<(String, u32)>,
    window: Window,
) -> Result<Paged<Machine>, ApiError> {
    let machines = api.inner.servicer.machines((&deal, receipt), &window.texts()).await?;
    let machines = machines.into_iter().map(convert::machine).collect();
    Ok(window.page(machines, |machine: &Machine| machine.machine.clone()))
}

/// Notes receipts.
pub async fn note(
    State(api): State<Api>,
    Path(deal): Path<String>,
    (caller, command): (Caller, Idempotency),
    Body(new): Body<NewReceipts>,
) -> Result<Told<Done>, ApiError> {
    let receipts = new.receipts.into_iter().map(convert::new_receipt).collect::<Result<Vec<_>, _>>()?;
    let request = convert::request(&caller, &command);
    Ok(Told(convert::done(api.inner.servicer.note_receipts(&request, (&deal, &receipts)).await?)))
}
