//! A proxy in front of a Netcode game's server, with local sockets.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::ngo::{ClientSettings, NgoClient, NgoProxy, NgoVoiceOnly, VoiceOnlySettings};
use consonance_game_networks::utp::{UtpClient, UtpServer};
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer, UpstreamSettings, VoiceStart};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, Delivery, Peer, ServerLinkEvent, ServerNetwork};

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const PATIENCE: Duration = Duration::from_secs(30);

type Client = EnvelopeClient<UdpClient<UtpClient>, NgoClient>;

fn bind() -> UdpServer<UtpServer> {
    UdpServer::bind(
        ANY_PORT,
        UtpServer::new(consonance_game_networks::utp::ServerSettings::default(), [1; 32]),
        UdpServerSettings::default(),
    )
    .unwrap()
}

fn client_of(server: SocketAddr, seed: u64) -> UdpClient<UtpClient> {
    let endpoint = UtpClient::new(consonance_game_networks::utp::ClientSettings::default(), seed);
    UdpClient::new(server, endpoint, UdpClientSettings::default())
}

/// The packets that a server has received, with their speakers.
fn packets(server: &mut impl ServerNetwork) -> Vec<(Peer, Vec<u8>)> {
    let mut packets = Vec::new();
    let mut bytes = Vec::new();
    while let Some(event) = server.poll_event(Instant::now(), &mut bytes) {
        if let ServerLinkEvent::Packet { peer, .. } = event {
            packets.push((peer, bytes.clone()));
        }
    }
    packets
}

#[test]
fn the_game_approves_its_clients_and_voice_goes_to_the_session_and_back() {
    let game = bind();
    let at_game = game.local_addr();
    let mut game =
        EnvelopeServer::new(game, NgoVoiceOnly::new(VoiceOnlySettings::default()), "the game's own");
    let front = bind();
    let at_proxy = front.local_addr();
    let mut seed = 100;
    let open_upstream = move |_| {
        seed += 1;
        Ok(client_of(at_game, seed))
    };
    let mut proxy = EnvelopeServer::new(front, NgoProxy, "main")
        .voice_start(VoiceStart::WithFirstPacket)
        .upstream(open_upstream, UpstreamSettings::default())
        .unwrap();
    let mut clients: Vec<Client> = (0..3)
        .map(|seed| EnvelopeClient::new(client_of(at_proxy, seed), NgoClient::new(ClientSettings::default())))
        .collect();
    for client in &mut clients {
        client.connect(Instant::now());
    }
    let mut heard = vec![Vec::new(); clients.len()];
    let deadline = Instant::now() + PATIENCE;
    while heard.iter().any(Vec::is_empty) {
        assert!(Instant::now() < deadline, "not all are answered: {heard:?}");
        assert_eq!(packets(&mut game), [], "the game's own voice server hears nothing");
        for (peer, packet) in packets(&mut proxy) {
            let answer = [b"heard ".as_slice(), &packet].concat();
            proxy.send(Instant::now(), &[peer], Delivery::Reliable, &answer);
        }
        for (number, client) in clients.iter_mut().enumerate() {
            let mut is_newly_up = false;
            let mut bytes = Vec::new();
            while let Some(event) = client.poll_event(Instant::now(), &mut bytes) {
                match event {
                    ClientLinkEvent::Connected => is_newly_up = true,
                    ClientLinkEvent::Packet { .. } => heard[number].push(bytes.clone()),
                    other => panic!("client {number}: {other:?}"),
                }
            }
            if is_newly_up {
                client.send(Instant::now(), Delivery::Reliable, format!("client {number}").as_bytes());
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
    let expected: Vec<Vec<Vec<u8>>> =
        (0..clients.len()).map(|number| vec![format!("heard client {number}").into_bytes()]).collect();
    assert_eq!(heard, expected);
    assert_eq!(game.statistics().connections.connected, 3);
}
