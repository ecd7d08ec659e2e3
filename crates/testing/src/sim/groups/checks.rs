//! The invariants of a group: players that have to hear each other, and players that have to be members.

use std::time::Duration;

use consonance_e2ee::MlsMember;

use super::world::World;
use crate::sim::violation::{Checked, ensure};

/// How long a member may not hear another one although nothing is wrong with either, besides the way of its words.
const DEAF_MAX: Duration = Duration::from_millis(500);
/// How long a joiner may take if there is no fault anywhere.
const JOINING_MAX: Duration = Duration::from_secs(2);
/// The same while others have faults.
const JOINING_AMID_FAULTS_MAX: Duration = Duration::from_secs(6);
/// The interval of these checks.
const EVERY_MS: u128 = 20;

impl World {
    pub(super) fn check(&mut self) -> Checked {
        if !self.now.as_millis().is_multiple_of(EVERY_MS) {
            return Ok(());
        }
        self.note_faults();
        for index in 0..self.players.len() {
            self.check_membership(index)?;
            for speaker in 0..self.players.len() {
                if speaker != index {
                    self.check_hearing(index, speaker)?;
                }
            }
        }
        Ok(())
    }

    fn note_faults(&mut self) {
        let now = self.now;
        let mut has_fault = self.links.is_one_broken();
        for index in 0..self.players.len() {
            let player = &self.players[index];
            let is_up = player.link.is_some_and(|link| self.links.is_up(link, now));
            let is_attached =
                player.client.id().is_some_and(|id| self.server.tables().link_of(id) == player.link);
            let is_clear = is_up
                && is_attached
                && player.is_connected()
                && player.hangs_until < now
                && player.speaks_plain_until < now;
            if !is_clear {
                has_fault |= player.was_clear;
                self.players[index].clear_since = now;
                self.players[index].waits_since = None;
            }
            self.players[index].was_clear |= is_clear;
        }
        if has_fault {
            self.last_fault = now;
        }
    }

    fn check_membership(&mut self, index: usize) -> Checked {
        let (now, last_fault, latest) = (self.now, self.last_fault, self.book.latest());
        let player = &mut self.players[index];
        let Some(keys) = player.keys.as_ref().filter(|_| player.clear_since < now) else { return Ok(()) };
        let is_settled = latest.is_some_and(|latest| {
            keys.member.epoch().is_some_and(|(group, _)| group == latest.0)
                && self.book.has_member(latest, &keys.identity)
        });
        if !is_settled {
            let since = *player.waits_since.get_or_insert(now);
            let (waits, quietly) = (now.saturating_sub(since), now.saturating_sub(since.max(last_fault)));
            let name = &player.name;
            ensure!(quietly <= JOINING_MAX, "{name} is no member after {quietly:?} without a fault");
            ensure!(waits <= JOINING_AMID_FAULTS_MAX, "{name} is no member after {waits:?}");
            return Ok(());
        }
        if let Some(since) = player.waits_since.take() {
            let counts = &mut self.counts;
            let longest = if last_fault <= since {
                &mut counts.longest_joining_ms
            } else {
                &mut counts.longest_joining_amid_faults_ms
            };
            *longest = (*longest).max(now.saturating_sub(since).as_millis() as u64);
        }
        Ok(())
    }

    fn check_hearing(&mut self, listener: usize, speaker: usize) -> Checked {
        let now = self.now;
        let name = self.players[speaker].name.clone();
        if !self.should_hear(listener, speaker) {
            self.players[listener].audible_since.remove(&name);
            return Ok(());
        }
        let way = self.way_between(speaker, listener);
        let since_when = |index: usize| self.players[index].clear_since;
        let clear = since_when(listener).max(since_when(speaker));
        let returned = if since_when(listener) < since_when(speaker) { speaker } else { listener };
        let round_trip = 2 * self.way_of(returned);
        let player = &mut self.players[listener];
        let since = (*player.audible_since.entry(name.clone()).or_insert(now)).max(clear);
        let heard = player.heard.get(&name).copied().unwrap_or_default();
        // A player that reconnects first fetches the commits it missed, which takes a round trip.
        let catching_up = if heard < since { round_trip } else { Duration::ZERO };
        let deaf = now.saturating_sub(since.max(heard) + way + catching_up);
        self.counts.longest_deaf_ms = self.counts.longest_deaf_ms.max(deaf.as_millis() as u64);
        ensure!(deaf <= DEAF_MAX, "{} did not hear {name} for {deaf:?}", player.name);
        Ok(())
    }

    /// Both are in the session, and members by their own views or without a need to be.
    fn should_hear(&self, listener: usize, speaker: usize) -> bool {
        let (one, other) = (&self.players[listener], &self.players[speaker]);
        let is_clear = one.clear_since < self.now && other.clear_since < self.now;
        let know_each_other = one.client.players().id_of(&other.name).is_some()
            && other.client.players().id_of(&one.name).is_some();
        if !is_clear || !know_each_other {
            return false;
        }
        match (&one.keys, &other.keys) {
            (Some(one_keys), Some(other_keys)) => {
                self.share_keys_soon(&one_keys.member, &other_keys.member)
                    && one.sees_member(&other.name)
                    && other.sees_member(&one.name)
            }
            (None, Some(_)) => self.sends_plain(speaker),
            (Some(keys), None) => keys.member.epoch().is_some(),
            (None, None) => true,
        }
    }

    /// Whether two members have the same keys, or will receive the commits that they missed. The server sends no
    /// commits of a group that it has replaced; `check_membership` limits how long joining the new group takes.
    fn share_keys_soon(&self, one: &MlsMember, other: &MlsMember) -> bool {
        let Some((one, other)) = one.epoch().zip(other.epoch()) else { return false };
        let is_latest = self.book.latest().is_some_and(|(group, _)| group == one.0);
        one == other || (one.0 == other.0 && is_latest)
    }
}
