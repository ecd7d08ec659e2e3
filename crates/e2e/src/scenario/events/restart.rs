//! The server is told to end, and the next one takes its place.

use std::time::{Duration, Instant};

use consonance::EventKind;
use consonance_testing::stage::until;

use crate::scenario::cast::{CastMember, Way};
use crate::scenario::fixture::Fixture;
use crate::scenario::mumble::MumbleMember;
use crate::scenario::player::Player;
use crate::scenario::report::{Check, Checks, Report};

impl Fixture {
    pub(super) fn house_starts_again(&mut self, report: &mut Report) -> Checks {
        report.notes.extend(self.what_was_lost());
        self.players.iter_mut().for_each(Player::forget);
        let logins = self.mumble.as_ref().map(MumbleMember::logins);
        let begun = Instant::now();
        self.house.restart()?;
        let served = begun.elapsed().as_secs_f64();
        let mut returns = Vec::new();
        for player in &mut self.players {
            let what = format!("{:?} is back", player.member);
            let is_same = until(&what, LONG, || Ok(player.told().iter().rev().find_map(is_back)))?;
            returns.push((player.member, is_same));
        }
        if let Some(page) = &self.page {
            page.is_in()?;
        }
        for (mumble, logins) in self.mumble.iter().zip(logins) {
            mumble.is_in(logins + 1)?;
        }
        self.all_players_know_each_other()?;
        let back = begun.elapsed().as_secs_f64();
        report.notes.push(format!(
            "The next server listened {served:.1} s after the old one was told to end, \
             and after {back:.1} s all players were back and knew each other."
        ));
        let is_native = |member: &CastMember| matches!(member.role().way, Way::Native | Way::Lossy);
        let new = |wanted: bool| {
            let some = returns.iter().filter(|(member, is_same)| is_native(member) == wanted && !is_same);
            some.map(|(member, _)| member.name()).collect::<Vec<_>>().join(", ")
        };
        let (native, foreign) = (new(true), new(false));
        if !foreign.is_empty() {
            report
                .notes
                .push(format!("After the restart these joined again instead of resuming: {foreign}."));
        }
        let mut checks = vec![Check::new(
            if native.is_empty() {
                "Native players have their old places".to_owned()
            } else {
                format!("Native players have their old places, but {native} joined again")
            },
            native.is_empty(),
        )];
        let refusal = self.comes_in_vain(&CastMember::Trevor.name())?;
        checks.push(Check::new(
            format!("a banned player is refused by the new server, too: {refusal:?}"),
            refusal.contains("anned"),
        ));
        Ok(checks)
    }
}

/// Whether a player that is reconnected got its former place.
fn is_back(kind: &EventKind) -> Option<bool> {
    match kind {
        EventKind::Resumed => Some(true),
        EventKind::Joined => Some(false),
        _ => None,
    }
}

/// Players whose network is slow to detect that the server has gone retry late.
const LONG: Duration = Duration::from_secs(40);
