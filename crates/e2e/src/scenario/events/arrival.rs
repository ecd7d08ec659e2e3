//! All players join, and one goes for a walk.

use std::time::Duration;

use consonance::EventKind;
use consonance_testing::stage::{Failure, until};

use super::Checks;
use crate::cast::{CAST, Role, Who};
use crate::report::Check;
use crate::stage::Stage;

impl Stage {
    pub(super) fn everybody_comes(&mut self) -> Checks {
        for player in &mut self.players {
            let what = format!("{:?} is in the session", player.who);
            player.is_told(&what, |kind| matches!(kind, EventKind::PlayersSynced).then_some(()))?;
        }
        self.everybody_knows_everybody()?;
        let ways: Vec<_> = CAST.iter().filter(|role| self.is_here(role.who)).collect();
        let in_words = |role: &&Role| format!("{} ({})", role.who.name(), role.way.in_words());
        let words = ways.iter().map(in_words).collect::<Vec<_>>().join(", ");
        Ok(vec![Check::seen(format!("{} players are in one session: {words}", ways.len()))])
    }

    /// Waits until each of them knows all the others, and no other player.
    pub(super) fn everybody_knows_everybody(&self) -> Result<(), Failure> {
        let here: Vec<_> = CAST.iter().map(|role| role.who).filter(|who| self.is_here(*who)).collect();
        for player in &self.players {
            let others = here.iter().filter(|who| **who != player.who).map(|who| who.name());
            let mut others: Vec<_> = others.collect();
            others.sort();
            let what = format!("{:?} knows {}", player.who, others.join(", "));
            until(&what, LONG, || {
                let mut known = player.knows();
                known.sort();
                Ok((known == others).then_some(()))
            })?;
        }
        let Some(page) = &self.page else { return Ok(()) };
        page.sees(&here.iter().map(|who| who.name()).collect::<Vec<_>>())
    }

    pub(super) fn walks(&mut self, who: Who, metres: f32) -> Checks {
        self.player(who)?.stand_at(metres);
        // Places go to the server ten times a second.
        self.pass(0.5)?;
        Ok(vec![Check::seen(format!("{who:?} stands at {metres} m"))])
    }
}

/// After a restart some wait a while before they ask again.
const LONG: Duration = Duration::from_secs(40);
