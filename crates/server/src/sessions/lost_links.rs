//! Links of edges that were lost while their clients were in the session.

use std::collections::BTreeMap;

use consonance_cluster::KeptClient;
use consonance_session::{ClientId, LinkId, Server};

/// The client of each. An edge that had lost this worker for a moment tells of the same links again.
#[derive(Debug, Default)]
pub(super) struct LostLinks(BTreeMap<LinkId, LostClient>);

#[derive(Debug)]
struct LostClient {
    id: ClientId,
    /// By then another client may have the id.
    name: Box<str>,
}

/// Those of clients that are not in the session any more are forgotten from so many on.
const KEPT: usize = 64;

impl LostLinks {
    /// A link is about to be gone.
    pub(super) fn note(&mut self, server: &Server, link: LinkId) {
        let Some(row) = server.client_of(link).and_then(|id| server.client(id)) else { return };
        self.0.insert(link, LostClient { id: row.id, name: row.name.into() });
        if self.0.len() > KEPT.max(2 * server.clients()) {
            self.0.retain(|_, client| client.is_in(server));
        }
    }

    /// A link is up again: the client that it was, if that is in the session. What it was told since this owner began
    /// may be lost.
    pub(super) fn take(&mut self, server: &Server, link: LinkId) -> Option<KeptClient> {
        let client = self.0.remove(&link).filter(|client| client.is_in(server))?;
        Some(KeptClient { client: client.id.0, version: server.first_version(), place: None })
    }
}

impl LostClient {
    fn is_in(&self, server: &Server) -> bool {
        server.client(self.id).is_some_and(|row| *row.name == *self.name)
    }
}
