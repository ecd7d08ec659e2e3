//! Voice from channel to listener, in cases that the golden vectors do not cover: joining, leaving, coming back, time.

use core::time::Duration;

use consonance_session::{
    ChannelError, ChannelId, ChannelProperties, Client, FORGET_TIMEOUT, RoomId, SPEAKING_TIMEOUT, Target,
    VoiceError,
};
use consonance_wire::{ChannelBits, ChannelKind};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

const MICROSECOND: Duration = Duration::from_micros(1);

fn open(client: &mut Client, target: Target) -> ChannelId {
    client.open_channel(target, ChannelProperties::default()).expect("a channel more")
}

fn lobby() -> Target {
    Target::Room("lobby".into())
}

fn bob() -> Target {
    Target::Player("Bob".into())
}

/// A frame of player 1 to room lobby in this channel session.
fn frame(channel_session: u8, sequence: u16, words: &str) -> Vec<u8> {
    let to_room = ChannelBits::new(ChannelKind::Room);
    packets::spoken(1, channel_session, sequence, &[(to_room, RoomId::of("lobby").0)], words)
}

/// The same, as the last frame of its channel.
fn last_frame(channel_session: u8, sequence: u16, words: &str) -> Vec<u8> {
    let closing = ChannelBits::new(ChannelKind::Room).with_closing(true);
    packets::spoken(1, channel_session, sequence, &[(closing, RoomId::of("lobby").0)], words)
}

fn listener() -> LoneClient {
    LoneClient::joined_with("Alice", 0, &["lobby"], &[("Bob", 1, &[])])
}

#[test]
fn before_joining_frames_are_dropped_and_changes_wait() {
    let mut alice = LoneClient::new("Alice");
    let team = open(&mut alice.client, Target::Room("team".into()));
    assert_eq!(alice.client.send_voice(b"a"), Err(VoiceError::NotJoined));
    open(&mut alice.client, lobby());
    alice.client.start();
    alice.connect();
    assert_eq!(alice.client.send_voice(b"b"), Err(VoiceError::NotJoined));
    alice.receive(&packets::response(0));
    alice.receive(&packets::client_state(1, "Bob", &["lobby", "team"]));
    alice.sent();
    assert!(alice.client.voice_mut().close_channel(team));
    alice.client.send_voice(b"c").unwrap();
    alice.client.send_voice(b"d").unwrap();
    assert_eq!(
        alice.sent(),
        [
            "ServerRelayUnreliable to 1: VoiceData 0 #0 session 0 [team closing, lobby] c",
            "ServerRelayUnreliable to 1: VoiceData 0 #1 session 0 [lobby] d",
        ]
    );
    assert_eq!(alice.statistics().frames_unheard, 2);
}

#[test]
fn without_listeners_nothing_is_sent_and_closing_waits() {
    let mut alice = LoneClient::joined("Alice", 0, &[]);
    let channel = open(&mut alice.client, lobby());
    assert_eq!(alice.client.send_voice(b"a"), Ok(0));
    assert!(alice.client.voice_mut().close_channel(channel));
    assert_eq!(alice.client.send_voice(b"b"), Ok(0));
    assert_eq!(alice.sent(), [""; 0]);
    alice.receive(&packets::client_state(1, "Bob", &["lobby"]));
    assert_eq!(alice.client.send_voice(b"c"), Ok(1));
    assert_eq!(alice.sent(), ["ServerRelayUnreliable to 1: VoiceData 0 #0 session 0 [lobby closing] c"]);
}

#[test]
fn what_is_skipped_is_missing_until_it_comes_late() {
    let mut network = Network::new();
    let bob = network.join("Bob", &["lobby"]);
    let alice = network.join("Alice", &[]);
    let channel = open(network.client(alice), lobby());
    network.client(alice).send_voice(b"a").unwrap();
    network.client(alice).voice_mut().skip(2);
    network.client(alice).send_voice(b"d").unwrap();
    network.client(alice).voice_mut().close_channel(channel);
    assert_eq!(network.client(alice).send_late_voice(b"c", 2), Ok(1));
    network.run();
    assert_eq!(
        network.events(bob),
        ["Alice started speaking", "frame 0 of 1: a", "frame 3 of 1: d", "frame 2 of 1: c"]
    );
    network.client(alice).send_voice(b"e").unwrap();
    network.run();
    assert_eq!(network.events(bob), ["frame 4 of 1: e", "Alice stopped speaking"]);
    assert_eq!(network.client(alice).statistics().frames_sent, 4);
}

#[test]
fn oneself_counts_as_a_listener_but_is_not_sent_to() {
    let mut alice = LoneClient::joined("Alice", 0, &["lobby"]);
    open(&mut alice.client, lobby());
    assert_eq!(alice.client.send_voice(b"a"), Ok(0));
    assert_eq!(alice.sent(), [""; 0]);
    alice.receive(&packets::client_state(1, "Bob", &["lobby"]));
    alice.client.send_voice(b"b").unwrap();
    assert_eq!(alice.sent(), ["ServerRelayUnreliable to 1: VoiceData 0 #1 session 0 [lobby] b"]);
}

