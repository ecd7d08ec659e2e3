//! A stream server over real sockets: the limits of pending handshakes.

#![cfg(any(target_os = "linux", target_os = "windows"))] // Elsewhere, 127.0.0.1 may be the only loopback address.

use std::net::{IpAddr, Ipv4Addr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::ServerNetwork as _;
use consonance_link::gateway::streams::{
    Found, MessageStream, StreamProtocol, StreamServer, StreamSettings, StreamViolation,
};
use consonance_link::gateway::tcp::{TcpConnections, TcpEvent, TcpId, TcpSettings};

/// The time limit of every wait.
const PATIENCE: Duration = Duration::from_mins(2);

#[test]
fn handshakes_of_one_address_make_room_for_those_of_others() {
    let mut fixture = Fixture::new(StreamSettings { handshakes_max: 4, ..StreamSettings::default() });
    let crowd: Vec<TcpId> = (0..5).map(|_| fixture.come_from(1)).collect();
    fixture.drive_until(|fixture| fixture.rejected.len() == 1);
    fixture.come_from(2);
    fixture.drive_until(|fixture| fixture.rejected.len() == 2);
    fixture.come_from(3);
    fixture.drive_until(|fixture| fixture.rejected.len() == 3);
    assert!(
        fixture.rejected.iter().all(|id| crowd.contains(id)),
        "no connection of another address had to go"
    );
    assert_eq!(fixture.server.statistics().connections.rejected_handshaking, 3);

    fixture.now += StreamSettings::default().handshake_timeout;
    fixture.drive_until(|fixture| fixture.rejected.len() == 3 + 4);
    assert_eq!(fixture.server.statistics().connections.failed_handshakes, 4, "no connection said anything");
    for _ in 0..5 {
        fixture.come_from(1);
    }
    fixture.drive_until(|fixture| fixture.rejected.len() == 3 + 4 + 1);
    assert_eq!(fixture.server.statistics().connections.rejected_handshaking, 4, "as at the beginning");
}

#[test]
fn pending_handshakes_of_many_addresses_keep_others_out_for_a_second_only() {
    let mut fixture = Fixture::new(StreamSettings { handshakes_max: 2, ..StreamSettings::default() });
    let crowd: Vec<TcpId> = (1..=3).map(|last| fixture.come_from(last)).collect();
    fixture.drive_until(|fixture| fixture.rejected.len() == 1);
    assert_eq!(fixture.rejected, crowd[2..], "the last ones");
    fixture.now += Duration::from_secs(1);
    fixture.come_from(4);
    fixture.drive_until(|fixture| fixture.rejected.len() == 2);
    assert_eq!(fixture.rejected[1..], crowd[..1], "the first one");
}

/// A server with silent connections.
struct Fixture {
    server: StreamServer<Silence>,
    pending: TcpConnections,
    now: Instant,
    /// The connections that the server has cut off.
    rejected: Vec<TcpId>,
}

impl Fixture {
    fn new(settings: StreamSettings) -> Self {
        Self {
            server: StreamServer::bind((Ipv4Addr::LOCALHOST, 0).into(), Silence, settings)
                .expect("a port is free"),
            pending: TcpConnections::new(TcpSettings::default()).expect("there is a descriptor left"),
            now: Instant::now(),
            rejected: Vec::new(),
        }
    }

    /// Connects from 127.0.0.`last`.
    fn come_from(&mut self, last: u8) -> TcpId {
        let server = self.server.local_addr().expect("it listens");
        self.pending.connect(self.now, server, Some(IpAddr::from([127, 0, 0, last])))
    }

    fn drive_until(&mut self, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "this does not happen; {:?} were rejected", self.rejected);
            self.drive();
        }
    }

    fn drive(&mut self) {
        thread::yield_now();
        assert!(
            self.server.poll_event(self.now, &mut Vec::new()).is_none(),
            "pending connections are not reported"
        );
        if let Some(TcpEvent::Closed { id, .. }) = self.pending.poll(self.now) {
            self.rejected.push(id);
        }
    }
}

/// A protocol in which the client has to speak first.
struct Silence;

impl StreamProtocol for Silence {
    type Stream = Self;

    fn open(&mut self) -> Self {
        Self
    }

    fn message_bytes_max(&self) -> usize {
        1
    }

    fn carries_empty_messages(&self) -> bool {
        false
    }

    fn network(&self) -> &'static str {
        "silence"
    }
}

impl MessageStream for Silence {
    fn begin(&mut self, _out: &mut Vec<u8>) -> bool {
        false
    }

    fn read(
        &mut self,
        _stream: &[u8],
        _message: &mut Vec<u8>,
        _out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        Ok((0, Found::Nothing))
    }

    fn write(&mut self, _message: &[u8], _out: &mut Vec<u8>) {}
}
