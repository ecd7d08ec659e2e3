//! Mistakes in a configuration, and their places.

use std::fmt;
use std::sync::Arc;

use crate::document::Lines;

/// Where a value was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Origin {
    #[default]
    Default,
    /// In a file, whose lines are known by their paths.
    File {
        name: String,
        path: String,
        lines: Arc<Lines>,
    },
    Variable(String),
    Argument(&'static str),
}

impl Origin {
    /// Another place in the same file.
    pub(super) fn at(&self, path: &str) -> Self {
        match self.clone() {
            Self::File { name, lines, .. } => Self::File { name, path: path.to_owned(), lines },
            other => other,
        }
    }

    /// A part of this value, by its path from the value on.
    pub(super) fn part(self, part: &str) -> Self {
        match &self {
            Self::File { path, lines, .. } => {
                let path = format!("{path}.{part}");
                if lines.contains_key(&path) { self.at(&path) } else { self }
            }
            _ => self,
        }
    }

    /// The order of messages.
    pub(super) fn order(&self) -> (u8, usize) {
        match self {
            Self::File { path, lines, .. } => (0, lines.get(path).copied().unwrap_or_default()),
            Self::Variable(_) => (1, 0),
            Self::Argument(_) => (2, 0),
            Self::Default => (3, 0),
        }
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    pub(super) origin: Origin,
    /// Empty if the mistake concerns no key.
    pub(super) key: String,
    pub(super) what: String,
}

impl ConfigProblem {
    /// Whether another problem concerns the value of the same key.
    pub fn is_about_same_key(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// All mistakes; each line has the place, the mistake and the correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<ConfigProblem>);

impl ConfigError {
    /// These mistakes, at least one, in this order.
    pub fn of(problems: Vec<ConfigProblem>) -> Self {
        Self(problems)
    }

    /// The single mistakes.
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.0
    }
}

impl From<ConfigProblem> for ConfigError {
    fn from(problem: ConfigProblem) -> Self {
        Self(vec![problem])
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{problem}")?;
        }
        Ok(())
    }
}

/// `voice.toml:3: limits.links: …`; variables and arguments name their key themselves.
impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, key, what } = self;
        match origin {
            Origin::File { name, .. } => write!(f, "{name}:{}: ", origin.order().1)?,
            Origin::Variable(name) => return write!(f, "{name}: {what}"),
            Origin::Argument(name) => return write!(f, "{name}: {what}"),
            Origin::Default => {}
        }
        if key.is_empty() { f.write_str(what) } else { write!(f, "{key}: {what}") }
    }
}
