//! A browser that joins as our page does, and what all players share.

use std::error::Error;
use std::thread;
use std::time::Duration;

use consonance_testing::rtc::{BrowserEvent, TestBrowserSettings, UdpBrowser};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::HeaderMap;

use crate::load::client::{Buffers, Now};
use crate::load::probe::{Frames, Heard, Stamp};

/// The room that all players speak and listen in.
pub(super) const ROOM: &str = "lobby";
/// How often a browser asks for access. A busy server names a pause of one second.
const TRIES_MAX: u32 = 5;
/// The longest pause between two tries: meanwhile no other player is served.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// The frames that are sent, and those that are heard.
pub(super) struct Sounds {
    pub(super) buffers: Buffers,
    pub(super) frames: Frames,
    /// The measurement that the frames belong to.
    pub(super) step: u32,
}

/// A browser without a thread, driven by the caller.
pub(super) struct Browser {
    page: UdpBrowser,
    speaks: bool,
    progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Joining,
    /// It has sent its requests, and asked for a confirmation.
    Asking,
    In,
}

impl Sounds {
    /// Frames of this many bytes.
    pub(super) fn new(frame_bytes: usize) -> Self {
        let seed = Stamp::now().0 as u32;
        Self { buffers: Buffers::new(seed), frames: Frames::new(seed, frame_bytes), step: 0 }
    }
}

impl Browser {
    /// Requests access to a session, and begins to connect.
    pub(super) fn dial(
        page: &str,
        session: &str,
        name: &str,
        speaks: bool,
        now: Now,
    ) -> Result<Self, Box<dyn Error>> {
        let (mut browser, offer) = UdpBrowser::new(now.instant, TestBrowserSettings::default())?;
        let request = json!({"name": name, "sdp": offer}).to_string();
        let answer = request_access(&format!("{page}api/voice/{session}"), &request)?;
        let answer = answer["sdp"].as_str().ok_or("the server's answer has no description of its end")?;
        browser.handle_answer(now.instant, answer);
        Ok(Self { page: browser, speaks, progress: Progress::Joining })
    }

    pub(super) fn is_in(&self) -> bool {
        self.progress == Progress::In
    }

    /// Handles pending events, and sends pending datagrams; returns the number of events.
    pub(super) fn run_once(&mut self, now: Now, heard: &mut Heard) -> Result<usize, Box<dyn Error>> {
        let mut came = 0;
        while let Some(event) = self.page.poll(now.instant) {
            came += 1;
            match event {
                BrowserEvent::Voice { payload, .. } => heard.hear(&payload, Stamp::now()),
                BrowserEvent::Message(text) if self.progress != Progress::In => self.follow(now, &text),
                BrowserEvent::Closed => return Err("a browser's connection has ended".into()),
                BrowserEvent::Connected | BrowserEvent::Message(_) => {}
            }
        }
        Ok(came)
    }

    pub(super) fn speak(&mut self, now: Now, frame: &[u8]) {
        self.page.say(now.instant, frame);
        self.page.transmit();
    }

    fn follow(&mut self, now: Now, text: &str) {
        let is = |kind: &str| text.contains(&format!("\"type\":\"{kind}\""));
        if self.progress == Progress::Joining && is("roster") {
            self.progress = Progress::Asking;
            let message = if self.speaks {
                json!({"type": "open", "channel": 1, "to": {"room": ROOM}})
            } else {
                json!({"type": "listen", "room": ROOM})
            };
            self.page.send_message(now.instant, &message.to_string());
            self.page.send_message(now.instant, &json!({"type": "ping", "id": 1}).to_string());
        } else if is("pong") {
            self.progress = Progress::In;
        }
    }
}

/// Posts an offer, and tries again when a busy server says so, as pages do.
fn request_access(url: &str, offer: &str) -> Result<Value, Box<dyn Error>> {
    let agent = Agent::from(Agent::config_builder().proxy(None).http_status_as_error(false).build());
    let mut tries_left = TRIES_MAX;
    loop {
        let mut answer = agent.post(url).header("Content-Type", "application/json").send(offer)?;
        let body = answer.body_mut().read_to_string()?;
        tries_left -= 1;
        match (answer.status().as_u16(), retry_after(answer.headers())) {
            (200..=299, _) => return Ok(serde_json::from_str(&body)?),
            (503, Some(pause)) if tries_left > 0 => thread::sleep(pause),
            (status, _) => return Err(format!("the server refuses a browser: {status} {body}").into()),
        }
    }
}

/// The pause that a refusal asks for.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get("Retry-After")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(PAUSE_MAX))
}
