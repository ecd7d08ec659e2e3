//! What runs in the device's callback allocates nothing and frees nothing.

use std::alloc::System;
use std::sync::Arc;
use std::time::Duration;

use consonance_audio::{BLOCK_SAMPLES, StereoBlock};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::capture::{CaptureFeed, CaptureReader, capture};
use crate::diagnostics::Gauges;
use crate::limits::RING_FRAMES;
use crate::playback::{PlaybackDrain, PlaybackWriter, playback};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Other tests run at the same time and allocate, so a callback has many attempts; one that allocates fails in each.
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
    let (feed, reader, _) = capture(Arc::new(Gauges::new()));
    (feed, reader)
}

/// With so many blocks waiting.
fn loudspeaker(blocks: usize) -> (PlaybackWriter, PlaybackDrain) {
    let (mut writer, mut drain, _) = playback(Arc::new(Gauges::new()));
    drain.handle_callback(Duration::ZERO, &mut [0.0; 2]);
    for _ in 0..blocks {
        writer.write(Duration::ZERO, &StereoBlock::from_mono(&[0.5; BLOCK_SAMPLES]));
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
    let sound = vec![0.5; RING_FRAMES + 1];
    for (what, frames) in [("a period", 480), ("more than the ring holds", RING_FRAMES + 1), ("nothing", 0)] {
        assert_allocates_nothing(what, microphone, |(feed, _)| {
            feed.handle_callback(Duration::ZERO, &sound[..frames]);
        });
    }
}

#[test]
fn the_callback_of_a_loudspeaker() {
    let play = |(_, drain): &mut (PlaybackWriter, PlaybackDrain)| {
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
