//! A whisper: to one player alone, whatever rooms the others listen to.
//!
//! ```sh
//! cargo run --package consonance --example whisper
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/meeting.rs"]
mod meeting;
#[path = "shared/scene.rs"]
mod scene;

use std::error::Error;

use consonance::{EventKind, TextTarget};
use meeting::Meeting;
use scene::{speech, wait_for};

fn main() -> Result<(), Box<dyn Error>> {
    let meeting = Meeting::open()?;
    let carol = meeting.chat()?.name("Carol").listen_to_room("lobby").start()?;
    wait_for(&carol, &EventKind::PlayersSynced)?;
    // Bob has not joined yet: the channel waits for him.
    let alice = meeting.chat()?.name("Alice").listen_to_room("lobby").speak_to_player("Bob").start()?;
    wait_for(&alice, &EventKind::PlayersSynced)?;
    let bob = meeting.chat()?.name("Bob").start()?;
    wait_for(&alice, &EventKind::PlayerJoined { name: "Bob".into() })?;
    wait_for(&carol, &EventKind::PlayerJoined { name: "Bob".into() })?;

    alice.microphone().set_input(speech()?);
    let speaks = EventKind::StartedSpeaking { name: "Alice".into() };
    wait_for(&bob, &speaks)?;
    println!("Bob hears Alice whisper");

    // Texts to a single player work in the same way.
    alice.player("Carol").send_text("I will tell you later")?;
    let text = EventKind::Text {
        from: "Alice".into(),
        to: TextTarget::Player("Carol".into()),
        text: "I will tell you later".into(),
    };
    while let Some(event) = carol.wait_event(std::time::Duration::from_secs(30)) {
        if event.kind == speaks {
            return Err("Carol heard the whisper".into());
        }
        if event.kind == text {
            println!("Carol hears nothing of it, and reads: I will tell you later");
            return Ok(());
        }
    }
    Err("Carol got no text".into())
}
