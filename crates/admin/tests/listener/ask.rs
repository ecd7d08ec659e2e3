//! A listener, and handwritten HTTP requests.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use consonance_admin::{AdminListener, AdminSettings, AdminToken};
use consonance_link::http::by_hand;

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A text response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) fn settings() -> AdminSettings {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut settings = AdminSettings::new(any_port, AdminToken::new(TOKEN).unwrap());
    settings.limits.wrong_token_delay = Duration::from_millis(10);
    settings
}

pub(crate) fn connect(listener: &AdminListener) -> TcpStream {
    by_hand::connect(listener.local_addr()).unwrap()
}

/// Sends a request with these header lines besides `Host`.
pub(crate) fn ask(listener: &AdminListener, request: &str, lines: &[&str]) -> Answer {
    of_text(by_hand::ask(listener.local_addr(), request, lines, b"").unwrap())
}

/// Sends a request with these header lines and no others.
pub(crate) fn ask_plainly(listener: &AdminListener, request: &str, lines: &[&str]) -> Answer {
    of_text(by_hand::ask_plainly(listener.local_addr(), request, lines, b"").unwrap())
}

/// Requests binary content; returns the head, with its names in lower case, and the body.
pub(crate) fn fetch(listener: &AdminListener, request: &str, lines: &[&str]) -> (String, Vec<u8>) {
    let by_hand::Answer { head, body, .. } =
        by_hand::ask(listener.local_addr(), request, lines, b"").unwrap();
    (head, body)
}

/// Reads the response until the connection ends.
pub(crate) fn answer(mut stream: TcpStream) -> Answer {
    of_text(by_hand::answer(&mut stream).unwrap())
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

fn of_text(answer: by_hand::Answer) -> Answer {
    Answer { status: answer.status, body: answer.text(), head: answer.head }
}
