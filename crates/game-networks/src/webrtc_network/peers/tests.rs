//! The assignment of addresses to connections, with local sockets.

use str0m::ice::{StunMessage, TransId};

use super::*;

/// A host and players at local sockets, and their peers.
struct Fixture {
    host: Peers,
    players: Vec<Player>,
    opened: Vec<Peer>,
}

struct Player {
    peers: Peers,
    own: Peer,
    at_host: Peer,
    /// The ICE password from the host's description.
    password: String,
}

impl Fixture {
    fn new() -> Self {
        Self { host: peers(Ice::Lite), players: Vec::new(), opened: Vec::new() }
    }

    fn join(&mut self, mut peers: Peers) -> usize {
        let now = Instant::now();
        let at_host = self.host.open(now, Role::Listener, vec![self.host.bound]);
        let own = peers.open(now, Role::Connector, vec![peers.bound]);
        self.players.push(Player { peers, own, at_host, password: String::new() });
        self.players.len() - 1
    }

    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let patience = Instant::now() + Duration::from_secs(20);
        while !is_so(self) {
            assert!(Instant::now() < patience, "this does not happen: {what}");
            self.run_once();
            std::thread::yield_now();
        }
    }

    /// Runs all pending work once; connected players speak.
    fn run_once(&mut self) {
        let now = Instant::now();
        while let Some((peer, event)) = self.host.poll(now) {
            if event == PeerEvent::Open {
                self.opened.push(peer);
                self.host.accept(now, peer);
            }
        }
        while let Some((peer, text)) = self.host.poll_text() {
            let Some(player) = self.players.iter_mut().find(|player| player.at_host == peer) else {
                continue;
            };
            let password = text.split("a=ice-pwd:").nth(1).and_then(|rest| rest.split('\\').next());
            player.password = password.map_or_else(|| player.password.clone(), str::to_owned);
            player.peers.handle_text(now, player.own, &text);
        }
        for player in &mut self.players {
            while player.peers.poll(now).is_some() {}
            while let Some((_, text)) = player.peers.poll_text() {
                self.host.handle_text(now, player.at_host, &text);
            }
            if self.opened.contains(&player.at_host) {
                player.peers.send(now, player.own, Delivery::Unreliable, b"here");
            }
        }
    }

    /// Sends an ICE check for this player's connection from another socket.
    fn forge(&self, player: &Player, password: &str, from: &mut Peers) {
        let name = |peers: &Peers, peer| peers.connections[&peer].user_fragment.clone();
        let names = [name(&self.host, player.at_host), name(&player.peers, player.own)].join(":");
        let check = StunMessage::binding_request(&names, TransId::new(), true, 1, 1, false);
        let mut datagram = [0; 200];
        let proof = |key: &[u8], parts: &[&[u8]]| {
            consonance_link::rtc_crypto::provider().sha1_hmac_provider.sha1_hmac(key, parts)
        };
        let length = check.to_bytes(Some(password.as_bytes()), &mut datagram, proof).unwrap();
        from.socket.send(Some(self.host.bound), &datagram[..length]);
    }
}

fn peers(ice: Ice) -> Peers {
    peers_at([127, 0, 0, 1], ice)
}

fn peers_at(address: [u8; 4], ice: Ice) -> Peers {
    Peers::bind((address, 0).into(), ice, PeerSettings::default()).unwrap()
}

#[test]
fn a_check_without_the_password_takes_no_address() {
    let mut fixture = Fixture::new();
    let player = fixture.join(peers(Ice::Full));
    let mut elsewhere = peers(Ice::Full);
    fixture.forge(&fixture.players[player], "guessed", &mut elsewhere);
    elsewhere.socket.send(Some(fixture.host.bound), &[22, 254, 253, 0]);
    fixture.until("what came from there is stray", |fixture| fixture.host.strays() == 1);
    assert!(!fixture.host.by_address.contains_key(&elsewhere.bound));
}

/// Elsewhere there is only one loopback address.
#[cfg(target_os = "linux")]
#[test]
fn spoofed_checks_do_not_keep_a_player_from_its_address() {
    let mut fixture = Fixture::new();
    let rude = fixture.join(peers(Ice::Full));
    fixture.until("it is in", |fixture| fixture.opened.len() == 1);
    let mut elsewhere = peers_at([127, 0, 0, 2], Ice::Full);
    let password = fixture.players[rude].password.clone();
    fixture.forge(&fixture.players[rude], &password, &mut elsewhere);
    let (address, taker) = (elsewhere.bound, fixture.players[rude].at_host);
    fixture.until("it is answered there", |fixture| fixture.host.by_address.get(&address) == Some(&taker));
    let there = fixture.join(elsewhere);
    let its = fixture.players[there].at_host;
    fixture.until("the real player is in", |fixture| fixture.opened.contains(&its));
}
