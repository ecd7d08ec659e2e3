//! Connections over real sockets: order, limits and ends.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::gateway::tcp::{TcpConnections, TcpEnd, TcpEvent, TcpId, TcpSettings};

#[test]
fn bytes_go_both_ways_in_order() {
    let (mut fixture, stream, id) = Fixture::with_connection(TcpSettings::default());
    fixture.server.send(Instant::now(), id, &[b"one ", b"", b"two"]);
    fixture.server.flush(Instant::now());
    assert_eq!(read_exactly(&stream, 7), b"one two");
    (&stream).write_all(b"three").unwrap();
    fixture.drive_until(|fixture| fixture.server.received(id).len() == 5);
    assert_eq!(fixture.server.received(id), b"three");
    fixture.server.consume(id, 2);
    assert_eq!(fixture.server.received(id), b"ree");
}

#[test]
fn what_waits_leaves_with_the_next_poll_too() {
    let (mut fixture, stream, id) = Fixture::with_connection(TcpSettings::default());
    fixture.server.send(Instant::now(), id, &[b"hello"]);
    assert_eq!(fixture.server.waiting_bytes(id), 5);
    while fixture.server.poll(Instant::now()).is_some() {}
    assert_eq!(read_exactly(&stream, 5), b"hello");
}

#[test]
fn the_last_words_arrive_before_the_goodbye() {
    let (mut fixture, stream, id) = Fixture::with_connection(TcpSettings::default());
    (&stream).write_all(b"this is not read").unwrap();
    fixture.server.send(Instant::now(), id, &[&vec![7; 900_000]]);
    fixture.server.finish(Instant::now(), id);
    let reader = thread::spawn(move || read_all(&stream));
    fixture.drive_until(|fixture| matches!(fixture.end_of(id), Some(TcpEnd::Finished)));
    fixture.drive_until(|fixture| fixture.server.is_empty());
    let (bytes, is_orderly) = reader.join().unwrap();
    assert_eq!((bytes.len(), is_orderly), (900_000, true));
    assert!(!fixture.has_received(id), "nothing is heard of a connection that we have finished");
}

#[test]
fn a_goodbye_that_is_not_taken_is_given_up_in_time() {
    let settings = TcpSettings { outgoing_bytes_max: 64 << 20, ..TcpSettings::default() };
    let (mut fixture, _stream, id) = Fixture::with_connection(settings);
    fixture.server.send(Instant::now(), id, &[&vec![7; 60 << 20]]);
    fixture.server.finish(Instant::now(), id);
    assert!(fixture.server.poll(Instant::now()).is_none(), "it is on its way");
    let later = fixture.server.poll_timeout().expect("it will be given up");
    assert!(matches!(fixture.server.poll(later), Some(TcpEvent::Closed { end: TcpEnd::Finished, .. })));
    assert!(fixture.server.is_empty());
}

#[test]
fn what_a_peer_sent_before_it_left_is_read_to_the_end() {
    let (mut fixture, stream, id) = Fixture::with_connection(TcpSettings::default());
    (&stream).write_all(b"goodbye").unwrap();
    drop(stream);
    let mut heard = Vec::new();
    loop {
        match fixture.next_event() {
            TcpEvent::Received { id } => heard.extend_from_slice(fixture.server.received(id)),
            TcpEvent::Closed { id: closed, end } => {
                assert!(closed == id && matches!(end, TcpEnd::ByPeer), "{end:?}");
                break;
            }
            TcpEvent::Opened { .. } => panic!("no other connection is made"),
        }
    }
    assert_eq!(heard, b"goodbye");
    assert!(fixture.server.is_empty());
}

#[test]
fn a_peer_that_does_not_read_ends_as_too_slow_and_its_queue_is_bounded() {
    let settings = TcpSettings { outgoing_bytes_max: 10_000, ..TcpSettings::default() };
    let (mut fixture, _stream, id) = Fixture::with_connection(settings);
    let deadline = Instant::now() + PATIENCE;
    while fixture.end_of(id).is_none() {
        assert!(Instant::now() < deadline, "it is waited for");
        fixture.server.send(Instant::now(), id, &[&[1; 1000]]);
        assert!(fixture.server.waiting_bytes(id) <= 10_000);
        fixture.drive_once();
    }
    assert!(matches!(fixture.end_of(id), Some(TcpEnd::TooSlow)));
}

