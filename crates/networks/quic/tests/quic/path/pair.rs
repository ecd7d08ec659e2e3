//! A client, a server, and the datagrams between them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_quic::fast_path::{
    Announcement, Cipher, ClientPath, ClientPathSettings, PathSecrets, ServerPath, ServerPathSettings,
};

/// The server's number for the client.
pub(crate) const CLIENT: u64 = 77;

pub(crate) const WORKER: u8 = 3;

/// The client's first address, and another one.
pub(crate) const HOME: &str = "192.0.2.1:1000";
pub(crate) const ELSEWHERE: &str = "198.51.100.9:9";

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub(crate) fn secrets(first_byte: u8) -> PathSecrets {
    PathSecrets::from_exported(std::array::from_fn(|index| first_byte.wrapping_add(index as u8)))
}

pub(crate) struct Pair {
    pub(crate) now: Instant,
    pub(crate) client: ClientPath,
    pub(crate) server: ServerPath,
    pub(crate) number: u32,
    /// The address at which the server sees the client.
    pub(crate) client_at: SocketAddr,
    /// The directions in which datagrams are lost.
    pub(crate) loses_up: bool,
    pub(crate) loses_down: bool,
    /// The packets that each side received.
    pub(crate) at_server: Vec<Vec<u8>>,
    pub(crate) at_client: Vec<Vec<u8>>,
    /// All sent datagrams in order, lost ones included.
    pub(crate) sent_up: Vec<Vec<u8>>,
    pub(crate) sent_down: Vec<(SocketAddr, Vec<u8>)>,
}

impl Pair {
    pub(crate) fn new(cipher: Cipher) -> Self {
        Self::with(cipher, ServerPathSettings::default(), true)
    }

    pub(crate) fn with(cipher: Cipher, settings: ServerPathSettings, takes_several: bool) -> Self {
        let now = Instant::now();
        let mut server = ServerPath::new(WORKER, settings, [9; 32]);
        let number = server.open(CLIENT, &secrets(1), cipher, takes_several).unwrap();
        let announcement = Announcement { port: None, worker: WORKER, link: number, cipher };
        let client = ClientPath::new(now, &secrets(1), &announcement, ClientPathSettings::default());
        Self {
            now,
            client,
            server,
            number,
            client_at: address(HOME),
            loses_up: false,
            loses_down: false,
            at_server: Vec::new(),
            at_client: Vec::new(),
            sent_up: Vec::new(),
            sent_down: Vec::new(),
        }
    }

    /// A pair with the path open at both ends.
    pub(crate) fn opened(cipher: Cipher) -> Self {
        let mut pair = Self::new(cipher);
        pair.exchange();
        assert!(pair.client.is_open() && pair.server_is_open());
        pair
    }

    pub(crate) fn server_is_open(&self) -> bool {
        self.server.is_open(self.now, self.number)
    }

    /// Lets both sides do everything that is due now, and carries datagrams until neither has any.
    pub(crate) fn exchange(&mut self) {
        loop {
            self.client.handle_timeout(self.now);
            self.server.flush(self.now);
            if !self.carry_up() && !self.carry_down() {
                return;
            }
        }
    }

    /// Lets time pass, from one timeout to the next.
    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.exchange();
            let due = [self.client.poll_timeout(), self.server.poll_timeout()];
            match due.into_iter().flatten().min() {
                Some(at) if at <= end => {
                    assert!(at > self.now, "what is due now was done");
                    self.now = at;
                }
                _ => break,
            }
        }
        self.now = end;
    }

    /// The datagram that the client would send for this packet.
    pub(crate) fn sealed_by_client(&mut self, packet: &[u8]) -> Vec<u8> {
        let mut datagram = Vec::new();
        assert!(self.client.seal(packet, &mut datagram));
        datagram
    }

    /// False if the path is not open.
    pub(crate) fn client_sends(&mut self, packet: &[u8]) -> bool {
        let mut datagram = Vec::new();
        let is_sent = self.client.seal(packet, &mut datagram);
        if is_sent {
            self.give_up(datagram);
        }
        is_sent
    }

    /// False if the path is not open.
    pub(crate) fn server_sends(&mut self, speaker: u64, packet: &[u8]) -> bool {
        self.server.send(self.now, self.number, speaker, packet)
    }

    /// Cuts off the way to the client until it leaves the path. Returns the last packet before that, and the client's
    /// notice that it leaves; the server has received neither.
    pub(crate) fn leave(&mut self) -> (Vec<u8>, Vec<u8>) {
        self.loses_down = true;
        loop {
            self.now = self.client.poll_timeout().unwrap();
            let packet = self.sealed_by_client(b"before");
            self.client.handle_timeout(self.now);
            if !self.client.is_open() {
                let mut word = Vec::new();
                assert!(self.client.poll_transmit(self.now, &mut word));
                return (packet, word);
            }
            self.exchange();
        }
    }

    /// Takes the datagrams that the server has to send.
    pub(crate) fn batch(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        let batch = self.server.batch();
        let datagrams = batch.iter().map(|(to, datagram)| (to, datagram.to_vec())).collect();
        batch.clear();
        datagrams
    }

    fn carry_up(&mut self) -> bool {
        let mut any = false;
        let mut datagram = Vec::new();
        while self.client.poll_transmit(self.now, &mut datagram) {
            self.give_up(std::mem::take(&mut datagram));
            any = true;
        }
        any
    }

    fn give_up(&mut self, mut datagram: Vec<u8>) {
        self.sent_up.push(datagram.clone());
        if self.loses_up {
            return;
        }
        if let Some(incoming) = self.server.handle_datagram(self.now, self.client_at, &mut datagram).unwrap()
        {
            assert_eq!(incoming.client, CLIENT);
            self.at_server.push(incoming.packet.to_vec());
        }
    }

    fn carry_down(&mut self) -> bool {
        let datagrams = self.batch();
        for (to, mut datagram) in datagrams.iter().cloned() {
            self.sent_down.push((to, datagram.clone()));
            if to == self.client_at && !self.loses_down {
                let packets = self.client.handle_datagram(self.now, &mut datagram).unwrap();
                self.at_client.extend(packets.map(<[u8]>::to_vec));
            }
        }
        !datagrams.is_empty()
    }
}
