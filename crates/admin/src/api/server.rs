//! The server as a whole.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Refusal;
use crate::app::App;
use crate::metrics::Observation;

/// The server as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServerView {
    /// The version of the program.
    version: &'static str,
    uptime_s: u64,
    /// Players that have joined.
    players: usize,
    sessions: usize,
    /// Whether it is draining: no new players are admitted.
    is_draining: bool,
    /// The seconds until it exits at the latest, if it is draining.
    ends_in_s: Option<u64>,
    /// Why players cannot join; none if they can.
    unready: Option<String>,
    workers: Vec<WorkerView>,
    /// Bytes received over all networks since the start.
    received_bytes: u64,
    /// Bytes sent.
    sent_bytes: u64,
}

/// A worker: a thread with some of the sessions.
#[derive(Debug, Serialize, ToSchema)]
struct WorkerView {
    /// Its recent load, from 0 to 1.
    busy_share: f64,
    /// The number of iterations of its loop.
    iterations: u64,
}

/// The state of the server.
#[utoipa::path(
    get,
    path = "/api/v1/server",
    responses((status = 200, description = "At most a second old", body = ServerView))
)]
pub(super) async fn server(State(app): State<App>) -> Result<Json<ServerView>, Refusal> {
    Ok(Json(ServerView::of(&app.observe().await?)))
}

impl ServerView {
    pub(super) fn of(observation: &Observation) -> Self {
        let bytes = |traffic: &consonance_link::Traffic| traffic.reliable.bytes + traffic.unreliable.bytes;
        let links = || observation.totals.networks.iter().map(|network| &network.counters.links);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            uptime_s: observation.uptime.as_secs(),
            players: observation.totals.clients(),
            sessions: observation.totals.sessions.len(),
            is_draining: observation.drains_for.is_some(),
            ends_in_s: observation.drains_for.map(|left| left.as_secs()),
            unready: observation.unready(),
            workers: observation
                .workers
                .iter()
                .map(|worker| WorkerView { busy_share: worker.busy_share, iterations: worker.iterations })
                .collect(),
            received_bytes: links().map(|links| bytes(&links.received)).sum(),
            sent_bytes: links().map(|links| bytes(&links.sent)).sum(),
        }
    }
}
