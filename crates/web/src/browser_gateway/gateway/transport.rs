//! A worker's browsers as the driver of its sessions sees them.

use std::task::Waker;
use std::time::Instant;

use consonance_link::{
    CapabilityRequest, Delivery, EndCode, EndReason, NetworkStatistics, PACKET_BYTES_MAX, PacketLimits, Peer,
    ServerLinkEvent, ServerNetwork,
};

use super::BrowserGateway;
use crate::browser_gateway::shard::PageShard;

/// The name of this network, whatever carries voice and messages to pages.
const NETWORK: &str = "browser";
/// Packets stay within the process.
const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: PACKET_BYTES_MAX };

impl<S: PageShard> ServerNetwork for BrowserGateway<S> {
    fn flush(&mut self, now: Instant) {
        self.shard.flush(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.end_link(now, peer, &EndReason::decode(reason.as_bytes()));
    }

    fn carries_end_reasons(&self) -> bool {
        true
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        let browser = self.browsers.of_link(peer).and_then(|index| self.browsers.get(index));
        if let Some(browser) = browser {
            self.entrance.set_joined(now, browser.seat.number, is_joined);
        }
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        self.entrance.queue(self.worker).close();
        for index in self.browsers.indices() {
            let Some(link) = self.browsers.get(index).map(|browser| browser.link.peer()) else { continue };
            match link {
                Some(peer) => {
                    self.end_link(now, peer, &EndCode::ShuttingDown.into());
                }
                None => self.forget(now, index),
            }
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let at_once =
            self.now.filter(|_| self.more_requests || !self.ready.is_empty() || !self.ended_links.is_empty());
        let due = [
            self.timers.next(),
            self.next_quality_at,
            self.neighbours.next_due(),
            self.shard.wants_poll_at(),
        ];
        due.into_iter().chain([at_once]).flatten().min()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.entrance.queue(self.worker).set_waker(waker.clone());
        self.places.set_waker(waker.clone());
        self.shard.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        true
    }

    fn network(&self) -> &'static str {
        NETWORK
    }

    fn statistics(&self) -> NetworkStatistics {
        self.count_links()
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        let index = self.browsers.of_link(peer)?;
        self.browsers.get_mut(index)?.probe(now, &mut self.shard)
    }

    fn provide(&self, now: Instant, request: &mut CapabilityRequest<'_>) {
        request
            .provide(|| Some(self.count_pages().metrics()))
            .provide_of_peer(|peer| self.quality_of(peer))
            .provide_of_peer(|peer| self.page_of_link(now, peer));
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        loop {
            if let Some(event) = self.next_link_event(now, bytes) {
                return Some(event);
            }
            if !self.take_page_event(now) && !self.run_timers(now) {
                self.tell_quality(now);
                self.note_positions_elsewhere(now);
                self.send_positions(now);
                self.more_requests = self.answer_requests(now);
                return None;
            }
        }
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        if !LIMITS.allow(delivery, packet.len()) {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        let at = self.at(now);
        for &peer in peers {
            self.send_to(now, at, peer, delivery, packet);
        }
    }

    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        self.end_link(now, peer, reason);
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }
}
