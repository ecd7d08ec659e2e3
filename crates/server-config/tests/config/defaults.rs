//! Each key of a table reaches the setting that it configures.

use std::fmt::Debug;
use std::time::Duration;

use consonance_cluster::NodeSettings;
use consonance_cluster::nats::NatsSettings;
use consonance_server_config::{Config, default_file};
use consonance_session::{ProximitySettings, RoomLimits};

use crate::{complaints, load};

/// The names of the settings that do not change when every number and flag of a table is changed.
fn unmoved<T: Debug>(table: &str, settings: impl Fn(&Config) -> T) -> Vec<String> {
    let file = default_file();
    let keys = file.lines().skip_while(|line| *line != format!("[{table}]")).skip(1);
    let changed = keys.take_while(|line| !line.starts_with('[')).filter_map(|line| {
        let (key, value) =
            line.split_once(" = ").filter(|(key, value)| !key.starts_with('#') && !value.starts_with('"'))?;
        let other = match value.parse::<f64>() {
            Ok(0.0) => "1".to_owned(),
            Ok(number) if number < 1.0 => (number / 2.0).to_string(),
            Ok(number) => (number - 1.0).to_string(),
            Err(_) if value == "[]" => "['other']".to_owned(),
            Err(_) => (value != "true").to_string(),
        };
        Some(format!("{key} = {other}\n"))
    });
    let config = load(&format!("[{table}]\n{}", changed.collect::<String>()));
    let lines =
        |config: &Config| format!("{:#?}", settings(config)).lines().map(str::to_owned).collect::<Vec<_>>();
    let same = lines(&config).into_iter().zip(lines(&Config::default())).filter(|(new, old)| new == old);
    let values = same.filter(|(line, _)| !line.ends_with(['{', '[', '(']));
    values.filter_map(|(line, _)| Some(line.split_once(": ")?.0.trim().to_owned())).collect()
}

#[test]
fn every_key_of_a_table_reaches_its_setting() {
    let of_clients = ["direct_links", "players"];
    assert_eq!(unmoved("limits", |config| config.limits.clone()), of_clients);
    assert_eq!(unmoved("storage", |config| config.storage.records), [""; 0]);
    assert_eq!(unmoved("recording", |config| config.recording.settings.clone()), [""; 0]);
    assert_eq!(unmoved("moderation", |config| config.moderation.report_buffer), [""; 0]);
    assert_eq!(unmoved("moderation", |config| config.moderation.reports), [""; 0]);
    assert_eq!(unmoved("overload", |config| config.overload), ["counts_process"]);
    assert_eq!(unmoved("shutdown", |config| config.shutdown.restart), [""; 0]);
    assert_eq!(unmoved("diagnostics", |config| config.diagnostics.packet_capture), ["max_links"]);
    assert_eq!(unmoved("joining", |config| config.joining.settings.password_attempts), [""; 0]);
    assert_eq!(unmoved("joining.hook", |config| config.joining.hook.requests.clone()), [""; 0]);
    assert_eq!(unmoved("telemetry", |config| config.telemetry.tracer), [""; 0]);
    assert_eq!(unmoved("telemetry", |config| config.telemetry.export.clone()), ["service_name", "node_name"]);
    assert_eq!(unmoved("diagnostics", |config| config.diagnostics.monitoring), [""; 0]);
    let of_clients = ["links_max", "idle_timeout", "answer_interval", "challenge_interval"];
    let more = ["challenge_timeout", "batch_datagrams"];
    let of_fast_path = unmoved("fast_path", |config| config.fast_path.clone());
    assert_eq!(of_fast_path, [&of_clients[..], &more].concat());
    assert_eq!(unmoved("admin", |config| config.admin.access.clone()), [""; 0]);
    assert_eq!(unmoved("web.limits", |config| config.web.players.page.clone()), [""; 0]);
    assert_eq!(unmoved("web.limits", |config| config.web.packets), ["links_max"]);
    let in_web =
        ["connections_max", "connections_per_address", "joins_per_minute", "joins_burst", "request_timeout"];
    assert_eq!(unmoved("web.limits", |config| config.web.visitors.clone()), in_web);
}

#[test]
fn the_keys_of_a_cluster_reach_the_settings_of_nats_and_of_the_node() {
    let cluster = load(
        "[cluster]\nname = 'other'\nnode_name = 'fra-1'\nregion = 'eu'\nspans_regions = true\naddress = 'a:1'\n\
         credentials_file = 'a.creds'\nauthorities_file = '/b.pem'\nstore_replicas = 3\n",
    )
    .cluster;
    let mut nats = NatsSettings::new(Vec::new(), "other");
    nats.credentials = Some("/etc/consonance/a.creds".into());
    (nats.ca, nats.replicas) = (Some("/b.pem".into()), 3);
    assert_eq!(cluster.connection, nats);
    let mut node = NodeSettings::default();
    (node.name, node.region) = (Some("fra-1".into()), Some("eu".into()));
    (node.spans_regions, node.address) = (true, Some("a:1".into()));
    assert_eq!(cluster.node, node);
}

#[test]
fn a_room_rule_has_the_ranges_and_defaults_of_the_session() {
    let config = load(
        "[[proximity]]\nroom = 'world'\nrange_m = 0.1\nhysteresis = 0.3\n\
         [[room_limits]]\nroom = 'duel*'\nlisteners_max = 2\ntext_every_s = 1.5\n",
    );
    let mut world = ProximitySettings::new(0.1);
    world.hysteresis = 0.3;
    assert_eq!(config.proximity_rules(), [("world".into(), world)]);
    let mut duel = RoomLimits::new();
    (duel.listeners, duel.text_every) = (Some(2), Duration::from_millis(1500));
    assert_eq!(config.room_limit_rules(), [("duel*".into(), duel)]);
    let made: Vec<_> = config.settings_made().into_iter().map(|(_, value)| value).collect();
    let expected = [
        "[{ room = \"world\", range_m = 0.1, hysteresis = 0.3 }]",
        "[{ room = \"duel*\", listeners_max = 2, text_every_s = 1.5 }]",
    ];
    assert_eq!(made, expected);
    assert_eq!(
        complaints("[[room_limits]]\nroom = 'a'\nlisteners_max = 0"),
        ["voice.toml:3: room_limits: listeners_max: expected a whole number from 1 to 65535, not 0"]
    );
}
