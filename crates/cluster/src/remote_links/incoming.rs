//! Messages from edges to an owner.

use std::time::{Duration, Instant};

use consonance_link::{Delivery, DisconnectReason, EndCode, EndReason, Peer, Reachability};

use super::RemoteLinks;
use super::peer_numbers::{is_at_other_node, link_of, peer_of};
use super::released::ReturnedPacket;
use crate::bus::{BusEvent, Member};
use crate::link_number::LinkNumber;
use crate::message::{BusMessageError, LinkEnd, ToEdge, ToOwner, delivery};

/// The maximum length of a report, in bytes; longer ones are dropped, because one is kept for each link.
const REPORT_BYTES_MAX: usize = 16 << 10;

/// An event to report.
pub(super) enum Came {
    /// The last message, from this peer.
    Message(Peer),
    Disconnected(Peer, DisconnectReason),
}

impl RemoteLinks {
    /// Takes messages until there is something to report. The caller reads the message again, since its bytes belong
    /// to the bus.
    pub(super) fn next_to_report(&mut self, now: Instant) -> Option<Came> {
        self.return_released();
        loop {
            if let Some((peer, reason)) = self.ended.pop_front() {
                return Some(Came::Disconnected(peer, reason));
            }
            let member = match self.incoming.poll()? {
                BusEvent::Message(member) => member,
                // A message for links that are lost with their edge.
                BusEvent::Returned(_) => continue,
                BusEvent::Lost(member) => {
                    self.lose(member);
                    continue;
                }
            };
            match self.take(now, |link| peer_of(member, link)) {
                Ok(None) => {}
                Ok(came) => return came,
                Err(_) => self.statistics.links.dropped.malformed += 1,
            }
        }
    }

    /// Sends back packets that are for the next owner of a session.
    fn return_released(&mut self) {
        let (peers, packets) = self.released.take();
        for peer in peers {
            self.peers.remove(peer);
        }
        for ReturnedPacket { peer, number, packet } in packets {
            let (_, link) = link_of(peer);
            self.tell(peer, &ToEdge::Returned { link, number, packet: &packet });
        }
    }

    /// The links of an edge are lost, and reported as timed out.
    fn lose(&mut self, edge: Member) {
        for peer in self.peers.all().into_iter().filter(|peer| link_of(*peer).0 == edge) {
            self.peers.remove(peer);
            self.ended.push_back((peer, DisconnectReason::TimedOut));
        }
    }

    /// Handles the last message.
    fn take(
        &mut self,
        now: Instant,
        peer_of: impl Fn(LinkNumber) -> Peer,
    ) -> Result<Option<Came>, BusMessageError> {
        let (peers, counted) = (&mut self.peers, &mut self.statistics);
        let message = self.incoming.message();
        Ok(match ToOwner::read(message)? {
            // The link waits at its edge for the session's next owner.
            ToOwner::Connected { link, .. } | ToOwner::Kept { link, .. }
                if self.is_shut_down && is_at_other_node(self.own_workers, peer_of(link)) =>
            {
                None
            }
            ToOwner::Connected { link, .. } | ToOwner::Kept { link, .. }
                if self.is_shut_down || peers.is_full() =>
            {
                let is_shut_down = self.is_shut_down;
                let code = if is_shut_down { EndCode::ShuttingDown } else { EndCode::ServerFull };
                let reason = EndReason::from(code).encode();
                let message = ToEdge::End { link, reason: &reason };
                let (member, _) = link_of(peer_of(link));
                self.out.send(member, Delivery::Reliable, message.write(&mut self.buffer));
                counted.connections.rejected_full += 1;
                None
            }
            ToOwner::Connected { link, about, .. } => {
                let is_new = peers.insert(now, peer_of(link), &about, None);
                counted.connections.accepted += u64::from(is_new);
                Some(Came::Message(peer_of(link)))
            }
            ToOwner::Kept { link, about, client, .. } => {
                let is_new = peers.insert(now, peer_of(link), &about, Some(client));
                counted.connections.accepted += u64::from(is_new);
                Some(Came::Message(peer_of(link)))
            }
            ToOwner::Packet { link, number, packet } => {
                let length = packet.len();
                self.take_packet(now, (peer_of(link), link), number, length)
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
            // One report is kept for each link, so its length is limited.
            ToOwner::Report { .. } if message.len() > REPORT_BYTES_MAX => {
                counted.links.dropped.malformed += 1;
                None
            }
            ToOwner::Report { link, report } => {
                peers.set_report(peer_of(link), report);
                None
            }
            ToOwner::Account { link, account } => {
                counted.links.dropped.malformed += u64::from(!peers.set_account(peer_of(link), account));
                None
            }
            ToOwner::Reachability { links, is_reachable } => {
                let peers = links.iter().map(peer_of).collect();
                self.reachability.push(Reachability { peers, is_reachable });
                None
            }
        })
    }

    /// A packet of this length arrived over a link, with its number if it is reliable.
    fn take_packet(
        &mut self,
        now: Instant,
        (peer, link): (Peer, LinkNumber),
        number: Option<u64>,
        length: usize,
    ) -> Option<Came> {
        let is_up = self.peers.hear(now, peer, Duration::ZERO);
        self.statistics.links.received.count(delivery(number.is_some()), u64::from(is_up), length);
        let is_in_order = number.is_none_or(|number| !is_up || self.peers.take_number(peer, number));
        if !is_in_order {
            // A returned packet arrived after later ones. The client sends everything again when it reconnects.
            self.end(peer, &EndCode::ServerBusy.into(), DisconnectReason::ClosedByUs);
            return None;
        }
        if let Some(number) = number {
            self.released.note_number(number);
        }
        if let Some(number) = number.filter(|_| !is_up)
            && let Ok(ToOwner::Packet { packet, .. }) = ToOwner::read(self.incoming.message())
        {
            // Its edge has not learned yet that another worker owns the session, or that this one no longer does.
            let message = ToEdge::Returned { link, number, packet };
            let (member, _) = link_of(peer);
            self.out.send(member, Delivery::Reliable, message.write(&mut self.buffer));
        }
        is_up.then_some(Came::Message(peer))
    }
}
