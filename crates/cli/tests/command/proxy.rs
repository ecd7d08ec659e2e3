//! `consonance proxy`: a game's clients before it, the game's server behind it, and their voice in between.

pub(crate) mod fixture;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Instant, SystemTime};

use consonance_game_networks::darkrift::voice::{DarkRiftVoiceClient, Layout};
use consonance_game_networks::darkrift::{DarkRiftClient, DarkRiftServer};
use consonance_game_networks::enet::{EnetClient, EnetClientSettings, EnetServer, EnetServerSettings};
use consonance_game_networks::fishnet::FishNetClient;
use consonance_game_networks::kcp::{KcpClient, KcpClientSettings, KcpServer, KcpServerSettings};
use consonance_game_networks::litenetlib::{
    LiteNetLibClient, LiteNetLibServer, ServerSettings as LiteNetLibSettings, UtcClock,
};
use consonance_game_networks::mirror::{ClientSettings as MirrorSettings, MirrorClient};
use consonance_game_networks::ngo::{NgoClient, NgoVoiceOnly, VoiceOnlySettings};
use consonance_game_networks::simple_web::{SimpleWebClientEnd, SimpleWebServer, SimpleWebServerEnd};
use consonance_game_networks::telepathy::{Telepathy, TelepathyServer};
use consonance_game_networks::utp::{UtpClient, UtpServer};
use consonance_link::gateway::proxy_protocol::{self, TransportProtocol};
use consonance_link::gateway::streams::{
    StreamClient, StreamClientSettings, StreamProtocol, StreamServer, StreamSettings,
};
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{Envelope as _, EnvelopeClient, EnvelopeKind as _, MessagePart, MessageParts};
use consonance_link::{ClientLinkEvent, ClientNetwork, DisconnectReason};
#[cfg(unix)]
use consonance_testing::networks as game_clients;

#[cfg(unix)]
use consonance_testing::command::Program;
#[cfg(unix)]
use fixture::turn_until;
use fixture::{ANY_PORT, Met, PATIENCE, play, play_with, proxy};

fn kcp_server() -> UdpServer<KcpServer> {
    let endpoint = KcpServer::new(KcpServerSettings::default(), [7; 32]);
    UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap()
}

#[test]
fn players_of_a_mirror_game_hear_each_other_and_their_game_hears_everything_else() {
    let mut game = kcp_server();
    let sources = if cfg!(target_os = "linux") { &["--source-addresses", "127.1.0.0/16"][..] } else { &[] };
    let (proxy, address) = proxy("mirror", game.local_addr(), sources);
    let met = play(&mut game, &proxy, || {
        let endpoint = KcpClient::new(KcpClientSettings::default());
        let network = UdpClient::new(address, endpoint, UdpClientSettings::default());
        EnvelopeClient::new(network, MirrorClient::new(MirrorSettings::default()))
    });
    assert!(met.messages.len() >= 2, "each client has said at least that it is ready");
    #[cfg(target_os = "linux")]
    assert!(
        met.remotes.iter().all(|remote| remote.ip().to_string().starts_with("127.1.")),
        "{:?}",
        met.remotes
    );
    #[cfg(unix)]
    proxy.end().assert_well();
}

#[test]
fn players_of_a_mirror_game_over_telepathy_hear_each_other() {
    let game = TelepathyServer::bind(ANY_PORT, Telepathy::default(), StreamSettings::default());
    play_over_streams("mirror-telepathy", &mut game.unwrap(), |_| Telepathy::default());
}

#[test]
fn players_of_a_mirror_game_over_websockets_hear_each_other() {
    let game = SimpleWebServer::bind(ANY_PORT, SimpleWebServerEnd::default(), StreamSettings::default());
    play_over_streams("mirror-websocket", &mut game.unwrap(), |address| {
        SimpleWebClientEnd::new(address.to_string())
    });
}

#[test]
fn players_of_a_mirror_game_over_ignorance_hear_each_other() {
    let endpoint = EnetServer::new(EnetServerSettings::default(), [7; 32]);
    let mut game = UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap();
    let (proxy, address) = proxy("mirror-ignorance", game.local_addr(), &[]);
    let mut seed = 0;
    let met = play(&mut game, &proxy, || {
        seed += 1;
        let endpoint = EnetClient::new(EnetClientSettings::default(), seed);
        let network = UdpClient::new(address, endpoint, UdpClientSettings::default());
        EnvelopeClient::new(network, MirrorClient::new(MirrorSettings::default()))
    });
    assert!(met.messages.len() >= 2, "each client has said at least that it is ready");
    #[cfg(unix)]
    proxy.end().assert_well();
}

