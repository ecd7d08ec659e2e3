//! Connections are opened, are closed, or break silently; each end learns of it in its own time.

use consonance_session::{Client, CloseReason, LinkId, PeerOrigin};

use super::outside::LinkOrder;
use super::{Thing, World};
use crate::sim::network::{End, Way};
use crate::sim::numbers::{PlayerId, owner};
use crate::sim::violation::{Checked, ensure};

/// A player finds out that a link is broken within this time, …
const PLAYER_NOTICES: (u64, u64) = (0, 5000);
/// … the server within this one; in between the old link lingers.
const HOST_NOTICES: (u64, u64) = (0, 8000);
/// An unanswered attempt to connect ends within this time.
const CONNECT_TIMEOUT: (u64, u64) = (1000, 3000);

impl World {
    /// A client asked for a link.
    pub(super) fn open_link(&mut self, player_id: PlayerId) {
        let now = self.agenda.now();
        let life = self.players[player_id.index()].life;
        let (link, opens_at) = self.network.open(now, player_id, life);
        if let Some(outside) = &mut self.outside {
            return outside.order(player_id, LinkOrder::Connect { link });
        }
        match opens_at {
            Some(at) => self.agenda.add(at, Thing::LinkOpens(link)),
            None => self.fail_link(link),
        }
    }

    /// The first packet of a connection reached the server's machine.
    pub(super) fn link_opens(&mut self, id: LinkId) -> Checked {
        let now = self.agenda.now();
        let is_there = self.host.away_until <= now;
        let Some(link) = self.network.link(id) else { return Ok(()) };
        if link.broken || !is_there {
            self.fail_link(id);
            return Ok(());
        }
        link.server = End::Open;
        let origin = PeerOrigin::AddressPrefix(owner(id).0.into());
        self.host.server.handle_connected_from(self.host.clock.read(now), id, Some(origin));
        if let Some(at) = self.network.hang_up(now, id, Way::Down) {
            self.agenda.add(at, Thing::LinkIsUp(id));
        }
        self.drain_host(None, None)
    }

    /// The answer reached the player.
    pub(super) fn link_is_up(&mut self, id: LinkId) -> Checked {
        let Some(link) = self.network.link(id) else { return Ok(()) };
        if link.broken {
            return self.link_fails(id);
        }
        if link.player != End::Opening {
            let at = self.agenda.now() + self.dice.millis(HOST_NOTICES.0, HOST_NOTICES.1);
            self.agenda.add(at, Thing::HostNotices(id));
            return Ok(());
        }
        link.player = End::Open;
        let player_id = owner(id);
        self.with_client(player_id, |client, now| client.handle_connected(now, id))
    }

    /// There was no answer.
    pub(super) fn link_fails(&mut self, id: LinkId) -> Checked {
        let player_id = owner(id);
        let Some(link) = self.network.link(id) else { return Ok(()) };
        let concerns_player =
            link.player == End::Opening && link.life == self.players[player_id.index()].life;
        self.network.forget(id, Way::Down);
        if concerns_player {
            return self.with_client(player_id, Client::handle_connect_failed);
        }
        Ok(())
    }

    /// The player's end learns that the link is gone.
    pub(super) fn player_notices(&mut self, id: LinkId) -> Checked {
        let player_id = owner(id);
        let Some(link) = self.network.link(id) else { return Ok(()) };
        let concerns_player = link.player == End::Open && link.life == self.players[player_id.index()].life;
        self.network.forget(id, Way::Down);
        if concerns_player {
            return self.with_client(player_id, |client, now| client.handle_disconnected(now, id));
        }
        Ok(())
    }

    /// The server's end learns that the link is gone.
    pub(super) fn host_notices(&mut self, id: LinkId) -> Checked {
        let Some(link) = self.network.link(id) else { return Ok(()) };
        let was_open = link.server == End::Open;
        self.network.forget(id, Way::Up);
        if was_open {
            let now = self.host.clock.read(self.agenda.now());
            self.host.server.handle_disconnected(now, id);
            self.model.lose(id, now);
            return self.drain_host(None, None);
        }
        Ok(())
    }

