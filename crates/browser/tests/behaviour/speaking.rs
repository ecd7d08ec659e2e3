//! Voice from pages to pages and native players, and vice versa.

use std::time::Duration;

use consonance_session::{ChannelProperties, Priority, Target};
use serde_json::json;

use crate::frames::{FRAME, MS_20, MS_40, frame};
use crate::session::Session;

const OPEN_LOBBY: &str = r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#;
const CLOSE: &str = r#"{"type":"close","channel":1}"#;

#[test]
fn a_pages_voice_reaches_its_listeners_each_frame_once_and_unchanged() {
    let mut session = Session::new();
    let (alice, carol, bob) = (session.page("Alice"), session.page("Carol"), session.native("Bob"));
    let dave = session.native("Dave");
    session.natives[dave].client.leave_room("lobby");
    session.say(alice, OPEN_LOBBY);
    session.told(carol);
    for nth in 0..50 {
        session.speak(alice, &frame(nth), false);
    }
    let all: Vec<_> = (0..50).map(|nth| (u32::from(nth), frame(nth))).collect();
    assert_eq!(session.natives[bob].heard, all);
    let heard = session.heard(carol);
    assert_eq!(heard.iter().map(|heard| (heard.sequence, heard.payload.clone())).collect::<Vec<_>>(), all);
    assert!(heard.iter().all(|heard| (heard.slot, heard.stream, heard.samples) == (0, 1, 960)));
    assert!(session.natives[dave].heard.is_empty() && session.heard(alice).is_empty());
    let told = session.told(carol);
    let slot = json!({"type": "slot", "slot": 0, "player": 0, "positional": false, "amplitude": 1.0, "priority": "default"});
    let speaking =
        json!({"type": "speaking", "id": 0, "name": "Alice", "speaking": true, "to": [{"room": "lobby"}]});
    assert!(told.contains(&slot) && told.contains(&speaking), "{told:?}");
}

#[test]
fn what_the_network_loses_is_missing_in_its_place_and_what_is_late_comes_late() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.say(alice, OPEN_LOBBY);
    let mut expected = Vec::new();
    for nth in 0..500 {
        let is_lost = nth > 0 && (u32::from(nth) * 7919 + 13) % 20 == 0;
        session.speak(alice, &frame(nth), is_lost);
        if !is_lost {
            expected.push((u32::from(nth), frame(nth)));
        }
    }
    assert_eq!(session.natives[bob].heard, expected);
    assert!((20..30).contains(&(500 - expected.len())), "one of twenty");
    let (sequence, time) = (session.guests[alice].sequence, session.guests[alice].time);
    session.speak(alice, &frame(500), true);
    session.speak(alice, &frame(501), false);
    for _ in 0..2 {
        let now = session.now;
        session.guests[alice].player.handle_voice(now, sequence, time, &frame(500));
    }
    session.run();
    let last = &session.natives[bob].heard[expected.len()..];
    assert_eq!(last, [(501, frame(501)), (500, frame(500))], "and not twice");
}

#[test]
fn native_frames_go_to_slots_as_they_are_with_their_length() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.open_lobby(bob, ChannelProperties::default());
    for frame in [&[MS_20, 1, 2][..], &[MS_40, 1, 2], &[8 << 3, 1, 2], &[MS_20 | 1, 1, 2, 3, 4]] {
        session.speak_natively(bob, frame);
    }
    let samples: Vec<_> = session.heard(alice).iter().map(|heard| heard.samples).collect();
    assert_eq!(samples, [960, 1920, 480, 1920]);
}

