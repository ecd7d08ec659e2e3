//! On a perfect network: the quality at each bit rate.

use consonance_audio::{
    DecodedAs, Decoder, Encoder, EncoderSettings, FrameSize, OpusDecoder, OpusLibrary, Quality, Source,
};

use super::{decode, encoder};
use crate::engine::call::encode;
use crate::engine::signal::{correlation, speech};

/// Bits per second of some packets of 20 ms.
fn rate(packets: &[Vec<u8>]) -> f64 {
    packets.iter().map(Vec::len).sum::<usize>() as f64 * 8.0 * 50.0 / packets.len() as f64
}

#[test]
fn speech_survives_24_kbit_per_second() {
    for &library in OpusLibrary::ALL {
        for frame in FrameSize::ALL {
            for number in 1..=3 {
                let original = speech(number);
                let mut encoder = encoder(library, EncoderSettings { frame, ..EncoderSettings::default() });
                let packets = encode(&original, frame, &mut encoder);
                let mut decoder = OpusDecoder::from_library(library, frame).unwrap();
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
}

#[test]
fn every_quality_has_its_bit_rate_and_more_of_it_sounds_better() {
    for &library in OpusLibrary::ALL {
        let original = speech(3);
        let heard = Quality::ALL.map(|quality| {
            let mut encoder = encoder(library, quality.encoder_settings());
            let packets = encode(&original, FrameSize::Ms20, &mut encoder);
            let wanted = f64::from(quality.bitrate_bps());
            let measured = rate(&packets);
            assert!((0.75 * wanted..1.25 * wanted).contains(&measured), "{quality:?}: {measured} bit/s");
            let sound = decode(library, &packets, |i| Source::Packet(&packets[i]));
            correlation(&original, &sound, encoder.lookahead_samples())
        });
        assert!(heard.is_sorted() && heard[0] > 0.8 && heard[3] > 0.98, "{heard:?}");
    }
}

#[test]
fn the_bit_rate_changes_during_speech() {
    for &library in OpusLibrary::ALL {
        let original = speech(1);
        let (first, second) = original.split_at(original.len() / 2 / 960 * 960);
        let mut encoder = encoder(library, Quality::High.encoder_settings());
        let mut packets = encode(first, FrameSize::Ms20, &mut encoder);
        let high = rate(&packets);
        encoder.set_bitrate(Quality::Low.bitrate_bps());
        let lower = encode(second, FrameSize::Ms20, &mut encoder);
        assert!(rate(&lower) < 0.6 * high, "{high}, then {} bit/s", rate(&lower));
        packets.extend(lower);
        let heard = decode(library, &packets, |i| Source::Packet(&packets[i]));
        assert!(correlation(&original, &heard, encoder.lookahead_samples()) > 0.85);
        for absurd in [0, 1, u32::MAX] {
            encoder.set_bitrate(absurd);
            assert!(encoder.encode(&original[48_000..48_960], &mut [0; 4_000]).is_ok());
        }
    }
}
