//! One user: its connection, the player behind it, and the player's link to its session.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_mumble::{CertificateHash, MumbleServer};
use consonance_session::{self as session, ClientId};
use consonance_transport::{Delivery, DisconnectReason, EndReason, Peer};

use crate::player::{MumblePlayer, PlayerCommand};
use crate::profile::Neighbours;

/// A user from its login to its end.
#[derive(Debug)]
pub(super) struct User {
    pub(super) player: MumblePlayer,
    pub(super) remote: SocketAddr,
    pub(super) certificate: Option<CertificateHash>,
    pub(super) link: Link,
    /// Why its connection is gone, if it is.
    pub(super) is_gone: Option<DisconnectReason>,
    /// Whether it waits for its turn to say something to its session.
    pub(super) is_ready: bool,
    /// The id under which others see what it shows.
    pub(super) shown_as: Option<ClientId>,
}

/// The player's link to the session's server, as that one sees it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Link {
    Down,
    /// The player wants one.
    Wanted,
    /// The server has been told, and may still refuse it.
    Introduced(Peer),
    Up(Peer),
    /// It is down, and the server has to be told.
    Ended(Peer, DisconnectReason),
}

/// What the session's server is told next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The player wants a link, which has no name yet.
    Introduce,
    /// A packet was copied for the server.
    Packet(Peer, Delivery),
    Disconnected(Peer, DisconnectReason),
}

impl User {
    pub(super) fn new(
        player: MumblePlayer,
        remote: SocketAddr,
        certificate: Option<CertificateHash>,
    ) -> Self {
        Self { player, remote, certificate, link: Link::Down, is_gone: None, is_ready: false, shown_as: None }
    }

    /// What the player has for its client goes there. Messages first: they introduce the speakers.
    pub(super) fn show(&mut self, now: Instant, user: Peer, server: &mut MumbleServer) {
        while let Some(control) = self.player.poll_control() {
            if self.is_gone.is_none() {
                server.send(now, user, &control);
            }
        }
        while let Some(voice) = self.player.poll_voice() {
            if self.is_gone.is_none() {
                server.send_voice(now, user, &voice);
            }
        }
    }

    /// Takes what the player has for its session, one thing at a time, until there is nothing more.
    pub(super) fn next_step(
        &mut self,
        at: session::Instant,
        neighbours: &Neighbours,
        packet: &mut Vec<u8>,
    ) -> Option<Step> {
        if let Link::Ended(..) = self.link {
            let Link::Ended(peer, reason) = std::mem::replace(&mut self.link, Link::Down) else {
                return None;
            };
            return Some(Step::Disconnected(peer, reason));
        }
        self.accept(at, neighbours);
        if let Link::Up(peer) = self.link
            && let Some((delivery, bytes)) = self.player.poll_transmit()
        {
            packet.clear();
            packet.extend_from_slice(bytes);
            return Some(Step::Packet(peer, delivery));
        }
        while let Some(command) = self.player.poll_command() {
            match (command, &self.link) {
                (PlayerCommand::Open, Link::Down) => self.link = Link::Wanted,
                (PlayerCommand::Close, Link::Wanted) => self.link = Link::Down,
                (PlayerCommand::Close, &Link::Up(peer)) => {
                    self.link = Link::Down;
                    let reason =
                        self.is_gone.clone().unwrap_or_else(|| DisconnectReason::closed_by_peer(b""));
                    return Some(Step::Disconnected(peer, reason));
                }
                _ => {}
            }
        }
        (self.link == Link::Wanted && !self.player.is_over()).then_some(Step::Introduce)
    }

    /// A packet came from the server. False if the player has no link.
    pub(super) fn handle_packet(
        &mut self,
        at: session::Instant,
        delivery: Delivery,
        packet: &[u8],
        neighbours: &Neighbours,
    ) -> bool {
        self.accept(at, neighbours);
        if !matches!(self.link, Link::Up(_)) {
            return false;
        }
        self.player.handle_packet(at, delivery, packet, neighbours);
        true
    }

    /// The server has ended the link for this reason.
    pub(super) fn lose_link(&mut self, at: session::Instant, reason: &EndReason, neighbours: &Neighbours) {
        // A refused user sees the end of its link.
        self.accept(at, neighbours);
        let Link::Up(peer) = self.link else { return };
        self.player.handle_link_ended(at, reason, neighbours);
        while self.player.poll_transmit().is_some() {}
        self.link = Link::Ended(peer, DisconnectReason::ClosedByUs);
    }

    /// Whether nothing more will come of it, nor has to be said.
    pub(super) fn is_over(&self) -> bool {
        self.player.is_over() && matches!(self.link, Link::Down | Link::Wanted)
    }

    /// A player that was not refused is in.
    fn accept(&mut self, at: session::Instant, neighbours: &Neighbours) {
        if let Link::Introduced(peer) = self.link {
            self.link = Link::Up(peer);
            self.player.handle_connected(at, neighbours);
        }
    }
}

impl Link {
    /// Its name, as long as the server knows it.
    pub(super) fn peer(&self) -> Option<Peer> {
        match *self {
            Self::Down | Self::Wanted => None,
            Self::Introduced(peer) | Self::Up(peer) | Self::Ended(peer, _) => Some(peer),
        }
    }
}
