//! Effects belong to a name and to a room, present or not.

use consonance_audio::StereoBlock;
use consonance_session::{HeardTarget, RoomId};

use super::*;

/// The loudness of a second of one player's voice, a tone that a wall blocks.
fn level(playback: &mut Playback, id: u16, room: &str) -> f32 {
    let tone = |i: usize| 0.3 * (i as f32 * std::f32::consts::TAU / 16.0).sin();
    let frame = (0..960).map(tone).flat_map(f32::to_le_bytes).collect::<Vec<u8>>();
    playback.start(ClientId(id)).expect("there is room");
    let target = HeardTarget::Room(RoomId::of(room));
    let channel = HeardChannel { target, positional: false, amplitude: 1.0, priority: Priority::Default };
    let mut power = 0.0;
    for sequence in 0..50 {
        push_over(playback, id, sequence, &[channel], &frame);
        for _ in 0..2 {
            let block: StereoBlock = playback.mix(false);
            power += block.left.iter().map(|x| x * x).sum::<f32>();
        }
    }
    playback.stop(ClientId(id));
    play_out(playback);
    (power / 48_000.0).sqrt()
}

fn set(playback: &mut Playback, name: &str, effects: &str) {
    let effects = Box::new(effects.parse().expect("an effect"));
    playback.obey(Hearing::Effects { name: name.into(), effects }).expect("one name");
}

fn set_room(playback: &mut Playback, room: &str, effects: &str) {
    let effects = Box::new(effects.parse().expect("an effect"));
    playback.obey(Hearing::RoomEffects { room: room.into(), effects }).expect("one room");
}

#[test]
fn effects_of_a_player_belong_to_its_name_before_it_speaks_and_until_they_are_off() {
    let mut playback = playback(4, 2);
    set(&mut playback, "Player 1", "wall");
    assert!(level(&mut playback, 1, "lobby") < 0.01);
    assert!(level(&mut playback, 2, "lobby") > 0.15);
    playback.remove(ClientId(1));
    let player = Arc::new(PlayerState::new("player 1", false));
    playback.add(ClientId(9), player, CODEC).expect("such frames can be decoded");
    assert!(level(&mut playback, 9, "lobby") < 0.01, "also when it has joined again");
    set(&mut playback, "player 1", "off");
    assert!(level(&mut playback, 9, "lobby") > 0.15);
}

#[test]
fn effects_of_a_room_are_heard_on_what_is_said_there_behind_those_of_the_player() {
    let mut playback = playback(4, 1);
    set_room(&mut playback, "cellar", "wall");
    assert!(level(&mut playback, 1, "lobby") > 0.15);
    assert!(level(&mut playback, 1, "cellar") < 0.01);
    assert!(level(&mut playback, 1, "lobby") > 0.15);
    set(&mut playback, "player 1", "megaphone");
    let both = level(&mut playback, 1, "cellar");
    assert!(both < 0.01 && level(&mut playback, 1, "lobby") > 0.02);
    set_room(&mut playback, "cellar", "off");
    assert!(level(&mut playback, 1, "cellar") > 0.02);
}

#[test]
fn one_name_with_effects_too_many_is_refused() {
    let mut playback = playback(1, 1);
    for number in 0..4_096 {
        set(&mut playback, &format!("player number {number}"), "wall");
    }
    let effects = Box::new("wall".parse().expect("an effect"));
    assert!(playback.obey(Hearing::Effects { name: "one more".into(), effects }).is_err());
    set(&mut playback, "player number 7", "radio");
}
