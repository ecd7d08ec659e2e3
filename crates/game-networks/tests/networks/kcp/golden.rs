//! Bytes that stock peers were observed to send.

use std::time::Duration;

use consonance_game_networks::kcp::{
    Arq, Command, Generation, HEADER_BYTES, KcpClient, KcpClientSettings, KcpServerSettings, LinkSettings,
    RELIABLE_CHANNEL, Segment, Segments, UNRELIABLE_CHANNEL,
};
use consonance_link::gateway::udp::ClientEndpoint as _;
use consonance_link::gateway::udp::ServerEndpoint as _;
use consonance_link::{ClientNetwork as _, ServerLinkEvent, ServerNetwork as _};

use crate::kcp::support::{ByHand, address, hex};

pub(crate) const G4_HELLO: &str = "01 00000000 00000000 51 00 0010 42000000 00000000 00000000 01000000 01";
const G4_FIRST_ANSWER: &str = "01 e06af1d8 00000000 52 00 0010 42000000 00000000 01000000 00000000 \
     00000000 51 00 0010 05000000 00000000 01000000 01000000 01";
pub(crate) const G4_VOICE: &str = "02 e06af1d8 04 0000000000002940 0b 55d3 0700 8bc70401020304";
pub(crate) const G3_VOICE: &str = "02 e06af1d8 0000000000002940 0b 55d3 0700 8bc70401020304";
pub(crate) const G1_VOICE: &str = "02 0000000000002940 6220 0700 8bc70401020304";
pub(crate) const G4_RELIABLE_VOICE: &str = "01 e06af1d8 00000000 51 00 0010 e8030000 01000000 02000000 15000000 \
     03 0000000000002940 0b 55d3 0700 8bc70401020304";
pub(crate) const G4_DISCONNECT: &str = "02 e06af1d8 05";

const COOKIE: [u8; 4] = [0xe0, 0x6a, 0xf1, 0xd8];

/// Stock peers have room for 4096 segments, and announce that.
fn stock() -> LinkSettings {
    LinkSettings { receive_window: 4096, ..LinkSettings::default() }
}

fn server() -> ByHand {
    ByHand::new(KcpServerSettings { link: stock(), ..KcpServerSettings::default() })
}

/// The bytes with this cookie in place of the recorded one.
fn with_cookie(text: &str, cookie: [u8; 4]) -> Vec<u8> {
    let mut bytes = hex(text);
    assert_eq!(bytes[1..5], COOKIE);
    bytes[1..5].copy_from_slice(&cookie);
    bytes
}

fn sent_by(client: &mut KcpClient, now: std::time::Instant) -> Vec<Vec<u8>> {
    let mut datagrams = Vec::new();
    let mut datagram = Vec::new();
    while client.poll_transmit(now, &mut datagram) {
        datagrams.push(std::mem::take(&mut datagram));
    }
    datagrams
}

#[test]
fn g4_hello_from_client() {
    let start = std::time::Instant::now();
    let mut client = KcpClient::new(KcpClientSettings { link: stock(), ..KcpClientSettings::default() });
    client.connect(start);
    assert_eq!(sent_by(&mut client, start + Duration::from_millis(0x42)), [hex(G4_HELLO)]);
}

#[test]
fn hellos_of_the_other_generations_differ_as_they_should() {
    let kcp = "00000000 51 00 0010 00000000 00000000 00000000";
    for (generation, hello) in [
        (Generation::G1, format!("01 {kcp} 01000000 01")),
        (Generation::G2, format!("01 00000000 {kcp} 05000000 01 00000000")),
        (Generation::G3, format!("01 00000000 {kcp} 01000000 01")),
    ] {
        let now = std::time::Instant::now();
        let mut client =
            KcpClient::new(KcpClientSettings { link: stock(), generation, ..Default::default() });
        client.connect(now);
        assert_eq!(sent_by(&mut client, now), [hex(&hello)], "{generation:?}");
    }
}

