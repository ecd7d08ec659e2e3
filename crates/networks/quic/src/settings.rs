//! Every limit and time of a QUIC link, with its reason.

mod acknowledgements;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use consonance_fast_path::{ClientPathSettings, ServerPathSettings, UdpOffload};
use consonance_transport::AddressShares;
use consonance_transport::inbox::InboxLimits;
use quinn::{IdleTimeout, TransportConfig, VarInt};

use crate::FastPath;
use acknowledgements::immediate_acknowledgements;

/// How a client connects and when it gives up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuicClientSettings {
    /// How long each address of the host may take to answer. 5 s, as long as a server waits for the rest of a
    /// handshake: the first datagram is repeated after one second and after three (RFC 9002, sections 6.2.1
    /// and 6.2.2), so two may be lost.
    pub connect_timeout: Duration,
    /// How long to wait for one address before the next is tried as well (RFC 8305, section 5). 250 ms.
    pub next_address_after: Duration,
    /// Silence after which the link counts as lost. The smaller of both sides' holds. 10 s.
    pub idle_timeout: Duration,
    /// Silence after which a client makes itself heard, also for the address translators on the way. 4.5 s: twice
    /// within the time in which a link is given up, and QUIC repeats what is lost much sooner than that. Thousands of
    /// quiet clients cost a server next to nothing but this.
    pub keep_alive: Duration,
    /// Packets received and not yet polled.
    pub incoming: InboxLimits,
    /// Reliable packets sent and not yet taken by the network.
    pub outgoing: OutgoingLimits,
    /// How long a goodbye may take, with everything sent before it. 1 s.
    pub close_timeout: Duration,
    /// Whether unreliable packets may leave the connection for datagrams of their own. On.
    pub fast_path: FastPath,
    /// When the fast path is probed and given up.
    pub path: ClientPathSettings,
    /// What the socket may use of the system. All that there is.
    pub udp_offload: UdpOffload,
}

/// How a server treats its clients and pending handshakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuicServerSettings {
    /// Connections at once that have said hello; those that still shake hands come on top. 4096.
    pub connections_max: usize,
    /// How these are shared between the address prefixes that they come from.
    pub address_shares: AddressShares,
    /// Pending handshakes at once, each with a proved address. With one more, one is given up: of the address (of IPv6:
    /// the network of 64 bits) that has the most, or, where that has hardly more than others, the oldest, once it is a
    /// second old. 256.
    pub handshakes_max: usize,
    /// How long a connection may take from its first datagram to its hello. 5 s.
    pub handshake_timeout: Duration,
    /// Silence after which a link counts as lost. The smaller of both sides' holds. 10 s.
    pub idle_timeout: Duration,
    /// Packets of each peer received and not yet polled.
    pub incoming: InboxLimits,
    /// Reliable packets to each peer sent and not yet taken by the network.
    pub outgoing: OutgoingLimits,
    /// How long a goodbye may take, with everything sent before it. 1 s.
    pub close_timeout: Duration,
    /// The path that voice takes beside the connections.
    pub fast_path: FastPathSettings,
    /// The TCP ports, on the same host, of `WebSocket` listeners that show the same certificate, by the session that
    /// each is for. Clients of the session are told, so that they have somewhere to go when UDP is blocked later.
    pub web_socket_ports: BTreeMap<String, u16>,
    /// What the sockets may use of the system. All that there is.
    pub udp_offload: UdpOffload,
}

/// How a server offers the fast path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FastPathSettings {
    /// Whether there is one. Yes; systems that cannot share a port between sockets need further UDP ports for it.
    pub is_on: bool,
    /// Limits and times.
    pub path: ServerPathSettings,
}

/// Reliable packets that wait to be sent over one link. One more ends the link as too slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutgoingLimits {
    /// How many. 65 536: a newcomer is told of all players at once, and a session has at most as many.
    pub packets: usize,
    /// How many bytes, length prefixes included. 8 MiB: thousands of packets of the 1 KiB that a session's longest
    /// have, so that a newcomer to thousands of players is not too slow, whatever rooms they are in.
    pub bytes: usize,
}

impl Default for QuicClientSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            next_address_after: Duration::from_millis(250),
            idle_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_millis(4500),
            // A client hears many speakers at once, and its driver may be late by a frame of a game.
            incoming: InboxLimits { reliable_packets: 256, unreliable_packets: 1024 },
            outgoing: OutgoingLimits::default(),
            close_timeout: Duration::from_secs(1),
            fast_path: FastPath::On,
            path: ClientPathSettings::default(),
            udp_offload: UdpOffload::default(),
        }
    }
}

impl Default for QuicServerSettings {
    fn default() -> Self {
        Self {
            connections_max: 4096,
            address_shares: AddressShares::default(),
            handshakes_max: 256,
            handshake_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(10),
            incoming: InboxLimits::default(),
            outgoing: OutgoingLimits::default(),
            close_timeout: Duration::from_secs(1),
            fast_path: FastPathSettings::default(),
            web_socket_ports: BTreeMap::new(),
            udp_offload: UdpOffload::default(),
        }
    }
}

impl Default for FastPathSettings {
    fn default() -> Self {
        Self { is_on: true, path: ServerPathSettings::default() }
    }
}

impl Default for OutgoingLimits {
    fn default() -> Self {
        Self { packets: 65_536, bytes: 8 * 1024 * 1024 }
    }
}

impl QuicClientSettings {
    pub(crate) fn transport_config(&self) -> Arc<TransportConfig> {
        let mut config = transport_config(self.idle_timeout);
        config.keep_alive_interval(Some(self.keep_alive));
        config.ack_frequency_config(Some(immediate_acknowledgements()));
        // The server opens no streams.
        config.max_concurrent_bidi_streams(VarInt::from_u32(0));
        Arc::new(config)
    }
}

impl QuicServerSettings {
    pub(crate) fn transport_config(&self) -> Arc<TransportConfig> {
        let mut config = transport_config(self.idle_timeout);
        config.max_concurrent_bidi_streams(VarInt::from_u32(1));
        // Certificates come from servers; a client's handshake is small.
        config.crypto_buffer_size(8 * 1024);
        Arc::new(config)
    }
}

/// How long a round is taken for until one was measured: what is lost before is sent again after three of these. RFC
/// 9002, section 6.2.2, recommends 333 ms, and a player whose first datagram is lost would wait for a second; on a
/// longer way the first datagrams go twice.
const INITIAL_RTT: Duration = Duration::from_millis(100);

/// What holds on both sides. Windows and buffers bound what one connection can make us hold.
fn transport_config(idle_timeout: Duration) -> TransportConfig {
    let mut config = TransportConfig::default();
    let idle_timeout = IdleTimeout::try_from(idle_timeout).unwrap_or(VarInt::MAX.into());
    config
        .max_idle_timeout(Some(idle_timeout))
        .initial_rtt(INITIAL_RTT)
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .stream_receive_window(VarInt::from_u32(RECEIVE_WINDOW))
        .receive_window(VarInt::from_u32(RECEIVE_WINDOW))
        .send_window(64 * 1024)
        .datagram_receive_buffer_size(Some(32 * 1024))
        .datagram_send_buffer_size(32 * 1024)
        // Voice never needs more than the smallest path gives, and the search costs memory and packets.
        .mtu_discovery_config(None)
        // It joins datagrams for one peer only, and voice has one at a time for each.
        .enable_segmentation_offload(false);
    config
}

/// Bytes that a peer may send on its streams before it is read.
pub(crate) const RECEIVE_WINDOW: u32 = 32 * 1024;
