//! Which device runs: the selected one, the default, after a loss, after a return, after a refusal.

use Direction::{Input, Output};

use super::fake_system::World;
use super::fixture::Fixture;
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

fn running(fixture: &Fixture) -> [Option<String>; 2] {
    [fixture.running(Input), fixture.running(Output)]
}

fn both(name: &str) -> [Option<String>; 2] {
    [Some(name.into()), Some(name.into())]
}

#[test]
fn the_default_is_opened_and_heard_at_once() {
    let world = laptop();
    let mut fixture = Fixture::new(&world, DeviceSelection::Default, DeviceSelection::Default);
    assert_eq!(fixture.state(Input), DeviceState::Off);
    fixture.pass(&world, 300);
    assert_eq!(running(&fixture), both("Laptop"));
    assert!((fixture.loudness() - 0.5).abs() < 0.01);
    assert_eq!(world.opened(), ["Laptop*", "Laptop*"]);
    assert_eq!(fixture.told(Input), ["Laptop"]);
}

#[test]
fn each_direction_is_changed_while_running_without_the_other_noticing() {
    let world = laptop();
    let mut fixture = Fixture::new(&world, DeviceSelection::Default, named("Laptop"));
    fixture.pass(&world, 1_000);
    fixture.select(Input, named("Headset"));
    fixture.pass(&world, 1_000);
    assert_eq!(running(&fixture), [Some("Headset".into()), Some("Laptop".into())]);
    assert_eq!(world.in_use(), ["Laptop", "Headset"]);
    let before = fixture.diagnostics(Output);
    fixture.select(Input, DeviceSelection::Default);
    fixture.pass(&world, 1_000);
    assert_eq!(running(&fixture), both("Laptop"));
    assert_eq!(fixture.diagnostics(Output).ring.xruns, before.ring.xruns);
    assert_eq!(fixture.diagnostics(Output).reopened, 0);
}

#[test]
fn nothing_is_open_where_nothing_is_chosen() {
    let world = laptop();
    let mut fixture = Fixture::new(&world, DeviceSelection::None, DeviceSelection::Default);
    fixture.pass(&world, 1_000);
    assert_eq!(fixture.state(Input), DeviceState::Off);
    assert_eq!(world.in_use(), ["Laptop"]);
    fixture.select(Output, DeviceSelection::None);
    fixture.select(Input, named("Headset"));
    fixture.pass(&world, 1_000);
    assert_eq!(world.in_use(), ["Headset"]);
    fixture.select(Input, DeviceSelection::None);
    fixture.pass(&world, 100);
    assert_eq!(world.in_use(), [""; 0]);
    assert!(fixture.heard[fixture.heard.len() - 480..].iter().all(|&sample| sample == 0.0));
}

#[test]
fn a_device_that_stops_calling_is_noticed_and_opened_again() {
    let world = laptop();
    let mut fixture = Fixture::new(&world, DeviceSelection::Default, DeviceSelection::Default);
    fixture.pass(&world, 5_000);
    world.freeze("Laptop");
    fixture.pass(&world, 400);
    assert_eq!(running(&fixture), both("Laptop"));
    assert_eq!(fixture.diagnostics(Input).ring.xruns, 1);
    let silent_ms = fixture.pass_until(&world, 1_000, |fixture| fixture.loudness() > 0.4);
    assert!(silent_ms < 500, "{silent_ms} ms more");
    assert_eq!(fixture.told(Input), ["Laptop", "Lost", "Laptop"]);
    assert_eq!(fixture.diagnostics(Input).reopened, 1);
}

#[test]
fn an_explicit_device_that_vanishes_falls_back_to_the_default_and_returns() {
    let world = laptop();
    let mut fixture = Fixture::new(&world, named("Headset"), named("Headset"));
    fixture.pass(&world, 2_000);
    assert_eq!(running(&fixture), both("Headset"));
    world.unplug(Input, "Headset");
    fixture.pass(&world, 1_000);
    assert_eq!(running(&fixture), [Some("Laptop".into()), Some("Headset".into())]);
    world.unplug(Output, "Headset");
    fixture.pass(&world, 1_000);
    assert_eq!(running(&fixture), both("Laptop"));
    world.plug(Input, "Headset");
    world.plug(Output, "Headset");
    fixture.pass(&world, 2_500);
    assert_eq!(running(&fixture), both("Headset"));
    assert_eq!(world.in_use(), ["Headset", "Headset"]);
    fixture.pass(&world, 500);
    assert!(fixture.loudness() > 0.4);
    assert_eq!(fixture.told(Input), ["Headset", "Lost", "Laptop", "Headset"]);
}

#[test]
fn an_explicit_device_that_was_never_there_is_used_when_it_comes() {
    let world = laptop();
    let mut fixture = Fixture::new(&world, named("Studio"), DeviceSelection::Default);
    fixture.pass(&world, 5_000);
    assert_eq!(fixture.running(Input).as_deref(), Some("Laptop"));
    world.plug(Input, "Studio");
    fixture.pass(&world, 2_500);
    assert_eq!(fixture.running(Input).as_deref(), Some("Studio"));
}

