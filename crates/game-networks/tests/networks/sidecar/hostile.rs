//! Unproved connections and broken adapters: they only harm themselves.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{PlayerNumber, SidecarSettings};
use consonance_link::{Delivery, DisconnectReason, ServerNetwork as _};

use crate::sidecar::links::{Fixture, Reported, settings_for};

/// Sends this to a server and returns its response until it hangs up.
fn answer_to(fixture: &mut Fixture, said: &[u8]) -> Vec<u8> {
    let mut other = TcpStream::connect(fixture.server.local_addr()).unwrap();
    other.write_all(said).unwrap();
    other.set_nonblocking(true).unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 1024];
    fixture.until("the server hangs up", |_| match other.read(&mut piece) {
        Ok(0) => true,
        Ok(bytes) => {
            answer.extend(&piece[..bytes]);
            false
        }
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    });
    answer
}

#[test]
fn an_adapter_that_breaks_the_protocol_is_told_and_disconnected() {
    let mut fixture = Fixture::new(SidecarSettings::default());
    for (said, words) in [
        (&b"\x00\x00"[..], "too long"),
        (b"\xff\xff\x01", "too long"),
        (b"\x00\x05\x01CVSM", "a hello that is none"),
        (b"\x00\x05\x01CVSL", "a hello that is none"),
        (b"\x00\x01\x06\x00\x01\x03", "too short"),
        (b"\x00\x0a\x10\x00\0\0\0\0\0\0\0\x01", "no greeting"),
        (b"GET / HTTP/1.1\r\n\r\n", "too long"),
    ] {
        let answer = answer_to(&mut fixture, said);
        let text = String::from_utf8_lossy(&answer);
        assert!(text.contains(words) && answer[2] == 5, "{said:?} is answered with {text:?}");
    }
    assert_eq!(fixture.server.statistics().connections.failed_handshakes, 7);
    assert_eq!(fixture.reported, []);
}

#[test]
fn a_slow_handshake_is_given_up_and_its_slot_is_free_again() {
    let mut settings = SidecarSettings::default();
    settings.handshake_timeout = Duration::from_millis(50);
    settings.handshakes_max = 2;
    let mut fixture = Fixture::new(settings);
    // One sends a byte, one nothing, and the third exceeds the limit.
    let server = fixture.server.local_addr();
    let mut pending: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(server).unwrap()).collect();
    pending[0].write_all(&[0]).unwrap();
    fixture.until("all three are gone", |fixture| {
        let connections = fixture.server.statistics().connections;
        (connections.failed_handshakes, connections.rejected_handshaking) == (2, 1)
    });
    fixture.up(settings_for("main"));
}

#[test]
fn silent_connections_keep_an_adapter_out_for_a_second_only() {
    let mut settings = SidecarSettings::default();
    settings.handshake_timeout = Duration::from_mins(10);
    settings.handshakes_max = 2;
    let mut fixture = Fixture::new(settings);
    let server = fixture.server.local_addr();
    let rejected = |fixture: &Fixture| fixture.server.statistics().connections.rejected_handshaking;
    let _pending: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(server).unwrap()).collect();
    fixture.until("one has no place", |fixture| rejected(fixture) == 1);
    fixture.ahead += Duration::from_secs(1);
    fixture.up(settings_for("main"));
    assert_eq!(rejected(&fixture), 2, "the oldest one");
    assert_eq!(fixture.server.statistics().connections.failed_handshakes, 0);
}

#[test]
fn an_adapter_that_breaks_the_rules_loses_its_link_and_its_players_and_harms_no_other() {
    let mut fixture = Fixture::new(SidecarSettings::default());
    let good = fixture.up(settings_for("main"));
    fixture.links[good].send(Instant::now(), PlayerNumber(1), Delivery::Reliable, b"here");
    fixture.until("one is there", |fixture| fixture.reported.len() == 2);
    let mut bad = raw_link(&mut fixture);
    bad.write_all(b"\x00\x0b\x10\x00\0\0\0\0\0\0\0\x01v").unwrap();
    fixture.until("the other one is there", |fixture| fixture.reported.len() == 4);
    // A frame that only servers may send.
    bad.write_all(b"\x00\x09\x13\0\0\0\0\0\0\0\x01").unwrap();
    fixture.until("it is gone", |fixture| fixture.reported.len() == 5);
    let Reported::Disconnected(_, DisconnectReason::ProtocolViolated { violation }) = &fixture.reported[4]
    else {
        panic!("{:?}", fixture.reported)
    };
    assert!(violation.contains("only the other end"), "{violation}");
    assert_eq!(fixture.server.statistics().connections.protocol_violations, 1);
    fixture.links[good].send(Instant::now(), PlayerNumber(1), Delivery::Reliable, b"still here");
    fixture.until("the good one is heard", |fixture| fixture.reported.len() == 6);
}

#[test]
fn an_adapter_that_says_nothing_any_more_is_lost() {
    let mut fixture = Fixture::new(SidecarSettings::default());
    let talking = fixture.up(settings_for("main"));
    fixture.links[talking].joined(Instant::now(), PlayerNumber(1), None);
    let mut silent = raw_link(&mut fixture);
    silent.write_all(b"\x00\x0b\x10\x00\0\0\0\0\0\0\0\x02v").unwrap();
    fixture.until("both are there", |fixture| fixture.reported.len() == 3);
    for _second in 0..12 {
        fixture.ahead += Duration::from_secs(1);
        // A frame that is sent in one turn arrives in the next.
        fixture.run_once();
        fixture.run_once();
    }
    fixture.until("the silent one is lost", |fixture| fixture.reported.len() == 4);
    let Reported::Disconnected(_, reason) = &fixture.reported[3] else { panic!("{:?}", fixture.reported) };
    assert_eq!(*reason, DisconnectReason::TimedOut);
    assert_eq!(fixture.server.links(), 1, "the other one says that it is alive");
}

/// A link without a secret whose frames are written by hand.
fn raw_link(fixture: &mut Fixture) -> TcpStream {
    let mut link = TcpStream::connect(fixture.server.local_addr()).unwrap();
    let hello = [&b"\x00\x18\x01CVSL\x01"[..], &[9; 16], &[0, 0]].concat();
    link.write_all(&hello).unwrap();
    link.set_nonblocking(true).unwrap();
    let mut challenge = Vec::new();
    fixture.until("it is challenged", |_| {
        let mut piece = [0; 64];
        let bytes = link.read(&mut piece).unwrap_or(0);
        challenge.extend(&piece[..bytes]);
        challenge.len() == 20
    });
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"");
    let proved = [b"consonance sidecar adapter", &hello[3..], &challenge[3..]].concat();
    let proof = ring::hmac::sign(&key, &proved);
    link.write_all(&[&b"\x00\x21\x03"[..], proof.as_ref()].concat()).unwrap();
    let links = fixture.server.links();
    fixture.until("it is up", |fixture| fixture.server.links() == links + 1);
    link
}
