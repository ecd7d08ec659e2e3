//! The metrics: the output can be parsed, every name is explained, and the documentation page is up to date.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use consonance_admin::metrics::{
    ExportCounters, ExportResult, ExportSignal, ExportStatistics, MetricKind, Observation, SpanResult,
    families, reference_page, render,
};
use consonance_cluster::{ClusterStatus, NodeStatistics};
use consonance_link::http::HttpStatistics;
use consonance_link::{self as transport, MetricFamily};
use consonance_server::{LoopNumbers, NetworkNumbers, SessionNumbers, WebhookStatistics};
use consonance_server_config::NETWORKS;
use consonance_session::ServerStatistics;
use prometheus_parse::{Sample, Scrape, Value};

fn session(name: &str, clients: usize, malformed: u64) -> SessionNumbers {
    let mut counters = ServerStatistics::default();
    (counters.malformed, counters.packets_in) = (malformed, 10);
    (counters.names_awaited, counters.names_taken_over, counters.names_in_use) = (4, 2, 5);
    SessionNumbers { name: name.into(), clients, counters }
}

/// The metrics of networks in crates of their own, as a server has them.
fn network_families() -> impl Iterator<Item = &'static MetricFamily> {
    NETWORKS.iter().flat_map(|network| network.metric_families().iter().copied())
}

fn observation() -> Observation {
    let mut counters = transport::NetworkStatistics::default();
    counters.connections.connected = 7;
    counters.links.sent.unreliable.bytes = 1000;
    let mut totals = LoopNumbers::default();
    totals.sessions = vec![session("a", 1, 3), session("b", 5, 4), session("c", 2, 0)];
    totals.networks = vec![
        NetworkNumbers { network: "quic", counters, metrics: path().metrics().0 },
        NetworkNumbers { network: "quic", counters, metrics: path().metrics().0 },
        NetworkNumbers { network: "kcp", counters, metrics: game().metrics().0 },
        NetworkNumbers { network: "browser", counters, metrics: pages().metrics().0 },
        NetworkNumbers { network: "browser", counters, metrics: pages().metrics().0 },
        NetworkNumbers { network: "mumble", counters, metrics: mumble().metrics().0 },
    ];
    totals.lost_percent = vec![0.0, 1.5, 30.0];
    Observation {
        uptime: Duration::from_millis(2500),
        totals,
        network_families: network_families().collect(),
        webhooks: vec![webhook(2), webhook(3)],
        cluster: Some(cluster()),
        export: export(),
        page_listeners: vec![("page", page())],
        ..Observation::default()
    }
}

/// Two webhooks of one host are counted together.
fn webhook(number: u64) -> WebhookStatistics {
    let mut webhook = WebhookStatistics::default();
    (webhook.host, webhook.delivered, webhook.overflowed) = ("example.org".into(), number, 10 * number);
    (webhook.failed_attempts, webhook.waiting) = (100 * number, number as usize);
    webhook
}

fn cluster() -> ClusterStatus {
    let mut node = NodeStatistics::default();
    (node.nodes, node.followed, node.takeovers, node.streams.unreliable) = (2, 4, 1, 500);
    ClusterStatus { is_connected: true, dropped: 3, node, ..ClusterStatus::default() }
}

fn export() -> ExportStatistics {
    let counters = ExportCounters::default();
    counters.note_spans(SpanResult::Rejected, 6);
    counters.note_request(ExportSignal::Traces, ExportResult::Failed);
    let mut export = counters.read();
    export.tracer.overflowed = 8;
    export
}

fn page() -> HttpStatistics {
    let mut page = HttpStatistics::default();
    (page.connections, page.accepted, page.rejected, page.answers[3]) = (3, 9, 2, 5);
    page
}

fn path() -> transport::PathStatistics {
    let mut path = transport::PathStatistics { agreed: 9, in_use: 4, ..Default::default() };
    (path.packets_fallen_back, path.refused.forged, path.addresses_proved) = (30, 2, 5);
    path
}

fn game() -> transport::GameStatistics {
    let mut game = transport::GameStatistics { voice_unwanted: 4, upstreams_lost: 3, ..Default::default() };
    (game.to_server.reliable.packets, game.from_server.unreliable.bytes) = (60, 6000);
    game
}

fn pages() -> transport::PageStatistics {
    let mut pages = transport::PageStatistics { voice_received: 50, ..Default::default() };
    (pages.dropped.voice_too_long, pages.dropped.datagrams_stray) = (4, 6);
    pages
}

