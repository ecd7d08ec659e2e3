//! The body of a fuzz target, which the tests run, too: arbitrary bytes as all possible input of both halves.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_wire::fuzz_tape::Tape;

use crate::fast_path::{
    Announcement, Cipher, ClientPath, ClientPathSettings, DATAGRAM_BYTES_MAX, PACKET_BYTES_MAX, PathSecrets,
    ServerPath, ServerPathSettings,
};

/// Reads operations from the bytes and carries them out. With the feature `plain-cipher` nothing is encrypted if the
/// first byte is even, so that whatever is made up is believed.
///
/// # Panics
/// If what comes out makes no sense: datagrams too long, batches too large, more bytes to an address that was not
/// proved than came from there.
pub fn path_operations(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let cipher = if tape.byte().is_multiple_of(2) { CREDULOUS } else { Cipher::Aes128Gcm };
    let mut fixture = Fixture::new(cipher);
    while !tape.is_empty() {
        let operation = tape.byte();
        match operation % 8 {
            0 => fixture.now += Duration::from_millis(u64::from(tape.byte()) * u64::from(tape.byte())),
            1 => fixture.carry_up(tape.byte(), tape.byte()),
            2 => fixture.carry_down(tape.byte()),
            3 => {
                let from = tape.byte();
                fixture.give_server(from, tape.counted().to_vec());
            }
            4 => {
                let mut datagram = tape.counted().to_vec();
                let _ = fixture.client.handle_datagram(fixture.now, &mut datagram).map(Iterator::count);
            }
            5 => fixture.client_sends(tape.byte(), usize::from(tape.byte()) * 5),
            6 => fixture.server_sends(tape.byte(), usize::from(tape.byte()) * 5),
            _ => fixture.reopen(tape.byte(), cipher),
        }
        fixture.check();
    }
}

#[cfg(feature = "plain-cipher")]
const CREDULOUS: Cipher = Cipher::Plain;
#[cfg(not(feature = "plain-cipher"))]
const CREDULOUS: Cipher = Cipher::ChaCha20Poly1305;

struct Fixture {
    now: Instant,
    client: ClientPath,
    server: ServerPath,
    number: u32,
    last_up: Vec<u8>,
    /// Bytes that came from each address, less those that went there, until it is proved.
    balance: [Option<i64>; ADDRESSES],
}

const ADDRESSES: usize = 4;

fn address(number: u8) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 1 + u16::from(number) % ADDRESSES as u16).into()
}

fn secrets() -> PathSecrets {
    PathSecrets::from_exported([7; 64])
}

impl Fixture {
    fn new(cipher: Cipher) -> Self {
        let now = Instant::now();
        let settings = ServerPathSettings { batch_datagrams: 8, ..ServerPathSettings::default() };
        let mut server = ServerPath::new(0, settings, [1; 32]);
        let number = server.open(1, &secrets(), cipher, true).expect("it is the first");
        let announcement = Announcement { port: None, worker: 0, link: number, cipher };
        let client = ClientPath::new(now, &secrets(), &announcement, ClientPathSettings::default());
        Self { now, client, server, number, last_up: Vec::new(), balance: [Some(0); ADDRESSES] }
    }

    /// Delivers the client's datagrams to the server, then the last one again, changed in one place.
    fn carry_up(&mut self, from: u8, change: u8) {
        self.client.handle_timeout(self.now);
        let mut datagram = Vec::new();
        while self.client.poll_transmit(self.now, &mut datagram) {
            self.last_up.clone_from(&datagram);
            self.give_server(from, std::mem::take(&mut datagram));
        }
        let mut again = self.last_up.clone();
        if let Some(byte) = again.get_mut(usize::from(change)) {
            *byte ^= change;
            self.give_server(from, again);
        }
    }

    fn give_server(&mut self, from: u8, mut datagram: Vec<u8>) {
        let place = usize::from(from) % ADDRESSES;
        if let Some(balance) = &mut self.balance[place] {
            *balance += datagram.len() as i64;
        }
        let proved = self.server.counts().addresses_proved;
        if let Ok(Some(incoming)) = self.server.handle_datagram(self.now, address(from), &mut datagram) {
            assert!(incoming.packet.len() <= PACKET_BYTES_MAX, "a packet that is too long came in");
        }
        if self.server.counts().addresses_proved > proved {
            self.balance[place] = None;
        }
    }

    /// The client gets what the server sends, but for every so many datagrams.
    fn carry_down(&mut self, lost: u8) {
        self.server.flush(self.now);
        let datagrams: Vec<_> = self.server.batch().iter().map(|(to, it)| (to, it.to_vec())).collect();
        self.server.batch().clear();
        for (index, (to, mut datagram)) in datagrams.into_iter().enumerate() {
            let place = usize::from(to.port() - 1);
            if let Some(balance) = &mut self.balance[place] {
                *balance -= datagram.len() as i64;
                assert!(*balance >= 0, "more bytes to {to} than came from there");
            }
            if index % (1 + usize::from(lost)) == 0 {
                let _ = self.client.handle_datagram(self.now, &mut datagram).map(Iterator::count);
            }
        }
    }

    fn client_sends(&mut self, from: u8, bytes: usize) {
        let mut datagram = Vec::new();
        if self.client.seal(&vec![from; bytes], &mut datagram) {
            assert!(datagram.len() <= DATAGRAM_BYTES_MAX, "a datagram to the server that is too long");
            self.give_server(from, datagram);
        }
    }

    fn server_sends(&mut self, speaker: u8, bytes: usize) {
        self.server.set_busy_share(f64::from(speaker) / 100.0);
        self.server.send(self.now, self.number, u64::from(speaker % 3), &vec![speaker; bytes]);
    }

    fn reopen(&mut self, whether: u8, cipher: Cipher) {
        if whether.is_multiple_of(8) {
            self.server.close(self.number);
            // The new link has no proved addresses. Datagrams that are already queued are still accounted for.
            self.carry_down(0);
            self.balance = self.balance.map(|balance| Some(balance.unwrap_or(0)));
            self.number = self.server.open(1, &secrets(), cipher, true).expect("there is room again");
        }
    }

    fn check(&mut self) {
        let batch = self.server.batch();
        assert!(batch.len() <= 8, "a batch of {}", batch.len());
        assert!(
            batch.iter().all(|(_, datagram)| datagram.len() <= DATAGRAM_BYTES_MAX),
            "a datagram is too long"
        );
    }
}
