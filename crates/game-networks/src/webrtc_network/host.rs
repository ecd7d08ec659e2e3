//! A session host: a server to which unmodified games connect, found under its sessions' names at a signalling server.

mod newcomers;
mod transport;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::gateway::tcp::TcpConnections;
use consonance_link::{ConnectionCounts, ConnectionSlots, Delivery, DisconnectReason, Peer, Statistics};

use crate::webrtc_network::LIMITS;
use crate::webrtc_network::peer::{End, Ice, PeerEvent, Sent};
use crate::webrtc_network::peers::Peers;
use crate::webrtc_network::settings::{HostSettings, tls_of};
use crate::webrtc_network::signalling::client::SignallingEvent;
use crate::webrtc_network::signalling::link::{LinkEvent, SignallingLink};
use crate::webrtc_network::signalling::poll_budget::{self, PollBudget};
use crate::webrtc_network::signalling::{SignalLinkId, SignallingListener};

/// Listens for the players of one or many sessions.
///
/// It keeps trying to reach its signalling server, and connected players stay while that is away.
pub struct WebRtcHost {
    settings: HostSettings,
    connections: TcpConnections,
    sessions: Vec<Session>,
    own_signalling: Option<SignallingListener>,
    peers: Peers,
    guests: BTreeMap<Peer, Guest>,
    /// Slots of connected peers.
    slots: ConnectionSlots<Peer>,
    /// Reported as connected by the last poll: admitted unless the next call rejects it.
    newcomer: Option<Peer>,
    /// Polls since the signalling had its turn.
    turns: u32,
    /// The signalling's last turn has left something for the next.
    has_signalling_left: bool,
    is_closing: bool,
    statistics: Statistics,
    counts: ConnectionCounts,
}

struct Session {
    name: String,
    signalling: SignallingLink,
    links: BTreeMap<SignalLinkId, Peer>,
    is_listening: bool,
    /// When to try again to listen, and how long to wait after that.
    retry_at: Option<Instant>,
    retry_after: Duration,
}

struct Guest {
    session: usize,
    since: Instant,
    /// Our signalling link with it, until it is dropped.
    link: Option<SignalLinkId>,
    state: GuestState,
}

enum GuestState {
    Negotiating,
    Here,
    /// Being disconnected: only its end is still reported, with this reason.
    Ending(DisconnectReason),
}

impl WebRtcHost {
    /// A host that begins to listen, which takes a moment: [`is_listening`](Self::is_listening) says when.
    ///
    /// # Errors
    ///
    /// The UDP address cannot be used.
    pub fn bind(settings: HostSettings) -> io::Result<Self> {
        let peers = Peers::bind(settings.udp, Ice::Lite, settings.peer.clone())?;
        let mut connections = TcpConnections::new(poll_budget::tcp_settings())?;
        #[cfg(target_os = "linux")]
        connections.watch(peers.socket())?;
        let tls = tls_of(settings.signalling_tls.as_ref());
        let session = |name: &String| Session {
            name: name.clone(),
            signalling: SignallingLink::new(settings.signalling.clone(), tls.clone()),
            links: BTreeMap::new(),
            is_listening: false,
            retry_at: None,
            retry_after: RETRY_AFTER,
        };
        let mut sessions: Vec<Session> = settings.sessions.iter().map(session).collect();
        for session in &mut sessions {
            session.signalling.start(Instant::now(), &mut connections);
        }
        Ok(Self {
            slots: ConnectionSlots::new(settings.connections_max, settings.address_shares),
            settings,
            connections,
            sessions,
            own_signalling: None,
            peers,
            guests: BTreeMap::new(),
            newcomer: None,
            turns: 0,
            has_signalling_left: false,
            is_closing: false,
            statistics: Statistics::default(),
            counts: ConnectionCounts::default(),
        })
    }

    /// The address for datagrams.
    pub fn local_addr(&self) -> SocketAddr {
        self.peers.bound()
    }

    /// Keeps a signalling server alive for as long as this host.
    pub fn keep_signalling(&mut self, server: SignallingListener) {
        self.own_signalling = Some(server);
    }

    /// Whether all sessions can be found at the signalling server.
    pub fn is_listening(&self) -> bool {
        self.sessions.iter().all(|session| session.is_listening)
    }

    /// Datagrams that belonged to no peer.
    pub fn stray_datagrams(&self) -> u64 {
        self.peers.strays()
    }

