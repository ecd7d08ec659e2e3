//! Limits on unproved addresses.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use consonance_game_networks::enet::{EnetServer, EnetServerSettings, RELIABLE_CHANNEL};
use consonance_link::gateway::udp::rig::{
    LinkConditions, Rig, Saw, bytes_out_per_byte_in, documented_bytes_out,
};
use consonance_link::{ClientNetwork as _, DisconnectReason, Peer, ServerNetwork as _};

use crate::enet::support::{EnetRig, client, connect, reliable, request, rig};

fn made_up(number: u32) -> SocketAddr {
    (std::net::Ipv4Addr::from(0xc000_0200 + number), 9999).into()
}

/// A goodbye that requests no acknowledgement, to the peer and the session with these numbers.
fn goodbye(peer: u8, session: u8) -> [u8; 10] {
    [session << 4, peer, 0x44, 0xff, 0, 1, 0, 0, 0, 0]
}

#[test]
fn an_unproved_address_gets_no_more_bytes_than_came_from_it() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let request = request();
    for round in 1..=3 {
        rig.inject(made_up(1), &request);
        rig.run_for(Duration::from_millis(2500));
        let sent: usize = rig.astray.iter().map(|(_, datagram)| datagram.len()).sum();
        assert!(sent <= round * request.len(), "{sent} bytes for {round} requests");
    }
    assert!(!rig.astray.is_empty(), "it is answered");
    rig.run_for(Duration::from_mins(1));
    let sent: usize = rig.astray.iter().map(|(_, datagram)| datagram.len()).sum();
    assert!(sent <= 3 * request.len(), "{sent} bytes");
    assert_eq!(rig.server.statistics().connections.connected, 0, "and forgotten");
    assert_eq!(rig.server.statistics().connections.failed_handshakes, 1);
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let most =
        bytes_out_per_byte_in(|| EnetServer::new(EnetServerSettings::default(), [1; 32]), &[&request()]);
    let page = include_str!("../../../../../docs/security.md");
    assert_eq!(format!("{most:.2}"), documented_bytes_out(page, "ENet"));
}

/// Acknowledges the first message that the server's peer 0 sends, which was sent at this time.
fn acknowledgement(session: u8, sent_time: u16) -> Vec<u8> {
    let [high, low] = sent_time.to_be_bytes();
    vec![session << 4, 0, 0x01, 0xff, 0, 1, 0, 1, high, low]
}

#[test]
fn a_blind_join_sends_no_more_to_a_spoofed_address_than_came_from_it() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let mut came = 0;
    let guesses = [0, 1, 2, 5, 10, 100, 0x7fff, 0x8000, 0xffff];
    for guess in guesses {
        for session in 0..4 {
            for datagram in [request(), acknowledgement(session, guess)] {
                came += datagram.len();
                rig.inject(made_up(1), &datagram);
            }
            if let Some((peer, _)) = rig.server_saw.last() {
                let (now, peer) = (rig.now(), *peer);
                rig.server.send(now, &[peer], RELIABLE_CHANNEL, &[7; 3000]);
            }
            rig.run_for(Duration::from_millis(5));
            let left: usize = rig.astray.iter().map(|(_, datagram)| datagram.len()).sum();
            assert!(left <= came, "{left} bytes for {came}");
        }
    }
    assert!(rig.server.statistics().connections.protocol_violations > 5, "guesses are told");
}

#[test]
fn each_address_is_shown_another_time() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    for number in 0..20 {
        rig.inject(made_up(number), &request());
    }
    let time_of = |datagram: &[u8]| u16::from_be_bytes([datagram[2], datagram[3]]);
    let times: BTreeSet<u16> = rig.astray.iter().map(|(_, datagram)| time_of(datagram)).collect();
    assert!(times.len() > 15, "{times:?}");
}

#[test]
fn spoofed_addresses_take_no_slot_from_clients_with_real_ones() {
    let mut settings = EnetServerSettings::default();
    (settings.peers.connections_max, settings.peers.handshakes_max) = (20, 10);
    let mut rig = Rig::new(EnetServer::new(settings, [1; 32]), LinkConditions::PERFECT, 1);
    let (first, _) = connect(&mut rig, client());
    let request = request();
    for number in 0..200 {
        rig.inject(made_up(number), &request);
        rig.run_for(Duration::from_millis(5));
    }
    connect(&mut rig, client());
    assert_eq!(rig.client_saw(first).len(), 1, "the connected client stays");
    assert!(rig.server.statistics().connections.connected <= 12);
}

