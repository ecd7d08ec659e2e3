//! Moderation requests of this client to the server.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use consonance_wire::{
    Capabilities, CommandAction, ModeratorAnswer, ModeratorCommand, WireStr, WriteError, Writer,
};

use super::Client;
use super::connect::Connection;
use super::event::ClientEvent;
use super::stages::Stage;
use crate::moderator::ModeratorAction;

/// Pending moderation requests.
#[derive(Debug, Default)]
pub(super) struct ModeratorRequests {
    /// The number of the newest request.
    number: u16,
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    number: u16,
    player: Box<str>,
    action: ModeratorAction,
}

/// The reason why a request was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModerateError {
    /// The client has not joined a session.
    NotJoined,
    /// The server accepts no such requests: it is an original, or only its operator moderates.
    NotOffered,
    /// Too many requests are pending.
    TooMany {
        /// The maximum number of pending requests.
        limit: usize,
    },
    /// Names and reason together do not fit into a packet.
    TooLong,
}

impl ModerateError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJoined => "not-joined",
            Self::NotOffered => "not-offered",
            Self::TooMany { .. } => "too-many",
            Self::TooLong => "too-long",
        }
    }
}

impl fmt::Display for ModerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJoined => f.write_str("no session is joined: nothing was done"),
            Self::NotOffered => f.write_str("this server does not accept moderation requests from players"),
            Self::TooMany { limit } => {
                write!(f, "{limit} requests wait for the server's answer: wait for it, too")
            }
            Self::TooLong => f.write_str("the reason is too long for a packet: say it in fewer words"),
        }
    }
}

impl core::error::Error for ModerateError {}

impl Client {
    /// Whether the server of the present session accepts such requests at all; the join token decides which players
    /// may send them.
    pub fn can_moderate(&self) -> bool {
        self.server_can(Capabilities::MODERATORS)
    }

    /// Requests an action against a player of this session. [`ClientEvent::ModeratorAnswered`] has the result in every
    /// case.
    ///
    /// # Errors
    /// If it cannot be sent; then there is no event.
    pub fn moderate(
        &mut self,
        player: &str,
        action: &ModeratorAction,
        reason: &str,
    ) -> Result<(), ModerateError> {
        let Connection::Joined { link, session, .. } = self.connection else {
            return Err(ModerateError::NotJoined);
        };
        if !self.can_moderate() {
            return Err(ModerateError::NotOffered);
        }
        if self.moderator_requests.waiting.len() >= WAITING_MAX {
            return Err(ModerateError::TooMany { limit: WAITING_MAX });
        }
        let number = self.moderator_requests.number.wrapping_add(1);
        let (name, reason) = (WireStr::from(player), WireStr::from(reason));
        let request = ModeratorCommand { number, player: name, reason, action: command_action(action) };
        let written = self.outbox.push_written(Stage::ServerReliable, [link], |out| {
            let mut writer = Writer::new(out);
            request.write(session, &mut writer)?;
            Ok::<_, WriteError>(writer.len())
        });
        written.map_err(|_| ModerateError::TooLong)?;
        let waiting = Waiting { number, player: player.into(), action: action.clone() };
        self.moderator_requests.waiting.push(waiting);
        self.moderator_requests.number = number;
        Ok(())
    }

    /// Handles the server's answer.
    pub(super) fn hear_answer(&mut self, number: u16, answer: ModeratorAnswer) {
        let place = self.moderator_requests.waiting.iter().position(|waiting| waiting.number == number);
        match place {
            Some(place) => {
                let Waiting { player, action, .. } = self.moderator_requests.waiting.remove(place);
                self.events.push(ClientEvent::ModeratorAnswered { player, action, answer });
            }
            None => self.statistics.ignored += 1,
        }
    }

    /// Fails all pending requests: the server that was asked will not answer any more.
    pub(super) fn give_up_moderating(&mut self) {
        for Waiting { player, action, .. } in core::mem::take(&mut self.moderator_requests.waiting) {
            let answer = ModeratorAnswer::Failed;
            self.events.push(ClientEvent::ModeratorAnswered { player, action, answer });
        }
    }
}

/// The maximum number of pending requests.
const WAITING_MAX: usize = 16;

fn command_action(action: &ModeratorAction) -> CommandAction<'_> {
    match action {
        ModeratorAction::Kick => CommandAction::Kick,
        ModeratorAction::Mute { lasts } => CommandAction::Mute { duration_s: seconds(*lasts) },
        ModeratorAction::Unmute => CommandAction::Unmute,
        ModeratorAction::Move { from, to } => {
            CommandAction::Move { from: WireStr::from(&**from), to: WireStr::from(&**to) }
        }
        ModeratorAction::Ban { lasts } => CommandAction::Ban { duration_s: seconds(*lasts) },
    }
}

/// 0 stands for no end.
fn seconds(lasts: Option<Duration>) -> u32 {
    lasts.map_or(0, |lasts| u32::try_from(lasts.as_secs()).unwrap_or(u32::MAX).max(1))
}
