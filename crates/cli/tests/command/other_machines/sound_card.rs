//! The devices of a sound card, as a machine's own sound system has them.

use std::path::Path;

use consonance_testing::command::{Folder, Program, read_output};
use consonance_testing::sound::{ALIKE, likeness};
use consonance_testing::stage::SoundCard;
use serde_json::json;

use super::Machine::{self, Other, This};

/// A sound card, and a server of this machine's.
struct Place {
    folder: Folder,
    card: SoundCard,
    address: String,
    _server: Program,
}

impl Place {
    fn new() -> Self {
        let folder = Folder::new();
        let card = SoundCard::plug_in(folder.path()).unwrap();
        let (server, address) = Program::serve(&["main"]);
        Self { folder, card, address, _server: server }
    }

    /// A player whose devices are the sound card's.
    fn join(&self, machine: Machine, arguments: &[&str]) -> Program {
        let arguments = [&["join", &self.address, "--json"], arguments].concat();
        machine.start_in(&arguments, &[("PULSE_SERVER", &self.card.address())])
    }
}

/// Sound that is played into a microphone is heard by another player.
fn assert_recorded(machine: Machine) {
    let place = Place::new();
    let (said, heard) = (place.folder.speech(4), place.folder.file("heard.wav"));
    let bob =
        place.join(This, &["--name", "Bob", "--listen", "lobby", "--output", &heard, "--duration", "60"]);
    bob.until_event(&json!({"event": "players_synced"}));
    let speak = ["--name", "Alice", "--speak", "lobby", "--activation", "open", "--loudspeaker", "none"];
    let alice = place.join(machine, &[&speak[..], &["--duration", "10"]].concat());
    alice.until_event(&json!({"event": "device", "direction": "input", "state": "running"}));
    place.card.play(Path::new(&said)).unwrap();
    bob.until_event(&json!({"event": "player_left", "name": "Alice"}));
    assert!(alice.end().status.success());
    bob.interrupt().assert_well();
    let likeness = likeness(&read_output(&said, true), &read_output(&heard, true));
    assert!(likeness > ALIKE, "{machine:?}: {likeness}");
}

/// Another player's speech is played by a loudspeaker.
fn assert_played(machine: Machine) {
    let place = Place::new();
    let said = place.folder.speech(4);
    let listen = ["--name", "Bob", "--listen", "lobby", "--microphone", "none", "--duration", "20"];
    let bob = place.join(machine, &listen);
    bob.until_event(&json!({"event": "device", "direction": "output", "state": "running"}));
    let recording = place.card.record(place.folder.path().join("played")).unwrap();
    let speak = ["--name", "Alice", "--speak", "lobby", "--input", &said, "--loudspeaker", "none"];
    place.join(This, &[&speak[..], &["--duration", "7"]].concat()).end().assert_well();
    let played = recording.end().unwrap();
    assert!(bob.end().status.success());
    let likeness = likeness(&read_output(&said, true), &played);
    assert!(likeness > ALIKE, "{machine:?}: {likeness}");
}

#[test]
#[ignore = "needs PulseAudio: `cargo xtask check platforms --run`"]
fn the_microphone_of_this_machine_is_heard() {
    assert_recorded(This);
}

#[test]
#[ignore = "needs PulseAudio: `cargo xtask check platforms --run`"]
fn the_loudspeaker_of_this_machine_plays_what_is_heard() {
    assert_played(This);
}

#[test]
#[ignore = "needs another machine's build and PulseAudio: `cargo xtask check platforms --run`"]
fn its_microphone_is_heard() {
    assert_recorded(Other);
}

#[test]
#[ignore = "needs another machine's build and PulseAudio: `cargo xtask check platforms --run`"]
fn its_loudspeaker_plays_what_is_heard() {
    assert_played(Other);
}
