//! The admin API: state, actions and history; and its description, which includes the webhooks.

mod action;
mod action_request;
mod answer;
mod audit;
#[expect(unused_qualifications, reason = "utoipa writes the types of parameters out in full")]
mod bans;
mod cluster;
mod drain;
mod drain_request;
#[expect(unused_qualifications, reason = "utoipa writes the types of parameters out in full")]
mod events;
mod node_answers;
mod nodes;
mod outcome;
#[expect(unused_qualifications, reason = "utoipa writes the types of parameters out in full")]
mod recordings;
#[expect(unused_qualifications, reason = "utoipa writes the types of parameters out in full")]
mod reports;
mod server;
mod session;
mod session_view;
mod track;
mod webhooks;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use action_request::ActionRequest;
pub(crate) use answer::Why;
pub(crate) use cluster::ClusterState;
pub(crate) use drain_request::DrainRequest;
pub(crate) use node_answers::NodeAnswers;
pub(crate) use session_view::{SessionView, look};

use crate::app::App;

/// Everything below `/api/v1`, for clients that present the token, and its description.
pub(crate) fn routes() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (router, mut description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(server::server))
        .routes(routes!(drain::drain, drain::undrain))
        .routes(routes!(nodes::nodes))
        .routes(routes!(nodes::drain, nodes::undrain))
        .routes(routes!(session::sessions))
        .routes(routes!(session::session))
        .routes(routes!(action::act))
        .routes(routes!(bans::bans, bans::ban))
        .routes(routes!(bans::unban))
        .routes(routes!(reports::reports, reports::report))
        .routes(routes!(reports::details, reports::remove))
        .routes(routes!(reports::track))
        .routes(routes!(recordings::recordings))
        .routes(routes!(recordings::details, recordings::remove))
        .routes(routes!(recordings::track))
        .routes(routes!(audit::audit))
        .routes(routes!(events::events))
        .split_for_parts();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components = description.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    components.add_security_scheme("signature", webhooks::signature());
    description.webhooks = Some(webhooks::webhooks());
    (router, description)
}

/// The description itself, at `/api/openapi.json`, which discloses nothing about this server.
pub(crate) fn description_route(description: &utoipa::openapi::OpenApi) -> Router<App> {
    // Serializing plain data with string keys cannot fail.
    let json = serde_json::to_string(description).unwrap_or_default();
    let answer = move || {
        let json = json.clone();
        async move { answer_json(json) }
    };
    Router::new().route("/api/openapi.json", get(answer))
}

fn answer_json(json: String) -> Response {
    ([(axum::http::header::CONTENT_TYPE, "application/json")], json).into_response()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Consonance admin API",
        description = "What an operator can see and do. Every request shows the admin token as `Authorization: Bearer …`. \
                       What goes wrong is told as problem JSON (RFC 9457): `detail` says what happened and what to do."
    ),
    security(("token" = [])),
    components(schemas(consonance_server::WebhookMessage))
)]
struct Description;
