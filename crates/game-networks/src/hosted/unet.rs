//! `UNet`'s high-level API.

use consonance_link::Delivery;

use crate::hosted::settings::{ORIGINALS_TAKE_BYTES, RoomSettings};

/// The HLAPI: one message type both ways. The game's server is the voice server; a peer is its connection's id.
///
/// A message's body is the packet behind its packed length; what a message is for follows from its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnetHlapi {
    /// The type of the messages. 18385.
    pub message_type: i16,
    /// The number of the channel for what must arrive, in order. 0.
    pub reliable_channel: u8,
    /// The number of the channel for voice. 1.
    pub unreliable_channel: u8,
}

impl Default for UnetHlapi {
    fn default() -> Self {
        Self { message_type: 18_385, reliable_channel: 0, unreliable_channel: 1 }
    }
}

impl UnetHlapi {
    /// The capabilities of this network.
    pub fn room(&self) -> RoomSettings {
        RoomSettings::of_packets_up_to(ORIGINALS_TAKE_BYTES)
    }

    /// The number of the channel to send on.
    pub fn channel(&self, delivery: Delivery) -> u8 {
        match delivery {
            Delivery::Reliable => self.reliable_channel,
            Delivery::Unreliable => self.unreliable_channel,
        }
    }

    /// Puts the body of a message behind what is in `body`, as `NetworkWriter.WriteBytesFull` does. A packet is at most
    /// 67 823 bytes long here, which none is.
    pub fn write_body(&self, packet: &[u8], body: &mut Vec<u8>) {
        write_packed(packet.len(), body);
        body.extend_from_slice(packet);
    }

    /// The packet in the body of a message; `None` if it is cut off. What stands behind it is ignored.
    pub fn read_body<'a>(&self, body: &'a [u8]) -> Option<&'a [u8]> {
        let (length, rest) = read_packed(body)?;
        rest.get(..length)
    }
}

/// `UNet`'s packed integers, of which lengths of packets need the first three kinds.
const ONE_BYTE_MAX: usize = 240;
const TWO_BYTES_MAX: usize = 2287;

fn write_packed(value: usize, out: &mut Vec<u8>) {
    if value <= ONE_BYTE_MAX {
        out.push(value as u8);
    } else if value <= TWO_BYTES_MAX {
        let rest = value - ONE_BYTE_MAX;
        out.extend([(rest / 256 + 241) as u8, (rest % 256) as u8]);
    } else {
        let rest = value - TWO_BYTES_MAX - 1;
        out.extend([249, (rest / 256) as u8, (rest % 256) as u8]);
    }
}

fn read_packed(bytes: &[u8]) -> Option<(usize, &[u8])> {
    Some(match *bytes {
        [first @ 0..=240, ref rest @ ..] => (usize::from(first), rest),
        [first @ 241..=248, second, ref rest @ ..] => {
            (ONE_BYTE_MAX + 256 * usize::from(first - 241) + usize::from(second), rest)
        }
        [249, high, low, ref rest @ ..] => {
            (TWO_BYTES_MAX + 1 + 256 * usize::from(high) + usize::from(low), rest)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_packed_as_unet_packs_them() {
        let packed = |value| {
            let mut out = Vec::new();
            write_packed(value, &mut out);
            out
        };
        assert_eq!(packed(240), [0xf0], "packed u32 240");
        assert_eq!(packed(1024), [0xf4, 0x10], "packed u32 1024");
        assert_eq!(packed(2288), [0xf9, 0x00, 0x00], "packed u32 2288");
        assert_eq!(UnetHlapi::default().message_type.to_le_bytes(), [0xd1, 0x47], "message type 18385, LE");
    }

    #[test]
    fn every_length_is_read_as_it_was_written() {
        let unet = UnetHlapi::default();
        for length in (0..=2600).chain([67_823]) {
            let (packet, mut body) = (vec![7; length], Vec::new());
            unet.write_body(&packet, &mut body);
            assert_eq!(unet.read_body(&body), Some(packet.as_slice()), "of {length} bytes");
            assert_eq!(unet.read_body(&body[..body.len() - 1]), None, "of {length} bytes, cut off");
        }
    }
}
