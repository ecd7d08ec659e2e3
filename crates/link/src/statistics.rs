//! Counters that every network keeps, as plain data.

use std::time::Duration;

use crate::Delivery;

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The number of packets.
    pub packets: u64,
    /// The bytes of these packets, without the network's overhead.
    pub bytes: u64,
}

/// Packets of both deliveries in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Reliable packets.
    pub reliable: Count,
    /// Unreliable packets.
    pub unreliable: Count,
}

impl Traffic {
    /// Counts `packets` packets of `bytes` bytes each.
    pub fn count(&mut self, delivery: Delivery, packets: u64, bytes: usize) {
        let count = match delivery {
            Delivery::Reliable => &mut self.reliable,
            Delivery::Unreliable => &mut self.unreliable,
        };
        count.packets += packets;
        count.bytes += packets * bytes as u64;
    }

    fn add(&mut self, other: Self) {
        for (count, more) in [(&mut self.reliable, other.reliable), (&mut self.unreliable, other.unreliable)]
        {
            count.packets += more.packets;
            count.bytes += more.bytes;
        }
    }
}

/// Packets that were dropped on this side, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Sent while there was no link, or to a peer that was gone.
    pub not_connected: u64,
    /// Sent although larger than the network accepts.
    pub too_large: u64,
    /// Unreliable packets pushed out of a full queue before they left, as far as the network reports it.
    pub outgoing_full: u64,
    /// Unreliable packets pushed out of a full queue before they were polled, and reliable ones without room, where
    /// that ends a link.
    pub incoming_full: u64,
    /// Received, but not packets by the network's rules.
    pub malformed: u64,
}

impl Dropped {
    fn add(&mut self, other: Self) {
        self.not_connected += other.not_connected;
        self.too_large += other.too_large;
        self.outgoing_full += other.outgoing_full;
        self.incoming_full += other.incoming_full;
        self.malformed += other.malformed;
    }
}

/// Traffic and drops of all links of a client or a server together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Packets given to the network. A packet for ten peers counts ten times.
    pub sent: Traffic,
    /// Packets reported by `poll_event`.
    pub received: Traffic,
    /// Packets dropped on this side.
    pub dropped: Dropped,
    /// The quality of the link to the server, if the network measures it. `None` for a whole server.
    pub quality: Option<LinkQuality>,
}

impl Statistics {
    /// Returns the sum of traffic and drops with `other`. The quality of the link is that of `self`.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.sent.add(other.sent);
        self.received.add(other.received);
        self.dropped.add(other.dropped);
        self
    }
}

/// The quality of one link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LinkQuality {
    /// The smoothed round-trip time.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros"))]
    pub round_trip: Duration,
    /// Datagrams of the network that left this side, whatever they carried.
    pub datagrams_sent: u64,
    /// The number of these that were lost, as far as the network noticed.
    pub datagrams_lost: u64,
    /// Datagrams of the connection that were received, if the network counts them, not including those of a separate
    /// [`datagram_path`](Self::datagram_path).
    pub datagrams_received: Option<u64>,
    /// The path of unreliable packets, on networks that have two.
    pub datagram_path: DatagramPath,
}

/// The path of unreliable packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum DatagramPath {
    /// The same connection as everything else.
    #[default]
    Connection,
    /// The connection, until it is known whether datagrams of a leaner path get through.
    Trying,
    /// A leaner path beside the connection.
    FastPath,
    /// The connection, because datagrams beside it do not get through; they are retried now and then.
    Blocked {
        /// The server's UDP port that they do not reach, or that does not answer.
        port: u16,
    },
}

/// Traffic of a server's links, and its connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetworkStatistics {
    /// All links together.
    pub links: Statistics,
    /// Connections accepted, rejected and lost.
    pub connections: ConnectionCounts,
}

impl NetworkStatistics {
    /// Returns the sum with another listener's counters.
    #[must_use]
    pub fn with(self, other: &Self) -> Self {
        let Self { links, connections } = self;
        Self { links: links.with(&other.links), connections: connections.with(&other.connections) }
    }
}

/// Traffic between a game's clients and the game's server through a proxy that extracts voice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GameStatistics {
    /// Messages forwarded to the game's server: the clients' messages without voice.
    pub to_server: Traffic,
    /// Messages that came from the game's server, before voice was added to them.
    pub from_server: Traffic,
    /// Voice packets that were extracted and dropped, because the session had closed their speaker's voice.
    pub voice_unwanted: u64,
    /// Connections to the game's server that could not be made; their clients were refused.
    pub upstreams_failed: u64,
    /// Connections to the game's server that were up, and that it ended or that were lost.
    pub upstreams_lost: u64,
    /// Connections to the game's server that were ended because it did not take its reliable messages.
    pub upstreams_too_slow: u64,
}

