//! The settings of a server as one typed value: a struct for each table of the file, with its defaults.

use std::net::SocketAddr;
use std::path::PathBuf;

use consonance_admin::{AdminAccess, AdminLimits};
use consonance_inspector::pcap::PacketCaptureSettings;
use consonance_link::AddressShares;
use consonance_quic::{FastPathSettings, QuicServerSettings};
use consonance_server::records::RecordsSettings;
use consonance_server::{
    ChannelMonitoring, SessionEncryption, SessionHosting, SheddingSettings, WorkerThreads,
};
use consonance_session::{AccessRule, Limits, ProximitySettings, RoomLimits, RoomPattern};

use crate::cluster::ClusterConfig;
use crate::declared::Declared;
use crate::encryption::EncryptedSessions;
use crate::joining::JoiningConfig;
use crate::listening::ListenConfig;
use crate::log::LogConfig;
use crate::moderation::ModerationConfig;
use crate::recording::RecordingConfig;
use crate::rooms::{AccessConfig, ProximityConfig, RoomLimitsConfig};
use crate::shutdown::ShutdownConfig;
use crate::table::{Seconds, table};
use crate::telemetry::TelemetryConfig;
use crate::web::WebConfig;
use crate::webhooks::WebhookConfig;

table! {
    /// The settings of a Consonance server.
    pub struct Config {
        /// UDP addresses for players over QUIC; `[::]` includes IPv4. For tables, see `[[listen]]` in
        /// docs/configuration.md.
        pub listen: ListenConfig = ListenConfig::default();
        /// This machine's name or address in printed addresses.
        #[schemars(example = &"voice.example.org")]
        pub host: Option<String> = None;
        /// Sessions that always exist. May be empty if `sessions_on_demand` is not.
        pub sessions: Vec<String> = vec!["main".into()];
        /// Sessions that start with their first player; with `"*"`, those of any name.
        #[schemars(extend("x-reload" = true))]
        pub sessions_on_demand: Vec<String> = Vec::new();
        /// How many sessions there are, how long they stay, and how they are spread over workers.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<SessionHosting>", extend("x-flat" = true, "x-reload" = true))]
        pub hosting: SessionHosting = SessionHosting::default();
        /// How many workers there are, and where they run.
        #[serde(with = "crate::declared")]
        #[schemars(
            with = "Declared<WorkerThreads>",
            extend("x-flat" = true, "x-after" = {
                "workers": "sessions_idle_s",
                "pin_workers": "spread_sessions_from",
            })
        )]
        pub threads: WorkerThreads = WorkerThreads::default();
        /// Rooms that require one of these access tokens to listen and speak, or one of `listen_tokens` or
        /// `speak_tokens`.
        #[schemars(extend(
            "x-reload" = true,
            "examples" = [[
                { "room": "vip", "tokens": ["gold"] },
                { "room": "stage*", "speak_tokens": ["singer"] }
            ]]
        ))]
        pub access: Vec<AccessConfig> = Vec::new();
        /// Rooms where distance determines which players hear each other. `range_m`: how far a voice carries;
        /// hysteresis: by how much a speaker must exceed another (default 0.25); `streams_max`: speakers that a
        /// listener receives (default 8).
        #[schemars(extend("examples" = [[{ "room": "world", "range_m": 25 }]]))]
        pub proximity: Vec<ProximityConfig> = Vec::new();
        /// Whether sessions are encrypted from end to end.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<SessionEncryption>", extend("x-flat" = true))]
        pub encryption: SessionEncryption = SessionEncryption::default();
        /// Sessions with another rule.
        #[schemars(extend("examples" = [[{ "session": "staff*", "encryption": "required" }]]))]
        pub encrypted_sessions: Vec<EncryptedSessions> = Vec::new();
        /// Limits of rooms: players that listen and speak at once, and the time between two texts of a player.
        #[schemars(extend(
            "x-reload" = true,
            "examples" = [[
                { "room": "duel*", "listeners_max": 2 },
                { "room": "stage", "speakers_max": 4, "text_every_s": 10 }
            ]]
        ))]
        pub room_limits: Vec<RoomLimitsConfig> = Vec::new();
        /// Services notified over HTTP of events; see docs/operations.md for their keys.
        #[schemars(extend(
            "x-reload" = true,
            "examples" = [[
                { "url": "https://example.org/voice", "hmac_secret_file": "webhook-secret.txt", "events": ["banned"] }
            ]]
        ))]
        pub webhooks: Vec<WebhookConfig> = Vec::new();
        /// The certificate that clients see. Without files, the server generates one and keeps it in `storage.folder`
        /// or systemd's `StateDirectory`; without either, it generates one at each start, and players need the new
        /// address.
        pub certificate: CertificateConfig = CertificateConfig::default();
        /// Which players may join; see docs/guide/joining.md. By default, all.
        pub joining: JoiningConfig = JoiningConfig::default();
        /// What survives a restart: bans, mutes, operators' decisions about rooms, and the audit log.
        pub storage: StorageConfig = StorageConfig::default();
        /// The log on standard error. It contains no secrets.
        pub log: LogConfig = LogConfig::default();
        /// Inspection of a running server.
        pub diagnostics: DiagnosticsConfig = DiagnosticsConfig::default();
        /// The page for players in browsers, and their voice; see docs/browser/README.md.
        pub web: WebConfig = WebConfig::default();
        /// The listener for operators: health, metrics, the admin API and its page.
        pub admin: AdminConfig = AdminConfig::default();
        /// Metrics and traces for an OpenTelemetry collector; see docs/operations.md.
        pub telemetry: TelemetryConfig = TelemetryConfig::default();
        /// Reports of players, with what they said just before; see docs/recording.md.
        pub moderation: ModerationConfig = ModerationConfig::default();
        /// Recordings of sessions, one file per voice; see docs/recording.md. Players are notified if their client can
        /// show it; inform the others.
        pub recording: RecordingConfig = RecordingConfig::default();
        /// How client addresses share the connections of a full listener; see docs/limits.md.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<AddressShares>")]
        pub addresses: AddressShares = AddressShares::default();
        /// Limits of every QUIC listener.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<QuicServerSettings>")]
        pub quic: QuicServerSettings = QuicServerSettings::default();
        /// Load shedding.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<SheddingSettings>", extend("x-reload" = true))]
        pub overload: SheddingSettings = SheddingSettings::default();
        /// Several servers that share their sessions over NATS; see docs/cluster.md.
        pub cluster: ClusterConfig = ClusterConfig::default();
        /// How the server shuts down, and where its players go; see docs/operations.md.
        pub shutdown: ShutdownConfig = ShutdownConfig::default();
        /// Sealed voice datagrams on the QUIC port, which cost a fraction of QUIC; see docs/fast-path.md.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<FastPathSettings>")]
        pub fast_path: FastPathSettings = FastPathSettings::default();
        /// Limits of a session, which affect only the player that exceeds them; see docs/limits.md. Rates are token
        /// buckets: burst is how many at once after a pause.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<Limits>", extend("x-reload" = true))]
        pub limits: Limits = Limits::default();
    }
}

