//! A proxy between a game's clients and its server.

use std::time::Instant;

use consonance_game_networks::ngo::{
    ConnectionApproved, NameHash, NgoBatchWriter, NgoMessageType, NgoProxiedConnection, NgoProxy, RELIABLE,
    TypeList, UNRELIABLE, VoiceDialect, VoiceName,
};
use consonance_link::Delivery;
use consonance_link::gateway::{
    Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessageChannel, MessagePart,
};

use crate::ngo::support::{Made, batch, id_of, request};

fn from_client(proxy: &mut NgoProxiedConnection, channel: MessageChannel, bytes: &[u8]) -> Made {
    Made::by(|parts| proxy.handle_from_client(Instant::now(), channel, bytes, parts))
}

fn from_game(proxy: &mut NgoProxiedConnection, channel: MessageChannel, bytes: &[u8]) -> Made {
    Made::by(|parts| proxy.handle_from_game(Instant::now(), channel, bytes, parts))
}

/// A proxy that has seen the game's server approve the client.
fn approved() -> NgoProxiedConnection {
    let mut proxy = NgoProxy.open(Instant::now());
    let mut body = Vec::new();
    ConnectionApproved { types: TypeList::stock(), client_id: 5, tick: 9 }.write(&mut body);
    // The game's own objects follow in the approval.
    body.extend_from_slice(&[1; 300]);
    let welcome = batch(&[(0, &body), (17, b"a scene")]);
    assert_eq!(
        from_game(&mut proxy, RELIABLE, &welcome),
        Made::of([(MessagePart::ToClient(RELIABLE), welcome)])
    );
    proxy
}

fn voice_body(name: VoiceName, packet: &[u8]) -> Vec<u8> {
    let head = name.hash(NameHash::FourBytes).to_le_bytes();
    [head.as_slice(), &(packet.len() as u32).to_le_bytes(), packet].concat()
}

#[test]
fn everything_goes_through_before_the_games_server_has_approved() {
    let mut proxy = NgoProxy.open(Instant::now());
    let voice = batch(&[(11, &voice_body(VoiceName::ToServer, b"early"))]);
    for bytes in [batch(&[(1, &request(TypeList::stock()))]), voice, b"no batch".to_vec(), vec![]] {
        let game = Made::of([(MessagePart::ToGame(UNRELIABLE), bytes.clone())]);
        assert_eq!(from_client(&mut proxy, UNRELIABLE, &bytes), game);
        let client = Made::of([(MessagePart::ToClient(UNRELIABLE), bytes.clone())]);
        assert_eq!(from_game(&mut proxy, UNRELIABLE, &bytes), client);
    }
    assert_eq!(proxy.wrap(Instant::now(), Delivery::Reliable, b"hi", &mut Vec::new()), None);
}

#[test]
fn voice_is_taken_out_and_the_rest_stays_as_it_is() {
    let mut proxy = approved();
    let voice = voice_body(VoiceName::ToServer, b"hello");
    let named = id_of(NgoMessageType::NAMED);
    for (channel, delivery) in [(RELIABLE, Delivery::Reliable), (UNRELIABLE, Delivery::Unreliable)] {
        let mixed = batch(&[(16, b"one"), (named, &voice), (named, b"of the game's own"), (16, b"")]);
        let rest = batch(&[(16, b"one"), (named, b"of the game's own"), (16, b"")]);
        let heard = (MessagePart::Voice(delivery), b"hello".to_vec());
        let expected = Made::of([heard.clone(), (MessagePart::ToGame(channel), rest)]);
        assert_eq!(from_client(&mut proxy, channel, &mixed), expected);
        assert_eq!(from_client(&mut proxy, channel, &batch(&[(named, &voice)])), Made::of([heard]));
    }
    let mut answer = Vec::new();
    assert_eq!(proxy.wrap(Instant::now(), Delivery::Unreliable, b"hi", &mut answer), Some(UNRELIABLE));
    assert_eq!(answer, batch(&[(named, &voice_body(VoiceName::ToClient, b"hi"))]));
}

#[test]
fn what_has_no_voice_or_cannot_be_read_goes_through_byte_for_byte() {
    let mut proxy = approved();
    let mut padded = batch(&[(16, b"filled up with something")]);
    padded.extend_from_slice(b"noise after the end");
    for bytes in [batch(&[]), batch(&[(16, b"one"), (17, b"two")]), padded, b"no batch".to_vec()] {
        let game = Made::of([(MessagePart::ToGame(RELIABLE), bytes.clone())]);
        assert_eq!(from_client(&mut proxy, RELIABLE, &bytes), game);
        let client = Made::of([(MessagePart::ToClient(RELIABLE), bytes.clone())]);
        assert_eq!(from_game(&mut proxy, RELIABLE, &bytes), client);
    }
}

#[test]
fn a_voice_server_behind_is_not_heard() {
    let mut proxy = approved();
    let named = id_of(NgoMessageType::NAMED);
    let voice = voice_body(VoiceName::ToClient, b"from the other one");
    assert_eq!(from_game(&mut proxy, RELIABLE, &batch(&[(named, &voice)])), Made::of([]));
    let mixed = batch(&[(named, &voice), (16, b"rpc")]);
    let rest = Made::of([(MessagePart::ToClient(RELIABLE), batch(&[(16, b"rpc")]))]);
    assert_eq!(from_game(&mut proxy, RELIABLE, &mixed), rest);
}

#[test]
fn the_number_of_voice_is_that_of_the_games_own_server() {
    let reversed: Vec<_> = TypeList::stock().types().iter().rev().copied().collect();
    let types = TypeList::new(reversed);
    let mut proxy = NgoProxy.open(Instant::now());
    let mut body = Vec::new();
    ConnectionApproved { types: types.clone(), client_id: 5, tick: 9 }.write(&mut body);
    let (id, _) = types.find(NgoMessageType::CONNECTION_APPROVED).unwrap();
    let mut welcome = Vec::new();
    let mut batch = NgoBatchWriter::new(&mut welcome);
    batch.message(id, &[&body]);
    batch.finish();
    from_game(&mut proxy, RELIABLE, &welcome);
    let mut spoken = Vec::new();
    let voice = VoiceDialect::new(&types).unwrap();
    voice.write(VoiceName::ToServer, NameHash::EightBytes, b"hello", &mut spoken);
    let heard = Made::of([(MessagePart::Voice(Delivery::Unreliable), b"hello".to_vec())]);
    assert_eq!(from_client(&mut proxy, UNRELIABLE, &spoken), heard);
}
