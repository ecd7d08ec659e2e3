//! A sound system controlled by a test: devices come and go, refuse to open, and die silently.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::clock_bridge::{CaptureFeed, PlaybackDrain};

use crate::devices::device_list::DeviceList;
use crate::devices::event::Direction;
use crate::devices::state::DeviceError;
use crate::devices::system::{SoundSystem, Stream};

/// The state behind the system, shared between the test and the system.
#[derive(Clone, Default)]
pub(crate) struct World(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// Whether no sound system answers.
    is_down: bool,
    devices: DeviceList,
    /// Devices that cannot be opened.
    refusing: BTreeMap<String, DeviceError>,
    streams: Vec<Playing>,
    last_stream: u32,
    /// Names of all devices that were opened, in order; those opened as the default have a star.
    opened: Vec<String>,
    attempts: u32,
}

struct Playing {
    number: u32,
    direction: Direction,
    device: String,
    /// Whether the system has moved it along with the default.
    was_moved: bool,
    /// Whether its callbacks run.
    is_alive: bool,
    end: End,
}

enum End {
    Feed(CaptureFeed),
    Drain(PlaybackDrain<2>),
}

impl World {
    pub(crate) fn plug(&self, direction: Direction, name: &str) {
        let mut world = self.lock();
        let is_first = world.devices.of(direction).is_empty();
        world.devices.add(direction, name, is_first);
    }

    /// Removes the device; its streams stay open, but get no more callbacks.
    pub(crate) fn unplug(&self, direction: Direction, name: &str) {
        let mut world = self.lock();
        let devices = world.of(direction);
        devices.retain(|device| device.name != name);
        if let Some(first) = devices.first_mut() {
            first.is_default = true;
        }
        world.kill(|stream| stream.direction == direction && stream.device == name);
    }

    /// Makes another device the default; `moves` says whether the system moves streams by itself.
    pub(crate) fn set_default(&self, direction: Direction, name: &str, moves: bool) {
        let mut world = self.lock();
        let mut before = String::new();
        for device in world.of(direction) {
            if device.is_default {
                before.clone_from(&device.name);
            }
            device.is_default = device.name == name;
        }
        for stream in world.streams.iter_mut().filter(|stream| moves && stream.device == before) {
            name.clone_into(&mut stream.device);
            stream.was_moved = true;
        }
    }

    /// Stops the callbacks of this device, which stays listed.
    pub(crate) fn freeze(&self, name: &str) {
        self.lock().kill(|stream| stream.device == name);
    }

    /// Stops the sound server, or starts it again.
    pub(crate) fn set_down(&self, is_down: bool) {
        let mut world = self.lock();
        world.is_down = is_down;
        world.kill(|_| is_down);
    }

    pub(crate) fn refuse(&self, name: &str, trouble: Option<DeviceError>) {
        let mut world = self.lock();
        match trouble {
            Some(trouble) => world.refusing.insert(name.to_owned(), trouble),
            None => world.refusing.remove(name),
        };
    }

    pub(crate) fn opened(&self) -> Vec<String> {
        self.lock().opened.clone()
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.lock().attempts
    }

    /// The devices with open streams.
    pub(crate) fn in_use(&self) -> Vec<String> {
        self.lock().streams.iter().map(|stream| stream.device.clone()).collect()
    }

    /// Runs 10 ms of every live device: microphones deliver a constant, loudspeakers play.
    pub(crate) fn tick(&self, now: Duration) {
        for stream in self.lock().streams.iter_mut().filter(|stream| stream.is_alive) {
            match &mut stream.end {
                End::Feed(feed) => feed.handle_callback(now, &[0.5; 480]),
                End::Drain(drain) => drain.handle_callback(now, &mut [0.0; 960]),
            }
        }
    }

    fn open(
        &self,
        direction: Direction,
        name: Option<&str>,
        end: End,
    ) -> Result<Box<dyn Stream>, DeviceError> {
        let mut world = self.lock();
        world.attempts += 1;
        let found = world.devices.of(direction).iter().find(|device| match name {
            Some(name) => device.name == name,
            None => device.is_default,
        });
        let device = found.filter(|_| !world.is_down).ok_or(DeviceError::Missing)?.name.clone();
        if let Some(trouble) = world.refusing.get(&device) {
            return Err(*trouble);
        }
        world.opened.push(name.map_or_else(|| format!("{device}*"), str::to_owned));
        world.last_stream += 1;
        let number = world.last_stream;
        world.streams.push(Playing { number, direction, device, was_moved: false, is_alive: true, end });
        Ok(Box::new(Handle { world: self.clone(), number }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }
}

impl Inner {
    fn of(&mut self, direction: Direction) -> &mut Vec<crate::devices::device_list::DeviceInfo> {
        match direction {
            Direction::Input => &mut self.devices.inputs,
            Direction::Output => &mut self.devices.outputs,
        }
    }

    fn kill(&mut self, which: impl Fn(&Playing) -> bool) {
        for stream in self.streams.iter_mut().filter(|stream| which(stream)) {
            stream.is_alive = false;
        }
    }
}

impl SoundSystem for World {
    fn list(&mut self) -> Result<DeviceList, DeviceError> {
        let world = self.lock();
        if world.is_down { Err(DeviceError::Missing) } else { Ok(world.devices.clone()) }
    }

    fn open_input(&mut self, name: Option<&str>, feed: CaptureFeed) -> Result<Box<dyn Stream>, DeviceError> {
        self.open(Direction::Input, name, End::Feed(feed))
    }

    fn open_output(
        &mut self,
        name: Option<&str>,
        drain: PlaybackDrain<2>,
    ) -> Result<Box<dyn Stream>, DeviceError> {
        self.open(Direction::Output, name, End::Drain(drain))
    }

    fn forget(&mut self) {}
}

struct Handle {
    world: World,
    number: u32,
}

impl Stream for Handle {
    fn was_moved(&mut self) -> bool {
        let mut world = self.world.lock();
        let stream = world.streams.iter_mut().find(|stream| stream.number == self.number);
        stream.is_some_and(|stream| std::mem::take(&mut stream.was_moved))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.world.lock().streams.retain(|stream| stream.number != self.number);
    }
}
