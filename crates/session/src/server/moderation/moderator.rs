//! Moderation requests from players: checked here, carried out by the driver, which keeps what is decided.

use core::time::Duration;

use consonance_wire::names::NameKey;
use consonance_wire::{self as wire, ClientId, CommandAction, ModeratorAnswer, WireStr};

use super::SessionModeration;
use crate::moderator::{ModeratorAction, ModeratorRequest};
use crate::server::event::ServerEvent;
use crate::server::fault::Fault;

impl SessionModeration<'_> {
    /// A client requests moderation of a player. Only its join token permits that, never the packet.
    pub(in crate::server) fn handle_request(
        &mut self,
        own: Option<ClientId>,
        request: &wire::ModeratorCommand<'_>,
    ) -> Result<(), Fault> {
        let own = own.ok_or(Fault::NotJoined)?;
        self.rooms.statistics_mut().moderator_requests += 1;
        if let Err(refusal) = self.check_moderator(own, &request.player.to_str()) {
            self.rooms.statistics_mut().moderator_requests_refused += 1;
            self.answer_moderator(own, request.number, refusal);
            return Ok(());
        }
        let text = |words: WireStr<'_>| (*words.to_str()).into();
        let (player, reason) = (text(request.player), text(request.reason));
        let action = action(&request.action);
        let request = ModeratorRequest { number: request.number, player, reason, action };
        self.rooms.raise(ServerEvent::ModerationRequested { id: own, request });
        Ok(())
    }

    fn check_moderator(&self, own: ClientId, player: &str) -> Result<(), ModeratorAnswer> {
        let (gate, members) = (self.rooms.rules().policy().gate(), self.rooms.members());
        if !gate.is_moderator(own) {
            return Err(ModeratorAnswer::NotModerator);
        }
        match members.find(player, &NameKey::of(player)) {
            None => Err(ModeratorAnswer::NoPlayer),
            Some(player) if player != own && gate.is_moderator(player) => Err(ModeratorAnswer::Protected),
            Some(_) => Ok(()),
        }
    }
}

fn action(requested: &CommandAction<'_>) -> ModeratorAction {
    match *requested {
        CommandAction::Kick => ModeratorAction::Kick,
        CommandAction::Mute { duration_s } => ModeratorAction::Mute { lasts: lasts(duration_s) },
        CommandAction::Unmute => ModeratorAction::Unmute,
        CommandAction::Move { from, to } => {
            ModeratorAction::Move { from: (*from.to_str()).into(), to: (*to.to_str()).into() }
        }
        CommandAction::Ban { duration_s } => ModeratorAction::Ban { lasts: lasts(duration_s) },
    }
}

fn lasts(duration_s: u32) -> Option<Duration> {
    (duration_s > 0).then(|| Duration::from_secs(duration_s.into()))
}
