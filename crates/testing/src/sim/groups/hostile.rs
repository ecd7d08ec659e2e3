//! A session with honest members and a hostile one: for a fuzz target.

use std::time::Duration;

use consonance_session::{ChannelId, Delivery, LinkId};
use consonance_wire::SessionId;

use super::GroupScenario;
use super::links::Way;
use super::player::instant;
use super::world::World;

/// Honest members, and behind them a hostile one, which sends only what it is told to.
pub(crate) struct HostileSession {
    world: World,
    honest: Vec<LinkId>,
}

impl HostileSession {
    /// A session in which all are members.
    pub(crate) fn new(names: &[&str]) -> Self {
        Self::with_seed(names, REQUIRED_SEED)
    }

    /// The same with other links.
    fn with_seed(names: &[&str], seed: u64) -> Self {
        let mut world = World::new(&GroupScenario::new(seed));
        for name in names {
            world.join(name, true);
        }
        world.join("Eve", true);
        let mut session = Self { world, honest: Vec::new() };
        session.pass_ms(3000);
        let links = session.world.players[..names.len()].iter().filter_map(|player| player.link);
        session.honest = links.collect();
        assert_eq!(session.world.server.tables().group_members(), names.len() + 1, "all are members");
        session.hostile().hangs_until = Duration::MAX;
        // Nobody could open what it says with its old keys.
        let is_silent = session.hostile().client.voice_mut().close_channel(ChannelId(1));
        debug_assert!(is_silent, "its one channel was open");
        session
    }

    pub(crate) fn number(&self) -> SessionId {
        self.world.server.session()
    }

    /// Messages of the delivery service to the hostile member since the last call.
    pub(crate) fn unread(&mut self) -> Vec<Box<[u8]>> {
        std::mem::take(&mut self.hostile().unread)
    }

    pub(crate) fn send(&mut self, message: &[u8]) {
        self.hostile().client.send_group_message(message);
        self.pass_ms(1);
    }

    pub(crate) fn send_packet(&mut self, packet: &[u8]) {
        let (now, link) = (self.world.now, self.hostile().link);
        if let Some(link) = link {
            self.world.links.send(now, link, Way::Up, Delivery::Reliable, packet.to_vec());
        }
    }

    /// The answer of its member to a message.
    pub(crate) fn answer(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        let now = self.world.now;
        let member = &mut self.hostile().keys.as_mut()?.member;
        member.handle(now, message);
        while member.poll_event().is_some() {}
        member.poll_message()
    }

    pub(crate) fn pass_ms(&mut self, ms: u64) {
        for _ in 0..ms {
            if let Err(violation) = self.world.step() {
                panic!("{violation}; before that:\n{}", self.world.diary.last_actions().join("\n"));
            }
        }
    }

    /// The hostile member leaves or falls silent.
    pub(crate) fn end_attack(&mut self, leaves: bool) {
        if leaves {
            let now = self.world.now;
            self.hostile().client.stop(instant(now));
        }
    }

    /// After this time, the honest members have the links that they had, and one epoch.
    pub(crate) fn check_honest(&mut self, after: Duration) {
        self.pass_ms(after.as_millis() as u64);
        let World { players, diary, .. } = &self.world;
        let story = || diary.last_actions().join("\n");
        let honest = &players[..self.honest.len()];
        for (player, link) in honest.iter().zip(&self.honest) {
            assert!(player.is_connected() && player.link == Some(*link), "{} lost its link", player.name);
        }
        let epochs: Vec<_> =
            honest.iter().map(|player| player.keys.as_ref().and_then(|keys| keys.member.epoch())).collect();
        let is_one = epochs.iter().all(|epoch| epoch.is_some() && *epoch == epochs[0]);
        assert!(is_one, "{epochs:?} after the attack; before that:\n{}", story());
        for player in honest {
            let sees_all = honest.iter().all(|other| player.sees_member(&other.name));
            assert!(sees_all, "{} does not see all; before that:\n{}", player.name, story());
        }
    }

    fn hostile(&mut self) -> &mut super::player::Player {
        let last = self.world.players.len() - 1;
        &mut self.world.players[last]
    }
}

/// One whose session requires encryption.
const REQUIRED_SEED: u64 = 43;

#[cfg(test)]
mod tests {
    use consonance_e2ee::{Credential, IdentityKey, MlsMember, PacketCounts};
    use consonance_wire::DeliveryMessage;

    use super::*;

    const NAMES: [&str; 4] = ["Ann", "Bob", "Cid", "Dan"];

    /// Key packages in the hostile member's name, each with another key.
    fn key_packages(count: usize) -> Vec<Vec<u8>> {
        let one = |_| {
            let mut member =
                MlsMember::new(IdentityKey::generate().unwrap(), Credential::new("Eve").unwrap());
            member.handle(Duration::ZERO, &DeliveryMessage::State { group: 1, must_rejoin: true }.to_bytes());
            member.poll_message().expect("a key package")
        };
        (0..count).map(one).collect()
    }

    /// The frames that honest members got from each other and opened, and those that they had no keys for.
    fn opened_and_unopened(session: &HostileSession) -> (u64, u64) {
        let honest = session.world.players[..NAMES.len()].iter();
        let counts = honest.filter_map(|player| Some(player.keys.as_ref()?.cipher.counts()));
        counts.fold((0, 0), |(opened, unopened), counts| {
            let PacketCounts { opened: frames, other_senders, .. } = counts;
            let kept = frames.unknown_epoch + frames.unknown_sender + frames.forged + other_senders;
            (opened + frames.opened, unopened + kept)
        })
    }

    /// Frames that were not opened for lack of keys, in percent of those that arrived, while the hostile member sends
    /// a key package every so many milliseconds.
    fn unopened_percent(session: &mut HostileSession, seconds: u64, every_ms: Option<u64>) -> f64 {
        let packages = key_packages(20);
        let (opened_before, unopened_before) = opened_and_unopened(session);
        for ms in 0..seconds * 1000 {
            if every_ms.is_some_and(|every| ms % every == 0) {
                let next = &packages[(ms / every_ms.unwrap_or(1)) as usize % packages.len()];
                session.hostile().client.send_group_message(next);
            }
            session.pass_ms(1);
        }
        let (opened, unopened) = opened_and_unopened(session);
        let (opened, unopened) = (opened - opened_before, unopened - unopened_before);
        assert!(opened > 0, "they hear each other");
        unopened as f64 / (opened + unopened) as f64 * 100.0
    }

    #[test]
    fn a_flood_of_key_packages_costs_the_others_few_of_their_words() {
        for seed in [46, 94, 103, 108] {
            let mut session = HostileSession::with_seed(&NAMES, seed);
            let calm = unopened_percent(&mut session, 5, None);
            let first = unopened_percent(&mut session, 20, Some(20));
            let later = unopened_percent(&mut session, 10, Some(20));
            println!(
                "unopened: {calm:.2} % without a flood, {first:.2} % at first with it, {later:.2} % later"
            );
            assert!(calm < 0.5 && first < 1.0 && later < 0.5, "seed {seed}: {calm} %, {first} %, {later} %");
            assert!(session.world.server.statistics().key_packages_delayed > 100, "seed {seed}");
        }
    }
}
