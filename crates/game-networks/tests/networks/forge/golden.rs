//! Captured bytes of stock clients and hosts. GUIDs and clocks, which were not recorded, are ours.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_game_networks::forge::{
    ForgeClient, ForgeClientSettings, ForgeServer, ForgeServerSettings, RELIABLE, UNRELIABLE,
};
use consonance_link::gateway::udp::{ClientEndpoint as _, ServerEndpoint as _};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, Peer, ServerLinkEvent, ServerNetwork as _};

/// Bytes from hexadecimal digits; `??` takes the next of the given bytes.
pub(crate) fn hex(digits: &str, given: &[u8]) -> Vec<u8> {
    let digits: String = digits.split_whitespace().collect();
    let mut given = given.iter();
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("they are ASCII"));
    let bytes = pairs.map(|pair| match pair {
        "??" => *given.next().expect("enough was given"),
        digits => u8::from_str_radix(digits, 16).expect("they are digits"),
    });
    bytes.collect()
}

pub(crate) const GUID: &[u8; 36] = b"00000000-1111-2222-3333-444444444444";

/// Reliable id 0, time step 1420, unique id 0, group 1, meta 0x53.
pub(crate) fn id_request(unique_id: u8) -> Vec<u8> {
    let head = hex("81 34", &[]);
    let tail = hex("0000000000000000 8C05000000000000 ??00000000000000 01000000 00000000 53", &[unique_id]);
    [head.as_slice(), GUID, &tail].concat()
}

const CONFIRMS_ID_REQUEST: &str = "0000000000000000 01000000 00000000 57";
const NETWORK_ID_9: &str =
    "82 15 00 09000000 0000000000000000 E803000000000000 0000000000000000 01000000 00000000 03";
const CONFIRMS_NETWORK_ID: &str = "0000000000000000 01000000 00000000 07";
const UNRELIABLE_TO_SERVER: &str =
    "82 16 00 8BC7010203 5A0D000000000000 0100000000000000 55E37003 00000000 52";
const RELIABLE_TO_SERVER: &str =
    "82 16 00 8BC7010203 0100000000000000 860E000000000000 0200000000000000 55E37003 00000000 53";
const UNRELIABLE_TO_CLIENT: &str =
    "82 17 00 8BC703AABBCC 2D1C000000000000 0700000000000000 57E37003 00000000 02";
const PING: &str = "89 18 0102030405060708 1111111111111111 2222222222222222 0C000000 00000000 52";
const LEAVE: &str = "88 10 0200000000000000 3333333333333333 0900000000000000 08000000 00000000 53";
const MESSAGE: &str = "55E37003 8BC7010203";

#[test]
fn a_server_takes_a_stock_client_in_hears_it_and_lets_it_go() {
    let mut server = Server::new();
    server.takes(&id_request(0));
    assert_eq!(server.events(), [(Some(Peer(1)), GUID.to_vec())]);
    assert!(server.says().is_empty(), "it repeats its request until it has proved its address");
    server.machine.accept(server.now, Peer(1), &[9, 0, 0, 0]);
    let said = server.says();
    let expected = hex(NETWORK_ID_9, &[]);
    assert_eq!(said.len(), 1);
    assert_eq!(
        (&said[0][..15], &said[0][31..]),
        (&expected[..15], &expected[31..]),
        "all but clock and count"
    );
    let mut confirmation = hex(CONFIRMS_NETWORK_ID, &[]);
    confirmation[..8].copy_from_slice(&said[0][23..31]);
    server.takes(&confirmation);
    assert_eq!(server.says(), [hex(CONFIRMS_ID_REQUEST, &[])]);
    server.takes(&hex(UNRELIABLE_TO_SERVER, &[]));
    server.takes(&hex(RELIABLE_TO_SERVER, &[]));
    assert_eq!(server.events(), [(None, hex(MESSAGE, &[])), (None, hex(MESSAGE, &[]))]);
    assert_eq!(server.says(), [hex("0200000000000000 55E37003 00000000 57", &[])]);
    server.takes(&hex(PING, &[]));
    let pong = server.says().remove(0);
    assert_eq!(pong[..10], hex("8A 18 0102030405060708", &[]));
    assert_eq!(pong[26..], hex("0D000000 00000000 02", &[]));
    server.takes(&hex(LEAVE, &[]));
    let said = server.says();
    assert_eq!(said[0], hex("0900000000000000 08000000 00000000 57", &[]));
    assert_eq!(
        (&said[1][..2], &said[1][18..]),
        (&hex("88 10", &[])[..], &hex("08000000 00000000 02", &[])[..])
    );
    assert_eq!(server.events(), [(Some(Peer(1)), vec![])], "it is gone");
}

#[test]
fn a_servers_unreliable_packet_is_a_frame_of_the_clients_group() {
    let mut server = Server::new();
    server.takes(&id_request(0));
    server.machine.accept(server.now, Peer(1), &[]);
    server.is_confirmed();
    server.machine.send(server.now, &[Peer(1)], UNRELIABLE, &hex("57E37003 8BC703AABBCC", &[]));
    let (said, expected) = (server.says(), hex(UNRELIABLE_TO_CLIENT, &[]));
    assert_eq!((&said[0][..9], &said[0][25..]), (&expected[..9], &expected[25..]), "all but clock and count");
}

