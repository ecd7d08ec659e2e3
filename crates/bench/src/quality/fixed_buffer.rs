//! What one gets without doing anything: Opus behind a buffer of 60 ms, what is missing concealed by the decoder.

use std::error::Error;

use consonance::audio::{BLOCK_SAMPLES, DecodedAs, Decoder, OpusDecoder, Source};

use crate::offline_call::{Call, Heard, HeardFrame};

/// From the first packet of an utterance to its sound.
const BUFFER_SAMPLES: u64 = 2_880;

/// Plays a call and notes what was heard.
pub(super) fn listen(call: &Call) -> Result<Heard, Box<dyn Error>> {
    let mut decoder = OpusDecoder::new(call.frame)?;
    let samples = call.frame.samples();
    let mut heard = Heard { sound: vec![0.0; call.ends() as usize], ..Heard::default() };
    for (utterance, said) in call.utterances.iter().enumerate() {
        let earliest = said.arrivals.iter().enumerate().filter_map(|(i, at)| Some(((*at)?, i))).min();
        let last = said.arrivals.iter().rposition(Option::is_some);
        let Some(((earliest, first), last)) = earliest.zip(last) else { continue };
        let starts = (earliest + BUFFER_SAMPLES).next_multiple_of(BLOCK_SAMPLES as u64);
        for sequence in first..=last {
            let at = starts + ((sequence - first) * samples) as u64;
            let arrival = said.arrivals[sequence];
            let in_time = arrival.is_some_and(|arrival| arrival <= at);
            heard.late += u64::from(arrival.is_some() && !in_time);
            let source = if in_time { Source::Packet(&said.packets[sequence]) } else { Source::Conceal };
            let how: DecodedAs =
                decoder.decode(source, &mut heard.sound[at as usize..at as usize + samples])?;
            heard.frames.push(HeardFrame { utterance, sequence: sequence as u32, at, how });
        }
        heard.late += said.arrivals[..first].iter().flatten().count() as u64;
    }
    Ok(heard)
}
