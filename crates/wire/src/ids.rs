//! The three numbers that packets name things by.

use core::fmt;

/// One run of one server; every packet but the handshake request carries it.
/// The original draws it from 1 to 2³¹ − 2; all 32 bits are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u32);

/// A client within a session, given out by the server and reused at once after the client has left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u16);

impl ClientId {
    /// The id that no client ever has: the only destination of a relay that is sent without listeners, see
    /// [`RoomId::ALWAYS_SEND`].
    pub const NONE: Self = Self(u16::MAX);
}

/// A room, as a hash of its name: see [`RoomId::of`]. Two names may share one id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u16);

/// Eight hexadecimal digits, as session ids look like in packet dumps.
impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
