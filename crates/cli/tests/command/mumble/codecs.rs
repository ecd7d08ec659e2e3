//! Codecs of Mumble's clients: mono and stereo Opus, and nothing older.

use consonance_mumble::Control;
use consonance_mumble::client::{ClientSettings, MumbleClient, MumbleClientEvent, VoiceWay};
use consonance_mumble::control::messages::Authenticate;
use consonance_testing::command::{Folder, Program, read_output};
use consonance_testing::sound::{FRAME_SAMPLES, encode_stereo};
use consonance_testing::tone::{frequency, tone};
use serde_json::json;

use super::{LEGACY, join, listen_natively, say, say_frames, serve, until};

const SECOND: usize = 48_000;

#[test]
fn both_channels_of_a_bots_music_are_heard_by_a_native_player() {
    let folder = Folder::new();
    let (_server, address, at) = serve(&folder, "");
    let heard = folder.file("heard.wav");
    let native = ["join", &address, "--name", "Nat", "--json", "--listen", "lobby", "--null-devices"];
    let native = Program::start(&[&native[..], &["--output", &heard]].concat());
    native.until_event(&json!({"event": "players_synced"}));
    let mut bot = join(at, "Bot", LEGACY);
    // A low tone on the left, then a high one on the right.
    let (silence, low, high) = (vec![0.0; SECOND], tone(500.0, 0.6, SECOND), tone(900.0, 0.6, SECOND));
    let (left, right) = ([&*low, &*silence].concat(), [&*silence, &*high].concat());
    let frames = encode_stereo(&left, &right, FRAME_SAMPLES);
    assert!(frames.iter().all(|frame| frame[0] & 4 != 0), "each packet says that it has two channels");
    say_frames(&mut bot, frames, VoiceWay::Datagram);
    native.until_event(&json!({"event": "stopped_speaking", "name": "Bot"}));
    native.interrupt().assert_well();
    let sound = read_output(&heard, true);
    let begins = sound.iter().position(|sample| sample.abs() > 0.1).expect("something is heard");
    let ends = sound.iter().rposition(|sample| sample.abs() > 0.1).expect("something is heard");
    let (low, high) =
        (&sound[begins + SECOND / 4..begins + SECOND / 2], &sound[ends - SECOND / 2..ends - SECOND / 4]);
    let (low, high) = (frequency(low), frequency(high));
    assert!((low - 500.0).abs() < 12.0 && (high - 900.0).abs() < 20.0, "{low} Hz, then {high} Hz");
}

#[test]
fn a_client_that_speaks_celt_only_is_told_so_in_words() {
    let folder = Folder::new();
    let (_server, _, at) = serve(&folder, "");
    for opus in [None, Some(false)] {
        let settings = ClientSettings::new("Mia");
        let celt_versions = vec![-0x7FFF_FFF5];
        let authenticate = Authenticate { opus, celt_versions, ..settings.authenticate };
        let mut client = MumbleClient::connect(at, ClientSettings { authenticate, ..settings }).unwrap();
        let told =
            until(&mut client, |event| matches!(event, MumbleClientEvent::Control(Control::Reject(_))));
        let MumbleClientEvent::Control(Control::Reject(reject)) = told else { panic!("it was looked for") };
        assert!(reject.reason().contains("only Opus, not CELT or Speex"), "{}", reject.reason());
    }
}

#[test]
fn voice_in_celt_and_speex_is_dropped_and_its_speaker_is_told_why_once() {
    let folder = Folder::new();
    let (_server, address, at) = serve(&folder, "");
    let native = listen_natively(&address);
    let mut mia = join(at, "Mia", LEGACY);
    // CELT 0.7, Speex and CELT 0.11, by the datagram's first three bits.
    for kind in [0_u8, 2, 3] {
        for way in [VoiceWay::Datagram, VoiceWay::Tunnel] {
            mia.send_packet(&[kind << 5, 1, 3, 7, 7, 7], way).unwrap();
        }
    }
    let is_denial = |event: &MumbleClientEvent| {
        matches!(event, MumbleClientEvent::Control(Control::PermissionDenied(denied))
            if denied.reason().contains("relays only Opus"))
    };
    until(&mut mia, is_denial);
    // One after the other: the two ways keep no order between them.
    for way in [VoiceWay::Tunnel, VoiceWay::Datagram] {
        mia.ping(way).unwrap();
        let event = until(&mut mia, |event| is_denial(event) || *event == MumbleClientEvent::Pong(way));
        assert_eq!(event, MumbleClientEvent::Pong(way), "once");
    }
    say(&mut mia, &tone(600.0, 0.5, SECOND / 2), VoiceWay::Datagram);
    native.until_events(&json!({"event": "stopped_speaking", "name": "Mia"}), 1);
    let spoke = native.interrupt();
    spoke.assert_well();
    let begun = spoke.events().into_iter().filter(|event| event["event"] == "started_speaking").count();
    assert_eq!(begun, 1, "only what was Opus was heard");
}
