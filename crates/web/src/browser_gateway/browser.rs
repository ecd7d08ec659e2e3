//! One browser: the page's connections, the player behind them, and the player's link to its session.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use consonance_browser::{BrowserPlayer, BrowserSettings, PageLinkCommand};
use consonance_link::gateway::{LinkStep, LinkWish, LinkedPlayer, PlaceInWorld, PlayerLink, World};
use consonance_link::{Delivery, DisconnectReason, EndReason};
use consonance_session::{self as session, ClientId, Position};

use crate::browser_gateway::indices::NeighboursIndex;
use crate::browser_gateway::key::Key;
use crate::browser_gateway::reservations::Reservation;
use crate::browser_gateway::seats::Seat;
use crate::browser_gateway::shard::PageShard;
use crate::webrtc::{PagePeer, RtcVoice};
use crate::{Displaced, Replier};

/// The state of one browser, from its first request to its end.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) key: Key,
    /// The session that its request addresses.
    pub(crate) session: Box<str>,
    /// The browsers of its session, including itself.
    pub(crate) neighbours: NeighboursIndex,
    pub(crate) phase: Phase,
    /// The page's current connection.
    pub(crate) page: Option<PagePeer>,
    /// A connection that is being established, to replace the current one.
    pub(crate) coming: Option<PagePeer>,
    /// Why the page's last connection ended, while there is none.
    pub(crate) lost_for: Option<DisconnectReason>,
    /// The time at which its page was last heard, as of the last probe, or the last start or end of a connection.
    pub(crate) heard_at: Option<Instant>,
    pub(crate) link: PlayerLink,
    /// The reservation in its session, until the player arrives there.
    pub(crate) reservation: Option<Reservation>,
    /// Whether it waits for its turn to send to its session.
    pub(crate) is_ready: bool,
    /// Frames of voice that its page was sent.
    pub(crate) frames_sent: u64,
    /// The address that it comes from, as far as is known.
    pub(crate) remote: SocketAddr,
    pub(crate) announced: Announced,
    /// A page's conversation about it, which is notified when this is dropped.
    pub(crate) conversation: Option<Replier<Displaced>>,
    pub(crate) seat: Seat,
}

/// A player's position, as last announced to others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Announced {
    /// The id that the player had; a new player has yet to get the positions of the others.
    pub(crate) id: Option<ClientId>,
    pub(crate) place: Option<(ClientId, Position)>,
    /// The world that the player was in; one that enters another has yet to get the positions there.
    pub(crate) world: World,
}

impl Announced {
    /// The place that it shares.
    pub(crate) fn place_in_world(&self) -> Option<(ClientId, PlaceInWorld)> {
        let (id, position) = self.place?;
        Some((id, PlaceInWorld { position, world: self.world.clone() }))
    }
}

/// There is no player before its page is connected, so a request alone costs little.
#[derive(Debug)]
pub(crate) enum Phase {
    Expected(Box<BrowserSettings>),
    Playing(Box<BrowserPlayer>),
}

impl Browser {
    pub(crate) fn player(&mut self) -> Option<&mut BrowserPlayer> {
        match &mut self.phase {
            Phase::Playing(player) => Some(player),
            Phase::Expected(_) => None,
        }
    }

    /// Whether the player has moved, entered another world, or is another one than was last announced.
    pub(crate) fn has_news(&self) -> bool {
        let Announced { id, place, world } = &self.announced;
        match &self.phase {
            Phase::Playing(player) => {
                *id != player.id()
                    || *place != player.shared_place()
                    || world.name() != player.world().as_bytes()
            }
            Phase::Expected(_) => id.is_some(),
        }
    }

    /// The player's current position, to announce to others.
    pub(crate) fn to_announce(&self) -> Announced {
        let Phase::Playing(player) = &self.phase else { return Announced::default() };
        let is_same = self.announced.world.name() == player.world().as_bytes();
        let world = is_same.then(|| self.announced.world.clone());
        // A page's player has no longer name, so there is always one.
        let world = world.or_else(|| World::named(player.world().as_bytes())).unwrap_or_default();
        Announced { id: player.id(), place: player.shared_place(), world }
    }

