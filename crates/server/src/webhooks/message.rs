//! The events of a webhook, as the JSON of a body. Members are only ever added; `docs/operations.md` and the
//! description of the admin API list them.

use std::sync::Arc;

use serde::Serialize;

use super::event::WebhookEvent;
use crate::bans::Ban;
use crate::recording::{RecordingId, RecordingIndex, RecordingSummary};
use crate::utc::rfc_3339;

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Occurrence<'o> {
    SessionBegun { session: &'o str },
    SessionEnded { session: &'o str },
    PlayerJoined { session: &'o str, name: &'o str, subject: Option<&'o str> },
    PlayerLeft { session: &'o str, name: &'o str, subject: Option<&'o str> },
    Banned(&'o Ban),
    RecordingReady { id: &'o RecordingId, index: &'o RecordingIndex },
}

impl Occurrence<'_> {
    pub(super) fn event(&self) -> WebhookEvent {
        match self {
            Self::SessionBegun { .. } => WebhookEvent::SessionBegun,
            Self::SessionEnded { .. } => WebhookEvent::SessionEnded,
            Self::PlayerJoined { .. } => WebhookEvent::PlayerJoined,
            Self::PlayerLeft { .. } => WebhookEvent::PlayerLeft,
            Self::Banned(_) => WebhookEvent::Banned,
            Self::RecordingReady { .. } => WebhookEvent::RecordingReady,
        }
    }
}

/// The body of a request that tells this; each attempt sends the same bytes. `at` is in seconds since 1970.
pub(super) fn body(id: &str, at: u64, occurrence: &Occurrence<'_>) -> Arc<[u8]> {
    let mut message = WebhookMessage {
        id,
        event: occurrence.event(),
        at: rfc_3339(at),
        session: None,
        player: None,
        ban: None,
        recording: None,
    };
    match *occurrence {
        Occurrence::SessionBegun { session } | Occurrence::SessionEnded { session } => {
            message.session = Some(session);
        }
        Occurrence::PlayerJoined { session, name, subject }
        | Occurrence::PlayerLeft { session, name, subject } => {
            (message.session, message.player) = (Some(session), Some(WebhookPlayer { name, subject }));
        }
        Occurrence::Banned(ban) => message.ban = Some(ban),
        Occurrence::RecordingReady { id, index } => {
            message.session = Some(&index.session);
            message.recording = Some(RecordingSummary::new(id, index));
        }
    }
    serde_json::to_vec(&message).expect("plain data with text as keys").into()
}

/// The body of a webhook's request: something that happened.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookMessage<'m> {
    /// The id of the event; the same for each attempt, so that repeats can be dropped.
    id: &'m str,
    event: WebhookEvent,
    /// When it happened, in UTC: `2033-05-18T03:33:20Z` (RFC 3339).
    at: String,
    /// The session's name; absent for a ban.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'m str>,
    /// The player that joined or left.
    #[serde(skip_serializing_if = "Option::is_none")]
    player: Option<WebhookPlayer<'m>>,
    /// The new ban.
    #[serde(skip_serializing_if = "Option::is_none")]
    ban: Option<&'m Ban>,
    /// The recording whose files are complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<RecordingSummary>,
}

/// A player, in a webhook's message.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookPlayer<'m> {
    /// Its name, unique in the session.
    name: &'m str,
    /// The subject of its join token, or the one that the joining hook gave, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'m str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_what_the_event_is_about_and_nothing_else() {
        let (session, name) = ("main", "Alice \"the\" great");
        let json = |occurrence| String::from_utf8(body("7-1", 2_000_000_000, &occurrence).to_vec()).unwrap();
        let head = |event| format!(r#"{{"id":"7-1","event":"{event}","at":"2033-05-18T03:33:20Z""#);
        let begun = json(Occurrence::SessionBegun { session });
        assert_eq!(begun, head("session-begun") + r#","session":"main"}"#);
        let joined = json(Occurrence::PlayerJoined { session, name, subject: Some("4711") });
        let player = r#","session":"main","player":{"name":"Alice \"the\" great","subject":"4711"}}"#;
        assert_eq!(joined, head("player-joined") + player);
        let left = json(Occurrence::PlayerLeft { session, name: "Bob", subject: None });
        assert_eq!(left, head("player-left") + r#","session":"main","player":{"name":"Bob"}}"#);
    }
}
