//! To its server, our client looks like a stock client.

use std::time::Instant;

use consonance_game_networks::mirror::{
    ClientSettings, Credentials, MessageKind, MirrorClient, MirrorVoiceOnly, Version, VoiceOnlySettings,
};
use consonance_link::gateway::memory::MemoryGameNetwork;
use consonance_link::gateway::{
    ClientEnvelope as _, EnvelopeClient, EnvelopeEnd as _, EnvelopeServer, MessagePart,
};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, ServerLinkEvent, ServerNetwork as _,
};

use crate::mirror::fixture::{
    ALL_VERSIONS, Made, RELIABLE, UNRELIABLE, after, batch, ping, read, string, voice_body,
};

#[test]
fn a_client_pings_at_once_and_is_ready_with_a_player_where_nothing_is_asked() {
    let (start, mut client) = client(ClientSettings::default());
    let made = Made::by(|parts| client.handle_connected(start, parts));
    let [(MessagePart::ToGame(UNRELIABLE), ping), (MessagePart::ToGame(RELIABLE), ready)] =
        made.parts.as_slice()
    else {
        panic!("a ping and a word of readiness, not {made:?}");
    };
    assert_eq!(read(Version::NEWEST, ping).1, [(MessageKind::Ping, vec![0; 16])]);
    assert_eq!(
        read(Version::NEWEST, ready).1,
        [(MessageKind::Ready, vec![]), (MessageKind::AddPlayer, vec![])]
    );
    assert!(client.is_ready());
}

#[test]
fn a_client_of_a_game_with_an_online_scene_is_ready_when_it_is_told_the_scene() {
    let (start, mut client) = client(ClientSettings { waits_for_scene: true, ..ClientSettings::default() });
    Made::by(|parts| client.handle_connected(start, parts));
    assert!(!client.is_ready());
    let scene = |operation| {
        let body = [string("Online"), vec![operation, 0]].concat();
        batch(Version::NEWEST, 1.0, &[(MessageKind::Scene, &body)])
    };
    let made = from_server(&mut client, start, &scene(1));
    assert!(made.is_nothing(), "a scene that is only added changes nothing");
    let made = from_server(&mut client, start, &scene(0));
    assert_eq!(
        read(Version::NEWEST, &made.parts[0].1).1,
        [(MessageKind::Ready, vec![]), (MessageKind::AddPlayer, vec![])]
    );
    assert!(client.is_ready());
    let made = from_server(&mut client, start, &scene(0));
    assert_eq!(
        read(Version::NEWEST, &made.parts[0].1).1,
        [(MessageKind::Ready, vec![])],
        "it has a player already"
    );
}

#[test]
fn pings_come_at_the_pace_of_the_version_and_are_answered() {
    let paces = [(Version::V42, 2000), (Version::V78_2_1, 2000), (Version::V81, 2000), (Version::V82_6, 100)];
    for (version, milliseconds) in paces {
        let (start, mut client) = client(ClientSettings { version, ..ClientSettings::default() });
        Made::by(|parts| client.handle_connected(start, parts));
        let due = after(start, milliseconds);
        assert_eq!(client.poll_timeout(), Some(due), "{version}");
        let made = Made::by(|parts| client.handle_timeout(due, parts));
        assert_eq!(read(version, &made.parts[0].1).1[0].0, MessageKind::Ping, "{version}");
        let made = from_server(&mut client, due, &ping(version));
        assert_eq!(read(version, &made.parts[0].1).1[0].0, MessageKind::Pong, "{version}");
    }
}

/// A client must know the length of a pong to find the message after it in the same batch.
#[test]
fn voice_behind_a_pong_is_heard_in_every_version() {
    let one_time = 1.0_f64.to_le_bytes();
    for version in ALL_VERSIONS.into_iter().filter(|version| *version != Version::BeforeBatches) {
        let pong = match version {
            Version::V42 => one_time.repeat(2),
            Version::V78_2_1 | Version::V81 => one_time.to_vec(),
            _ => one_time.repeat(3),
        };
        let (start, mut client) = client(ClientSettings { version, ..ClientSettings::default() });
        Made::by(|parts| client.handle_connected(start, parts));
        let bytes =
            batch(version, 1.0, &[(MessageKind::Pong, &pong), (MessageKind::Voice, &voice_body(b"hello"))]);
        let made = from_server(&mut client, start, &bytes);
        assert_eq!(made.parts, [(MessagePart::Voice(Delivery::Reliable), b"hello".to_vec())], "{version}");
    }
}

