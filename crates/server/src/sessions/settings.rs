//! The operator's settings for all sessions.

use std::time::Duration;

use consonance_link::AddressShares;
use consonance_session::{AccessRule, Encryption, Limits, ProximitySettings, RoomLimits, RoomPattern};
use consonance_settings::settings;

use crate::admission::Admission;
use crate::random::{random_key, random_u64};
use crate::records::{Records, RecordsSettings};
use crate::report_buffer::ReportBufferSettings;
use crate::reports::Reports;
use crate::shedding::SheddingSettings;
use crate::spans::Tracer;
use crate::webhooks::Webhooks;

/// The sessions to serve, and their limits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SessionsSettings {
    names: Vec<String>,
    /// Sessions started on demand, by name or prefix (default none); each ends when it has been empty for
    /// [`SessionHosting::empty_for`].
    pub on_demand: Vec<RoomPattern>,
    /// How many sessions there are, how long they stay, and how they are spread over workers.
    pub hosting: SessionHosting,
    /// The limits of each session.
    pub limits: Limits,
    /// The length of the IPv6 prefix that counts as one origin, in bits, 1 to 128: a player whose link was lost has
    /// its name back from the same origin. Default as for [connections](consonance_link::AddressShares). An IPv4
    /// address counts as a whole.
    pub ipv6_prefix_bits: u8,
    /// Which sessions are encrypted from end to end.
    pub encryption: SessionEncryption,
    /// Proximity rooms of each session; see
    /// [`ServerSettings::proximity`](consonance_session::ServerSettings::proximity).
    pub proximity: Vec<(RoomPattern, ProximitySettings)>,
    /// Rooms of each session that ask for access tokens; see
    /// [`ServerSettings::access`](consonance_session::ServerSettings::access).
    pub access: Vec<(RoomPattern, AccessRule)>,
    /// Limits of rooms of each session: how many players may use them, and how often one may write there; see
    /// [`ServerSettings::room_limits`](consonance_session::ServerSettings::room_limits). Decisions of operators take
    /// precedence.
    pub room_limits: Vec<(RoomPattern, RoomLimits)>,
    /// Decisions of operators (default: none, and they are not stored): bans, and restrictions of players.
    pub records: Records,
    /// Whether the targets of speakers are followed at all times, or only while there is an observer.
    pub monitoring: ChannelMonitoring,
    /// The settings of load shedding, for each worker.
    pub shedding: SheddingSettings,
    /// How much of the latest voices is kept for [reports](crate::reports) (default: nothing).
    pub report_buffer: ReportBufferSettings,
    /// The store for reports that members of encrypted sessions submit (default none: they are not accepted).
    pub member_reports: Option<Reports>,
    /// Admission (default open), and what happens to a newcomer that asks for a name in use.
    pub admission: Admission,
    /// Webhooks for events of sessions and players (default none). Bans are told by
    /// [`Records::with_webhooks`](crate::records::Records::with_webhooks), recordings by
    /// [`SessionRecorder::start_with_webhooks`](crate::recording::SessionRecorder::start_with_webhooks).
    pub webhooks: Webhooks,
    /// Records how joins go (default not at all).
    pub tracer: Tracer,
    /// The seed of session ids: each start of a server needs another one, so that clients notice a restart.
    pub seed: u64,
    /// The seed of clients' secrets: it must stay secret.
    pub secret_key: [u8; 32],
}

settings! {
    /// How many sessions there are, how long they stay, and how they are spread over workers.
    #[derive(Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct SessionHosting {
        /// Maximum number of sessions.
        ///
        /// Those that always exist, and those on demand.
        pub sessions_max: usize = 4096, 1..=1_000_000;
        /// How long an empty on-demand session stays.
        pub empty_for: Duration as sessions_idle_s = Duration::from_mins(1), 0..=86_400;
        /// Further players of a session are spread over all workers.
        ///
        /// The session's worker decides for all of them. The default is the number of listeners to which one worker can
        /// send the frames of four concurrent speakers.
        pub spread_from: usize as spread_sessions_from = 200, 0..=65_535;
    }
}

