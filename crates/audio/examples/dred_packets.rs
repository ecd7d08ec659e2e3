//! Makes `tests/data/dred.packets`: speech as a player with deep redundancy sends it, for tests of builds without it.
//!
//! ```sh
//! cargo run -p consonance-audio --features libopus --example dred_packets
//! ```
//!
//! Each packet is its length in two bytes, little endian, followed by its bytes. Other machines may produce other bytes
//! that are just as good.

use std::error::Error;
use std::path::Path;

use consonance_audio::{Encoder, EncoderSettings, OpusEncoder, Redundancy, WavInput};

/// Three seconds.
const FRAMES: usize = 150;

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let speech = WavInput::open(here.join("../../assets/speech/austen-1.wav"))?;
    let settings = EncoderSettings {
        bitrate_bps: 32_000,
        redundancy: Redundancy::Dred { frames: 10 },
        expected_loss_percent: 15,
        ..EncoderSettings::default()
    };
    let mut encoder = OpusEncoder::new(settings)?;
    let mut buffer = [0; 1_000];
    let mut packets = Vec::new();
    for frame in speech.samples().chunks_exact(encoder.frame_samples()).take(FRAMES) {
        let length = encoder.encode(frame, &mut buffer)?;
        packets.extend(u16::try_from(length)?.to_le_bytes());
        packets.extend(&buffer[..length]);
    }
    std::fs::write(here.join("tests/data/dred.packets"), packets)?;
    Ok(())
}
