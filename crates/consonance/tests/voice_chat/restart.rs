//! Servers that go away, and clients that reconnect or give up.

use std::time::Duration;

use consonance::transport::DisconnectReason;
use consonance::{End, EventKind};
use consonance_testing::sound::{ALIKE, likeness};

use crate::fixture::Fixture;
use crate::player::{Player, entered, joined, started_speaking};
use crate::speech::{Speech, recording};

#[test]
fn after_a_restart_of_the_server_all_players_come_back_with_rooms_and_channels_and_are_heard() {
    let mut fixture = Fixture::open();
    let (from_alice, from_bob) = (recording(1, 0.2, 2.2), recording(3, 0.2, 2.2));
    let mut alice = Player::join("Alice", fixture.chat().input(Speech::endless(&from_alice)));
    let bob = fixture.chat().speak_to_player("Alice").input(Speech::endless(&from_bob));
    let mut bob = Player::join("Bob", bob);
    // Requests made later are kept as well as those made at the start.
    bob.voice.room("team").listen();
    let _channel = alice.voice.room("team").speak();
    alice.until(&started_speaking("Bob"));
    bob.until(&started_speaking("Alice"));

    fixture.stop();
    for player in [&mut alice, &mut bob] {
        player.until_lost();
        player.forget();
        player.ear.clear();
    }
    fixture.start_again();

    alice.until(&joined("Bob"));
    alice.until(&entered("Bob", "team"));
    alice.until(&started_speaking("Bob"));
    bob.until(&EventKind::Joined);
    bob.until(&entered("Bob", "team"));
    bob.until(&started_speaking("Alice"));
    for (listener, spoken) in [(&alice, from_bob), (&bob, from_alice)] {
        listener.ear.clear();
        listener.ear.listen_for(1.0);
        let likeness = likeness(&listener.ear.samples(), &spoken.repeat(2));
        assert!(likeness > ALIKE, "{likeness}");
    }
}

#[test]
fn the_time_line_of_the_output_goes_on_while_the_server_is_gone() {
    let mut fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    fixture.stop();
    alice.until_lost();
    alice.ear.listen_for(0.2);
}

#[test]
fn a_server_that_stays_away_ends_the_chat_after_the_time_given() {
    let mut fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().reconnect_timeout(Duration::from_millis(300)));
    fixture.stop();
    alice.until_lost();
    let end = alice.until_ended();
    assert!(matches!(end, End::NoConnection(_)), "{end:?}");
    assert_eq!(alice.voice.leave().unwrap_err(), end);
    assert!(alice.ear.is_finished());
}

#[test]
fn a_server_that_comes_back_with_another_certificate_is_not_trusted_with_the_voice() {
    let mut fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    fixture.stop();
    alice.until_lost();
    fixture.start_another();
    let end = alice.until_ended();
    assert!(matches!(end, End::NoConnection(DisconnectReason::CertificateNotTrusted { .. })), "{end:?}");
}
