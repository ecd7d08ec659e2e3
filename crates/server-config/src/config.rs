//! The settings of a server as one typed value: a struct for each table of the file, with its defaults.

use std::net::SocketAddr;
use std::path::PathBuf;

use consonance_pcap::PacketCaptureSettings;
use consonance_server::SheddingSettings;
use consonance_server::records::RecordsSettings;

use crate::joining::JoiningConfig;
use crate::limits::LimitsConfig;
use crate::listening::ListenConfig;
use crate::log::LogConfig;
use crate::moderation::ModerationConfig;
use crate::recording::RecordingConfig;
use crate::rooms::{AccessConfig, ProximityConfig, RoomLimitsConfig};
use crate::shutdown::ShutdownConfig;
use crate::table::{Seconds, table};
use crate::web::WebConfig;

table! {
    /// The settings of a Consonance server.
    pub struct Config {
        /// Where players connect: UDP addresses for QUIC; port 0 picks a free port. `[::]` is every address of this
        /// machine, IPv4 included. Listeners for other networks are tables, each with network and address, in the list
        /// or as `[[listen]]`; docs/networks/README.md lists the networks, and the end of this page their keys.
        pub listen: ListenConfig = ListenConfig::default();
        /// The name or address under which players reach this machine, for the printed addresses.
        #[schemars(example = &"voice.example.org")]
        pub host: Option<String> = None;
        /// Names of the sessions that always exist. Players in one session neither see nor hear those in another. The
        /// list may be empty if `sessions_on_demand` is not.
        pub sessions: Vec<String> = vec!["main".into()];
        /// Sessions that begin when the first player joins them, by name or, with a `*` at the end, by prefix; `"*"`
        /// allows any name. Default: none, so a mistyped name is an error, and strangers cannot use the server for
        /// sessions of their own.
        #[schemars(extend("x-reload" = true))]
        pub sessions_on_demand: Vec<String> = Vec::new();
        /// Sessions of both kinds at once. A player who would begin one more is refused, and counted.
        #[schemars(extend("x-reload" = true))]
        pub sessions_max: usize = 4096, 1..=1_000_000;
        /// How long a session on demand stays after its last player has left, in seconds. A session that no player has
        /// joined ends with the last connection to it.
        #[schemars(extend("x-reload" = true))]
        pub sessions_idle_s: Seconds = Seconds::new(60), 0..=86_400;
        /// Worker threads. Each session runs on one of them, which relays all its voice. 0 is one for each core that
        /// the process may use.
        pub workers: usize = 0, 0..=256;
        /// Pin each worker to a core of its own (on Linux), for machines that do nothing else.
        pub pin_workers: bool = false;
        /// Rooms that require access tokens, by name or, with a `*` at the end, by prefix; the first rule that matches
        /// applies. Only rooms whose whole name is given have an id of their own. A player needs one of tokens to
        /// listen and to speak, or one of `listen_tokens` and `speak_tokens` each. Players get tokens from their join
        /// tokens.
        #[schemars(extend(
            "x-reload" = true,
            "examples" = [[
                { "room": "vip", "tokens": ["gold"] },
                { "room": "stage*", "speak_tokens": ["singer"] }
            ]]
        ))]
        pub access: Vec<AccessConfig> = Vec::new();
        /// Rooms where distance decides which players hear each other, by name or prefix like those in access.
        /// `range_m` is how many metres a voice carries; hysteresis, by how much a speaker must beat another to take
        /// its place (default 0.25); `streams_max`, how many speakers a listener is sent at once (default 8).
        #[schemars(extend("examples" = [[{ "room": "world", "range_m": 25 }]]))]
        pub proximity: Vec<ProximityConfig> = Vec::new();
        /// Limits of rooms, by name or prefix like those in access: `listeners_max` and `speakers_max`, how many
        /// players may listen and speak at once; `text_every_s`, how long a player must wait between two texts to the
        /// room, in seconds. What operators decide while the server runs takes precedence.
        #[schemars(extend(
            "x-reload" = true,
            "examples" = [[
                { "room": "duel*", "listeners_max": 2 },
                { "room": "stage", "speakers_max": 4, "text_every_s": 10 }
            ]]
        ))]
        pub room_limits: Vec<RoomLimitsConfig> = Vec::new();
        /// The certificate that players see. Without files, the server makes one and keeps it in `storage.folder`, or
        /// in systemd's `StateDirectory`; without either, it makes one at each start, and addresses change with it:
        /// players who have only the old address do not reconnect by themselves.
        pub certificate: CertificateConfig = CertificateConfig::default();
        /// Which players may join; docs/guide/joining.md says more. By default, everyone may.
        pub joining: JoiningConfig = JoiningConfig::default();
        /// What outlives a restart: bans, mutes, what operators decided about rooms, and the audit log.
        pub storage: StorageConfig = StorageConfig::default();
        /// What the server writes to standard error. No secret of a player or an operator is written at any level.
        pub log: LogConfig = LogConfig::default();
        /// Ways to look into the server.
        pub diagnostics: DiagnosticsConfig = DiagnosticsConfig::default();
        /// Players in browsers: the page that they open, and where their voice arrives; docs/browser/README.md says
        /// more.
        pub web: WebConfig = WebConfig::default();
        /// The listener for operators: health, metrics, the admin API and its page.
        pub admin: AdminConfig = AdminConfig::default();
        /// Reports of players: what they said just before, as files; docs/recording.md says more. Everything else
        /// about moderation is decided while the server runs.
        pub moderation: ModerationConfig = ModerationConfig::default();
        /// Recordings of sessions, a file for each voice; docs/recording.md says more. Players whose clients can show
        /// it are told; tell the others.
        pub recording: RecordingConfig = RecordingConfig::default();
        /// How the connections of a listener are shared between the addresses that they come from, for every listener
        /// with a limit on connections. When it is full, a connection that has not joined a session makes room for an
        /// address with fewer; if there is none, the player who joined last from the address with the most does, as
        /// long as that address has more than its share.
        pub addresses: AddressesConfig = AddressesConfig::default();
        /// Limits of every QUIC listener.
        pub quic: QuicConfig = QuicConfig::default();
        /// What the server sheds when it is overloaded, so that the rest keeps working.
        pub overload: OverloadConfig = OverloadConfig::default();
        /// How the server shuts down, and where its players go; docs/operations.md says more.
        pub shutdown: ShutdownConfig = ShutdownConfig::default();
        /// Voice leaves QUIC for sealed datagrams on the same port, which cost a fraction of it; where they do not
        /// come through, voice goes over QUIC.
        pub fast_path: FastPathConfig = FastPathConfig::default();
        /// What a session allows its players. A player who exceeds a limit is refused alone, and counted. A rate is a
        /// token bucket: burst is how many at once after a pause, `per_second` how many in the long run.
        pub limits: LimitsConfig = LimitsConfig::default();
    }
}

