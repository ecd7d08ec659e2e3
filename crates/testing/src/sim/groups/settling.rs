//! A run: faults, then a calm in which all must reach one epoch.

use std::time::Duration;

use consonance_session::RoomId;

use super::player::ROOM;
use super::world::World;
use crate::sim::violation::{Checked, ensure};

/// Longer than a place is kept for a player that lost its link, and than links take to notice.
const CALM: Duration = Duration::from_secs(15);

pub(super) fn play(world: &mut World, trouble: Duration) -> Checked {
    world.begin();
    let mut next_act = world.dice.millis(100, 1500);
    while world.now < trouble {
        world.step()?;
        if world.now >= next_act {
            next_act = world.act()?;
        }
        world.check()?;
    }
    world.calm();
    let end = world.now + CALM;
    while world.now < end {
        world.step()?;
        world.check()?;
    }
    world.check_settled()
}

impl World {
    /// All are connected, in one epoch of one group, with the same keys.
    pub(crate) fn check_settled(&self) -> Checked {
        let latest = self.book.latest();
        let members = self.players.iter().filter(|player| player.keys.is_some()).count();
        let has_originals = members < self.players.len();
        for player in &self.players {
            let name = &player.name;
            ensure!(player.is_connected(), "{name} is not connected in the end");
            let Some(keys) = &player.keys else { continue };
            let epoch = keys.member.epoch();
            ensure!(
                epoch.is_some() && epoch == latest,
                "{name} ends in epoch {epoch:?} instead of {latest:?}"
            );
            let seen = keys.member.members().len();
            ensure!(seen == members, "{name} sees {seen} members in the end instead of {members}");
            let plain = keys.member.plain_rooms().is_some_and(|plain| plain.contains(RoomId::of(ROOM).0));
            ensure!(plain == has_originals, "{name} ends with plain = {plain}, originals: {has_originals}");
        }
        let known = self.server.tables().group_members();
        ensure!(known == members, "the server ends with {known} members instead of {members}");
        Ok(())
    }
}
