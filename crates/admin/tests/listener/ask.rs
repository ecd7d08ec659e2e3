//! A listener, and HTTP by hand: what libraries would never send can be sent, too.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use consonance_admin::{AdminListener, AdminSettings, AdminToken};

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// How long anything may take. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// With its names in lower case.
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
    let stream = TcpStream::connect(listener.local_addr()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Asks with these lines of head besides `Host`.
pub(crate) fn ask(listener: &AdminListener, request: &str, lines: &[&str]) -> Answer {
    let host = format!("Host: {}", listener.local_addr());
    ask_plainly(listener, request, &[&[&*host], lines].concat())
}

/// Asks with these lines of head and no others.
pub(crate) fn ask_plainly(listener: &AdminListener, request: &str, lines: &[&str]) -> Answer {
    answer(send(listener, request, lines))
}

/// Asks for something that is no text; the head, with its names in lower case, and the body.
pub(crate) fn fetch(listener: &AdminListener, request: &str, lines: &[&str]) -> (String, Vec<u8>) {
    let host = format!("Host: {}", listener.local_addr());
    let mut bytes = Vec::new();
    send(listener, request, &[&[&*host], lines].concat()).read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let body = bytes.split_off(end + 4);
    (String::from_utf8(bytes).unwrap().to_ascii_lowercase(), body)
}

fn send(listener: &AdminListener, request: &str, lines: &[&str]) -> TcpStream {
    let mut stream = connect(listener);
    let lines = lines.join("\r\n");
    let head = format!("{request} HTTP/1.1\r\nConnection: close\r\n{lines}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Everything that comes until the connection ends.
pub(crate) fn answer(mut stream: TcpStream) -> Answer {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}
