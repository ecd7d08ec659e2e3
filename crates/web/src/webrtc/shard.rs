//! One worker's browsers.

mod event;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;
use std::time::Instant;

use consonance_link::gateway::{HandshakeLog, Timers};
use str0m::net::{Protocol, Transmit};

use crate::webrtc::connection::{
    Connection, ConnectionEvent, Identity, OfferError, RtcQuality, RtcVoice, Sent,
};
use crate::webrtc::page_peer::PagePeer;
use crate::webrtc::port::{Datagram, Place, PortReader, SharedPort, Source, Way};
use crate::webrtc::settings::PeerLimits;

pub use event::{RtcEvent, RtcStatistics};

/// The peers of one worker, behind a port that all workers share. Dropping it says goodbye to all of them.
pub struct WebRtcShard {
    own: usize,
    socket: UdpSocket,
    port: Arc<SharedPort>,
    /// The thread that reads the port, which lives as long as any shard.
    _reader: Arc<PortReader>,
    identity: Arc<Identity>,
    limits: PeerLimits,
    /// Boxed, since the map has room for more peers than there are, and each has some kilobytes.
    peers: BTreeMap<PagePeer, Box<Entry>>,
    timers: Timers<PagePeer>,
    /// Peers with queued voice.
    written: Vec<PagePeer>,
    mail: VecDeque<Datagram>,
    /// Peers that have lost their places to others.
    displaced: Vec<PagePeer>,
    events: VecDeque<(PagePeer, ConnectionEvent)>,
    /// The last event, whose data the caller borrows.
    reported: Option<ConnectionEvent>,
    handshakes: HandshakeLog,
    statistics: RtcStatistics,
}

struct Entry {
    connection: Connection,
    /// The source that the directory last assigned to it.
    claimed: Option<Source>,
    is_written: bool,
}

impl WebRtcShard {
    pub(crate) fn new(
        own: usize,
        socket: UdpSocket,
        port: Arc<SharedPort>,
        reader: Arc<PortReader>,
        identity: Arc<Identity>,
        limits: PeerLimits,
    ) -> Self {
        Self {
            own,
            socket,
            port,
            _reader: reader,
            identity,
            limits,
            peers: BTreeMap::new(),
            timers: Timers::default(),
            written: Vec::new(),
            mail: VecDeque::new(),
            displaced: Vec::new(),
            events: VecDeque::new(),
            reported: None,
            handshakes: HandshakeLog::new(Instant::now(), "WebRTC of pages"),
            statistics: RtcStatistics::default(),
        }
    }

    /// Answers a page's offer: its peer from now on, and the answer. [`RtcEvent::Connected`] follows when the page is
    /// there, or [`RtcEvent::Disconnected`].
    ///
    /// # Errors
    ///
    /// The offer is not one of our page's, or there are as many peers as may be.
    pub fn accept(&mut self, now: Instant, offer: &str) -> Result<(PagePeer, String), OfferError> {
        let Place { peer, displaced } = self.port.directory.open(now, self.own).ok_or(OfferError::Full)?;
        if let Some((shard, displaced)) = displaced {
            self.port.mailboxes[shard].displace(displaced);
        }
        let accepted = Connection::accept(now, offer, &self.identity, &self.limits);
        let (mut connection, answer) = accepted.inspect_err(|_| {
            self.port.directory.close(peer);
            self.statistics.offers_refused += 1;
        })?;
        self.port.directory.name(peer, connection.user_fragment());
        let entry = Entry { connection, claimed: None, is_written: false };
        self.peers.insert(peer, Box::new(entry));
        self.statistics.offers_taken += 1;
        self.settle(now, peer);
        Ok((peer, answer))
    }

    /// Answers another offer of the same page, whose network has changed (RFC 8839, section 4.4.1.1.1) or whose media.
    ///
    /// # Errors
    ///
    /// As in [`accept`](Self::accept), or the peer is gone.
    pub fn renegotiate(&mut self, now: Instant, peer: PagePeer, offer: &str) -> Result<String, OfferError> {
        let entry = self.peers.get_mut(&peer).ok_or(OfferError::Gone)?;
        let answer = entry.connection.renegotiate(now, offer);
        self.port.directory.name(peer, entry.connection.user_fragment());
        self.settle(now, peer);
        answer
    }

