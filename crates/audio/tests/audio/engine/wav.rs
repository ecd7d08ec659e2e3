//! WAV files: valid files are read correctly, others are rejected with a clear one-line error.

use std::fs;
use std::path::{Path, PathBuf};

use consonance_audio::{
    BLOCK_SAMPLES, Input, Output, OutputError, Read, StereoBlock, WavError, WavInput, WavOutput,
};
use hound::{SampleFormat, WavSpec, WavWriter};

use crate::engine::signal::Dice;

/// A path of this test's own.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.wav"))
}

/// The expected samples at 48 kHz for a second of 440 Hz at half of full scale.
fn tone(rate_hz: u32) -> impl Iterator<Item = f64> {
    (0..rate_hz).map(move |i| 0.5 * (f64::from(i) / f64::from(rate_hz) * 440.0 * std::f64::consts::TAU).sin())
}

/// Writes a second of the tone; channels take turns in being louder and softer by a tenth.
fn write_tone(path: &Path, spec: WavSpec) {
    let mut writer = WavWriter::create(path, spec).unwrap();
    let full_scale = 2_f64.powi(i32::from(spec.bits_per_sample) - 1);
    for sample in tone(spec.sample_rate) {
        for channel in 0..spec.channels {
            let balance = match (spec.channels % 2, channel % 2) {
                (0, 0) => 1.1,
                (0, _) => 0.9,
                _ => 1.0,
            };
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample((sample * balance) as f32).unwrap(),
                SampleFormat::Int => {
                    writer.write_sample((sample * balance * full_scale).round() as i32).unwrap();
                }
            }
        }
    }
    writer.finalize().unwrap();
}

fn spec(sample_rate: u32, channels: u16, bits_per_sample: u16, sample_format: SampleFormat) -> WavSpec {
    WavSpec { channels, sample_rate, bits_per_sample, sample_format }
}

#[test]
fn every_usual_kind_of_file_is_read() {
    use SampleFormat::{Float, Int};
    for (i, spec) in [
        spec(8_000, 1, 16, Int),
        spec(8_000, 1, 8, Int),
        spec(16_000, 1, 16, Int),
        spec(22_050, 2, 16, Int),
        spec(44_100, 2, 24, Int),
        spec(44_100, 6, 16, Int),
        spec(48_000, 1, 16, Int),
        spec(48_000, 3, 32, Int),
        spec(96_000, 2, 32, Float),
        spec(192_000, 8, 16, Int),
        spec(192_000, 8, 32, Float),
    ]
    .into_iter()
    .enumerate()
    {
        let path = path(&format!("kind-{i}"));
        write_tone(&path, spec);
        let input = WavInput::open(&path).unwrap();
        assert_eq!(input.samples().len(), 48_000, "{spec:?}");
        let tolerance = if spec.bits_per_sample == 8 { 0.02 } else { 0.005 };
        // The resampler rings at both ends, where it knows no samples outside the file.
        for (i, (sample, expected)) in input.samples().iter().zip(tone(48_000)).enumerate().skip(480) {
            let error = (f64::from(*sample) - expected).abs();
            assert!(error < tolerance || i > 47_520, "{spec:?}: sample {i} is off by {error}");
        }
    }
}

#[test]
fn a_file_is_read_in_blocks_and_then_has_ended() {
    let path = path("blocks");
    let mut writer = WavWriter::create(&path, spec(48_000, 1, 16, SampleFormat::Int)).unwrap();
    for i in 0..1_000_i16 {
        writer.write_sample(i).unwrap();
    }
    writer.finalize().unwrap();
    let mut input = WavInput::open(&path).unwrap();
    let mut block = [f32::NAN; BLOCK_SAMPLES];
    let mut heard = Vec::new();
    while input.read(&mut block) == Read::Samples {
        heard.extend_from_slice(&block);
    }
    assert_eq!(heard.len(), 1_440);
    assert!((heard[999] - 999.0 / 32_768.0).abs() < 1e-9);
    assert!(heard[1_000..].iter().chain(&block).all(|&sample| sample == 0.0));
    assert_eq!(input.read(&mut block), Read::End);
}

