//! Events from the voice thread to the game.

use std::time::{Duration, Instant};

use consonance_link::{DisconnectReason, EndReason};
use consonance_session::{ClientEvent, ModeratorAction, ModeratorAnswer, TextTarget};

use crate::caption::Caption;
use crate::encryption_event::EncryptionEvent;
use crate::output_failure::OutputFailure;
use crate::player_state::Players;
use crate::problem::ProblemKind;
use crate::restrictions::OperatorDecision;
use crate::route::LinkTransport;
use crate::text::TextId;

/// An event and its time.
#[derive(Clone, Debug)]
pub struct Event {
    /// When the voice thread noticed it.
    pub at: Instant,
    /// The event itself.
    pub kind: EventKind,
}

/// An event of the chat.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum EventKind {
    /// We are in the session; again after each reconnect.
    Joined,
    /// The connection was lost and is back, and with it our place in the session: no other player noticed. Players that
    /// left or joined meanwhile are reported until [`PlayersSynced`](Self::PlayersSynced).
    Resumed,
    /// All players that were here before us are known, and all of them know which rooms we listen to.
    PlayersSynced,
    /// A player has joined the session. Not raised for the local player.
    PlayerJoined {
        /// Its name, unique in the session.
        name: String,
    },
    /// A player has left the session.
    PlayerLeft {
        /// Its name.
        name: String,
    },
    /// A player, possibly the local one, has started listening to a room.
    EnteredRoom {
        /// The player's name.
        name: String,
        /// The room's name.
        room: String,
    },
    /// A player, possibly the local one, no longer listens to a room.
    ExitedRoom {
        /// The player's name.
        name: String,
        /// The room's name.
        room: String,
    },
    /// The server has removed us from a room that we listened to: we have no access, or its operator removed us. We
    /// stay out of it, also after a reconnect, until [`listen`](crate::Room::listen) asks the
    /// server again. Calls remain counted: to join again and leave as often as before, leave first.
    RemovedFromRoom {
        /// The room's name.
        room: String,
    },
    /// A decision of the server's operator about us.
    Operator(OperatorDecision),
    /// The result of a moderation action that we, as a moderator, [requested](crate::Player::moderate) against
    /// another player.
    Moderated {
        /// The other player's name.
        name: String,
        /// The action.
        action: ModeratorAction,
        /// The result.
        answer: ModeratorAnswer,
    },
    /// A player has started speaking to us.
    StartedSpeaking {
        /// Its name.
        name: String,
    },
    /// A player has stopped speaking to us.
    StoppedSpeaking {
        /// Its name.
        name: String,
    },
    /// A text message to us or to a room that we listen to.
    Text {
        /// The sender's name.
        from: String,
        /// The target of the message.
        to: TextTarget,
        /// The message.
        text: String,
    },
    /// A player's speech as text, to us or to a room that we listen to. A text message that is a [`Caption`] of a
    /// player in the session is reported as this, not as [`Text`](Self::Text).
    Caption {
        /// The name of the player that transcribed it, which the server vouches for; the text itself is not vouched
        /// for.
        by: String,
        /// The target of the message.
        to: TextTarget,
        /// The player that speaks, and its words.
        caption: Caption,
    },
    /// Our text message is on its way.
    TextSent {
        /// The message.
        id: TextId,
        /// The number of recipients, as far as listeners are known.
        players: usize,
    },
    /// Our text message was not sent.
    TextNotSent {
        /// The message.
        id: TextId,
        /// The reason, and what to do about it.
        reason: String,
    },
    /// Voice and texts can now go to a player over a direct link; whether they do depends on the
    /// [routing](crate::Routing).
    DirectLinkMade {
        /// Its name.
        name: String,
    },
    /// A player is now reached only through the server; nothing else changes. Not raised for players that left before.
    DirectLinkLost {
        /// Its name.
        name: String,
    },
    /// The local player has received a [token](crate::Tokens).
    TokenAdded {
        /// The token.
        token: String,
    },
    /// The local player no longer holds a [token](crate::Tokens).
    TokenRemoved {
        /// The token.
        token: String,
    },
    /// A microphone or loudspeaker was connected, disconnected or replaced by another one. The chat continues without
    /// one: the others hear silence, or we hear nothing.
    #[cfg(feature = "devices")]
    Device(consonance_device::devices::DeviceEvent),
    /// We leave the session and rejoin it at once, since this is the only way to tell the others that our frames have
    /// another length. Rooms and channels are kept.
    Rejoining,
    /// The server is going to end the session. It may announce this again with another reason, or cancel it.
    Draining {
        /// The time until the end.
        ends_in: Duration,
        /// The server that it redirects us to: an address as announced by the server.
        redirect: Option<String>,
        /// How long until we go there by ourselves, with name, token, rooms and channels; clients do not all go at
        /// once. `None` on a network without redirects, or without such an address: the game then has to act.
        follows_in: Option<Duration>,
    },
    /// The server has cancelled its announced end.
    DrainCancelled,
    /// We leave this server for the one that it redirected us to. If the new server does not answer, we come back.
    Redirecting,
    /// The session was lost. Rooms and channels are kept; the next attempt follows automatically.
    ConnectionLost {
        /// Why.
        reason: String,
        /// How long until the next attempt.
        retry_in: Duration,
    },
    /// The link to the server now uses another network: a `WebSocket`, because UDP does not get through, or UDP again.
    /// If the place in the session was kept, [`Resumed`](Self::Resumed) follows.
    TransportChanged {
        /// The new transport.
        transport: LinkTransport,
        /// The reason, in words.
        reason: String,
    },
    /// The link leads to another server: one of the same session, since the former one was lost or is going away, or
    /// one that we were [redirected to](Self::Redirecting). [`Resumed`](Self::Resumed) or [`Joined`](Self::Joined)
    /// follows.
    ServerChanged {
        /// The server's address, as for [`VoiceChat::to`](crate::VoiceChat::to).
        address: String,
    },
    /// An event of the session's [encryption](crate::VoiceChat::encryption).
    Encryption(EncryptionEvent),
    /// A request could not be carried out; voice continues.
    Problem {
        /// The kind of problem.
        about: ProblemKind,
        /// A description, and what to do about it.
        text: String,
    },
    /// The voice thread has ended; this is the last event.
    Ended(End),
}