    /// Adds another possible address of a page, as its browser words it. None is needed: a page's own checks show
    /// where it is.
    ///
    /// # Errors
    ///
    /// The peer is gone, or it has named too many.
    pub fn add_candidate(&mut self, now: Instant, peer: PagePeer, candidate: &str) -> Result<(), OfferError> {
        let entry = self.peers.get_mut(&peer).ok_or(OfferError::Gone)?;
        let added = entry.connection.add_candidate(now, candidate);
        self.settle(now, peer);
        added
    }

    /// How many slots a peer has: as many as its page offered, up to [`PeerLimits::slots_max`]. 0 if it is gone.
    pub fn slots(&self, peer: PagePeer) -> usize {
        self.peers.get(&peer).map_or(0, |entry| entry.connection.slots())
    }

    /// The next event, or `None`. Call it until it returns `None`: only then will the waker be called again.
    pub fn poll(&mut self, now: Instant) -> Option<RtcEvent<'_>> {
        let (peer, event) = loop {
            if let Some(event) = self.events.pop_front() {
                break event;
            }
            if let Some(peer) = self.timers.pop(now) {
                self.with(now, peer, |connection| connection.handle_timeout(now));
            } else if let Some(datagram) = self.mail.pop_front() {
                self.receive(now, &datagram);
            } else if let Some(peer) = self.displaced.pop() {
                self.with(now, peer, |connection| connection.give_up(now));
            } else {
                let mailbox = &self.port.mailboxes[self.own];
                if !mailbox.take(&mut self.mail, &mut self.displaced) {
                    self.flush(now);
                    if self.events.is_empty() {
                        return None;
                    }
                }
            }
        };
        let remote = match &event {
            ConnectionEvent::Connected => self.peers.get(&peer).and_then(|entry| entry.connection.remote()),
            _ => None,
        };
        self.statistics.count(&event);
        Some(event::report(peer, remote, self.reported.insert(event)))
    }

    /// Sends a message on a peer's control channel, reliably and in order. A peer that does not take what
    /// waits for it is disconnected.
    pub fn send_message(&mut self, now: Instant, peer: PagePeer, text: &str) -> Sent {
        let sent = self.with(now, peer, |connection| connection.send_message(now, text));
        sent.unwrap_or(Sent::NotConnected)
    }

    /// Sends a frame in a slot. It leaves with the next [`flush`](Self::flush), or a [`poll`](Self::poll) that says
    /// `None`; what cannot be sent is dropped and counted.
    pub fn send_voice(&mut self, now: Instant, peer: PagePeer, voice: RtcVoice<'_>) {
        if let Some(entry) = self.peers.get_mut(&peer)
            && entry.connection.send_voice(now, &voice)
        {
            self.statistics.voice_sent += 1;
            if !std::mem::replace(&mut entry.is_written, true) {
                self.written.push(peer);
            }
        } else {
            self.statistics.voice_unsent += 1;
        }
    }

    /// Sends the written packets.
    pub fn flush(&mut self, now: Instant) {
        while let Some(peer) = self.written.pop() {
            if let Some(entry) = self.peers.get_mut(&peer) {
                entry.is_written = false;
            }
            self.with(now, peer, |connection| connection.flush(now));
        }
    }

    /// Ends a connection in order: messages that were sent before are delivered first, if the page takes them soon. Its
    /// [`RtcEvent::Disconnected`] comes then.
    pub fn close(&mut self, now: Instant, peer: PagePeer) {
        self.with(now, peer, |connection| connection.end_in_order(now));
    }

    /// The quality of a peer's link; `None` if it is gone.
    pub fn quality(&self, peer: PagePeer) -> Option<RtcQuality> {
        Some(self.peers.get(&peer)?.connection.quality())
    }

    /// Asks a peer for a sign of life, without waiting for it, and returns when anything last came from it; `None` if
    /// it is gone.
    pub fn probe(&mut self, now: Instant, peer: PagePeer) -> Option<Instant> {
        self.with(now, peer, |connection| connection.probe(now))
    }

    /// When `poll` will have something to do although nothing will arrive.
    pub fn wants_poll_at(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Asks to be woken, from the thread that reads the port, when something has arrived.
    pub fn set_waker(&mut self, waker: Waker) {
        self.port.mailboxes[self.own].set_waker(waker);
    }

    /// Traffic and drops of this shard since it was created. Counters of the whole port are reported by the first
    /// shard only, so that the sum over all of them is right.
    pub fn statistics(&self) -> RtcStatistics {
        let of_port = |counter: &AtomicU64| if self.own == 0 { counter.load(Ordering::Relaxed) } else { 0 };
        RtcStatistics {
            peers: self.peers.len(),
            mailbox_full: self.port.mailboxes[self.own].dropped(),
            strays: of_port(&self.port.counts.strays),
            datagrams_too_many: of_port(&self.port.counts.too_many),
            tcp_unsent: of_port(&self.port.counts.unsent),
            stray_connections: of_port(&self.port.counts.stray_connections),
            connections_rejected: of_port(&self.port.counts.rejected),
            ..self.statistics
        }
    }

    fn receive(&mut self, now: Instant, datagram: &Datagram) {
        let Source { way, address } = datagram.source;
        let (protocol, own) = match way {
            Way::Udp => (Protocol::Udp, &self.identity.udp),
            Way::Tcp => (Protocol::Tcp, &self.identity.tcp),
        };
        let same_family = own.iter().find(|own| own.is_ipv4() == address.is_ipv4());
        let destination = same_family.or(own.first()).copied().unwrap_or(self.port.bound);
        self.with(now, datagram.peer, |connection| {
            connection.handle_datagram(now, protocol, address, destination, &datagram.bytes);
        });
    }

    fn with<R>(&mut self, now: Instant, peer: PagePeer, act: impl FnOnce(&mut Connection) -> R) -> Option<R> {
        let result = act(&mut self.peers.get_mut(&peer)?.connection);
        self.settle(now, peer);
        Some(result)
    }

    /// Takes the output of a connection, and notes when it wants to be called.
    fn settle(&mut self, now: Instant, peer: PagePeer) {
        let Some(entry) = self.peers.get_mut(&peer) else { return };
        while let Some(transmit) = entry.connection.poll_transmit(now) {
            let source = Source { way: way_of(&transmit), address: transmit.destination };
            // Replies go there, so a check with the password of the page's offer came from there.
            if entry.claimed.is_none_or(|claimed| claimed != source)
                && self.port.directory.claim_source(now, source, peer)
            {
                entry.claimed = Some(source);
            }
            if !send_datagram(&self.socket, &self.port, source, transmit) {
                self.statistics.datagrams_unsent += 1;
            }
        }
        let mut is_over = false;
        while let Some(event) = entry.connection.poll_event() {
            match event {
                ConnectionEvent::Connected => self.port.directory.settle(peer),
                ConnectionEvent::Disconnected(_) => is_over = true,
                ConnectionEvent::Message(_) | ConnectionEvent::NotText | ConnectionEvent::Voice { .. } => {}
            }
            self.events.push_back((peer, event));
        }
        self.statistics.add(entry.connection.take_drops());
        self.timers.set(peer, entry.connection.poll_timeout());
        if is_over {
            if let Some(reason) = entry.connection.take_failure() {
                self.handshakes.note(now, entry.claimed.map(|source| source.address), reason);
            }
            self.timers.clear(peer);
            self.peers.remove(&peer);
            self.port.directory.close(peer);
        }
    }
}

