//! A client's half of the path.

mod probing;

use std::time::{Duration, Instant};

use crate::fast_path::gathered::GatheredPackets;
use crate::fast_path::header::{Header, Kind, TO_CLIENT_HEADER_BYTES, ToClient};
use crate::fast_path::probe::{Probe, Token};
use crate::fast_path::refusal::{DatagramRefusal, RefusalCounts};
use crate::fast_path::seal::{Opener, Sealer};
use crate::fast_path::{Announcement, ClientPathSettings, PACKET_BYTES_MAX, PathSecrets};

pub use probing::PathState;
use probing::Probing;

/// One client's path to its server, without a socket: datagrams and time in, datagrams out.
///
/// The driver has a UDP socket of its own for it, connected to the server's address and the announced port.
/// It gives every datagram to [`handle_datagram`](Self::handle_datagram), calls
/// [`handle_timeout`](Self::handle_timeout) when [`poll_timeout`](Self::poll_timeout) says so, and after each call
/// sends what [`poll_transmit`](Self::poll_transmit) gives. Any order of calls is safe.
///
/// Packets take this path only while [`is_open`](Self::is_open); else the driver sends them the
/// way that agreed on the keys.
#[derive(Debug)]
pub struct ClientPath {
    worker: u8,
    link: u32,
    sealer: Sealer,
    opener: Opener,
    probing: Probing,
    /// The proof that the server asked for last.
    response: Option<Token>,
    refused: RefusalCounts,
}

impl ClientPath {
    /// Creates the path and starts probing it at once.
    pub fn new(
        now: Instant,
        secrets: &PathSecrets,
        announcement: &Announcement,
        settings: ClientPathSettings,
    ) -> Self {
        let cipher = announcement.cipher;
        Self {
            worker: announcement.worker,
            link: announcement.link,
            sealer: Sealer::new(secrets.to_server(), cipher),
            opener: Opener::new(secrets.to_client(), cipher),
            probing: Probing::new(now, settings),
            response: None,
            refused: RefusalCounts::default(),
        }
    }

    /// Whether the path is open both ways, so that packets should take it.
    pub fn is_open(&self) -> bool {
        self.state() == PathState::Open
    }

    /// The state of the path.
    pub fn state(&self) -> PathState {
        self.probing.state()
    }

    /// The round trip time of the last answer.
    pub fn round_trip(&self) -> Option<Duration> {
        self.probing.round_trip()
    }

    /// Datagrams that were dropped, by reason.
    pub fn refused(&self) -> RefusalCounts {
        self.refused
    }

    /// Appends the datagram with this packet to `out`. False, and nothing is appended, if the path is not open or the
    /// packet longer than [`PACKET_BYTES_MAX`].
    pub fn seal(&mut self, packet: &[u8], out: &mut Vec<u8>) -> bool {
        if !self.is_open() || packet.len() > PACKET_BYTES_MAX {
            return false;
        }
        self.probing.note_sent();
        self.append(Kind::Packet, packet, out);
        true
    }

    /// Processes a datagram, opened in place, and returns its packets, if it carries any.
    ///
    /// # Errors
    /// Why it was dropped; it is counted too.
    pub fn handle_datagram<'a>(
        &mut self,
        now: Instant,
        datagram: &'a mut [u8],
    ) -> Result<GatheredPackets<'a>, DatagramRefusal> {
        self.take(now, datagram).inspect_err(|refusal| self.refused.add(*refusal))
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.probing.handle_timeout(now);
    }

    /// Appends the next datagram to send to `out`; false if there is none. Call it until it returns false.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Vec<u8>) -> bool {
        if let Some(token) = self.response.take() {
            self.append(Kind::Response, &token, out);
        } else if let Some(probe) = self.probing.poll_probe(now) {
            self.append(Kind::Probe, &probe.encode(), out);
        } else {
            return false;
        }
        true
    }

    /// The time of the next [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Instant> {
        Some(self.probing.poll_timeout())
    }

    fn append(&mut self, kind: Kind, body: &[u8], out: &mut Vec<u8>) {
        let header = Header::ToServer { kind, worker: self.worker, link: self.link };
        self.sealer.seal(header, body, out);
    }

    fn take<'a>(
        &mut self,
        now: Instant,
        datagram: &'a mut [u8],
    ) -> Result<GatheredPackets<'a>, DatagramRefusal> {
        let ToClient { kind, counter } = ToClient::parse(datagram).ok_or(DatagramRefusal::Malformed)?;
        let body = self.opener.open(counter, TO_CLIENT_HEADER_BYTES, datagram)?.body;
        let token = || Token::try_from(body).map_err(|_| DatagramRefusal::Malformed);
        match kind {
            Kind::Packet => {
                self.probing.note_heard(now);
                Ok(GatheredPackets::one(body))
            }
            Kind::Packets => {
                self.probing.note_heard(now);
                GatheredPackets::several(body).ok_or(DatagramRefusal::Malformed)
            }
            Kind::Answer => {
                self.probing.handle_answer(now, Probe::parse(token()?));
                Ok(GatheredPackets::NONE)
            }
            // Only challenges remain: the parser returns no other kind to a client.
            _ => {
                self.response = Some(token()?);
                Ok(GatheredPackets::NONE)
            }
        }
    }
}
