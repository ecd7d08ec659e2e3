//! `GET /api/info`: how one joins.

use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use consonance_http::name_of_host;
use serde::Serialize;

use crate::app::App;
use crate::signalling::{Info, JoinRule};
use crate::turn::IceServer;
use crate::visitor::Visitor;

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "these are what a page asks for")]
pub(crate) struct Told {
    version: &'static str,
    sessions: Vec<String>,
    on_demand: bool,
    join: JoinRule,
    udp: bool,
    fallback: bool,
    /// Whether browsers give this page a microphone.
    secure: bool,
    ice_servers: Vec<IceServer>,
}

pub(crate) async fn info(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Json<Told> {
    let Info { sessions, on_demand, join, udp } = app.signalling().info();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let unix_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Json(Told {
        version: env!("CARGO_PKG_VERSION"),
        sessions,
        on_demand,
        join,
        udp,
        fallback: app.packets().is_some(),
        secure: visitor.is_encrypted || is_this_machine(host),
        ice_servers: app.ice_servers().told_at(unix_s),
    })
}

/// Whether browsers trust this host without TLS (Secure Contexts, section 3.1).
pub(crate) fn is_this_machine(host: &str) -> bool {
    let name = name_of_host(host).to_ascii_lowercase();
    let is_localhost = name == "localhost" || name.ends_with(".localhost");
    is_localhost || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_trust_this_machine_alone_without_tls() {
        for host in [
            "localhost",
            "LOCALHOST:7780",
            "127.0.0.1:7780",
            "127.8.8.8",
            "[::1]",
            "[::1]:7780",
            "voice.localhost:1",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "192.0.2.7:7780",
            "voice.example.org",
            "notlocalhost",
            "localhost.example.org",
            "[2001:db8::1]:1",
            "::",
            "é.localhostü",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
