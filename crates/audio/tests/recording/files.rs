//! Folders to record to, sounds to record, and what is in a file afterwards.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use consonance_audio::{
    BLOCK_SAMPLES, Recording, RecordingFormat, RecordingSettings, SamplePosition, WavInput,
};
use hound::WavReader;
use opus_pure::{OggOpusReader, OpusDecoder, Trim};

/// An empty folder of this test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recording").join(name);
    let _was_not_there = fs::remove_dir_all(&folder);
    folder
}

/// A recording in an empty folder, from this position on.
pub(crate) fn recording(name: &str, start: u64, format: RecordingFormat) -> Recording {
    let settings = RecordingSettings { format, ..RecordingSettings::default() };
    Recording::create(folder(name), SamplePosition(start), settings).unwrap()
}

/// Seconds of speech, mono at 48 kHz.
pub(crate) fn speech(from_seconds: f64, to_seconds: f64) -> Vec<f32> {
    let path = format!("{}/../../assets/speech/austen-1.wav", env!("CARGO_MANIFEST_DIR"));
    let at = |seconds: f64| (seconds * 48_000.0) as usize;
    WavInput::open(path).unwrap().samples()[at(from_seconds)..at(to_seconds)].to_vec()
}

/// A block in which each sample is this.
pub(crate) const fn block(sample: f32) -> [f32; BLOCK_SAMPLES] {
    [sample; BLOCK_SAMPLES]
}

/// The interleaved samples of a WAV file, and how many channels they are for.
pub(crate) fn read_wav(path: &Path) -> (Vec<f32>, u16) {
    let mut reader = WavReader::open(path).unwrap();
    let samples = reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_767.0);
    (samples.collect(), reader.spec().channels)
}

/// The interleaved samples of an Ogg Opus file, as a player plays them.
pub(crate) fn read_ogg_opus(path: &Path) -> Vec<f32> {
    decode(File::open(path).unwrap())
}

/// The same of a stream.
pub(crate) fn decode(stream: impl Read) -> Vec<f32> {
    let mut reader = OggOpusReader::new(stream).unwrap();
    let channels = usize::from(reader.head().channel_count);
    let mut decoder = OpusDecoder::new(48_000, channels).unwrap();
    let mut trim = Trim::new(reader.head(), 48_000, channels).unwrap();
    let mut sound = Vec::new();
    let mut frame = vec![0.0; 5_760 * channels];
    while let Some(packet) = reader.read_packet().unwrap() {
        let samples = decoder.decode(&packet.data, 5_760, &mut frame).unwrap();
        sound.extend_from_slice(trim.keep(&packet, &frame[..samples * channels]));
    }
    sound
}

/// How like two sounds are, sample upon sample: 1 = the same but for loudness.
pub(crate) fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

/// The loudest sample.
pub(crate) fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()))
}
