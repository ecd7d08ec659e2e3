//! Voice in a game on renet over netcode's sockets, as real games use it: connecting, speaking, and a
//! game that leaves and returns.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::renet::{RenetSettings, RenetVoiceClient, RenetVoiceServer};
use consonance_link::hosted::{HostedClient, HostedServer};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, ServerLinkEvent, ServerNetwork as _,
};
use renet::{ConnectionConfig, RenetClient, RenetServer};
use renet_netcode::{
    ClientAuthentication, NetcodeClientTransport, NetcodeServerTransport, ServerAuthentication, ServerConfig,
};

#[test]
fn a_players_voice_goes_with_the_games_connection_and_comes_back_with_it() {
    let mut host = Host::start();
    let (mut voice, mut transport) = RenetVoiceClient::new(&RenetSettings::default(), "main");
    transport.connect(Instant::now());
    for _ in 0..2 {
        let mut player = Player::join(host.address);
        drive("voice is up", || {
            host.frame();
            player.frame(&mut voice);
            transport.poll_event(Instant::now(), &mut Vec::new()) == Some(ClientLinkEvent::Connected)
        });
        transport.send(Instant::now(), Delivery::Reliable, b"roster");
        drive("both deliveries arrive", || {
            transport.send(Instant::now(), Delivery::Unreliable, b"voice");
            player.frame(&mut voice);
            host.frame();
            [b"voice".to_vec(), b"roster".to_vec()].iter().all(|packet| host.heard.contains(packet))
        });
        host.heard.clear();
        player.netcode.disconnect();
        drive("both ends notice", || {
            host.frame();
            player.frame(&mut voice);
            host.listener.statistics().connections.connected == 0 && end_of(&mut transport).is_some()
        });
        transport.connect(Instant::now());
    }
    assert_eq!(host.ends, [DisconnectReason::TimedOut, DisconnectReason::TimedOut]);
}

/// The server of the game.
struct Host {
    address: SocketAddr,
    server: RenetServer,
    netcode: NetcodeServerTransport,
    voice: RenetVoiceServer,
    listener: HostedServer,
    heard: Vec<Vec<u8>>,
    ends: Vec<DisconnectReason>,
}

impl Host {
    fn start() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = socket.local_addr().expect("it is bound");
        let netcode = ServerConfig {
            current_time: Duration::ZERO,
            max_clients: 4,
            protocol_id: 7,
            public_addresses: vec![address],
            authentication: ServerAuthentication::Unsecure,
        };
        let (voice, listener) = RenetVoiceServer::new(&RenetSettings::default());
        Self {
            address,
            server: RenetServer::new(config()),
            netcode: NetcodeServerTransport::new(netcode, socket)
                .expect("the socket can be told not to block"),
            voice,
            listener,
            heard: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn frame(&mut self) {
        self.server.update(FRAME);
        self.netcode.update(FRAME, &mut self.server).expect("the socket works");
        self.voice.pump(&mut self.server);
        self.netcode.send_packets(&mut self.server);
        let mut bytes = Vec::new();
        while let Some(event) = self.listener.poll_event(Instant::now(), &mut bytes) {
            match event {
                ServerLinkEvent::Connected { session, .. } => assert_eq!(session, "main"),
                ServerLinkEvent::Packet { .. } => self.heard.push(bytes.clone()),
                ServerLinkEvent::Disconnected { reason, .. } => self.ends.push(reason),
            }
        }
    }
}

/// A client of the game, for one connection.
struct Player {
    client: RenetClient,
    netcode: NetcodeClientTransport,
}

impl Player {
    fn join(server_addr: SocketAddr) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let authentication =
            ClientAuthentication::Unsecure { protocol_id: 7, client_id: 1, server_addr, user_data: None };
        let netcode =
            NetcodeClientTransport::new(Duration::ZERO, authentication, socket).expect("the address is good");
        Self { client: RenetClient::new(config()), netcode }
    }

    /// A game whose connection has ended keeps running and keeps pumping its voice.
    fn frame(&mut self, voice: &mut RenetVoiceClient) {
        self.client.update(FRAME);
        let _ = self.netcode.update(FRAME, &mut self.client);
        voice.pump(&mut self.client);
        let _ = self.netcode.send_packets(&mut self.client);
    }
}

fn config() -> ConnectionConfig {
    let mut config = ConnectionConfig::default();
    RenetSettings::default().add_channels(&mut config).expect("the game leaves them to voice");
    config
}

fn end_of(transport: &mut HostedClient) -> Option<DisconnectReason> {
    std::iter::from_fn(|| match transport.poll_event(Instant::now(), &mut Vec::new())? {
        ClientLinkEvent::Disconnected { reason } => Some(Some(reason)),
        _ => Some(None),
    })
    .flatten()
    .next()
}

fn drive(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "this does not happen: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The frame time that the game assumes.
const FRAME: Duration = Duration::from_millis(5);

/// The time limit for any step. Generous, because machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);
