//! Players with direct links to each other: the routes of their voices, which sound the same.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use consonance::transport::memory::MemoryAddress;
use consonance::transport::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DirectEvent, DirectLinks as _, DisconnectReason,
};
use consonance::{
    EncryptionEvent, EncryptionState, EventKind, MessageType, Routing, TextTarget, VoiceChatBuilder,
    VoiceStatistics,
};
use consonance_server::SessionsSettings;
use consonance_session::Encryption;
use consonance_testing::sound::{ALIKE, likeness};

use crate::hall::Hall;
use crate::player::{
    PATIENCE, Player, entered, joined, linked, started_speaking, stopped_speaking, unlinked,
};
use crate::speech::{Speech, recording};

#[test]
fn two_players_with_a_direct_link_hear_each_other_while_the_server_relays_nothing() {
    let hall = Hall::open();
    let [(mut alice, to_alice), (mut bob, to_bob)] = ["Alice", "Bob"].map(|name| in_lobby(&hall, name));
    let _link = to_alice.connect(&to_bob).unwrap();
    for (player, other) in [(&mut alice, "Bob"), (&mut bob, "Alice")] {
        player.until(&linked(other));
        player.until(&entered(other, "lobby"));
    }

    let (from_alice, from_bob) = (recording(1, 0.2, 2.2), recording(3, 0.2, 2.2));
    alice.voice.microphone().set_input(Speech::once(&from_alice));
    bob.voice.microphone().set_input(Speech::once(&from_bob));
    alice.assert_hears("Bob", &from_bob);
    bob.assert_hears("Alice", &from_alice);
    alice.voice.player("Bob").send_text("psst").unwrap();
    let to = TextTarget::Player("Bob".into());
    bob.until(&EventKind::Text { from: "Alice".into(), to, text: "psst".into() });

    assert_eq!(hall.frames_relayed(), 0);
    let (of_alice, of_bob) = (alice.counted_until_the_end(), bob.counted_until_the_end());
    for statistics in [&of_alice.session, &of_bob.session] {
        assert!(statistics.frames_sent >= 100, "{} frames of 20 ms are 2 s", statistics.frames_sent);
        assert_eq!((statistics.frames_direct, statistics.frames_relayed), (statistics.frames_sent, 0));
    }
    assert_eq!((of_alice.session.texts_direct, of_alice.session.texts_relayed), (1, 0));
    let sent = of_alice.sent.flow(MessageType::VoiceData);
    assert_eq!(sent.packets, of_alice.session.frames_sent);
    assert_eq!(of_bob.received.flow(MessageType::VoiceData).packets, sent.packets);
}

#[test]
fn what_goes_over_a_direct_link_is_encrypted_too() {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.encryption.rule = Encryption::Required;
    let hall = Hall::open_with(&settings);
    let [(mut alice, to_alice), (mut bob, to_bob)] = ["Alice", "Bob"].map(|name| in_lobby(&hall, name));
    let _link = to_alice.connect(&to_bob).unwrap();
    for (player, other) in [(&mut alice, "Bob"), (&mut bob, "Alice")] {
        player.until(&linked(other));
        player.until(&entered(other, "lobby"));
        player.until(&EventKind::Encryption(EncryptionEvent::State(EncryptionState::On)));
    }
    alice.until_counted("members", |_| alice.voice.encryption().status().members.len() == 2);

    let spoken = recording(1, 0.2, 2.2);
    alice.voice.microphone().set_input(Speech::once(&spoken));
    bob.assert_hears("Alice", &spoken);
    alice.voice.player("Bob").send_text("psst").unwrap();
    let to = TextTarget::Player("Bob".into());
    bob.until(&EventKind::Text { from: "Alice".into(), to, text: "psst".into() });
    assert_eq!(hall.frames_relayed(), 0);
    let packets = bob.voice.encryption().status().packets;
    assert!(packets.opened.opened > 100, "{packets:?}");
    assert_eq!((packets.received_plain, packets.refused_plain), (0, 0));
}

