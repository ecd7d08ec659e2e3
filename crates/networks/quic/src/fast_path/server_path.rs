//! A worker's half of the path: the links of all its clients.

mod gathering;
mod link;
mod proof;
mod slots;

use std::net::SocketAddr;
use std::time::Instant;

use crate::fast_path::batch::DatagramBatch;
use crate::fast_path::header::{Kind, TO_SERVER_HEADER_BYTES, ToServer};
use crate::fast_path::probe::{Probe, Token};
use crate::fast_path::refusal::{DatagramRefusal, RefusalCounts};
use crate::fast_path::{Cipher, PACKET_BYTES_MAX, PathSecrets, ServerPathSettings};

use gathering::Gathering;
use link::Link;
use proof::Tokens;
use slots::Slots;

/// The paths of one worker's clients, without a socket: datagrams, packets and time in, batches of datagrams out.
///
/// The driver has one UDP socket for it. It gives every datagram to [`handle_datagram`](Self::handle_datagram) and
/// every packet to [`send`](Self::send), calls [`flush`](Self::flush) at the end of its turn and when
/// [`poll_timeout`](Self::poll_timeout) says so, and sends the [`batch`](Self::batch) after each flush and whenever it
/// [is full](DatagramBatch::is_full): what no longer fits is dropped and counted.
#[derive(Debug)]
pub struct ServerPath {
    worker: u8,
    settings: ServerPathSettings,
    links: Slots<Link>,
    tokens: Tokens,
    gathering: Gathering,
    batch: DatagramBatch,
    counts: ServerPathCounts,
}

/// The packets and datagrams that the paths of a worker carried and dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerPathCounts {
    /// Packets that were taken by [`ServerPath::send`].
    pub packets_sent: u64,
    /// Packets that were rejected because the path was not open: they have to use the connection.
    pub packets_fallen_back: u64,
    /// Datagrams sent, with these packets and with everything else.
    pub datagrams_sent: u64,
    /// Datagrams dropped because the batch was full: the driver did not send it in time.
    pub batch_full: u64,
    /// Datagrams lost because the path was closed, or fell silent, while their packets waited for others.
    pub left_meanwhile: u64,
    /// Packets received.
    pub packets_received: u64,
    /// Addresses that clients were asked to prove.
    pub challenges: u64,
    /// Addresses that were proved, the first of each link included.
    pub addresses_proved: u64,
    /// Datagrams that were dropped as they came in, by reason.
    pub refused: RefusalCounts,
}

/// A received packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incoming<'a> {
    /// The driver's identifier of the client, as given to [`ServerPath::open`].
    pub client: u64,
    /// The payload.
    pub packet: &'a [u8],
}

impl ServerPath {
    /// Creates the path without links. `seed` makes the tokens that prove addresses, and must be secret and random.
    pub fn new(worker: u8, settings: ServerPathSettings, seed: [u8; 32]) -> Self {
        Self {
            worker,
            links: Slots::new(settings.links_max),
            tokens: Tokens::new(&seed),
            gathering: Gathering::new(settings.gather_max),
            batch: DatagramBatch::new(settings.batch_datagrams),
            settings,
            counts: ServerPathCounts::default(),
        }
    }

    /// Makes a path for a client and gives its number, which is announced to it; `None` if there are too many.
    ///
    /// `client` is what the driver calls it. `takes_several`: it takes datagrams with several packets.
    pub fn open(
        &mut self,
        client: u64,
        secrets: &PathSecrets,
        cipher: Cipher,
        takes_several: bool,
    ) -> Option<u32> {
        self.links.insert(|| Link::new(client, secrets, cipher, takes_several))
    }

    /// Forgets a path. Its number may be given to another one.
    pub fn close(&mut self, number: u32) {
        if let Some(link) = self.links.remove(number) {
            self.counts.left_meanwhile += u64::from(!link.waiting.is_empty());
            self.gathering.take_back(link.waiting);
        }
    }

    /// Whether packets for this path are sent on it: its client has proved an address, receives us and is not silent.
    pub fn is_open(&self, now: Instant, number: u32) -> bool {
        self.links.get(number).is_some_and(|link| link.open_to(now, self.settings.idle_timeout).is_some())
    }

    /// The number of paths, and how many of them are open. Checks each one.
    pub fn paths(&self, now: Instant) -> (usize, usize) {
        let is_open = |link: &&Link| link.open_to(now, self.settings.idle_timeout).is_some();
        (self.links.iter().count(), self.links.iter().filter(is_open).count())
    }