#[test]
fn reading_pauses_without_a_consumer_and_resumes_later() {
    const SENT: usize = 16 << 20;
    let settings = TcpSettings { incoming_bytes_max: 5000, ..TcpSettings::default() };
    let (mut fixture, stream, id) = Fixture::with_connection(settings);
    let writer = thread::spawn(move || (&stream).write_all(&vec![3; SENT]).map(|()| stream));
    fixture.drive_until(|fixture| fixture.server.received(id).len() == 5000);
    for _ in 0..100 {
        fixture.drive_once();
        assert_eq!(fixture.server.received(id).len(), 5000);
    }
    let (mut total, deadline) = (0, Instant::now() + PATIENCE);
    while total < SENT {
        assert!(Instant::now() < deadline, "{total} bytes came");
        let count = fixture.server.received(id).len();
        fixture.server.consume(id, count);
        total += count;
        fixture.drive_once();
    }
    assert_eq!(total, SENT);
    drop(writer.join().unwrap());
}

#[test]
fn a_connection_that_moves_to_another_thread_loses_nothing_either_way() {
    let (mut fixture, stream, id) = Fixture::with_connection(TcpSettings::default());
    (&stream).write_all(b"before, ").unwrap();
    fixture.drive_until(|fixture| fixture.server.received(id) == b"before, ");
    fixture.server.send(Instant::now(), id, &[b"said before, "]);
    let moved = fixture.server.give_away(id).unwrap();
    assert!(fixture.server.is_empty() && fixture.server.give_away(id).is_none());
    let other = thread::spawn(move || {
        let mut other = TcpConnections::new(TcpSettings::default()).unwrap();
        let id = other.take_over(Instant::now(), moved).unwrap();
        let event = other.poll(Instant::now());
        assert!(matches!(event, Some(TcpEvent::Received { id: of }) if of == id), "{event:?}");
        assert_eq!(other.received(id), b"before, ");
        (&stream).write_all(b"after").unwrap();
        let deadline = Instant::now() + PATIENCE;
        while other.received(id) != b"before, after" {
            assert!(Instant::now() < deadline, "it is not heard any more");
            other.poll(Instant::now());
            thread::yield_now();
        }
        other.send(Instant::now(), id, &[b"said after"]);
        other.finish(Instant::now(), id);
        read_all(&stream).0
    });
    assert_eq!(other.join().unwrap(), b"said before, said after");
    fixture.drive_once();
    assert!(fixture.end_of(id).is_none(), "the former owner gets no event of it");
}

#[test]
fn an_aborted_connection_is_not_heard_of_again() {
    let (mut fixture, stream, id) = Fixture::with_connection(TcpSettings::default());
    (&stream).write_all(b"words").unwrap();
    fixture.server.abort(id);
    let (bytes, _) = read_all(&stream);
    assert!(bytes.is_empty());
    fixture.drive_once();
    assert!(fixture.end_of(id).is_none() && !fixture.has_received(id) && fixture.server.is_empty());
}

#[test]
fn connections_beyond_the_limit_are_rejected_at_once() {
    let settings = TcpSettings { connections_max: 1, ..TcpSettings::default() };
    let (mut fixture, _stream, _) = Fixture::with_connection(settings);
    let late = TcpStream::connect(fixture.address).unwrap();
    fixture.drive_until(|fixture| fixture.server.rejected() == 1);
    assert!(read_all(&late).0.is_empty());
    assert_eq!(fixture.server.len(), 1);
}

#[test]
fn connections_are_made_as_well_as_taken() {
    let mut fixture = Fixture::new(TcpSettings::default());
    let mut client = TcpConnections::new(TcpSettings::default()).unwrap();
    let local = fixture.address.ip();
    let called = client.connect(Instant::now(), fixture.address, Some(local));
    client.send(Instant::now(), called, &[b"sent before it was there"]);
    fixture.drive_until(|fixture| {
        while client.poll(Instant::now()).is_some() {}
        fixture.opened.first().is_some_and(|id| fixture.server.received(*id) == b"sent before it was there")
    });
    assert_eq!(client.local_addr_of(called).map(|address| address.ip()), Some(local));
    client.finish(Instant::now(), called);
    let id = fixture.opened[0];
    fixture.drive_until(|fixture| matches!(fixture.end_of(id), Some(TcpEnd::ByPeer)));
}

#[test]
fn a_connection_without_a_listener_is_reported_as_failed() {
    let mut client = TcpConnections::new(TcpSettings::default()).unwrap();
    let called = client.connect(Instant::now(), UNUSED_PORT.into(), None);
    let deadline = Instant::now() + PATIENCE;
    let event = loop {
        if let Some(event) = client.poll(Instant::now()) {
            break event;
        }
        assert!(Instant::now() < deadline, "the refusal is not told");
    };
    assert!(matches!(event, TcpEvent::Closed { id, end: TcpEnd::Failed(_) } if id == called), "{event:?}");
    assert!(client.is_empty());
}

#[test]
fn after_listening_stops_no_connection_is_accepted() {
    let (mut fixture, stream, id) = Fixture::at(OWN_ADDRESS, TcpSettings::default()).connected();
    fixture.server.stop_listening();
    assert!(TcpStream::connect(fixture.address).is_err());
    (&stream).write_all(b"still here").unwrap();
    fixture.drive_until(|fixture| fixture.server.received(id) == b"still here");
}

