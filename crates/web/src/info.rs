//! `GET /api/info`: how one joins.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::Serialize;

use crate::app::App;
use crate::signalling::{Info, JoinRule, Secrets};
use crate::this_machine::is_this_machine;
use crate::turn::IceServer;
use crate::visitor::Visitor;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "these are what a page asks for")]
pub(crate) struct InfoResponse {
    version: &'static str,
    sessions: Vec<String>,
    on_demand: bool,
    join: JoinRule,
    secrets: Secrets,
    udp: bool,
    encryption: bool,
    fallback: bool,
    /// Whether browsers give this page a microphone.
    secure: bool,
    ice_servers: Vec<IceServer>,
}

pub(crate) async fn info(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Json<InfoResponse> {
    let Info { sessions, on_demand, join, secrets, udp, encryption } = app.signalling().info();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let unix_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Json(InfoResponse {
        version: env!("CARGO_PKG_VERSION"),
        sessions,
        on_demand,
        join,
        secrets,
        udp,
        encryption,
        fallback: app.packets().is_some(),
        secure: visitor.is_encrypted || is_this_machine(host),
        ice_servers: app.ice_servers().told_at(unix_s, visitor.address),
    })
}
