//! Hostile clients of the signalling server and of the host's port.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::time::Instant;

use consonance_game_networks::webrtc_network::signalling::{
    ReservedAddresses, SignallingListener, SignallingListenerSettings,
};
use consonance_link::{ClientNetwork as _, Delivery, ServerNetwork as _};
use tungstenite::Message;
use tungstenite::client::IntoClientRequest as _;

use crate::webrtc_network::support::{self, Table};

#[test]
fn datagrams_of_unknown_addresses_are_counted_and_change_nothing() {
    let signalling = support::signalling();
    let mut table = Table::new(support::host(support::host_settings(&signalling)));
    let player = table.join(support::client_settings(&signalling));
    table.until("it is in", |table| table.connected[player]);
    let other = UdpSocket::bind(support::localhost()).unwrap();
    let address = table.host.local_addr();
    let check: &[u8] = b"\x00\x01\x00\x10\x21\x12\xa4\x42............\x00\x06\x00\x09ours:them\x00\x00\x00";
    let datagrams = [b"".as_slice(), &[0xff; 2000], &[22, 254, 253, 0], check, &check[..30], &[128; 20]];
    for datagram in datagrams {
        for cut in 0..datagram.len().min(40) {
            other.send_to(&datagram[cut..], address).unwrap();
        }
    }
    table.players[player].send(Instant::now(), Delivery::Reliable, b"still here");
    table.until("the datagrams were counted and the player is heard", |table| {
        table.host.stray_datagrams() > 100 && table.host_heard.len() == 1
    });
    assert_eq!(table.went, []);
}

#[test]
fn malformed_messages_to_the_signalling_server_do_not_affect_others() {
    let signalling = support::signalling();
    let mut table = Table::new(support::host(support::host_settings(&signalling)));
    let mut raw = TcpStream::connect(signalling.local_addr()).unwrap();
    raw.write_all(b"GET /chatapp SMTP/9\r\n\r\n\x00\xff").unwrap();
    let (mut rude, _) = tungstenite::connect(format!("ws://{}/chatapp", signalling.local_addr())).unwrap();
    for nonsense in [b"".as_slice(), b"\x02", b"\x06\x02\x01\x00\xff\xff\xff\xff", &[9; 1000]] {
        rude.send(Message::Binary(nonsense.to_vec().into())).unwrap();
    }
    support::wait_until("it is counted", || signalling.counts().refused == 4);
    let player = table.join(support::client_settings(&signalling));
    table.until("a player gets in", |table| table.connected[player]);
}

#[test]
fn invalid_offers_connect_no_player_and_time_out() {
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    settings.peer.negotiation_timeout = std::time::Duration::from_secs(1);
    let mut table = Table::new(support::host(settings));
    let (mut rude, _) = tungstenite::connect(format!("ws://{}/chatapp", signalling.local_addr())).unwrap();
    let main = "main".encode_utf16().flat_map(u16::to_le_bytes);
    let connect: Vec<u8> = [6, 2, 1, 0, 4, 0, 0, 0].into_iter().chain(main).collect();
    rude.send(Message::Binary(connect.into())).unwrap();
    for text in [
        "7",
        "no JSON",
        r#"{"type":"offer","sdp":"v=0"}"#,
        r#"{"type":"answer","sdp":""}"#,
        r#"{"candidate":1}"#,
    ] {
        let text: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = (text.len() as u32).to_le_bytes();
        let message = [&[2, 1, 1, 0], &length[..], &text].concat();
        rude.send(Message::Binary(message.into())).unwrap();
    }
    table.until("it is given up", |table| table.host.statistics().connections.failed_handshakes == 1);
    assert_eq!((table.came.len(), table.host.statistics().connections.connected), (0, 0));
}

#[test]
fn newcomers_that_never_connect_keep_no_player_out() {
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    (settings.handshakes_max, settings.negotiation_undisturbed) = (4, std::time::Duration::ZERO);
    let mut table = Table::new(support::host(settings));
    let (mut rude, _) = tungstenite::connect(format!("ws://{}/chatapp", signalling.local_addr())).unwrap();
    for link in 1..=4 {
        let main = "main".encode_utf16().flat_map(u16::to_le_bytes);
        let connect: Vec<u8> = [6, 2, link, 0, 4, 0, 0, 0].into_iter().chain(main).collect();
        rude.send(Message::Binary(connect.into())).unwrap();
    }
    table.until("its links are there", |table| table.host.negotiating() == 4);
    let player = table.join(support::client_settings(&signalling));
    table.until("a player gets in", |table| table.connected[player]);
    let counts = table.host.statistics().connections;
    assert_eq!((counts.failed_handshakes, counts.rejected_handshaking), (1, 0));
}

