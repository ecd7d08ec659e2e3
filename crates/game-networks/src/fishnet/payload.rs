//! Payloads, and the packets in them as far as they can be followed.

use crate::fishnet::broadcast::{self, BroadcastKey};
use crate::fishnet::packed;
use crate::fishnet::packet_id::{
    AUTHENTICATED, BROADCAST, DISCONNECT, PING_PONG, SPLIT, TIMING_UPDATE, VERSION,
};

/// How many bytes a payload's tick has.
pub(crate) const TICK_BYTES: usize = 4;

/// The unit that a network carries: the sender's tick, and packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// The sender's time, usually 30 to a second.
    pub tick: u32,
    /// Packets back to back; see [`FishNetPackets`].
    pub packets: &'a [u8],
}

impl<'a> Payload<'a> {
    /// `None` if there is no more than a tick: such a payload is ignored.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (tick, packets) = bytes.split_first_chunk::<TICK_BYTES>()?;
        (!packets.is_empty()).then_some(Self { tick: u32::from_le_bytes(*tick), packets })
    }
}

/// The end that wrote packets: some have another body each way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A client.
    Client,
    /// The server.
    Server,
}

/// The packets of a payload, or of a reassembled split, up to the first of unknown length.
#[derive(Clone, Debug)]
pub struct FishNetPackets<'a> {
    from: Side,
    rest: &'a [u8],
}

/// A packet, as far as voice needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FishNetPacket<'a> {
    /// A message of a type that the game or its libraries define.
    Broadcast {
        /// The broadcast's type.
        key: BroadcastKey,
        /// The broadcast's content.
        body: &'a [u8],
    },
    /// A part of packets that are too long together; it goes to the payload's end.
    Split {
        /// How many parts there are.
        parts: i64,
        /// The bytes of this one.
        chunk: &'a [u8],
    },
    /// A client wants its tick back, or gets it.
    PingPong {
        /// The client's tick.
        tick: u32,
    },
    /// The client's version, such as `4.7.2`.
    Version {
        /// Its bytes, UTF-8 from honest clients.
        version: &'a [u8],
    },
    /// The server has read the version.
    VersionRead,
    /// The client has a number and is admitted; the rest is not parsed.
    Authenticated,
    /// The server reports its ticks to a client.
    TimingUpdate {
        /// The last tick that was seen from the client.
        tick: u32,
    },
    /// The server says goodbye.
    Disconnect,
}

impl<'a> FishNetPacket<'a> {
    /// The voice packet in it, if it is a voice broadcast with this key.
    pub fn voice(&self, key: BroadcastKey) -> Option<&'a [u8]> {
        match self {
            Self::Broadcast { key: other, body } if *other == key => broadcast::voice_in(body),
            _ => None,
        }
    }
}

impl<'a> FishNetPackets<'a> {
    /// The packets in these bytes.
    pub fn new(from: Side, packets: &'a [u8]) -> Self {
        Self { from, rest: packets }
    }

    fn take(&mut self) -> Option<FishNetPacket<'a>> {
        let (id, body) = self.rest.split_first_chunk()?;
        let (packet, rest) = match (u16::from_le_bytes(*id), self.from) {
            (BROADCAST, _) => {
                let (key, body) = body.split_first_chunk()?;
                let (body, rest) = packed::read_segment(body)?;
                (FishNetPacket::Broadcast { key: BroadcastKey(u16::from_le_bytes(*key)), body }, rest)
            }
            (SPLIT, _) => {
                let (parts, chunk) = packed::read(body)?;
                (FishNetPacket::Split { parts, chunk }, [].as_slice())
            }
            (PING_PONG, _) => {
                let (tick, rest) = body.split_first_chunk()?;
                (FishNetPacket::PingPong { tick: u32::from_le_bytes(*tick) }, rest)
            }
            (VERSION, Side::Client) => {
                let (version, rest) = packed::read_segment(body)?;
                (FishNetPacket::Version { version }, rest)
            }
            (VERSION, Side::Server) => (FishNetPacket::VersionRead, body.get(1..)?),
            (AUTHENTICATED, Side::Server) => (FishNetPacket::Authenticated, [].as_slice()),
            (TIMING_UPDATE, Side::Server) => {
                let (tick, rest) = body.split_first_chunk()?;
                (FishNetPacket::TimingUpdate { tick: u32::from_le_bytes(*tick) }, rest)
            }
            (DISCONNECT, _) => (FishNetPacket::Disconnect, body),
            _ => return None,
        };
        self.rest = rest;
        Some(packet)
    }
}

impl<'a> Iterator for FishNetPackets<'a> {
    type Item = FishNetPacket<'a>;

    fn next(&mut self) -> Option<FishNetPacket<'a>> {
        let packet = self.take();
        if packet.is_none() {
            self.rest = &[];
        }
        packet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_of_a_tick_alone_is_none() {
        assert_eq!(Payload::parse(&[1, 0, 0, 0]), None);
        assert_eq!(Payload::parse(&[1, 0, 0, 0, 9]), Some(Payload { tick: 1, packets: &[9] }));
    }

    #[test]
    fn a_broadcast_of_any_type_is_passed_over_by_its_length_and_an_unknown_packet_ends_the_payload() {
        let mut bytes = Vec::new();
        broadcast::write(BroadcastKey(0x1234), &[7; 100], &mut bytes);
        broadcast::write_voice(BroadcastKey::VOICE, b"first", &mut bytes);
        bytes.extend_from_slice(&[8, 0, 1, 2, 3]);
        broadcast::write_voice(BroadcastKey::VOICE, b"behind", &mut bytes);
        let voices: Vec<&[u8]> = FishNetPackets::new(Side::Client, &bytes)
            .filter_map(|packet| packet.voice(BroadcastKey::VOICE))
            .collect();
        assert_eq!(voices, [b"first"]);
    }

    #[test]
    fn what_is_cut_off_is_no_packet() {
        let mut bytes = Vec::new();
        broadcast::write_voice(BroadcastKey::VOICE, b"voice", &mut bytes);
        for end in 0..bytes.len() {
            assert_eq!(FishNetPackets::new(Side::Client, &bytes[..end]).next(), None, "{end} bytes");
        }
    }
}
