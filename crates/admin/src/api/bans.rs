//! Bans.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use consonance_link::http::ProblemDetails;
use consonance_server::bans::{Ban, BanTarget};
use consonance_server::moderation::By;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::action_request::until;
use super::answer::{Body, Limit, Parameters, Refusal, Why, ask, default_operator};
use super::outcome::Outcome;
use crate::app::App;

/// The bans to return.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Only bans with a greater number than this.
    #[serde(default)]
    after: u64,
    /// The maximum number of results, up to 1000; 100 by default.
    #[serde(default)]
    #[param(value_type = usize, default = 100)]
    limit: Limit,
}

/// A ban to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BanRequest {
    target: BanTarget,
    /// The duration in seconds; permanent if absent.
    duration_s: Option<u64>,
    /// The reason; shown to the banned player.
    #[serde(default)]
    reason: String,
    /// The operator, for the audit log.
    #[serde(default = "default_operator")]
    by: String,
}

/// A new ban, and the players disconnected for it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Banned {
    ban: Ban,
    /// Disconnected players.
    expelled: Vec<Expelled>,
    done: Outcome,
}

/// A disconnected player.
#[derive(Debug, Serialize, ToSchema)]
struct Expelled {
    session: String,
    player: String,
}

/// The active bans, by number.
#[utoipa::path(
    get,
    path = "/api/v1/bans",
    params(Page),
    responses((status = 200, description = "Ask for those after the last one next", body = Vec<Ban>))
)]
pub(super) async fn bans(
    State(app): State<App>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<Vec<Ban>>, Refusal> {
    ask(move || Ok(Json(app.moderation().bans(page.after, page.limit.get())))).await
}

/// Ban a player. Matching players are disconnected.
#[utoipa::path(
    post,
    path = "/api/v1/bans",
    request_body = BanRequest,
    responses(
        (status = 201, description = "The ban holds", body = Banned),
        (status = 422, description = "The request is not as it should be", body = ProblemDetails),
    )
)]
pub(super) async fn ban(
    State(app): State<App>,
    Body(request): Body<BanRequest>,
) -> Result<(StatusCode, Json<Banned>), Refusal> {
    ask(move || {
        let BanRequest { target, duration_s, reason, by } = request;
        let banned = app.moderation().ban(&By::new(by, reason), target, until(duration_s)?)?;
        let expelled = banned.expelled.into_iter();
        let expelled = expelled.map(|gone| Expelled { session: gone.session, player: gone.player }).collect();
        let banned = Banned { ban: banned.ban, expelled, done: banned.done.into() };
        Ok((StatusCode::CREATED, Json(banned)))
    })
    .await
}

/// Lift a ban.
#[utoipa::path(
    delete,
    path = "/api/v1/bans/{id}",
    params(("id" = u64, Path, description = "The ban's number"), Why),
    responses(
        (status = 200, description = "It holds no longer", body = Outcome),
        (status = 404, description = "No such ban", body = ProblemDetails),
    )
)]
pub(super) async fn unban(
    State(app): State<App>,
    Path(id): Path<u64>,
    Parameters(why): Parameters<Why>,
) -> Result<Json<Outcome>, Refusal> {
    ask(move || Ok(Json(app.moderation().unban(&why.into(), id)?.into()))).await
}
