//! The script: actions are drawn, recorded and executed.

use std::time::Duration;

use consonance_session::{Capabilities, Client};

use super::{ACTIONS_SHOWN, Thing, World};
use crate::sim::action::{Action, Forgery, Kind};
use crate::sim::actor::Host;
use crate::sim::model::GRACE;
use crate::sim::network::End;
use crate::sim::numbers::PlayerId;
use crate::sim::peers::Peers;
use crate::sim::sabotage::Sabotage;
use crate::sim::violation::{Checked, ensure};

/// Things that happen per player and second, …
const ACTIONS_PER_PLAYER: f64 = 0.05;
/// … but at least so many per second.
const FEWEST_ACTIONS: f64 = 5.0;
/// No player is cut off for longer, where places are kept; links break by themselves when nothing comes for
/// [`LINK_TIMEOUT`].
const LONGEST_PARTITION_MS: u64 = 9000;
const LONGEST_PARTITION_OF_OURS_MS: u64 = 20_000;
const LINK_TIMEOUT: Duration = Duration::from_secs(5);

/// The share of players that stay away, per million.
const STAYS_AWAY: u32 = 200_000;

impl World {
    /// Draws one of the kinds of actions that this run has, for any player, and does it.
    pub(super) fn something_happens(&mut self) -> Checked {
        if !self.is_troubled {
            return Ok(());
        }
        let per_second = (self.players.len() as f64 * ACTIONS_PER_PLAYER).max(FEWEST_ACTIONS);
        let next = self.soon(Duration::from_secs_f64(2.0 / per_second));
        self.agenda.add(next, Thing::SomethingHappens);
        match self.any_action() {
            Some(action) => self.act(action),
            None => Ok(()),
        }
    }

    /// Executes an action.
    pub(super) fn act(&mut self, action: Action) -> Checked {
        if self.actions.len() == ACTIONS_SHOWN {
            self.actions.pop_front();
        }
        self.actions.push_back((self.agenda.now(), action.clone()));
        self.counts.actions += 1;
        match action {
            Action::Start(player_id) => self.start(player_id),
            Action::Stop(player_id) => self.stop(player_id),
            Action::Crash(player_id) => {
                self.start_later(player_id);
                self.players[player_id.index()].crash();
                self.drop_links(player_id);
                Ok(())
            }
            Action::EnterRoom(player_id, room) => {
                let name = self.model.room_name(room).to_owned();
                self.players[player_id.index()].rooms.insert(room);
                self.with_client(player_id, |client, _| {
                    // A script has few rooms. If one were refused, the tables would show it.
                    let _refused = client.join_room(&name);
                })
            }
            Action::ExitRoom(player_id, room) => {
                let name = self.model.room_name(room).to_owned();
                self.players[player_id.index()].rooms.remove(&room);
                self.with_client(player_id, |client, _| client.leave_room(&name))
            }
            Action::Write(player_id, to) => self.write(player_id, to),
            Action::Talk(player_id, to) => {
                let span = self.dice.millis(300, 4000);
                self.talk(player_id, to, span)
            }
            Action::CutLink(player_id) => {
                self.break_links(player_id);
                Ok(())
            }
            Action::Forge(player_id, forgery) => {
                self.forge(player_id, forgery);
                Ok(())
            }
            Action::Partition(players, span) => {
                self.cut_off(&players, span);
                Ok(())
            }
            Action::ReplaceServer => self.replace_server(),
            Action::RestartServer(span) => {
                self.drop_host_links();
                self.new_host();
                self.host.away_until = self.agenda.now() + span;
                Ok(())
            }
        }
    }

    /// A client that is not there is made again, one that stopped starts again.
    fn start(&mut self, player_id: PlayerId) -> Checked {
        let now = self.agenda.now();
        let player = &mut self.players[player_id.index()];
        if player.client.is_none() {
            player.capabilities = self.peers.draw(&mut self.kinds);
            player.may_have_reported |= player.capabilities.contains(Capabilities::VOICE_REPORTS);
            let name = self.model.name(player_id);
            player.revive(now, name, &self.room_names, &mut self.dice, self.swarm.clocks_are_skewed);
        }
        self.with_client(player_id, |client, _| client.start())
    }

