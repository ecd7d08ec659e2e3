//! Folders to record to, and the contents of the resulting files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use consonance_audio::{BLOCK_SAMPLES, Recording, RecordingFormat, RecordingSettings, SamplePosition};
use hound::WavReader;

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

/// A block in which all samples have this value.
pub(crate) const fn block(sample: f32) -> [f32; BLOCK_SAMPLES] {
    [sample; BLOCK_SAMPLES]
}

/// The interleaved samples of a WAV file, and its number of channels.
pub(crate) fn read_wav(path: &Path) -> (Vec<f32>, u16) {
    let mut reader = WavReader::open(path).unwrap();
    let samples = reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_767.0);
    (samples.collect(), reader.spec().channels)
}

/// The interleaved samples of an Ogg Opus file, as a player decodes them.
pub(crate) fn read_ogg_opus(path: &Path) -> Vec<f32> {
    consonance_testing::sound::decode(File::open(path).unwrap())
}