impl EventKind {
    /// Whether the event is about the player of this name.
    pub(crate) fn concerns(&self, player: &str) -> bool {
        match self {
            Self::PlayerJoined { name }
            | Self::PlayerLeft { name }
            | Self::EnteredRoom { name, .. }
            | Self::ExitedRoom { name, .. }
            | Self::StartedSpeaking { name }
            | Self::StoppedSpeaking { name }
            | Self::Text { from: name, .. }
            | Self::DirectLinkMade { name }
            | Self::DirectLinkLost { name } => name == player,
            Self::Caption { by, caption, .. } => by == player || caption.player == player,
            Self::Joined
            | Self::Resumed
            | Self::PlayersSynced
            | Self::RemovedFromRoom { .. }
            | Self::Operator(..)
            | Self::Moderated { .. }
            | Self::TextSent { .. }
            | Self::TextNotSent { .. }
            | Self::TokenAdded { .. }
            | Self::TokenRemoved { .. }
            | Self::Rejoining
            | Self::Draining { .. }
            | Self::DrainCancelled
            | Self::Redirecting
            | Self::ConnectionLost { .. }
            | Self::TransportChanged { .. }
            | Self::ServerChanged { .. }
            | Self::Encryption(..)
            | Self::Problem { .. }
            | Self::Ended(..) => false,
            #[cfg(feature = "devices")]
            Self::Device(_) => false,
        }
    }

    /// The same event, except that a text message with a caption of one of these players becomes a caption.
    pub(crate) fn with_captions(self, players: &Players) -> Self {
        let Self::Text { from, to, text } = self else { return self };
        let players = players.all();
        match Caption::read(&text, players.iter().map(|player| &*player.name)) {
            Some(caption) => Self::Caption { by: from, to, caption },
            None => Self::Text { from, to, text },
        }
    }

