//! A page without a browser: it makes the same requests as ours, and sends and receives Opus packets.

use std::thread;
use std::time::{Duration, Instant};

use consonance_testing::command::Program;
use consonance_testing::rtc::{BrowserEvent, TestBrowserSettings, UdpBrowser};
use serde_json::{Value, json};
use ureq::Agent;

use crate::talker::{PATIENCE, Talker};

/// Dropping it is like closing its tab, without a goodbye.
pub(crate) struct Page {
    browser: UdpBrowser,
    /// The key by which the server knows its player.
    pub(crate) key: String,
    /// Whether it has resumed the requested player.
    pub(crate) is_resumed: bool,
    /// The messages that it has received.
    pub(crate) messages: Vec<Value>,
    /// The packets that it has received, in order of arrival.
    pub(crate) heard: Vec<Vec<u8>>,
    is_closed: bool,
}

const PAUSE: Duration = Duration::from_millis(1);

impl Page {
    /// A player of the session "main" that listens and talks to the lobby.
    pub(crate) fn join(url: &str, name: &str) -> Self {
        Self::join_with(url, json!({"name": name}))
    }

    /// The same, with these fields besides the offer.
    pub(crate) fn join_with(url: &str, words: Value) -> Self {
        let mut page = Self::ask(url, words).unwrap();
        page.take_part();
        page
    }

    /// Reconnects as our page does by itself after a lost connection: it requests the same player, and repeats its
    /// settings.
    pub(crate) fn return_to(self, url: &str, name: &str) -> Self {
        let mut page = Self::ask(url, json!({"name": name, "resume": self.key})).unwrap();
        page.take_part();
        page
    }

    fn take_part(&mut self) {
        self.until("the page is in the session", |page| page.was_told("roster"));
        self.tell(&json!({"type": "listen", "room": "lobby"}));
        self.tell(&json!({"type": "open", "channel": 1, "to": {"room": "lobby"}}));
        self.until("all players know that it listens", |page| page.was_told("entered"));
        self.tell(&json!({"type": "ping", "id": 1}));
        self.until("all of that is done", |page| page.was_told("pong"));
    }

    /// A page that joins with these fields besides its offer, or the server's problem with that.
    pub(crate) fn ask(url: &str, mut words: Value) -> Result<Self, Value> {
        let (mut browser, offer) = UdpBrowser::new(Instant::now(), TestBrowserSettings::default()).unwrap();
        words["sdp"] = offer.into();
        let agent = Agent::from(Agent::config_builder().http_status_as_error(false).proxy(None).build());
        let post = agent.post(format!("{url}api/voice/main"));
        let mut answer = post.header("Content-Type", "application/json").send(words.to_string()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        let words: Value = serde_json::from_str(&text).unwrap();
        if answer.status() != 201 {
            return Err(words);
        }
        browser.handle_answer(Instant::now(), words["sdp"].as_str().unwrap());
        let (messages, heard) = (Vec::new(), Vec::new());
        let key = words["key"].as_str().unwrap().to_owned();
        let is_resumed = words["resumed"] == true;
        Ok(Self { browser, key, is_resumed, messages, heard, is_closed: false })
    }

    /// Its end of the connection, for misbehaviour.
    pub(crate) fn browser(&mut self) -> &mut UdpBrowser {
        &mut self.browser
    }

    pub(crate) fn tell(&mut self, message: &Value) {
        assert!(self.browser.send_message(Instant::now(), &message.to_string()), "{message}");
    }

    pub(crate) fn was_told(&self, kind: &str) -> bool {
        self.told(kind).is_some()
    }

    /// The newest message of this type.
    pub(crate) fn told(&self, kind: &str) -> Option<&Value> {
        self.messages.iter().rev().find(|message| message["type"] == kind)
    }

    /// Whether the server has ended the connection.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "this does not happen: {what}; told {:?}", self.messages);
            self.run_once(Instant::now());
            thread::sleep(PAUSE);
        }
    }
}

impl Talker for Page {
    fn say(&mut self, words: &[u8]) {
        self.browser.say(Instant::now(), words);
    }

    fn run_once(&mut self, now: Instant) {
        while let Some(event) = self.browser.poll(now) {
            match event {
                BrowserEvent::Connected => {}
                BrowserEvent::Message(text) => self.messages.push(serde_json::from_str(&text).unwrap()),
                BrowserEvent::Voice { payload, .. } => self.heard.push(payload),
                BrowserEvent::Closed => self.is_closed = true,
            }
        }
    }

    fn has_heard(&self, words: &[u8]) -> bool {
        self.heard.iter().any(|packet| packet == words)
    }
}

/// A server with a page, these arguments and a session for native players: itself, the page's address, and theirs.
pub(crate) fn serve(arguments: &[&str]) -> (Program, String, String) {
    let own = ["serve", "--listen", "127.0.0.1:0", "--web=127.0.0.1:0"];
    let server = Program::start(&[&own[..], arguments].concat());
    let page = server.until_line("the page", |line| line.starts_with("page for players at "));
    let page = page.split(' ').nth(4).unwrap().to_owned();
    let native = server.until_line("the session", |line| line.contains("quic://"));
    (server, page, native.split(' ').next_back().unwrap().to_owned())
}
