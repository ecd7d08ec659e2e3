//! `[[listen]] network = "mumble"`: Mumble's clients on a real server, beside native players.
//!
//! `cargo xtask check mumble` also runs the test with a bot of pymumble, and `cargo xtask check clients` has
//! Mumble's own client.

mod accounts;
mod codecs;
mod encrypted;
mod places;
mod plugins;
mod watched;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};

use consonance_mumble::client::{ClientSettings, MumbleClient, MumbleClientEvent, VoiceWay};
use consonance_mumble::control::messages::{Authenticate, RejectType, UserText};
use consonance_mumble::{Control, MumbleVersion, Voice};
use consonance_testing::command::{Folder, Program, read_output, until_written};
use consonance_testing::sound::{FRAME_SAMPLES, decode_live, encode};
use consonance_testing::tone::{frequency, tone};
use serde_json::json;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server with a listener for Mumble: it, its address for native players, and that for Mumble's.
pub(crate) fn serve(folder: &Folder, more: &str) -> (Program, String, SocketAddr) {
    let text = format!(
        "{more}\n[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
         [[listen]]\nnetwork = 'mumble'\naddress = '127.0.0.1:0'\nrooms = ['lobby', 'team/red']\n"
    );
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let open = server.until_line("Mumble", |line| line.contains("over mumble at 127.0.0.1:"));
    let port: u16 = open.rsplit(':').next().unwrap().parse().unwrap();
    let address = server.until_line("QUIC", |line| line.contains("quic://"));
    let address = address.split(' ').next_back().unwrap().to_owned();
    (server, address, (Ipv4Addr::LOCALHOST, port).into())
}

/// A native player without sound that listens to the lobby.
fn listen_natively(address: &str) -> Program {
    let native =
        Program::start(&["join", address, "--name", "Nat", "--json", "--listen", "lobby", "--null-devices"]);
    native.until_event(&json!({"event": "players_synced"}));
    native
}