fn play_over_streams<S: StreamProtocol, C: StreamProtocol>(
    network: &str,
    game: &mut StreamServer<S>,
    protocol: impl Fn(SocketAddr) -> C,
) {
    let (proxy, address) = proxy(network, game.local_addr().unwrap(), &[]);
    let met = play(game, &proxy, || {
        let client = StreamClient::new(protocol(address), StreamClientSettings::new(address)).unwrap();
        EnvelopeClient::new(client, MirrorClient::new(MirrorSettings::default()))
    });
    assert!(met.messages.len() >= 2, "each client has said at least that it is ready");
    #[cfg(unix)]
    proxy.end().assert_well();
}

#[test]
fn players_of_a_darkrift_game_hear_each_other_and_their_game_keeps_its_server() {
    let mut game =
        DarkRiftServer::bind(ANY_PORT, consonance_game_networks::darkrift::ServerSettings::default())
            .unwrap();
    let (proxy, address) = proxy("darkrift", game.local_addr(), &[]);
    play(&mut game, &proxy, || {
        let network =
            DarkRiftClient::new(consonance_game_networks::darkrift::ClientSettings::new(address)).unwrap();
        EnvelopeClient::new(network, DarkRiftVoiceClient::new(0x1234, None, Layout::Raw))
    });
    #[cfg(unix)]
    proxy.end().assert_well();
}

#[test]
fn a_proxy_that_is_told_the_tags_of_a_darkrift_game_answers_with_the_one_of_its_clients() {
    let mut game =
        DarkRiftServer::bind(ANY_PORT, consonance_game_networks::darkrift::ServerSettings::default())
            .unwrap();
    let tags = ["--tag", "7", "--tag-to-client", "8", "--layout", "prefixed"];
    let (proxy, address) = proxy("darkrift", game.local_addr(), &tags);
    play(&mut game, &proxy, || {
        let network =
            DarkRiftClient::new(consonance_game_networks::darkrift::ClientSettings::new(address)).unwrap();
        EnvelopeClient::new(network, DarkRiftVoiceClient::new(7, Some(8), Layout::Prefixed))
    });
    #[cfg(unix)]
    proxy.end().assert_well();
}

#[test]
fn players_of_a_fishnet_game_hear_each_other_and_their_game_hears_everything_else() {
    let clock = UtcClock::new(Instant::now(), SystemTime::now());
    let endpoint = LiteNetLibServer::new(LiteNetLibSettings::default(), clock, [7; 32]);
    let mut game = UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap();
    let (proxy, address) = proxy("fishnet", game.local_addr(), &[]);
    let met = play(&mut game, &proxy, || {
        let endpoint =
            LiteNetLibClient::new(consonance_game_networks::litenetlib::ClientSettings::default(), clock);
        let network = UdpClient::new(address, endpoint, UdpClientSettings::default());
        EnvelopeClient::new(
            network,
            FishNetClient::new(consonance_game_networks::fishnet::ClientSettings::default()),
        )
    });
    let versions = met.messages.iter().filter(|message| message[4..].starts_with(&[21, 0, 10])).count();
    assert_eq!(versions, 2, "each client has told its version: {:?}", met.messages);
    #[cfg(unix)]
    proxy.end().assert_well();
}

#[test]
fn players_of_a_netcode_game_hear_each_other_and_their_game_approves_them() {
    let endpoint = UtpServer::new(consonance_game_networks::utp::ServerSettings::default(), [7; 32]);
    let mut game = UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap();
    let (proxy, address) = proxy("ngo", game.local_addr(), &[]);
    let mut approving = NgoVoiceOnly::new(VoiceOnlySettings::default());
    let mut clients = BTreeMap::new();
    let answer = move |peer, channel, message: &[u8]| {
        let client = clients.entry(peer).or_insert_with(|| approving.open(Instant::now()));
        let mut parts = MessageParts::default();
        client.handle_from_client(Instant::now(), channel, message, &mut parts);
        match parts.pop()? {
            (MessagePart::ToClient(channel), answer) => Some((channel, answer.to_vec())),
            _ => None,
        }
    };
    let met = Met { answer: Some(Box::new(answer)), ..Met::default() };
    let mut seed = 0;
    let met = play_with(met, &mut game, &proxy, || {
        seed += 1;
        let endpoint = UtpClient::new(consonance_game_networks::utp::ClientSettings::default(), seed);
        let network = UdpClient::new(address, endpoint, UdpClientSettings::default());
        EnvelopeClient::new(network, NgoClient::new(consonance_game_networks::ngo::ClientSettings::default()))
    });
    assert_eq!(met.messages.len(), 2, "each client has asked to be admitted, and all else was voice");
    #[cfg(unix)]
    proxy.end().assert_well();
}

