//! Operators' view of Mumble's users: why one is not heard, and the counters.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use consonance_mumble::client::{ClientSettings, MumbleClient, MumbleClientEvent, VoiceWay};
use consonance_mumble::control::messages::{RejectType, UserState};
use consonance_mumble::{Control, MumbleVersion, Voice};
use consonance_testing::command::{Folder, Program};

use super::{LEGACY, PATIENCE, join, serve, until};
use crate::admin::get;

/// Opus of 20 ms (RFC 6716, section 3.1).
const MS_20: [u8; 4] = [0x48, 1, 2, 3];
/// Speex, from a client of the format before 1.5.
const SPEEX: [u8; 4] = [0x40, 1, 1, 9];
/// Channel numbers.
const ROOT: u32 = 0;
const LOBBY: u32 = 1;

/// Ada should be heard by Bob; both have clients of Mumble.
struct Scene {
    ada: MumbleClient,
    bob: MumbleClient,
    inspector: String,
    number: u64,
    /// The voice that Ada sends repeatedly.
    says: Option<Says>,
}

#[derive(Clone, Copy)]
enum Says {
    Opus(VoiceWay),
    Speex,
}

impl Scene {
    fn run_once(&mut self) {
        match self.says {
            Some(Says::Opus(way)) => {
                self.number += 2;
                let voice = Voice { number: self.number, opus: MS_20[..].into(), ..Voice::default() };
                self.ada.send_voice(&voice, way).unwrap();
            }
            Some(Says::Speex) => self.ada.send_packet(&SPEEX, VoiceWay::Datagram).unwrap(),
            None => {}
        }
        for client in [&mut self.ada, &mut self.bob] {
            while client.poll().unwrap().is_some() {}
        }
        thread::sleep(Duration::from_millis(20));
    }

    /// Queries repeatedly why Ada is not heard, until the answer has these words.
    fn until_told(&mut self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let why = Program::start(&["why", &self.inspector, "Ada", "Bob"]);
            (0..50).for_each(|_| self.run_once());
            let told = why.end().out.join("\n");
            if told.contains(words) {
                return;
            }
            assert!(Instant::now() < deadline, "{words:?} is not told, but {told}");
        }
    }
}

fn change(client: &mut MumbleClient, state: UserState) {
    client.send(&state.into()).unwrap();
}

#[test]
fn why_knows_what_keeps_a_user_of_mumble_silent() {
    let folder = Folder::new();
    let (server, _, at) = serve(&folder, "[diagnostics]\ninspector_port = 0\n");
    let inspector = server.until_inspector();
    let (ada, bob) = (join(at, "Ada", LEGACY), join(at, "Bob", MumbleVersion::OURS));
    let mut scene = Scene { ada, bob, inspector, number: 0, says: None };
    scene.until_told("no voice comes from Ada's Mumble (the last: never)");
    change(&mut scene.ada, UserState { self_mute: Some(true), ..UserState::default() });
    scene.until_told("BROKEN  speaker's mute       Ada has muted itself in Mumble");
    change(&mut scene.ada, UserState { self_mute: Some(false), ..UserState::default() });
    scene.says = Some(Says::Speex);
    scene.until_told("the server drops what comes from Ada's Mumble: it is CELT or Speex");
    scene.says = Some(Says::Opus(VoiceWay::Datagram));
    scene.until_told("by Mumble's UDP");
    scene.says = Some(Says::Opus(VoiceWay::Tunnel));
    scene.until_told("through Mumble's control channel over TCP, not by UDP");
    change(&mut scene.bob, UserState { self_deaf: Some(true), ..UserState::default() });
    scene.until_told("BROKEN  listener's ears      Bob has deafened itself in Mumble");
    change(&mut scene.bob, UserState { self_deaf: Some(false), ..UserState::default() });
    change(&mut scene.bob, UserState { channel_id: Some(ROOT), ..UserState::default() });
    scene.until_told("but Bob listens to no room");
    change(&mut scene.bob, UserState { listening_channel_add: vec![LOBBY], ..UserState::default() });
    scene.until_told("Bob's Mumble is not deafened; it is in the root channel, and listens to lobby");
    change(&mut scene.ada, UserState { channel_id: Some(ROOT), ..UserState::default() });
    scene.until_told("Ada is in the root channel, which is no room");
}

