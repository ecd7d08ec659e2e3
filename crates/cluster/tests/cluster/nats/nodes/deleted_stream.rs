//! The stream of sessions is deleted while nodes run.

use std::thread;
use std::time::{Duration, Instant};

use consonance_cluster::NodeEvent;
use consonance_testing::nats::NatsServer;

use crate::nats::nodes::{ARENA, Node, PATIENCE, owner_and_other};

const SESSIONS: &str = "KV_consonance-v1-test-sessions";
const LOBBY: &str = "lobby";

/// Waits until this node knows that another one owns the session with this number.
fn learns_owner(node: &Node, number: u32) {
    node.wait(PATIENCE, |event| {
        matches!(event, NodeEvent::OwnedBy { session, .. } if session == number).then_some(())
    });
}

/// Waits until this node has noticed that its session has to be written again, and has written it.
fn is_confirmed(node: &Node) {
    node.wait(PATIENCE, |event| matches!(event, NodeEvent::Confirmed { .. }).then_some(()));
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn sessions_begin_and_are_found_after_their_stream_was_deleted() {
    let server = NatsServer::start();
    let (first, second) = owner_and_other(&server);
    learns_owner(&second, 77);
    server.delete_stream(SESSIONS);
    is_confirmed(&first);
    assert!(first.requests.place(LOBBY, 78, 0));
    assert_eq!(first.owns(), (78, false));
    second.place(88);
    learns_owner(&second, 77);
    assert!(second.requests.place(LOBBY, 89, 0));
    learns_owner(&second, 78);
    thread::sleep(Duration::from_secs(2));
    assert!(first.nats.status().does_store_answer && second.nats.status().does_store_answer);
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_session_that_was_there_before_its_stream_was_deleted_ends_begins_and_is_taken_over() {
    let server = NatsServer::start();
    let (first, second) = owner_and_other(&server);
    second.owner();
    server.delete_stream(SESSIONS);
    is_confirmed(&first);
    assert!(first.requests.end(ARENA));
    second.wait(PATIENCE, |event| matches!(event, NodeEvent::Ended { .. }).then_some(()));
    second.place(88);
    assert_eq!(second.owns(), (88, false));

    first.place(77);
    learns_owner(&first, 88);
    assert!(first.requests.set_links(ARENA, Some(0)));
    server.delete_stream(SESSIONS);
    let died = Instant::now();
    drop(second);
    assert_eq!(first.owns(), (88, true), "under its number");
    let took = died.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn sessions_go_on_and_begin_after_nats_has_lost_its_files() {
    let mut server = NatsServer::start();
    let (first, second) = owner_and_other(&server);
    learns_owner(&second, 77);
    server.kill();
    server.lose_files();
    server.restart();
    second.place(88);
    learns_owner(&second, 77);
    assert!(second.requests.place(LOBBY, 89, 0));
    assert_eq!(second.owns(), (89, false));
    assert!(first.requests.place(LOBBY, 79, 0));
    learns_owner(&first, 89);
}
