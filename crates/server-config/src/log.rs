//! `[log]`: what is written to the standard error, and how.

use crate::field::{Choice, Field};
use crate::keys::{Key, Takes};

/// What the server writes to its log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogConfig {
    /// How a line looks.
    pub format: LogFormat,
    /// Down to which level.
    pub level: LogLevel,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object, for programs.
    Json,
}

/// How important a line has to be; the same levels as those of the crate `tracing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// Something is broken.
    Error,
    /// Something wants an operator's attention.
    #[default]
    Warn,
    /// Players who come and go, and what else happens now and then.
    Info,
    /// Every connection, every room.
    Debug,
    /// What strangers do, too.
    Trace,
}

impl LogFormat {
    /// As a file has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

impl LogLevel {
    /// As a file has it.
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

impl Choice for LogFormat {
    fn names(&self) -> Vec<&'static str> {
        FORMATS.map(Self::name).into()
    }

    fn chosen(&self) -> &'static str {
        self.name()
    }

    fn choose(&mut self, index: usize) {
        *self = FORMATS[index];
    }
}

impl Choice for LogLevel {
    fn names(&self) -> Vec<&'static str> {
        LEVELS.map(Self::name).into()
    }

    fn chosen(&self) -> &'static str {
        self.name()
    }

    fn choose(&mut self, index: usize) {
        *self = LEVELS[index];
    }
}

const FORMATS: [LogFormat; 2] = [LogFormat::Text, LogFormat::Json];
const LEVELS: [LogLevel; 5] =
    [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace];

pub(super) const LOG_KEYS: &[Key] = &[
    Key::new(
        "log.format",
        Takes::AtStart,
        Field::Choice(|config| &mut config.log.format),
        "How the lines look: text for people, json for programs, one object in each line. Lines that belong to a worker, a session or a connection say so in spans.",
    ),
    Key::at_once(
        "log.level",
        Field::Choice(|config| &mut config.log.level),
        "Which lines are written: those of this level and of more important ones. The variable RUST_LOG goes before it, knows parts of the program (warn,consonance_server=debug) and single sessions ([session{session=main}]=debug), and holds until the end.",
    ),
];
