//! A session without a network, in which an echo repeats your voice: for tutorials, and for testing a microphone.
//!
//! ```sh
//! cargo run --package consonance --example offline
//! cargo run --package consonance --example offline -- microphone
//! ```
//!
//! The second command is for you and your microphone, for half a minute; the first one reads from a book.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/scene.rs"]
mod scene;

use std::env;
use std::error::Error;
use std::time::{Duration, Instant};

use consonance::device::DeviceSelection;
use consonance::{EventKind, VoiceChat};
use scene::{speech, wait_for};

fn main() -> Result<(), Box<dyn Error>> {
    let chat = VoiceChat::offline().name("Me").speak_in_room("anywhere");
    if env::args().nth(1).as_deref() == Some("microphone") {
        let voice =
            chat.microphone(DeviceSelection::Default).loudspeaker(DeviceSelection::Default).start()?;
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(30) {
            if let Some(event) = voice.wait_event(Duration::from_millis(100)) {
                println!("{:?}", event.kind);
            }
        }
        return Ok(voice.leave().map(drop)?);
    }

    let voice = chat.input(speech()?).start()?;
    wait_for(&voice, &EventKind::PlayerJoined { name: "Loopback".into() })?;
    wait_for(&voice, &EventKind::StartedSpeaking { name: "Loopback".into() })?;
    println!("Loopback repeats what I say");
    voice.player("Loopback").send_text("and what I write")?;
    while let Some(event) = voice.wait_event(Duration::from_secs(30)) {
        if let EventKind::Text { from, text, .. } = event.kind {
            println!("{from}: {text}");
            return Ok(voice.leave().map(drop)?);
        }
    }
    Err("no text came back".into())
}