    /// Datagrams that did not leave: they were for an address that is not proved yet.
    pub fn held_back_datagrams(&self) -> u64 {
        self.peers.held_back()
    }

    fn accept_newcomer(&mut self, now: Instant) {
        if let Some(peer) = self.newcomer.take() {
            self.peers.accept(now, peer);
        }
    }

    /// Handles an event of a connection; returns the event to report, if any.
    fn handle_peer(&mut self, now: Instant, peer: Peer, event: PeerEvent) -> Option<Reported> {
        if matches!(event, PeerEvent::Open) && !self.takes_slot(now, peer) {
            return None;
        }
        let guest = self.guests.get_mut(&peer)?;
        match event {
            PeerEvent::Open => {
                guest.state = GuestState::Here;
                self.counts.accepted += 1;
                self.newcomer = Some(peer);
                Some(Reported::Connected)
            }
            PeerEvent::Packet(delivery, packet) => {
                let is_here = matches!(guest.state, GuestState::Here);
                // A player that sends packets knows that it is connected, so its signalling link is no longer needed.
                self.drop_signalling_link(peer);
                if !is_here {
                    return None;
                }
                if !LIMITS.allow(delivery, packet.len()) {
                    self.statistics.dropped.too_large += 1;
                    return None;
                }
                Some(Reported::Packet(delivery, packet))
            }
            PeerEvent::Closed(end) => self.handle_end(peer, end),
        }
    }

    fn handle_end(&mut self, peer: Peer, end: End) -> Option<Reported> {
        self.drop_signalling_link(peer);
        self.slots.release(peer);
        let guest = self.guests.remove(&peer)?;
        if self.newcomer == Some(peer) {
            self.newcomer = None;
        }
        if matches!(end, End::Violation(_)) {
            self.counts.protocol_violations += 1;
        }
        match guest.state {
            GuestState::Negotiating => {
                self.counts.failed_handshakes += 1;
                None
            }
            GuestState::Here => Some(Reported::Disconnected(end.reason())),
            GuestState::Ending(reason) => Some(Reported::Disconnected(reason)),
        }
    }

    /// Gives the signalling its turn.
    fn drive_signalling(&mut self, now: Instant) {
        let mut budget = PollBudget::new();
        while let Some((index, event)) = budget.next(now, &mut self.connections, &mut self.sessions) {
            self.handle_signalling(now, index, event);
        }
        self.has_signalling_left = budget.has_left_some();
        for session in &mut self.sessions {
            if !self.is_closing && session.retry_at.is_some_and(|at| at <= now) {
                session.retry_at = None;
                session.signalling.start(now, &mut self.connections);
            }
        }
        self.pass_texts_on(now);
    }

    fn handle_signalling(&mut self, now: Instant, index: usize, event: LinkEvent) {
        let session = &mut self.sessions[index];
        match event {
            LinkEvent::Up => {
                if let Some(client) = session.signalling.client() {
                    client.listen(&session.name);
                }
            }
            LinkEvent::Said(SignallingEvent::Listening) => {
                (session.is_listening, session.retry_after) = (true, RETRY_AFTER);
                tracing::info!(session = session.name, "session registered at the signalling server");
            }
            LinkEvent::Said(SignallingEvent::AddressDenied | SignallingEvent::Stopped) => {
                let (session, url) = (&session.name, session.signalling.url());
                tracing::warn!(session, %url, "the signalling server refused a session's address; is it taken?");
                self.sessions[index].signalling.stop(now, &mut self.connections);
                self.lose_signalling(now, index);
            }
            LinkEvent::Said(SignallingEvent::Linked(link)) => self.open(now, index, link),
            LinkEvent::Said(SignallingEvent::Text(link, text)) => {
                if let Some(&peer) = session.links.get(&link) {
                    self.peers.handle_text(now, peer, &text);
                }
            }
            LinkEvent::Said(SignallingEvent::Dropped(link)) => self.forget_link(now, index, link),
            LinkEvent::Said(SignallingEvent::Failed(_) | SignallingEvent::Silent) => {}
            LinkEvent::Lost(why) => {
                tracing::warn!(session = session.name, why, "lost the signalling server, retrying");
                self.lose_signalling(now, index);
            }
        }
    }

