//! The Bevy client of `cargo xtask check clients`; its task is described in `crates/e2e/src/clients/outside.rs`. It
//! has no window and no sound device.

use std::collections::VecDeque;
use std::env;
use std::fs::File;
use std::io::{self, BufRead as _, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use bevy_app::prelude::*;
use bevy_consonance::consonance::audio::{
    BLOCK_SAMPLES, Input, Output, OutputError, Read, StereoBlock, WavInput,
};
use bevy_consonance::prelude::*;
use bevy_ecs::prelude::*;
use bevy_input::InputPlugin;
use bevy_transform::TransformPlugin;

const FRAME: Duration = Duration::from_millis(10);
const FRAMES_AROUND: u32 = 15;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut app = App::new();
    let voice = VoicePlugin {
        name: Some(env::var("PLAYER_NAME")?),
        sound: VoiceSound::Custom,
        ..VoicePlugin::default()
    };
    app.add_plugins((TaskPoolPlugin::default(), TransformPlugin, InputPlugin, voice));
    let room = VoiceRoom {
        speak: TriggerActivation::Open,
        positional: false,
        muted: true,
        ..VoiceRoom::new(env::var("ROOM")?)
    };
    let room = app.world_mut().spawn(room).id();
    let (mouth, words) = (Mouth::default(), words()?);
    let mut voice = app.world_mut().resource_mut::<Voice>();
    let builder = voice.builder().server(&env::var("CONSONANCE_ADDRESS")?)?;
    let heard = File::options().append(true).open(env::var("HEARD")?)?;
    voice.connect(builder.input(Box::new(mouth.clone())).output(Box::new(Ear(heard))))?;
    until(&mut app, |app| app.world().resource::<Voice>().state() == VoiceState::Connected);
    say("ready")?;
    let lines = lines();
    loop {
        app.update();
        match lines.recv_timeout(FRAME) {
            Ok(()) => {
                set_muted(&mut app, room, false);
                mouth.say(&words);
                until(&mut app, |_| mouth.is_silent());
                set_muted(&mut app, room, true);
                say("said")?;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

/// Nothing goes to a muted room. The frames before and after give the microphone's audio time to reach it.
fn set_muted(app: &mut App, room: Entity, muted: bool) {
    let mut frames = 0..FRAMES_AROUND;
    until(app, |_| frames.next().is_none());
    if let Some(mut room) = app.world_mut().get_mut::<VoiceRoom>(room) {
        room.muted = muted;
    }
    let mut frames = 0..FRAMES_AROUND;
    until(app, |_| frames.next().is_none());
}

/// Runs frames of the game until this is true.
fn until(app: &mut App, mut is_so: impl FnMut(&App) -> bool) {
    while !is_so(app) {
        app.update();
        thread::sleep(FRAME);
    }
}

/// One message for each input line `say`; at most one is queued. The channel closes at the end of the input.
fn lines() -> Receiver<()> {
    let (sender, receiver) = sync_channel(1);
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if line.trim() == "say" && sender.send(()).is_err() {
                return;
            }
        }
    });
    receiver
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}

fn words() -> Result<Vec<f32>, Failure> {
    let mut wav = WavInput::open(env::var("WORDS")?)?;
    let (mut block, mut words) = ([0.0; BLOCK_SAMPLES], Vec::new());
    while wav.read(&mut block) == Read::Samples {
        words.extend(block);
    }
    Ok(words)
}

/// A microphone that is silent until it gets something to say.
#[derive(Clone, Default)]
struct Mouth(Arc<Mutex<VecDeque<f32>>>);

impl Mouth {
    fn say(&self, words: &[f32]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(words);
    }

    fn is_silent(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Input for Mouth {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        block.fill_with(|| waiting.pop_front().unwrap_or(0.0));
        Read::Samples
    }
}

/// Appends the audio that it plays to a file, as the mean of both sides.
struct Ear(File);

impl Output for Ear {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let sides = block.left.iter().zip(&block.right);
        let bytes: Vec<u8> = sides.flat_map(|(left, right)| ((left + right) / 2.0).to_le_bytes()).collect();
        self.0.write_all(&bytes).map_err(OutputError::other)
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