#[test]
fn a_guest_that_floods_the_signalling_server_is_sent_away_and_the_host_still_listens() {
    let settings = SignallingListenerSettings { messages_max: 500, ..SignallingListenerSettings::default() };
    let signalling = SignallingListener::bind(support::localhost(), settings).unwrap();
    let mut table = Table::new(support::host(support::host_settings(&signalling)));
    let (mut rude, _) = tungstenite::connect(format!("ws://{}/chatapp", signalling.local_addr())).unwrap();
    rude.send(connect(1, "main")).unwrap();
    for _ in 0..499 {
        rude.send(empty_text(1)).unwrap();
    }
    table.until("all that is allowed has passed", |_| signalling.counts().relayed >= 499);
    assert_eq!(signalling.counts().sent_away, 0);
    for _ in 0..500 {
        // The connection may be closed before everything is sent.
        let _ = rude.send(empty_text(1));
    }
    table.until("it is sent away, and nothing of the rest is passed on", |_| {
        signalling.counts().sent_away == 1
    });
    let last = std::iter::from_fn(|| rude.read().ok()).find(Message::is_close);
    let Some(Message::Close(Some(close))) = last else { panic!("it is told so") };
    assert_eq!(u16::from(close.code), 1008);
    let player = table.join(support::client_settings(&signalling));
    table.until("a player gets in", |table| table.connected[player]);
    assert!(table.host.is_listening());
}

#[test]
fn silent_connections_keep_others_from_the_signalling_server_for_a_moment_only() {
    let mut settings =
        SignallingListenerSettings { handshakes_max: 4, ..SignallingListenerSettings::default() };
    settings.handshake_timeout = std::time::Duration::from_mins(10);
    let signalling = SignallingListener::bind(support::localhost(), settings).unwrap();
    let url = format!("ws://{}/chatapp", signalling.local_addr());
    let _silent = [(); 2].map(|()| TcpStream::connect(signalling.local_addr()).unwrap());
    let _idle = [(); 2].map(|()| tungstenite::connect(&url).unwrap());
    let mut listener = None;
    support::wait_until("one of them makes room", || {
        listener = tungstenite::connect(&url).ok();
        listener.is_some()
    });
    let (mut listener, _) = listener.unwrap();
    let listening = address(3, -1, "main");
    listener.send(listening.clone()).unwrap();
    assert_eq!(listener.read().unwrap(), listening);
    let before = signalling.counts().rejected;
    let mut later = Vec::new();
    support::wait_until("all the others have made room", || {
        later.extend(TcpStream::connect(signalling.local_addr()));
        signalling.counts().rejected > before + 8
    });
    listener.send(Message::Binary(vec![202].into())).unwrap();
    assert_eq!(listener.read().unwrap(), Message::Binary(vec![202].into()), "a listener has a slot");
}

#[test]
fn an_address_has_a_bounded_number_of_guests_at_the_signalling_server() {
    let settings =
        SignallingListenerSettings { guests_per_address_max: 2, ..SignallingListenerSettings::default() };
    let signalling = SignallingListener::bind(support::localhost(), settings).unwrap();
    let url = format!("ws://{}/chatapp", signalling.local_addr());
    let mut guests = ["a", "b", "c"].map(|name| {
        let (mut guest, _) = tungstenite::connect(&url).unwrap();
        guest.send(address(3, -1, name)).unwrap();
        (guest.read().unwrap(), guest)
    });
    assert_eq!([&guests[0].0, &guests[1].0], [&address(3, -1, "a"), &address(3, -1, "b")]);
    let Message::Close(Some(close)) = &guests[2].0 else { panic!("it is told so") };
    assert_eq!(u16::from(close.code), 1013);
    support::wait_until("it is counted", || signalling.counts().rejected == 1);
    guests[0].1.close(None).unwrap();
    support::wait_until("there is room again", || {
        let Ok((mut guest, _)) = tungstenite::connect(&url) else { return false };
        guest.send(address(3, -1, "d")).is_ok() && guest.read().is_ok_and(|told| told == address(3, -1, "d"))
    });
}

#[test]
fn a_host_gets_to_its_reserved_address_although_all_places_are_taken() {
    let reserved = ReservedAddresses::new(["main"], [7; 16]);
    let path = reserved.owner_path("/chatapp");
    let mut settings =
        SignallingListenerSettings { handshakes_max: 3, ..SignallingListenerSettings::default() };
    (settings.tcp.connections_max, settings.guests_per_address_max) = (1, 1);
    settings.signalling.reserved = Some(reserved);
    let signalling = SignallingListener::bind(support::localhost(), settings).unwrap();
    let at = signalling.local_addr();
    let (mut guest, _) = tungstenite::connect(format!("ws://{at}/chatapp")).unwrap();
    guest.send(address(3, -1, "elsewhere")).unwrap();
    assert_eq!(guest.read().unwrap(), address(3, -1, "elsewhere"));
    // Besides the three regular places, sixteen are reserved for this machine.
    let pending: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(at).unwrap()).collect();
    support::wait_until("all places are taken", || signalling.counts().rejected > 0);
    assert_eq!(signalling.counts().rejected, 1);
    let mut host_settings = support::host_settings(&signalling);
    host_settings.signalling = format!("ws://{at}{path}").parse().unwrap();
    let _host = support::host(host_settings);
    drop((pending, guest));
}

