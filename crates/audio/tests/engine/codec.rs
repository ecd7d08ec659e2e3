//! Codecs: what goes in comes out, what is lost is recovered, what is garbage does no harm.

use consonance_audio::{
    BLOCK_SAMPLES, CodecError, DecodedAs, Decoder, Encoder, EncoderSettings, FrameSize, OpusDecoder,
    OpusEncoder, Quality, Source,
};

use crate::call::encode;
use crate::signal::{Dice, correlation, speech};

fn encoder(settings: EncoderSettings) -> OpusEncoder {
    OpusEncoder::new(settings).unwrap()
}

/// Encodes for a network that loses every tenth packet.
fn protected(sound: &[f32]) -> Vec<Vec<u8>> {
    let settings = EncoderSettings { expected_loss_percent: 10, ..EncoderSettings::default() };
    encode(sound, FrameSize::Ms20, &mut encoder(settings))
}

/// Decodes everything, taking each frame from what `source` chooses.
fn decode<'a>(packets: &'a [Vec<u8>], source: impl Fn(usize) -> Source<'a>) -> Vec<f32> {
    let mut decoder = OpusDecoder::new(FrameSize::Ms20).unwrap();
    let mut sound = vec![0.0; packets.len() * 960];
    for (i, frame) in sound.chunks_mut(960).enumerate() {
        decoder.decode(source(i), frame).unwrap();
    }
    sound
}

#[test]
fn speech_survives_24_kbit_per_second() {
    for frame in FrameSize::ALL {
        for number in 1..=3 {
            let original = speech(number);
            let mut encoder = encoder(EncoderSettings { frame, ..EncoderSettings::default() });
            let packets = encode(&original, frame, &mut encoder);
            let mut decoder = OpusDecoder::new(frame).unwrap();
            let mut heard = vec![0.0; packets.len() * frame.samples()];
            for (frame, packet) in heard.chunks_mut(frame.samples()).zip(&packets) {
                assert_eq!(decoder.decode(Source::Packet(packet), frame), Ok(DecodedAs::Decoded));
            }
            let similar = correlation(&original, &heard, encoder.lookahead_samples());
            assert!(similar > 0.93, "recording {number}, {frame:?}: {similar}");
            let bits = packets.iter().map(Vec::len).sum::<usize>() * 8;
            let rate = bits as f64 * 48_000.0 / original.len() as f64;
            assert!((20_000.0..28_000.0).contains(&rate), "recording {number}, {frame:?}: {rate} bit/s");
        }
    }
}

#[test]
fn a_lost_frame_is_recovered_better_than_it_is_concealed() {
    let original = speech(1);
    let packets = protected(&original);
    let lost = |i: usize| i % 10 == 5;
    let recovered = decode(&packets, |i| match packets.get(i + 1) {
        Some(next) if lost(i) => Source::Recover(next),
        _ => Source::Packet(&packets[i]),
    });
    let concealed = decode(&packets, |i| if lost(i) { Source::Conceal } else { Source::Packet(&packets[i]) });
    let lost_part = |sound: &[f32]| -> Vec<f32> {
        (0..packets.len() - 1).filter(|&i| lost(i)).flat_map(|i| sound[i * 960..][..960].to_vec()).collect()
    };
    let complete = lost_part(&decode(&packets, |i| Source::Packet(&packets[i])));
    let recovered = correlation(&complete, &lost_part(&recovered), 0);
    let concealed = correlation(&complete, &lost_part(&concealed), 0);
    assert!(recovered > 0.85, "recovered {recovered}");
    assert!(recovered > concealed + 0.2, "recovered {recovered}, concealed {concealed}");
}

#[test]
fn a_packet_without_a_copy_says_concealed() {
    let packets = encode(&speech(1), FrameSize::Ms20, &mut encoder(EncoderSettings::default()));
    let mut decoder = OpusDecoder::new(FrameSize::Ms20).unwrap();
    let mut frame = [0.0; 960];
    for packet in &packets {
        assert!(!decoder.carries_copy(packet));
        assert_eq!(decoder.decode(Source::Recover(packet), &mut frame), Ok(DecodedAs::Concealed));
    }
}

