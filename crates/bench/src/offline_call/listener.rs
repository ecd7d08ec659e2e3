//! The engine's own listener: jitter buffer, decoder and mixer as in a call.

use std::error::Error;

use consonance::audio::{
    BLOCK_SAMPLES, CodecSettings, FrameProperties, Mixer, MixerSettings, SamplePosition, SpeakerKey,
    StereoBlock,
};

use super::{Call, Heard, HeardFrame};

const SPEAKER: SpeakerKey = SpeakerKey(1);

/// Plays a call and records what was heard.
pub(crate) fn listen(call: &Call, settings: MixerSettings) -> Result<Heard, Box<dyn Error>> {
    let mut mixer = Mixer::new(settings);
    mixer.add_speaker(SPEAKER, CodecSettings::opus(call.frame))?;
    let mut heard = Heard::default();
    let mut block = StereoBlock::default();
    let arrivals = call.arrivals();
    let mut next = 0;
    let mut speaking = None;
    for _ in 0..call.ends() / BLOCK_SAMPLES as u64 {
        while let Some(arrival) = arrivals.get(next).filter(|next| next.at <= mixer.position().0) {
            if speaking != Some(arrival.utterance) {
                mixer.start_utterance(SPEAKER);
                speaking = Some(arrival.utterance);
            }
            let packet = &call.utterances[arrival.utterance].packets[arrival.sequence as usize];
            mixer.push_frame(
                SPEAKER,
                arrival.sequence,
                SamplePosition(arrival.at),
                packet,
                FrameProperties::default(),
            );
            next += 1;
            if arrivals.get(next).is_none_or(|after| after.utterance != arrival.utterance) {
                mixer.end_utterance(SPEAKER);
            }
        }
        mixer.mix(&mut block);
        heard.sound.extend_from_slice(&block.to_mono());
        while let Some(frame) = mixer.poll_played() {
            heard.frames.push(HeardFrame {
                utterance: frame.utterance as usize,
                sequence: frame.sequence,
                at: frame.position.0,
                how: frame.how,
            });
        }
    }
    heard.statistics = mixer.statistics(SPEAKER).unwrap_or_default();
    Ok(heard)
}
