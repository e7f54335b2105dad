//! Deals.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;

use axum::extract::State;
use client::{
    Answer, Deal, DealDetail, Done, Explanation, NewDeal, Payment, PaymentDetail, Posting, StressQuestion,
};
use risk::{Answers, Control, Options, Parameters, RiskError, Sampling, futures_answer};
use serde::Deserialize;
use servicer::Question;

use crate::access::Caller;
use crate::convert::{self, day};
use crate::error::ApiError;
use crate::forms::{Body, Paged, Path, Query, Told, Window};
use crate::guard::Idempotency;
use crate::state::Api;

/// The deals, by name.
pub async fn list(State(api): State<Api>, window: Window) -> Result<Paged<Deal>, ApiError> {
    let deals = api.inner.servicer.deals(&window.texts()).await?;
    let deals = deals.into_iter().map(convert::deal).collect();
    Ok(window.page(deals, |deal: &Deal| deal.id.clone()))
}

/// Opens one.
pub async fn open(
    State(api): State<Api>,
    caller: Caller,
    command: Idempotency,
    Body(new): Body<NewDeal>,
) -> Result<Told<Done>, ApiError> {
    let NewDeal { id, case, files, bank_currency, rehearsal } = new;
    let deal = servicer::NewDeal { id, case, files, bank_currency, rehearsal };
    let done = api.inner.servicer.open_deal(&convert::request(&caller, &command), &deal).await?;
    Ok(Told(convert::done(done)))
}

/// One deal.
pub async fn one(State(api): State<Api>, Path(deal): Path<String>) -> Result<Told<DealDetail>, ApiError> {
    Ok(Told(convert::deal_detail(api.inner.servicer.deal(&deal).await?)))
}

/// The payment dates that were executed.
pub async fn payments(
    State(api): State<Api>,
    Path(deal): Path<String>,
    window: Window,
) -> Result<Paged<Payment>, ApiError> {
    let payments = api.inner.servicer.payments(&deal, &window.numbers()?).await?;
    let payments = payments.into_iter().map(convert::payment).collect();
    Ok(window.page(payments, |payment: &Payment| payment.number.to_string()))
}

/// One of them.
pub async fn payment(
    State(api): State<Api>,
    Path((deal, number)): Path<(String, u16)>,
) -> Result<Told<PaymentDetail>, ApiError> {
    let (payment, postings) = api.inner.servicer.payment(&deal, number).await?;
    let postings = postings.into_iter().map(convert::posting).collect();
    Ok(Told(PaymentDetail { payment: convert::payment(payment), postings }))
}

/// Every movement.
pub async fn postings(
    State(api): State<Api>,
    Path(deal): Path<String>,
    window: Window,
) -> Result<Paged<Posting>, ApiError> {
    let postings = api.inner.servicer.postings(&deal, &window.numbers()?).await?;
    let postings = postings.into_iter().map(convert::posting).collect();
    Ok(window.page(postings, |posting: &Posting| posting.row.to_string()))
}

#[derive(Deserialize)]
pub struct Why {
    date: String,
    step: Option<String>,
    formula: Option<String>,
}

/// Why a payment date paid what it paid.
pub async fn explain(
    State(api): State<Api>,
    Path(deal): Path<String>,
    Query(why): Query<Why>,
) -> Result<Told<Explanation>, ApiError> {
    let formulas = why.formula.into_iter().collect();
    let question = Question { date: day("date", &why.date)?, step: why.step, formulas };
    Ok(Told(Explanation { text: api.inner.servicer.explain(&deal, &question).await? }))
}

/// How many futures may be asked for.
const PATHS: std::ops::RangeInclusive<u64> = 64..=100_000;

/// Ends the work when the one who asked is gone.
struct Asker(Arc<AtomicBool>);

impl Drop for Asker {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Lives a deal in random futures, on threads that serve nothing else.
pub async fn stress(
    State(api): State<Api>,
    Path(deal): Path<String>,
    Body(question): Body<StressQuestion>,
) -> Result<Told<Answer>, ApiError> {
    if !PATHS.contains(&question.paths) {
        return Err(ApiError::value("the number of paths", "ask for 64 to 100,000"));
    }
    let place = api.inner.futures.clone().try_acquire_owned();
    let place = place.map_err(|_| ApiError::Busy("random futures"))?;
    let setup = api.inner.servicer.setup(&deal).await?;
    let file = risk::parameters_for(setup.collateral.case())?;
    let text = api.inner.parameters.get(file).ok_or(ApiError::Internal)?;
    let parameters = Parameters::parse(file, text)?;
    let gone = Arc::new(AtomicBool::new(false));
    let _asker = Asker(gone.clone());
    let work = tokio::task::spawn_blocking(move || {
        let _place = place;
        let options =
            Options { paths: question.paths, seed: question.seed, sampling: Sampling::Random, from: None };
        let stopped = || gone.load(Ordering::Relaxed);
        let control = Control { progress: &|_, _| {}, stopped: &stopped, threads: Some(half_the_cores()) };
        let results = risk::stress(&setup, &parameters, (options, control))?;
        let answers = Answers { stress: Some(&results), ..Answers::default() };
        Ok::<_, RiskError>(futures_answer(&deal, &answers))
    });
    let answer = work.await.map_err(|_| ApiError::Internal)??;
    Ok(Told(convert::answer(answer)))
}

/// The other half serves requests meanwhile.
fn half_the_cores() -> NonZeroUsize {
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    NonZeroUsize::new(cores / 2).unwrap_or(NonZeroUsize::MIN)
}
