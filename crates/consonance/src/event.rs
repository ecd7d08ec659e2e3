//! What the voice thread tells the game.

use std::time::{Duration, Instant};

use consonance_session::{ClientEvent, ModeratorAction, ModeratorAnswer, TextTarget};
use consonance_transport::{DisconnectReason, EndReason};

use crate::caption::Caption;
use crate::encryption::EncryptionEvent;
use crate::output_failure::OutputFailure;
use crate::player_state::Players;
use crate::problem::ProblemKind;
use crate::restrictions::OperatorDecision;
use crate::route::LinkTransport;
use crate::text::TextId;

/// Something that happened, and when.
#[derive(Clone, Debug)]
pub struct Event {
    /// When the voice thread saw it.
    pub at: Instant,
    /// What it was.
    pub kind: EventKind,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// We are in the session; again after each reconnect.
    Joined,
    /// The connection was lost and is back, and with it our place in the session: no other player noticed. Players that
    /// left or joined meanwhile are reported until [`PlayersSynced`](Self::PlayersSynced).
    Resumed,
    /// All players that were here before us are known now, and all of them know which rooms we listen to.
    PlayersSynced,
    /// A player is in the session. Not raised for oneself.
    PlayerJoined {
        /// Its name, unique in the session.
        name: String,
    },
    /// A player is gone.
    PlayerLeft {
        /// Its name.
        name: String,
    },
    /// A player, or oneself, listens to a room from now on.
    EnteredRoom {
        /// Whose name.
        name: String,
        /// The room's name.
        room: String,
    },
    /// A player, or oneself, listens to a room no longer.
    ExitedRoom {
        /// Whose name.
        name: String,
        /// The room's name.
        room: String,
    },
    /// The server has removed us from a room that we heard: we have no access, or its operator did so. We stay out
    /// of it, also after a reconnect, until [`listen_to_room`](crate::VoiceChat::listen_to_room) asks the server again.
    /// Calls remain counted: to ask again and leave as often as before, leave first.
    RemovedFromRoom {
        /// The room's name.
        room: String,
    },
    /// The server's operator has decided something about us.
    Operator(OperatorDecision),
    /// What became of something that we, as a moderator, [wanted done](crate::VoiceChat::moderate) to another player.
    Moderated {
        /// The other player's name.
        name: String,
        /// What.
        action: ModeratorAction,
        /// What became of it.
        answer: ModeratorAnswer,
    },
    /// A player speaks to us.
    StartedSpeaking {
        /// Its name.
        name: String,
    },
    /// A player speaks to us no longer.
    StoppedSpeaking {
        /// Its name.
        name: String,
    },
    /// A text message to us or to a room that we listen to.
    Text {
        /// The sender's name.
        from: String,
        /// Where it was sent.
        to: TextTarget,
        /// The message.
        text: String,
    },
    /// What a player says, as text, to us or to a room that we listen to. A text message that is a [`Caption`] of a
    /// player in the session comes as this, not as [`Text`](Self::Text).
    Caption {
        /// The name of the player that has written it down, for which the server vouches; what is written is its word.
        by: String,
        /// Where it was sent.
        to: TextTarget,
        /// Which player said what.
        caption: Caption,
    },
    /// A text message of ours is on its way.
    TextSent {
        /// Which one.
        id: TextId,
        /// The number of recipients, as far as listeners are known.
        players: usize,
    },
    /// A text message of ours was not sent.
    TextNotSent {
        /// Which one.
        id: TextId,
        /// Why not, and what to do about it.
        reason: String,
    },
    /// Voice and texts can go to a player over a direct link from now on; whether they do is for the
    /// [routing](crate::Routing) to say.
    DirectLinkMade {
        /// Its name.
        name: String,
    },
    /// A player is reached through the server alone from now on, and nothing else changes. Not raised for players that
    /// have left before.
    DirectLinkLost {
        /// Its name.
        name: String,
    },
    /// The player holds a [token](crate::Tokens) from now on.
    TokenAdded {
        /// The token.
        token: String,
    },
    /// The player holds a [token](crate::Tokens) no longer.
    TokenRemoved {
        /// The token.
        token: String,
    },
    /// A microphone or loudspeaker came, went, or was changed for another one. Without one the chat goes on: the others
    /// hear silence, or we hear nothing.
    #[cfg(feature = "devices")]
    Device(consonance_device::DeviceEvent),
    /// We leave the session and join it again at once, since the others learn only so that our frames have another
    /// length. Rooms and channels are kept.
    Rejoining,
    /// The server is going to end the session. It may say so again with other words, or that it stays.
    Draining {
        /// In how long.
        ends_in: Duration,
        /// Where it sends us: an address in the server's own words.
        redirect: Option<String>,
        /// How long until we go there by ourselves, with name, token, rooms and channels; not all clients at once. None
        /// on a network that cannot, or that has no such address: then it is for the game to do.
        follows_in: Option<Duration>,
    },
    /// The server has said that it closes, and stays after all.
    DrainCancelled,
    /// We leave this server for the one that it has sent us to. If the new server does not answer, we come back.
    Redirecting,
    /// The session was lost. Rooms and channels are kept; the next attempt follows by itself.
    ConnectionLost {
        /// Why.
        reason: String,
        /// How long until the next attempt.
        retry_in: Duration,
    },
    /// The link to the server travels over another network from now on: over a `WebSocket`, because UDP does not get
    /// through, or over UDP again. With the place in the session kept, [`Resumed`](Self::Resumed) follows.
    TransportChanged {
        /// Over which.
        transport: LinkTransport,
        /// Why, in words.
        reason: String,
    },
    /// The link leads to another server than before: one that has the same session, since the one before was lost or
    /// goes away, or one that we were [sent to](Self::Redirecting). [`Resumed`](Self::Resumed) or
    /// [`Joined`](Self::Joined) follows.
    ServerChanged {
        /// The server's address, as for [`VoiceChat::to`](crate::VoiceChat::to).
        address: String,
    },
    /// Something about the session's [encryption](crate::VoiceChat::encryption).
    Encryption(EncryptionEvent),
    /// Something that was asked for could not be done; voice goes on.
    Problem {
        /// What it is about.
        about: ProblemKind,
        /// What, and what to do about it.
        text: String,
    },
    /// The voice thread has ended; nothing comes after this.
    Ended(End),
}