fn scrape(text: &str) -> Vec<Sample> {
    let scrape = Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).unwrap();
    scrape.samples
}

fn value(samples: &[Sample], name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let is_it = |sample: &&Sample| {
        sample.metric == name && labels.iter().all(|(label, value)| sample.labels.get(label) == Some(*value))
    };
    match samples.iter().find(is_it)?.value {
        Value::Counter(number) | Value::Gauge(number) | Value::Untyped(number) => Some(number),
        _ => None,
    }
}

fn mumble() -> consonance_mumble::MumbleStatistics {
    let mut mumble = consonance_mumble::MumbleStatistics {
        users_by_udp: 70,
        voice_sent_tunnelled: 80,
        ..Default::default()
    };
    (mumble.dropped.datagrams_replayed, mumble.refused.name_in_use) = (90, 20);
    (mumble.resyncs_requested, mumble.list_pings_dropped) = (30, 40);
    mumble
}

#[test]
fn an_independent_parser_reads_the_numbers_that_were_observed() {
    let samples = scrape(&render(&observation(), 0));
    for (name, labels, expected) in [
        ("consonance_uptime_seconds", &[][..], 2.5),
        ("consonance_sessions", &[], 3.0),
        ("consonance_clients", &[], 8.0),
        ("consonance_packets_received_total", &[], 30.0),
        ("consonance_packets_dropped_total", &[("reason", "malformed")], 7.0),
        ("consonance_names_awaited_total", &[], 12.0),
        ("consonance_names_taken_over_total", &[], 6.0),
        ("consonance_joins_refused_total", &[("reason", "name_in_use")], 15.0),
        ("consonance_packets_dropped_total", &[("reason", "spoofed")], 0.0),
        ("consonance_links", &[("network", "quic")], 14.0),
        ("consonance_network_bytes_total", &[("direction", "sent"), ("delivery", "unreliable")], 2000.0),
        ("consonance_fast_path_links", &[("state", "agreed")], 18.0),
        ("consonance_fast_path_links", &[("state", "in_use")], 8.0),
        ("consonance_fast_path_fallbacks_total", &[("network", "quic")], 60.0),
        ("consonance_fast_path_refused_total", &[("reason", "forged")], 4.0),
        ("consonance_fast_path_addresses_total", &[("step", "proved")], 10.0),
        ("consonance_links", &[("network", "kcp")], 7.0),
        ("consonance_game_messages_total", &[("direction", "to_server"), ("delivery", "reliable")], 60.0),
        ("consonance_game_bytes_total", &[("direction", "from_server"), ("delivery", "unreliable")], 6000.0),
        ("consonance_game_voice_unwanted_total", &[("network", "kcp")], 4.0),
        ("consonance_game_upstreams_ended_total", &[("reason", "lost")], 3.0),
        ("consonance_browser_voice_packets_total", &[("direction", "received")], 100.0),
        ("consonance_browser_dropped_total", &[("what", "voice"), ("reason", "too_long")], 8.0),
        ("consonance_browser_dropped_total", &[("what", "datagram"), ("reason", "stray")], 12.0),
        ("consonance_mumble_users", &[("network", "mumble"), ("voice", "udp")], 70.0),
        ("consonance_mumble_voice_packets_total", &[("direction", "sent"), ("way", "tunnel")], 80.0),
        ("consonance_mumble_dropped_total", &[("what", "datagram"), ("reason", "replayed")], 90.0),
        ("consonance_mumble_logins_refused_total", &[("reason", "name_in_use")], 20.0),
        ("consonance_mumble_resyncs_total", &[("step", "requested")], 30.0),
        ("consonance_mumble_list_pings_total", &[("result", "dropped")], 40.0),
        ("consonance_page_connections", &[("listener", "page")], 3.0),
        ("consonance_page_connections_total", &[("result", "rejected")], 2.0),
        ("consonance_page_responses_total", &[("status", "4xx")], 5.0),
        ("consonance_recordings", &[("state", "live")], 0.0),
        ("consonance_joining_hook_requests_total", &[], 0.0),
        ("consonance_webhook_events_total", &[("webhook", "example.org"), ("result", "delivered")], 5.0),
        ("consonance_webhook_events_total", &[("result", "overflowed")], 50.0),
        ("consonance_webhook_events_total", &[("result", "given_up")], 0.0),
        ("consonance_webhook_attempts_failed_total", &[("webhook", "example.org")], 500.0),
        ("consonance_webhook_events_waiting", &[], 5.0),
        ("consonance_cluster_connected", &[], 1.0),
        ("consonance_cluster_messages_total", &[("result", "dropped")], 3.0),
        ("consonance_cluster_slow_consumer_total", &[], 0.0),
        ("consonance_cluster_nodes", &[], 2.0),
        ("consonance_cluster_sessions", &[("role", "edge")], 4.0),
        ("consonance_cluster_takeovers_total", &[], 1.0),
        ("consonance_cluster_voice_frames_total", &[("result", "sent")], 500.0),
        ("consonance_otlp_spans_total", &[("result", "exported")], 0.0),
        ("consonance_otlp_spans_total", &[("result", "rejected")], 6.0),
        ("consonance_otlp_spans_total", &[("result", "overflowed")], 8.0),
        ("consonance_otlp_requests_total", &[("signal", "traces"), ("result", "failed")], 1.0),
        ("consonance_otlp_requests_total", &[("signal", "metrics"), ("result", "failed")], 0.0),
        ("consonance_link_loss_clients", &[("at_most", "0.01")], 1.0),
        ("consonance_link_loss_clients", &[("at_most", "0.02")], 2.0),
        ("consonance_link_loss_clients", &[("at_most", "1")], 3.0),
    ] {
        assert_eq!(value(&samples, name, labels), Some(expected), "{name} {labels:?}");
    }
}

