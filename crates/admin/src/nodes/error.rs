//! Errors of queries to another node.

use axum::http::StatusCode;
use consonance_cluster::QueryError;
use consonance_link::http::ProblemDetails;

/// Errors of queries to another node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NodesError {
    #[error("cluster state is not available yet, try again")]
    NoView,
    #[error("cannot query node {node:?}: {cause}")]
    Asked { node: String, cause: QueryError },
    #[error("invalid answer from node {node:?}; check its version")]
    Unreadable { node: String },
    #[error("unknown node {node:?}, expected the name or the id of one of this cluster")]
    Unknown { node: String },
}

impl NodesError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Asked { cause: QueryError::Late, .. } => StatusCode::GATEWAY_TIMEOUT,
            Self::NoView | Self::Asked { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unreadable { .. } => StatusCode::BAD_GATEWAY,
            Self::Unknown { .. } => StatusCode::NOT_FOUND,
        }
    }
}

impl From<NodesError> for ProblemDetails {
    fn from(error: NodesError) -> Self {
        Self::new(error.status(), error.to_string())
    }
}
