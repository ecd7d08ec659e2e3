//! A user of Mumble, which cannot encrypt, in a session where encryption is allowed.

use consonance_testing::command::{Folder, Program};
use serde_json::json;

use super::{LEGACY, join, serve};

#[test]
fn join_names_the_room_of_a_user_of_mumble_from_the_first_epoch_on() {
    let folder = Folder::new();
    let (_server, address, at) = serve(&folder, "encryption = 'allowed'\n");
    let _mia = join(at, "Mia", LEGACY);
    for name in ["Ann", "Bob"] {
        let arguments = ["join", &address, "--name", name, "--json", "--listen", "lobby", "--null-devices"];
        let player = Program::start(&[&arguments[..], &["--identity", &folder.file(name)]].concat());
        player.until_event(&json!({"event": "encryption", "plain_rooms": ["lobby"]}));
        player.until_event(&json!({"event": "encryption", "state": "on", "plain_rooms": ["lobby"]}));
        player.interrupt().assert_well();
    }
    let arguments = ["join", &address, "--name", "Cid", "--listen", "lobby", "--null-devices"];
    let player = Program::start(&[&arguments[..], &["--identity", &folder.file("Cid")]].concat());
    player.until_line("the exception", |line| line.contains("EXCEPT in lobby"));
    player.interrupt().assert_well();
}
