//! A pair that hears each other, with one thing broken, and the resulting diagnosis from every point of view.

mod nodes;
mod pages;
mod pair;
mod table;
mod third_party;

use super::*;
use crate::{ChannelRow, ChannelTarget, EncryptionRow, RefusedRoom, ServedPlayer, ServedSession, TokenRule};
use pages::{pages_of_listeners, pages_of_speakers};
use pair::Pair;
use table::{ears, gates, microphones, others_and_devices, places, rooms, tokens, ways};
use third_party::{third_party_listeners, third_party_speakers};

#[test]
fn the_first_broken_link_is_named_from_every_point_of_view_that_shows_it() {
    let native = [microphones(), gates(), tokens(), rooms(), places(), ways(), ears(), others_and_devices()];
    let in_browsers = [pages_of_speakers(), pages_of_listeners()];
    let in_other_applications = [third_party_speakers(), third_party_listeners()];
    let all = native.into_iter().chain(in_browsers).chain(in_other_applications);
    for (what, change, points_of_view, expected) in all.flatten() {
        let pair = Pair::but(change);
        for letters in points_of_view {
            let diagnosis = pair.asked(letters);
            assert_eq!(diagnosis.cause(), Some(&expected), "{what}, asked: {letters}\n{diagnosis}");
            assert!(diagnosis.first_broken().unwrap().remedy.is_some(), "{what}");
        }
    }
}

#[test]
fn keys_of_an_encrypted_session_are_a_link_of_their_own() {
    let row = |has_keys: bool, members: &[&str]| {
        let members = members.iter().map(ToString::to_string).collect();
        Some(EncryptionRow { has_keys, epoch: Some(3), members, refused: 0 })
    };
    let both = ["Alice", "Bob"];
    let cases = [
        (row(true, &both), row(true, &both), None),
        (row(false, &[]), row(true, &both), Some(SilenceCause::NoKeys)),
        (row(true, &both), row(false, &[]), Some(SilenceCause::NoKeys)),
        (row(true, &both), row(true, &["Bob"]), Some(SilenceCause::NotInGroup)),
        (row(true, &["Alice"]), None, Some(SilenceCause::NotInGroup)),
    ];
    for (alices, bobs, expected) in cases {
        let pair =
            Pair::but(|pair| (pair.alice.encryption, pair.bob.encryption) = (alices.clone(), bobs.clone()));
        let diagnosis = pair.asked("abs");
        assert_eq!(diagnosis.cause(), expected.as_ref(), "{diagnosis}");
    }
    let one = Pair::but(|pair| pair.alice.encryption = row(true, &both)).asked("a");
    assert!(
        one.steps
            .iter()
            .any(|step| step.link == PathLink::Encryption && step.outcome == StepOutcome::Unknown)
    );
}

#[test]
fn where_nothing_is_broken_nothing_is_called_so() {
    let pair = Pair::in_order();
    for letters in ["", "a", "b", "s", "ab", "as", "bs", "abs"] {
        let diagnosis = pair.asked(letters);
        assert_eq!(diagnosis.cause(), None, "asked: {letters}\n{diagnosis}");
        assert_eq!(diagnosis.steps.len(), TO_SERVER.len() + TO_LISTENER.len(), "all but that between nodes");
    }
    let all = pair.asked("abs");
    assert!(all.steps.iter().all(|step| step.outcome == StepOutcome::Passed), "{all}");
    assert_eq!(all.verdict(), "Bob can hear Alice: no link is broken.");
}

#[test]
fn reduced_noise_suppression_is_noted_without_being_called_broken() {
    let pair = Pair::but(|pair| {
        let capture = pair.alice.capture.as_mut().unwrap();
        (capture.noise, capture.is_noise_reduced) = ("very-high".to_owned(), true);
    });
    let diagnosis = pair.asked("a");
    assert_eq!(diagnosis.cause(), None, "{diagnosis}");
    let note = "noise suppression is reduced to very-high: the machine is too slow for more";
    assert!(diagnosis.steps.iter().any(|step| step.words.contains(note)), "{diagnosis}");
    let in_order = Pair::in_order().asked("a");
    assert!(!in_order.to_string().contains("noise suppression"), "{in_order}");
}

