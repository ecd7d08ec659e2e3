//! `consonance splice`: a game's clients before it, the game's server behind it, and their voice in between.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use consonance_darkrift::{DarkRiftClient, DarkRiftServer};
use consonance_darkrift_envelope::{DarkRiftVoiceClient, Layout};
use consonance_enet::{EnetClient, EnetClientSettings, EnetServer, EnetServerSettings};
use consonance_fishnet::FishNetClient;
use consonance_gateway::proxy_protocol::{self, Carrier};
use consonance_gateway::streams::{
    StreamClient, StreamClientSettings, StreamProtocol, StreamServer, StreamSettings,
};
use consonance_gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_gateway::{
    Channel, Envelope as _, Envelopes as _, GameServer, GameServerEvent, Sorted, SortedPart, VoiceClient,
};
use consonance_kcp::{KcpClient, KcpClientSettings, KcpServer, KcpServerSettings};
use consonance_litenetlib::{
    LiteNetLibClient, LiteNetLibServer, ServerSettings as LiteNetLibSettings, UtcClock,
};
use consonance_mirror::{ClientSettings as MirrorSettings, MirrorClient};
use consonance_ngo::{NgoClient, NgoVoiceServer, VoiceServerSettings};
use consonance_session::{ChannelProperties, Client, ClientEvent, ClientSettings, Target};
use consonance_simple_web::{ClientEnd, ServerEnd, SimpleWebServer};
use consonance_telepathy::{Telepathy, TelepathyServer};
use consonance_test_player::TestPlayer;
#[cfg(unix)]
use consonance_transport::{ClientEvent as LinkEvent, DisconnectReason};
use consonance_transport::{ClientTransport, Peer};
use consonance_utp::{UtpClient, UtpServer};

#[cfg(unix)]
use crate::game_clients;
use crate::program::Program;

/// How long anything may take. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(30);
const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Every voice packet has it (the specification of the wire format, its magic).
const VOICE: [u8; 2] = [0x8b, 0xc7];
const FRAME: &[u8] = b"a frame of speech";

/// A splice before this server of a game, and where clients are taken.
fn splice(network: &str, game: SocketAddr, more: &[&str]) -> (Program, SocketAddr) {
    let game = game.to_string();
    let arguments = ["splice", network, "--listen", "127.0.0.1:0", "--upstream", &game, "--session", "match"];
    let program = Program::start(&[&arguments[..], more].concat());
    let line = program.until_line("where clients are taken", |line| line.contains(" is open over "));
    let (open, beside) = line.split_once("; ").unwrap();
    assert!(open.starts_with("session \"match\" is open over "), "{line}");
    assert_eq!(beside, format!("all but voice goes on to the game's server at {game}"));
    (program, open.rsplit(' ').next().unwrap().parse().unwrap())
}

/// What the game's server meets.
#[derive(Default)]
struct Met {
    remotes: Vec<SocketAddr>,
    messages: Vec<Vec<u8>>,
    ends: usize,
    /// What the game says to that, if it says anything.
    answer: Option<Answer>,
}

type Answer = Box<dyn FnMut(Peer, Channel, &[u8]) -> Option<(Channel, Vec<u8>)>>;

impl Met {
    fn turn(&mut self, game: &mut impl GameServer) {
        let now = Instant::now();
        while let Some(event) = game.poll(now) {
            match event {
                GameServerEvent::Connected { peer, remote, .. } => {
                    self.remotes.push(remote);
                    game.accept(now, peer, &[]);
                }
                GameServerEvent::Message { peer, channel, message } => {
                    self.messages.push(message.to_vec());
                    let answer = self.answer.as_mut().and_then(|answer| answer(peer, channel, message));
                    if let Some((channel, answer)) = answer {
                        game.send(now, peer, channel, &answer);
                    }
                }
                GameServerEvent::Disconnected { .. } => self.ends += 1,
            }
        }
    }
}

fn player<T: ClientTransport>(name: &str, transport: T) -> TestPlayer<T> {
    let mut client = Client::new(ClientSettings::new(name));
    client.join_room("lobby").unwrap();
    client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    TestPlayer::new(client, transport, Instant::now())
}

/// Lets Alice speak until Bob hears her, through the splice and past the game, which may be interrupted then.
fn play<T: ClientTransport>(
    game: &mut impl GameServer,
    splice: &Program,
    transport: impl FnMut() -> T,
) -> Met {
    play_with(Met::default(), game, splice, transport)
}

