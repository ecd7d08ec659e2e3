//! Messages on a `WebSocket` beside a connection.

use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use consonance_link::http::by_hand::{PATIENCE, answer, connect};
use serde_json::{Value, json};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, Message, WebSocket, client};

use crate::listener::fixture::Fixture;

fn open(fixture: &Fixture) -> WebSocket<TcpStream> {
    let url = format!("ws://{}/api/voice/main/signal", fixture.address());
    client(url, connect(fixture.address()).unwrap()).unwrap().0
}

fn say(socket: &mut WebSocket<TcpStream>, said: &Value) {
    socket.send(Message::text(said.to_string())).unwrap();
}

fn hear(socket: &mut WebSocket<TcpStream>) -> Value {
    match socket.read().unwrap() {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The code and the words of the close message; earlier messages are skipped.
fn read_close(socket: &mut WebSocket<TcpStream>) -> (CloseCode, String) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "there is no close message");
        if let Message::Close(frame) = socket.read().unwrap() {
            let frame = frame.unwrap();
            return (frame.code, frame.reason.to_string());
        }
    }
}

#[test]
fn candidates_and_new_offers_reach_the_player_of_the_key() {
    let fixture = Fixture::new();
    fixture.join("Alice");
    let mut socket = open(&fixture);
    say(&mut socket, &json!({"key": "key-0"}));
    say(&mut socket, &json!({"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host"}));
    say(&mut socket, &json!({"sdp": "v=0 again", "unknown": 7}));
    assert_eq!(hear(&mut socket), json!({"sdp": "v=0 in answer to v=0 again"}));
    let player = fixture.sessions.player("key-0", |player| !player.candidates.is_empty());
    assert_eq!(player.candidates, ["candidate:1 1 udp 1 192.0.2.1 9 typ host"]);
}

#[test]
fn what_is_wrong_is_told_and_the_conversation_goes_on() {
    let fixture = Fixture::new();
    fixture.join("Alice");
    let mut socket = open(&fixture);
    say(&mut socket, &json!({"key": "key-0"}));
    say(&mut socket, &json!({"sdp": "nonsense"}));
    let problem = hear(&mut socket)["problem"].clone();
    assert_eq!(
        (&problem["status"], &problem["detail"]),
        (&json!(400), &json!("the offer cannot be answered: it does not begin with v=0"))
    );
    for wrong in ["", "{", "[]", r#"{"sdp":7}"#] {
        socket.send(Message::text(wrong)).unwrap();
        assert_eq!(hear(&mut socket)["problem"]["status"], 400, "{wrong}");
    }
    say(&mut socket, &json!({"sdp": "v=0"}));
    assert_eq!(hear(&mut socket), json!({"sdp": "v=0 in answer to v=0"}));
}

#[test]
fn an_unknown_key_holds_no_place() {
    let fixture = Fixture::with(|settings| settings.limits.connections_max = 2);
    for key in ["a", "key-7", ""] {
        let mut socket = open(&fixture);
        say(&mut socket, &json!({ "key": key }));
        let (code, words) = read_close(&mut socket);
        assert!(code == CloseCode::Policy && words.starts_with("no player has this key"), "{code} {words}");
    }
    assert!(fixture.is_well());
}

#[test]
fn a_conversation_ends_with_its_player() {
    let fixture = Fixture::new();
    fixture.join("Alice");
    let mut socket = open(&fixture);
    say(&mut socket, &json!({"key": "key-0"}));
    say(&mut socket, &json!({"sdp": "v=0"}));
    hear(&mut socket);
    fixture.sessions.forget("key-0");
    let (code, words) = read_close(&mut socket);
    assert!(code == CloseCode::Policy && words.contains("has left"), "{code} {words}");
}

#[test]
fn a_player_has_one_conversation() {
    let fixture = Fixture::new();
    fixture.join("Alice");
    let mut conversations: Vec<_> = (0..3).map(|_| open(&fixture)).collect();
    for socket in &mut conversations {
        say(socket, &json!({"key": "key-0"}));
        say(socket, &json!({"sdp": "v=0"}));
        hear(socket);
    }
    let mut last = conversations.pop().unwrap();
    for socket in &mut conversations {
        let (code, words) = read_close(socket);
        assert!(code == CloseCode::Policy && words.contains("newer connection"), "{code} {words}");
    }
    say(&mut last, &json!({"sdp": "v=0 again"}));
    assert_eq!(hear(&mut last), json!({"sdp": "v=0 in answer to v=0 again"}));
}

#[test]
fn a_socket_that_names_no_player_is_closed() {
    let fixture = Fixture::with(|settings| settings.limits.head_timeout = Duration::from_secs(2));
    let (code, words) = read_close(&mut open(&fixture));
    assert_eq!(code, CloseCode::Policy);
    assert!(words.starts_with("no player's key was sent in time"), "{words}");
    assert_eq!(fixture.listener.counters().read().broken_off, 1);
}

