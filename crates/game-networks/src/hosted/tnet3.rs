//! `TNet3`, of which only the public interface is known.

use crate::hosted::settings::{ORIGINALS_TAKE_BYTES, RoomSettings};

/// A `TNet` channel of its own for voice. The channel's host is the server; a peer is a player's id.
///
/// The original integration's function calls are not public, so unmodified players cannot be in the channel: the game
/// may choose the names of the functions, one for each direction and delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tnet3;

impl Tnet3 {
    /// The capabilities of this network.
    pub fn room(&self) -> RoomSettings {
        RoomSettings::of_packets_up_to(ORIGINALS_TAKE_BYTES)
    }
}
