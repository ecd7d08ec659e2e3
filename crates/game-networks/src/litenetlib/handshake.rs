//! The packets that open and close a connection.

use std::net::SocketAddr;

use crate::litenetlib::packet_type::{Dialect, FirstByte, PacketType};
use crate::litenetlib::settings::ConnectionKey;

/// The protocol number that 1.x and 2.x announce.
pub const PROTOCOL: i32 = 13;

/// The bytes of a packet at this offset, if there are enough.
pub(crate) fn field<const N: usize>(packet: &[u8], at: usize) -> Option<[u8; N]> {
    packet.get(at..)?.first_chunk().copied()
}

/// The connection request of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectRequest<'a> {
    /// The number of the connection among four consecutive ones, from 0 to 3.
    pub connection_number: u8,
    /// The time at which the client began to connect, in .NET ticks, which identifies the attempt.
    pub connect_time: i64,
    /// The client's number for the server.
    pub peer_id: i32,
    /// Further data from the client, such as a key.
    pub user_data: &'a [u8],
}

/// Sizes of raw socket addresses, of both families.
const ADDRESS_BYTES: [u8; 2] = [16, 28];

impl<'a> ConnectRequest<'a> {
    /// Reads a packet of [`PROTOCOL`]; `None` if it is not a request.
    pub fn parse(packet: &'a [u8], dialect: Dialect) -> Option<Self> {
        let header = FirstByte::parse(packet, dialect)
            .filter(|header| header.packet_type == PacketType::ConnectRequest && !header.is_fragment)?;
        if protocol_of(packet) != Some(PROTOCOL) {
            return None;
        }
        let address_bytes = *packet.get(17).filter(|bytes| ADDRESS_BYTES.contains(bytes))?;
        Some(Self {
            connection_number: header.connection_number,
            connect_time: i64::from_le_bytes(field(packet, 5)?),
            peer_id: i32::from_le_bytes(field(packet, 13)?),
            user_data: packet.get(18 + usize::from(address_bytes)..)?,
        })
    }

    /// Appends the packet, for a server at this address.
    pub fn write(&self, server: Option<SocketAddr>, dialect: Dialect, packet: &mut Vec<u8>) {
        packet.push(FirstByte::new(PacketType::ConnectRequest, self.connection_number).byte(dialect));
        packet.extend_from_slice(&PROTOCOL.to_le_bytes());
        packet.extend_from_slice(&self.connect_time.to_le_bytes());
        packet.extend_from_slice(&self.peer_id.to_le_bytes());
        write_address(server.unwrap_or(SocketAddr::from(([0; 4], 0))), packet);
        packet.extend_from_slice(self.user_data);
    }
}

/// The protocol that a request announces.
pub(crate) fn protocol_of(packet: &[u8]) -> Option<i32> {
    field(packet, 1).map(i32::from_le_bytes)
}

/// Appends a size, and a raw socket address in the layout of Windows and Linux.
fn write_address(address: SocketAddr, packet: &mut Vec<u8>) {
    const INET: u16 = 2;
    const INET6: u16 = 23;
    match address {
        SocketAddr::V4(address) => {
            packet.push(ADDRESS_BYTES[0]);
            packet.extend_from_slice(&INET.to_le_bytes());
            packet.extend_from_slice(&address.port().to_be_bytes());
            packet.extend_from_slice(&address.ip().octets());
            packet.extend_from_slice(&[0; 8]);
        }
        SocketAddr::V6(address) => {
            packet.push(ADDRESS_BYTES[1]);
            packet.extend_from_slice(&INET6.to_le_bytes());
            packet.extend_from_slice(&address.port().to_be_bytes());
            packet.extend_from_slice(&address.flowinfo().to_be_bytes());
            packet.extend_from_slice(&address.ip().octets());
            packet.extend_from_slice(&address.scope_id().to_le_bytes());
        }
    }
}

