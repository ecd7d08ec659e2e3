//! A server that was stalled for a while, and holders whose answers it has not read yet.

use super::*;

/// Alice, whose answers are not read, and a newcomer that asks for her name; then the server is stalled for ten
/// seconds.
fn stalled(newcomer: &[u8], from: &str) -> LoneServer {
    let mut server = two();
    server.run_for(seconds(60));
    server.falls_silent(ALICE);
    server.connect_from(NEWCOMER, from);
    server.receive(NEWCOMER, newcomer);
    assert_eq!(server.run_for(Duration::from_millis(500)), []);
    server.wait(seconds(10));
    server
}

fn stock() -> Vec<u8> {
    packets::handshake("Alice")
}

fn ours() -> Vec<u8> {
    packets::handshake_of_ours("Alice", None)
}

#[test]
fn a_holder_whose_answers_the_server_had_no_time_to_read_keeps_its_name() {
    let refused = [(NEWCOMER, CloseReason::NameInUse)];
    for (newcomer, from, closed) in [
        (stock(), "198.51.100.7", &[][..]),
        (ours(), "198.51.100.7", &refused),
        (stock(), "192.0.2.1", &[]),
        (ours(), "192.0.2.1", &refused),
    ] {
        let mut server = stalled(&newcomer, from);
        assert_eq!(server.closed(), [], "the probe is repeated");
        assert_eq!(server.run_for(Duration::from_millis(500)), []);
        server.answers_again(ALICE);
        assert_eq!(server.run_for(seconds(60)), closed);
        assert_eq!((holder(&server, "Alice"), server.statistics().names_taken_over), (Some(ALICE), 0));
    }
}

#[test]
fn after_a_stall_a_silent_holder_loses_its_name_when_the_repeated_probe_is_not_answered() {
    for newcomer in [stock(), ours()] {
        let mut server = stalled(&newcomer, "198.51.100.7");
        assert_eq!(server.run_for(Duration::from_millis(900)), []);
        assert_eq!(server.run_for(Duration::from_millis(100)), [(ALICE, CloseReason::ReplacedByNewerLogin)]);
        assert_eq!(holder(&server, "Alice"), Some(NEWCOMER));
    }
}

#[test]
fn a_check_that_is_a_little_late_is_no_stall() {
    let mut server = two();
    server.falls_silent(ALICE);
    server.connect_from(NEWCOMER, "198.51.100.7");
    server.receive(NEWCOMER, &stock());
    server.closed();
    for _ in 0..4 {
        assert_eq!(server.closed(), []);
        server.wait(Duration::from_millis(1200));
    }
    assert_eq!(server.closed(), [(ALICE, CloseReason::ReplacedByNewerLogin)]);
}

#[test]
fn what_a_driver_says_of_a_holder_after_a_stall_takes_no_name_before_the_next_check() {
    let mut server = two();
    server.falls_silent(ALICE);
    server.connect_from(NEWCOMER, "198.51.100.7");
    server.receive(NEWCOMER, &stock());
    server.closed();
    let (late, alice) = (Instant::START + seconds(20), LinkId(ALICE));
    server.server.handle_heard(late, alice, Some(Instant::START));
    assert_eq!(server.server.poll_command(), None);
    assert_eq!(holder(&server, "Alice"), Some(ALICE));
}
