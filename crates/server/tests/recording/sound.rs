//! Sounds to record, encoded as a player's client does, and what is heard of a file afterwards.

use std::io::Read;

use opus_pure::{Application, OggOpusReader, OpusDecoder, OpusEncoder, Trim};

/// 20 ms at 48 kHz.
pub(crate) const FRAME_SAMPLES: usize = 960;

/// Seconds of speech, mono at 48 kHz.
pub(crate) fn speech(from_seconds: f64, to_seconds: f64) -> Vec<f32> {
    let path = format!("{}/../../assets/speech/austen-1.wav", env!("CARGO_MANIFEST_DIR"));
    let mut reader = hound::WavReader::open(path).unwrap();
    assert_eq!((reader.spec().sample_rate, reader.spec().channels), (16_000, 1));
    let at = |seconds: f64| (seconds * 16_000.0) as usize;
    let samples = reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0);
    let samples: Vec<f32> =
        samples.skip(at(from_seconds)).take(at(to_seconds) - at(from_seconds) + 1).collect();
    let thrice = |pair: &[f32]| [0.0, 1.0, 2.0].map(|third| pair[0] + (pair[1] - pair[0]) * third / 3.0);
    samples.windows(2).flat_map(thrice).collect()
}

/// The packets of a sound, one for each so many samples, at 32 kbit/s.
pub(crate) fn encode(sound: &[f32], frame_samples: usize) -> Vec<Vec<u8>> {
    let mut encoder = OpusEncoder::new(48_000, 1, Application::Audio).unwrap();
    encoder.bitrate_bps = 32_000;
    let mut encode = |frame: &[f32]| {
        let mut packet = vec![0; 1_275];
        let bytes = encoder.encode(frame, frame_samples, &mut packet).unwrap();
        packet.truncate(bytes);
        packet
    };
    sound.chunks_exact(frame_samples).map(&mut encode).collect()
}

/// The samples of an Ogg Opus stream, as a player plays them.
pub(crate) fn decode(stream: impl Read) -> Vec<f32> {
    let mut reader = OggOpusReader::new(stream).unwrap();
    assert_eq!(reader.head().channel_count, 1);
    let mut decoder = OpusDecoder::new(48_000, 1).unwrap();
    let mut trim = Trim::new(reader.head(), 48_000, 1).unwrap();
    let mut sound = Vec::new();
    let mut frame = vec![0.0; 5_760];
    while let Some(packet) = reader.read_packet().unwrap() {
        let samples = decoder.decode(&packet.data, 5_760, &mut frame).unwrap();
        sound.extend_from_slice(trim.keep(&packet, &frame[..samples]));
    }
    sound
}

/// What a listener hears who gets these packets one after the other, without the encoder's delay.
pub(crate) fn decode_live(packets: &[Vec<u8>]) -> Vec<f32> {
    let mut decoder = OpusDecoder::new(48_000, 1).unwrap();
    let mut frame = vec![0.0; 5_760];
    let mut sound = Vec::new();
    for packet in packets {
        let samples = decoder.decode(packet, 5_760, &mut frame).unwrap();
        sound.extend_from_slice(&frame[..samples]);
    }
    sound.split_off(312)
}

/// How like two sounds are, sample upon sample, as far as both go: 1 = the same but for loudness.
pub(crate) fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let samples = a.len().min(b.len());
    let (a, b) = (&a[..samples], &b[..samples]);
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

/// The loudest sample.
pub(crate) fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()))
}
