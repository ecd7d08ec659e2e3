//! The events of a webhook, as the JSON of a body. Members are only ever added; `docs/operations.md` and the
//! description of the admin API list them.

use std::sync::Arc;

use serde::Serialize;

use super::event::WebhookEvent;
use crate::bans::Ban;
use crate::recording::{RecordingEndReason, RecordingId, RecordingIndex};
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
    let mut message = Message {
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
            (message.session, message.player) = (Some(session), Some(Player { name, subject }));
        }
        Occurrence::Banned(ban) => message.ban = Some(ban),
        Occurrence::RecordingReady { id, index } => {
            message.session = Some(&index.session);
            message.recording = Some(Recording::new(id, index));
        }
    }
    serde_json::to_vec(&message).expect("plain data with text as keys").into()
}

#[derive(Serialize)]
struct Message<'m> {
    id: &'m str,
    event: WebhookEvent,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    player: Option<Player<'m>>,
    /// As the admin API shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ban: Option<&'m Ban>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<Recording<'m>>,
}

#[derive(Serialize)]
struct Player<'m> {
    name: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'m str>,
}

/// As the admin API shows it, without null fields.
#[derive(Serialize)]
struct Recording<'m> {
    id: String,
    session: &'m str,
    started_at: u64,
    duration_s: f64,
    bytes: u64,
    tracks: usize,
    by_operator: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<RecordingEndReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'m str>,
    frames_dropped: u64,
    frames_without_track: u64,
}

impl<'m> Recording<'m> {
    fn new(id: &RecordingId, index: &'m RecordingIndex) -> Self {
        Self {
            id: id.to_string(),
            session: &index.session,
            started_at: index.started_unix_ms / 1000,
            duration_s: index.duration_samples as f64 / f64::from(index.sample_rate_hz),
            bytes: index.bytes,
            tracks: index.tracks.len(),
            by_operator: index.by_operator,
            ended: index.ended,
            error: index.error.as_deref(),
            frames_dropped: index.frames_dropped,
            frames_without_track: index.frames_without_track,
        }
    }
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
