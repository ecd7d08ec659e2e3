//! A client of an inspector, for programs.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::{Action, Snapshot, SnapshotError};

/// The timeout for a response.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than the largest snapshot has.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;
const HEADERS_MAX: usize = 48;

/// A client of an inspector at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectorClient {
    host: String,
    /// `/KEY/`
    folder: String,
}

/// Why a request to an inspector failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The address is not an inspector's.
    #[error(
        "invalid inspector address {0:?}, expected http://127.0.0.1:PORT/KEY/, as `--inspector` prints it"
    )]
    Address(String),
    /// The address is that of a session, and not of an inspector.
    #[error(
        "{0:?} is the address of a session, for joining it: an inspector's begins with http:// and is \
         printed by a program started with `--inspector`"
    )]
    SessionAddress(String),
    /// No program answers there.
    #[error("no inspector answers at {host} ({cause}): is its program still running?")]
    Connection {
        /// The host and the port.
        host: String,
        /// The operating system's error.
        cause: io::Error,
    },
    /// The inspector refused the request.
    #[error("the inspector at {host} refused: {words}")]
    Refused {
        /// The host and the port.
        host: String,
        /// Its reason.
        words: String,
    },
    /// The response is not a valid snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl FetchError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::SessionAddress(_) => "session-address",
            Self::Connection { .. } => "connection",
            Self::Refused { .. } => "refused",
            Self::Snapshot(cause) => cause.code(),
        }
    }
}

impl InspectorClient {
    /// An inspector at an address, `http://127.0.0.1:PORT/KEY/`. Sends no request yet.
    ///
    /// # Errors
    /// If it is another kind of address.
    pub fn new(url: &str) -> Result<Self, FetchError> {
        let wrong = || match url.trim().split_once(':') {
            Some(("quic" | "offline", _)) => FetchError::SessionAddress(url.to_owned()),
            _ => FetchError::Address(url.to_owned()),
        };
        let rest = url.trim().strip_prefix("http://").ok_or_else(wrong)?;
        let (host, key) = rest.split_once('/').ok_or_else(wrong)?;
        let key = key.strip_suffix("snapshot.json").unwrap_or(key).trim_matches('/');
        let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_host = host.bytes().all(|byte| byte.is_ascii_graphic()) && host.contains(':');
        if !is_key || !is_host {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), folder: format!("/{key}/") })
    }

    /// Requests a snapshot.
    ///
    /// # Errors
    /// If it does not respond, or not with a snapshot.
    pub fn snapshot(&self) -> Result<Snapshot, FetchError> {
        let body = self.ask("GET", "snapshot.json", "")?;
        Ok(Snapshot::from_json(&String::from_utf8_lossy(&body))?)
    }

    /// Requests an action.
    ///
    /// # Errors
    /// If it does not answer, or refuses.
    pub fn act(&self, action: &Action) -> Result<(), FetchError> {
        // Plain data with text for keys cannot fail.
        let body = serde_json::to_string(action).unwrap_or_default();
        self.ask("POST", "act", &body).map(drop)
    }

    fn ask(&self, method: &str, what: &str, body: &str) -> Result<Vec<u8>, FetchError> {
        let Self { host, folder } = self;
        let length = body.len();
        let request = format!(
            "{method} {folder}{what} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Length: \
             {length}\r\n\
             Connection: close\r\n\r\n{body}"
        );
        let connection = |cause| FetchError::Connection { host: host.clone(), cause };
        let answer = self.exchange(&request).map_err(connection)?;
        let strange = || connection(io::Error::other("it does not answer as an inspector does"));
        let (status, begins) = parse(&answer).ok_or_else(strange)?;
        let body = answer[begins..].to_vec();
        if status == 200 {
            return Ok(body);
        }
        let words = String::from_utf8_lossy(&body).trim().to_owned();
        Err(FetchError::Refused { host: host.clone(), words })
    }

    fn exchange(&self, request: &str) -> io::Result<Vec<u8>> {
        let nowhere = || io::Error::other("there is no such host");
        let address = self.host.to_socket_addrs()?.find(std::net::SocketAddr::is_ipv4).ok_or_else(nowhere)?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
        Ok(answer)
    }
}

/// The status, and the start of the body, of a complete response.
fn parse(answer: &[u8]) -> Option<(u16, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(begins) = parsed.parse(answer).ok()? else { return None };
    let header = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length: usize = std::str::from_utf8(header?.value).ok()?.trim().parse().ok()?;
    (answer.len() - begins == length).then_some((parsed.code?, begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_printed() {
        let expected = InspectorClient { host: "127.0.0.1:7000".into(), folder: "/0a1b/".into() };
        for url in [
            "http://127.0.0.1:7000/0a1b/",
            " http://127.0.0.1:7000/0a1b",
            "http://127.0.0.1:7000/0a1b/snapshot.json",
        ] {
            assert_eq!(InspectorClient::new(url).unwrap(), expected);
        }
        for url in ["", "nonsense", "http://127.0.0.1:7/", "http://127.0.0.1/a/", "http://a:1/b\r\nc/"] {
            assert!(matches!(InspectorClient::new(url), Err(FetchError::Address(_))), "{url:?}");
        }
        for url in ["quic://127.0.0.1:7/main", "offline:"] {
            assert!(matches!(InspectorClient::new(url), Err(FetchError::SessionAddress(_))), "{url:?}");
        }
    }

    #[test]
    fn an_answer_that_is_cut_short_is_none() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        assert_eq!(parse(whole), Some((200, whole.len() - 5)));
        for length in 0..whole.len() {
            assert_eq!(parse(&whole[..length]), None, "{length}");
        }
        assert_eq!(parse(b"HTTP/1.1 200 OK\r\n\r\nhello"), None);
    }
}
