//! A real server, pages' players and native ones in one thread, over links without delay.

use std::ops::{Deref, DerefMut};

use consonance_browser::{BrowserPlayer, BrowserSettings, PageLimits, PageLinkCommand};
use consonance_session::{ChannelProperties, Delivery, EndReason, Instant, LinkId, ServerSettings, Target};
use consonance_testing::direct_session::{DirectSession, GuestCommand, GuestPlayer};
use serde_json::Value;

use crate::frames::FRAME;

/// All players and the data in transit between them; the guests are pages.
pub(crate) struct Session(DirectSession<Page>);

/// A page and the engine behind it.
pub(crate) struct Page {
    pub(crate) player: BrowserPlayer,
    link: Option<LinkId>,
    messages: Vec<Value>,
    /// The last place that it was told.
    pub(crate) place: Option<String>,
    heard: Vec<Heard>,
    /// The RTP number and time of its next packet.
    pub(crate) sequence: u64,
    pub(crate) time: u64,
    /// If set, every n-th unreliable packet from the server is lost.
    pub(crate) loses_every: Option<u32>,
    unreliable: u32,
}

/// A frame for a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) slot: usize,
    pub(crate) stream: u64,
    pub(crate) sequence: u32,
    pub(crate) samples: u32,
    pub(crate) payload: Vec<u8>,
}

impl Deref for Session {
    type Target = DirectSession<Page>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Session {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ServerSettings)) -> Self {
        Self(DirectSession::with(change))
    }

    /// A page that listens to the lobby and has joined.
    pub(crate) fn page(&mut self, name: &str) -> usize {
        let page = self.page_with(settings(name, 16), PageLimits::default());
        self.say(page, r#"{"type":"listen","room":"lobby"}"#);
        self.run();
        page
    }

    pub(crate) fn page_with(&mut self, settings: BrowserSettings, limits: PageLimits) -> usize {
        self.add_guest(Page {
            player: BrowserPlayer::with_limits(settings, limits),
            link: None,
            messages: vec![],
            place: None,
            heard: vec![],
            sequence: 500,
            time: 90_000,
            loses_every: None,
            unreliable: 0,
        })
    }

    /// The page sends a message.
    pub(crate) fn say(&mut self, page: usize, message: &str) {
        let now = self.now;
        self.guests[page].player.handle_message(now, message);
        self.run();
    }

    /// Sends the next packet of the page's microphone; it is lost on the way if `is_lost`.
    pub(crate) fn speak(&mut self, page: usize, payload: &[u8], is_lost: bool) {
        let now = self.now;
        let speaker = &mut self.guests[page];
        let (sequence, time) = (speaker.sequence, speaker.time);
        (speaker.sequence, speaker.time) = (sequence + 1, time + 960);
        if !is_lost {
            speaker.player.handle_voice(now, sequence, time, payload);
        }
        self.run();
        self.wait(FRAME);
    }

    /// A native player opens a channel to the lobby.
    pub(crate) fn open_lobby(&mut self, native: usize, properties: ChannelProperties) {
        let lobby = Target::Room("lobby".into());
        self.natives[native].client.open_channel(lobby, properties).expect("a channel more");
    }

    /// The messages that the page received since the last call.
    pub(crate) fn told(&mut self, page: usize) -> Vec<Value> {
        std::mem::take(&mut self.guests[page].messages)
    }

    /// Like [`told`](Self::told), but only messages of this type.
    pub(crate) fn told_of(&mut self, page: usize, kind: &str) -> Vec<Value> {
        self.told(page).into_iter().filter(|message| message["type"] == kind).collect()
    }

    /// The frames that the page's slots received since the last call.
    pub(crate) fn heard(&mut self, page: usize) -> Vec<Heard> {
        std::mem::take(&mut self.guests[page].heard)
    }

    /// Loses the link of a page's player without a goodbye.
    pub(crate) fn lose_link(&mut self, page: usize) {
        self.guests[page].link = None;
    }
}

impl GuestPlayer for Page {
    type Shared = ();

    fn link(&mut self) -> &mut Option<LinkId> {
        &mut self.link
    }

    fn poll_command(&mut self) -> Option<GuestCommand> {
        Some(match self.player.poll_command()? {
            PageLinkCommand::Open => GuestCommand::Open,
            PageLinkCommand::Close => GuestCommand::Close,
        })
    }

    fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])> {
        self.player.poll_transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.player.poll_timeout()
    }

    fn handle_timeout(&mut self, now: Instant, (): &()) {
        self.player.handle_timeout(now);
    }

    fn handle_connected(&mut self, now: Instant, (): &()) {
        self.player.handle_connected(now);
    }

    fn handle_connect_failed(&mut self, now: Instant, (): &()) {
        self.player.handle_connect_failed(now);
    }

    fn handle_link_closed(&mut self, now: Instant, reason: Option<&EndReason>, (): &()) {
        match reason {
            Some(reason) => self.player.handle_link_ended(now, reason),
            None => self.player.handle_link_lost(now, b""),
        }
    }

    fn handle_packet(&mut self, now: Instant, delivery: Delivery, payload: &[u8], (): &()) {
        if delivery == Delivery::Unreliable {
            self.unreliable += 1;
            if self.loses_every.is_some_and(|every| self.unreliable.is_multiple_of(every)) {
                return;
            }
        }
        self.player.handle_packet(now, delivery, payload);
    }

    fn take_news(&mut self) {
        while let Some(message) = self.player.poll_message() {
            assert!(message.len() <= 64 << 10, "a message of {} bytes", message.len());
            let mut message: Value = serde_json::from_str(&message).expect("messages are JSON");
            let place = message.as_object_mut().and_then(|message| message.remove("place"));
            self.place = place.and_then(|place| place.as_str().map(str::to_owned)).or(self.place.take());
            self.messages.push(message);
        }
        while let Some(voice) = self.player.poll_voice() {
            self.heard.push(Heard {
                slot: voice.slot,
                stream: voice.stream,
                sequence: voice.sequence,
                samples: voice.samples,
                payload: voice.payload.to_vec(),
            });
        }
    }
}

pub(crate) fn settings(name: &str, slots: usize) -> BrowserSettings {
    let session = "main".to_owned();
    BrowserSettings {
        name: name.to_owned(),
        session,
        token: None,
        password: None,
        place: None,
        slots,
        encrypts: false,
    }
}