#[test]
fn g4_first_answer() {
    let mut hand = server();
    hand.server.handle_datagram(hand.now, address(1), &hex(G4_HELLO));
    let event = hand.server.poll_event(hand.now, &mut Vec::new());
    let Some(ServerLinkEvent::Connected { peer, .. }) = event else { panic!("{event:?}") };
    hand.now += Duration::from_millis(5);
    hand.server.accept(hand.now, peer, &[]);
    let answer = hand.take();
    let cookie = answer[0].1[1..5].try_into().unwrap();
    // Stock servers put an acknowledgement before it. Ours leaves it out, because its hello already shows that the
    // client's has arrived, so that no address gets more bytes than it has sent.
    let stock = with_cookie(G4_FIRST_ANSWER, cookie);
    assert_eq!(answer, [(address(1), [&stock[..5], &stock[5 + HEADER_BYTES..]].concat())]);
}

#[test]
fn a_stock_answer_connects_a_client_and_its_cookie_is_kept() {
    let now = std::time::Instant::now();
    let mut client = KcpClient::new(KcpClientSettings { link: stock(), ..KcpClientSettings::default() });
    client.connect(now);
    sent_by(&mut client, now);
    client.handle_datagram(now, &hex(G4_FIRST_ANSWER));
    assert_eq!(client.poll_event(now, &mut Vec::new()), Some(consonance_link::ClientLinkEvent::Connected));
    let batch = &hex(G4_VOICE)[6..];
    client.send(now, UNRELIABLE_CHANNEL, batch);
    assert!(sent_by(&mut client, now).contains(&hex(G4_VOICE)));
    client.hang_up(now);
    assert_eq!(sent_by(&mut client, now), vec![hex(G4_DISCONNECT); 5]);
}

#[test]
fn unreliable_voice_of_g4_and_g3() {
    for (voice, body_at, generation) in [(G4_VOICE, 6, Generation::G4), (G3_VOICE, 5, Generation::G3)] {
        let mut hand = server();
        let (peer, cookie) = hand.connect(address(1), &hex(G4_HELLO));
        let voice = with_cookie(voice, cookie);
        let message = ServerLinkEvent::Packet { peer, channel: UNRELIABLE_CHANNEL };
        assert_eq!(hand.give(address(1), &voice), [(message, voice[body_at..].to_vec())]);
        assert_eq!(hand.server.generation_of(peer), Some(generation));
        hand.take();
        hand.server.send(hand.now, &[peer], UNRELIABLE_CHANNEL, &voice[body_at..]);
        assert_eq!(hand.take(), [(address(1), voice)], "answered in the same generation");
    }
}

