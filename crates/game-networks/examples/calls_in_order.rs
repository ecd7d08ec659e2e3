//! A server and two players over a Steam in memory, and every call that each of them makes to Steam, in order.
//!
//! ```sh
//! cargo run -p consonance-game-networks --example calls_in_order
//! ```
//!
//! With the feature `steamworks`, a `SteamworksP2p` takes the place of the accounts at the hub; the calls are the same.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::time::{Duration, Instant};

use consonance_game_networks::steam::hub::{Hub, HubAccount, HubSettings};
use consonance_game_networks::steam::signal::Signal;
use consonance_game_networks::steam::{
    Arrival, ClientSettings, SendKind, ServerSettings, SessionState, SteamChannels, SteamClient, SteamEvent,
    SteamId, SteamP2p, SteamServer,
};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DirectEvent, DirectLinks as _, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

const SERVER: SteamId = SteamId(1);
const ALICE: SteamId = SteamId(2);
const BOB: SteamId = SteamId(3);

fn main() {
    let mut now = Instant::now();
    let hub = Hub::new(HubSettings::default(), now);
    let account = |name, id| Shown { name, steam: hub.log_in(id) };
    let mut server = SteamServer::new(account("server", SERVER), ServerSettings::default());
    let mut alice = SteamClient::new(account("Alice", ALICE), ClientSettings::new(SERVER));
    let mut bob = SteamClient::new(account("Bob", BOB), ClientSettings::new(SERVER));

    println!("── both connect");
    alice.connect(now);
    bob.connect(now);
    let mut peers = Vec::new();
    let mut direct = Vec::new();
    let mut turn = |server: &mut SteamServer<_>, alice: &mut _, bob: &mut _| {
        now += Duration::from_millis(5);
        peers.extend(turn_server(server, now));
        direct.extend(turn_player("Alice", alice, now));
        turn_player("Bob", bob, now);
        (now, peers.clone(), direct.clone())
    };
    for _ in 0..3 {
        turn(&mut server, &mut alice, &mut bob);
    }

    println!("── the server speaks to both");
    let (at, all, _) = turn(&mut server, &mut alice, &mut bob);
    server.send(at, &all, Delivery::Reliable, &[0x8b, 0xc7, 5]);
    turn(&mut server, &mut alice, &mut bob);

    println!("── the game names them to each other");
    alice.members().connected(BOB);
    bob.members().connected(ALICE);
    for _ in 0..3 {
        turn(&mut server, &mut alice, &mut bob);
    }

    println!("── Alice introduces herself to Bob, and speaks");
    let (at, _, to_bob) = turn(&mut server, &mut alice, &mut bob);
    alice.send_direct(at, &to_bob, Delivery::Reliable, &[0x8b, 0xc7, 11]);
    alice.send_direct(at, &to_bob, Delivery::Unreliable, &[0x8b, 0xc7, 2]);
    turn(&mut server, &mut alice, &mut bob);

    println!("── Alice leaves");
    drop(alice);
    let mut carol = SteamClient::new(account("Carol", SteamId(4)), ClientSettings::new(SERVER));
    turn(&mut server, &mut carol, &mut bob);
}

/// The peers that have connected.
fn turn_server(server: &mut SteamServer<Shown>, now: Instant) -> Vec<Peer> {
    let mut came = Vec::new();
    while let Some(event) = server.poll_event(now, &mut Vec::new()) {
        println!("server: {event:?}");
        if let ServerLinkEvent::Connected { peer, .. } = event {
            came.push(peer);
        }
    }
    came
}

/// The direct links that are up now.
fn turn_player(name: &str, player: &mut SteamClient<Shown>, now: Instant) -> Vec<Peer> {
    let mut up = Vec::new();
    while let Some(event) = player.poll_event(now, &mut Vec::new()) {
        println!("{name}: {event:?}");
        if let ClientLinkEvent::Direct { peer, event: DirectEvent::Up } = event {
            up.push(peer);
        }
    }
    up
}

/// An account whose calls are shown.
#[derive(Debug)]
struct Shown {
    name: &'static str,
    steam: HubAccount,
}

impl SteamP2p for Shown {
    fn id(&self) -> SteamId {
        self.steam.id()
    }

    fn run_callbacks(&mut self, now: Instant) {
        self.steam.run_callbacks(now);
    }

    fn poll_event(&mut self) -> Option<SteamEvent> {
        let event = self.steam.poll_event()?;
        println!("    Steam to {}: {event:?}", self.name);
        Some(event)
    }

    fn send(&mut self, to: SteamId, kind: SendKind, channel: i32, packet: &[u8]) -> bool {
        let (name, channel_name, what) = (self.name, channel_name(channel), in_words(packet));
        println!("    {name} to Steam: send to {to}, {kind:?}, {channel_name}: {what}");
        self.steam.send(to, kind, channel, packet)
    }

    fn receive(&mut self, channel: i32, packet: &mut Vec<u8>) -> Option<Arrival> {
        let arrival = self.steam.receive(channel, packet)?;
        let (from, channel_name, what) = (arrival.from, channel_name(channel), in_words(packet));
        println!("    Steam to {}: read from {from}, {channel_name}: {what}", self.name);
        Some(arrival)
    }

    fn accept(&mut self, from: SteamId) {
        println!("    {} to Steam: accept {from}", self.name);
        self.steam.accept(from);
    }

    fn close_session(&mut self, with: SteamId) {
        println!("    {} to Steam: close the session with {with}", self.name);
        self.steam.close_session(with);
    }

    fn close_channel(&mut self, with: SteamId, channel: i32) {
        println!("    {} to Steam: close {} with {with}", self.name, channel_name(channel));
        self.steam.close_channel(with, channel);
    }

    fn session_state(&self, with: SteamId) -> SessionState {
        self.steam.session_state(with)
    }
}

fn channel_name(channel: i32) -> String {
    let channels = SteamChannels::default();
    let name = match channel {
        _ if channel == channels.to_server => "to-server channel",
        _ if channel == channels.to_client => "to-client channel",
        _ if channel == channels.server_hello || channel == channels.player_hello => "channel for hellos",
        _ => "another channel",
    };
    format!("{name} {channel}")
}

fn in_words(packet: &[u8]) -> String {
    match Signal::parse(packet) {
        Some(signal) => format!("{signal:?}"),
        None => format!("{packet:02x?}"),
    }
}
