//! Draining the server, and cancelling that.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use consonance_http::ProblemDetails;
use consonance_server::DrainPlan;
use consonance_server::moderation::{By, Moderation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::action::Outcome;
use super::answer::{self, Body, Parameters, Refusal, Why, ask, default_operator};
use crate::app::App;

/// The settings of a drain.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrainRequest {
    /// The server exits after this many seconds at the latest, and earlier when the last player has left.
    within_s: u32,
    /// The address to redirect players to; `{session}` is replaced by the session's name.
    redirect: Option<String>,
    /// Players are redirected evenly over this many seconds.
    #[serde(default = "usual_window_s")]
    redirect_window_s: u32,
    /// The reason, for the audit log.
    #[serde(default)]
    reason: String,
    /// The operator, for the audit log.
    #[serde(default = "default_operator")]
    by: String,
}

/// A draining server.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Drained {
    /// The number of notified clients.
    notified: usize,
    done: Outcome,
}

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

/// Drains this server, for an operator at another node if that is named.
pub(super) fn drain_here(
    moderation: &Moderation,
    from: Option<&str>,
    DrainRequest { within_s, redirect, redirect_window_s, reason, by }: DrainRequest,
) -> Result<Drained, Refusal> {
    let ends_in = Duration::from_secs(within_s.into());
    let window = Duration::from_secs(redirect_window_s.into());
    let by = answer::by(By::new(by, reason), from);
    let drained = moderation.drain(&by, &DrainPlan { ends_in, redirect, window })?;
    Ok(Drained { notified: drained.notified, done: drained.done.into() })
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

/// Cancels that.
pub(super) fn undrain_here(
    moderation: &Moderation,
    from: Option<&str>,
    why: Why,
) -> Result<Outcome, Refusal> {
    Ok(moderation.stop_draining(&answer::by(why.into(), from))?.into())
}

fn usual_window_s() -> u32 {
    30
}
