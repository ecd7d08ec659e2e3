//! What a key may hold: how it is read, checked and written.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use consonance_server::SecretText;

use crate::document::{Placed, Value, quoted};
use crate::{Config, DEFAULT_PORT, joining};

/// The place of a key's value in what is configured.
type At<C, T> = fn(&mut C) -> &mut T;

/// What kind of value a key of a `C` has, where it is kept, and its range (both ends included).
pub(super) enum Field<C: 'static = Config> {
    Flag(At<C, bool>),
    Size(At<C, usize>, usize, usize),
    Number(At<C, u32>, u32, u32),
    Bytes(At<C, u64>, u64, u64),
    Port(At<C, Option<u16>>),
    Seconds(At<C, Duration>, f64, f64),
    Text(At<C, Option<String>>),
    Secret(At<C, Option<SecretText>>),
    Choice(fn(&mut C) -> &mut dyn Choice),
    Texts(At<C, Vec<String>>),
    Address(At<C, Option<SocketAddr>>),
    File(At<C, Option<PathBuf>>),
    Files(At<C, Vec<PathBuf>>),
    Tables(&'static Tables<C>),
}

impl<C> Clone for Field<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Field<C> {}

/// A list of tables, each with keys of its own.
pub(super) struct Tables<C> {
    /// Reads the whole list. Paths are relative to the folder.
    pub(super) read: fn(&mut C, &Value, &Path) -> Result<(), Mistake>,
    /// Each as a file has it, with secrets or without.
    pub(super) written: fn(&C, reveals: bool) -> Vec<String>,
    pub(super) in_words: &'static str,
    /// A text may stand there, too.
    pub(super) takes_text: bool,
}

/// One of a few things with names.
pub(super) trait Choice {
    /// All of them.
    fn names(&self) -> Vec<&'static str>;

    fn chosen(&self) -> &'static str;

    /// Takes the one that stands there in [`names`](Self::names).
    fn choose(&mut self, index: usize);
}

/// What is wrong with a value.
#[derive(Debug)]
pub(super) struct Mistake {
    /// Where, if not in the key's line.
    pub(super) line: Option<usize>,
    pub(super) what: String,
}

impl Mistake {
    /// With the value as a whole.
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { line: None, what: what.into() }
    }

    pub(super) fn at(line: usize, what: impl Into<String>) -> Self {
        Self { line: Some(line), what: what.into() }
    }

    /// In this line, if it is not known more precisely.
    pub(super) fn or_at(self, line: usize) -> Self {
        Self { line: self.line.or(Some(line)), ..self }
    }
}

impl<C: Default> Field<C> {
    /// Reads a value. Paths are relative to `folder`.
    pub(super) fn read(self, config: &mut C, value: &Value, folder: &Path) -> Result<(), Mistake> {
        match self {
            Self::Flag(at) => *at(config) = flag(value)?,
            Self::Size(at, least, most) => *at(config) = whole(value, least as u64, most as u64)? as usize,
            Self::Number(at, least, most) => *at(config) = whole(value, least.into(), most.into())? as u32,
            Self::Bytes(at, least, most) => *at(config) = whole(value, least, most)?,
            Self::Port(at) => *at(config) = Some(whole(value, 0, u64::from(u16::MAX))? as u16),
            Self::Seconds(at, least, most) => {
                *at(config) = Duration::from_secs_f64(decimal(value, "a number of seconds", least, most)?);
            }
            Self::Text(at) => *at(config) = Some(text(value)?.to_owned()),
            Self::Secret(at) => match value {
                Value::Text(secret) => *at(config) = Some(SecretText::new(secret)),
                _ => return Err(Mistake::new(joining::SECRET_EXPECTED)),
            },
            Self::Choice(at) => choose(at(config), value)?,
            Self::Texts(at) => *at(config) = list(value, |text| Ok(text.to_owned()))?,
            Self::Address(at) => *at(config) = Some(address(text(value)?)?),
            Self::File(at) => *at(config) = Some(folder.join(path(text(value)?)?)),
            Self::Files(at) => *at(config) = list(value, |text| Ok(folder.join(path(text)?)))?,
            Self::Tables(tables) => (tables.read)(config, value, folder)?,
        }
        Ok(())
    }

    /// The value as a file has it, but for secrets; `None` if there is none.
    pub(super) fn written(self, config: &mut C) -> Option<String> {
        self.written_with(config, false)
    }

    /// The same with secrets, to find out whether they differ.
    pub(super) fn compared(self, config: &mut C) -> Option<String> {
        self.written_with(config, true)
    }

