//! A server without a game, and its client.

use std::time::{Duration, Instant};

use consonance_game_networks::ngo::{
    ClientSettings, ConnectionApproved, NameHash, NgoBatch, NgoClient, NgoMessageType, NgoVoiceOnly,
    NgoVoiceOnlyConnection, RELIABLE, TypeList, UNRELIABLE, VoiceDialect, VoiceName, VoiceOnlySettings,
};
use consonance_link::Delivery;
use consonance_link::gateway::{
    ClientEnvelope as _, Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessagePart,
};

use crate::ngo::support::{Made, batch, id_of, request};

fn opened(settings: VoiceOnlySettings) -> (NgoVoiceOnlyConnection, Instant) {
    let now = Instant::now();
    (NgoVoiceOnly::new(settings).open(now), now)
}

fn says(connection: &mut NgoVoiceOnlyConnection, now: Instant, bytes: &[u8]) -> Made {
    Made::by(|parts| connection.handle_from_client(now, RELIABLE, bytes, parts))
}

/// A connection that was approved with this list.
fn approved(types: TypeList) -> (NgoVoiceOnlyConnection, Instant) {
    let (mut connection, now) = opened(VoiceOnlySettings::default());
    let (id, _) = types.find(NgoMessageType::CONNECTION_REQUEST).unwrap();
    assert_eq!(says(&mut connection, now, &batch(&[(id, &request(types))])).violation, None);
    (connection, now)
}

fn voice_batch(types: &TypeList, name: VoiceName, hash: NameHash, packet: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    VoiceDialect::new(types).unwrap().write(name, hash, packet, &mut bytes);
    bytes
}

#[test]
fn a_client_is_approved_with_its_own_list_and_synchronised_if_the_game_manages_scenes() {
    let full: Vec<_> = TypeList::stock().types().iter().copied().chain([(NgoMessageType(0), 0); 7]).collect();
    let reversed: Vec<_> = TypeList::stock().types().iter().rev().copied().collect();
    for types in [TypeList::stock(), TypeList::new(full), TypeList::new(reversed)] {
        for manages_scenes in [true, false] {
            let settings = VoiceOnlySettings { manages_scenes, ..VoiceOnlySettings::default() };
            let (mut connection, now) = opened(settings);
            let id = |message_type| types.find(message_type).unwrap().0;
            let asked = batch(&[(id(NgoMessageType::CONNECTION_REQUEST), &request(types.clone()))]);
            let later = now + Duration::from_secs(2);
            let made = says(&mut connection, later, &asked);
            let [(MessagePart::ToClient(RELIABLE), answer)] = made.parts.as_slice() else {
                panic!("{made:?}")
            };
            let messages: Vec<_> = NgoBatch::parse(answer).unwrap().messages().map(Result::unwrap).collect();
            assert_eq!(messages.len(), 1 + usize::from(manages_scenes));
            assert_eq!(messages[0].id, id(NgoMessageType::CONNECTION_APPROVED));
            let expected = ConnectionApproved { types: types.clone(), client_id: 1, tick: 60 };
            assert_eq!(ConnectionApproved::read(messages[0].body), Some(expected));
            if manages_scenes {
                assert_eq!((messages[1].id, messages[1].body.len()), (id(NgoMessageType::SCENE_EVENT), 38));
            }
        }
    }
}

#[test]
fn clients_have_numbers_of_their_own() {
    let mut server = NgoVoiceOnly::new(VoiceOnlySettings::default());
    let now = Instant::now();
    let asked = batch(&[(1, &request(TypeList::stock()))]);
    for expected in 1..=3 {
        let made = says(&mut server.open(now), now, &asked);
        let message = NgoBatch::parse(&made.parts[0].1).unwrap().messages().next().unwrap().unwrap();
        assert_eq!(ConnectionApproved::read(message.body).unwrap().client_id, expected);
    }
}

