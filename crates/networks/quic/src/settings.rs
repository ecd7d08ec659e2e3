//! All limits and times of a QUIC link, with their reasons.

mod acknowledgements;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use consonance_link::AddressShares;
use consonance_link::inbox::InboxLimits;
use consonance_settings::settings;
use quinn::{IdleTimeout, TransportConfig, VarInt};

use crate::FastPath;
use crate::fast_path::{ClientPathSettings, ServerPathSettings, UdpOffload};
use acknowledgements::immediate_acknowledgements;

/// Settings of a client: how it connects and when it gives up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuicClientSettings {
    /// The timeout for each address of the host to answer. 5 s, as long as a server waits for the rest of a
    /// handshake: the first datagram is repeated after one second and after three (RFC 9002, sections 6.2.1 and
    /// 6.2.2), so two may be lost.
    pub connect_timeout: Duration,
    /// The time to wait for one address before the next is tried as well (RFC 8305, section 5). 250 ms.
    pub next_address_after: Duration,
    /// Silence after which the link counts as lost. The smaller value of both sides applies. 10 s.
    pub idle_timeout: Duration,
    /// Silence after which a client sends a keep-alive, also for the address translators on the way. 4.5 s: twice
    /// within the time after which a link is given up, and QUIC resends lost packets much sooner than that. For
    /// thousands of quiet clients this is almost the only cost to a server.
    pub keep_alive: Duration,
    /// Packets received and not yet polled.
    pub incoming: InboxLimits,
    /// Reliable packets sent and not yet taken by the network.
    pub outgoing: OutgoingLimits,
    /// The timeout for a goodbye, including everything sent before it. 1 s.
    pub close_timeout: Duration,
    /// Whether unreliable packets may leave the connection for datagrams of their own. On.
    pub fast_path: FastPath,
    /// When the fast path is probed and given up.
    pub path: ClientPathSettings,
    /// The system features that the socket may use. All that are available.
    pub udp_offload: UdpOffload,
}

settings! {
    /// Settings of a server: how it treats clients and pending handshakes.
    #[derive(Debug, PartialEq, Eq)]
    pub struct QuicServerSettings {
        /// Connections at each address of listen.
        ///
        /// They are those that have said hello.
        pub connections_max: usize = 4096, 1..=1_000_000;
        /// The way in which these are shared between address prefixes.
        pub address_shares: AddressShares as _ = AddressShares::default();
        /// Pending handshakes.
        ///
        /// With one more, one is given up: of the address (for IPv6, the network of 64 bits) that has the most or, if
        /// that has hardly more than others, the oldest, once it is a second old.
        pub handshakes_max: usize = 256, 4..=65_536;
        /// Time from a client's first datagram to its hello.
        pub handshake_timeout: Duration as handshake_timeout_s = Duration::from_secs(5), 0.1..=60;
        /// Silence after which a connection counts as lost.
        ///
        /// The smaller value of both sides applies.
        pub idle_timeout: Duration as idle_timeout_s = Duration::from_secs(10), 6..=600;
        /// Packets of each peer received and not yet polled.
        pub incoming: InboxLimits as _ = InboxLimits::default();
        /// Reliable packets to each peer sent and not yet taken by the network.
        pub outgoing: OutgoingLimits as _ = OutgoingLimits::default();
        /// The timeout for a goodbye, including everything sent before it.
        pub close_timeout: Duration as _ = Duration::from_secs(1);
        /// The path that voice takes beside the connections.
        pub fast_path: FastPathSettings as _ = FastPathSettings::default();
        /// The TCP ports, on the same host, of `WebSocket` listeners that present the same certificate, by the session
        /// that each is for. Clients of the session are told, so that they have an alternative if UDP is blocked later.
        pub web_socket_ports: BTreeMap<String, u16> as _ = BTreeMap::new();
        /// The system features that the sockets may use. All that are available.
        pub udp_offload: UdpOffload as _ = UdpOffload::default();
    }
}

settings! {
    /// Settings of a server's fast path.
    #[derive(Debug, PartialEq, Eq)]
    pub struct FastPathSettings {
        /// Offer the fast path. On systems other than Linux each worker needs a further open UDP port.
        ///
        /// Those cannot share a port between sockets.
        pub is_on: bool as enabled = true;
        /// Limits and times.
        pub path: ServerPathSettings as {
            /// How long frames for one listener may wait to share a datagram.
            gather_max as gather_ms_max in ms, 0..=20;
        } = ServerPathSettings::default();
    }
}

/// Limits on reliable packets that wait to be sent over one link. One more ends the link as too slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutgoingLimits {
    /// The number of packets. 65 536: a newcomer is told of all players at once, and a session has at most as many.
    pub packets: usize,
    /// Their bytes, including length prefixes. 8 MiB: thousands of a session's longest packets of 1 KiB, so that a
    /// newcomer to thousands of players is not too slow, whatever rooms they are in.
    pub bytes: usize,
}

impl Default for QuicClientSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            next_address_after: Duration::from_millis(250),
            idle_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_millis(4500),
            // A client hears many speakers at once, and its driver may be late by one frame of the game.
            incoming: InboxLimits { reliable_packets: 256, unreliable_packets: 1024 },
            outgoing: OutgoingLimits::default(),
            close_timeout: Duration::from_secs(1),
            fast_path: FastPath::On,
            path: ClientPathSettings::default(),
            udp_offload: UdpOffload::default(),
        }
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

/// The round-trip time that is assumed until one was measured: packets lost before are resent after three of these.
/// RFC 9002, section 6.2.2, recommends 333 ms, and a player whose first datagram is lost would wait for a second; on
/// a longer path the first datagrams are sent twice.
const INITIAL_RTT: Duration = Duration::from_millis(100);

/// The configuration of both sides. Windows and buffers bound the memory that one connection can occupy.
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
        // Voice fits into the smallest MTU of any path, and discovery costs memory and packets.
        .mtu_discovery_config(None)
        // Offload only joins datagrams for the same peer, and each peer gets one voice datagram at a time.
        .enable_segmentation_offload(false);
    config
}

/// Bytes that a peer may send on its streams before it is read.
pub(crate) const RECEIVE_WINDOW: u32 = 32 * 1024;
