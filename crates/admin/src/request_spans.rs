//! Requests of operators as spans.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use consonance_server::spans::SpanKind;

use crate::app::App;

/// Records a request that has shown the token, from its head to that of its answer. Its span has the route, and not the
/// path, which may name a player.
pub(crate) async fn record(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut span = app.tracer().trace("admin", SpanKind::Server);
    if span.is_recorded() {
        let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
        span.set("http.request.method", request.method().as_str().to_owned());
        span.set("http.route", route.unwrap_or_default());
    }
    let response = next.run(request).await;
    span.set("http.response.status_code", u64::from(response.status().as_u16()));
    // A client's error is not the server's fault.
    if response.status().is_server_error() {
        span.fail("status");
    }
    response
}
