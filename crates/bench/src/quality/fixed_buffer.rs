//! The simplest receiver: Opus behind a buffer of constant length; missing frames are recovered from the next packet
//! if that has arrived, and otherwise concealed by the decoder.

use std::error::Error;
use std::time::Duration;

use consonance::audio::{BLOCK_SAMPLES, DecodedAs, Decoder, OpusDecoder, Source};

use crate::offline_call::{Call, Heard, HeardFrame};

/// Plays a call and records what was heard. The buffer delays an utterance after its first packet.
pub(super) fn listen(call: &Call, buffer: Duration) -> Result<Heard, Box<dyn Error>> {
    let mut decoder = OpusDecoder::new(call.frame)?;
    let (samples, buffer) = (call.frame.samples(), buffer.as_millis() as u64 * 48);
    let mut heard = Heard { sound: vec![0.0; call.ends() as usize], ..Heard::default() };
    for (utterance, said) in call.utterances.iter().enumerate() {
        let earliest = said.arrivals.iter().enumerate().filter_map(|(i, at)| Some(((*at)?, i))).min();
        let last = said.arrivals.iter().rposition(Option::is_some);
        let Some(((earliest, first), last)) = earliest.zip(last) else { continue };
        let starts = (earliest + buffer).next_multiple_of(BLOCK_SAMPLES as u64);
        for sequence in first..=last {
            let at = starts + ((sequence - first) * samples) as u64;
            let arrival = |sequence: usize| said.arrivals.get(sequence).copied().flatten();
            let is_there = |sequence| arrival(sequence).is_some_and(|arrival| arrival <= at);
            heard.statistics.arrivals.late += u64::from(arrival(sequence).is_some() && !is_there(sequence));
            let source = if is_there(sequence) {
                Source::Packet(&said.packets[sequence])
            } else if is_there(sequence + 1) {
                Source::Recover { packet: &said.packets[sequence + 1], ahead: 1 }
            } else {
                Source::Conceal
            };
            let how: DecodedAs =
                decoder.decode(source, &mut heard.sound[at as usize..at as usize + samples])?;
            heard.frames.push(HeardFrame { utterance, sequence: sequence as u32, at, how });
        }
        heard.statistics.arrivals.late += said.arrivals[..first].iter().flatten().count() as u64;
    }
    Ok(heard)
}
