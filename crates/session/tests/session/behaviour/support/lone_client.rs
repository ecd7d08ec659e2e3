//! A client whose server is a link with hand-made packets.

use core::time::Duration;

use consonance_session::{
    ChannelProperties, Client, ClientSettings, ClientStatistics, Delivery, Instant, LinkCommand, LinkId,
    Target,
};

use super::{packets, words};

/// A client, with its sent packets and events in words.
pub(crate) struct LoneClient {
    pub(crate) client: Client,
    pub(crate) now: Instant,
    /// The present link, or the last one.
    pub(crate) link: LinkId,
}

impl LoneClient {
    /// A client that is not started yet.
    pub(crate) fn new(name: &str) -> Self {
        Self { client: Client::new(ClientSettings::new(name)), now: Instant::START, link: LinkId(0) }
    }

    /// A client in a session under this id that knows only itself.
    pub(crate) fn joined(name: &str, id: u16, rooms: &[&str]) -> Self {
        Self::answered(name, id, rooms, &packets::response(id))
    }

    /// A client in a session of a server of ours.
    pub(crate) fn joined_ours(name: &str, id: u16, rooms: &[&str]) -> Self {
        Self::answered(name, id, rooms, &packets::response_of_ours(id))
    }

    fn answered(name: &str, id: u16, rooms: &[&str], answer: &[u8]) -> Self {
        let mut client = Self::new(name);
        for room in rooms {
            client.client.join_room(room).expect("a room that fits");
        }
        client.client.start();
        client.connect();
        client.receive(answer);
        client.receive(&packets::client_state(id, name, &[]));
        client.receive(&packets::client_state(id, name, rooms));
        client.sent();
        client.commands();
        client
    }

    /// As [`joined`](Self::joined), with other players, each with its id and rooms.
    pub(crate) fn joined_with(name: &str, id: u16, rooms: &[&str], others: &[(&str, u16, &[&str])]) -> Self {
        let mut client = Self::joined(name, id, rooms);
        for (name, id, rooms) in others {
            client.receive(&packets::client_state(*id, name, rooms));
        }
        client
    }

    /// Alice, speaking to the lobby, where Bob, with the direct link 21, and Carol listen.
    pub(crate) fn alice_with_bob_beside(rooms: &[&str]) -> Self {
        let others: [(&str, u16, &[&str]); 2] = [("Bob", 1, &["lobby"]), ("Carol", 2, &["lobby"])];
        let mut alice = Self::joined_with("Alice", 0, rooms, &others);
        let lobby = Target::Room("lobby".into());
        alice.client.open_channel(lobby, ChannelProperties::default()).expect("a channel more");
        alice.connect_peer(21);
        alice.receive_directly(21, &packets::introduction(1));
        alice.sent();
        alice
    }

    /// Connects a new link.
    pub(crate) fn connect(&mut self) {
        self.link = LinkId(self.link.0 + 1);
        self.client.handle_connected(self.now, self.link);
    }

    pub(crate) fn disconnect(&mut self) -> Vec<String> {
        self.client.handle_disconnected(self.now, self.link);
        self.events()
    }

    /// Receives a packet from the server; returns the resulting events.
    pub(crate) fn receive(&mut self, packet: &[u8]) -> Vec<String> {
        self.client.handle_packet(self.now, self.link, Delivery::Reliable, packet);
        self.events()
    }

    /// Connects a direct link.
    pub(crate) fn connect_peer(&mut self, link: u64) {
        self.client.handle_peer_connected(self.now, LinkId(link));
    }

    /// Disconnects a direct link; returns the resulting events.
    pub(crate) fn disconnect_peer(&mut self, link: u64) -> Vec<String> {
        self.client.handle_disconnected(self.now, LinkId(link));
        self.events()
    }

    /// Receives a packet over a direct link; returns the resulting events.
    pub(crate) fn receive_directly(&mut self, link: u64, packet: &[u8]) -> Vec<String> {
        self.client.handle_packet(self.now, LinkId(link), Delivery::Reliable, packet);
        self.events()
    }

    /// Lets time pass, and calls the client only when it asked for it; returns the resulting events.
    pub(crate) fn wait(&mut self, span: Duration) -> Vec<String> {
        let end = self.now + span;
        while let Some((at, _)) = self.client.poll_timeout().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            self.client.handle_timeout(self.now);
        }
        self.now = end;
        self.events()
    }

    /// The packets that are waiting to be sent; those that do not go to the server begin with their links.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        let mut sent = Vec::new();
        while let Some(transmit) = self.client.poll_transmit() {
            if transmit.to == [self.link] {
                sent.push(words::packet(transmit.payload));
            } else {
                assert!(!transmit.to.contains(&self.link), "nothing goes to the server and to peers");
                sent.push(words::transmit(&transmit));
            }
        }
        sent
    }

    pub(crate) fn events(&mut self) -> Vec<String> {
        let mut events = Vec::new();
        while let Some(event) = self.client.poll_event() {
            events.push(words::event(&event));
        }
        events
    }

    pub(crate) fn commands(&mut self) -> Vec<LinkCommand> {
        std::iter::from_fn(|| self.client.poll_command()).collect()
    }

    pub(crate) fn statistics(&self) -> ClientStatistics {
        self.client.statistics()
    }
}
