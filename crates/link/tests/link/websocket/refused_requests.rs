//! A connection that does not speak this protocol gets one readable response and is never reported.

use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::thread;

use consonance_link::ServerNetwork as _;
use consonance_link::gateway::streams::StreamSettings;
use consonance_link::gateway::websocket::PageOrigins;
use consonance_link::voice_websocket::{ServerEnd, default_settings};

use crate::websocket::listener::{Listener, wait};
use crate::websocket::page;

const UPGRADE: &str = "Host: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n";

#[test]
fn what_is_no_client_of_this_protocol_is_answered_in_http() {
    let mut listener = Listener::new();
    let with_protocol =
        |line: &str| format!("{line}\r\n{UPGRADE}Sec-WebSocket-Protocol: consonance.v1\r\n\r\n");
    let table = [
        ("GET / HTTP/1.1\r\nHost: here\r\n\r\n".to_owned(), "400 Bad Request"),
        ("\x16\x03\x01 a greeting of TLS\r\n\r\n".to_owned(), "400 Bad Request"),
        (format!("GET / HTTP/1.1\r\n{UPGRADE}\r\n"), "400 Bad Request"),
        (with_protocol("POST / HTTP/1.1"), "400 Bad Request"),
        (with_protocol("GET /a/b HTTP/1.1"), "404 Not Found"),
        (with_protocol("GET /%ff HTTP/1.1"), "404 Not Found"),
        (format!("GET /{} HTTP/1.1\r\n", "x".repeat(5000)), "400 Bad Request"),
        (with_protocol("GET / HTTP/1.1\r\nHost: here"), "400 Bad Request"),
        (with_protocol("GET / HTTP/1.1\r\nOrigin: https://evil.example"), "403 Forbidden"),
    ];
    for (request, status) in &table {
        let asking = ask(listener.at, request.clone());
        listener.idle_until(|| asking.is_finished().then_some(()));
        let response = asking.join().unwrap();
        assert!(response.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request:?}: {response:?}");
    }
    assert_eq!(listener.statistics().connections.failed_handshakes, table.len() as u64);
}

#[test]
fn pages_of_other_origins_are_kept_out_where_some_are_listed() {
    let origins = PageOrigins::new(vec!["https://game.example".to_owned()], Vec::new());
    pages_may_connect(
        ServerEnd { origins, ..ServerEnd::default() },
        &[
            ("https://game.example", true),
            ("https://evil.example", false),
            ("https://game.example.evil", false),
        ],
    );
}

#[test]
fn only_pages_of_its_own_host_may_connect_unless_others_are_listed() {
    let own = [("http://127.0.0.1", true), ("http://127.0.0.1:7780", true)];
    let foreign = [("https://game.example", false), ("http://localhost", false), ("null", false)];
    pages_may_connect(ServerEnd::default(), &[&own[..], &foreign].concat());
}

/// Connects as a page of each of these origins, and compares which are admitted.
fn pages_may_connect(end: ServerEnd, pages: &[(&'static str, bool)]) {
    let mut listener = Listener::with(end, default_settings());
    let at = listener.at;
    for &(origin, is_allowed) in pages {
        let opening = thread::spawn(move || page::open(at, "/main", origin).map(drop));
        wait(|| {
            listener.poll();
            opening.is_finished().then_some(())
        });
        match opening.join().unwrap() {
            Ok(()) => assert!(is_allowed, "{origin}"),
            Err(tungstenite::Error::Http(response)) => {
                assert!(!is_allowed && response.status() == 403, "{origin}: {response:?}");
            }
            Err(error) => panic!("{origin}: {error}"),
        }
    }
}

#[test]
fn pending_handshakes_are_few_and_time_out() {
    let settings = StreamSettings { handshakes_max: 2, ..default_settings() };
    let mut listener = Listener::with(ServerEnd::default(), settings.clone());
    let request = |listener: &Listener| {
        let mut other = page::connect(listener.at).unwrap();
        other.write_all(b"GET / HT").unwrap();
        other
    };
    let _pending = [request(&listener), request(&listener)];
    let mut third = request(&listener);
    listener.idle_until_counted(|listener| listener.statistics().connections.rejected_handshaking == 1);
    let is_open = |error: &Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    let read = third.read(&mut [0; 1]);
    assert!(
        matches!(&read, Ok(0)) || read.as_ref().is_err_and(|error| !is_open(error)),
        "it is disconnected: {read:?}"
    );

    listener.now += settings.handshake_timeout;
    listener.idle_until_counted(|listener| listener.statistics().connections.failed_handshakes == 2);
    assert!(listener.server.wants_poll_at().is_none_or(|at| at > listener.now));
    let page = page::spawn(listener.at, "/main", page::welcomed);
    listener.newcomer();
    listener.idle_until(|| page.is_finished().then_some(()));
    page.join().unwrap();
}

/// Sends this and nothing more, and returns the response.
fn ask(at: SocketAddr, request: String) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut other = page::connect(at).unwrap();
        other.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        other.read_to_string(&mut response).unwrap();
        let _ = other.shutdown(Shutdown::Both);
        response
    })
}
