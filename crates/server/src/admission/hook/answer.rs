//! The response of the service.

use serde::Deserialize;

use super::HookFailure;
use crate::token::Claims;

/// Whether a player is admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::admission) enum Answer {
    /// With these claims instead of its token's, if there are any.
    Allow(Option<Box<Claims>>),
    /// For this reason, in words for the player; empty if none was given.
    Deny(String),
}

#[derive(Deserialize)]
struct Body {
    allow: bool,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    claims: Option<serde_json::Value>,
}

/// Longer words are cut off: they travel in the end of a connection.
const REASON_CHARS_MAX: usize = 200;

impl Answer {
    pub(super) fn read(body: &[u8]) -> Result<Self, HookFailure> {
        let body: Body = serde_json::from_slice(body).map_err(|_| HookFailure::Garbage)?;
        if !body.allow {
            let is_fit = |letter: &char| !letter.is_control();
            return Ok(Self::Deny(body.reason.chars().filter(is_fit).take(REASON_CHARS_MAX).collect()));
        }
        let claims = body.claims.map(read_claims).transpose()?;
        Ok(Self::Allow(claims.map(Box::new)))
    }
}

/// As those of a token, but they need no end.
fn read_claims(mut claims: serde_json::Value) -> Result<Claims, HookFailure> {
    let members = claims.as_object_mut().ok_or(HookFailure::Garbage)?;
    members.entry("exp").or_insert_with(|| u64::MAX.into());
    serde_json::from_value(claims).map_err(|_| HookFailure::Garbage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_and_everything_else_is_garbage() {
        let read = |text: &str| Answer::read(text.as_bytes());
        assert_eq!(read(r#"{"allow":true}"#), Ok(Answer::Allow(None)));
        assert_eq!(read(r#"{"allow":false}"#), Ok(Answer::Deny(String::new())));
        let long = "x".repeat(1000);
        let denied = read(&format!(r#"{{"allow":false,"reason":"no\u001b\n{long}"}}"#));
        assert_eq!(denied, Ok(Answer::Deny(format!("no{}", "x".repeat(198)))));
        let Ok(Answer::Allow(Some(claims))) = read(r#"{"allow":true,"claims":{"name":"Alice"},"more":1}"#)
        else {
            panic!("claims need no end");
        };
        assert_eq!((claims.name.as_deref(), claims.expires_at), (Some("Alice"), u64::MAX));
        for garbage in [
            "",
            "{}",
            "[]",
            "true",
            r#"{"allow":"yes"}"#,
            r#"{"allow":true,"claims":[]}"#,
            r#"{"allow":true,"claims":{"name":7}}"#,
            r#"{"allow":true} and more"#,
        ] {
            assert_eq!(read(garbage), Err(HookFailure::Garbage), "{garbage}");
        }
    }
}
