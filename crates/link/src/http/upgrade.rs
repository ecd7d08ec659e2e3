//! The upgrade of a connection to a `WebSocket` (RFC 6455, section 4.2).

use std::fmt;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;

use crate::http::problem_details::ProblemDetails;

/// A client's request for a `WebSocket`, which a handler takes or leaves.
pub struct Upgrade {
    key: HeaderValue,
    protocols: Vec<String>,
    connection: OnUpgrade,
}

impl Upgrade {
    /// Whether the client asks for this subprotocol.
    pub fn asks_for(&self, protocol: &str) -> bool {
        self.protocols.iter().any(|asked| asked == protocol)
    }

    /// The answer that takes it, with the value that follows from the client's [key](Self::key) and perhaps the chosen
    /// subprotocol; `talk` gets the bytes of the connection once that is sent.
    pub fn accept<T: Future<Output = ()> + Send + 'static>(
        self,
        accept: HeaderValue,
        protocol: Option<&'static str>,
        talk: impl FnOnce(UpgradedStream) -> T + Send + 'static,
    ) -> Response {
        tokio::spawn(async move {
            if let Ok(upgraded) = self.connection.await {
                talk(TokioIo::new(upgraded)).await;
            }
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        if let Some(protocol) = protocol {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
        }
        response
    }

    /// The client's key, from which the answer has to be derived.
    pub fn key(&self) -> &[u8] {
        self.key.as_bytes()
    }
}

impl<S: Sync> FromRequestParts<S> for Upgrade {
    type Rejection = ProblemDetails;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ProblemDetails> {
        let headers = &parts.headers;
        let is_asked_for = has_word(headers, &header::CONNECTION, "upgrade")
            && has_word(headers, &header::UPGRADE, "websocket")
            && has_word(headers, &header::SEC_WEBSOCKET_VERSION, "13");
        let key = headers.get(header::SEC_WEBSOCKET_KEY).cloned();
        let protocols = words(headers, &header::SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect();
        match (key, parts.extensions.remove::<OnUpgrade>()) {
            (Some(key), Some(connection)) if is_asked_for => Ok(Self { key, protocols, connection }),
            _ => {
                let what = "ask for a WebSocket of version 13 here";
                Err(ProblemDetails::new(StatusCode::BAD_REQUEST, what).with_code("no-websocket"))
            }
        }
    }
}

impl fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").field("protocols", &self.protocols).finish_non_exhaustive()
    }
}

/// The bytes of an upgraded connection.
pub type UpgradedStream = TokioIo<Upgraded>;

fn has_word(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    words(headers, name).any(|item| item.eq_ignore_ascii_case(word))
}

fn words<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lists = headers.get_all(name).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim)
}
