//! Events and counters of a shard.

use std::net::SocketAddr;

use consonance_link::DisconnectReason;

use crate::webrtc::connection::{ConnectionDrops, ConnectionEvent};
use crate::webrtc::page_peer::PagePeer;

/// An event on a worker's connections. Borrowed data is valid until the next call on the shard.
#[derive(Debug, PartialEq, Eq)]
pub enum RtcEvent<'a> {
    /// A page is connected: its checks, its keys and its control channel are up. Once for each peer at most.
    Connected {
        /// The peer.
        peer: PagePeer,
        /// The address at which it has read its datagrams; `None` if it moved meanwhile, and so may have claimed any
        /// address.
        remote: Option<SocketAddr>,
    },
    /// A message came on a control channel.
    Message {
        /// The sender.
        peer: PagePeer,
        /// Its words, unchecked.
        text: &'a str,
    },
    /// Data other than text came on a control channel.
    NotText {
        /// The sender.
        peer: PagePeer,
    },
    /// An Opus packet came from a page's microphone. Packets may be missing, and overtake each other.
    Voice {
        /// The sender.
        peer: PagePeer,
        /// The packet's number, counting up without wrapping. After a [renegotiation](super::WebRtcShard::renegotiate)
        /// it may jump.
        sequence: u64,
        /// When it was recorded, in samples at 48 kHz, counting up without wrapping. It may jump with the sequence.
        time: u64,
        /// The packet, as the browser encoded it.
        payload: &'a [u8],
    },
    /// A connection is over, also one that never was up. Nothing will come from this peer again.
    Disconnected {
        /// The peer.
        peer: PagePeer,
        /// Why.
        reason: DisconnectReason,
    },
}

pub(super) fn report(peer: PagePeer, remote: Option<SocketAddr>, event: &ConnectionEvent) -> RtcEvent<'_> {
    match event {
        ConnectionEvent::Connected => RtcEvent::Connected { peer, remote },
        ConnectionEvent::Message(text) => RtcEvent::Message { peer, text },
        ConnectionEvent::NotText => RtcEvent::NotText { peer },
        ConnectionEvent::Voice { sequence, time, payload } => {
            RtcEvent::Voice { peer, sequence: *sequence, time: *time, payload }
        }
        ConnectionEvent::Disconnected(reason) => RtcEvent::Disconnected { peer, reason: reason.clone() },
    }
}

/// Counters of a shard's traffic and drops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RtcStatistics {
    /// Peers at this moment, those that negotiate included.
    pub peers: usize,
    /// Offers that were answered.
    pub offers_taken: u64,
    /// Offers that were not understood.
    pub offers_refused: u64,
    /// Voice packets that were reported.
    pub voice_received: u64,
    /// Voice packets that left.
    pub voice_sent: u64,
    /// Voice packets for a slot that does not exist or a peer that is not connected, or that are too long or too
    /// late.
    pub voice_unsent: u64,
    /// Messages that were reported.
    pub messages_received: u64,
    /// Datagrams, packets and messages that make no sense, or are of a stream that is not a microphone.
    pub malformed: u64,
    /// Voice packets and messages beyond [what a peer may send](crate::webrtc::PeerLimits).
    pub too_many: u64,
    /// Datagrams that the system did not take, or that were for a host that has not shown that it gets them.
    pub datagrams_unsent: u64,
    /// Datagrams for this worker that did not fit its mailbox.
    pub mailbox_full: u64,
    /// Datagrams of the whole port without a peer; these five only the first shard reports.
    pub strays: u64,
    /// Datagrams of the whole port beyond [what a peer may send](crate::webrtc::PeerLimits::datagrams_per_second_max).
    pub datagrams_too_many: u64,
    /// Datagrams of the whole port for TCP connections that do not take them.
    pub tcp_unsent: u64,
    /// TCP connections of the whole port that were ended because they had no peer for as long as
    /// [negotiating](crate::webrtc::PeerLimits::negotiation_timeout) may take, or carried no datagrams.
    pub stray_connections: u64,
    /// TCP connections that were closed at once, because there were as many as there may be
    /// [peers](crate::webrtc::WebRtcSettings::connections_max).
    pub connections_rejected: u64,
}

impl RtcStatistics {
    pub(super) fn count(&mut self, event: &ConnectionEvent) {
        match event {
            ConnectionEvent::Voice { .. } => self.voice_received += 1,
            ConnectionEvent::Message(_) => self.messages_received += 1,
            ConnectionEvent::Connected | ConnectionEvent::NotText | ConnectionEvent::Disconnected(_) => {}
        }
    }

    pub(super) fn add(&mut self, drops: ConnectionDrops) {
        self.malformed += drops.malformed;
        self.too_many += drops.too_many;
        self.datagrams_unsent += drops.unproved;
    }
}
