//! What one message of a stream costs the server's end, at worst, and what it allocates for as many as are read at
//! once: requests full of headers, and frames of every code there is, of all lengths.

use consonance_game_networks::simple_web;
use consonance_game_networks::telepathy::Telepathy;
use consonance_link::gateway::streams::{Found, MessageStream, StreamProtocol};
use consonance_link::voice_websocket as websocket;
use consonance_testing::cost::{Cost, alone, measured};

/// As much as is read from a connection at once.
const PIECE_BYTES: usize = 64 * 1024;
const HEAD_BYTES_MAX: usize = 4096;

/// What is in a piece.
#[derive(Default)]
struct Piece {
    /// The cost of the dearest of its messages, with all that is read before it is whole.
    message: Cost,
    /// What is allocated for all of them.
    bytes: usize,
    messages: usize,
}

/// Reads everything that is in a piece, as the driver does: it reports each message before it reads the next one.
fn read(stream: &mut impl MessageStream, piece: &[u8]) -> Piece {
    let (mut rest, mut read) = (piece, Piece::default());
    let (mut message, mut out) = (Vec::new(), Vec::new());
    loop {
        message.clear();
        let mut found = None;
        let cost = measured(|| {
            let Ok((taken, what)) = stream.read(rest, &mut message, &mut out) else { return 1 };
            if what == Found::Greeting {
                stream.accept(&mut out);
            }
            rest = &rest[taken..];
            found = Some(what);
            1
        });
        read.message.bytes = read.message.bytes.max(cost.bytes);
        read.message.steps = read.message.steps.max(cost.steps);
        read.bytes += cost.bytes;
        match found {
            None | Some(Found::Nothing | Found::End | Found::Refusal) => return read,
            Some(Found::Greeting) => {}
            Some(Found::Message) => read.messages += 1,
        }
    }
}

#[track_caller]
fn assert_is_bounded(protocol: &mut impl StreamProtocol, first: &[u8], piece: &[u8], what: &str) -> Piece {
    let mut stream = protocol.open();
    stream.begin(&mut Vec::new());
    read(&mut stream, first);
    let read = read(&mut stream, piece);
    read.message.assert_is_bounded(what);
    Cost { bytes: read.bytes, steps: 0 }.assert_is_bounded(&format!("all of {what}"));
    read
}

/// A request for the upgrade, with these lines in it.
fn request(lines: &str) -> Vec<u8> {
    format!(
        "GET /main HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Protocol: consonance.v1\r\n{lines}\r\n"
    )
    .into_bytes()
}

/// A masked frame.
fn frame(code: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![code];
    match u16::try_from(payload.len()) {
        Ok(length) if length < 126 => frame.push(0x80 | length as u8),
        Ok(length) => {
            frame.push(0x80 | 0x7e);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 0x7f);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// The worst pieces behind the upgrade: each code of a frame, final or not, with lengths from nothing to too much.
fn frames() -> Vec<(String, Vec<u8>)> {
    let mut pieces = Vec::new();
    for code in 0..=0xf {
        for last in [0, 0x80, 0xf0] {
            for bytes in [0, 1, 125, 1000, 16_000, 65_000] {
                let frame = frame(code | last, &vec![1; bytes]);
                let times = (PIECE_BYTES / frame.len()).max(1);
                pieces.push((format!("{times} frames {code:#x}, {bytes} bytes"), frame.repeat(times)));
            }
        }
    }
    let piece = |payload: &[u8]| [frame(0x02, payload), frame(0x00, payload).repeat(5000)].concat();
    pieces.push(("a message in empty pieces".into(), piece(&[])));
    pieces.push(("a message in short pieces".into(), piece(&[1])));
    pieces.push(("a length of all numbers".into(), [&[0x82, 0xff][..], &[0xff; 100]].concat()));
    pieces
}

fn requests() -> Vec<(String, Vec<u8>)> {
    let filled = |line: &str| line.repeat((HEAD_BYTES_MAX - 400) / line.len());
    let mut all: Vec<_> =
        ["a: b\r\n", "Sec-WebSocket-Protocol: a\r\n", "Host: a\r\n", "Origin: a\r\n", "Upgrade: a\r\n"]
            .map(|line| (format!("many {line:?}"), request(&filled(line))))
            .into();
    let commas = format!("Sec-WebSocket-Protocol: {}\r\n", filled(","));
    let words = format!("Sec-WebSocket-Protocol: {}\r\n", filled("a,"));
    all.extend([commas, words].map(|line| (line[..30].to_owned(), request(&line))));
    all.push(("no end".into(), vec![b'a'; PIECE_BYTES]));
    all.push(("many heads".into(), request("").repeat(100)));
    all
}

#[test]
fn no_message_of_a_web_socket_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        for (what, piece) in requests() {
            let what = format!("a request: {what}");
            assert_is_bounded(&mut websocket::ServerEnd::default(), &[], &piece, &what);
            assert_is_bounded(&mut simple_web::SimpleWebServerEnd::default(), &[], &piece, &what);
        }
        let mut messages = 0;
        for (what, piece) in frames() {
            let upgrade = request("");
            messages +=
                assert_is_bounded(&mut websocket::ServerEnd::default(), &upgrade, &piece, &what).messages;
            assert_is_bounded(&mut simple_web::SimpleWebServerEnd::default(), &upgrade, &piece, &what);
        }
        assert!(messages > 9000, "{messages} messages: the upgrade is granted");
    });
}

#[test]
fn no_message_of_telepathy_costs_more() {
    alone(|| {
        for bytes in [0, 1, 100, 16 * 1024, 17 * 1024] {
            let message = [&(bytes as u32).to_be_bytes()[..], &vec![7; bytes]].concat();
            let piece = message.repeat((PIECE_BYTES / message.len()).max(1));
            let what = format!("telepathy, messages of {bytes} bytes");
            let messages = assert_is_bounded(&mut Telepathy::default(), &[], &piece, &what).messages;
            let is_allowed = (1..=16 * 1024).contains(&bytes);
            assert_eq!(messages, if is_allowed { PIECE_BYTES / message.len() } else { 0 });
        }
    });
}
