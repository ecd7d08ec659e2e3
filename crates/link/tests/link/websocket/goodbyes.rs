//! A disconnected client is told why, in a way that a page can show.

use std::net::TcpStream;

use consonance_link::voice_websocket::{ServerEnd, close_code, default_settings};
use consonance_link::{Delivery, DisconnectReason, ServerNetwork as _};
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::{Message, WebSocket};

use crate::websocket::listener::{Listener, Seen, wait};
use crate::websocket::page;

#[test]
fn a_refused_client_gets_the_reason_instead_of_a_welcome() {
    let mut listener = Listener::new();
    let page = page::spawn(listener.at, "/main", last_words);
    let (peer, _) = listener.newcomer();
    listener.server.disconnect(listener.now, peer, "the session is full");
    assert_eq!(listener.next(), Seen::Disconnected(peer, DisconnectReason::ClosedByUs));
    assert_eq!(page.join().unwrap(), (0, close_code::REFUSED, "the session is full".to_owned()));
}

#[test]
fn a_session_that_is_not_here_is_named() {
    let end = ServerEnd { session: Some("main".to_owned()), ..ServerEnd::default() };
    let mut listener = Listener::with(end, default_settings());
    let lost = page::spawn(listener.at, "/mian", last_words);
    listener.idle_until(|| lost.is_finished().then_some(()));
    let words = "(other-session-unknown) main".to_owned();
    assert_eq!(lost.join().unwrap(), (0, close_code::NO_SUCH_SESSION, words));
    assert_eq!(listener.statistics().connections.failed_handshakes, 1);

    let mut pages = Vec::new();
    for path in ["/main", "/"] {
        let page = page::spawn(listener.at, path, page::welcomed);
        assert_eq!(listener.newcomer().1, "main");
        listener.idle_until(|| page.is_finished().then_some(()));
        pages.push(page.join().unwrap());
    }
}

#[test]
fn a_disconnected_client_gets_the_last_packets_and_as_much_of_the_reason_as_fits() {
    let mut listener = Listener::new();
    let page = page::spawn(listener.at, "/main", last_words);
    let (peer, _) = listener.newcomer();
    listener.server.send(listener.now, &[peer], Delivery::Reliable, b"a last word");
    let reason = "ü".repeat(100);
    listener.server.disconnect(listener.now, peer, &reason);
    assert_eq!(listener.next(), Seen::Disconnected(peer, DisconnectReason::ClosedByUs));
    let words = "ü".repeat(61);
    assert_eq!(page.join().unwrap(), (2, close_code::ENDED, words), "123 bytes and no half character");
}

#[test]
fn a_client_that_breaks_the_protocol_is_told_what_it_did() {
    let too_long = vec![0; consonance_link::voice_websocket::MESSAGE_BYTES_MAX + 1];
    for (message, code, words) in [
        (Message::text("hello"), close_code::PROTOCOL_ERROR, "a frame of text"),
        (Message::binary(vec![]), close_code::PROTOCOL_ERROR, "an empty message"),
        (Message::binary(too_long), close_code::TOO_LONG, "a message that is too long"),
        (reserved_frame(), close_code::PROTOCOL_ERROR, "a frame of an extension"),
        (Message::binary(vec![4, 1]), close_code::ENDED, "a message does not say how its packet travels"),
    ] {
        let mut listener = Listener::new();
        let page = page::spawn(listener.at, "/main", |page| {
            let mut page = page::welcomed(page);
            page.send(message).unwrap();
            last_words(page)
        });
        let (peer, _) = listener.newcomer();
        assert!(matches!(listener.next(), Seen::Disconnected(of, _) if of == peer));
        assert_eq!(listener.statistics().connections.protocol_violations, 1);
        listener.idle_until(|| page.is_finished().then_some(()));
        let (_, said, reason) = page.join().unwrap();
        assert!(said == code && reason.starts_with(words), "{said} {reason}, not {code} {words}");
    }
}

#[test]
fn a_client_that_did_not_read_finds_the_reason_when_it_does() {
    let mut listener = Listener::new();
    let opening = page::spawn(listener.at, "/main", page::welcomed);
    let (peer, _) = listener.newcomer();
    listener.idle_until(|| opening.is_finished().then_some(()));
    let mut page = opening.join().unwrap();
    let mut sent = 0;
    while listener.statistics().connections.too_slow == 0 {
        listener.server.send(listener.now, &[peer], Delivery::Reliable, &[5; 1000]);
        assert_eq!(listener.poll(), None);
        sent += 1;
        assert!(sent < 100_000, "nothing is too much");
    }
    page.get_ref().set_nonblocking(true).unwrap();
    let (mut heard, mut ending, mut is_gone) = (0, None, false);
    wait(|| {
        match page.read() {
            Ok(Message::Binary(_)) => heard += 1,
            Ok(Message::Close(frame)) => ending = frame,
            _ => {}
        }
        // Simulated time stands still, so the goodbye cannot time out.
        if let Some(seen) = listener.poll() {
            assert!(matches!(&seen, Seen::Disconnected(_, DisconnectReason::Overloaded { .. })), "{seen:?}");
            is_gone = true;
        }
        (is_gone && ending.is_some()).then_some(())
    });
    let ending = ending.unwrap();
    assert_eq!(u16::from(ending.code), close_code::TOO_SLOW);
    assert_eq!(heard, sent - 1, "all but the packet that would not fit");
    assert_eq!(listener.statistics().connections.too_slow, 1);
}

/// The number of messages before the goodbye, and its code and reason.
fn last_words(mut page: WebSocket<TcpStream>) -> (usize, u16, String) {
    for messages in 0.. {
        match page.read().unwrap() {
            Message::Close(Some(frame)) => {
                while page.read().is_ok() {}
                return (messages, frame.code.into(), frame.reason.to_string());
            }
            Message::Binary(_) => {}
            other => panic!("{other:?}"),
        }
    }
    unreachable!("the messages end")
}

/// A frame with a reserved bit set, as an extension would.
fn reserved_frame() -> Message {
    let mut frame = Frame::message(vec![0, 1], OpCode::Data(Data::Binary), true);
    frame.header_mut().rsv1 = true;
    Message::Frame(frame)
}
