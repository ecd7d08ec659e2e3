//! The server's events, in order.

use consonance_link::{Delivery, MessageChannel, Peer, ServerLinkEvent};

use super::KcpServer;
use super::remote_client::Phase;
use crate::kcp::link::Reliable;
use crate::kcp::{RELIABLE_CHANNEL, UNRELIABLE_CHANNEL};

impl KcpServer {
    pub(super) fn next_event(&mut self, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        while let Some(&peer) = self.ready.front() {
            if self.next_reliable(peer, bytes) {
                self.links.received.count(Delivery::Reliable, 1, bytes.len());
                return Some(ServerLinkEvent::Packet { peer, channel: RELIABLE_CHANNEL });
            }
            self.ready.pop_front();
        }
        while let Some(peer) = self.incoming.pop(bytes) {
            if self.clients.get(peer).is_some_and(|client| client.phase == Phase::Open) {
                self.links.received.count(Delivery::Unreliable, 1, bytes.len());
                return Some(ServerLinkEvent::Packet { peer, channel: UNRELIABLE_CHANNEL });
            }
        }
        self.clients.poll_event(bytes)
    }

    /// Whether there is another reliable message of a client to report; otherwise there is none left.
    fn next_reliable(&mut self, peer: Peer, bytes: &mut Vec<u8>) -> bool {
        let Some(now) = self.now else { return false };
        loop {
            let Some(client) = self.clients.get_mut(peer) else { return false };
            match (client.link.next_message(bytes), client.phase) {
                (None, _) => {
                    client.is_ready = false;
                    self.finish_closing(now, peer);
                    return false;
                }
                (Some(Reliable::Data), Phase::Open) => return true,
                (Some(Reliable::Hello(_)), Phase::Newcomer | Phase::Closing(_))
                | (Some(Reliable::Data), Phase::Closing(_)) => {}
                (Some(Reliable::Goodbye), _) => {
                    // The client waits for the acknowledgement of its goodbye.
                    client.flush(now, &mut self.outgoing);
                    self.end_by_peer(peer);
                }
                (Some(Reliable::Data), Phase::Newcomer) => {
                    self.end_for_violation(now, peer, "a message before it was connected");
                }
                (Some(Reliable::Hello(_)), Phase::Open) => {
                    self.end_for_violation(now, peer, "a second hello");
                }
                (Some(Reliable::Broken(violation)), _) => self.end_for_violation(now, peer, violation),
            }
        }
    }
}
