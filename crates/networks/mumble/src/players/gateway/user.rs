//! One user: its connection, the player behind it, and the player's link to its session.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::{LinkStep, LinkWish, LinkedPlayer, PlayerLink};
use consonance_link::{Delivery, DisconnectReason, EndReason, Peer};
use consonance_session::{self as session, ClientId};

use crate::players::player::{MumblePlayer, PlayerCommand};
use crate::players::profile::Neighbours;
use crate::{CertificateHash, MumbleServer};

/// A user from its login to its end.
#[derive(Debug)]
pub(super) struct User {
    pub(super) player: MumblePlayer,
    pub(super) remote: SocketAddr,
    pub(super) certificate: Option<CertificateHash>,
    pub(super) link: PlayerLink,
    /// The reason why its connection has ended, if it has.
    pub(super) is_gone: Option<DisconnectReason>,
    /// Whether it waits for its turn to send to its session.
    pub(super) is_ready: bool,
    /// The id under which others see its profile.
    pub(super) shown_as: Option<ClientId>,
}

impl User {
    pub(super) fn new(
        player: MumblePlayer,
        remote: SocketAddr,
        certificate: Option<CertificateHash>,
    ) -> Self {
        let link = PlayerLink::default();
        Self { player, remote, certificate, link, is_gone: None, is_ready: false, shown_as: None }
    }

    /// Sends the player's messages and voice to its client. Messages go first: they introduce the speakers.
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

    /// Takes the player's next step for its session; `None` when there are no more.
    pub(super) fn next_step(
        &mut self,
        at: session::Instant,
        neighbours: &Neighbours,
        packet: &mut Vec<u8>,
    ) -> Option<LinkStep> {
        let Self { player, link, is_gone, .. } = self;
        let goodbye = || is_gone.clone().unwrap_or_else(|| DisconnectReason::closed_by_peer(b""));
        let step = link.next_step(&mut Playing { player, at, neighbours }, packet, goodbye);
        step.filter(|step| *step != LinkStep::Introduce || !self.player.is_over())
    }

    /// A packet came from the server. False if the player has no link.
    pub(super) fn handle_packet(
        &mut self,
        at: session::Instant,
        delivery: Delivery,
        packet: &[u8],
        neighbours: &Neighbours,
    ) -> bool {
        let mut playing = Playing { player: &mut self.player, at, neighbours };
        self.link.handle_packet(&mut playing, delivery, packet)
    }

    /// The server has ended the link for this reason.
    pub(super) fn lose_link(&mut self, at: session::Instant, reason: &EndReason, neighbours: &Neighbours) {
        self.link.handle_ended(&mut Playing { player: &mut self.player, at, neighbours }, reason);
    }

    /// Whether the player has ended and its link is closed.
    pub(super) fn is_over(&self) -> bool {
        self.player.is_over() && self.link.peer().is_none()
    }
}

/// A player, the session's time, and its neighbours' profiles.
struct Playing<'p> {
    player: &'p mut MumblePlayer,
    at: session::Instant,
    neighbours: &'p Neighbours,
}

impl LinkedPlayer for Playing<'_> {
    fn handle_connected(&mut self) {
        self.player.handle_connected(self.at, self.neighbours);
    }

    fn handle_packet(&mut self, delivery: Delivery, packet: &[u8]) {
        self.player.handle_packet(self.at, delivery, packet, self.neighbours);
    }

    fn handle_link_ended(&mut self, reason: &EndReason) {
        self.player.handle_link_ended(self.at, reason, self.neighbours);
    }

    fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])> {
        self.player.poll_transmit()
    }

    fn poll_wish(&mut self) -> Option<LinkWish> {
        self.player.poll_command().map(|command| match command {
            PlayerCommand::Open => LinkWish::Open,
            PlayerCommand::Close => LinkWish::Close,
        })
    }
}
