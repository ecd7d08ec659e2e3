//! Voice that jumps: one spoofed or broken frame silences no speaker for longer than a moment. Here ours differs from
//! the original on purpose, which follows every jump and then waits for the speaker to be silent.

use core::time::Duration;

use consonance_session::{RoomId, SPEAKING_TIMEOUT};
use consonance_wire::{ChannelBits, ChannelKind};

use crate::behaviour::support::lone_client::LoneClient;
use crate::behaviour::support::packets;

/// The number of consecutive frames that are refused before they are believed.
const RUN: u16 = 16;

/// Alice listens to the lobby, where Bob speaks.
fn listener() -> LoneClient {
    let others: [(&str, u16, &[&str]); 2] = [("Bob", 1, &[]), ("Carol", 2, &[])];
    let mut alice = LoneClient::joined_with("Alice", 0, &["lobby"], &others);
    alice.events();
    alice
}

fn frame(channel_session: u8, sequence: u16) -> Vec<u8> {
    let to_room = ChannelBits::new(ChannelKind::Room);
    packets::spoken(1, channel_session, sequence, &[(to_room, RoomId::of("lobby").0)], "x")
}

/// Receives these frames, 20 ms apart; returns the events.
fn hear(alice: &mut LoneClient, frames: impl Iterator<Item = (u8, u16)>) -> Vec<String> {
    let mut heard = Vec::new();
    for (channel_session, sequence) in frames {
        heard.extend(alice.receive(&frame(channel_session, sequence)));
        heard.extend(alice.wait(Duration::from_millis(20)));
    }
    heard
}

fn frames(sequences: impl Iterator<Item = u16>) -> Vec<String> {
    sequences.map(|sequence| format!("frame {sequence} of 1: x")).collect()
}

#[test]
fn a_sequence_far_ahead_or_behind_amid_an_utterance_is_passed_over() {
    let mut alice = listener();
    hear(&mut alice, (0..1000).map(|sequence| (0, sequence)));
    for jump in [1000 + 32_767, 1000 + 600, 400, 1000 - 600] {
        assert_eq!(hear(&mut alice, [(0, jump)].into_iter()), [""; 0], "{jump}");
    }
    assert_eq!(hear(&mut alice, (1000..1010).map(|sequence| (0, sequence))), frames(1000..1010));
    assert_eq!(alice.statistics().frames_refused, 4);
}

#[test]
fn a_sequence_far_ahead_at_the_start_of_an_utterance_silences_for_a_run_of_frames() {
    for jump in [32_000, 500] {
        let mut alice = listener();
        assert_eq!(hear(&mut alice, [(0, jump)].into_iter()), ["Bob started speaking", "frame 0 of 1: x"]);
        assert_eq!(hear(&mut alice, (0..RUN - 1).map(|sequence| (0, sequence))), [""; 0]);
        let after = hear(&mut alice, (RUN - 1..RUN + 2).map(|sequence| (0, sequence)));
        assert_eq!(after[..2], ["Bob stopped speaking", "Bob started speaking"]);
        assert_eq!(after[2..], frames(0..3));
        assert_eq!(alice.statistics().resynchronised, 1);
    }
}

#[test]
fn a_channel_session_far_ahead_silences_for_a_run_of_frames() {
    let mut alice = listener();
    hear(&mut alice, (0..10).map(|sequence| (5, sequence)));
    let spoofed = hear(&mut alice, [(5 + 63, 10)].into_iter());
    assert_eq!(spoofed, ["Bob stopped speaking", "Bob started speaking", "frame 0 of 1: x"]);
    assert_eq!(hear(&mut alice, (10..10 + RUN - 1).map(|sequence| (5, sequence))), [""; 0]);
    let after = hear(&mut alice, (10 + RUN - 1..=10 + RUN).map(|sequence| (5, sequence)));
    assert_eq!(after[..2], ["Bob stopped speaking", "Bob started speaking"]);
    assert_eq!(after[2..], frames(0..2));
    assert_eq!(alice.statistics().resynchronised, 1);
}

#[test]
fn a_run_may_have_gaps_but_no_frame_twice() {
    let mut alice = listener();
    hear(&mut alice, [(9, 0)].into_iter());
    let repeated = (0..100).map(|_| (8, 40));
    assert_eq!(hear(&mut alice, repeated), ["Bob stopped speaking"], "by the time-out");
    let mut alice = listener();
    hear(&mut alice, [(9, 0)].into_iter());
    let gaps = (0..RUN).map(|index| (8, 40 + 32 * index));
    assert_eq!(hear(&mut alice, gaps).last().map(|event| &**event), Some("frame 0 of 1: x"));
}

#[test]
fn leftovers_of_an_utterance_before_are_refused_while_the_present_one_goes_on() {
    let mut alice = listener();
    hear(&mut alice, (100..110).map(|sequence| (7, sequence)));
    let mixed = (0..50).flat_map(|index| [(6, 40 + index), (7, 110 + index)]);
    assert_eq!(hear(&mut alice, mixed), frames(10..60));
    assert_eq!(alice.statistics().resynchronised, 0);
}

#[test]
fn after_the_time_out_any_sequence_is_followed_even_without_handling_the_timeout() {
    let mut alice = listener();
    alice.receive(&frame(0, 0));
    alice.now = alice.now + SPEAKING_TIMEOUT + Duration::from_millis(1);
    assert_eq!(alice.receive(&frame(0, 2000)), ["frame 2000 of 1: x"]);
}
