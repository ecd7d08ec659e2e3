//! Unproved connections and broken adapters: they only harm themselves.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{PlayerNumber, SidecarSettings};
use consonance_link::{Delivery, DisconnectReason, ServerNetwork as _};

use crate::sidecar::links::{Reported, Stage, settings_for};

/// Sends this to a server and returns its response until it hangs up.
fn answer_to(stage: &mut Stage, said: &[u8]) -> Vec<u8> {
    let mut other = TcpStream::connect(stage.server.local_addr()).unwrap();
    other.write_all(said).unwrap();
    other.set_nonblocking(true).unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 1024];
    stage.until("the server hangs up", |_| match other.read(&mut piece) {
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
    let mut stage = Stage::new(SidecarSettings::default());
    for (said, words) in [
        (&b"\x00\x00"[..], "too long"),
        (b"\xff\xff\x01", "too long"),
        (b"\x00\x05\x01CVSM", "a hello that is none"),
        (b"\x00\x05\x01CVSL", "a hello that is none"),
        (b"\x00\x01\x06\x00\x01\x03", "too short"),
        (b"\x00\x0a\x10\x00\0\0\0\0\0\0\0\x01", "no greeting"),
        (b"GET / HTTP/1.1\r\n\r\n", "too long"),
    ] {
        let answer = answer_to(&mut stage, said);
        let text = String::from_utf8_lossy(&answer);
        assert!(text.contains(words) && answer[2] == 5, "{said:?} is answered with {text:?}");
    }
    assert_eq!(stage.server.statistics().connections.failed_handshakes, 7);
    assert_eq!(stage.reported, []);
}

#[test]
fn a_slow_handshake_is_given_up_and_its_slot_is_free_again() {
    let mut settings = SidecarSettings::default();
    settings.handshake_timeout = Duration::from_millis(50);
    settings.handshakes_max = 2;
    let mut stage = Stage::new(settings);
    // One sends a byte, one nothing, and the third exceeds the limit.
    let server = stage.server.local_addr();
    let mut pending: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(server).unwrap()).collect();
    pending[0].write_all(&[0]).unwrap();
    stage.until("all three are gone", |stage| {
        let connections = stage.server.statistics().connections;
        (connections.failed_handshakes, connections.rejected_handshaking) == (2, 1)
    });
    stage.up(settings_for("main"));
}

#[test]
fn silent_connections_keep_an_adapter_out_for_a_second_only() {
    let mut settings = SidecarSettings::default();
    settings.handshake_timeout = Duration::from_mins(10);
    settings.handshakes_max = 2;
    let mut stage = Stage::new(settings);
    let server = stage.server.local_addr();
    let rejected = |stage: &Stage| stage.server.statistics().connections.rejected_handshaking;
    let _pending: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(server).unwrap()).collect();
    stage.until("one has no place", |stage| rejected(stage) == 1);
    stage.ahead += Duration::from_secs(1);
    stage.up(settings_for("main"));
    assert_eq!(rejected(&stage), 2, "the oldest one");
    assert_eq!(stage.server.statistics().connections.failed_handshakes, 0);
}

#[test]
fn an_adapter_that_breaks_the_rules_loses_its_link_and_its_players_and_harms_no_other() {
    let mut stage = Stage::new(SidecarSettings::default());
    let good = stage.up(settings_for("main"));
    stage.links[good].send(Instant::now(), PlayerNumber(1), Delivery::Reliable, b"here");
    stage.until("one is there", |stage| stage.reported.len() == 2);
    let mut bad = raw_link(&mut stage);
    bad.write_all(b"\x00\x0b\x10\x00\0\0\0\0\0\0\0\x01v").unwrap();
    stage.until("the other one is there", |stage| stage.reported.len() == 4);
    // A frame that only servers may send.
    bad.write_all(b"\x00\x09\x13\0\0\0\0\0\0\0\x01").unwrap();
    stage.until("it is gone", |stage| stage.reported.len() == 5);
    let Reported::Disconnected(_, DisconnectReason::ProtocolViolated { violation }) = &stage.reported[4]
    else {
        panic!("{:?}", stage.reported)
    };
    assert!(violation.contains("only the other end"), "{violation}");
    assert_eq!(stage.server.statistics().connections.protocol_violations, 1);
    stage.links[good].send(Instant::now(), PlayerNumber(1), Delivery::Reliable, b"still here");
    stage.until("the good one is heard", |stage| stage.reported.len() == 6);
}

#[test]
fn an_adapter_that_says_nothing_any_more_is_lost() {
    let mut stage = Stage::new(SidecarSettings::default());
    let talking = stage.up(settings_for("main"));
    stage.links[talking].joined(Instant::now(), PlayerNumber(1), None);
    let mut silent = raw_link(&mut stage);
    silent.write_all(b"\x00\x0b\x10\x00\0\0\0\0\0\0\0\x02v").unwrap();
    stage.until("both are there", |stage| stage.reported.len() == 3);
    for _second in 0..12 {
        stage.ahead += Duration::from_secs(1);
        // A frame that is sent in one turn arrives in the next.
        stage.run_once();
        stage.run_once();
    }
    stage.until("the silent one is lost", |stage| stage.reported.len() == 4);
    let Reported::Disconnected(_, reason) = &stage.reported[3] else { panic!("{:?}", stage.reported) };
    assert_eq!(*reason, DisconnectReason::TimedOut);
    assert_eq!(stage.server.links(), 1, "the other one says that it is alive");
}

/// A link without a secret whose frames are written by hand.
fn raw_link(stage: &mut Stage) -> TcpStream {
    let mut link = TcpStream::connect(stage.server.local_addr()).unwrap();
    let hello = [&b"\x00\x18\x01CVSL\x01"[..], &[9; 16], &[0, 0]].concat();
    link.write_all(&hello).unwrap();
    link.set_nonblocking(true).unwrap();
    let mut challenge = Vec::new();
    stage.until("it is challenged", |_| {
        let mut piece = [0; 64];
        let bytes = link.read(&mut piece).unwrap_or(0);
        challenge.extend(&piece[..bytes]);
        challenge.len() == 20
    });
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"");
    let proved = [b"consonance sidecar adapter", &hello[3..], &challenge[3..]].concat();
    let proof = ring::hmac::sign(&key, &proved);
    link.write_all(&[&b"\x00\x21\x03"[..], proof.as_ref()].concat()).unwrap();
    let links = stage.server.links();
    stage.until("it is up", |stage| stage.server.links() == links + 1);
    link
}
