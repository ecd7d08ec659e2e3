//! A Telepathy server's knowledge of silent clients: the protocol has no probe for them.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use consonance_game_networks::telepathy::{Telepathy, TelepathyClient, TelepathyServer};
use consonance_link::gateway::streams::{RELIABLE, StreamClientSettings, StreamSettings};
use consonance_link::{ClientNetwork as _, Peer, ServerLinkEvent, ServerNetwork as _};

/// A server and a connected client, on simulated time.
struct Fixture {
    server: TelepathyServer,
    client: TelepathyClient,
    peer: Peer,
    now: Instant,
}

fn fixture(clients_ping: bool) -> Fixture {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let settings = StreamSettings { clients_ping, ..StreamSettings::default() };
    let mut server = TelepathyServer::bind(address, Telepathy::default(), settings).expect("a port is free");
    let server_at = server.local_addr().expect("it listens");
    let client = TelepathyClient::new(Telepathy::default(), StreamClientSettings::new(server_at));
    let mut client = client.expect("there are descriptors left");
    let now = Instant::now();
    client.connect(now);
    let peer = loop {
        client.poll_event(now, &mut Vec::new());
        if let Some(ServerLinkEvent::Connected { peer, .. }) = server.poll_event(now, &mut Vec::new()) {
            break peer;
        }
        std::thread::yield_now();
    };
    server.accept(now, peer, b"");
    Fixture { server, client, peer, now }
}

impl Fixture {
    /// The client sends a message, and the server receives it.
    fn say(&mut self) {
        self.client.send(self.now, RELIABLE, b"ping");
        self.client.flush(self.now);
        loop {
            self.client.poll_event(self.now, &mut Vec::new());
            if let Some(ServerLinkEvent::Packet { .. }) = self.server.poll_event(self.now, &mut Vec::new()) {
                return;
            }
            std::thread::yield_now();
        }
    }

    /// Does the same every two seconds for this long.
    fn ping_for(&mut self, seconds: u64) {
        for _ in 0..seconds / 2 {
            self.now += Duration::from_secs(2);
            self.say();
        }
    }

    fn heard(&mut self) -> Option<Instant> {
        self.server.probe(self.now, self.peer)
    }
}

#[test]
fn a_client_whose_game_pings_is_heard_when_it_last_did_and_once_it_has_for_ten_seconds() {
    let mut fixture = fixture(true);
    fixture.ping_for(8);
    assert_eq!(fixture.heard(), None, "its game may have no pings");
    fixture.ping_for(2);
    let last = fixture.now;
    fixture.now += Duration::from_secs(5);
    assert_eq!(fixture.heard(), Some(last));
    fixture.say();
    assert_eq!(fixture.heard(), None, "it has been silent before");
}

#[test]
fn of_a_client_whose_game_has_no_pings_the_network_cannot_say() {
    let mut fixture = fixture(false);
    fixture.ping_for(20);
    assert_eq!(fixture.heard(), None);
}
