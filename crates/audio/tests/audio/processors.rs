//! The codec uses each processor's vector instructions (SSE2 and AVX2, NEON), and its results must equal those of plain
//! code. The reference packets and samples come from a RISC-V processor, for which it has only plain code.

use std::fs;
use std::path::PathBuf;

use consonance_audio::{
    BLOCK_SAMPLES, Decoder as _, Encoder as _, EncoderSettings, FrameSize, OpusDecoder, OpusEncoder, Source,
};
use consonance_testing::sound::speech;

const FRAME_SAMPLES: usize = 2 * BLOCK_SAMPLES;
/// One of this many decoded samples is kept.
const KEPT_EVERY: usize = 16;
/// Of full scale: an eighth of the last bit of 16.
const TOLERANCE: f32 = 1.0 / 32_768.0 / 8.0;
/// Of 100.
const SAME_MIN: usize = 90;
const ERROR_MAX_DB: f32 = -50.0;

const PACKETS: &str = "speech.packets";
const SAMPLES: &str = "speech.samples";

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn encode(sound: &[f32]) -> Vec<Vec<u8>> {
    let settings = EncoderSettings { frame: FrameSize::Ms20, ..EncoderSettings::default() };
    let mut encoder = OpusEncoder::new(settings).unwrap();
    let mut packet = [0; 1_500];
    let frames = sound.chunks_exact(FRAME_SAMPLES);
    frames
        .map(|frame| {
            let length = encoder.encode(frame, &mut packet).unwrap();
            packet[..length].to_vec()
        })
        .collect()
}

fn decode(packets: &[Vec<u8>]) -> Vec<f32> {
    let mut decoder = OpusDecoder::new(FrameSize::Ms20).unwrap();
    let mut sound = Vec::new();
    let mut frame = [0.0; FRAME_SAMPLES];
    for packet in packets {
        decoder.decode(Source::Packet(packet), &mut frame).unwrap();
        sound.extend_from_slice(&frame);
    }
    sound
}

/// Each packet, preceded by its length.
fn to_bytes(packets: &[Vec<u8>]) -> Vec<u8> {
    packets.iter().flat_map(|packet| [&(packet.len() as u16).to_le_bytes(), &packet[..]].concat()).collect()
}

fn from_bytes(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (packet, rest) = rest.split_at(u16::from_le_bytes(*length).into());
        packets.push(packet.to_vec());
        bytes = rest;
    }
    packets
}

fn kept(sound: &[f32]) -> impl Iterator<Item = f32> {
    sound.iter().copied().step_by(KEPT_EVERY)
}

fn largest_difference(one: impl Iterator<Item = f32>, other: impl Iterator<Item = f32>) -> f32 {
    one.zip(other).fold(0.0, |most, (one, other)| most.max((one - other).abs()))
}

/// How loud the difference is against the sound itself.
fn error_db(sound: impl Iterator<Item = f32>, golden: &[f32]) -> f32 {
    let power = |sound: &mut dyn Iterator<Item = f32>| sound.map(|sample| sample * sample).sum::<f32>();
    let differences = sound.zip(golden).map(|(one, other)| one - other);
    10.0 * (power(&mut { differences }) / power(&mut golden.iter().copied())).log10()
}

fn spoken() -> Vec<f32> {
    speech(0.5, 2.5)
}

#[test]
#[ignore = "it writes what the other one compares with: for a processor without paths of its own"]
fn what_is_compared_with() {
    let packets = encode(&spoken());
    let samples: Vec<u8> = kept(&decode(&packets)).flat_map(f32::to_le_bytes).collect();
    fs::write(data(PACKETS), to_bytes(&packets)).unwrap();
    fs::write(data(SAMPLES), samples).unwrap();
}

#[test]
fn speech_is_encoded_and_decoded_as_plain_code_does_it() {
    let packets = encode(&spoken());
    let sound = decode(&packets);
    let golden = from_bytes(&fs::read(data(PACKETS)).unwrap());
    let samples = fs::read(data(SAMPLES)).unwrap();
    let samples: Vec<f32> = samples.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    assert_eq!(golden.len(), 100);

    let decoded = decode(&golden);
    assert_eq!(kept(&decoded).count(), samples.len());
    let difference = largest_difference(kept(&decoded), samples.iter().copied());
    assert!(difference <= TOLERANCE, "decoded sound differs by up to {difference:e}");

    // The encoder's floating-point analysis may decide close cases differently: a few packets differ inaudibly.
    let same = packets.iter().zip(&golden).filter(|(one, other)| one == other).count();
    assert!(same >= SAME_MIN, "{same} of {} packets are the same to the bit", golden.len());
    let error_db = error_db(kept(&sound), &samples);
    assert!(error_db < ERROR_MAX_DB, "what was encoded here differs by {error_db:.1} dB");
}
