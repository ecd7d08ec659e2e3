//! Speech for the tests of all crates, encoded as a player's client does, and measures of how much of it is found
//! again: sample by sample in a codec's output ([`correlation`]), anywhere in a recording ([`likeness()`]), or frame
//! by frame, so that losses can be counted ([`Coverage`]). A [`chirp()`] is for delays: it is found to the sample.
//!
//! ```
//! use consonance_testing::sound::{FRAME_SAMPLES, correlation, decode_live, encode, speech};
//!
//! let said = speech(0.0, 1.0);
//! let heard = decode_live(&encode(&said, FRAME_SAMPLES));
//! assert!(correlation(&said, &heard) > 0.9);
//! ```
//!
//! Sounds are samples of 32 bits at 48 kHz, mono unless stated otherwise. Only tests use this crate: data that cannot
//! be read or decoded ends them.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails")]

mod acoustics;
mod chirp;
mod coverage;
mod likeness;
mod shared_room;
mod white_noise;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use opus_pure::{Application, OggOpusReader, OpusDecoder, OpusEncoder, Trim};

pub use acoustics::{AcousticRoom, convolve, sample_between, small_loudspeaker};
pub use chirp::{CHIRP_SAMPLES, Sweep, chirp, find_chirp};
pub use coverage::Coverage;
pub use likeness::{ALIKE, UNLIKE, WINDOW, likeness, place_of};
pub use shared_room::SharedRoom;
pub use white_noise::WhiteNoise;

/// 20 ms at 48 kHz.
pub const FRAME_SAMPLES: usize = 960;

/// The file of one of the repository's three recordings of speech, 1 to 3: mono at 16 kHz.
pub fn recording(number: u32) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/speech");
    folder.join(format!("austen-{number}.wav"))
}

/// Speech between two times of the first recording, in seconds.
pub fn speech(from_seconds: f64, to_seconds: f64) -> Vec<f32> {
    speech_of(1, from_seconds, to_seconds)
}

/// Speech between two times of one of the three recordings, in seconds.
pub fn speech_of(number: u32, from_seconds: f64, to_seconds: f64) -> Vec<f32> {
    let mut reader = hound::WavReader::open(recording(number)).unwrap();
    assert_eq!((reader.spec().sample_rate, reader.spec().channels), (16_000, 1));
    let at = |seconds: f64| (seconds * 16_000.0) as usize;
    let samples = reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0);
    let samples: Vec<f32> =
        samples.skip(at(from_seconds)).take(at(to_seconds) - at(from_seconds) + 1).collect();
    let thrice = |pair: &[f32]| [0.0, 1.0, 2.0].map(|third| pair[0] + (pair[1] - pair[0]) * third / 3.0);
    samples.windows(2).flat_map(thrice).collect()
}

/// Writes a sound to listen to: 16 bits.
///
/// # Errors
/// If the file cannot be written.
pub fn write(file: &Path, sound: &[f32]) -> io::Result<()> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let write = || {
        let mut writer = hound::WavWriter::create(file, spec)?;
        for sample in sound {
            writer.write_sample((sample.clamp(-1.0, 1.0) * 32_767.0) as i16)?;
        }
        writer.finalize()
    };
    write().map_err(io::Error::other)
}

/// The samples of a file at 48 kHz and 16 bits, as [`write()`] and `consonance join --output` write them.
///
/// # Errors
/// If it cannot be read, or is another kind of file.
pub fn read(file: &Path) -> io::Result<Vec<f32>> {
    let mut reader = hound::WavReader::open(file).map_err(io::Error::other)?;
    let samples = reader.samples::<i16>().map(|sample| sample.map(|sample| f32::from(sample) / 32_768.0));
    samples.collect::<Result<_, _>>().map_err(io::Error::other)
}

/// The packets of a sound, one for each `frame_samples` samples, at 32 kbit/s.
pub fn encode(sound: &[f32], frame_samples: usize) -> Vec<Vec<u8>> {
    encode_channels(sound, 1, frame_samples)
}

/// The same for two channels, with the left one first in each pair, at 64 kbit/s.
pub fn encode_stereo(left: &[f32], right: &[f32], frame_samples: usize) -> Vec<Vec<u8>> {
    let interleaved: Vec<f32> = left.iter().zip(right).flat_map(|(left, right)| [*left, *right]).collect();
    encode_channels(&interleaved, 2, frame_samples)
}

fn encode_channels(interleaved: &[f32], channels: usize, frame_samples: usize) -> Vec<Vec<u8>> {
    let mut encoder = OpusEncoder::new(48_000, channels, Application::Audio).unwrap();
    encoder.bitrate_bps = 32_000 * channels as i32;
    let mut encode = |frame: &[f32]| {
        let mut packet = vec![0; 1_275];
        let bytes = encoder.encode(frame, frame_samples, &mut packet).unwrap();
        packet.truncate(bytes);
        packet
    };
    interleaved.chunks_exact(channels * frame_samples).map(&mut encode).collect()
}

/// The interleaved samples of an Ogg Opus stream, as a player plays them.
pub fn decode(stream: impl Read) -> Vec<f32> {
    let mut reader = OggOpusReader::new(stream).unwrap();
    let channels = usize::from(reader.head().channel_count);
    let mut decoder = OpusDecoder::new(48_000, channels).unwrap();
    let mut trim = Trim::new(reader.head(), 48_000, channels).unwrap();
    let mut sound = Vec::new();
    let mut frame = vec![0.0; PACKET_SAMPLES_MAX * channels];
    while let Some(packet) = reader.read_packet().unwrap() {
        let samples = decoder.decode(&packet.data, PACKET_SAMPLES_MAX, &mut frame).unwrap();
        sound.extend_from_slice(trim.keep(&packet, &frame[..samples * channels]));
    }
    sound
}

/// Decodes packets in order, as a listener hears them, without the encoder's delay.
pub fn decode_live(packets: &[Vec<u8>]) -> Vec<f32> {
    let mut decoder = OpusDecoder::new(48_000, 1).unwrap();
    let mut frame = vec![0.0; PACKET_SAMPLES_MAX];
    let mut sound = Vec::new();
    for packet in packets {
        let samples = decoder.decode(packet, PACKET_SAMPLES_MAX, &mut frame).unwrap();
        sound.extend_from_slice(&frame[..samples]);
    }
    sound.split_off(DELAY_SAMPLES)
}

/// The similarity of two sounds, sample by sample, up to the end of the shorter one: 1 = the same but for loudness.
pub fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let samples = a.len().min(b.len());
    let (a, b) = (&a[..samples], &b[..samples]);
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

/// The loudest sample.
pub fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()))
}

/// The longest time without a sound, in samples: less than a hundredth of the amplitude of the loudest 5
/// ms (−40 dB), to within 5 ms.
pub fn longest_silence(sound: &[f32]) -> usize {
    let energies: Vec<f32> =
        sound.chunks(PIECE_SAMPLES).map(|piece| piece.iter().map(|sample| sample * sample).sum()).collect();
    let audible = energies.iter().fold(0.0, |loudest: f32, energy| loudest.max(*energy)) / 10_000.0;
    let silences = energies.split(|energy| *energy > audible);
    silences.map(<[f32]>::len).max().unwrap_or(0) * PIECE_SAMPLES
}

/// 5 ms.
const PIECE_SAMPLES: usize = 240;
/// 120 ms, the longest that a packet may be (RFC 6716 §3.2.5).
const PACKET_SAMPLES_MAX: usize = 5_760;
/// The delay of common encoders.
const DELAY_SAMPLES: usize = 312;
