//! The first two datagrams of a connection: a WebSocket's opening handshake (RFC 6455, section 4), as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// A client's request, with a key of 20 bytes that the answer has to prove.
pub(crate) fn request(port: u16, key: &str) -> Vec<u8> {
    format!(
        "GET / HTTP/1.1\r\nHost: http://developers.forgepowered.com:{port}\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    .into_bytes()
}

/// The key of 20 bytes, as text.
pub(crate) fn key(bytes: [u8; 20]) -> String {
    STANDARD.encode(bytes)
}

/// A server's answer to such a request, or `None` if the request is invalid, or shorter than its answer.
pub(crate) fn answer(request: &[u8]) -> Option<Vec<u8>> {
    let request = std::str::from_utf8(request).ok().filter(|request| request.len() <= REQUEST_BYTES_MAX)?;
    let mut lines = request.split("\r\n");
    if !lines.next()?.starts_with("GET ") {
        return None;
    }
    let key = lines.find_map(|line| line.strip_prefix("Sec-WebSocket-Key:"))?.trim();
    let answer = format!("{ANSWER_BEGINS}{}\r\n\r\n", proof(key)).into_bytes();
    // An answer longer than its request could be used for amplification. The requests of stock clients are longer.
    (answer.len() <= request.len()).then_some(answer)
}

/// Whether a datagram is the answer to the request with this key.
pub(crate) fn is_answer(datagram: &[u8], key: &str) -> bool {
    let text = std::str::from_utf8(datagram).unwrap_or_default();
    text.strip_prefix(ANSWER_BEGINS).is_some_and(|rest| rest.trim_end() == proof(key))
}

/// Whether a datagram is such a request: no frame begins so.
pub(crate) fn is_request(datagram: &[u8]) -> bool {
    datagram.starts_with(b"GE")
}

fn proof(key: &str) -> String {
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, [key, ACCEPT_GUID].concat().as_bytes()))
}

/// RFC 6455, section 1.3.
const ACCEPT_GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Stock clients compare these lines letter by letter.
const ANSWER_BEGINS: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                             Sec-WebSocket-Accept: ";
const REQUEST_BYTES_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_proves_the_key_as_the_rfc_shows_it() {
        let request = request(15937, "dGhlIHNhbXBsZSBub25jZQ==");
        let answer = answer(&request).unwrap();
        assert!(answer.ends_with(b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
        assert!(is_answer(&answer, "dGhlIHNhbXBsZSBub25jZQ=="));
        assert!(!is_answer(&answer, "another key") && !is_answer(&request, "dGhlIHNhbXBsZSBub25jZQ=="));
        assert!(answer.len() < request.len());
    }

    #[test]
    fn what_is_no_request_is_not_answered() {
        let short = "GET / HTTP/1.1\r\nSec-WebSocket-Key: x\r\n\r\n";
        for text in
            [short, "GET / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nSec-WebSocket-Key: x\r\n\r\n", "GE", ""]
        {
            assert_eq!(answer(text.as_bytes()), None);
        }
        assert_eq!(answer(&[0x47, 0x45, 0x54, 0x20, 0xFF]), None);
    }
}
