//! Actions on a session: one request for each action of the moderation service.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use consonance_link::http::ProblemDetails;

use super::action_request::{ActionRequest, act_here};
use super::answer::{Body, Refusal, ask};
use super::nodes::forward;
use super::outcome::Outcome;
use crate::app::App;
use crate::nodes::{self, AskedNode, Question};

/// Perform an action in a session, whichever node of the cluster owns it. Recordings are started and stopped at the
/// owner.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{session}/actions",
    params(("session" = String, Path, description = "The session's name")),
    request_body = ActionRequest,
    responses(
        (status = 200, description = "Done, and in the audit log", body = Outcome),
        (status = 403, description = "Only the node that owns the session may do it", body = ProblemDetails),
        (status = 404, description = "No such session or player", body = ProblemDetails),
        (status = 409, description = "The player or the room is not as it would have to be", body = ProblemDetails),
        (status = 422, description = "The request is not as it should be", body = ProblemDetails),
        (status = 503, description = "The node that owns the session is not heard", body = ProblemDetails),
        (status = 504, description = "That node does not answer; it may have done it", body = ProblemDetails),
    )
)]
pub(super) async fn act(
    State(app): State<App>,
    Path(session): Path<String>,
    Body(request): Body<ActionRequest>,
) -> Result<Response, Refusal> {
    ask(move || match owner_elsewhere(&app, &session)? {
        Some(node) if request.is_about_recording() => Err(recorded_only_at_owner(&session, Some(&node))),
        Some(node) => forward(&app, &node, &Question::Act { session, request }),
        None => Ok(Json(act_here(app.moderation(), None, &session, request)?).into_response()),
    })
    .await
}

/// The refusal of an action that no node performs for another one, with the owner's name where it is known.
pub(super) fn only_at_owner(what: &str, owner: Option<&AskedNode>) -> Refusal {
    let owner = owner.map(|node| format!(": {:?}", node.name)).unwrap_or_default();
    let detail = format!("{what} only at the node that owns it{owner}");
    ProblemDetails::new(StatusCode::FORBIDDEN, detail).into()
}

/// The same refusal for starting and stopping a recording.
pub(super) fn recorded_only_at_owner(session: &str, owner: Option<&AskedNode>) -> Refusal {
    only_at_owner(&format!("recordings of session {session:?} are started and stopped"), owner)
}

/// The node that owns a session, if that is another one.
pub(super) fn owner_elsewhere(app: &App, session: &str) -> Result<Option<AskedNode>, Refusal> {
    let Some(nodes) = app.operator().nodes() else { return Ok(None) };
    Ok(nodes::owner_elsewhere(&nodes.view()?, session))
}
