//! A configuration with the files that it names: everything that can be checked without opening a port.

use std::fmt::Write as _;
use std::path::Path;

use consonance_link::gateway::PlaceBoard;
use consonance_link::session_name;
use consonance_quic::{Identity, QuicAddress, ShownIdentity};
use consonance_server::{Admission, SavedIdentity, SessionsSettings, Webhook};
use consonance_server_config::{Config, ConfigError, ConfigProblem, DEFAULT_PORT, LoadedConfig, Networks};

use super::browsers::{self, PreparedBrowsers};
use super::cluster::{self, PreparedCluster};
use super::game_listener::{self, GameListener};
use super::host::host_at;
use super::joining;
use super::telemetry::{self, Telemetry};
use super::webhooks;
use crate::state_folder;

/// The checked settings for starting a server, or for reloading a running one.
pub(crate) struct Prepared {
    pub(super) loaded: LoadedConfig,
    pub(super) sessions: SessionsSettings,
    /// Services that are notified about the sessions.
    pub(super) webhooks: Vec<Webhook>,
    /// Other servers that share the sessions.
    pub(super) cluster: Option<PreparedCluster>,
    /// The export of metrics and traces, if configured.
    pub(super) telemetry: Option<Telemetry>,
    /// The certificate and key, from files or newly generated.
    pub(super) identity: Identity,
    /// The same as text, if it was generated.
    pub(super) made_identity: Option<SavedIdentity>,
    /// The identity that listeners with TLS over TCP present: initially this one, until the final one replaces it.
    pub(super) stream_identity: Option<ShownIdentity>,
    /// Descriptions of the listeners for networks other than QUIC, one line each.
    listener_lines: Vec<String>,
    /// All networks that the program knows.
    pub(super) networks: Networks,
    /// The settings for players in browsers.
    pub(super) browsers: Option<PreparedBrowsers>,
    /// The listeners for networks other than QUIC.
    pub(super) game_listeners: Vec<GameListener>,
    /// Where the players of these networks and those in browsers share where they are in the game.
    pub(super) places: PlaceBoard,
}

impl Prepared {
    /// Reads keys and certificates, and checks the names.
    pub(crate) fn read(mut loaded: LoadedConfig, networks: Networks) -> Result<Self, ConfigError> {
        // A service's state folder is the default storage folder.
        let storage = &mut loaded.config.storage.folder;
        *storage = storage.take().or_else(state_folder::of_service);
        let mut problems = name_problems(&loaded);
        let identity = identity(&loaded);
        let stream_identity =
            identity.as_ref().ok().map(|(identity, _)| ShownIdentity::new(identity.clone()));
        let mut notes = Vec::new();
        let sessions = sessions(&loaded, &mut notes).and_then(|sessions| {
            let joining = sessions.admission.settings();
            let game_listeners =
                game_listener::read(&loaded, networks, joining, stream_identity.as_ref(), &mut notes)?;
            let browsers = browsers::read(&loaded, joining, &mut notes)?;
            let webhooks = webhooks::read(&loaded, &mut notes)?;
            let cluster = cluster::read(&loaded, &mut notes)?;
            let telemetry = telemetry::read(&loaded, &mut notes)?;
            Ok((sessions, game_listeners, browsers, webhooks, cluster, telemetry))
        });
        loaded.notes.append(&mut notes);
        match (identity, sessions) {
            (
                Ok((identity, made_identity)),
                Ok((sessions, game_listeners, browsers, webhooks, cluster, telemetry)),
            ) if problems.is_empty() => {
                let listener_lines = game_listeners.iter().map(GameListener::in_words).collect();
                Ok(Self {
                    loaded,
                    sessions,
                    webhooks,
                    cluster,
                    telemetry,
                    identity,
                    made_identity,
                    stream_identity,
                    listener_lines,
                    networks,
                    browsers,
                    game_listeners,
                    places: PlaceBoard::default(),
                })
            }
            (identity, sessions) => {
                // An invalid host also makes its certificate fail, and one complaint is enough.
                let is_news =
                    |problem: &ConfigProblem| !problems.iter().any(|known| known.is_about_same_key(problem));
                let more: Vec<_> = identity.err().into_iter().chain(sessions.err()).filter(is_news).collect();
                problems.extend(more);
                Err(ConfigError::of(problems))
            }
        }
    }

    /// A description of what would run, for `--check`.
    pub(super) fn in_words(&self) -> String {
        let config = &self.loaded.config;
        let mut words = String::from("configuration OK\n");
        for line in &self.listener_lines {
            let _ = writeln!(words, "{line}");
        }
        words.extend(self.browsers.as_ref().map(PreparedBrowsers::in_words));
        for session in &config.sessions {
            for address in &config.listen.quic {
                let host = host_at(config, address.ip());
                let _ = writeln!(words, "session {session:?} at {address}, for players at {host}");
            }
        }
        for pattern in &config.sessions_on_demand {
            let _ = writeln!(words, "sessions {pattern:?} start on demand");
        }
        let _ = match (&config.certificate.file, &config.storage.folder) {
            (Some(_), _) => writeln!(words, "certificate from files, sha256={}", self.identity.fingerprint()),
            (None, Some(_)) => writeln!(words, "certificate generated at the first start, and kept"),
            (None, None) => writeln!(words, "certificate generated at each start"),
        };
        words += fast_path_in_words(config);
        words += &joining::in_words(self.sessions.admission.settings());
        if let Some(name) = self.cluster.as_ref().map(|_| &config.cluster.connection.cluster) {
            let _ = writeln!(
                words,
                "one of the servers of cluster {name:?}, over {}",
                config.cluster.nats.iter().map(|url| url.0.to_string()).collect::<Vec<_>>().join(", ")
            );
        }
        for webhook in &self.webhooks {
            let _ = writeln!(words, "webhook at {}", webhook.host());
        }
        words.extend(self.telemetry.as_ref().map(Telemetry::in_words));
        let kept = match &config.storage.folder {
            Some(folder) => format!("kept in {}", folder.display()),
            None => "in memory only: storage.folder names a folder to keep them in".to_owned(),
        };
        let _ = writeln!(words, "bans, mutes and the audit log are {kept}");
        for (key, value) in config.settings_made() {
            let _ = writeln!(words, "{key} = {value}");
        }
        words
    }
}