#[test]
fn unreliable_voice_of_g1() {
    let mut hand = server();
    let hello = hex("01 00000000 51 00 0010 42000000 00000000 00000000 01000000 01");
    let events = hand.give(address(1), &hello);
    let [(ServerLinkEvent::Connected { peer, .. }, greeting)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(*greeting, [1]);
    hand.echo(address(1));
    let voice = hex(G1_VOICE);
    let message = ServerLinkEvent::Packet { peer: *peer, channel: UNRELIABLE_CHANNEL };
    assert_eq!(hand.give(address(1), &voice), [(message, voice[1..].to_vec())]);
    hand.take();
    hand.server.send(hand.now, &[*peer], UNRELIABLE_CHANNEL, &voice[1..]);
    assert_eq!(hand.take(), [(address(1), voice)]);
}

#[test]
fn g4_reliable_voice() {
    let mut hand = server();
    let (peer, cookie) = hand.connect(address(1), &hex(G4_HELLO));
    let voice = with_cookie(G4_RELIABLE_VOICE, cookie);
    let message = ServerLinkEvent::Packet { peer, channel: RELIABLE_CHANNEL };
    assert_eq!(hand.give(address(1), &voice), [(message, voice[30..].to_vec())]);

    // The recorded bytes, field by field, and written again.
    let segments: Vec<Segment<'_>> = Segments::new(&voice[5..]).collect();
    let expected = Segment {
        command: Command::Push,
        fragments_after: 0,
        window: 4096,
        time_ms: 1000,
        number: 1,
        expected: 2,
        payload: &voice[29..],
    };
    assert_eq!((segments.as_slice(), expected.payload.len()), ([expected].as_slice(), 21));
    let mut written = voice[..5].to_vec();
    expected.write(&mut written);
    assert_eq!(written, voice);
}

#[test]
fn reliable_voice_is_sent_as_it_was_seen() {
    let start = std::time::Instant::now();
    let voice = hex(G4_RELIABLE_VOICE);
    let mut arq = Arq::new(start, 1200, 5, stock().receive_window);
    arq.send(b"\x01").unwrap();
    arq.flush(start, &voice[..5], |_| ());
    // Two segments of the other side have arrived, and it has our first one.
    let mut came = Vec::new();
    let (command, payload, window) = (Command::Push, b"\x02".as_slice(), 4096);
    let push = Segment { command, fragments_after: 0, window, time_ms: 0, number: 0, expected: 1, payload };
    push.write(&mut came);
    Segment { number: 1, ..push }.write(&mut came);
    assert!(arq.handle_segments(start, &came));
    let mut message = Vec::new();
    while arq.receive(&mut message).unwrap() {}
    arq.flush(start, &voice[..5], |_| ());
    arq.send(&voice[29..]).unwrap();
    let mut sent = Vec::new();
    arq.flush(start + Duration::from_secs(1), &voice[..5], |datagram| sent.push(datagram.to_vec()));
    assert_eq!(sent, [voice]);
}

#[test]
fn g4_disconnect() {
    let mut hand = server();
    let (peer, cookie) = hand.connect(address(1), &hex(G4_HELLO));
    let events = hand.give(address(1), &with_cookie(G4_DISCONNECT, cookie));
    assert!(
        matches!(events.as_slice(), [(ServerLinkEvent::Disconnected { peer: gone, .. }, _)] if *gone == peer),
        "{events:?}"
    );
    for _ in 0..4 {
        assert_eq!(
            hand.give(address(1), &with_cookie(G4_DISCONNECT, cookie)),
            [],
            "the others are an unknown address's"
        );
    }
}

#[test]
fn a_pinged_time_comes_back_to_the_newest_stock_ends_and_an_empty_ping_is_not_answered() {
    let mut hand = server();
    let (_, cookie) = hand.connect(address(1), &hex(G4_HELLO));
    let ping = |number: u32, payload: &[u8]| {
        let mut datagram = vec![1];
        datagram.extend_from_slice(&cookie);
        let (command, fragments_after, window) = (Command::Push, 0, 4096);
        Segment { command, fragments_after, window, time_ms: 0, number, expected: 1, payload }
            .write(&mut datagram);
        datagram
    };
    let pushed = |hand: &mut ByHand, datagram: &[u8]| -> Vec<Vec<u8>> {
        assert_eq!(hand.give(address(1), datagram), []);
        let sent = hand.take();
        let segments = sent.iter().flat_map(|(_, datagram)| Segments::new(&datagram[5..]));
        let pushed = segments.filter(|segment| segment.command == Command::Push);
        pushed.map(|segment| segment.payload.to_vec()).collect()
    };
    assert_eq!(pushed(&mut hand, &ping(1, &[2])), Vec::<Vec<u8>>::new());
    assert_eq!(pushed(&mut hand, &ping(2, &[2, 9, 8, 7, 6])), [vec![4, 9, 8, 7, 6]]);
    assert_eq!(pushed(&mut hand, &ping(3, &[2, 9, 8, 7, 6])), Vec::<Vec<u8>>::new(), "once in a second");
}
