//! The speaker's side: joining, microphone, mute, activation, channels.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use consonance::VoiceChat;
use consonance::audio::{ActivationMode, ActivationSettings, BLOCK_SAMPLES, CaptureSettings, Input, Read};
use consonance::inspector::SilenceCause;
use consonance::trigger::{
    BroadcastTrigger, FrameInput, Grid, ProximityBroadcastTrigger, ProximityReceiptTrigger, ReceiptTrigger,
    TriggerActivation,
};

use crate::speech::{Speech, recording};
use crate::why::call::{Call, until_cause};

fn activation(mode: ActivationMode) -> ActivationSettings {
    ActivationSettings { mode, ..ActivationSettings::default() }
}

#[test]
fn no_player_of_that_name_has_joined() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    until_cause(&[&bob], &SilenceCause::NotJoined);
    until_cause(&[&call.server()], &SilenceCause::NotJoined);
    assert_eq!(bob.player("Alice").why().cause(), Some(&SilenceCause::NotJoined));
}

#[test]
fn the_speaker_has_joined_under_another_name() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let _alice = call.speaker("Alcie").start().unwrap();
    let diagnosis = until_cause(&[&bob], &SilenceCause::OtherName { similar: "Alcie".into() });
    assert!(diagnosis.verdict().contains("Alcie"), "{diagnosis}");
}

#[test]
fn the_speaker_is_in_another_session() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let elsewhere = VoiceChat::over(Box::new(call.link("other"))).name("Alice").speak_in_room("lobby");
    let alice = elsewhere.start().unwrap();
    until_cause(&[&alice, &bob], &SilenceCause::OtherSession);
    until_cause(&[&call.server()], &SilenceCause::OtherSession);
}

#[test]
fn the_speaker_has_nothing_to_speak_with() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let alice = call.chat("Alice").speak_in_room("lobby").start().unwrap();
    until_cause(&[&alice, &bob], &SilenceCause::NoInput);
}

#[test]
fn the_speakers_file_has_ended() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let word = Speech::once(&recording(1, 0.5, 1.5));
    let alice = call.chat("Alice").speak_in_room("lobby").input(word).start().unwrap();
    until_cause(&[&alice, &bob], &SilenceCause::InputEnded);
}

#[test]
fn the_speakers_microphone_is_silent() {
    let call = Call::open();
    let (alice, bob) = call.pair();
    alice.microphone().set_input(Box::new(DeadMicrophone));
    until_cause(&[&alice, &bob], &SilenceCause::MicrophoneSilent);
    // The received sound is silence, which the listener can detect.
    until_cause(&[&bob], &SilenceCause::MicrophoneSilent);
}

#[cfg(feature = "devices")]
#[test]
fn the_speakers_microphone_is_off() {
    use consonance::device::{Backend, DeviceSelection};
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let alice = call.chat("Alice").speak_in_room("lobby").device_backend(Backend::Null);
    let alice = alice.microphone(DeviceSelection::Default).start().unwrap();
    alice.microphone().select_device(DeviceSelection::None);
    until_cause(&[&alice, &bob], &SilenceCause::MicrophoneFailed);
}

#[test]
fn the_speaker_has_muted_itself() {
    let call = Call::open();
    let (alice, bob) = call.pair();
    alice.microphone().set_muted(true);
    until_cause(&[&alice, &bob], &SilenceCause::SelfMuted);
    until_cause(&[&alice], &SilenceCause::SelfMuted);
}

#[test]
fn the_speaker_does_not_hold_the_key() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let pushing = call.speaker("Alice").activation(activation(ActivationMode::PushToTalk));
    let alice = pushing.start().unwrap();
    until_cause(&[&alice, &bob], &SilenceCause::KeyNotHeld);
    alice.microphone().set_push_to_talk(true);
    call.until_in_order(&alice, &bob);
}

#[test]
fn a_channel_that_goes_by_the_voice_waits_for_no_key() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let hiss = call.chat("Alice").input(Box::new(Hiss(1))).capture(CaptureSettings::default());
    let alice = hiss.activation(activation(ActivationMode::PushToTalk)).start().unwrap();
    let mut to_lobby = BroadcastTrigger::to_room("lobby");
    to_lobby.activation = TriggerActivation::Voice;
    to_lobby.update(&alice, &FrameInput::default());
    until_cause(&[&alice, &bob], &SilenceCause::NoSpeech);
    // A second channel that waits for the key does not count as speaking either.
    let to_attic = alice.room("attic").speak();
    until_cause(&[&alice, &bob], &SilenceCause::NoSpeech);
    to_attic.close();
    alice.microphone().set_input(crate::why::call::endless());
    call.until_in_order(&alice, &bob);
}