#[test]
fn a_game_over_tcp_is_told_the_address_of_each_client_before_anything_else() {
    // A batch of Mirror's with a length prefix: no time, and an unknown message.
    let telepathy = [&[0, 0, 0, 12][..], &[0; 8], &[3, 1, 2, 5]].concat();
    assert_told_address("mirror-telepathy", &telepathy, &telepathy);
    let upgrade = b"GET / HTTP/1.1\r\nHost: game\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    assert_told_address("mirror-websocket", upgrade, b"GET / HTTP/1.1\r\n");
}

/// A client sends something, and the game's server receives first the client's address, then these bytes.
fn assert_told_address(network: &str, said: &[u8], heard: &[u8]) {
    let game = TcpListener::bind(ANY_PORT).unwrap();
    let (_proxy, address) = proxy(network, game.local_addr().unwrap(), &["--proxy-protocol"]);
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(said).unwrap();
    let (mut upstream, _) = game.accept().unwrap();
    upstream.set_read_timeout(Some(PATIENCE)).unwrap();
    let header = proxy_protocol::header(client.local_addr().unwrap(), address, TransportProtocol::Tcp);
    let mut begin = vec![0; header.len() + heard.len()];
    upstream.read_exact(&mut begin).unwrap();
    assert_eq!(begin, [&header, heard].concat(), "{network}");
}

#[test]
fn the_log_says_that_a_game_cannot_be_reached() {
    // A port that is never assigned by chance.
    let unreachable = (Ipv4Addr::LOCALHOST, 5).into();
    let (proxy, address) = proxy("mirror-telepathy", unreachable, &[]);
    let _client = TcpStream::connect(address).unwrap();
    let line = proxy.until_logged("cannot connect to the game's server");
    assert!(line.contains("WARN") && line.contains("mirror-telepathy"), "{line}");
}

#[cfg(unix)]
#[test]
fn players_that_never_spoke_are_told_goodbye_as_well_when_a_proxy_ends() {
    let mut game = kcp_server();
    let (proxy, address) = proxy("mirror", game.local_addr(), &[]);
    let (mut alice, mut bob) =
        (game_clients::player("mirror-kcp", address), game_clients::player("mirror-kcp", address));
    alice.connect(Instant::now());
    bob.connect(Instant::now());
    let mut met = Met::default();
    turn_until("both have told the game that they are ready", || {
        met.run_once(&mut game);
        alice.poll_event(Instant::now(), &mut Vec::new());
        bob.poll_event(Instant::now(), &mut Vec::new());
        met.remotes.len() == 2 && met.messages.len() >= 2
    });
    proxy.signal("INT");
    let (mut alices_end, mut bobs_end) = (None, None);
    turn_until("all clients hear that it is over", || {
        met.run_once(&mut game);
        alices_end = alices_end.take().or_else(|| end_of(&mut alice));
        bobs_end = bobs_end.take().or_else(|| end_of(&mut bob));
        met.ends == 2 && alices_end.is_some() && bobs_end.is_some()
    });
    let goodbye = Some(DisconnectReason::closed_by_peer(b""));
    assert_eq!((alices_end, bobs_end), (goodbye.clone(), goodbye));
    proxy.end().assert_well();
}

/// Why a player's link has ended, if it has.
#[cfg(unix)]
fn end_of(player: &mut impl ClientNetwork) -> Option<DisconnectReason> {
    while let Some(event) = player.poll_event(Instant::now(), &mut Vec::new()) {
        if let ClientLinkEvent::Disconnected { reason } = event {
            return Some(reason);
        }
    }
    None
}

#[test]
fn what_would_run_is_told_without_running_it() {
    let taken = UdpSocket::bind(ANY_PORT).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let arguments = ["proxy", "mirror", "--listen", &address, "--upstream", "127.0.0.1:5"];
    let ended = Program::start(&[&arguments[..], &["--check"]].concat()).end();
    assert!(ended.status.success(), "{:?}", ended.err);
    let said = ended.out.join("\n");
    let line = format!(
        "session \"main\" over mirror-kcp at {address}, for players at {address}; everything but voice is forwarded"
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
        (&["proxy", "mirorr", "--listen", "127.0.0.1:0", "--upstream", "127.0.0.1:5"][..], "mirror"),
        (&["proxy", "mirror", "--listen", "127.0.0.1:0"], "--upstream"),
        (&["proxy", "mirror", "--listen", "here", "--upstream", "127.0.0.1:5"], "here"),
        (&["proxy", "mirror", "--listen", "127.0.0.1:0", "--upstream", "127.0.0.1"], "127.0.0.1"),
        (
            &[
                "proxy",
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
                "proxy",
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
