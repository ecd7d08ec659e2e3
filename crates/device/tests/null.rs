//! The real library with null devices: everything except the sound is as with real ones.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::thread;
use std::time::{Duration, Instant};

use consonance_audio::{BLOCK_SAMPLES, Input as _, Output as _, Read, StereoBlock};
use consonance_device::devices::{
    Backend, DeviceEvent, DeviceSelection, DeviceState, Devices, Direction, Loudspeaker, Microphone, Settings,
};

/// Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

fn open() -> (Devices, Microphone, Loudspeaker) {
    Devices::open(Settings { backend: Backend::Null, ..Settings::default() })
}

/// Beats until the condition holds.
fn beat_until(
    (devices, microphone, loudspeaker): &mut (Devices, Microphone, Loudspeaker),
    is_it: impl Fn(&Devices) -> bool,
) {
    let deadline = Instant::now() + PATIENCE;
    while !is_it(devices) {
        assert!(Instant::now() < deadline, "{devices:?}");
        let mut block = [1.0; BLOCK_SAMPLES];
        assert_eq!(microphone.read(&mut block), Read::Samples);
        assert!(block.iter().all(|&sample| sample == 0.0), "the null microphone is silent");
        loudspeaker.write(&StereoBlock::from_mono(&[0.5; BLOCK_SAMPLES])).unwrap();
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn both_directions_run_and_are_changed_while_they_do() {
    let mut opened = open();
    beat_until(&mut opened, |devices| {
        [Direction::Input, Direction::Output].iter().all(|&direction| {
            let diagnostics = devices.diagnostics(direction);
            devices.state(direction).is_running()
                && diagnostics.callbacks > 20
                && !diagnostics.ring.target.is_zero()
        })
    });
    opened.0.select(Direction::Input, DeviceSelection::None);
    beat_until(&mut opened, |devices| devices.state(Direction::Input) == DeviceState::Off);
    let name = Devices::list(Backend::Null).unwrap().inputs[0].name.clone();
    opened.0.select(Direction::Input, DeviceSelection::Named(name.clone()));
    beat_until(&mut opened, |devices| devices.state(Direction::Input).is_running());
    let told = std::iter::from_fn(|| opened.0.poll_event());
    let names: Vec<_> = told
        .filter_map(|DeviceEvent { direction, state }| match state {
            DeviceState::Running { name, .. } if direction == Direction::Input => Some(name),
            _ => None,
        })
        .collect();
    assert_eq!(names, [name.clone(), name]);
}

#[test]
fn what_outlives_the_devices_is_silent_and_swallows() {
    let (devices, mut microphone, mut loudspeaker) = open();
    drop(devices);
    let mut block = [1.0; BLOCK_SAMPLES];
    assert_eq!(microphone.read(&mut block), Read::Samples);
    assert!(block.iter().all(|&sample| sample == 0.0));
    loudspeaker.write(&StereoBlock::default()).unwrap();
    loudspeaker.finish().unwrap();
    loudspeaker.write(&StereoBlock::default()).unwrap_err();
}

#[test]
fn the_null_devices_are_the_defaults() {
    let list = Devices::list(Backend::Null).unwrap();
    for direction in [Direction::Input, Direction::Output] {
        assert_eq!(list.of(direction).len(), 1);
        assert_eq!(list.default_of(direction), list.of(direction).first());
    }
}

#[test]
fn listing_what_this_machine_has_never_fails_hard() {
    // This machine may have any devices, or none.
    if let Ok(list) = Devices::list(Backend::Automatic) {
        let names = |direction| list.of(direction).iter().map(|device| &device.name);
        assert!(names(Direction::Input).chain(names(Direction::Output)).all(|name| !name.is_empty()));
    }
}

#[test]
fn of_many_selections_at_once_the_last_one_counts() {
    let (off, backend) = (DeviceSelection::None, Backend::Null);
    let mut opened = Devices::open(Settings { input: off.clone(), output: off.clone(), backend });
    for _ in 0..1_000 {
        opened.0.select(Direction::Output, off.clone());
    }
    opened.0.select(Direction::Output, DeviceSelection::Default);
    beat_until(&mut opened, |devices| devices.state(Direction::Output).is_running());
}
