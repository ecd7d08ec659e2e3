//! Metrics that only some networks have: families with a label for the network, and their samples.
//!
//! A network answers a request for [`NetworkMetrics`]; exporters need not know any family by name. Names follow
//! <https://prometheus.io/docs/practices/naming/>: base units, `_total` for counters.

use crate::{Count, GameStatistics, PageDrops, PageStatistics, PathRefusals, PathStatistics};

/// A metric with all its samples.
#[derive(Clone, Copy, Debug)]
pub struct MetricFamily {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub kind: MetricKind,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// Its meaning, in a sentence.
    pub about: &'static str,
}

/// Kinds of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows while the process runs.
    Counter,
    /// It rises and falls.
    Gauge,
    /// Observations in buckets.
    Histogram,
}

impl MetricKind {
    /// Its name in Prometheus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One number of a family.
#[derive(Clone, Copy, Debug)]
pub struct MetricSample {
    /// Its family, whose first label is the name of the network.
    pub family: &'static MetricFamily,
    /// The values of the other labels, in their order; unused ones are empty.
    pub labels: [&'static str; 2],
    /// The number.
    pub value: u64,
}

/// Of a network: its metrics that not all networks have.
#[derive(Clone, Debug, Default)]
pub struct NetworkMetrics(pub Vec<MetricSample>);

impl MetricSample {
    /// Its labels without the name of the network.
    pub fn own_labels(&self) -> &[&'static str] {
        let count = self.family.labels.len().saturating_sub(1).min(self.labels.len());
        &self.labels[..count]
    }
}

/// The families of the statistics in this crate, in the order of the output. The crate of a network may have more.
pub fn network_metric_families() -> impl Iterator<Item = &'static MetricFamily> {
    ALL.iter().copied()
}

macro_rules! families {
    ($($id:ident: $kind:ident $name:literal [$($label:literal),+] $about:literal;)*) => {
        $(static $id: MetricFamily = MetricFamily {
            name: $name,
            kind: MetricKind::$kind,
            labels: &[$($label),+],
            about: $about,
        };)*
        const ALL: &[&MetricFamily] = &[$(&$id),*];
    };
}

families! {
    PATHS: Gauge "consonance_fast_path_links" ["network", "state"]
        "Links that agreed on the fast path, and those that use it now (in_use).";
    PATH_PACKETS: Counter "consonance_fast_path_packets_total" ["network", "direction"]
        "Packets over the fast path.";
    PATH_FALLBACKS: Counter "consonance_fast_path_fallbacks_total" ["network"]
        "Packets of such links sent over the connection.";
    PATH_DATAGRAMS: Counter "consonance_fast_path_datagrams_total" ["network", "fate"]
        "Fast path datagrams: sent, or unsent.";
    PATH_REFUSED: Counter "consonance_fast_path_refused_total" ["network", "reason"]
        "Incoming datagrams outside connections that were dropped; anyone can send these.";
    PATH_PROOFS: Counter "consonance_fast_path_addresses_total" ["network", "step"]
        "Client addresses challenged, and proved.";

    GAME_MESSAGES: Counter "consonance_game_messages_total" ["network", "direction", "delivery"]
        "Game messages forwarded by a proxy, without voice.";
    GAME_BYTES: Counter "consonance_game_bytes_total" ["network", "direction", "delivery"]
        "Their bytes, without the network's overhead.";
    GAME_VOICE_UNWANTED: Counter "consonance_game_voice_unwanted_total" ["network"]
        "Voice packets dropped by a proxy after the session had closed the speaker's voice.";
    GAME_UPSTREAMS: Counter "consonance_game_upstreams_ended_total" ["network", "reason"]
        "Proxy connections to game servers that failed, were lost, or ended as too slow.";

    BROWSER_OFFERS: Counter "consonance_browser_offers_total" ["network", "result"]
        "Offers of pages: accepted, or not understood (refused).";
    BROWSER_VOICE: Counter "consonance_browser_voice_packets_total" ["network", "direction"]
        "Voice packets from pages (received), gaps in them (missing), and to pages (sent).";
    BROWSER_REPACKED: Counter "consonance_browser_voice_repacked_total" ["network"]
        "Voice packets from pages split or merged to 20 ms.";
    BROWSER_MESSAGES: Counter "consonance_browser_messages_total" ["network", "direction"]
        "Control messages from and to pages.";
    BROWSER_DROPPED: Counter "consonance_browser_dropped_total" ["network", "what", "reason"]
        "Dropped between pages and players: voice, mostly without an open channel (without_channel); frames, such \
         as of speakers without a slot; messages; datagrams; TCP connections, of no page (stray) or over the limit \
         (too_many); content of datagrams.";
}

fn sample(family: &'static MetricFamily, label: &'static str, value: u64) -> MetricSample {
    MetricSample { family, labels: [label, ""], value }
}

impl PathStatistics {
    /// As metrics.
    pub fn metrics(&self) -> NetworkMetrics {
        let PathRefusals { malformed, other_worker, unknown_path, replayed, forged } = self.refused;
        NetworkMetrics(vec![
            sample(&PATHS, "agreed", self.agreed),
            sample(&PATHS, "in_use", self.in_use),
            sample(&PATH_PACKETS, "received", self.packets_received),
            sample(&PATH_PACKETS, "sent", self.packets_sent),
            sample(&PATH_FALLBACKS, "", self.packets_fallen_back),
            sample(&PATH_DATAGRAMS, "sent", self.datagrams_sent),
            sample(&PATH_DATAGRAMS, "unsent", self.datagrams_unsent),
            sample(&PATH_REFUSED, "malformed", malformed),
            sample(&PATH_REFUSED, "other_worker", other_worker),
            sample(&PATH_REFUSED, "unknown_path", unknown_path),
            sample(&PATH_REFUSED, "replayed", replayed),
            sample(&PATH_REFUSED, "forged", forged),
            sample(&PATH_PROOFS, "challenged", self.challenges),
            sample(&PATH_PROOFS, "proved", self.addresses_proved),
        ])
    }
}

impl GameStatistics {
    /// As metrics.
    pub fn metrics(&self) -> NetworkMetrics {
        let mut metrics = Vec::new();
        let mut traffic = |family, of: fn(Count) -> u64| {
            for (direction, traffic) in [("to_server", self.to_server), ("from_server", self.from_server)] {
                for (delivery, count) in [("reliable", traffic.reliable), ("unreliable", traffic.unreliable)]
                {
                    metrics.push(MetricSample { family, labels: [direction, delivery], value: of(count) });
                }
            }
        };
        traffic(&GAME_MESSAGES, |count| count.packets);
        traffic(&GAME_BYTES, |count| count.bytes);
        metrics.extend([
            sample(&GAME_VOICE_UNWANTED, "", self.voice_unwanted),
            sample(&GAME_UPSTREAMS, "failed", self.upstreams_failed),
            sample(&GAME_UPSTREAMS, "lost", self.upstreams_lost),
            sample(&GAME_UPSTREAMS, "too_slow", self.upstreams_too_slow),
        ]);
        NetworkMetrics(metrics)
    }
}

impl PageStatistics {
    /// As metrics.
    pub fn metrics(&self) -> NetworkMetrics {
        let mut metrics = vec![
            sample(&BROWSER_OFFERS, "taken", self.offers_taken),
            sample(&BROWSER_OFFERS, "refused", self.offers_refused),
            sample(&BROWSER_VOICE, "received", self.voice_received),
            sample(&BROWSER_VOICE, "missing", self.voice_missing),
            sample(&BROWSER_VOICE, "sent", self.voice_sent),
            sample(&BROWSER_REPACKED, "", self.voice_repacked),
            sample(&BROWSER_MESSAGES, "received", self.messages_received),
            sample(&BROWSER_MESSAGES, "sent", self.messages_sent),
        ];
        let drops = voice_drops(&self.dropped).into_iter().chain(other_drops(&self.dropped));
        metrics.extend(drops.map(|(what, reason, value)| {
            let family = &BROWSER_DROPPED;
            MetricSample { family, labels: [what, reason], value }
        }));
        NetworkMetrics(metrics)
    }
}

/// Kind, reason and count.
type Drop = (&'static str, &'static str, u64);

fn voice_drops(dropped: &PageDrops) -> [Drop; 12] {
    [
        ("voice", "without_channel", dropped.voice_without_channel),
        ("voice", "too_many", dropped.voice_too_many),
        ("voice", "too_long", dropped.voice_too_long),
        ("voice", "incomplete", dropped.voice_incomplete),
        ("voice", "malformed", dropped.voice_malformed),
        ("voice", "too_late", dropped.voice_too_late),
        ("voice", "unsent", dropped.voice_unsent),
        ("frame", "without_slot", dropped.frames_without_slot),
        ("frame", "beyond_capacity", dropped.frames_beyond_capacity),
        ("frame", "ignored", dropped.frames_ignored),
        ("frame", "foreign", dropped.frames_foreign),
        ("frame", "too_late", dropped.frames_too_late),
    ]
}

fn other_drops(dropped: &PageDrops) -> [Drop; 13] {
    [
        ("message", "malformed", dropped.messages_malformed),
        ("message", "unknown", dropped.messages_unknown),
        ("message", "too_many", dropped.messages_too_many),
        ("message", "refused", dropped.messages_refused),
        ("datagram", "stray", dropped.datagrams_stray),
        ("datagram", "too_many", dropped.datagrams_too_many),
        ("datagram", "waiting", dropped.datagrams_waiting),
        ("datagram", "unsent", dropped.datagrams_unsent),
        ("datagram", "unsent_over_tcp", dropped.tcp_unsent),
        ("connection", "stray", dropped.connections_stray),
        ("connection", "too_many", dropped.connections_too_many),
        ("content", "too_many", dropped.flooded),
        ("content", "malformed", dropped.malformed),
    ]
}