    /// Sends the page everything that the player has for it. Messages go first: they say whose voice a slot has.
    pub(crate) fn show(&mut self, now: Instant, shard: &mut impl PageShard) {
        let (page, Phase::Playing(player)) = (self.page, &mut self.phase) else { return };
        while let Some(text) = player.poll_message() {
            if let Some(page) = page {
                shard.send_message(now, page, &text);
            }
        }
        while let Some(voice) = player.poll_voice() {
            if let Some(page) = page {
                self.frames_sent += 1;
                shard.send_voice(now, page, to_rtc(&voice));
            }
        }
    }

    /// Asks the page for a sign of life, and returns when it was last heard. A player whose page is gone is heard no
    /// more until a page comes back.
    pub(crate) fn probe(&mut self, now: Instant, shard: &mut impl PageShard) -> Option<Instant> {
        let heard = self.page.and_then(|page| shard.probe(now, page));
        self.heard_at = self.heard_at.max(heard);
        self.heard_at
    }

    /// Takes what the player has for its session, one thing at a time, until there is nothing more.
    pub(crate) fn next_step(&mut self, at: session::Instant, packet: &mut Vec<u8>) -> Option<LinkStep> {
        let Phase::Playing(player) = &mut self.phase else { return None };
        let goodbye = || self.lost_for.take().unwrap_or_else(|| DisconnectReason::closed_by_peer(b""));
        self.link.next_step(&mut Playing { player, at }, packet, goodbye)
    }

    /// A packet came from the server. False if the player has no link.
    pub(crate) fn handle_packet(&mut self, at: session::Instant, delivery: Delivery, packet: &[u8]) -> bool {
        let Phase::Playing(player) = &mut self.phase else { return false };
        self.link.handle_packet(&mut Playing { player, at }, delivery, packet)
    }

    /// The server has ended the link for this reason.
    pub(crate) fn lose_link(&mut self, at: session::Instant, reason: &EndReason) {
        let Phase::Playing(player) = &mut self.phase else { return };
        self.link.handle_ended(&mut Playing { player, at }, reason);
    }

    /// Whether it is finished: its page is gone, or its player is over and has no link.
    pub(crate) fn is_over(&self) -> bool {
        match &self.phase {
            Phase::Expected(_) => self.page.is_none() && self.coming.is_none(),
            Phase::Playing(player) => self.link.peer().is_none() && player.is_over(),
        }
    }
}

/// A player whose page has been connected, and the session's time.
struct Playing<'p> {
    player: &'p mut BrowserPlayer,
    at: session::Instant,
}

impl LinkedPlayer for Playing<'_> {
    fn handle_connected(&mut self) {
        self.player.handle_connected(self.at);
    }

    fn handle_packet(&mut self, delivery: Delivery, packet: &[u8]) {
        self.player.handle_packet(self.at, delivery, packet);
    }

    fn handle_link_ended(&mut self, reason: &EndReason) {
        self.player.handle_link_ended(self.at, reason);
    }

    fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])> {
        self.player.poll_transmit()
    }

    fn poll_wish(&mut self) -> Option<LinkWish> {
        self.player.poll_command().map(|command| match command {
            PageLinkCommand::Open => LinkWish::Open,
            PageLinkCommand::Close => LinkWish::Close,
        })
    }
}

/// The address of a player: that of its request, which a proxy may have told, unless it is a loopback address.
pub(crate) fn address_of(asked_from: IpAddr, connected_from: SocketAddr) -> SocketAddr {
    let ip = if asked_from.to_canonical().is_loopback() { connected_from.ip() } else { asked_from };
    SocketAddr::new(ip.to_canonical(), connected_from.port())
}

/// The frame of a player's engine for its network: they do not know each other.
fn to_rtc<'a>(voice: &consonance_browser::SlotVoice<'a>) -> RtcVoice<'a> {
    let consonance_browser::SlotVoice { slot, stream, sequence, samples, payload } = *voice;
    RtcVoice { slot, stream, sequence, samples, payload }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_is_known_by_the_address_that_it_asked_from_unless_a_proxy_hides_it() {
        let connected_from = "203.0.113.9:5000".parse().unwrap();
        for (asked_from, known) in [
            ("198.51.100.1", "198.51.100.1:5000"),
            ("::ffff:198.51.100.1", "198.51.100.1:5000"),
            ("127.0.0.1", "203.0.113.9:5000"),
            ("::1", "203.0.113.9:5000"),
        ] {
            let address = address_of(asked_from.parse().unwrap(), connected_from);
            assert_eq!(address.to_string(), known, "{asked_from}");
        }
    }
}
