//! An operator that bans one name after the other over the admin API until the server is gone.

use std::io;
use std::thread::{self, JoinHandle};

use crate::soak::admin_client::AdminClient;
use crate::soak::ban_writer::ACTOR;
use crate::soak::installation::Installation;

/// A thread that makes requests and waits for the responses.
#[derive(Debug)]
pub(crate) struct Operator(JoinHandle<Vec<String>>);

impl Operator {
    /// Begins to ban names with numbers from this one on.
    ///
    /// # Errors
    /// If there is no token of the server.
    pub(crate) fn start(installation: &Installation, first: usize) -> io::Result<Self> {
        let client = AdminClient::new(installation)?;
        let work = move || {
            let mut stored = Vec::new();
            loop {
                let name = format!("banned-{}", first + stored.len());
                if !ban(&client, &name).unwrap_or(false) {
                    return stored;
                }
                stored.push(name);
            }
        };
        Ok(Self(thread::Builder::new().name("operator".to_owned()).spawn(work)?))
    }

    /// The names whose bans the server has confirmed as being on the disk. Waits for the end of that server.
    ///
    /// # Errors
    /// If the thread is gone.
    pub(crate) fn end(self) -> io::Result<Vec<String>> {
        self.0.join().map_err(|_| io::Error::other("the operator's thread is gone"))
    }
}

/// Bans a name; returns whether the server confirms that the ban is on the disk.
fn ban(client: &AdminClient, name: &str) -> io::Result<bool> {
    let body = format!("{{\"target\":{{\"name\":\"{name}\"}},\"by\":\"{ACTOR}\"}}");
    let answer = client.post("/api/v1/bans", &body)?;
    Ok(answer.status == 201 && answer.body.contains("\"stored\":\"on_disk\""))
}
