//! Files, the environment and arguments, each overriding those before it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::check::{Mistake, checked};
use crate::contradiction::Contradiction;
use crate::document::{Keys, Lines, as_table, parse, value_of_text};
use crate::file_schema::SECTIONS;
use crate::listening::{ListenConfig, NetworkTables};
use crate::meaning::{example, meant_key};
use crate::problem::{ConfigError, ConfigProblem, Origin};
use crate::schema::{Kind, PREFIX, Section, Setting, kind, settings_in};
use crate::suggestion::{did_you_mean, nearest};
use crate::{Config, former_keys};

/// All values and their sources. Later sources override earlier ones, key by key: add the file first, then the
/// environment, then the arguments.
#[derive(Clone, Debug)]
pub struct ConfigSources {
    sections: &'static [Section],
    networks: NetworkTables,
    entries: BTreeMap<&'static str, Entry>,
    problems: Vec<ConfigProblem>,
    notes: Vec<String>,
    listens_elsewhere: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    setting: &'static Setting,
    value: Json,
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
    origins: BTreeMap<&'static str, Origin>,
    networks: NetworkTables,
}

/// Paths in variables and arguments are relative to the working directory.
const WORKING_FOLDER: &str = "";

impl ConfigSources {
    /// No values yet. Listeners may be for QUIC and for these networks.
    pub fn new(networks: NetworkTables) -> Self {
        Self::of_sections(&SECTIONS, networks)
    }

    /// No values yet, for files with these tables.
    pub(super) fn of_sections(sections: &'static [Section], networks: NetworkTables) -> Self {
        let (problems, notes) = (Vec::new(), Vec::new());
        Self { sections, networks, entries: BTreeMap::new(), problems, notes, listens_elsewhere: false }
    }

    fn settings(&self) -> impl Iterator<Item = &'static Setting> + Clone + use<> {
        settings_in(self.sections)
    }

    /// Removes the default address: players arrive over something that is not configured here, so that only written
    /// addresses are opened, and none is required.
    pub fn listen_elsewhere(&mut self) {
        self.listens_elsewhere = true;
    }

    /// Adds the text of a TOML file. Paths in it are relative to its folder.
    pub fn add_file(&mut self, path: &Path, text: &str) {
        let name = path.display().to_string();
        let folder = path.parent().unwrap_or(Path::new(WORKING_FOLDER));
        let origin = |lines| Origin::File { name, path: String::new(), lines: Arc::new(lines) };
        match parse(text) {
            Ok((keys, lines)) => self.add_table("", &keys, &origin(lines), folder),
            Err((line, what)) => self.problem(origin(Lines::from([(String::new(), line)])), what),
        }
    }

    fn add_table(&mut self, section: &str, keys: &Keys, origin: &Origin, folder: &Path) {
        for (key, value) in keys {
            let path = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
            let origin = origin.at(&path);
            let is_section = self.sections.iter().any(|section| section.path == path);
            match (self.settings().find(|known| known.path == path), as_table(value)) {
                (Some(setting), _) => self.add(setting, value.clone(), origin, folder),
                (None, Some(keys)) if is_section || !keys.is_empty() => {
                    self.add_table(&path, keys, &origin, folder);
                }
                (None, _) => self.problem(origin, unknown(&path, self.settings())),
            }
        }
    }

    fn add(&mut self, setting: &'static Setting, value: Json, origin: Origin, folder: &Path) {
        let value = self.with_present_names(setting, value);
        self.entries.insert(&setting.path, Entry { setting, value, origin, folder: folder.to_owned() });
    }

    /// The same with the present names of keys in its tables, and a note about each old one.
    fn with_present_names(&mut self, setting: &'static Setting, mut value: Json) -> Json {
        for table in value.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
            for (old, new) in former_keys::still_read(&setting.path) {
                if !table.contains_key(new)
                    && let Some(value) = table.remove(old)
                {
                    table.insert(new.to_owned(), value);
                    let list = &setting.path;
                    self.notes.push(format!("{list}: the key {old} is now {new}; the old name still works"));
                }
            }
        }
        value
    }

    fn problem(&mut self, origin: Origin, what: String) {
        self.problems.push(ConfigProblem { origin, key: String::new(), what });
    }

    /// Adds variables whose names begin with `CONSONANCE_`; all others are ignored.
    ///
    /// An unknown one is only noted: the environment also belongs to others.
    pub fn add_environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        let own = variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX));
        for (name, text) in own.collect::<BTreeMap<_, _>>() {
            if let Some(new) = former_keys::new_variable(&name) {
                self.problem(Origin::Variable(name), format!("this variable is now {new}"));
            } else if let Some(reason) = former_keys::retired_variable(&name) {
                self.notes.push(format!("{name} is no longer a setting: {reason}"));
            } else if let Some(setting) = self.settings().find(|setting| setting.variable() == name) {
                let value = value_of_variable(setting.schema, &text);
                self.add(setting, value, Origin::Variable(name), Path::new(WORKING_FOLDER));
            } else {
                let known: Vec<String> = self.settings().map(Setting::variable).collect();
                let known = known.iter().map(|name| &name[PREFIX.len()..]);
                if let Some(meant) = nearest(&name[PREFIX.len()..], known) {
                    self.notes.push(format!("{name} is not a setting; did you mean {PREFIX}{meant}?"));
                }
            }
        }
    }

    /// Adds the value of a command line option. An unknown key is ignored.
    pub fn add_argument(&mut self, option: &'static str, key: &str, value: impl Into<Json>) {
        if let Some(setting) = self.settings().find(|known| known.path == key) {
            self.add(setting, value.into(), Origin::Argument(option), Path::new(WORKING_FOLDER));
        }
    }

    /// Reads and checks everything.
    ///
    /// # Errors
    /// All mistakes at once; contradictions between values are checked once each is valid. Overridden values are not
    /// checked.
    pub fn load(self) -> Result<LoadedConfig, ConfigError> {
        let (networks, listens_elsewhere) = (self.networks, self.listens_elsewhere);
        let config = Config::default();
        let mut values = config.to_json();
        let ReadValues { listen, mut problems, notes, origins } = self.read_into(&mut values);
        let mut loaded = LoadedConfig { config, notes, origins, networks };
        match serde_json::from_value(values) {
            Ok(config) => loaded.config = Config { listen, ..config },
            // The schema did not check this, so there is no line.
            Err(error) if problems.is_empty() => problems.push(loaded.problem("", error.to_string())),
            Err(_) => {}
        }
        if problems.is_empty() {
            let found = loaded.config.contradictions(listens_elsewhere).into_iter();
            problems = found.map(|found| loaded.problem_of(found)).collect();
        }
        problems.sort_by_key(|problem| problem.origin.order());
        if problems.is_empty() { Ok(loaded) } else { Err(ConfigError::of(problems)) }
    }

    /// Puts all values into a configuration, except for wrong ones and listeners.
    pub(super) fn read_into(self, config: &mut Json) -> ReadValues {
        let Self { networks, entries, problems, notes, listens_elsewhere, .. } = self;
        let mut listen = ListenConfig::default();
        if listens_elsewhere {
            listen.quic.clear();
        }
        let mut read = ReadValues { listen, problems, notes, origins: BTreeMap::new() };
        for (key, Entry { setting, value, origin, folder }) in entries {
            let result = match kind(setting.schema) {
                Kind::Listeners => {
                    ListenConfig::read(&value, &folder, networks).map(|listen| read.listen = listen)
                }
                _ => checked(setting.name(), setting.schema, &value, &folder)
                    .map(|value| setting.set_in(config, value)),
            };
            if let Err(Mistake { at, what }) = result {
                read.problems.push(ConfigProblem { origin: origin.clone().part(&at), key: key.into(), what });
            }
            read.origins.insert(key, origin);
        }
        read
    }
}

