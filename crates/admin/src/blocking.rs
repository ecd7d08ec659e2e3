//! Queries that may block, on threads for them.

use axum::http::StatusCode;
use consonance_link::http::ProblemDetails;

/// Runs a query that may wait for a worker or the disk on a thread where it blocks no other request.
pub(crate) async fn blocking<T: Send + 'static>(
    question: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ProblemDetails> {
    tokio::task::spawn_blocking(question).await.map_err(|_| {
        let detail = "the server could not be queried, which is a bug: please report it";
        ProblemDetails::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })
}
