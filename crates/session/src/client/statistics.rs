//! The counters of a client.

use consonance_wire::ClientId;

use crate::link::LinkId;
use crate::time::Instant;
use crate::traffic::PacketTraffic;

/// Counters of one client since its creation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientStatistics {
    /// Received packets, good or bad.
    pub packets_in: u64,
    /// Their bytes.
    pub bytes_in: u64,
    /// Frames sent to at least one listener.
    pub frames_sent: u64,
    /// Frames dropped because there is no listener or no session.
    pub frames_unheard: u64,
    /// Frames dropped because they and their channels do not fit into a packet.
    pub frames_too_long: u64,
    /// Received frames that were accepted.
    pub frames_received: u64,
    /// Received frames that came too late, or from before the present utterance.
    pub frames_refused: u64,
    /// Copies of frames that went to a listener over its direct link.
    pub frames_direct: u64,
    /// Listeners that frames were sent to through the server.
    pub frames_relayed: u64,
    /// Copies of texts that went to a player over its direct link.
    pub texts_direct: u64,
    /// Players that texts were sent to through the server.
    pub texts_relayed: u64,
    /// Frames sent to the server for which it has reported whether they arrived.
    pub uplink_frames: u64,
    /// Those of them that did not arrive.
    pub uplink_lost: u64,
    /// Position reports to the server.
    pub positions_sent: u64,
    /// Utterances that began because so many frames in a row had been refused.
    pub resynchronised: u64,
    /// Packets of a type that a server does not send.
    pub ignored: u64,
    /// Packets that could not be parsed.
    pub malformed: u64,
    /// Packets longer than the 1024 bytes that an original sends at most.
    pub oversized: u64,
    /// Packets that can be parsed but are contradictory, such as those with a duplicate name.
    pub contradictions: u64,
    /// Packets over a link that is neither the server's nor a direct one.
    pub unknown_link: u64,
    /// Packets over a direct link of a type that only the server sends, or that only a server is sent.
    pub not_for_peers: u64,
    /// Packets over a direct link in the name of another player than the link's.
    pub spoofed: u64,
    /// Direct links refused because there are too many.
    pub peers_refused: u64,
    /// Direct links closed because too many packets in a row were refused.
    pub peers_closed: u64,
    /// Packets that came before the handshake's response.
    pub not_joined: u64,
    /// Packets of another session.
    pub other_session: u64,
    /// Players that the server lists beyond [`Limits::players`](crate::Limits).
    pub players_refused: u64,
    /// Rooms of other players beyond what [`Limits::rooms_per_client`](crate::Limits) and one packet allow.
    pub rooms_refused: u64,
    /// Packets that were dropped because [`Limits::outbox_bytes`](crate::Limits) wait to be sent.
    pub undrained: u64,
    /// Packets from or about a player that is not here.
    pub unknown_player: u64,
    /// Events that were dropped because they were not polled in time.
    pub events_dropped: u64,
}

/// A direct link and its traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DirectLinkStatistics {
    /// The link.
    pub link: LinkId,
    /// The player at its other end; none until it has introduced itself and is in the session.
    pub player: Option<ClientId>,
    /// Received packets, good or bad.
    pub packets_in: u64,
    /// Their bytes.
    pub bytes_in: u64,
    /// Sent packets.
    pub packets_out: u64,
    /// Their bytes.
    pub bytes_out: u64,
}

/// The traffic over all links, by type of packet.
#[derive(Debug)]
pub struct TrafficByType {
    received: PacketTraffic,
    sent: PacketTraffic,
}

impl TrafficByType {
    pub(super) fn new() -> Self {
        Self { received: PacketTraffic::new(), sent: PacketTraffic::new() }
    }

    /// What came in.
    pub fn received(&self) -> &PacketTraffic {
        &self.received
    }

    /// What went out; a packet to several direct links counts once per link.
    pub fn sent(&self) -> &PacketTraffic {
        &self.sent
    }

    pub(super) fn count_received(&mut self, now: Instant, packet: &[u8]) {
        self.received.count(now, packet, 1);
    }

    pub(super) fn count_sent(&mut self, now: Instant, packet: &[u8], links: usize) {
        self.sent.count(now, packet, links);
    }
}
