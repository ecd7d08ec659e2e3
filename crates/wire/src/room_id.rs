//! The 16-bit id of a room, derived from its name.

use crate::RoomId;

/// The name of the room whose voice is always sent: a frame on a channel to it goes to the server even without
/// listeners, as a relay whose only destination is [`ClientId::NONE`](crate::ClientId::NONE).
///
/// It serves recorders, taps and moderators of a server, which see voice without being listeners. Originals have it
/// since 9.0.2; earlier servers forward such a relay to no client.
pub const ALWAYS_SEND_ROOM: &str = "FEE5233F-185F-4C73-AC6F-EE325998D526";

impl RoomId {
    /// The id of [`ALWAYS_SEND_ROOM`].
    pub const ALWAYS_SEND: Self = Self(44_546);

    /// The id of the room with this name.
    ///
    /// ```
    /// # use consonance_wire::RoomId;
    /// assert_eq!(RoomId::of("Global"), RoomId(29976));
    /// ```
    pub fn of(name: &str) -> Self {
        Self::of_utf16(name.encode_utf16())
    }

    /// The id of the room whose name has these UTF-16 code units; lone surrogates count like any unit.
    pub fn of_utf16(units: impl IntoIterator<Item = u16>) -> Self {
        let hash = fnv1a_utf16(units);
        let (high, low) = ((hash >> 16) as u16, hash as u16);
        Self(high.wrapping_mul(5791).wrapping_add(low.wrapping_mul(7639)))
    }
}

/// The 32-bit FNV-1a hash of UTF-16 code units, two bytes per unit, the high byte first.
/// The hash is defined in RFC 9923.
pub fn fnv1a_utf16(units: impl IntoIterator<Item = u16>) -> u32 {
    const OFFSET_BASIS: u32 = 2_166_136_261;
    const PRIME: u32 = 16_777_619;
    let bytes = units.into_iter().flat_map(u16::to_be_bytes);
    bytes.fold(OFFSET_BASIS, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_the_always_send_room_is_that_of_its_name() {
        assert_eq!(RoomId::of(ALWAYS_SEND_ROOM), RoomId::ALWAYS_SEND);
    }
}
