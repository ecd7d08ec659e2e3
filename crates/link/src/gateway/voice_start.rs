//! The time at which a game's client becomes a player of voice.

/// When a client of the game becomes a peer of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceStart {
    /// With its first voice packet: a game may be in its menus for as long as it likes, and a client that never speaks
    /// takes no slot. A session that does not want a client can only disconnect it then, for it was admitted before.
    WithFirstPacket,
    /// As soon as it is connected; behind a proxy, as soon as the game's server admits it. A session that waits only
    /// so long for a handshake closes the voice of those that have not begun by then.
    AtOnce,
}
