//! A real server, pages' players and native ones in one thread, with links that take no time.

use std::time::Duration;

use consonance_browser::{BrowserPlayer, BrowserSettings, PageLimits, PageLinkCommand};
use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientSettings, Delivery, EndReason, Instant,
    LinkCommand as ClientCommand, LinkId, Server, ServerSettings, Target,
};
use serde_json::Value;

use crate::frames::FRAME;

/// More rounds than any test needs; a session that does not come to rest is a failure.
const ROUNDS_MAX: usize = 1000;

/// All clients and what is on its way between them.
pub(crate) struct Session {
    pub(crate) server: Server,
    pub(crate) now: Instant,
    /// Whether a requested link can be opened.
    pub(crate) is_reachable: bool,
    /// Of the server's unreliable packets to pages, each so manieth is lost.
    pub(crate) loses_every: Option<u32>,
    to_pages: u32,
    pub(crate) pages: Vec<Page>,
    pub(crate) natives: Vec<Native>,
    links: u64,
}

/// A page and the engine behind it.
pub(crate) struct Page {
    pub(crate) player: BrowserPlayer,
    link: Option<LinkId>,
    messages: Vec<Value>,
    /// The last one that it was told.
    pub(crate) place: Option<String>,
    heard: Vec<Heard>,
    /// The RTP number and time of its next packet.
    pub(crate) sequence: u64,
    pub(crate) time: u64,
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

/// A player of a game.
pub(crate) struct Native {
    pub(crate) client: Client,
    link: Option<LinkId>,
    /// Frames by their place, and `started NAME`, `stopped NAME`, `NAME left` and so on.
    pub(crate) events: Vec<String>,
    /// The last bytes of the frames that were heard, with their places.
    pub(crate) heard: Vec<(u32, Vec<u8>)>,
}

impl Session {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ServerSettings)) -> Self {
        let mut settings = ServerSettings::from_seed(7);
        change(&mut settings);
        let server = Server::new(settings);
        let (now, links) = (Instant::START, 0);
        let (pages, natives) = (Vec::new(), Vec::new());
        Self { server, now, is_reachable: true, loses_every: None, to_pages: 0, pages, natives, links }
    }

    /// A page that listens to the lobby and has joined.
    pub(crate) fn page(&mut self, name: &str) -> usize {
        let page = self.page_with(settings(name, 16), PageLimits::default());
        self.say(page, r#"{"type":"listen","room":"lobby"}"#);
        self.run();
        page
    }

    pub(crate) fn page_with(&mut self, settings: BrowserSettings, limits: PageLimits) -> usize {
        let player = BrowserPlayer::with_limits(settings, limits);
        let page = Page {
            player,
            link: None,
            messages: vec![],
            place: None,
            heard: vec![],
            sequence: 500,
            time: 90_000,
        };
        self.pages.push(page);
        self.run();
        self.pages.len() - 1
    }

    /// A native player that listens to the lobby and has joined.
    pub(crate) fn native(&mut self, name: &str) -> usize {
        self.native_with(ClientSettings::new(name))
    }

    /// The same with settings of its own.
    pub(crate) fn native_with(&mut self, settings: ClientSettings) -> usize {
        let mut client = Client::new(settings);
        client.join_room("lobby").expect("a room that fits");
        client.start();
        self.natives.push(Native { client, link: None, events: vec![], heard: vec![] });
        self.run();
        self.natives.len() - 1
    }

    /// The page says this.
    pub(crate) fn say(&mut self, page: usize, message: &str) {
        self.pages[page].player.handle_message(self.now, message);
        self.run();
    }

    /// A packet of the page's microphone, the next one; some are lost on the way.
    pub(crate) fn speak(&mut self, page: usize, payload: &[u8], is_lost: bool) {
        let speaker = &mut self.pages[page];
        let (sequence, time) = (speaker.sequence, speaker.time);
        (speaker.sequence, speaker.time) = (sequence + 1, time + 960);
        if !is_lost {
            speaker.player.handle_voice(self.now, sequence, time, payload);
        }
        self.run();
        self.wait(FRAME);
    }

    /// A native player opens a channel to the lobby.
    pub(crate) fn open_lobby(&mut self, native: usize, properties: ChannelProperties) {
        let lobby = Target::Room("lobby".into());
        self.natives[native].client.open_channel(lobby, properties).expect("a channel more");
    }

    /// One frame of a native player.
    pub(crate) fn speak_natively(&mut self, native: usize, frame: &[u8]) {
        self.natives[native].client.handle_timeout(self.now);
        self.natives[native].client.send_voice(frame).expect("in the session");
        self.run();
    }

    /// What the page was told since it was asked last.
    pub(crate) fn told(&mut self, page: usize) -> Vec<Value> {
        std::mem::take(&mut self.pages[page].messages)
    }

    /// As [`told`](Self::told), but only of this type.
    pub(crate) fn told_of(&mut self, page: usize, kind: &str) -> Vec<Value> {
        self.told(page).into_iter().filter(|message| message["type"] == kind).collect()
    }

    /// The frames that the page's slots got since it was asked last.
    pub(crate) fn heard(&mut self, page: usize) -> Vec<Heard> {
        std::mem::take(&mut self.pages[page].heard)
    }

    /// What the game heard since it was asked last.
    pub(crate) fn events(&mut self, native: usize) -> Vec<String> {
        std::mem::take(&mut self.natives[native].events)
    }

    /// Carries everything until nothing is left to carry.
    pub(crate) fn run(&mut self) {
        for _ in 0..ROUNDS_MAX {
            if !(self.obey_clients() | self.carry_up() | self.carry_down() | self.obey_server()) {
                return self.take_news();
            }
        }
        panic!("the session does not come to rest");
    }

    /// Lets time pass; a client is only called when it asked for it.
    pub(crate) fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        self.run();
        while let Some(at) = self.next_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.server.handle_timeout(self.now);
            self.pages.iter_mut().for_each(|page| page.player.handle_timeout(self.now));
            self.natives.iter_mut().for_each(|native| native.client.handle_timeout(self.now));
            self.run();
        }
        self.now = end;
    }

    /// The machine of a page's player is gone: nothing comes of it any more.
    pub(crate) fn lose_link(&mut self, page: usize) {
        self.pages[page].link = None;
    }

    /// Another server goes on; all links are gone.
    pub(crate) fn replace_server(&mut self, server: Server) {
        self.server = server;
        for page in &mut self.pages {
            if page.link.take().is_some() {
                page.player.handle_link_lost(self.now, b"");
            }
        }
        for native in &mut self.natives {
            if let Some(link) = native.link.take() {
                native.client.handle_disconnected(self.now, link);
            }
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        let pages = self.pages.iter().filter_map(|page| page.player.poll_timeout());
        let natives = self.natives.iter().filter_map(|native| native.client.poll_timeout());
        let server = self.server.poll_timeout().into_iter();
        pages.chain(natives.chain(server).map(|(at, _)| at)).min()
    }

    fn obey_clients(&mut self) -> bool {
        let mut moved = false;
        for page in &mut self.pages {
            while let Some(command) = page.player.poll_command() {
                moved = true;
                match command {
                    PageLinkCommand::Open if self.is_reachable => {
                        self.links += 1;
                        page.link = Some(LinkId(self.links));
                        self.server.handle_connected(self.now, LinkId(self.links));
                        page.player.handle_connected(self.now);
                    }
                    PageLinkCommand::Open => page.player.handle_connect_failed(self.now),
                    PageLinkCommand::Close => {
                        // What was sent before is delivered before.
                        let link = page.link.take().expect("a link that is closed was open");
                        while let Some((delivery, packet)) = page.player.poll_transmit() {
                            let _ = self.server.handle_packet(self.now, link, delivery, packet);
                        }
                        self.server.handle_disconnected(self.now, link);
                    }
                }
            }
        }
        for native in &mut self.natives {
            while let Some(command) = native.client.poll_command() {
                moved = true;
                match command {
                    ClientCommand::Open if self.is_reachable => {
                        self.links += 1;
                        native.link = Some(LinkId(self.links));
                        self.server.handle_connected(self.now, LinkId(self.links));
                        native.client.handle_connected(self.now, LinkId(self.links));
                    }
                    ClientCommand::Open => native.client.handle_connect_failed(self.now),
                    ClientCommand::Close { link, .. } => {
                        native.link = None;
                        while let Some(transmit) = native.client.poll_transmit() {
                            let _ = self.server.handle_packet(
                                self.now,
                                link,
                                transmit.delivery,
                                transmit.payload,
                            );
                        }
                        self.server.handle_disconnected(self.now, link);
                    }
                }
            }
        }
        moved
    }

    fn obey_server(&mut self) -> bool {
        let mut moved = false;
        while let Some(command) = self.server.poll_command() {
            moved = true;
            let ClientCommand::Close { link, reason, .. } = command else {
                panic!("a server opens no links")
            };
            if let Some(page) = self.pages.iter_mut().find(|page| page.link == Some(link)) {
                page.link = None;
                page.player.handle_link_ended(self.now, &EndReason::from(&reason));
            }
            if let Some(native) = self.natives.iter_mut().find(|native| native.link == Some(link)) {
                native.link = None;
                native.client.handle_disconnected(self.now, link);
            }
        }
        moved
    }

    fn carry_up(&mut self) -> bool {
        let mut packets: Vec<(LinkId, Delivery, Vec<u8>)> = Vec::new();
        for page in &mut self.pages {
            while let Some((delivery, packet)) = page.player.poll_transmit() {
                packets.extend(page.link.map(|link| (link, delivery, packet.to_vec())));
            }
        }
        for native in &mut self.natives {
            while let Some(transmit) = native.client.poll_transmit() {
                packets.extend(native.link.map(|link| (link, transmit.delivery, transmit.payload.to_vec())));
            }
        }
        for (link, delivery, packet) in &packets {
            let relayed = self.server.handle_packet(self.now, *link, *delivery, packet);
            let relayed = relayed.map(|relayed| (relayed.to.to_vec(), relayed.payload.to_vec()));
            if let Some((to, payload)) = relayed {
                self.deliver(&to, Delivery::Unreliable, &payload);
            }
            self.carry_down();
        }
        !packets.is_empty()
    }

    fn carry_down(&mut self) -> bool {
        let mut moved = false;
        while let Some(transmit) = self.server.poll_transmit() {
            moved = true;
            let (to, delivery) = (transmit.to.to_vec(), transmit.delivery);
            let payload = transmit.payload.to_vec();
            self.deliver(&to, delivery, &payload);
        }
        moved
    }

    fn deliver(&mut self, to: &[LinkId], delivery: Delivery, payload: &[u8]) {
        for link in to {
            if let Some(page) = self.pages.iter_mut().find(|page| page.link == Some(*link)) {
                self.to_pages += u32::from(delivery == Delivery::Unreliable);
                let is_lost = self.loses_every.is_some_and(|every| self.to_pages.is_multiple_of(every));
                if is_lost && delivery == Delivery::Unreliable {
                    continue;
                }
                page.player.handle_packet(self.now, delivery, payload);
            } else if let Some(native) = self.natives.iter_mut().find(|native| native.link == Some(*link)) {
                native.client.handle_packet(self.now, *link, delivery, payload);
            }
        }
    }

    fn take_news(&mut self) {
        for page in &mut self.pages {
            while let Some(message) = page.player.poll_message() {
                assert!(message.len() <= 64 << 10, "a message of {} bytes", message.len());
                let mut message: Value = serde_json::from_str(&message).expect("messages are JSON");
                let place = message.as_object_mut().and_then(|message| message.remove("place"));
                page.place = place.and_then(|place| place.as_str().map(str::to_owned)).or(page.place.take());
                page.messages.push(message);
            }
            while let Some(voice) = page.player.poll_voice() {
                let payload = voice.payload.to_vec();
                let (slot, stream) = (voice.slot, voice.stream);
                page.heard.push(Heard {
                    slot,
                    stream,
                    sequence: voice.sequence,
                    samples: voice.samples,
                    payload,
                });
            }
        }
        for native in &mut self.natives {
            while let Some(event) = native.client.poll_event() {
                native.events.extend(match event {
                    ClientEvent::Voice(voice) => {
                        native.heard.push((voice.sequence, voice.frame.to_vec()));
                        None
                    }
                    ClientEvent::StartedSpeaking { name, .. } => Some(format!("{name} started")),
                    ClientEvent::StoppedSpeaking { name, .. } => Some(format!("{name} stopped")),
                    ClientEvent::PlayerJoined { name, .. } => Some(format!("{name} joined")),
                    ClientEvent::PlayerLeft { name, .. } => Some(format!("{name} left")),
                    ClientEvent::Text { name, text, .. } => Some(format!("{name}: {text}")),
                    ClientEvent::ListenerReport(report) => {
                        Some(format!("{} lose {} %", report.listeners, report.lost_percent))
                    }
                    _ => None,
                });
            }
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