#[test]
fn a_copy_cannot_be_used_right_after_the_celt_mode() {
    let sound = speech(1);
    let settings = EncoderSettings { bitrate_bps: 96_000, ..EncoderSettings::default() };
    let celt = encode(&sound, FrameSize::Ms20, &mut encoder(settings));
    let silk = protected(&sound);
    let mut decoder = OpusDecoder::new(FrameSize::Ms20).unwrap();
    let mut frame = [0.0; 960];
    let with_copy = silk.iter().filter(|packet| decoder.carries_copy(packet)).collect::<Vec<_>>();
    decoder.decode(Source::Packet(&celt[100]), &mut frame).unwrap();
    assert_eq!(decoder.decode(Source::Recover(with_copy[0]), &mut frame), Ok(DecodedAs::Concealed));
    decoder.decode(Source::Packet(with_copy[0]), &mut frame).unwrap();
    assert_eq!(decoder.decode(Source::Recover(with_copy[1]), &mut frame), Ok(DecodedAs::Recovered));
}

#[test]
fn copies_come_with_expected_loss_and_only_then() {
    let original = speech(2);
    let copies = |settings: EncoderSettings, percent| {
        let mut encoder = encoder(settings);
        encoder.set_expected_loss(percent);
        let packets = encode(&original, FrameSize::Ms20, &mut encoder);
        let decoder = OpusDecoder::new(FrameSize::Ms20).unwrap();
        packets.iter().filter(|packet| decoder.carries_copy(packet)).count() * 100 / packets.len()
    };
    let settings = EncoderSettings::default();
    assert_eq!(copies(settings, 0), 0);
    assert_eq!(copies(settings, 1), 0);
    for percent in [2, 5, 10, 30, 100, 255] {
        assert!(copies(settings, percent) > 60, "{percent} %");
        assert_eq!(copies(EncoderSettings { fec: false, ..settings }, percent), 0);
    }
}

/// Bits per second of some packets of 20 ms.
fn rate(packets: &[Vec<u8>]) -> f64 {
    packets.iter().map(Vec::len).sum::<usize>() as f64 * 8.0 * 50.0 / packets.len() as f64
}

#[test]
fn every_quality_has_its_bit_rate_and_more_of_it_sounds_better() {
    let original = speech(3);
    let heard = Quality::ALL.map(|quality| {
        let mut encoder = encoder(quality.encoder_settings());
        let packets = encode(&original, FrameSize::Ms20, &mut encoder);
        let wanted = f64::from(quality.bitrate_bps());
        let measured = rate(&packets);
        assert!((0.75 * wanted..1.25 * wanted).contains(&measured), "{quality:?}: {measured} bit/s");
        let sound = decode(&packets, |i| Source::Packet(&packets[i]));
        correlation(&original, &sound, encoder.lookahead_samples())
    });
    assert!(heard.is_sorted() && heard[0] > 0.8 && heard[3] > 0.98, "{heard:?}");
}

#[test]
fn the_bit_rate_changes_while_somebody_speaks() {
    let original = speech(1);
    let (first, second) = original.split_at(original.len() / 2 / 960 * 960);
    let mut encoder = encoder(Quality::High.encoder_settings());
    let mut packets = encode(first, FrameSize::Ms20, &mut encoder);
    let high = rate(&packets);
    encoder.set_bitrate(Quality::Low.bitrate_bps());
    let lower = encode(second, FrameSize::Ms20, &mut encoder);
    assert!(rate(&lower) < 0.6 * high, "{high}, then {} bit/s", rate(&lower));
    packets.extend(lower);
    let heard = decode(&packets, |i| Source::Packet(&packets[i]));
    assert!(correlation(&original, &heard, encoder.lookahead_samples()) > 0.85);
    for absurd in [0, 1, u32::MAX] {
        encoder.set_bitrate(absurd);
        assert!(encoder.encode(&original[48_000..48_960], &mut [0; 4_000]).is_ok());
    }
}

