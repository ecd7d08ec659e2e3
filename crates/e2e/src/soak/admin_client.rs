//! A client of the admin API: one request per connection.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::soak::installation::Installation;

/// A client that authenticates with the server's own token.
#[derive(Clone, Debug)]
pub(crate) struct AdminClient {
    address: SocketAddr,
    token: String,
}

/// The server's response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// The timeout for connecting and for each read.
const PATIENCE: Duration = Duration::from_secs(5);

impl AdminClient {
    /// # Errors
    /// If there is no token of the server.
    pub(crate) fn new(installation: &Installation) -> io::Result<Self> {
        Self::at(installation.admin(), &installation.admin_token_file())
    }

    /// # Errors
    /// If there is no token in this file.
    pub(crate) fn at(address: SocketAddr, token_file: &Path) -> io::Result<Self> {
        let token = fs::read_to_string(token_file)?.trim().to_owned();
        Ok(Self { address, token })
    }

    /// # Errors
    /// If the server is gone or does not answer in time.
    pub(crate) fn get(&self, path: &str) -> io::Result<Answer> {
        self.ask("GET", path, "")
    }

    /// # Errors
    /// If the server is gone or does not answer in time.
    pub(crate) fn post(&self, path: &str, body: &str) -> io::Result<Answer> {
        self.ask("POST", path, body)
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        let Self { address, token } = self;
        let deadline = Instant::now() + PATIENCE;
        let mut stream = TcpStream::connect_timeout(address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut said = Vec::new();
        let mut piece = [0; 16 * 1024];
        loop {
            match stream.read(&mut piece)? {
                0 => return Answer::parse(&String::from_utf8_lossy(&said)),
                bytes => said.extend_from_slice(&piece[..bytes]),
            }
            if Instant::now() >= deadline || said.len() > ANSWER_BYTES_MAX {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }
}

const ANSWER_BYTES_MAX: usize = 8 << 20;

impl Answer {
    /// Parses a response whose body ends with the connection.
    fn parse(said: &str) -> io::Result<Self> {
        let cut_off = || io::Error::other("the answer is cut off");
        let (head, body) = said.split_once("\r\n\r\n").ok_or_else(cut_off)?;
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(cut_off)?;
        Ok(Self { status, body: body.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_status_and_its_body_and_one_that_is_cut_off_is_an_error() {
        let said = "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n{}";
        let answer = Answer::parse(said).unwrap();
        assert_eq!((answer.status, &*answer.body), (409, "{}"));
        for cut in ["", "HTTP/1.1 200 OK\r\nContent-", "nonsense\r\n\r\n"] {
            assert!(Answer::parse(cut).is_err(), "{cut}");
        }
    }
}
