//! How long a decoder takes for a frame, whether decoded, recovered or concealed. Unlike everything else here, this
//! depends on the machine.

use std::error::Error;
use std::time::Instant;

use consonance::audio::{
    DecodedAs, Decoder, EncoderSettings, FrameSize, OpusDecoder, OpusLibrary, Redundancy, Source,
};

use crate::offline_call::encode;

/// One of this many frames is lost.
const LOST_EVERY: usize = 8;

/// Median times in microseconds.
pub(super) struct Cost {
    pub(super) decoded: f64,
    pub(super) concealed: f64,
    /// For frames recovered from copies, or from descriptions three frames later.
    pub(super) recovered: f64,
}

/// Measures a library's decoding times for frames of 20 ms of this speech.
pub(super) fn cost(library: OpusLibrary, speech: &[f32]) -> Result<Cost, Box<dyn Error>> {
    let deep = library.has_deep_redundancy();
    let settings = EncoderSettings {
        bitrate_bps: 32_000,
        redundancy: if deep { Redundancy::Dred { frames: 5 } } else { Redundancy::Fec },
        expected_loss_percent: 15,
        ..EncoderSettings::default()
    };
    let packets = encode(speech, settings)?.packets;
    let ahead = if deep { 3 } else { 1 };
    let recover = |lost: usize| match packets.get(lost + ahead) {
        Some(packet) => Source::Recover { packet, ahead: ahead as u8 },
        None => Source::Conceal,
    };
    let (decoded, recovered) = times(library, &packets, recover)?;
    let (_, concealed) = times(library, &packets, |_| Source::Conceal)?;
    let of = |times: &[(DecodedAs, f64)], how| {
        let mut times: Vec<f64> = times.iter().filter(|time| time.0 == how).map(|time| time.1).collect();
        times.sort_unstable_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Ok(Cost {
        decoded: of(&decoded, DecodedAs::Decoded),
        concealed: of(&concealed, DecodedAs::Concealed),
        recovered: of(&recovered, DecodedAs::Recovered),
    })
}

/// The source of each frame, received or lost, and its decoding time in microseconds.
type Times = Vec<(DecodedAs, f64)>;

fn times<'a>(
    library: OpusLibrary,
    packets: &'a [Vec<u8>],
    lost: impl Fn(usize) -> Source<'a>,
) -> Result<(Times, Times), Box<dyn Error>> {
    let mut decoder = OpusDecoder::from_library(library, FrameSize::Ms20)?;
    let mut frame = vec![0.0; FrameSize::Ms20.samples()];
    let (mut whole, mut missing) = (Times::new(), Times::new());
    for (number, packet) in packets.iter().enumerate() {
        let is_lost = number % LOST_EVERY == LOST_EVERY - 1;
        let source = if is_lost { lost(number) } else { Source::Packet(packet) };
        let start = Instant::now();
        let how = decoder.decode(source, &mut frame)?;
        let micros = start.elapsed().as_secs_f64() * 1e6;
        if is_lost { &mut missing } else { &mut whole }.push((how, micros));
    }
    Ok((whole, missing))
}
