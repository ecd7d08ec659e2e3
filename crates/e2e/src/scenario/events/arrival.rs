//! All players join, and one goes for a walk.

use std::time::Duration;

use consonance::EventKind;
use consonance_testing::stage::{Failure, until};

use crate::scenario::cast::{CAST, CastMember, Role};
use crate::scenario::fixture::Fixture;
use crate::scenario::report::{Check, Checks};

impl Fixture {
    pub(super) fn all_players_join(&mut self) -> Checks {
        for player in &mut self.players {
            let what = format!("{:?} is in the session", player.member);
            player.is_told(&what, |kind| matches!(kind, EventKind::PlayersSynced).then_some(()))?;
        }
        self.mumble.iter().try_for_each(|mumble| mumble.is_in(1))?;
        self.all_players_know_each_other()?;
        let ways: Vec<_> = CAST.iter().filter(|role| self.is_here(role.member)).collect();
        let in_words = |role: &&Role| format!("{} ({})", role.member.name(), role.way.in_words());
        let words = ways.iter().map(in_words).collect::<Vec<_>>().join(", ");
        Ok(vec![Check::seen(format!("{} players are in one session: {words}", ways.len()))])
    }

    /// Waits until each of them knows all the others, and no other player.
    pub(super) fn all_players_know_each_other(&self) -> Result<(), Failure> {
        let here: Vec<_> =
            CAST.iter().map(|role| role.member).filter(|member| self.is_here(*member)).collect();
        let until_it_knows = |member: CastMember, known: &dyn Fn() -> Vec<String>| {
            let others = here.iter().filter(|other| **other != member).map(|other| other.name());
            let mut others: Vec<_> = others.collect();
            others.sort();
            until(&format!("{member:?} knows {}", others.join(", ")), LONG, || {
                let mut known = known();
                known.sort();
                Ok((known == others).then_some(()))
            })
        };
        for player in &self.players {
            until_it_knows(player.member, &|| player.knows())?;
        }
        if let Some(mumble) = &self.mumble {
            until_it_knows(mumble.member, &|| mumble.knows())?;
        }
        let Some(page) = &self.page else { return Ok(()) };
        page.sees(&here.iter().map(|member| member.name()).collect::<Vec<_>>())
    }

    pub(super) fn walks(&mut self, member: CastMember, metres: f32) -> Checks {
        self.player(member)?.stand_at(metres);
        // Positions are sent to the server ten times a second.
        self.pass(0.5)?;
        Ok(vec![Check::seen(format!("{member:?} stands at {metres} m"))])
    }
}

/// After a restart some players wait a while before they retry.
const LONG: Duration = Duration::from_secs(40);
