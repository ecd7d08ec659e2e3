//! Names in use over real UDP sockets of this machine, on simulated time: the network's own pings say which client is
//! there.

#![cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only loopback address.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_game_networks::kcp::{
    KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, LinkSettings,
};
use consonance_game_networks::mirror::{MirrorClient, MirrorVoiceOnly, looks_like_batch};
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::gateway::{EnvelopeClient, EnvelopeServer};
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{Capabilities, Client, ClientSettings};
use consonance_testing::player::TestPlayer;

type Player = TestPlayer<EnvelopeClient<UdpClient<KcpClient>, MirrorClient>>;

/// A server of one session, and a clock for all.
struct Fixture {
    session_loop: SessionLoop,
    address: SocketAddr,
    now: Instant,
}

impl Fixture {
    fn new() -> Self {
        let settings = KcpServerSettings { link: link(), ..KcpServerSettings::default() };
        let any_port = (Ipv4Addr::LOCALHOST, 0).into();
        let endpoint = KcpServer::new(settings, [7; 32]);
        let server = UdpServer::bind(any_port, endpoint, UdpServerSettings::default()).unwrap();
        let address = server.local_addr();
        let envelopes = MirrorVoiceOnly::new(consonance_game_networks::mirror::VoiceOnlySettings::default());
        let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
        session_loop.add_network(Box::new(EnvelopeServer::new(server, envelopes, "main")));
        Self { session_loop, address, now: Instant::now() }
    }

    /// A stock client, from 127.0.0.`last`.
    fn player(&self, name: &str, last: u8) -> Player {
        let local_ip = Some(IpAddr::from([127, 0, 0, last]));
        let settings = UdpClientSettings { local_ip, ..UdpClientSettings::default() };
        let kcp = KcpClient::new(KcpClientSettings { link: link(), ..KcpClientSettings::default() });
        let mirror = MirrorClient::new(consonance_game_networks::mirror::ClientSettings::default());
        let transport = EnvelopeClient::new(UdpClient::new(self.address, kcp, settings), mirror);
        let mut settings = ClientSettings::new(name);
        settings.capabilities = Capabilities::NONE;
        TestPlayer::new(Client::new(settings), transport, self.now)
    }

    /// Runs these clients and the server for this long, or until the condition holds.
    fn run_until(
        &mut self,
        span: Duration,
        players: &mut [&mut Player],
        is_so: impl Fn(&[&mut Player]) -> bool,
    ) -> bool {
        let end = self.now + span;
        while self.now < end {
            self.now += STEP;
            for _ in 0..ROUNDS {
                for player in &mut *players {
                    player.wake(self.now);
                    player.run_once(self.now, |_| {});
                }
                self.session_loop.run_once(self.now);
            }
            if is_so(players) {
                return true;
            }
        }
        false
    }

    fn names_taken_over(&self) -> u64 {
        self.session_loop.statistics().map(|(_, _, counters)| counters.names_taken_over).sum()
    }
}

const STEP: Duration = Duration::from_millis(50);
const ROUNDS: usize = 4;

fn link() -> LinkSettings {
    LinkSettings { is_message: looks_like_batch, ..LinkSettings::default() }
}

fn has_joined(player: &Player) -> bool {
    player.client.id().is_some()
}

#[test]
fn over_udp_a_silent_holder_keeps_its_name_while_it_lives_and_loses_it_when_it_has_vanished() {
    // The newcomer comes from elsewhere, or from the holder's own address.
    for last in [3, 2] {
        let mut fixture = Fixture::new();
        let mut holder = fixture.player("Alice", 2);
        assert!(fixture.run_until(seconds(10), &mut [&mut holder], |players| has_joined(players[0])));
        fixture.run_until(seconds(10), &mut [&mut holder], |_| false);
        let mut newcomer = fixture.player("Alice", last);
        let gets_in = |players: &[&mut Player]| has_joined(players[0]);
        assert!(!fixture.run_until(seconds(30), &mut [&mut newcomer, &mut holder], gets_in), "from {last}");
        assert!(has_joined(&holder) && holder.ends.is_empty(), "{:?}", holder.ends);
        // From here on, the holder's process is stopped: its socket stays open, but sends nothing.
        assert!(
            !fixture.run_until(Duration::from_millis(1900), &mut [&mut newcomer], gets_in),
            "from {last}"
        );
        assert!(fixture.run_until(Duration::from_millis(3200), &mut [&mut newcomer], gets_in), "from {last}");
        assert_eq!(fixture.names_taken_over(), 1);
        drop(holder);
    }
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
