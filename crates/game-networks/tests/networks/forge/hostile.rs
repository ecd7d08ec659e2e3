//! Hostile datagrams.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_game_networks::forge::{ForgeServer, ForgeServerSettings, RELIABLE, UNRELIABLE};
use consonance_link::gateway::udp::ServerEndpoint as _;
use consonance_link::gateway::udp::rig::{bytes_out_per_byte_in, documented_bytes_out};
use consonance_link::{Peer, ServerNetwork as _};
use proptest::prelude::*;

use crate::forge::golden::{GUID, Server, hex, id_request};

#[test]
fn an_unknown_address_becomes_a_client_only_with_a_valid_first_datagram() {
    let mut server = Server::new();
    let request = id_request(0);
    for cut in 0..request.len() {
        server.takes(&request[..cut]);
    }
    server.takes(&hex("82 16 00 8BC7010203 5A0D000000000000 0100000000000000 55E37003 00000000 52", &[]));
    server.takes(&[0xFF; 1200]);
    server.takes(&vec![0xFF; 60_000]);
    assert!(server.events().is_empty() && server.says().is_empty());
    server.takes(&request);
    assert_eq!(server.events(), [(Some(Peer(1)), GUID.to_vec())]);
}

#[test]
fn an_unproved_address_gets_no_more_than_it_sent_and_is_forgotten() {
    let mut server = Server::new();
    server.takes(&id_request(0));
    server.machine.accept(server.now, Peer(1), &[]);
    for _ in 0..10 {
        server.machine.send(server.now, &[Peer(1)], UNRELIABLE, &[7; 100]);
        server.machine.send(server.now, &[Peer(1)], RELIABLE, &[7; 100]);
    }
    let mut said = server.says();
    while let Some(at) = server.machine.wants_poll_at() {
        server.now = at;
        server.machine.handle_timeout(at);
        said.extend(server.says());
    }
    let bytes: usize = said.iter().map(Vec::len).sum();
    assert!(bytes <= id_request(0).len(), "{bytes} bytes");
    let counts = server.machine.statistics().connections;
    assert_eq!((counts.connected, counts.failed_handshakes), (0, 1));
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let upgrade = b"GET / HTTP/1.1\r\nSec-WebSocket-Key: x\r\n\r\n".as_slice();
    let stock_upgrade = [
        b"GET / HTTP/1.1\r\nHost: http://developers.forgepowered.com:15937\r\nUpgrade: websocket\r\n"
            .as_slice(),
        b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        b"Sec-WebSocket-Version: 13\r\n\r\n",
    ]
    .concat();
    let server = || ForgeServer::new(ForgeServerSettings::default(), &[7; 32]);
    let id = id_request(0);
    let scripts: [&[&[u8]]; 5] =
        [&[upgrade], &[&stock_upgrade], &[&id], &[&stock_upgrade, &id], &[&[0x2A, 0x18, 0x09]]];
    let most = scripts.into_iter().map(|script| bytes_out_per_byte_in(server, script)).fold(0.0, f64::max);
    let page = include_str!("../../../../../docs/security.md");
    assert_eq!(format!("{most:.2}"), documented_bytes_out(page, "Forge"));
}

#[test]
fn a_guessed_confirmation_proves_nothing() {
    let mut server = Server::new();
    server.takes(&id_request(0));
    server.machine.accept(server.now, Peer(1), &[]);
    for guess in 0..100 {
        server.takes(&hex("??00000000000000 01000000 00000000 07", &[guess]));
    }
    server.now += Duration::from_secs(15);
    server.machine.handle_timeout(server.now);
    assert_eq!(server.machine.statistics().connections.connected, 0);
}

