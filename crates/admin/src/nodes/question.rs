//! The complete set of questions that nodes may ask each other.
//!
//! A node of the cluster may be compromised. Recordings, reports, the audit log, webhooks and tokens therefore cannot
//! be asked for: there is no question for them, and no question names a path or a file.

use serde::{Deserialize, Serialize};

use crate::api::{ActionRequest, DrainRequest, Why};

/// A question of one node to another one, as JSON. Kinds are added, and never removed; a node refuses those that it
/// does not know.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Question {
    /// The state of the node, and its sessions.
    Overview {},
    /// A session of the node with all its players.
    Session { session: String },
    /// The voices of players of a session whose links the node has, whichever node owns the session.
    Voices { session: String },
    /// The snapshot of the node for inspectors.
    Snapshot {},
    /// Do something in a session of the node.
    Act { session: String, request: ActionRequest },
    /// Drain the node.
    Drain { request: DrainRequest },
    /// Cancel the drain.
    Undrain { why: Why },
}

impl Question {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // Serializing plain data with string keys cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Parses a question; `None` if it is not one of these.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_in_files_and_secrets_cannot_be_asked_for_in_any_spelling() {
        for asked in [
            r#"{"recordings":{}}"#,
            r#"{"recordings":{"session":"main"}}"#,
            r#"{"reports":{}}"#,
            r#"{"audit":{}}"#,
            r#"{"webhooks":{}}"#,
            r#"{"token":{}}"#,
            r#""recordings""#,
            r#""GET /api/v1/recordings""#,
            r#"{"get":"/api/v1/recordings"}"#,
            r#"{"method":"GET","path":"/api/v1/sessions/../recordings/main/1/tracks/a.opus"}"#,
            r#"{"session":{"session":"main","path":"../recordings"}}"#,
            r#"{"session":"main","recordings":{}}"#,
            r#"{"overview":{"recordings":true}}"#,
            r#"{"act":{"session":"main","request":{"action":{"list_recordings":{}}}}}"#,
            r#"{"act":{"session":"main","request":{"action":{"kick":{"player":"A"}},"path":"/recordings"}}}"#,
            "GET /api/v1/recordings HTTP/1.1\r\n\r\n",
            "",
            "[]",
            "null",
        ] {
            assert!(Question::read(asked.as_bytes()).is_none(), "{asked}");
        }
        for length in 0..40 {
            assert!(Question::read(&br#"{"session":{"session":"a name of a session"}}"#[..length]).is_none());
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let request =
            r#"{"action":{"mute":{"player":{"subject":"7"},"duration_s":5}},"reason":"loud","by":"Ann"}"#;
        let request: ActionRequest = serde_json::from_str(request).unwrap();
        let written = Question::Act { session: "a/b ü".into(), request }.to_bytes();
        let read = Question::read(&written).unwrap();
        assert_eq!(read.to_bytes(), written);
        assert!(matches!(read, Question::Act { session, .. } if session == "a/b ü"));
    }
}