#[test]
fn players_are_found_by_any_spelling_of_their_names() {
    let pair = Pair::in_order();
    let snapshots = pair.snapshots("abs");
    for [speaker, listener] in [["alice", "BOB "], ["Al\u{200b}ice", "\u{412}ob"]] {
        let diagnosis = why(&snapshots, speaker, listener);
        assert_eq!(diagnosis.cause(), None, "{diagnosis}");
        assert_eq!((&*diagnosis.speaker, &*diagnosis.listener), ("Alice", "Bob"));
    }
    let itself = why(&snapshots, "alice", "Alice");
    assert_eq!(itself.cause(), Some(&SilenceCause::SamePlayer));
}

#[test]
fn invisible_characters_of_names_are_spelled_out_in_a_printed_diagnosis() {
    let mut diagnosis = Pair::in_order().asked("abs");
    diagnosis.speaker = "Alice\u{200b}\u{202e}".into();
    let printed = diagnosis.to_string();
    assert!(printed.contains("Alice\\u{200b}\\u{202e}"), "{printed}");
}

#[test]
fn a_diagnosis_cannot_inject_terminal_sequences() {
    let hostile = "\x1b]0;owned\x07\n\u{9b}2J";
    let pair = Pair::but(|pair| {
        pair.alice.network.voice_path = Some(hostile.into());
        pair.server.sessions[0].players[0].voice_path = Some(hostile.into());
    });
    let mut diagnosis = pair.asked("abs");
    assert!(diagnosis.steps.iter().any(|step| step.words.contains(hostile)));
    diagnosis.speaker = hostile.into();
    let printed = diagnosis.to_string();
    assert!(printed.lines().all(|line| !line.contains(char::is_control)), "{printed:?}");
    assert_eq!(printed.lines().count(), TO_SERVER.len() + TO_LISTENER.len() + 2);
}

#[test]
fn the_way_that_a_voice_takes_is_told_by_its_own_client_or_else_by_the_server() {
    let pair = Pair::but(|pair| {
        pair.alice.network.voice_path = Some("over the connection: is UDP blocked?".into());
        pair.server.sessions[0].players[0].voice_path = Some("over the connection".into());
    });
    for (letters, told) in [("a", "UDP blocked?"), ("s", ", over the connection"), ("abs", "UDP blocked?")] {
        let diagnosis = pair.asked(letters);
        let uplink = diagnosis.steps.iter().find(|step| step.link == PathLink::Uplink).unwrap();
        assert!(uplink.words.ends_with(told), "asked: {letters}\n{diagnosis}");
    }
}

#[test]
fn how_voice_comes_to_a_listener_is_told_where_what_it_misses_is_not_known() {
    let way = "over webrtc, 23 ms round trip, 1.5 % lost on the way there";
    let pair = Pair::but(|pair| pair.server.sessions[0].players[1].voice_path = Some(way.into()));
    let diagnosis = pair.asked("s");
    let loss = diagnosis.steps.iter().find(|step| step.link == PathLink::Loss).unwrap();
    assert_eq!(loss.outcome, StepOutcome::Unknown);
    assert!(loss.words.ends_with(way), "{diagnosis}");
}

