//! End-to-end encrypted sessions over a real server.

use std::collections::BTreeSet;

use consonance::{
    AccountProof, AttestationKeys, EncryptionEvent, EncryptionPolicy, EncryptionSettings, EncryptionState,
    EncryptionStatus, EventKind, IdentityKey, WithheldReason,
};
use consonance_server::moderation::By;
use consonance_server::token::Key;
use consonance_server::utc::seconds_since_1970;
use consonance_session::Encryption;
use consonance_testing::folder::path_of_test;
use consonance_wire::{MAGIC, Packet, SealedVoice};

use crate::fixture::Fixture;
use crate::player::{Player, entered};
use crate::speech::{Speech, recording};

fn fixture(encryption: Encryption) -> Fixture {
    Fixture::open_with(|settings| settings.encryption.rule = encryption)
}

fn policy(policy: EncryptionPolicy) -> EncryptionSettings {
    let mut settings = EncryptionSettings::default();
    settings.policy = policy;
    settings
}

fn on() -> EventKind {
    EventKind::Encryption(EncryptionEvent::State(EncryptionState::On))
}

fn names(status: &EncryptionStatus) -> Vec<&str> {
    let mut names: Vec<_> = status.members.iter().map(|member| &*member.name).collect();
    names.sort_unstable();
    names
}

/// Waits until the player sees this number of members.
fn until_members(player: &Player, count: usize) -> EncryptionStatus {
    player.until_counted("members", |_| player.voice.encryption().status().members.len() == count);
    player.voice.encryption().status()
}

#[test]
fn speech_and_text_in_an_encrypted_session_arrive() {
    let fixture = fixture(Encryption::Required);
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.until(&on());
    bob.until(&on());
    until_members(&alice, 2);
    let spoken = recording(1, 0.0, 3.0);
    alice.voice.microphone().set_input(Speech::once(&spoken));
    bob.assert_hears("Alice", &spoken);
    alice.voice.room("lobby").send_text("hello").unwrap();
    bob.until_some("hello", |kind| matches!(kind, EventKind::Text { text, .. } if text == "hello"));
    let status = bob.voice.encryption().status();
    assert_eq!(names(&status), ["Alice", "Bob"]);
    assert!(status.is_room_encrypted("lobby"));
    assert!(status.packets.opened.opened > 100, "{:?}", status.packets);
    assert_eq!(status.packets.received_plain + status.packets.refused_plain, 0);
    let number = |of: &EncryptionStatus, name: &str| {
        of.members.iter().find(|member| member.name == name).and_then(|member| member.safety_number)
    };
    let alices = alice.voice.encryption().status();
    assert_eq!(number(&alices, "Bob"), number(&status, "Alice"));
    assert_eq!(alices.safety_number, status.safety_number);
}

#[test]
fn an_account_is_shown_as_attested_to_members_that_trust_the_service() {
    let fixture = fixture(Encryption::Required);
    let service = Key::generate_ed25519().unwrap();
    let identity = IdentityKey::generate().unwrap();
    let player_key: [u8; 32] = identity.public().as_bytes().try_into().unwrap();
    let attestation = service.attest("42", &player_key, seconds_since_1970() + 3600).unwrap();
    let settings = |identity: IdentityKey| {
        let mut settings = EncryptionSettings::default();
        settings.identity = Some(identity);
        settings.account = Some("42".into());
        settings.attestation = Some(attestation.clone());
        settings
    };
    let mut trusting = EncryptionSettings::default();
    trusting.attestation_keys = AttestationKeys::from_jwk(&service.public().unwrap().to_jwk()).unwrap();
    let players = [
        Player::join("Alice", fixture.chat().encryption(settings(identity))),
        // The attestation is public, and useless with another key.
        Player::join("Mallory", fixture.chat().encryption(settings(IdentityKey::generate().unwrap()))),
    ];
    let bob = Player::join("Bob", fixture.chat().encryption(trusting));
    let carol = Player::join("Carol", fixture.chat());
    let proofs = |player: &Player| {
        let members = until_members(player, 4).members;
        ["Alice", "Mallory"].map(|name| {
            let member = members.iter().find(|member| member.name == name).unwrap();
            (member.account.clone().unwrap(), member.account_proof)
        })
    };
    let shown = |proof| ("42".to_owned(), proof);
    assert_eq!(proofs(&bob), [shown(AccountProof::Attested), shown(AccountProof::Rejected)]);
    assert_eq!(proofs(&carol), [shown(AccountProof::Claimed), shown(AccountProof::Claimed)]);
    drop(players);
}

#[test]
fn a_player_that_has_left_is_out_of_the_group_and_keys_change() {
    let fixture = fixture(Encryption::Required);
    let mut alice = Player::join("Alice", fixture.chat());
    alice.until(&on());
    let mut bob = Player::join("Bob", fixture.chat());
    bob.until(&on());
    let with_bob = until_members(&alice, 2);
    drop(bob);
    let without = until_members(&alice, 1);
    assert!(without.epoch > with_bob.epoch);
    assert_eq!(names(&without), ["Alice"]);
}

