//! The audit log of operators' actions.

use axum::Json;
use axum::extract::State;
use consonance_server::audit::{AuditEntry, AuditQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Limit, Parameters, Refusal, ask};
use crate::app::App;

/// The entries to return.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only entries before the one with this number: `next` of the previous page.
    before: Option<u64>,
    /// The maximum number of results, up to 1000; 100 by default.
    #[serde(default)]
    #[param(value_type = usize, default = 100)]
    limit: Limit,
    /// Only entries of this operator or moderator.
    by: Option<String>,
    /// Only entries with this action.
    action: Option<String>,
    /// Only entries of this session.
    session: Option<String>,
    /// Only entries about this target.
    target: Option<String>,
}

/// A page of entries, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditView {
    entries: Vec<EntryView>,
    /// The value of `before` for the next page; none on the last page.
    next: Option<u64>,
}

/// One action.
#[derive(Debug, Serialize, ToSchema)]
struct EntryView {
    /// The number of the entry.
    id: u64,
    /// The time, in seconds since 1970.
    at: u64,
    /// The operator, as the caller names it.
    by: String,
    action: String,
    /// The session; none if it applies to all.
    session: Option<String>,
    target: String,
    /// Further details, such as the end time or the room.
    details: String,
    reason: String,
    /// The result.
    result: String,
    /// The server on which it was done; none if there is only one.
    node: Option<String>,
}

/// The audit log, the newest entry first, of all servers of a cluster.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    params(Wanted),
    responses((status = 200, description = "A page of the log", body = AuditView))
)]
pub(super) async fn audit(
    State(app): State<App>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<AuditView>, Refusal> {
    ask(move || {
        let Wanted { before, limit, by, action, session, target } = wanted;
        let page = app.moderation().audit(&AuditQuery {
            before,
            limit: limit.get(),
            actor: by,
            action,
            session,
            target,
        });
        let entries = page.entries.into_iter().map(Into::into).collect();
        Ok(Json(AuditView { entries, next: page.next }))
    })
    .await
}

impl From<AuditEntry> for EntryView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            by: entry.actor,
            action: entry.action,
            session: entry.session,
            target: entry.target,
            details: entry.details,
            reason: entry.reason,
            result: entry.result,
            node: entry.node,
        }
    }
}