/// What is in the sources besides the values of keys.
#[derive(Debug)]
pub(super) struct ReadValues {
    listen: ListenConfig,
    pub(super) problems: Vec<ConfigProblem>,
    notes: Vec<String>,
    origins: BTreeMap<&'static str, Origin>,
}

/// A variable's text as the key's value: in the syntax of the file, or a string without quotes.
fn value_of_variable(schema: &Json, text: &str) -> Json {
    let takes_text = match kind(schema) {
        // A password is the text itself, whatever it looks like.
        Kind::Secret => return text.into(),
        Kind::String | Kind::Path | Kind::Address | Kind::ServiceUrl | Kind::Choice(_) | Kind::Listeners => {
            true
        }
        Kind::List(items) => items["type"] == "string",
        _ => false,
    };
    let read = value_of_text(text);
    if takes_text && !read.is_string() && !read.is_array() { text.into() } else { read }
}

/// What is wrong with an unknown key.
fn unknown(path: &str, known: impl Iterator<Item = &'static Setting> + Clone) -> String {
    if let Some(new) = former_keys::new_name(path) {
        return format!("the key {path} is now {new}");
    }
    if let Some(reason) = former_keys::retired_key(path) {
        return format!("the key {path} was removed: {reason}");
    }
    let outside = path.rsplit_once('.').map(|(_, key)| key);
    let meant = match outside.filter(|outside| known.clone().any(|key| key.path == *outside)) {
        Some(key) => format!("; {key} belongs above the first [section]"),
        None => match meant_key(path) {
            Some(key) => format!("; did you mean {key}?{}", example(&key)),
            None => did_you_mean(path, known.map(|key| &*key.path)),
        },
    };
    format!("unknown key {path}{meant}")
}

impl LoadedConfig {
    /// A mistake in the value of a key, at the place where it was written.
    pub fn problem(&self, key: &str, what: impl Into<String>) -> ConfigProblem {
        let origin = self.origins.get(key).cloned().unwrap_or_default();
        ConfigProblem { origin, key: key.to_owned(), what: what.into() }
    }

    fn problem_of(&self, Contradiction { key, item, what }: Contradiction) -> ConfigProblem {
        let problem = self.problem(key, what);
        let origin = problem.origin.part(&item.map(|item| item.to_string()).unwrap_or_default());
        ConfigProblem { origin, ..problem }
    }

    /// Adds a listener from options, each an option, a key of the listener's table and its value.
    ///
    /// # Errors
    /// The first mistake in it, or all mistakes in the listeners together.
    pub fn add_listener(&mut self, options: &[(&'static str, &str, Json)]) -> Result<(), ConfigError> {
        let keys = options.iter().map(|(_, key, value)| ((*key).to_owned(), value.clone())).collect();
        let added = self.config.listen.add(&keys, Path::new(WORKING_FOLDER), self.networks);
        added.map_err(|Mistake { at, what }| {
            let option = options.iter().find(|(_, key, _)| *key == at).map_or("", |(option, ..)| *option);
            ConfigProblem { origin: Origin::Argument(option), key: "listen".into(), what }
        })?;
        let wrong = self.config.listener_problems();
        let problems: Vec<_> = wrong.into_iter().map(|what| self.problem("listen", what)).collect();
        if problems.is_empty() { Ok(()) } else { Err(ConfigError::of(problems)) }
    }
}
