//! Two channels: each is preserved, and a mono listener hears their mean.

use consonance_audio::{Decoder, Encoder, EncoderSettings, FrameSize, OpusLibrary, Quality, Source};
use consonance_testing::tone::tone;

use super::{decoder, encoder};
use crate::engine::call::{encode, encode_two};
use crate::engine::signal::{LEFT_HZ, RIGHT_HZ, separation_db, tone_db, two_tones};

const SECOND: usize = 48_000;

/// Packets of a second with a tone on each side.
fn packets(library: OpusLibrary, bitrate_bps: u32) -> Vec<Vec<u8>> {
    let settings = EncoderSettings { stereo: true, bitrate_bps, ..Quality::Music.encoder_settings() };
    let mut encoder = encoder(library, settings);
    let [left, right] = two_tones(SECOND);
    encode_two(&left, &right, &mut encoder)
}

/// Left and right, decoded from the sources.
fn hear<'a>(decoder: &mut dyn Decoder, sources: impl Iterator<Item = Source<'a>>) -> [Vec<f32>; 2] {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for source in sources {
        let mut middle = [0.0; 960];
        decoder.decode(source, &mut middle).unwrap();
        let side = decoder.side().expect("two channels");
        left.extend(middle.iter().zip(side).map(|(middle, side)| middle + side));
        right.extend(middle.iter().zip(side).map(|(middle, side)| middle - side));
    }
    [left, right]
}

/// The second half of each channel, by which time the encoder has settled.
fn settled([left, right]: &[Vec<f32>; 2]) -> [f32; 2] {
    separation_db(&left[SECOND / 2..], &right[SECOND / 2..])
}

#[test]
fn each_side_keeps_its_own_sound() {
    for &library in OpusLibrary::ALL {
        for bitrate_bps in [64_000, 96_000] {
            let packets = packets(library, bitrate_bps);
            let heard = hear(&mut decoder(library), packets.iter().map(|packet| Source::Packet(packet)));
            let separation = settled(&heard);
            println!("{library:?} {bitrate_bps}: {separation:?} dB");
            assert!(
                separation.iter().all(|&ratio| ratio > 25.0),
                "{library:?} {bitrate_bps}: {separation:?}"
            );
            for (sound, hz) in heard.iter().zip([LEFT_HZ, RIGHT_HZ]) {
                let level = tone_db(&sound[SECOND / 2..], hz) - tone_db(&tone(hz, 0.4, SECOND / 2), hz);
                assert!(level.abs() < 1.0, "{library:?}: {level} dB");
            }
        }
    }
}

#[test]
fn what_is_made_up_has_both_sides_too() {
    for &library in OpusLibrary::ALL {
        let packets = packets(library, 96_000);
        let every_tenth_is_lost =
            |(i, packet)| if i % 10 == 9 { Source::Conceal } else { Source::Packet(packet) };
        let packets = packets.iter().map(Vec::as_slice).enumerate();
        let heard = hear(&mut decoder(library), packets.map(every_tenth_is_lost));
        let separation = settled(&heard);
        assert!(separation.iter().all(|&ratio| ratio > 15.0), "{library:?}: {separation:?} dB");
    }
}

#[test]
fn a_speaker_that_goes_back_to_one_channel_is_heard_in_the_middle() {
    for &library in OpusLibrary::ALL {
        let mono = encode(
            &tone(LEFT_HZ, 0.4, SECOND),
            FrameSize::Ms20,
            &mut encoder(library, Quality::Music.encoder_settings()),
        );
        let mut decoder = decoder(library);
        let mut frame = [0.0; 960];
        decoder.decode(Source::Packet(&mono[0]), &mut frame).unwrap();
        assert!(decoder.side().is_none(), "no packet had two channels");
        let stereo = packets(library, 96_000);
        let all = stereo.iter().chain(&mono).map(|packet| Source::Packet(packet));
        let [left, right] = hear(&mut decoder, all);
        let of_mono = |sound: &[f32]| sound[SECOND + SECOND / 4..].to_vec();
        assert_eq!(of_mono(&left), of_mono(&right));
    }
}

#[test]
fn an_encoder_of_one_channel_leaves_the_side_out_and_one_of_two_adds_silence() {
    for &library in OpusLibrary::ALL {
        let sound = tone(LEFT_HZ, 0.4, 960);
        let mut buffer = [0; 1_000];
        let mono = Quality::Music.encoder_settings();
        encoder(library, mono).encode_stereo(&sound, &sound, &mut buffer).unwrap();
        assert_eq!(buffer[0] & 0x04, 0, "one channel");
        let stereo = EncoderSettings { stereo: true, ..mono };
        let bytes = encoder(library, stereo).encode(&sound, &mut buffer).unwrap();
        let mut frame = [0.0; 960];
        let mut decoder = decoder(library);
        decoder.decode(Source::Packet(&buffer[..bytes]), &mut frame).unwrap();
        let loudest = decoder.side().unwrap_or(&[]).iter().fold(0.0_f32, |most, side| most.max(side.abs()));
        assert!(loudest < 1e-3, "{library:?}: {loudest}");
        let wrong = encoder(library, stereo).encode_stereo(&sound, &sound[..480], &mut buffer);
        assert_eq!(wrong.unwrap_err().code(), "frame-length");
    }
}