#[test]
fn a_new_default_is_followed_whether_the_system_moves_streams_or_not() {
    for moves in [true, false] {
        let world = laptop();
        let mut fixture = Fixture::new(&world, DeviceSelection::Default, DeviceSelection::Default);
        fixture.pass(&world, 3_000);
        world.set_default(Input, "Headset", moves);
        fixture.pass(&world, 2_500);
        assert_eq!(fixture.running(Input).as_deref(), Some("Headset"), "{moves}");
        assert_eq!(fixture.diagnostics(Input).reopened, u64::from(!moves));
        assert_eq!(world.in_use().len(), 2);
        fixture.pass(&world, 10_000);
        assert_eq!(fixture.diagnostics(Input).reopened, u64::from(!moves), "it rests");
    }
}

#[test]
fn without_any_device_one_comes_up_soon_after_it_is_plugged_in() {
    let world = World::default();
    world.plug(Output, "Laptop");
    let mut fixture = Fixture::new(&world, DeviceSelection::Default, DeviceSelection::Default);
    fixture.pass(&world, 60_000);
    assert_eq!((fixture.state(Input), fixture.running(Output).is_some()), (DeviceState::Missing, true));
    assert_eq!(world.attempts(), 1, "what is not listed is not opened");
    world.plug(Input, "Headset");
    let waited_ms = fixture.pass_until(&world, 5_000, |fixture| fixture.state(Input).is_running());
    assert!(waited_ms <= 3_100, "{waited_ms} ms");
    assert_eq!(fixture.told(Input), ["Missing", "Headset"]);
}

#[test]
fn a_sound_server_may_die_and_come_back() {
    let world = laptop();
    let mut fixture = Fixture::new(&world, named("Headset"), DeviceSelection::Default);
    fixture.pass(&world, 3_000);
    world.set_down(true);
    fixture.pass(&world, 30_000);
    assert_eq!((fixture.state(Input), fixture.state(Output)), (DeviceState::Missing, DeviceState::Missing));
    assert!(fixture.loudness() < 1e-6);
    world.set_down(false);
    let waited_ms =
        fixture.pass_until(&world, 5_000, |fixture| fixture.running(Input).as_deref() == Some("Headset"));
    assert!(waited_ms <= 3_100, "{waited_ms} ms");
    assert_eq!(fixture.told(Input), ["Headset", "Lost", "Missing", "Headset"]);
    fixture.pass(&world, 1_000);
    assert!(fixture.state(Output).is_running() && fixture.loudness() > 0.4);
}

#[test]
fn a_device_that_refuses_is_told_and_tried_again_ever_more_rarely() {
    for (trouble, state) in
        [(DeviceError::Busy, DeviceState::Busy), (DeviceError::Denied, DeviceState::Denied)]
    {
        let world = World::default();
        world.plug(Input, "Laptop");
        world.refuse("Laptop", Some(trouble));
        let mut fixture = Fixture::new(&world, DeviceSelection::Default, DeviceSelection::None);
        fixture.pass(&world, 1_000);
        assert_eq!(fixture.state(Input), state);
        let soon = world.attempts();
        fixture.pass(&world, 59_000);
        assert!((3..=4).contains(&soon), "{soon}");
        assert!((20..=25).contains(&world.attempts()), "{} in a minute", world.attempts());
        world.refuse("Laptop", None);
        fixture.pass(&world, 3_100);
        assert!(fixture.state(Input).is_running());
    }
}

#[test]
fn an_explicit_device_that_refuses_leaves_the_default_running_until_it_lets_us() {
    let world = laptop();
    world.refuse("Headset", Some(DeviceError::Busy));
    let mut fixture = Fixture::new(&world, named("Headset"), DeviceSelection::None);
    fixture.pass(&world, 60_000);
    assert_eq!(fixture.running(Input).as_deref(), Some("Laptop"));
    assert_eq!(fixture.diagnostics(Input).ring.xruns, 0, "the default is not disturbed");
    assert!(world.attempts() < 10, "{}", world.attempts());
    world.refuse("Headset", None);
    fixture.pass(&world, 61_000);
    assert_eq!(fixture.running(Input).as_deref(), Some("Headset"));
}

#[test]
fn a_device_that_never_calls_is_given_up_after_a_while_and_tried_again() {
    let world = laptop();
    let mut fixture = Fixture::new(&world, DeviceSelection::Default, DeviceSelection::None);
    fixture.pass(&world, 10);
    world.freeze("Laptop");
    // A device that has called back once is subject to the shorter watchdog.
    fixture.pass(&world, 700);
    assert_eq!(world.opened().len(), 2);
}

#[test]
fn latency_and_counters_are_told_for_a_running_device() {
    let world = laptop();
    let mut fixture = Fixture::new(&world, DeviceSelection::Default, DeviceSelection::Default);
    fixture.pass(&world, 30_000);
    for direction in [Input, Output] {
        let DeviceState::Running { rate_hz, latency, .. } = fixture.state(direction) else {
            panic!("it runs")
        };
        assert_eq!(rate_hz, 48_000);
        assert!((5..30).contains(&latency.as_millis()), "{latency:?}");
        let diagnostics = fixture.diagnostics(direction);
        assert!(diagnostics.callbacks > 2_900 && diagnostics.period_frames == 480, "{diagnostics:?}");
        assert!((diagnostics.ring.rate_ratio - 1.0).abs() < 0.001, "{diagnostics:?}");
    }
}