fn fast_path_in_words(config: &Config) -> &'static str {
    if config.fast_path.is_on {
        "voice beside QUIC where its datagrams come through\n"
    } else {
        "voice over QUIC only\n"
    }
}

/// The certificate and its key from their files, or a new one.
fn identity(loaded: &LoadedConfig) -> Result<(Identity, Option<SavedIdentity>), ConfigProblem> {
    let config = &loaded.config;
    let (Some(file), Some(key_file)) = (&config.certificate.file, &config.certificate.private_key_file)
    else {
        let mut hosts: Vec<_> =
            config.listen.quic.iter().map(|address| host_at(config, address.ip())).collect();
        hosts.dedup();
        let made = Identity::self_signed_pem(hosts).and_then(|(certificate, key)| {
            let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes())?;
            Ok((identity, Some(SavedIdentity { certificate, key })))
        });
        return made.map_err(|error| loaded.problem("host", error.to_string()));
    };
    let identity = identity_from(file, key_file).map_err(|what| loaded.problem("certificate.file", what))?;
    Ok((identity, None))
}

/// The certificate and its key from these files.
pub(super) fn identity_from(file: &Path, key_file: &Path) -> Result<Identity, String> {
    let identity = Identity::from_pem(&read(file)?, &read(key_file)?);
    identity.map_err(|error| format!("{} and {}: {error}", file.display(), key_file.display()))
}

fn sessions(loaded: &LoadedConfig, notes: &mut Vec<String>) -> Result<SessionsSettings, ConfigProblem> {
    let config = &loaded.config;
    let settings = match &config.sessions[..] {
        [] => Ok(SessionsSettings::on_demand()),
        names => SessionsSettings::new(names.iter().cloned()),
    };
    let mut settings = settings.map_err(|error| loaded.problem("sessions", error.to_string()))?;
    settings.on_demand = config.sessions_on_demand.iter().map(|pattern| (&**pattern).into()).collect();
    settings.hosting = config.hosting;
    settings.limits = config.limits.clone();
    settings.encryption = config.session_encryption();
    settings.ipv6_prefix_bits = config.addresses.ipv6_prefix_bits;
    settings.access = config.access_rules();
    settings.proximity = config.proximity_rules();
    settings.room_limits = config.room_limit_rules();
    settings.monitoring = config.diagnostics.monitoring;
    settings.shedding = config.overload;
    settings.shedding.counts_process = true;
    settings.report_buffer = config.moderation.report_buffer;
    settings.admission = Admission::new(joining::read(loaded, notes)?);
    Ok(settings)
}

/// A session that a pattern allows.
pub(super) fn example_of(pattern: &str) -> String {
    match pattern.strip_suffix('*') {
        Some(beginning) => format!("{beginning}1"),
        None => pattern.to_owned(),
    }
}

fn name_problems(loaded: &LoadedConfig) -> Vec<ConfigProblem> {
    let config = &loaded.config;
    let named = config.sessions.iter().filter_map(|session| {
        let problem = session_name::problem(session)?;
        Some(loaded.problem("sessions", format!("{session:?}: {problem}")))
    });
    let on_demand = config.sessions_on_demand.iter().filter_map(|pattern| {
        let problem = session_name::problem(&example_of(pattern))?;
        Some(loaded.problem("sessions_on_demand", format!("{pattern:?}: {problem}")))
    });
    let mut problems: Vec<_> = named.chain(on_demand).collect();
    if config.recording.folder.is_none() && !config.recording.settings.sessions.is_empty() {
        let what = "sessions are to be recorded, but there is no folder: set recording.folder, too";
        problems.push(loaded.problem("recording.sessions", what));
    }
    if config.storage.folder.is_none() && !config.moderation.report_buffer.last.is_zero() {
        let what = "voices are to be kept for reports, but there is no folder: set storage.folder, too";
        problems.push(loaded.problem("moderation.report_buffer_s", what));
    }
    if config.storage.folder.is_none() && config.moderation.reports.from_members {
        let what = "players' reports are to be kept, but there is no folder: set storage.folder, too";
        problems.push(loaded.problem("moderation.player_reports", what));
    }
    if let Some(host) = &config.host
        && let Err(error) = QuicAddress::new(&**host, DEFAULT_PORT, "main", None)
    {
        problems.push(loaded.problem("host", format!("{host:?}: {error}")));
    }
    problems
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use consonance_server::SheddingSettings;
    use consonance_server_config::ConfigSources;

    use super::*;

    #[test]
    fn the_load_of_the_whole_process_counts_by_default() {
        let loaded = ConfigSources::new(&[]).load().unwrap();
        let settings = sessions(&loaded, &mut Vec::new()).unwrap();
        assert_eq!(settings.shedding, SheddingSettings::of_a_whole_process());
    }
}
