//! A bot: a player without a person behind it, which plays a melody in a room.
//!
//! Anything that produces 10 ms of sound on request is an [`Input`], like a microphone; this one has two channels, with
//! low notes more on the left. Given an address, it plays there until Ctrl-C, or until the session ends; without one,
//! it plays a few notes to a listener of its own.
//!
//! ```sh
//! cargo run --release --package consonance --example bot
//! cargo run --release --package consonance --example bot -- 'quic://127.0.0.1:7777/main#sha256=…' lobby
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/meeting.rs"]
mod meeting;
#[path = "shared/scene.rs"]
mod scene;

use std::env;
use std::error::Error;
use std::f32::consts::TAU;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use consonance::EventKind;
use consonance::audio::{BLOCK_SAMPLES, Input, Quality, Read, SAMPLE_RATE_HZ, StereoBlock};
use meeting::Meeting;
use scene::wait_for;

/// Half-tones above A, one for each note.
const MELODY: [i32; 16] = [3, 7, 10, 15, 14, 10, 7, 10, 5, 8, 12, 17, 15, 12, 8, 5];
/// A note this high is on the right only, and A on the left.
const MELODY_HALF_TONES: f32 = 20.0;

const NOTE_BLOCKS: usize = 25;
const A_HZ: f32 = 440.0;
const LOUDNESS: f32 = 0.2;

/// How long Ctrl-C may go unnoticed if nothing else happens.
const GLANCE: Duration = Duration::from_millis(100);

/// Plays the melody again and again.
#[derive(Default)]
struct MusicBox {
    block: usize,
    phase: f32,
}

impl MusicBox {
    /// The semitones of the current note above A.
    fn half_tones(&self) -> f32 {
        MELODY[self.block / NOTE_BLOCKS % MELODY.len()] as f32
    }
}

impl Input for MusicBox {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let step = A_HZ * 2_f32.powf(self.half_tones() / 12.0) / SAMPLE_RATE_HZ as f32;
        for (i, sample) in block.iter_mut().enumerate() {
            let since_pluck = (self.block % NOTE_BLOCKS * BLOCK_SAMPLES + i) as f32 / SAMPLE_RATE_HZ as f32;
            let attack = (since_pluck / 0.005).min(1.0);
            *sample = LOUDNESS * attack * (-6.0 * since_pluck).exp() * (TAU * self.phase).sin();
            self.phase = (self.phase + step).fract();
        }
        self.block += 1;
        Read::Samples
    }

    fn read_stereo(&mut self, block: &mut StereoBlock) -> Option<Read> {
        let right = self.half_tones() / MELODY_HALF_TONES;
        let read = self.read(&mut block.left);
        block.right = block.left.map(|sample| sample * right.sqrt());
        block.left = block.left.map(|sample| sample * (1.0 - right).sqrt());
        Some(read)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let interrupted = Arc::<AtomicBool>::default();
    let seen = interrupted.clone();
    ctrlc::set_handler(move || seen.store(true, Ordering::Release))?;

    let room = env::args().nth(2).unwrap_or_else(|| "lobby".into());
    let meeting = Meeting::open()?;
    let listener = meeting.chat()?.name("Listener").listen_to_room(&*room).start()?;
    wait_for(&listener, &EventKind::PlayersSynced)?;
    let bot = meeting.chat()?.name("Music box").speak_in_room(&*room).quality(Quality::Music);
    let bot = bot.input(Box::<MusicBox>::default()).start()?;
    wait_for(&listener, &EventKind::StartedSpeaking { name: "Music box".into() })?;
    println!("the music box plays to {room}");
    if env::args().len() == 1 {
        return Ok(bot.leave().map(drop)?);
    }
    drop(listener);
    while !interrupted.load(Ordering::Acquire) {
        if let Some(event) = bot.wait_event(GLANCE)
            && let EventKind::Ended(end) = event.kind
        {
            return Err(end.to_string().into());
        }
    }
    Ok(bot.leave().map(drop)?)
}