#[test]
fn the_first_number_of_a_server_is_1() {
    let mut server = Server::new();
    server.takes(&id_request(0));
    server.machine.accept(server.now, Peer(1), &[]);
    assert!(server.says()[0].starts_with(&hex("82 15 00 01000000", &[])));
}

#[test]
fn a_search_for_games_is_answered_if_the_server_is_listed() {
    for is_listed in [true, false] {
        let mut server = Server::with(ForgeServerSettings { is_listed, ..Default::default() });
        server.takes(&hex("2A 18 09", &[]));
        assert_eq!(server.says(), if is_listed { vec![vec![0x2A]] } else { vec![] });
        server.takes(&[0]);
        assert!(server.says().is_empty(), "holes are punched without an answer");
    }
}

#[test]
fn a_client_introduces_itself_as_a_stock_client_does() {
    let now = Instant::now();
    let mut client = ForgeClient::new(ForgeClientSettings::default(), [5; 32]);
    client.set_greeting(GUID);
    client.connect(now);
    let request = client_says(&mut client, now).remove(0);
    let mut server = Server::new();
    server.takes(&request);
    client.handle_datagram(now, &server.says()[0]);
    let said = client_says(&mut client, now).remove(0);
    let expected = id_request(0);
    assert_eq!((&said[..46], &said[54..]), (&expected[..46], &expected[54..]), "all but the clock");
    client.handle_datagram(now, &hex(CONFIRMS_ID_REQUEST, &[]));
    client.handle_datagram(now, &hex(NETWORK_ID_9, &[]));
    assert_eq!(client_says(&mut client, now), [hex(CONFIRMS_NETWORK_ID, &[])]);
    let mut bytes = Vec::new();
    assert_eq!(client.poll_event(now, &mut bytes), Some(ClientLinkEvent::Connected));
    assert_eq!(bytes, [9, 0, 0, 0]);
    client.handle_datagram(now, &hex(UNRELIABLE_TO_CLIENT, &[]));
    bytes.clear();
    assert_eq!(client.poll_event(now, &mut bytes), Some(ClientLinkEvent::Packet { channel: UNRELIABLE }));
    assert_eq!(bytes, hex("57E37003 8BC703AABBCC", &[]));
    for (channel, expected) in [(UNRELIABLE, UNRELIABLE_TO_SERVER), (RELIABLE, RELIABLE_TO_SERVER)] {
        client.send(now, channel, &hex(MESSAGE, &[]));
        let (said, expected) = (client_says(&mut client, now).remove(0), hex(expected, &[]));
        let (numbers, clock) = (said.len() - 17, said.len() - 25);
        assert_eq!((&said[..clock], &said[numbers..]), (&expected[..clock], &expected[numbers..]));
    }
    client.disconnect(now);
    let said = client_says(&mut client, now).remove(0);
    assert_eq!((&said[..2], &said[26..]), (&hex("88 10", &[])[..], &hex("08000000 00000000 53", &[])[..]));
}

pub(crate) struct Server {
    pub(crate) machine: ForgeServer,
    pub(crate) now: Instant,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(ForgeServerSettings::default())
    }

    pub(crate) fn with(settings: ForgeServerSettings) -> Self {
        Self { machine: ForgeServer::new(settings, &[4; 32]), now: Instant::now() }
    }

    pub(crate) fn takes(&mut self, datagram: &[u8]) {
        self.machine.handle_datagram(self.now, client_address(), datagram);
    }

    pub(crate) fn says(&mut self) -> Vec<Vec<u8>> {
        let mut said = Vec::new();
        let mut datagram = Vec::new();
        while let Some(to) = self.machine.poll_transmit(self.now, &mut datagram) {
            assert_eq!(to, client_address(), "nothing goes to another address");
            said.push(std::mem::take(&mut datagram));
        }
        said
    }

    /// The client confirms its number and thereby proves its address; the server's reply is discarded.
    pub(crate) fn is_confirmed(&mut self) {
        let said = self.says();
        self.takes(&[&said[0][23..31], &hex("01000000 00000000 07", &[])].concat());
        self.says();
    }

    /// All events with their bytes, and with their peers unless they are messages.
    pub(crate) fn events(&mut self) -> Vec<(Option<Peer>, Vec<u8>)> {
        let mut events = Vec::new();
        let mut bytes = Vec::new();
        while let Some(event) = self.machine.poll_event(self.now, &mut bytes) {
            let peer = match event {
                ServerLinkEvent::Connected { peer, .. } | ServerLinkEvent::Disconnected { peer, .. } => {
                    Some(peer)
                }
                ServerLinkEvent::Packet { .. } => None,
            };
            events.push((peer, std::mem::take(&mut bytes)));
        }
        events
    }
}

fn client_says(client: &mut ForgeClient, now: Instant) -> Vec<Vec<u8>> {
    let mut said = Vec::new();
    let mut datagram = Vec::new();
    while client.poll_transmit(now, &mut datagram) {
        said.push(std::mem::take(&mut datagram));
    }
    said
}

fn client_address() -> SocketAddr {
    ([192, 0, 2, 1], 5000).into()
}
