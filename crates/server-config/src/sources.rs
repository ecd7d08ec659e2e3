//! Files, the environment and arguments, each overriding those before it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::check::{Mistake, checked};
use crate::contradictions::Contradiction;
use crate::document::{Placed, Value, parse};
use crate::listening::{ListenConfig, Listener, NetworkTables, read_table};
use crate::problem::{ConfigError, ConfigProblem, Origin};
use crate::schema::{Kind, PREFIX, SECTIONS, Setting, kind, settings};
use crate::suggestion::{did_you_mean, nearest};
use crate::{Config, environment, former_keys};

/// All values and their sources. Later sources override earlier ones, key by key: add the file first, then the
/// environment, then the arguments.
#[derive(Clone, Debug)]
pub struct ConfigSources {
    networks: NetworkTables,
    entries: Vec<Entry>,
    problems: Vec<ConfigProblem>,
    notes: Vec<String>,
    listens_elsewhere: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    setting: &'static Setting,
    value: Value,
    origin: Origin,
    folder: PathBuf,
}

/// A valid configuration, and where each of its values was written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadedConfig {
    /// The settings.
    pub config: Config,
    /// Possible mistakes, one per line.
    pub notes: Vec<String>,
    /// Where each value was written, and the lines of the items of lists.
    origins: BTreeMap<&'static str, (Origin, Vec<usize>)>,
    networks: NetworkTables,
}

impl ConfigSources {
    /// No values yet. Listeners may be for QUIC and for these networks.
    pub fn new(networks: NetworkTables) -> Self {
        Self {
            networks,
            entries: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            listens_elsewhere: false,
        }
    }

    /// Removes the default address: players arrive over something that is not configured here, so that only written
    /// addresses are opened, and none is required.
    pub fn listen_elsewhere(&mut self) {
        self.listens_elsewhere = true;
    }

    /// Adds the text of a TOML file. Paths in it are relative to its folder.
    pub fn add_file(&mut self, path: &Path, text: &str) {
        let name = path.display().to_string();
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        match parse(text) {
            Ok(table) => self.add_table("", &table, &name, &folder),
            Err((line, what)) => {
                let origin = Origin::File { name, line };
                self.problems.push(ConfigProblem { origin, key: String::new(), what });
            }
        }
    }

    /// Adds variables whose names begin with `CONSONANCE_`; all others are ignored.
    ///
    /// An unknown one is only noted: the environment also belongs to others.
    pub fn add_environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        let mut variables: Vec<_> =
            variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        variables.sort();
        for (name, text) in variables {
            if let Some(new) = former_keys::new_variable(&name) {
                let (origin, what) = (Origin::Variable(name), format!("this variable is now {new}"));
                self.problems.push(ConfigProblem { origin, key: String::new(), what });
            } else if let Some(reason) = former_keys::retired_variable(&name) {
                self.notes.push(format!("{name} is not a setting any more: {reason}"));
            } else if let Some(setting) = settings().find(|setting| setting.variable() == name) {
                let value = environment::value(setting.schema, &text);
                let folder = environment::folder().to_owned();
                self.entries.push(Entry { setting, value, origin: Origin::Variable(name), folder });
            } else {
                let known: Vec<String> = settings().map(Setting::variable).collect();
                if let Some(meant) =
                    nearest(&name[PREFIX.len()..], known.iter().map(|name| &name[PREFIX.len()..]))
                {
                    self.notes.push(format!("{name} is not a setting; did you mean {PREFIX}{meant}?"));
                }
            }
        }
    }

    /// Adds the value of a command line option. An unknown key is ignored.
    pub fn add_argument(&mut self, option: &'static str, key: &str, value: Value) {
        if let Some(setting) = settings().find(|known| known.path == key) {
            let folder = environment::folder().to_owned();
            self.entries.push(Entry { setting, value, origin: Origin::Argument(option), folder });
        }
    }

    /// Reads and checks everything.
    ///
    /// # Errors
    /// All mistakes at once; contradictions between values are checked once each is valid. Overridden values are not
    /// checked.
    pub fn load(self) -> Result<LoadedConfig, ConfigError> {
        let mut problems = self.problems;
        let networks = self.networks;
        let (config, origins) = (Config::default(), BTreeMap::new());
        let mut loaded = LoadedConfig { config, notes: self.notes, origins, networks };
        let mut config = loaded.config.to_json();
        let mut listen = ListenConfig::default();
        if self.listens_elsewhere {
            listen.quic.clear();
        }
        let last: BTreeMap<&str, Entry> =
            self.entries.into_iter().map(|entry| (&*entry.setting.path, entry)).collect();
        for (key, Entry { setting, value, origin, folder }) in last {
            let read = match kind(setting.schema) {
                Kind::Listeners => ListenConfig::read(&value, &folder, networks).map(|read| listen = read),
                _ => checked(setting.name(), setting.schema, &value, &folder)
                    .map(|json| setting.set_in(&mut config, json)),
            };
            match read {
                Ok(()) => {}
                Err(Mistake { line, what }) => {
                    problems.push(ConfigProblem {
                        origin: origin.clone().at_line(line),
                        key: key.into(),
                        what,
                    });
                }
            }
            let Value::List(items) = value else {
                loaded.origins.insert(key, (origin, Vec::new()));
                continue;
            };
            loaded.origins.insert(key, (origin, items.iter().map(|item| item.line).collect()));
        }
        match serde_json::from_value(config) {
            Ok(config) => loaded.config = Config { listen, ..config },
            // The schema did not check this, so there is no line.
            Err(error) if problems.is_empty() => problems.push(loaded.problem("", error.to_string())),
            Err(_) => {}
        }
        if problems.is_empty() {
            let found = loaded.config.contradictions(self.listens_elsewhere).into_iter();
            problems = found.map(|found| loaded.problem_of(found)).collect();
        }
        problems.sort_by_key(|problem| problem.origin.order());
        if problems.is_empty() { Ok(loaded) } else { Err(ConfigError::of(problems)) }
    }

    fn add_table(&mut self, section: &str, table: &[(String, Placed)], name: &str, folder: &Path) {
        for (key, Placed { value, line }) in table {
            let path = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
            let origin = Origin::File { name: name.to_owned(), line: *line };
            if let Some(setting) = settings().find(|known| known.path == path) {
                let (value, folder) = (value.clone(), folder.to_owned());
                self.entries.push(Entry { setting, value, origin, folder });
                continue;
            }
            match value {
                Value::Table(inner) if is_section(&path) || !inner.is_empty() => {
                    self.add_table(&path, inner, name, folder);
                }
                _ => self.problems.push(unknown(origin, &path)),
            }
        }
    }
}

