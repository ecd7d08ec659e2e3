//! Voice packets: the contents of a datagram, and of a tunnelled message.

mod legacy;
mod protobuf;

use std::borrow::Cow;

use crate::version::MumbleVersion;
pub(crate) use protobuf::{PING, PingPacket};

/// Bytes of the longest voice packet: a datagram has 1024, of which four are for its encryption.
pub const VOICE_BYTES_MAX: usize = 1020;
/// The whisper number for voice that goes back to its speaker.
pub const LOOPBACK: u8 = 31;
/// Samples at 48 kHz that a packet's [number](Voice::number) counts as one: 10 ms.
pub const SAMPLES_PER_NUMBER: u64 = 480;

/// The format of voice packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceFormat {
    /// Before version 1.5.
    Legacy,
    /// Since version 1.5: protocol buffers.
    Protobuf,
}

impl VoiceFormat {
    /// The format for a client of this version.
    pub fn of(version: MumbleVersion) -> Self {
        if version >= MumbleVersion::PROTOBUF_VOICE { Self::Protobuf } else { Self::Legacy }
    }
}

/// One packet of voice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voice<'a> {
    /// From a client, its listeners: 0 for its channel, 1 to 30 for a whisper, or [`LOOPBACK`]. From the server, how
    /// it was sent: a [`VoiceContext`].
    pub target: u8,
    /// The speaker's session; 0 from a client.
    pub session: u32,
    /// The start of the packet, in [units of 10 ms](SAMPLES_PER_NUMBER) since an arbitrary time.
    pub number: u64,
    /// An Opus packet; may be empty.
    pub opus: Cow<'a, [u8]>,
    /// Whether this is the last packet of an utterance.
    pub is_last: bool,
    /// The speaker's place.
    pub place: Option<VoicePlace>,
}

/// The place of a voice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VoicePlace {
    /// The position, in metres to the right, up and forward.
    pub metres: [f32; 3],
    /// How far the voice reaches, in metres, which the clients of some games (FiveM, RedM) add in the format before
    /// 1.5.
    pub range_m: Option<f32>,
}

impl VoicePlace {
    /// A position without a range.
    pub fn at(metres: [f32; 3]) -> Self {
        Self { metres, range_m: None }
    }

    /// A position and perhaps a range, one number after the other; `None` if the position has no numbers.
    fn of(numbers: &[f32]) -> Option<Self> {
        let (metres, range) = match *numbers {
            [x, y, z] => ([x, y, z], None),
            [x, y, z, range, ..] => ([x, y, z], Some(range)),
            _ => return None,
        };
        let range_m = range.filter(|range| range.is_finite() && *range >= 0.0);
        metres.iter().all(|metres| metres.is_finite()).then_some(Self { metres, range_m })
    }
}

/// The context in which a listener hears a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum VoiceContext {
    /// Its speaker speaks in the listener's channel.
    Normal = 0,
    /// Its speaker calls into the listener's channel.
    Shout = 1,
    /// Its speaker whispers to the listener.
    Whisper = 2,
    /// The listener listens to the speaker's channel from another one.
    Listen = 3,
}

/// The contents of a packet.
#[derive(Clone, Debug, PartialEq)]
pub enum VoicePacket<'a> {
    /// Voice in Opus.
    Voice(Voice<'a>),
    /// A ping, which is answered with the same bytes.
    Ping,
    /// Voice in CELT or Speex, which is not relayed.
    OtherCodec,
}

/// An error for bytes that are not a voice packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed voice packet")]
pub struct MalformedVoice;

impl<'a> VoicePacket<'a> {
    /// Parses a packet from a client, or from a server.
    ///
    /// # Errors
    /// [`MalformedVoice`] if it is not a voice packet of this format.
    pub fn read(format: VoiceFormat, from: Sender, bytes: &'a [u8]) -> Result<Self, MalformedVoice> {
        match format {
            VoiceFormat::Legacy => legacy::read(from, bytes),
            VoiceFormat::Protobuf => protobuf::read(bytes),
        }
    }
}

/// The end that has written a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A client, whose packets do not name the speaker.
    Client,
    /// The server, whose packets name the speaker.
    Server,
}

impl Voice<'_> {
    /// The packet with an owned Opus packet.
    pub fn into_owned(self) -> Voice<'static> {
        Voice { opus: Cow::Owned(self.opus.into_owned()), ..self }
    }

    /// Writes the packet into `out`, replacing its contents.
    pub fn write(&self, format: VoiceFormat, from: Sender, out: &mut Vec<u8>) {
        out.clear();
        match format {
            VoiceFormat::Legacy => legacy::write(self, from, out),
            VoiceFormat::Protobuf => protobuf::write(self, from, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORMATS: [VoiceFormat; 2] = [VoiceFormat::Legacy, VoiceFormat::Protobuf];

    #[test]
    fn the_version_says_which_format_a_client_speaks() {
        let version = |minor, patch| MumbleVersion { major: 1, minor, patch };
        assert_eq!(VoiceFormat::of(version(3, 4)), VoiceFormat::Legacy);
        assert_eq!(VoiceFormat::of(version(4, 287)), VoiceFormat::Legacy);
        assert_eq!(VoiceFormat::of(version(5, 0)), VoiceFormat::Protobuf);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            target in 0_u8..32, session: u32, number: u64, is_last: bool,
            opus in prop::collection::vec(any::<u8>(), 0..600),
            metres in prop::option::of([-1e7_f32..1e7, -1e7_f32..1e7, -1e7_f32..1e7]),
            range in prop::option::of(0_f32..1e7),
        ) {
            for format in FORMATS {
                // Only clients before 1.5 have ranges.
                let range_m = range.filter(|_| format == VoiceFormat::Legacy);
                let place = metres.map(|metres| VoicePlace { metres, range_m });
                for from in [Sender::Client, Sender::Server] {
                    let session = if from == Sender::Server { session } else { 0 };
                    let opus = Cow::Borrowed(&*opus);
                    let voice = Voice { target, session, number, opus, is_last, place };
                    let mut written = Vec::new();
                    voice.write(format, from, &mut written);
                    prop_assert_eq!(VoicePacket::read(format, from, &written), Ok(VoicePacket::Voice(voice)));
                }
            }
        }

        #[test]
        fn whatever_comes_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for format in FORMATS {
                let _ = VoicePacket::read(format, Sender::Client, &bytes);
                let _ = VoicePacket::read(format, Sender::Server, &bytes);
            }
        }
    }
}
