//! A player on Steam: a link to the account that holds the session, and direct links to other players.

mod direct;
mod reading;
mod server_link;

use std::fmt;
use std::task::Waker;
use std::time::Instant;

use consonance_link::hosted::{self, ClientRequest, HostedClient, HostedClientHandle, HostedSettings};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DirectLinks, PacketLimits, Peer, Statistics,
};

use crate::steam::farewells::Farewells;
use crate::steam::members::Members;
use crate::steam::settings::ClientSettings;
use crate::steam::signal::Signal;
use crate::steam::{LIMITS, SteamId, SteamP2p, packet_type};

use direct::Direct;

/// A player of a session: Steam's account, the account that holds the session, and the other players that the game
/// names.
///
/// With players that the [game names](Self::members) it has direct links; the server relays for those that Steam cannot
/// reach directly. The account of the server has no direct link, since a player there is reached over the server.
/// Direct links stay when the link to the server ends.
///
/// It has no threads and no waker: poll it every few milliseconds. Dropping it says goodbye to all ends that understand
/// it.
pub struct SteamClient<P: SteamP2p> {
    hosted: HostedClient,
    pump: Pump<P>,
    /// Everything that had come in was reported.
    is_drained: bool,
}

impl<P: SteamP2p> fmt::Debug for SteamClient<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SteamClient").field("hosted", &self.hosted).finish_non_exhaustive()
    }
}

/// Between Steam and the transport.
#[derive(Debug)]
struct Pump<P: SteamP2p> {
    steam: P,
    settings: ClientSettings,
    handle: HostedClientHandle,
    members: Members,
    /// The number of links opened so far, to the server and to players.
    last_number: u32,
    server: ServerLink,
    direct: Direct,
    /// Signals that arrived on the channel for hellos; they are processed after the packets that came before them.
    hellos: Vec<(SteamId, Signal)>,
    farewells: Farewells,
    still_here_at: Option<Instant>,
    packet: Vec<u8>,
}

/// The state of the link to the account that holds the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ServerLink {
    None,
    /// We have said hello.
    Opening {
        number: u32,
        since: Instant,
        /// The time since which Steam's session is up, which is all that an original shows.
        up_since: Option<Instant>,
    },
    Up {
        number: u32,
        /// The server has answered, so it is one of ours.
        is_ours: bool,
    },
}

impl<P: SteamP2p> SteamClient<P> {
    /// A player that is not connected yet.
    pub fn new(steam: P, settings: ClientSettings) -> Self {
        let (hosted, handle) = hosted::client(&HostedSettings { limits: LIMITS, ..settings.bounds.clone() });
        let pump = Pump {
            steam,
            settings,
            handle,
            members: Members::default(),
            last_number: 0,
            server: ServerLink::None,
            direct: Direct::default(),
            hellos: Vec::new(),
            farewells: Farewells::default(),
            still_here_at: None,
            packet: Vec::new(),
        };
        Self { hosted, pump, is_drained: true }
    }

    /// The handle with which the game reports the other players of its session.
    pub fn members(&self) -> Members {
        self.pump.members.clone()
    }
}

impl<P: SteamP2p> ClientNetwork for SteamClient<P> {
    fn connect(&mut self, now: Instant) {
        self.hosted.connect(now);
        self.pump.write(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        if self.is_drained {
            self.pump.read(now);
        }
        let event = self.hosted.poll_event(now, bytes);
        self.is_drained = event.is_none();
        self.pump.write(now);
        event
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        self.hosted.send(now, delivery, packet);
        self.pump.write(now);
    }

    fn disconnect(&mut self, now: Instant) {
        self.hosted.disconnect(now);
        self.pump.write(now);
    }

    fn set_waker(&mut self, waker: Waker) {
        self.hosted.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.hosted.limits()
    }

    fn statistics(&self) -> Statistics {
        self.hosted.statistics()
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        Some(self)
    }
}

impl<P: SteamP2p> DirectLinks for SteamClient<P> {
    fn send_direct(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.hosted.send_direct(now, peers, delivery, packet);
        self.pump.write(now);
    }

    fn disconnect_direct(&mut self, now: Instant, peer: Peer) {
        self.hosted.disconnect_direct(now, peer);
        self.pump.write(now);
    }
}

impl<P: SteamP2p> Pump<P> {
    /// Gives Steam what the transport has for it.
    fn write(&mut self, now: Instant) {
        let (server, to_server) = (self.settings.server, self.settings.link.channels.to_server);
        while let Some(request) = self.handle.poll() {
            match request {
                ClientRequest::Connect => self.open_server_link(now),
                ClientRequest::Send { delivery, packet } => {
                    let kind = packet_type::kind_of(delivery, packet);
                    if !self.steam.send(server, kind, to_server, packet) && kind.is_reliable() {
                        self.handle.send_failed();
                        self.part_from_server(now);
                    }
                }
                ClientRequest::Disconnect => self.part_from_server(now),
            }
        }
        self.write_direct(now);
    }

    /// A number for a link that is opened.
    fn next_number(&mut self) -> u32 {
        self.last_number = self.last_number.wrapping_add(1);
        self.last_number
    }
}

impl<P: SteamP2p> Drop for SteamClient<P> {
    fn drop(&mut self) {
        let now = Instant::now();
        self.disconnect(now);
        self.pump.part_from_all(now);
    }
}