impl Config {
    /// The names, besides localhost, by which browsers ask for this server: the one in `host`, and those of `[web]`.
    pub fn own_host_names(&self) -> Vec<String> {
        self.web.host_names.iter().chain(&self.host).cloned().collect()
    }
}

table! {
    /// `[certificate]`: PEM files, and how often they are checked.
    #[schemars(extend("x-reload" = true))]
    pub struct CertificateConfig {
        /// A PEM file with the certificate chain, the server's own first. If it is removed, the former one stays until
        /// the next start.
        #[schemars(example = &"fullchain.pem", extend("format" = "path"))]
        pub file: Option<PathBuf> = None;
        /// The PEM file with its private key.
        #[schemars(example = &"privkey.pem", extend("format" = "path"))]
        pub private_key_file: Option<PathBuf> = None;
        /// How often the server checks whether these files have changed, in seconds. Players who join after that see
        /// the new certificate; no player is disconnected.
        pub check_every_s: Seconds = Seconds::new(5), 0.1..=86_400;
    }
}

table! {
    /// `[storage]`: where bans, the audit log and other decisions are kept.
    pub struct StorageConfig {
        /// The folder of the database; the server makes it if it does not exist. Default: the folder of the service
        /// (systemd's `StateDirectory`); without that, everything that operators decide is in memory and lost at a
        /// restart.
        #[schemars(example = &"/var/lib/consonance", extend("format" = "path"))]
        pub folder: Option<PathBuf> = None;
        /// Bans at once; one more is an error.
        pub bans_max: usize = 100_000, 1..=10_000_000;
        /// Players who are muted or otherwise restricted, over all sessions; one more is an error.
        pub restrictions_max: usize = 100_000, 1..=10_000_000;
        /// Entries of the audit log, also when it is in memory. The oldest are removed, those of moderators among the
        /// players first while they are more than half of all.
        pub audit_entries_max: usize = 10_000, 1..=10_000_000;
        /// How long entries of the audit log are kept, in days.
        pub audit_days: u32 = 365, 1..=36_500;
    }
}

