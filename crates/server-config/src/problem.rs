//! Mistakes in a configuration, and their places.

use std::fmt;

/// Where a value was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Origin {
    #[default]
    Default,
    File {
        name: String,
        line: usize,
    },
    Variable(String),
    Argument(&'static str),
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
            Origin::File { name, line } if key.is_empty() => write!(f, "{name}:{line}: {what}"),
            Origin::File { name, line } => write!(f, "{name}:{line}: {key}: {what}"),
            Origin::Variable(name) => write!(f, "{name}: {what}"),
            Origin::Argument(name) => write!(f, "{name}: {what}"),
            Origin::Default if key.is_empty() => f.write_str(what),
            Origin::Default => write!(f, "{key}: {what}"),
        }
    }
}
