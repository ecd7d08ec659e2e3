//! A proxy that ends the game of players that the session disconnects follows the rules of every network.

use std::task::Waker;
use std::time::Instant;

use consonance_link::conformance::Network;
use consonance_link::gateway::memory::{
    MemoryGameNetwork, MemoryGameNetworkClient, MemoryGameNetworkServer, RELIABLE, UNRELIABLE,
};
use consonance_link::gateway::{
    BareEnvelope, EnvelopeClient, EnvelopeServer, UpstreamSettings, VoiceChannels, VoiceClosed, VoiceStart,
};
use consonance_link::{Delivery, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork};

const BARE: BareEnvelope = BareEnvelope(VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });

/// A proxy together with the game's server behind it, which accepts all clients.
#[derive(Debug)]
struct InFrontOfGame {
    proxy: EnvelopeServer<MemoryGameNetworkServer, BareEnvelope, MemoryGameNetworkClient>,
    game: MemoryGameNetworkServer,
}

impl ServerNetwork for InFrontOfGame {
    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.proxy.disconnect(now, peer, reason);
    }

    fn shutdown(&mut self, now: Instant) {
        self.proxy.shutdown(now);
    }

    fn set_waker(&mut self, waker: Waker) {
        self.game.set_waker(waker.clone());
        self.proxy.set_waker(waker);
    }

    fn statistics(&self) -> NetworkStatistics {
        self.proxy.statistics()
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        while let Some(event) = self.game.poll_event(now, bytes) {
            if let ServerLinkEvent::Connected { peer, .. } = event {
                self.game.accept(now, peer, b"");
            }
        }
        self.proxy.poll_event(now, bytes)
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.proxy.send(now, peers, delivery, packet);
    }

    fn limits(&self) -> PacketLimits {
        self.proxy.limits()
    }
}

#[derive(Default)]
struct Proxied(MemoryGameNetwork);

impl Network for Proxied {
    type Server = InFrontOfGame;
    type Client = EnvelopeClient<MemoryGameNetworkClient, BareEnvelope>;

    const NAMES_SESSIONS: bool = false;

    fn listen(&mut self) -> InFrontOfGame {
        let behind = MemoryGameNetwork::new();
        let game = behind.listen();
        let settings =
            UpstreamSettings { voice_closed: VoiceClosed::GameEnds, ..UpstreamSettings::default() };
        let open_upstream = move |_| Ok(behind.client());
        let proxy = EnvelopeServer::new(self.0.listen(), BARE, "")
            .voice_start(VoiceStart::AtOnce)
            .upstream(open_upstream, settings)
            .expect("there is a descriptor left");
        InFrontOfGame { proxy, game }
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        EnvelopeClient::new(self.0.client(), BARE)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.network_mut().lose_link();
    }
}

consonance_link::conformance_tests!(Proxied::default());
