//! Deep redundancy: packets that describe the sound before their own, for decoders that support it and those that do
//! not.

use consonance_audio::{
    DecodedAs, Decoder, Encoder, EncoderSettings, FrameSize, OpusLibrary, Redundancy, Source,
};

use super::{decode, decoder, encoder};
use crate::engine::call::encode;
use crate::engine::signal::{correlation, speech};

/// Three seconds of the first recording, encoded by libopus with ten described frames at 32 kbit/s and 15 % expected
/// loss by the example `dred_packets`.
fn packets_of_another_player() -> Vec<Vec<u8>> {
    let mut rest: &[u8] = include_bytes!("../../../data/dred.packets");
    let mut packets = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (packet, after) = after.split_at(u16::from_le_bytes(*length).into());
        packets.push(packet.to_vec());
        rest = after;
    }
    packets
}

#[test]
fn every_decoder_hears_packets_with_deep_redundancy_as_if_there_were_none() {
    let packets = packets_of_another_player();
    for &library in OpusLibrary::ALL {
        let mut decoder = decoder(library);
        let mut frame = [0.0; 960];
        for packet in &packets {
            assert_eq!(decoder.decode(Source::Packet(packet), &mut frame), Ok(DecodedAs::Decoded));
        }
        let heard = decode(library, &packets, |i| Source::Packet(&packets[i]));
        let similar = correlation(&speech(1)[..140_000], &heard, 312);
        assert!(similar > 0.9, "{library:?}: {similar}");
    }
}

#[test]
fn only_a_decoder_that_can_use_it_says_that_frames_can_be_recovered() {
    let packets = packets_of_another_player();
    for &library in OpusLibrary::ALL {
        let mut decoder = decoder(library);
        let mut frame = [0.0; 960];
        for packet in &packets[20..] {
            let frames = decoder.recoverable_frames(packet);
            let expected = if library.has_deep_redundancy() { 5..=20 } else { 0..=0 };
            assert!(expected.contains(&frames), "{library:?}: {frames}");
            for ahead in [1, 4, frames.max(1)] {
                let source = Source::Recover { packet, ahead };
                let recovered = decoder.decode(source, &mut frame) == Ok(DecodedAs::Recovered);
                assert_eq!(recovered, library.has_deep_redundancy(), "{ahead} frames later, of {frames}");
            }
        }
    }
}

#[test]
fn an_encoder_without_it_sends_copies_instead() {
    let settings = EncoderSettings {
        bitrate_bps: 32_000,
        redundancy: Redundancy::Dred { frames: 5 },
        expected_loss_percent: 10,
        ..EncoderSettings::default()
    };
    for &library in OpusLibrary::ALL {
        let packets = encode(&speech(2), FrameSize::Ms20, &mut encoder(library, settings));
        let mut decoder = decoder(library);
        let frames = packets.iter().map(|packet| decoder.recoverable_frames(packet));
        let wanted = if library.has_deep_redundancy() { 4..=30 } else { 1..=1 };
        let share = frames.filter(|frames| wanted.contains(frames)).count() * 100 / packets.len();
        assert!(share > 60, "{library:?}: {share} %");
    }
}

#[test]
fn redundancy_needs_expected_loss() {
    for &library in OpusLibrary::ALL {
        for redundancy in [Redundancy::None, Redundancy::Fec, Redundancy::Dred { frames: 5 }] {
            let settings = EncoderSettings { bitrate_bps: 32_000, redundancy, ..EncoderSettings::default() };
            let mut encoder = encoder(library, settings);
            let packets = encode(&speech(2)[..96_000], FrameSize::Ms20, &mut encoder);
            let mut decoder = decoder(library);
            assert!(packets.iter().all(|packet| decoder.recoverable_frames(packet) == 0));
            encoder.set_expected_loss(20);
            let packets = encode(&speech(2)[96_000..192_000], FrameSize::Ms20, &mut encoder);
            let any = packets.iter().any(|packet| decoder.recoverable_frames(packet) > 0);
            assert_eq!(any, redundancy != Redundancy::None, "{library:?}: {redundancy:?}");
        }
    }
}

/// How loud each block of 10 ms is.
#[cfg(feature = "libopus")]
fn loudness(sound: &[f32]) -> Vec<f32> {
    let loudness = |block: &[f32]| block.iter().map(|x| x * x).sum::<f32>().max(1e-6).log10() + 6.0;
    sound.chunks(480).map(loudness).collect()
}

#[cfg(feature = "libopus")]
#[test]
fn a_hundred_milliseconds_that_got_lost_are_told_by_the_packet_after_them() {
    let packets = packets_of_another_player();
    let library = OpusLibrary::Libopus;
    let complete = decode(library, &packets, |i| Source::Packet(&packets[i]));
    let lost = |i: usize| (10..packets.len() - 10).contains(&i) && i % 12 < 5;
    let described = decode(library, &packets, |i| {
        if !lost(i) {
            return Source::Packet(&packets[i]);
        }
        let ahead = 5 - i % 12;
        Source::Recover { packet: &packets[i + ahead], ahead: ahead as u8 }
    });
    let concealed =
        decode(library, &packets, |i| if lost(i) { Source::Conceal } else { Source::Packet(&packets[i]) });
    let error = |heard: &[f32]| -> f32 {
        let lost_blocks = |(block, _): &(usize, f32)| lost(block / 2);
        let differences = loudness(heard).into_iter().zip(loudness(&complete)).map(|(a, b)| (a - b).abs());
        differences.enumerate().filter(lost_blocks).map(|(_, difference)| difference).sum()
    };
    let (described, concealed) = (error(&described), error(&concealed));
    assert!(described < 0.6 * concealed, "described {described}, concealed {concealed}");
}
