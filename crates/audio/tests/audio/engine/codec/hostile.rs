//! Invalid input: damaged packets, samples that are not numbers, wrong lengths.

use consonance_audio::{
    CodecError, DecodedAs, Decoder, Encoder, EncoderSettings, FrameSize, OpusDecoder, OpusLibrary, Source,
};

use super::{decode, decoder, encoder};
use crate::engine::call::encode;
use crate::engine::signal::{Dice, correlation, speech};

#[test]
fn packets_of_another_frame_size_are_concealed() {
    for &library in OpusLibrary::ALL {
        let sound = speech(3);
        for sent in FrameSize::ALL {
            let settings = EncoderSettings { frame: sent, ..EncoderSettings::default() };
            let packets = encode(&sound[48_000..72_000], sent, &mut encoder(library, settings));
            for expected in FrameSize::ALL.into_iter().filter(|&size| size != sent) {
                let mut decoder = OpusDecoder::from_library(library, expected).unwrap();
                let mut frame = vec![0.0; expected.samples()];
                for packet in &packets {
                    for source in [Source::Packet(packet), Source::Recover { packet, ahead: 1 }] {
                        assert_eq!(decoder.decode(source, &mut frame), Ok(DecodedAs::Concealed));
                    }
                }
            }
        }
    }
}

#[test]
fn damaged_packets_give_sound_within_full_scale() {
    for &library in OpusLibrary::ALL {
        let mut dice = Dice(11);
        for frame_size in FrameSize::ALL {
            let settings = EncoderSettings {
                frame: frame_size,
                expected_loss_percent: 20,
                ..EncoderSettings::default()
            };
            let packets = encode(&speech(1)[..96_000], frame_size, &mut encoder(library, settings));
            let mut decoder = OpusDecoder::from_library(library, frame_size).unwrap();
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
                let source = if dice.percent(50.0) {
                    Source::Packet(&packet)
                } else {
                    Source::Recover { packet: &packet, ahead: 1 }
                };
                frame.fill(f32::NAN);
                decoder.decode(source, &mut frame).unwrap();
                assert!(frame.iter().all(|sample| sample.abs() <= 1.0), "{frame_size:?}, round {round}");
            }
        }
    }
}

#[test]
fn empty_and_oversized_packets_are_concealed() {
    for &library in OpusLibrary::ALL {
        let mut decoder = decoder(library);
        let mut frame = [0.0; 960];
        for length in [0, 4_001, 70_000] {
            let packet = vec![0x78; length];
            assert_eq!(decoder.decode(Source::Packet(&packet), &mut frame), Ok(DecodedAs::Concealed));
        }
    }
}

#[test]
fn samples_that_are_not_numbers_do_not_poison_the_encoder() {
    for &library in OpusLibrary::ALL {
        let original = speech(1);
        let mut encoder = encoder(library, EncoderSettings::default());
        let mut packet = [0; 4_000];
        let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE];
        let poison: Vec<f32> = bad.iter().copied().cycle().take(960).collect();
        for _ in 0..10 {
            encoder.encode(&poison, &mut packet).unwrap();
        }
        let packets = encode(&original, FrameSize::Ms20, &mut encoder);
        let decoded = decode(library, &packets, |i| Source::Packet(&packets[i]));
        assert!(correlation(&original, &decoded, encoder.lookahead_samples()) > 0.9);
    }
}

#[test]
fn a_short_packet_buffer_makes_a_short_packet() {
    for &library in OpusLibrary::ALL {
        let sound = speech(1);
        let mut encoder = encoder(library, EncoderSettings::default());
        let mut packet = [0; 40];
        for frame in sound[24_000..72_000].chunks(960) {
            assert!(encoder.encode(frame, &mut packet).unwrap() <= 40);
        }
        let refused = encoder.encode(&sound[..960], &mut packet[..15]);
        assert_eq!(refused, Err(CodecError::PacketBuffer { needed: 16, got: 15 }));
    }
}

#[test]
fn frames_of_the_wrong_length_are_the_callers_fault() {
    for &library in OpusLibrary::ALL {
        let mut encoder = encoder(library, EncoderSettings::default());
        let mut decoder = decoder(library);
        let mut frame = [0.0; 1_440];
        for got in [0, 480, 959, 961, 1_440] {
            let wrong = CodecError::FrameLength { expected: 960, got };
            assert_eq!(encoder.encode(&frame[..got], &mut [0; 100]), Err(wrong.clone()));
            assert_eq!(decoder.decode(Source::Packet(&[]), &mut frame[..got]), Err(wrong.clone()));
            assert_eq!(
                decoder.decode(Source::Recover { packet: &[], ahead: 1 }, &mut frame[..got]),
                Err(wrong)
            );
        }
        for got in [0, 1, 479, 1_440] {
            assert!(decoder.decode(Source::Conceal, &mut frame[..got]).is_err(), "{got}");
        }
    }
}
