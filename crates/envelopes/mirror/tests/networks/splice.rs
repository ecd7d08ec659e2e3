//! A splice in front of a game's server, on every network: the game gets what is the game's, byte for byte.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_gateway::{
    Channel, GameClient, GameClientEvent, GameServer, GameServerEvent, Splice, SpliceSettings,
};
use consonance_kcp::Generation;
use consonance_mirror::{Batch, Dialect, Kind, MirrorSplice, Ping, Version, VoiceType};
use consonance_transport::{Delivery, ServerEvent, ServerTransport as _};

use crate::network::{Kcp, Network, OverSimpleWeb, OverTelepathy, drive_until};

const RELIABLE: Channel = Channel(0);
/// What the game's server says its clock shows, in seconds.
const GAMES_SECONDS: f64 = 77.25;

#[test]
fn a_game_over_kcp_is_passed_on_without_voice() {
    for generation in [Generation::G2, Generation::G3, Generation::G4] {
        pass_on(Kcp(generation));
    }
}

#[test]
fn a_game_over_telepathy_is_passed_on_without_voice() {
    pass_on(OverTelepathy);
}

#[test]
fn a_game_over_websockets_is_passed_on_without_voice() {
    pass_on(OverSimpleWeb);
}

/// The client pings, and says a command with voice behind it; the game's server answers the ping; the session says the voice
/// back.
fn pass_on(network: impl Network + Copy + Send + 'static) {
    let (mut game, games_address) = network.listen();
    let (towards_clients, at) = network.listen();
    let open = move |_: SocketAddr| Ok(network.client(games_address));
    let envelopes = MirrorSplice::new(consonance_mirror::SpliceSettings::default());
    let mut splice = Splice::new(towards_clients, open, envelopes, "main", SpliceSettings::default())
        .expect("there are descriptors");
    let mut client = network.client(at);

    let dialect = Dialect::new(Version::NEWEST, VoiceType::STOCK);
    let voice_body = [5, 0, b'v', b'o', b'i', b'c', b'e'];
    let ping =
        batch(dialect, 1.0, &[(Kind::Ping, Ping::Times { local: 1.0, predicted: 1.0 }.body().as_ref())]);
    let long = vec![1; 5000];
    let said = batch(dialect, 2.0, &[(Kind::Command, &long), (Kind::Voice, &voice_body), (Kind::Ready, &[])]);
    let games = batch(dialect, 2.0, &[(Kind::Command, &long), (Kind::Ready, &[])]);
    let answer = batch(dialect, GAMES_SECONDS, &[(Kind::Pong, &[9; 24])]);

    let (mut at_game, mut at_client) = (Vec::new(), Vec::new());
    let mut connecting = true;
    drive_until("both are answered", |now| {
        if std::mem::take(&mut connecting) {
            client.connect(now, &[]);
        }
        serve(&mut game, now, &mut at_game, &answer);
        echo_voice(&mut splice, now);
        let mut is_up = false;
        while let Some(event) = client.poll(now) {
            match event {
                GameClientEvent::Connected { .. } => is_up = true,
                GameClientEvent::Message { message, .. } => at_client.push(message.to_vec()),
                GameClientEvent::Disconnected { reason } => panic!("{reason}"),
            }
        }
        if is_up {
            client.send(now, RELIABLE, &ping);
        }
        if at_client == [answer.clone()] && at_game.len() == 1 {
            client.send(now, RELIABLE, &said);
            at_game.push(Vec::new());
        }
        client.flush(now);
        at_client.len() == 2 && at_game.len() == 3
    });
    assert_eq!(at_game, [ping, Vec::new(), games]);
    let last = Batch::parse(dialect.framing(), &at_client[1]).expect("it is a batch");
    assert_eq!(last.seconds(), Some(GAMES_SECONDS), "time goes on from where the game's server is");
    let packets: Vec<_> = last.messages(dialect).map(|message| message.map(|message| message.body)).collect();
    assert_eq!(packets, [Ok(voice_body.as_slice())]);
}

/// The game's server: takes everybody in, keeps what it hears, and answers the first message.
fn serve(game: &mut impl GameServer, now: Instant, heard: &mut Vec<Vec<u8>>, answer: &[u8]) {
    let (mut newcomers, mut answers) = (Vec::new(), Vec::new());
    while let Some(event) = game.poll(now) {
        match event {
            GameServerEvent::Connected { peer, .. } => newcomers.push(peer),
            GameServerEvent::Message { peer, message, .. } => {
                if heard.is_empty() {
                    answers.push(peer);
                }
                heard.push(message.to_vec());
            }
            GameServerEvent::Disconnected { reason, .. } => panic!("{reason}"),
        }
    }
    for peer in newcomers {
        game.accept(now, peer, &[]);
    }
    for peer in answers {
        game.send(now, peer, RELIABLE, answer);
    }
    game.flush(now);
}

/// The session: says everything back.
fn echo_voice<G: GameServer, C: GameClient>(splice: &mut Splice<G, C, MirrorSplice>, now: Instant) {
    let mut answers = Vec::new();
    while let Some(event) = splice.poll(now) {
        if let ServerEvent::Packet { peer, packet, .. } = event {
            answers.push((peer, packet.to_vec()));
        }
    }
    for (peer, packet) in answers {
        splice.send(now, &[peer], Delivery::Reliable, &packet);
    }
    splice.flush(now);
}

fn batch(dialect: Dialect, seconds: f64, messages: &[(Kind, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    dialect.begin_batch(seconds, &mut bytes);
    for (kind, body) in messages {
        dialect.write_message(*kind, &[body], &mut bytes);
    }
    bytes
}
