//! A moderator with the server's admin token mutes a player, unmutes it, and bans it forever.

use consonance::{End, EventKind, OperatorDecision, Restriction, VoiceChat};
use consonance_testing::stage::{Failure, ensure};

use crate::scenario::cast::CastMember;
use crate::scenario::fixture::Fixture;
use crate::scenario::house::SESSION;
use crate::scenario::player::not_so;
use crate::scenario::report::{Check, Checks};

impl Fixture {
    pub(super) fn is_muted(&mut self, member: CastMember) -> Checks {
        self.house.moderate(&["mute", SESSION, &member.name(), "--reason", LOUD])?;
        let reason = self.player(member)?.is_told("the muted player is told", |kind| match kind {
            EventKind::Operator(OperatorDecision::Restricted { restriction: Restriction::Muted, terms }) => {
                Some(terms.reason.to_string())
            }
            _ => None,
        })?;
        Ok(vec![Check::new(format!("{member:?} is muted, and told why: {reason:?}"), reason == LOUD)])
    }

    pub(super) fn is_unmuted(&mut self, member: CastMember) -> Checks {
        self.house.moderate(&["unmute", SESSION, &member.name()])?;
        self.player(member)?.is_told("the player is told that the voice is back", |kind| {
            let lifted = OperatorDecision::Lifted { restriction: Restriction::Muted };
            matches!(kind, EventKind::Operator(decision) if *decision == lifted).then_some(())
        })?;
        Ok(vec![Check::seen(format!("{member:?} is told that the voice is back"))])
    }

    pub(super) fn is_banned(&mut self, member: CastMember) -> Checks {
        self.house.moderate(&["ban", &member.name(), "--reason", RUDE])?;
        let end = self.player(member)?.is_told("the banned player is told", |kind| match kind {
            EventKind::Ended(end) => Some(end.to_string()),
            _ => None,
        })?;
        self.players.retain(|player| player.member != member);
        let refusal = self.comes_in_vain(&member.name())?;
        self.all_players_know_each_other()?;
        Ok(vec![
            Check::new(format!("{member:?} is gone, and told: {end:?}"), end.contains(RUDE)),
            Check::new(
                format!("{member:?} cannot come back, and is told: {refusal:?}"),
                refusal.contains(RUDE),
            ),
        ])
    }

    /// Why a player of this name is not admitted.
    ///
    /// # Errors
    /// If they are admitted.
    pub(super) fn comes_in_vain(&self, name: &str) -> Result<String, Failure> {
        let chat = VoiceChat::to(self.house.address()).map_err(not_so)?.name(name).start().map_err(not_so)?;
        loop {
            let event = chat.wait_event(consonance_testing::stage::SOON);
            let Some(event) = event else {
                return Err(Failure::NotSo(format!("{name} is told nothing")));
            };
            match event.kind {
                EventKind::Ended(End::NoConnection(reason)) => return Ok(reason.to_string()),
                EventKind::Ended(end) => return Ok(end.to_string()),
                kind => ensure(kind != EventKind::Joined, || format!("{name} is admitted"))?,
            }
        }
    }
}

const LOUD: &str = "Too loud, please calm down.";
const RUDE: &str = "Rude to all players.";
