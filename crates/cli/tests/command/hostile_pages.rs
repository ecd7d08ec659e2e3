//! Misbehaving pages, while others talk: the offender is told so, and the others do not notice.

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use consonance_quic::{QuicClient, QuicClientSettings, QuicRuntime};
use consonance_session::{ClientSettings, JoinToken};
use consonance_testing::command::Folder;
use consonance_testing::command::Program;
use serde_json::{Value, json};

use crate::page::{Page, serve};
use crate::talker::{PATIENCE, Talker, player_with};

#[test]
fn offers_that_are_none_are_bad_requests() {
    let mut party = Party::new(&[]);
    let (bad_request, no_session) = (400, 404);
    for sdp in ["", "v=0", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", &"m=audio\r\n".repeat(5000)]
    {
        let (status, words) = party.ask("main", &json!({"name": "Eve", "sdp": sdp}).to_string());
        assert_eq!(status, bad_request, "{sdp:?}: {words}");
        assert!(!words["detail"].as_str().unwrap().is_empty());
        party.goes_on();
    }
    assert_eq!(party.ask("other", &json!({"name": "Eve", "sdp": "v=0"}).to_string()).0, no_session);
    for words in ["", "{", "[]", r#"{"name":7}"#, &"[".repeat(60_000)] {
        assert_eq!(party.ask("main", words).0, bad_request, "{words:.20}");
        party.goes_on();
    }
    let (status, _) = party.ask("main", &json!({"name": "Eve", "sdp": "v=0\r\n".repeat(10_000)}).to_string());
    assert_eq!(status, 413);
    party.goes_on();
    party.assert_unnoticed();
}

#[test]
fn a_refused_page_is_told_why() {
    let folder = Folder::new();
    let password = folder.write("password.txt", b"correct horse\n");
    let mut party = Party::with(&["--password-file", &password], Some("correct horse"));
    let wrong = [
        json!({"name": "Eve"}),
        json!({"name": "Eve", "password": "wrong"}),
        json!({"name": "Eve", "token": "e30.e30.c2ln"}),
        json!({"name": "Eve", "token": "x".repeat(8_000)}),
    ];
    for words in wrong {
        let mut eve = Page::ask(&party.page, words).unwrap();
        party.goes_on_until("she is refused", &mut eve, |_, eve| eve.is_closed());
        let code = &eve.told("refused").unwrap()["code"];
        assert!(code == "password" || code == "token", "{code}");
    }
    let too_long = json!({"name": "Eve", "token": "x".repeat(20_000)});
    let problem = Page::ask(&party.page, too_long).err().expect("it is not even asked");
    assert_eq!(problem["status"], 400);
    party.assert_unnoticed();
}

#[test]
fn a_page_that_floods_with_voice_is_disconnected() {
    let mut party = Party::new(&[]);
    let mut eve = party.eve();
    party.goes_on_until("she is put out", &mut eve, |_, eve| {
        // Enough to exceed the limit even if a busy machine drops most of them and needs a second per round.
        (0..1000).for_each(|_| eve.say(b"H\x11 more than a page may send"));
        eve.is_closed()
    });
    party.assert_unnoticed();
}

#[test]
fn packets_that_are_not_voice_harm_neither_others_nor_the_sender() {
    let mut party = Party::new(&[]);
    let mut eve = party.eve();
    // Not Opus at all; frames that are longer than their packet; a frame of 60 ms; packets without content.
    let packets: [&[u8]; 5] = [&[0xff; 1000], &[0x4b, 0xff], &[0x58, 1, 2, 3], &[0x48], &[0; 1]];
    let mut sequence = 2000;
    for round in 0..50_u32 {
        for (packet, ahead) in packets.iter().zip([1, 1, 3, 500, 1]) {
            sequence += ahead;
            let time = round.wrapping_mul(0x5555_5555).wrapping_add(ahead as u32);
            eve.browser().say_as(Instant::now(), sequence, time, false, packet);
        }
        party.goes_on();
        eve.run_once(Instant::now());
    }
    party.goes_on_until("she is heard again", &mut eve, |party, eve| {
        sequence += 1;
        eve.browser().say_as(Instant::now(), sequence, sequence as u32 * 960, false, b"Here I am again");
        party.alice.has_heard(b"Here I am again")
    });
    party.assert_unnoticed();
}

#[test]
fn a_page_that_sends_garbage_as_messages_is_told_what_is_wrong_and_finally_disconnected() {
    let mut party = Party::new(&[]);
    let mut eve = party.eve();
    let deep = "[".repeat(10_000);
    let long = json!({"type": "text", "to": {"room": "lobby"}, "text": "x".repeat(40_000)}).to_string();
    let garbage = ["{", "null", r#"{"type":"open","channel":-1}"#, r#"{"type":7}"#, &deep, &long];
    let problems = |eve: &Page| eve.messages.iter().filter(|message| message["type"] == "problem").count();
    for (number, said) in garbage.iter().enumerate() {
        assert!(eve.browser().send_message(Instant::now(), said), "{said:.20}");
        eve.until("she is told", |eve| problems(eve) == number + 1);
        party.goes_on();
    }
    let problem = eve.told("problem").unwrap()["message"].as_str().unwrap();
    assert!(problem.contains("16384"), "{problem}");
    assert!(eve.browser().send_bytes(Instant::now(), &[0xff; 100]));
    eve.until("she is told", |eve| problems(eve) == garbage.len() + 1);
    party.goes_on_until("she is put out", &mut eve, |_, eve| {
        eve.browser().send_message(Instant::now(), "again");
        eve.is_closed()
    });
    assert_eq!(eve.told("disconnected").unwrap()["cause"], "protocol");
    party.assert_unnoticed();
}

#[test]
fn unknown_datagrams_and_garbage_of_a_player_are_harmless() {
    let mut party = Party::new(&[]);
    let mut eve = party.eve();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    for length in 0..200 {
        // ICE checks, DTLS records, voice packets, reports.
        let first = [0x00, 20, 22, 23, 63, 0x80, 0xb5, 0xff][length % 8];
        let datagram = [&[first][..], &vec![length as u8; length * 7]].concat();
        for socket in [&other, eve.browser().socket()] {
            socket.send_to(&datagram, party.voice).unwrap();
        }
        if length % 10 == 0 {
            party.goes_on();
            eve.run_once(Instant::now());
        }
    }
    eve.tell(&json!({"type": "ping", "id": 7}));
    eve.until("she is answered", |eve| eve.told("pong").is_some_and(|pong| pong["id"] == 7));
    party.assert_unnoticed();
}

/// A player in a browser and a native one that talk.
struct Party {
    alice: Page,
    carol: Box<dyn Talker>,
    words: u32,
    page: String,
    /// The address for browsers' voice.
    voice: SocketAddr,
    _runtime: QuicRuntime,
    _server: Program,
}

impl Party {
    fn new(arguments: &[&str]) -> Self {
        Self::with(arguments, None)
    }

    fn with(arguments: &[&str], password: Option<&str>) -> Self {
        let (server, page, native) = serve(arguments);
        let line = server.until_line("the page", |line| line.starts_with("page for players at "));
        let voice = line.split("UDP at ").nth(1).unwrap().trim_end_matches(')').parse().unwrap();
        let runtime = QuicRuntime::new(1).unwrap();
        let transport = QuicClient::new(&runtime, native.parse().unwrap(), QuicClientSettings::default());
        let mut settings = ClientSettings::new("Carol");
        settings.join_token = password.map(|password| JoinToken::with_password(None, password).unwrap());
        let carol = player_with(settings, transport);
        let alice = Page::join_with(&page, json!({"name": "Alice", "password": password}));
        let mut party = Self { alice, carol, words: 0, page, voice, _runtime: runtime, _server: server };
        let (hers, mine) = (b"Here is Alice", b"Here is Carol");
        party.until("both are in the session", |party| {
            party.alice.say(hers);
            party.carol.say(mine);
            party.carol.has_heard(hers) && party.alice.has_heard(mine)
        });
        party
    }

    /// Each speaks until the other hears it: packets right after a flood may be lost with it.
    fn goes_on(&mut self) {
        self.words += 1;
        let words = format!("Here are words {}", self.words).into_bytes();
        let mut beat = Beat(Instant::now());
        self.until("the native player hears it", |party| {
            if beat.is_due() {
                party.alice.say(&words);
            }
            party.carol.has_heard(&words)
        });
        let answer = format!("Here are answers {}", self.words).into_bytes();
        let mut beat = Beat(Instant::now());
        self.until("the browser hears it", |party| {
            if beat.is_due() {
                party.carol.say(&answer);
            }
            party.alice.has_heard(&answer)
        });
    }

    /// They talk until the condition holds, which may make `eve` act.
    fn goes_on_until(
        &mut self,
        what: &str,
        eve: &mut Page,
        mut is_so: impl FnMut(&mut Self, &mut Page) -> bool,
    ) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self, eve) {
            assert!(Instant::now() < deadline, "this does not happen: {what}");
            self.goes_on();
            eve.run_once(Instant::now());
        }
    }

    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "this does not happen: {what}");
            let now = Instant::now();
            self.alice.run_once(now);
            self.carol.run_once(now);
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Another player in a browser, in the same room.
    fn eve(&mut self) -> Page {
        let eve = Page::join(&self.page, "Eve");
        self.goes_on();
        eve
    }

    /// A request for a session: the status and the problem.
    fn ask(&self, session: &str, words: &str) -> (u16, Value) {
        let agent = ureq::Agent::from(ureq::Agent::config_builder().http_status_as_error(false).build());
        let post = agent.post(format!("{}api/voice/{session}", self.page));
        let mut answer = post.header("Content-Type", "application/json").send(words).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&text).unwrap())
    }

    /// Asserts that the two still talk, and that Alice's page was told of no problem.
    fn assert_unnoticed(mut self) {
        self.goes_on();
        let is_wrong = |message: &&Value| {
            ["problem", "refused", "disconnected"].iter().any(|kind| message["type"] == *kind)
        };
        assert_eq!(self.alice.messages.iter().find(is_wrong), None);
        assert!(!self.alice.is_closed());
    }
}

/// When the next frame is due: a speaker faster than real time is excluded.
struct Beat(Instant);

impl Beat {
    fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let is_due = now >= self.0;
        if is_due {
            self.0 = now + Duration::from_millis(20);
        }
        is_due
    }
}
