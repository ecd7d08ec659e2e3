//! The scenes: a room, a loudspeaker, two clocks, and what happens during the call.

use super::far_end::FarEnd;
use super::loudspeaker::Loudspeaker;

/// The loudspeaker's clock relative to the microphone's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Clock {
    /// Both are one clock.
    Shared,
    /// The echo comes later by this many millionths of the time that has passed.
    Drifts(f64),
    /// The drift itself swings by this much to either side, once in 20 s.
    Swings(f64),
}

/// An event during the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Nothing,
    /// The user turns the loudspeaker down by 10 dB at 5 s, and up by 16 dB at 8 s.
    Volume,
    /// The microphone picks up about five key clicks a second, whose peaks are at −20 dBFS.
    Clicks,
    /// The echo comes 30 ms later from 5 s on, and from 8 s on 50 ms earlier than that.
    DelaySteps,
}

/// One scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) far: FarEnd,
    pub(super) rt60_s: f32,
    pub(super) delay_ms: f32,
    pub(super) clock: Clock,
    pub(super) loudspeaker: Loudspeaker,
    pub(super) event: Event,
    /// How much louder the near voice is than the echo while both sound, in dB, in each double talk.
    pub(super) near_db: &'static [f32],
}

/// The levels of the near voice over the echo, in all scenes but the laptop's.
const OVER: &[f32] = &[0.0, 12.0, 20.0];

const LINEAR: Scene = Scene {
    name: "linear, RT60 0.3 s",
    far: FarEnd::Speech,
    rt60_s: 0.3,
    delay_ms: 80.0,
    clock: Clock::Shared,
    loudspeaker: Loudspeaker::Small,
    event: Event::Nothing,
    near_db: OVER,
};

/// All scenes.
pub(super) const SCENES: [Scene; 22] = [
    Scene { name: "RT60 0.2 s", rt60_s: 0.2, delay_ms: 30.0, ..LINEAR },
    LINEAR,
    Scene { name: "RT60 0.5 s", rt60_s: 0.5, ..LINEAR },
    Scene { name: "RT60 0.8 s", rt60_s: 0.8, ..LINEAR },
    Scene { name: "drift +50 ppm", clock: Clock::Drifts(50.0), ..LINEAR },
    Scene { name: "drift −50 ppm", clock: Clock::Drifts(-50.0), ..LINEAR },
    Scene { name: "drift +200 ppm", clock: Clock::Drifts(200.0), ..LINEAR },
    Scene { name: "drift −200 ppm", clock: Clock::Drifts(-200.0), ..LINEAR },
    Scene { name: "drift ±100 ppm in 20 s", clock: Clock::Swings(100.0), ..LINEAR },
    Scene { name: "drift +200 ppm, RT60 0.5 s", clock: Clock::Drifts(200.0), rt60_s: 0.5, ..LINEAR },
    Scene { name: "clips, 10 %", loudspeaker: Loudspeaker::Clips(0.1), ..LINEAR },
    Scene { name: "clips, 30 %", loudspeaker: Loudspeaker::Clips(0.3), ..LINEAR },
    Scene { name: "saturates, 10 %", loudspeaker: Loudspeaker::Saturates(0.1), ..LINEAR },
    Scene { name: "saturates, 30 %", loudspeaker: Loudspeaker::Saturates(0.3), ..LINEAR },
    Scene { name: "with memory, 10 %", loudspeaker: Loudspeaker::Remembers(0.1), ..LINEAR },
    Scene { name: "with memory, 30 %", loudspeaker: Loudspeaker::Remembers(0.3), ..LINEAR },
    Scene { name: "volume changes", event: Event::Volume, ..LINEAR },
    Scene { name: "key clicks", event: Event::Clicks, ..LINEAR },
    Scene { name: "delay steps", event: Event::DelaySteps, ..LINEAR },
    Scene {
        name: "laptop",
        rt60_s: 0.4,
        delay_ms: 40.0,
        loudspeaker: Loudspeaker::Saturates(0.1),
        near_db: &[-10.0],
        ..LINEAR
    },
    Scene { name: "far end is music", far: FarEnd::Music, ..LINEAR },
    Scene { name: "far end is a game", far: FarEnd::Game, ..LINEAR },
];

/// The scenes without a row on the page.
const NOT_IN_TABLE: [&str; 8] = [
    "RT60 0.5 s",
    "drift +50 ppm",
    "drift −50 ppm",
    "drift −200 ppm",
    "drift +200 ppm, RT60 0.5 s",
    "clips, 10 %",
    "saturates, 10 %",
    "with memory, 10 %",
];

impl Scene {
    /// Whether it has a row on the page.
    pub(super) fn is_in_table(&self) -> bool {
        !NOT_IN_TABLE.contains(&self.name)
    }
}
