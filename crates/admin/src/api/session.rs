//! Sessions and their players.

use axum::Json;
use axum::extract::{Path, State};
use consonance_link::http::ProblemDetails;

use super::answer::{Refusal, ask};
use super::session_view::{SessionSummary, SessionView, look, summaries};
use crate::app::App;

/// All sessions, by name, of all nodes of the cluster.
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    responses((status = 200, description = "At most a second old", body = Vec<SessionSummary>))
)]
pub(super) async fn sessions(State(app): State<App>) -> Result<Json<Vec<SessionSummary>>, Refusal> {
    if let Some(cluster) = app.cluster().await? {
        return Ok(Json(cluster.sessions.clone()));
    }
    Ok(Json(summaries(&app.observe().await?)))
}

/// One session with all its players, whichever node of the cluster owns it.
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{session}",
    params(("session" = String, Path, description = "The session's name")),
    responses(
        (status = 200, description = "As it is now", body = SessionView),
        (status = 404, description = "No such session", body = ProblemDetails),
        (status = 503, description = "The node that owns it is not heard", body = ProblemDetails),
        (status = 504, description = "The node that owns it does not answer", body = ProblemDetails),
    )
)]
pub(super) async fn session(
    State(app): State<App>,
    Path(session): Path<String>,
) -> Result<Json<SessionView>, Refusal> {
    ask(move || Ok(Json(look(app.operator(), &session)?))).await
}
