//! Whether the process lives, and whether players may join.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use consonance_link::http::ProblemDetails;

use crate::app::App;

/// The process lives: its runtime answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Players can join: every worker has answered just now, so has the store of the cluster, if the server is in one, and
/// the server does not drain.
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    match app.observe().await {
        Ok(observation) => match observation.unready() {
            None => "ready\n".into_response(),
            Some(why) => ProblemDetails::new(StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
        },
        Err(problem) => problem.into_response(),
    }
}
