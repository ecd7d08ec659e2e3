//! A player over an in-process link, with its events as lines.

use std::ops::{Deref, DerefMut};
use std::time::Instant;

use consonance_link::memory::MemoryClient;
use consonance_link::{ClientNetwork as _, Statistics};
use consonance_session::{
    Capabilities, ChannelProperties, Client, ClientEvent, ClientSettings, JoinToken, Target,
};
use consonance_testing::player::TestPlayer;

pub(crate) struct Player {
    inner: TestPlayer<MemoryClient>,
    /// The events, one line each.
    pub(crate) seen: Vec<String>,
}

impl Player {
    pub(crate) fn new(name: &str, transport: MemoryClient, now: Instant) -> Self {
        Self::with_token(name, None, transport, now)
    }

    /// A player with a join token.
    pub(crate) fn with_token(name: &str, token: Option<&str>, transport: MemoryClient, now: Instant) -> Self {
        // Like an original: when its link ends, it has left.
        Self::announcing(Capabilities::NONE, name, token, transport, now)
    }

    /// A client of ours, which understands more notices than an original.
    pub(crate) fn of_ours(name: &str, token: &str, transport: MemoryClient, now: Instant) -> Self {
        Self::announcing(Capabilities::ALL, name, Some(token), transport, now)
    }

    fn announcing(
        capabilities: Capabilities,
        name: &str,
        token: Option<&str>,
        transport: MemoryClient,
        now: Instant,
    ) -> Self {
        let mut settings = ClientSettings::new(name);
        settings.join_token = token.map(|token| JoinToken::new(token.as_bytes()).unwrap());
        settings.capabilities = capabilities;
        Self { inner: TestPlayer::new(Client::new(settings), transport, now), seen: Vec::new() }
    }

    pub(crate) fn listen(mut self, room: &str) -> Self {
        self.client.join_room(room).unwrap();
        self
    }

    pub(crate) fn talk(mut self, room: &str) -> Self {
        self.client.open_channel(Target::Room(room.into()), ChannelProperties::default()).unwrap();
        self
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.transport.statistics()
    }

    /// Handles incoming packets, and sends outgoing ones.
    pub(crate) fn run_once(&mut self, now: Instant) {
        let Self { inner, seen } = self;
        inner.run_once(now, |event| seen.extend(line(&event)));
    }

    pub(crate) fn has_seen(&self, line: &str) -> bool {
        self.seen.iter().any(|seen| seen == line)
    }
}

impl Deref for Player {
    type Target = TestPlayer<MemoryClient>;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl DerefMut for Player {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}

fn line(event: &ClientEvent<'_>) -> Option<String> {
    Some(match event {
        ClientEvent::Joined { .. } => "joined".into(),
        ClientEvent::PlayerJoined { name, .. } => format!("{name} joined"),
        ClientEvent::PlayerLeft { name, .. } => format!("{name} left"),
        ClientEvent::EnteredRoom { name, room, .. } => format!("{name} entered {room}"),
        ClientEvent::ExitedRoom { name, room, .. } => format!("{name} exited {room}"),
        ClientEvent::Voice(voice) => format!("{} says {:?}", voice.id, voice.frame),
        ClientEvent::Text { name, text, .. } => format!("{name} writes {text}"),
        ClientEvent::Restricted { restriction, terms } => {
            let reason = terms.as_ref().map(|terms| &*terms.reason);
            format!("{restriction:?}: {}", reason.unwrap_or("no longer"))
        }
        ClientEvent::Moved { from, to } => format!("moved from {from} to {to}"),
        ClientEvent::Kicked { reason } => format!("kicked: {reason}"),
        ClientEvent::ModeratorAnswered { player, action, answer } => {
            format!("{action:?} {player}: {answer:?}")
        }
        _ => return None,
    })
}
