//! A server's handling of newcomers, tokens and last messages, on simulated time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_game_networks::darkrift::{
    Listener, ListenerEvent, ListenerOrder, ProtocolVersion, ServerSettings,
};
use consonance_link::{DisconnectReason, Peer};

use crate::darkrift::golden::{client_address, connect, listener_with_client, open};

#[test]
fn a_connection_that_shows_no_token_in_time_is_closed_and_counted() {
    let (mut listener, now) = (listener(ServerSettings::default()), Instant::now());
    let token = open(&mut listener, now, Peer(1), client_address());
    let until = listener.poll_timeout().expect("it does not wait forever");
    assert_eq!(until, now + Duration::from_secs(5));
    listener.handle_timeout(now + Duration::from_millis(4999));
    assert_eq!(listener.poll_order(), None);
    listener.handle_timeout(until);
    assert_eq!(listener.poll_order(), Some(ListenerOrder::Abort(Peer(1))));
    assert_eq!((listener.counts().failed_handshakes, listener.poll_timeout()), (1, None));
    assert_eq!(listener.handle_datagram(client_address(), &token), None, "its token is worth nothing now");
}

#[test]
fn a_wrong_token_connects_no_client_and_is_not_answered() {
    let mut listener = listener(ServerSettings::default());
    let token = open(&mut listener, Instant::now(), Peer(1), client_address());
    for byte in 1..token.len() {
        let mut wrong = token.clone();
        wrong[byte] ^= 1;
        assert_eq!(listener.handle_datagram(client_address(), &wrong), None);
    }
    assert_eq!(listener.handle_datagram(client_address(), &token[..8]), None);
    assert_eq!(listener.handle_datagram(client_address(), &[token.as_slice(), &[0]].concat()), None);
    assert_eq!(listener.poll_order(), None);
    assert!(listener.handle_datagram(client_address(), &token).is_some(), "the right one still does");
}

#[test]
fn the_version_byte_over_udp_does_not_matter_the_first_time() {
    let mut listener = listener(ServerSettings::default());
    let mut token = open(&mut listener, Instant::now(), Peer(1), client_address());
    token[0] = 0xEE;
    assert!(listener.handle_datagram(client_address(), &token).is_some());
}

#[test]
fn a_token_that_comes_again_is_acknowledged_again_and_is_no_message() {
    let mut listener = listener(ServerSettings::default());
    let token = open(&mut listener, Instant::now(), Peer(1), client_address());
    listener.handle_datagram(client_address(), &token);
    while listener.poll_order().is_some() {}
    for is_accepted in [false, true] {
        if is_accepted {
            listener.accept(Peer(1), &[]);
            listener.poll_order();
        }
        assert_eq!(listener.handle_datagram(client_address(), &token), None);
        assert!(
            matches!(listener.poll_order(), Some(ListenerOrder::Datagram(to, _)) if to == client_address())
        );
        assert_eq!(listener.poll_order(), None);
    }
    assert_eq!(listener.counts().connected, 1);
}

#[test]
fn datagrams_have_to_come_from_the_streams_ip_address_unless_that_is_not_asked_for() {
    let elsewhere: SocketAddr = ([192, 0, 2, 77], 5000).into();
    for same_address in [true, false] {
        let mut listener = listener(ServerSettings { same_address, ..ServerSettings::default() });
        let token = open(&mut listener, Instant::now(), Peer(1), client_address());
        assert_eq!(listener.handle_datagram(elsewhere, &token).is_some(), !same_address);
    }
    let mut listener = listener(ServerSettings::default());
    let mapped: SocketAddr = "[::ffff:192.0.2.1]:4000".parse().unwrap();
    let token = open(&mut listener, Instant::now(), Peer(1), mapped);
    assert!(
        listener.handle_datagram(client_address(), &token).is_some(),
        "it is one address in two spellings"
    );
}

#[test]
fn clients_of_version_0_get_its_token_and_its_one_byte() {
    let settings = ServerSettings { version: ProtocolVersion::Zero, ..ServerSettings::default() };
    let mut listener = listener(settings);
    let token = open(&mut listener, Instant::now(), Peer(1), client_address());
    assert_eq!((token.len(), token[0]), (9, 0));
    assert!(listener.handle_datagram(client_address(), &token).is_some());
    assert_eq!(listener.poll_order(), Some(ListenerOrder::Datagram(client_address(), vec![0])));
    assert_eq!(listener.poll_order(), None, "a second byte would be read as a message");
}

#[test]
fn numbers_count_up_from_0_and_a_given_one_is_handed_on() {
    let mut listener = listener(ServerSettings::default());
    let mut configure = |peer: u64, greeting: &[u8]| {
        let address = SocketAddr::from(([192, 0, 2, 1], 5000 + peer as u16));
        let token = open(&mut listener, Instant::now(), Peer(peer), address);
        listener.handle_datagram(address, &token);
        listener.accept(Peer(peer), greeting);
        let mut orders = std::iter::from_fn(|| listener.poll_order());
        orders.find_map(|order| match order {
            ListenerOrder::Write(_, bytes) => Some(bytes),
            _ => None,
        })
    };
    let frame = |id: [u8; 2]| Some([[0, 0, 0, 5, 0x80, 0, 0].as_slice(), &id].concat());
    assert_eq!(configure(1, &[]), frame([0, 0]));
    assert_eq!(configure(2, &[]), frame([0, 1]));
    assert_eq!(configure(3, &[0x12, 0x34]), frame([0x12, 0x34]));
}

