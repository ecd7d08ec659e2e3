//! Draining the server, and cancelling that.

use axum::Json;
use axum::extract::State;
use consonance_link::http::ProblemDetails;

use super::answer::{Body, Parameters, Refusal, Why, ask};
use super::drain_request::{DrainRequest, Drained, drain_here, undrain_here};
use super::outcome::Outcome;
use crate::app::App;

/// Drain the server: it admits no new players, notifies those online, and exits.
#[utoipa::path(
    post,
    path = "/api/v1/drain",
    request_body = DrainRequest,
    responses(
        (status = 200, description = "It drains; a second request changes the deadline", body = Drained),
        (status = 422, description = "The request is invalid", body = ProblemDetails),
    )
)]
pub(super) async fn drain(
    State(app): State<App>,
    Body(request): Body<DrainRequest>,
) -> Result<Json<Drained>, Refusal> {
    ask(move || Ok(Json(drain_here(app.moderation(), None, request)?))).await
}

/// Cancel draining: players can join again, and those online are notified.
#[utoipa::path(
    delete,
    path = "/api/v1/drain",
    params(Why),
    responses(
        (status = 200, description = "Draining is cancelled", body = Outcome),
        (status = 409, description = "The server was not draining", body = ProblemDetails),
    )
)]
pub(super) async fn undrain(
    State(app): State<App>,
    Parameters(why): Parameters<Why>,
) -> Result<Json<Outcome>, Refusal> {
    ask(move || Ok(Json(undrain_here(app.moderation(), None, why)?))).await
}