#[test]
fn a_player_that_does_not_encrypt_is_refused_where_it_is_required() {
    let fixture = fixture(Encryption::Required);
    let mut old = Player::start("Old", fixture.chat().encryption(policy(EncryptionPolicy::Never)));
    let end = old.until_ended();
    assert_eq!(end.code(), "version-encryption", "{end}");
}

#[test]
fn a_room_where_a_player_does_not_encrypt_is_heard_by_all_and_shown_as_not_encrypted() {
    let fixture = fixture(Encryption::Allowed);
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&on());
    bob.until(&on());
    assert!(bob.voice.encryption().status().is_room_encrypted("lobby"));
    let old = fixture.chat().encryption(policy(EncryptionPolicy::Never)).listen_to_room("lobby");
    let mut old = Player::join("Old", old);
    for player in [&mut alice, &mut bob] {
        player.until_some("rooms", |kind| {
            matches!(kind, EventKind::Encryption(EncryptionEvent::RoomsChanged { by: Some(_), .. }))
        });
        assert!(!player.voice.encryption().status().is_room_encrypted("lobby"));
        assert!(player.voice.encryption().status().is_room_encrypted("cave"));
    }
    let spoken = recording(1, 0.0, 2.0);
    alice.voice.microphone().set_input(Speech::once(&spoken));
    old.assert_hears("Alice", &spoken);
    bob.assert_hears("Alice", &spoken);
    assert!(bob.voice.encryption().status().packets.received_plain > 50);
}

#[test]
fn a_player_that_requires_encryption_says_nothing_where_it_is_not_offered() {
    let fixture = fixture(Encryption::Off);
    let strict = fixture.chat().encryption(policy(EncryptionPolicy::Required)).speak_in_room("lobby");
    let mut alice = Player::join("Alice", strict);
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.until(&EventKind::Encryption(EncryptionEvent::State(EncryptionState::Waiting)));
    alice.voice.microphone().set_input(Speech::once(&recording(1, 0.0, 1.0)));
    let dropped =
        |_: &consonance::VoiceStatistics| alice.voice.encryption().status().packets.without_keys > 30;
    alice.until_counted("dropped frames", dropped);
    assert_eq!(bob.voice.statistics().session.frames_received, 0);
    assert!(!bob.has_seen_some(|kind| matches!(kind, EventKind::StartedSpeaking { .. })));
}

/// Waits until the player learns that this is not sent.
fn until_withheld(player: &mut Player, reason: WithheldReason) {
    player.until(&EventKind::Encryption(EncryptionEvent::Withheld { reason }));
}

#[test]
fn where_encryption_is_not_offered_a_player_that_requires_it_is_told() {
    let fixture = fixture(Encryption::Off);
    let mut alice = Player::join("Alice", fixture.chat().encryption(policy(EncryptionPolicy::Required)));
    until_withheld(&mut alice, WithheldReason::NotOffered);
    assert_eq!(alice.voice.encryption().status().state, EncryptionState::Waiting);
}

#[test]
fn a_player_that_requires_encryption_sends_nothing_to_a_room_where_it_is_only_allowed() {
    let fixture = fixture(Encryption::Allowed);
    let old = fixture.chat().encryption(policy(EncryptionPolicy::Never)).listen_to_room("lobby");
    let old = Player::join("Old", old);
    let strict = fixture.chat().encryption(policy(EncryptionPolicy::Required)).speak_in_room("lobby");
    let mut alice = Player::join("Alice", strict);
    let bob = fixture.chat().listen_to_room("lobby").listen_to_room("cave");
    let mut bob = Player::join("Bob", bob);
    let lobby = || vec!["lobby".to_owned()];
    for player in [&mut alice, &mut bob] {
        player.until_some("plain rooms", |kind| {
            matches!(kind, EventKind::Encryption(EncryptionEvent::RoomsChanged { rooms, .. }) if *rooms == lobby())
        });
        player.until(&on());
    }
    until_members(&alice, 2);
    alice.voice.microphone().set_input(Speech::once(&recording(1, 0.0, 1.0)));
    until_withheld(&mut alice, WithheldReason::PlainRoom { room: "lobby".into() });
    alice.until_counted("withheld frames", |_| alice.voice.encryption().status().packets.withheld > 30);
    alice.voice.room("lobby").send_text("hello").unwrap();
    alice.until_some(
        "a refusal",
        |kind| matches!(kind, EventKind::TextNotSent { reason, .. } if reason.contains("lobby")),
    );
    let status = alice.voice.encryption().status();
    assert_eq!((status.packets.sent_plain, status.plain_rooms), (0, lobby()));
    for player in [&bob, &old] {
        assert_eq!(player.voice.statistics().session.frames_received, 0);
    }
    alice.voice.room("cave").send_text("hello").unwrap();
    bob.until_some("hello", |kind| matches!(kind, EventKind::Text { text, .. } if text == "hello"));
}

