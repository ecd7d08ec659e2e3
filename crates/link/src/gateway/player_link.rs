//! The link of a player that lives in a gateway, such as a page or a user of another application, as seen by its
//! session's server.
//!
//! ```text
//!   down ─▶ wanted ─▶ introduced ─▶ up ─▶ down         the player closes it
//!                                    └──▶ ended ─▶ down the server has ended it, and is told that it is gone
//! ```

use crate::{Delivery, DisconnectReason, EndReason, Peer};

/// The player, at this moment.
pub trait LinkedPlayer {
    /// Its link is up.
    fn handle_connected(&mut self);

    /// A packet came over its link.
    fn handle_packet(&mut self, delivery: Delivery, packet: &[u8]);

    /// The server has ended its link.
    fn handle_link_ended(&mut self, reason: &EndReason);

    /// The next packet that it sends.
    fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])>;

    /// The next change to its link that the player requests.
    fn poll_wish(&mut self) -> Option<LinkWish>;
}

/// A change to its link that a player requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkWish {
    /// Open it.
    Open,
    /// Close it after sending the packets so far.
    Close,
}

/// The state of a player's link.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PlayerLink(State);

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Down,
    /// The player wants one.
    Wanted,
    /// The server was told, and may still refuse it.
    Introduced(Peer),
    Up(Peer),
    /// It is down, and the server must still be notified.
    Ended(Peer, DisconnectReason),
}

/// The next step to report to the session's server.
#[derive(Debug, PartialEq, Eq)]
pub enum LinkStep {
    /// The player wants a link, which has no name yet: answer with [`PlayerLink::introduce`].
    Introduce,
    /// A packet was copied for the server.
    Packet(Peer, Delivery),
    /// The link is gone.
    Disconnected(Peer, DisconnectReason),
}

impl PlayerLink {
    /// Its name, as long as the server knows it.
    pub fn peer(&self) -> Option<Peer> {
        match self.0 {
            State::Down | State::Wanted => None,
            State::Introduced(peer) | State::Up(peer) | State::Ended(peer, _) => Some(peer),
        }
    }

    /// The server has been notified of it by this name.
    pub fn introduce(&mut self, peer: Peer) {
        self.0 = State::Introduced(peer);
    }

    /// Takes the player's output for its session, one step at a time, until there is no more; a packet is copied to
    /// `packet`. `goodbye` gives the reason when a player closes its link.
    pub fn next_step(
        &mut self,
        player: &mut impl LinkedPlayer,
        packet: &mut Vec<u8>,
        goodbye: impl FnOnce() -> DisconnectReason,
    ) -> Option<LinkStep> {
        if let Some((peer, reason)) = self.take_ended() {
            return Some(LinkStep::Disconnected(peer, reason));
        }
        self.accept(player);
        if let State::Up(peer) = self.0
            && let Some((delivery, bytes)) = player.poll_transmit()
        {
            packet.clear();
            packet.extend_from_slice(bytes);
            return Some(LinkStep::Packet(peer, delivery));
        }
        while let Some(wish) = player.poll_wish() {
            match (wish, &self.0) {
                (LinkWish::Open, State::Down) => self.0 = State::Wanted,
                (LinkWish::Close, State::Wanted) => self.0 = State::Down,
                (LinkWish::Close, &State::Up(peer)) => {
                    self.0 = State::Down;
                    return Some(LinkStep::Disconnected(peer, goodbye()));
                }
                _ => {}
            }
        }
        (self.0 == State::Wanted).then_some(LinkStep::Introduce)
    }

    /// A packet came from the server. False if the player has no link.
    pub fn handle_packet(
        &mut self,
        player: &mut impl LinkedPlayer,
        delivery: Delivery,
        packet: &[u8],
    ) -> bool {
        self.accept(player);
        let is_up = matches!(self.0, State::Up(_));
        if is_up {
            player.handle_packet(delivery, packet);
        }
        is_up
    }

    /// The server has ended the link for this reason.
    pub fn handle_ended(&mut self, player: &mut impl LinkedPlayer, reason: &EndReason) {
        // Even a refused player sees its link open and end.
        self.accept(player);
        let State::Up(peer) = self.0 else { return };
        player.handle_link_ended(reason);
        while player.poll_transmit().is_some() {}
        self.0 = State::Ended(peer, DisconnectReason::ClosedByUs);
    }

