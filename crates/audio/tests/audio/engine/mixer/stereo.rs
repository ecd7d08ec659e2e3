//! Speakers with two channels: heard on both sides as they were sent, whatever the network does, unless the voice has
//! a place of its own.

use consonance_audio::{
    CodecSettings, EffectChain, EncoderSettings, FrameProperties, FrameSize, Mixer, MixerSettings,
    OpusEncoder, Pose, Quality, SpeakerPlace, StereoBlock,
};

use super::desk::Ears;
use crate::engine::call::{Network, SPEAKER, Sent, encode_two};
use crate::engine::signal::{LEFT_HZ, largest_step, level_db, separation_db, speech, tone_db, two_tones};

const SECOND: usize = 48_000;

/// Sends both channels as music.
fn send(left: &[f32], right: &[f32], network: Network) -> Vec<Sent> {
    let settings = EncoderSettings { stereo: true, bitrate_bps: 96_000, ..Quality::Music.encoder_settings() };
    let packets = encode_two(left, right, &mut OpusEncoder::new(settings).unwrap());
    network.send(&packets, FrameSize::Ms20)
}

/// Seconds with a tone on each side.
fn tones(seconds: usize) -> Vec<Sent> {
    let [left, right] = two_tones(seconds * SECOND);
    send(&left, &right, Network::default())
}

struct Listener {
    mixer: Mixer,
    sent: std::vec::IntoIter<Sent>,
    next: Option<Sent>,
    properties: FrameProperties,
}

impl Listener {
    fn new(sent: Vec<Sent>, properties: FrameProperties) -> Self {
        let mut mixer = Mixer::new(MixerSettings::default());
        mixer.add_speaker(SPEAKER, CodecSettings::opus(FrameSize::Ms20)).unwrap();
        mixer.start_utterance(SPEAKER);
        let mut sent = sent.into_iter();
        Self { mixer, next: sent.next(), sent, properties }
    }

    fn hear(&mut self, blocks: usize) -> Ears {
        let mut ears = Ears::default();
        let mut block = StereoBlock::default();
        for _ in 0..blocks {
            while let Some(sent) = self.next.take_if(|sent| sent.arrives <= self.mixer.position()) {
                let Self { mixer, properties, .. } = self;
                mixer.push_frame(SPEAKER, sent.sequence, sent.arrives, &sent.packet, *properties);
                self.next = self.sent.next();
            }
            self.mixer.mix(&mut block);
            ears.left.extend(block.left);
            ears.right.extend(block.right);
        }
        ears
    }
}

#[test]
fn both_sides_are_heard_as_they_were_sent() {
    let mut listener = Listener::new(tones(2), FrameProperties::default());
    listener.hear(50);
    let Ears { left, right } = listener.hear(100);
    let separation = separation_db(&left, &right);
    assert!(separation.iter().all(|&ratio| ratio > 25.0), "{separation:?} dB");
}

#[test]
fn both_sides_stay_together_where_sound_is_stretched_and_made_up() {
    let network = Network { loss_percent: 3.0, jitter_samples: 3_840, seed: 5, ..Network::default() };
    let voice = speech(1);
    let sent = send(&voice, &vec![0.0; voice.len()], network);
    let mut listener = Listener::new(sent, FrameProperties::default());
    let ears = listener.hear(voice.len() / 480);
    let statistics = listener.mixer.statistics(SPEAKER).unwrap();
    assert!(statistics.lengthened_samples + statistics.shortened_samples > 0 && statistics.concealed > 0);
    let apart = level_db(&ears.left) - level_db(&ears.right);
    assert!(apart > 18.0, "the silent side is {apart} dB below");
}

#[test]
fn a_volume_turns_both_sides_down() {
    let mut listener = Listener::new(tones(3), FrameProperties::default());
    let before = listener.hear(100).left.split_off(SECOND / 2);
    listener.mixer.set_volume(SPEAKER, 0.5);
    listener.hear(1);
    let after = listener.hear(50);
    let change = tone_db(&after.left, LEFT_HZ) - tone_db(&before, LEFT_HZ);
    assert!((change + 6.02).abs() < 0.3, "{change} dB");
    assert!(separation_db(&after.left, &after.right).iter().all(|&ratio| ratio > 25.0));
}

/// Changes something while music plays, and returns the separation of the sides afterwards, in dB.
fn sides_after(change: impl FnOnce(&mut Listener)) -> [f32; 2] {
    let mut listener = Listener::new(tones(4), FrameProperties::default());
    let before = listener.hear(100);
    let step = largest_step(&before.left[SECOND / 2..]).max(largest_step(&before.right[SECOND / 2..]));
    change(&mut listener);
    let after = listener.hear(100);
    // Two tones in one ear can differ from sample to sample by as much as both together.
    assert!(after.largest_step() < 2.0 * step, "a click of {} where {step} is usual", after.largest_step());
    let half = |sound: Vec<f32>| sound[SECOND / 2..].to_vec();
    separation_db(&half(after.left), &half(after.right))
}

fn is_wide(separation: [f32; 2]) -> bool {
    separation.iter().all(|&ratio| ratio > 20.0)
}

#[test]
fn a_voice_with_a_place_effects_or_kept_apart_has_its_middle_only_and_nothing_clicks() {
    let ahead = SpeakerPlace { position_m: [0.0, 0.0, 1.0], ..SpeakerPlace::default() };
    let placed = sides_after(|listener| {
        listener.mixer.set_listener(Some(Pose::default()));
        listener.mixer.set_place(SPEAKER, Some(ahead));
        listener.properties.positional = true;
    });
    let radio: EffectChain = "radio".parse().unwrap();
    let with_effects = sides_after(|listener| listener.mixer.set_effects(SPEAKER, &radio));
    assert!(!is_wide(placed) && !is_wide(with_effects), "{placed:?} {with_effects:?}");
    sides_after(|listener| listener.mixer.set_apart(SPEAKER, true));
    assert!(is_wide(sides_after(|_| {})), "nothing has changed");
}

#[test]
fn both_sides_of_a_speaker_that_leaves_fade() {
    let mut listener = Listener::new(tones(2), FrameProperties::default());
    listener.hear(100);
    listener.mixer.remove_speaker(SPEAKER);
    let last = listener.hear(2);
    assert!(last.largest_step() < 0.15, "{}", last.largest_step());
    assert!(!last.is_silent() && last.last() == (0.0, 0.0));
}
