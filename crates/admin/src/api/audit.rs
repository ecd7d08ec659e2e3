//! The audit log of operators' actions.

use axum::Json;
use axum::extract::State;
use consonance_server::audit::{AuditPage, AuditQuery};

use super::answer::{Parameters, Refusal, ask};
use crate::app::App;

/// The audit log, the newest entry first, of all servers of a cluster.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    params(AuditQuery),
    responses((status = 200, description = "A page of the log", body = AuditPage))
)]
pub(super) async fn audit(
    State(app): State<App>,
    Parameters(query): Parameters<AuditQuery>,
) -> Result<Json<AuditPage>, Refusal> {
    ask(move || Ok(Json(app.moderation().audit(&query)))).await
}