#[test]
fn a_socket_that_sends_invalid_or_too_many_messages_is_closed() {
    let fixture = Fixture::with(|settings| {
        (settings.limits.texts_per_minute, settings.limits.texts_burst) = (1, 40);
    });
    fixture.join("Alice");
    let key = || Message::text(r#"{"key":"key-0"}"#);
    for (said, code, words) in [
        (vec![Message::text("{}")], CloseCode::Policy, "the first message must contain the player's key"),
        (
            vec![Message::text(json!({"key": "x".repeat(65)}).to_string())],
            CloseCode::Policy,
            "the first message",
        ),
        (vec![key(), Message::binary(vec![1])], CloseCode::Unsupported, "expected text messages only"),
        (vec![Message::text("x"); 16], CloseCode::Policy, "too many malformed messages"),
        (
            [&[key()][..], &vec![Message::text("{}"); 40]].concat(),
            CloseCode::Policy,
            "too many texts at once",
        ),
    ] {
        let mut socket = open(&fixture);
        for message in &said {
            // The server may have closed it already.
            let _ = socket.send(message.clone());
        }
        let (is_code, is_words) = read_close(&mut socket);
        assert!(is_code == code && is_words.starts_with(words), "{said:?}: {is_code} {is_words}");
    }
    assert_eq!(fixture.listener.counters().read().broken_off, 5);
    assert!(fixture.is_well());
}

#[test]
fn a_text_that_is_too_long_ends_the_conversation() {
    let fixture = Fixture::new();
    fixture.join("Alice");
    let mut socket = open(&fixture);
    say(&mut socket, &json!({"key": "key-0"}));
    let _ = socket.send(Message::text("x".repeat(64 * 1024 + 1)));
    let deadline = Instant::now() + PATIENCE;
    let end = loop {
        assert!(Instant::now() < deadline, "it goes on");
        // Reading answers the pings in between.
        if let Err(error) = socket.read() {
            break error;
        }
    };
    let is_open = matches!(&end, Error::Io(error)
        if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(!is_open, "{end}");
    fixture.wait_until(|fixture| fixture.listener.counters().read().broken_off == 1);
    assert!(fixture.is_well());
}

#[test]
fn a_silent_socket_is_pinged_and_closed_without_an_answer() {
    let fixture = Fixture::with(|settings| settings.limits.ping_interval = Duration::from_secs(1));
    fixture.join("Alice");
    fixture.join("Bob");
    std::thread::scope(|scope| {
        scope.spawn(|| be_silent(&fixture, r#"{"key":"key-1"}"#));
        let mut socket = open(&fixture);
        say(&mut socket, &json!({"key": "key-0"}));
        // Reading answers the pings, so the conversation outlasts the silence timeout.
        for _ in 0..5 {
            assert!(matches!(socket.read().unwrap(), Message::Ping(_)));
            socket.flush().unwrap();
        }
    });
}

/// Sends this text and then answers nothing until the end: three pings, and a close message. By hand, since a library
/// swallows data right after the head, and in one write, lest it be pinged before it has sent anything.
fn be_silent(fixture: &Fixture, text: &str) {
    let mut said = format!(
        "GET /api/voice/main/signal HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        fixture.address()
    )
    .into_bytes();
    // A text, its length and its mask (RFC 6455, section 5.2).
    said.extend([0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0]);
    said.extend(text.as_bytes());
    let mut stream = connect(fixture.address()).unwrap();
    stream.write_all(&said).unwrap();
    let came = answer(&mut stream).unwrap();
    let questions = came.body.windows(2).filter(|bytes| *bytes == EMPTY_PING).count();
    assert_eq!((came.status, questions), (101, 3), "{came:?}");
    assert!(came.text().contains("silent for too long"), "{came:?}");
}

/// RFC 6455, section 5.5.2.
const EMPTY_PING: [u8; 2] = [0x89, 0];

#[test]
fn a_listener_that_ends_says_so() {
    let fixture = Fixture::new();
    fixture.join("Alice");
    let mut socket = open(&fixture);
    say(&mut socket, &json!({"key": "key-0"}));
    say(&mut socket, &json!({"sdp": "v=0"}));
    hear(&mut socket);
    drop(fixture);
    assert_eq!(read_close(&mut socket), (CloseCode::Away, "the server is closing".to_owned()));
}

#[test]
fn conversations_count_as_connections() {
    let fixture = Fixture::with(|settings| settings.limits.connections_per_address = 2);
    let _one = open(&fixture);
    let _other = open(&fixture);
    let url = format!("ws://{}/api/voice/main/signal", fixture.address());
    assert!(client(url, connect(fixture.address()).unwrap()).is_err());
}

#[test]
fn a_page_whose_texts_come_in_endless_pieces_is_sent_away() {
    let fixture = Fixture::new();
    fixture.join("Alice");
    let mut socket = open(&fixture);
    say(&mut socket, &json!({"key": "key-0"}));
    let pieces = [&[0x01, 0x80, 0, 0, 0, 0][..], &[0, 0x80, 0, 0, 0, 0].repeat(200)].concat();
    socket.get_mut().write_all(&pieces).unwrap();
    let is_waiting = |error: &Error| match error {
        Error::Io(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        _ => false,
    };
    let ended = socket.read().unwrap_err();
    assert!(!is_waiting(&ended), "it goes on reading");
    assert_eq!(fixture.listener.counters().read().broken_off, 1);
}