#[test]
fn a_channel_to_a_player_waits_for_it_and_waits_again_when_it_leaves() {
    let mut network = Network::new();
    let alice = network.join("Alice", &[]);
    open(network.client(alice), bob());
    assert_eq!(network.client(alice).send_voice(b"a"), Ok(0));
    let bob = network.join("Bob", &[]);
    network.client(alice).send_voice(b"b").unwrap();
    network.run();
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 0: b"]);
    let now = network.now;
    network.client(bob).stop(now);
    network.run();
    assert_eq!(network.client(alice).send_voice(b"c"), Ok(0));
    network.client(bob).start();
    network.run();
    network.events(bob);
    network.client(alice).send_voice(b"d").unwrap();
    network.run();
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 0: d"]);
    let frames = ["b", "d"].iter().zip(0..);
    let sent = frames.map(|(frame, sequence)| {
        format!("ServerRelayUnreliable to 1: VoiceData 0 #{sequence} session 0 [@1] {frame}")
    });
    assert_eq!(network.sent(alice), sent.collect::<Vec<_>>());
}

#[test]
fn rooms_and_channels_outlive_a_lost_link() {
    let mut network = Network::new();
    let listener = network.join("Bob", &["lobby"]);
    let alice = network.join("Alice", &["team"]);
    open(network.client(alice), lobby());
    open(network.client(alice), bob());
    network.client(alice).send_voice(b"a").unwrap();
    network.run();
    network.events(listener);
    network.sent(alice);
    network.cut(alice);
    network.wait(Duration::from_secs(1));
    assert_eq!(
        network.events(listener),
        [
            "Alice exited team",
            "Alice stopped speaking",
            "Alice left",
            "Alice joined as 1",
            "Alice entered team",
        ]
    );
    network.client(alice).send_voice(b"b").unwrap();
    network.run();
    assert_eq!(network.events(listener), ["Alice started speaking", "frame 0 of 1: b"]);
    assert_eq!(
        network.sent(alice),
        [
            "HandshakeRequest Alice",
            "ClientState 1 Alice [team]",
            "ServerRelayUnreliable to 0: VoiceData 1 #1 session 0 [lobby, @0] b",
        ]
    );
}

#[test]
fn channels_over_the_limit_are_an_error() {
    let mut alice = LoneClient::new("Alice");
    for _ in 0..128 {
        open(&mut alice.client, lobby());
    }
    let one_more = alice.client.open_channel(lobby(), ChannelProperties::default());
    assert_eq!(one_more, Err(ChannelError::TooMany { open: 128 }));
}

#[test]
fn a_closed_channel_can_neither_be_changed_nor_closed_again() {
    let mut alice = LoneClient::new("Alice");
    let channel = open(&mut alice.client, bob());
    assert!(alice.client.voice_mut().set_channel(channel, ChannelProperties::default()));
    assert!(alice.client.voice_mut().close_channel(channel));
    assert!(!alice.client.voice_mut().close_channel(channel));
    assert!(!alice.client.voice_mut().set_channel(channel, ChannelProperties::default()));
}

#[test]
fn a_lost_frame_leaves_a_gap() {
    let mut network = Network::new();
    let bob = network.join("Bob", &["lobby"]);
    let alice = network.join("Alice", &[]);
    network.events(bob);
    open(network.client(alice), lobby());
    for (frame, lost) in [("a", false), ("b", true), ("c", true), ("d", false)] {
        network.loses_unreliable = lost;
        network.client(alice).send_voice(frame.as_bytes()).unwrap();
        network.run();
    }
    assert_eq!(network.events(bob), ["Alice started speaking", "frame 0 of 1: a", "frame 3 of 1: d"]);
}

#[test]
fn an_utterance_goes_on_when_the_sequence_number_wraps() {
    let mut alice = listener();
    let heard = alice.receive(&frame(0, u16::MAX, "a"));
    assert_eq!(heard, ["Bob started speaking", "frame 0 of 1: a"]);
    assert_eq!(alice.receive(&frame(0, 1, "c")), ["frame 2 of 1: c"]);
    assert_eq!(alice.receive(&frame(0, 0, "b")), ["frame 1 of 1: b"]);
}

#[test]
fn a_speaker_silent_for_longer_than_a_second_and_a_half_has_stopped() {
    let mut alice = listener();
    alice.receive(&frame(0, 0, "a"));
    assert_eq!(alice.wait(Duration::from_secs(1)), [""; 0]);
    assert_eq!(alice.receive(&frame(0, 1, "b")), ["frame 1 of 1: b"]);
    assert_eq!(alice.wait(SPEAKING_TIMEOUT), [""; 0]);
    alice.client.handle_timeout(alice.now);
    assert_eq!(alice.events(), [""; 0], "not longer yet, though another timer was due");
    assert_eq!(alice.wait(MICROSECOND), ["Bob stopped speaking"]);
    assert_eq!(alice.receive(&frame(0, 2, "c")), ["Bob started speaking", "frame 0 of 1: c"]);
}

