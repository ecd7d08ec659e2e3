//! A server in the game's process, and packets of the game's own network.

use crate::c::Text;

/// The settings of a host. Zeros and nulls are the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CHostSettings {
    /// `sizeof(consonance_host_settings)`.
    pub size: u32,
    /// The maximum number of players; 0 for no limit but the server's own.
    pub players_max: u32,
    /// The name of the session; `main` if it is null.
    pub session: Text,
    /// The IP address and UDP port to listen on, such as `0.0.0.0:7777`; port 0 picks a free port. Null for the game's
    /// own network alone.
    pub listen: Text,
    /// The host name or address by which players reach it; the address to listen on if it is null.
    pub public_host: Text,
    /// The password that players need; null for none.
    pub password: Text,
    /// The longest reliable packet of the game's own network, in bytes; 0 if it carries no voice.
    pub reliable_bytes: u32,
    /// The longest unreliable packet of the game's own network, in bytes.
    pub unreliable_bytes: u32,
    /// Whether the session is encrypted from end to end: `consonance_session_encryption`.
    pub encryption: i32,
    /// Zero.
    pub reserved: u32,
}

/// What a game has to do with a packet, or has become of a link.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CPacketAction {
    /// Send the bytes: to the server, or to the peer.
    Send = 0,
    /// A chat wants to reach its server: say so once its link is up.
    ///
    /// See `consonance_link`.
    Connect = 1,
    /// The chat has left, or the host disconnects the peer: treat its link as closed.
    Disconnect = 2,
    /// The bytes came from the server of a link.
    Received = 3,
    /// A link is up.
    ///
    /// `peer` is its `consonance_transport`, and the bytes are a text that says why.
    Connected = 4,
    /// A link has ended or could not connect. It is the last action.
    ///
    /// The bytes are a text that says why.
    Disconnected = 5,
}

/// The protocol that carries packets to a server.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CTransport {
    /// UDP.
    Udp = 0,
    /// A WebSocket with TLS, since UDP does not get through.
    WebSocket = 1,
}

/// An outgoing packet or an action, for a game's own network.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CPacket {
    /// `sizeof(consonance_packet)`.
    pub size: u32,
    /// The action: `consonance_packet_action`.
    pub action: i32,
    /// Of a host, the game's number of the player concerned; of a link, as the action says.
    pub peer: u64,
    /// 1 if it must arrive, in order; 0 for voice.
    pub reliable: u32,
    /// Zero.
    pub reserved: u32,
}