#[test]
fn what_cannot_be_seen_is_unknown_and_the_inspector_that_knows_is_named() {
    let mut pair = Pair::in_order();
    pair.says_nothing();
    let diagnosis = pair.asked("b");
    let microphone = diagnosis.steps.iter().find(|step| step.link == PathLink::Microphone).unwrap();
    assert_eq!(microphone.outcome, StepOutcome::Unknown);
    assert!(diagnosis.verdict().contains("ask the inspector of Alice"), "{diagnosis}");
    let of_server = pair.asked("s");
    assert!(of_server.verdict().contains("ask the inspector of Alice"), "{of_server}");
    assert!(!of_server.verdict().contains("inspector of the server"), "it was asked: {of_server}");
    let of_speaker = Pair::in_order().asked("a");
    let loudspeaker = of_speaker.steps.iter().find(|step| step.link == PathLink::Loudspeaker).unwrap();
    assert_eq!(loudspeaker.outcome, StepOutcome::Unknown);
    assert!(of_speaker.verdict().contains("ask the inspector of Bob"), "{of_speaker}");
}

#[test]
fn a_word_that_is_still_on_its_way_is_no_broken_link() {
    let pair = Pair::but(|pair| {
        pair.nothing_arrives();
        pair.alice.capture.as_mut().unwrap().utterance_ms = 300;
    });
    assert_eq!(pair.asked("ab").cause(), None);
}

#[test]
fn some_loss_is_told_and_is_no_broken_link() {
    let diagnosis = Pair::but(|pair| pair.bob.players[0].loss_percent = 23.0).asked("ab");
    assert_eq!(diagnosis.cause(), None);
    let step = diagnosis.steps.iter().find(|step| step.link == PathLink::Loss).unwrap();
    assert!(
        step.words.contains("23 %") && step.words.contains("up to the server all is fine"),
        "{}",
        step.words
    );
}

#[test]
fn a_room_that_neither_needs_is_no_reason() {
    let mut pair = Pair::in_order();
    pair.nothing_arrives();
    for player in &mut pair.server.sessions[0].players {
        player.refused_rooms = vec![RefusedRoom::new("vip", true), RefusedRoom::new("vip", false)];
    }
    pair.bob.refused_rooms = vec!["vip".into()];
    for letters in ["b", "s", "ab", "abs"] {
        let diagnosis = pair.asked(letters);
        assert_ne!(diagnosis.cause(), Some(&SilenceCause::RoomRefused), "asked: {letters}\n{diagnosis}");
    }
}

#[test]
fn players_whose_names_are_in_other_sessions_too_are_together_where_both_are() {
    let mut pair = Pair::in_order();
    let named = |name: &str| ServedPlayer { name: name.into(), ..ServedPlayer::default() };
    let players = vec![named("Alice"), named("Carol")];
    let other = ServedSession { name: "elsewhere".into(), players, ..ServedSession::default() };
    pair.server.sessions.insert(0, other);
    let diagnosis = pair.asked("s");
    assert_eq!(diagnosis.cause(), None, "{diagnosis}");
    assert!(diagnosis.steps[0].words.contains("\"main\""), "{diagnosis}");
}

#[test]
fn without_the_server_the_listeners_network_is_blamed_only_after_the_server_was_asked() {
    for (what, change, _, cause) in places() {
        let diagnosis = Pair::but(change).asked("ab");
        assert_eq!(diagnosis.cause(), Some(&SilenceCause::NothingArrives), "{what}: {cause:?}");
        assert!(diagnosis.verdict().contains("ask the inspector of the server"), "{what}: {diagnosis}");
    }
    let all = Pair::but(Pair::nothing_arrives).asked("abs");
    assert!(all.verdict().contains("check Bob's network"), "{all}");
    assert!(!all.verdict().contains("inspector of the server"), "it was asked: {all}");
}

#[test]
fn earlier_speech_does_not_tell_the_recipients_of_the_present() {
    let pair = Pair::but(|pair| {
        let alice = &mut pair.server.sessions[0].players[0];
        (alice.voice_ms_ago, alice.voice_to) = (Some(600_000), vec![ChannelTarget::Player("Carol".into())]);
        alice.refused_rooms.push(RefusedRoom::new("vip", true));
        pair.nothing_arrives();
    });
    let diagnosis = pair.asked("s");
    assert_eq!(diagnosis.cause(), None, "{diagnosis}");
    let told = diagnosis.steps.iter().find(|step| step.link == PathLink::Channel).unwrap();
    assert!(told.words.contains("Carol") && told.words.contains("600.0 s ago"), "{diagnosis}");
}