#[test]
fn an_operator_has_muted_a_user_of_mumble_and_why_says_so() {
    let folder = Folder::new();
    let file = folder.file("token");
    let admin = format!("[admin]\nlisten = '127.0.0.1:0'\ntoken_file = '{file}'\n");
    let (server, _, at) = serve(&folder, &format!("{admin}[diagnostics]\ninspector_port = 0\n"));
    let (url, inspector) = (format!("http://{}", server.until_admin()), server.until_inspector());
    let (ada, bob) = (join(at, "Ada", LEGACY), join(at, "Bob", LEGACY));
    let mute =
        ["admin", "--server", &url, "--token-file", &file, "mute", "main", "Ada", "--reason", "too loud"];
    Program::start(&mute).end().assert_well();
    let says = Some(Says::Opus(VoiceWay::Datagram));
    let mut scene = Scene { ada, bob, inspector, number: 0, says };
    scene.until_told("the server's operator has muted Ada (too loud)");
}

#[test]
fn what_users_of_mumble_send_and_what_is_dropped_of_it_is_counted() {
    let folder = Folder::new();
    let file = folder.file("token");
    let admin = format!("[admin]\nlisten = '127.0.0.1:0'\ntoken_file = '{file}'\n");
    let (server, _, at) = serve(&folder, &admin);
    let url = server.until_admin();
    let token = fs::read_to_string(&file).unwrap().trim().to_owned();
    let (mut ada, mut bob) = (join(at, "Ada", LEGACY), join(at, "Bob", LEGACY));
    is_refused(at, "Ada");
    let voice = |number| Voice { number, opus: MS_20[..].into(), ..Voice::default() };
    ada.send_voice(&voice(2), VoiceWay::Datagram).unwrap();
    until(&mut bob, |event| matches!(event, MumbleClientEvent::Voice(_, VoiceWay::Datagram)));
    ada.send_voice(&voice(4), VoiceWay::Tunnel).unwrap();
    ada.send_packet(&SPEEX, VoiceWay::Datagram).unwrap();
    ada.send_packet(&[], VoiceWay::Datagram).unwrap();
    let stranger = ask_for_numbers(at);
    stranger.send_to(&[7; 60], at).unwrap();
    let lines = [
        "consonance_mumble_users{network=\"mumble\",voice=\"udp\"} 1",
        "consonance_mumble_users{network=\"mumble\",voice=\"tunnel\"} 1",
        "consonance_mumble_logins_refused_total{network=\"mumble\",reason=\"name_in_use\"} 1",
        "consonance_mumble_voice_packets_total{network=\"mumble\",direction=\"received\",way=\"udp\"} 1",
        "consonance_mumble_voice_packets_total{network=\"mumble\",direction=\"received\",way=\"tunnel\"} 1",
        "consonance_mumble_dropped_total{network=\"mumble\",what=\"voice\",reason=\"other_codec\"} 1",
        "consonance_mumble_dropped_total{network=\"mumble\",what=\"voice\",reason=\"malformed\"} 1",
        "consonance_mumble_dropped_total{network=\"mumble\",what=\"datagram\",reason=\"forged\"} 1",
        "consonance_mumble_list_pings_total{network=\"mumble\",result=\"answered\"} 1",
    ];
    let deadline = Instant::now() + PATIENCE;
    loop {
        for client in [&mut ada, &mut bob] {
            while client.poll().unwrap().is_some() {}
        }
        let metrics = get(&url, "/metrics", &token);
        let missing = lines.iter().find(|line| !metrics.contains(&format!("\n{line}\n")));
        let Some(missing) = missing else { break };
        assert!(Instant::now() < deadline, "no {missing} in {metrics}");
        thread::sleep(Duration::from_millis(50));
    }
    let players = get(&url, "/api/v1/sessions/main", &token);
    for words in [r#""network":"mumble""#, TUNNELLED, "CELT or Speex"] {
        assert!(players.contains(words), "no {words} in {players}");
    }
}

const TUNNELLED: &str = "through Mumble's control channel over TCP, not by UDP";

/// Asserts that a client is rejected because its name is in use.
fn is_refused(at: SocketAddr, name: &str) {
    let mut client = MumbleClient::connect(at, ClientSettings::new(name)).unwrap();
    let told = until(&mut client, |event| matches!(event, MumbleClientEvent::Control(Control::Reject(_))));
    let MumbleClientEvent::Control(Control::Reject(reject)) = told else { panic!("it was looked for") };
    assert_eq!(reject.kind(), RejectType::UsernameInUse, "{}", reject.reason());
}

/// A socket that has received an answer to a server list's query.
fn ask_for_numbers(at: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind((at.ip(), 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.send_to(&[0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], at).unwrap();
    assert_eq!(socket.recv(&mut [0; 64]).unwrap(), 24);
    socket
}
