//! The player that repeats everything.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use consonance_link::memory::MemoryClient;
use consonance_session::{
    ChannelId, ChannelProperties, Client, ClientEvent, ClientSettings, CodecParameters,
    Instant as SessionInstant, Target, TextTarget, VoiceFrame,
};

use super::{LOOPBACK, SECOND_LOOPBACK};
use crate::links::Links;
use crate::route::Route;
use crate::transports::Transports;

/// How many frames are collected before the first is repeated, as in the original's offline mode.
const FRAMES_COLLECTED: u32 = 5;
/// The most queued frames: two seconds of the shortest.
const WAITING_FRAMES_MAX: usize = 200;
/// The most texts queued to be sent back.
const WAITING_TEXTS_MAX: usize = 64;

/// A client like any other, which sends back what it hears.
pub(super) struct Echo {
    client: Client,
    links: Links,
    /// The player that is repeated.
    player: Box<str>,
    codec: CodecParameters,
    /// How long a frame is delayed.
    delay: Duration,
    frames: VecDeque<WaitingFrame>,
    texts: VecDeque<(Target, Box<str>)>,
    channel: Option<ChannelId>,
    has_roster: bool,
}

struct WaitingFrame {
    due: SessionInstant,
    frame: Box<[u8]>,
    properties: ChannelProperties,
    /// Whether it is the last frame of its utterance.
    is_last: bool,
}

impl Echo {
    /// An echo of this player, using this codec.
    pub(super) fn new(network: MemoryClient, player: &str, codec: CodecParameters) -> Self {
        let name = if player == LOOPBACK { SECOND_LOOPBACK } else { LOOPBACK };
        let mut settings = ClientSettings::new(name);
        settings.codec = codec;
        let mut client = Client::new(settings);
        client.start();
        let frame_micros =
            1_000_000 * u64::from(codec.frame_size_samples) / u64::from(codec.sample_rate_hz.max(1));
        Self {
            client,
            links: Links::new(Transports::new(Route::over(Box::new(network)), None), None),
            player: player.into(),
            codec,
            delay: FRAMES_COLLECTED * Duration::from_micros(frame_micros),
            frames: VecDeque::new(),
            texts: VecDeque::new(),
            channel: None,
            has_roster: false,
        }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.client.name() == name
    }

    /// Its codec: that of the player.
    pub(super) fn codec(&self) -> CodecParameters {
        self.codec
    }

    /// The rooms it listens to.
    pub(super) fn rooms(&self) -> impl Iterator<Item = &str> {
        self.client.rooms()
    }

    /// Whether it is in the session, and all others know its rooms.
    pub(super) fn is_ready(&self) -> bool {
        self.has_roster
    }

    /// Listens to this room too; a room that cannot be joined is ignored.
    pub(super) fn listen(&mut self, room: &str) {
        if self.client.rooms().all(|listened| listened != room) {
            let _ = self.client.join_room(room);
        }
    }

    /// Receives pending packets and sends those that are due; true if there were any.
    pub(super) fn run_once(&mut self, now: Instant, at: SessionInstant) -> bool {
        let before = self.links.statistics();
        while self.links.receive(now, at, &mut self.client) {}
        self.client.handle_timeout(at);
        self.hear(at);
        self.speak(at);
        self.write();
        self.links.send(now, &mut self.client);
        self.links.statistics() != before
    }

    pub(super) fn poll_timeout(&self) -> Option<SessionInstant> {
        let timer = self.client.poll_timeout().map(|(at, _)| at);
        timer.into_iter().chain(self.frames.front().map(|frame| frame.due)).min()
    }

    fn hear(&mut self, at: SessionInstant) {
        while let Some(event) = self.client.poll_event() {
            match event {
                ClientEvent::PlayersSynced => self.has_roster = true,
                ClientEvent::Voice(voice) if self.frames.len() < WAITING_FRAMES_MAX => {
                    self.frames.push_back(WaitingFrame::new(&voice, at + self.delay));
                }
                ClientEvent::StoppedSpeaking { .. } => {
                    if let Some(frame) = self.frames.back_mut() {
                        frame.is_last = true;
                    }
                }
                ClientEvent::Text { to, text, .. } if self.texts.len() < WAITING_TEXTS_MAX => {
                    self.texts.push_back((self.answer_to(to), text));
                }
                _ => {}
            }
        }
    }

    /// Sends the frames that are due.
    fn speak(&mut self, at: SessionInstant) {
        while let Some(frame) = self.frames.pop_front_if(|frame| frame.due <= at) {
            let channel = match self.channel {
                Some(channel) => channel,
                None => match self.client.open_channel(Target::Player(self.player.clone()), frame.properties)
                {
                    Ok(channel) => *self.channel.insert(channel),
                    Err(_) => continue,
                },
            };
            self.client.voice_mut().set_channel(channel, frame.properties);
            if frame.is_last {
                self.client.voice_mut().close_channel(channel);
                self.channel = None;
            }
            // A player that has just left is no longer spoken to.
            let _ = self.client.send_voice(&frame.frame);
        }
    }

    fn write(&mut self) {
        for (to, text) in self.texts.drain(..) {
            // As above.
            let _ = self.client.send_text(&to, &text);
        }
    }

    /// The same room if the player listens there, otherwise the player.
    fn answer_to(&self, to: TextTarget) -> Target {
        let is_listened_to = |room: &str| {
            let mut players = self.client.players().iter();
            players.any(|player| *player.name == *self.player && player.rooms.contains(&room))
        };
        match to {
            TextTarget::Room(room) if is_listened_to(&room) => Target::Room(room),
            _ => Target::Player(self.player.clone()),
        }
    }
}

impl WaitingFrame {
    fn new(voice: &VoiceFrame<'_>, due: SessionInstant) -> Self {
        let VoiceFrame { positional, amplitude, priority, frame, .. } = *voice;
        let properties = ChannelProperties { positional, amplitude, priority: Some(priority) };
        Self { due, frame: frame.into(), properties, is_last: false }
    }
}
