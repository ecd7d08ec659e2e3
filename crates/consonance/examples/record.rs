//! A recording of a conversation: a file for every voice and one for the mix, all on one time line.
//!
//! ```sh
//! cargo run --package consonance --example record
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/meeting.rs"]
mod meeting;
#[path = "shared/scene.rs"]
mod scene;

use std::error::Error;
use std::thread;
use std::time::Duration;

use consonance::audio::{RecordingFormat, RecordingSettings};
use consonance::{EventKind, Recorder};
use meeting::Meeting;
use scene::{speech, wait_for};

fn main() -> Result<(), Box<dyn Error>> {
    let meeting = Meeting::open()?;
    let bob = meeting.chat()?.name("Bob").listen_to_room("lobby").start()?;
    wait_for(&bob, &EventKind::PlayersSynced)?;

    let folder = std::env::temp_dir().join(format!("consonance-record-{}", std::process::id()));
    let settings = RecordingSettings { format: RecordingFormat::OggOpus, ..RecordingSettings::default() };
    let mut recorder = Recorder::start(&folder, settings)?;
    recorder.add(bob.playback().tap())?;
    // Alice has not joined yet; her file begins at the same time as the others.
    recorder.add(bob.player("Alice").tap())?;

    let alice = meeting.chat()?.name("Alice").speak_in_room("lobby").input(speech()?).start()?;
    wait_for(&bob, &EventKind::StartedSpeaking { name: "Alice".into() })?;
    thread::sleep(Duration::from_secs(1));
    alice.leave()?;
    bob.leave()?;

    let tracks = recorder.stop()?;
    for tap in &tracks {
        let seconds = tap.track.samples as f64 / 48_000.0;
        println!("{}: {seconds:.1} s", tap.track.path.display());
    }
    let is_whole = tracks.len() == 2 && tracks.iter().all(|tap| tap.track.samples > 24_000);
    if is_whole { Ok(()) } else { Err(format!("incomplete recording: {tracks:?}").into()) }
}