#[test]
fn a_closed_channel_is_no_reason_while_another_one_reaches_the_listener() {
    let pair = Pair::but(|pair| {
        let lobby = pair.alice.channels[0].target.clone();
        let is_closed_by = Some("its trigger has shut it".into());
        pair.alice.channels.insert(0, ChannelRow { target: lobby, is_closed_by, ..ChannelRow::default() });
    });
    assert_eq!(pair.asked("abs").cause(), None);
    let just_shut = Pair::but(|pair| {
        pair.alice.channels.push(ChannelRow { target: room("attic"), ..ChannelRow::default() });
        pair.alice.channels[0].is_closed_by = Some("its trigger has shut it".into());
    });
    assert_eq!(just_shut.asked("ab").cause(), None, "between two words nothing is broken");
}

#[test]
fn a_token_for_a_room_that_neither_needs_is_no_reason() {
    let lacks = |pair: &mut Pair| {
        let needs = vec!["red".into()];
        let rule = TokenRule { target: room("attic"), is_speaking: false, needs };
        pair.alice.token_rules.push(TokenRule { is_speaking: true, ..rule.clone() });
        pair.bob.token_rules.push(rule);
    };
    let mut pair = Pair::but(Pair::says_nothing);
    lacks(&mut pair);
    assert_eq!(pair.asked("b").cause(), None, "Bob hears the lobby, and Alice's recipients are unknown");
    assert_eq!(pair.asked("ab").cause(), Some(&SilenceCause::NoSpeech));
    let mut pair = Pair::but(Pair::nothing_leaves);
    lacks(&mut pair);
    pair.alice.uplink.lost_percent = Some(100.0);
    let diagnosis = pair.asked("ab");
    assert_eq!(diagnosis.cause(), Some(&SilenceCause::UplinkDead), "{diagnosis}");
}

#[test]
fn a_player_near_enough_for_the_server_or_without_need_of_a_position_is_not_too_far_away() {
    let near = Pair::but(|pair| pair.is_apart(19.0));
    let placeless = Pair::but(|pair| {
        pair.is_apart(80.0);
        pair.server.sessions[0].players.iter_mut().for_each(|player| player.has_place = false);
    });
    let through_another_room = Pair::but(|pair| {
        pair.is_apart(80.0);
        let radio = ChannelTarget::Room("radio".into());
        pair.alice.channels.push(ChannelRow { target: radio.clone(), ..ChannelRow::default() });
        pair.bob.rooms.push("radio".into());
        let players = &mut pair.server.sessions[0].players;
        players[0].voice_to.push(radio);
        players[1].rooms.push("radio".into());
    });
    let heard_all_the_same = Pair::but(|pair| {
        let heard = pair.bob.players[0].clone();
        pair.is_apart(21.0);
        pair.bob.players[0] = heard;
    });
    for (what, pair) in [near, placeless, through_another_room].iter().enumerate() {
        let diagnosis = pair.asked("s");
        assert_eq!(diagnosis.cause(), None, "{what}\n{diagnosis}");
        let step = diagnosis.steps.iter().find(|step| step.link == PathLink::Proximity).unwrap();
        assert_eq!(step.outcome, StepOutcome::Passed, "{what}: {diagnosis}");
    }
    assert_eq!(heard_all_the_same.asked("abs").cause(), None);
}

fn room(name: &str) -> ChannelTarget {
    ChannelTarget::Room(name.into())
}

#[test]
fn players_do_not_hear_themselves() {
    assert_eq!(why(&[], "Alice", "Alice").cause(), Some(&SilenceCause::SamePlayer));
}
