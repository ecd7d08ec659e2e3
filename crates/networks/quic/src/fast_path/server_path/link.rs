//! The server's state of one client's path.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::fast_path::batch::DatagramBatch;
use crate::fast_path::header::{Header, Kind, TO_CLIENT_HEADER_BYTES};
use crate::fast_path::probe::Token;
use crate::fast_path::seal::{Opener, Sealer};
use crate::fast_path::{Cipher, PathSecrets};

#[derive(Debug)]
pub(super) struct Link {
    /// The driver's identifier of the client.
    pub(super) client: u64,
    pub(super) opener: Opener,
    pub(super) takes_several: bool,
    /// The client reports that it receives our datagrams on the path.
    pub(super) client_hears_us: bool,
    /// The destination of datagrams: the most recently proved address.
    pub(super) address: Option<SocketAddr>,
    /// The time of the last authentic datagram from there.
    heard_at: Option<Instant>,
    challenge: Option<Challenge>,
    answered_at: Option<Instant>,
    /// Packets that wait for others; the buffer belongs to the gathering.
    pub(super) waiting: Vec<u8>,
    /// The speaker of the last packet, and the last time that it differed from the one before.
    pub(super) speaker: Option<u64>,
    pub(super) several_speakers_at: Option<Instant>,
    sealer: Sealer,
    tag_bytes: usize,
}

/// An address that is being proved.
#[derive(Debug)]
struct Challenge {
    to: SocketAddr,
    token: Token,
    at: Instant,
}

impl Link {
    pub(super) fn new(client: u64, secrets: &PathSecrets, cipher: Cipher, takes_several: bool) -> Self {
        Self {
            client,
            opener: Opener::new(secrets.to_server(), cipher),
            takes_several,
            client_hears_us: false,
            address: None,
            heard_at: None,
            challenge: None,
            answered_at: None,
            waiting: Vec::new(),
            speaker: None,
            several_speakers_at: None,
            sealer: Sealer::new(secrets.to_client(), cipher),
            tag_bytes: cipher.tag_bytes(),
        }
    }

    /// The destination of packets, if the path is open.
    pub(super) fn open_to(&self, now: Instant, idle_timeout: Duration) -> Option<SocketAddr> {
        let is_silent = self.heard_at.is_none_or(|at| now.saturating_duration_since(at) > idle_timeout);
        self.address.filter(|_| self.client_hears_us && !is_silent)
    }

    /// Notes an authentic datagram.
    pub(super) fn note_heard(&mut self, now: Instant, from: SocketAddr) {
        if self.address == Some(from) {
            self.heard_at = Some(now);
        }
    }

    /// Whether to answer a probe from there.
    pub(super) fn may_be_answered(&mut self, now: Instant, from: SocketAddr, interval: Duration) -> bool {
        let is_recent = self.answered_at.is_some_and(|at| now.saturating_duration_since(at) < interval);
        let may = self.address == Some(from) && !is_recent;
        if may {
            self.answered_at = Some(now);
        }
        may
    }

    /// Whether this address is worth a challenge. The challenge must be no longer than what came from there, and
    /// challenges must be rare: they may go to a victim that never asked for them.
    pub(super) fn wants_proof(
        &self,
        now: Instant,
        from: SocketAddr,
        came_bytes: usize,
        interval: Duration,
    ) -> bool {
        let is_recent = |challenge: &Challenge| now.saturating_duration_since(challenge.at) < interval;
        self.address != Some(from)
            && came_bytes >= TO_CLIENT_HEADER_BYTES + size_of::<Token>() + self.tag_bytes
            && !self.challenge.as_ref().is_some_and(is_recent)
    }

    pub(super) fn challenge(&mut self, at: Instant, to: SocketAddr, token: Token) {
        self.challenge = Some(Challenge { to, token, at });
    }

    /// Makes this the client's address if the token proves it.
    pub(super) fn prove(&mut self, now: Instant, from: SocketAddr, token: Token, timeout: Duration) -> bool {
        let is_proof = self.challenge.as_ref().is_some_and(|challenge| {
            challenge.to == from
                && challenge.token == token
                && now.saturating_duration_since(challenge.at) <= timeout
        });
        if is_proof {
            self.challenge = None;
            self.address = Some(from);
            self.heard_at = Some(now);
        }
        is_proof
    }

    /// False if the batch has no room.
    pub(super) fn seal(
        &mut self,
        to: SocketAddr,
        kind: Kind,
        body: &[u8],
        batch: &mut DatagramBatch,
    ) -> bool {
        batch.push(to, |out| self.sealer.seal(Header::ToClient(kind), body, out))
    }

    /// Seals the waiting packets, and keeps their buffer. False if the batch has no room, which loses them.
    pub(super) fn seal_waiting(&mut self, to: SocketAddr, batch: &mut DatagramBatch) -> bool {
        let Self { sealer, waiting, .. } = self;
        let is_taken = batch.push(to, |out| sealer.seal(Header::ToClient(Kind::Packets), waiting, out));
        waiting.clear();
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast_path::EXPORTED_BYTES;

    #[test]
    fn an_idle_path_costs_less_than_two_kilobytes() {
        // Most of it is the tables of the two keys and the replay window.
        let link = Link::new(1, &PathSecrets::from_exported([0; EXPORTED_BYTES]), Cipher::Aes128Gcm, true);
        assert_eq!(link.waiting.capacity(), 0);
        assert!(size_of_val(&link) <= 2000, "{} bytes", size_of_val(&link));
    }
}