#[test]
fn a_file_with_two_channels_is_read_in_stereo_and_any_other_in_mono() {
    for channels in [1, 2, 3] {
        let path = path(&format!("stereo-{channels}"));
        let mut writer = WavWriter::create(&path, spec(48_000, channels, 32, SampleFormat::Float)).unwrap();
        for i in 0..1_000 {
            for channel in 0..channels {
                writer.write_sample(f32::from(channel) * 0.25 + i as f32 / 4_000.0).unwrap();
            }
        }
        writer.finalize().unwrap();
        let mut input = WavInput::open(&path).unwrap();
        let mut block = StereoBlock::from_mono(&[f32::NAN; BLOCK_SAMPLES]);
        if channels != 2 {
            assert_eq!(input.read_stereo(&mut block), None);
            continue;
        }
        let mut heard = Vec::new();
        while input.read_stereo(&mut block) == Some(Read::Samples) {
            heard.extend(block.left.into_iter().zip(block.right));
        }
        assert_eq!(heard.len(), 1_440);
        for (i, (left, right)) in heard.into_iter().enumerate() {
            let expected =
                if i < 1_000 { (i as f32 / 4_000.0, 0.25 + i as f32 / 4_000.0) } else { (0.0, 0.0) };
            assert!((left - expected.0).abs() < 1e-6 && (right - expected.1).abs() < 1e-6, "sample {i}");
        }
        assert_eq!((input.read_stereo(&mut block), block), (Some(Read::End), StereoBlock::SILENCE));
    }
}

#[test]
fn an_empty_file_of_sound_just_ends() {
    let path = path("empty");
    WavWriter::create(&path, spec(44_100, 2, 16, SampleFormat::Int)).unwrap().finalize().unwrap();
    assert_eq!(WavInput::open(&path).unwrap().read(&mut [1.0; BLOCK_SAMPLES]), Read::End);
}

