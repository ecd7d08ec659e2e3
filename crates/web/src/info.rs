//! `GET /api/info`: how one joins.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::Serialize;

use crate::app::App;
use crate::signalling::Info;
use crate::this_machine::is_this_machine;
use crate::turn::IceServer;
use crate::visitor::Visitor;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InfoResponse {
    version: &'static str,
    #[serde(flatten)]
    info: Info,
    fallback: bool,
    /// Whether browsers give this page a microphone.
    secure: bool,
    ice_servers: Vec<IceServer>,
}

pub(crate) async fn info(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Json<InfoResponse> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let unix_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Json(InfoResponse {
        version: env!("CARGO_PKG_VERSION"),
        info: app.signalling().info(),
        fallback: app.packets().is_some(),
        secure: visitor.is_encrypted || is_this_machine(host),
        ice_servers: app.ice_servers().told_at(unix_s, visitor.address),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signalling::{JoinRule, SecretRequirement, Secrets};

    #[test]
    fn all_keys_are_in_one_object() {
        let secrets = Secrets { token: SecretRequirement::Required, ..Secrets::default() };
        let response = InfoResponse {
            version: "1.2.3",
            info: Info {
                sessions: vec!["main".into()],
                on_demand: true,
                join: JoinRule::Token,
                secrets,
                udp: true,
                encryption: false,
            },
            fallback: true,
            secure: false,
            ice_servers: Vec::new(),
        };
        let json = concat!(
            r#"{"version":"1.2.3","sessions":["main"],"onDemand":true,"join":"token","#,
            r#""secrets":{"token":"required","password":"no"},"udp":true,"encryption":false,"#,
            r#""fallback":true,"secure":false,"iceServers":[]}"#
        );
        assert_eq!(serde_json::to_string(&response).unwrap(), json);
    }
}
