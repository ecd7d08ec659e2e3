//! The allocation of the mixer's places, and each player's settings there.

mod effects;
mod engines;

use consonance_audio::jitter::JitterCounters;
use consonance_audio::{Discard, FrameSize, SpeakerPlace, Unheard};
use consonance_session::{CodecId, HeardChannel, Priority};

use super::remembered_players::HeardAs;
use super::*;
use crate::command::Hearing;
use crate::tap::{Tap, TapSource};

/// Raw samples, so that nothing has to be encoded.
const CODEC: CodecParameters =
    CodecParameters { kind: CodecId(0), frame_size_samples: 960, sample_rate_hz: 48_000 };

/// A playback without an output, with this number of places and players, whose ids start at 1.
fn playback(max_speakers: usize, players: u16) -> Playback {
    let settings = MixerSettings { max_speakers, ..MixerSettings::default() };
    let mut playback = Playback::new(Box::new(Discard), settings, 0);
    for id in 1..=players {
        let player = Arc::new(PlayerState::new(&format!("player {id}"), false));
        playback.add(ClientId(id), player, CODEC).expect("such frames can be decoded");
    }
    playback
}

/// Pushes a frame.
fn push(playback: &mut Playback, id: u16, sequence: u32) {
    push_over(playback, id, sequence, &[], &[0.25_f32; 960].map(f32::to_le_bytes).concat());
}

/// Pushes this frame, received over these channels.
fn push_over(playback: &mut Playback, id: u16, sequence: u32, channels: &[HeardChannel], frame: &[u8]) {
    let voice = VoiceFrame {
        id: ClientId(id),
        sequence,
        packet_sequence: sequence as u16,
        positional: false,
        amplitude: 1.0,
        priority: Priority::Default,
        channels,
        frame,
    };
    let arrived = playback.mixer.position();
    playback.push(arrived, &voice, &JoinedRooms::new(std::iter::empty()));
}

/// Pushes a frame and plays it.
fn speak(playback: &mut Playback, id: u16, sequence: u32) {
    push(playback, id, sequence);
    for _ in 0..2 {
        playback.beat(false).expect("nothing takes everything");
    }
}

/// Plays until nothing is buffered.
fn play_out(playback: &mut Playback) {
    for _ in 0..100 {
        playback.beat(false).expect("nothing takes everything");
    }
}

fn received(playback: &Playback, id: u16) -> Option<u64> {
    playback.received().find(|(of, _)| of.0 == id).map(|(_, statistics)| statistics.arrivals.received)
}

#[test]
fn how_others_are_received_is_told_in_the_order_of_their_ids() {
    let mut playback = playback(256, 300);
    for id in [40, 7, 300, 1, 99, 12, 5, 60] {
        playback.start(ClientId(id)).expect("there is room");
    }
    let told: Vec<_> = playback.received().map(|(id, _)| id.0).collect();
    assert_eq!(told, [1, 5, 7, 12, 40, 60, 99, 300]);
}

#[test]
fn a_player_that_does_not_speak_takes_no_place_and_the_longest_silent_makes_room() {
    let mut playback = playback(2, 5_000);
    assert_eq!(playback.received().count(), 0);
    for id in [4_000, 1, 5_000] {
        playback.start(ClientId(id)).expect("a player is silent");
        speak(&mut playback, id, 0);
        assert_eq!(received(&playback, id), Some(1));
        playback.stop(ClientId(id));
        play_out(&mut playback);
    }
    let told: Vec<_> = playback.received().map(|(id, _)| id.0).collect();
    assert_eq!(told, [1, 5_000]);
}

#[test]
fn one_speaker_too_many_is_reported_and_heard_as_soon_as_another_is_silent() {
    let mut playback = playback(2, 3);
    for id in [1, 2] {
        playback.start(ClientId(id)).expect("there is room");
        speak(&mut playback, id, 0);
    }
    let refused = playback.start(ClientId(3)).expect_err("all players speak");
    assert!(refused.starts_with("player 3 cannot be heard"), "{refused}");
    speak(&mut playback, 3, 0);
    assert_eq!(received(&playback, 3), None);
    playback.stop(ClientId(1));
    play_out(&mut playback);
    for sequence in 500..510 {
        speak(&mut playback, 3, sequence);
    }
    let statistics = playback.received().find(|(id, _)| id.0 == 3).map(|(_, statistics)| statistics);
    let statistics = statistics.expect("there is room");
    let JitterCounters { received, lost, .. } = statistics.arrivals;
    assert_eq!((received, lost), (10, 0), "it begins with what there was room for");
}

#[test]
fn settings_of_a_player_apply_when_it_gets_a_place_later() {
    let mut playback = playback(1, 2);
    playback.obey(Hearing::Muted { name: "player 2".into(), muted: true }).expect("one name");
    for id in [1, 2] {
        playback.start(ClientId(id)).expect("a player is silent");
        for sequence in 0..10 {
            speak(&mut playback, id, sequence);
        }
        let unheard = playback.received().next().and_then(|(_, statistics)| statistics.unheard);
        assert_eq!(unheard, (id == 2).then_some(Unheard::Muted));
        playback.stop(ClientId(id));
        play_out(&mut playback);
    }
}

