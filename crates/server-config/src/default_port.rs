//! The port of a server whose configuration names none.

/// The default UDP port of a server.
pub const DEFAULT_PORT: u16 = 7777;
