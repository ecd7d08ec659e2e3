//! Encodes sound to packets.

use std::error::Error;

use consonance::audio::{Encoder, EncoderSettings, Framer, OpusEncoder};

/// One utterance, encoded.
pub(crate) struct Voice {
    pub(crate) packets: Vec<Vec<u8>>,
    pub(crate) codec_delay_samples: u64,
}

/// Encodes continuous sound; the last frame is padded with silence.
pub(crate) fn encode(sound: &[f32], settings: EncoderSettings) -> Result<Voice, Box<dyn Error>> {
    let mut encoder = OpusEncoder::new(settings)?;
    let mut framer = Framer::new(settings.frame);
    let mut buffer = [0; 4_000];
    let mut packets = Vec::new();
    let mut rest = sound;
    while let Some(frame) = framer.fill(&mut rest) {
        let length = encoder.encode(frame, &mut buffer)?;
        packets.push(buffer[..length].to_vec());
    }
    if let Some(frame) = framer.flush() {
        let length = encoder.encode(frame, &mut buffer)?;
        packets.push(buffer[..length].to_vec());
    }
    Ok(Voice { packets, codec_delay_samples: encoder.lookahead_samples() as u64 })
}
