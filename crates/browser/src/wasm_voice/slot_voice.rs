//! A frame for a slot as bytes, between the worker that receives it and the worklet that plays it.

use crate::SlotVoice;

/// The length of the header before the Opus packet: slot, stream, sequence number and length, each a number of 32 bits,
/// little endian.
const HEADER_BYTES: usize = 16;

/// Reads what [`write`] has written; `None` if it is too short.
pub(crate) fn read(bytes: &[u8]) -> Option<SlotVoice<'_>> {
    let (numbers, payload) = bytes.split_at_checked(HEADER_BYTES)?;
    let mut numbers =
        numbers.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    let mut next = || numbers.next();
    let (slot, stream, sequence, samples) = (next()? as usize, next()?.into(), next()?, next()?);
    Some(SlotVoice { slot, stream, sequence, samples, payload })
}

/// Writes a frame to the front of `room`; returns how many bytes it took, `None` if it does not fit.
///
/// Of the stream's number, the last 32 bits are written: streams have consecutive numbers, so these distinguish
/// neighbours.
pub(crate) fn write(voice: &SlotVoice<'_>, room: &mut [u8]) -> Option<usize> {
    let length = HEADER_BYTES + voice.payload.len();
    let (header, payload) = room.get_mut(..length)?.split_at_mut(HEADER_BYTES);
    let numbers = [voice.slot as u32, voice.stream as u32, voice.sequence, voice.samples];
    for (place, number) in header.chunks_exact_mut(4).zip(numbers) {
        place.copy_from_slice(&number.to_le_bytes());
    }
    payload.copy_from_slice(voice.payload);
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_for_the_worklet_is_read_there() {
        let stream = u32::MAX.into();
        let voice = SlotVoice { slot: 3, stream, sequence: 258, samples: 960, payload: b"voice" };
        let mut bytes = [0; 32];
        let length = write(&voice, &mut bytes).unwrap();
        assert_eq!(bytes[..length], *b"\x03\0\0\0\xff\xff\xff\xff\x02\x01\0\0\xc0\x03\0\0voice");
        assert_eq!(read(&bytes[..length]), Some(voice));
        assert_eq!(read(&bytes[..15]), None);
        assert_eq!(write(&voice, &mut bytes[..20]), None);
    }

    #[test]
    fn neighbouring_streams_stay_different_beyond_32_bits() {
        let streams = [u64::from(u32::MAX), u64::from(u32::MAX) + 1].map(|stream| {
            let mut bytes = [0; HEADER_BYTES];
            let voice = SlotVoice { slot: 0, stream, sequence: 0, samples: 960, payload: b"" };
            write(&voice, &mut bytes).unwrap();
            read(&bytes).unwrap().stream
        });
        assert_eq!(streams, [u64::from(u32::MAX), 0]);
    }
}
