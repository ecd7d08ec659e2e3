//! Constant bit rate: all packets have the same size, whatever the sound.

use std::collections::BTreeSet;

use consonance_audio::{EncoderSettings, FrameSize, OpusLibrary, RateMode, Redundancy};

use super::encoder;
use crate::engine::call::encode;
use crate::engine::signal::speech;

/// Four seconds of speech, and one of silence.
fn sound() -> Vec<f32> {
    let mut sound = speech(1);
    sound.truncate(4 * 48_000);
    sound.resize(5 * 48_000, 0.0);
    sound
}

fn sizes(library: OpusLibrary, settings: EncoderSettings) -> BTreeSet<usize> {
    let packets = encode(&sound(), settings.frame, &mut encoder(library, settings));
    packets.iter().map(Vec::len).collect()
}

#[test]
fn packets_have_one_size_whatever_is_said_and_however_losses_are_recovered() {
    for &library in OpusLibrary::ALL {
        for (frame, bytes) in [(FrameSize::Ms20, 60), (FrameSize::Ms60, 180)] {
            for redundancy in [Redundancy::None, Redundancy::Fec, Redundancy::Repeat { frames: 2 }] {
                let constant = EncoderSettings {
                    frame,
                    redundancy,
                    expected_loss_percent: 10,
                    rate: RateMode::Constant,
                    ..EncoderSettings::default()
                };
                assert_eq!(sizes(library, constant), BTreeSet::from([bytes]), "{library:?} {constant:?}");
                for rate in [RateMode::Variable, RateMode::Discontinuous] {
                    let varying = EncoderSettings { rate, ..constant };
                    assert!(sizes(library, varying).len() > 10, "{library:?} {varying:?}");
                }
            }
        }
    }
}
