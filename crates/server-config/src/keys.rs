//! What a key is, those at the top of the file, and the tables of all the others, one after the other.

use crate::Config;
use crate::address_keys::ADDRESS_KEYS;
use crate::admin_keys::ADMIN_KEYS;
use crate::ending::ENDING_KEYS;
use crate::field::Field;
use crate::hook::HOOK_KEYS;
use crate::joining::JOINING_KEYS;
use crate::limit_keys::LIMIT_KEYS;
use crate::listening::{LISTEN, ListenerConfig};
use crate::log::LOG_KEYS;
use crate::moderation_keys::MODERATION_KEYS;
use crate::overload::OVERLOAD_KEYS;
use crate::recording_keys::RECORDING_KEYS;
use crate::rooms::{ACCESS, PROXIMITY, ROOM_LIMITS};
use crate::web::WEB_KEYS;
use crate::web_limits::WEB_LIMIT_KEYS;

/// One key of a `C`.
pub(super) struct Key<C: 'static = Config> {
    /// With its section, for example `limits.links`.
    pub(super) path: &'static str,
    /// What it means, in sentences.
    pub(super) about: &'static str,
    /// For keys that have no value unless somebody gives one: what could stand there.
    pub(super) example: Option<&'static str>,
    pub(super) takes: Takes,
    pub(super) field: Field<C>,
}

impl<C> Clone for Key<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Key<C> {}

/// When a changed value is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    AtOnce,
    AtStart,
}

use Takes::{AtOnce, AtStart};

impl Key {
    pub(super) const fn new(path: &'static str, takes: Takes, field: Field, about: &'static str) -> Self {
        Self { path, about, example: None, takes, field }
    }

    /// One that a reload takes over at once.
    pub(super) const fn at_once(path: &'static str, field: Field, about: &'static str) -> Self {
        Self::new(path, AtOnce, field, about)
    }

    /// The part before the last dot; empty for a key at the top.
    pub(super) fn section(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// The environment variable that overrides it.
    pub(super) fn variable(&self) -> String {
        variable(self.path)
    }
}

/// The environment variable for a key of this path.
pub(super) fn variable(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "_").to_uppercase())
}

impl Key<ListenerConfig> {
    /// One of a listener's own table.
    pub(super) const fn of_listener(
        name: &'static str,
        field: Field<ListenerConfig>,
        about: &'static str,
    ) -> Self {
        Self { path: name, about, example: None, takes: AtStart, field }
    }
}

impl<C> Key<C> {
    pub(super) const fn with_example(self, example: &'static str) -> Self {
        Self { example: Some(example), ..self }
    }

    pub(super) fn name(&self) -> &'static str {
        self.path.rsplit_once('.').map_or(self.path, |(_, name)| name)
    }
}

/// How the environment's variables begin.
pub(super) const PREFIX: &str = "CONSONANCE_";

/// The sections in their order, and what each is for.
pub(super) const SECTIONS: &[(&str, &str)] = &[
    ("", ""),
    (
        "certificate",
        "The certificate that players see. Without files, one is made and kept in storage.folder, or in systemd's StateDirectory; without both, one is made at each start, and addresses change with it: players who have only the former address do not come back by themselves.",
    ),
    ("joining", "Who may join; docs/guide/joining.md says more. With nothing set, everybody may."),
    (
        "joining.hook",
        "A service that is asked over HTTP about everybody whom the rest would let in; docs/guide/joining.md says what it is told, and what it answers.",
    ),
    (
        "storage",
        "What outlives a restart: bans, mutes, what operators decided about rooms, and the audit log.",
    ),
    (
        "log",
        "What the server writes to its standard error. No secret of a player or an operator is written at any level.",
    ),
    ("watching", "Ways to look into the server."),
    (
        "web",
        "Players who come with a browser: the page that they open, and where their voices come in; docs/browser/README.md says more.",
    ),
    (
        "web.limits",
        "What one browser, and strangers at the page, may take. Few servers need other numbers than these.",
    ),
    ("admin", "The listener for operators: health, metrics, the admin API and its page."),
    (
        "moderation",
        "Reports of players: what they said just before, as files; docs/recording.md says more. Everything else about moderation is decided while the server runs.",
    ),
    (
        "recording",
        "Recordings of sessions, a file for each voice; docs/recording.md says more. Players whose clients can show it are told; tell the others.",
    ),
    (
        "addresses",
        "How the connections of a listener are shared between the addresses that they come from, for every listener with a limit on connections. When it is full, one that has not joined a session makes room for an address with fewer, and if there is none, the player who joined last from the address with the most, as long as that has more than its share.",
    ),
    ("quic", "What every listener takes."),
    ("overload", "What is given up when there is too much to do, so that the rest goes on."),
    ("ending", "How the server ends, and who goes on; docs/operations.md says more."),
    (
        "fast_path",
        "Voice leaves QUIC for sealed datagrams on the same port, which cost a fraction of it; where they do not come through, it goes over QUIC.",
    ),
    (
        "limits",
        "What a session allows its players. Who exceeds a limit is refused alone, and counted. A rate is a bucket: so many at once after a rest, and so many per second in the long run.",
    ),
];