/// The same before a game that answers.
fn play_with<T: ClientTransport>(
    mut met: Met,
    game: &mut impl GameServer,
    splice: &Program,
    mut transport: impl FnMut() -> T,
) -> Met {
    let (mut alice, mut bob) = (player("Alice", transport()), player("Bob", transport()));
    let mut is_heard = false;
    turn_until("Bob hears Alice", || {
        met.turn(game);
        let now = Instant::now();
        // Before she has joined there is nobody to speak to.
        let _ = alice.client.send_voice(FRAME);
        alice.wake(now);
        alice.turn(now, |_| {});
        bob.wake(now);
        bob.turn(now, |event| is_heard |= matches!(event, ClientEvent::Voice(voice) if voice.frame == FRAME));
        is_heard
    });
    assert_eq!((met.remotes.len(), met.ends), (2, 0));
    let has_voice = |message: &Vec<u8>| message.windows(2).any(|bytes| bytes == VOICE);
    assert!(!met.messages.iter().any(has_voice), "voice has reached the game: {:?}", met.messages);
    #[cfg(unix)]
    {
        splice.signal("INT");
        turn_until("the game hears that both are gone", || {
            met.turn(game);
            met.ends == 2
        });
        turn_until("the players hear it, too", || {
            alice.turn(Instant::now(), |_| {});
            bob.turn(Instant::now(), |_| {});
            !alice.ends.is_empty() && !bob.ends.is_empty()
        });
    }
    #[cfg(not(unix))]
    let _ = splice;
    met
}

