//! Broadcasts: messages of the game's own types, among them that of voice.

use std::ops::Range;

use crate::fishnet::packed;
use crate::fishnet::packet_id::BROADCAST;

/// The identifier of a broadcast's type on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BroadcastKey(pub u16);

impl BroadcastKey {
    /// `Dissonance.Integrations.FishNet.Broadcasts.DissonanceFishNetBroadcast`, of every version of the integration.
    pub const VOICE: Self = Self(0xa37a);
    /// `FishNet.Managing.Server.ClientConnectionChangeBroadcast`: a client has connected or disconnected.
    pub const CONNECTION_CHANGE: Self = Self(0xc5df);
    /// `FishNet.Managing.Server.ConnectedClientsBroadcast`: the connected clients.
    pub const CONNECTED_CLIENTS: Self = Self(0xc385);
    /// `FishNet.Managing.Scened.EmptyStartScenesBroadcast`: there are no scenes to load.
    pub const EMPTY_START_SCENES: Self = Self(0x931c);
    /// `FishNet.Managing.Scened.ClientScenesLoadedBroadcast`: a client's reply to that.
    pub const CLIENT_SCENES_LOADED: Self = Self(0x9f27);

    /// The key of a type by its full name in C#: the FNV-1 hash of its UTF-16 units, folded to 16 bits.
    pub fn of_type(full_name: &str) -> Self {
        const OFFSET_BASIS: u32 = 2_166_136_261;
        const PRIME: u32 = 16_777_619;
        let step = |hash: u32, unit: u16| hash.wrapping_mul(PRIME) ^ u32::from(unit);
        let hash = full_name.encode_utf16().fold(OFFSET_BASIS, step);
        Self((hash >> 16) as u16 ^ hash as u16)
    }
}

/// Appends a broadcast with this body.
pub(crate) fn write(key: BroadcastKey, body: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&BROADCAST.to_le_bytes());
    bytes.extend_from_slice(&key.0.to_le_bytes());
    packed::write_segment(body, bytes);
}

/// Appends the broadcast that carries a voice packet.
pub fn write_voice(key: BroadcastKey, packet: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&BROADCAST.to_le_bytes());
    bytes.extend_from_slice(&key.0.to_le_bytes());
    packed::write((packed::bytes_of(packet.len()) + packet.len()) as i64, bytes);
    packed::write_segment(packet, bytes);
}

/// How many bytes that is.
pub(crate) fn voice_bytes(packet: usize) -> usize {
    let body = packed::bytes_of(packet) + packet;
    4 + packed::bytes_of(body) + body
}

/// The voice packet in a broadcast's body.
pub(crate) fn voice_in(body: &[u8]) -> Option<&[u8]> {
    let (packet, rest) = packed::read_segment(body)?;
    rest.is_empty().then_some(packet)
}

/// The first bytes of every voice packet.
const MAGIC: [u8; 2] = [0x8b, 0xc7];

/// The first voice broadcast anywhere in arbitrary bytes: the range of the whole broadcast, and that of its packet.
///
/// Packets do not carry their lengths, so no packet can be found by parsing behind one of the game's own. The
/// signature is 8 to 10 bytes, among them two lengths that must match.
pub fn find_voice(key: BroadcastKey, bytes: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let [id0, id1] = BROADCAST.to_le_bytes();
    let [key0, key1] = key.0.to_le_bytes();
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.windows(4).position(|window| window == [id0, id1, key0, key1]) {
        let start = from + at;
        if let Some((body, rest)) = packed::read_segment(&bytes[start + 4..])
            && let Some(packet) = voice_in(body).filter(|packet| packet.starts_with(&MAGIC))
        {
            let end = bytes.len() - rest.len();
            return Some((start..end, end - packet.len()..end));
        }
        from = start + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_folded_hashes_of_type_names() {
        for (name, key) in [
            ("Dissonance.Integrations.FishNet.Broadcasts.DissonanceFishNetBroadcast", BroadcastKey::VOICE),
            ("FishNet.Managing.Server.ClientConnectionChangeBroadcast", BroadcastKey::CONNECTION_CHANGE),
            ("FishNet.Managing.Server.ConnectedClientsBroadcast", BroadcastKey::CONNECTED_CLIENTS),
            ("FishNet.Managing.Scened.EmptyStartScenesBroadcast", BroadcastKey::EMPTY_START_SCENES),
            ("FishNet.Managing.Scened.ClientScenesLoadedBroadcast", BroadcastKey::CLIENT_SCENES_LOADED),
        ] {
            assert_eq!(BroadcastKey::of_type(name), key, "{name}");
        }
    }

    #[test]
    fn voice_is_found_among_anything_and_only_whole() {
        let packet = [&MAGIC[..], &[4; 70]].concat();
        let mut broadcast = Vec::new();
        write_voice(BroadcastKey::VOICE, &packet, &mut broadcast);
        assert_eq!(broadcast.len(), voice_bytes(packet.len()));
        for before in [&[][..], &[9, 0, 12, 0], &[12, 0, 0x7a, 0xa3], &[12, 0, 0x7a, 0xa3, 6, 4, 0x8b, 0]] {
            let bytes = [before, &broadcast, &[1, 2]].concat();
            let (whole, inner) = find_voice(BroadcastKey::VOICE, &bytes).unwrap();
            assert_eq!((&bytes[whole], &bytes[inner]), (&broadcast[..], &packet[..]), "{before:?}");
        }
        for end in 0..broadcast.len() {
            assert_eq!(find_voice(BroadcastKey::VOICE, &broadcast[..end]), None, "cut off at {end}");
        }
        assert_eq!(find_voice(BroadcastKey(7), &broadcast), None);
    }
}
