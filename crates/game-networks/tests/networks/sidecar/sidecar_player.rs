//! A player alone on its game server: a transport with a link of its own.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_game_networks::sidecar::{
    PACKET_BYTES_MAX, PlayerNumber, SidecarEvent, SidecarLink, SidecarLinkSettings,
};
use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, PacketLimits, Statistics};

/// The player's number on each link.
pub(crate) const PLAYER: PlayerNumber = PlayerNumber(7);

pub(crate) struct SidecarPlayer {
    server: SocketAddr,
    settings: SidecarLinkSettings,
    link: Option<SidecarLink>,
    is_admitted: bool,
    /// Links that are still sending their goodbyes.
    ending: VecDeque<SidecarLink>,
    /// The sum of ended links, and packets that never reached a link.
    counted: Statistics,
}

impl fmt::Debug for SidecarPlayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SidecarPlayer").field("server", &self.server).finish_non_exhaustive()
    }
}

impl SidecarPlayer {
    pub(crate) fn new(server: SocketAddr, settings: SidecarLinkSettings) -> Self {
        Self {
            server,
            settings,
            link: None,
            is_admitted: false,
            ending: VecDeque::new(),
            counted: Statistics::default(),
        }
    }

    fn drop_link(&mut self) {
        if let Some(link) = self.link.take() {
            self.counted = self.counted.with(&link.statistics());
        }
        self.is_admitted = false;
    }
}

impl ClientNetwork for SidecarPlayer {
    fn connect(&mut self, now: Instant) {
        let (server, settings) = (self.server, self.settings.clone());
        self.link.get_or_insert_with(|| SidecarLink::new(server, settings)).connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        if let Some(ending) = self.ending.front_mut() {
            while ending.poll(now).is_some() {}
            if ending.is_off() {
                self.ending.pop_front();
                return Some(ClientLinkEvent::Disconnected { reason: DisconnectReason::ClosedByUs });
            }
        }
        let end = loop {
            let link = self.link.as_mut()?;
            match link.poll(now)? {
                SidecarEvent::Up => link.joined(now, PLAYER, None),
                SidecarEvent::Admitted { player } => {
                    assert_eq!(player, PLAYER);
                    self.is_admitted = true;
                    return Some(ClientLinkEvent::Connected);
                }
                SidecarEvent::Packet { to, delivery, packet } => {
                    assert_eq!(to, [PLAYER]);
                    bytes.clear();
                    bytes.extend_from_slice(packet);
                    return Some(ClientLinkEvent::Packet { channel: delivery });
                }
                SidecarEvent::Kicked { reason, .. } if self.is_admitted => {
                    break DisconnectReason::closed_by_peer(reason.as_bytes());
                }
                SidecarEvent::Kicked { reason, .. } => break DisconnectReason::refused(reason.as_bytes()),
                SidecarEvent::Down { reason } => break reason,
                other => panic!("{other:?}"),
            }
        };
        self.drop_link();
        Some(ClientLinkEvent::Disconnected { reason: end })
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        match &mut self.link {
            Some(link) if self.is_admitted => link.send(now, PLAYER, delivery, packet),
            _ => self.counted.dropped.not_connected += 1,
        }
    }

    fn disconnect(&mut self, now: Instant) {
        if let Some(mut link) = self.link.take() {
            link.left(now, PLAYER);
            link.disconnect(now);
            self.counted = self.counted.with(&link.statistics());
            self.is_admitted = false;
            self.ending.push_back(link);
        }
    }

    fn limits(&self) -> PacketLimits {
        PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: PACKET_BYTES_MAX }
    }

    fn statistics(&self) -> Statistics {
        let of_link = self.link.as_ref().map(SidecarLink::statistics).unwrap_or_default();
        self.counted.with(&of_link)
    }
}