#[test]
fn a_server_that_is_alone_says_nothing_of_a_cluster() {
    let samples = scrape(&render(&Observation { cluster: None, ..observation() }, 0));
    assert!(samples.iter().all(|sample| !sample.metric.starts_with("consonance_cluster")));
}

#[test]
fn sessions_are_told_one_by_one_only_as_many_as_wanted_and_the_largest_first() {
    let of = |most| {
        let samples = scrape(&render(&observation(), most));
        let sessions = samples.iter().filter(|sample| sample.metric == "consonance_session_clients");
        sessions.filter_map(|sample| sample.labels.get("session").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(of(0), [""; 0]);
    assert_eq!(of(2), ["b", "c"]);
    assert_eq!(of(9), ["b", "c", "a"]);
}

#[test]
fn no_line_can_be_broken_by_the_name_of_a_session() {
    let mut observation = observation();
    observation.totals.sessions[1].name = "b \"\\\n}".into();
    let text = render(&observation, 9);
    assert!(text.contains(r#"consonance_session_clients{session="b \"\\\n}"} 5"#), "{text}");
}

#[test]
fn every_family_has_a_head_and_a_good_name_and_no_name_twice() {
    let all = || families().chain(network_families());
    let text = render(&observation(), 9);
    let heads: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let known: Vec<_> = all().map(|family| format!("{} {}", family.name, family.kind.name())).collect();
    assert_eq!(heads, known, "written in the order of the table");
    let names: BTreeSet<_> = all().map(|family| family.name).collect();
    assert_eq!(names.len(), known.len());
    for family in all() {
        assert_eq!(family.name.ends_with("_total"), family.kind == MetricKind::Counter, "{}", family.name);
        assert!(family.about.ends_with('.'), "{}", family.name);
    }
    let histograms = all().filter(|family| family.kind == MetricKind::Histogram);
    let histograms: Vec<_> = histograms.map(|family| family.name).collect();
    assert_eq!(histograms, ["consonance_relay_delay_seconds"], "as the page says");
}

#[test]
fn a_network_that_is_not_listened_on_has_the_heads_of_its_metrics() {
    let of_mumble = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.contains("consonance_mumble_")).map(str::to_owned).collect()
    };
    let mut without_networks = observation();
    without_networks.totals.networks.clear();
    let idle = of_mumble(&render(&without_networks, 9));
    let heads = of_mumble(&render(&observation(), 9)).into_iter().filter(|line| line.starts_with('#'));
    assert_eq!(idle, heads.collect::<Vec<_>>());
    assert_eq!(idle.len(), 12, "{idle:?}");
}

/// Dashboards and alerts depend on each name and label.
#[test]
fn the_metrics_of_mumble_have_their_names_labels_and_texts() {
    let text = render(&observation(), 9);
    let (_, of_mumble) = text.split_at(text.find("# HELP consonance_mumble_users").unwrap());
    assert_eq!(of_mumble, include_str!("metrics/mumble.txt"));
}

#[test]
fn the_page_of_metrics_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, reference_page(network_families())).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    let hint = "run `UPDATE_DOCS=1 cargo test -p consonance-admin --test admin metrics::`";
    assert!(page == reference_page(network_families()), "docs/metrics.md is out of date: {hint}");
}
