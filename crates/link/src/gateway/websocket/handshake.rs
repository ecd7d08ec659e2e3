//! The upgrade from HTTP: RFC 6455, section 4.

use std::fmt::Write as _;

use tungstenite::handshake::client::generate_key;
use tungstenite::handshake::derive_accept_key;

/// A client's request for a `WebSocket`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The server's host and port, such as `game.example:27777`; empty if the request names none.
    pub host: String,
    /// The path and the query, such as `/`.
    pub path: String,
    /// The key from which the server's answer must be derived; see [`new_key`].
    pub key: String,
    /// The protocols that the client offers, the preferred one first.
    pub protocols: Vec<String>,
    /// The origin of the requesting page, such as `https://game.example`: browsers set it, and pages cannot change it.
    pub origin: Option<String>,
}

impl Request {
    /// A native client's, with a new key.
    pub fn new(host: impl Into<String>, path: impl Into<String>, protocol: Option<&str>) -> Self {
        Self {
            host: host.into(),
            path: path.into(),
            key: new_key(),
            protocols: protocol.into_iter().map(str::to_owned).collect(),
            origin: None,
        }
    }

    /// The request at the beginning of a stream.
    pub(super) fn read(stream: &[u8]) -> Head<Self> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(stream) {
            Ok(httparse::Status::Complete(bytes)) if bytes <= HEAD_BYTES_MAX => match of_upgrade(&request) {
                Some((request, true)) => Head::Ambiguous(request, bytes),
                Some((request, false)) => Head::Complete(request, bytes),
                None => Head::Bad,
            },
            Ok(httparse::Status::Partial) if stream.len() < HEAD_BYTES_MAX => Head::Partial,
            Ok(_) | Err(_) => Head::Bad,
        }
    }

    /// Appends it.
    pub fn write(&self, out: &mut Vec<u8>) {
        let Self { host, path, key, protocols, origin } = self;
        let mut request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        );
        if !protocols.is_empty() {
            let _ = write!(request, "Sec-WebSocket-Protocol: {}\r\n", protocols.join(", "));
        }
        if let Some(origin) = origin {
            let _ = write!(request, "Origin: {origin}\r\n");
        }
        out.extend_from_slice(request.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}

/// A server's response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Response {
    /// 101 if the connection is a `WebSocket`.
    pub(super) status: u16,
    /// The value that the server has derived from the key.
    accept: String,
    /// The protocol that it has chosen.
    pub(super) protocol: Option<String>,
    /// How long the body is, in bytes.
    pub(super) body_bytes: usize,
}

impl Response {
    /// The response at the beginning of a stream.
    pub(super) fn read(stream: &[u8]) -> Head<Self> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut response = httparse::Response::new(&mut headers);
        match response.parse(stream) {
            Ok(httparse::Status::Complete(bytes)) if bytes <= HEAD_BYTES_MAX => {
                let text = |name| value(response.headers, name).map(str::to_owned);
                let body_bytes =
                    value(response.headers, "content-length").and_then(|length| length.parse().ok());
                let read = Self {
                    status: response.code.unwrap_or_default(),
                    accept: text("sec-websocket-accept").unwrap_or_default(),
                    protocol: text("sec-websocket-protocol"),
                    body_bytes: body_bytes.unwrap_or(0),
                };
                Head::Complete(read, bytes)
            }
            Ok(httparse::Status::Partial) if stream.len() < HEAD_BYTES_MAX => Head::Partial,
            Ok(_) | Err(_) => Head::Bad,
        }
    }

    /// Whether it is the answer to this key (section 4.1).
    pub(super) fn answers(&self, key: &str) -> bool {
        self.accept == derive_accept_key(key.as_bytes())
    }
}

/// The head at the beginning of a stream, and its length in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head<T> {
    /// Complete.
    Complete(T, usize),
    /// The same, but a header that should occur once occurs twice, and a proxy might have read the other one (RFC
    /// 9112, section 3.2), or it is not text.
    Ambiguous(T, usize),
    /// More bytes are needed.
    Partial,
    /// Not HTTP, or not usable.
    Bad,
}

/// Appends the server's answer to a client's key, with the protocol that it has chosen of those that the client named.
pub fn write_acceptance(key: &str, protocol: Option<&str>, out: &mut Vec<u8>) {
    let accept = derive_accept_key(key.as_bytes());
    let protocol = protocol.map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n")).unwrap_or_default();
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n{protocol}\r\n"
    );
    out.extend_from_slice(response.as_bytes());
}

/// Appends a response that ends the matter, such as `403 Forbidden`, with words for people.
pub(super) fn write_refusal(status: &str, words: &str, out: &mut Vec<u8>) {
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{words}",
        words.len()
    );
    out.extend_from_slice(response.as_bytes());
}

/// A key for a request: sixteen random bytes in base64 (section 4.1, step 7).
pub fn new_key() -> String {
    generate_key()
}

/// The longest head of a request or a response that is read, in bytes. Stock clients of `SimpleWebTransport` read
/// no more than 1000 themselves.
const HEAD_BYTES_MAX: usize = 4096;
const HEADERS_MAX: usize = 64;

