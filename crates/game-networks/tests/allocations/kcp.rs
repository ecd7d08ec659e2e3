//! In steady state, voice allocates nothing, neither when it arrives nor when it is sent to fifty clients.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use consonance_game_networks::kcp::{
    KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, UNRELIABLE_CHANNEL,
};
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, Peer, ServerLinkEvent, ServerNetwork as _};
use consonance_testing::cost::alone;
use stats_alloc::Region;

use crate::ALLOCATOR;

const CLIENTS: usize = 50;
const PATIENCE: Duration = Duration::from_mins(1);

struct Room {
    server: UdpServer<KcpServer>,
    peers: Vec<Peer>,
    clients: Vec<UdpClient<KcpClient>>,
    /// Simulated, so that no ping falls due by accident.
    now: Instant,
    connected: usize,
    heard: usize,
    /// The server's buffer of events, and the clients'.
    bytes: [Vec<u8>; 2],
}

impl Room {
    fn new() -> Self {
        let endpoint = KcpServer::new(KcpServerSettings::default(), [7; 32]);
        let settings = UdpServerSettings::default();
        let server = UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, settings).unwrap();
        let now = Instant::now();
        let mut clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let endpoint = KcpClient::new(KcpClientSettings::default());
                UdpClient::new(server.local_addr(), endpoint, UdpClientSettings::default())
            })
            .collect();
        for client in &mut clients {
            client.connect(now);
        }
        Self {
            server,
            peers: Vec::with_capacity(CLIENTS),
            clients,
            now,
            connected: 0,
            heard: 0,
            bytes: Default::default(),
        }
    }

    /// One iteration of all ends: voice from a client goes to all.
    fn run_once(&mut self) {
        let mut voice = [0; 100];
        let mut has_voice = false;
        let [bytes, clients_bytes] = &mut self.bytes;
        while let Some(event) = self.server.poll_event(self.now, bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    self.peers.push(peer);
                    self.server.accept(self.now, peer, &[]);
                }
                ServerLinkEvent::Packet { .. } => {
                    voice.copy_from_slice(bytes);
                    has_voice = true;
                }
                ServerLinkEvent::Disconnected { reason, .. } => panic!("{reason}"),
            }
        }
        if has_voice {
            for &peer in &self.peers {
                self.server.send(self.now, &[peer], UNRELIABLE_CHANNEL, &voice);
            }
        }
        self.server.flush(self.now);
        for client in &mut self.clients {
            while let Some(event) = client.poll_event(self.now, clients_bytes) {
                match event {
                    ClientLinkEvent::Connected => self.connected += 1,
                    ClientLinkEvent::Packet { .. } => self.heard += 1,
                    ClientLinkEvent::Direct { .. } => panic!("games have no direct links"),
                    ClientLinkEvent::Disconnected { reason } => panic!("{reason}"),
                }
            }
        }
    }

    fn speak(&mut self, client: usize) {
        self.clients[client].send(self.now, UNRELIABLE_CHANNEL, &[7; 100]);
        self.clients[client].flush(self.now);
    }

    fn turn_until(&mut self, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "{} connected, {} heard", self.connected, self.heard);
            self.run_once();
        }
    }
}

/// The harness has its own thread, which allocates now and then; a round without that has no allocations.
const ROUNDS: usize = 5;

#[test]
fn voice_to_fifty_clients_allocates_nothing() {
    alone(no_allocation_for_fifty_clients);
}

fn no_allocation_for_fifty_clients() {
    let mut room = Room::new();
    room.turn_until(|room| room.connected == CLIENTS);
    // Each client reveals its generation, and every buffer grows to the size that it needs.
    for client in 0..CLIENTS {
        let heard = room.heard;
        room.speak(client);
        room.turn_until(|room| room.heard > heard);
    }
    let heard = room.heard;
    room.speak(0);
    room.turn_until(|room| room.heard >= heard + CLIENTS);

    let allocations = (0..ROUNDS).map(|_| {
        let region = Region::new(ALLOCATOR);
        for _ in 0..20 {
            let heard = room.heard;
            room.speak(0);
            room.turn_until(|room| room.heard >= heard + CLIENTS);
        }
        region.change().allocations
    });
    assert_eq!(allocations.min(), Some(0));
}
