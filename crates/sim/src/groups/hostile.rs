//! A session with honest members and a hostile one: for a fuzz target.

use std::time::Duration;

use consonance_session::{Delivery, LinkId};
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
        let mut world = World::new(&GroupScenario::new(REQUIRED_SEED));
        for name in names {
            world.join(name, true);
        }
        world.join("Eve", true);
        let mut session = Self { world, honest: Vec::new() };
        session.pass_ms(3000);
        let links = session.world.players[..names.len()].iter().filter_map(|player| player.link);
        session.honest = links.collect();
        assert_eq!(session.world.server.group_members(), names.len() + 1, "all are members");
        session.hostile().hangs_until = Duration::MAX;
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
    use std::collections::BTreeMap;

    use consonance_e2ee::{Credential, IdentityKey, MlsMember};
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

    /// The share of the honest members' words that another one of them did not hear, in percent, while the hostile
    /// member sends a key package every so many milliseconds.
    fn unheard_percent(session: &mut HostileSession, seconds: u64, every_ms: Option<u64>) -> f64 {
        let packages = key_packages(20);
        let mut heard: BTreeMap<(usize, &str), (Duration, u64)> = BTreeMap::new();
        for ms in 0..seconds * 1000 {
            if every_ms.is_some_and(|every| ms % every == 0) {
                let next = &packages[(ms / every_ms.unwrap_or(1)) as usize % packages.len()];
                session.hostile().client.send_group_message(next);
            }
            session.pass_ms(1);
            for (listener, player) in session.world.players[..NAMES.len()].iter().enumerate() {
                for name in NAMES {
                    let Some(at) = player.heard.get(name) else { continue };
                    let (last, count) = heard.entry((listener, name)).or_default();
                    *count += u64::from(at != last);
                    *last = *at;
                }
            }
        }
        let said = seconds as f64 * 1000.0 / 60.0 * (NAMES.len() * (NAMES.len() - 1)) as f64;
        let heard: u64 = heard.values().map(|(_, count)| count).sum();
        (1.0 - heard as f64 / said) * 100.0
    }

    #[test]
    fn a_flood_of_key_packages_costs_the_others_few_of_their_words() {
        let mut session = HostileSession::new(&NAMES);
        let calm = unheard_percent(&mut session, 5, None);
        let first = unheard_percent(&mut session, 20, Some(20));
        let later = unheard_percent(&mut session, 10, Some(20));
        println!(
            "{calm:.2} % of the words unheard without a flood, {first:.2} % at first with it, {later:.2} % later"
        );
        assert!(calm < 4.0 && first < calm + 4.0 && later < calm + 2.0, "{calm} %, {first} %, {later} %");
        assert!(session.world.server.statistics().key_packages_delayed > 100);
    }
}
