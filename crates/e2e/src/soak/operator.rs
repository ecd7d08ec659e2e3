//! An operator that bans over the admin API, one name after the other, until the server is gone.

use std::io;
use std::thread::{self, JoinHandle};

use crate::soak::admin_client::AdminClient;
use crate::soak::ban_writer::ACTOR;
use crate::soak::installation::Installation;

/// A thread that asks and waits for answers.
#[derive(Debug)]
pub(crate) struct Operator(JoinHandle<Vec<String>>);

impl Operator {
    /// Begins to ban names with numbers from this one on.
    ///
    /// # Errors
    /// If the server has left no token.
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

    /// The names whose bans were said to be on the disk. Waits for the end of the server that was asked.
    ///
    /// # Errors
    /// If the thread is gone.
    pub(crate) fn end(self) -> io::Result<Vec<String>> {
        self.0.join().map_err(|_| io::Error::other("the operator's thread is gone"))
    }
}

/// Whether the server says that the ban is on the disk.
fn ban(client: &AdminClient, name: &str) -> io::Result<bool> {
    let body = format!("{{\"target\":{{\"name\":\"{name}\"}},\"by\":\"{ACTOR}\"}}");
    let answer = client.post("/api/v1/bans", &body)?;
    Ok(answer.status == 201 && answer.body.contains("\"stored\":\"on_disk\""))
}
