//! `upstream` in `[[listen]]`: games that keep their servers, and players without a game, in one session.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::darkrift::voice::{DarkRiftVoiceClient, Layout};
use consonance_game_networks::darkrift::{DarkRiftClient, DarkRiftServer};
use consonance_game_networks::kcp::{KcpClient, KcpClientSettings, KcpServer, KcpServerSettings};
use consonance_game_networks::mirror::MirrorClient;
use consonance_link::gateway::EnvelopeClient;
use consonance_link::gateway::udp::{UdpServer, UdpServerSettings};
use consonance_link::{ClientLinkEvent, ClientNetwork, MessageChannel, Peer, ServerLinkEvent, ServerNetwork};
use consonance_quic::{QuicAddress, QuicClient, QuicClientSettings, QuicRuntime};
use consonance_testing::command::Folder;
use consonance_testing::command::Program;
use consonance_testing::networks::udp;

use crate::admin::get;
use crate::talker::{PATIENCE, assert_all_hear_each_other, player};

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// The magic of every voice packet (see the specification of the wire format).
const VOICE: [u8; 2] = [0x8b, 0xc7];

/// A game's server that echoes everything.
struct Game<G> {
    network: G,
    met: BTreeMap<Peer, Vec<Vec<u8>>>,
}

impl<G: ServerNetwork<MessageChannel>> Game<G> {
    fn new(network: G) -> Self {
        Self { network, met: BTreeMap::new() }
    }

    fn run_once(&mut self, now: Instant) {
        let mut bytes = Vec::new();
        while let Some(event) = self.network.poll_event(now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    self.met.insert(peer, Vec::new());
                    self.network.accept(now, peer, &[]);
                }
                ServerLinkEvent::Packet { peer, channel } => {
                    self.network.send(now, &[peer], channel, &bytes);
                    self.met.get_mut(&peer).unwrap().push(bytes.clone());
                }
                ServerLinkEvent::Disconnected { .. } => {}
            }
        }
    }

    fn assert_met(&self, clients: usize, said: &[Vec<u8>]) {
        assert_eq!(self.met.len(), clients);
        assert!(self.met.values().any(|messages| messages == said), "what its client said is as it was");
        let has_voice = |message: &Vec<u8>| message.windows(2).any(|bytes| bytes == VOICE);
        assert!(!self.met.values().flatten().any(has_voice), "voice has reached the game");
    }
}

