//! The codec, for every frame size.

use std::error::Error;

use consonance::audio::{
    BLOCK_SAMPLES, CodecSettings, Decoder, Encoder as _, EncoderSettings, FrameSize, OpusEncoder, Source,
};

use super::line::Line;
use super::stopwatch::micros_per_block;
use crate::offline_call::encode;

/// Measures encoder, decoder and concealment.
pub(super) fn stages(sound: &[f32]) -> Result<Vec<Line>, Box<dyn Error>> {
    let mut lines = Vec::new();
    for frame in FrameSize::ALL {
        let stage = format!("encoder, frames of {} ms", milliseconds(frame));
        lines.push(Line::new(stage, encoding(sound, frame)));
    }
    for frame in FrameSize::ALL {
        let stage = format!("decoder, frames of {} ms", milliseconds(frame));
        lines.push(Line::new(stage, decoding(sound, frame)?));
    }
    lines.push(Line::new("concealment of lost frames", concealing(sound)?));
    Ok(lines)
}

fn milliseconds(frame: FrameSize) -> usize {
    frame.blocks() * 10
}

fn encoding(sound: &[f32], frame: FrameSize) -> f64 {
    let settings = EncoderSettings { frame, ..EncoderSettings::default() };
    let frames: Vec<&[f32]> = sound.chunks_exact(frame.samples()).collect();
    let mut packet = [0; 4_000];
    let encoder = || OpusEncoder::new(settings).expect("the default settings are in range");
    let micros = micros_per_block(frames.len(), encoder, |encoder, number| {
        std::hint::black_box(encoder.encode(frames[number], &mut packet).is_ok());
    });
    micros / frame.blocks() as f64
}

fn decoding(sound: &[f32], frame: FrameSize) -> Result<f64, Box<dyn Error>> {
    let packets = encode(sound, EncoderSettings { frame, ..EncoderSettings::default() })?.packets;
    let mut heard = vec![0.0; frame.samples()];
    let decoder = || decoder(frame);
    let micros = micros_per_block(packets.len(), decoder, |decoder, number| {
        decode(&mut **decoder, Source::Packet(&packets[number]), &mut heard);
    });
    Ok(micros / frame.blocks() as f64)
}

/// Measures concealment: three blocks are concealed after each frame, whose own time is subtracted.
fn concealing(sound: &[f32]) -> Result<f64, Box<dyn Error>> {
    let frame = FrameSize::Ms20;
    let packets = encode(sound, EncoderSettings { frame, ..EncoderSettings::default() })?.packets;
    let mut heard = vec![0.0; frame.samples()];
    let decoder = || decoder(frame);
    let mut micros = |blocks: usize| {
        micros_per_block(packets.len(), decoder, |decoder, number| {
            decode(&mut **decoder, Source::Packet(&packets[number]), &mut heard);
            for _ in 0..blocks {
                decode(&mut **decoder, Source::Conceal, &mut heard[..BLOCK_SAMPLES]);
            }
        })
    };
    Ok((micros(3) - micros(0)) / 3.0)
}

fn decoder(frame: FrameSize) -> Box<dyn Decoder> {
    CodecSettings::opus(frame).decoder().expect("all sizes of frames can be decoded")
}

fn decode(decoder: &mut dyn Decoder, source: Source<'_>, frame: &mut [f32]) {
    std::hint::black_box(decoder.decode(source, frame).is_ok());
}
