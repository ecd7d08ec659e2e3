//! `[log]`: what is written to standard error, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::table::table;

table! {
    /// `[log]`: the format and level of the log.
    pub struct LogConfig {
        /// text for people, or json with an object per line.
        pub format: LogFormat = LogFormat::default();
        /// The least important level that is written. The variable `RUST_LOG` takes precedence, also for single
        /// sessions (`[session{session=main}]=debug`).
        #[schemars(extend("x-reload" = true))]
        pub level: LogLevel = LogLevel::default();
    }
}

/// The format of a line of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object, for programs.
    Json,
}

/// How important a line is; the levels are those of `tracing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Something is broken.
    Error,
    /// Something needs an operator's attention.
    Warn,
    /// Players that join and leave, operators' actions, and other rare events.
    #[default]
    Info,
    /// Every connection, every room.
    Debug,
    /// Also what clients do before they have joined.
    Trace,
}

impl LogLevel {
    /// Its name in the configuration file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}