#[test]
fn a_whisper_reaches_one_and_says_so() {
    let mut session = Session::new();
    let (alice, carol, bob) = (session.page("Alice"), session.page("Carol"), session.native("Bob"));
    session.say(alice, r#"{"type":"open","channel":4294967295,"to":{"player":"Carol"},"positional":true}"#);
    session.told(carol);
    session.speak(alice, &frame(1), false);
    assert_eq!((session.heard(carol).len(), session.natives[bob].heard.len()), (1, 0));
    let told = session.told(carol);
    assert!(told.iter().any(|message| message["to"] == json!([{"me": true}])), "{told:?}");
    assert!(told.iter().any(|message| message["positional"] == json!(true)), "{told:?}");
}

#[test]
fn the_properties_of_a_channel_may_change_during_speech() {
    let mut session = Session::new();
    let (alice, carol) = (session.page("Alice"), session.page("Carol"));
    session.say(alice, OPEN_LOBBY);
    session.speak(alice, &frame(0), false);
    session.told(carol);
    session.say(alice, r#"{"type":"change","channel":1,"amplitude":2,"priority":"high"}"#);
    for nth in 1..10 {
        session.speak(alice, &frame(nth), false);
    }
    let told = session.told_of(carol, "slot");
    assert_eq!((&told[0]["amplitude"], &told[0]["priority"]), (&json!(2.0), &json!("high")));
    assert_eq!(told.len(), 1);
}

#[test]
fn while_no_channel_is_open_nothing_is_heard_and_nothing_is_missed() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    for nth in 0..10 {
        session.speak(alice, &frame(nth), nth % 2 == 0);
    }
    session.say(alice, OPEN_LOBBY);
    session.speak(alice, &frame(10), false);
    assert_eq!(session.natives[bob].heard, [(0, frame(10))]);
    let statistics = session.guests[alice].player.statistics();
    assert_eq!((statistics.unheard, statistics.uplink.missing), (5, 0));
}

#[test]
fn a_page_that_closes_its_channel_stops_for_listeners_with_the_next_frame() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.say(alice, OPEN_LOBBY);
    session.speak(alice, &frame(0), false);
    session.events(bob);
    session.say(alice, CLOSE);
    session.speak(alice, &frame(1), false);
    assert_eq!(session.events(bob), ["Alice stopped"]);
    session.speak(alice, &frame(2), false);
    session.say(alice, OPEN_LOBBY);
    session.speak(alice, &frame(3), false);
    let heard: Vec<_> = session.natives[bob].heard.iter().map(|(place, frame)| (*place, frame[3])).collect();
    assert_eq!(heard, [(0, 0), (1, 1), (0, 3)]);
}

#[test]
fn a_page_that_closes_its_channel_and_its_microphone_stops_as_soon() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.say(alice, OPEN_LOBBY);
    session.speak(alice, &frame(0), false);
    session.events(bob);
    session.say(alice, CLOSE);
    session.wait(Duration::from_millis(60));
    assert_eq!(session.events(bob), ["Alice stopped"]);
    assert_eq!(session.natives[bob].heard[1], (1, vec![MS_20]), "a frame without sound");
    session.wait(Duration::from_secs(5));
    assert_eq!(session.natives[bob].heard.len(), 2);
}

#[test]
fn a_pause_that_the_encoder_says_ends_what_was_said_and_sound_starts_again() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.events(bob);
    session.say(alice, OPEN_LOBBY);
    session.speak(alice, &frame(0), false);
    session.speak(alice, &[MS_20], false);
    assert_eq!(session.events(bob), ["Alice started", "Alice stopped"]);
    for _ in 0..3 {
        session.guests[alice].time += 19 * 960;
        session.wait(19 * FRAME);
        session.speak(alice, &[MS_20], false);
    }
    session.speak(alice, &frame(1), false);
    assert_eq!(session.events(bob), ["Alice started"]);
    let places: Vec<_> = session.natives[bob].heard.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, [0, 1, 0]);
}

