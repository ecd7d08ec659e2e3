//! A run: a beginning, faults, and a calm in which everything has to recover.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_session::Restriction;

use super::player::{Presence, Room, SimPlayer};
use super::world::{SESSIONS, World};
use crate::sim::violation::{Checked, Violation, ensure};

/// Players come, and sessions begin.
const BEGINNING: Duration = Duration::from_secs(6);
/// The time within which everything has to recover.
const PATIENCE: Duration = Duration::from_secs(40);
/// Then all speak for so long, and on until one of them had to be heard.
const SPEAKING: Duration = Duration::from_secs(8);
const SPEAKING_MAX: Duration = Duration::from_mins(1);

/// Plays a whole run.
pub(super) fn play(world: &mut World, trouble: Duration) -> Checked {
    world.pass(BEGINNING)?;
    world.begin_trouble();
    world.pass(trouble)?;
    world.end_trouble();
    world.is_busy = false;
    settle(world)?;
    let checked = world.counts.had_to_be_heard;
    let mut spoken = Duration::ZERO;
    loop {
        world.pass(SPEAKING)?;
        world.is_settled()?;
        spoken += SPEAKING;
        let is_heard = |by: &SimPlayer| world.present().any(|listener| can_hear(listener, by));
        if world.counts.had_to_be_heard > checked || !world.present().any(is_heard) {
            return Ok(());
        }
        ensure!(spoken < SPEAKING_MAX, "no frame was checked although players hear each other");
    }
}

fn settle(world: &mut World) -> Checked {
    let mut waited = Duration::ZERO;
    loop {
        world.pass(Duration::from_millis(500))?;
        waited += Duration::from_millis(500);
        match world.is_settled() {
            Ok(()) => return Ok(()),
            Err(violation) if waited >= PATIENCE => return Err(violation),
            Err(_) => {}
        }
    }
}

/// Whether all that a player says in a room is heard by another one.
fn can_hear(listener: &SimPlayer, by: &SimPlayer) -> bool {
    let shares_room = || {
        let mut shared = by.rooms.intersection(&listener.rooms);
        shared.any(|room| *room != Room::Field)
    };
    listener.name() != by.name()
        && listener.session == by.session
        && shares_room()
        && !by.is_restricted(Restriction::Muted)
        && !listener.is_restricted(Restriction::Deafened)
}

impl World {
    fn present(&self) -> impl Iterator<Item = &SimPlayer> {
        self.players.iter().filter(|player| player.presence == Presence::Playing)
    }

    /// Each session has one owner, and all players the same view of it.
    fn is_settled(&self) -> Checked {
        for session in SESSIONS {
            let players: Vec<&SimPlayer> =
                self.present().filter(|player| player.session == session).collect();
            if players.is_empty() {
                continue;
            }
            for player in &players {
                ensure!(
                    player.is_settled,
                    "{} at node {} is not settled in {session}",
                    player.name(),
                    player.node
                );
            }
            self.has_one_owner(session)?;
            let all = players.iter().map(|player| as_it_is(player)).collect::<Result<BTreeMap<_, _>, _>>()?;
            for player in &players {
                let seen: BTreeMap<_, _> = player.client().players().iter().map(seen).collect();
                ensure!(seen == all, "{} should know {all:?}, instead of {seen:?}", player.name());
            }
        }
        Ok(())
    }

    fn has_one_owner(&self, session: &str) -> Checked {
        let owners = self.owners(session);
        let record = self.nats.record(session).map(|(record, _)| record.owner);
        let owner = owners.first().map(|owner| self.nodes[*owner].id);
        ensure!(
            owners.len() == 1 && record == owner,
            "nodes {owners:?} own {session}, and the store says {record:?} instead of {owner:?}"
        );
        for node in self.nodes.iter().filter(|node| !node.is_dead()) {
            let authority = node.authority(self.now, session).map(|(_, authority)| authority);
            ensure!(
                authority.is_none() || Some(node.id) == owner,
                "node {} decides about {session} as {authority:?}",
                node.number
            );
        }
        Ok(())
    }
}

/// A player as all others are to see it: its name, its id and its rooms.
fn as_it_is(player: &SimPlayer) -> Result<(String, (u16, Vec<String>)), Violation> {
    let (_, id) = player.joined.ok_or_else(|| Violation::new(format!("{} has not joined", player.name())))?;
    let mut rooms: Vec<String> = player.rooms.iter().map(|room| room.name().to_owned()).collect();
    rooms.sort();
    Ok((player.name().to_owned(), (id.0, rooms)))
}

fn seen(player: consonance_session::SessionPlayer<'_>) -> (String, (u16, Vec<String>)) {
    let mut rooms: Vec<String> = player.rooms.into_iter().map(ToOwned::to_owned).collect();
    rooms.sort();
    (player.name.to_owned(), (player.id.0, rooms))
}