    /// A link was dropped: a peer that is still on its way will not arrive.
    fn forget_link(&mut self, now: Instant, index: usize, link: SignalLinkId) {
        let Some(peer) = self.sessions[index].links.remove(&link) else { return };
        let Some(guest) = self.guests.get_mut(&peer) else { return };
        guest.link = None;
        if matches!(guest.state, GuestState::Negotiating) {
            self.peers.leave(now, peer);
        }
    }

    fn drop_signalling_link(&mut self, peer: Peer) {
        let Some(guest) = self.guests.get_mut(&peer) else { return };
        let Some(link) = guest.link.take() else { return };
        let session = &mut self.sessions[guest.session];
        session.links.remove(&link);
        if let Some(client) = session.signalling.client() {
            client.drop_link(link);
        }
    }

    /// Connected players stay; those that were connecting have to try again.
    fn lose_signalling(&mut self, now: Instant, index: usize) {
        let session = &mut self.sessions[index];
        session.is_listening = false;
        session.retry_at = Some(now + session.retry_after);
        session.retry_after = (2 * session.retry_after).min(RETRY_AFTER_MAX);
        let links: Vec<SignalLinkId> = session.links.keys().copied().collect();
        for link in links {
            self.forget_link(now, index, link);
        }
    }

    fn pass_texts_on(&mut self, now: Instant) {
        while let Some((peer, text)) = self.peers.poll_text() {
            let Some(guest) = self.guests.get(&peer) else { continue };
            let signalling = &mut self.sessions[guest.session].signalling;
            if let (Some(link), Some(client)) = (guest.link, signalling.client()) {
                client.send(link, &text);
            }
        }
        for session in &mut self.sessions {
            session.signalling.flush(now, &mut self.connections);
        }
        self.connections.flush(now);
    }

    fn send_to(&mut self, now: Instant, peer: Peer, delivery: Delivery, packet: &[u8]) {
        if !matches!(self.guests.get(&peer), Some(Guest { state: GuestState::Here, .. })) {
            return self.statistics.dropped.not_connected += 1;
        }
        match self.peers.send(now, peer, delivery, packet) {
            Sent::Yes => self.statistics.sent.count(delivery, 1, packet.len()),
            Sent::InPlaceOfOldest => {
                self.statistics.sent.count(delivery, 1, packet.len());
                self.statistics.dropped.outgoing_full += 1;
            }
            Sent::NotOpen => self.statistics.dropped.not_connected += 1,
            Sent::Full => {
                self.counts.too_slow += 1;
                self.end(now, peer, overloaded(self.settings.peer.send_bytes_max));
            }
        }
    }

    fn end(&mut self, now: Instant, peer: Peer, reason: DisconnectReason) {
        let Some(guest) = self.guests.get_mut(&peer) else { return };
        if !matches!(guest.state, GuestState::Here) {
            return;
        }
        guest.state = GuestState::Ending(reason);
        if self.newcomer == Some(peer) {
            // The player has not been told that it is connected, and the end of its signalling link tells it that it
            // will not be.
            self.newcomer = None;
            self.drop_signalling_link(peer);
            self.pass_texts_on(now);
        }
        self.peers.leave(now, peer);
    }
}

impl AsMut<SignallingLink> for Session {
    fn as_mut(&mut self) -> &mut SignallingLink {
        &mut self.signalling
    }
}

enum Reported {
    Connected,
    Packet(Delivery, Vec<u8>),
    Disconnected(DisconnectReason),
}

impl Drop for WebRtcHost {
    fn drop(&mut self) {
        let now = Instant::now();
        self.peers.leave_all_at_once(now);
        for session in &mut self.sessions {
            session.signalling.stop(now, &mut self.connections);
        }
    }
}

impl std::fmt::Debug for WebRtcHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebRtcHost").field("signalling", &self.settings.signalling).finish_non_exhaustive()
    }
}

/// The reason that both kinds of ends give when no more reliable packets fit.
pub(crate) fn overloaded(send_bytes_max: usize) -> DisconnectReason {
    DisconnectReason::Overloaded { queue: format!("{} KiB of reliable packets", send_bytes_max / 1024) }
}

/// How long to wait before a lost signalling server is tried again, at first and at most.
const RETRY_AFTER: Duration = Duration::from_secs(1);
const RETRY_AFTER_MAX: Duration = Duration::from_secs(30);

/// After so many events of peers the signalling has its turn, however much waits.
const TURNS_MAX: u32 = 64;
