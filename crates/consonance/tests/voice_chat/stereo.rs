//! Two channels: a bot's music keeps its two sides, and a voice is in the middle.

use consonance::VoiceChatBuilder;
use consonance::audio::{CaptureSettings, Quality};
use consonance_testing::input::LeftOnly;

use crate::fixture::Fixture;
use crate::player::{Player, entered, started_speaking};
use crate::speech::{Speech, recording};

/// By how many dB a listener hears more on the left of sound that a bot plays there only.
fn left_over_right_db(bot: impl FnOnce(VoiceChatBuilder) -> VoiceChatBuilder) -> f64 {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", bot(fixture.chat().speak_in_room("lobby")));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.voice.microphone().set_input(Box::new(LeftOnly(Speech::endless(&recording(1, 0.0, 4.0)))));
    bob.until(&started_speaking("Alice"));
    bob.ear.listen_for(0.5);
    bob.ear.clear();
    bob.ear.listen_for(2.0);
    assert!(bob.ear.loudness() > 0.01);
    bob.ear.left_over_right_db()
}

#[test]
fn music_of_two_channels_is_heard_on_the_side_it_is_played_on() {
    let apart = left_over_right_db(|bot| bot.quality(Quality::Music));
    assert!(apart > 20.0, "{apart} dB");
}

#[test]
fn a_voice_and_what_is_processed_are_heard_in_the_middle() {
    for apart in [
        left_over_right_db(|bot| bot.quality(Quality::High)),
        left_over_right_db(|bot| {
            bot.quality(Quality::Music)
                .capture(CaptureSettings { high_pass: true, ..CaptureSettings::UNPROCESSED })
        }),
    ] {
        assert!(apart.abs() < 1e-6, "{apart} dB");
    }
}

#[test]
fn music_that_goes_over_to_a_voice_moves_to_the_middle() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby").quality(Quality::Music));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.voice.microphone().set_input(Box::new(LeftOnly(Speech::endless(&recording(1, 0.0, 4.0)))));
    bob.until(&started_speaking("Alice"));
    alice.voice.microphone().set_quality(Quality::High);
    bob.ear.listen_for(1.0);
    bob.ear.clear();
    bob.ear.listen_for(1.0);
    let apart = bob.ear.left_over_right_db();
    assert!(apart.abs() < 1e-6, "{apart} dB");
}
