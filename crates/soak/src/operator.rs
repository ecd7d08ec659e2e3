//! An operator who bans over the admin API, one name after the other, until the server is gone.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clerk::ACTOR;
use crate::premises::Premises;

/// A thread that asks and waits for answers.
#[derive(Debug)]
pub(crate) struct Operator(JoinHandle<Vec<String>>);

const PATIENCE: Duration = Duration::from_secs(5);

impl Operator {
    /// Begins to ban names with numbers from this one on.
    ///
    /// # Errors
    /// If the server has left no token.
    pub(crate) fn start(premises: &Premises, first: usize) -> io::Result<Self> {
        let (address, token) = (premises.admin(), fs::read_to_string(premises.admin_token_file())?);
        let work = move || {
            let mut stored = Vec::new();
            loop {
                let name = format!("banned-{}", first + stored.len());
                if !ban(address, token.trim(), &name).unwrap_or(false) {
                    return stored;
                }
                stored.push(name);
            }
        };
        Ok(Self(thread::Builder::new().name("operator".to_owned()).spawn(work)?))
    }

    /// The names whose bans were said to be on the disk. Waits for the end of the server that was asked.
    ///
    /// # Errors
    /// If the thread is gone.
    pub(crate) fn end(self) -> io::Result<Vec<String>> {
        self.0.join().map_err(|_| io::Error::other("the operator's thread is gone"))
    }
}

/// Whether the server says that the ban is on the disk.
fn ban(address: SocketAddr, token: &str, name: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = format!("{{\"target\":{{\"name\":\"{name}\"}},\"by\":\"{ACTOR}\"}}");
    let head = format!(
        "POST /api/v1/bans HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 201 ") && answer.contains("\"stored\":\"on_disk\""))
}
