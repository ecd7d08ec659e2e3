//! A worker's browsers as the driver of its sessions sees them.

use std::task::Waker;
use std::time::Instant;

use consonance_transport::{
    Delivery, LinkQuality, MAX_PACKET_BYTES, PacketLimits, Peer, ServerEvent, ServerStatistics,
    ServerTransport,
};

use super::BrowserGateway;
use crate::browser::Browser;
use crate::shard::PageShard;

/// Packets stay within the process.
const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: MAX_PACKET_BYTES, unreliable_bytes: MAX_PACKET_BYTES };
/// What players are told whose server ends.
const SHUTTING_DOWN: &str = "the server is shutting down";

impl<S: PageShard> ServerTransport for BrowserGateway<S> {
    fn poll(&mut self, now: Instant) -> Option<ServerEvent<'_>> {
        let event = loop {
            if let Some(event) = self.next_link_event(now) {
                break event;
            }
            if !self.take_page_event(now) && !self.run_timers(now) {
                self.tell_quality(now);
                self.tell_whereabouts(now);
                self.more_requests = self.answer_requests(now);
                return None;
            }
        };
        Some(event.with_packet(&self.packet))
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

    fn flush(&mut self, now: Instant) {
        self.shard.flush(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.end_link(now, peer, reason);
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        self.entrance.desk(self.worker).close();
        for index in self.browsers.indices() {
            let Some(link) = self.browsers.get(index).map(|browser| browser.link.peer()) else { continue };
            match link {
                Some(peer) => self.end_link(now, peer, SHUTTING_DOWN),
                None => self.forget(now, index),
            }
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let at_once = self.now.filter(|_| self.more_requests || !self.ready.is_empty());
        let due = [self.next_due, self.next_quality_at, self.next_whereabouts_at, self.shard.wants_poll_at()];
        due.into_iter().chain([at_once]).flatten().min()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.entrance.desk(self.worker).set_waker(waker.clone());
        self.shard.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        true
    }

    fn network(&self) -> &'static str {
        "webrtc"
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn statistics(&self) -> ServerStatistics {
        let mut statistics = self.statistics;
        let linked = self.browsers.iter().filter(|browser| browser.link.peer().is_some()).count();
        // A connection that is closing still carries what its page is told last.
        statistics.connections.connected = (linked + self.parting.len()) as u64;
        let left_out: u64 = self.browsers.iter().map(Browser::frames_left_out).sum();
        let counted = self.shard.statistics();
        let dropped = &mut statistics.links.dropped;
        dropped.incoming_full += counted.mailbox_full + counted.too_many;
        dropped.outgoing_full += left_out + counted.voice_unsent + counted.datagrams_unsent;
        dropped.malformed += counted.malformed;
        statistics.connections.failed_handshakes += counted.offers_refused;
        statistics
    }

    fn link_quality(&self, peer: Peer) -> Option<LinkQuality> {
        let browser = self.browsers.get(self.browsers.of_link(peer)?)?;
        let quality = self.shard.quality(browser.page?)?;
        let datagrams_sent = browser.frames_sent;
        // Of all of them as large a part as the page has said of the last ones.
        let lost_share = f64::from(quality.egress_loss.unwrap_or(0.0).clamp(0.0, 1.0));
        let datagrams_lost = (datagrams_sent as f64 * lost_share).round() as u64;
        let round_trip = quality.round_trip.unwrap_or_default();
        Some(LinkQuality { round_trip, datagrams_sent, datagrams_lost, ..LinkQuality::default() })
    }
}