    /// Processes a datagram, opened in place, and returns its packet, if it carries one. Replies are in the
    /// [batch](Self::batch).
    ///
    /// # Errors
    /// The reason why it was dropped; it is counted too, and nothing was allocated for it.
    pub fn handle_datagram<'a>(
        &mut self,
        now: Instant,
        from: SocketAddr,
        datagram: &'a mut [u8],
    ) -> Result<Option<Incoming<'a>>, DatagramRefusal> {
        self.take(now, from, datagram).inspect_err(|refusal| self.counts.refused.add(*refusal))
    }

    /// Sends a packet of a speaker to one client. False if it has to go another way.
    ///
    /// `speaker` is any number that tells speakers apart: packets of several for one client may share a datagram.
    pub fn send(&mut self, now: Instant, number: u32, speaker: u64, packet: &[u8]) -> bool {
        if packet.len() > PACKET_BYTES_MAX {
            return false;
        }
        let Some(link) = self.links.get_mut(number) else { return false };
        let Some(to) = link.open_to(now, self.settings.idle_timeout) else {
            self.counts.packets_fallen_back += 1;
            return false;
        };
        self.counts.packets_sent += 1;
        if !self.gathering.wants(now, link, speaker) {
            self.counts.add(link.seal(to, Kind::Packet, packet, &mut self.batch));
            return true;
        }
        if !Gathering::has_room(link, packet) {
            self.counts.add(link.seal_waiting(to, &mut self.batch));
        }
        self.gathering.add(now, number, link, packet);
        true
    }

    /// Seals packets that have waited for each other long enough, as far as the batch has room. True if some are left:
    /// send the batch and call again.
    pub fn flush(&mut self, now: Instant) -> bool {
        while let Some(number) = self.gathering.next_due(now, self.batch.is_full()) {
            // Links that were closed in the meantime, and new ones with the same number, have nothing queued.
            let Some(link) = self.links.get_mut(number).filter(|link| !link.waiting.is_empty()) else {
                continue;
            };
            if let Some(to) = link.open_to(now, self.settings.idle_timeout) {
                self.counts.add(link.seal_waiting(to, &mut self.batch));
            } else {
                self.counts.left_meanwhile += 1;
            }
            self.gathering.take_back(std::mem::take(&mut link.waiting));
        }
        self.gathering.is_due(now)
    }

    /// The datagrams to send. [Clear](DatagramBatch::clear) the batch afterwards.
    pub fn batch(&mut self) -> &mut DatagramBatch {
        &mut self.batch
    }

    /// The time of the next [`flush`](Self::flush).
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.gathering.due_at()
    }

    /// Sets the load of the worker, from 0 to 1. Packets wait for each other only where that pays: not at all up to
    /// 0.1, the longest from 0.35 on.
    pub fn set_busy_share(&mut self, busy_share: f64) {
        self.gathering.set_busy_share(busy_share);
    }

    /// Statistics of packets and datagrams.
    pub fn counts(&self) -> ServerPathCounts {
        self.counts
    }

    fn take<'a>(
        &mut self,
        now: Instant,
        from: SocketAddr,
        datagram: &'a mut [u8],
    ) -> Result<Option<Incoming<'a>>, DatagramRefusal> {
        let header = ToServer::parse(datagram).ok_or(DatagramRefusal::Malformed)?;
        if header.worker != self.worker {
            return Err(DatagramRefusal::OtherWorker);
        }
        let datagram_bytes = datagram.len();
        let link = self.links.get_mut(header.link).ok_or(DatagramRefusal::UnknownLink)?;
        let opened = link.opener.open(header.counter, TO_SERVER_HEADER_BYTES, datagram)?;
        let (body, is_newest) = (opened.body, opened.is_newest);
        link.note_heard(now, from);
        let token = || Token::try_from(body).map_err(|_| DatagramRefusal::Malformed);
        let mut packet = None;
        match header.kind {
            Kind::Packet if body.len() > PACKET_BYTES_MAX => return Err(DatagramRefusal::Malformed),
            Kind::Packet => {
                link.client_hears_us |= is_newest;
                packet = Some(Incoming { client: link.client, packet: body });
                self.counts.packets_received += 1;
            }
            Kind::Probe => {
                let probe = token()?;
                // An overtaken probe holds an outdated state.
                if is_newest {
                    link.client_hears_us = Probe::parse(probe).is_in_use;
                }
                if link.may_be_answered(now, from, self.settings.answer_interval) {
                    self.counts.add(link.seal(from, Kind::Answer, &probe, &mut self.batch));
                }
            }
            // Only responses remain: the parser returns no other kind to a server.
            _ => {
                let token = token()?;
                if link.prove(now, from, token, self.settings.challenge_timeout) {
                    self.counts.addresses_proved += 1;
                    self.counts.add(link.seal(from, Kind::Answer, &token, &mut self.batch));
                }
            }
        }
        if is_newest
            && link.wants_proof(now, from, datagram_bytes, self.settings.challenge_interval)
            && !self.batch.is_full()
        {
            let token = self.tokens.next();
            link.challenge(now, from, token);
            self.counts.challenges += 1;
            self.counts.add(link.seal(from, Kind::Challenge, &token, &mut self.batch));
        }
        Ok(packet)
    }
}

impl ServerPathCounts {
    /// A datagram was put into the batch, or was not.
    fn add(&mut self, was_taken: bool) {
        if was_taken { self.datagrams_sent += 1 } else { self.batch_full += 1 }
    }
}