#[test]
fn samples_that_are_not_numbers_become_silence_and_are_counted() {
    let path = path("not-numbers");
    let mut writer = WavWriter::create(&path, spec(44_100, 1, 32, SampleFormat::Float)).unwrap();
    for sample in [f32::NAN, f32::INFINITY, f32::MAX, 0.5, f32::MIN, f32::NEG_INFINITY].repeat(500) {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
    let input = WavInput::open(&path).unwrap();
    assert!(input.samples().iter().all(|sample| sample.abs() < 2.0));
    assert_eq!(input.non_finite_samples(), 1_500);
}

#[test]
fn what_cannot_be_read_is_refused_in_one_line_that_names_the_file() {
    let missing = WavInput::open(path("missing")).unwrap_err();
    assert!(matches!(missing, WavError::Read { .. }), "{missing}");

    let folder = WavInput::open(env!("CARGO_TARGET_TMPDIR")).unwrap_err();
    assert!(matches!(folder, WavError::Read { .. }), "{folder}");

    let good = path("good");
    write_tone(&good, spec(16_000, 1, 16, SampleFormat::Int));
    let bytes = fs::read(&good).unwrap();

    let cut = path("cut-off");
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let cut = WavInput::open(&cut).unwrap_err();
    assert!(matches!(cut, WavError::CutOff { .. }), "{cut}");

    let garbage = path("garbage");
    fs::write(&garbage, b"this is a text, not a recording".repeat(100)).unwrap();
    let garbage = WavInput::open(&garbage).unwrap_err();
    assert!(matches!(garbage, WavError::Format { .. }), "{garbage}");

    let nothing = path("nothing");
    fs::write(&nothing, b"").unwrap();
    let nothing = WavInput::open(&nothing).unwrap_err();

    let slow = path("4-khz");
    write_tone(&slow, spec(4_000, 1, 16, SampleFormat::Int));
    let slow = WavInput::open(&slow).unwrap_err();
    assert!(matches!(slow, WavError::Unsupported { sample_rate_hz: 4_000, .. }), "{slow}");

    let crowded = path("9-channels");
    write_tone(&crowded, spec(8_000, 9, 16, SampleFormat::Int));
    let crowded = WavInput::open(&crowded).unwrap_err();
    assert!(matches!(crowded, WavError::Unsupported { channels: 9, .. }), "{crowded}");

    for (error, name) in [
        (missing, "missing.wav"),
        (cut, "cut-off.wav"),
        (garbage, "garbage.wav"),
        (nothing, "nothing.wav"),
        (slow, "4-khz.wav"),
        (crowded, "9-channels.wav"),
    ] {
        let text = error.to_string();
        assert!(text.contains(name) && text.lines().count() == 1, "{text}");
    }
}

#[test]
fn a_recording_of_more_than_an_hour_is_refused() {
    let path = path("two-hours");
    write_tone(&path, spec(8_000, 1, 8, SampleFormat::Int));
    let mut bytes = fs::read(&path).unwrap();
    bytes[40..44].copy_from_slice(&(8_000_u32 * 7_200).to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let error = WavInput::open(&path).unwrap_err();
    assert!(matches!(error, WavError::TooLong { seconds: 7_200, .. }), "{error}");
}

#[test]
fn damaged_headers_never_panic() {
    let good = path("header");
    write_tone(&good, spec(8_000, 3, 24, SampleFormat::Int));
    let bytes = fs::read(&good).unwrap()[..2_000].to_vec();
    let damaged = path("damaged-header");
    let mut dice = Dice(5);
    for byte in 0..100 {
        for _ in 0..6 {
            let mut bytes = bytes.clone();
            bytes[byte] = dice.below(256) as u8;
            fs::write(&damaged, &bytes).unwrap();
            if let Ok(input) = WavInput::open(&damaged) {
                assert!(input.samples().iter().all(|sample| sample.is_finite()));
            }
        }
    }
    for length in 0..bytes.len().min(120) {
        fs::write(&damaged, &bytes[..length]).unwrap();
        assert!(WavInput::open(&damaged).is_err(), "{length} bytes");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let path = path("round-trip");
    let mut output = WavOutput::create(&path).unwrap();
    let sound: Vec<f32> = tone(48_000).map(|sample| sample as f32).collect();
    for block in sound.as_chunks().0 {
        output.write(&StereoBlock::from_mono(block)).unwrap();
    }
    output.finish().unwrap();
    output.finish().unwrap();
    assert!(matches!(output.write(&StereoBlock::default()), Err(OutputError::Finished)));
    let input = WavInput::open(&path).unwrap();
    assert_eq!(input.samples().len(), sound.len());
    for (read, written) in input.samples().iter().zip(&sound) {
        assert!((read - written).abs() < 1.0 / 16_000.0);
    }
}

#[test]
fn a_file_is_valid_at_all_times_and_at_most_250_ms_behind() {
    let path = path("interrupted");
    let mut output = WavOutput::create(&path).unwrap();
    assert_eq!(WavInput::open(&path).unwrap().samples().len(), 0);
    for blocks in 1..=200 {
        output.write(&StereoBlock::from_mono(&[0.25; BLOCK_SAMPLES])).unwrap();
        let on_disk = WavInput::open(&path).unwrap().samples().len();
        assert!(on_disk <= blocks * BLOCK_SAMPLES);
        assert!(on_disk + 12_000 > blocks * BLOCK_SAMPLES, "{on_disk} of {blocks} blocks");
    }
    std::mem::forget(output);
    assert_eq!(WavInput::open(&path).unwrap().samples().len(), 96_000);
}

#[test]
fn samples_beyond_full_scale_are_clipped() {
    let path = path("clipped");
    let mut output = WavOutput::create(&path).unwrap();
    let mut block = [0.0; BLOCK_SAMPLES];
    block[..5].copy_from_slice(&[2.0, -2.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN]);
    output.write(&StereoBlock::from_mono(&block)).unwrap();
    output.finish().unwrap();
    let read: Vec<i16> = hound::WavReader::open(&path).unwrap().samples().map(Result::unwrap).collect();
    assert_eq!(read[..6], [32_767, -32_767, 32_767, -32_767, 0, 0]);
}

#[test]
fn a_file_that_cannot_be_created_says_which() {
    let error = WavOutput::create(path("no-such-folder/x")).unwrap_err();
    assert!(matches!(error, WavError::Write { .. }));
    assert!(error.to_string().contains("no-such-folder"), "{error}");
}
