//! Access control: the token, a host name of this server, and no page of another site.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use consonance_link::http::{ProblemDetails, is_from_own_page};
use consonance_link::is_own_host;
use tokio::sync::Semaphore;

use crate::settings::AdminSettings;
use crate::token::AdminToken;

/// The listener's access settings.
#[derive(Debug)]
pub(crate) struct Guard {
    token: AdminToken,
    host_names: Vec<String>,
    /// Wrong tokens whose answers wait.
    slow_answers: Semaphore,
    delay: Duration,
}

impl Guard {
    pub(crate) fn new(settings: &AdminSettings) -> Arc<Self> {
        Arc::new(Self {
            token: settings.token.clone(),
            host_names: settings.access.host_names.clone(),
            slow_answers: Semaphore::new(settings.limits.wrong_tokens_max),
            delay: settings.limits.wrong_token_delay,
        })
    }
}

/// Rejects requests with a foreign host name or from a foreign page.
///
/// A name that was made to point here is in `Host`, and a page of another site is named in `Origin`.
pub(crate) async fn check_where_from(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    match where_from(&guard, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Rejects requests without the token.
///
/// The right one is never made to wait, however many wrong ones are tried meanwhile.
pub(crate) async fn check_token(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let shown = shown_token(request.headers());
    if shown.is_some_and(|shown| guard.token.is(shown)) {
        return next.run(request).await;
    }
    let what = if shown.is_some() {
        let Ok(_slot) = guard.slow_answers.try_acquire() else {
            let detail = "too many wrong tokens were presented recently; find the right one and try again";
            return ProblemDetails::new(StatusCode::TOO_MANY_REQUESTS, detail).into_response();
        };
        tokio::time::sleep(guard.delay).await;
        "this is not this server's admin token; it is in the file named by admin.token_file"
    } else {
        "the admin token is required, as `Authorization: Bearer …`; it is in the file named by admin.token_file"
    };
    let mut response = ProblemDetails::new(StatusCode::UNAUTHORIZED, what).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    // Each guess costs the client a new connection.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn where_from(guard: &Guard, headers: &HeaderMap) -> Result<(), ProblemDetails> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let ours = host.filter(|host| is_own_host(host, &guard.host_names)).ok_or_else(|| {
        let detail = "this server answers only to its address, localhost, or a name in admin.host_names";
        ProblemDetails::new(StatusCode::MISDIRECTED_REQUEST, detail)
    })?;
    if is_from_own_page(headers, ours) {
        return Ok(());
    }
    Err(ProblemDetails::new(StatusCode::FORBIDDEN, "pages of other sites are refused"))
}

fn shown_token(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| token.trim_ascii())
}

/// The scheme of RFC 6750, whose case does not matter.
const SCHEME: &[u8] = b"Bearer ";

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Arc<Guard> {
        let token = AdminToken::new("0123456789abcdef").unwrap();
        let mut settings = AdminSettings::new(([127, 0, 0, 1], 0).into(), token);
        settings.access.host_names = vec!["voice.example.org".into()];
        Guard::new(&settings)
    }

    fn status(host: Option<&str>, origin: Option<&str>) -> Option<StatusCode> {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
            if let Some(value) = value {
                headers.insert(name, value.parse().unwrap());
            }
        }
        where_from(&guard(), &headers).err().map(|problem| problem.into_response().status())
    }

    #[test]
    fn only_addresses_and_known_names_are_answered() {
        for host in [
            "127.0.0.1:7778",
            "127.0.0.1",
            "[::1]:80",
            "[::1]",
            "192.0.2.7:7778",
            "localhost:1",
            "LocalHost",
            "voice.example.org:443",
            "Voice.Example.org",
        ] {
            assert_eq!(status(Some(host), None), None, "{host}");
        }
        for host in [
            "evil.example:7",
            "127.0.0.1.evil.example",
            "localhost.",
            "127.0.0.1:7@x",
            "",
            ":",
            "a:b:1",
            "x:",
        ] {
            assert_eq!(status(Some(host), None), Some(StatusCode::MISDIRECTED_REQUEST), "{host}");
        }
        assert_eq!(status(None, None), Some(StatusCode::MISDIRECTED_REQUEST));
    }

    #[test]
    fn pages_of_other_sites_are_not() {
        let host = Some("127.0.0.1:7");
        assert_eq!(status(host, Some("http://127.0.0.1:7")), None);
        assert_eq!(status(host, Some("https://127.0.0.1:7")), None, "behind a proxy with TLS");
        for origin in ["null", "http://127.0.0.1:8", "http://evil.example", "http://localhost:7", ""] {
            assert_eq!(status(host, Some(origin)), Some(StatusCode::FORBIDDEN), "{origin}");
        }
    }

    #[test]
    fn a_token_is_shown_as_a_bearer_s() {
        let shown = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            shown_token(&headers).map(<[u8]>::to_vec)
        };
        assert_eq!(shown("Bearer abc"), Some(b"abc".to_vec()));
        assert_eq!(shown("bearer  abc"), Some(b"abc".to_vec()));
        for other in ["Basic abc", "Bearer", "abc", ""] {
            assert_eq!(shown(other), None, "{other:?}");
        }
    }
}
