//! libopus through its safe API: sound survives, later packets restore lost frames, and nothing does harm.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, helpers included")]

use consonance_native::libopus::{Dred, EncoderOption, LibopusDecoder, LibopusEncoder};

const FRAME: usize = 960;

/// How far the tests look back, 200 ms.
const REACH: u16 = 9_600;

/// A gliding voice with overtones: two seconds.
fn voice() -> Vec<f32> {
    let mut phase = 0.0_f32;
    let sample = |i: u16| {
        let hertz = 140.0 + 40.0 * (f32::from(i) / 9_000.0).sin();
        phase += hertz / 48_000.0 * std::f32::consts::TAU;
        (1..=8_u8).map(|n| (phase * f32::from(n)).sin() / f32::from(n)).sum::<f32>() * 0.1
    };
    (0..u16::MAX).map(sample).collect()
}

fn packets(options: &[EncoderOption]) -> Vec<Vec<u8>> {
    let mut encoder = LibopusEncoder::new(false).unwrap();
    for option in options {
        encoder.set(*option).unwrap();
    }
    let mut buffer = [0; 4_000];
    let mut encode = |frame: &[f32]| {
        let length = encoder.encode(frame, &mut buffer).unwrap();
        buffer[..length].to_vec()
    };
    voice().chunks_exact(FRAME).map(&mut encode).collect()
}

fn deeply_redundant() -> Vec<Vec<u8>> {
    packets(&[
        EncoderOption::Bitrate(32_000),
        EncoderOption::Music(false),
        EncoderOption::Copies(false),
        EncoderOption::ExpectedLoss(20),
        EncoderOption::Redundancy(20),
    ])
}

fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let sum = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    sum(a, b) / (sum(a, a) * sum(b, b)).sqrt().max(f32::MIN_POSITIVE)
}

#[test]
fn what_goes_in_comes_out() {
    let mut encoder = LibopusEncoder::new(false).unwrap();
    let lag = encoder.lookahead_samples();
    assert!((100..=960).contains(&lag), "{lag}");
    let mut decoder = LibopusDecoder::new(false).unwrap();
    let mut heard = Vec::new();
    let mut frame = [0.0; FRAME];
    for packet in packets(&[EncoderOption::Bitrate(32_000)]) {
        assert_eq!(decoder.decode(&packet, &mut frame), Ok(FRAME));
        heard.extend(frame);
    }
    let said = voice();
    assert!(correlation(&said[..48_000], &heard[lag..][..48_000]) > 0.9);
}

#[test]
fn a_packet_describes_the_sound_before_it_if_asked_to() {
    let mut dred = Dred::new().unwrap();
    let deep = deeply_redundant();
    let reaches: Vec<usize> = deep[20..].iter().map(|packet| dred.read(packet, REACH)).collect();
    assert!(reaches.iter().all(|reach| (5_000..20_000).contains(reach)), "{reaches:?}");
    for packet in packets(&[EncoderOption::Bitrate(32_000), EncoderOption::ExpectedLoss(20)]) {
        assert_eq!(dred.read(&packet, REACH), 0);
    }
}

#[test]
fn frames_in_a_row_are_recovered_from_the_packet_after_them() {
    let packets = deeply_redundant();
    let mut frame = [0.0; FRAME];
    let mut complete = LibopusDecoder::new(false).unwrap();
    let mut lossy = LibopusDecoder::new(false).unwrap();
    let mut loud = 0.0_f32;
    for packet in &packets[..40] {
        complete.decode(packet, &mut frame).unwrap();
        lossy.decode(packet, &mut frame).unwrap();
        loud = frame.iter().fold(0.0, |loud, sample| loud.max(sample.abs()));
    }
    let mut dred = Dred::new().unwrap();
    assert!(dred.read(&packets[44], REACH) >= 4 * FRAME);
    for before in (1..=4).rev() {
        assert_eq!(lossy.recover_deep(&mut dred, before * FRAME, &mut frame), Ok(FRAME));
        let recovered = frame.iter().fold(0.0_f32, |loud, sample| loud.max(sample.abs()));
        assert!((0.3 * loud..3.0 * loud).contains(&recovered), "{before} before: {recovered}, not {loud}");
    }
}

#[test]
fn nothing_is_recovered_beyond_what_a_packet_tells() {
    let packets = deeply_redundant();
    let mut decoder = LibopusDecoder::new(false).unwrap();
    let mut dred = Dred::new().unwrap();
    let mut frame = [0.0; FRAME];
    assert!(decoder.recover_deep(&mut dred, 0, &mut frame).is_err(), "nothing was read");
    let reach = dred.read(&packets[40], REACH);
    assert!(decoder.recover_deep(&mut dred, reach + 1, &mut frame).is_err());
    assert!(decoder.recover_deep(&mut dred, reach, &mut frame).is_ok());
    assert_eq!(dred.read(&[], REACH), 0);
    assert!(decoder.recover_deep(&mut dred, FRAME, &mut frame).is_err(), "what was read is forgotten");
}

#[test]
fn lengths_that_opus_does_not_have_are_refused() {
    let mut encoder = LibopusEncoder::new(false).unwrap();
    let mut decoder = LibopusDecoder::new(false).unwrap();
    for length in [0, 1, 100, 961, 50_000] {
        assert!(encoder.encode(&vec![0.0; length], &mut [0; 4_000]).is_err(), "{length}");
        assert!(decoder.conceal(&mut vec![0.0; length]).is_err(), "{length}");
    }
    assert!(encoder.encode(&[0.0; FRAME], &mut []).is_err());
    assert!(decoder.decode(&[], &mut [0.0; FRAME]).is_err());
    assert!(encoder.set(EncoderOption::Bitrate(0)).is_err());
    assert!(encoder.set(EncoderOption::Redundancy(255)).is_err());
    let packet = &packets(&[])[10];
    assert!(decoder.decode(packet, &mut [0.0; FRAME / 2]).is_err(), "the packet holds more");
    assert!(decoder.recover(&[], &mut [0.0; FRAME]).is_err());
}

#[test]
fn whatever_a_packet_says_no_memory_is_touched_that_is_not_ours() {
    let good = [deeply_redundant(), packets(&[EncoderOption::Copies(true), EncoderOption::ExpectedLoss(20)])];
    let mut seed = 7_u32;
    let mut below = |end: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % end.max(1)
    };
    let mut decoder = LibopusDecoder::new(false).unwrap();
    let mut dred = Dred::new().unwrap();
    let mut frame = [0.0; 2_880];
    for round in 0..3_000 {
        let list = &good[round % 2];
        let mut packet = list[below(list.len())].clone();
        match round % 5 {
            0 => packet.truncate(below(packet.len())),
            1 => {
                let at = below(packet.len());
                packet[at] ^= 1 << below(8);
            }
            2 => packet.fill_with(|| u8::try_from(below(256)).unwrap()),
            3 => packet.resize(below(4_000), 0xff),
            _ => {}
        }
        let samples = [120, 480, FRAME, 1_920, 2_880][below(5)];
        let frame = &mut frame[..samples];
        let outcome = match below(4) {
            0 => decoder.recover(&packet, frame),
            1 => {
                let reach = dred.read(&packet, u16::try_from(below(65_536)).unwrap());
                decoder.recover_deep(&mut dred, below(reach + 2), frame)
            }
            2 => decoder.conceal(frame),
            _ => decoder.decode(&packet, frame),
        };
        assert!(outcome.is_ok_and(|filled| filled <= samples) || outcome.is_err());
    }
}
