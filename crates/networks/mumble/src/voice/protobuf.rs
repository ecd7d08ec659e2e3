//! Voice packets since version 1.5: a byte for the type, and a protocol buffer.

use std::borrow::Cow;

use prost::Message;

use super::{MalformedVoice, Sender, Voice, VoicePacket, VoicePlace};

const AUDIO: u8 = 0;
pub(crate) const PING: u8 = 1;

#[derive(Clone, PartialEq, Message)]
struct Audio {
    /// From a client.
    #[prost(uint32, optional, tag = "1")]
    target: Option<u32>,
    /// From the server.
    #[prost(uint32, optional, tag = "2")]
    context: Option<u32>,
    #[prost(uint32, tag = "3")]
    session: u32,
    #[prost(uint64, tag = "4")]
    number: u64,
    #[prost(bytes = "vec", tag = "5")]
    opus: Vec<u8>,
    #[prost(float, repeated, tag = "6")]
    position: Vec<f32>,
    #[prost(bool, tag = "16")]
    is_last: bool,
}

/// A ping, or a query for a server's data.
#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct PingPacket {
    #[prost(uint64, tag = "1")]
    pub(crate) timestamp: u64,
    #[prost(bool, tag = "2")]
    pub(crate) wants_more: bool,
    #[prost(uint64, tag = "3")]
    pub(crate) version: u64,
    #[prost(uint32, tag = "4")]
    pub(crate) users: u32,
    #[prost(uint32, tag = "5")]
    pub(crate) users_max: u32,
    #[prost(uint32, tag = "6")]
    pub(crate) bandwidth_max: u32,
}

pub(super) fn read(bytes: &[u8]) -> Result<VoicePacket<'_>, MalformedVoice> {
    let (&kind, body) = bytes.split_first().ok_or(MalformedVoice)?;
    match kind {
        AUDIO => {
            let audio = Audio::decode(body).map_err(|_| MalformedVoice)?;
            let target = audio.target.or(audio.context).unwrap_or_default();
            Ok(VoicePacket::Voice(Voice {
                target: u8::try_from(target).map_err(|_| MalformedVoice)?,
                session: audio.session,
                number: audio.number,
                opus: Cow::Owned(audio.opus),
                is_last: audio.is_last,
                // Only the former format has a range.
                place: VoicePlace::of(&audio.position).map(|place| VoicePlace { range_m: None, ..place }),
            }))
        }
        PING => Ok(VoicePacket::Ping),
        _ => Err(MalformedVoice),
    }
}

pub(super) fn write(voice: &Voice<'_>, from: Sender, out: &mut Vec<u8>) {
    let number = Some(u32::from(voice.target));
    let (target, context) = match from {
        Sender::Client => (number, None),
        Sender::Server => (None, number),
    };
    let audio = Audio {
        target,
        context,
        session: voice.session,
        number: voice.number,
        opus: voice.opus.to_vec(),
        // Clients of 1.5 ignore a position of more than three numbers.
        position: voice.place.map_or_else(Vec::new, |place| place.metres.into()),
        is_last: voice.is_last,
    };
    out.push(AUDIO);
    // Writing to a vector cannot fail.
    audio.encode(out).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_a_type_and_a_protocol_buffer() {
        let voice = Voice { number: 5, opus: Cow::Borrowed(&[7, 8]), is_last: true, ..Voice::default() };
        let mut from_client = Vec::new();
        write(&voice, Sender::Client, &mut from_client);
        assert_eq!(from_client, [0, 0x08, 0, 0x20, 5, 0x2A, 2, 7, 8, 0x80, 0x01, 1]);
    }

    #[test]
    fn broken_packets_and_whispers_to_numbers_that_do_not_exist_are_refused() {
        for broken in [&[][..], &[2], &[0, 0xFF], &[0, 0x2A, 9, 1], &[0, 0x08, 0x80, 0x02]] {
            assert_eq!(read(broken), Err(MalformedVoice), "{broken:?}");
        }
        assert_eq!(read(&[1, 0x08, 9]), Ok(VoicePacket::Ping));
    }
}
