//! A browser that joins as our page does, and what all players share.

use std::error::Error;

use consonance_testing::rtc::{BrowserEvent, TestBrowserSettings, UdpBrowser};
use serde_json::{Value, json};
use ureq::Agent;

use crate::load::client::{Buffers, Now};
use crate::load::probe::{Frames, Heard, Stamp};

/// The room that all players speak and listen in.
pub(super) const ROOM: &str = "lobby";

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
        let agent = Agent::from(Agent::config_builder().proxy(None).build());
        let post =
            agent.post(format!("{page}api/voice/{session}")).header("Content-Type", "application/json");
        let mut answer = post.send(json!({"name": name, "sdp": offer}).to_string())?;
        let words: Value = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
        let answer = words["sdp"].as_str().ok_or("the server's answer has no description of its end")?;
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
