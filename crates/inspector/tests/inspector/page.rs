//! The page as seen by a browser, another program, and an attacker.

#![cfg(feature = "page")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use consonance_inspector::page::{FetchError, Inspector, InspectorClient, InspectorSettings};
use consonance_inspector::{Action, ClientSnapshot, ConnectionState, Inspected, PlayerRow, Snapshot};

/// How long anything may take. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// Bob's chat, in which Alice is muted for as long as requested.
#[derive(Default)]
struct Bob {
    actions: Mutex<Vec<Action>>,
}

impl Inspected for Bob {
    fn snapshot(&self) -> Snapshot {
        let mut bob = ClientSnapshot::default();
        (bob.name, bob.status, bob.knows_all_players) = ("Bob".into(), ConnectionState::Connected, true);
        let mut alice = PlayerRow::default();
        alice.name = "Älice".into();
        alice.muted = !self.actions.lock().unwrap().is_empty();
        bob.players.push(alice);
        Snapshot::from(bob)
    }

    fn act(&self, action: &Action) -> bool {
        let is_possible = matches!(action, Action::MutePlayer { .. });
        if is_possible {
            self.actions.lock().unwrap().push(action.clone());
        }
        is_possible
    }
}

struct Fixture {
    bob: Arc<Bob>,
    inspector: Inspector,
}

impl Fixture {
    fn open() -> Self {
        let bob = Arc::new(Bob::default());
        let inspector = Inspector::start(&InspectorSettings::default(), bob.clone()).unwrap();
        Self { bob, inspector }
    }

    /// `127.0.0.1:PORT` and `/KEY`.
    fn parts(&self) -> (String, String) {
        let url = self.inspector.url();
        let (host, key) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        (host.to_owned(), format!("/{}", key.trim_end_matches('/')))
    }

    /// The response to these bytes: the status, and the whole text.
    fn says(&self, bytes: &[u8]) -> (u16, String) {
        let mut stream = self.connect();
        // The server may have answered and closed before it has read everything.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        (status, answer)
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.parts().0).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn get(&self, path: &str, headers: &str) -> (u16, String) {
        self.says(format!("GET {path} HTTP/1.1\r\n{headers}\r\n").as_bytes())
    }

