//! The test's own pages, for things that the product's pages do not do: a tiny HTTP server on this machine.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

use consonance_testing::stage::Failure;

/// Serves until the process ends.
#[derive(Debug)]
pub(crate) struct Site {
    address: SocketAddr,
}

/// The path, content type and text of a file.
pub(crate) type File = (&'static str, &'static str, &'static str);

impl Site {
    /// Begins to serve these files, with rules as strict as those of the product's pages, but for pictures.
    ///
    /// # Errors
    /// If there is no port or no thread.
    pub(crate) fn open(files: &'static [File]) -> Result<Self, Failure> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Failure::io("a port for a page"))?;
        let address = listener.local_addr().map_err(Failure::io("a port for a page"))?;
        let serve = move || {
            for connection in listener.incoming().flatten() {
                // A browser may close the connection early.
                let _ = answer(connection, files);
            }
        };
        thread::Builder::new()
            .name("site".to_owned())
            .spawn(serve)
            .map_err(Failure::io("a thread for a page"))?;
        Ok(Self { address })
    }

    /// The URL of a path, with this host name of this machine.
    pub(crate) fn url(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.address.port())
    }
}

fn answer(mut connection: TcpStream, files: &[File]) -> io::Result<()> {
    let mut head = Vec::new();
    for line in BufReader::new(connection.try_clone()?).lines() {
        let line = line?;
        if line.is_empty() || head.len() == HEAD_LINES_MAX {
            break;
        }
        head.push(line);
    }
    let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    match files.iter().find(|(name, ..)| *name == path) {
        Some((_, kind, text)) => write!(
            connection,
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\
             Content-Security-Policy: {RULES}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        ),
        None => write!(connection, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
    }
}

const HEAD_LINES_MAX: usize = 100;
/// Images may come from anywhere, to check that requests to other hosts are noticed.
const RULES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src *";
