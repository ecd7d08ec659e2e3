//! Reports of players: what they said just before.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use consonance_link::http::ProblemDetails;
use consonance_server::moderation::{By, ModerationError};
use consonance_server::reports::{Report, Reports};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::action::{only_at_owner, owner_elsewhere};
use super::action_request::Player;
use super::answer::{Body, Limit, Parameters, Refusal, Why, ask, default_operator};
use super::outcome::Outcome;
use super::track::{TrackView, download};
use crate::app::App;

/// The reports to return.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Only reports with a smaller number than this.
    before: Option<u64>,
    /// The maximum number of results, up to 1000; 100 by default.
    #[serde(default)]
    #[param(value_type = usize, default = 100)]
    limit: Limit,
}

/// A player to report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportRequest {
    /// The session that it is in, or was in a moment ago.
    session: String,
    player: Player,
    /// The reason; stored with the report.
    #[serde(default)]
    reason: String,
    /// The operator, for the audit log.
    #[serde(default = "default_operator")]
    by: String,
}

/// A report with its tracks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportDetails {
    report: Report,
    /// The duration in seconds.
    duration_s: f64,
    /// The voices; all start at the same time.
    tracks: Vec<TrackView>,
}

/// A new report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reported {
    report: Report,
    done: Outcome,
}

/// The reports, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/reports",
    params(Page),
    responses((status = 200, description = "Ask for those before the last one next", body = Vec<Report>))
)]
pub(super) async fn reports(
    State(app): State<App>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<Vec<Report>>, Refusal> {
    let reports = app.moderation().reports().map(|reports| reports.list(page.before, page.limit.get()));
    Ok(Json(reports.unwrap_or_default()))
}

/// Store a player's recent speech, and the speech around it in the same rooms.
#[utoipa::path(
    post,
    path = "/api/v1/reports",
    request_body = ReportRequest,
    responses(
        (status = 201, description = "It is on the disk", body = Reported),
        (status = 403, description = "Players are reported at the node that owns the session", body = ProblemDetails),
        (status = 404, description = "No such session, or the player was not heard lately", body = ProblemDetails),
        (status = 409, description = "Voices are not kept on this server", body = ProblemDetails),
        (status = 507, description = "The disk or the folder of reports is full", body = ProblemDetails),
    )
)]
pub(super) async fn report(
    State(app): State<App>,
    Body(request): Body<ReportRequest>,
) -> Result<(StatusCode, Json<Reported>), Refusal> {
    ask(move || {
        let ReportRequest { session, player, reason, by } = request;
        if let Some(node) = owner_elsewhere(&app, &session)? {
            return Err(only_at_owner(&format!("players of session {session:?} are reported"), Some(&node)));
        }
        let reported = app.moderation().report(&By::new(by, reason), &session, &player.into())?;
        let reported = Reported { report: reported.report, done: reported.done.into() };
        Ok((StatusCode::CREATED, Json(reported)))
    })
    .await
}

/// A report with its tracks.
#[utoipa::path(
    get,
    path = "/api/v1/reports/{id}",
    params(("id" = u64, Path, description = "The report's number")),
    responses(
        (status = 200, description = "As it was written", body = ReportDetails),
        (status = 404, description = "No such report", body = ProblemDetails),
    )
)]
pub(super) async fn details(
    State(app): State<App>,
    Path(id): Path<u64>,
) -> Result<Json<ReportDetails>, Refusal> {
    ask(move || {
        let reports = known(&app)?;
        let no_report = || ModerationError::Report(consonance_server::reports::ReportsError::NoReport { id });
        let report = reports.get(id).ok_or_else(no_report)?;
        if let Some(file) = &report.sealed {
            let tracks = vec![TrackView::of_sealed_report(file, report.bytes)];
            return Ok(Json(ReportDetails { report, duration_s: 0.0, tracks }));
        }
        let index = reports.index(id).map_err(ModerationError::Report)?;
        let duration_s = index.duration_samples as f64 / f64::from(index.sample_rate_hz);
        let tracks = index.tracks.into_iter().map(Into::into).collect();
        Ok(Json(ReportDetails { report, duration_s, tracks }))
    })
    .await
}

/// A voice of a report, as Ogg Opus, or a player's submission, unchanged.
#[utoipa::path(
    get,
    path = "/api/v1/reports/{id}/tracks/{file}",
    params(
        ("id" = u64, Path, description = "The report's number"),
        ("file" = String, Path, description = "The track's file, as the report names it"),
    ),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "audio/ogg"),
        (status = 404, description = "No such report or track", body = ProblemDetails),
    )
)]
pub(super) async fn track(
    State(app): State<App>,
    Path((id, file)): Path<(u64, String)>,
) -> Result<Response, Refusal> {
    download(move || Ok(known(&app)?.track(id, &file).map_err(ModerationError::Report)?)).await
}

/// Remove a report with its files.
#[utoipa::path(
    delete,
    path = "/api/v1/reports/{id}",
    params(("id" = u64, Path, description = "The report's number"), Why),
    responses(
        (status = 200, description = "It is gone", body = Outcome),
        (status = 404, description = "No such report", body = ProblemDetails),
    )
)]
pub(super) async fn remove(
    State(app): State<App>,
    Path(id): Path<u64>,
    Parameters(why): Parameters<Why>,
) -> Result<Json<Outcome>, Refusal> {
    ask(move || Ok(Json(app.moderation().remove_report(&why.into(), id)?.into()))).await
}

fn known(app: &App) -> Result<&Reports, Refusal> {
    Ok(app.moderation().reports().ok_or(ModerationError::NothingKept)?)
}
