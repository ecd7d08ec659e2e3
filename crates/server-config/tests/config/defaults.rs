//! Tables have the same defaults as the settings that they configure, and each key reaches its setting.

use std::fmt::Debug;

use consonance_server::{SecretText, ServiceAddress, WebhookEvent, WebhookSettings};
use consonance_server_config::{Config, ProximityConfig, WebhookConfig, default_file};
use consonance_session::{NameTaken, ProximitySettings};

use crate::load;

#[test]
fn defaults_are_those_of_the_crates_that_use_them() {
    let joining = &Config::default().joining;
    assert_eq!(NameTaken::from(joining.name_taken), NameTaken::default());
    let url: ServiceAddress = "https://example.org/".parse().unwrap();
    let (ours, theirs) = (WebhookConfig::default(), WebhookSettings::new(url, SecretText::new("")));
    assert_eq!(ours.events.iter().map(|event| (*event).into()).collect::<Vec<WebhookEvent>>(), theirs.events);
    let (ours, theirs) = (ProximityConfig::default(), ProximitySettings::new(1.0));
    assert_eq!((ours.hysteresis as f32, ours.streams_max), (theirs.hysteresis, theirs.max_streams));
}

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
    assert_eq!(unmoved("admin", |config| config.admin.access.clone()), [""; 0]);
    assert_eq!(unmoved("web.limits", |config| config.web.players.page.clone()), [""; 0]);
    assert_eq!(unmoved("web.limits", |config| config.web.packets), ["links_max"]);
    let in_web =
        ["connections_max", "connections_per_address", "joins_per_minute", "joins_burst", "request_timeout"];
    assert_eq!(unmoved("web.limits", |config| config.web.visitors.clone()), in_web);
}