    /// A player that was not refused is accepted.
    fn accept(&mut self, player: &mut impl LinkedPlayer) {
        if let State::Introduced(peer) = self.0 {
            self.0 = State::Up(peer);
            player.handle_connected();
        }
    }

    fn take_ended(&mut self) -> Option<(Peer, DisconnectReason)> {
        match std::mem::take(&mut self.0) {
            State::Ended(peer, reason) => Some((peer, reason)),
            other => {
                self.0 = other;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use crate::EndCode;

    use super::*;

    const PEER: Peer = Peer(7);

    #[derive(Default)]
    struct Puppet {
        wishes: VecDeque<LinkWish>,
        packets: VecDeque<&'static [u8]>,
        told: Vec<&'static str>,
    }

    impl LinkedPlayer for Puppet {
        fn handle_connected(&mut self) {
            self.told.push("connected");
        }

        fn handle_packet(&mut self, _: Delivery, _: &[u8]) {
            self.told.push("packet");
        }

        fn handle_link_ended(&mut self, _: &EndReason) {
            self.told.push("ended");
        }

        fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])> {
            Some((Delivery::Unreliable, self.packets.pop_front()?))
        }

        fn poll_wish(&mut self) -> Option<LinkWish> {
            self.wishes.pop_front()
        }
    }

    fn step(link: &mut PlayerLink, player: &mut Puppet) -> Option<LinkStep> {
        link.next_step(player, &mut Vec::new(), goodbye)
    }

    fn goodbye() -> DisconnectReason {
        DisconnectReason::closed_by_peer(b"bye")
    }

    /// A player that wants a link and gets it with its first step.
    fn introduced() -> (PlayerLink, Puppet) {
        let (mut link, mut player) = (PlayerLink::default(), Puppet::default());
        player.wishes.push_back(LinkWish::Open);
        assert_eq!(step(&mut link, &mut player), Some(LinkStep::Introduce));
        assert_eq!(link.peer(), None);
        link.introduce(PEER);
        assert_eq!(link.peer(), Some(PEER));
        (link, player)
    }

    #[test]
    fn a_player_sends_only_once_the_server_knows_its_link() {
        let (mut link, mut player) = (PlayerLink::default(), Puppet::default());
        player.packets.push_back(b"hello");
        assert_eq!(step(&mut link, &mut player), None);
        player.wishes.push_back(LinkWish::Open);
        assert_eq!(step(&mut link, &mut player), Some(LinkStep::Introduce));
        link.introduce(PEER);
        let mut packet = b"an older packet".to_vec();
        let sent = link.next_step(&mut player, &mut packet, goodbye);
        assert_eq!(sent, Some(LinkStep::Packet(PEER, Delivery::Unreliable)));
        assert_eq!((&packet[..], &player.told[..]), (&b"hello"[..], &["connected"][..]));
    }

    #[test]
    fn a_refused_player_sees_its_link_end() {
        let (mut link, mut player) = introduced();
        player.packets.push_back(b"too late");
        link.handle_ended(&mut player, &EndCode::ServerBusy.into());
        assert_eq!(player.told, ["connected", "ended"]);
        assert!(!link.handle_packet(&mut player, Delivery::Reliable, b""), "its link is gone");
        let told = step(&mut link, &mut player);
        assert_eq!(told, Some(LinkStep::Disconnected(PEER, DisconnectReason::ClosedByUs)));
        assert_eq!((link.peer(), step(&mut link, &mut player)), (None, None));
    }

    #[test]
    fn a_player_that_leaves_says_why_and_may_come_back() {
        let (mut link, mut player) = introduced();
        assert!(link.handle_packet(&mut player, Delivery::Reliable, b"welcome"));
        player.wishes.extend([LinkWish::Close, LinkWish::Open]);
        assert_eq!(step(&mut link, &mut player), Some(LinkStep::Disconnected(PEER, goodbye())));
        assert_eq!(step(&mut link, &mut player), Some(LinkStep::Introduce));
    }

    #[test]
    fn a_link_that_is_wanted_no_longer_is_not_introduced() {
        let (mut link, mut player) = (PlayerLink::default(), Puppet::default());
        player.wishes.extend([LinkWish::Open, LinkWish::Close]);
        assert_eq!(step(&mut link, &mut player), None);
    }
}