#[test]
fn a_speaker_that_paused_before_also_stops_a_second_and_a_half_after_its_last_frame() {
    let mut alice = listener();
    alice.receive(&frame(0, 0, "a"));
    alice.receive(&last_frame(0, 1, "b"));
    alice.wait(Duration::from_secs(2));
    alice.receive(&frame(1, 2, "c"));
    assert_eq!(alice.wait(SPEAKING_TIMEOUT), [""; 0]);
    assert_eq!(alice.wait(MICROSECOND), ["Bob stopped speaking"]);
}

#[test]
fn an_old_channel_session_is_believed_again_after_fifteen_seconds_of_silence() {
    let mut alice = listener();
    alice.receive(&frame(5, 0, "a"));
    alice.receive(&last_frame(5, 1, "b"));
    assert_eq!(alice.receive(&frame(4, 2, "c")), [""; 0]);
    alice.wait(FORGET_TIMEOUT);
    assert_eq!(alice.receive(&frame(4, 2, "c")), [""; 0]);
    alice.wait(MICROSECOND);
    assert_eq!(alice.receive(&frame(4, 2, "c")), ["Bob started speaking", "frame 0 of 1: c"]);
    assert_eq!(alice.statistics().frames_refused, 2);
}

#[test]
fn a_channel_session_that_brought_no_frame_is_forgotten_at_the_next_check() {
    let mut alice = listener();
    alice.wait(Duration::from_secs(1));
    assert_eq!(alice.receive(&last_frame(5, 0, "a")), [""; 0]);
    assert_eq!(alice.receive(&frame(4, 1, "b")), [""; 0]);
    assert_eq!(alice.wait(Duration::ZERO), [""; 0]);
    assert_eq!(alice.client.poll_timeout(), None);
    assert_eq!(alice.receive(&frame(4, 2, "c")), ["Bob started speaking", "frame 0 of 1: c"]);
}

#[test]
fn a_long_pause_between_calls_is_as_good_as_many_short_ones() {
    let mut alice = listener();
    alice.receive(&frame(5, 0, "a"));
    assert_eq!(alice.wait(Duration::from_hours(1)), ["Bob stopped speaking"]);
    assert_eq!(alice.client.poll_timeout(), None, "nothing is left to wait for");
    assert_eq!(alice.receive(&frame(4, 0, "b")), ["Bob started speaking", "frame 0 of 1: b"]);
}

#[test]
fn a_channel_that_was_closed_and_opened_again_begins_another_utterance_however_long_it_was_open() {
    let mut alice = listener();
    let opened = |own_session, sequence, words| {
        let to_room = ChannelBits::new(ChannelKind::Room).with_own_session(own_session);
        packets::spoken(1, 0, sequence, &[(to_room, RoomId::of("lobby").0)], words)
    };
    for sequence in 0..4 {
        alice.receive(&opened(0, sequence, "a"));
    }
    assert_eq!(
        alice.receive(&opened(1, 4, "b")),
        ["Bob stopped speaking", "Bob started speaking", "frame 0 of 1: b"]
    );
}

#[test]
fn leaving_the_room_ends_what_is_heard_through_it_with_the_next_frame() {
    let mut alice = listener();
    alice.receive(&frame(0, 0, "a"));
    alice.client.leave_room("lobby");
    assert_eq!(alice.receive(&frame(0, 1, "b")), ["Bob stopped speaking"]);
    assert_eq!(alice.receive(&frame(0, 2, "c")), [""; 0]);
}

#[test]
fn a_speaker_that_leaves_stops_first_and_is_forgotten() {
    let mut alice = listener();
    alice.receive(&frame(9, 100, "a"));
    assert_eq!(alice.receive(&packets::remove(1)), ["Bob stopped speaking", "Bob left"]);
    assert_eq!(alice.receive(&frame(9, 101, "b")), [""; 0]);
    assert_eq!(alice.client.poll_timeout(), None);
    alice.receive(&packets::client_state(1, "Carol", &[]));
    assert_eq!(alice.receive(&frame(3, 7, "c")), ["Carol started speaking", "frame 0 of 1: c"]);
    assert_eq!(alice.statistics().frames_received, 2, "those that were played");
}

#[test]
fn oneself_and_unknown_senders_are_not_heard() {
    let mut alice = listener();
    for sender in [0, 9] {
        assert_eq!(alice.receive(&packets::voice(sender, 0, "lobby", "a")), [""; 0]);
    }
    assert_eq!(alice.statistics().unknown_player, 2);
    assert_eq!(alice.statistics().frames_received, 0);
}