impl Drop for WebRtcShard {
    fn drop(&mut self) {
        let now = Instant::now();
        let peers: Vec<PagePeer> = self.peers.keys().copied().collect();
        for peer in peers {
            self.with(now, peer, |connection| connection.close(now));
            self.port.directory.close(peer);
        }
    }
}

impl fmt::Debug for WebRtcShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebRtcShard").field("own", &self.own).finish_non_exhaustive()
    }
}

fn way_of(transmit: &Transmit) -> Way {
    if transmit.proto == Protocol::Udp { Way::Udp } else { Way::Tcp }
}

/// False if the system does not take it: voice does not wait, and what is reliable is repeated.
fn send_datagram(socket: &UdpSocket, port: &SharedPort, to: Source, transmit: Transmit) -> bool {
    match to.way {
        Way::Udp => {
            let address = as_sent_from(port.bound, to.address);
            // The first send after a failed delivery reports that earlier error instead of sending.
            (0..2).any(|_| socket.send_to(&transmit.contents, address).is_ok())
        }
        Way::Tcp => {
            port.send_over_tcp(to.address, transmit.contents.into());
            true
        }
    }
}

/// An address as a socket that is bound to this one takes it.
fn as_sent_from(bound: SocketAddr, to: SocketAddr) -> SocketAddr {
    match (bound, to) {
        (SocketAddr::V6(_), SocketAddr::V4(to)) => (to.ip().to_ipv6_mapped(), to.port()).into(),
        _ => to,
    }
}
