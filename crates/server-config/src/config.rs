//! The settings of a server as one typed value, with its defaults.

use std::net::{Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use consonance_pcap::PacketCaptureSettings;
use consonance_server::SheddingSettings;
use consonance_server::recording::RecordingSettings;
use consonance_server::records::RecordsSettings;
use consonance_server::reports::{KeptVoicesSettings, ReportsSettings};
use consonance_session::{AccessRule, Limits, ProximitySettings, RoomLimits, RoomPattern};

use crate::{AddressesConfig, EndingConfig, JoiningConfig, ListenerConfig, LogConfig, WebConfig};

/// Everything that an operator can set.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// UDP addresses to listen on for QUIC.
    pub listen: Vec<SocketAddr>,
    /// Where clients of other networks come in.
    pub listeners: Vec<ListenerConfig>,
    /// The name under which players reach this machine, for the printed addresses.
    pub host: Option<String>,
    /// The sessions that are there at all times.
    pub sessions: Vec<String>,
    /// Those that begin when somebody joins them; with a `*` at the end, by the beginnings of their names.
    pub sessions_on_demand: Vec<String>,
    /// Sessions at once, of both kinds.
    pub sessions_max: usize,
    /// How long a session on demand stays empty before it ends.
    pub sessions_idle: Duration,
    /// Threads that serve them; 0 is as many as the cores that the process may use.
    pub workers: usize,
    /// Whether each of these threads stays on a core of its own.
    pub pin_workers: bool,
    /// The certificate to show, instead of one made at each start.
    pub certificate: CertificateFiles,
    /// Who may join.
    pub joining: JoiningConfig,
    /// Rooms that ask for access tokens; the first pattern that matches counts.
    pub access: Vec<(RoomPattern, AccessRule)>,
    /// Rooms where distance decides who hears whom; the first pattern that matches counts.
    pub proximity: Vec<(RoomPattern, ProximitySettings)>,
    /// How many may use rooms, and how often one may write there; the first pattern that matches counts.
    pub room_limits: Vec<(RoomPattern, RoomLimits)>,
    /// What is kept of operators' decisions, and where.
    pub storage: Storage,
    /// What is written to the log.
    pub log: LogConfig,
    /// What is shown of the server, and to whom.
    pub watching: Watching,
    /// Where players come in with a browser.
    pub web: WebConfig,
    /// Where the server is watched and operated.
    pub admin: AdminConfig,
    /// What is kept for reports of players.
    pub moderation: ModerationConfig,
    /// What is recorded, and where.
    pub recording: RecordingConfig,
    /// How the connections of each listener are shared between addresses.
    pub addresses: AddressesConfig,
    /// What every QUIC listener takes.
    pub quic: QuicConfig,
    /// The path that voice takes beside the connections.
    pub fast_path: FastPathConfig,
    /// What is given up when there is too much to do.
    pub overload: SheddingSettings,
    /// How the server ends.
    pub ending: EndingConfig,
    /// The limits of each session.
    pub limits: Limits,
}

/// PEM files, and how often they are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateFiles {
    /// The certificate chain, the server's own first.
    pub file: Option<PathBuf>,
    /// Its private key.
    pub key_file: Option<PathBuf>,
    /// How often it is looked whether they have changed.
    pub check_every: Duration,
}

/// Where bans, the audit log and other decisions are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Storage {
    /// The folder of the database; without one, everything is gone after a restart.
    pub folder: Option<PathBuf>,
    /// How much of it.
    pub records: RecordsSettings,
}

/// Ways to look into the server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Watching {
    /// The TCP port of the inspector's page on this machine; 0 takes any free one.
    pub inspector_port: Option<u16>,
    /// Whether the sessions tell who speaks to whom.
    pub monitor_channels: bool,
    /// Where to write the packets of all sessions to.
    pub packet_capture_file: Option<PathBuf>,
    /// How much of them.
    pub packet_capture: PacketCaptureSettings,
}

/// The listener for operators; the units and the reasons stand with the settings of the crate `consonance-admin`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdminConfig {
    /// Its TCP address; none without one.
    pub listen: Option<SocketAddr>,
    /// The file with the token that clients show; made if there is none.
    pub token_file: Option<PathBuf>,
    /// Names under which it is reached.
    pub host_names: Vec<String>,
    /// Plain text may leave this machine.
    pub allow_plain: bool,
    /// Metrics are for everybody.
    pub open_metrics: bool,
    /// Sessions that metrics tell of one by one.
    pub metrics_sessions_max: usize,
    /// Connections at once.
    pub connections_max: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
}

/// Reports of players.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModerationConfig {
    /// How much of what was said of late is kept in memory.
    pub kept_voices: KeptVoicesSettings,
    /// How much is kept on the disk.
    pub reports: ReportsSettings,
}

/// Recordings of sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingConfig {
    /// Where they go; nothing is recorded without it.
    pub folder: Option<PathBuf>,
    /// What is recorded, and how much of it.
    pub settings: RecordingSettings,
}

/// What a QUIC listener takes; the units and the reasons stand with the settings of that crate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuicConfig {
    /// Connections at once that have said hello.
    pub connections_max: usize,
    /// Strangers who may shake hands at once.
    pub handshakes_max: usize,
    /// How long a stranger may take to its hello.
    pub handshake_timeout: Duration,
    /// Silence after which a link counts as lost.
    pub idle_timeout: Duration,
}

/// Sealed datagrams for voice beside the connections.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FastPathConfig {
    /// Whether there is such a path.
    pub enabled: bool,
    /// How long at most frames of several speakers for one listener wait for each other, in milliseconds.
    pub gather_ms_max: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, DEFAULT_PORT))],
            listeners: Vec::new(),
            host: None,
            sessions: vec!["main".into()],
            sessions_on_demand: Vec::new(),
            sessions_max: 4096,
            sessions_idle: Duration::from_mins(1),
            workers: 0,
            pin_workers: false,
            certificate: CertificateFiles { file: None, key_file: None, check_every: Duration::from_secs(5) },
            joining: JoiningConfig::default(),
            access: Vec::new(),
            proximity: Vec::new(),
            room_limits: Vec::new(),
            storage: Storage::default(),
            log: LogConfig::default(),
            watching: Watching {
                inspector_port: None,
                monitor_channels: false,
                packet_capture_file: None,
                packet_capture: PacketCaptureSettings::default(),
            },
            web: WebConfig::default(),
            admin: AdminConfig {
                listen: None,
                token_file: None,
                host_names: Vec::new(),
                allow_plain: false,
                open_metrics: false,
                metrics_sessions_max: 0,
                connections_max: 64,
                request_timeout: Duration::from_secs(10),
            },
            moderation: ModerationConfig::default(),
            recording: RecordingConfig::default(),
            addresses: AddressesConfig::default(),
            quic: QuicConfig {
                connections_max: 4096,
                handshakes_max: 256,
                handshake_timeout: Duration::from_secs(5),
                idle_timeout: Duration::from_secs(10),
            },
            fast_path: FastPathConfig { enabled: true, gather_ms_max: 10 },
            overload: SheddingSettings::of_a_whole_process(),
            ending: EndingConfig::default(),
            limits: Limits::default(),
        }
    }
}

/// The UDP port of a server that was told none.
pub const DEFAULT_PORT: u16 = 7777;
