//! WebRTC Network follows the rules of every network, with local sockets.

use consonance_game_networks::webrtc_network::signalling::SignallingListener;
use consonance_game_networks::webrtc_network::{WebRtcClient, WebRtcHost};
use consonance_link::conformance::{DirectNetwork, Impaired, Network};

use crate::webrtc_network::support;
use crate::webrtc_network::udp_relay::UdpRelay;

struct WebRtc {
    signalling: SignallingListener,
    /// In front of the host, so that links to it can be cut.
    host: UdpRelay,
    /// In front of each player, so that direct links can be cut.
    players: Vec<UdpRelay>,
}

impl WebRtc {
    fn new() -> Self {
        Self { signalling: support::signalling(), host: UdpRelay::unaimed(), players: Vec::new() }
    }
}

impl Network for WebRtc {
    type Server = WebRtcHost;
    type Client = WebRtcClient;

    /// Data channels close without a reason.
    const CARRIES_REASONS: bool = false;

    /// The library sends none, and the protocol has no empty packets.
    const CARRIES_EMPTY_PACKETS: bool = false;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> WebRtcHost {
        let mut settings = support::host_settings(&self.signalling);
        settings.sessions = ["main", "nowhere"].map(str::to_owned).into();
        settings.announced = vec![self.host.address()];
        let host = support::host(settings);
        self.host.aim(host.local_addr());
        host
    }

    fn client(&mut self, session: &str) -> WebRtcClient {
        let relay = UdpRelay::unaimed();
        let mut settings = support::client_settings(&self.signalling);
        session.clone_into(&mut settings.session);
        settings.name = Some(format!("player {}", self.players.len()));
        settings.announced = vec![relay.address()];
        let client = support::client(settings);
        relay.aim(client.local_addr());
        self.players.push(relay);
        client
    }

    fn cut(&mut self, _client: &mut WebRtcClient) {
        self.host.cut(true);
    }

    fn mend(&mut self) {
        self.host.cut(false);
    }
}

impl DirectNetwork for WebRtc {
    fn connect_directly(&mut self, one: &mut WebRtcClient, other: &mut WebRtcClient) {
        self.players.iter().for_each(|relay| relay.cut(false));
        for (player, met) in [(&*one, &*other), (&*other, &*one)] {
            player.known_players().met(met.name().unwrap());
        }
    }

    fn cut_directly(&mut self, _client: &mut WebRtcClient) {
        self.players.iter().for_each(|relay| relay.cut(true));
    }
}

mod plain {
    use super::WebRtc;

    consonance_link::conformance_tests!(WebRtc::new());
    consonance_link::direct_conformance_tests!(WebRtc::new());
}

mod impaired {
    use super::{Impaired, WebRtc};

    consonance_link::conformance_tests!(Impaired(WebRtc::new()));
    consonance_link::direct_conformance_tests!(Impaired(WebRtc::new()));
}
