//! The quality and bit rate of the local voice, changed while it is sent.

use consonance::audio::Quality;
use consonance::{MessageType, VoiceStatistics};
use consonance_testing::sound::{ALIKE, likeness};

use crate::fixture::Fixture;
use crate::player::{Player, entered, started_speaking};
use crate::speech::{Speech, recording};

#[test]
fn the_quality_changes_in_mid_speech_and_the_voice_goes_on() {
    let fixture = Fixture::open();
    let voice = recording(1, 0.0, 4.0);
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby").quality(Quality::Low));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.voice.microphone().set_input(Speech::endless(&voice));
    bob.until(&started_speaking("Alice"));

    let counted = |statistics: &VoiceStatistics| {
        let flow = statistics.sent.flow(MessageType::VoiceData);
        (flow.packets, flow.bytes)
    };
    let bytes_per_packet = |quality| {
        alice.voice.microphone().set_quality(quality);
        bob.ear.listen_for(0.3);
        let (packets, bytes) = counted(&alice.voice.statistics());
        bob.ear.clear();
        // Once through the whole recording, so that each quality encodes the same speech.
        let after = alice.until_counted("4 s of speech", |now| counted(now).0 >= packets + 200);
        let (more_packets, more_bytes) = counted(&after);
        (more_bytes - bytes) as f64 / (more_packets - packets) as f64
    };
    let low = bytes_per_packet(Quality::Low);
    let music = bytes_per_packet(Quality::Music);
    let high = bytes_per_packet(Quality::High);
    assert!(low * 1.5 < high && high * 1.5 < music, "{low}, {high}, {music} bytes");
    // It may have begun anywhere in the recording.
    let likeness = likeness(&bob.ear.samples(), &voice.repeat(3));
    assert!(likeness > ALIKE, "{likeness}");
}
