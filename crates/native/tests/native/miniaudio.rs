//! Streams of the null system, which every machine has.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use consonance_native::miniaudio::{
    AudioSystem, Context, Device, ListedDevice, StreamConfig, StreamDirection,
};

const STEREO: StreamConfig = StreamConfig { sample_rate_hz: 48_000, channels: 2, period_frames: 480 };
const MONO: StreamConfig = StreamConfig { channels: 1, ..STEREO };

/// A channel that drops calls beyond those that a test examines.
fn channel<T>() -> (SyncSender<T>, Receiver<T>) {
    sync_channel(64)
}

fn next<T>(calls: &Receiver<T>) -> T {
    calls.recv_timeout(Duration::from_secs(20)).unwrap()
}

#[test]
fn lists_a_device_of_each_direction_by_name() {
    let devices = Context::new(AudioSystem::Null).unwrap().devices().unwrap();
    let shown = |it: &ListedDevice| (it.direction, it.name.clone(), it.is_default);
    let expected = [
        (StreamDirection::Input, "NULL Capture Device".to_owned(), true),
        (StreamDirection::Output, "NULL Playback Device".to_owned(), true),
    ];
    assert_eq!(devices.iter().map(shown).collect::<Vec<_>>(), expected);
}

#[test]
fn a_microphone_calls_with_whole_frames_until_it_is_dropped() {
    let mut context = Context::new(AudioSystem::Null).unwrap();
    let id = context.devices().unwrap()[0].id;
    let (told, calls) = channel();
    let handler = move |samples: &[f32]| told.try_send(samples.to_vec()).unwrap_or_default();
    let mut device = Device::open_input(&mut context, Some(&id), STEREO, handler).unwrap();
    // The device keeps the parts of the context that it needs.
    drop(context);
    device.start().unwrap();
    let samples = next(&calls);
    assert!(!samples.is_empty() && samples.len() % 2 == 0 && samples.iter().all(|it| *it == 0.0));
    assert!(!device.take_rerouted());
    drop(device);
    while calls.try_recv().is_ok() {}
    assert!(calls.recv().is_err(), "the handler is gone");
}

#[test]
fn a_loudspeaker_asks_for_samples_that_are_silent_before() {
    let mut context = Context::new(AudioSystem::Null).unwrap();
    let (told, calls) = channel();
    let handler = move |samples: &mut [f32]| {
        let was_silent = samples.iter().all(|it| *it == 0.0);
        samples.fill(0.5);
        told.try_send((was_silent, samples.len())).unwrap_or_default();
    };
    let mut device = Device::open_output(&mut context, None, MONO, handler).unwrap();
    device.start().unwrap();
    for _ in 0..3 {
        let (was_silent, count) = next(&calls);
        assert!(was_silent && count > 0);
    }
    device.stop().unwrap();
    while calls.try_recv().is_ok() {}
    assert!(calls.recv_timeout(Duration::from_millis(50)).is_err(), "a stopped device does not call");
}

#[test]
fn a_device_that_cannot_be_opened_frees_its_handler() {
    let mut context = Context::new(AudioSystem::Null).unwrap();
    let (told, calls) = channel::<()>();
    let wrong = StreamConfig { channels: 100_000, ..MONO };
    let handler = move |_: &[f32]| told.try_send(()).unwrap_or_default();
    let error = Device::open_input(&mut context, None, wrong, handler).unwrap_err();
    assert_eq!(error.code(), "failed", "{error}");
    assert!(calls.recv().is_err(), "the handler is gone");
}

#[test]
fn a_handler_that_panics_does_not_end_the_program() {
    let mut context = Context::new(AudioSystem::Null).unwrap();
    let (told, calls) = channel();
    let handler = move |_: &mut [f32]| {
        told.try_send(()).unwrap_or_default();
        std::panic::resume_unwind(Box::new("a fault of the handler"));
    };
    let mut device = Device::open_output(&mut context, None, MONO, handler).unwrap();
    device.start().unwrap();
    next(&calls);
    next(&calls);
}

#[test]
fn a_system_of_another_platform_is_missing() {
    let other = if cfg!(windows) { AudioSystem::CoreAudio } else { AudioSystem::Wasapi };
    let error = Context::new(other).unwrap_err();
    assert_eq!(error.code(), "missing", "{error}");
}
