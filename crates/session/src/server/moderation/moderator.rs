//! Requests of players who may moderate: checked here, carried out by the driver, who keeps what is decided.

use core::time::Duration;

use consonance_wire::{self as wire, ClientId, ModeratorAnswer, ModeratorDeed, Notice, WireStr};

use crate::moderator::{ModeratorAction, ModeratorRequest};
use crate::server::{Fault, Server, ServerEvent};

impl Server {
    /// Tells a moderator what became of its request. False if it cannot be told.
    pub fn answer_moderator(&mut self, id: ClientId, number: u16, answer: ModeratorAnswer) -> bool {
        self.notify(id, &Notice::Answered { number, answer })
    }

    /// Somebody wants something done to a player. Only the join token says whether it may, never the packet.
    pub(in crate::server) fn handle_moderator_request(
        &mut self,
        own: Option<ClientId>,
        request: &wire::ModeratorRequest<'_>,
    ) -> Result<(), Fault> {
        let own = own.ok_or(Fault::NotJoined)?;
        self.statistics.moderator_requests += 1;
        let action = match self.check_moderator(own, &request.player.to_str()) {
            Ok(()) => action(&request.deed).ok_or(ModeratorAnswer::Failed),
            Err(refusal) => Err(refusal),
        };
        let action = match action {
            Ok(action) => action,
            Err(refusal) => {
                self.statistics.moderator_requests_refused += 1;
                self.answer_moderator(own, request.number, refusal);
                return Ok(());
            }
        };
        let text = |words: WireStr<'_>| (*words.to_str()).into();
        let (player, reason) = (text(request.player), text(request.reason));
        let request = ModeratorRequest { number: request.number, player, reason, action };
        self.events.push(ServerEvent::ModeratorAsks { id: own, request });
        Ok(())
    }

    fn check_moderator(&self, own: ClientId, player: &str) -> Result<(), ModeratorAnswer> {
        let gate = self.policy.gate();
        if !gate.is_moderator(own) {
            return Err(ModeratorAnswer::NotModerator);
        }
        match self.client_named(player) {
            None => Err(ModeratorAnswer::NoPlayer),
            Some(player) if player != own && gate.is_moderator(player) => Err(ModeratorAnswer::Protected),
            Some(_) => Ok(()),
        }
    }
}

/// `None` for what is not known here.
fn action(deed: &ModeratorDeed<'_>) -> Option<ModeratorAction> {
    Some(match *deed {
        ModeratorDeed::Kick => ModeratorAction::Kick,
        ModeratorDeed::Mute { for_s } => {
            ModeratorAction::Mute { lasts: (for_s > 0).then(|| Duration::from_secs(for_s.into())) }
        }
        ModeratorDeed::Unmute => ModeratorAction::Unmute,
        ModeratorDeed::Move { from, to } => {
            ModeratorAction::Move { from: (*from.to_str()).into(), to: (*to.to_str()).into() }
        }
        _ => return None,
    })
}