fn is_section(path: &str) -> bool {
    SECTIONS.iter().any(|section| section.path == path)
}

fn unknown(origin: Origin, path: &str) -> ConfigProblem {
    if let Some(new) = former_keys::new_name(path) {
        return ConfigProblem { origin, key: String::new(), what: format!("the key {path} is now {new}") };
    }
    if let Some(reason) = former_keys::retired_key(path) {
        let what = format!("the key {path} is gone: {reason}");
        return ConfigProblem { origin, key: String::new(), what };
    }
    let outside = path.rsplit_once('.').map(|(_, key)| key);
    let outside = outside.filter(|outside| settings().any(|key| key.path == *outside));
    let meant = match outside {
        Some(key) => format!("; {key} belongs above the first [section]"),
        None => did_you_mean(path, settings().map(|key| &*key.path)),
    };
    ConfigProblem { origin, key: String::new(), what: format!("unknown key {path}{meant}") }
}

impl LoadedConfig {
    /// A mistake in the value of a key, at the place where it was written.
    pub fn problem(&self, key: &str, what: impl Into<String>) -> ConfigProblem {
        let origin = self.origins.get(key).map(|(origin, _)| origin.clone()).unwrap_or_default();
        ConfigProblem { origin, key: key.to_owned(), what: what.into() }
    }

    fn problem_of(&self, Contradiction { key, item, what }: Contradiction) -> ConfigProblem {
        let lines = self.origins.get(key).map(|(_, lines)| lines);
        let line = item.and_then(|item| lines?.get(item).copied());
        let problem = self.problem(key, what);
        ConfigProblem { origin: problem.origin.at_line(line), ..problem }
    }

    /// Adds a listener from options, each an option, a key of the listener's table and its value.
    ///
    /// # Errors
    /// The first mistake in it, or all mistakes in the listeners together.
    pub fn add_listener(&mut self, options: &[(&'static str, &str, Value)]) -> Result<(), ConfigError> {
        // The index in the list takes the place of the line.
        let placed = |(line, (_, key, value)): (usize, &(_, &str, Value))| {
            ((*key).to_owned(), Placed { value: value.clone(), line })
        };
        let table: Vec<_> = options.iter().enumerate().map(placed).collect();
        let listener =
            read_table(&table, environment::folder(), self.networks).map_err(|Mistake { line, what }| {
                let option = options.get(line.unwrap_or_default()).map_or("", |(option, ..)| *option);
                ConfigProblem { origin: Origin::Argument(option), key: "listen".into(), what }
            })?;
        let listen = &mut self.config.listen;
        match listener {
            Listener::Quic(address) => listen.quic.push(address),
            Listener::Other(other) => listen.others.push(other),
        }
        let wrong = self.config.listener_problems();
        let problems: Vec<_> = wrong.into_iter().map(|what| self.problem("listen", what)).collect();
        if problems.is_empty() { Ok(()) } else { Err(ConfigError::of(problems)) }
    }
}

impl Origin {
    fn at_line(self, own: Option<usize>) -> Self {
        match (self, own) {
            (Self::File { name, .. }, Some(line)) => Self::File { name, line },
            (origin, _) => origin,
        }
    }

    fn order(&self) -> (u8, usize) {
        match self {
            Self::File { line, .. } => (0, *line),
            Self::Variable(_) => (1, 0),
            Self::Argument(_) => (2, 0),
            Self::Default => (3, 0),
        }
    }
}