impl GameStatistics {
    /// Returns the sum with another listener's statistics.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.to_server.add(other.to_server);
        self.from_server.add(other.from_server);
        self.voice_unwanted += other.voice_unwanted;
        self.upstreams_failed += other.upstreams_failed;
        self.upstreams_lost += other.upstreams_lost;
        self.upstreams_too_slow += other.upstreams_too_slow;
        self
    }
}

/// Statistics of a leaner path for datagrams beside the connections, on networks that have one; see [`DatagramPath`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathStatistics {
    /// Clients that have agreed on such a path over their connection.
    pub agreed: u64,
    /// Clients whose unreliable packets currently use it.
    pub in_use: u64,
    /// Packets sent over it.
    pub packets_sent: u64,
    /// Packets for clients that have agreed on it, which used the connection because nothing got through.
    pub packets_fallen_back: u64,
    /// Datagrams that left on it: several packets may share one, and some carry none.
    pub datagrams_sent: u64,
    /// Datagrams that did not leave, because there was no room for them, their path closed while they waited for
    /// others, or the operating system refused them.
    pub datagrams_unsent: u64,
    /// Packets that came in on it.
    pub packets_received: u64,
    /// Addresses that clients were asked to prove.
    pub challenges: u64,
    /// Addresses that were proved.
    pub addresses_proved: u64,
    /// Datagrams that were dropped as they came in.
    pub refused: PathRefusals,
}

/// Datagrams that were dropped as they came in beside a connection, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathRefusals {
    /// They were invalid by the path's rules.
    pub malformed: u64,
    /// They were for another worker than the one that read them.
    pub other_worker: u64,
    /// They were for an unknown path.
    pub unknown_path: u64,
    /// They had been received before, or are too old to tell.
    pub replayed: u64,
    /// They were not sealed with the path's key.
    pub forged: u64,
}

impl PathStatistics {
    /// Returns the sum with another listener's statistics.
    #[must_use]
    pub fn with(self, other: &Self) -> Self {
        Self {
            agreed: self.agreed + other.agreed,
            in_use: self.in_use + other.in_use,
            packets_sent: self.packets_sent + other.packets_sent,
            packets_fallen_back: self.packets_fallen_back + other.packets_fallen_back,
            datagrams_sent: self.datagrams_sent + other.datagrams_sent,
            datagrams_unsent: self.datagrams_unsent + other.datagrams_unsent,
            packets_received: self.packets_received + other.packets_received,
            challenges: self.challenges + other.challenges,
            addresses_proved: self.addresses_proved + other.addresses_proved,
            refused: self.refused.with(other.refused),
        }
    }
}

impl PathRefusals {
    fn with(self, other: Self) -> Self {
        Self {
            malformed: self.malformed + other.malformed,
            other_worker: self.other_worker + other.other_worker,
            unknown_path: self.unknown_path + other.unknown_path,
            replayed: self.replayed + other.replayed,
            forged: self.forged + other.forged,
        }
    }
}

/// A server's current and past connections, and those it rejected, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Links that are up now.
    pub connected: u64,
    /// Links that ever were up.
    pub accepted: u64,
    /// Rejected because the server was full.
    pub rejected_full: u64,
    /// Disconnected to [make room](crate::ConnectionSlots) for a connection of an address prefix with fewer.
    pub made_room: u64,
    /// Rejected because too many handshakes were pending.
    pub rejected_handshaking: u64,
    /// Connections that never completed their handshake properly.
    pub failed_handshakes: u64,
    /// Peers disconnected because they did not take their reliable packets.
    pub too_slow: u64,
    /// Peers disconnected because they broke the network's protocol.
    pub protocol_violations: u64,
}

impl ConnectionCounts {
    fn with(self, other: &Self) -> Self {
        Self {
            connected: self.connected + other.connected,
            accepted: self.accepted + other.accepted,
            rejected_full: self.rejected_full + other.rejected_full,
            made_room: self.made_room + other.made_room,
            rejected_handshaking: self.rejected_handshaking + other.rejected_handshaking,
            failed_handshakes: self.failed_handshakes + other.failed_handshakes,
            too_slow: self.too_slow + other.too_slow,
            protocol_violations: self.protocol_violations + other.protocol_violations,
        }
    }
}
