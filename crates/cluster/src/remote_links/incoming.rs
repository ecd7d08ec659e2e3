//! What edges tell an owner.

use std::time::{Duration, Instant};

use consonance_transport::{Delivery, DisconnectReason, EndCode, EndReason, Peer, Reachability};

use super::{RemoteLinks, link_of, peer_of};
use crate::link_number::LinkNumber;
use crate::message::{BusMessageError, LinkEnd, ToEdge, ToOwner, delivery};

/// What is to be reported of the message that was taken last.
pub(super) enum Came {
    Connected(Peer),
    Packet(Peer),
    Disconnected(Peer, DisconnectReason),
}

impl RemoteLinks {
    /// Takes messages until there is something to report. The message is read again there, since its bytes are the
    /// bus's until then.
    pub(super) fn next_to_report(&mut self, now: Instant) -> Option<Came> {
        loop {
            let member = self.incoming.poll()?;
            match self.take(now, |link| peer_of(member, link)) {
                Ok(None) => {}
                Ok(came) => return came,
                Err(_) => self.statistics.links.dropped.malformed += 1,
            }
        }
    }

    /// Does what the message says that was taken last.
    fn take(
        &mut self,
        now: Instant,
        peer_of: impl Fn(LinkNumber) -> Peer,
    ) -> Result<Option<Came>, BusMessageError> {
        let (peers, counted) = (&mut self.peers, &mut self.statistics);
        Ok(match ToOwner::read(self.incoming.message())? {
            ToOwner::Connected { link, .. } if self.is_shut_down => {
                let reason = EndReason::from(EndCode::ShuttingDown).encode();
                let message = ToEdge::End { link, reason: &reason };
                let (member, _) = link_of(peer_of(link));
                self.out.send(member, Delivery::Reliable, message.write(&mut self.buffer));
                counted.connections.rejected_full += 1;
                None
            }
            ToOwner::Connected { link, about, .. } => {
                let is_new = peers.insert(now, peer_of(link), &about);
                counted.connections.accepted += u64::from(is_new);
                is_new.then(|| Came::Connected(peer_of(link)))
            }
            ToOwner::Packet { link, is_reliable, packet } => {
                let is_up = peers.hear(now, peer_of(link), Duration::ZERO);
                counted.links.received.count(delivery(is_reliable), u64::from(is_up), packet.len());
                is_up.then(|| Came::Packet(peer_of(link)))
            }
            ToOwner::Disconnected { link, why } => {
                let was_up = peers.remove(peer_of(link));
                let is_too_slow = was_up && matches!(why, LinkEnd::Overloaded(_));
                counted.connections.too_slow += u64::from(is_too_slow);
                was_up.then(|| Came::Disconnected(peer_of(link), why.reason()))
            }
            ToOwner::Heard { link, ago_us } => {
                peers.hear(now, peer_of(link), Duration::from_micros(ago_us));
                None
            }
            ToOwner::Report { link, report } => {
                peers.set_report(peer_of(link), report);
                None
            }
            ToOwner::Reachability { links, is_reachable } => {
                let peers = links.iter().map(peer_of).collect();
                self.reachability.push(Reachability { peers, is_reachable });
                None
            }
        })
    }
}