#[test]
fn when_the_direct_link_is_cut_in_the_middle_of_speech_the_voice_goes_on_through_the_server() {
    let hall = Hall::open();
    let [(mut alice, to_alice), (mut bob, to_bob)] = ["Alice", "Bob"].map(|name| in_lobby(&hall, name));
    let link = to_alice.connect(&to_bob).unwrap();
    alice.until(&linked("Bob"));
    alice.until(&entered("Bob", "lobby"));

    let spoken = recording(1, 0.2, 2.2);
    alice.voice.microphone().set_input(Speech::endless(&spoken));
    bob.until(&started_speaking("Alice"));
    alice.until_counted("frames go directly", |now| now.session.frames_direct > 20);
    assert_eq!(hall.frames_relayed(), 0);
    bob.ear.clear();
    link.lose();
    alice.until(&unlinked("Bob"));
    bob.until(&unlinked("Alice"));
    bob.ear.listen_for(2.0);
    let likeness = likeness(&bob.ear.samples(), &spoken.repeat(4));
    assert!(likeness > ALIKE, "{likeness}");
    assert!(!bob.has_seen(&stopped_speaking("Alice")));
    let ways = &alice.counted_until_the_end().session;
    assert!(ways.frames_direct > 0 && ways.frames_relayed > 0, "{ways:?}");
    assert_eq!(ways.frames_direct + ways.frames_relayed, ways.frames_sent);
}

#[test]
fn a_direct_link_that_is_made_in_the_middle_of_speech_takes_it_over() {
    let hall = Hall::open();
    let [(alice, to_alice), (mut bob, to_bob)] = ["Alice", "Bob"].map(|name| in_lobby(&hall, name));
    alice.voice.microphone().set_input(Speech::endless(&recording(1, 0.2, 2.2)));
    bob.until(&started_speaking("Alice"));
    let _link = to_alice.connect(&to_bob).unwrap();
    bob.until(&linked("Alice"));
    let relayed = alice.until_counted("frames go directly", |now| now.session.frames_direct > 20);
    let relayed = relayed.session.frames_relayed;
    assert!(relayed > 0);
    alice.until_counted("all frames go directly", |now| {
        assert_eq!(now.session.frames_relayed, relayed);
        now.session.frames_direct > 50
    });
    assert!(!bob.has_seen(&stopped_speaking("Alice")));
}

#[test]
fn the_use_of_direct_links_can_be_changed_during_speech() {
    let hall = Hall::open();
    let relay_first = |chat: VoiceChatBuilder| chat.routing(Routing::AlwaysRelay);
    let [(mut alice, to_alice), (mut bob, to_bob)] =
        ["Alice", "Bob"].map(|name| join(&hall, name, relay_first));
    let _link = to_alice.connect(&to_bob).unwrap();
    alice.until(&linked("Bob"));
    alice.voice.microphone().set_input(Speech::endless(&recording(1, 0.2, 2.2)));
    bob.until(&started_speaking("Alice"));
    let relayed = alice.until_counted("frames are relayed", |now| now.session.frames_relayed > 20);
    assert_eq!(relayed.session.frames_direct, 0);

    alice.voice.set_routing(Routing::Direct);
    let more = |than: &Arc<VoiceStatistics>| {
        let (direct, relayed) = (than.session.frames_direct + 20, than.session.frames_relayed + 20);
        move |now: &VoiceStatistics| {
            (now.session.frames_direct > direct, now.session.frames_relayed > relayed)
        }
    };
    let goes = more(&relayed);
    let direct = alice.until_counted("frames go directly", |now| goes(now).0);
    let goes = more(&direct);
    alice.until_counted("all frames go directly", |now| {
        assert!(!goes(now).1, "they are relayed as well: {:?}", now.session);
        goes(now).0
    });

    // A frame has more than 20 bytes, and a second of speech has 50 frames.
    alice.voice.set_routing(Routing::DirectWithin { bytes_per_second: 1000 });
    let goes = more(&alice.voice.statistics());
    alice.until_counted("frames go both ways", |now| goes(now) == (true, true));
    assert!(!bob.has_seen(&stopped_speaking("Alice")), "nothing of that is heard");
}

#[test]
fn a_player_without_direct_links_among_others_with_them_hears_and_is_heard() {
    let hall = Hall::open();
    let [(mut alice, to_alice), (mut bob, to_bob), (mut carol, _)] =
        ["Alice", "Bob", "Carol"].map(|name| in_lobby(&hall, name));
    let _link = to_alice.connect(&to_bob).unwrap();
    alice.until(&linked("Bob"));
    for other in ["Bob", "Carol"] {
        alice.until(&entered(other, "lobby"));
    }

    let (from_alice, from_carol) = (recording(1, 0.2, 1.7), recording(3, 0.2, 1.7));
    alice.voice.microphone().set_input(Speech::once(&from_alice));
    bob.assert_hears("Alice", &from_alice);
    carol.assert_hears("Alice", &from_alice);
    for listener in [&alice, &bob] {
        listener.ear.clear();
    }
    carol.voice.microphone().set_input(Speech::once(&from_carol));
    alice.assert_hears("Carol", &from_carol);
    bob.assert_hears("Carol", &from_carol);

    let (of_alice, of_carol) = (alice.counted_until_the_end(), carol.counted_until_the_end());
    let (of_alice, of_carol) = (&of_alice.session, &of_carol.session);
    let sent = of_alice.frames_sent;
    assert_eq!((of_alice.frames_direct, of_alice.frames_relayed), (sent, sent), "one listener each way");
    assert_eq!((of_carol.frames_direct, of_carol.frames_relayed), (0, 2 * of_carol.frames_sent));
}