#[test]
fn what_waits_for_made_up_addresses_has_a_bound_for_all_of_them_together() {
    let settings = EnetServerSettings { handshake_bytes_max: 10_000, ..EnetServerSettings::default() };
    let mut rig = Rig::new(EnetServer::new(settings, [1; 32]), LinkConditions::PERFECT, 1);
    let (_, proved) = connect(&mut rig, client());
    let request = request();
    for number in 0..4 {
        rig.inject(made_up(number), &request);
        let now = rig.now();
        rig.server.send(now, &[Peer(proved.0 + 1 + u64::from(number))], RELIABLE_CHANNEL, &[0; 3000]);
    }
    assert_eq!(rig.server.statistics().connections.connected, 4, "the oldest is given up");
    rig.run_for(Duration::from_millis(5));
    let reason = DisconnectReason::TimedOut;
    assert!(rig.saw_of(Peer(proved.0 + 1)).contains(&&Saw::Disconnected(reason)));
    // Messages that waited for them are no longer counted.
    rig.run_for(Duration::from_mins(1));
    let later = made_up(9);
    rig.inject(later, &request);
    let now = rig.now();
    for _ in 0..3 {
        rig.server.send(now, &[Peer(proved.0 + 5)], RELIABLE_CHANNEL, &[0; 3000]);
    }
    assert_eq!(rig.server.statistics().connections.connected, 2);
}

#[test]
fn only_so_many_requests_are_answered_within_a_second() {
    let settings = EnetServerSettings { connects_per_second: 3, ..EnetServerSettings::default() };
    let mut rig: EnetRig = Rig::new(EnetServer::new(settings, [1; 32]), LinkConditions::PERFECT, 1);
    for second in 1..=2_u64 {
        for number in 0..10 {
            rig.inject(made_up(number), &request());
        }
        // Clients of the previous second ask again, and are known.
        assert_eq!(rig.server.statistics().connections.connected, 3 * second);
        rig.run_for(Duration::from_millis(1001));
    }
    assert_eq!(rig.server.statistics().connections.rejected_handshaking, 7 + 4);
}

#[test]
fn a_goodbye_from_elsewhere_ends_nothing() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, _) = connect(&mut rig, client());
    let theirs = rig.client(client).address;
    for session in 0..4 {
        rig.inject(made_up(1), &goodbye(0, session));
        rig.inject(SocketAddr::new(theirs.ip(), 1), &goodbye(0, session));
    }
    rig.run_for(Duration::from_secs(10));
    assert_eq!(rig.client_saw(client).len(), 1);
    assert_eq!(rig.server.statistics().links.dropped.malformed, 8);
}

#[test]
fn a_client_that_changes_its_mind_before_it_is_answered_leaves_nothing_behind() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let client = rig.add_client(client(), &[]);
    rig.run_for(Duration::from_millis(5));
    let now = rig.now();
    rig.client(client).endpoint.disconnect(now);
    rig.run_for(Duration::from_millis(100));
    assert_eq!(rig.client_saw(client), [Saw::Disconnected(DisconnectReason::ClosedByUs)]);
    assert_eq!(rig.server.statistics().connections.connected, 0);
}

#[test]
fn a_duplicate_or_late_request_makes_no_new_peer() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (first, peer) = connect(&mut rig, client());
    let theirs = rig.client(first).address;
    // A client with the same seed sends the same request as the first one, with the same id.
    rig.inject(theirs, &request());
    rig.run_for(Duration::from_secs(1));
    let now = rig.now();
    rig.client(first).endpoint.send(now, RELIABLE_CHANNEL, b"still me");
    rig.run_for(Duration::from_secs(1));
    assert_eq!(reliable(rig.saw_of(peer)), [b"still me".to_vec()]);
    assert_eq!(rig.server.statistics().connections.connected, 1);
}
