//! How sessions begin here: those of the configuration, those on demand, and those of other processes.

use consonance_e2ee::FollowedGroup;
use consonance_session::{
    Capabilities, Instant, KeptPlace, Server, ServerSettings, SessionId, SessionSnapshot,
};
use tracing::info;

use super::{Begin, Sessions};
use crate::records::in_session_time;
use crate::utc::seconds_since_1970;

impl Sessions {
    /// Begins a session with this name and these numbers.
    pub(crate) fn start_configured(&mut self, name: &str, index: usize, id: SessionId) {
        let settings = self.server_settings(name, id, index as u64);
        let index = self.insert(name, with_group_check(Server::new(settings)), false);
        self.recall(index, Instant::START);
    }

    /// Begins a session for a client that is there; its index.
    pub(crate) fn begin_on_demand(&mut self, name: &str, begin: &Begin) -> usize {
        let index = self.insert(name, self.server_of(name, begin), true);
        self.get_mut(index).span.in_scope(|| info!(id = begin.id.0, "started"));
        index
    }

    /// A session without clients, as it begins here.
    pub(crate) fn server_of(&self, name: &str, begin: &Begin) -> Server {
        let mut server = with_group_check(Server::new(self.server_settings(name, begin.id, begin.serial)));
        server.reconfigure().set_join_state(self.entrance());
        server.reconfigure().set_voices_per_room(self.shedding.voices_per_room());
        server
    }

    /// Goes on with a session of another node; its index.
    pub(crate) fn go_on(&mut self, name: &str, mut server: Server) -> usize {
        server.reconfigure().set_join_state(self.entrance());
        let index = self.insert(name, server, true);
        self.get_mut(index).was_used = true;
        index
    }

    /// Goes on with a session of another process. A player that was banned after the other process had written its
    /// reservation gets none: it joins like a newcomer, and is refused with the reason.
    pub(crate) fn restore(&mut self, name: &str, serial: u64, snapshot: &SessionSnapshot) {
        let mut snapshot = snapshot.clone();
        let (now, records) = (seconds_since_1970(), &self.settings.records);
        let is_banned = |place: &KeptPlace| {
            records.ban_of_player(now, name, &place.name, place.access.subject.as_deref()).is_some()
        };
        snapshot.places.retain(|place| !is_banned(place));
        let settings = self.server_settings(name, snapshot.session, serial);
        let server = with_group_check(Server::restore(settings, &snapshot, Instant::START));
        let index = if let Some(index) = self.find(name) {
            self.get_mut(index).server = server;
            self.announce_report_buffer(index);
            index
        } else {
            self.insert(name, server, true)
        };
        self.recall(index, Instant::START);
    }

    /// Applies earlier decisions of operators to a session that has just begun, with the time `at` by its clock.
    pub(crate) fn recall(&mut self, index: usize, at: Instant) {
        self.follow_rooms(index);
        let (now, records) = (seconds_since_1970(), self.settings.records.clone());
        let session = self.get_mut(index);
        for (key, restrictions) in records.restricted_players(now, &session.name) {
            let restrictions = in_session_time(&restrictions, now, at);
            // Restrictions over the session's limit are dropped; the operator is told of the limit on each decision.
            let _ = session.server.moderation().set_restrictions(&key.player, &restrictions);
        }
    }

    fn server_settings(&self, name: &str, id: SessionId, serial: u64) -> ServerSettings {
        let mut settings = ServerSettings::from_seed(0);
        settings.session = id;
        settings.limits = self.settings.limits.clone();
        settings.packets = self.packets;
        settings.name_taken = self.settings.admission.settings().name_taken;
        settings.encryption = self.settings.encryption.of(name);
        settings.member_reports = self.settings.member_reports.is_some();
        settings.proximity.clone_from(&self.settings.proximity);
        settings.access.clone_from(&self.settings.access);
        settings.monitor_channels = self.settings.monitoring.always || self.has_observers;
        // The driver admits each newcomer, and checks it against the bans.
        settings.admission = true;
        settings.capabilities = settings.capabilities.with(Capabilities::MODERATORS);
        settings.secret_key = key_of_session(&self.settings.secret_key, serial);
        settings
    }
}

/// Has the server check what members of an encrypted session send.
fn with_group_check(mut server: Server) -> Server {
    server.group().set_check(Box::new(FollowedGroup::new()));
    server
}

/// Sessions share no secrets: each has a key of its own.
fn key_of_session(key: &[u8; 32], serial: u64) -> [u8; 32] {
    let mut own = *key;
    for (byte, number) in own.iter_mut().zip(serial.to_le_bytes()) {
        *byte ^= number;
    }
    own
}
