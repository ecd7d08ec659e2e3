//! Slow, large or numerous visitors do not affect the others.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use consonance_link::http::by_hand::{answer, connect};

use crate::listener::fixture::{Fixture, detail};

#[test]
fn a_body_that_is_too_large_is_refused() {
    let fixture = Fixture::new();
    let large = format!(r#"{{"name":"a","sdp":"v=0{}"}}"#, "x".repeat(64 * 1024));
    assert_eq!(fixture.post("/api/voice/main", &[], &large).status, 413);
    // A body of unknown length, too.
    let mut stream = connect(fixture.address()).unwrap();
    let head = "POST /api/voice/main HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    for _ in 0..4 {
        let _ = stream.write_all(chunk.as_bytes());
    }
    assert_eq!(answer(&mut stream).unwrap().status, 413);
    assert!(fixture.is_well());
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let fixture = Fixture::with(|settings| settings.limits.request_timeout = Duration::from_millis(50));
    let mut stream = connect(fixture.address()).unwrap();
    let head = "POST /api/voice/main HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\nConnection: close\r\n\r\n{";
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(answer(&mut stream).unwrap().status, 408);
}

#[test]
fn a_head_that_does_not_end_is_not_waited_for() {
    let fixture = Fixture::with(|settings| settings.limits.head_timeout = Duration::from_millis(50));
    let mut stream = connect(fixture.address()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: 127").unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(!rest.starts_with(b"HTTP/1.1 200"), "{rest:?}");
    fixture.wait_until(|fixture| fixture.listener.counters().read().timed_out >= 1);
}

#[test]
fn a_head_that_is_too_long_or_makes_no_sense_is_refused_and_counted() {
    let fixture = Fixture::new();
    let long = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(8 * 1024));
    for (head, status) in [(&*long, 431), ("\0\r\n\r\n", 400)] {
        let mut stream = connect(fixture.address()).unwrap();
        let _ = stream.write_all(head.as_bytes());
        assert_eq!(answer(&mut stream).unwrap().status, status);
    }
    fixture.wait_until(|fixture| fixture.listener.counters().read().unreadable >= 2);
    assert!(fixture.is_well());
}

#[test]
fn a_visitor_that_asks_too_often_is_told_how_long_to_wait() {
    let fixture = Fixture::with(|settings| {
        (settings.limits.joins_per_minute, settings.limits.joins_burst) = (1, 2);
    });
    assert_eq!(["a", "b"].map(|name| fixture.join(name).status), [201; 2]);
    let refused = fixture.join("c");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!(refused.status == 429 && (1..=60).contains(&wait), "{refused:?}");
    assert!(detail(&refused).contains("wait"));
    assert!(fixture.is_well(), "the page itself may be asked for");
}

#[test]
fn visitors_behind_a_proxy_have_a_rate_each() {
    let fixture = Fixture::with(|settings| {
        (settings.limits.joins_per_minute, settings.limits.joins_burst) = (1, 1);
        settings.proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    let mut status = |address: &str| {
        let line = format!("X-Forwarded-For: {address}");
        fixture.post("/api/voice/main", &[&line], r#"{"name":"a","sdp":"v=0"}"#).status
    };
    assert_eq!(["203.0.113.1", "203.0.113.2", "203.0.113.1"].map(&mut status), [201, 201, 429]);
}

#[test]
fn one_address_has_so_many_connections_and_the_next_is_closed() {
    let fixture = Fixture::with(|settings| settings.limits.connections_per_address = 2);
    let mut first: Vec<_> = (0..2).map(|_| held(&fixture)).collect();
    let mut third = connect(fixture.address()).unwrap();
    // The connection is closed silently, or reset if the request arrives before the close.
    let _ = third.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(matches!(third.read(&mut [0; 1]), Ok(0) | Err(_)));
    drop(first.pop());
    // As soon as one is closed, a place is free again.
    fixture.wait_until(|fixture| has_answered(&mut connect(fixture.address()).unwrap()));
    let counted = fixture.listener.counters().read();
    assert!(counted.rejected >= 1 && counted.accepted >= 3 && counted.answers[1] >= 3, "{counted:?}");
}

#[test]
fn thousands_of_idle_connections_leave_room_for_a_player() {
    let fixture = Fixture::with(|settings| {
        settings.limits.head_timeout = Duration::from_millis(100);
        (settings.limits.connections_max, settings.limits.connections_per_address) = (8, 4096);
    });
    // Each is admitted for that long at most; the rest wait in the system's queue. This is as many for each place as
    // thousands would be at a real listener: a single process cannot open so many sockets.
    let silent: Vec<TcpStream> = (0..100).map(|_| connect(fixture.address()).unwrap()).collect();
    assert_eq!(fixture.join("Alice").status, 201);
    drop(silent);
}

/// A connection that has been answered and stays open.
fn held(fixture: &Fixture) -> TcpStream {
    let mut stream = connect(fixture.address()).unwrap();
    assert!(has_answered(&mut stream));
    stream
}

fn has_answered(stream: &mut TcpStream) -> bool {
    let _ = stream.write_all(b"GET /api/info HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut first = [0; 15];
    stream.read_exact(&mut first).is_ok() && &first == b"HTTP/1.1 200 OK"
}