/// Waits until a client receives a matching event.
fn until(client: &mut MumbleClient, is_it: impl Fn(&MumbleClientEvent) -> bool) -> MumbleClientEvent {
    let deadline = Instant::now() + PATIENCE;
    let mut others = Vec::new();
    loop {
        while let Some(event) = client.poll().unwrap() {
            if is_it(&event) {
                return event;
            }
            others.push(event);
        }
        assert!(Instant::now() < deadline, "never told; only {others:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn until_synced(client: &mut MumbleClient) {
    until(client, |event| matches!(event, MumbleClientEvent::Control(Control::ServerSync(_))));
}

/// A client that has logged in and sends datagrams.
fn join(server: SocketAddr, name: &str, version: MumbleVersion) -> MumbleClient {
    let settings = ClientSettings { version, ..ClientSettings::new(name) };
    let mut client = MumbleClient::connect(server, settings).unwrap();
    until_synced(&mut client);
    client.ping(VoiceWay::Datagram).unwrap();
    until(&mut client, |event| *event == MumbleClientEvent::Pong(VoiceWay::Datagram));
    client
}

/// Sends a sound in packets of 20 ms, in real time.
fn say(client: &mut MumbleClient, sound: &[f32], way: VoiceWay) {
    say_frames(client, encode(sound, FRAME_SAMPLES), way);
}

fn say_frames(client: &mut MumbleClient, frames: Vec<Vec<u8>>, way: VoiceWay) {
    let began = Instant::now();
    let count = frames.len();
    for (place, opus) in frames.into_iter().enumerate() {
        let number = 2 * place as u64;
        let voice = Voice { number, opus: opus.into(), is_last: place + 1 == count, ..Voice::default() };
        client.send_voice(&voice, way).unwrap();
        while client.poll().unwrap().is_some() {}
        let next = began + Duration::from_millis(20) * (place as u32 + 1);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// The frequency in the middle of the recording, in Hz.
fn tone_of(sound: &[f32]) -> f64 {
    let loud: Vec<f32> = sound.iter().copied().skip_while(|sample| sample.abs() < 0.1).collect();
    frequency(&loud[loud.len() / 4..loud.len() * 3 / 4])
}

const LEGACY: MumbleVersion = MumbleVersion { major: 1, minor: 3, patch: 4 };

#[test]
fn mumbles_clients_and_native_players_hear_each_other_by_datagrams_and_through_the_tunnel() {
    let folder = Folder::new();
    let (_server, address, at) = serve(&folder, "");
    for (version, way) in
        [(LEGACY, VoiceWay::Datagram), (MumbleVersion::OURS, VoiceWay::Datagram), (LEGACY, VoiceWay::Tunnel)]
    {
        let heard = folder.file("heard.wav");
        let native = ["join", &address, "--name", "Nat", "--json", "--listen", "lobby", "--speak", "lobby"];
        let sound = ["--tone", "400", "--null-devices", "--output", &heard];
        let native = Program::start(&[&native[..], &sound[..]].concat());
        native.until_event(&json!({"event": "players_synced"}));
        let mut mia = join(at, "Mia", version);
        say(&mut mia, &tone(600.0, 0.5, 2 * 48_000), way);
        native.until_event(&json!({"event": "stopped_speaking", "name": "Mia"}));
        let mut frames = Vec::new();
        while frames.len() < 100 {
            let told = until(&mut mia, |event| matches!(event, MumbleClientEvent::Voice(..)));
            let MumbleClientEvent::Voice(voice, came) = told else { panic!("it was looked for") };
            assert_eq!(came, way, "answered the way that it spoke");
            frames.push(voice.opus.to_vec());
        }
        native.interrupt().assert_well();
        let hz = tone_of(&decode_live(&frames));
        assert!((hz - 400.0).abs() < 8.0, "{hz} Hz from the native player");
        let hz = tone_of(&read_output(&heard, true));
        assert!((hz - 600.0).abs() < 12.0, "{hz} Hz from Mumble, {way:?}");
    }
}

#[test]
fn a_password_is_asked_for_and_taken_and_a_client_that_is_refused_learns_why() {
    let folder = Folder::new();
    folder.write("password.txt", b"open sesame\n");
    let (_server, _, at) = serve(&folder, "[joining]\npassword_file = 'password.txt'\n");
    for (password, kind) in [("", RejectType::WrongServerPassword), ("no", RejectType::WrongServerPassword)] {
        let authenticate =
            Authenticate { password: Some(password.into()), ..ClientSettings::new("Mia").authenticate };
        let settings = ClientSettings { authenticate, ..ClientSettings::new("Mia") };
        let mut client = MumbleClient::connect(at, settings).unwrap();
        let told =
            until(&mut client, |event| matches!(event, MumbleClientEvent::Control(Control::Reject(_))));
        let MumbleClientEvent::Control(Control::Reject(reject)) = told else { panic!("it was looked for") };
        assert_eq!(reject.kind(), kind, "{}", reject.reason());
    }
    let authenticate =
        Authenticate { password: Some("open sesame".into()), ..ClientSettings::new("Mia").authenticate };
    let settings = ClientSettings { authenticate, ..ClientSettings::new("Mia") };
    until_synced(&mut MumbleClient::connect(at, settings).unwrap());
}

#[test]
fn texts_pass_and_a_client_that_is_kicked_is_out() {
    let folder = Folder::new();
    let (_server, address, at) = serve(&folder, "");
    let native = listen_natively(&address);
    let mut mia = join(at, "Mia", LEGACY);
    let message = "<b>hello</b> &lt;you&gt;".to_owned();
    let text = UserText { channel_id: vec![1], message, ..UserText::default() };
    mia.send(&text.into()).unwrap();
    native.until_event(&json!({"event": "text", "name": "Mia", "text": "hello <you>"}));
    drop(mia);
    native.until_event(&json!({"event": "player_left", "name": "Mia"}));
}

/// The Python of an environment that has pymumble; `cargo xtask check mumble` makes one.
const PYTHON: &str = "MUMBLE_BOT_PYTHON";

#[test]
#[ignore = "takes pymumble: cargo xtask check mumble"]
fn a_bot_of_pymumble_and_a_native_player_hear_each_other_and_write() {
    let folder = Folder::new();
    let (_server, address, at) = serve(&folder, "");
    let (heard, by_bot) = (folder.file("heard.wav"), folder.file("by-bot.raw"));
    let native = ["join", &address, "--name", "Nat", "--json", "--listen", "team/red", "--speak", "team/red"];
    let sound = ["--tone", "400", "--null-devices", "--output", &heard];
    let native = Program::start(&[&native[..], &sound[..]].concat());
    native.until_event(&json!({"event": "players_synced"}));
    let python = std::env::var_os(PYTHON).expect("the environment that cargo xtask check mumble makes");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/command/mumble/bot.py");
    let port = at.port().to_string();
    let words = [script, &port, "Bot", "team/red", "600", &by_bot];
    let bot = Program::launch(Command::new(python), &words, &[]);
    bot.until_line("the bot's channel", |line| line == "moved");
    native.until_event(&json!({"event": "started_speaking", "name": "Bot"}));
    until_written(&heard, std::fs::metadata(&heard).unwrap().len() + 3 * SECOND_BYTES);
    until_written(&by_bot, 3 * SECOND_BYTES);
    drop(bot);
    native.until_event(&json!({"event": "player_left", "name": "Bot"}));
    native.interrupt().assert_well();
    let hz = tone_of(&read_output(&heard, true));
    assert!((hz - 600.0).abs() < 12.0, "{hz} Hz from the bot");
    let raw = std::fs::read(&by_bot).unwrap();
    let samples =
        raw.chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0);
    let hz = tone_of(&samples.collect::<Vec<_>>());
    assert!((hz - 400.0).abs() < 8.0, "{hz} Hz at the bot");
}

/// Mono, 16 bits, 48 kHz.
const SECOND_BYTES: u64 = 2 * 48_000;