settings! {
    /// Which sessions are encrypted from end to end; see
    /// [`ServerSettings::encryption`](consonance_session::ServerSettings::encryption).
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct SessionEncryption {
        /// Whether sessions are encrypted from end to end; see docs/guide/encryption.md.
        pub rule: Encryption as encryption = Encryption::Off;
        /// Sessions with another rule, by name or prefix; the first match applies.
        pub exceptions: Vec<(RoomPattern, Encryption)> as _ = Vec::new();
    }
}

settings! {
    /// Whether the targets of speakers are followed; see
    /// [`ServerSettings::monitor_channels`](consonance_session::ServerSettings::monitor_channels).
    #[derive(Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct ChannelMonitoring {
        /// Always track which player speaks to which, and log it.
        ///
        /// Otherwise it is tracked while there is an observer.
        pub always: bool as monitor_channels = false;
    }
}

impl SessionEncryption {
    /// The rule of the session of this name.
    pub fn of(&self, session: &str) -> Encryption {
        let exception = self.exceptions.iter().find(|(pattern, _)| pattern.matches(session));
        exception.map_or(self.rule, |(_, rule)| *rule)
    }

    /// Whether any session is encrypted, or can be.
    pub fn is_possible(&self) -> bool {
        let of_some = self.exceptions.iter().map(|(_, rule)| *rule);
        of_some.chain([self.rule]).any(|rule| rule != Encryption::Off)
    }
}

/// Why sessions cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionsSettingsError {
    /// There is no session to serve.
    #[error("no sessions configured, expected at least one")]
    NoSession,
    /// Two sessions have the same name.
    #[error("the session {name:?} is listed twice: give each session a unique name")]
    SameName {
        /// The name.
        name: String,
    },
}

impl SessionsSettingsError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSession => "no-session",
            Self::SameName { .. } => "same-name",
        }
    }
}

impl SessionsSettings {
    /// Sessions of these names, with the default limits and a seed from the operating system.
    ///
    /// # Errors
    /// If there is no name, or one is there twice.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Self, SessionsSettingsError> {
        let settings = Self { names: names.into_iter().map(Into::into).collect(), ..Self::on_demand() };
        let names = &settings.names;
        if names.is_empty() {
            return Err(SessionsSettingsError::NoSession);
        }
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                return Err(SessionsSettingsError::SameName { name: name.clone() });
            }
        }
        Ok(settings)
    }

    /// No sessions but those on demand, whose names are still to be given; the rest as with [`new`](Self::new).
    pub fn on_demand() -> Self {
        Self {
            names: Vec::new(),
            on_demand: Vec::new(),
            hosting: SessionHosting::default(),
            limits: Limits::default(),
            ipv6_prefix_bits: AddressShares::default().ipv6_prefix_bits,
            encryption: SessionEncryption::default(),
            proximity: Vec::new(),
            access: Vec::new(),
            room_limits: Vec::new(),
            records: Records::in_memory(RecordsSettings::default()),
            monitoring: ChannelMonitoring::default(),
            shedding: SheddingSettings::default(),
            report_buffer: ReportBufferSettings::default(),
            member_reports: None,
            admission: Admission::default(),
            webhooks: Webhooks::default(),
            tracer: Tracer::default(),
            seed: random_u64(),
            secret_key: random_key(),
        }
    }

    /// The same sessions, each of which begins with its first client.
    pub(crate) fn all_on_demand(&self) -> Self {
        let mut settings = self.clone();
        settings.on_demand.extend(settings.names.drain(..).map(|name| RoomPattern::Name(name.into())));
        settings
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_have_a_name_each() {
        assert_eq!(SessionsSettings::new([""; 0]).unwrap_err(), SessionsSettingsError::NoSession);
        let twice = SessionsSettings::new(["a", "b", "a"]).unwrap_err();
        assert_eq!(twice, SessionsSettingsError::SameName { name: "a".into() });
    }
}