#[test]
fn requests_from_the_address_of_a_client_that_is_there_neither_end_its_connection_nor_are_answered() {
    let padding = "x".repeat(128);
    let well_formed = format!("GET / HTTP/1.1\r\nSec-WebSocket-Key: x\r\nHost: {padding}\r\n\r\n");
    let well_formed = well_formed.as_bytes();
    let mut server = Server::new();
    server.takes(&id_request(0));
    server.machine.accept(server.now, Peer(1), &[]);
    server.is_confirmed();
    server.events();
    for number in 0..20 {
        let ping =
            hex("89 18 0102030405060708 1111111111111111 ??00000000000000 0C000000 00000000 52", &[number]);
        server.takes(&ping);
        assert_eq!(server.says().len(), 1, "it is there");
        for _ in 0..5 {
            server.now += Duration::from_secs(1);
            for forged in [well_formed, b"GE", b"GET nothing"] {
                server.takes(forged);
                assert!(server.events().is_empty() && server.says().is_empty());
            }
        }
    }
    server.now += Duration::from_secs(2);
    server.takes(b"GET nothing");
    assert!(server.events().is_empty(), "what is not a request ends no connection, silent or not");
    server.takes(well_formed);
    assert_eq!(server.events(), [(Some(Peer(1)), vec![])], "a client that left makes room");
    assert!(server.says()[0].starts_with(b"HTTP/1.1 101"));
}

#[test]
fn pending_handshakes_are_bounded() {
    let mut settings = ForgeServerSettings::default();
    settings.peers.handshakes_max = 3;
    let mut server = Server::with(settings);
    for port in 0..10 {
        let from = SocketAddr::from(([192, 0, 2, 2], 5000 + port));
        server.machine.handle_datagram(server.now, from, &id_request(0));
    }
    let counts = server.machine.statistics().connections;
    assert_eq!((counts.connected, counts.rejected_handshaking), (3, 7), "the oldest are forgotten");
}

#[test]
fn a_repeated_first_datagram_is_one_client() {
    let mut server = Server::new();
    for _ in 0..7 {
        server.takes(&id_request(0));
    }
    assert_eq!(server.events().len(), 1);
    assert!(server.says().is_empty(), "not before it has proved its address");
    server.machine.accept(server.now, Peer(1), &[]);
    server.is_confirmed();
    for _ in 0..7 {
        server.takes(&id_request(0));
    }
    assert_eq!(server.says().len(), 7, "each time is confirmed");
}

#[test]
fn pieces_are_put_together_in_any_order_and_bounded() {
    let mut server = Server::new();
    server.takes(&id_request(0));
    server.machine.accept(server.now, Peer(1), &[]);
    server.is_confirmed();
    server.events();
    let frame = {
        let mut frame = hex("82 7E 0065 00", &[]);
        frame.extend((0..84).collect::<Vec<u8>>());
        frame.extend(hex("0100000000000000 0000000000000000 0500000000000000", &[]));
        frame
    };
    let (first, second) = frame.split_at(60);
    let first = [first, &hex("0500000000000000 07000000 00000000 01", &[])].concat();
    let second = [second, &hex("07000000 01000000 03", &[])].concat();
    server.takes(&second);
    assert!(server.events().is_empty());
    server.takes(&second);
    server.takes(&first);
    let expected = [7_i32.to_le_bytes().to_vec(), (0..84).collect()].concat();
    assert_eq!(server.events(), [(None, expected)]);
    server.takes(&first);
    assert!(server.events().is_empty(), "it was whole already");
    assert_eq!(server.says().len(), 4, "each piece is confirmed, each time");
    for unique_id in 10..60 {
        server.takes(&hex("82 00 ??00000000000000 07000000 00000000 01", &[unique_id]));
    }
    assert_eq!(server.says().len(), 16, "what there is no room for is not confirmed");
}

#[test]
fn a_place_far_ahead_is_not_kept_and_not_confirmed() {
    let mut server = Server::new();
    server.takes(&id_request(0));
    server.says();
    server.takes(&hex(
        "82 16 00 8BC7010203 FFFFFFFFFFFFFFFF 0000000000000000 0200000000000000 55E37003 00000000 53",
        &[],
    ));
    assert!(server.says().is_empty());
    assert_eq!(server.machine.statistics().connections.connected, 1);
}

