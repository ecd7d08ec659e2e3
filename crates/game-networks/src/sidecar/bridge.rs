//! An adapter for game servers whose network is a transport of ours.

use std::fmt;
use std::time::Instant;

use consonance_link::{DisconnectReason, Peer, Remote, ServerLinkEvent, ServerNetwork};

use crate::sidecar::frame::PlayerNumber;
use crate::sidecar::link::{SidecarEvent, SidecarLink};

/// Carries the players of a network over a [link](SidecarLink), as an adapter inside a game's server does. Clients
/// notice neither that the link is there nor when it is lost and comes back.
pub struct SidecarBridge<S> {
    network: S,
    link: SidecarLink,
    /// The packet of the last event.
    bytes: Vec<u8>,
    /// The peers of one packet.
    peers: Vec<Peer>,
}

impl<S: fmt::Debug> fmt::Debug for SidecarBridge<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SidecarBridge")
            .field("network", &self.network)
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}

impl<S: ServerNetwork> SidecarBridge<S> {
    /// Starts the link.
    pub fn new(now: Instant, network: S, mut link: SidecarLink) -> Self {
        link.connect(now);
        Self { network, link, peers: Vec::new(), bytes: Vec::new() }
    }

    /// Carries all pending packets in both directions. Returns why the link went down, if it did.
    pub fn run_once(&mut self, now: Instant) -> Option<DisconnectReason> {
        while let Some(event) = self.network.poll_event(now, &mut self.bytes) {
            match event {
                ServerLinkEvent::Connected { peer, remote, .. } => {
                    let address = if let Remote::Socket(address) = remote { Some(address) } else { None };
                    self.link.joined(now, PlayerNumber(peer.0), address);
                }
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    self.link.send(now, PlayerNumber(peer.0), delivery, &self.bytes);
                }
                ServerLinkEvent::Disconnected { peer, .. } => self.link.left(now, PlayerNumber(peer.0)),
            }
        }
        let mut down = None;
        while let Some(event) = self.link.poll(now) {
            match event {
                SidecarEvent::Packet { to, delivery, packet } => {
                    self.peers.clear();
                    self.peers.extend(to.iter().map(|player| Peer(player.0)));
                    self.network.send(now, &self.peers, delivery, packet);
                }
                SidecarEvent::Kicked { player, reason } => {
                    self.network.disconnect(now, Peer(player.0), &reason);
                }
                SidecarEvent::Down { reason } => down = Some(reason),
                SidecarEvent::Up | SidecarEvent::Admitted { .. } => {}
            }
        }
        self.network.flush(now);
        down
    }

    /// The link.
    pub fn link(&mut self) -> &mut SidecarLink {
        &mut self.link
    }
}
