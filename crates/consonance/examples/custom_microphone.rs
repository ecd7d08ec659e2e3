//! A custom microphone: anything that provides 10 ms of sound at a time, such as a file or a siren.
//!
//! ```sh
//! cargo run --package consonance --example custom_microphone
//! ```
//!
//! The chat requests sound at the pace of its own clock. For sound that a game's engine records by another clock, use
//! `VoiceChat::engine_input`.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/meeting.rs"]
mod meeting;
#[path = "shared/scene.rs"]
mod scene;

use std::error::Error;
use std::f32::consts::TAU;

use consonance::EventKind;
use consonance::audio::{BLOCK_SAMPLES, Input, Read, SAMPLE_RATE_HZ};
use meeting::Meeting;
use scene::wait_for;

/// Goes up and down, and ends after two seconds.
#[derive(Default)]
struct Siren {
    samples: u32,
    phase: f32,
}

impl Input for Siren {
    /// Called every 10 ms, mono, 480 samples from −1 to 1; it must not block.
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        if self.samples >= 2 * SAMPLE_RATE_HZ {
            block.fill(0.0);
            return Read::End;
        }
        for sample in block {
            let seconds = self.samples as f32 / SAMPLE_RATE_HZ as f32;
            let pitch_hz = 700.0 + 300.0 * (TAU * 2.0 * seconds).sin();
            self.phase = (self.phase + pitch_hz / SAMPLE_RATE_HZ as f32).fract();
            *sample = 0.2 * (TAU * self.phase).sin();
            self.samples += 1;
        }
        Read::Samples
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let meeting = Meeting::open()?;
    let bob = meeting.chat()?.name("Bob").listen_to_room("street").start()?;
    wait_for(&bob, &EventKind::PlayersSynced)?;
    let ambulance = meeting.chat()?.name("Ambulance").speak_in_room("street");
    let _ambulance = ambulance.input(Box::<Siren>::default()).start()?;
    wait_for(&bob, &EventKind::StartedSpeaking { name: "Ambulance".into() })?;
    println!("Bob hears the siren");
    wait_for(&bob, &EventKind::StoppedSpeaking { name: "Ambulance".into() })?;
    println!("it has passed");
    Ok(())
}
