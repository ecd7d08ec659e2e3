//! The session of a listener's clients, among those of the configuration.

use super::ListenerConfig;
use crate::config::Config;
use crate::suggestion::did_you_mean;

impl ListenerConfig {
    /// The session of all its clients, given those of the configuration; `None` if each link names its own.
    ///
    /// # Errors
    /// A message, if it is not among `sessions`, or if there are several and none was chosen.
    pub fn session_among<'s>(&'s self, config: &'s Config) -> Result<Option<&'s str>, String> {
        let settled = &config.sessions;
        match (&self.session, &settled[..]) {
            (Some(session), _) if settled.contains(session) => Ok(Some(session)),
            (Some(session), _) => {
                let meant = did_you_mean(session, settled.iter().map(|name| &**name));
                Err(format!("{session:?} is not in sessions{meant}"))
            }
            (None, [only]) if config.sessions_on_demand.is_empty() => Ok(Some(only)),
            (None, _) if self.network.names_sessions => Ok(None),
            (None, [only]) => Ok(Some(only)),
            (None, []) => Err("its clients need a session, but sessions is empty: add one".into()),
            (None, [first, ..]) => {
                Err(format!("set the session of its clients, for example session = {first:?}"))
            }
        }
    }

    /// A message about a mistake in the listener as a whole.
    pub(in super::super) fn problem(&self, config: &Config) -> Option<String> {
        self.problem_of_keys().or_else(|| self.session_among(config).err())
    }
}
