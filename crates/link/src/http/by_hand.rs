//! Raw HTTP requests, for tests of listeners: they can be malformed in ways that libraries do not allow.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The timeout for every operation. Generous: machines that run tests are busy.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its head, with names and values in lower case.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text, with replacement characters for invalid UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header, in lower case; `name` must be in lower case, too.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Opens a connection whose reads and writes time out after [`PATIENCE`].
///
/// # Errors
/// The system's error.
pub fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Sends a request with these header lines besides `Host`.
///
/// # Errors
/// The system's error, or an error if no answer came.
pub fn ask(address: SocketAddr, request: &str, lines: &[&str], body: &[u8]) -> io::Result<Answer> {
    let host = format!("Host: {address}");
    ask_plainly(address, request, &[&[&*host], lines].concat(), body)
}

/// Sends a request with these header lines and no others besides `Connection: close`.
///
/// # Errors
/// The system's error, or an error if no answer came.
pub fn ask_plainly(address: SocketAddr, request: &str, lines: &[&str], body: &[u8]) -> io::Result<Answer> {
    let mut stream = connect(address)?;
    let head = format!("{request} HTTP/1.1\r\nConnection: close\r\n{}\r\n\r\n", lines.join("\r\n"));
    stream.write_all(head.as_bytes())?;
    // A client refused by its head can be gone before its body is read.
    let _ = stream.write_all(body);
    answer(&mut stream)
}

/// Reads an answer until the connection ends.
///
/// # Errors
/// The system's error, also if the connection does not end in time, or an error if the bytes are not an HTTP answer.
pub fn answer(stream: &mut TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        let is_open = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
        // A client refused before all of it was read finds the connection reset.
        if is_open || bytes.is_empty() {
            return Err(error);
        }
    }
    read(&bytes).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("no answer: {:?}", String::from_utf8_lossy(&bytes)),
        )
    })
}

fn read(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_ascii_lowercase(), body: bytes[end + 4..].to_vec() })
}
