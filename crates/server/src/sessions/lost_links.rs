//! Links of edges that were lost while their clients were in the session.

use std::collections::BTreeMap;

use consonance_cluster::KeptClient;
use consonance_session::{ClientId, LinkId, Server};

/// The last lost link of each client. An edge that had lost this worker for a moment tells of the same links again.
#[derive(Debug, Default)]
pub(super) struct LostLinks {
    clients: BTreeMap<LinkId, LostClient>,
    /// The key of each client above.
    links: BTreeMap<ClientId, LinkId>,
}

#[derive(Debug)]
struct LostClient {
    id: ClientId,
    /// By then another client may have the id.
    name: Box<str>,
}

/// From this number on, links of clients that are no longer in the session are forgotten.
const KEPT: usize = 64;

impl LostLinks {
    /// A link is about to be gone.
    pub(super) fn note(&mut self, server: &Server, link: LinkId) {
        let Some(row) = server.tables().client_of(link).and_then(|id| server.tables().client(id)) else {
            return;
        };
        let client = LostClient { id: row.id, name: row.name.into() };
        if let Some(before) = self.clients.insert(link, client) {
            self.links.remove(&before.id);
        }
        if let Some(before) = self.links.insert(row.id, link) {
            self.clients.remove(&before);
        }
        if self.clients.len() > KEPT.max(2 * server.clients()) {
            self.clients.retain(|_, client| client.is_in(server));
            self.links.retain(|_, link| self.clients.contains_key(link));
        }
    }

    /// A link is up again; returns its former client, if that is in the session. Packets sent to it since this owner
    /// began may be lost.
    pub(super) fn take(&mut self, server: &Server, link: LinkId) -> Option<KeptClient> {
        let client = self.clients.remove(&link)?;
        self.links.remove(&client.id);
        let kept =
            || KeptClient { client: client.id.0, version: server.tables().versions().first(), place: None };
        client.is_in(server).then(kept)
    }
}

impl LostClient {
    fn is_in(&self, server: &Server) -> bool {
        server.tables().client(self.id).is_some_and(|row| *row.name == *self.name)
    }
}

#[cfg(test)]
mod tests {
    use consonance_session::{Client, ClientEvent, ClientSettings, Instant, ServerSettings};

    use super::*;

    /// A session with one client, over this link.
    fn session_of_one(link: LinkId) -> (Server, ClientId) {
        let now = Instant::START;
        let mut server = Server::new(ServerSettings::from_seed(7));
        server.changes().note(1);
        let mut client = Client::new(ClientSettings::new("Alice"));
        client.start();
        client.handle_connected(now, LinkId(1));
        server.handle_connected(now, link);
        for _ in 0..10 {
            while let Some(transmit) = client.poll_transmit() {
                server.handle_packet(now, link, transmit.delivery, transmit.payload);
            }
            while let Some(transmit) = server.poll_transmit() {
                client.handle_packet(now, LinkId(1), transmit.delivery, transmit.payload);
            }
            while client.poll_command().is_some() {}
            while let Some(event) = client.poll_event() {
                if matches!(event, ClientEvent::PlayersSynced) {
                    let id = server.tables().client_of(link).unwrap();
                    return (server, id);
                }
            }
        }
        panic!("the client does not join");
    }

    #[test]
    fn only_the_last_lost_link_of_a_client_is_kept_however_often_it_resumes() {
        let (mut server, id) = session_of_one(LinkId(0));
        let mut lost = LostLinks::default();
        for number in 0..1000 {
            lost.note(&server, LinkId(number));
            server.handle_disconnected(Instant::START, LinkId(number));
            let version = server.tables().versions().first();
            assert!(server.replica().adopt(Instant::START, LinkId(number + 1), id, None, version));
            while server.poll_transmit().is_some() {}
        }
        assert_eq!((lost.clients.len(), lost.links.len()), (1, 1));
        assert!(lost.take(&server, LinkId(998)).is_none());
        assert_eq!(lost.take(&server, LinkId(999)).map(|kept| kept.client), Some(id.0));
        assert_eq!((lost.clients.len(), lost.links.len()), (0, 0));
    }
}
