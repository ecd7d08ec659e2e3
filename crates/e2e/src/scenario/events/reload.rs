//! A player loads its page again.

use consonance::EventKind;

use crate::scenario::cast::{CAST, CastMember};
use crate::scenario::fixture::Fixture;
use crate::scenario::player::Player;
use crate::scenario::report::{Check, Checks};

impl Fixture {
    pub(super) fn reloads(&mut self, member: CastMember) -> Checks {
        self.players.iter_mut().for_each(Player::forget);
        let Some(page) = &self.page else {
            return Ok(vec![Check::seen("skipped: there is no browser here")]);
        };
        page.reload()?;
        let here = CAST.iter().map(|role| role.member).filter(|member| self.is_here(*member));
        page.sees(&here.map(CastMember::name).collect::<Vec<_>>())?;
        let has_left =
            |kind: &EventKind| matches!(kind, EventKind::PlayerLeft { name } if *name == member.name());
        let mut saw = Vec::new();
        for player in &mut self.players {
            if player.told().iter().any(has_left) {
                saw.push(player.member.name());
            }
        }
        let saw = if saw.is_empty() { "no player".to_owned() } else { saw.join(", ") };
        let is_so = saw == "no player";
        Ok(vec![Check::new(format!("{member:?} is back on the page, and {saw} saw a player leave"), is_so)])
    }
}
