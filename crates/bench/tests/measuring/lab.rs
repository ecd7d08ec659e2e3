//! `consonance-bench lab`: the output is aligned with the input, and no input crashes it.

use consonance_audio::WavInput;
use serde_json::Value;

use consonance_testing::command::Program;
use consonance_testing::command::{Folder, RECORDING};

/// Runs `lab link` on the recording with these options; returns what it printed, and the sound heard.
fn link(options: &[&str]) -> (Value, Vec<f32>) {
    let folder = Folder::new();
    let output = folder.file("heard.wav");
    let mut arguments = vec!["lab", "link", "--input", RECORDING, "--output", &output];
    arguments.extend(options);
    let ended = Program::bench(&arguments).end();
    ended.assert_well();
    let printed = ended.events().remove(0);
    (printed, WavInput::open(&output).unwrap().samples().to_vec())
}

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a * b)).sum::<f64>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt().max(1e-9)
}

#[test]
fn the_delay_that_is_printed_is_removed() {
    let original = WavInput::open(RECORDING).unwrap().samples().to_vec();
    let (printed, heard) = link(&[]);
    assert!(printed["delay_ms"].as_f64().unwrap() <= 40.0, "{printed}");
    let counts = ["lost", "recovered", "concealed", "late"].map(|name| printed[name].as_u64().unwrap());
    assert_eq!(counts, [0; 4], "{printed}");
    let times = ["concealed_ms", "lengthened_ms", "shortened_ms", "skipped_ms"];
    assert!(times.iter().all(|name| printed[name].as_f64() == Some(0.0)), "{printed}");
    assert_eq!(heard.len(), original.len().next_multiple_of(480));
    assert!(correlation(&original, &heard) > 0.93);
}

#[test]
fn where_sound_was_stretched_most_of_it_lies_in_place_all_the_same() {
    let original = WavInput::open(RECORDING).unwrap().samples().to_vec();
    let (mut in_place, mut halves) = (0, 0);
    for seed in ["1", "2", "3", "4"] {
        let (printed, heard) = link(&["--loss", "10", "--jitter", "60", "--seed", seed]);
        let half_seconds = original.chunks_exact(24_000).zip(heard.chunks_exact(24_000));
        let spoken = half_seconds.filter(|(original, _)| original.iter().any(|x| x.abs() > 0.1));
        let likeness: Vec<f64> = spoken.map(|(original, heard)| correlation(original, heard)).collect();
        in_place += likeness.iter().filter(|&&likeness| likeness > 0.7).count();
        halves += likeness.len();
        let number = |name: &str| printed[name].as_u64().unwrap();
        assert!((10..60).contains(&number("lost")), "{printed}");
        assert!(number("recovered") > number("concealed"), "{printed}");
        let changed = ["concealed_ms", "lengthened_ms"];
        assert!(changed.iter().all(|name| printed[name].as_f64().unwrap() > 0.0), "{printed}");
    }
    assert!(in_place * 2 >= halves, "{in_place} of {halves} half seconds");
}

#[test]
fn the_same_seed_gives_the_same_sound_and_another_seed_another() {
    let run =
        |seed| link(&["--loss", "20", "--burst", "3", "--jitter", "40", "--frame-ms", "40", "--seed", seed]);
    assert_eq!(run("5"), run("5"));
    assert_ne!(run("5").1, run("6").1);
}

#[test]
fn a_trace_is_followed() {
    let folder = Folder::new();
    let lines: Vec<String> = (0..300)
        .map(|i| if i % 10 == 9 { format!("{} lost", i * 20) } else { format!("{} {}", i * 20, i * 20 + 30) })
        .collect();
    let trace = folder.write("trace.txt", lines.join("\n").as_bytes());
    let (printed, _) = link(&["--trace", &trace]);
    let frames = WavInput::open(RECORDING).unwrap().samples().len().div_ceil(960) as u64;
    assert_eq!(printed["lost"].as_u64().unwrap(), frames / 10, "{printed}");
    assert!(
        (60.0..100.0).contains(&printed["delay_ms"].as_f64().unwrap()),
        "30 ms of it on the way: {printed}"
    );
}

/// A WAV file with complete samples, all of the same value.
fn wav(channels: u16, rate_hz: u32, frames: u32) -> Vec<u8> {
    let data_bytes = frames * u32::from(channels) * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data_bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(channels.to_le_bytes());
    file.extend(rate_hz.to_le_bytes());
    file.extend((rate_hz * u32::from(channels) * 2).to_le_bytes());
    file.extend((channels * 2).to_le_bytes());
    file.extend(b"\x10\0data");
    file.extend(data_bytes.to_le_bytes());
    file.extend((0..frames * u32::from(channels)).flat_map(|_| 3_000_i16.to_le_bytes()));
    file
}

#[test]
fn any_file_works_or_is_refused_in_one_kind_line() {
    let folder = Folder::new();
    let output = folder.file("out.wav");
    let run = |input: &str| Program::bench(&["lab", "link", "--input", input, "--output", &output]).end();
    for (name, file) in [("8 kHz", wav(1, 8_000, 8_000)), ("192 kHz", wav(8, 192_000, 19_200))] {
        let ended = run(&folder.write(name, &file));
        ended.assert_well();
        assert_eq!(ended.events().len(), 1, "{name}");
    }
    for (name, file, words) in [
        ("no-sound.wav", wav(1, 48_000, 0), "holds no sound"),
        ("empty.wav", Vec::new(), "truncated"),
        ("text.wav", b"not a recording at all, but a letter".to_vec(), "not a readable WAV file"),
        ("half.wav", wav(1, 48_000, 4_800)[..5_000].to_vec(), "truncated"),
    ] {
        let ended = run(&folder.write(name, &file));
        assert!(ended.complaint().contains(words), "{name}: {}", ended.complaint());
    }
    assert!(run(&folder.file("missing.wav")).complaint().contains("cannot read"));
}