#[test]
fn what_cannot_be_decoded_is_told_at_once() {
    let mut playback = playback(1, 0);
    let player = Arc::new(PlayerState::new("Eve", false));
    let absurd = CodecParameters { frame_size_samples: FrameSize::Ms20.samples() as u32 + 1, ..CODEC };
    assert!(playback.add(ClientId(1), player, absurd).is_err());
}

fn places(names: impl Iterator<Item = String>) -> Hearing {
    Hearing::Places(
        names
            .map(|name| (name, Some(SpeakerPlace { position_m: [1.0, 0.0, 0.0], occlusion: 0.0 })))
            .collect(),
    )
}

#[test]
fn a_name_too_many_does_not_pin_the_others() {
    let mut playback = playback(2, 1);
    playback.obey(Hearing::Volume { name: "player 1".into(), volume: 0.5 }).expect("one name");
    let all = (0..5_000).map(|number| format!("stranger {number}")).chain(["player 1".to_owned()]);
    assert!(playback.obey(places(all)).is_err());
    assert!(playback.remembered.of("player 1").place.is_some());
}

#[test]
fn a_player_that_leaves_loses_its_position_and_keeps_its_volume() {
    let mut playback = playback(2, 2);
    playback.obey(places(["player 1", "player 2"].map(str::to_owned).into_iter())).expect("two names");
    playback.obey(Hearing::Volume { name: "player 1".into(), volume: 0.5 }).expect("one of them");
    for id in [1, 2] {
        playback.remove(ClientId(id));
    }
    let heard_as = playback.remembered.of("player 1");
    assert_eq!(heard_as, HeardAs { volume: 0.5, ..HeardAs::default() });
    assert!(playback.remembered.of("player 2").place.is_none());
}

/// A player joins and leaves, and the game, which draws it for one more frame, reports its position.
fn place_after_leaving(playback: &mut Playback, id: u16) {
    let name = format!("guest {id}");
    let player = Arc::new(PlayerState::new(&name, false));
    playback.add(ClientId(id), player, CODEC).expect("such frames can be decoded");
    playback.remove(ClientId(id));
    playback.obey(places([name].into_iter())).expect("there is room for its place");
}

#[test]
fn positions_of_players_that_left_make_room() {
    let mut playback = playback(1, 1);
    playback.obey(places(["player 1".to_owned()].into_iter())).expect("there is room");
    playback.obey(Hearing::Muted { name: "absent".into(), muted: true }).expect("there is room");
    (1_000..6_000).for_each(|id| place_after_leaving(&mut playback, id));
    playback.obey(Hearing::Volume { name: "newcomer".into(), volume: 0.5 }).expect("there is room");
    playback.obey(places(["newcomer".to_owned()].into_iter())).expect("there is room");
    playback.obey(Hearing::Muted { name: "another".into(), muted: true }).expect("there is room");
    assert!(playback.remembered.of("player 1").place.is_some(), "who is here keeps a place");
    assert!(playback.remembered.of("absent").muted, "who was muted comes back muted");
}

#[test]
fn an_absurd_volume_is_brought_into_its_range_or_changes_nothing() {
    let mut playback = playback(1, 1);
    for (volume, expected) in [(9.0, 4.0), (f32::NAN, 4.0), (-1.0, 0.0), (f32::INFINITY, 4.0)] {
        playback.obey(Hearing::Volume { name: "player 1".into(), volume }).expect("one name");
        assert!((playback.remembered.of("player 1").volume - expected).abs() < f32::EPSILON);
        let listed = playback.listed.get(ClientId(1)).expect("it is here");
        assert!((listed.player.volume() - expected).abs() < f32::EPSILON);
        playback.obey(Hearing::MasterVolume(volume)).expect("it applies to all");
        assert!((playback.master_volume() - expected).abs() < f32::EPSILON, "what is in force is shown");
    }
}

#[test]
fn a_tap_that_was_dropped_is_gone_although_its_player_never_spoke() {
    let mut playback = playback(1, 1);
    let names = (0..3_000).map(|number| format!("player {number}"));
    for name in names.chain(std::iter::repeat_n("silent".to_owned(), 3_000)) {
        let (sender, tap) = Tap::new(TapSource::Player(name.clone()));
        playback.tap_speaker(name, sender).expect("it has no other listener");
        drop(tap);
    }
    assert!(playback.taps.are_on_speakers());
    playback.forget_abandoned();
    assert!(!playback.taps.are_on_speakers());
}

#[test]
fn a_tap_on_a_silent_player_stays() {
    let mut playback = playback(1, 1);
    let (sender, mut tap) = Tap::new(TapSource::Player("player 1".into()));
    playback.tap_speaker("player 1".into(), sender).expect("it has no other listener");
    playback.forget_abandoned();
    playback.start(ClientId(1)).expect("there is room");
    for sequence in 0..10 {
        speak(&mut playback, 1, sequence);
    }
    assert!(tap.poll().is_some());
}
