//! Several servers that share a port: the session that a client names decides which of them gets it.

use std::num::NonZeroUsize;
use std::time::Instant;

use consonance_link::{ClientNetwork as _, Delivery, DisconnectReason, ServerNetwork as _, thread_waker};
use consonance_quic::{Identity, QuicAddress, QuicClient, QuicRuntime, QuicServer, QuicServerSettings};

use crate::support::{PATIENCE, TestServer, assert_heard, client, connect, end_of, localhost, outcome};

/// Two servers: the session `main` belongs to the first one, all others to the second one.
fn two_shards(settings: QuicServerSettings) -> [TestServer; 2] {
    let runtime = QuicRuntime::new(1).unwrap();
    let identity = Identity::self_signed(["localhost"]).unwrap();
    let two = NonZeroUsize::new(2).unwrap();
    let place = |session: &str| usize::from(session != "main");
    let shards = QuicServer::bind_shards(&runtime, localhost(), &identity, settings, two, place).unwrap();
    let servers: Vec<TestServer> = shards
        .into_iter()
        .map(|mut transport| {
            transport.set_waker(thread_waker());
            TestServer::of(runtime.clone(), transport)
        })
        .collect();
    servers.try_into().ok().unwrap()
}

fn client_of(server: &TestServer, session: &str) -> QuicClient {
    let at = server.transport.local_addr();
    let fingerprint = Some(server.transport.fingerprint());
    client(QuicAddress::new(at.ip().to_string(), at.port(), session, fingerprint).unwrap())
}

#[test]
fn each_session_is_served_by_the_shard_that_the_placement_names() {
    let [mut first, mut second] = two_shards(QuicServerSettings::default());
    assert_eq!(first.transport.local_addr(), second.transport.local_addr());
    let mut alice = client_of(&first, "main");
    let mut bob = client_of(&first, "match-7");
    assert_eq!(connect(&mut alice, Some(&mut first)), Ok(()));
    assert_eq!(connect(&mut bob, Some(&mut second)), Ok(()));
    for (client, server, session) in [(&mut alice, &mut first, "main"), (&mut bob, &mut second, "match-7")] {
        assert_heard(client, server);
        let sessions: Vec<&str> = server.sessions.iter().map(|(_, name)| &**name).collect();
        assert_eq!((sessions, server.transport.statistics().connections.connected), (vec![session], 1));
    }
}

#[test]
fn a_shard_sends_to_its_own_peers_only() {
    let [mut first, mut second] = two_shards(QuicServerSettings::default());
    let mut alice = client_of(&first, "main");
    assert_eq!(connect(&mut alice, Some(&mut first)), Ok(()));
    let peer = first.sessions[0].0;
    second.transport.send(Instant::now(), &[peer], Delivery::Reliable, b"not yours");
    assert_eq!(second.transport.statistics().links.dropped.not_connected, 1);
    second.poll();
    assert_eq!(second.sessions, []);
}

#[test]
fn the_limit_on_connections_is_one_for_all_shards() {
    let [mut first, mut second] =
        two_shards(QuicServerSettings { connections_max: 2, ..QuicServerSettings::default() });
    let mut clients = [client_of(&first, "main"), client_of(&first, "other"), client_of(&first, "other")];
    assert_eq!(connect(&mut clients[0], Some(&mut first)), Ok(()));
    assert_eq!(connect(&mut clients[1], Some(&mut second)), Ok(()));
    let refused = connect(&mut clients[2], Some(&mut second));
    assert!(matches!(refused, Err(DisconnectReason::Refused { .. })), "{refused:?}");
    let rejected = [&first, &second].map(|server| server.transport.statistics().connections.rejected_full);
    assert_eq!(rejected, [1, 0], "the first shard counts for the port");
}

#[test]
fn a_shard_that_is_dropped_ends_its_links_and_refuses_newcomers_while_the_other_goes_on() {
    let [mut first, mut second] = two_shards(QuicServerSettings::default());
    let mut alice = client_of(&first, "main");
    let mut bob = client_of(&first, "other");
    assert_eq!(connect(&mut alice, Some(&mut first)), Ok(()));
    assert_eq!(connect(&mut bob, Some(&mut second)), Ok(()));
    drop(second);
    assert!(matches!(end_of(&mut bob, None), DisconnectReason::ClosedByPeer { .. }));
    let mut carol = client_of(&first, "other");
    carol.connect(Instant::now());
    assert!(matches!(outcome(&mut carol, None), Err(DisconnectReason::Refused { .. })));
    assert_heard(&mut alice, &mut first);

    assert!(first.transport.close(PATIENCE), "the last shard frees the port");
}

#[test]
fn a_shard_that_is_shut_down_refuses_newcomers_while_the_other_goes_on() {
    let [mut first, mut second] = two_shards(QuicServerSettings::default());
    second.transport.shutdown(Instant::now());
    let mut alice = client_of(&first, "main");
    let mut bob = client_of(&first, "other");
    assert_eq!(connect(&mut alice, Some(&mut first)), Ok(()));
    assert!(matches!(connect(&mut bob, Some(&mut second)), Err(DisconnectReason::Refused { .. })));
    assert_eq!(second.sessions, []);
}
