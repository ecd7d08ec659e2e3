//! A shard's part of the fast path: its socket, its clients' paths, and the load of its thread.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use consonance_link::{DatagramPath, PathRefusals, PathStatistics, Peer};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::busy_share::BusyShare;
use super::port::Port;
use crate::FastPathSettings;
use crate::fast_path::{
    Announcement, Cipher, Offer, PathSocket, RefusalCounts, SendCounts, ServerPath, ServerPathCounts,
};
use crate::link::Link;
use crate::voice_path::export;

/// Paths beside the connections of one shard.
#[derive(Debug)]
pub(super) struct FastPathShard {
    port: Arc<Port>,
    worker: u8,
    path: ServerPath,
    busy_share: BusyShare,
    counts: SendCounts,
    datagram: Box<[u8; RECEIVE_BYTES]>,
    /// The number of receive calls that report nothing, because the socket had nothing just now.
    pause: u32,
}

/// Counters of all paths together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FastPathCounts {
    /// Packets carried and dropped by the paths.
    pub path: ServerPathCounts,
    /// Results of sending their datagrams.
    pub socket: SendCounts,
}

impl FastPathShard {
    /// `None` if the port has no socket for this shard.
    pub(super) fn new(port: &Arc<Port>, shard: usize, settings: &FastPathSettings) -> Option<Self> {
        let worker = u8::try_from(shard).ok().filter(|_| shard < port.paths.len())?;
        let mut seed = [0; 32];
        SystemRandom::new().fill(&mut seed).ok()?;
        Some(Self {
            port: Arc::clone(port),
            worker,
            path: ServerPath::new(worker, settings.path.clone(), seed),
            busy_share: BusyShare::default(),
            counts: SendCounts::default(),
            datagram: Box::new([0; RECEIVE_BYTES]),
            pause: 0,
        })
    }

    /// Opens a path for a client, if it offers one that is allowed here.
    pub(super) fn open(&mut self, peer: Peer, link: &Link, offer: &Offer) -> Option<Announcement> {
        let connection = link.connection();
        let cipher = Cipher::agree(&offer.ciphers, ciphers_for(connection.remote_address().ip()))?;
        let secrets =
            export(|output, label, context| connection.export_keying_material(output, label, context))?;
        let number = self.path.open(peer.0, &secrets, cipher, offer.takes_several)?;
        Some(Announcement {
            port: self.port.announced(self.worker),
            worker: self.worker,
            link: number,
            cipher,
        })
    }

    pub(super) fn close(&mut self, number: u32) {
        self.path.close(number);
    }

    /// Receives the next packet into `packet`, and returns its sender.
    pub(super) fn receive(&mut self, now: Instant, packet: &mut Vec<u8>) -> Option<Peer> {
        if self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        for _ in 0..DATAGRAMS_PER_POLL {
            let Some((bytes, from)) = socket(&self.port, self.worker).receive(&mut *self.datagram) else {
                self.pause = PAUSE_POLLS;
                return None;
            };
            // The path counts rejected datagrams.
            let taken = self.path.handle_datagram(now, from, &mut self.datagram[..bytes]);
            let peer = taken.ok().flatten().map(|incoming| {
                packet.clear();
                packet.extend_from_slice(incoming.packet);
                Peer(incoming.client)
            });
            self.send_full_batch();
            if peer.is_some() {
                return peer;
            }
        }
        None
    }

    /// Makes the next [`receive`](Self::receive) ask the system again.
    pub(super) fn look_again(&mut self) {
        self.pause = 0;
    }

    /// Sends a packet. Returns false if it has to go over the connection.
    pub(super) fn send(&mut self, now: Instant, number: u32, from: Peer, packet: &[u8]) -> bool {
        let is_taken = self.path.send(now, number, from.0, packet);
        self.send_full_batch();
        is_taken
    }

    /// The driver is active: its turn begins, unless it has begun already.
    pub(super) fn begin_turn(&mut self) {
        if !self.busy_share.is_in_turn() {
            self.busy_share.begin_turn(Instant::now());
        }
    }

    /// The driver has nothing more to do for now: its turn ends.
    pub(super) fn end_turn(&mut self) {
        if let Some(share) = self.busy_share.end_turn(Instant::now()) {
            self.path.set_busy_share(share);
        }
    }

    /// Sends collected packets, and those that have waited long enough.
    pub(super) fn flush(&mut self, now: Instant) {
        loop {
            let is_more = self.path.flush(now);
            self.send_batch();
            if !is_more {
                return;
            }
        }
    }

    pub(super) fn wants_flush_at(&self) -> Option<Instant> {
        self.path.poll_timeout()
    }

    #[cfg(unix)]
    pub(super) fn socket(&self) -> &std::net::UdpSocket {
        socket(&self.port, self.worker).socket()
    }

    pub(super) fn datagram_path(&self, now: Instant, number: u32) -> DatagramPath {
        if self.path.is_open(now, number) { DatagramPath::FastPath } else { DatagramPath::Trying }
    }

    pub(super) fn counts(&self) -> FastPathCounts {
        FastPathCounts { path: self.path.counts(), socket: self.counts }
    }

    pub(super) fn statistics(&self, now: Instant) -> PathStatistics {
        let FastPathCounts { path, socket } = self.counts();
        let (agreed, in_use) = self.path.paths(now);
        let RefusalCounts { malformed, other_worker, unknown_link, replayed, forged } = path.refused;
        PathStatistics {
            agreed: agreed as u64,
            in_use: in_use as u64,
            packets_sent: path.packets_sent,
            packets_fallen_back: path.packets_fallen_back,
            datagrams_sent: socket.sent,
            datagrams_unsent: path.batch_full + path.left_meanwhile + socket.buffer_full + socket.failed,
            packets_received: path.packets_received,
            challenges: path.challenges,
            addresses_proved: path.addresses_proved,
            refused: PathRefusals { malformed, other_worker, unknown_path: unknown_link, replayed, forged },
        }
    }

    fn send_full_batch(&mut self) {
        if self.path.batch().is_full() {
            self.send_batch();
        }
    }

    fn send_batch(&mut self) {
        socket(&self.port, self.worker).send(self.path.batch(), &mut self.counts);
    }
}

/// The ciphers that a server accepts from a client, whichever the client prefers.
#[cfg_attr(
    not(feature = "plain-cipher"),
    expect(unused_variables, reason = "every client may have all of them")
)]
fn ciphers_for(client: IpAddr) -> &'static [Cipher] {
    #[cfg(feature = "plain-cipher")]
    if client.to_canonical().is_loopback() {
        return &[Cipher::Aes128Gcm, Cipher::ChaCha20Poly1305, Cipher::Plain];
    }
    &[Cipher::Aes128Gcm, Cipher::ChaCha20Poly1305]
}

/// More than the longest datagram, so that a longer one is noticed.
const RECEIVE_BYTES: usize = 2048;

/// The number of datagrams without a packet that are read before something else gets its turn.
const DATAGRAMS_PER_POLL: usize = 32;

/// The number of polls before a socket that had nothing is asked again, because asking costs a system call.
const PAUSE_POLLS: u32 = 64;

fn socket(port: &Port, worker: u8) -> &PathSocket {
    &port.paths[usize::from(worker)]
}
