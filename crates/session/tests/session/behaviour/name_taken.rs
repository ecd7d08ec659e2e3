//! Names in use: which newcomer takes one over, which waits, and which is refused.

mod claims;
mod stalls;

use core::time::Duration;

use consonance_session::{Access, CloseReason, Instant, LinkId, NameTaken, PeerOrigin, Vouched};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::network::Network;
use crate::behaviour::support::packets;

const ALICE: u64 = 1;
const NEWCOMER: u64 = 3;

/// Alice over link 1 and Bob over link 2, in the lobby.
fn two_in(mut server: LoneServer) -> LoneServer {
    server.connect_from(ALICE, "192.0.2.1");
    server.receive(ALICE, &packets::handshake("Alice"));
    server.receive(ALICE, &packets::client_state(0, "Alice", &["lobby"]));
    server.join(2, "Bob", &["lobby"]);
    server.events();
    server
}

fn two() -> LoneServer {
    two_in(LoneServer::new())
}

fn refusing() -> LoneServer {
    two_in(LoneServer::with_settings(|settings| settings.name_taken = NameTaken::Refuse))
}

fn holder(server: &LoneServer, name: &str) -> Option<u64> {
    server.server.tables().clients().find(|row| row.name == name).map(|row| row.link.0)
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn a_stock_newcomer_waits_unheard_for_the_name_of_a_live_holder_and_is_told_once() {
    let mut server = two();
    server.connect_from(NEWCOMER, "198.51.100.7");
    for second in 0..60 {
        // Originals repeat an unanswered handshake.
        if second % 2 == 0 {
            assert_eq!(server.receive(NEWCOMER, &packets::handshake("Alice")), [""; 0], "second {second}");
        }
        assert_eq!(server.run_for(seconds(1)), [], "second {second}");
    }
    assert_eq!(server.events(), ["Alice is in use, link 3 waits"]);
    assert_eq!(server.sent(), [""; 0], "no client is told");
    assert_eq!((holder(&server, "Alice"), server.server.clients()), (Some(ALICE), 2));
    assert_eq!(server.statistics().names_awaited, 1);
}

#[test]
fn a_waiting_newcomer_gets_the_name_when_it_is_free_without_asking_again() {
    let mut server = two();
    server.connect(NEWCOMER);
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    server.run_for(seconds(30));
    server.disconnect(ALICE);
    assert_eq!(server.run_for(seconds(0)), []);
    assert_eq!(
        server.sent(),
        ["3: HandshakeResponse 0", "3: ClientState 0 Alice []", "3: ClientState 1 Bob [lobby]"]
    );
    assert_eq!(
        server.receive(NEWCOMER, &packets::client_state(0, "Alice", &["lobby"])),
        ["3 2: ClientState 0 Alice [lobby]"]
    );
    assert_eq!(server.run_for(seconds(60)), [], "it is a member like any other");
}

#[test]
fn newcomers_get_a_free_name_in_the_order_in_which_they_asked() {
    let mut server = two();
    for link in [9, 5, 7] {
        server.connect(link);
        server.receive(link, &packets::handshake("Alice"));
        server.run_for(seconds(1));
    }
    for link in [9, 5, 7] {
        server.disconnect(holder(&server, "Alice").unwrap());
        server.run_for(seconds(0));
        assert_eq!(holder(&server, "Alice"), Some(link));
    }
}

#[test]
fn a_silent_holder_loses_its_name_after_a_probe_without_an_answer() {
    let mut server = two();
    server.run_for(seconds(60));
    server.falls_silent(ALICE);
    server.connect_from(NEWCOMER, "198.51.100.7");
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    assert_eq!(server.run_for(Duration::from_millis(3900)), [], "three seconds, and one for the probe");
    assert_eq!(holder(&server, "Alice"), Some(ALICE));
    assert_eq!(server.run_for(Duration::from_millis(1100)), [(ALICE, CloseReason::ReplacedByNewerLogin)]);
    assert_eq!(holder(&server, "Alice"), Some(NEWCOMER));
    assert_eq!(server.statistics().names_taken_over, 1);
}

#[test]
fn a_holder_whose_network_cannot_say_is_alive_while_its_link_stands() {
    let mut server = two();
    server.cannot_say(ALICE);
    server.connect(NEWCOMER);
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    assert_eq!(server.run_for(seconds(600)), []);
    assert_eq!(holder(&server, "Alice"), Some(ALICE));
}

#[test]
fn the_driver_is_asked_again_before_a_newcomer_that_waited_gets_the_name() {
    let mut server = LoneServer::with_settings(|settings| settings.admission = true);
    for link in [1, 2] {
        server.connect(link);
        server.receive(link, &packets::handshake("Alice"));
        server.server.admit(LinkId(link), Access::default());
    }
    server.events();
    server.disconnect(1);
    server.run_for(seconds(0));
    assert_eq!(server.events(), ["Alice left link 1", "Alice asks over link 2: \"\""]);
    assert_eq!(server.server.clients(), 0, "a player banned meanwhile does not get in");
    assert!(server.server.refuse(LinkId(2)));
    assert_eq!(server.closed(), [(2, CloseReason::NotAdmitted)]);
}

#[test]
fn a_client_of_ours_is_refused_as_soon_as_the_holder_has_answered() {
    let mut server = two();
    server.connect(NEWCOMER);
    server.receive(NEWCOMER, &packets::handshake_of_ours("Alice", None));
    assert_eq!(server.run_for(seconds(1)), [(NEWCOMER, CloseReason::NameInUse)]);
    assert_eq!((holder(&server, "Alice"), server.statistics().names_in_use), (Some(ALICE), 1));
}

#[test]
fn a_client_of_ours_gets_the_name_of_a_holder_that_is_gone_without_a_word() {
    let mut server = two();
    server.falls_silent(ALICE);
    server.connect(NEWCOMER);
    server.receive(NEWCOMER, &packets::handshake_of_ours("Alice", None));
    assert_eq!(server.run_for(seconds(5)), [(ALICE, CloseReason::ReplacedByNewerLogin)]);
    assert_eq!(holder(&server, "Alice"), Some(NEWCOMER));
}

#[test]
fn where_names_in_use_are_refused_a_stock_client_is_closed_with_the_reason() {
    let mut server = refusing();
    server.connect(NEWCOMER);
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    assert_eq!(server.run_for(seconds(1)), [(NEWCOMER, CloseReason::NameInUse)]);
    assert_eq!(holder(&server, "Alice"), Some(ALICE));
}

#[test]
fn where_names_in_use_are_refused_a_holder_that_does_not_answer_loses_its_name_all_the_same() {
    let mut server = refusing();
    server.falls_silent(ALICE);
    server.connect(NEWCOMER);
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    assert_eq!(server.run_for(seconds(5)), [(ALICE, CloseReason::ReplacedByNewerLogin)]);
}

#[test]
fn newcomers_that_wait_are_bounded_for_each_name_for_each_address_prefix_and_in_all() {
    let is_refused =
        |closed: &[(u64, CloseReason)]| closed.iter().any(|(_, why)| *why == CloseReason::NameInUse);
    let mut server = two();
    for link in 10..20 {
        server.connect(link);
        server.receive(link, &packets::handshake("Alice"));
        assert_eq!(is_refused(&server.closed()), link >= 14, "four wait for one name, {link}");
    }
    let mut server = LoneServer::new();
    for link in 0..20 {
        server.join(link, &format!("player {link}"), &[]);
    }
    for link in 0..20 {
        server.connect_from(100 + link, "198.51.100.7");
        server.receive(100 + link, &packets::handshake(&format!("player {link}")));
        assert_eq!(is_refused(&server.closed()), link >= 16, "sixteen wait from one prefix, {link}");
    }
    let mut server = two_in(LoneServer::with_limits(|limits| limits.waiting_names = 2));
    for (link, name) in [(10, "Alice"), (11, "Bob"), (12, "Bob")] {
        server.connect(link);
        server.receive(link, &packets::handshake(name));
        assert_eq!(is_refused(&server.closed()), link == 12, "two wait in all");
    }
    server.disconnect(10);
    server.connect(13);
    server.receive(13, &packets::handshake("Bob"));
    assert_eq!(server.closed(), [], "a link that goes makes room");
}

#[test]
fn a_server_has_no_timeout_for_names_once_the_last_newcomer_that_waited_is_gone() {
    let mut server = two();
    server.connect(NEWCOMER);
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    let next = server.server.poll_timeout();
    assert_eq!(next, Some((Instant::START + seconds(1), "a newcomer waits for a name in use")));
    server.disconnect(NEWCOMER);
    assert_eq!(server.server.poll_timeout(), None);
}

#[test]
fn a_newcomer_that_waits_may_ask_for_another_name_instead() {
    let mut server = two();
    server.connect(NEWCOMER);
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    server.receive(NEWCOMER, &packets::handshake("Carol"));
    assert_eq!(holder(&server, "Carol"), Some(NEWCOMER));
    let told = ["Alice is in use, link 3 waits", "link 3 no longer waits for Alice"];
    assert_eq!(server.events()[..2], told);
    server.disconnect(ALICE);
    server.run_for(seconds(60));
    assert_eq!((holder(&server, "Alice"), holder(&server, "Carol")), (None, Some(NEWCOMER)));
}

#[test]
fn a_rule_that_changes_has_those_that_wait_ask_again() {
    let mut server = two();
    server.connect(NEWCOMER);
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    server.events();
    server.server.reconfigure().set_name_taken(NameTaken::Newest);
    assert_eq!(server.events(), ["link 3 no longer waits for Alice"]);
    server.receive(NEWCOMER, &packets::handshake("Alice"));
    assert_eq!(server.closed(), [(ALICE, CloseReason::ReplacedByNewerLogin)]);
    assert_eq!(holder(&server, "Alice"), Some(NEWCOMER));
}

#[test]
fn two_stock_clients_of_one_name_do_not_evict_each_other() {
    let mut network = Network::new();
    let bystander = network.join("Bob", &["lobby"]);
    let first = network.start("Alice", &["lobby"]);
    let second = network.start("Alice", &["lobby"]);
    network.wait(seconds(30));
    let heard = network.events(bystander);
    assert_eq!(heard, ["Alice joined as 1", "Alice entered lobby"]);
    let now = network.now;
    network.client(first).stop(now);
    network.wait(seconds(1));
    assert!(network.client(second).id().is_some(), "the second one has the name now");
}

#[test]
fn an_impostor_that_joins_under_each_name_in_turn_removes_no_client() {
    let mut network = Network::new();
    let names = ["Alice", "Bob", "Carol", "Dan", "Eve", "Frank"];
    let players = names.map(|name| network.join(name, &["lobby"]));
    for round in 0..4 {
        for name in names {
            let impostor = network.unjoined_link();
            network.inject_from(impostor, &packets::handshake(name));
            network.wait(seconds(1));
            network.server.handle_disconnected(network.now, impostor);
        }
        assert_eq!(network.server.clients(), names.len(), "round {round}");
    }
    for player in players {
        let heard = network.events(player);
        assert!(!heard.iter().any(|event| event.contains("left")), "{heard:?}");
    }
}

#[test]
fn another_spelling_of_a_name_in_use_waits_as_the_name_does() {
    for spelling in ["alice", "ALICE", "Alice\u{200b}", "Ａlice", "Аlice"] {
        let mut server = two();
        server.connect(NEWCOMER);
        server.receive(NEWCOMER, &packets::handshake(spelling));
        assert_eq!(
            (holder(&server, "Alice"), holder(&server, spelling)),
            (Some(ALICE), None),
            "{spelling:?}"
        );
        server.disconnect(ALICE);
        server.run_for(seconds(1));
        assert_eq!(holder(&server, spelling), Some(NEWCOMER), "{spelling:?}");
    }
}
