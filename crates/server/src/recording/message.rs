//! Messages from a thread that relays to the one that writes, as bytes in a ring.

use consonance_wire::{ClientId, CodecId, CodecParameters, Reader, RoomId};

/// One thing that happened to a recording. The time is in microseconds from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    /// From now on, this client speaks under this id. An empty subject means none.
    Speaker { recording: u32, id: ClientId, codec: SpokenCodec, name: &'a str, subject: &'a str },
    /// A room of this id; one of an empty name has no listeners.
    Room { recording: u32, id: RoomId, name: &'a str },
    /// A voice packet was relayed.
    Voice { recording: u32, at_us: u64, packet: &'a [u8] },
}

/// The properties of a client's frames, as announced when it joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpokenCodec {
    /// They are Opus, or encrypted Opus.
    pub(crate) is_opus: bool,
    /// The duration of a frame, in samples at 48 kHz: 120 to 5760.
    pub(crate) frame_samples: u16,
}

impl SpokenCodec {
    pub(crate) fn of(codec: &CodecParameters) -> Self {
        let samples = u64::from(codec.frame_size_samples) * 48_000;
        let samples = samples.checked_div(codec.sample_rate_hz.into()).unwrap_or(0);
        let is_usual = (120..=5_760).contains(&samples);
        Self {
            is_opus: codec.kind == CodecId::OPUS,
            frame_samples: if is_usual { samples as u16 } else { 960 },
        }
    }
}

impl<'a> Message<'a> {
    /// Replaces the contents of `out` by the message, prefixed with its length.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        out.extend([0; 2]);
        match *self {
            Self::Speaker { recording, id, codec, name, subject } => {
                head(out, SPEAKER, recording);
                out.extend(id.0.to_be_bytes());
                out.push(codec.is_opus.into());
                out.extend(codec.frame_samples.to_be_bytes());
                text(out, name);
                text(out, subject);
            }
            Self::Room { recording, id, name } => {
                head(out, ROOM, recording);
                out.extend(id.0.to_be_bytes());
                text(out, name);
            }
            Self::Voice { recording, at_us, packet } => {
                head(out, VOICE, recording);
                out.extend(at_us.to_be_bytes());
                out.extend_from_slice(packet);
            }
        }
        let length = u16::try_from(out.len() - LENGTH_BYTES).expect("packets and names are far shorter");
        out[..LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
    }

    /// The number of the recording.
    pub(super) fn recording(&self) -> u32 {
        match *self {
            Self::Speaker { recording, .. }
            | Self::Room { recording, .. }
            | Self::Voice { recording, .. } => recording,
        }
    }

    /// Reads what [`write`](Self::write) wrote behind the length.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let kind = reader.u8(WHAT).ok()?;
        let recording = reader.u32(WHAT).ok()?;
        Some(match kind {
            SPEAKER => Self::Speaker {
                recording,
                id: ClientId(reader.u16(WHAT).ok()?),
                codec: SpokenCodec {
                    is_opus: reader.u8(WHAT).ok()? != 0,
                    frame_samples: reader.u16(WHAT).ok()?,
                },
                name: read_text(&mut reader)?,
                subject: read_text(&mut reader)?,
            },
            ROOM => {
                Self::Room { recording, id: RoomId(reader.u16(WHAT).ok()?), name: read_text(&mut reader)? }
            }
            VOICE => Self::Voice { recording, at_us: long(&mut reader)?, packet: reader.rest() },
            _ => return None,
        })
    }
}

/// In front of each message, how many bytes it has behind these.
pub(super) const LENGTH_BYTES: usize = 2;

const SPEAKER: u8 = 1;
const ROOM: u8 = 2;
const VOICE: u8 = 3;
const WHAT: &str = "message";
/// Longer names are truncated; the session's own limits are lower.
const TEXT_BYTES_MAX: usize = 2_000;

fn head(out: &mut Vec<u8>, kind: u8, recording: u32) {
    out.push(kind);
    out.extend(recording.to_be_bytes());
}

fn text(out: &mut Vec<u8>, text: &str) {
    let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
    out.extend((text.len() as u16).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn long(reader: &mut Reader<'_>) -> Option<u64> {
    let (high, low) = (reader.u32(WHAT).ok()?, reader.u32(WHAT).ok()?);
    Some(u64::from(high) << 32 | u64::from(low))
}

fn read_text<'a>(reader: &mut Reader<'a>) -> Option<&'a str> {
    let bytes = reader.u16(WHAT).ok()?;
    str::from_utf8(reader.take(bytes.into(), WHAT).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let (recording, at_us) = (7, 1 << 40 | 3);
        let codec = SpokenCodec { is_opus: true, frame_samples: 1_920 };
        let mut bytes = Vec::new();
        for message in [
            Message::Speaker { recording, id: ClientId(3), codec, name: "Zoë", subject: "" },
            Message::Room { recording, id: RoomId(9), name: "lobby" },
            Message::Voice { recording, at_us, packet: &[0; 1024] },
        ] {
            message.write(&mut bytes);
            let (length, rest) = bytes.split_at(LENGTH_BYTES);
            assert_eq!(length, (rest.len() as u16).to_be_bytes());
            assert_eq!(Message::read(rest), Some(message));
        }
    }

    #[test]
    fn a_name_without_end_is_cut_between_characters() {
        let name = "é".repeat(100_000);
        let mut bytes = Vec::new();
        Message::Room { recording: 1, id: RoomId(1), name: &format!("x{name}") }.write(&mut bytes);
        let Some(Message::Room { name: read, .. }) = Message::read(&bytes[LENGTH_BYTES..]) else { panic!() };
        assert_eq!(read.len(), 1_999);
    }
}
