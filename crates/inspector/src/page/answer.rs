//! Responses.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

/// The timeout of each write of a response.
const PATIENCE: Duration = Duration::from_secs(3);

/// Nothing is loaded from elsewhere, no page can embed this one, and the key in the address is not passed on.
const SAFETY: &str = "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
     Cross-Origin-Resource-Policy: same-origin\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
     Cache-Control: no-store\r\n";

/// A response.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: &'static str,
    kind: &'static str,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn page(html: String) -> Self {
        Self { status: "200 OK", kind: "text/html; charset=utf-8", body: html.into_bytes() }
    }

    pub(super) fn json(text: String) -> Self {
        Self { status: "200 OK", kind: "application/json", body: text.into_bytes() }
    }

    /// A response other than the requested content, as plain text.
    pub(super) fn words(status: &'static str, words: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", body: format!("{words}\n").into_bytes() }
    }

    /// Sends the response; a client that does not read it in time does not get all of it.
    pub(super) fn send(&self, stream: &mut TcpStream) {
        let Self { status, kind, body } = self;
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n{SAFETY}\r\n"
        );
        let _ = stream.set_write_timeout(Some(PATIENCE));
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    }
}
