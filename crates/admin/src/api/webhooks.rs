//! Webhooks in the API description: requests that this server makes instead of answering them.

use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, Paths, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, HttpMethod, PathItem, Ref, Required, ResponseBuilder};

use super::bans::BanView;
use super::recordings::RecordingView;

/// The kind of event.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "the server's crate makes the bodies, and a test compares them with this")]
enum WebhookEventView {
    SessionBegun,
    SessionEnded,
    PlayerJoined,
    PlayerLeft,
    Banned,
    RecordingReady,
}

/// A session that started or ended.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the server's crate makes the bodies, and a test compares them with this")]
pub(super) struct SessionMessage {
    /// The id of the event; the same for each attempt, so that repeats can be dropped.
    id: String,
    event: WebhookEventView,
    /// When it happened, in UTC: `2033-05-18T03:33:20Z` (RFC 3339).
    at: String,
    /// The session's name.
    session: String,
}

/// A player that joined or left.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the server's crate makes the bodies, and a test compares them with this")]
pub(super) struct PlayerMessage {
    /// The id of the event; the same for each attempt, so that repeats can be dropped.
    id: String,
    event: WebhookEventView,
    /// When it happened, in UTC: `2033-05-18T03:33:20Z` (RFC 3339).
    at: String,
    /// The session's name.
    session: String,
    player: PlayerOfMessage,
}

/// A player, in a webhook's message.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the server's crate makes the bodies, and a test compares them with this")]
struct PlayerOfMessage {
    /// Its name, unique in the session.
    name: String,
    /// The subject of its join token, or the one that the joining hook gave, if any.
    subject: Option<String>,
}

/// A new ban.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the server's crate makes the bodies, and a test compares them with this")]
pub(super) struct BanMessage {
    /// The id of the event; the same for each attempt, so that repeats can be dropped.
    id: String,
    event: WebhookEventView,
    /// When it happened, in UTC: `2033-05-18T03:33:20Z` (RFC 3339).
    at: String,
    ban: BanView,
}

/// A recording whose files are complete.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the server's crate makes the bodies, and a test compares them with this")]
pub(super) struct RecordingMessage {
    /// The id of the event; the same for each attempt, so that repeats can be dropped.
    id: String,
    event: WebhookEventView,
    /// When it happened, in UTC: `2033-05-18T03:33:20Z` (RFC 3339).
    at: String,
    /// The session's name.
    session: String,
    recording: RecordingView,
}

/// Each event, its schema, and what happened.
const EVENTS: [(&str, &str, &str); 6] = [
    ("session-begun", "SessionMessage", "A session runs, with the server or since its first player came."),
    (
        "session-ended",
        "SessionMessage",
        "A session does not run any more: it was empty, or the server stops.",
    ),
    ("player-joined", "PlayerMessage", "A player has joined a session."),
    ("player-left", "PlayerMessage", "A player has left a session, or was removed."),
    ("banned", "BanMessage", "A name, an account or addresses were banned."),
    ("recording-ready", "RecordingMessage", "The files of a recording are complete."),
];

/// The requests to each webhook.
pub(super) fn webhooks() -> Paths {
    let add = |paths: PathsBuilder, (event, schema, summary): (&str, &str, &str)| {
        paths.path(event, PathItem::new(HttpMethod::Post, request(schema, summary)))
    };
    EVENTS.into_iter().fold(PathsBuilder::new(), add).build()
}

fn request(schema: &str, summary: &str) -> OperationBuilder {
    let content = Content::new(Some(Ref::from_schema_name(schema)));
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
