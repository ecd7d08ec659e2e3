//! Lost frames: recovered from copies where there are any, concealed otherwise.

use consonance_audio::{
    BLOCK_SAMPLES, DecodedAs, Decoder, Encoder, EncoderSettings, FrameSize, OpusDecoder, OpusEncoder,
    OpusLibrary, Redundancy, Source,
};

use super::{decode, decoder, encoder, protected};
use crate::engine::call::encode;
use crate::engine::signal::{correlation, speech};

#[test]
fn a_lost_frame_is_recovered_better_than_it_is_concealed() {
    for &library in OpusLibrary::ALL {
        let original = speech(1);
        let packets = protected(library, &original);
        let lost = |i: usize| i % 10 == 5;
        let recovered = decode(library, &packets, |i| match packets.get(i + 1) {
            Some(next) if lost(i) => Source::Recover { packet: next, ahead: 1 },
            _ => Source::Packet(&packets[i]),
        });
        let concealed =
            decode(
                library,
                &packets,
                |i| if lost(i) { Source::Conceal } else { Source::Packet(&packets[i]) },
            );
        let lost_part = |sound: &[f32]| -> Vec<f32> {
            (0..packets.len() - 1)
                .filter(|&i| lost(i))
                .flat_map(|i| sound[i * 960..][..960].to_vec())
                .collect()
        };
        let complete = lost_part(&decode(library, &packets, |i| Source::Packet(&packets[i])));
        let recovered = correlation(&complete, &lost_part(&recovered), 0);
        let concealed = correlation(&complete, &lost_part(&concealed), 0);
        assert!(recovered > 0.85, "recovered {recovered}");
        assert!(recovered > concealed + 0.2, "recovered {recovered}, concealed {concealed}");
    }
}

#[test]
fn a_packet_without_a_copy_says_concealed() {
    for &library in OpusLibrary::ALL {
        let packets = encode(&speech(1), FrameSize::Ms20, &mut encoder(library, EncoderSettings::default()));
        let mut decoder = decoder(library);
        let mut frame = [0.0; 960];
        for packet in &packets {
            assert_eq!(decoder.recoverable_frames(packet), 0);
            assert_eq!(
                decoder.decode(Source::Recover { packet, ahead: 1 }, &mut frame),
                Ok(DecodedAs::Concealed)
            );
        }
    }
}

#[test]
fn a_copy_cannot_be_used_right_after_the_celt_mode() {
    for &library in OpusLibrary::ALL {
        let sound = speech(1);
        let settings = EncoderSettings { bitrate_bps: 96_000, ..EncoderSettings::default() };
        let celt = encode(&sound, FrameSize::Ms20, &mut encoder(library, settings));
        let silk = protected(library, &sound);
        let mut decoder = decoder(library);
        let mut frame = [0.0; 960];
        let with_copy =
            silk.iter().filter(|packet| decoder.recoverable_frames(packet) > 0).collect::<Vec<_>>();
        decoder.decode(Source::Packet(&celt[100]), &mut frame).unwrap();
        assert_eq!(
            decoder.decode(Source::Recover { packet: with_copy[0], ahead: 1 }, &mut frame),
            Ok(DecodedAs::Concealed)
        );
        decoder.decode(Source::Packet(with_copy[0]), &mut frame).unwrap();
        assert_eq!(
            decoder.decode(Source::Recover { packet: with_copy[1], ahead: 1 }, &mut frame),
            Ok(DecodedAs::Recovered)
        );
    }
}

#[test]
fn copies_come_with_expected_loss_and_only_then() {
    for &library in OpusLibrary::ALL {
        let original = speech(2);
        let copies = |settings: EncoderSettings, percent| {
            let mut encoder = encoder(library, settings);
            encoder.set_expected_loss(percent);
            copies_percent(library, &original, &mut encoder)
        };
        let settings = EncoderSettings::default();
        assert_eq!(copies(settings, 0), 0);
        assert_eq!(copies(settings, 1), 0);
        for percent in [2, 5, 10, 30, 100, 255] {
            assert!(copies(settings, percent) > 60, "{percent} %");
            assert_eq!(copies(EncoderSettings { redundancy: Redundancy::None, ..settings }, percent), 0);
        }
    }
}

#[test]
fn copies_go_and_come_back_as_asked() {
    for &library in OpusLibrary::ALL {
        let original = speech(2);
        let mut encoder =
            encoder(library, EncoderSettings { expected_loss_percent: 10, ..EncoderSettings::default() });
        let mut copies = |redundancy| {
            encoder.set_redundancy(redundancy);
            copies_percent(library, &original, &mut encoder)
        };
        assert!(copies(Redundancy::Fec) > 60);
        assert_eq!(copies(Redundancy::None), 0);
        assert!(copies(Redundancy::Fec) > 60);
    }
}

/// The percentage of packets that contain a copy.
fn copies_percent(library: OpusLibrary, sound: &[f32], encoder: &mut OpusEncoder) -> usize {
    let packets = encode(sound, FrameSize::Ms20, encoder);
    let mut decoder = decoder(library);
    packets.iter().filter(|packet| decoder.recoverable_frames(packet) == 1).count() * 100 / packets.len()
}

#[test]
fn a_frame_is_concealed_in_blocks_as_well_as_whole() {
    for &library in OpusLibrary::ALL {
        let original = speech(1);
        for frame_size in FrameSize::ALL {
            let settings = EncoderSettings { frame: frame_size, ..EncoderSettings::default() };
            let packets = encode(&original[24_000..72_000], frame_size, &mut encoder(library, settings));
            for samples in (BLOCK_SAMPLES..=frame_size.samples()).step_by(BLOCK_SAMPLES) {
                let mut decoder = OpusDecoder::from_library(library, frame_size).unwrap();
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
}
