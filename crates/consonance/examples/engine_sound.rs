//! Voices in a game's own sound engine, which mixes on its own thread, at its own rate and by its own clock: the mix as
//! one of its sounds, and one player separately, which the engine places.
//!
//! ```sh
//! cargo run --package consonance --example engine_sound
//! ```
//!
//! The engine here requests 512 frames of 44.1 kHz at a time, and its clock is 300 ppm fast, like that of a cheap sound
//! card.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/meeting.rs"]
mod meeting;
#[path = "shared/scene.rs"]
mod scene;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance::{EngineOutput, EventKind, PlayerStream};
use meeting::Meeting;
use scene::{speech, wait_for};

const RATE_HZ: u32 = 44_100;
const FRAMES: usize = 512;
const CLOCK: f64 = 1.0 + 300e-6;

/// The levels of the left and the right side, in thousandths, and the signal to stop the engine.
#[derive(Default)]
struct Meter {
    sides: [AtomicU32; 2],
    is_over: AtomicBool,
}

/// A sound engine with two sources: the mix, and a player to the left.
fn start_engine(mut voices: EngineOutput, mut alice: PlayerStream, meter: Arc<Meter>) -> JoinHandle<()> {
    thread::spawn(move || {
        let (mut mix, mut source) = ([0.0_f32; 2 * FRAMES], [0.0_f32; FRAMES]);
        let begun = Instant::now();
        for callback in 1.. {
            // The work of an engine's audio callback; neither call ever blocks.
            voices.fill(&mut mix, 2, RATE_HZ);
            alice.fill(&mut source, 1, RATE_HZ);
            for (frame, sample) in mix.chunks_exact_mut(2).zip(source) {
                frame[0] += 0.9 * sample;
                frame[1] += 0.1 * sample;
            }
            for (side, peak) in meter.sides.iter().enumerate() {
                let loudest = mix.iter().skip(side).step_by(2).fold(0.0_f32, |most, x| most.max(x.abs()));
                peak.fetch_max((loudest * 1000.0) as u32, Ordering::Relaxed);
            }
            if meter.is_over.load(Ordering::Relaxed) {
                return;
            }
            let due = f64::from(callback) * FRAMES as f64 / (f64::from(RATE_HZ) * CLOCK);
            thread::sleep((begun + Duration::from_secs_f64(due)).saturating_duration_since(Instant::now()));
        }
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let meeting = Meeting::open()?;
    let bob = meeting.chat()?.name("Bob").listen_to_room("lobby").engine_sound().start()?;
    let meter = Arc::<Meter>::default();
    let engine =
        start_engine(bob.playback().engine_output(), bob.player("Alice").stream(), Arc::clone(&meter));
    wait_for(&bob, &EventKind::PlayersSynced)?;
    let _alice = meeting.chat()?.name("Alice").speak_in_room("lobby").input(speech()?).start()?;
    wait_for(&bob, &EventKind::StartedSpeaking { name: "Alice".into() })?;

    let peaks = || meter.sides.each_ref().map(|side| side.swap(0, Ordering::Relaxed));
    let (began, mut loudest) = (Instant::now(), [0, 0]);
    while began.elapsed() < Duration::from_secs(3) || (loudest[0] < 50 && began.elapsed().as_secs() < 30) {
        let now = peaks();
        loudest = [0, 1].map(|side| loudest[side].max(now[side]));
        println!("{:>30}|{}", "#".repeat(now[0] as usize / 20), "#".repeat(now[1] as usize / 20));
        thread::sleep(Duration::from_millis(100));
    }
    if let Some(row) = bob.statistics().engine_output {
        let [fill, target] = [row.fill, row.target].map(|time| time.as_millis());
        println!("{} callbacks, {fill} of {target} ms wait, drift {:+.0} ppm", row.callbacks, row.drift_ppm);
    }
    println!("{}", bob.player("Alice").why());
    meter.is_over.store(true, Ordering::Relaxed);
    engine.join().map_err(|_| "the engine has panicked")?;
    let is_left = loudest[0] >= 50 && loudest[0] > 3 * loudest[1];
    if !is_left {
        return Err(format!("Alice is not heard on the left: {loudest:?} ‰").into());
    }
    println!("Alice is heard on the left");
    Ok(())
}