/// All of them, in the order of the file: first those at the top.
pub(super) const KEYS: &[Key] = &joined();

/// Those of the parts of a configuration.
const TABLES: [&[Key]; 13] = [
    OWN_KEYS,
    ADDRESS_KEYS,
    LOG_KEYS,
    JOINING_KEYS,
    HOOK_KEYS,
    WEB_KEYS,
    WEB_LIMIT_KEYS,
    ADMIN_KEYS,
    MODERATION_KEYS,
    RECORDING_KEYS,
    OVERLOAD_KEYS,
    ENDING_KEYS,
    LIMIT_KEYS,
];

const fn joined() -> [Key; KEY_COUNT] {
    let mut keys = [OWN_KEYS[0]; KEY_COUNT];
    let (mut table, mut index, mut filled) = (0, 0, 0);
    while table < TABLES.len() {
        while index < TABLES[table].len() {
            keys[filled] = TABLES[table][index];
            (index, filled) = (index + 1, filled + 1);
        }
        (table, index) = (table + 1, 0);
    }
    keys
}

const KEY_COUNT: usize = {
    let (mut table, mut count) = (0, 0);
    while table < TABLES.len() {
        count += TABLES[table].len();
        table += 1;
    }
    count
};

const OWN_KEYS: &[Key] = &[
    Key::new(
        "listen",
        AtStart,
        Field::Tables(&LISTEN),
        "Where players come in: UDP addresses for QUIC; port 0 takes any free one. [::] is every address of this machine, IPv4 included. Listeners for other networks are tables, each with network and address, in the list or as [[listen]]; docs/networks/README.md says which there are, and the end of this page which keys each has.",
    ),
    Key::new(
        "host",
        AtStart,
        Field::Text(|config| &mut config.host),
        "The name or address under which players reach this machine, for the printed addresses.",
    )
    .with_example("\"voice.example.org\""),
    Key::new(
        "sessions",
        AtStart,
        Field::Texts(|config| &mut config.sessions),
        "The sessions that are there at all times, by name. Who is in one neither sees nor hears who is in another. May be [] if there are some on demand.",
    ),
    Key::at_once(
        "sessions_on_demand",
        Field::Texts(|config| &mut config.sessions_on_demand),
        "Sessions that begin when the first player joins them, by name, or with a * at the end by the beginning of their names; [\"*\"] is any. None without it: a mistyped name is told so and does not end up alone, and nobody uses the server for sessions that its operator has not thought of.",
    ),
    Key::at_once(
        "sessions_max",
        Field::Size(|config| &mut config.sessions_max, 1, 1_000_000),
        "Sessions at once, of both kinds. Who would begin one more is refused, and counted.",
    ),
    Key::at_once(
        "sessions_idle_s",
        Field::Seconds(|config| &mut config.sessions_idle, 0.0, 86_400.0),
        "How long a session on demand stays after its last player has left, in seconds. One that nobody has joined ends with the last connection to it.",
    ),
    Key::new(
        "workers",
        AtStart,
        Field::Size(|config| &mut config.workers, 0, 256),
        "Threads that serve the sessions: each session is one thread's, which relays all its voice. 0 is as many as the cores that the process may use.",
    ),
    Key::new(
        "pin_workers",
        AtStart,
        Field::Flag(|config| &mut config.pin_workers),
        "Keep each of these threads on a core of its own (on Linux), for machines that do nothing else.",
    ),
    Key::at_once(
        "access",
        Field::Tables(&ACCESS),
        "Rooms that ask for access tokens, by name, or with a * at the end by the beginning of their names; the first that matches counts. Only rooms with their whole names here have their ids to themselves. A player needs one of the tokens: of needs to listen and to speak, or of needs_to_listen and needs_to_speak each. Players have tokens from their join tokens.",
    )
    .with_example("[{ room = \"vip\", needs = [\"gold\"] }, { room = \"stage*\", needs_to_speak = [\"singer\"] }]"),
    Key::new(
        "proximity",
        AtStart,
        Field::Tables(&PROXIMITY),
        "Rooms where distance decides who hears whom, by name or beginning like those above. range_m is how many metres a voice carries; hysteresis, how much better another speaker has to be to take a place (0.25 if it is not given); streams_max, how many speakers a listener is sent at once (8).",
    )
    .with_example("[{ room = \"world\", range_m = 25 }]"),
    Key::at_once(
        "room_limits",
        Field::Tables(&ROOM_LIMITS),
        "How many may use rooms, by name or beginning like those above: listeners_max, how many may listen at once; speakers_max, how many may speak at once; text_every_s, how long one has to wait between two texts to the room, in seconds. What operators decide while the server runs goes before it.",
    )
    .with_example("[{ room = \"duel*\", listeners_max = 2 }, { room = \"stage\", speakers_max = 4, text_every_s = 10 }]"),
    Key::at_once(
        "certificate.file",
        Field::File(|config| &mut config.certificate.file),
        "A PEM file with the certificate chain, the server's own first. If it is taken away, the former one stays until the next start.",
    )
    .with_example("\"fullchain.pem\""),
    Key::at_once(
        "certificate.key_file",
        Field::File(|config| &mut config.certificate.key_file),
        "The PEM file with its private key.",
    )
    .with_example("\"privkey.pem\""),
    Key::at_once(
        "certificate.check_every_s",
        Field::Seconds(|config| &mut config.certificate.check_every, 0.1, 86_400.0),
        "How often it is looked whether these files have changed, in seconds. Who joins after that sees the new certificate; nobody is disconnected.",
    ),
    Key::new(
        "storage.folder",
        AtStart,
        Field::File(|config| &mut config.storage.folder),
        "The folder of the database, which is made if it is not there. Without this key it is the folder of the service (systemd's StateDirectory); without that, too, everything that operators decide is in memory and gone after a restart.",
    )
    .with_example("\"/var/lib/consonance\""),
    Key::new(
        "storage.bans_max",
        AtStart,
        Field::Size(|config| &mut config.storage.records.bans_max, 1, 10_000_000),
        "Bans at once; a further one is an error.",
    ),
    Key::new(
        "storage.standings_max",
        AtStart,
        Field::Size(|config| &mut config.storage.records.standings_max, 1, 10_000_000),
        "Players who are muted or otherwise limited, over all sessions; a further one is an error.",
    ),
    Key::new(
        "storage.audit_entries_max",
        AtStart,
        Field::Size(|config| &mut config.storage.records.audit_entries_max, 1, 10_000_000),
        "Entries of the audit log, which is in memory, too; the oldest go, those of moderators among the players first while they are more than half of all.",
    ),
    Key::new(
        "storage.audit_days",
        AtStart,
        Field::Number(|config| &mut config.storage.records.audit_days, 1, 36_500),
        "How long entries of the audit log are kept, in days.",
    ),
    Key::new(
        "watching.inspector_port",
        AtStart,
        Field::Port(|config| &mut config.watching.inspector_port),
        "Show what happens on a page on this machine, at this TCP port; 0 takes any free one. No page without it.",
    )
    .with_example("7779"),
    Key::at_once(
        "watching.monitor_channels",
        Field::Flag(|config| &mut config.watching.monitor_channels),
        "Follow who speaks to whom at all times, and log it (at the level debug); it is followed anyway while somebody looks at the inspector's page. Every frame costs a little more.",
    ),
    Key::new(
        "watching.packet_capture_file",
        AtStart,
        Field::File(|config| &mut config.watching.packet_capture_file),
        "Write the plain packets of all sessions to this file, for Wireshark. Tell the players: what they say and write is in it.",
    )
    .with_example("\"packets.pcapng\""),
    Key::new(
        "watching.packet_capture_bytes_max",
        AtStart,
        Field::Bytes(|config| &mut config.watching.packet_capture.max_bytes, 65_536, 1 << 40),
        "The size in bytes at which that file ends.",
    ),
    Key::new(
        "watching.packet_capture_duration_s",
        AtStart,
        Field::Seconds(|config| &mut config.watching.packet_capture.max_duration, 1.0, 31_536_000.0),
        "The time in seconds after which it ends.",
    ),
    Key::new(
        "quic.connections_max",
        AtStart,
        Field::Size(|config| &mut config.quic.connections_max, 1, 1_000_000),
        "Connections at once at each address of listen; those that still shake hands come on top. When all are taken, they are shared as [addresses] says.",
    ),
    Key::new(
        "quic.handshakes_max",
        AtStart,
        Field::Size(|config| &mut config.quic.handshakes_max, 4, 65_536),
        "Strangers who may shake hands at once, each of whom has proved its address. With one more, one has to go: of the address (of IPv6: the network of 64 bits) that has the most, or, where that has hardly more than others, whoever has taken longest, once that is a second.",
    ),
    Key::new(
        "quic.handshake_timeout_s",
        AtStart,
        Field::Seconds(|config| &mut config.quic.handshake_timeout, 0.1, 60.0),
        "How long a stranger may take from its first datagram to its hello, in seconds.",
    ),
    Key::new(
        "quic.idle_timeout_s",
        AtStart,
        Field::Seconds(|config| &mut config.quic.idle_timeout, 6.0, 600.0),
        "Silence in seconds after which a connection counts as lost. Players make themselves heard every 4.5 s.",
    ),
    Key::new(
        "fast_path.enabled",
        AtStart,
        Field::Flag(|config| &mut config.fast_path.enabled),
        "Whether there is such a path. Systems other than Linux need further UDP ports for it, one for each worker; open them, or leave voice to QUIC.",
    ),
    Key::new(
        "fast_path.gather_ms_max",
        AtStart,
        Field::Number(|config| &mut config.fast_path.gather_ms_max, 0, 20),
        "How long frames of several speakers for one listener may wait for each other, in milliseconds, to share a datagram. Only a worker that is busy lets them wait, and a listener of one speaker never does. 0 switches it off.",
    ),
];
