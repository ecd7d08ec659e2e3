//! The audit log of operators' actions.

use axum::Json;
use axum::extract::State;
use consonance_server::audit::{AuditEntry, AuditQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Limit, Parameters, Refusal, ask};
use crate::app::App;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only those before the entry of this number: `next` of the page before.
    before: Option<u64>,
    /// So many at most, up to 1000; 100 if nothing is said.
    #[serde(default)]
    #[param(value_type = usize, default = 100)]
    limit: Limit,
    /// Only those by this one.
    by: Option<String>,
    /// Only those of this action.
    action: Option<String>,
    /// Only those in this session.
    session: Option<String>,
    /// Only those about this target.
    target: Option<String>,
}

/// Some entries, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditView {
    entries: Vec<EntryView>,
    /// What to ask for next as `before`; none if there are no further ones.
    next: Option<u64>,
}

/// One thing that was done.
#[derive(Debug, Serialize, ToSchema)]
struct EntryView {
    /// Counts all entries.
    id: u64,
    /// When, in seconds since 1970.
    at: u64,
    /// The operator, as the caller names it.
    by: String,
    action: String,
    /// The session; none if it holds for all.
    session: Option<String>,
    target: String,
    /// Until when, to which room, and the like.
    details: String,
    reason: String,
    /// What became of it.
    result: String,
    /// The server that it was done at; none if there is only one.
    node: Option<String>,
}

/// What operators did, the newest first; at all servers of a cluster.
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