impl StorageConfig {
    /// How much is kept.
    pub fn records(&self) -> RecordsSettings {
        let mut settings = RecordsSettings::default();
        (settings.bans_max, settings.standings_max) = (self.bans_max, self.restrictions_max);
        (settings.audit_entries_max, settings.audit_days) = (self.audit_entries_max, self.audit_days);
        settings
    }
}

table! {
    /// `[diagnostics]`: ways to look into the server.
    pub struct DiagnosticsConfig {
        /// Show what happens on a page on this machine, at this TCP port; port 0 picks a free port. Default: no page.
        #[schemars(example = 7779)]
        pub inspector_port: Option<u16> = None;
        /// Track at all times which player speaks to which, and log it (at level debug). While the inspector's page is
        /// open, it is tracked anyway. Every frame costs a little more.
        #[schemars(extend("x-reload" = true))]
        pub monitor_channels: bool = false;
        /// Write the plain packets of all sessions to this file, for Wireshark. Tell the players: what they say and
        /// write is in it.
        #[schemars(example = &"packets.pcapng", extend("format" = "path"))]
        pub packet_capture_file: Option<PathBuf> = None;
        /// The size in bytes at which the capture ends.
        pub packet_capture_bytes_max: u64 = 64 << 20, 65_536..=1_099_511_627_776_u64;
        /// The time in seconds after which the capture ends.
        pub packet_capture_duration_s: Seconds = Seconds::new(3600), 1..=31_536_000;
    }
}

impl DiagnosticsConfig {
    /// How much is captured.
    pub fn packet_capture(&self) -> PacketCaptureSettings {
        PacketCaptureSettings {
            max_bytes: self.packet_capture_bytes_max,
            max_duration: self.packet_capture_duration_s.into(),
            ..PacketCaptureSettings::default()
        }
    }
}

table! {
    /// `[admin]`: the listener for operators; its reasons and units stand with the settings of `consonance-admin`.
    pub struct AdminConfig {
        /// The TCP address of health, metrics, the admin API and its page; port 0 picks a free port. Default: no
        /// listener, so no port is opened unasked, and a second server on this machine starts like the first.
        #[schemars(example = &"127.0.0.1:7778", extend("format" = "address"))]
        pub listen: Option<SocketAddr> = None;
        /// The file with the token that clients of the listener present. If it does not exist, the server makes a
        /// token that only its own user can read. Default: admin-token in the folder of the service (systemd's
        /// `StateDirectory`) or in the user's state folder.
        #[schemars(example = &"admin-token", extend("format" = "path"))]
        pub token_file: Option<PathBuf> = None;
        /// Names besides localhost by which clients may address the listener, without ports; addresses always work.
        /// Others are refused, so that no page of another site can be made to point here.
        pub host_names: Vec<String> = Vec::new();
        /// Let the listener have an address other than a loopback address, although it speaks plain HTTP: only behind
        /// a proxy with TLS or in a network that you trust.
        pub allow_plain: bool = false;
        /// Serve /metrics without the token. Health and readiness never need it.
        pub open_metrics: bool = false;
        /// For how many sessions, the largest first, metrics have values of their own; totals over all sessions are
        /// always there.
        pub metrics_sessions_max: usize = 0, 0..=10_000;
        /// Connections to the listener at once; further ones wait.
        pub connections_max: usize = 64, 1..=4096;
        /// How long a request may take to arrive, and to be answered, in seconds.
        pub request_timeout_s: Seconds = Seconds::new(10), 0.1..=300;
    }
}

