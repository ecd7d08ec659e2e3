//! Positional voices: a speaker walks round the listener's head, and a stereo file shows it.
//!
//! It prints the path of its recordings: listen to `01-mix.wav` with headphones.
//!
//! ```sh
//! cargo run --package consonance --example positional
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/meeting.rs"]
mod meeting;
#[path = "shared/scene.rs"]
mod scene;

use std::error::Error;
use std::f32::consts::TAU;
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::{Pose, RecordingSettings, SpeakerPlace};
use consonance::{ChannelProperties, EventKind, Recorder, TapSound, Target};
use meeting::Meeting;
use scene::{speech, wait_for};

/// How often a game reports positions: once per frame.
const FRAME: Duration = Duration::from_millis(16);
const WALK: Duration = Duration::from_secs(4);

fn main() -> Result<(), Box<dyn Error>> {
    let meeting = Meeting::open()?;
    let bob = meeting.chat()?.name("Bob").listen_to_room("world").start()?;
    wait_for(&bob, &EventKind::PlayersSynced)?;
    // The speaker marks its voice as positional; the listener's game knows where it is.
    let positional = ChannelProperties { positional: true, ..ChannelProperties::default() };
    let alice =
        meeting.chat()?.name("Alice").speak_to(Target::Room("world".into()), positional).input(speech()?);
    let alice = alice.start()?;
    wait_for(&bob, &EventKind::StartedSpeaking { name: "Alice".into() })?;

    let folder = std::env::temp_dir().join(format!("consonance-positional-{}", std::process::id()));
    let mut recorder = Recorder::start(&folder, RecordingSettings::default())?;
    recorder.add(bob.playback().tap())?;
    let mut ears = bob.playback().tap();
    bob.playback().set_listener(Some(Pose::default()));
    let (mut left, mut right) = ([0.0; 2], [0.0; 2]);
    let began = Instant::now();
    while began.elapsed() < WALK {
        // One and a half metres away, from the front past the left and the back to the right.
        let way = (began.elapsed().as_secs_f32() / WALK.as_secs_f32()).min(1.0);
        let position_m = [-1.5 * (TAU * way).sin(), 0.0, 1.5 * (TAU * way).cos()];
        bob.player("Alice").set_place(Some(SpeakerPlace { position_m, ..SpeakerPlace::default() }));
        thread::sleep(FRAME);
        let half = usize::from(way >= 0.5);
        while let Some(block) = ears.poll() {
            let TapSound::Stereo(sound) = block.sound else { continue };
            left[half] += sound.left.iter().map(|sample| sample * sample).sum::<f32>();
            right[half] += sound.right.iter().map(|sample| sample * sample).sum::<f32>();
        }
    }
    drop(alice);
    recorder.stop()?;
    println!("{} has it", folder.join("01-mix.wav").display());
    println!("first half: left ear {:.1}, right ear {:.1}", left[0], right[0]);
    println!("second half: left ear {:.1}, right ear {:.1}", left[1], right[1]);
    let went_round = left[0] > 2.0 * right[0] && right[1] > 2.0 * left[1];
    if went_round { Ok(()) } else { Err("no voice went round the head".into()) }
}
