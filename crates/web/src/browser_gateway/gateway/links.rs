//! The players' links, as the server of their sessions sees them.

use std::time::Instant;

use consonance_link::gateway::LinkStep;
use consonance_link::{Delivery, DisconnectReason, EndReason, Peer, ServerLinkEvent};
use consonance_session as session;

use super::BrowserGateway;
use crate::browser_gateway::indices::BrowserIndex;
use crate::browser_gateway::shard::PageShard;

impl<S: PageShard> BrowserGateway<S> {
    /// The next thing that a player has for its session. Players take turns.
    pub(super) fn next_link_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        if let Some(peer) = self.ended_links.pop_front() {
            return Some(ServerLinkEvent::Disconnected { peer, reason: DisconnectReason::ClosedByUs });
        }
        let at = self.at(now);
        while let Some(index) = self.ready.pop_front() {
            let Some(browser) = self.browsers.get_mut(index) else { continue };
            browser.is_ready = false;
            let step = browser.next_step(at, bytes);
            let is_over = browser.is_over() || self.is_shut_down && browser.link.peer().is_none();
            let event = step.and_then(|step| self.carry_out(index, step, bytes));
            if is_over {
                self.forget(now, index);
            } else if event.is_some() {
                self.follow(now, index);
            }
            if event.is_some() {
                return event;
            }
        }
        None
    }

    fn carry_out(&mut self, index: BrowserIndex, step: LinkStep, packet: &[u8]) -> Option<ServerLinkEvent> {
        match step {
            LinkStep::Introduce if self.is_shut_down => None,
            LinkStep::Introduce => self.introduce(index),
            LinkStep::Packet(peer, delivery) => {
                self.statistics.links.received.count(delivery, 1, packet.len());
                Some(ServerLinkEvent::Packet { peer, channel: delivery })
            }
            LinkStep::Disconnected(peer, reason) => {
                self.browsers.forget_link(peer);
                Some(ServerLinkEvent::Disconnected { peer, reason })
            }
        }
    }

    fn introduce(&mut self, index: BrowserIndex) -> Option<ServerLinkEvent> {
        self.last_link += 1;
        let peer = Peer(self.last_link);
        self.browsers.note_link(peer, index);
        let browser = self.browsers.get_mut(index)?;
        browser.link.introduce(peer);
        if let Some(reservation) = browser.reservation.take() {
            reservation.arrive();
        }
        let (session, remote) = (browser.session.to_string(), browser.remote.into());
        Some(ServerLinkEvent::Connected { peer, session, remote })
    }

    /// Passes a packet from the server to one player, and the player's messages to its page.
    pub(super) fn send_to(
        &mut self,
        now: Instant,
        at: session::Instant,
        peer: Peer,
        delivery: Delivery,
        packet: &[u8],
    ) {
        let index = self.browsers.of_link(peer);
        let browser = index.and_then(|index| self.browsers.get_mut(index));
        let is_taken = browser.is_some_and(|browser| browser.handle_packet(at, delivery, packet));
        let Some(index) = index.filter(|_| is_taken) else {
            self.statistics.links.dropped.not_connected += 1;
            return;
        };
        self.statistics.links.sent.count(delivery, 1, packet.len());
        self.follow(now, index);
    }

    /// The server ends a player's link.
    pub(super) fn end_link(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        let at = self.at(now);
        let Some(index) = self.browsers.of_link(peer) else { return };
        if let Some(browser) = self.browsers.get_mut(index) {
            browser.lose_link(at, reason);
        }
        self.follow(now, index);
    }
}