    /// The event for the game; `None` for events of the session that other events cover.
    pub(crate) fn of(event: ClientEvent<'_>, own_name: &str) -> Option<Self> {
        let text = |words: Box<str>| String::from(words);
        Some(match event {
            ClientEvent::Joined { .. } => Self::Joined,
            ClientEvent::Resumed { .. } => Self::Resumed,
            ClientEvent::PlayersSynced => Self::PlayersSynced,
            ClientEvent::PlayerJoined { name, .. } if *name == *own_name => return None,
            ClientEvent::PlayerJoined { name, .. } => Self::PlayerJoined { name: text(name) },
            ClientEvent::PlayerLeft { name, .. } => Self::PlayerLeft { name: text(name) },
            ClientEvent::EnteredRoom { name, room, .. } => {
                Self::EnteredRoom { name: text(name), room: text(room) }
            }
            ClientEvent::ExitedRoom { name, room, .. } => {
                Self::ExitedRoom { name: text(name), room: text(room) }
            }
            ClientEvent::RemovedFromRoom { room } => Self::RemovedFromRoom { room: text(room) },
            ClientEvent::ModeratorAnswered { player, action, answer } => {
                Self::Moderated { name: text(player), action, answer }
            }
            ClientEvent::StartedSpeaking { name, .. } => Self::StartedSpeaking { name: text(name) },
            ClientEvent::StoppedSpeaking { name, .. } => Self::StoppedSpeaking { name: text(name) },
            ClientEvent::Text { name, to, text: message, .. } => {
                Self::Text { from: text(name), to, text: text(message) }
            }
            ClientEvent::Restricted { .. }
            | ClientEvent::RoomRights { .. }
            | ClientEvent::Moved { .. }
            | ClientEvent::TextRateLimited { .. }
            | ClientEvent::RoomFull { .. }
            | ClientEvent::Recorded(_)
            | ClientEvent::Kicked { .. }
            | ClientEvent::Voice(_)
            | ClientEvent::PeerIntroduced { .. }
            | ClientEvent::UplinkReport(_)
            | ClientEvent::ListenerReport(_)
            | ClientEvent::Draining { .. }
            | ClientEvent::DrainCancelled
            | ClientEvent::GroupMessage { .. }
            | ClientEvent::ServersListed { .. }
            | ClientEvent::Disconnected { .. } => return None,
        })
    }
}

/// Why the voice thread ended.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum End {
    /// [`VoiceChat::leave`](crate::VoiceChat::leave) was called, or the handle dropped.
    #[error("left the session")]
    Left,
    /// Another client joined with our name.
    #[error("another client joined with the same name: choose another name, or end the other client first")]
    ReplacedByNewerLogin,
    /// The server's operator has removed us, and may have banned us.
    #[error("{reason}")]
    Kicked {
        /// The reason, of the kind [`Kicked`](consonance_link::EndKind::Kicked) or
        /// [`Banned`](consonance_link::EndKind::Banned), with the operator's text, which may be empty, and the end
        /// of the ban.
        reason: EndReason,
    },
    /// There is no connection, and no further attempt will be made.
    #[error("{0}")]
    NoConnection(DisconnectReason),
    /// The output accepts no more sound.
    #[error("{0}")]
    Output(OutputFailure),
    /// The voice thread panicked: a fault of an output or a transport, or of ours. An input that panics is only
    /// reported as an [`EventKind::Problem`].
    #[error("the voice thread has panicked: please report the text on standard error")]
    Panicked,
}

impl End {
    /// An error code for logs and bindings: unlike the text, it does not change. It is the server's own, if it gave a
    /// reason: `banned`, `token-expired` and so on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::ReplacedByNewerLogin => "replaced-by-newer-login",
            Self::Kicked { reason } => reason.code.name(),
            Self::NoConnection(
                DisconnectReason::ClosedByPeer { reason } | DisconnectReason::Refused { reason },
            ) if reason.code != EndReason::default().code => reason.code.name(),
            Self::NoConnection(reason) => reason.code(),
            Self::Output(failure) => failure.error().code(),
            Self::Panicked => "panicked",
        }
    }
}

#[cfg(test)]
mod tests {
    /// The rows of the guide's table, and the variants above, both in order.
    #[test]
    fn the_guides_table_of_events_has_every_event() {
        let source = include_str!("event.rs");
        let start = source.find("pub enum EventKind {").expect("it is above");
        let body = &source[start..start + source[start..].find("\n}\n").expect("it ends")];
        let variants: Vec<_> = body
            .lines()
            .filter_map(|line| line.strip_prefix("    "))
            .filter(|line| line.starts_with(|letter: char| letter.is_ascii_uppercase()))
            .map(|line| line.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default())
            .collect();
        let page = include_str!("../../../docs/guide/events.md");
        let rows: Vec<_> = page
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name))
            .collect();
        assert!(variants.len() > 20, "{variants:?}");
        assert_eq!(rows, variants);
    }
}
