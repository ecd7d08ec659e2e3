//! The defaults of the tables are those of the crates that they configure.

use consonance_pcap::PacketCaptureSettings;
use consonance_server::recording::RecordingSettings;
use consonance_server::records::RecordsSettings;
use consonance_server::reports::{KeptVoicesSettings, ReportsSettings};
use consonance_server::token::TokenRules;
use consonance_server::{GuessLimits, HookSettings, JoiningSettings, RestartPlan, SheddingSettings};
use consonance_server_config::{Config, ProximityConfig};
use consonance_session::{Limits, NameTaken, ProximitySettings};

#[test]
fn defaults_are_those_of_the_crates_that_use_them() {
    let config = Config::default();
    assert_eq!(config.limits.limits(), Limits::default());
    assert_eq!(config.storage.records(), RecordsSettings::default());
    assert_eq!(config.recording.settings(), RecordingSettings::default());
    assert_eq!(config.moderation.kept_voices(), KeptVoicesSettings::default());
    assert_eq!(config.moderation.reports(), ReportsSettings::default());
    assert_eq!(config.overload.shedding(), SheddingSettings::of_a_whole_process());
    assert_eq!(config.ending.restart_plan(), RestartPlan::default());
    assert_eq!(config.watching.packet_capture(), PacketCaptureSettings::default());
    let joining = &config.joining;
    assert_eq!(joining.guesses(), GuessLimits::default());
    assert_eq!(joining.token_rules(), TokenRules::default());
    assert_eq!(joining.clock_leeway_s.0, JoiningSettings::default().clock_leeway);
    assert_eq!(NameTaken::from(joining.name_taken), NameTaken::default());
    let hook = HookSettings::new("");
    assert_eq!((joining.hook.timeout_s.0, joining.hook.threads), (hook.timeout, hook.threads));
    assert_eq!(joining.hook.queue_max, hook.queue);
    let (ours, theirs) = (ProximityConfig::default(), ProximitySettings::new(1.0));
    assert_eq!((ours.hysteresis as f32, ours.streams_max), (theirs.hysteresis, theirs.max_streams));
}
