//! `[[listen]]`: players of several networks in one session.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use consonance_quic::{QuicAddress, QuicClient, QuicClientSettings, QuicRuntime};
use consonance_session::{ChannelProperties, Client, ClientEvent, ClientSettings, Target};
use consonance_sidecar::{LinkSecret, SidecarBridge, SidecarLink, SidecarLinkSettings};
use consonance_test_player::TestPlayer;
use consonance_transport::ClientTransport;
use consonance_transport::memory::MemoryNetwork;

use crate::folder::Folder;
use crate::program::Program;

/// How long anything may take. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody in the room "lobby".
struct Player<T> {
    inner: TestPlayer<T>,
    heard: Vec<Vec<u8>>,
}

/// The same over any network.
trait Talker {
    fn say(&mut self, words: &[u8]);
    fn turn(&mut self, now: Instant);
    fn has_heard(&self, words: &[u8]) -> bool;
}

fn player(name: &str, transport: impl ClientTransport + 'static) -> Box<dyn Talker> {
    let mut client = Client::new(ClientSettings::new(name));
    client.join_room("lobby").unwrap();
    client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    Box::new(Player { inner: TestPlayer::new(client, transport, Instant::now()), heard: Vec::new() })
}

impl<T: ClientTransport> Talker for Player<T> {
    fn say(&mut self, words: &[u8]) {
        // Who has not joined yet cannot speak.
        let _ = self.inner.client.send_voice(words);
    }

    fn turn(&mut self, now: Instant) {
        let Self { inner, heard } = self;
        inner.wake(now);
        inner.turn(now, |event| {
            if let ClientEvent::Voice(voice) = event {
                heard.push(voice.frame.to_vec());
            }
        });
    }

    fn has_heard(&self, words: &[u8]) -> bool {
        self.heard.iter().any(|frame| frame == words)
    }
}

/// Each speaks until all others hear it, while something else has its turn, too.
fn assert_all_hear_each_other(players: &mut [Box<dyn Talker>], mut turn: impl FnMut(Instant)) {
    for speaker in 0..players.len() {
        let words = format!("player {speaker} speaks").into_bytes();
        let deadline = Instant::now() + PATIENCE;
        let is_heard = |players: &[Box<dyn Talker>]| {
            let mut others = players.iter().enumerate().filter(|(number, _)| *number != speaker);
            others.all(|(_, player)| player.has_heard(&words))
        };
        while !is_heard(players) {
            assert!(Instant::now() < deadline, "not all hear player {speaker}");
            players[speaker].say(&words);
            let now = Instant::now();
            for player in players.iter_mut() {
                player.turn(now);
            }
            turn(now);
            thread::sleep(Duration::from_millis(2));
        }
    }
}

#[test]
fn players_of_different_networks_hear_each_other_in_one_session() {
    let folder = Folder::new();
    folder.write("link.txt", b"a secret of this test\n");
    let text = "sessions = ['red', 'blue', 'green']\nworkers = 2\n\
                [[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                [[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:0'\nsession = 'blue'\nsecret_file = 'link.txt'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let server = Program::start(&["serve", "--config", &file]);
    let address = server.until_line("QUIC", |line| line.contains("/blue#sha256="));
    let address: QuicAddress = address.split(' ').next_back().unwrap().parse().unwrap();
    let open = server.until_line("the sidecar", |line| line.contains("over sidecar"));
    assert!(open.starts_with("session \"blue\" is open over sidecar at 127.0.0.1:"), "{open}");

    let mut settings = SidecarLinkSettings::default();
    settings.secret = LinkSecret::new("a secret of this test");
    let port: u16 = open.rsplit(':').next().unwrap().parse().unwrap();
    let link = SidecarLink::new((Ipv4Addr::LOCALHOST, port).into(), settings);
    let game = MemoryNetwork::new();
    let mut adapter = SidecarBridge::new(Instant::now(), game.listen(), link);
    let runtime = QuicRuntime::new(1).unwrap();
    let mut players = [
        player("Alice", QuicClient::new(&runtime, address, QuicClientSettings::default())),
        player("Bob", game.client("the game")),
        player("Carol", game.client("the game")),
    ];
    assert_all_hear_each_other(&mut players, |now| {
        assert_eq!(adapter.turn(now), None, "the link stays");
    });
}

#[test]
fn a_check_says_over_which_networks_players_would_come_and_what_may_be_a_surprise() {
    let folder = Folder::new();
    folder.write("link.txt", b"a secret of this test\n");
    let text = "host = 'voice.example.org'\n[joining]\npassword = 'xyzzy'\n\
                [[listen]]\nnetwork = 'sidecar'\naddress = '192.0.2.1:7790'\nsecret_file = 'link.txt'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--check", "--config", &file]).end();
    assert!(ended.status.success(), "{:?}", ended.err);
    let said = ended.out.join("\n");
    let line = "session \"main\" over sidecar at 192.0.2.1:7790, for players at voice.example.org:7790";
    assert!(said.contains(line), "{said}");
    assert!(!said.contains("[::]:7777"), "it listens where it was told to, and nowhere else: {said}");
    let complaints = ended.err.join("\n");
    for words in ["is not encrypted", "asks for a password, which clients of games cannot show"] {
        assert!(complaints.contains(words), "{words} is not in {complaints}");
    }
}

#[test]
fn a_secret_that_is_missing_is_named_before_anything_runs() {
    let folder = Folder::new();
    let text = "[[listen]]\nnetwork = 'sidecar'\naddress = '127.0.0.1:0'\nsecret_file = 'link.txt'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--config", &file]).end();
    let complaint = ended.complaint();
    assert!(complaint.contains("voice.toml:1: listen: ") && complaint.contains("link.txt"), "{complaint}");
}
