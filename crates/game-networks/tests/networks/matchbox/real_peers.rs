//! Three players over real WebRTC connections: sessions, direct links, and a host that leaves.
//!
//! matchbox opens its sockets on all addresses of the machine and asks for candidates there, so what opens one runs in
//! a network namespace of its own: `cargo xtask check matchbox` creates one that contains nothing but this process.

mod signalling;

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::matchbox::{ChannelUnfit, MatchboxSettings, MatchboxVoice, SocketChannels};
use consonance_link::hosted::{HostedClient, HostedServer};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DirectEvent, PacketLimits, Peer, ServerLinkEvent,
    ServerNetwork as _,
};
use matchbox_socket::{RtcIceServerConfig, WebRtcSocket};

use signalling::SignallingRoom;

#[test]
#[ignore = "it needs a network namespace: cargo xtask check matchbox"]
fn players_are_in_one_session_hear_each_other_directly_and_follow_the_host() {
    let room = SignallingRoom::default();
    let mut players: Vec<Player> = (0..3).map(|_| Player::enter(&room)).collect();
    drive(&mut players, "all are in one session", |players| {
        let hosts: Vec<usize> = players.iter().map(|player| player.guests.len()).collect();
        players.iter().all(|player| player.is_in && player.direct.len() == 2)
            && hosts.iter().filter(|&&guests| guests == 3).count() == 1
            && hosts.iter().sum::<usize>() == 3
    });

    let limits = players[0].transport.limits();
    let PacketLimits { reliable_bytes, unreliable_bytes } = limits;
    for (delivery, bytes) in [(Delivery::Reliable, reliable_bytes), (Delivery::Unreliable, unreliable_bytes)]
    {
        let largest = vec![0x5a; bytes];
        drive(&mut players, "the largest packet goes every way", |players| {
            let now = Instant::now();
            for player in players.iter_mut() {
                player.say_to_all(now, delivery, &largest);
            }
            players.iter().all(|player| player.heard.contains(&largest))
                && players.iter().all(|player| player.heard_directly.contains(&largest))
        });
    }

    let host = players.iter().position(|player| player.voice.is_host()).expect("one of them is host");
    drop(players.remove(host));
    drive(&mut players, "the others are in a session of their own", |players| {
        players.iter().all(|player| player.is_in && player.direct.len() == 1)
            && players.iter().any(|player| player.guests.len() == 2)
    });
}

#[test]
fn a_socket_without_a_reliable_channel_is_refused() {
    let ice = RtcIceServerConfig { urls: vec![], username: None, credential: None };
    let (mut socket, _message_loop) =
        WebRtcSocket::builder("nowhere").ice_server(ice).add_unreliable_channel().build();
    let missing = SocketChannels::new(&mut socket, 0, 1);
    assert!(matches!(missing, Err(ChannelUnfit::Missing { channel: 1, .. })), "{missing:?}");
    let unreliable = SocketChannels::new(&mut socket, 0, 0);
    assert!(matches!(unreliable, Err(ChannelUnfit::NotReliable { channel: 0 })), "{unreliable:?}");
}

struct Player {
    socket: WebRtcSocket,
    voice: MatchboxVoice,
    listener: HostedServer,
    transport: HostedClient,
    guests: BTreeSet<Peer>,
    direct: BTreeSet<Peer>,
    is_in: bool,
    heard: Vec<Vec<u8>>,
    heard_directly: Vec<Vec<u8>>,
}

impl Player {
    fn enter(room: &SignallingRoom) -> Self {
        let (voice, listener, mut transport) = MatchboxVoice::new(&MatchboxSettings::default());
        transport.connect(Instant::now());
        Self {
            socket: room.socket(),
            voice,
            listener,
            transport,
            guests: BTreeSet::new(),
            direct: BTreeSet::new(),
            is_in: false,
            heard: Vec::new(),
            heard_directly: Vec::new(),
        }
    }

    fn frame(&mut self) {
        let now = Instant::now();
        self.socket.update_peers();
        let mut channels = SocketChannels::new(&mut self.socket, 0, 1).expect("it was built so");
        self.voice.pump(now, &mut channels);
        while let Some(event) = self.listener.poll_event(now, &mut Vec::new()) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => drop(self.guests.insert(peer)),
                ServerLinkEvent::Disconnected { peer, .. } => drop(self.guests.remove(&peer)),
                ServerLinkEvent::Packet { .. } => {}
            }
        }
        let mut connect = false;
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(now, &mut bytes) {
            match event {
                ClientLinkEvent::Connected => self.is_in = true,
                ClientLinkEvent::Disconnected { .. } => (self.is_in, connect) = (false, true),
                ClientLinkEvent::Packet { .. } => self.heard.push(bytes.clone()),
                ClientLinkEvent::Direct { peer, event } => match event {
                    DirectEvent::Up => drop(self.direct.insert(peer)),
                    DirectEvent::Down { .. } => drop(self.direct.remove(&peer)),
                    DirectEvent::Packet { .. } => self.heard_directly.push(bytes.clone()),
                },
            }
        }
        if connect {
            self.transport.connect(now);
        }
    }

    /// Sends over all direct links, and from the server if this player is the host.
    fn say_to_all(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        let guests: Vec<Peer> = self.guests.iter().copied().collect();
        self.listener.send(now, &guests, delivery, packet);
        let direct: Vec<Peer> = self.direct.iter().copied().collect();
        let links = self.transport.direct_links().expect("hosted clients have them");
        links.send_direct(now, &direct, delivery, packet);
    }
}

fn drive(players: &mut [Player], what: &str, mut is_so: impl FnMut(&mut [Player]) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so(players) {
        assert!(Instant::now() < deadline, "this does not happen: {what}. Seen: {}", record(players));
        players.iter_mut().for_each(Player::frame);
        thread::sleep(Duration::from_millis(16));
    }
}

/// Each player's reachable peers, host and guests, for a failure message.
fn record(players: &[Player]) -> String {
    let view = |Player { socket, voice, guests, direct, is_in, .. }: &Player| {
        let reached = socket.connected_peers().count();
        let host = voice.host().map(|host| host.0);
        format!(
            "reaches {reached}, host {host:?}, in {is_in}, {} guests, {} direct",
            guests.len(),
            direct.len()
        )
    };
    players.iter().map(view).collect::<Vec<_>>().join("; ")
}

/// The time limit for any step. Generous, because machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(1);
