//! Slow, large or numerous clients do not affect the others.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::http::by_hand::PATIENCE;

use crate::ask::{TOKEN, answer, ask, bearer, connect, settings};
use crate::fixture::Fixture;

#[test]
fn a_client_that_never_ends_its_head_is_disconnected_and_its_seat_is_free_again() {
    let mut settings = settings();
    settings.limits.connections_max = 2;
    settings.limits.head_timeout = Duration::from_secs(1);
    let fixture = Fixture::new(settings);
    let mut slow: Vec<_> = (0..2).map(|_| connect(&fixture.listener)).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127").unwrap();
    }
    // Both connection slots are taken: this request waits for a free one.
    assert_eq!(ask(&fixture.listener, "GET /healthz", &[]).status, 200);
    for stream in &mut slow {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{rest:?}");
    }
}

/// Elsewhere there is only one loopback address.
#[cfg(target_os = "linux")]
#[test]
fn one_address_cannot_have_all_connections() {
    let mut settings = settings();
    (settings.limits.connections_max, settings.limits.connections_per_address) = (4, 2);
    settings.limits.head_timeout = Duration::from_hours(1);
    let fixture = Fixture::new(settings);
    // Two, and what is reserved for this machine.
    let held: Vec<_> = (0..2 + 4).map(|_| connect(&fixture.listener)).collect();
    // Further ones are closed at once; a reset is also an end.
    let refused = connect(&fixture.listener).read(&mut [0; 1]).unwrap_or(0);
    assert_eq!(refused, 0);
    let mut elsewhere = connect_from([127, 0, 0, 2], fixture.listener.local_addr());
    elsewhere.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").unwrap();
    assert_eq!(answer(elsewhere).status, 200);
    drop(held);
}

/// Otherwise strangers that hold all connections would make an orchestrator end the server.
#[test]
fn this_machine_s_own_probe_is_answered_while_all_connections_are_taken() {
    let mut settings = settings();
    settings.limits.connections_max = 2;
    settings.limits.head_timeout = Duration::from_hours(1);
    let fixture = Fixture::new(settings);
    let held: Vec<_> = (0..2).map(|_| connect(&fixture.listener)).collect();
    assert_eq!(ask(&fixture.listener, "GET /healthz", &[]).status, 200);
    drop(held);
}

/// They have the address of this machine.
#[test]
fn this_machine_s_own_probe_is_answered_while_clients_of_a_proxy_here_have_all_connections_of_one_address() {
    let mut settings = settings();
    settings.limits.connections_per_address = 2;
    settings.limits.head_timeout = Duration::from_hours(1);
    let fixture = Fixture::new(settings);
    let held: Vec<_> = (0..2).map(|_| connect(&fixture.listener)).collect();
    for _ in 0..8 {
        assert_eq!(ask(&fixture.listener, "GET /healthz", &[]).status, 200);
    }
    drop(held);
}

#[test]
fn a_silent_client_is_disconnected() {
    let mut settings = settings();
    settings.limits.head_timeout = Duration::from_millis(50);
    let fixture = Fixture::new(settings);
    assert_eq!(connect(&fixture.listener).read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn a_head_that_does_not_end_is_refused() {
    let fixture = Fixture::new(settings());
    let mut stream = connect(&fixture.listener);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nX: ").unwrap();
    // The server may close the connection before it has read everything.
    let _ = stream.write_all(&[b'a'; 8 * 1024]);
    assert_eq!(answer(stream).status, 431);
    assert_eq!(ask(&fixture.listener, "GET /healthz", &[]).status, 200);
}

#[test]
fn a_connection_ends_when_its_life_is_over_however_busy() {
    let lifetime = Duration::from_millis(300);
    let mut settings = settings();
    (settings.limits.connection_lifetime, settings.limits.head_timeout) = (lifetime, Duration::from_hours(1));
    let fixture = Fixture::new(settings);
    let begin = Instant::now();
    let mut stream = connect(&fixture.listener);
    let mut goes_on = || {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")?;
        stream.read(&mut [0; 4096])
    };
    let end = loop {
        assert!(begin.elapsed() < PATIENCE, "it is never shown out");
        match goes_on() {
            Ok(1..) => {}
            end => break end.map_err(|error| error.kind()),
        }
    };
    let is_waiting = matches!(end, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(!is_waiting && begin.elapsed() >= lifetime, "{end:?} after {:?}", begin.elapsed());
}

#[test]
fn too_many_wrong_tokens_are_sent_away_and_the_right_one_is_not() {
    let mut settings = settings();
    (settings.limits.wrong_tokens_max, settings.limits.wrong_token_delay) = (1, Duration::from_hours(1));
    settings.limits.request_timeout = Duration::from_hours(1);
    let fixture = Fixture::new(settings);
    let wrong = format!("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n{}\r\n\r\n", bearer("wrong"));
    let mut guesses: Vec<_> = (0..2).map(|_| connect(&fixture.listener)).collect();
    for guess in &mut guesses {
        guess.set_nonblocking(true).unwrap();
        guess.write_all(wrong.as_bytes()).unwrap();
    }
    // The first guess to arrive waits; the other one is rejected.
    let sent_away = (0..).find_map(|round| {
        thread::sleep(Duration::from_millis(1));
        assert!(round < 30_000, "both wait");
        let mut text = [0; 12];
        let read = guesses.iter_mut().find_map(|guess| guess.read(&mut text).ok());
        read.map(|length| text[..length].to_vec())
    });
    assert_eq!(sent_away.unwrap(), b"HTTP/1.1 429");
    assert_eq!(ask(&fixture.listener, "GET /metrics", &[&bearer(TOKEN)]).status, 200);
}

#[test]
fn dropping_it_ends_every_conversation() {
    let fixture = Fixture::new(settings());
    let mut stream = connect(&fixture.listener);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
    let mut first = [0; 15];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    drop(fixture);
    assert_eq!(answer_rest(stream), 0);
}

/// The number of further responses until the connection ends.
fn answer_rest(mut stream: TcpStream) -> usize {
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    rest.matches("HTTP/1.1").count()
}

/// A connection from this address of this machine.
#[cfg(target_os = "linux")]
fn connect_from(source: [u8; 4], to: std::net::SocketAddr) -> TcpStream {
    use socket2::{Domain, Socket, Type};

    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::from((source, 0)).into()).unwrap();
    socket.connect(&to.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}
