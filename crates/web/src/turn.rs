//! Credentials for TURN servers that are good for a while: "A REST API For Access To TURN Services"
//! (draft-uberti-behave-turn-rest-00), as coturn has it with `use-auth-secret`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use serde::Serialize;

use crate::settings::IceServers;

/// One server as a browser's `RTCConfiguration` has it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct IceServer {
    urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

impl IceServers {
    /// What a browser is told, at so many seconds after 1970.
    pub(crate) fn told_at(&self, unix_s: u64) -> Vec<IceServer> {
        let is_turn = |url: &&String| url.starts_with("turn:") || url.starts_with("turns:");
        let plain = self.urls.iter().filter(|url| !is_turn(url)).cloned().collect();
        let turn = self.urls.iter().filter(is_turn).cloned().collect();
        let (username, credential) = self.turn_secret.as_deref().map_or((None, None), |secret| {
            let username = format!("{}:consonance", unix_s + self.turn_lifetime.as_secs());
            let credential = credential(secret, &username);
            (Some(username), Some(credential))
        });
        let servers = [
            IceServer { urls: plain, username: None, credential: None },
            IceServer { urls: turn, username, credential },
        ];
        servers.into_iter().filter(|server| !server.urls.is_empty()).collect()
    }
}

/// The protocol demands SHA-1, and nothing depends on its resistance to collisions.
fn credential(secret: &str, username: &str) -> String {
    let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    BASE64_STANDARD.encode(sign(&key, username.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// By `printf 1700043200:consonance | openssl dgst -sha1 -hmac north -binary | base64`.
    #[test]
    fn a_credential_is_the_one_that_the_turn_server_makes_too() {
        let servers = IceServers {
            urls: vec!["turn:turn.example.org".into(), "stun:stun.example.org".into()],
            turn_secret: Some("north".into()),
            turn_lifetime: Duration::from_hours(12),
        };
        let told = serde_json::to_value(servers.told_at(1_700_000_000)).unwrap();
        let expected = serde_json::json!([
            { "urls": ["stun:stun.example.org"] },
            { "urls": ["turn:turn.example.org"], "username": "1700043200:consonance", "credential": "+wHaSb2QF366zf6C2NfxwnAlMRk=" },
        ]);
        assert_eq!(told, expected);
    }

    #[test]
    fn without_servers_there_is_nothing_to_tell() {
        assert_eq!(IceServers::default().told_at(0), []);
    }
}
