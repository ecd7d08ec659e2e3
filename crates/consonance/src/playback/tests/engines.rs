//! Sound taken by an engine: the mix, and players separately.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use consonance_device::clock_bridge::Clock;

use super::*;
use crate::engine_sound::{EngineOutput, PlayerStream, engine_output, player_stream};

/// Milliseconds that pass only when the test advances them.
#[derive(Clone, Default)]
struct Time(Arc<AtomicU64>);

impl Time {
    fn clock(&self) -> Clock {
        let time = self.clone();
        Clock::new(move || Duration::from_millis(time.0.load(Ordering::Relaxed)))
    }
}

/// Two players that speak all the time, and an engine that takes 10 ms at 44.1 kHz whenever it is available.
struct Desk {
    playback: Playback,
    time: Time,
    mix: EngineOutput,
    sequence: u32,
}

impl Desk {
    fn new() -> Self {
        let mut playback = playback(4, 2);
        let time = Time::default();
        let (mix, speaker) = engine_output(time.clock());
        playback.set_engine_output(speaker).expect("nothing was kept before");
        for id in [1, 2] {
            playback.start(ClientId(id)).expect("there is room");
        }
        Self { playback, time, mix, sequence: 0 }
    }

    fn stream(&mut self, name: &str) -> PlayerStream {
        let (stream, writer) = player_stream(self.time.clock());
        self.playback.add_stream(name, writer).expect("there is room");
        stream
    }

    /// The levels of the mix and of a stream at the end of half a second.
    fn go(&mut self, mut stream: Option<&mut PlayerStream>) -> (f32, f32) {
        let (mut mix, mut alone) = ([0.0; 2 * 441], [0.0; 441]);
        for _ in 0..25 {
            for id in [1, 2] {
                push(&mut self.playback, id, self.sequence);
            }
            self.sequence += 1;
            for _ in 0..2 {
                self.playback.beat(false).expect("an engine takes everything");
                self.time.0.fetch_add(10, Ordering::Relaxed);
                self.mix.fill(&mut mix, 2, 44_100);
                if let Some(stream) = &mut stream {
                    stream.fill(&mut alone, 1, 44_100);
                }
            }
        }
        (mix[2 * 440], alone[440])
    }
}

fn assert_heard((mix, alone): (f32, f32), expected: (f32, f32)) {
    let is_near = (mix - expected.0).abs() < 0.01 && (alone - expected.1).abs() < 0.01;
    assert!(is_near, "{mix} in the mix and {alone} alone, not {expected:?}");
}

#[test]
fn an_engine_takes_the_mix_at_its_own_rate() {
    let mut desk = Desk::new();
    assert_heard(desk.go(None), (0.5, 0.0));
    let row = desk.playback.engine_row().expect("an engine takes it");
    assert_eq!((row.rate_hz, row.callbacks, row.interruptions), (44_100, 50, 0));
    assert!(row.latency > Duration::from_millis(10) && row.latency < Duration::from_millis(30), "{row:?}");
}

#[test]
fn a_player_that_an_engine_takes_is_not_in_the_mix_until_its_stream_is_dropped() {
    let mut desk = Desk::new();
    // In another spelling, and before the player speaks.
    let mut stream = desk.stream("PLAYER 1");
    assert_heard(desk.go(Some(&mut stream)), (0.25, 0.25));
    assert_eq!(desk.playback.stream_rows()[0].name, "PLAYER 1");
    drop(stream);
    desk.playback.forget_abandoned();
    assert_heard(desk.go(None), (0.5, 0.0));
    assert!(desk.playback.stream_rows().is_empty());
}

#[test]
fn volume_mute_and_master_volume_hold_for_a_player_by_itself() {
    let mut desk = Desk::new();
    let mut stream = desk.stream("player 1");
    desk.playback.obey(Hearing::Volume { name: "player 1".into(), volume: 2.0 }).expect("one name");
    desk.playback.obey(Hearing::MasterVolume(0.5)).expect("it applies to all");
    assert_heard(desk.go(Some(&mut stream)), (0.125, 0.25));
    desk.playback.obey(Hearing::Muted { name: "player 1".into(), muted: true }).expect("one name");
    assert_heard(desk.go(Some(&mut stream)), (0.125, 0.0));
}

#[test]
fn a_player_that_comes_back_is_in_its_stream_again() {
    let mut desk = Desk::new();
    let mut stream = desk.stream("player 1");
    desk.go(Some(&mut stream));
    desk.playback.remove(ClientId(1));
    play_out(&mut desk.playback);
    let player = Arc::new(PlayerState::new("player 1", false));
    desk.playback.add(ClientId(1), player, CODEC).expect("such frames can be decoded");
    desk.playback.start(ClientId(1)).expect("there is room");
    desk.sequence = 0;
    desk.playback.stop(ClientId(2));
    assert!((desk.go(Some(&mut stream)).1 - 0.25).abs() < 0.01);
}

#[test]
fn the_echo_canceller_is_told_of_players_by_themselves_too() {
    let mut desk = Desk::new();
    let mut stream = desk.stream("player 1");
    desk.go(Some(&mut stream));
    push(&mut desk.playback, 1, desk.sequence);
    push(&mut desk.playback, 2, desk.sequence);
    let render = desk.playback.beat(false).expect("an engine takes everything");
    assert!((render[479] - 0.5).abs() < 0.01, "{}", render[479]);
}

#[test]
fn one_stream_too_many_is_refused_and_says_what_to_do() {
    let mut playback = playback(1, 0);
    let streams: Vec<_> = (0..1_024)
        .map(|number| {
            let (stream, writer) = player_stream(Clock::system());
            playback.add_stream(&format!("player {number}"), writer).expect("there is room");
            stream
        })
        .collect();
    let (_stream, writer) = player_stream(Clock::system());
    let refused = playback.add_stream("one more", writer).expect_err("there are too many");
    assert!(refused.contains("drop some"), "{refused}");
    drop(streams);
    let (_stream, writer) = player_stream(Clock::system());
    playback.add_stream("one more", writer).expect("all others were dropped");
}