table! {
    /// `[addresses]`: the reasons of the defaults stand at `AddressShares` in `consonance-transport`.
    pub struct AddressesConfig {
        /// How many bits of an IPv6 address are its prefix: 48, 56 or 64. All addresses of a prefix count as one, also
        /// for the name of a lost connection (`joining.name_taken`). An attacker may have a whole /48; where a
        /// provider gives its customers less than that, several of them share one.
        pub ipv6_prefix_bits: u32 = 48, 32..=64;
        /// How many of a listener's connections one address keeps while the listener is full and others want in, in
        /// percent, rounded up. With 100, only connections that have not joined a session make room. Raise it where
        /// many players share an address, as at a LAN party or behind a carrier's address translation.
        pub share_percent: u32 = 10, 1..=100;
    }
}

table! {
    /// `[quic]`: what a QUIC listener accepts; the reasons stand with the settings of `consonance-quic`.
    pub struct QuicConfig {
        /// Connections at once at each address of listen; pending handshakes come on top. When all are taken, they are
        /// shared as `[addresses]` says.
        pub connections_max: usize = 4096, 1..=1_000_000;
        /// Pending handshakes, each from a client that has proved its address. With one more, one is dropped: from the
        /// address (for IPv6: the network of 64 bits) with the most or, where that has hardly more than others, the
        /// oldest, once it is a second old.
        pub handshakes_max: usize = 256, 4..=65_536;
        /// How long a client may take from its first datagram to its hello, in seconds.
        pub handshake_timeout_s: Seconds = Seconds::new(5), 0.1..=60;
        /// Silence in seconds after which a connection counts as lost. Clients send something every 4.5 s.
        pub idle_timeout_s: Seconds = Seconds::new(10), 6..=600;
    }
}

table! {
    /// `[overload]`: what a server sheds.
    #[schemars(extend("x-reload" = true))]
    pub struct OverloadConfig {
        /// Shed load when a worker is overloaded, one step at a time: first, new players are told to try again later;
        /// then only eight speakers are heard in each room, then four, then two: by priority, by clearly greater
        /// loudness, and by the order in which they began. Everything returns in the reverse order.
        pub enabled: bool = true;
        /// In how many hundredths of its time a worker may be busy, and how many hundredths of its processor time the
        /// whole process may use. Each second above that takes a step; each five seconds below three quarters of it
        /// take one back.
        pub busy_percent_max: u32 = 90, 1..=100;
        /// How long one loop iteration of a busy worker may take, in seconds; voice that arrives meanwhile waits.
        pub iteration_max_s: Seconds = Seconds::millis(20), 0.001..=1;
        /// After how many seconds new players are told to try again.
        pub retry_after_s: u32 = 20, 1..=3600;
    }
}

impl OverloadConfig {
    /// The same for the workers of a whole process.
    pub fn shedding(&self) -> SheddingSettings {
        let mut settings = SheddingSettings::of_a_whole_process();
        (settings.is_on, settings.busy_percent_max) = (self.enabled, self.busy_percent_max);
        (settings.turn_max, settings.retry_in_s) = (self.iteration_max_s.into(), self.retry_after_s);
        settings
    }
}

table! {
    /// `[fast_path]`: sealed datagrams for voice beside the connections.
    pub struct FastPathConfig {
        /// Whether there is such a path. Systems other than Linux need further UDP ports for it, one for each worker;
        /// open them, or leave voice to QUIC.
        pub enabled: bool = true;
        /// How long frames of several speakers for one listener may wait for each other, in milliseconds, to share a
        /// datagram. Only a busy worker lets them wait, and never for a listener of a single speaker. 0 disables it.
        pub gather_ms_max: u32 = 10, 0..=20;
    }
}

/// The UDP port of a server without a port of its own.
pub const DEFAULT_PORT: u16 = 7777;