    /// A player goes, and says so if its place would be kept for it otherwise.
    fn stop(&mut self, player_id: PlayerId) -> Checked {
        self.start_later(player_id);
        let player = &self.players[player_id.index()];
        let has_place = player.heard.joined.is_some() && player.capabilities.contains(Capabilities::RESUME);
        let before = self.counts.goodbyes;
        self.with_client(player_id, Client::stop)?;
        let said = self.counts.goodbyes - before;
        ensure!(said == u64::from(has_place), "{player_id} stops and says goodbye {said} times");
        Ok(())
    }

    /// A player comes back after a while. Where places are kept some stay away for longer than that: until it is calm.
    pub(super) fn start_later(&mut self, player_id: PlayerId) {
        if self.peers != Peers::Originals && self.is_troubled && self.dice.chance(STAYS_AWAY) {
            return;
        }
        let at = self.agenda.now() + self.dice.millis(0, 6000);
        self.agenda.add(at, Thing::Happens(Action::Start(player_id)));
    }

    fn any_action(&mut self) -> Option<Action> {
        let player_id = self.any_player();
        let room = self.any_room();
        Some(match self.any_kind()? {
            Kind::Room => {
                let rooms = &self.players[player_id.index()].rooms;
                match rooms.first() {
                    Some(first) if rooms.len() > 1 || self.dice.chance(500_000) => {
                        Action::ExitRoom(player_id, *first)
                    }
                    _ => Action::EnterRoom(player_id, room),
                }
            }
            Kind::Write => Action::Write(player_id, self.any_target(player_id)),
            Kind::Stop => Action::Stop(player_id),
            Kind::Crash => Action::Crash(player_id),
            Kind::CutLink => Action::CutLink(player_id),
            Kind::Forge => Action::Forge(player_id, self.any_forgery()),
            Kind::Partition => {
                let count = 1 + self.dice.below(1 + self.players.len() as u64 / 10);
                let players = (0..count).map(|_| self.any_player()).collect();
                Action::Partition(players, self.dice.millis(200, self.longest_partition_ms()))
            }
            Kind::ReplaceServer => Action::ReplaceServer,
            Kind::RestartServer => Action::RestartServer(self.dice.millis(0, 4000)),
        })
    }

    fn any_forgery(&mut self) -> Forgery {
        let is_new = self.peers != Peers::Originals && self.dice.chance(500_000);
        let forgeries: &[Forgery] = if is_new { &Forgery::NEW } else { &Forgery::OLD };
        self.dice.pick(forgeries).copied().unwrap_or(Forgery::Noise)
    }

    fn any_kind(&mut self) -> Option<Kind> {
        let weights = &self.swarm.weights;
        let mut point = self.dice.below(weights.iter().map(|(_, weight)| u64::from(*weight)).sum());
        weights.iter().find_map(|(kind, weight)| {
            let is_here = point < u64::from(*weight);
            point = point.wrapping_sub(u64::from(*weight));
            is_here.then_some(*kind)
        })
    }

    fn longest_partition_ms(&self) -> u64 {
        if self.peers == Peers::Originals { LONGEST_PARTITION_MS } else { LONGEST_PARTITION_OF_OURS_MS }
    }

    fn cut_off(&mut self, players: &[PlayerId], span: Duration) {
        for player_id in players {
            self.network.hold(*player_id, self.agenda.now() + span);
            if span > LINK_TIMEOUT {
                self.break_links(*player_id);
            }
        }
    }

    /// The links stay up, and the new server knows no player.
    fn replace_server(&mut self) -> Checked {
        self.new_host();
        let now = self.host.clock.read(self.agenda.now());
        let server = &mut self.host.server;
        for link in self.network.all().filter(|link| link.server == End::Open && !link.broken) {
            server.handle_connected(now, link.id);
        }
        self.drain_host(None, None)
    }

    fn new_host(&mut self) {
        let now = self.agenda.now();
        let grace = self.sabotage.map_or(GRACE, Sabotage::grace);
        self.host = Host::new(now, grace, &mut self.dice, self.swarm.clocks_are_skewed);
        self.model.replace_server(self.host.server.session());
    }
}