#[test]
fn a_ping_too_long_to_be_answered_in_one_datagram_is_not_answered() {
    let mut server = Server::new();
    server.takes(&id_request(0));
    server.machine.accept(server.now, Peer(1), &[]);
    server.is_confirmed();
    for (bytes, answers) in [(8, 1), (1162, 1), (1163, 0)] {
        let numbers = [[0x11; 8], [0x22; 8]].concat();
        let ping = [&[0x89, 0x18][..], &vec![7; bytes], &numbers, &hex("0C000000 00000000 52", &[])].concat();
        server.takes(&ping);
        let said = server.says();
        assert_eq!(said.len(), answers, "{bytes} bytes");
        assert!(said.iter().all(|pong| pong.len() <= 1200), "{bytes} bytes");
    }
}

#[test]
fn early_frames_are_kept_up_to_so_many_bytes_and_the_others_come_again() {
    let mut server = Server::new();
    server.takes(&id_request(0));
    server.machine.accept(server.now, Peer(1), &[]);
    server.is_confirmed();
    server.events();
    let numbers = |id: u64| [id, 0, 100 + id].into_iter().flat_map(u64::to_le_bytes).collect::<Vec<_>>();
    let frame =
        |id| [&[0x82, 0, 0][..], &[7; 1162], &numbers(id), &hex("07000000 00000000 03", &[])].concat();
    (3..400).for_each(|id| server.takes(&frame(id)));
    let kept = 128 * 1024 / 1162;
    assert_eq!(server.says().len(), kept, "the others are not confirmed");
    let in_pieces = [&[0x82, 0, 0][..], &[7; 1162], &numbers(500)].concat();
    let (first, second) = in_pieces.split_at(600);
    let first = [first, &numbers(500)[16..], &hex("07000000 00000000 01", &[])].concat();
    let second = [second, &hex("07000000 01000000 03", &[])].concat();
    server.takes(&first);
    server.takes(&second);
    assert_eq!(server.says().len(), 1, "a whole frame without room is not confirmed");
    (1..3).for_each(|id| server.takes(&frame(id)));
    assert_eq!(server.events().len(), kept + 2);
    server.says();
    server.takes(&second);
    server.takes(&second);
    assert_eq!(server.says().len(), 2, "it is kept when its last piece comes again");
    (3 + kept as u64..500).for_each(|id| server.takes(&frame(id)));
    assert_eq!(server.events().len(), 500 - 3 - kept + 1);
}

proptest! {
    #[test]
    fn whatever_comes_is_taken_without_harm(
        bytes in prop::collection::vec(prop_oneof![Just(0_u8), 0..16_u8, any::<u8>()], 0..800)
    ) {
        consonance_game_networks::forge::fuzz::forge_datagrams(&bytes);
    }

    #[test]
    fn a_changed_datagram_is_taken_without_harm(
        which in 0..5_usize, bit in 0..2000_usize, cut in 0..100_usize
    ) {
        let mut server = Server::new();
        server.takes(&id_request(0));
        server.machine.accept(server.now, Peer(1), &[]);
        let mut datagram = match which {
            0 => id_request(0),
            1 => hex("0000000000000000 01000000 00000000 07", &[]),
            2 => hex("82 16 00 8BC7010203 0100000000000000 860E000000000000 0200000000000000 55E37003 00000000 53", &[]),
            3 => hex("89 18 0102030405060708 1111111111111111 2222222222222222 0C000000 00000000 52", &[]),
            _ => hex("88 10 0200000000000000 3333333333333333 0900000000000000 08000000 00000000 53", &[]),
        };
        let bit = bit % (datagram.len() * 8);
        datagram[bit / 8] ^= 1 << (bit % 8);
        datagram.truncate(datagram.len().saturating_sub(cut));
        server.takes(&datagram);
        prop_assert!(server.machine.statistics().connections.connected <= 1);
    }
}