    /// A client closes a link.
    pub(super) fn player_hangs_up(&mut self, id: LinkId) {
        if let Some(outside) = &mut self.outside {
            outside.order(owner(id), LinkOrder::Disconnect);
            return self.network.forget_both(id);
        }
        let at = self.network.hang_up(self.agenda.now(), id, Way::Up);
        self.network.forget(id, Way::Down);
        if let Some(at) = at {
            self.agenda.add(at, Thing::HostNotices(id));
        }
    }

    /// The server closes a link.
    pub(super) fn host_hangs_up(&mut self, id: LinkId, reason: &CloseReason) -> Checked {
        self.may_hang_up(id, &reason.to_string())?;
        let at = self.network.hang_up(self.agenda.now(), id, Way::Down);
        self.network.forget(id, Way::Up);
        if let Some(at) = at {
            self.agenda.add(at, Thing::PlayerNotices(id));
        }
        Ok(())
    }

    /// No honest player is rejected, unless the link is one that its client has left or can no longer be reached over.
    pub(super) fn may_hang_up(&mut self, id: LinkId, reason: &str) -> Checked {
        let honest = !self.players[owner(id).index()].has_forged && self.is_alive(id);
        let expected = [CloseReason::ReplacedByNewerLogin, CloseReason::NoHandshake, CloseReason::Resumed];
        let is_expected = expected.iter().any(|expected| expected.to_string() == reason);
        ensure!(is_expected || !honest, "{} is honest and sent away: it {reason}", owner(id));
        Ok(())
    }

    /// Nothing passes the links of a player any more; both ends notice gradually.
    pub(super) fn break_links(&mut self, player_id: PlayerId) {
        if let Some(outside) = &mut self.outside {
            // Before the player is in the session, cutting its link shows nothing that a rejection would not.
            if self.players[player_id.index()].heard.joined.is_some() {
                outside.order(player_id, LinkOrder::Cut);
            }
            return;
        }
        let now = self.agenda.now();
        for link in self.network.links_of(player_id).iter_mut().filter(|link| !link.broken) {
            link.broken = true;
            if link.player == End::Open {
                let at = now + self.dice.millis(PLAYER_NOTICES.0, PLAYER_NOTICES.1);
                self.agenda.add(at, Thing::PlayerNotices(link.id));
            }
            if link.server == End::Open {
                let at = now + self.dice.millis(HOST_NOTICES.0, HOST_NOTICES.1);
                self.agenda.add(at, Thing::HostNotices(link.id));
            }
        }
    }

    /// The player's ends vanish without a goodbye; the server's ends notice gradually.
    pub(super) fn drop_links(&mut self, player_id: PlayerId) {
        if let Some(outside) = &mut self.outside {
            outside.order(player_id, LinkOrder::Crash);
            return self.network.forget_all_of(player_id);
        }
        let now = self.agenda.now();
        for link in self.network.links_of(player_id) {
            link.player = End::Gone;
            if link.server == End::Open {
                let at = now + self.dice.millis(HOST_NOTICES.0, HOST_NOTICES.1);
                self.agenda.add(at, Thing::HostNotices(link.id));
            }
        }
    }

    /// The server's ends vanish without a goodbye; the players' ends notice gradually.
    pub(super) fn drop_host_links(&mut self) {
        let now = self.agenda.now();
        for link in self.network.all() {
            link.broken = true;
            if link.player == End::Open {
                let at = now + self.dice.millis(PLAYER_NOTICES.0, PLAYER_NOTICES.1);
                self.agenda.add(at, Thing::PlayerNotices(link.id));
            }
        }
        let gone: Vec<LinkId> = self.network.all().map(|link| link.id).collect();
        for id in gone {
            self.network.forget(id, Way::Up);
        }
    }

    fn fail_link(&mut self, id: LinkId) {
        self.network.forget(id, Way::Up);
        let wait = self.dice.millis(CONNECT_TIMEOUT.0, CONNECT_TIMEOUT.1);
        self.agenda.add(self.agenda.now() + wait, Thing::LinkFails(id));
    }
}
