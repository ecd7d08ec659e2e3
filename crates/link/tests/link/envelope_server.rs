//! The moment when a game's clients become players of a voice-only server.

use std::io;
use std::time::{Duration, Instant};

use consonance_link::gateway::memory::{
    MemoryGameNetwork, MemoryGameNetworkClient, MemoryGameNetworkServer, RELIABLE, UNRELIABLE,
};
use consonance_link::gateway::{BareEnvelope, EnvelopeServer, UpstreamSettings, VoiceChannels, VoiceStart};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Connected,
    Packet(Delivery, Vec<u8>),
    Disconnected(DisconnectReason),
}

struct Fixture {
    now: Instant,
    network: MemoryGameNetwork,
    server: EnvelopeServer<MemoryGameNetworkServer, BareEnvelope>,
}

impl Fixture {
    fn new(voice_start: VoiceStart) -> Self {
        let network = MemoryGameNetwork::new();
        let bare = BareEnvelope(VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });
        let server = EnvelopeServer::new(network.listen(), bare, "main").voice_start(voice_start);
        Self { now: Instant::now(), network, server }
    }

    /// An accepted client, and the session's events for it.
    fn client(&mut self) -> (MemoryGameNetworkClient, Vec<Heard>) {
        let mut client = self.network.client();
        client.connect(self.now);
        let heard = self.heard();
        let mut greeting = b"none yet".to_vec();
        assert_eq!(client.poll_event(self.now, &mut greeting), Some(ClientLinkEvent::Connected));
        assert_eq!(greeting, b"");
        (client, heard)
    }

    fn heard(&mut self) -> Vec<Heard> {
        self.heard_by(|_, _| {})
    }

    /// The session's events, with `answer` called for each newcomer.
    fn heard_by(&mut self, mut answer: impl FnMut(&mut Self, Peer)) -> Vec<Heard> {
        let mut all = Vec::new();
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
            all.push(match event {
                ServerLinkEvent::Connected { peer, session, remote } => {
                    assert_eq!(session, "main");
                    assert!(remote.ip().is_some());
                    answer(self, peer);
                    Heard::Connected
                }
                ServerLinkEvent::Packet { channel: delivery, .. } => Heard::Packet(delivery, bytes.clone()),
                ServerLinkEvent::Disconnected { reason, .. } => Heard::Disconnected(reason),
            });
        }
        all
    }
}

fn packet(bytes: &[u8]) -> Heard {
    Heard::Packet(Delivery::Reliable, bytes.to_vec())
}

#[test]
fn a_greeting_names_a_session_or_is_for_the_games_server_but_not_both() {
    let network = MemoryGameNetwork::new();
    let bare = BareEnvelope(VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });
    let server = EnvelopeServer::new(network.listen(), bare, "main").sessions_by_greeting();
    let upstream = server.upstream(move |_| Ok(network.client()), UpstreamSettings::default());
    assert_eq!(upstream.err().map(|error| error.kind()), Some(io::ErrorKind::InvalidInput));
}

#[test]
fn at_once_a_client_is_there_before_it_says_anything() {
    let (_, heard) = Fixture::new(VoiceStart::AtOnce).client();
    assert_eq!(heard, [Heard::Connected]);
}

#[test]
fn with_its_first_packet_a_client_may_be_silent_for_as_long_as_it_likes() {
    let mut fixture = Fixture::new(VoiceStart::WithFirstPacket);
    let (mut client, heard) = fixture.client();
    assert_eq!(heard, []);
    fixture.now += Duration::from_hours(1);
    assert_eq!(fixture.heard(), []);
    client.send(fixture.now, RELIABLE, b"hello");
    client.send(fixture.now, RELIABLE, b"again");
    assert_eq!(fixture.heard(), [Heard::Connected, packet(b"hello"), packet(b"again")]);
}

#[test]
fn what_is_said_to_others_between_a_first_packet_and_its_report_changes_neither() {
    let mut fixture = Fixture::new(VoiceStart::WithFirstPacket);
    let (mut listener, _) = fixture.client();
    listener.send(fixture.now, RELIABLE, b"here I am");
    fixture.heard();
    let (mut client, _) = fixture.client();
    client.send(fixture.now, RELIABLE, b"hello");
    let heard = fixture.heard_by(|fixture, _| {
        fixture.server.send(fixture.now, &[Peer(1)], Delivery::Reliable, b"a new player");
    });
    assert_eq!(heard, [Heard::Connected, packet(b"hello")]);
    let mut said = Vec::new();
    let event = listener.poll_event(fixture.now, &mut said);
    assert_eq!(event, Some(ClientLinkEvent::Packet { channel: RELIABLE }));
    assert_eq!(said, b"a new player");
}

#[test]
fn a_client_that_never_speaks_is_not_reported() {
    let mut fixture = Fixture::new(VoiceStart::WithFirstPacket);
    let (mut client, _) = fixture.client();
    client.disconnect(fixture.now);
    assert_eq!(fixture.heard(), []);
}

#[test]
fn a_client_that_has_spoken_is_reported_when_it_leaves() {
    let mut fixture = Fixture::new(VoiceStart::WithFirstPacket);
    let (mut client, _) = fixture.client();
    client.send(fixture.now, RELIABLE, b"hello");
    client.disconnect(fixture.now);
    let gone = Heard::Disconnected(DisconnectReason::closed_by_peer(b""));
    assert_eq!(fixture.heard(), [Heard::Connected, packet(b"hello"), gone]);
}

#[test]
fn a_refused_client_is_not_heard_and_learns_why() {
    let mut fixture = Fixture::new(VoiceStart::WithFirstPacket);
    let (mut client, _) = fixture.client();
    client.send(fixture.now, RELIABLE, b"hello");
    let heard = fixture.heard_by(|fixture, peer| fixture.server.disconnect(fixture.now, peer, "not you"));
    assert_eq!(heard, [Heard::Connected, Heard::Disconnected(DisconnectReason::ClosedByUs)]);
    let reason = DisconnectReason::closed_by_peer(b"not you");
    assert_eq!(
        client.poll_event(fixture.now, &mut Vec::new()),
        Some(ClientLinkEvent::Disconnected { reason })
    );
}

#[test]
fn a_server_that_closes_says_goodbye_to_the_silent_too() {
    let mut fixture = Fixture::new(VoiceStart::WithFirstPacket);
    let (mut client, _) = fixture.client();
    fixture.server.shutdown(fixture.now);
    assert_eq!(fixture.heard(), []);
    assert!(matches!(
        client.poll_event(fixture.now, &mut Vec::new()),
        Some(ClientLinkEvent::Disconnected { .. })
    ));
}