fn turn_until(what: &str, mut turn: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !turn() {
        assert!(Instant::now() < deadline, "this does not happen: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn kcp_server() -> UdpServer<KcpServer> {
    let endpoint = KcpServer::new(KcpServerSettings::default(), [7; 32]);
    UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap()
}

#[test]
fn players_of_a_mirror_game_hear_each_other_and_their_game_hears_everything_else() {
    let mut game = kcp_server();
    let sources = if cfg!(target_os = "linux") { &["--source-addresses", "127.1.0.0/16"][..] } else { &[] };
    let (splice, address) = splice("mirror", game.local_addr(), sources);
    let met = play(&mut game, &splice, || {
        let endpoint = KcpClient::new(KcpClientSettings::default());
        let network = UdpClient::new(address, endpoint, UdpClientSettings::default());
        VoiceClient::new(network, MirrorClient::new(MirrorSettings::default()))
    });
    assert!(met.messages.len() >= 2, "each client has said at least that it is ready");
    #[cfg(target_os = "linux")]
    assert!(
        met.remotes.iter().all(|remote| remote.ip().to_string().starts_with("127.1.")),
        "{:?}",
        met.remotes
    );
    #[cfg(unix)]
    splice.end().assert_well();
}

#[test]
fn players_of_a_mirror_game_over_telepathy_hear_each_other() {
    let game = TelepathyServer::bind(ANY_PORT, Telepathy::default(), StreamSettings::default());
    play_over_streams("mirror-telepathy", &mut game.unwrap(), |_| Telepathy::default());
}

#[test]
fn players_of_a_mirror_game_over_websockets_hear_each_other() {
    let game = SimpleWebServer::bind(ANY_PORT, ServerEnd::default(), StreamSettings::default());
    play_over_streams("mirror-websocket", &mut game.unwrap(), |address| ClientEnd::new(address.to_string()));
}

#[test]
fn players_of_a_mirror_game_over_ignorance_hear_each_other() {
    let endpoint = EnetServer::new(EnetServerSettings::default());
    let mut game = UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap();
    let (splice, address) = splice("mirror-ignorance", game.local_addr(), &[]);
    let mut seed = 0;
    let met = play(&mut game, &splice, || {
        seed += 1;
        let endpoint = EnetClient::new(EnetClientSettings::default(), seed);
        let network = UdpClient::new(address, endpoint, UdpClientSettings::default());
        VoiceClient::new(network, MirrorClient::new(MirrorSettings::default()))
    });
    assert!(met.messages.len() >= 2, "each client has said at least that it is ready");
    #[cfg(unix)]
    splice.end().assert_well();
}

fn play_over_streams<S: StreamProtocol, C: StreamProtocol>(
    network: &str,
    game: &mut StreamServer<S>,
    protocol: impl Fn(SocketAddr) -> C,
) {
    let (splice, address) = splice(network, game.local_addr().unwrap(), &[]);
    let met = play(game, &splice, || {
        let client = StreamClient::new(protocol(address), StreamClientSettings::new(address)).unwrap();
        VoiceClient::new(client, MirrorClient::new(MirrorSettings::default()))
    });
    assert!(met.messages.len() >= 2, "each client has said at least that it is ready");
    #[cfg(unix)]
    splice.end().assert_well();
}

#[test]
fn players_of_a_darkrift_game_hear_each_other_and_their_game_keeps_its_server() {
    let mut game = DarkRiftServer::bind(ANY_PORT, consonance_darkrift::ServerSettings::default()).unwrap();
    let (splice, address) = splice("darkrift", game.local_addr(), &[]);
    play(&mut game, &splice, || {
        let network = DarkRiftClient::new(consonance_darkrift::ClientSettings::new(address)).unwrap();
        VoiceClient::new(network, DarkRiftVoiceClient::new(0x1234, None, Layout::Raw))
    });
    #[cfg(unix)]
    splice.end().assert_well();
}

#[test]
fn a_splice_that_is_told_the_tags_of_a_darkrift_game_answers_with_the_one_of_its_clients() {
    let mut game = DarkRiftServer::bind(ANY_PORT, consonance_darkrift::ServerSettings::default()).unwrap();
    let tags = ["--tag", "7", "--tag-to-client", "8", "--layout", "prefixed"];
    let (splice, address) = splice("darkrift", game.local_addr(), &tags);
    play(&mut game, &splice, || {
        let network = DarkRiftClient::new(consonance_darkrift::ClientSettings::new(address)).unwrap();
        VoiceClient::new(network, DarkRiftVoiceClient::new(7, Some(8), Layout::Prefixed))
    });
    #[cfg(unix)]
    splice.end().assert_well();
}

#[test]
fn players_of_a_fishnet_game_hear_each_other_and_their_game_hears_everything_else() {
    let clock = UtcClock::new(Instant::now(), SystemTime::now());
    let endpoint = LiteNetLibServer::new(LiteNetLibSettings::default(), clock);
    let mut game = UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap();
    let (splice, address) = splice("fishnet", game.local_addr(), &[]);
    let met = play(&mut game, &splice, || {
        let endpoint = LiteNetLibClient::new(consonance_litenetlib::ClientSettings::default(), clock);
        let network = UdpClient::new(address, endpoint, UdpClientSettings::default());
        VoiceClient::new(network, FishNetClient::new(consonance_fishnet::ClientSettings::default()))
    });
    let versions = met.messages.iter().filter(|message| message[4..].starts_with(&[21, 0, 10])).count();
    assert_eq!(versions, 2, "each client has told its version: {:?}", met.messages);
    #[cfg(unix)]
    splice.end().assert_well();
}

#[test]
fn players_of_a_netcode_game_hear_each_other_and_their_game_approves_them() {
    let endpoint = UtpServer::new(consonance_utp::ServerSettings::default());
    let mut game = UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap();
    let (splice, address) = splice("ngo", game.local_addr(), &[]);
    let mut approving = NgoVoiceServer::new(VoiceServerSettings::default());
    let mut clients = BTreeMap::new();
    let answer = move |peer, channel, message: &[u8]| {
        let client = clients.entry(peer).or_insert_with(|| approving.open(Instant::now()));
        let mut sorted = Sorted::default();
        client.handle_from_client(Instant::now(), channel, message, &mut sorted);
        match sorted.pop()? {
            (SortedPart::ToClient(channel), answer) => Some((channel, answer.to_vec())),
            _ => None,
        }
    };
    let met = Met { answer: Some(Box::new(answer)), ..Met::default() };
    let mut seed = 0;
    let met = play_with(met, &mut game, &splice, || {
        seed += 1;
        let endpoint = UtpClient::new(consonance_utp::ClientSettings::default(), seed);
        let network = UdpClient::new(address, endpoint, UdpClientSettings::default());
        VoiceClient::new(network, NgoClient::new(consonance_ngo::ClientSettings::default()))
    });
    assert_eq!(met.messages.len(), 2, "each client has asked to be taken in, and all else was voice");
    #[cfg(unix)]
    splice.end().assert_well();
}

#[test]
fn a_game_over_tcp_is_told_the_address_of_each_client_before_anything_else() {
    // A batch of Mirror's, with its length in front: no time, and a message that is nobody's.
    let telepathy = [&[0, 0, 0, 12][..], &[0; 8], &[3, 1, 2, 5]].concat();
    assert_told_address("mirror-telepathy", &telepathy, &telepathy);
    let upgrade = b"GET / HTTP/1.1\r\nHost: game\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    assert_told_address("mirror-websocket", upgrade, b"GET / HTTP/1.1\r\n");
}

/// A client says something, and the game's server hears its address, and then this.
fn assert_told_address(network: &str, said: &[u8], heard: &[u8]) {
    let game = TcpListener::bind(ANY_PORT).unwrap();
    let (_splice, address) = splice(network, game.local_addr().unwrap(), &["--proxy-protocol"]);
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(said).unwrap();
    let (mut upstream, _) = game.accept().unwrap();
    upstream.set_read_timeout(Some(PATIENCE)).unwrap();
    let header = proxy_protocol::header(client.local_addr().unwrap(), address, Carrier::Tcp);
    let mut begin = vec![0; header.len() + heard.len()];
    upstream.read_exact(&mut begin).unwrap();
    assert_eq!(begin, [&header, heard].concat(), "{network}");
}

#[test]
fn the_log_says_that_a_game_cannot_be_reached() {
    // A port that nothing gets by chance.
    let nobody = (Ipv4Addr::LOCALHOST, 5).into();
    let (splice, address) = splice("mirror-telepathy", nobody, &[]);
    let _client = TcpStream::connect(address).unwrap();
    let line = splice.until_logged("the game's server cannot be made");
    assert!(line.contains("WARN") && line.contains("mirror-telepathy"), "{line}");
}

#[cfg(unix)]
#[test]
fn players_who_never_spoke_are_told_goodbye_as_well_when_a_splice_ends() {
    let mut game = kcp_server();
    let (splice, address) = splice("mirror", game.local_addr(), &[]);
    let (mut alice, mut bob) = (game_clients::mirror_kcp(address), game_clients::mirror_kcp(address));
    alice.connect(Instant::now());
    bob.connect(Instant::now());
    let mut met = Met::default();
    turn_until("both have told the game that they are ready", || {
        met.turn(&mut game);
        alice.poll(Instant::now());
        bob.poll(Instant::now());
        met.remotes.len() == 2 && met.messages.len() >= 2
    });
    splice.signal("INT");
    let (mut alices_end, mut bobs_end) = (None, None);
    turn_until("everybody hears that it is over", || {
        met.turn(&mut game);
        alices_end = alices_end.take().or_else(|| end_of(&mut alice));
        bobs_end = bobs_end.take().or_else(|| end_of(&mut bob));
        met.ends == 2 && alices_end.is_some() && bobs_end.is_some()
    });
    let goodbye = Some(DisconnectReason::closed_by_peer(b""));
    assert_eq!((alices_end, bobs_end), (goodbye.clone(), goodbye));
    splice.end().assert_well();
}

/// Why a player's link has ended, if it has.
#[cfg(unix)]
fn end_of(player: &mut impl ClientTransport) -> Option<DisconnectReason> {
    while let Some(event) = player.poll(Instant::now()) {
        if let LinkEvent::Disconnected { reason } = event {
            return Some(reason);
        }
    }
    None
}

#[test]
fn what_would_run_is_told_without_running_it() {
    let taken = UdpSocket::bind(ANY_PORT).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let arguments = ["splice", "mirror", "--listen", &address, "--upstream", "127.0.0.1:5"];
    let ended = Program::start(&[&arguments[..], &["--check"]].concat()).end();
    assert!(ended.status.success(), "{:?}", ended.err);
    let said = ended.out.join("\n");
    let line = format!(
        "session \"main\" over mirror-kcp at {address}, for players at {address}; all but voice goes on"
    );
    assert!(said.contains(&line), "{said}");

    let ended = Program::start(&arguments).end();
    let complaint = ended.complaint();
    let taken = format!("mirror-kcp: UDP port {} is taken on 127.0.0.1", taken.local_addr().unwrap().port());
    assert!(complaint.contains(&taken), "{complaint}");
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    for (arguments, words) in [
        (&["splice", "mirorr", "--listen", "127.0.0.1:0", "--upstream", "127.0.0.1:5"][..], "mirror"),
        (&["splice", "mirror", "--listen", "127.0.0.1:0"], "--upstream"),
        (&["splice", "mirror", "--listen", "here", "--upstream", "127.0.0.1:5"], "here"),
        (&["splice", "mirror", "--listen", "127.0.0.1:0", "--upstream", "127.0.0.1"], "127.0.0.1"),
        (
            &[
                "splice",
                "mirror",
                "--listen",
                "127.0.0.1:0",
                "--upstream",
                "127.0.0.1:5",
                "--source-addresses",
                "127.0.0.1",
            ],
            "127.1.0.0/16",
        ),
        (
            &[
                "splice",
                "darkrift",
                "--listen",
                "127.0.0.1:0",
                "--upstream",
                "127.0.0.1:5",
                "--voice-type",
                "A.B",
            ],
            "--voice-type",
        ),
    ] {
        let ended = Program::start(arguments).end();
        assert!(!ended.status.success(), "{arguments:?}");
        let said = ended.err.join("\n");
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert_eq!(ended.out, [""; 0], "{arguments:?}");
    }
}
