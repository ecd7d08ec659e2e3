//! Events besides talk, and the checks that go with them.

mod arrival;
mod flood;
mod full;
mod moderation;
mod music;
mod recordings;
mod reload;
mod restart;

use consonance_testing::stage::Failure;

use crate::scenario::fixture::Fixture;
use crate::scenario::programme::Event;
use crate::scenario::report::{Check, Checks, Report};
pub(crate) use flood::Flood;

impl Fixture {
    /// Makes the event happen; returns its checks. An action that cannot be done is a check that fails.
    ///
    /// # Errors
    /// If Ctrl-C was pressed.
    pub(crate) fn happen(&mut self, event: Event, report: &mut Report) -> Checks {
        let outcome = match event {
            Event::Arrival => self.all_players_join(),
            Event::Walk(member, metres) => self.walks(member, metres),
            Event::MusicBegins => self.music_begins(),
            Event::MusicEnds => self.music_ends(),
            Event::RecorderLeaves => self.recorder_leaves(report),
            Event::Reload(member) => self.reloads(member),
            Event::FloodBegins => self.flood_begins(),
            Event::FloodEnds => self.flood_ends(report),
            Event::Mute(member) => self.is_muted(member),
            Event::Unmute(member) => self.is_unmuted(member),
            Event::Ban(member) => self.is_banned(member),
            Event::TableFills(players) => self.table_fills(players),
            Event::NoChairFor(member) => self.has_no_chair(member),
            Event::HouseFills => self.house_fills(),
            Event::Restart => self.house_starts_again(report),
            Event::ServerRecorded => self.server_recorded(report),
        };
        match outcome {
            Err(Failure::Interrupted) => Err(Failure::Interrupted),
            Err(failure) => Ok(vec![Check::new(failure.to_string(), false)]),
            checks => checks,
        }
    }
}
