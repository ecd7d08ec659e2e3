//! `join offline:`: a session without a network or a server.

use consonance_audio::WavInput;
use serde_json::json;

use consonance_testing::command::Folder;
use consonance_testing::command::Program;

#[test]
fn a_player_offline_hears_its_own_words() {
    let folder = Folder::new();
    let (speech, heard) = (folder.speech(2), folder.file("heard.wav"));
    let join = ["join", "offline:", "--json", "--name", "Me", "--speak", "anywhere", "--duration", "2"];
    let me = Program::start(&[&join[..], &["--input", &speech, "--output", &heard]].concat());
    me.until_event(&json!({"event": "started_speaking", "name": "Loopback"}));
    me.end().assert_well();
    let heard = WavInput::open(&heard).unwrap();
    let energy: f32 = heard.samples().iter().map(|sample| sample * sample).sum();
    assert!(energy > 10.0, "{energy}");
}