#[test]
fn copies_go_and_come_back_with_the_bits_for_them() {
    let original = speech(2);
    let mut encoder = encoder(EncoderSettings { expected_loss_percent: 10, ..EncoderSettings::default() });
    let copies = |encoder: &mut OpusEncoder| {
        let packets = encode(&original, FrameSize::Ms20, encoder);
        let decoder = OpusDecoder::new(FrameSize::Ms20).unwrap();
        packets.iter().filter(|packet| decoder.carries_copy(packet)).count() * 100 / packets.len()
    };
    let before = copies(&mut encoder);
    encoder.set_bitrate(96_000);
    assert_eq!(copies(&mut encoder), 0, "in the mode for music there are none");
    encoder.set_bitrate(24_000);
    assert!(before > 60 && copies(&mut encoder) > 60);
}

/// Speech, then seconds of pause, all of it in front of a background of noise.
fn speech_and_pause(noise: f32) -> (Vec<f32>, usize) {
    let mut dice = Dice(3);
    let mut sound = speech(1);
    let pause = sound.len();
    sound.resize(pause + 4 * 48_000, 0.0);
    for sample in &mut sound {
        *sample += (dice.below(2_001) as f32 / 1_000.0 - 1.0) * noise;
    }
    (sound, pause)
}

#[test]
fn a_silent_speaker_sends_next_to_nothing_and_is_heard_as_comfort_noise() {
    for bitrate_bps in [10_000, 24_000, 64_000] {
        let (original, pause) = speech_and_pause(0.005);
        let settings = EncoderSettings { bitrate_bps, dtx: true, ..EncoderSettings::default() };
        let packets = encode(&original, FrameSize::Ms20, &mut encoder(settings));
        let in_pause = &packets[pause / 960 + 25..];
        let short = in_pause.iter().filter(|packet| packet.len() == 1).count();
        assert!(short * 10 >= in_pause.len() * 9, "{short} of {} packets say nothing", in_pause.len());
        let heard = decode(&packets, |i| Source::Packet(&packets[i]));
        let level = |sound: &[f32]| (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).sqrt();
        let usual = level(&heard[pause + 2_400..pause + 9_600]);
        for (i, part) in heard[pause + 24_000..].chunks_exact(4_800).enumerate() {
            let ratio = level(part) / usual;
            assert!((0.5..2.0).contains(&ratio), "{bitrate_bps} bit/s, part {i}: {ratio}");
        }
    }
}

#[test]
fn without_background_a_silent_speaker_is_silent() {
    let (original, pause) = speech_and_pause(0.0);
    let settings = EncoderSettings { dtx: true, ..EncoderSettings::default() };
    let packets = encode(&original, FrameSize::Ms20, &mut encoder(settings));
    let heard = decode(&packets, |i| Source::Packet(&packets[i]));
    assert!(heard[pause + 48_000..].iter().all(|sample| sample.abs() < 0.001));
}

#[test]
fn packets_of_another_frame_size_are_concealed() {
    let sound = speech(3);
    for sent in FrameSize::ALL {
        let settings = EncoderSettings { frame: sent, ..EncoderSettings::default() };
        let packets = encode(&sound[48_000..72_000], sent, &mut encoder(settings));
        for expected in FrameSize::ALL.into_iter().filter(|&size| size != sent) {
            let mut decoder = OpusDecoder::new(expected).unwrap();
            let mut frame = vec![0.0; expected.samples()];
            for packet in &packets {
                for source in [Source::Packet(packet), Source::Recover(packet)] {
                    assert_eq!(decoder.decode(source, &mut frame), Ok(DecodedAs::Concealed));
                }
            }
        }
    }
}

#[test]
fn damaged_packets_give_sound_within_full_scale() {
    let mut dice = Dice(11);
    for frame_size in FrameSize::ALL {
        let settings =
            EncoderSettings { frame: frame_size, expected_loss_percent: 20, ..EncoderSettings::default() };
        let packets = encode(&speech(1)[..96_000], frame_size, &mut encoder(settings));
        let mut decoder = OpusDecoder::new(frame_size).unwrap();
        let mut frame = vec![0.0; frame_size.samples()];
        for round in 0..600 {
            let mut packet = packets[round % packets.len()].clone();
            match round % 4 {
                0 => packet.truncate(dice.below(packet.len() as u64) as usize),
                1 => {
                    let bit = dice.below(packet.len() as u64 * 8);
                    packet[(bit / 8) as usize] ^= 1 << (bit % 8);
                }
                2 => packet.iter_mut().for_each(|byte| *byte = dice.below(256) as u8),
                _ => packet.extend((0..dice.below(5_000)).map(|_| 0)),
            }
            let source = if dice.percent(50.0) { Source::Packet(&packet) } else { Source::Recover(&packet) };
            frame.fill(f32::NAN);
            decoder.decode(source, &mut frame).unwrap();
            assert!(frame.iter().all(|sample| sample.abs() <= 1.0), "{frame_size:?}, round {round}");
        }
    }
}