/// The request for a `WebSocket`, if it is one, and whether its host or origin is ambiguous.
fn of_upgrade(request: &httparse::Request<'_, '_>) -> Option<(Request, bool)> {
    let is_upgrade = request.method == Some("GET")
        && has_word(request.headers, "upgrade", "websocket")
        && has_word(request.headers, "connection", "upgrade")
        && has_word(request.headers, "sec-websocket-version", "13");
    let key = value(request.headers, "sec-websocket-key").filter(|key| is_key(key))?;
    let (host, origin) = (single(request.headers, "host"), single(request.headers, "origin"));
    let is_ambiguous = host.is_err() || origin.is_err();
    let text = |value: Result<Option<&str>, Ambiguous>| value.ok().flatten().map(str::to_owned);
    let asked_for = Request {
        host: text(host).unwrap_or_default(),
        path: request.path?.to_owned(),
        key: key.to_owned(),
        protocols: words(request.headers, "sec-websocket-protocol").map(str::to_owned).collect(),
        origin: text(origin),
    };
    is_upgrade.then_some((asked_for, is_ambiguous))
}

/// Whether it is sixteen bytes in base64.
fn is_key(key: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    key.strip_suffix("==").is_some_and(|digits| digits.len() == 22 && digits.bytes().all(is_digit))
}

fn value<'a>(headers: &[httparse::Header<'a>], name: &str) -> Option<&'a str> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(header.value).ok().map(str::trim)
}

/// A header that may occur only once in a request occurs twice, or it is not text.
struct Ambiguous;

/// The value of a header that a request has once at most.
fn single<'a>(headers: &[httparse::Header<'a>], name: &str) -> Result<Option<&'a str>, Ambiguous> {
    let mut found = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(header), None) => {
            std::str::from_utf8(header.value).map(|value| Some(value.trim())).map_err(|_| Ambiguous)
        }
        (Some(_), Some(_)) => Err(Ambiguous),
    }
}

/// The items of a header that is a list, which may be spread over several headers (RFC 9110, section 5.3).
fn words<'a>(headers: &[httparse::Header<'a>], name: &str) -> impl Iterator<Item = &'a str> {
    let of_name = headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
    let lists = of_name.filter_map(|header| std::str::from_utf8(header.value).ok());
    lists.flat_map(|list| list.split(',')).map(str::trim).filter(|word| !word.is_empty())
}

fn has_word(headers: &[httparse::Header<'_>], name: &str, word: &str) -> bool {
    words(headers, name).any(|item| item.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6455, section 1.3.
    #[test]
    fn the_answer_to_a_key_is_the_standards() {
        assert_eq!(derive_accept_key(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_is_written_can_be_read_and_nothing_shorter() {
        let (mut written, mut response) = (Vec::new(), Vec::new());
        let request = request();
        request.write(&mut written);
        write_acceptance(&request.key, Some("chat"), &mut response);
        assert!(response.len() <= 1000, "stock clients read no more");
        assert_eq!(Request::read(&written), Head::Complete(request.clone(), written.len()));
        let Head::Complete(read, bytes) = Response::read(&response) else { panic!("it is complete") };
        assert_eq!((read.status, read.protocol.as_deref(), read.body_bytes), (101, Some("chat"), 0));
        assert!(bytes == response.len() && read.answers(&request.key) && !read.answers(&new_key()));
        assert!((0..written.len()).all(|cut| Request::read(&written[..cut]) == Head::Partial));
        assert!((0..response.len()).all(|cut| Response::read(&response[..cut]) == Head::Partial));
    }

    #[test]
    fn what_is_no_upgrade_is_bad() {
        let mut good = Vec::new();
        request().write(&mut good);
        let good = String::from_utf8(good).unwrap();
        for (part, instead) in [
            ("GET", "POST"),
            ("Upgrade: websocket", "Upgrade: h2c"),
            ("Connection: Upgrade", "Connection: close"),
            ("Version: 13", "Version: 8"),
            ("Key: ", "Key: A"),
            ("HTTP/1.1", "SMTP/1.1"),
        ] {
            let bad = good.replace(part, instead);
            assert!(matches!(Request::read(bad.as_bytes()), Head::Bad), "{bad}");
        }
        for (part, instead) in [
            ("Host: ", "Host: game.example:27777\r\nHost: "),
            ("Host: ", "host: other.example\r\nHost: "),
            ("Origin: ", "Origin: https://evil.example\r\nOrigin: "),
        ] {
            let ambiguous = good.replace(part, instead);
            assert!(matches!(Request::read(ambiguous.as_bytes()), Head::Ambiguous(..)), "{ambiguous}");
        }
        assert_eq!(Request::read(&[b'a'; HEAD_BYTES_MAX]), Head::Bad, "no head ends");
        let lists = good.replace("Connection: Upgrade", "connection: keep-alive, upgrade");
        assert!(matches!(Request::read(lists.as_bytes()), Head::Complete(..)));
    }

    fn request() -> Request {
        Request {
            host: "game.example:27777".to_owned(),
            path: "/voice".to_owned(),
            key: new_key(),
            protocols: vec!["chat".to_owned(), "superchat".to_owned()],
            origin: Some("https://game.example".to_owned()),
        }
    }
}
