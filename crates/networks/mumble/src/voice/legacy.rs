//! Voice packets before version 1.5.
//!
//! ```text
//! [type 3 bits, target 5 bits] ([session]) [number] [Opus: its length, and 0x2000 for the last one] [Opus] ([f32; 3] ([f32]))
//! ```
//!
//! Numbers are of [variable length](crate::varint), the others have the lower byte first. Mumble's own clients end with
//! coordinates; those in FiveM and RedM add the range of the voice, and Mumble's server passes all of it on.

use std::borrow::Cow;

use super::{MalformedVoice, Sender, Voice, VoicePacket, VoicePlace};
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
    let (opus, place) = bytes.split_at_checked((length & LENGTH) as usize)?;
    let is_last = length & LAST != 0;
    Some(Voice { target, session, number, opus: Cow::Borrowed(opus), is_last, place: place_of(place) })
}

/// The place after the Opus packet: at least three numbers. What is behind a fourth one is ignored.
fn place_of(bytes: &[u8]) -> Option<VoicePlace> {
    let (numbers, _) = bytes.as_chunks::<4>();
    let mut read = [0.0; 4];
    let count = numbers.len().min(read.len());
    for (number, bytes) in read.iter_mut().zip(numbers) {
        *number = f32::from_le_bytes(*bytes);
    }
    VoicePlace::of(&read[..count])
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
    let Some(place) = voice.place else { return };
    for number in place.metres.into_iter().chain(place.range_m) {
        out.extend(number.to_le_bytes());
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
            place: Some(VoicePlace::at([1.0, 0.0, -2.0])),
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

    fn place_behind(behind: &[u8]) -> Option<VoicePlace> {
        let packet = [&[0x80, 1, 1, 9][..], behind].concat();
        let Ok(VoicePacket::Voice(voice)) = read(Sender::Client, &packet) else { panic!("it is voice") };
        assert_eq!(&*voice.opus, &[9]);
        voice.place
    }

    #[test]
    fn coordinates_that_are_no_numbers_or_not_three_are_left_out() {
        for behind in [&[0; 11][..], &[0xFF; 12], &[0xFF; 16], &[]] {
            assert_eq!(place_behind(behind), None, "{behind:?}");
        }
    }

    #[test]
    fn a_range_behind_the_coordinates_is_read_and_written() {
        let bytes =
            |numbers: &[f32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>();
        let place = VoicePlace { metres: [1.0, 2.0, -3.0], range_m: Some(7.5) };
        assert_eq!(place_behind(&bytes(&[1.0, 2.0, -3.0, 7.5])), Some(place));
        for odd in [f32::NAN, f32::INFINITY, -1.0] {
            let read = place_behind(&bytes(&[1.0, 2.0, -3.0, odd]));
            assert_eq!(read, Some(VoicePlace::at([1.0, 2.0, -3.0])), "{odd}");
        }
        assert_eq!(
            place_behind(&[&bytes(&[1.0, 2.0, -3.0])[..], &[7]].concat()),
            Some(VoicePlace::at(place.metres))
        );
        let mut written = Vec::new();
        write(&Voice { place: Some(place), ..Voice::default() }, Sender::Server, &mut written);
        assert_eq!(written[written.len() - 16..], bytes(&[1.0, 2.0, -3.0, 7.5]));
    }
}