    fn written_with(self, config: &mut C, reveals: bool) -> Option<String> {
        let quoted_path = |path: &PathBuf| quoted(&path.to_string_lossy());
        let listed = |items: Vec<String>| format!("[{}]", items.join(", "));
        Some(match self {
            Self::Flag(at) => at(config).to_string(),
            Self::Size(at, ..) => at(config).to_string(),
            Self::Number(at, ..) => at(config).to_string(),
            Self::Bytes(at, ..) => at(config).to_string(),
            Self::Port(at) => at(config).as_ref()?.to_string(),
            Self::Seconds(at, ..) => at(config).as_secs_f64().to_string(),
            Self::Text(at) => quoted(at(config).as_ref()?),
            Self::Secret(at) => joining::written_secret(at(config).as_ref()?, reveals),
            Self::Choice(at) => quoted(at(config).chosen()),
            Self::Texts(at) => listed(at(config).iter().map(|text| quoted(text)).collect()),
            Self::Address(at) => quoted(&at(config).as_ref()?.to_string()),
            Self::File(at) => quoted_path(at(config).as_ref()?),
            Self::Files(at) => listed(at(config).iter().map(quoted_path).collect()),
            Self::Tables(tables) => listed((tables.written)(config, reveals)),
        })
    }

    /// What may be written there, in words.
    pub(super) fn in_words(self) -> String {
        match self {
            Self::Flag(_) => "true or false".into(),
            Self::Size(_, least, most) => format!("{least} to {most}"),
            Self::Number(_, least, most) => format!("{least} to {most}"),
            Self::Bytes(_, least, most) => format!("{least} to {most}"),
            Self::Port(_) => "0 to 65535".into(),
            Self::Seconds(_, least, most) => format!("{least} to {most} seconds"),
            Self::Text(_) | Self::Secret(_) => "a text".into(),
            Self::Choice(at) => alternatives(&at(&mut C::default()).names()),
            Self::Texts(_) => "a list of texts".into(),
            Self::Address(_) => "an address with a port".into(),
            Self::File(_) => "a path".into(),
            Self::Files(_) => "a list of paths".into(),
            Self::Tables(tables) => tables.in_words.into(),
        }
    }
}

pub(super) fn flag(value: &Value) -> Result<bool, Mistake> {
    match value {
        Value::Flag(flag) => Ok(*flag),
        _ => Err(expected("true or false", value)),
    }
}

pub(super) fn whole(value: &Value, least: u64, most: u64) -> Result<u64, Mistake> {
    let number = match value {
        Value::Integer(number) => u64::try_from(*number).ok(),
        _ => None,
    };
    let in_range = number.filter(|number| (least..=most).contains(number));
    in_range.ok_or_else(|| expected(&format!("a whole number from {least} to {most}"), value))
}

pub(super) fn decimal(value: &Value, what: &str, least: f64, most: f64) -> Result<f64, Mistake> {
    let number = match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Decimal(number) => Some(*number),
        _ => None,
    };
    let in_range = number.filter(|number| (least..=most).contains(number));
    in_range.ok_or_else(|| expected(&format!("{what} from {least} to {most}"), value))
}

pub(super) fn text(value: &Value) -> Result<&str, Mistake> {
    match value {
        Value::Text(text) => Ok(text),
        _ => Err(expected("a text", value)),
    }
}

fn choose(choice: &mut dyn Choice, value: &Value) -> Result<(), Mistake> {
    let names = choice.names();
    let wanted = text(value)?;
    let index = names.iter().position(|name| *name == wanted);
    choice.choose(index.ok_or_else(|| expected(&alternatives(&names), value))?);
    Ok(())
}

fn alternatives(names: &[&str]) -> String {
    let (last, rest) = names.split_last().map_or(("", names), |(last, rest)| (*last, rest));
    format!("{} or {last}", rest.join(", "))
}

/// A single text is a list of one.
pub(super) fn list<T>(value: &Value, read: impl Fn(&str) -> Result<T, Mistake>) -> Result<Vec<T>, Mistake> {
    match value {
        Value::Text(text) => Ok(vec![read(text)?]),
        Value::List(items) => items.iter().map(|item| in_line(item, &read)).collect(),
        _ => Err(expected("a list of texts", value)),
    }
}

fn in_line<T>(item: &Placed, read: impl Fn(&str) -> Result<T, Mistake>) -> Result<T, Mistake> {
    let read = text(&item.value).and_then(read);
    read.map_err(|mistake| mistake.or_at(item.line))
}

pub(super) fn address(text: &str) -> Result<SocketAddr, Mistake> {
    text.parse().map_err(|_| {
        let looks = format!("0.0.0.0:{DEFAULT_PORT}, [::]:{DEFAULT_PORT} or 127.0.0.1:0");
        Mistake::new(format!("cannot listen on {text:?}: an address looks like {looks}"))
    })
}

fn path(text: &str) -> Result<&Path, Mistake> {
    if text.is_empty() {
        return Err(Mistake::new("the path is empty: name a file, or leave the key out"));
    }
    Ok(Path::new(text))
}

pub(super) fn expected(what: &str, got: &Value) -> Mistake {
    Mistake::new(format!("expected {what}, not {}", got.in_words()))
}
