//! Strangers who send what they like, at the signalling server and at the host's port.

use std::io::Write as _;
use std::net::{TcpStream, UdpSocket};
use std::time::Instant;

use consonance_transport::{ClientTransport as _, Delivery, ServerTransport as _};
use tungstenite::Message;

use crate::support::{self, Table};

#[test]
fn datagrams_of_strangers_are_nobodys_and_change_nothing() {
    let signalling = support::signalling();
    let mut table = Table::new(support::host(support::host_settings(&signalling)));
    let player = table.join(support::client_settings(&signalling));
    table.until("it is in", |table| table.connected[player]);
    let stranger = UdpSocket::bind(support::localhost()).unwrap();
    let address = table.host.local_addr();
    let check: &[u8] = b"\x00\x01\x00\x10\x21\x12\xa4\x42............\x00\x06\x00\x09ours:them\x00\x00\x00";
    let datagrams = [b"".as_slice(), &[0xff; 2000], &[22, 254, 253, 0], check, &check[..30], &[128; 20]];
    for datagram in datagrams {
        for cut in 0..datagram.len().min(40) {
            stranger.send_to(&datagram[cut..], address).unwrap();
        }
    }
    table.players[player].send(Instant::now(), Delivery::Reliable, b"still here");
    table.until("strangers were noticed and the player is heard", |table| {
        table.host.stray_datagrams() > 100 && table.host_heard.len() == 1
    });
    assert_eq!(table.went, []);
}

#[test]
fn whoever_speaks_nonsense_to_the_signalling_server_harms_nobody() {
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
fn offers_that_are_none_bring_nobody_in_and_time_out() {
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    settings.peer.negotiation_max = std::time::Duration::from_secs(1);
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
fn newcomers_who_come_to_nothing_keep_nobody_out() {
    let signalling = support::signalling();
    let mut settings = support::host_settings(&signalling);
    (settings.negotiating_max, settings.negotiation_undisturbed) = (4, std::time::Duration::ZERO);
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
    assert_eq!((counts.failed_handshakes, counts.turned_away_handshaking), (1, 0));
}

#[test]
fn the_signalling_server_keeps_no_message_that_no_negotiation_has() {
    let signalling = support::signalling();
    let text = |units: usize| Message::Binary([&[2, 1, 1, 0], &vec![7; 2 * units][..]].concat().into());
    let (mut rude, _) = tungstenite::connect(format!("ws://{}/chatapp", signalling.local_addr())).unwrap();
    rude.send(text(32 * 1024)).unwrap();
    support::wait_until("a long text is read", || signalling.counts().refused == 1);
    // The connection may be closed before all of it has left.
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
