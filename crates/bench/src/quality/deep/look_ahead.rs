//! A listener on a network without jitter that waits a number of frames for later packets that describe a lost one.

use std::error::Error;

use consonance::audio::{Decoder, OpusDecoder, OpusLibrary, Source};

use crate::offline_call::{Call, Heard, HeardFrame};

/// Plays a call and records what was heard.
pub(super) fn listen(call: &Call, library: OpusLibrary, frames: u8) -> Result<Heard, Box<dyn Error>> {
    let mut decoder = OpusDecoder::from_library(library, call.frame)?;
    let samples = call.frame.samples();
    let mut heard = Heard { sound: vec![0.0; call.ends() as usize + 8 * samples], ..Heard::default() };
    for (utterance, said) in call.utterances.iter().enumerate() {
        let packet = |sequence: usize| {
            said.arrivals.get(sequence).copied().flatten().map(|_| said.packets[sequence].as_slice())
        };
        for sequence in 0..said.packets.len() {
            let at = said.begins + ((sequence + 1 + usize::from(frames)) * samples) as u64;
            let mut later =
                (1..=frames).filter_map(|ahead| Some((packet(sequence + usize::from(ahead))?, ahead)));
            let source = match (packet(sequence), later.next()) {
                (Some(packet), _) => Source::Packet(packet),
                (None, Some((packet, ahead))) => Source::Recover { packet, ahead },
                (None, None) => Source::Conceal,
            };
            let frame = &mut heard.sound[at as usize..][..samples];
            let how = decoder.decode(source, frame)?;
            heard.frames.push(HeardFrame { utterance, sequence: sequence as u32, at, how });
        }
    }
    Ok(heard)
}
