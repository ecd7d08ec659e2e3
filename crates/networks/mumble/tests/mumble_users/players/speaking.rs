//! Voice in both directions.

use std::time::Duration;

use consonance_mumble::control::messages::{UserState, VoiceTarget, WhisperTarget};
use consonance_mumble::{Control, LOOPBACK, Voice, VoiceContext};
use consonance_session::{ChannelProperties, Target};

use crate::players::session::{OWN, Session, denials, login};

/// First bytes of wideband SILK packets with one frame, of 10, 20 and 40 ms.
const MS_10: u8 = 8 << 3;
const MS_20: u8 = 9 << 3;
const MS_40: u8 = 10 << 3;

#[test]
fn what_a_user_says_is_heard_by_those_in_its_channel_until_it_stops() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    session.events(native);
    for number in 1..=3 {
        session.speak(user, 0, &[MS_20, 1, number], 2);
    }
    let last = Voice { opus: vec![MS_20, 1, 4].into(), is_last: true, ..Voice::default() };
    session.speak_with(user, last, 2);
    let frame = |number| vec![MS_20, 1, number];
    let heard = session.heard_natively(native);
    assert_eq!(heard[..4], [(0, frame(1)), (1, frame(2)), (2, frame(3)), (3, frame(4))]);
    assert_eq!(session.events(native), ["Mia started", "Mia stopped"]);
}

#[test]
fn a_packet_of_10_ms_goes_out_as_it_comes_in_once_the_client_is_known_to_send_these() {
    let mut session = Session::new();
    let (user, other) = (session.user("Mia"), session.user("Stu"));
    let native = session.native("Nat");
    session.speak(user, 0, &[MS_10, 1, 0], 1);
    session.told(other);
    session.heard(other);
    session.heard_natively(native);
    for number in 1..=9 {
        let voice = Voice { opus: vec![MS_10, 1, number].into(), ..Voice::default() };
        let now = session.now;
        session.say_voice(user, voice);
        assert_eq!(session.now, now, "no time has passed");
        let heard = session.heard(other);
        assert_eq!(heard.iter().map(|voice| &*voice.opus).collect::<Vec<_>>(), [&[MS_10, 1, number]]);
        session.wait(Duration::from_millis(10));
    }
    let places: Vec<u32> = session.heard_natively(native).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, (0..9).collect::<Vec<_>>());
}

#[test]
fn a_client_that_is_joined_again_sees_nobody_leave() {
    let mut session = Session::new();
    let user = session.user("Mia");
    session.native("Nat");
    session.user("Stu");
    session.told(user);
    for _ in 0..5 {
        session.speak(user, 0, &[MS_40, 1, 1], 4);
    }
    assert_eq!(session.told(user), []);
    // One that leaves meanwhile does leave.
    session.speak(user, 0, &[MS_40, 1, 1], 4);
    let now = session.now;
    session.natives[0].client.stop(now);
    session.run();
    let told = session.told(user);
    assert!(matches!(&*told, [Control::UserRemove(_)]), "{told:?}");
}

#[test]
fn frames_of_10_ms_are_put_together_where_lengths_changed_too_often_and_lost_ones_leave_a_gap() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    for toc in [MS_10, MS_20, MS_10, MS_20] {
        session.speak(user, 0, &[toc, 1, 0], if toc == MS_10 { 1 } else { 2 });
    }
    session.wait(Duration::from_millis(500));
    session.heard_natively(native);
    for number in 1..=4 {
        session.speak(user, 0, &[MS_10, 1, number], 1);
    }
    session.guests[user].number += 4;
    session.speak(user, 0, &[MS_20, 1, 9], 2);
    let places: Vec<u32> = session.heard_natively(native).into_iter().map(|(place, _)| place).collect();
    let first = places[0];
    assert_eq!(places.iter().map(|place| place - first).collect::<Vec<_>>(), [0, 1, 4]);
}

#[test]
fn a_client_with_frames_of_40_ms_is_joined_again_with_these_once() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    for number in 1..=10 {
        session.speak(user, 0, &[MS_40, 1, number], 4);
    }
    let codec =
        session.natives[native].client.players().iter().find(|player| player.name == "Mia").unwrap().codec;
    assert_eq!(codec.frame_size_samples, 1920);
    let heard = session.heard_natively(native);
    assert!(heard.len() >= 8 && heard.iter().all(|(_, frame)| frame[0] == MS_40), "{heard:?}");
}

#[test]
fn a_user_whose_last_packet_is_lost_stops_after_a_while() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    session.events(native);
    session.speak(user, 0, &[MS_20, 1, 1], 2);
    session.wait(Duration::from_millis(500));
    assert_eq!(session.events(native), ["Mia started", "Mia stopped"]);
}

