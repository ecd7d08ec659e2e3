//! Two teams and a room for both: speech in a team's room does not reach the other team.
//!
//! ```sh
//! cargo run --package consonance --example teams
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

#[path = "shared/meeting.rs"]
mod meeting;
#[path = "shared/scene.rs"]
mod scene;

use std::error::Error;

use consonance::{EventKind, VoiceChat};
use meeting::Meeting;
use scene::{speech, wait_for};

const RED: &str = "Red Team";
const BLUE: &str = "Blue Team";
const EVERYONE: &str = "Global";

fn main() -> Result<(), Box<dyn Error>> {
    let meeting = Meeting::open()?;
    let join = |name: &str, team: &str| -> Result<VoiceChat, Box<dyn Error>> {
        let voice = meeting.chat()?.name(name).listen_to_room(team).listen_to_room(EVERYONE).start()?;
        wait_for(&voice, &EventKind::PlayersSynced)?;
        Ok(voice)
    };
    let rose = join("Rose", RED)?;
    let blanche = join("Blanche", BLUE)?;
    let ruby = join("Ruby", RED)?;

    let speaks = EventKind::StartedSpeaking { name: "Ruby".into() };
    let stops = EventKind::StoppedSpeaking { name: "Ruby".into() };
    let to_team = ruby.room(RED).speak();
    ruby.microphone().set_input(speech()?);
    wait_for(&rose, &speaks)?;
    println!("Rose hears what Ruby says to their team");
    to_team.close();
    wait_for(&rose, &stops)?;
    if blanche.events().any(|event| event.kind == speaks) {
        return Err("Blanche is of the other team and heard it too".into());
    }

    let _to_everyone = ruby.room(EVERYONE).speak();
    ruby.microphone().set_input(speech()?);
    for (name, listener) in [("Rose", &rose), ("Blanche", &blanche)] {
        wait_for(listener, &speaks)?;
        println!("{name} hears what Ruby says to everyone");
    }
    Ok(())
}
