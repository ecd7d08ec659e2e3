//! Operators' view of players in browsers, and of unheard ones.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use consonance_testing::command::Folder;
use consonance_testing::command::Program;
use serde_json::{Value, json};

use crate::admin::get;
use crate::page::{Page, serve};
use crate::talker::{PATIENCE, Talker as _};

/// Opus packets of 20 ms, and of 60 ms in one frame, which cannot be split (RFC 6716, section 3.1).
const MS_20: &[u8] = &[0x48, 1, 2, 3];
const MS_60: &[u8] = &[0x58, 1, 2, 3];

/// Alice should be heard by Bob.
struct Scene {
    alice: Page,
    bob: Page,
    inspector: String,
    /// The packet that she sends repeatedly.
    words: Option<&'static [u8]>,
}

impl Scene {
    /// Queries repeatedly why she is not heard, until the answer is this reason.
    fn until_told(&mut self, reason: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let why = Program::start(&["why", &self.inspector, "Alice", "Bob", "--json"]);
            for _ in 0..50 {
                self.words.into_iter().for_each(|words| self.alice.say(words));
                self.alice.run_once(Instant::now());
                self.bob.run_once(Instant::now());
                thread::sleep(Duration::from_millis(20));
            }
            let diagnosis: Value = serde_json::from_str(&why.end().out[0]).unwrap();
            if diagnosis["verdict"].as_str().unwrap().contains(reason) {
                return;
            }
            assert!(Instant::now() < deadline, "{reason:?} is not told, but {diagnosis}");
        }
    }
}

#[test]
fn why_knows_what_is_wrong_with_a_page() {
    let (server, url, _) = serve(&["--inspector"]);
    let mut alice = Page::ask(&url, json!({"name": "Alice"})).unwrap();
    alice.until("she is in the session", |alice| alice.was_told("roster"));
    let (bob, inspector) = (Page::join(&url, "Bob"), server.until_inspector());
    let mut scene = Scene { alice, bob, inspector, words: None };
    scene.until_told("no sound comes from Alice's page");
    scene.words = Some(MS_20);
    scene.until_told("it has no open channel");
    scene.alice.tell(&json!({"type": "open", "channel": 1, "to": {"room": "lobby"}}));
    scene.words = Some(MS_60);
    scene.until_told("can be repacketized into 20 ms");
    scene.bob.tell(&json!({"type": "ignore", "player": "Alice", "ignored": true}));
    scene.words = Some(MS_20);
    scene.until_told("Bob has muted Alice in its page");
}

#[test]
fn operators_see_how_a_player_came_and_what_was_dropped_of_its_page() {
    let folder = Folder::new();
    let file = folder.file("token");
    let (server, url, _) = serve(&["--admin=127.0.0.1:0", "--admin-token-file", &file]);
    let admin = server.until_admin();
    let token = fs::read_to_string(&file).unwrap().trim().to_owned();
    let mut alice = Page::join(&url, "Alice");
    for _ in 0..3 {
        alice.say(MS_60);
    }
    alice.tell(&json!({"type": "sing"}));
    let deadline = Instant::now() + PATIENCE;
    loop {
        alice.run_once(Instant::now());
        let metrics = get(&admin, "/metrics", &token);
        let is_there = [
            "consonance_links{network=\"browser\"} 1",
            "consonance_browser_offers_total{network=\"browser\",result=\"taken\"} 1",
            "consonance_browser_voice_packets_total{network=\"browser\",direction=\"received\"} 3",
            "consonance_browser_dropped_total{network=\"browser\",what=\"voice\",reason=\"too_long\"} 3",
            "consonance_browser_dropped_total{network=\"browser\",what=\"message\",reason=\"unknown\"} 1",
            "consonance_page_connections_total{listener=\"page\",result=\"rejected\"} 0",
        ];
        let is_there = is_there.iter().all(|line| metrics.contains(&format!("\n{line}\n")));
        if is_there {
            break;
        }
        assert!(Instant::now() < deadline, "{metrics}");
        thread::sleep(Duration::from_millis(50));
    }
    let players = get(&admin, "/api/v1/sessions/main", &token);
    assert!(players.contains(r#""network":"browser""#), "{players}");
    // The kind of trouble depends on how long ago she spoke.
    assert!(players.contains(r#""page_trouble":""#), "{players}");
}
