//! One request, read from a connection within limits.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The request line and the headers together.
const HEAD_BYTES_MAX: usize = 8 * 1024;
const BODY_BYTES_MAX: usize = 4 * 1024;
const HEADERS_MAX: usize = 48;
/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(3);

/// A request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// With the query.
    pub(super) target: String,
    pub(super) host: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) body: Vec<u8>,
}

/// Why a request is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It did not arrive in time, or the connection ended.
    Nothing,
    /// It is not HTTP.
    Malformed,
    /// It is longer than allowed.
    TooLong,
}

/// Waits for a request.
pub(super) fn read(stream: &mut TcpStream) -> Result<Request, Refusal> {
    let deadline = Instant::now() + PATIENCE;
    let mut bytes = Vec::new();
    loop {
        if let Some((mut request, head, length)) = parse_head(&bytes)? {
            while bytes.len() < head + length {
                read_more(stream, &mut bytes, deadline)?;
            }
            request.body = bytes[head..head + length].to_vec();
            return Ok(request);
        }
        if bytes.len() > HEAD_BYTES_MAX {
            return Err(Refusal::TooLong);
        }
        read_more(stream, &mut bytes, deadline)?;
    }
}

/// Parses the head of a request: returns the request, and the lengths of head and body; `None` if more bytes are
/// needed.
fn parse_head(bytes: &[u8]) -> Result<Option<(Request, usize, usize)>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    let head = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(head)) if head <= HEAD_BYTES_MAX => head,
        Ok(httparse::Status::Complete(_)) | Err(httparse::Error::TooManyHeaders) => {
            return Err(Refusal::TooLong);
        }
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(Refusal::Malformed),
    };
    let mut request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        ..Request::default()
    };
    let mut length = None;
    for header in parsed.headers.iter() {
        let value = std::str::from_utf8(header.value).map_err(|_| Refusal::Malformed)?.trim();
        let place = match header.name.to_ascii_lowercase().as_str() {
            "host" => &mut request.host,
            "origin" => &mut request.origin,
            "content-length" => {
                let bytes: usize = value.parse().map_err(|_| Refusal::Malformed)?;
                if length.replace(bytes).is_some() {
                    return Err(Refusal::Malformed);
                }
                continue;
            }
            "transfer-encoding" => return Err(Refusal::Malformed),
            _ => continue,
        };
        // With duplicates, a proxy might have used the other one.
        if place.replace(value.to_owned()).is_some() {
            return Err(Refusal::Malformed);
        }
    }
    match length.unwrap_or(0) {
        0..=BODY_BYTES_MAX => Ok(Some((request, head, length.unwrap_or(0)))),
        _ => Err(Refusal::TooLong),
    }
}

fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>, deadline: Instant) -> Result<(), Refusal> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
        return Err(Refusal::Nothing);
    }
    let mut part = [0; 2048];
    match stream.read(&mut part) {
        Ok(0) => Err(if bytes.is_empty() { Refusal::Nothing } else { Refusal::Malformed }),
        Ok(read) => {
            bytes.extend_from_slice(&part[..read]);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
        Err(_) => Err(Refusal::Nothing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Option<(Request, usize, usize)>, Refusal> {
        parse_head(text.as_bytes())
    }

    #[test]
    fn a_head_is_read_with_what_is_needed_of_it() {
        let text =
            "POST /x?y=1 HTTP/1.1\r\nHOST: 127.0.0.1:1\r\nOrigin: http://a\r\nContent-Length: 5\r\n\r\nhello";
        let (request, length, body) = head(text).unwrap().unwrap();
        assert_eq!((&*request.method, &*request.target), ("POST", "/x?y=1"));
        assert_eq!(
            (request.host.as_deref(), request.origin.as_deref()),
            (Some("127.0.0.1:1"), Some("http://a"))
        );
        assert_eq!(&text[length..length + body], "hello");
        assert_eq!(head("GET / HTTP/1.1\r\nHost: a\r\n"), Ok(None));
    }

    #[test]
    fn what_two_readers_might_read_differently_is_refused() {
        for lines in [
            "Host: a\r\nHost: b",
            "Origin: a\r\nOrigin: b",
            "Content-Length: 1\r\nContent-Length: 2",
            "Content-Length: -1",
            "Content-Length: 1, 1",
            "Transfer-Encoding: chunked",
            "Host: \u{ff}\u{fe}\r\nno colon here",
        ] {
            assert_eq!(
                head(&format!("POST / HTTP/1.1\r\n{lines}\r\n\r\n")),
                Err(Refusal::Malformed),
                "{lines}"
            );
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let body = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", BODY_BYTES_MAX + 1);
        assert_eq!(head(&body), Err(Refusal::TooLong));
        let many = "A: b\r\n".repeat(HEADERS_MAX + 1);
        assert_eq!(head(&format!("GET / HTTP/1.1\r\n{many}\r\n")), Err(Refusal::TooLong));
        let long = "a".repeat(HEAD_BYTES_MAX);
        assert_eq!(head(&format!("GET /{long} HTTP/1.1\r\n\r\n")), Err(Refusal::TooLong));
    }

    #[test]
    fn no_bytes_make_it_panic() {
        // A linear congruential generator: Knuth, MMIX.
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        };
        let seed = b"POST /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
        for _ in 0..20_000 {
            let mut bytes = seed.to_vec();
            for _ in 0..=(next() % 4) {
                let place = usize::from(next()) % bytes.len();
                bytes[place] = next();
            }
            bytes.truncate(usize::from(next()) % (bytes.len() + 1));
            if let Ok(Some((_, head, length))) = parse_head(&bytes) {
                assert!(head <= bytes.len() && length <= BODY_BYTES_MAX);
            }
        }
    }
}