#[test]
fn a_user_hears_native_players_with_numbers_that_count_10_ms() {
    let mut session = Session::new();
    let native = session.native("Nat");
    let user = session.user_with(&login("Mia"));
    let told = session.told(user);
    let number = Session::number_of("Nat", &told);
    let lobby = Target::Room("lobby".into());
    let channel = session.natives[native].client.open_channel(lobby, ChannelProperties::default()).unwrap();
    session.speak_natively(native, &[MS_20, 1, 1]);
    session.natives[native].client.voice_mut().skip(2);
    session.speak_natively(native, &[MS_20, 1, 4]);
    session.natives[native].client.voice_mut().close_channel(channel);
    session.speak_natively(native, &[MS_20, 1, 5]);
    let heard = session.heard(user);
    let began = heard[0].number;
    let numbers: Vec<u64> = heard.iter().map(|voice| voice.number - began).collect();
    assert_eq!(numbers, [0, 6, 8, 10], "the last one says that it stops");
    assert!(heard.iter().all(|voice| voice.session == number && voice.target == VoiceContext::Normal as u8));
    assert_eq!(heard.iter().map(|voice| voice.is_last).collect::<Vec<_>>(), [false, false, false, true]);
}

#[test]
fn whispers_go_to_users_and_channels_and_to_no_other() {
    let mut session = Session::new();
    let (nat, ned) = (session.native("Nat"), session.native("Ned"));
    let user = session.user_with(&login("Mia"));
    let told = session.told(user);
    let number = Session::number_of("Nat", &told);
    let whisper = |id, target| VoiceTarget { id: Some(id), targets: vec![target] };
    session.say(user, whisper(1, WhisperTarget { session: vec![number], ..WhisperTarget::default() }));
    let children = WhisperTarget { channel_id: Some(2), children: Some(true), ..WhisperTarget::default() };
    session.say(user, whisper(2, children));
    session.speak(user, 1, &[MS_20, 1, 1], 2);
    assert_eq!((session.heard_natively(nat).len(), session.heard_natively(ned).len()), (1, 0));
    session.natives[ned].client.join_room("team/red").unwrap();
    session.run();
    session.speak(user, 2, &[MS_20, 1, 2], 2);
    let heard = session.heard_natively(ned);
    assert_eq!(heard.iter().filter(|(_, frame)| frame[2] == 2).count(), 1);
    let to_nat = session.heard_natively(nat);
    assert!(to_nat.iter().all(|(_, frame)| frame.len() < 3), "only that the first one is over: {to_nat:?}");
}

#[test]
fn a_whisper_to_a_user_and_a_voice_from_another_channel_are_heard_as_such() {
    let mut session = Session::new();
    let (native, user) = (session.native("Nat"), session.user("Mia"));
    let me = Target::Player("Mia".into());
    session.natives[native].client.open_channel(me, ChannelProperties::default()).unwrap();
    session.speak_natively(native, &[MS_20, 1, 1]);
    assert_eq!(session.heard(user)[0].target, VoiceContext::Whisper as u8);
    session.say_state(user, UserState { listening_channel_add: vec![3], ..UserState::default() });
    let other = session.native("Ned");
    let red = Target::Room("team/red".into());
    session.natives[other].client.open_channel(red, ChannelProperties::default()).unwrap();
    session.speak_natively(other, &[MS_20, 1, 1]);
    assert_eq!(session.heard(user)[0].target, VoiceContext::Listen as u8);
}

#[test]
fn loopback_comes_back_and_goes_nowhere_else() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    session.speak(user, LOOPBACK, &[MS_20, 1, 1], 2);
    let heard = session.heard(user);
    assert_eq!((heard.len(), heard[0].session, heard[0].number), (1, OWN, 100));
    assert!(session.heard_natively(native).is_empty());
}

#[test]
fn a_user_that_is_mute_says_nothing_and_one_that_is_deaf_hears_nothing() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    session.say_state(user, UserState { self_deaf: Some(true), ..UserState::default() });
    session.speak(user, 0, &[MS_20, 1, 1], 2);
    assert!(session.heard_natively(native).is_empty());
    let lobby = Target::Room("lobby".into());
    session.natives[native].client.open_channel(lobby, ChannelProperties::default()).unwrap();
    session.speak_natively(native, &[MS_20, 1, 1]);
    assert!(session.heard(user).is_empty());
}

#[test]
fn other_codecs_are_explained_once() {
    let mut session = Session::new();
    let user = session.user("Mia");
    for _ in 0..5 {
        let now = session.now;
        session.guests[user].player.handle_other_codec(now);
    }
    session.run();
    let told = session.told(user);
    assert_eq!(denials(&told).len(), 1);
    assert!(
        matches!(&told[1], Control::TextMessage(notice) if notice.message.contains("only Opus")),
        "{told:?}"
    );
}