#[test]
fn each_direct_link_stands_in_the_statistics_with_its_player() {
    let hall = Hall::open();
    let [(mut alice, to_alice), (_bob, to_bob)] = ["Alice", "Bob"].map(|name| in_lobby(&hall, name));
    assert!(alice.voice.statistics().direct_links.is_empty());
    let _link = to_alice.connect(&to_bob).unwrap();
    alice.until(&linked("Bob"));
    let bob_is_known = |now: &VoiceStatistics| {
        now.direct_links.iter().any(|link| link.player.as_deref() == Some("Bob") && link.received.packets > 0)
    };
    let statistics = alice.until_counted("Bob's link is listed", bob_is_known);
    assert_eq!(statistics.direct_links.len(), 1);
    assert!(statistics.sent.flow(MessageType::HandshakeP2P).packets > 0);
    assert_eq!(statistics.sent.total.packets, {
        let by_type = statistics.sent.by_type.iter().map(|(_, flow)| flow.packets);
        by_type.sum::<u64>() + statistics.sent.unreadable.packets
    });
    assert_eq!(statistics.network.sent.reliable.packets, statistics.sent.total.packets);
}

#[test]
fn direct_links_outlive_a_session_and_are_used_in_the_next() {
    let hall = Hall::open();
    let [(mut alice, to_alice), (mut bob, to_bob)] = ["Alice", "Bob"].map(|name| in_lobby(&hall, name));
    let _link = to_alice.connect(&to_bob).unwrap();
    alice.until(&linked("Bob"));
    bob.until(&linked("Alice"));
    for player in [&mut alice, &mut bob] {
        player.forget();
    }
    hall.restart_session();
    alice.until_lost();
    for (player, other) in [(&mut alice, "Bob"), (&mut bob, "Alice")] {
        player.until(&joined(other));
        player.until(&linked(other));
        assert!(!player.has_seen(&unlinked(other)), "that it had left said so");
    }
}

#[test]
fn a_peer_that_sends_garbage_directly_loses_its_link_and_no_player_notices() {
    const GARBAGE: usize = 64;
    let hall = Hall::open();
    let [(mut alice, to_alice), (mut bob, to_bob)] = ["Alice", "Bob"].map(|name| in_lobby(&hall, name));
    let _link = to_alice.connect(&to_bob).unwrap();
    alice.until(&linked("Bob"));
    let mut intruder = hall.intruder();
    let _link = to_alice.connect(&intruder.address()).unwrap();
    let deadline = Instant::now() + PATIENCE;
    let reason = loop {
        assert!(Instant::now() < deadline, "the intruder is not disconnected");
        match intruder.poll_event(Instant::now(), &mut Vec::new()) {
            Some(ClientLinkEvent::Direct { peer, event: DirectEvent::Up }) => {
                for _ in 0..GARBAGE {
                    intruder.send_direct(Instant::now(), &[peer], Delivery::Reliable, b"garbage");
                }
            }
            Some(ClientLinkEvent::Direct { event: DirectEvent::Down { reason }, .. }) => break reason,
            _ => thread::sleep(Duration::from_millis(2)),
        }
    };
    assert_eq!(reason, DisconnectReason::closed_by_peer(b""));
    let statistics = alice.until_counted("the garbage", |now| now.session.peers_closed == 1);
    assert_eq!(statistics.session.malformed, GARBAGE as u64);
    assert!(!bob.has_seen(&unlinked("Alice")) && !alice.has_seen(&unlinked("Bob")));
}

fn in_lobby(hall: &Hall, name: &str) -> (Player, MemoryAddress) {
    join(hall, name, |chat| chat)
}

/// A player that listens and speaks to the lobby, and its direct address.
fn join(
    hall: &Hall,
    name: &str,
    set_up: impl FnOnce(VoiceChatBuilder) -> VoiceChatBuilder,
) -> (Player, MemoryAddress) {
    let (chat, address) = hall.chat();
    let player = Player::join(name, set_up(chat.listen_to_room("lobby").speak_in_room("lobby")));
    (player, address)
}
