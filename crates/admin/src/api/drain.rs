//! Letting the server run empty, and keeping it after all.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use consonance_http::Problem;
use consonance_server::DrainPlan;
use consonance_server::moderation::By;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::action::Outcome;
use super::answer::{Body, Parameters, Refusal, Why, ask, somebody};
use crate::app::App;

/// How the server is to run empty.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DrainRequest {
    /// In how many seconds it ends at the latest; sooner, when the last player has gone.
    within_s: u32,
    /// Where players go on: an address in which `{session}` stands for the session's name.
    onward: Option<String>,
    /// Over how many seconds they are sent there.
    #[serde(default = "usual_window_s")]
    onward_window_s: u32,
    /// Why, for the audit log.
    #[serde(default)]
    reason: String,
    /// Who does it, for the audit log.
    #[serde(default = "somebody")]
    by: String,
}

/// A server that runs empty.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Drained {
    /// How many players' programs were told.
    told: usize,
    done: Outcome,
}

/// Let the server run empty: nobody new comes in, players are told, and it ends.
#[utoipa::path(
    post,
    path = "/api/v1/drain",
    request_body = DrainRequest,
    responses(
        (status = 200, description = "It runs empty; asking again changes when it ends", body = Drained),
        (status = 422, description = "The request is not as it should be", body = Problem),
    )
)]
pub(super) async fn drain(
    State(app): State<App>,
    Body(request): Body<DrainRequest>,
) -> Result<Json<Drained>, Refusal> {
    ask(move || {
        let DrainRequest { within_s, onward, onward_window_s, reason, by } = request;
        let (ends_in, window) =
            (Duration::from_secs(within_s.into()), Duration::from_secs(onward_window_s.into()));
        let drained = app.moderation().drain(&By::new(by, reason), &DrainPlan { ends_in, onward, window })?;
        Ok(Json(Drained { told: drained.told, done: drained.done.into() }))
    })
    .await
}

/// Let the server stay after all: everybody may join again, and players are told.
#[utoipa::path(
    delete,
    path = "/api/v1/drain",
    params(Why),
    responses(
        (status = 200, description = "It stays", body = Outcome),
        (status = 409, description = "It was not running empty", body = Problem),
    )
)]
pub(super) async fn undrain(
    State(app): State<App>,
    Parameters(why): Parameters<Why>,
) -> Result<Json<Outcome>, Refusal> {
    ask(move || Ok(Json(app.moderation().stop_draining(&why.into())?.into()))).await
}

fn usual_window_s() -> u32 {
    30
}
