//! Proximity rooms: a player that shares its position with the server hears only players nearby.

use consonance::audio::Pose;
use consonance::{ChannelProperties, Target};
use consonance_server::SessionsSettings;
use consonance_session::ProximitySettings;

use crate::hall::Hall;
use crate::player::{Player, entered, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};

fn stand_at(player: &Player, x: f32) {
    player.voice.playback().set_listener(Some(Pose { position_m: [x, 0.0, 0.0], ..Pose::default() }));
}

#[test]
fn a_player_that_shares_its_position_hears_those_nearby_and_walks_in_and_out_of_range() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.proximity = vec![("world".into(), ProximitySettings::new(10.0))];
    let hall = Hall::open_with(&settings);
    let positional = ChannelProperties { positional: true, ..ChannelProperties::default() };
    let to_world = hall.chat().0.speak_to(Target::Room("world".into()), positional);
    let mut alice = Player::join("Alice", to_world.share_position(true));
    let [mut bob, mut carol, mut dave] = ["Bob", "Carol", "Dave"].map(|name| {
        let player = Player::join(name, hall.chat().0.listen_to_room("world").share_position(name != "Dave"));
        alice.until(&entered(name, "world"));
        player
    });
    for (player, x) in [(&alice, 0.0), (&bob, 5.0), (&carol, 500.0), (&dave, 1.0)] {
        stand_at(player, x);
    }
    alice.voice.microphone().set_input(Speech::endless(&recording(1, 0.5, 2.5)));
    bob.until(&started_speaking("Alice"));
    assert!(!carol.has_seen(&started_speaking("Alice")));
    stand_at(&carol, -5.0);
    carol.until(&started_speaking("Alice"));
    stand_at(&bob, 500.0);
    bob.until(&stopped_speaking("Alice"));
    assert!(!dave.has_seen(&started_speaking("Alice")), "a player that hides its place hears no other");
    dave.voice.playback().set_share_position(true);
    dave.until(&started_speaking("Alice"));
}