#[test]
fn two_hundred_connections_are_told_apart() {
    let mut fixture = Fixture::new(TcpSettings::default());
    let mut streams = Vec::new();
    for number in 0..200_u8 {
        let stream = TcpStream::connect(fixture.address).unwrap();
        (&stream).write_all(&[number; 3]).unwrap();
        streams.push(stream);
    }
    fixture.drive_until(|fixture| {
        fixture.opened.len() == 200 && fixture.opened.iter().all(|id| fixture.server.received(*id).len() == 3)
    });
    let mut numbers: Vec<u8> = fixture.opened.iter().map(|id| fixture.server.received(*id)[0]).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..200));
}

#[test]
#[cfg(target_os = "linux")]
fn the_descriptor_is_readable_when_there_is_something_to_do() {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let is_readable = |server: &TcpConnections, patience: Duration| {
        let descriptor = server.descriptor();
        let mut polled = [PollFd::new(&descriptor, PollFlags::IN)];
        poll(&mut polled, Some(&Timespec::try_from(patience).unwrap())).unwrap() == 1
    };
    let (mut fixture, stream, _) = Fixture::with_connection(TcpSettings::default());
    let beside = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    fixture.server.watch(&beside).unwrap();
    while fixture.server.poll(Instant::now()).is_some() {}
    assert!(!is_readable(&fixture.server, Duration::ZERO), "everything was taken");
    (&stream).write_all(b"!").unwrap();
    assert!(is_readable(&fixture.server, PATIENCE));
    while fixture.server.poll(Instant::now()).is_some() {}
    assert!(!is_readable(&fixture.server, Duration::ZERO), "it was read, though not consumed");
    beside.send_to(b"!", beside.local_addr().unwrap()).unwrap();
    assert!(is_readable(&fixture.server, PATIENCE), "a datagram is there");
}

/// The time limit of every wait.
const PATIENCE: Duration = Duration::from_mins(2);

/// A port without a listener: a system never picks it as a free port.
const UNUSED_PORT: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 5);

/// A loopback address without other listeners, where there are several, so that a free port stays free.
const OWN_ADDRESS: Ipv4Addr =
    if cfg!(target_os = "linux") { Ipv4Addr::new(127, 77, 0, 3) } else { Ipv4Addr::LOCALHOST };

struct Fixture {
    server: TcpConnections,
    address: SocketAddr,
    opened: Vec<TcpId>,
    received: Vec<TcpId>,
    ends: Vec<(TcpId, TcpEnd)>,
}

impl Fixture {
    fn new(settings: TcpSettings) -> Self {
        Self::at(Ipv4Addr::LOCALHOST, settings)
    }

    fn at(address: Ipv4Addr, settings: TcpSettings) -> Self {
        let server = TcpConnections::listen((address, 0).into(), settings).expect("a port is free");
        let address = server.local_addr().expect("it listens");
        Self { server, address, opened: Vec::new(), received: Vec::new(), ends: Vec::new() }
    }

    fn with_connection(settings: TcpSettings) -> (Self, TcpStream, TcpId) {
        Self::new(settings).connected()
    }

    fn connected(mut self) -> (Self, TcpStream, TcpId) {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is not zero");
        self.drive_until(|fixture| !fixture.opened.is_empty());
        let id = self.opened[0];
        (self, stream, id)
    }

    fn end_of(&self, id: TcpId) -> Option<&TcpEnd> {
        self.ends.iter().find(|(of, _)| *of == id).map(|(_, end)| end)
    }

    fn has_received(&self, id: TcpId) -> bool {
        self.received.contains(&id)
    }

    fn drive_once(&mut self) {
        while let Some(event) = self.server.poll(Instant::now()) {
            match event {
                TcpEvent::Opened { id, .. } => self.opened.push(id),
                TcpEvent::Received { id } => self.received.push(id),
                TcpEvent::Closed { id, end } => self.ends.push((id, end)),
            }
        }
    }

    fn drive_until(&mut self, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.drive_once();
            if is_so(self) {
                return;
            }
            assert!(Instant::now() < deadline, "this does not happen");
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn next_event(&mut self) -> TcpEvent {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(event) = self.server.poll(Instant::now()) {
                return event;
            }
            assert!(Instant::now() < deadline, "nothing happens");
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn read_exactly(mut stream: &TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).expect("so many come");
    bytes
}

/// All received bytes, and whether the stream ended cleanly.
fn read_all(mut stream: &TcpStream) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let is_orderly = stream.read_to_end(&mut bytes).is_ok();
    (bytes, is_orderly)
}
