//! The statistics as metrics, which a server exports without knowing them.
//!
//! Names follow <https://prometheus.io/docs/practices/naming/>: base units, `_total` for counters.

use consonance_link::{MetricFamily, MetricKind, MetricSample, NetworkMetrics};

use crate::statistics::MumbleStatistics;

/// The metrics of Mumble's listener, in the order of the output.
pub const METRIC_FAMILIES: &[&MetricFamily] =
    &[&USERS, &LOGINS_REFUSED, &VOICE, &DROPPED, &RESYNCS, &LIST_PINGS];

static USERS: MetricFamily = MetricFamily {
    name: "consonance_mumble_users",
    kind: MetricKind::Gauge,
    labels: &["network", "voice"],
    about: "Mumble users by how their voice travels: udp; tunnel, over TCP.",
};

static LOGINS_REFUSED: MetricFamily = MetricFamily {
    name: "consonance_mumble_logins_refused_total",
    kind: MetricKind::Counter,
    labels: &["network", "reason"],
    about: "Logins refused by the session; other: bans, clients without Opus, sessions that require encryption.",
};

static VOICE: MetricFamily = MetricFamily {
    name: "consonance_mumble_voice_packets_total",
    kind: MetricKind::Counter,
    labels: &["network", "direction", "way"],
    about: "Voice packets from and to Mumble users: udp; tunnel, over TCP.",
};

static DROPPED: MetricFamily = MetricFamily {
    name: "consonance_mumble_dropped_total",
    kind: MetricKind::Counter,
    labels: &["network", "what", "reason"],
    about: "Dropped at Mumble's listener: voice in CELT or Speex (other_codec); above a client's rate (too_many); \
        unreadable (malformed); datagrams that no key decrypts (forged), replayed, from hosts without users \
        (stray), or too long.",
};

static RESYNCS: MetricFamily = MetricFamily {
    name: "consonance_mumble_resyncs_total",
    kind: MetricKind::Counter,
    labels: &["network", "step"],
    about: "Nonces resynchronised: requested from a client; received; answered.",
};

static LIST_PINGS: MetricFamily = MetricFamily {
    name: "consonance_mumble_list_pings_total",
    kind: MetricKind::Counter,
    labels: &["network", "result"],
    about: "Pings of Mumble's server lists: answered; dropped, because there were too many.",
};

fn sample(family: &'static MetricFamily, label: &'static str, value: u64) -> MetricSample {
    MetricSample { family, labels: [label, ""], value }
}

impl MumbleStatistics {
    /// As metrics.
    pub fn metrics(&self) -> NetworkMetrics {
        let Self { refused, dropped, .. } = self;
        let mut metrics = vec![
            sample(&USERS, "udp", self.users_by_udp),
            sample(&USERS, "tunnel", self.users_by_tunnel),
            sample(&LOGINS_REFUSED, "password", refused.password),
            sample(&LOGINS_REFUSED, "token", refused.token),
            sample(&LOGINS_REFUSED, "name", refused.name),
            sample(&LOGINS_REFUSED, "name_in_use", refused.name_in_use),
            sample(&LOGINS_REFUSED, "full", refused.full),
            sample(&LOGINS_REFUSED, "closing", refused.closing),
            sample(&LOGINS_REFUSED, "other", refused.other),
            sample(&RESYNCS, "requested", self.resyncs_requested),
            sample(&RESYNCS, "received", self.resyncs_received),
            sample(&RESYNCS, "answered", self.resyncs_answered),
            sample(&LIST_PINGS, "answered", self.list_pings_answered),
            sample(&LIST_PINGS, "dropped", self.list_pings_dropped),
        ];
        let voice = [
            ("received", "udp", self.voice_received),
            ("received", "tunnel", self.voice_received_tunnelled),
            ("sent", "udp", self.voice_sent),
            ("sent", "tunnel", self.voice_sent_tunnelled),
        ];
        let drops = [
            ("voice", "other_codec", dropped.voice_other_codec),
            ("voice", "too_many", dropped.voice_too_many),
            ("voice", "malformed", dropped.voice_malformed),
            ("control", "too_many", dropped.control_too_many),
            ("control", "malformed", dropped.control_malformed),
            ("datagram", "forged", dropped.datagrams_forged),
            ("datagram", "replayed", dropped.datagrams_replayed),
            ("datagram", "stray", dropped.datagrams_stray),
            ("datagram", "too_long", dropped.datagrams_too_long),
        ];
        let voice = voice.map(|(direction, way, value)| (&VOICE, [direction, way], value));
        let drops = drops.map(|(what, reason, value)| (&DROPPED, [what, reason], value));
        let both = voice.into_iter().chain(drops);
        metrics.extend(both.map(|(family, labels, value)| MetricSample { family, labels, value }));
        NetworkMetrics(metrics)
    }
}