impl Config {
    /// The host names of this server besides localhost: `host`, and those of `[web]`.
    pub fn own_host_names(&self) -> Vec<String> {
        self.web.host_names.iter().chain(&self.host).cloned().collect()
    }

    /// Rooms that require access tokens; the first pattern that matches applies.
    pub fn access_rules(&self) -> Vec<(RoomPattern, AccessRule)> {
        self.access.iter().map(AccessConfig::rule).collect()
    }

    /// Rooms where distance decides which players hear each other; the first pattern that matches applies.
    pub fn proximity_rules(&self) -> Vec<(RoomPattern, ProximitySettings)> {
        self.proximity.iter().map(ProximityConfig::rule).collect()
    }

    /// Limits of rooms; the first pattern that matches applies.
    pub fn room_limit_rules(&self) -> Vec<(RoomPattern, RoomLimits)> {
        self.room_limits.iter().map(RoomLimitsConfig::rule).collect()
    }

    /// Which sessions are encrypted.
    pub fn session_encryption(&self) -> SessionEncryption {
        let mut encryption = self.encryption.clone();
        encryption.exceptions = self.encrypted_sessions.iter().map(EncryptedSessions::rule).collect();
        encryption
    }
}

table! {
    /// `[certificate]`: PEM files, and how often they are checked.
    #[schemars(extend("x-reload" = true))]
    pub struct CertificateConfig {
        /// A PEM file with the certificate chain.
        #[schemars(example = &"fullchain.pem", extend("format" = "path"))]
        pub file: Option<PathBuf> = None;
        /// The PEM file with its private key.
        #[schemars(example = &"privkey.pem", extend("format" = "path"))]
        pub private_key_file: Option<PathBuf> = None;
        /// How often these files are checked for changes.
        pub check_every_s: Seconds = Seconds::new(5), 0.1..=86_400;
    }
}

table! {
    /// `[storage]`: where bans, the audit log and other decisions are stored.
    pub struct StorageConfig {
        /// The folder of the database. Default: systemd's `StateDirectory`, or else memory.
        #[schemars(example = &"/var/lib/consonance", extend("format" = "path"))]
        pub folder: Option<PathBuf> = None;
        /// The limits of what is stored.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<RecordsSettings>", extend("x-flat" = true))]
        pub records: RecordsSettings = RecordsSettings::default();
    }
}

table! {
    /// `[diagnostics]`: inspection of a running server.
    pub struct DiagnosticsConfig {
        /// The TCP port of the inspector's page on this machine.
        #[schemars(example = 7779)]
        pub inspector_port: Option<u16> = None;
        /// Whether the targets of speakers are followed at all times.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<ChannelMonitoring>", extend("x-flat" = true, "x-reload" = true))]
        pub monitoring: ChannelMonitoring = ChannelMonitoring::default();
        /// A file for the plain packets of all sessions, for Wireshark. Tell the players: it contains what they say.
        #[schemars(example = &"packets.pcapng", extend("format" = "path"))]
        pub packet_capture_file: Option<PathBuf> = None;
        /// The limits of the capture.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<PacketCaptureSettings>", extend("x-flat" = true))]
        pub packet_capture: PacketCaptureSettings = PacketCaptureSettings::default();
    }
}

// Not `AdminSettings`, which has the same parts: that has the token, this the file with it.
table! {
    /// `[admin]`: the listener for operators.
    pub struct AdminConfig {
        /// The TCP address of the listener.
        #[schemars(example = &"127.0.0.1:7778", extend("format" = "address"))]
        pub listen: Option<SocketAddr> = None;
        /// The file with the token that clients present, created if necessary.
        #[schemars(example = &"admin-token", extend("format" = "path"))]
        pub token_file: Option<PathBuf> = None;
        /// How it is reached, and what its metrics show.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<AdminAccess>", extend("x-flat" = true))]
        pub access: AdminAccess = AdminAccess::default();
        /// The limits of its clients.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<AdminLimits>", extend("x-flat" = true))]
        pub limits: AdminLimits = AdminLimits::default();
    }
}
