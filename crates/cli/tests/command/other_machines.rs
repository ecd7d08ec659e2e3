//! This build and one for another machine, in one session: Windows under Wine, ARM under qemu.
//!
//! `cargo xtask check platforms --run` builds the other one, and sets `CONSONANCE_OTHER` to the command that starts it,
//! its words separated by spaces. Without that these tests are ignored.

mod sound_card;

use std::env;
use std::process::Command;

use consonance_testing::command::{Ended, Folder, Program, read_output};
use consonance_testing::sound::{ALIKE, likeness};
use serde_json::{Value, json};

/// The machine that a program runs on.
#[derive(Clone, Copy, Debug)]
enum Machine {
    This,
    Other,
}

use Machine::{Other, This};

impl Machine {
    fn start(self, arguments: &[&str]) -> Program {
        self.start_in(arguments, &[])
    }

    /// The same with these environment variables as well.
    fn start_in(self, arguments: &[&str], variables: &[(&str, &str)]) -> Program {
        match self {
            This => Program::start_in(arguments, variables),
            Other => Program::launch(command_in("CONSONANCE_OTHER"), arguments, variables),
        }
    }

    /// Ends a player of it: at once here, by its `--duration` in an emulator, which no signal reaches.
    fn end(self, player: Program) -> Ended {
        match self {
            This => player.interrupt(),
            Other => player.end(),
        }
    }

    /// Its addresses: over QUIC, and over a WebSocket.
    fn serve(self, folder: &Folder) -> (Program, [String; 2]) {
        let text = "[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                    [[listen]]\nnetwork = 'websocket'\naddress = '127.0.0.1:0'\n";
        let server = self.start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
        let quic = server.until_line("QUIC", |line| line.contains("/main#sha256="));
        let open = server.until_line("the WebSocket", |line| line.contains("over websocket at 127.0.0.1:"));
        let quic = quic.trim_end().rsplit(' ').next().unwrap().to_owned();
        let port = open.trim_end().rsplit(':').next().unwrap();
        (server, [quic, format!("ws://127.0.0.1:{port}/main")])
    }
}

/// The command in an environment variable, its words separated by spaces.
fn command_in(variable: &str) -> Command {
    let command = env::var(variable).expect("the command of another machine's build");
    let mut words = command.split(' ');
    let mut command = Command::new(words.next().unwrap());
    command.args(words);
    command
}

/// Speech on one machine is heard on another one, over each network of a server on a third.
fn assert_heard(server: Machine, speaker: Machine, listener: Machine) {
    let folder = Folder::new();
    let (said, heard) = (folder.speech(4), folder.file("heard.wav"));
    let (_server, addresses) = server.serve(&folder);
    for address in addresses {
        let join = ["join", &address, "--json"];
        let listen = ["--name", "Bob", "--listen", "lobby", "--output", &heard, "--duration", "30"];
        let bob = listener.start(&[&join[..], &listen[..]].concat());
        bob.until_event(&json!({"event": "players_synced"}));
        let speak = ["--name", "Alice", "--speak", "lobby", "--input", &said, "--loudspeaker", "none"];
        let alice = speaker.start(&[&join[..], &speak[..], &["--duration", "6"]].concat());
        bob.until_event(&json!({"event": "player_left", "name": "Alice"}));
        assert!(alice.end().status.success());
        assert!(listener.end(bob).status.success());
        let likeness = likeness(&read_output(&said, true), &read_output(&heard, true));
        assert!(likeness > ALIKE, "{speaker:?} to {listener:?} by {address}: {likeness}");
    }
}

#[test]
#[ignore = "needs another machine's build: `cargo xtask check platforms --run`"]
fn its_server_carries_voice_between_players_of_this_one() {
    assert_heard(Other, This, This);
}

#[test]
#[ignore = "needs another machine's build: `cargo xtask check platforms --run`"]
fn its_players_are_heard_at_a_server_of_this_one() {
    assert_heard(This, Other, This);
}

#[test]
#[ignore = "needs another machine's build: `cargo xtask check platforms --run`"]
fn its_players_hear_at_a_server_of_this_one() {
    assert_heard(This, This, Other);
}

/// With the library for C, `CONSONANCE_OTHER_IN_C` is the command that starts a program which talks by itself.
#[test]
#[ignore = "needs another machine's build: `cargo xtask check platforms --run`"]
fn its_program_in_c_talks_with_a_player_of_this_one() {
    let folder = Folder::new();
    let (said, heard) = (folder.speech(4), folder.file("heard.wav"));
    let (_server, [address, _]) = This.serve(&folder);
    let alice = Program::launch(command_in("CONSONANCE_OTHER_IN_C"), &[&address, "Alice"], &[]);
    alice.until_line("that it has joined", |line| line.trim_end() == "joined");
    let join = ["join", &address, "--json", "--name", "Bob", "--listen", "lobby", "--speak", "lobby"];
    let bob = This.start(&[&join[..], &["--input", &said, "--output", &heard, "--duration", "60"]].concat());
    bob.until_event(&json!({"event": "started_speaking", "name": "Alice"}));
    bob.until_event(&json!({"event": "player_left", "name": "Alice"}));
    // It fails unless it has heard Bob.
    let alice = alice.end();
    assert!(alice.status.success(), "{:?}", alice.err);
    assert!(This.end(bob).status.success());
    let power: f32 = read_output(&heard, true).iter().map(|sample| sample * sample).sum();
    assert!(power > 100.0, "Bob has heard {power}");
}

#[test]
#[ignore = "needs another machine's build: `cargo xtask check platforms --run`"]
fn where_it_has_no_sound_devices_it_says_so() {
    let nowhere = [("PULSE_SERVER", "unix:/nowhere")];
    let list = Other.start_in(&["devices", "--json"], &nowhere).end();
    assert!(list.status.success(), "{:?}", list.err);
    let list: Value = serde_json::from_str(&list.out[0]).unwrap();
    assert_eq!((&list["inputs"], &list["outputs"]), (&json!([]), &json!([])));

    let (_server, address) = Program::serve(&["main"]);
    let join = ["join", &address, "--json", "--name", "Alice", "--duration", "3"];
    let alice = Other.start_in(&[&join[..], &["--listen", "lobby", "--speak", "lobby"]].concat(), &nowhere);
    for direction in ["input", "output"] {
        let missing = json!({"event": "device", "direction": direction, "state": "missing"});
        alice.until_event(&missing);
    }
    alice.until_event(&json!({"event": "players_synced"}));
    assert!(alice.end().status.success());
}