#[test]
fn packets_of_other_lengths_are_heard_as_frames_of_20_ms() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.say(alice, OPEN_LOBBY);
    let mut say = |packet: &[u8], samples: u64| {
        let now = session.now;
        let page = &mut session.guests[alice];
        page.player.handle_voice(now, page.sequence, page.time, packet);
        (page.sequence, page.time) = (page.sequence + 1, page.time + samples);
        session.run();
    };
    say(&[MS_20 | 3, 3, 1, 2, 3, 4, 5, 6], 2880);
    say(&[8 << 3, 7, 8], 480);
    say(&[8 << 3, 9, 10], 480);
    say(&[MS_40, 1, 2], 1920);
    say(&[MS_20, 11, 12], 960);
    let heard = &session.natives[bob].heard;
    let frames: [&[u8]; 5] = [
        &[MS_20, 1, 2],
        &[MS_20, 3, 4],
        &[MS_20, 5, 6],
        &[8 << 3 | 3, 0x82, 2, 7, 8, 9, 10],
        &[MS_20, 11, 12],
    ];
    assert_eq!(heard.iter().map(|(_, frame)| &**frame).collect::<Vec<_>>(), frames);
    let places: Vec<_> = heard.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, [0, 1, 2, 3, 6], "40 ms are missing");
    assert_eq!(session.guests[alice].player.statistics().uplink.too_long, 1);
}

#[test]
fn an_ignored_player_has_no_slot_and_is_shown_as_speaking() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.open_lobby(bob, ChannelProperties::default());
    session.speak_natively(bob, &frame(0));
    session.say(alice, r#"{"type":"ignore","player":"Bob","ignored":true}"#);
    assert_eq!(session.told_of(alice, "slot").last().map(|slot| slot["player"].clone()), Some(json!(null)));
    session.heard(alice);
    session.speak_natively(bob, &frame(1));
    assert_eq!(session.heard(alice).len(), 0);
    session.say(alice, r#"{"type":"ignore","player":"Bob","ignored":false}"#);
    session.speak_natively(bob, &frame(2));
    let heard = session.heard(alice);
    assert_eq!((heard.len(), heard[0].sequence, heard[0].stream), (1, 2, 2), "another stream");
}

#[test]
fn utterances_are_streams_and_each_player_has_its_own() {
    let mut session = Session::new();
    let (alice, bob, carol) = (session.page("Alice"), session.native("Bob"), session.native("Carol"));
    for nth in 0..4 {
        for native in [bob, carol] {
            let lobby = Target::Room("lobby".into());
            let client = &mut session.natives[native].client;
            let channel = client.open_channel(lobby, ChannelProperties::default()).unwrap();
            session.speak_natively(native, &frame(nth));
            session.natives[native].client.voice_mut().close_channel(channel);
            session.speak_natively(native, &frame(nth));
        }
    }
    let heard: Vec<_> = session.heard(alice).iter().map(|heard| (heard.slot, heard.stream)).collect();
    let by_utterance: Vec<_> = heard.chunks(2).map(|pair| (pair[0], pair[0] == pair[1])).collect();
    let expected: Vec<_> = (0..8).map(|nth| ((nth % 2, nth as u64 + 1), true)).collect();
    assert_eq!(by_utterance, expected);
}

#[test]
fn another_codec_is_told_once_in_words() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    let now = session.now;
    let codec = consonance_session::CodecParameters {
        kind: consonance_session::CodecId(0),
        ..session.natives[bob].client.settings().codec
    };
    session.natives[bob].client.set_codec(now, codec);
    session.wait(FRAME);
    session.open_lobby(bob, ChannelProperties { priority: Some(Priority::High), ..Default::default() });
    session.told(alice);
    for nth in 0..3 {
        session.speak_natively(bob, &frame(nth));
    }
    let problems = session.told_of(alice, "problem");
    assert_eq!(problems.len(), 1);
    assert!(problems[0]["message"].as_str().is_some_and(|words| words.starts_with("Bob uses a codec other")));
    assert_eq!(session.heard(alice).len(), 0);
    assert_eq!(session.guests[alice].player.statistics().downlink.foreign, 3);
}