    fn post(&self, headers: &str, body: &str) -> (u16, String) {
        let (key, length) = (self.parts().1, body.len());
        let request = format!("POST {key}/act HTTP/1.1\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
        self.says(request.as_bytes())
    }
}

const MUTE: &str = r#"{"action":"mute_player","name":"Älice","muted":true}"#;

#[test]
fn the_page_and_its_snapshot_are_there_with_the_address() {
    let fixture = Fixture::open();
    let (host, key) = fixture.parts();
    let headers = format!("Host: {host}\r\n");
    let (status, page) = fixture.get(&format!("{key}/"), &headers);
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("<!doctype html>") && page.contains("Content-Security-Policy: default-src 'none'"));
    assert!(page.contains("Referrer-Policy: no-referrer"));
    let (status, json) = fixture.get(&format!("{key}/snapshot.json"), &headers);
    assert!(status == 200 && json.contains(r#""kind":"client""#) && json.contains("Älice"), "{json}");
    let (status, why) = fixture.get(&format!("{key}/why.json?speaker=%C3%84lice&listener=Bob"), &headers);
    assert!(status == 200 && why.contains(r#""verdict""#) && why.contains("Älice"), "{why}");
    assert_eq!(fixture.get(&format!("{key}/why.json?speaker=x"), &headers).0, 400);
    assert_eq!(fixture.get(&format!("{key}/../etc/passwd"), &headers).0, 404);
}

#[test]
fn without_the_key_there_is_nothing() {
    let fixture = Fixture::open();
    let (host, key) = fixture.parts();
    let mut wrong = key.clone();
    wrong.replace_range(1..2, if key.starts_with("/0") { "1" } else { "0" });
    for path in
        ["/", "/snapshot.json", "/act", &wrong, &format!("{wrong}/snapshot.json"), &key[..key.len() - 1]]
    {
        let (status, answer) = fixture.get(path, &format!("Host: {host}\r\n"));
        assert!(status == 403 && !answer.contains("lice"), "{path}: {answer}");
    }
}

#[test]
fn a_foreign_name_that_points_here_is_not_answered() {
    let fixture = Fixture::open();
    let (host, key) = fixture.parts();
    for headers in ["", "Host: evil.example\r\n", &format!("Host: {host}\r\nHost: evil.example\r\n")] {
        let (status, answer) = fixture.get(&format!("{key}/snapshot.json"), headers);
        assert!((400..500).contains(&status) && !answer.contains("lice"), "{headers}: {answer}");
    }
}

#[test]
fn only_the_page_itself_may_mute() {
    let fixture = Fixture::open();
    let host = format!("Host: {}\r\n", fixture.parts().0);
    for origin in
        ["", "Origin: http://evil.example\r\n", "Origin: null\r\n", "Origin: http://127.0.0.1:1\r\n"]
    {
        assert_eq!(fixture.post(&format!("{host}{origin}"), MUTE).0, 403, "{origin}");
    }
    assert!(fixture.bob.actions.lock().unwrap().is_empty());
    let own = format!("{host}Origin: http://{}\r\n", fixture.parts().0);
    assert_eq!(fixture.post(&own, MUTE).0, 200);
    let wanted = Action::MutePlayer { name: "Älice".into(), muted: true };
    assert_eq!(*fixture.bob.actions.lock().unwrap(), [wanted]);
    assert_eq!(fixture.post(&own, "{}").0, 400);
    assert_eq!(fixture.post(&own, r#"{"action":"deafen","deafened":true}"#).0, 409);
    let (_, key) = fixture.parts();
    assert_eq!(fixture.get(&format!("{key}/act"), &own).0, 404);
}

#[test]
fn garbage_and_what_is_too_long_are_refused_and_counted() {
    let fixture = Fixture::open();
    let (host, key) = fixture.parts();
    for (bytes, expected) in [
        (&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS handshake\r\n\r\n"[..], 400),
        (b"GET\r\n\r\n", 400),
        (b"\0\0\0\0\0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a", 400),
        (format!("DELETE {key}/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\r\n").as_bytes(), 405),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000)).as_bytes(), 413),
        (format!("POST {key}/act HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n").as_bytes(), 413),
        (format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(200)).as_bytes(), 413),
    ] {
        let (status, _) = fixture.says(bytes);
        // The answer may have been cut off along with the input that did not fit.
        assert!(status == expected || (expected == 413 && status == 0), "{status} for {bytes:.40?}");
    }
    assert!(fixture.inspector.counts().refused >= 8, "{:?}", fixture.inspector.counts());
    assert!(InspectorClient::new(&fixture.inspector.url()).unwrap().snapshot().is_ok());
}

#[test]
fn many_connections_that_say_nothing_do_not_keep_others_away_for_long() {
    let fixture = Fixture::open();
    let silent: Vec<TcpStream> = (0..64).map(|_| fixture.connect()).collect();
    let client = InspectorClient::new(&fixture.inspector.url()).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while client.snapshot().is_err() {
        assert!(Instant::now() < deadline, "the silent ones keep the page to themselves");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(fixture.inspector.counts().rejected >= 1, "{:?}", fixture.inspector.counts());
    drop(silent);
}

#[test]
fn programs_ask_and_mute_and_are_told_in_words_what_cannot_be() {
    let fixture = Fixture::open();
    let client = InspectorClient::new(&fixture.inspector.url()).unwrap();
    assert!(!client.snapshot().unwrap().client().unwrap().players[0].muted);
    client.act(&Action::MutePlayer { name: "Älice".into(), muted: true }).unwrap();
    assert!(client.snapshot().unwrap().client().unwrap().players[0].muted);
    let refused = client.act(&Action::Mute { muted: true }).unwrap_err();
    assert!(
        matches!(&refused, FetchError::Refused { words, .. } if words.contains("cannot be done")),
        "{refused}"
    );
    let url = fixture.inspector.url();
    drop(fixture);
    let gone = InspectorClient::new(&url).unwrap().snapshot().unwrap_err();
    assert!(matches!(gone, FetchError::Connection { .. }), "{gone}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let fixture = Fixture::open();
    let mut settings = InspectorSettings::default();
    settings.port = fixture.parts().0.rsplit(':').next().unwrap().parse().unwrap();
    let error = Inspector::start(&settings, fixture.bob.clone()).unwrap_err();
    assert!(error.to_string().contains(&settings.port.to_string()), "{error}");
}