#[test]
fn a_refused_newcomer_is_not_told_a_number() {
    let mut listener = listener(ServerSettings::default());
    let token = open(&mut listener, Instant::now(), Peer(1), client_address());
    listener.handle_datagram(client_address(), &token);
    while listener.poll_order().is_some() {}
    listener.disconnect(Peer(1));
    assert_eq!(listener.poll_order(), Some(ListenerOrder::Finish(Peer(1))));
    listener.accept(Peer(1), &[]);
    assert_eq!(listener.poll_order(), None);
    let reason = listener.handle_closed(Peer(1), DisconnectReason::ClosedByUs);
    assert_eq!(reason, Some(DisconnectReason::ClosedByUs));
    assert_eq!(listener.counts().connected, 0);
}

#[test]
fn a_client_that_comes_back_from_the_same_address_is_heard_on_its_new_connection() {
    let mut listener = listener_with_client();
    connect(&mut listener, Instant::now(), Peer(2), client_address());
    let message = [0, 0, 1, 7];
    let heard = listener.handle_datagram(client_address(), &message);
    assert_eq!(heard, Some(ListenerEvent::Message { peer: Peer(2), message: &message }));
    let end = listener.handle_closed(Peer(1), DisconnectReason::TimedOut);
    assert_eq!(end, Some(DisconnectReason::TimedOut));
    assert_eq!(
        listener.handle_datagram(client_address(), &message),
        heard,
        "the old one's end takes nothing away"
    );
}

#[test]
fn nothing_is_heard_of_a_client_after_it_was_disconnected() {
    let mut listener = listener_with_client();
    listener.disconnect(Peer(1));
    assert_eq!(listener.handle_datagram(client_address(), &[0, 0, 1, 7]), None);
    assert_eq!(listener.handle_stream(Peer(1), &[0, 0, 0, 4, 0, 0, 1, 7]), (0, None));
    assert_eq!(listener.endpoint(Peer(1)), None);
}

#[test]
fn pending_handshakes_are_bounded_and_the_address_with_the_most_makes_room_for_others() {
    let settings = ServerSettings { handshakes_max: 4, ..ServerSettings::default() };
    let (mut listener, now) = (listener(settings), Instant::now());
    let mut come = |peer: u64, address: &str| {
        listener.handle_opened(now, Peer(peer), address.parse().expect("it is an address"));
        let orders: Vec<ListenerOrder> = std::iter::from_fn(|| listener.poll_order()).collect();
        let is_taken = orders.iter().any(|order| matches!(order, ListenerOrder::Write(..)));
        let gone = orders.into_iter().find_map(|order| match order {
            ListenerOrder::Abort(Peer(gone)) => Some(gone),
            _ => None,
        });
        (is_taken, gone)
    };
    assert!((1..=4).all(|peer| come(peer, "192.0.2.1:1") == (true, None)));
    assert_eq!(come(5, "192.0.2.1:5"), (false, Some(5)), "the fifth in all");
    assert_eq!(come(6, "[2001:db8::1]:1"), (true, Some(1)));
    assert_eq!(come(7, "[2001:db8::2]:1"), (true, Some(2)));
    assert_eq!(come(8, "[2001:db8::3]:1"), (false, Some(8)), "one household has many IPv6 addresses");
    assert_eq!(listener.counts().rejected_handshaking, 4);
    listener.handle_timeout(now + Duration::from_secs(5));
    assert_eq!(listener.counts().failed_handshakes, 4, "a rejected connection is not waited for");
    while listener.poll_order().is_some() {}
    open(&mut listener, now, Peer(9), client_address());
}

#[test]
fn a_full_server_turns_newcomers_away() {
    let mut listener = listener(ServerSettings { connections_max: 1, ..ServerSettings::default() });
    connect(&mut listener, Instant::now(), Peer(1), client_address());
    listener.handle_opened(Instant::now(), Peer(2), client_address());
    assert_eq!(listener.poll_order(), Some(ListenerOrder::Abort(Peer(2))));
    assert_eq!(listener.counts().rejected_full, 1);
}

#[test]
fn a_shutdown_ends_connections_in_order_and_pending_ones_at_once() {
    let mut listener = listener_with_client();
    open(&mut listener, Instant::now(), Peer(2), client_address());
    listener.shutdown();
    let orders: Vec<ListenerOrder> = std::iter::from_fn(|| listener.poll_order()).collect();
    assert_eq!(orders, [ListenerOrder::Finish(Peer(1)), ListenerOrder::Abort(Peer(2))]);
}

fn listener(settings: ServerSettings) -> Listener {
    Listener::new(settings, &[3; 32])
}
