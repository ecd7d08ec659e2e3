//! A native player: joins a session by its name at a signalling server, and links directly with other players.

mod direct;
mod known_players;
mod signalling;
mod transport;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::tcp::TcpConnections;
use consonance_link::{ClientNetwork as _, Delivery, DisconnectReason, Peer, Statistics};

use crate::webrtc_network::LIMITS;
use crate::webrtc_network::peer::{End, Ice, PeerEvent, Sent};
use crate::webrtc_network::peers::Peers;
use crate::webrtc_network::settings::{ClientSettings, tls_of};
use crate::webrtc_network::signalling::SignalLinkId;
use crate::webrtc_network::signalling::link::SignallingLink;
use crate::webrtc_network::signalling::poll_budget;

use direct::DirectEnds;
pub use known_players::KnownPlayers;

/// One link to a session's host, and direct links to players that are met there.
///
/// A direct link stays when the link to the host ends. Players whose routers do not let them reach each other have
/// none, and go on over the host.
pub struct WebRtcClient {
    settings: ClientSettings,
    connections: TcpConnections,
    signalling: SignallingLink,
    /// When a lost signalling server is tried again, for clients that listen for other players.
    retry_at: Option<Instant>,
    peers: Peers,
    server: ServerLink,
    /// To connect again as soon as the present link has ended.
    is_wanted_again: bool,
    direct: DirectEnds,
    known_players: KnownPlayers,
    events: VecDeque<Reported>,
    turns: u32,
    /// The signalling's last turn has left something for the next.
    has_signalling_left: bool,
    statistics: Statistics,
}

enum ServerLink {
    None,
    /// The signalling server is to be reached first.
    Calling,
    /// The signalling server was asked for the host.
    Asking {
        link: SignalLinkId,
    },
    Negotiating {
        peer: Peer,
        link: Option<SignalLinkId>,
        /// The host has dropped the signalling link: it refuses us, unless the channels open until then.
        refused_at: Option<Instant>,
    },
    Up {
        peer: Peer,
    },
    /// Its end was asked for, and is reported as this.
    Ending {
        peer: Peer,
        reason: DisconnectReason,
    },
}

enum Reported {
    Connected,
    Packet(Delivery, Vec<u8>),
    Disconnected(DisconnectReason),
    DirectUp(Peer),
    DirectPacket(Peer, Delivery, Vec<u8>),
    DirectDown(Peer, DisconnectReason),
}

impl WebRtcClient {
    /// A client that is not connected yet.
    ///
    /// # Errors
    ///
    /// The UDP address cannot be used.
    pub fn bind(settings: ClientSettings) -> io::Result<Self> {
        let peers = Peers::bind(settings.udp, Ice::Full, settings.peer.clone())?;
        let connections = TcpConnections::new(poll_budget::tcp_settings())?;
        let tls = tls_of(settings.signalling_tls.as_ref());
        let signalling = SignallingLink::new(settings.signalling.clone(), tls);
        let known_players = KnownPlayers::new(settings.name.clone());
        Ok(Self {
            settings,
            connections,
            signalling,
            retry_at: None,
            peers,
            server: ServerLink::None,
            is_wanted_again: false,
            direct: DirectEnds::default(),
            known_players,
            events: VecDeque::new(),
            turns: 0,
            has_signalling_left: false,
            statistics: Statistics::default(),
        })
    }

    /// A handle for reporting players met in the session, from any thread.
    pub fn known_players(&self) -> KnownPlayers {
        self.known_players.clone()
    }

    /// The name under which other players connect directly, if there is one.
    pub fn name(&self) -> Option<&str> {
        self.settings.name.as_deref()
    }

    /// The address for datagrams.
    pub fn local_addr(&self) -> SocketAddr {
        self.peers.bound()
    }

    fn handle_peer(&mut self, now: Instant, peer: Peer, event: PeerEvent) {
        match self.server {
            ServerLink::Negotiating { peer: server, .. }
            | ServerLink::Up { peer: server }
            | ServerLink::Ending { peer: server, .. }
                if server == peer =>
            {
                self.handle_server(now, peer, event);
            }
            _ => self.handle_direct(now, peer, event),
        }
    }

    fn handle_server(&mut self, now: Instant, peer: Peer, event: PeerEvent) {
        match event {
            PeerEvent::Open => {
                let former = std::mem::replace(&mut self.server, ServerLink::Up { peer });
                if let (ServerLink::Negotiating { link: Some(link), .. }, Some(client)) =
                    (former, self.signalling.client())
                {
                    client.drop_link(link);
                }
                self.events.push_back(Reported::Connected);
            }
            PeerEvent::Packet(delivery, packet) => {
                if !LIMITS.allow(delivery, packet.len()) {
                    self.statistics.dropped.too_large += 1;
                } else if matches!(self.server, ServerLink::Up { .. }) {
                    self.events.push_back(Reported::Packet(delivery, packet));
                }
            }
            PeerEvent::Closed(end) => {
                let reason = match (&self.server, end) {
                    (ServerLink::Ending { reason, .. }, _) => reason.clone(),
                    (ServerLink::Negotiating { .. }, End::ByPeer) => DisconnectReason::refused(b""),
                    (_, end) => end.reason(),
                };
                self.end_server(now, reason);
            }
        }
    }

    /// The link to the host is over.
    fn end_server(&mut self, now: Instant, reason: DisconnectReason) {
        if let ServerLink::Negotiating { link: Some(link), .. } | ServerLink::Asking { link } = self.server
            && let Some(client) = self.signalling.client()
        {
            client.drop_link(link);
        }
        self.server = ServerLink::None;
        self.events.push_back(Reported::Disconnected(reason));
        if std::mem::take(&mut self.is_wanted_again) {
            self.connect(now);
        }
    }

    fn count_sent(&mut self, delivery: Delivery, packet: &[u8], sent: Sent) {
        match sent {
            Sent::Yes => self.statistics.sent.count(delivery, 1, packet.len()),
            Sent::InPlaceOfOldest => {
                self.statistics.sent.count(delivery, 1, packet.len());
                self.statistics.dropped.outgoing_full += 1;
            }
            Sent::NotOpen => self.statistics.dropped.not_connected += 1,
            Sent::Full => {}
        }
    }

    fn fill_events(&mut self, now: Instant) {
        let mut is_signalling_driven = false;
        while self.events.is_empty() {
            self.turns += 1;
            if self.turns >= TURNS_MAX {
                self.turns = 0;
                self.drive_signalling(now);
            }
            if let Some((peer, event)) = self.peers.poll(now) {
                self.handle_peer(now, peer, event);
            } else if is_signalling_driven {
                return;
            } else {
                is_signalling_driven = true;
                self.drive_signalling(now);
            }
        }
    }
}

impl Drop for WebRtcClient {
    fn drop(&mut self) {
        let now = Instant::now();
        self.peers.leave_all_at_once(now);
        self.signalling.stop(now, &mut self.connections);
    }
}

impl std::fmt::Debug for WebRtcClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebRtcClient").field("signalling", &self.settings.signalling).finish_non_exhaustive()
    }
}

/// After so many events of peers the signalling has its turn, however much waits.
const TURNS_MAX: u32 = 64;
