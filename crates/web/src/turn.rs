//! Credentials for TURN servers that are good for a while: "A REST API For Access To TURN Services"
//! (draft-uberti-behave-turn-rest-00), as coturn has it with `use-auth-secret`.

use std::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use consonance_link::address_prefix;
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
    /// The servers for a browser at this address, at `unix_s` seconds after 1970.
    ///
    /// Any visitor may ask, since a browser needs them before anything is shown. So all credentials for one home
    /// belong to the same user, which coturn's `user-quota` applies to, and which its log names.
    pub(crate) fn told_at(&self, unix_s: u64, asker: IpAddr) -> Vec<IceServer> {
        let is_turn = |url: &&String| url.starts_with("turn:") || url.starts_with("turns:");
        let plain = self.urls.iter().filter(|url| !is_turn(url)).cloned().collect();
        let turn = self.urls.iter().filter(is_turn).cloned().collect();
        let (username, credential) = self.turn_secret.as_deref().map_or((None, None), |secret| {
            let username = format!("{}:{}", unix_s + self.turn_lifetime.as_secs(), address_prefix(asker));
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
    use std::net::Ipv4Addr;

    use super::*;

    const ASKER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

    fn north() -> IceServers {
        IceServers {
            urls: vec!["turn:turn.example.org".into(), "stun:stun.example.org".into()],
            turn_secret: Some("north".into()),
            ..IceServers::default()
        }
    }

    /// By `printf 1700003600:192.0.2.7 | openssl dgst -sha1 -hmac north -binary | base64`.
    #[test]
    fn a_credential_is_the_one_that_the_turn_server_makes_too() {
        let told = serde_json::to_value(north().told_at(1_700_000_000, ASKER)).unwrap();
        let expected = serde_json::json!([
            { "urls": ["stun:stun.example.org"] },
            { "urls": ["turn:turn.example.org"], "username": "1700003600:192.0.2.7", "credential": "ylw855SyMEEyXAMbMqzHfeQ6e1Y=" },
        ]);
        assert_eq!(told, expected);
    }

    #[test]
    fn a_visitor_that_asks_again_and_again_is_one_user_of_the_turn_server() {
        let user = |unix_s: u64, asker: &str| {
            let told = north().told_at(unix_s, asker.parse().unwrap());
            told.into_iter().find_map(|server| server.username).unwrap().split_once(':').unwrap().1.to_owned()
        };
        assert_eq!(user(1, "192.0.2.7"), user(1_700_000_000, "::ffff:192.0.2.7"));
        assert_eq!(user(1, "2001:db8:0:1::1"), user(1, "2001:db8:0:1:ffff::2"), "one home");
        assert_ne!(user(1, "2001:db8:0:1::1"), user(1, "2001:db8:0:2::1"));
        assert_ne!(user(1, "192.0.2.7"), user(1, "192.0.2.8"));
    }

    #[test]
    fn without_servers_there_is_nothing_to_tell() {
        assert_eq!(IceServers::default().told_at(0, ASKER), []);
    }
}
