//! Which device runs: the selected one, the default, after a loss, after a return, after a refusal.

use Direction::{Input, Output};

use super::fake_system::World;
use super::stage::Stage;
use crate::devices::event::Direction;
use crate::devices::selection::DeviceSelection;
use crate::devices::state::{DeviceError, DeviceState};

fn named(name: &str) -> DeviceSelection {
    DeviceSelection::Named(name.into())
}

/// A laptop: its own microphone and loudspeaker are the default, a headset is plugged in.
fn laptop() -> World {
    let world = World::default();
    for direction in [Input, Output] {
        world.plug(direction, "Laptop");
        world.plug(direction, "Headset");
    }
    world
}

fn running(stage: &Stage) -> [Option<String>; 2] {
    [stage.running(Input), stage.running(Output)]
}

fn both(name: &str) -> [Option<String>; 2] {
    [Some(name.into()), Some(name.into())]
}

#[test]
fn the_default_is_opened_and_heard_at_once() {
    let world = laptop();
    let mut stage = Stage::new(&world, DeviceSelection::Default, DeviceSelection::Default);
    assert_eq!(stage.state(Input), DeviceState::Off);
    stage.pass(&world, 300);
    assert_eq!(running(&stage), both("Laptop"));
    assert!((stage.loudness() - 0.5).abs() < 0.01);
    assert_eq!(world.opened(), ["Laptop*", "Laptop*"]);
    assert_eq!(stage.told(Input), ["Laptop"]);
}

#[test]
fn each_direction_is_changed_while_running_without_the_other_noticing() {
    let world = laptop();
    let mut stage = Stage::new(&world, DeviceSelection::Default, named("Laptop"));
    stage.pass(&world, 1_000);
    stage.select(Input, named("Headset"));
    stage.pass(&world, 1_000);
    assert_eq!(running(&stage), [Some("Headset".into()), Some("Laptop".into())]);
    assert_eq!(world.in_use(), ["Laptop", "Headset"]);
    let before = stage.diagnostics(Output);
    stage.select(Input, DeviceSelection::Default);
    stage.pass(&world, 1_000);
    assert_eq!(running(&stage), both("Laptop"));
    assert_eq!(stage.diagnostics(Output).ring.xruns, before.ring.xruns);
    assert_eq!(stage.diagnostics(Output).reopened, 0);
}

#[test]
fn nothing_is_open_where_nothing_is_chosen() {
    let world = laptop();
    let mut stage = Stage::new(&world, DeviceSelection::None, DeviceSelection::Default);
    stage.pass(&world, 1_000);
    assert_eq!(stage.state(Input), DeviceState::Off);
    assert_eq!(world.in_use(), ["Laptop"]);
    stage.select(Output, DeviceSelection::None);
    stage.select(Input, named("Headset"));
    stage.pass(&world, 1_000);
    assert_eq!(world.in_use(), ["Headset"]);
    stage.select(Input, DeviceSelection::None);
    stage.pass(&world, 100);
    assert_eq!(world.in_use(), [""; 0]);
    assert!(stage.heard[stage.heard.len() - 480..].iter().all(|&sample| sample == 0.0));
}

#[test]
fn a_device_that_stops_calling_is_noticed_and_opened_again() {
    let world = laptop();
    let mut stage = Stage::new(&world, DeviceSelection::Default, DeviceSelection::Default);
    stage.pass(&world, 5_000);
    world.freeze("Laptop");
    stage.pass(&world, 400);
    assert_eq!(running(&stage), both("Laptop"));
    assert_eq!(stage.diagnostics(Input).ring.xruns, 1);
    let silent_ms = stage.pass_until(&world, 1_000, |stage| stage.loudness() > 0.4);
    assert!(silent_ms < 500, "{silent_ms} ms more");
    assert_eq!(stage.told(Input), ["Laptop", "Lost", "Laptop"]);
    assert_eq!(stage.diagnostics(Input).reopened, 1);
}

#[test]
fn an_explicit_device_that_vanishes_falls_back_to_the_default_and_returns() {
    let world = laptop();
    let mut stage = Stage::new(&world, named("Headset"), named("Headset"));
    stage.pass(&world, 2_000);
    assert_eq!(running(&stage), both("Headset"));
    world.unplug(Input, "Headset");
    stage.pass(&world, 1_000);
    assert_eq!(running(&stage), [Some("Laptop".into()), Some("Headset".into())]);
    world.unplug(Output, "Headset");
    stage.pass(&world, 1_000);
    assert_eq!(running(&stage), both("Laptop"));
    world.plug(Input, "Headset");
    world.plug(Output, "Headset");
    stage.pass(&world, 2_500);
    assert_eq!(running(&stage), both("Headset"));
    assert_eq!(world.in_use(), ["Headset", "Headset"]);
    stage.pass(&world, 500);
    assert!(stage.loudness() > 0.4);
    assert_eq!(stage.told(Input), ["Headset", "Lost", "Laptop", "Headset"]);
}

#[test]
fn an_explicit_device_that_was_never_there_is_used_when_it_comes() {
    let world = laptop();
    let mut stage = Stage::new(&world, named("Studio"), DeviceSelection::Default);
    stage.pass(&world, 5_000);
    assert_eq!(stage.running(Input).as_deref(), Some("Laptop"));
    world.plug(Input, "Studio");
    stage.pass(&world, 2_500);
    assert_eq!(stage.running(Input).as_deref(), Some("Studio"));
}

