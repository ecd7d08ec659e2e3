//! Code that runs in a callback of a device or an engine allocates nothing and frees nothing.

use std::alloc::System;
use std::sync::Arc;
use std::time::Duration;

use consonance_audio::{BLOCK_SAMPLES, StereoBlock};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::clock_bridge::capture::{CaptureFeed, CaptureReader, capture};
use crate::clock_bridge::engine::{EngineDrain, EngineFeed};
use crate::clock_bridge::limits::RingBounds;
use crate::clock_bridge::playback::{PlaybackDrain, PlaybackWriter, playback};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Other tests run concurrently and allocate, so a callback gets many attempts; one that allocates fails in all of
/// them.
fn assert_allocates_nothing<S>(what: &str, prepare: impl Fn() -> S, callback: impl Fn(&mut S)) {
    let is_quiet = || {
        let mut prepared = prepare();
        let region = Region::new(ALLOCATOR);
        callback(&mut prepared);
        let change = region.change();
        change.allocations + change.reallocations + change.deallocations == 0
    };
    assert!((0..20_000).any(|_| is_quiet()), "{what}");
}

fn microphone() -> (CaptureFeed, CaptureReader) {
    let (feed, reader, _) = capture(Arc::default(), RingBounds::DEVICE);
    (feed, reader)
}

/// A ring with this number of queued blocks.
fn loudspeaker(blocks: usize) -> (PlaybackWriter<2>, PlaybackDrain<2>) {
    let (mut writer, mut drain, _) = playback(Arc::default(), RingBounds::DEVICE);
    drain.handle_callback(Duration::ZERO, &mut [0.0; 2]);
    for _ in 0..blocks {
        writer.write_stereo(Duration::ZERO, &StereoBlock::from_mono(&[0.5; BLOCK_SAMPLES]));
    }
    (writer, drain)
}

#[test]
fn a_measurement_that_would_not_notice_is_worth_nothing() {
    let region = Region::new(ALLOCATOR);
    drop(std::hint::black_box(vec![0_u8; 100]));
    assert!(region.change().allocations > 0);
}

#[test]
fn the_callback_of_a_microphone() {
    let sound = vec![0.5; RingBounds::DEVICE.ring_frames + 1];
    for (what, frames) in
        [("a period", 480), ("more than the ring holds", RingBounds::DEVICE.ring_frames + 1), ("nothing", 0)]
    {
        assert_allocates_nothing(what, microphone, |(feed, _)| {
            feed.handle_callback(Duration::ZERO, &sound[..frames]);
        });
    }
}

#[test]
fn the_callback_of_a_loudspeaker() {
    let play = |(_, drain): &mut (PlaybackWriter<2>, PlaybackDrain<2>)| {
        drain.handle_callback(Duration::ZERO, &mut [0.0; 960]);
    };
    assert_allocates_nothing("silence before the beginning", || loudspeaker(1), play);
    assert_allocates_nothing("the beginning", || loudspeaker(5), play);
    let playing = || {
        let mut line = loudspeaker(4);
        play(&mut line);
        line
    };
    assert_allocates_nothing("what follows", playing, play);
    let nearly_empty = || {
        let mut line = playing();
        play(&mut line);
        play(&mut line);
        line
    };
    assert_allocates_nothing("an empty ring", nearly_empty, play);
    let gone = || {
        let (writer, drain) = playing();
        drop(writer);
        drain
    };
    assert_allocates_nothing("a ring without a writer", gone, |drain| {
        drain.handle_callback(Duration::ZERO, &mut [0.0; 960]);
    });
}

/// Callbacks of an engine, which may change all parameters from one to the next.
const ENGINE_CALLBACKS: [(usize, usize, u32); 6] =
    [(480, 2, 48_000), (512, 2, 44_100), (8_192, 1, 8_000), (8_192, 8, 192_000), (1, 6, 96_000), (7, 0, 1)];

#[test]
fn the_callback_in_which_an_engine_takes_sound() {
    let playing = || {
        let (writer, drain) = loudspeaker(6);
        (writer, EngineDrain::new(drain))
    };
    let mut output = vec![0.0; 8 * 8_192];
    let output = std::cell::RefCell::new(&mut output);
    assert_allocates_nothing("all callbacks", playing, |(_, drain)| {
        for (frames, channels, rate_hz) in ENGINE_CALLBACKS {
            let output = &mut output.borrow_mut()[..frames * channels];
            drain.fill(Duration::ZERO, output, channels, rate_hz);
        }
    });
}

#[test]
fn the_callback_in_which_an_engine_brings_sound() {
    let speaking = || {
        let (feed, reader, _) = capture(Arc::default(), RingBounds::ENGINE);
        (EngineFeed::new(feed), reader)
    };
    let sound = vec![0.5; 8 * 8_192];
    assert_allocates_nothing("all callbacks", speaking, |(feed, _)| {
        for (frames, channels, rate_hz) in ENGINE_CALLBACKS {
            feed.push(Duration::ZERO, &sound[..frames * channels], channels, rate_hz);
        }
    });
}
