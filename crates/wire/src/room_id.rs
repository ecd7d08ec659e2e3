//! From a room's name to its 16-bit id.

use crate::RoomId;

impl RoomId {
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
