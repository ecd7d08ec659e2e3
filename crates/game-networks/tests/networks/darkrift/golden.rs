//! The bytes that a stock client was seen to send and take, with the token 01…08 where the network chose it.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_game_networks::darkrift::{
    ClientSettings, Connector, ConnectorEvent, ConnectorOrder, Listener, ListenerEvent, ListenerOrder,
    ServerSettings,
};
use consonance_link::Peer;

const VERSION_AND_TOKEN: [u8; 9] = [0x01, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08];
const ACKNOWLEDGEMENT: [u8; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0];
const CONFIGURE_7: [u8; 9] = [0x00, 0x00, 0x00, 0x05, 0x80, 0x00, 0x00, 0x00, 0x07];
const RAW_MESSAGE: [u8; 8] = [0x00, 0x12, 0x34, 0x8B, 0xC7, 0x01, 0x02, 0x03];
const PREFIXED_FRAME: [u8; 14] =
    [0x00, 0x00, 0x00, 0x0A, 0x00, 0x12, 0x35, 0x00, 0x00, 0x00, 0x03, 0x09, 0x08, 0x07];
const PING_FRAME: [u8; 9] = [0x00, 0x00, 0x00, 0x05, 0x40, 0x00, 0x05, 0x6E, 0xA8];

#[test]
fn a_client_answers_the_token_over_udp_and_is_connected_by_configure() {
    let now = Instant::now();
    let mut connector = Connector::new(now, ClientSettings::new(server_address()));
    assert_eq!(connector.handle_stream(now, &VERSION_AND_TOKEN), (9, None));
    assert_eq!(connector.poll_order(), Some(ConnectorOrder::Datagram(VERSION_AND_TOKEN.to_vec())));
    assert_eq!(connector.handle_datagram(&ACKNOWLEDGEMENT), None);
    assert!(!connector.is_up());
    let (taken, event) = connector.handle_stream(now, &CONFIGURE_7);
    assert_eq!((taken, event), (9, Some(ConnectorEvent::Connected([0, 7].as_slice()))));
    assert!(connector.is_up());
}

#[test]
fn a_server_sends_version_and_token_acknowledges_and_configures() {
    let (now, peer, endpoint) = (Instant::now(), Peer(1), client_address());
    let mut listener = Listener::new(ServerSettings::default(), &[3; 32]);
    listener.handle_opened(now, peer, client_address());
    let Some(ListenerOrder::Write(_, packet)) = listener.poll_order() else { panic!("it says the token") };
    assert_eq!((packet.len(), packet[0]), (VERSION_AND_TOKEN.len(), VERSION_AND_TOKEN[0]));
    assert!(matches!(listener.handle_datagram(endpoint, &packet), Some(ListenerEvent::Connected { .. })));
    let acknowledgement = [&packet[1..], &[0; 4]].concat();
    assert_eq!(acknowledgement.len(), ACKNOWLEDGEMENT.len());
    assert_eq!(listener.poll_order(), Some(ListenerOrder::Datagram(endpoint, acknowledgement.clone())));
    assert_eq!(listener.poll_order(), Some(ListenerOrder::Datagram(endpoint, acknowledgement)));
    listener.accept(peer, &[0, 7]);
    assert_eq!(listener.poll_order(), Some(ListenerOrder::Write(peer, CONFIGURE_7.to_vec())));
    assert_eq!(listener.poll_order(), None);
}

#[test]
fn messages_come_whole_with_their_headers() {
    let mut listener = listener_with_client();
    let peer = Peer(1);
    for (frame, message) in [(&PREFIXED_FRAME[..], &PREFIXED_FRAME[4..]), (&PING_FRAME, &PING_FRAME[4..])] {
        let expected = ListenerEvent::Message { peer, message };
        assert_eq!(listener.handle_stream(peer, frame), (frame.len(), Some(expected)));
    }
    let expected = ListenerEvent::Message { peer, message: &RAW_MESSAGE };
    assert_eq!(listener.handle_datagram(client_address(), &RAW_MESSAGE), Some(expected));
}

/// A listener with one connected client, [`Peer`]\(1).
pub(crate) fn listener_with_client() -> Listener {
    let mut listener = Listener::new(ServerSettings::default(), &[3; 32]);
    connect(&mut listener, Instant::now(), Peer(1), client_address());
    listener
}

pub(crate) fn connect(listener: &mut Listener, now: Instant, peer: Peer, address: SocketAddr) {
    let token = open(listener, now, peer, address);
    assert!(matches!(listener.handle_datagram(address, &token), Some(ListenerEvent::Connected { .. })));
    listener.accept(peer, &[]);
    while listener.poll_order().is_some() {}
}

/// The token that a newcomer is sent, preceded by the version.
pub(crate) fn open(listener: &mut Listener, now: Instant, peer: Peer, address: SocketAddr) -> Vec<u8> {
    listener.handle_opened(now, peer, address);
    match listener.poll_order() {
        Some(ListenerOrder::Write(to, token)) if to == peer => token,
        other => panic!("a newcomer is told a token, not {other:?}"),
    }
}

pub(crate) fn client_address() -> SocketAddr {
    ([192, 0, 2, 1], 5000).into()
}

fn server_address() -> SocketAddr {
    ([192, 0, 2, 9], 4296).into()
}