/// Appends a key as user data.
pub(crate) fn write_key(key: &str, user_data: &mut Vec<u8>) {
    let bytes_and_one = u16::try_from(key.len() + 1).unwrap_or(0);
    if key.is_empty() || bytes_and_one == 0 {
        user_data.extend_from_slice(&[0; 2]);
    } else {
        user_data.extend_from_slice(&bytes_and_one.to_le_bytes());
        user_data.extend_from_slice(key.as_bytes());
    }
}

impl ConnectionKey {
    /// Whether user data begins with the required key. Empty user data is the empty key.
    pub fn fits(&self, user_data: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(key) => read_key(user_data) == Some(key.as_bytes()),
        }
    }
}

fn read_key(user_data: &[u8]) -> Option<&[u8]> {
    if user_data.is_empty() {
        return Some(&[]);
    }
    let (length, rest) = user_data.split_first_chunk()?;
    rest.get(..usize::from(u16::from_le_bytes(*length)).saturating_sub(1))
}

/// The server's acceptance of a client; with `network_changed`, in a [`PeerNotFound`](PacketType::PeerNotFound), an
/// announcement of a connection to a peer that seems not to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectAccept {
    /// The connect time of the request.
    pub connect_time: i64,
    /// The number in the packets of this connection, from 0 to 3.
    pub connection_number: u8,
    /// False for an accept.
    pub network_changed: bool,
    /// The sender's number for the client in an accept; the receiver's number for the sender in an announcement.
    pub peer_id: i32,
}

impl ConnectAccept {
    /// The exact size of the packet.
    pub const BYTES: usize = 15;

    /// Reads a packet of either type; `None` if a field is out of its range.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let packet: &[u8; Self::BYTES] = packet.try_into().ok()?;
        let peer_id = i32::from_le_bytes(field(packet, 11)?);
        let is_allowed = packet[9] < 4 && packet[10] < 2 && peer_id >= 0;
        is_allowed.then_some(Self {
            connect_time: i64::from_le_bytes(field(packet, 1)?),
            connection_number: packet[9],
            network_changed: packet[10] == 1,
            peer_id,
        })
    }

    /// The packet.
    pub fn to_bytes(self, dialect: Dialect) -> [u8; Self::BYTES] {
        let packet_type =
            if self.network_changed { PacketType::PeerNotFound } else { PacketType::ConnectAccept };
        let mut packet = [0; Self::BYTES];
        packet[0] = FirstByte::new(packet_type, self.connection_number).byte(dialect);
        packet[1..9].copy_from_slice(&self.connect_time.to_le_bytes());
        packet[9] = self.connection_number;
        packet[10] = u8::from(self.network_changed);
        packet[11..15].copy_from_slice(&self.peer_id.to_le_bytes());
        packet
    }
}

/// The end or the rejection of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disconnect<'a> {
    /// The number of the connection, from 0 to 3.
    pub connection_number: u8,
    /// The connect time of the request.
    pub connect_time: i64,
    /// Additional data: text, if it is from this crate.
    pub extra: &'a [u8],
}

impl<'a> Disconnect<'a> {
    /// Reads a packet; `None` if it is not a disconnect.
    pub fn parse(packet: &'a [u8], dialect: Dialect) -> Option<Self> {
        let header = FirstByte::parse(packet, dialect)
            .filter(|header| header.packet_type == PacketType::Disconnect && !header.is_fragment)?;
        let connect_time = i64::from_le_bytes(field(packet, 1)?);
        Some(Self { connection_number: header.connection_number, connect_time, extra: packet.get(9..)? })
    }

    /// The packet.
    pub fn to_bytes(self, dialect: Dialect) -> Vec<u8> {
        let mut packet = vec![FirstByte::new(PacketType::Disconnect, self.connection_number).byte(dialect)];
        packet.extend_from_slice(&self.connect_time.to_le_bytes());
        packet.extend_from_slice(self.extra);
        packet
    }
}
