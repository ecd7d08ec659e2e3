//! In steady state nothing is allocated: not for a packet to a hundred clients, not for an incoming one,
//! not for a dropped one.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_quic::fast_path::{
    Announcement, Cipher, ClientPath, ClientPathSettings, PathSecrets, PortGroup, SendCounts, ServerPath,
    ServerPathSettings, UdpOffload,
};
use consonance_testing::cost::alone;
use stats_alloc::Region;

const CLIENTS: u8 = 100;
const TURN: Duration = Duration::from_millis(20);

struct Room {
    now: Instant,
    server: ServerPath,
    sockets: PortGroup,
    clients: Vec<(u32, ClientPath, SocketAddr)>,
    sent: SendCounts,
    datagram: Vec<u8>,
}

impl Room {
    fn new() -> Self {
        let now = Instant::now();
        let mut server = ServerPath::new(0, ServerPathSettings::default(), [1; 32]);
        let sockets =
            PortGroup::bind((Ipv4Addr::LOCALHOST, 0).into(), 1, UdpOffload::WhereAvailable).unwrap();
        let to = sockets.paths[0].socket().local_addr().unwrap();
        let clients = (0..CLIENTS).map(|number| open(&mut server, now, number, to)).collect();
        Self {
            now,
            server,
            sockets,
            clients,
            sent: SendCounts::default(),
            datagram: Vec::with_capacity(1200),
        }
    }

    /// Eight speakers, each heard by all. One packet of the first client comes in, and garbage.
    fn run_once(&mut self) {
        for speaker in 0..8 {
            for index in 0..self.clients.len() {
                let number = self.clients[index].0;
                assert!(self.server.send(self.now, number, speaker, &[7; 120]));
                self.send(false);
            }
        }
        let (_, client, from) = &mut self.clients[0];
        self.datagram.clear();
        assert!(client.seal(b"a packet", &mut self.datagram));
        assert!(self.server.handle_datagram(self.now, *from, &mut self.datagram).unwrap().is_some());
        assert!(self.server.handle_datagram(self.now, *from, &mut self.datagram).is_err());
        assert!(self.server.handle_datagram(self.now, *from, &mut [0x3f; 100]).is_err());
        self.now += TURN;
        while self.server.flush(self.now) {
            self.send(true);
        }
        self.send(true);
        // There is no other end: datagrams that the socket sent to itself are dropped.
        let mut buffer = [0; 1500];
        while self.sockets.paths[0].receive(&mut buffer).is_some() {}
    }

    fn send(&mut self, at_once: bool) {
        if at_once || self.server.batch().is_full() {
            self.sockets.paths[0].send(self.server.batch(), &mut self.sent);
        }
    }
}

/// A client with an open path. It is at `address`, and nothing sent there arrives.
fn open(
    server: &mut ServerPath,
    now: Instant,
    number: u8,
    address: SocketAddr,
) -> (u32, ClientPath, SocketAddr) {
    let secrets = PathSecrets::from_exported([number; 64]);
    let cipher = Cipher::Aes128Gcm;
    let link = server.open(u64::from(number), &secrets, cipher, true).unwrap();
    let announcement = Announcement { port: None, worker: 0, link, cipher };
    let mut client = ClientPath::new(now, &secrets, &announcement, ClientPathSettings::default());
    client.handle_timeout(now);
    while !server.is_open(now, link) {
        let mut datagram = Vec::new();
        while client.poll_transmit(now, &mut datagram) {
            server.handle_datagram(now, address, &mut std::mem::take(&mut datagram)).unwrap();
        }
        let answers: Vec<_> = server.batch().iter().map(|(_, answer)| answer.to_vec()).collect();
        server.batch().clear();
        for mut answer in answers {
            client.handle_datagram(now, &mut answer).unwrap();
        }
    }
    (link, client, address)
}

/// The harness has a thread of its own that allocates now and then, so one round without allocations is enough.
const ROUNDS: usize = 5;

#[test]
fn a_turn_of_eight_speakers_and_a_hundred_listeners_allocates_nothing() {
    alone(|| {
        for busy_share in [0.0, 1.0] {
            let mut room = Room::new();
            room.server.set_busy_share(busy_share);
            for _ in 0..3 {
                room.run_once();
            }
            let before = room.sent.sent;
            let allocations = (0..ROUNDS).map(|_| {
                let region = Region::new(crate::ALLOCATOR);
                for _ in 0..10 {
                    room.run_once();
                }
                let change = region.change();
                change.allocations + change.reallocations
            });
            assert_eq!(allocations.min(), Some(0), "busy share {busy_share}");
            let datagrams = room.sent.sent - before;
            let per_turn = if busy_share > 0.5 { 100 } else { 8 * 100 };
            assert_eq!(datagrams, 10 * per_turn * ROUNDS as u64);
            assert_eq!(room.server.counts().batch_full, 0);
        }
    });
}
