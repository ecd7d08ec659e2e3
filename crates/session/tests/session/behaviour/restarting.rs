//! A server that starts its session again in place: links stay, and clients rejoin by themselves.

use core::time::Duration;

use consonance_session::{Capabilities, ChannelProperties, SessionId, Target};

use crate::behaviour::support::network::Network;

const ANOTHER: SessionId = SessionId(4711);

#[test]
fn all_clients_come_back_with_rooms_and_channels_without_sending_first() {
    for capabilities in [Capabilities::NONE, Capabilities::ALL] {
        let mut network = Network::new();
        network.capabilities = capabilities;
        let bob = network.join("Bob", &["lobby"]);
        let alice = network.join("Alice", &["team"]);
        let lobby = Target::Room("lobby".into());
        network.client(alice).open_channel(lobby, ChannelProperties::default()).expect("a channel more");
        let now = network.now;
        network.server.restart(now, ANOTHER);
        network.wait(Duration::from_secs(2));
        assert_eq!((network.server.session(), network.server.clients()), (ANOTHER, 2));
        for player in [alice, bob] {
            let told = network.events(player);
            let joined = told.iter().filter(|event| event.starts_with("joined as")).count();
            assert_eq!(joined, 1, "{told:?}");
        }
        network.client(alice).send_voice(b"here again").expect("in the session");
        network.run();
        let heard = network.events(bob);
        assert_eq!(heard.len(), 2, "{heard:?}");
        assert!(heard[1].ends_with("here again"), "{heard:?}");
    }
}

#[test]
fn a_ticket_from_before_a_restart_is_worth_nothing() {
    let mut network = Network::of_ours();
    let alice = network.join("Alice", &[]);
    let now = network.now;
    network.lose(alice);
    network.server.restart(now, ANOTHER);
    network.wait(Duration::from_secs(1));
    let told = network.events(alice);
    assert!(told.contains(&"joined as 0".to_owned()), "{told:?}");
    assert!(!told.iter().any(|event| event.starts_with("resumed")), "{told:?}");
    assert_eq!(network.server.statistics().tickets_refused, 1);
}

#[test]
fn secrets_go_on_where_they_were_so_that_none_comes_twice() {
    let mut network = Network::of_ours();
    let alice = network.join("Alice", &[]);
    network.lose(alice);
    network.run();
    let before = network.last_handshake(alice);
    let now = network.now;
    network.server.restart(now, ANOTHER);
    network.wait(Duration::from_secs(1));
    network.lose(alice);
    network.wait(Duration::from_secs(1));
    let after = network.last_handshake(alice);
    let secret = |handshake: &[u8]| handshake[handshake.len() - 16..].to_vec();
    assert_ne!(secret(&before), secret(&after));
}
