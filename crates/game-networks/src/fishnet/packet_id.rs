//! Packet ids: the first two bytes of each packet.

pub(crate) const AUTHENTICATED: u16 = 1;
pub(crate) const SPLIT: u16 = 2;
pub(crate) const BROADCAST: u16 = 12;
pub(crate) const PING_PONG: u16 = 14;
pub(crate) const DISCONNECT: u16 = 17;
pub(crate) const TIMING_UPDATE: u16 = 18;
pub(crate) const VERSION: u16 = 21;
