//! The settings of a server as one typed value, and where they come from: files and environment variables.
//!
//! A setting is declared once. Structs in the crates that use them, such as [`Limits`](consonance_session::Limits) and
//! [`JoiningSettings`](consonance_server::JoiningSettings), have the documentation, default, range and key of each: see
//! [`settings!`](consonance_settings::settings). The tables here (`config.rs` and its neighbours) say where those
//! structs are in the file and whether a running server reloads them, and declare the keys that only a file has: files
//! with secrets, folders, addresses to listen on, names of sessions, and lists of rules for rooms and sessions by their
//! names. A JSON Schema is derived from them (`declared.rs`, `schema.rs`, `file_schema.rs`, [`json_schema`]); the
//! file with all defaults ([`default_file`]), the reference page ([`reference_page`]), the names of environment
//! variables and the suggestions for misspelt keys follow from it. `sources.rs` reads files and variables,
//! `document.rs` knows their lines, and `check.rs` compares values with the schema before serde builds a [`Config`]
//! from them.
//!
//! Networks are defined elsewhere: each adds a [`NetworkTable`](consonance_link::listener::NetworkTable) with the
//! struct of its keys, which is read in the same way. [`NETWORKS`] lists them.
//!
//! ```
//! use consonance_server_config::ConfigSources;
//!
//! let mut sources = ConfigSources::new(&[]);
//! sources.add_file("voice.toml".as_ref(), "sessions = ['red', 'blue']\n[limits]\nlinks = 100");
//! sources.add_environment([("CONSONANCE_LIMITS_LINKS".into(), "200".into())]);
//! let loaded = sources.load()?;
//! assert_eq!(loaded.config.limits.links, 200);
//!
//! let mut sources = ConfigSources::new(&[]);
//! sources.add_file("voice.toml".as_ref(), "[limits]\nlink = 100");
//! let error = sources.load().unwrap_err().to_string();
//! assert_eq!(error, "voice.toml:2: unknown key limits.link; did you mean limits.links?");
//! # Ok::<(), consonance_server_config::ConfigError>(())
//! ```
//!
//! # Features
//!
//! * `steam`: the network `steam`, with Steam's own library.
//! * `testing`: a client for each network, for tests.

// Lets the derives of [`table!`] resolve their paths inside this crate, too.
extern crate self as consonance_server_config;

mod changes;
mod check;
mod cluster;
mod config;
mod contradiction;
mod contradictions;
pub mod declared;
mod default_port;
mod document;
mod encryption;
mod file_schema;
mod former_keys;
mod joining;
mod listening;
mod log;
#[cfg(test)]
mod made_up;
mod meaning;
mod moderation;
mod networks;
mod problem;
mod recording;
mod reference;
mod rooms;
mod schema;
mod shutdown;
mod sources;
mod suggestion;
mod table;
mod telemetry;
mod web;
mod webhooks;
mod written;

/// What [`table!`] derives with.
#[doc(hidden)]
pub mod derives {
    pub use {schemars, serde};
}

pub use changes::TakesEffect;
pub use cluster::ClusterConfig;
pub use config::{AdminConfig, CertificateConfig, Config, DiagnosticsConfig, StorageConfig};
pub use declared::Declared;
pub use default_port::DEFAULT_PORT;
pub use document::value_of_text;
pub use encryption::EncryptedSessions;
pub use file_schema::json_schema;
pub use joining::{HookConfig, JoiningConfig, SessionPassword};
pub use listening::{ListenConfig, ListenerConfig, NetworkTables};
pub use log::{LogConfig, LogFormat, LogLevel};
pub use moderation::ModerationConfig;
pub use networks::{NETWORKS, Networks, find};
pub use problem::{ConfigError, ConfigProblem};
pub use recording::RecordingConfig;
pub use reference::{default_file, reference_page};
pub use rooms::{AccessConfig, ProximityConfig, RoomLimitsConfig};
pub use shutdown::ShutdownConfig;
pub use sources::{ConfigSources, LoadedConfig};
pub use table::{Seconds, Secret, ServiceUrl};
pub use telemetry::TelemetryConfig;
pub use web::WebConfig;
pub use webhooks::WebhookConfig;
