//! A client until it is connected, on simulated time.

use std::time::{Duration, Instant};

use consonance_game_networks::darkrift::{ClientSettings, Connector, ConnectorEvent, ConnectorOrder};
use consonance_link::DisconnectReason;

const TOKEN: [u8; 9] = [1, 0x80, 0xFF, 0xFF, 4, 5, 6, 7, 8];
const CONFIGURE: [u8; 9] = [0, 0, 0, 5, 0x80, 0, 0, 0, 9];

#[test]
fn the_token_is_shown_again_until_the_server_answers() {
    let start = Instant::now();
    let mut connector = connector(start);
    connector.handle_stream(start, &TOKEN);
    for second in 1..=3 {
        assert_eq!(connector.poll_order(), Some(ConnectorOrder::Datagram(TOKEN.to_vec())));
        assert_eq!(connector.poll_order(), None);
        assert_eq!(connector.poll_timeout(), Some(start + Duration::from_secs(second)));
        connector.handle_timeout(start + Duration::from_secs(second));
    }
    connector.poll_order();
    connector.handle_stream(start, &CONFIGURE);
    assert_eq!((connector.is_up(), connector.poll_timeout()), (true, None));
}

#[test]
fn connecting_that_takes_too_long_is_given_up() {
    let start = Instant::now();
    for said in [&[][..], &TOKEN[..8], &TOKEN[..]] {
        let mut connector = connector(start);
        connector.handle_stream(start, said);
        connector.poll_order();
        connector.handle_timeout(start + Duration::from_secs(10));
        assert_eq!(connector.poll_order(), Some(ConnectorOrder::Abort(DisconnectReason::TimedOut)));
        assert_eq!(connector.handle_stream(start, &CONFIGURE), (0, None), "it is over");
    }
}

#[test]
fn a_server_of_a_newer_version_is_left() {
    let mut connector = connector(Instant::now());
    connector.handle_stream(Instant::now(), &[2, 1, 2, 3, 4, 5, 6, 7, 8]);
    let order = connector.poll_order();
    assert!(
        matches!(order, Some(ConnectorOrder::Abort(DisconnectReason::ProtocolViolated { .. }))),
        "{order:?}"
    );
}

#[test]
fn acknowledgements_are_no_messages_however_late_they_come() {
    let acknowledgement = [&TOKEN[1..], &[0; 4]].concat();
    let mut connector = connector(Instant::now());
    connector.handle_stream(Instant::now(), &TOKEN);
    assert_eq!(connector.handle_datagram(&acknowledgement), None);
    connector.handle_stream(Instant::now(), &CONFIGURE);
    assert_eq!(connector.handle_datagram(&acknowledgement), None);
    assert_eq!(connector.handle_datagram(&[]), None);
    assert_eq!(connector.handle_datagram(&[0, 0, 1]), Some(ConnectorEvent::Message(&[0, 0, 1])));
    assert_eq!(connector.malformed(), 0);
}

#[test]
fn what_comes_before_the_number_is_no_message() {
    let mut connector = connector(Instant::now());
    connector.handle_stream(Instant::now(), &TOKEN);
    assert_eq!(connector.handle_datagram(&[0, 0, 1, 2]), None);
    assert_eq!(connector.handle_stream(Instant::now(), &[0, 0, 0, 3, 0, 0, 1]), (7, None));
    assert!(!connector.is_up());
}

#[test]
fn an_impossible_length_ends_the_connection() {
    for length in [[0xFF; 4], [0x7F, 0, 0, 0]] {
        let mut connector = connector(Instant::now());
        connector.handle_stream(Instant::now(), &TOKEN);
        connector.poll_order();
        connector.handle_stream(Instant::now(), &length);
        let order = connector.poll_order();
        assert!(matches!(order, Some(ConnectorOrder::Abort(DisconnectReason::ProtocolViolated { .. }))));
    }
}

#[test]
fn version_0_is_spoken_with_servers_that_do() {
    let mut token = TOKEN;
    token[0] = 0;
    let mut connector = connector(Instant::now());
    connector.handle_stream(Instant::now(), &token);
    assert_eq!(connector.poll_order(), Some(ConnectorOrder::Datagram(token.to_vec())));
    connector.handle_stream(Instant::now(), &CONFIGURE);
    assert_eq!(connector.handle_datagram(&[0]), None);
    assert_eq!(connector.malformed(), 0);
}

fn connector(now: Instant) -> Connector {
    Connector::new(now, ClientSettings::new(([192, 0, 2, 9], 4296).into()))
}
