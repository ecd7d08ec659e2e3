//! `GET /metrics`: the response to a scraper.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::metrics::render;

/// The metrics in the text format of Prometheus.
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    match app.observe().await {
        Ok(observation) => {
            let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            let text = render(&observation, app.metrics_sessions_max());
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}
