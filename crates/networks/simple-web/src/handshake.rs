//! The upgrade from HTTP: RFC 6455, section 4.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// The longest head of a request or a response that is read, in bytes. Stock clients read no more than 1000 themselves.
pub(crate) const HEAD_BYTES_MAX: usize = 4096;
const HEADERS_MAX: usize = 64;

/// What the server answers to a client's key (section 4.2.2, step 5.4). The standard demands SHA-1, and nothing depends on
/// its strength.
pub(crate) fn accept_key(key: &str) -> String {
    const CONSTANT: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    BASE64_STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{CONSTANT}").as_bytes()))
}

/// A client's request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) key: String,
}

/// A server's response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) accept: String,
    pub(crate) body_bytes: usize,
}

/// The head at the beginning of a stream, and its length.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Head<T> {
    Complete(T, usize),
    /// More has to come.
    Partial,
    /// It is none, or not one that we can do anything with.
    Bad,
}

pub(crate) fn read_request(stream: &[u8]) -> Head<Request> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(stream) {
        Ok(httparse::Status::Complete(bytes)) if bytes <= HEAD_BYTES_MAX => {
            let is_upgrade = request.method == Some("GET")
                && has_word(request.headers, "upgrade", "websocket")
                && has_word(request.headers, "connection", "upgrade")
                && has_word(request.headers, "sec-websocket-version", "13");
            let key = value(request.headers, "sec-websocket-key").filter(|key| is_key(key));
            match (request.path, key) {
                (Some(path), Some(key)) if is_upgrade => {
                    Head::Complete(Request { path: path.to_owned(), key: key.to_owned() }, bytes)
                }
                _ => Head::Bad,
            }
        }
        Ok(httparse::Status::Partial) if stream.len() < HEAD_BYTES_MAX => Head::Partial,
        Ok(_) | Err(_) => Head::Bad,
    }
}

pub(crate) fn read_response(stream: &[u8]) -> Head<Response> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(stream) {
        Ok(httparse::Status::Complete(bytes)) if bytes <= HEAD_BYTES_MAX => {
            let accept = value(response.headers, "sec-websocket-accept").unwrap_or_default().to_owned();
            let body_bytes = value(response.headers, "content-length").and_then(|length| length.parse().ok());
            let (status, body_bytes) = (response.code.unwrap_or_default(), body_bytes.unwrap_or(0));
            Head::Complete(Response { status, accept, body_bytes }, bytes)
        }
        Ok(httparse::Status::Partial) if stream.len() < HEAD_BYTES_MAX => Head::Partial,
        Ok(_) | Err(_) => Head::Bad,
    }
}

pub(crate) fn write_request(host: &str, path: &str, key: &str, out: &mut Vec<u8>) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    out.extend_from_slice(request.as_bytes());
}

pub(crate) fn write_acceptance(key: &str, out: &mut Vec<u8>) {
    let accept = accept_key(key);
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    out.extend_from_slice(response.as_bytes());
}

/// A response that ends the matter, such as `403 Forbidden`, with words for people.
pub(crate) fn write_refusal(status: &str, words: &str, out: &mut Vec<u8>) {
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{words}",
        words.len()
    );
    out.extend_from_slice(response.as_bytes());
}

/// Sixteen bytes in base64 (section 4.1, step 7).
pub(crate) fn key_of(bytes: [u8; 16]) -> String {
    BASE64_STANDARD.encode(bytes)
}

fn is_key(key: &str) -> bool {
    BASE64_STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16)
}

fn value<'a>(headers: &[httparse::Header<'a>], name: &str) -> Option<&'a str> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(header.value).ok().map(str::trim)
}

/// Whether a header that is a list has this word.
fn has_word(headers: &[httparse::Header<'_>], name: &str, word: &str) -> bool {
    value(headers, name)
        .is_some_and(|list| list.split(',').any(|item| item.trim().eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6455, section 1.3.
    #[test]
    fn the_answer_to_a_key_is_the_standards() {
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_is_written_can_be_read_and_nothing_shorter() {
        let (mut request, mut response) = (Vec::new(), Vec::new());
        let key = key_of([7; 16]);
        write_request("game.example:27777", "/voice", &key, &mut request);
        write_acceptance(&key, &mut response);
        assert!(response.len() <= 1000, "stock clients read no more");
        let expected = Request { path: "/voice".to_owned(), key: key.clone() };
        assert_eq!(read_request(&request), Head::Complete(expected, request.len()));
        let expected = Response { status: 101, accept: accept_key(&key), body_bytes: 0 };
        assert_eq!(read_response(&response), Head::Complete(expected, response.len()));
        assert!((0..request.len()).all(|cut| read_request(&request[..cut]) == Head::Partial));
        assert!((0..response.len()).all(|cut| read_response(&response[..cut]) == Head::Partial));
    }

    #[test]
    fn what_is_no_upgrade_is_bad() {
        let mut good = Vec::new();
        write_request("here", "/", &key_of([7; 16]), &mut good);
        let good = String::from_utf8(good).unwrap();
        for (part, instead) in [
            ("GET", "POST"),
            ("Upgrade: websocket", "Upgrade: h2c"),
            ("Connection: Upgrade", "Connection: close"),
            ("Version: 13", "Version: 8"),
            ("Key: Bw", "Key: B"),
            ("HTTP/1.1", "SMTP/1.1"),
        ] {
            let bad = good.replace(part, instead);
            assert!(matches!(read_request(bad.as_bytes()), Head::Bad), "{bad}");
        }
        assert_eq!(read_request(&[b'a'; HEAD_BYTES_MAX]), Head::Bad, "no head ends");
        let lists = good.replace("Connection: Upgrade", "connection: keep-alive, upgrade");
        assert!(matches!(read_request(lists.as_bytes()), Head::Complete(..)));
    }
}
