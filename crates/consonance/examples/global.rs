//! One room for all players: each speaker is heard by all the others.
//!
//! ```sh
//! cargo run --package consonance --example global
//! cargo run --package consonance --example global -- 'quic://127.0.0.1:7777/main#sha256=…'
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/meeting.rs"]
mod meeting;
#[path = "shared/scene.rs"]
mod scene;

use std::error::Error;

use consonance::EventKind;
use meeting::Meeting;
use scene::{speech, wait_for};

const ROOM: &str = "Global";

fn main() -> Result<(), Box<dyn Error>> {
    let meeting = Meeting::open()?;
    let bob = meeting.chat()?.name("Bob").listen_to_room(ROOM).speak_in_room(ROOM).start()?;
    let carol = meeting.chat()?.name("Carol").listen_to_room(ROOM).speak_in_room(ROOM).start()?;
    for listener in [&bob, &carol] {
        wait_for(listener, &EventKind::PlayersSynced)?;
    }
    // A game omits `input`, and adds `.microphone(DeviceSelection::Default)` and a loudspeaker in the same way.
    let alice =
        meeting.chat()?.name("Alice").listen_to_room(ROOM).speak_in_room(ROOM).input(speech()?).start()?;

    for (name, listener) in [("Bob", &bob), ("Carol", &carol)] {
        wait_for(listener, &EventKind::StartedSpeaking { name: "Alice".into() })?;
        println!("{name} hears Alice");
    }
    alice.leave()?;
    for listener in [&bob, &carol] {
        wait_for(listener, &EventKind::PlayerLeft { name: "Alice".into() })?;
    }
    println!("Alice has left");
    Ok(())
}