impl EventKind {
    /// Whether it is something that the player of this name did, or that happened to it.
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
            _ => false,
        }
    }

    /// The same, but a text message that is a caption of one of these players as that.
    pub(crate) fn with_captions(self, players: &Players) -> Self {
        let Self::Text { from, to, text } = self else { return self };
        let players = players.all();
        match Caption::read(&text, players.iter().map(|player| &*player.name)) {
            Some(caption) => Self::Caption { by: from, to, caption },
            None => Self::Text { from, to, text },
        }
    }

    /// What the session tells, as the game hears it; `None` for what other events stand for.
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
            _ => return None,
        })
    }
}

/// Why the voice thread ended.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
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
        /// Of the kind [`Kicked`](consonance_transport::EndKind::Kicked) or
        /// [`Banned`](consonance_transport::EndKind::Banned), with the operator's words, which may be empty, and the
        /// end of the ban.
        reason: EndReason,
    },
    /// There is no connection and there will be none.
    #[error("{0}")]
    NoConnection(DisconnectReason),
    /// The output takes no more sound.
    #[error("{0}")]
    Output(OutputFailure),
    /// The voice thread panicked: a fault of an output or a transport, or of ours. An input that panics is only told
    /// of, as an [`EventKind::Problem`].
    #[error("the voice thread has panicked: please report the text on standard error")]
    Panicked,
}

impl End {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::ReplacedByNewerLogin => "replaced-by-newer-login",
            Self::Kicked { reason } => reason.code.name(),
            Self::NoConnection(reason) => reason.code(),
            Self::Output(failure) => failure.error().code(),
            Self::Panicked => "panicked",
        }
    }
}
