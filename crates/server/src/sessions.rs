//! The sessions of one process, by name.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use consonance_session::{
    AccessRule, Instant, Limits, ProximitySettings, RoomPattern, Server, ServerSettings,
};

use crate::admission::Admission;
use crate::recording::SessionRecording;

/// Which sessions to serve, and with which limits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SessionsSettings {
    names: Vec<String>,
    /// The limits of each session.
    pub limits: Limits,
    /// Rooms of each session where distance decides who hears whom; see [`ServerSettings::proximity`].
    pub proximity: Vec<(RoomPattern, ProximitySettings)>,
    /// Rooms of each session that ask for access tokens; see [`ServerSettings::access`].
    pub access: Vec<(RoomPattern, AccessRule)>,
    /// Tell who speaks to whom at all times (default only while an inspector looks); see
    /// [`ServerSettings::monitor_channels`].
    pub monitor_channels: bool,
    /// Who may join (default everybody).
    pub admission: Admission,
    /// Where the session ids come from: each start of a server wants another one, so that clients notice a restart.
    pub seed: u64,
    /// Where the secrets of clients come from: nobody may know it.
    pub secret_key: [u8; 32],
}

/// Why sessions cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// There is no session to serve.
    #[error("there is no session to serve: name at least one")]
    NoSession,
    /// Two sessions have the same name.
    #[error("the session {name:?} is named twice: give each session a name of its own")]
    SameName {
        /// The name.
        name: String,
    },
}

impl SessionsSettings {
    /// Sessions of these names, with the default limits and a seed from the operating system.
    ///
    /// # Errors
    /// If there is no name, or one is there twice.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Self, SettingsError> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if names.is_empty() {
            return Err(SettingsError::NoSession);
        }
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                return Err(SettingsError::SameName { name: name.clone() });
            }
        }
        Ok(Self {
            names,
            limits: Limits::default(),
            proximity: Vec::new(),
            access: Vec::new(),
            monitor_channels: false,
            admission: Admission::default(),
            seed: random_u64(),
            secret_key: random_key(),
        })
    }
}

impl SessionsSettings {
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// From the operating system, by way of the keys that the standard library draws for its hash maps; their hash is
/// keyed with 128 secret bits.
fn random_u64() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn random_key() -> [u8; 32] {
    let keyed = RandomState::new();
    let mut key = [0; 32];
    for (number, bytes) in (0_u64..).zip(key.chunks_exact_mut(8)) {
        bytes.copy_from_slice(&keyed.hash_one(number).to_le_bytes());
    }
    key
}

/// One session with its name.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) name: String,
    pub(crate) server: Server,
    pub(crate) recording: SessionRecording,
}

/// The sessions of one worker; an index names one for as long as the process runs.
#[derive(Debug)]
pub(crate) struct Sessions {
    list: Vec<Session>,
    by_name: BTreeMap<String, usize>,
    /// No other worker has any, and there is one.
    is_only_one: bool,
    /// Also while nobody looks.
    always_monitors: bool,
}

impl Sessions {
    /// Those of these names.
    pub(crate) fn new(settings: &SessionsSettings, is_its_own: impl Fn(&str) -> bool) -> Self {
        let mut list = Vec::new();
        let mut by_name = BTreeMap::new();
        for (index, name) in settings.names.iter().enumerate().filter(|(_, name)| is_its_own(name)) {
            let mut server = ServerSettings::from_seed(settings.seed.wrapping_add(index as u64));
            server.limits = settings.limits.clone();
            server.proximity.clone_from(&settings.proximity);
            server.access.clone_from(&settings.access);
            server.monitor_channels = settings.monitor_channels;
            server.admission = settings.admission.asks();
            server.secret_key = key_of_session(&settings.secret_key, index);
            by_name.insert(name.clone(), list.len());
            let (server, recording) = (Server::new(server), SessionRecording::default());
            list.push(Session { name: name.clone(), server, recording });
        }
        let is_only_one = settings.names.len() == 1 && list.len() == 1;
        Self { list, by_name, is_only_one, always_monitors: settings.monitor_channels }
    }

    /// The session of this name. A network whose addresses name none (the name is empty) means the only one.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        if name.is_empty() && self.is_only_one {
            return Some(0);
        }
        self.by_name.get(name).copied()
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> &mut Session {
        &mut self.list[index]
    }

    /// Starts a session anew, under a number that clients take for another server's.
    pub(crate) fn restart(&mut self, index: usize, at: Instant) {
        let server = &mut self.list[index].server;
        let previous = server.session();
        let fresh =
            (0..).map(|attempt| ServerSettings::from_seed(random_u64().wrapping_add(attempt)).session);
        let session = fresh.into_iter().find(|session| *session != previous);
        server.restart(at, session.expect("seeds do not end"));
    }

    /// Follows who speaks to what while somebody looks, if not always.
    pub(crate) fn monitor_channels(&mut self, is_looked_at: bool) {
        let is_on = is_looked_at || self.always_monitors;
        self.list.iter_mut().for_each(|session| session.server.set_monitor_channels(is_on));
    }

    /// Whether that is done while nobody looks, too.
    pub(crate) fn always_monitor_channels(&mut self, always: bool, is_looked_at: bool) {
        self.always_monitors = always;
        self.monitor_channels(is_looked_at);
    }

    /// What can change while a session runs.
    pub(crate) fn reconfigure(&mut self, index: usize, settings: &SessionsSettings) {
        let server = &mut self.list[index].server;
        server.set_limits(settings.limits.clone());
        server.set_admission(settings.admission.asks());
        server.set_access_rules(settings.access.clone());
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Session> {
        self.list.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }
}

/// Sessions share no secrets: each has a key of its own.
fn key_of_session(key: &[u8; 32], session: usize) -> [u8; 32] {
    let mut own = *key;
    for (byte, number) in own.iter_mut().zip((session as u64).to_le_bytes()) {
        *byte ^= number;
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_session_means_the_only_one() {
        let one = Sessions::new(&SessionsSettings::new(["main"]).unwrap(), |_| true);
        assert_eq!((one.find(""), one.find("main"), one.find("other")), (Some(0), Some(0), None));
        let two = Sessions::new(&SessionsSettings::new(["main", "other"]).unwrap(), |_| true);
        assert_eq!((two.find(""), two.find("other")), (None, Some(1)));
    }

    #[test]
    fn sessions_have_a_name_each() {
        assert_eq!(SessionsSettings::new([""; 0]).unwrap_err(), SettingsError::NoSession);
        let twice = SessionsSettings::new(["a", "b", "a"]).unwrap_err();
        assert_eq!(twice, SettingsError::SameName { name: "a".into() });
    }

    #[test]
    fn each_session_has_an_id_of_its_own() {
        let sessions = Sessions::new(&SessionsSettings::new(["a", "b"]).unwrap(), |_| true);
        let ids: Vec<_> = sessions.iter().map(|session| session.server.session()).collect();
        assert_ne!(ids[0], ids[1]);
    }
}