#[test]
fn a_new_default_is_followed_whether_the_system_moves_streams_or_not() {
    for moves in [true, false] {
        let world = laptop();
        let mut stage = Stage::new(&world, DeviceSelection::Default, DeviceSelection::Default);
        stage.pass(&world, 3_000);
        world.set_default(Input, "Headset", moves);
        stage.pass(&world, 2_500);
        assert_eq!(stage.running(Input).as_deref(), Some("Headset"), "{moves}");
        assert_eq!(stage.diagnostics(Input).reopened, u64::from(!moves));
        assert_eq!(world.in_use().len(), 2);
        stage.pass(&world, 10_000);
        assert_eq!(stage.diagnostics(Input).reopened, u64::from(!moves), "it rests");
    }
}

#[test]
fn without_any_device_one_comes_up_soon_after_it_is_plugged_in() {
    let world = World::default();
    world.plug(Output, "Laptop");
    let mut stage = Stage::new(&world, DeviceSelection::Default, DeviceSelection::Default);
    stage.pass(&world, 60_000);
    assert_eq!((stage.state(Input), stage.running(Output).is_some()), (DeviceState::Missing, true));
    assert_eq!(world.attempts(), 1, "what is not listed is not opened");
    world.plug(Input, "Headset");
    let waited_ms = stage.pass_until(&world, 5_000, |stage| stage.state(Input).is_running());
    assert!(waited_ms <= 3_100, "{waited_ms} ms");
    assert_eq!(stage.told(Input), ["Missing", "Headset"]);
}

#[test]
fn a_sound_server_may_die_and_come_back() {
    let world = laptop();
    let mut stage = Stage::new(&world, named("Headset"), DeviceSelection::Default);
    stage.pass(&world, 3_000);
    world.set_down(true);
    stage.pass(&world, 30_000);
    assert_eq!((stage.state(Input), stage.state(Output)), (DeviceState::Missing, DeviceState::Missing));
    assert!(stage.loudness() < 1e-6);
    world.set_down(false);
    let waited_ms =
        stage.pass_until(&world, 5_000, |stage| stage.running(Input).as_deref() == Some("Headset"));
    assert!(waited_ms <= 3_100, "{waited_ms} ms");
    assert_eq!(stage.told(Input), ["Headset", "Lost", "Missing", "Headset"]);
    stage.pass(&world, 1_000);
    assert!(stage.state(Output).is_running() && stage.loudness() > 0.4);
}

#[test]
fn a_device_that_refuses_is_told_and_tried_again_ever_more_rarely() {
    for (trouble, state) in
        [(DeviceError::Busy, DeviceState::Busy), (DeviceError::Denied, DeviceState::Denied)]
    {
        let world = World::default();
        world.plug(Input, "Laptop");
        world.refuse("Laptop", Some(trouble));
        let mut stage = Stage::new(&world, DeviceSelection::Default, DeviceSelection::None);
        stage.pass(&world, 1_000);
        assert_eq!(stage.state(Input), state);
        let soon = world.attempts();
        stage.pass(&world, 59_000);
        assert!((3..=4).contains(&soon), "{soon}");
        assert!((20..=25).contains(&world.attempts()), "{} in a minute", world.attempts());
        world.refuse("Laptop", None);
        stage.pass(&world, 3_100);
        assert!(stage.state(Input).is_running());
    }
}

#[test]
fn an_explicit_device_that_refuses_leaves_the_default_running_until_it_lets_us() {
    let world = laptop();
    world.refuse("Headset", Some(DeviceError::Busy));
    let mut stage = Stage::new(&world, named("Headset"), DeviceSelection::None);
    stage.pass(&world, 60_000);
    assert_eq!(stage.running(Input).as_deref(), Some("Laptop"));
    assert_eq!(stage.diagnostics(Input).ring.xruns, 0, "the default is not disturbed");
    assert!(world.attempts() < 10, "{}", world.attempts());
    world.refuse("Headset", None);
    stage.pass(&world, 61_000);
    assert_eq!(stage.running(Input).as_deref(), Some("Headset"));
}

#[test]
fn a_device_that_never_calls_is_given_up_after_a_while_and_tried_again() {
    let world = laptop();
    let mut stage = Stage::new(&world, DeviceSelection::Default, DeviceSelection::None);
    stage.pass(&world, 10);
    world.freeze("Laptop");
    // A device that has called back once is subject to the shorter watchdog.
    stage.pass(&world, 700);
    assert_eq!(world.opened().len(), 2);
}

#[test]
fn latency_and_counters_are_told_for_a_running_device() {
    let world = laptop();
    let mut stage = Stage::new(&world, DeviceSelection::Default, DeviceSelection::Default);
    stage.pass(&world, 30_000);
    for direction in [Input, Output] {
        let DeviceState::Running { rate_hz, latency, .. } = stage.state(direction) else { panic!("it runs") };
        assert_eq!(rate_hz, 48_000);
        assert!((5..30).contains(&latency.as_millis()), "{latency:?}");
        let diagnostics = stage.diagnostics(direction);
        assert!(diagnostics.callbacks > 2_900 && diagnostics.period_frames == 480, "{diagnostics:?}");
        assert!((diagnostics.ring.rate_ratio - 1.0).abs() < 0.001, "{diagnostics:?}");
    }
}