#[test]
fn everything_is_new_after_each_connecting() {
    let settings = ClientSettings { waits_for_scene: true, ..ClientSettings::default() };
    let (start, mut client) = client(settings);
    let first = Made::by(|parts| client.handle_connected(start, parts));
    let body = [string("Online"), vec![0, 0]].concat();
    from_server(&mut client, start, &batch(Version::NEWEST, 1.0, &[(MessageKind::Scene, &body)]));
    assert_eq!(Made::by(|parts| client.handle_connected(after(start, 5000), parts)), first);
    assert!(!client.is_ready());
}

/// Our own client and server, over an in-memory game network.
#[test]
fn a_client_of_every_version_talks_with_a_server_that_finds_the_version_out() {
    for version in ALL_VERSIONS {
        let server = VoiceOnlySettings {
            online_scene: Some("Online".into()),
            credentials: Some(credentials("right")),
            ..VoiceOnlySettings::default()
        };
        let settings = ClientSettings {
            version,
            credentials: Some(credentials("right")),
            waits_for_scene: true,
            ..ClientSettings::default()
        };
        let (heard_by_server, heard_by_client) = talk(server, settings).expect("they understand each other");
        assert_eq!(heard_by_server, (Delivery::Unreliable, b"hello".to_vec()), "{version}");
        assert_eq!(heard_by_client, (Delivery::Unreliable, b"hello".to_vec()), "{version}");
    }
}

#[test]
fn a_client_with_the_wrong_password_learns_that_before_it_is_thrown_out() {
    let server =
        VoiceOnlySettings { credentials: Some(credentials("right")), ..VoiceOnlySettings::default() };
    let settings = ClientSettings { credentials: Some(credentials("wrong")), ..ClientSettings::default() };
    let reason = talk(server, settings).expect_err("it is refused");
    assert!(
        matches!(reason, DisconnectReason::ProtocolViolated { .. }),
        "the client read the answer: {reason}"
    );
}

type Heard = (Delivery, Vec<u8>);

/// The client says hello and the server echoes it. A few turns are enough to send everything, as nothing takes time
/// here.
fn talk(server: VoiceOnlySettings, client: ClientSettings) -> Result<(Heard, Heard), DisconnectReason> {
    let network = MemoryGameNetwork::new();
    let mut server = EnvelopeServer::new(network.listen(), MirrorVoiceOnly::new(server), "main");
    let mut client = EnvelopeClient::new(network.client(), MirrorClient::new(client));
    let now = Instant::now();
    let mut heard_by_server = None;
    client.connect(now);
    for _ in 0..20 {
        let mut echo = None;
        let mut bytes = Vec::new();
        while let Some(event) = server.poll_event(now, &mut bytes) {
            if let ServerLinkEvent::Packet { peer, channel: delivery } = event {
                echo = Some((peer, delivery, bytes.clone()));
            }
        }
        if let Some((peer, delivery, packet)) = echo {
            server.send(now, &[peer], delivery, &packet);
            heard_by_server = Some((delivery, packet));
        }
        let mut is_connected = false;
        let mut bytes = Vec::new();
        while let Some(event) = client.poll_event(now, &mut bytes) {
            match event {
                ClientLinkEvent::Connected => is_connected = true,
                ClientLinkEvent::Packet { channel: delivery } => {
                    let heard = heard_by_server.expect("the server says what it hears");
                    return Ok((heard, (delivery, bytes.clone())));
                }
                ClientLinkEvent::Disconnected { reason } => return Err(reason),
                ClientLinkEvent::Direct { .. } => {}
            }
        }
        if is_connected {
            client.send(now, Delivery::Unreliable, b"hello");
        }
    }
    panic!("nothing is heard")
}

fn credentials(password: &str) -> Credentials {
    Credentials::new("ada", password).expect("both are short")
}

fn from_server(client: &mut MirrorClient, now: Instant, batch: &[u8]) -> Made {
    Made::by(|parts| client.handle_message(now, RELIABLE, batch, parts))
}

fn client(settings: ClientSettings) -> (Instant, MirrorClient) {
    (Instant::now(), MirrorClient::new(settings))
}
