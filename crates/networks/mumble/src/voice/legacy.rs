//! Voice packets before version 1.5.
//!
//! ```text
//! [type 3 bits, target 5 bits] ([session]) [number] [Opus: its length, and 0x2000 for the last one] [Opus] ([f32; 3])
//! ```
//!
//! Numbers are of [variable length](crate::varint), coordinates have the lower byte first.

use std::borrow::Cow;

use super::{MalformedVoice, Sender, Voice, VoicePacket, place};
use crate::varint;

const PING: u8 = 1;
const OPUS: u8 = 4;
/// In the length of an Opus packet: the speaker stops.
const LAST: u64 = 0x2000;
const LENGTH: u64 = 0x1FFF;

pub(super) fn read(from: Sender, bytes: &[u8]) -> Result<VoicePacket<'_>, MalformedVoice> {
    let (&head, rest) = bytes.split_first().ok_or(MalformedVoice)?;
    match head >> 5 {
        PING => Ok(VoicePacket::Ping),
        OPUS => read_opus(from, head & 31, rest).ok_or(MalformedVoice).map(VoicePacket::Voice),
        0 | 2 | 3 => Ok(VoicePacket::OtherCodec),
        _ => Err(MalformedVoice),
    }
}

fn read_opus(from: Sender, target: u8, bytes: &[u8]) -> Option<Voice<'_>> {
    let (session, bytes) = match from {
        Sender::Client => (0, bytes),
        Sender::Server => {
            let (session, bytes) = varint::read(bytes)?;
            (u32::try_from(session).ok()?, bytes)
        }
    };
    let (number, bytes) = varint::read(bytes)?;
    let (length, bytes) = varint::read(bytes)?;
    if length > LENGTH | LAST {
        return None;
    }
    let (opus, position) = bytes.split_at_checked((length & LENGTH) as usize)?;
    let is_last = length & LAST != 0;
    Some(Voice {
        target,
        session,
        number,
        opus: Cow::Borrowed(opus),
        is_last,
        position: coordinates(position),
    })
}

/// The coordinates after the Opus packet; `None` if the bytes are not three valid coordinates.
fn coordinates(bytes: &[u8]) -> Option<[f32; 3]> {
    let bytes: &[u8; 12] = bytes.try_into().ok()?;
    let (numbers, _) = bytes.as_chunks::<4>();
    place([f32::from_le_bytes(numbers[0]), f32::from_le_bytes(numbers[1]), f32::from_le_bytes(numbers[2])])
}

pub(super) fn write(voice: &Voice<'_>, from: Sender, out: &mut Vec<u8>) {
    out.push(OPUS << 5 | voice.target & 31);
    if from == Sender::Server {
        varint::write(voice.session.into(), out);
    }
    varint::write(voice.number, out);
    let last = if voice.is_last { LAST } else { 0 };
    varint::write(voice.opus.len() as u64 & LENGTH | last, out);
    out.extend_from_slice(&voice.opus);
    for metres in voice.position.into_iter().flatten() {
        out.extend(metres.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_lies_as_mumble_describes_it() {
        let voice = Voice {
            target: 2,
            session: 300,
            number: 5,
            opus: Cow::Borrowed(&[7, 8, 9]),
            is_last: true,
            position: Some([1.0, 0.0, -2.0]),
        };
        let mut from_server = Vec::new();
        write(&voice, Sender::Server, &mut from_server);
        let head = [0x82, 0x81, 0x2C, 5, 0xA0, 3, 7, 8, 9];
        let place = [0, 0, 0x80, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0];
        assert_eq!(from_server, [&head[..], &place].concat());
    }

    #[test]
    fn other_codecs_and_pings_are_told_apart_by_the_type() {
        let read = |packet| read(Sender::Client, packet);
        assert_eq!(read(&[0x20, 1]), Ok(VoicePacket::Ping));
        for other in [&[0x00, 1, 2][..], &[0x40, 1, 2], &[0x7F, 1, 2]] {
            assert_eq!(read(other), Ok(VoicePacket::OtherCodec), "{other:?}");
        }
        for broken in [&[][..], &[0xA0, 1], &[0x80], &[0x80, 1], &[0x80, 1, 5, 9]] {
            assert_eq!(read(broken), Err(MalformedVoice), "{broken:?}");
        }
    }

    #[test]
    fn coordinates_that_are_no_numbers_or_not_three_are_left_out() {
        for behind in [&[0; 11][..], &[0; 13], &[0xFF; 12]] {
            let packet = [&[0x80, 1, 1, 9][..], behind].concat();
            let Ok(VoicePacket::Voice(voice)) = read(Sender::Client, &packet) else { panic!("it is voice") };
            assert_eq!((voice.position, &*voice.opus), (None, &[9][..]));
        }
    }
}
