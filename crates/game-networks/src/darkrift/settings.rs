//! Limits and options of a server and a client.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use consonance_link::AddressShares;
use consonance_link::gateway::tcp::TcpSettings;
use consonance_settings::settings;

use crate::darkrift::ProtocolVersion;
use crate::darkrift::format::LENGTH_BYTES;

settings! {
    /// The behaviour of a server, and its limits for clients: by default those of stock servers where they have any.
    #[derive(Debug, PartialEq, Eq)]
    pub struct ServerSettings {
        /// Clients at once, without pending handshakes and unproved addresses.
        ///
        /// Those that wait for their UDP datagram come on top.
        pub connections_max: usize = 1000, 1..=65_535;
        /// The version of DarkRift's handshake; 0 is that of its oldest releases.
        pub version: ProtocolVersion as protocol_version = ProtocolVersion::One, 0..=1;
        /// The clients' UDP port, if it is not the TCP port.
        ///
        /// Port 0 picks a free port.
        #[example(4297)]
        pub udp_port: Option<u16> = None;
        /// The distribution of these connections among the address prefixes of clients.
        pub address_shares: AddressShares as _ = AddressShares::default();
        /// How many TCP connections may wait for their UDP datagram at once. With one more, one is closed: of the
        /// address that [has the most](consonance_link::HandshakeSlots), or the oldest.
        pub handshakes_max: usize as _ = 256;
        /// How long a TCP connection may wait for its UDP datagram.
        pub handshake_timeout: Duration as _ = Duration::from_secs(5);
        /// Whether a client's datagrams have to come from the IP address of its TCP connection. Stock servers do not
        /// ask for that; without it, clients whose provider gives them two addresses get in as well.
        pub same_address: bool as _ = true;
        /// How often a token that came over UDP is acknowledged, since datagrams get lost; 1 with version 0, whose
        /// clients know no second acknowledgement.
        pub acknowledgements: u8 as _ = 2;
        /// The largest message that a client may send over TCP, in bytes. A client that announces a larger one is
        /// disconnected.
        pub incoming_message_bytes_max: usize as _ = MESSAGE_BYTES_TO_SERVER;
        /// The largest message of the game's server.
        ///
        /// In bytes, over TCP. Stock clients take any.
        pub outgoing_message_bytes_max: usize as message_bytes_max = 1 << 20, 65_536..=67_108_864;
        /// The largest datagram to clients, in bytes: DarkRift does not split them.
        pub datagram_bytes_max: usize as _ = DATAGRAM_BYTES;
        /// How many bytes may wait for a client that reads slowly, before it is disconnected.
        pub outgoing_bytes_max: usize as _ = 2 << 20;
        /// How long the goodbye may take when a connection ends.
        pub goodbye_timeout: Duration as _ = Duration::from_secs(2);
    }
}

impl ServerSettings {
    pub(crate) fn tcp(&self) -> TcpSettings {
        TcpSettings {
            // Twice the pending handshakes, to leave room for connections that are saying goodbye.
            connections_max: self.connections_max.saturating_add(self.handshakes_max.saturating_mul(2)),
            incoming_bytes_max: LENGTH_BYTES + self.incoming_message_bytes_max,
            outgoing_bytes_max: self.outgoing_bytes_max,
            goodbye_timeout: self.goodbye_timeout,
            ..TcpSettings::default()
        }
    }
}

/// The server's address, and a client's limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// The server's address for TCP.
    pub server: SocketAddr,
    /// The server's UDP port, where it is not the TCP port.
    pub udp_port: Option<u16>,
    /// The address of this machine that the server is to see.
    pub local: Option<IpAddr>,
    /// Bytes sent first over TCP, for servers behind a component that strips them, such as a
    /// [header of the PROXY protocol](consonance_link::gateway::proxy_protocol::header).
    pub preface: Vec<u8>,
    /// How long connecting may take.
    pub connecting_max: Duration,
    /// How long until the token is sent again over UDP while the server does not answer. Stock clients send it once.
    pub token_interval: Duration,
    /// The largest message that the server may send over TCP, in bytes. A larger one ends the connection.
    pub incoming_message_bytes_max: usize,
    /// The largest message to the server over TCP, in bytes.
    pub outgoing_message_bytes_max: usize,
    /// The largest datagram to the server, in bytes.
    pub datagram_bytes_max: usize,
    /// How many bytes may wait for a server that reads slowly, before the connection ends.
    pub outgoing_bytes_max: usize,
    /// How long the goodbye may take when the connection ends.
    pub goodbye_timeout: Duration,
}

impl ClientSettings {
    /// A client of this server, with the limits of stock servers: 10 s to connect, the token once a second, messages
    /// of 65 534 bytes to the server and 1 MiB from it, datagrams of 1200 bytes, 1 MiB waiting, 2 s for the goodbye.
    pub fn new(server: SocketAddr) -> Self {
        Self {
            server,
            udp_port: None,
            local: None,
            preface: Vec::new(),
            connecting_max: Duration::from_secs(10),
            token_interval: Duration::from_secs(1),
            incoming_message_bytes_max: 1024 * 1024,
            outgoing_message_bytes_max: MESSAGE_BYTES_TO_SERVER,
            datagram_bytes_max: DATAGRAM_BYTES,
            outgoing_bytes_max: 1024 * 1024,
            goodbye_timeout: Duration::from_secs(2),
        }
    }

    pub(crate) fn tcp(&self) -> TcpSettings {
        TcpSettings {
            incoming_bytes_max: LENGTH_BYTES + self.incoming_message_bytes_max,
            outgoing_bytes_max: self.outgoing_bytes_max,
            goodbye_timeout: self.goodbye_timeout,
            ..TcpSettings::default()
        }
    }

    pub(crate) fn udp(&self) -> SocketAddr {
        SocketAddr::new(self.server.ip(), self.udp_port.unwrap_or(self.server.port()))
    }
}

/// The largest message that stock servers accept.
const MESSAGE_BYTES_TO_SERVER: usize = 65_534;

/// A datagram size that nearly every network carries without fragmentation.
const DATAGRAM_BYTES: usize = 1200;
