//! One host with several sessions, missing hosts, and a signalling server that goes away.

use std::time::Instant;

use consonance_game_networks::webrtc_network::WebRtcHost;
use consonance_game_networks::webrtc_network::signalling::{
    ReservedAddresses, SignallingListener, SignallingListenerSettings,
};
use consonance_link::{ClientNetwork as _, Delivery, DisconnectReason, ServerNetwork as _};

use crate::webrtc_network::support::{self, Table};

#[test]
fn a_host_has_several_sessions_on_one_port_and_knows_the_players_of_each() {
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    settings.sessions = ["red", "blue"].map(str::to_owned).into();
    let mut table = Table::new(support::host(settings));
    for session in ["blue", "red"] {
        let mut settings = support::client_settings(&signalling);
        session.clone_into(&mut settings.session);
        let player = table.join(settings);
        table.until("it is in", |table| table.connected[player]);
    }
    let sessions: Vec<&str> = table.came.iter().map(|(_, session)| session.as_str()).collect();
    assert_eq!(sessions, ["blue", "red"]);
}

#[test]
fn a_session_without_a_host_is_told_from_a_signalling_server_that_is_not_there() {
    let signalling = support::signalling();
    let mut table = Table::new(support::host(support::host_settings(&signalling)));
    let mut settings = support::client_settings(&signalling);
    "unhosted".clone_into(&mut settings.session);
    let lonely = table.join(settings);
    let mut settings = support::client_settings(&signalling);
    // Port 9 has no listener here.
    settings.signalling = "ws://127.0.0.1:9/chatapp".parse().unwrap();
    let lost = table.join(settings);
    table.until("both hear of it", |table| table.ends.iter().all(Option::is_some));
    let words = |end: &Option<DisconnectReason>| end.as_ref().unwrap().to_string();
    assert!(words(&table.ends[lonely]).contains("no host has a session"), "{:?}", table.ends[lonely]);
    assert!(words(&table.ends[lost]).contains("ws://127.0.0.1:9/chatapp"), "{:?}", table.ends[lost]);
}

#[test]
fn players_stay_when_the_signalling_server_goes_and_others_come_when_it_is_back() {
    let signalling = support::signalling();
    let address = signalling.local_addr();
    let mut table = Table::new(support::host(support::host_settings(&signalling)));
    let settings = support::client_settings(&signalling);
    let player = table.join(settings.clone());
    table.until("it is in", |table| table.connected[player]);
    drop(signalling);
    table.until("the host notices", |table| !table.host.is_listening());
    table.players[player].send(Instant::now(), Delivery::Reliable, b"still here");
    table.until("it is heard", |table| table.host_heard.len() == 1);
    let _signalling = SignallingListener::bind(address, SignallingListenerSettings::default()).unwrap();
    table.until("the host can be found again", |table| table.host.is_listening());
    let another = table.join(settings);
    table.until("another one is in", |table| table.connected[another]);
    assert_eq!((table.ends[player].as_ref(), table.host.statistics().connections.connected), (None, 2));
}

#[test]
fn a_host_gets_its_reserved_address_although_others_ask_first_and_may_say_what_it_has_to() {
    let reserved = ReservedAddresses::new(["main"], [7; 16]);
    let path = reserved.owner_path("/chatapp");
    // Each player sends five messages, and the host sends three to each of them.
    let mut settings =
        SignallingListenerSettings { messages_max: 5, ..SignallingListenerSettings::default() };
    settings.signalling.reserved = Some(reserved);
    let signalling = SignallingListener::bind(support::localhost(), settings).unwrap();
    let mut other = WebRtcHost::bind(support::host_settings(&signalling)).unwrap();
    support::wait_until("another host is denied the address", || {
        let _ = other.poll_event(Instant::now(), &mut Vec::new());
        assert!(!other.is_listening());
        signalling.counts().addresses_denied > 0
    });
    let mut settings = support::host_settings(&signalling);
    settings.signalling = format!("ws://{}{path}", signalling.local_addr()).parse().unwrap();
    let mut table = Table::new(support::host(settings));
    for _ in 0..3 {
        let player = table.join(support::client_settings(&signalling));
        table.until("a player is in", |table| table.connected[player]);
    }
    table.until("no negotiation is left", |table| table.host.negotiating() == 0);
    assert!(table.host.is_listening());
    assert_eq!(signalling.counts().sent_away, 0);
}
