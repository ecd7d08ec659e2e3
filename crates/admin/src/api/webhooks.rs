//! Webhooks in the API description: requests that this server makes instead of answering them.

use consonance_server::WebhookMessage;
use utoipa::ToSchema as _;
use utoipa::openapi::path::{OperationBuilder, Paths, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, HttpMethod, PathItem, Ref, Required, ResponseBuilder};

/// Each event, and what happened.
const EVENTS: [(&str, &str); 6] = [
    ("session-begun", "A session runs, with the server or since its first player came."),
    ("session-ended", "A session does not run any more: it was empty, or the server stops."),
    ("player-joined", "A player has joined a session."),
    ("player-left", "A player has left a session, or was removed."),
    ("banned", "A name, an account or addresses were banned."),
    ("recording-ready", "The files of a recording are complete."),
];

/// The requests to each webhook.
pub(super) fn webhooks() -> Paths {
    let add = |paths: PathsBuilder, (event, summary): (&str, &str)| {
        paths.path(event, PathItem::new(HttpMethod::Post, request(summary)))
    };
    EVENTS.into_iter().fold(PathsBuilder::new(), add).build()
}

fn request(summary: &str) -> OperationBuilder {
    let content = Content::new(Some(Ref::from_schema_name(WebhookMessage::name())));
    let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True));
    let taken = ResponseBuilder::new().description("Taken; its body means nothing");
    let again = ResponseBuilder::new().description("Not taken: the same body comes again later");
    OperationBuilder::new()
        .summary(Some(summary))
        .request_body(Some(body.build()))
        .response("2XX", taken)
        .response("default", again)
        .security(SecurityRequirement::new("signature", [""; 0]))
}

/// The scheme by which a webhook verifies that a request is from this server.
pub(super) fn signature() -> SecurityScheme {
    let about = "`t=SECONDS,v1=HEX`: HEX is the HMAC-SHA256, with the secret of the webhook, of SECONDS (since 1970), a \
                 dot, and the body.";
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("Consonance-Signature", about)))
}
