//! The packet sizes that the network carries, and the split of a client's state into packets of such a size.

use consonance_wire::limits::{RECEPTION_BYTES_MAX, RECEPTIONS_MAX};
use consonance_wire::{ClientState, DeltaChannelState, RosterEntry, SessionId, WireStr, Writer};

use crate::limits::{DELTA_BYTES, STATE_BYTES};
use crate::link::Delivery;

/// The longest packets that the network carries, in bytes: longer ones are never made.
///
/// Data that does not fit into one packet is split over several where the protocol allows that, and refused to the
/// caller otherwise. Values are limited to the range from [`MIN_BYTES`](Self::MIN_BYTES) to the 1024 bytes that an
/// original accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketLimits {
    /// Of reliable packets (default 1024).
    pub reliable_bytes: usize,
    /// Of unreliable packets (default 1024): voice, most of all.
    pub unreliable_bytes: usize,
}

impl PacketLimits {
    /// The minimum for a usable network: below it, the longer packets of a session get lost.
    pub const MIN_BYTES: usize = 256;

    pub(crate) fn within_bounds(self) -> Self {
        let bounded = |bytes: usize| bytes.clamp(Self::MIN_BYTES, crate::PACKET_BYTES_MAX);
        Self {
            reliable_bytes: bounded(self.reliable_bytes),
            unreliable_bytes: bounded(self.unreliable_bytes),
        }
    }

    pub(crate) fn bytes(self, delivery: Delivery) -> usize {
        match delivery {
            Delivery::Reliable => self.reliable_bytes,
            Delivery::Unreliable => self.unreliable_bytes,
        }
    }

    /// The longest name of a player whose state fits into packets at all.
    pub(crate) fn name_bytes(self) -> usize {
        self.reliable_bytes - STATE_BYTES
    }

    /// The longest text that fits into a packet through the server.
    pub(crate) fn text_bytes(self) -> usize {
        self.reliable_bytes - (crate::PACKET_BYTES_MAX - crate::TEXT_BYTES_MAX)
    }

    /// The number of speakers that a listener can report on at once.
    pub(crate) fn receptions(self) -> usize {
        let missing = crate::PACKET_BYTES_MAX - self.unreliable_bytes;
        RECEPTIONS_MAX - missing.div_ceil(RECEPTION_BYTES_MAX)
    }

    /// The longest name of a room that fits into a packet about entering it.
    pub(crate) fn room_name_bytes(self) -> usize {
        self.reliable_bytes - DELTA_BYTES
    }
}

impl Default for PacketLimits {
    fn default() -> Self {
        Self { reliable_bytes: crate::PACKET_BYTES_MAX, unreliable_bytes: crate::PACKET_BYTES_MAX }
    }
}

/// Writes a client and the rooms that it listens to into packets of at most `max_bytes`: its state with as many rooms
/// as fit, then an entry into each of the others. Rooms whose names fit into no packet are left out.
pub(crate) fn write_state(
    session: SessionId,
    client: &RosterEntry<'_>,
    rooms: &[&str],
    max_bytes: usize,
    mut each: impl FnMut(&[u8]),
) {
    let mut buffer = [0; crate::PACKET_BYTES_MAX];
    let mut bytes = STATE_BYTES + client.name.map_or(0, |name| name.as_bytes().len());
    let fitting = rooms.iter().take_while(|room| {
        bytes += 2 + room.len();
        bytes <= max_bytes
    });
    let (listed, entered) = rooms.split_at(fitting.count());
    let mut writer = Writer::new(&mut buffer[..max_bytes]);
    if ClientState::write_with_rooms(&mut writer, session, client, listed.iter().copied()).is_err() {
        return;
    }
    let length = writer.len();
    each(&buffer[..length]);
    for room in entered {
        let room = Some(WireStr::from(*room));
        let entry = DeltaChannelState { session, joined: true, id: client.id, room };
        let mut writer = Writer::new(&mut buffer[..max_bytes]);
        if entry.write(&mut writer).is_ok() {
            let length = writer.len();
            each(&buffer[..length]);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use consonance_wire::{ClientId, CodecId, CodecParameters, Packet};

    use super::*;

    const SESSION: SessionId = SessionId(7);

    /// The number of rooms in the state, and of those entered afterwards.
    fn told(rooms: &[&str], max_bytes: usize) -> (usize, usize) {
        let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
        let client = RosterEntry { name: Some(WireStr::from("Alice")), id: ClientId(1), codec };
        let mut packets: Vec<Vec<u8>> = Vec::new();
        write_state(SESSION, &client, rooms, max_bytes, |packet| packets.push(packet.into()));
        assert!(packets.iter().all(|packet| packet.len() <= max_bytes), "of {packets:?}");
        let Ok(Packet::ClientState(state)) = Packet::parse(&packets[0]) else { panic!("a state is first") };
        let entered = packets[1..].iter().map(|packet| match Packet::parse(packet) {
            Ok(Packet::DeltaChannelState(entry)) => entry.room.map(|room| room.to_str().into_owned()),
            _ => panic!("only entries follow"),
        });
        let listed = state.rooms.iter().map(|room| room.map(|room| room.to_str().into_owned()));
        let all: Vec<_> = listed.chain(entered).flatten().collect();
        assert_eq!(all, rooms, "all of them, in order");
        (state.rooms.len(), packets.len() - 1)
    }

    #[test]
    fn rooms_that_do_not_fit_into_a_state_are_entered_one_by_one() {
        let room = "a".repeat(98);
        let rooms = [room.as_str(); 9];
        assert_eq!(told(&rooms, 1024), (9, 0));
        assert_eq!(told(&rooms, 27 + 500), (5, 4));
        assert_eq!(told(&rooms, 27 + 499), (4, 5));
        assert_eq!(told(&[], 256), (0, 0));
    }

    #[test]
    fn limits_count_within_what_a_session_needs_and_an_original_takes() {
        let limits = PacketLimits { reliable_bytes: 0, unreliable_bytes: 16_384 };
        let counted = PacketLimits { reliable_bytes: 256, unreliable_bytes: 1024 };
        assert_eq!(limits.within_bounds(), counted);
    }
}
