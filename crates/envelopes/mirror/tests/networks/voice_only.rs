//! A server without a game, and players of ours on every network.

use std::time::Instant;

use consonance_gateway::{GameServer, VoiceClient, VoiceServer};
use consonance_kcp::Generation;
use consonance_mirror::{
    ClientSettings, Credentials, MirrorClient, MirrorVoiceServer, Version, VoiceServerSettings,
};
use consonance_transport::{ClientEvent, ClientTransport as _, Delivery, ServerEvent, ServerTransport as _};

use crate::network::{Kcp, Network, OverSimpleWeb, OverTelepathy, drive_until};

#[test]
fn players_over_kcp_of_every_generation_are_heard_and_answered() {
    for (generation, version) in [
        (Generation::G1, Version::V42),
        (Generation::G2, Version::V81),
        (Generation::G3, Version::V82_6),
        (Generation::G4, Version::V82_6),
    ] {
        talk(&Kcp(generation), version);
    }
}

#[test]
fn players_over_telepathy_are_heard_and_answered() {
    for version in [Version::BeforeBatches, Version::V42, Version::V82_6] {
        talk(&OverTelepathy, version);
    }
}

#[test]
fn players_over_websockets_are_heard_and_answered() {
    for version in [Version::V42, Version::V82_6] {
        talk(&OverSimpleWeb, version);
    }
}

/// A client comes in with user and password, is told the scene, says something both ways until both are heard, and leaves.
fn talk(network: &impl Network, version: Version) {
    let credentials = || Some(Credentials::new("ada", "lovelace").expect("both are short"));
    let (below, at) = network.listen();
    let envelopes = MirrorVoiceServer::new(VoiceServerSettings {
        credentials: credentials(),
        online_scene: Some("Online".to_owned()),
        ..VoiceServerSettings::default()
    });
    let mut server = VoiceServer::new(below, envelopes, "main");
    let envelope = MirrorClient::new(ClientSettings {
        version,
        credentials: credentials(),
        waits_for_scene: true,
        ..ClientSettings::default()
    });
    let mut client = VoiceClient::new(network.client(at), envelope);
    let (mut is_up, mut heard, mut is_over) = (false, Vec::new(), false);
    let mut connecting = true;
    drive_until(&format!("a client of {version} is answered"), |now| {
        if std::mem::take(&mut connecting) {
            client.connect(now);
        }
        answer(&mut server, now, &mut is_over);
        while let Some(event) = client.poll(now) {
            match event {
                ClientEvent::Connected => is_up = true,
                ClientEvent::Packet { packet, .. } => heard.push(packet.to_vec()),
                other => panic!("{version}: {other:?}"),
            }
        }
        if is_up {
            client.send(now, Delivery::Reliable, b"words");
            client.send(now, Delivery::Unreliable, b"voice");
        }
        [b"words", b"voice"].iter().all(|packet| heard.iter().any(|heard| heard == *packet))
    });
    let mut leaving = true;
    drive_until("it is seen to leave", |now| {
        if std::mem::take(&mut leaving) {
            client.disconnect(now);
        }
        while client.poll(now).is_some() {}
        answer(&mut server, now, &mut is_over);
        is_over
    });
}

fn answer(server: &mut VoiceServer<impl GameServer, MirrorVoiceServer>, now: Instant, is_over: &mut bool) {
    let mut answers = Vec::new();
    while let Some(event) = server.poll(now) {
        match event {
            ServerEvent::Connected { .. } => {}
            ServerEvent::Packet { peer, delivery, packet } => answers.push((peer, delivery, packet.to_vec())),
            ServerEvent::Disconnected { .. } => *is_over = true,
        }
    }
    for (peer, delivery, packet) in answers {
        server.send(now, &[peer], delivery, &packet);
    }
    server.flush(now);
}
