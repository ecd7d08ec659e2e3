//! Chats with a microphone and a loudspeaker; these are null devices, which every machine has.

use consonance::audio::{ActivationMode, ActivationSettings};
use consonance::device::{Backend, DeviceSelection, DeviceState, Direction};
use consonance::{DeviceRow, EventKind, VoiceStatistics};

use crate::fixture::Fixture;
use crate::player::{PATIENCE, Player};

#[test]
fn a_chat_speaks_with_a_microphone_and_changes_it_while_it_runs() {
    let fixture = Fixture::open();
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    let alice = fixture
        .chat()
        .name("Alice")
        .speak_in_room("lobby")
        .microphone(DeviceSelection::Default)
        .activation(ActivationSettings { mode: ActivationMode::Open, ..ActivationSettings::default() })
        .loudspeaker(DeviceSelection::Default)
        .device_backend(Backend::Null)
        .start()
        .unwrap();
    let until = |direction, wanted: fn(&DeviceState) -> bool| {
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let event = alice.wait_event(PATIENCE).expect("the chat goes on");
            if let EventKind::Device(event) = event.kind
                && event.direction == direction
                && wanted(&event.state)
            {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "no device did that");
        }
    };
    until(Direction::Input, DeviceState::is_running);
    bob.until(&EventKind::StartedSpeaking { name: "Alice".into() });
    alice.microphone().select_device(DeviceSelection::None);
    until(Direction::Input, |state| *state == DeviceState::Off);
    alice.microphone().select_device(DeviceSelection::Default);
    until(Direction::Input, DeviceState::is_running);
    let deadline = std::time::Instant::now() + PATIENCE;
    let is_running = |device: &Option<DeviceRow>| device.as_ref().is_some_and(|row| row.state.is_running());
    loop {
        let VoiceStatistics { microphone, loudspeaker, .. } = &*alice.statistics();
        if is_running(microphone) && is_running(loudspeaker) {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{microphone:?}, {loudspeaker:?}");
    }
}

#[test]
fn a_chat_without_devices_says_so_when_another_one_is_asked_for() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    alice.voice.playback().select_device(DeviceSelection::None);
    assert_eq!(alice.voice.settings().loudspeaker, DeviceSelection::Default, "it is not in force");
    alice.until_some(
        "a problem",
        |kind| matches!(kind, EventKind::Problem { about: consonance::ProblemKind::Device, text } if text.contains("without a loudspeaker")),
    );
    assert!(alice.voice.statistics().loudspeaker.is_none());
}

#[test]
fn a_chat_with_a_microphone_only_opens_no_loudspeaker_that_would_play_nothing() {
    let fixture = Fixture::open();
    let with_microphone = fixture.chat().microphone(DeviceSelection::Default).device_backend(Backend::Null);
    let mut alice = Player::join("Alice", with_microphone);
    alice.voice.playback().select_device(DeviceSelection::Default);
    alice.until_some("a problem", |kind| {
        matches!(kind, EventKind::Problem { about: consonance::ProblemKind::Device, text }
            if text.contains("without a loudspeaker"))
    });
    alice.forget();
    let mut settings = alice.voice.settings();
    settings.loudspeaker = DeviceSelection::None;
    alice.voice.apply_settings(&settings).unwrap();
    alice.voice.microphone().select_device(DeviceSelection::None);
    alice.until_some("the microphone is off", |kind| {
        matches!(kind, EventKind::Device(event)
            if event.direction == Direction::Input && event.state == DeviceState::Off)
    });
    assert!(!alice.has_seen_some(|kind| matches!(kind, EventKind::Problem { .. })));
}
