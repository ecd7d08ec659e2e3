//! Voice at a copy: from the clients there to all that it reaches, and from other nodes to the clients there.

use consonance_wire::{Capabilities, ClientId, MessageType, Packet, PositionReport, VoiceData};

use crate::link::{Delivery, LinkId};
use crate::outbox::Transmit;
use crate::server::Server;
use crate::time::Instant;

/// The result of handling a packet at a copy.
#[derive(Debug)]
pub enum AtCopy<'a> {
    /// Voice: these links, here and to other nodes, get it. Clients at other nodes are reached from there.
    Relayed(Transmit<'a>),
    /// Voice without any listener, or a packet that is dropped.
    Done,
    /// The session handles it.
    ForSession,
}

impl Server {
    /// Handles a packet from a link of a copy: voice is relayed to all clients that the copy reaches, and positions
    /// are noted.
    pub fn relay_at_copy<'a>(
        &'a mut self,
        now: Instant,
        link: LinkId,
        delivery: Delivery,
        packet: &'a [u8],
    ) -> AtCopy<'a> {
        let Ok(record) = self.presence.links_mut().get_mut(link) else { return AtCopy::ForSession };
        let Some(id) = record.client else { return AtCopy::ForSession };
        let Some(voice) = voice_in(packet) else {
            // The session decides everything else, and the copy needs the positions, too.
            if let Ok((Packet::ErrorWrongSession(_), trailing)) = Packet::parse_with_trailing(packet)
                && record.can(Capabilities::PROXIMITY)
                && let Some(Ok(report)) = PositionReport::find(trailing)
                && record.budgets.take_position(now, self.rules.limits()).is_ok()
            {
                self.rules.policy_mut().proximity_mut().report(id, report);
            }
            return AtCopy::ForSession;
        };
        if self.rules.policy().counts_speakers(&voice) {
            return AtCopy::ForSession;
        }
        self.handle_packet(now, link, delivery, packet).map_or(AtCopy::Done, AtCopy::Relayed)
    }

    /// Relays voice that was checked and relayed at another node: the links of its listeners here.
    pub fn relay_from_elsewhere<'a>(
        &'a mut self,
        now: Instant,
        sender: ClientId,
        packet: &'a [u8],
    ) -> Option<Transmit<'a>> {
        self.rules.advance(now);
        let payload = self.relay().relay_from_elsewhere(sender, packet)?;
        let frame = self.presence.outbound_mut().frame(payload)?;
        self.observations.statistics_mut().frames_out += frame.to.len() as u64;
        Some(frame)
    }
}

/// Whether a packet is voice, which copies relay to their clients once the session has; the session sends all other
/// packets to each link.
pub fn is_voice(packet: &[u8]) -> bool {
    voice_in(packet).is_some()
}

/// The voice in a packet, whether its sender lists the listeners or not. Reliably relayed voice stays in order with
/// the other packets to the same links, which only the session sends.
fn voice_in(packet: &[u8]) -> Option<VoiceData<'_>> {
    if MessageType::peek(packet) == Ok(MessageType::ServerRelayReliable) {
        return None;
    }
    VoiceData::in_packet(packet).map(|(_, voice)| voice)
}
