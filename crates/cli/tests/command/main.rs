//! The `consonance` command as people and scripts see it: its lines, its files, its exit codes.
//!
//! Every program started here is killed when its test ends, and every file is in a folder of the test's own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod admin;
mod admin_commands;
mod browsers;
mod browsers_watched;
mod cannot_start;
mod changed_games;
mod cluster;
mod config;
mod devices;
mod diagnostics;
#[cfg(unix)]
mod end_reasons;
#[cfg(unix)]
mod ending;
mod foreign_webrtc;
mod hearing;
mod hostile_pages;
mod inspecting;
mod join;
#[cfg(unix)]
mod joining;
mod listener_switches;
#[cfg(unix)]
mod logging;
mod made_up_network;
#[cfg(unix)]
mod mumble;
mod names_in_use;
mod names_over_udp;
mod networks;
mod offline;
mod other_machines;
mod page;
mod page_origins;
mod proxied_listeners;
mod proxy;
#[cfg(unix)]
mod recording;
mod refusals;
#[cfg(unix)]
mod reload;
mod serve;
#[cfg(target_os = "linux")]
mod server_memory;
mod server_recording;
mod sidecar_sessions;
#[cfg(unix)]
mod signals;
mod talker;
#[cfg(unix)]
mod talking;
#[cfg(all(unix, feature = "otlp"))]
mod telemetry;
mod tokens;
#[cfg(unix)]
mod version_0_2;
#[cfg(unix)]
mod webhooks;
