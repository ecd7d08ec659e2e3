//! Positions: of users for each other, of users for players of other networks, and of such players for users.

use std::time::Duration;

use consonance_link::gateway::{PlaceInWorld, World};
use consonance_mumble::control::messages::UserState;
use consonance_mumble::{Voice, VoicePlace};
use consonance_session::{ChannelProperties, Position, Target};

use crate::players::rooms::id_of;
use crate::players::session::Session;

/// First byte of a wideband SILK packet with one frame of 20 ms.
const MS_20: u8 = 9 << 3;

fn world(name: &[u8]) -> World {
    World::named(name).expect("a short name")
}

fn in_world(name: &[u8]) -> UserState {
    UserState { plugin_context: Some(name.to_vec()), ..UserState::default() }
}

fn voice_at(place: Option<VoicePlace>) -> Voice<'static> {
    Voice { opus: vec![MS_20, 1, 1].into(), place, ..Voice::default() }
}

/// The place that players of other networks are shown: the world and x.
fn shown(session: &Session, user: usize) -> Option<(Vec<u8>, f32)> {
    let (id, world, position) = session.guests[user].player.shared_place()?;
    assert_eq!(Some(id), session.guests[user].player.id());
    Some((world.name().to_vec(), position.metres()[0]))
}

#[test]
fn positions_are_for_users_in_the_same_world() {
    let mut session = Session::new();
    let (mia, stu) = (session.user("Mia"), session.user("Stu"));
    let in_world = |world: &[u8]| UserState { plugin_context: Some(world.to_vec()), ..UserState::default() };
    session.say_state(mia, in_world(b"map 7"));
    session.say_state(stu, in_world(b"map 7"));
    let id = id_of(&session, "Mia");
    let profile = session.guests[mia].player.profile().clone();
    session.shared.set_profile(id, &profile);
    let (seven, place) = (World::named(b"map 7").unwrap(), VoicePlace::at([1.0, 2.0, 3.0]));
    session.shared.set_place(id, Some((&seven, place)));
    let voice = Voice { opus: vec![MS_20, 1, 1].into(), place: Some(place), ..Voice::default() };
    session.speak_with(mia, voice.clone(), 2);
    assert_eq!(session.guests[mia].player.place(), Some((&seven, place)));
    assert_eq!(session.heard(stu)[0].place, Some(place));
    session.say_state(stu, in_world(b"map 8"));
    session.speak_with(mia, voice, 2);
    assert_eq!(session.heard(stu)[0].place, None);
}

#[test]
fn a_place_is_shown_to_players_of_other_networks_while_the_game_tells_it() {
    let mut session = Session::new();
    let mia = session.user("Mia");
    assert_eq!(shown(&session, mia), None);
    let at = |x| Some(VoicePlace::at([x, 0.0, 0.0]));
    for x in [1.0, 2.0] {
        session.speak_with(mia, voice_at(at(x)), 2);
        assert_eq!(shown(&session, mia), Some((vec![], x)), "a game that names no world");
    }
    session.speak_with(mia, voice_at(None), 2);
    assert_eq!(shown(&session, mia), None, "its game is over");
    session.speak_with(mia, voice_at(at(3.0)), 2);
    session.say_state(mia, in_world(b"map 7"));
    assert_eq!(shown(&session, mia), None, "it was somewhere else");
    session.speak_with(mia, voice_at(at(4.0)), 2);
    assert_eq!(shown(&session, mia), Some((b"map 7".to_vec(), 4.0)));
    session.say_state(mia, in_world(b"map 7"));
    assert_eq!(shown(&session, mia), Some((b"map 7".to_vec(), 4.0)), "the same world again");
}

#[test]
fn a_place_is_shown_for_five_seconds_after_it_was_last_told() {
    let mut session = Session::new();
    let mia = session.user("Mia");
    for _ in 0..2 {
        session.speak_with(mia, voice_at(Some(VoicePlace::at([1.0; 3]))), 2);
        session.wait(Duration::from_millis(4900));
        assert!(shown(&session, mia).is_some());
    }
    session.wait(Duration::from_millis(100));
    assert_eq!(shown(&session, mia), None);
    assert!(session.guests[mia].player.place().is_some(), "other users hear where it speaks");
}

#[test]
fn a_user_that_leaves_the_session_shows_no_place() {
    let mut session = Session::new();
    let mia = session.user("Mia");
    session.speak_with(mia, voice_at(Some(VoicePlace::at([1.0; 3]))), 2);
    let now = session.now;
    session.guests[mia].player.client_is_gone(now);
    assert_eq!(shown(&session, mia), None);
}

#[test]
fn a_hostile_place_and_one_in_a_world_with_too_long_a_name_are_shown_to_nobody() {
    let mut session = Session::new();
    let (mia, stu) = (session.user("Mia"), session.user("Stu"));
    for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e8] {
        session.speak_with(mia, voice_at(Some(VoicePlace::at([x, 0.0, 0.0]))), 2);
        assert_eq!(shown(&session, mia), None, "{x}");
    }
    for user in [mia, stu] {
        session.say_state(user, in_world(&[b'w'; 257]));
    }
    session.heard(stu);
    session.speak_with(mia, voice_at(Some(VoicePlace::at([1.0; 3]))), 2);
    assert_eq!((shown(&session, mia), session.heard(stu)[0].place), (None, None));
    for user in [mia, stu] {
        session.say_state(user, in_world(&[b'w'; 256]));
    }
    session.speak_with(mia, voice_at(Some(VoicePlace::at([1.0; 3]))), 2);
    assert_eq!(shown(&session, mia), Some((vec![b'w'; 256], 1.0)));
}

#[test]
fn a_user_hears_players_of_other_networks_where_they_are_in_its_world() {
    let mut session = Session::new();
    let (mia, native) = (session.user("Mia"), session.native("Nat"));
    let id = session.natives[native].client.id().unwrap();
    let lobby = Target::Room("lobby".into());
    session.natives[native].client.open_channel(lobby, ChannelProperties::default()).unwrap();
    let position = Position::new([5.0, 6.0, 7.0]).unwrap();
    let heard_from = |session: &mut Session, there: Option<&[u8]>| {
        let place = there.map(|there| PlaceInWorld { position, world: world(there) });
        session.shared.set_place_elsewhere(id, place);
        session.speak_natively(native, &[MS_20, 1, 7]);
        session.heard(mia).pop().unwrap().place
    };
    let there = Some(VoicePlace::at(position.metres()));
    assert_eq!(heard_from(&mut session, Some(b"")), there);
    assert_eq!(heard_from(&mut session, Some(b"map 7")), None);
    session.say_state(mia, in_world(b"map 7"));
    assert_eq!(heard_from(&mut session, Some(b"map 7")), there);
    assert_eq!(heard_from(&mut session, None), None);
    // A client that plays only what has a place: from there as far as it is heard itself, or else beside it.
    let own = VoicePlace { metres: [1.0; 3], range_m: Some(15.0) };
    session.speak_with(mia, voice_at(Some(own)), 2);
    let there_and_so_far = VoicePlace { metres: position.metres(), range_m: Some(15.0) };
    assert_eq!(heard_from(&mut session, Some(b"map 7")), Some(there_and_so_far));
    assert_eq!(heard_from(&mut session, Some(b"map 8")), Some(own));
}