/// A microphone that is switched off at its cable: it delivers blocks as before, and does not know that it is silent.
struct DeadMicrophone;

impl Input for DeadMicrophone {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        block.fill(0.0);
        Read::Samples
    }
}

/// The hiss of a room: noise around -66 dB of full scale.
struct Hiss(u32);

impl Input for Hiss {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        for sample in block {
            // xorshift32: Marsaglia, "Xorshift RNGs", 2003.
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 17;
            self.0 ^= self.0 << 5;
            *sample = (f64::from(self.0) / f64::from(u32::MAX) - 0.5) as f32 * 0.002;
        }
        Read::Samples
    }
}

#[test]
fn the_speakers_microphone_picks_up_no_speech() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let quiet = call.chat("Alice").speak_in_room("lobby").input(Box::new(Hiss(1)));
    let quiet = quiet.capture(CaptureSettings::default()).activation(activation(ActivationMode::Voice));
    let alice = quiet.start().unwrap();
    until_cause(&[&alice, &bob], &SilenceCause::NoSpeech);
}

#[test]
fn the_speaker_or_the_listener_lacks_a_token() {
    let mut speaks = BroadcastTrigger::to_room("lobby");
    (speaks.tokens, speaks.activation) = (["red".to_owned()].into(), TriggerActivation::Open);
    let mut listens = ReceiptTrigger::new("lobby");
    listens.tokens = ["red".to_owned()].into();
    tokens_are_asked_for(move |alice, bob, tick| {
        speaks.update(alice, tick);
        listens.update(bob, tick);
    });
}

#[test]
fn a_speaker_or_a_listener_nearby_lacks_a_token() {
    let mut speaks = ProximityBroadcastTrigger::new(Grid::default());
    (speaks.rules.tokens, speaks.activation) = (["red".to_owned()].into(), TriggerActivation::Open);
    let mut listens = ProximityReceiptTrigger::new(Grid::default());
    listens.rules.tokens = ["red".to_owned()].into();
    tokens_are_asked_for(move |alice, bob, tick| {
        speaks.update(alice, tick);
        listens.update(bob, tick);
    });
}

/// Alice and Bob, whose triggers require the token red, get it one after the other.
fn tokens_are_asked_for(mut update: impl FnMut(&VoiceChat, &VoiceChat, &FrameInput) + Send + 'static) {
    let call = Call::open();
    let bob = call.chat("Bob").start().unwrap();
    let alice = call.chat("Alice").input(crate::why::call::endless()).start().unwrap();
    let (asks_alice, asks_bob) = (alice.clone(), bob.clone());
    let tick = FrameInput { seconds: 0.02, position_m: Some([3.0, 0.0, -4.0]), ..FrameInput::default() };
    let is_over = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&is_over);
    let game = thread::spawn(move || {
        while !ends.load(Ordering::Relaxed) {
            update(&asks_alice, &asks_bob, &tick);
            thread::sleep(Duration::from_millis(20));
        }
    });
    let of_alice = until_cause(&[&alice, &bob], &SilenceCause::TokenMissing);
    assert!(of_alice.verdict().contains("Alice has none of the tokens"), "{of_alice}");
    alice.tokens().add("red").unwrap();
    let of_bob = until_cause(&[&alice, &bob], &SilenceCause::TokenMissing);
    assert!(of_bob.verdict().contains("Bob has none of the tokens"), "{of_bob}");
    bob.tokens().add("red").unwrap();
    call.until_in_order(&alice, &bob);
    is_over.store(true, Ordering::Relaxed);
    game.join().unwrap();
}

#[test]
fn the_speaker_has_no_target() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let alice = call.chat("Alice").input(crate::why::call::endless()).start().unwrap();
    until_cause(&[&alice, &bob], &SilenceCause::NoChannel);
    let to_lobby = alice.room("lobby").speak();
    call.until_in_order(&alice, &bob);
    to_lobby.close();
    until_cause(&[&alice, &bob], &SilenceCause::NoChannel);
}
