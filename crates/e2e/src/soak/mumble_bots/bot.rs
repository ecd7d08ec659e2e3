//! One bot: it logs in, enters its channel, and reconnects whenever it is disconnected.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_mumble::client::{ClientSettings, MumbleClientEvent, VoiceWay};
use consonance_mumble::{Control, MumbleVersion, Voice};

use crate::mumble_user::MumbleUser;

pub(super) struct Bot {
    name: String,
    token: String,
    server: SocketAddr,
    way: VoiceWay,
    version: MumbleVersion,
    user: Option<MumbleUser>,
    /// The time of its next, or its current, attempt to log in.
    comes_at: Instant,
    asked_at: Option<Instant>,
    /// The delay of its attempts to log in, so that the bots do not all begin at the same moment.
    delay: Duration,
    /// The time at which it entered its channel.
    in_since: Option<Instant>,
    pub(super) heard_at: Instant,
    /// Whether it has left on purpose, and will come back.
    is_returning: bool,
}

/// The frames, texts and events that a bot has received.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) frames: Vec<Frame>,
    pub(super) texts: Vec<String>,
    /// The reason for an unexpected disconnect.
    pub(super) fault: Option<String>,
    /// Whether it is back after it had left on purpose.
    pub(super) has_returned: bool,
}

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) opus: Vec<u8>,
    pub(super) is_tunnelled: bool,
}

/// The pause between two attempts, and the time that a bot that leaves stays away.
const AWAY: Duration = Duration::from_secs(1);
/// The limit from connecting to entering the channel.
const LOGIN_MAX: Duration = Duration::from_secs(20);
/// The time after which it asks for its channel again.
const ASK_AGAIN: Duration = Duration::from_secs(3);
/// Frames of another channel arrive within this time.
const SETTLING: Duration = Duration::from_secs(2);
/// One bot in this many tunnels its voice.
const TUNNELS_EVERY: usize = 8;
/// Two hundred logins at once would look like an attack, which servers block.
const ARRIVAL_INTERVAL: Duration = Duration::from_millis(20);
const OLDER: MumbleVersion = MumbleVersion { major: 1, minor: 3, patch: 4 };

impl Bot {
    /// The bot of this number, at its server.
    pub(super) fn new(number: usize, name: String, token: String, server: SocketAddr, now: Instant) -> Self {
        let tunnels = number.is_multiple_of(TUNNELS_EVERY);
        // Both voice formats, each over UDP and TCP.
        let is_older = (number / TUNNELS_EVERY + number).is_multiple_of(2);
        let delay = ARRIVAL_INTERVAL * number as u32;
        Self {
            name,
            token,
            server,
            way: if tunnels { VoiceWay::Tunnel } else { VoiceWay::Datagram },
            version: if is_older { OLDER } else { MumbleVersion::OURS },
            user: None,
            comes_at: now + delay,
            delay,
            asked_at: None,
            in_since: None,
            heard_at: now,
            is_returning: false,
        }
    }

    pub(super) fn is_in(&self, room: &str) -> bool {
        self.user.as_ref().is_some_and(|user| user.is_in() && user.channel() == Some(room))
    }

    /// Whether it has been in its channel for longer than packets may be in flight.
    pub(super) fn is_settled(&self, now: Instant) -> bool {
        self.in_since.is_some_and(|since| now >= since + SETTLING)
    }

    /// Whether it is in its channel, and was already before this moment.
    pub(super) fn was_in_before(&self, now: Instant) -> bool {
        self.in_since.is_some_and(|since| since < now)
    }

    /// Does what is due, in or on the way to this channel.
    pub(super) fn run_once(&mut self, now: Instant, room: &str) -> Seen {
        let mut seen = Seen::default();
        if self.user.is_none() && now >= self.comes_at {
            self.comes_at = now;
            match self.connect() {
                Ok(user) => self.user = Some(user),
                Err(error) => self.is_out(now, &format!("cannot connect: {error}"), &mut seen),
            }
        }
        if let Err(error) = self.poll(now, room, &mut seen) {
            self.is_out(now, &error.to_string(), &mut seen);
        }
        let is_late = self.user.is_some() && self.in_since.is_none() && now >= self.comes_at + LOGIN_MAX;
        if is_late {
            self.is_out(now, "is not in its channel in time", &mut seen);
        }
        seen
    }

    /// Closes its connection without saying goodbye.
    pub(super) fn leave(&mut self, now: Instant) {
        (self.user, self.in_since, self.is_returning) = (None, None, true);
        self.comes_at = now + AWAY;
    }

    /// Writes to its channel. A text that cannot be sent counts as missed by all others.
    pub(super) fn write(&mut self, words: String) {
        if let Some(user) = &mut self.user {
            let _ = user.write(words);
        }
    }

    /// Sends a voice packet; returns whether it could.
    pub(super) fn speak(&mut self, now: Instant, voice: &Voice<'_>) -> bool {
        self.heard_at = now;
        self.user.as_mut().is_some_and(|user| user.speak(voice).is_ok())
    }

    fn connect(&self) -> io::Result<MumbleUser> {
        let mut settings = ClientSettings::new(&self.name);
        settings.version = self.version;
        settings.authenticate.tokens = vec![self.token.clone()];
        MumbleUser::connect(self.server, settings, self.way)
    }

    fn is_out(&mut self, now: Instant, why: &str, seen: &mut Seen) {
        (self.user, self.in_since, self.asked_at) = (None, None, None);
        self.comes_at = now + AWAY + self.delay;
        seen.fault = Some(format!("{}: {why}", self.name));
    }

    fn poll(&mut self, now: Instant, room: &str, seen: &mut Seen) -> io::Result<()> {
        let Some(user) = &mut self.user else { return Ok(()) };
        while let Some(event) = user.poll(now)? {
            match event {
                MumbleClientEvent::Voice(voice, way) => {
                    let is_tunnelled = way == VoiceWay::Tunnel;
                    seen.frames.push(Frame { opus: voice.opus.into_owned(), is_tunnelled });
                }
                MumbleClientEvent::Control(Control::TextMessage(text)) => seen.texts.push(text.message),
                MumbleClientEvent::Control(Control::Reject(reject)) => {
                    return Err(io::Error::other(format!("refused: {}", reject.reason())));
                }
                MumbleClientEvent::Control(_) | MumbleClientEvent::Pong(_) => {}
                MumbleClientEvent::Closed => return Err(io::ErrorKind::ConnectionReset.into()),
            }
        }
        if !user.is_in() {
            return Ok(());
        }
        if user.channel() == Some(room) {
            if self.in_since.is_none() {
                (self.in_since, self.heard_at) = (Some(now), now);
                seen.has_returned = std::mem::take(&mut self.is_returning);
            }
            self.asked_at = None;
        } else if self.asked_at.is_none_or(|at| now >= at + ASK_AGAIN) {
            (self.in_since, self.asked_at) = (None, Some(now));
            self.comes_at = now;
            user.enter(room)?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Bot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bot").field("name", &self.name).field("way", &self.way).finish_non_exhaustive()
    }
}
