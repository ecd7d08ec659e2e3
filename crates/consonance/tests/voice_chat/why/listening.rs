//! The listener's side: ears, mutes, volumes, priority, distance, crowds, the loudspeaker. The listener's own chat
//! knows these.

use consonance::audio::{MixerSettings, Pose, SpeakerPlace, Tone};
use consonance::inspector::SilenceCause;
use consonance::{ChannelProperties, Priority, Target, VoiceChat};

use crate::why::call::{Call, endless, until_cause};

#[test]
fn the_listener_mutes_all_players_and_hears_again() {
    let call = Call::open();
    let (alice, bob) = call.pair();
    bob.playback().set_deafened(true);
    until_cause(&[&bob], &SilenceCause::Deafened);
    bob.playback().set_deafened(false);
    bob.playback().set_master_volume(0.0);
    until_cause(&[&bob], &SilenceCause::MasterVolumeZero);
    bob.playback().set_master_volume(1.0);
    call.until_in_order(&alice, &bob);
}

#[test]
fn the_listener_has_muted_the_speaker_or_turned_it_down() {
    let call = Call::open();
    let (alice, bob) = call.pair();
    bob.player("Alice").set_muted(true);
    until_cause(&[&bob], &SilenceCause::MutedByListener);
    until_cause(&[&alice, &bob, &call.server()], &SilenceCause::MutedByListener);
    bob.player("Alice").set_muted(false);
    bob.player("Alice").set_volume(0.0);
    until_cause(&[&bob], &SilenceCause::VolumeZero);
    bob.player("Alice").set_volume(1.0);
    call.until_in_order(&alice, &bob);
}

#[test]
fn the_speakers_channel_has_no_volume() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let silent = ChannelProperties { amplitude: 0.0, ..ChannelProperties::default() };
    let alice = call.chat("Alice").speak_to(Target::Room("lobby".into()), silent).input(endless());
    let alice = alice.start().unwrap();
    until_cause(&[&alice, &bob], &SilenceCause::VolumeZero);
}

#[test]
fn a_player_of_higher_priority_speaks() {
    let call = Call::open();
    let (alice, bob) = call.pair();
    let important = ChannelProperties { priority: Some(Priority::High), ..ChannelProperties::default() };
    let carol = call.chat("Carol").speak_to(Target::Room("lobby".into()), important).input(endless());
    let _carol = carol.start().unwrap();
    let diagnosis = until_cause(&[&alice, &bob], &SilenceCause::Outranked);
    assert!(diagnosis.verdict().contains("Carol"), "{diagnosis}");
}

#[test]
fn the_speaker_is_too_far_away() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let here = ChannelProperties { positional: true, ..ChannelProperties::default() };
    let alice = call.chat("Alice").speak_to(Target::Room("lobby".into()), here).input(endless());
    let alice = alice.start().unwrap();
    bob.playback().set_listener(Some(Pose::default()));
    let place = |x| SpeakerPlace { position_m: [x, 0.0, 0.0], ..SpeakerPlace::default() };
    bob.player("Alice").set_place(Some(place(500.0)));
    let diagnosis = until_cause(&[&alice, &bob], &SilenceCause::OutOfRange);
    assert!(diagnosis.verdict().contains("500.0 m"), "{diagnosis}");
    bob.player("Alice").set_place(Some(place(2.0)));
    call.until_in_order(&alice, &bob);
}

#[test]
fn others_are_louder() {
    let call = Call::open();
    let one_voice = MixerSettings { max_decoded: 1, ..MixerSettings::default() };
    let bob = call.listener("Bob").mixer(one_voice).start().unwrap();
    let whisper = Box::new(Tone::new(300.0, 0.01));
    let alice = call.chat("Alice").speak_in_room("lobby").input(whisper).start().unwrap();
    let shouting = |name: &str| {
        call.chat(name).speak_in_room("lobby").input(Box::new(Tone::new(500.0, 0.5))).start().unwrap()
    };
    let _others: Vec<VoiceChat> = ["Carol", "Dave"].map(shouting).into();
    until_cause(&[&alice, &bob], &SilenceCause::Crowded);
}

#[cfg(feature = "devices")]
#[test]
fn the_listeners_loudspeaker_is_off() {
    use consonance::device::{Backend, DeviceSelection};
    let call = Call::open();
    let _alice = call.speaker("Alice").start().unwrap();
    let bob = call.listener("Bob").device_backend(Backend::Null).loudspeaker(DeviceSelection::Default);
    let bob = bob.start().unwrap();
    bob.playback().select_device(DeviceSelection::None);
    until_cause(&[&bob], &SilenceCause::LoudspeakerFailed);
}
