//! Bans.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use consonance_http::ProblemDetails;
use consonance_server::bans::{Ban, BanTarget, InvalidAddressPrefix};
use consonance_server::moderation::By;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::action::{Outcome, until};
use super::answer::{Body, Limit, Parameters, Refusal, Why, ask, default_operator};
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
    target: Target,
    /// The duration in seconds; permanent if absent.
    duration_s: Option<u64>,
    /// The reason; shown to the banned player.
    #[serde(default)]
    reason: String,
    /// The operator, for the audit log.
    #[serde(default = "default_operator")]
    by: String,
}

/// The target of a ban.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Target {
    /// A player's name, in upper or lower case.
    Name(String),
    /// The subject of a join token, or an account that a network vouches for.
    Subject(String),
    /// An address or a network: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
    Address(String),
}

/// A ban.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BanView {
    /// The number of the ban.
    id: u64,
    target: Target,
    /// The session that it applies to, if a moderator in that session made it; otherwise it applies to all sessions.
    session: Option<String>,
    reason: String,
    /// The operator or moderator that made it.
    by: String,
    /// The time, in seconds since 1970.
    since: u64,
    /// The end, in seconds since 1970; never if absent.
    until: Option<u64>,
}

/// A new ban, and the players disconnected for it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Banned {
    ban: BanView,
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
    responses((status = 200, description = "Ask for those after the last one next", body = Vec<BanView>))
)]
pub(super) async fn bans(
    State(app): State<App>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<Vec<BanView>>, Refusal> {
    ask(move || {
        let bans = app.moderation().bans(page.after, page.limit.get());
        Ok(Json(bans.into_iter().map(Into::into).collect()))
    })
    .await
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
        let banned = app.moderation().ban(&By::new(by, reason), target.try_into()?, until(duration_s)?)?;
        let expelled = banned.expelled.into_iter();
        let expelled = expelled.map(|gone| Expelled { session: gone.session, player: gone.player }).collect();
        let banned = Banned { ban: banned.ban.into(), expelled, done: banned.done.into() };
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

impl TryFrom<Target> for BanTarget {
    type Error = Refusal;

    fn try_from(target: Target) -> Result<Self, Refusal> {
        Ok(match target {
            Target::Name(name) => Self::Name(name),
            Target::Subject(subject) => Self::Subject(subject),
            Target::Address(prefix) => {
                let refusal = |error: InvalidAddressPrefix| {
                    ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
                };
                Self::Address(prefix.parse().map_err(refusal)?)
            }
        })
    }
}

impl From<Ban> for BanView {
    fn from(ban: Ban) -> Self {
        let target = match ban.target {
            BanTarget::Name(name) => Target::Name(name),
            BanTarget::Subject(subject) => Target::Subject(subject),
            BanTarget::Address(prefix) => Target::Address(prefix.to_string()),
        };
        let Ban { id, session, reason, by, since, until, .. } = ban;
        Self { id, target, session, reason, by, since, until }
    }
}
