//! `TNet3`, of which nothing but its public face is known.

use crate::settings::{ORIGINALS_TAKE_BYTES, RoomSettings};

/// A `TNet` channel of its own for voice. The channel's host is the server; a peer is a player's id.
///
/// How the original's integration calls its functions there is not public, so unmodified players cannot be in the
/// channel: name the functions as the game likes, one for each direction and delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tnet3;

impl Tnet3 {
    /// What this network can do.
    pub fn room(&self) -> RoomSettings {
        RoomSettings::of_packets_up_to(ORIGINALS_TAKE_BYTES)
    }
}