#[test]
fn a_flood_of_messages_does_not_disconnect_the_host_that_it_is_for() {
    let mut settings = SignallingListenerSettings::default();
    settings.tcp.outgoing_bytes_max = 128 * 1024;
    settings.tcp.system_bytes_max = Some(64 * 1024);
    let signalling = SignallingListener::bind(support::localhost(), settings).unwrap();
    let url = format!("ws://{}/chatapp", signalling.local_addr());
    let (mut host, _) = tungstenite::connect(&url).unwrap();
    host.send(address(3, -1, "main")).unwrap();
    let (mut rude, _) = tungstenite::connect(&url).unwrap();
    support::wait_until("the host listens", || signalling.counts().welcomed == 2 && host.read().is_ok());
    rude.send(connect(1, "main")).unwrap();
    let text = Message::Binary([&[2, 1, 1, 0, 0, 0, 1, 0], &vec![7; 64 * 1024][..]].concat().into());
    support::wait_until("the host is behind", || {
        rude.send(text.clone()).unwrap();
        signalling.counts().not_taken > 20
    });
    host.send(Message::Binary(vec![202].into())).unwrap();
    let heartbeat = Message::Binary(vec![202].into());
    support::wait_until("the host is there, and is answered", || host.read().unwrap() == heartbeat);
}

#[test]
fn the_signalling_server_keeps_no_message_that_no_negotiation_has() {
    let signalling = support::signalling();
    let text = |units: usize| Message::Binary([&[2, 1, 1, 0], &vec![7; 2 * units][..]].concat().into());
    let (mut rude, _) = tungstenite::connect(format!("ws://{}/chatapp", signalling.local_addr())).unwrap();
    rude.send(text(32 * 1024)).unwrap();
    support::wait_until("a long text is read", || signalling.counts().refused == 1);
    // The connection may be closed before everything is sent.
    let _ = rude.send(text(128 * 1024));
    assert!(matches!(rude.read(), Ok(Message::Close(_)) | Err(_)), "it is not waited for");
    assert_eq!(signalling.counts().refused, 1);
}

#[test]
fn a_path_that_is_none_is_refused_with_the_stock_servers_code() {
    let signalling = support::signalling();
    let url = format!("ws://{}/elsewhere", signalling.local_addr());
    let (mut socket, _) = tungstenite::connect(url).unwrap();
    let Message::Close(Some(close)) = socket.read().unwrap() else { panic!("it is closed first of all") };
    assert_eq!(u16::from(close.code), 1008);
}

#[test]
fn foreign_pages_and_ambiguous_requests_are_told_why_they_may_not_connect() {
    let signalling = support::signalling();
    let at = signalling.local_addr();
    let mut request = format!("ws://{at}/chatapp").into_client_request().unwrap();
    request.headers_mut().insert("Origin", "https://evil.example".parse().unwrap());
    let (mut page, _) = tungstenite::connect(request).unwrap();
    let Message::Close(Some(close)) = page.read().unwrap() else { panic!("it is closed first of all") };
    assert_eq!(u16::from(close.code), 1008);
    let mut ambiguous = TcpStream::connect(at).unwrap();
    let request = "GET /chatapp HTTP/1.1\r\nHost: here\r\nHost: there\r\nUpgrade: websocket\r\n\
                   Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
                   Sec-WebSocket-Version: 13\r\n\r\n";
    ambiguous.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    ambiguous.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 101") && answer.ends_with(b"at most one origin"), "{answer:?}");
    support::wait_until("both are counted", || signalling.counts().not_welcome == 2);
}

/// Requests a link with the listener at this address.
fn connect(link: i16, to: &str) -> Message {
    address(6, link, to)
}

fn address(kind: u8, link: i16, address: &str) -> Message {
    let text: Vec<u8> = address.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = (address.len() as u32).to_le_bytes();
    let message = [&[kind, 2], &link.to_le_bytes()[..], &length, &text].concat();
    Message::Binary(message.into())
}

fn empty_text(link: i16) -> Message {
    Message::Binary([&[2, 1], &link.to_le_bytes()[..], &[0; 4]].concat().into())
}
