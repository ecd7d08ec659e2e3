//! Copies of whole packets in the padding of later ones.

use consonance_audio::{
    DecodedAs, Decoder, Encoder, EncoderSettings, FrameSize, OpusDecoder, OpusLibrary, Redundancy, Source,
};

use super::{decoder, encoder};
use crate::engine::call::encode;
use crate::engine::signal::speech;

/// Two seconds.
fn sound() -> Vec<f32> {
    let mut sound = speech(1);
    sound.truncate(96_000);
    sound
}

fn repeating(frames: u8) -> EncoderSettings {
    EncoderSettings {
        bitrate_bps: 48_000,
        expected_loss_percent: 20,
        redundancy: Redundancy::Repeat { frames },
        ..EncoderSettings::default()
    }
}

#[test]
fn a_repeated_frame_is_recovered_as_well_as_if_its_packet_had_come() {
    for &library in OpusLibrary::ALL {
        let packets = encode(&sound(), FrameSize::Ms20, &mut encoder(library, repeating(2)));
        let (mut complete, mut lossy) = (decoder(library), decoder(library));
        let (mut expected, mut heard) = ([0.0; 960], [0.0; 960]);
        for (i, packet) in packets.iter().enumerate() {
            complete.decode(Source::Packet(packet), &mut expected).unwrap();
            // Of every five frames, two in a row are lost.
            let source = match (i % 5, packets.get(i + 1), packets.get(i + 2)) {
                (2, _, Some(later)) => Source::Recover { packet: later, ahead: 2 },
                (3, Some(next), _) => Source::Recover { packet: next, ahead: 1 },
                _ => Source::Packet(packet),
            };
            let decoded_as = lossy.decode(source, &mut heard).unwrap();
            let is_own = matches!(source, Source::Packet(_));
            assert_eq!(decoded_as, if is_own { DecodedAs::Decoded } else { DecodedAs::Recovered }, "{i}");
            let bits = |sound: &[f32]| sound.iter().map(|sample| sample.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&heard), bits(&expected), "{library:?}, frame {i}");
        }
    }
}

#[test]
fn packets_say_how_many_frames_they_repeat() {
    for &library in OpusLibrary::ALL {
        for frames in 0..=3 {
            let packets = encode(&sound(), FrameSize::Ms20, &mut encoder(library, repeating(frames)));
            let mut decoder = decoder(library);
            let counts: Vec<u8> = packets.iter().map(|packet| decoder.recoverable_frames(packet)).collect();
            let expected = (0..counts.len()).map(|sent| usize::from(frames).min(sent));
            assert!(counts.iter().map(|&count| usize::from(count)).eq(expected), "{counts:?}");
        }
    }
}

#[test]
fn the_bit_rate_is_that_of_everything() {
    for &library in OpusLibrary::ALL {
        let sound = speech(2);
        let bits = |settings| {
            let packets = encode(&sound, FrameSize::Ms20, &mut encoder(library, settings));
            packets.iter().map(|packet| packet.len() * 8).sum::<usize>() as f32
        };
        let once = bits(EncoderSettings { redundancy: Redundancy::None, ..repeating(0) });
        for frames in 1..=3 {
            let repeated = bits(repeating(frames));
            assert!((0.8..1.25).contains(&(repeated / once)), "{library:?}, {frames}: {repeated} of {once}");
        }
    }
}

#[test]
fn every_frame_size_and_music_can_be_repeated() {
    for &library in OpusLibrary::ALL {
        for frame in FrameSize::ALL {
            for music in [false, true] {
                let settings = EncoderSettings { frame, music, bitrate_bps: 96_000, ..repeating(1) };
                let packets = encode(&sound(), frame, &mut encoder(library, settings));
                let mut decoder = OpusDecoder::from_library(library, frame).unwrap();
                let mut heard = vec![0.0; frame.samples()];
                let source = Source::Recover { packet: &packets[5], ahead: 1 };
                assert_eq!(decoder.decode(source, &mut heard), Ok(DecodedAs::Recovered), "{frame:?}");
                assert_eq!(decoder.decode(Source::Packet(&packets[5]), &mut heard), Ok(DecodedAs::Decoded));
            }
        }
    }
}

#[test]
fn without_expected_loss_and_at_the_start_of_an_utterance_nothing_is_repeated() {
    for &library in OpusLibrary::ALL {
        let mut encoder = encoder(library, repeating(2));
        encoder.set_expected_loss(1);
        let mut decoder = decoder(library);
        let mut repeats = |encoder: &mut dyn Encoder| {
            let packets = encode(&sound(), FrameSize::Ms20, encoder);
            packets.iter().map(|packet| decoder.recoverable_frames(packet)).collect::<Vec<_>>()
        };
        assert!(repeats(&mut encoder).iter().all(|&frames| frames == 0));
        encoder.set_expected_loss(20);
        assert_eq!(repeats(&mut encoder).last(), Some(&2));
        encoder.start_utterance();
        assert_eq!(repeats(&mut encoder)[..3], [0, 1, 2]);
    }
}

#[test]
fn what_does_not_fit_is_sent_without_repeats() {
    for &library in OpusLibrary::ALL {
        let mut encoder = encoder(library, repeating(3));
        let mut packet = [0; 80];
        let mut decoder = decoder(library);
        for frame in sound().chunks_exact(960) {
            let bytes = encoder.encode(frame, &mut packet).unwrap();
            let mut heard = [0.0; 960];
            assert_eq!(decoder.decode(Source::Packet(&packet[..bytes]), &mut heard), Ok(DecodedAs::Decoded));
        }
    }
}

#[test]
fn damaged_repeats_are_concealed() {
    for &library in OpusLibrary::ALL {
        let packets = encode(&sound(), FrameSize::Ms20, &mut encoder(library, repeating(2)));
        let packet = &packets[10];
        let mut heard = [0.0; 960];
        for (at, byte) in
            (0..packet.len()).step_by(3).flat_map(|at| [0, 1, 0x7f, 0xff].map(|byte| (at, byte)))
        {
            let mut damaged = packet.clone();
            damaged[at] = byte;
            let mut decoder = decoder(library);
            let recoverable = decoder.recoverable_frames(&damaged);
            for ahead in [1, 3, u8::MAX] {
                let source = Source::Recover { packet: &damaged, ahead };
                let decoded_as = decoder.decode(source, &mut heard).unwrap();
                assert!(ahead <= recoverable || decoded_as == DecodedAs::Concealed, "byte {at} is {byte}");
                assert!(heard.iter().all(|sample| sample.abs() <= 1.0));
            }
            let cut = &packet[..at];
            assert!(decoder.recoverable_frames(cut) <= 3);
        }
    }
}
