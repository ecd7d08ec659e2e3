//! Moderation requests of this client to the server.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{CommandAction, ModeratorAnswer, ModeratorCommand, WireStr, Writer};

use super::event::ClientEvent;
use super::output::Output;
use super::send_order::SendOrder;
use super::server_link::Joined;
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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModerateError {
    /// The client has not joined a session.
    #[error("no session is joined: nothing was done")]
    NotJoined,
    /// The server accepts no such requests: it is an original, or only its operator moderates.
    #[error("this server does not accept moderation requests from players")]
    NotOffered,
    /// Too many requests are pending.
    #[error("{limit} requests wait for the server's answer: wait for it, too")]
    TooMany {
        /// The maximum number of pending requests.
        limit: usize,
    },
    /// Names and reason together do not fit into a packet.
    #[error("the reason is too long for a packet: say it in fewer words")]
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

impl ModeratorRequests {
    /// Requests an action against a player of this session.
    pub(super) fn request(
        &mut self,
        player: &str,
        action: &ModeratorAction,
        reason: &str,
        me: Joined,
        out: &mut Output,
    ) -> Result<(), ModerateError> {
        if self.waiting.len() >= WAITING_MAX {
            return Err(ModerateError::TooMany { limit: WAITING_MAX });
        }
        let number = self.number.wrapping_add(1);
        let (name, reason) = (WireStr::from(player), WireStr::from(reason));
        let request = ModeratorCommand { number, player: name, reason, action: command_action(action) };
        let write = |writer: &mut Writer<'_>| request.write(me.session, writer);
        out.send_written(SendOrder::ServerReliable, me.link, write).map_err(|_| ModerateError::TooLong)?;
        self.waiting.push(Waiting { number, player: player.into(), action: action.clone() });
        self.number = number;
        Ok(())
    }

    /// Handles the server's answer.
    pub(super) fn handle_answer(&mut self, number: u16, answer: ModeratorAnswer, out: &mut Output) {
        match self.waiting.iter().position(|waiting| waiting.number == number) {
            Some(place) => {
                let Waiting { player, action, .. } = self.waiting.remove(place);
                out.event(ClientEvent::ModeratorAnswered { player, action, answer });
            }
            None => out.statistics.ignored += 1,
        }
    }

    /// Fails all pending requests: the server that was asked will not answer any more.
    pub(super) fn give_up(&mut self, out: &mut Output) {
        for Waiting { player, action, .. } in core::mem::take(&mut self.waiting) {
            out.event(ClientEvent::ModeratorAnswered { player, action, answer: ModeratorAnswer::Failed });
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

#[cfg(test)]
mod tests {
    use super::super::server_link::IN_TESTS as ME;
    use super::*;

    #[test]
    fn each_request_has_one_answer_and_the_end_of_the_link_fails_those_without() {
        let (mut requests, mut out) = (ModeratorRequests::default(), Output::new(32));
        for player in ["Bob", "Carol"] {
            requests.request(player, &ModeratorAction::Kick, "spam", ME, &mut out).unwrap();
        }
        for _ in 0..2 {
            requests.handle_answer(1, ModeratorAnswer::Done, &mut out);
        }
        assert_eq!(out.statistics.ignored, 1, "the second answer is to no request");
        requests.give_up(&mut out);
        let answered = |player: &str, answer| {
            let (player, action) = (player.into(), ModeratorAction::Kick);
            Some(ClientEvent::ModeratorAnswered { player, action, answer })
        };
        assert_eq!(out.events.pop(), answered("Bob", ModeratorAnswer::Done));
        assert_eq!(out.events.pop(), answered("Carol", ModeratorAnswer::Failed));
        assert_eq!(out.events.pop(), None);
    }

    #[test]
    fn no_more_requests_wait_than_the_limit() {
        let (mut requests, mut out) = (ModeratorRequests::default(), Output::new(32));
        let mut request = || requests.request("Bob", &ModeratorAction::Unmute, "", ME, &mut out);
        for _ in 0..WAITING_MAX {
            assert_eq!(request(), Ok(()));
        }
        assert_eq!(request(), Err(ModerateError::TooMany { limit: WAITING_MAX }));
    }
}
