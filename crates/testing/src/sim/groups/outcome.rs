//! The result of a run: its counters, or the violation with the state in which it was noticed.

use consonance_session::ServerStatistics;

use super::world::World;
use super::{GroupCounts, GroupReport};
use crate::sim::clock::Time;
use crate::sim::report::SessionFailure;
use crate::sim::violation::Violation;

impl World {
    pub(super) fn report(&self, seed: u64) -> GroupReport {
        GroupReport { seed, simulated: self.now, counts: self.counts(), transcript: self.links.transcript }
    }

    pub(super) fn failure(&self, seed: u64, violation: &Violation) -> SessionFailure {
        SessionFailure {
            of: "group",
            seed,
            at: Time::START + self.now,
            what: violation.to_string(),
            last_actions: self.diary.last_actions(),
            state: self.describe(),
        }
    }

    fn counts(&self) -> GroupCounts {
        let ServerStatistics { commits, commits_refused, commit_complaints, .. } = self.server.statistics();
        let (groups, complaints) = (self.book.groups(), commit_complaints);
        GroupCounts { commits, commits_refused, complaints, groups, ..self.counts }
    }

    /// One line for each player.
    fn describe(&self) -> Vec<String> {
        let lines = self.players.iter().map(|player| {
            let epoch = player.keys.as_ref().map(|keys| keys.member.epoch());
            let id = player.client.id();
            let row = id.and_then(|id| self.server.tables().client(id)).map(|row| row.name.to_owned());
            let members = player.keys.as_ref().map_or(0, |keys| keys.member.members().len());
            format!(
                "{}: {:?}, {:?}, at the server {row:?}, epoch {epoch:?} with {members}, unread {}, waits since {:?}",
                player.name,
                player.client.status(),
                player.link,
                player.unread.len(),
                player.waits_since
            )
        });
        let server = format!(
            "server: {:?}, {} clients, {} members; latest {:?}",
            self.encryption,
            self.server.clients(),
            self.server.tables().group_members(),
            self.book.latest()
        );
        lines.chain([server]).collect()
    }
}
