//! The nodes of the cluster, and draining one of them from any other.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use consonance_link::http::ProblemDetails;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Body, Parameters, Refusal, Why, ask};
use super::cluster::{ClusterState, NodeRow, find};
use super::drain_request::{DrainRequest, Drained, drain_here, undrain_here};
use super::outcome::Outcome;
use crate::app::App;
use crate::nodes::{AskedNode, Question};

/// All nodes of the cluster.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NodesView {
    /// Whether the node that answers has a connection to NATS. Without one, it knows nothing of the other nodes.
    has_bus: bool,
    /// The nodes by name; none if this server is not in a cluster.
    nodes: Vec<NodeRow>,
}

/// All nodes of the cluster, and the traffic between them. Nodes that do not answer are included.
#[utoipa::path(
    get,
    path = "/api/v1/nodes",
    responses((status = 200, description = "At most a second old", body = NodesView))
)]
pub(super) async fn nodes(State(app): State<App>) -> Result<Json<NodesView>, Refusal> {
    Ok(Json(NodesView::of(app.cluster().await?.as_ref())))
}

/// Drain a node of the cluster: it admits no new players, notifies those connected to it, and exits; other nodes
/// continue its sessions.
#[utoipa::path(
    post,
    path = "/api/v1/nodes/{node}/drain",
    params(("node" = String, Path, description = "The node's name or id")),
    request_body = DrainRequest,
    responses(
        (status = 200, description = "It drains; a second request changes the deadline", body = Drained),
        (status = 404, description = "No such node", body = ProblemDetails),
        (status = 422, description = "The request is invalid", body = ProblemDetails),
        (status = 503, description = "The node is not heard", body = ProblemDetails),
        (status = 504, description = "The node does not answer; it may drain", body = ProblemDetails),
    )
)]
pub(super) async fn drain(
    State(app): State<App>,
    Path(node): Path<String>,
    Body(request): Body<DrainRequest>,
) -> Result<Response, Refusal> {
    ask(move || match other_node(&app, &node)? {
        Some(node) => forward(&app, &node, &Question::Drain { request }),
        None => Ok(Json(drain_here(app.moderation(), None, request)?).into_response()),
    })
    .await
}

/// Cancel draining a node.
#[utoipa::path(
    delete,
    path = "/api/v1/nodes/{node}/drain",
    params(("node" = String, Path, description = "The node's name or id"), Why),
    responses(
        (status = 200, description = "Draining is cancelled", body = Outcome),
        (status = 404, description = "No such node", body = ProblemDetails),
        (status = 409, description = "The node was not draining", body = ProblemDetails),
        (status = 503, description = "The node is not heard", body = ProblemDetails),
    )
)]
pub(super) async fn undrain(
    State(app): State<App>,
    Path(node): Path<String>,
    Parameters(why): Parameters<Why>,
) -> Result<Response, Refusal> {
    ask(move || match other_node(&app, &node)? {
        Some(node) => forward(&app, &node, &Question::Undrain { why }),
        None => Ok(Json(undrain_here(app.moderation(), None, why)?).into_response()),
    })
    .await
}

impl NodesView {
    pub(super) fn of(state: Option<&Arc<ClusterState>>) -> Self {
        Self {
            has_bus: state.is_some_and(|state| state.view.has_bus),
            nodes: state.map(|state| state.nodes.clone()).unwrap_or_default(),
        }
    }
}

/// Another node by its name or id; none if it is this one.
fn other_node(app: &App, node: &str) -> Result<Option<AskedNode>, Refusal> {
    let Some(nodes) = app.operator().nodes() else {
        let detail = format!("unknown node {node:?}: this server is not in a cluster");
        return Err(ProblemDetails::new(StatusCode::NOT_FOUND, detail).into());
    };
    Ok(find(&nodes.view()?, node)?)
}

/// The answer of another node to `question`.
pub(super) fn forward(app: &App, node: &AskedNode, question: &Question) -> Result<Response, Refusal> {
    let Some(nodes) = app.operator().nodes() else {
        return Err(ProblemDetails::new(StatusCode::NOT_FOUND, "this server is not in a cluster").into());
    };
    Ok(nodes.ask_and_wait(node, question)?.into_response())
}