/// Sends all this to the game, and waits until all of it has come back.
fn assert_passed_on(
    mut client: impl ClientNetwork<MessageChannel>,
    said: &[Vec<u8>],
    mut turn: impl FnMut(Instant),
) {
    let channel = client.voice_channels().reliable;
    let mut answers = Vec::new();
    client.connect(Instant::now());
    let deadline = Instant::now() + PATIENCE;
    while answers.len() < said.len() {
        assert!(Instant::now() < deadline, "{} of {} came back", answers.len(), said.len());
        let now = Instant::now();
        let mut is_up = false;
        let mut bytes = Vec::new();
        while let Some(event) = client.poll_event(now, &mut bytes) {
            match event {
                ClientLinkEvent::Connected => is_up = true,
                ClientLinkEvent::Packet { .. } => answers.push(bytes.clone()),
                ClientLinkEvent::Direct { .. } => panic!("games have no direct links"),
                ClientLinkEvent::Disconnected { reason } => panic!("{reason}"),
            }
        }
        if is_up {
            for message in said {
                client.send(now, channel, message);
            }
            client.flush(now);
        }
        turn(now);
        thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(answers, said, "what the game said is as it was, and in order");
}

/// Messages of a game: these bytes before payloads of 1 to 200 bytes.
fn messages(before: impl Fn(u8) -> Vec<u8>) -> Vec<Vec<u8>> {
    let message = |length: u8| [before(length), (0..length).map(|at| at ^ length | 1).collect()].concat();
    (1..=200).map(message).collect()
}

#[test]
fn two_games_that_keep_their_servers_and_a_native_player_are_in_one_session() {
    let endpoint = KcpServer::new(KcpServerSettings::default(), [7; 32]);
    let mut mirror = Game::new(UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap());
    let darkrift =
        DarkRiftServer::bind(ANY_PORT, consonance_game_networks::darkrift::ServerSettings::default());
    let mut darkrift = Game::new(darkrift.unwrap());
    let (folder, games) = (Folder::new(), [mirror.network.local_addr(), darkrift.network.local_addr()]);
    let text = format!(
        "sessions = ['red', 'blue']\n[admin]\nlisten = '127.0.0.1:0'\ntoken_file = 'token'\n\
         [[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
         [[listen]]\nnetwork = 'mirror-kcp'\naddress = '127.0.0.1:0'\nsession = 'blue'\nupstream = '{}'\n\
         [[listen]]\nnetwork = 'darkrift2'\naddress = '127.0.0.1:0'\nsession = 'blue'\nupstream = '{}'\n",
        games[0], games[1],
    );
    let server = Program::start(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let at = |network: &str, game: SocketAddr| -> SocketAddr {
        let words = format!("session \"blue\" is open over {network} at ");
        let line = server.until_line(network, |line| line.starts_with(&words));
        let (address, beside) = line[words.len()..].split_once("; ").unwrap();
        assert_eq!(beside, format!("everything but voice is forwarded to the game's server at {game}"));
        address.parse().unwrap()
    };
    let (mirror_at, darkrift_at) = (at("mirror-kcp", games[0]), at("darkrift2", games[1]));
    let native = server.until_line("QUIC", |line| line.contains("/blue#sha256="));
    let native: QuicAddress = native.split(' ').next_back().unwrap().parse().unwrap();

    // A time stamp, a length, and an unknown message id.
    let to_mirror = messages(|length| [&[0; 8][..], &[length + 2, 1, 2]].concat());
    let client = udp(mirror_at, KcpClient::new(KcpClientSettings::default()));
    assert_passed_on(client, &to_mirror, |now| mirror.run_once(now));
    // No flags, and a tag.
    let to_darkrift = messages(|_| vec![0, 7, 7]);
    let client =
        || DarkRiftClient::new(consonance_game_networks::darkrift::ClientSettings::new(darkrift_at)).unwrap();
    assert_passed_on(client(), &to_darkrift, |now| darkrift.run_once(now));

    let runtime = QuicRuntime::new(1).unwrap();
    let in_mirror = MirrorClient::new(consonance_game_networks::mirror::ClientSettings::default());
    let kcp = udp(mirror_at, KcpClient::new(KcpClientSettings::default()));
    let in_darkrift = DarkRiftVoiceClient::new(0x1234, None, Layout::Raw);
    let mut players = [
        player("Native", QuicClient::new(&runtime, native, QuicClientSettings::default())),
        player("Mirror", EnvelopeClient::new(kcp, in_mirror)),
        player("DarkRift", EnvelopeClient::new(client(), in_darkrift)),
    ];
    assert_all_hear_each_other(&mut players, |now| {
        mirror.run_once(now);
        darkrift.run_once(now);
    });
    mirror.assert_met(2, &to_mirror);
    darkrift.assert_met(2, &to_darkrift);

    let token = fs::read_to_string(folder.file("token")).unwrap();
    let metrics = get(&server.until_admin(), "/metrics", token.trim());
    for network in ["mirror-kcp", "darkrift2"] {
        let name = format!(
            "consonance_game_messages_total{{network=\"{network}\",direction=\"to_server\",delivery=\"reliable\"}} "
        );
        let count = metrics.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok());
        assert!(count >= Some(200), "{network}: {count:?} in {metrics}");
    }
}

#[test]
fn a_check_says_what_goes_where_and_that_a_password_keeps_voice_out() {
    let folder = Folder::new();
    let text = "[joining]\npassword = 'xyzzy'\n\
                [[listen]]\nnetwork = 'ngo'\naddress = '127.0.0.1:7777'\nupstream = 'game.internal:7778'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--check", "--config", &file]).end();
    assert!(ended.status.success(), "{:?}", ended.err);
    let line = "session \"main\" over ngo at 127.0.0.1:7777, for players at 127.0.0.1:7777; everything but voice is forwarded to the game's server at game.internal:7778";
    assert!(ended.out.iter().any(|said| said == line), "{:?}", ended.out);
    let complaints = ended.err.join("\n");
    assert!(complaints.contains("their voice cannot enter the session"), "{complaints}");
}

#[test]
fn source_addresses_that_are_none_are_named_before_anything_runs() {
    let folder = Folder::new();
    let text = "[[listen]]\nnetwork = 'ngo'\naddress = '127.0.0.1:0'\nupstream = '127.0.0.1:5'\nsource_addresses = 'some'\n";
    let file = folder.write("voice.toml", text.as_bytes());
    let ended = Program::start(&["serve", "--check", "--config", &file]).end();
    let complaint = ended.complaint();
    assert!(complaint.contains("source_addresses: invalid source addresses \"some\""), "{complaint}");
}
