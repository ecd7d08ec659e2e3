//! Opus with every library of the build: sound survives, lost frames are recovered, malformed packets do no harm.

mod clean;
mod constant_rate;
mod deep;
mod hostile;
mod losses;
mod music;
mod repeats;
mod silence;
mod stereo;

use consonance_audio::{Decoder, EncoderSettings, FrameSize, OpusDecoder, OpusEncoder, OpusLibrary, Source};

use crate::engine::call::encode;

fn encoder(library: OpusLibrary, settings: EncoderSettings) -> OpusEncoder {
    OpusEncoder::from_library(library, settings).unwrap()
}

/// For frames of 20 ms.
fn decoder(library: OpusLibrary) -> OpusDecoder {
    OpusDecoder::from_library(library, FrameSize::Ms20).unwrap()
}

/// Encodes for a network that loses every tenth packet.
fn protected(library: OpusLibrary, sound: &[f32]) -> Vec<Vec<u8>> {
    let settings = EncoderSettings { expected_loss_percent: 10, ..EncoderSettings::default() };
    encode(sound, FrameSize::Ms20, &mut encoder(library, settings))
}

/// Decodes everything; `source` chooses the source of each frame.
fn decode<'a>(
    library: OpusLibrary,
    packets: &'a [Vec<u8>],
    source: impl Fn(usize) -> Source<'a>,
) -> Vec<f32> {
    let mut decoder = decoder(library);
    let mut sound = vec![0.0; packets.len() * 960];
    for (i, frame) in sound.chunks_mut(960).enumerate() {
        decoder.decode(source(i), frame).unwrap();
    }
    sound
}