#[test]
fn a_client_that_does_not_ask_in_time_or_sends_something_else_first_is_disconnected() {
    let (mut connection, now) = opened(VoiceOnlySettings::default());
    let due = connection.poll_timeout().unwrap();
    assert_eq!(due, now + Duration::from_secs(10));
    let made = Made::by(|parts| connection.handle_timeout(due, parts));
    assert_eq!(made.violation, Some("no connection request came in time"));

    let named = (id_of(NgoMessageType::NAMED), b"early".as_slice());
    let without_names = TypeList::new(TypeList::stock().types()[..5].to_vec());
    for first in [
        batch(&[named]),
        batch(&[(2, &request(TypeList::stock()))]),
        batch(&[(1, &request(without_names))]),
        b"no batch at all, but long enough".to_vec(),
    ] {
        let (mut connection, now) = opened(VoiceOnlySettings::default());
        let made = says(&mut connection, now, &first);
        assert!(made.violation.is_some() && made.parts.is_empty(), "{made:?}");
        let made = says(&mut connection, now, &batch(&[(1, &request(TypeList::stock()))]));
        assert_eq!(made, Made::of([]), "nothing more is heard of it");
    }
}

#[test]
fn voice_is_heard_on_both_channels_and_answered_as_the_client_hashes_names() {
    let types = TypeList::stock();
    for hash in [NameHash::FourBytes, NameHash::EightBytes] {
        let (mut connection, now) = approved(types.clone());
        for (channel, delivery) in [(RELIABLE, Delivery::Reliable), (UNRELIABLE, Delivery::Unreliable)] {
            let spoken = voice_batch(&types, VoiceName::ToServer, hash, b"hello");
            let made = Made::by(|parts| connection.handle_from_client(now, channel, &spoken, parts));
            assert_eq!(made, Made::of([(MessagePart::Voice(delivery), b"hello".to_vec())]));
            let mut answer = Vec::new();
            assert_eq!(connection.wrap(now, delivery, b"hi", &mut answer), Some(channel));
            assert_eq!(answer, voice_batch(&types, VoiceName::ToClient, hash, b"hi"));
        }
    }
}

#[test]
fn what_is_the_games_is_ignored() {
    let (mut connection, now) = approved(TypeList::stock());
    let other_name = [0x77_u64.to_le_bytes().as_slice(), b"something"].concat();
    let named = id_of(NgoMessageType::NAMED);
    let messages: [(u32, &[u8]); 4] = [(16, b"an rpc"), (named, &other_name), (named, b"short"), (99, b"")];
    assert_eq!(says(&mut connection, now, &batch(&messages)), Made::of([]));
    let back = voice_batch(&TypeList::stock(), VoiceName::ToClient, NameHash::FourBytes, b"to you?!");
    assert_eq!(says(&mut connection, now, &back), Made::of([]));
}

#[test]
fn a_client_that_breaks_a_rule_is_told_which() {
    let (mut connection, now) = approved(TypeList::stock());
    let mut body = VoiceName::ToServer.hash(NameHash::FourBytes).to_le_bytes().to_vec();
    body.extend_from_slice(&[5, 0, 0, 0, b'x']);
    let made = says(&mut connection, now, &batch(&[(id_of(NgoMessageType::NAMED), &body)]));
    assert_eq!(made.violation, Some("a voice message does not tell its own length"));
    let [(MessagePart::ToClient(RELIABLE), told)] = made.parts.as_slice() else { panic!("{made:?}") };
    let message = NgoBatch::parse(told).unwrap().messages().next().unwrap().unwrap();
    assert_eq!(message.id, id_of(NgoMessageType::DISCONNECT_REASON));
}

#[test]
fn a_client_is_ready_when_it_is_approved_and_synchronised() {
    for manages_scenes in [true, false] {
        let (mut connection, now) = opened(VoiceOnlySettings { manages_scenes, ..Default::default() });
        let mut client = NgoClient::new(ClientSettings { manages_scenes, ..ClientSettings::default() });
        let asked = Made::by(|parts| client.handle_connected(now, parts));
        let [(MessagePart::ToGame(RELIABLE), asked)] = asked.parts.as_slice() else { panic!("{asked:?}") };
        assert!(!client.is_ready());
        assert_eq!(client.wrap(now, Delivery::Reliable, b"early", &mut Vec::new()), None);
        for (_, answer) in says(&mut connection, now, asked).parts {
            let made = Made::by(|parts| client.handle_message(now, RELIABLE, &answer, parts));
            assert_eq!(made, Made::of([]));
        }
        assert!(client.is_ready());
        assert_eq!(client.client_id(), Some(1));
    }
}