#[test]
fn empty_and_oversized_packets_are_concealed() {
    let mut decoder = OpusDecoder::new(FrameSize::Ms20).unwrap();
    let mut frame = [0.0; 960];
    for length in [0, 4_001, 70_000] {
        let packet = vec![0x78; length];
        assert_eq!(decoder.decode(Source::Packet(&packet), &mut frame), Ok(DecodedAs::Concealed));
    }
}

#[test]
fn samples_that_are_not_numbers_do_not_poison_the_encoder() {
    let original = speech(1);
    let mut encoder = encoder(EncoderSettings::default());
    let mut packet = [0; 4_000];
    let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE];
    let poison: Vec<f32> = bad.iter().copied().cycle().take(960).collect();
    for _ in 0..10 {
        encoder.encode(&poison, &mut packet).unwrap();
    }
    let packets = encode(&original, FrameSize::Ms20, &mut encoder);
    let decoded = decode(&packets, |i| Source::Packet(&packets[i]));
    assert!(correlation(&original, &decoded, encoder.lookahead_samples()) > 0.9);
}

#[test]
fn a_short_packet_buffer_makes_a_short_packet() {
    let sound = speech(1);
    let mut encoder = encoder(EncoderSettings::default());
    let mut packet = [0; 40];
    for frame in sound[24_000..72_000].chunks(960) {
        assert!(encoder.encode(frame, &mut packet).unwrap() <= 40);
    }
    let refused = encoder.encode(&sound[..960], &mut packet[..15]);
    assert_eq!(refused, Err(CodecError::PacketBuffer { needed: 16, got: 15 }));
}

#[test]
fn frames_of_the_wrong_length_are_the_callers_fault() {
    let mut encoder = encoder(EncoderSettings::default());
    let mut decoder = OpusDecoder::new(FrameSize::Ms20).unwrap();
    let mut frame = [0.0; 1_440];
    for got in [0, 480, 959, 961, 1_440] {
        let wrong = CodecError::FrameLength { expected: 960, got };
        assert_eq!(encoder.encode(&frame[..got], &mut [0; 100]), Err(wrong.clone()));
        assert_eq!(decoder.decode(Source::Packet(&[]), &mut frame[..got]), Err(wrong.clone()));
        assert_eq!(decoder.decode(Source::Recover(&[]), &mut frame[..got]), Err(wrong));
    }
    for got in [0, 1, 479, 1_440] {
        assert!(decoder.decode(Source::Conceal, &mut frame[..got]).is_err(), "{got}");
    }
}

#[test]
fn a_frame_is_concealed_in_blocks_as_well_as_whole() {
    let original = speech(1);
    for frame_size in FrameSize::ALL {
        let settings = EncoderSettings { frame: frame_size, ..EncoderSettings::default() };
        let packets = encode(&original[24_000..72_000], frame_size, &mut encoder(settings));
        for samples in (BLOCK_SAMPLES..=frame_size.samples()).step_by(BLOCK_SAMPLES) {
            let mut decoder = OpusDecoder::new(frame_size).unwrap();
            let mut frame = vec![0.0; frame_size.samples()];
            for packet in &packets[..packets.len() / 2] {
                decoder.decode(Source::Packet(packet), &mut frame).unwrap();
            }
            let concealed = &mut frame[..samples];
            concealed.fill(f32::NAN);
            assert_eq!(decoder.decode(Source::Conceal, concealed), Ok(DecodedAs::Concealed));
            assert!(concealed.iter().any(|&sample| sample.abs() > 0.001), "{frame_size:?}, {samples}");
            assert!(concealed.iter().all(|sample| sample.abs() < 1.0));
        }
    }
}