#[test]
fn a_key_that_is_kept_is_the_same_in_the_next_chat() {
    let fixture = fixture(Encryption::Required);
    let kept = IdentityKey::generate().unwrap().to_bytes();
    let mut alice = Player::join("Alice", fixture.chat());
    alice.until(&on());
    let bobs_key = |alice: &Player| {
        let status = until_members(alice, 2);
        status.members.into_iter().find(|member| member.name == "Bob").unwrap().key
    };
    let mut seen = Vec::new();
    for _ in 0..2 {
        let mut settings = EncryptionSettings::default();
        settings.identity = Some(IdentityKey::from_bytes(&kept).unwrap());
        let mut bob = Player::join("Bob", fixture.chat().encryption(settings));
        bob.until(&on());
        seen.push(bobs_key(&alice));
        drop(bob);
        until_members(&alice, 1);
    }
    assert_eq!(seen[0], seen[1]);
}

/// The sealed frames of a capture: their lengths, and the loudness that they state.
fn captured_frames(capture: &[u8]) -> BTreeSet<(usize, Option<u8>)> {
    let field = |at: usize| u32::from_le_bytes(capture[at..at + 4].try_into().unwrap()) as usize;
    let mut frames = BTreeSet::new();
    let mut block = 0;
    while block < capture.len() {
        let next = block + field(block + 4);
        // An enhanced packet block: 28 bytes, and the packet.
        if field(block) == 6 {
            let captured = &capture[block + 28..block + 28 + field(block + 20)];
            let begin = captured.windows(2).position(|bytes| bytes == MAGIC.to_be_bytes()).unwrap();
            if let Ok(Packet::VoiceData(voice)) = Packet::parse(&captured[begin..]) {
                let sealed = SealedVoice::of(voice.frame).expect("every frame is sealed");
                frames.insert((voice.frame.len(), sealed.loudness()));
            }
        }
        block = next;
    }
    frames
}

#[test]
fn with_a_constant_rate_the_server_sees_frames_of_one_size_without_their_loudness() {
    let fixture = fixture(Encryption::Required);
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    bob.until(&on());
    for constant_rate in [true, false] {
        let folder = path_of_test(&format!("constant-rate-{constant_rate}"));
        let mut settings = EncryptionSettings::default();
        settings.constant_rate = constant_rate;
        let chat = fixture.chat().encryption(settings).speak_in_room("lobby").diagnostics(&folder);
        let mut alice = Player::join("Alice", chat);
        alice.until(&on());
        until_members(&alice, 2);
        let spoken = recording(1, 0.0, 2.0);
        alice.voice.microphone().set_input(Speech::once(&spoken));
        bob.assert_hears("Alice", &spoken);
        alice.voice.leave().unwrap();
        let frames = captured_frames(&std::fs::read(folder.join("packets.pcapng")).unwrap());
        let sizes: BTreeSet<_> = frames.iter().map(|(bytes, _)| *bytes).collect();
        // A frame's number takes as many bytes as needed (RFC 9605, section 4.3): none at first, then one, then two.
        let is_constant = sizes.last().unwrap() - sizes.first().unwrap() <= 2;
        assert_eq!(is_constant, constant_rate, "{frames:?}");
        assert_eq!(frames.iter().all(|(_, loudness)| loudness.is_none()), constant_rate, "{frames:?}");
        until_members(&bob, 1);
    }
}

#[test]
fn a_player_that_is_kicked_is_out_of_the_group() {
    let fixture = fixture(Encryption::Required);
    let mut alice = Player::join("Alice", fixture.chat());
    let mut bob = Player::join("Bob", fixture.chat());
    alice.until(&on());
    bob.until(&on());
    let before = until_members(&alice, 2).epoch;
    fixture.moderation().kick(&By::new("Ann", "too loud"), "main", &"Bob".into()).unwrap();
    bob.until_ended();
    assert!(until_members(&alice, 1).epoch > before);
}

#[test]
fn after_a_restart_of_the_server_the_players_make_another_group() {
    let mut fixture = fixture(Encryption::Required);
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&on());
    bob.until(&on());
    until_members(&alice, 2);
    fixture.stop();
    for player in [&mut alice, &mut bob] {
        player.until_lost();
        player.forget();
    }
    fixture.start_again();
    alice.until(&entered("Bob", "lobby"));
    bob.until(&EventKind::Joined);
    let opened = bob.voice.encryption().status().packets.opened.opened;
    let spoken = recording(1, 0.0, 4.0);
    alice.voice.microphone().set_input(Speech::endless(&spoken));
    bob.until_counted("frames", |_| bob.voice.encryption().status().packets.opened.opened > opened + 100);
    assert_eq!(names(&until_members(&bob, 2)), ["Alice", "Bob"]);
}
