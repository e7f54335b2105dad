//! Rents, statements and payment orders.

use axum::extract::State;
use client::{
    BankAccount, Done, Instructions, NewRents, Rent, RentReceived, Statement, StatementDetail, StatementLine,
};

use crate::access::Caller;
use crate::convert;
use crate::error::ApiError;
use crate::forms::{Body, Paged, Path, Told, Window, Xml};
use crate::guard::Idempotency;
use crate::state::Api;

/// The rents that were expected.
pub async fn rents(
    State(api): State<Api>,
    Path(deal): Path<String>,
    window: Window,
) -> Result<Paged<Rent>, ApiError> {
    let rents = api.inner.servicer.rents(&deal, &window.numbers()?).await?;
    let rents = rents.into_iter().map(convert::rent).collect();
    Ok(window.page(rents, |rent: &Rent| rent.row.to_string()))
}

/// Notes rents that will fall due.
pub async fn expect(
    State(api): State<Api>,
    Path(deal): Path<String>,
    (caller, command): (Caller, Idempotency),
    Body(new): Body<NewRents>,
) -> Result<Told<Done>, ApiError> {
    let rents = new.rents.into_iter().map(convert::new_rent).collect::<Result<Vec<_>, _>>()?;
    let request = convert::request(&caller, &command);
    Ok(Told(convert::done(api.inner.servicer.expect_rents(&request, (&deal, &rents)).await?)))
}

/// Takes cash that the operator brings.
pub async fn record(
    State(api): State<Api>,
    Path(deal): Path<String>,
    (caller, command): (Caller, Idempotency),
    Body(rent): Body<RentReceived>,
) -> Result<Told<Done>, ApiError> {
    let rent = convert::rent_received(rent)?;
    let request = convert::request(&caller, &command);
    Ok(Told(convert::done(api.inner.servicer.record_rent(&request, (&deal, &rent)).await?)))
}

/// The statements of a deal.
pub async fn statements(
    State(api): State<Api>,
    Path(deal): Path<String>,
    window: Window,
) -> Result<Paged<Statement>, ApiError> {
    let statements = api.inner.servicer.statements(&deal, &window.numbers()?).await?;
    let statements = statements.into_iter().map(convert::statement).collect();
    Ok(window.page(statements, |statement: &Statement| statement.row.to_string()))
}

/// Reads one of a bank.
pub async fn submit(
    State(api): State<Api>,
    Path(deal): Path<String>,
    (caller, command): (Caller, Idempotency),
    Xml(document): Xml,
) -> Result<Told<Done>, ApiError> {
    let request = convert::request(&caller, &command);
    Ok(Told(convert::done(api.inner.servicer.submit_statement(&request, (&deal, &document)).await?)))
}

/// A statement with its lines.
pub async fn statement(
    State(api): State<Api>,
    Path(row): Path<u64>,
) -> Result<Told<StatementDetail>, ApiError> {
    let (statement, lines) = api.inner.servicer.statement(row).await?;
    let lines = lines.into_iter().map(convert::line).collect();
    Ok(Told(StatementDetail { statement: convert::statement(statement), lines }))
}

/// Lines that nobody expected.
pub async fn unmatched(
    State(api): State<Api>,
    Path(deal): Path<String>,
    window: Window,
) -> Result<Paged<StatementLine>, ApiError> {
    let lines = api.inner.servicer.unmatched(&deal, &window.numbers()?).await?;
    let cursor = |line: &servicer::StatementLine| line.cursor().to_string();
    Ok(window.page(lines, cursor).map(convert::line))
}

/// Names a bank account.
pub async fn name_account(
    State(api): State<Api>,
    Path(deal): Path<String>,
    (caller, command): (Caller, Idempotency),
    Body(account): Body<BankAccount>,
) -> Result<Told<Done>, ApiError> {
    let BankAccount { payee, name, number, bank } = account;
    let account = servicer::BankAccount { payee, name, number, bank };
    let request = convert::request(&caller, &command);
    Ok(Told(convert::done(api.inner.servicer.name_account(&request, (&deal, &account)).await?)))
}

/// Writes payment orders.
pub async fn instructions(
    State(api): State<Api>,
    Path((deal, payment)): Path<(String, u16)>,
    (caller, command): (Caller, Idempotency),
) -> Result<Told<Instructions>, ApiError> {
    let request = convert::request(&caller, &command);
    let written = api.inner.servicer.instructions(&request, (&deal, payment)).await?;
    let servicer::Instructions { document, decimals, dust } = written;
    Ok(Told(Instructions { document, decimals, dust: dust.into() }))
}
