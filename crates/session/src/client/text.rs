//! Text messages: the same way as voice, but reliable.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;

use consonance_wire::limits::max_relayed_bytes;
use consonance_wire::{Packet, RoomId, ServerRelay, TextData, TextRecipient, WireStr};

use super::channels::Target;
use super::event::{ClientEvent, TextTarget};
use super::fault::Fault;
use super::listening::Listening;
use super::routing::Sending;
use super::send_order::SendOrder;
use super::server_link::Joined;
use crate::restrictions::Restriction;

/// Bytes of a text message besides the text.
const TEXT_OVERHEAD: usize = max_relayed_bytes(1) - crate::TEXT_BYTES_MAX;

/// The reason why a text message was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The client has not joined a session.
    #[error("no session is joined: the message was not sent")]
    NotJoined,
    /// No player of this name is in the session.
    #[error("no player called {name:?} is here: the message was not sent")]
    UnknownPlayer {
        /// The name.
        name: Box<str>,
    },
    /// The server's operator has muted my texts.
    #[error("the server's operator lets you send no messages for now: it was not sent")]
    Muted,
    /// The message has more bytes than the limit.
    #[error("the message has {bytes} bytes, at most {limit} are allowed: send it in parts")]
    TooLong {
        /// Bytes of the message.
        bytes: usize,
        /// The maximum number of bytes of a message; fewer if it has many recipients.
        limit: usize,
    },
}

impl TextError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJoined => "not-joined",
            Self::UnknownPlayer { .. } => "unknown-player",
            Self::Muted => "muted",
            Self::TooLong { .. } => "too-long",
        }
    }
}

impl Sending<'_> {
    /// See [`Client::send_text`](super::Client::send_text).
    pub(super) fn send_text(&mut self, target: &Target, text: &str) -> Result<usize, TextError> {
        let me = self.me.ok_or(TextError::NotJoined)?;
        let Joined { session, id, .. } = me;
        if self.restrictions.has(Restriction::TextMuted) {
            return Err(TextError::Muted);
        }
        let limit = self.settings.limits.text_bytes.min(self.settings.packets.text_bytes());
        let too_long = TextError::TooLong { bytes: text.len(), limit };
        if text.len() > limit {
            return Err(too_long);
        }
        let recipient = match target {
            Target::Room(room) => {
                let room = RoomId::of(room);
                self.router.destinations.set_room(self.players, id, room);
                TextRecipient::Room(room)
            }
            Target::Player(name) => {
                let Some(player) = self.players.id_of(name) else {
                    return Err(TextError::UnknownPlayer { name: name.clone() });
                };
                self.router.destinations.set_player(self.players, id, player);
                TextRecipient::Player(player)
            }
        };
        let listeners = self.count_relayed();
        let limit = self.longest_text(text.len(), listeners);
        let too_long = TextError::TooLong { bytes: text.len(), limit };
        if text.len() > limit {
            return Err(too_long);
        }
        let text = TextData { session, recipient, sender: id, text: Some(WireStr::from(text)) };
        let mut inner = [0; crate::PACKET_BYTES_MAX];
        let Ok(length) = Packet::from(text).write(&mut inner) else { return Err(too_long) };
        let (direct, relayed) = self
            .send_to_destinations(me, SendOrder::PeerReliable, &inner[..length], false)
            .map_err(|_| too_long)?;
        self.out.statistics.texts_direct += direct;
        self.out.statistics.texts_relayed += relayed;
        Ok(self.router.destinations.clients().len())
    }

    /// The longest text of at most this many bytes whose relays stay within the amount that a server accepts from a
    /// client in a second: beyond its rate, some listeners would get nothing, and finally the server closes the link.
    fn longest_text(&self, bytes: usize, listeners: usize) -> usize {
        let most = self.settings.packets.bytes(SendOrder::PeerReliable.delivery());
        let budget = (self.settings.limits.control_bytes.per_second as usize).max(most);
        let fits =
            |bytes: &usize| ServerRelay::bytes_to_reach(listeners, bytes + TEXT_OVERHEAD, most) <= budget;
        (0..=bytes).rev().find(fits).unwrap_or(0)
    }
}

impl Listening<'_> {
    pub(super) fn handle_text(&mut self, text: &TextData<'_>) -> Result<(), Fault> {
        let id = text.sender;
        let member = self.players.roster.get(id).filter(|_| id != self.me).ok_or(Fault::UnknownPlayer)?;
        let to = match text.recipient {
            TextRecipient::Room(room) => match self.own.rooms().list().name_of(room) {
                Some(name) => TextTarget::Room(name.into()),
                None => return Ok(()),
            },
            TextRecipient::Player(player) => {
                let recipient = self.players.roster.get(player).ok_or(Fault::UnknownPlayer)?;
                TextTarget::Player(recipient.name.clone())
            }
            TextRecipient::Unknown { .. } => return Err(Fault::Contradiction),
        };
        let name = member.name.clone();
        let text = text.text.map(|text| text.to_str().as_ref().to_owned()).unwrap_or_default();
        self.out.event(ClientEvent::Text { id, name, to, text: text.into() });
        Ok(())
    }
}
