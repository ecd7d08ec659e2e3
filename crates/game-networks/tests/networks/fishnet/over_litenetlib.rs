//! Envelopes over the network that games use for them, with local sockets.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use consonance_game_networks::fishnet::{
    ClientSettings, FishNetClient, FishNetProxy, FishNetVoiceOnly, ProxySettings, VoiceOnlySettings,
};
use consonance_game_networks::litenetlib::{
    ClientSettings as NetworkClientSettings, ConnectionKey, ConnectionSettings, LiteNetLibClient,
    LiteNetLibServer, ServerSettings, UtcClock,
};
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer, UpstreamSettings, VoiceStart};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, Delivery, Peer, ServerLinkEvent, ServerNetwork};

use crate::fishnet::support::packet;

const PATIENCE: Duration = Duration::from_secs(30);
const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

type Player = EnvelopeClient<UdpClient<LiteNetLibClient>, FishNetClient>;

fn clock() -> UtcClock {
    UtcClock::new(Instant::now(), SystemTime::now())
}

fn network(settings: ServerSettings) -> UdpServer<LiteNetLibServer> {
    let endpoint = LiteNetLibServer::new(settings, clock(), [1; 32]);
    UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default()).unwrap()
}

fn player(server: SocketAddr) -> Player {
    let endpoint = LiteNetLibClient::new(NetworkClientSettings::default(), clock());
    let network = UdpClient::new(server, endpoint, UdpClientSettings::default());
    let mut player = EnvelopeClient::new(network, FishNetClient::new(ClientSettings::default()));
    player.connect(Instant::now());
    player
}

/// Has a player and a session speak until each has heard the other say `words`. Returns the player's peer.
fn talk(player: &mut Player, session: &mut dyn ServerNetwork, words: &[u8], mut turn: impl FnMut()) -> Peer {
    let deadline = Instant::now() + PATIENCE;
    let (mut speaker, mut is_answered) = (None, false);
    while !is_answered {
        assert!(Instant::now() < deadline, "they do not hear each other");
        let now = Instant::now();
        turn();
        player.send(now, Delivery::Unreliable, words);
        let mut bytes = Vec::new();
        while let Some(event) = player.poll_event(now, &mut bytes) {
            is_answered |= matches!(event, ClientLinkEvent::Packet { .. } if bytes == words);
        }
        let mut bytes = Vec::new();
        while let Some(event) = session.poll_event(now, &mut bytes) {
            if let ServerLinkEvent::Packet { peer, .. } = event {
                assert_eq!(bytes, words);
                speaker = Some(peer);
            }
        }
        if let Some(peer) = speaker {
            session.send(now, &[peer], Delivery::Reliable, words);
        }
        thread::sleep(Duration::from_millis(2));
    }
    speaker.expect("the answered peer has spoken")
}

#[test]
fn a_server_without_a_game_and_a_player_hear_each_other() {
    let connection = ConnectionSettings { mtu_bytes: 1033, sends_fragments: false, ..Default::default() };
    let network = network(ServerSettings { connection, ..ServerSettings::default() });
    let address = network.local_addr();
    let mut session =
        EnvelopeServer::new(network, FishNetVoiceOnly::new(VoiceOnlySettings::default()), "main");
    let mut player = player(address);
    // The longest packet that fits one payload, as fragments are not sent.
    talk(&mut player, &mut session, &packet(&[7; 1007]), || {});
    assert_eq!(session.statistics().links.dropped.too_large, 0);
}

#[test]
fn a_proxy_takes_voice_and_the_game_gets_everything_else() {
    let mut game = network(ServerSettings::default());
    let upstream = game.local_addr();
    let clients = network(ServerSettings { key: ConnectionKey::Any, ..ServerSettings::default() });
    let address = clients.local_addr();
    let open_upstream = move |_| {
        let endpoint = LiteNetLibClient::new(NetworkClientSettings::default(), clock());
        Ok(UdpClient::new(upstream, endpoint, UdpClientSettings::default()))
    };
    let envelopes = FishNetProxy::new(ProxySettings::default());
    let mut proxy = EnvelopeServer::new(clients, envelopes, "main")
        .voice_start(VoiceStart::WithFirstPacket)
        .upstream(open_upstream, UpstreamSettings::default())
        .unwrap();
    let mut player = player(address);
    let mut messages = Vec::new();
    talk(&mut player, &mut proxy, &packet(b"words"), || {
        let now = Instant::now();
        let mut bytes = Vec::new();
        while let Some(event) = game.poll_event(now, &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    assert_eq!(bytes, [0, 0], "what the client said, unchanged");
                    game.accept(now, peer, &[]);
                }
                ServerLinkEvent::Packet { .. } => messages.push(bytes.clone()),
                ServerLinkEvent::Disconnected { reason, .. } => panic!("{reason}"),
            }
        }
    });
    assert_eq!(messages[0][4..], *b"\x15\0\x0a4.7.2", "its version comes first");
    let has_voice = |message: &Vec<u8>| message.windows(2).any(|bytes| bytes == [0x8b, 0xc7]);
    assert!(!messages.iter().any(has_voice), "voice has reached the game: {messages:?}");
}
