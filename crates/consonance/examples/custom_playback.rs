//! A custom output: anything that accepts 10 ms of sound at a time, such as a level meter.
//!
//! ```sh
//! cargo run --package consonance --example custom_playback
//! ```
//!
//! The chat delivers sound at the pace of its own clock. For a game's sound engine, which has another clock, see the
//! example `engine_sound`.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/meeting.rs"]
mod meeting;
#[path = "shared/scene.rs"]
mod scene;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance::EventKind;
use consonance::audio::{Output, OutputError, StereoBlock};
use meeting::Meeting;
use scene::{speech, wait_for};

/// Shows the sound level.
#[derive(Clone, Default)]
struct Meter {
    /// The loudest sample of the last 10 ms, in thousandths.
    peak: Arc<AtomicU32>,
}

impl Output for Meter {
    /// Called every 10 ms by the voice thread, with or without speech.
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let samples = block.left.iter().chain(&block.right);
        let peak = samples.fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        self.peak.store((peak * 1000.0) as u32, Ordering::Relaxed);
        Ok(())
    }

    /// Called once, at the end.
    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let meeting = Meeting::open()?;
    let meter = Meter::default();
    let bob = meeting.chat()?.name("Bob").listen_to_room("lobby").output(Box::new(meter.clone())).start()?;
    wait_for(&bob, &EventKind::PlayersSynced)?;
    let _alice = meeting.chat()?.name("Alice").speak_in_room("lobby").input(speech()?).start()?;
    wait_for(&bob, &EventKind::StartedSpeaking { name: "Alice".into() })?;

    let (began, mut loudest) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(2) || (loudest < 50 && began.elapsed().as_secs() < 30) {
        let peak = meter.peak.load(Ordering::Relaxed);
        loudest = loudest.max(peak);
        println!("{}", "#".repeat(peak as usize / 20));
        thread::sleep(Duration::from_millis(100));
    }
    if loudest >= 50 { Ok(()) } else { Err(format!("nothing was heard, only {loudest} ‰").into()) }
}
