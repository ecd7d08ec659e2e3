//! A node's answer to another node: a status and JSON, the same as for an operator.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use consonance_cluster::ANSWER_BYTES_MAX;
use consonance_link::http::ProblemDetails;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::NodesError;

/// Three digits of a status, a space, and JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply(Vec<u8>);

const HEAD_BYTES: usize = 4;

impl Reply {
    pub(crate) fn ok(body: &impl Serialize) -> Self {
        Self::new(StatusCode::OK, body)
    }

    pub(crate) fn problem(problem: &ProblemDetails) -> Self {
        Self::new(problem.status(), problem)
    }

    /// Parses a reply; `None` if it does not have this format.
    pub(crate) fn read(bytes: Vec<u8>) -> Option<Self> {
        let reply = Self(bytes);
        (reply.0.get(3) == Some(&b' ') && reply.known_status().is_some()).then_some(reply)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The body of a successful reply; `None` if it does not parse, for example from a node of another version.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Option<T> {
        let is_ok = self.status().is_success();
        is_ok.then(|| serde_json::from_slice(&self.0[HEAD_BYTES..]).ok()).flatten()
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.known_status().unwrap_or(StatusCode::BAD_GATEWAY)
    }

    /// The problem that the node reported instead of a body.
    pub(crate) fn into_problem(self, node: &str) -> ProblemDetails {
        #[derive(serde::Deserialize)]
        struct Said {
            detail: String,
        }
        let status = self.status();
        match serde_json::from_slice::<Said>(&self.0[HEAD_BYTES..]) {
            Ok(Said { detail }) if !status.is_success() => ProblemDetails::new(status, detail),
            _ => NodesError::Unreadable { node: node.to_owned() }.into(),
        }
    }

    fn known_status(&self) -> Option<StatusCode> {
        StatusCode::from_bytes(self.0.get(..3)?).ok()
    }

    fn new(status: StatusCode, body: &impl Serialize) -> Self {
        let mut bytes = format!("{} ", status.as_str()).into_bytes();
        // Serializing plain data with string keys cannot fail.
        let _ = serde_json::to_writer(&mut bytes, body);
        if bytes.len() > ANSWER_BYTES_MAX {
            let detail = format!("answer exceeds {} MiB; query that node directly", ANSWER_BYTES_MAX >> 20);
            return Self::problem(&ProblemDetails::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        Self(bytes)
    }
}

/// Passes the answer of another node on unchanged.
impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = self.status();
        let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
        let kind = HeaderValue::from_static(kind);
        (status, [(header::CONTENT_TYPE, kind)], self.0[HEAD_BYTES..].to_vec()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_was_written_and_nothing_else_is() {
        let reply = Reply::ok(&"fine");
        let read = Reply::read(reply.clone().into_bytes()).unwrap();
        assert_eq!((read.status(), read.body()), (StatusCode::OK, Some("fine".to_owned())));
        assert_eq!(read.body::<u32>(), None);
        let problem = Reply::problem(&ProblemDetails::not_found("no such session"));
        assert_eq!((problem.status(), problem.body::<String>()), (StatusCode::NOT_FOUND, None));
        for other in ["", "2", "200", "200{}", "abc {}", "\u{ff}\u{ff} "] {
            assert_eq!(Reply::read(other.as_bytes().to_vec()), None, "{other}");
        }
    }

    #[test]
    fn an_answer_that_is_too_long_says_so() {
        let reply = Reply::ok(&"x".repeat(ANSWER_BYTES_MAX));
        assert_eq!(reply.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let detail = "answer exceeds 4 MiB; query that node directly";
        assert!(String::from_utf8(reply.into_bytes()).unwrap().contains(detail));
    }
}
